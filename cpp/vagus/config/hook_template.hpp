#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/json.hpp"
#include "vagus/base/time.hpp"

/// Texts that a mapping makes of a webhook's request (spec: heartbeats, section 5, HTTP hooks).
namespace vagus {

/// Longest body of a webhook, and longest text that a template may make of one, in bytes.
inline constexpr std::size_t kMaxHookBytes = 262'144;

/// Longest template, in bytes.
inline constexpr std::size_t kMaxHookTemplateBytes = 16'384;

/// A webhook's request, when it arrived. Header names are in lower case.
struct HookRequest {
  std::string path;  ///< below the path of all hooks
  std::string body;
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> query;
  Millis now = 0;
};

/// A text with expressions in double braces, read once: `{{path}}`, `{{now}}` (UTC, ISO 8601),
/// `{{headers.x-name}}`, `{{query.name}}`, `{{payload.a.b[0].c}}`, and without `payload.` the same.
/// An expression names nothing when the value is missing or null; lists and objects are written as
/// JSON. `__proto__`, `prototype` and `constructor` name nothing: hosts that hand payloads on to
/// JavaScript rely on it. Braces with nothing between them are text.
class HookTemplate {
 public:
  /// Errors: `invalid_config` at `field` when `text` is longer than `kMaxHookTemplateBytes`.
  static Result<HookTemplate> parse(std::string_view field, std::string_view text);

  /// True when no request changes the text.
  bool is_constant() const;

  /// The text for a request whose body is `payload`. Errors: `invalid_input` at `field` when it
  /// would be longer than `kMaxHookBytes`.
  Result<std::string> render(std::string_view field, const HookRequest& request,
                             const Json& payload) const;

 private:
  struct Piece {
    bool literal = true;
    std::string text;  ///< or the expression, trimmed
  };
  std::vector<Piece> pieces_;
};

}  // namespace vagus
