#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/hooks/payload.hpp"

/// What a web server answers a webhook (spec: runs, section 4.1).
namespace vagus {

struct HookResponse {
  std::int64_t status = 200;
  std::map<std::string, std::string> headers;
  std::string body;

  static constexpr std::string_view kName = "HookResponse";
  static constexpr auto fields() {
    return field_list(required("status", &HookResponse::status, "the HTTP status"),
                      required("headers", &HookResponse::headers, "by name, in lower case"),
                      required("body", &HookResponse::body, "text or JSON, as the headers say"));
  }
};

/// Why a webhook is turned away. Each has one status, on which senders depend.
enum class HookProblem {
  token_in_query,  ///< secrets in addresses end up in logs
  not_post,        ///< another method
  unauthorized,    ///< no secret, or a wrong one
  throttled,       ///< too many wrong ones
  not_found,       ///< no such hook, and no mapping matches
  too_large,       ///< a body beyond the limit
  bad_request,     ///< a body or field that cannot be used, a key or agent that is not let in
  mapping_failed,  ///< the host's transform failed
  no_room,         ///< too much waits; the sender may try again
};
constexpr std::array<std::string_view, 9> enum_names(HookProblem) {
  return {"token-in-query", "not-post",    "unauthorized",   "throttled", "not-found",
          "too-large",      "bad-request", "mapping-failed", "no-room"};
}

/// The status that `problem` is answered with.
std::int64_t status_of(HookProblem problem);

/// The answer to a problem that needs no words of its own.
HookResponse refusal(HookProblem problem);

/// The answer `{"ok":false,"error":why}`.
HookResponse refusal(HookProblem problem, std::string_view why);

/// The answer to a wake that was taken: `{"ok":true,"mode":mode}`.
HookResponse wake_accepted(HookMode mode);

/// The answer to a turn that was taken: `{"ok":true,"runId":run_id}`.
HookResponse agent_accepted(std::string_view run_id);

/// 204: the host's transform wants nothing done.
HookResponse nothing_to_do();

}  // namespace vagus
