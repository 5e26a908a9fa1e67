#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/hooks.hpp"
#include "vagus/hooks/auth_throttle.hpp"
#include "vagus/hooks/mapping.hpp"
#include "vagus/hooks/response.hpp"
#include "vagus/hooks/webhook.hpp"

/// The HTTP side of webhooks without HTTP (spec: runs, section 4.1): a request in, an answer or a
/// command out. Any web server can stand in front of it.
namespace vagus {

/// Longest address of a request, in bytes.
inline constexpr std::size_t kMaxHookTarget = 8'192;

/// A request as a web server has it. Header names may have any case; an empty body is `{}`.
struct HookHttp {
  std::string method;  ///< in upper case
  std::string target;  ///< the path, with the query if any
  std::map<std::string, std::string> headers;
  std::string body;
  std::string client;  ///< the address that it came from
};

/// What became of a request at the door. Not `handled`: it is none of ours. Else there is a
/// `response`, or a `call` for the engine, whose `WebhookAnswered` has the response; with a
/// `transform` the host's function of that name is asked first, see `HookDoor::finish`.
struct HookReception {
  bool handled = false;
  std::optional<HookResponse> response;
  std::optional<WebhookReceived> call;
  std::optional<std::string> transform;

  static constexpr std::string_view kName = "HookReception";
  static constexpr auto fields() {
    return field_list(
        required("handled", &HookReception::handled, "whether it is for hooks at all"),
        field("response", &HookReception::response, "the answer, when there already is one"),
        field("call", &HookReception::call, "what it asks for"),
        field("transform", &HookReception::transform, "the host's function to ask first"));
  }
};

/// True when both are the same text. Takes as long for a near miss as for any other.
bool same_secret(std::string_view left, std::string_view right);

/// Checks requests in one fixed order, and reads them. Its only state is who guessed wrong.
class HookDoor {
 public:
  /// `hooks` must have been checked (see `check_hooks`). Errors: `invalid_input` (field `token`)
  /// when hooks are enabled and the token is blank.
  static Result<HookDoor> create(HooksConfig hooks, std::string token);

  /// In this order: hooks are off or the path is another: not handled; a `token` in the query; a
  /// method other than POST; no or a wrong token (`Authorization: Bearer`, else
  /// `X-OpenClaw-Token`); no path below that of hooks; a body beyond the limit; the hook `wake`,
  /// the hook `agent`, the first mapping that matches; not found. Total over any bytes.
  HookReception receive(const HookHttp& request, Millis now);

  /// What follows when the host's function has answered with the JSON object `changes`, which
  /// replace fields of the call, or wants nothing done.
  HookReception finish(WebhookReceived call, const std::optional<std::string>& changes) const;

  /// The host's functions that mappings name.
  std::vector<std::string> transforms() const;

  /// What follows when the host's function failed.
  HookReception transform_failed() const;

 private:
  std::optional<std::string> path_below(std::string_view path) const;
  std::optional<HookResponse> check_sender(const HookHttp& request, Millis now);
  HookReception read(const HookHttp& request, std::string path, Millis now) const;
  HookReception read_mapped(const HookHttp& request, std::string path, Millis now) const;
  HookReception called(std::string path, Hook hook, const HookHttp& request) const;
  MaybeError complete(AgentHook& hook) const;

  HooksConfig hooks_;
  std::string base_;  ///< `/hooks`: a slash in front, none behind
  std::string token_;
  HookMappings mappings_;
  AuthThrottle throttle_;
};

}  // namespace vagus
