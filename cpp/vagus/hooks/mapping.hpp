#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/hook_template.hpp"
#include "vagus/hooks/payload.hpp"

/// Which webhook becomes what (spec: heartbeats, section 5, HTTP hooks): a list of mappings, of
/// which the first that matches a request says what it asks for.
namespace vagus {

/// What a mapping made of a request, and the host's function that may still change it.
struct MatchedHook {
  Hook hook;
  std::optional<std::string> transform;
};

/// Mappings that are ready to be asked. Immutable.
class HookMappings {
 public:
  /// Errors: as `check_hook_mappings`, at the root.
  static Result<HookMappings> create(std::vector<HookMapping> mappings);

  /// Reads a JSON list of mappings. Errors, all `invalid_config` below `$`: no list, an unknown
  /// field, a wrong value; as `create`.
  static Result<HookMappings> read(std::string_view json_text);

  /// What the first mapping that matches makes of `request`; nothing when none matches. A mapping
  /// leaves out what it does not say, and what is blank once its template is filled in.
  /// Errors, `invalid_input`: as `parse_hook_body`; a text that comes out too long; as
  /// `check_hook`, unless a transform has the last word.
  Result<std::optional<MatchedHook>> find(const HookRequest& request) const;

  /// `find` without the name of the transform.
  Result<std::optional<Hook>> match(const HookRequest& request) const;

  std::size_t size() const { return mappings_.size(); }

  /// True when a session key depends on what a request says (see `AdmissionRules`).
  bool templated_session_keys() const;

 private:
  struct Compiled {
    HookMapping mapping;
    HookTemplate text, message, name, session_key, to, model, thinking;
  };
  static Compiled compile(HookMapping mapping);
  static Result<Hook> wake_of(const Compiled& compiled, const HookRequest& request,
                              const Json& payload);
  static Result<Hook> agent_of(const Compiled& compiled, const HookRequest& request,
                               const Json& payload);

  std::vector<Compiled> mappings_;
};

/// Refuses (`invalid_input`, field `text` or `message`) a hook that says nothing.
MaybeError check_hook(const Hook& hook);

/// `hook` with the fields of the JSON object `changes`, which a host's transform has made of it, in
/// place of its own. A session key among them counts as a template's. Errors, `invalid_input`: no
/// object, an unknown field, a wrong value, longer than `kMaxHookBytes`; as `check_hook`.
Result<Hook> transformed(const Hook& hook, std::string_view changes);

}  // namespace vagus
