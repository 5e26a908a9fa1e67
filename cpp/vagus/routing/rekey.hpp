#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/keys/session_key.hpp"

namespace vagus {

/// What a change of configuration does to a stored session.
enum class RekeyOutcome {
  kept,      ///< its messages still reach it
  rename,    ///< its messages reach it once it is stored under another key
  conflict,  ///< several sessions would have to become one
  orphan     ///< nothing says where its messages go now
};
constexpr std::array<std::string_view, 4> enum_names(RekeyOutcome) {
  return {"kept", "rename", "conflict", "orphan"};
}

/// What becomes of one stored session.
struct RekeyStep {
  std::string key;
  RekeyOutcome outcome = RekeyOutcome::kept;
  std::optional<SessionKey> to;
  std::vector<std::string> others;
  std::string reason;

  static constexpr std::string_view kName = "RekeyStep";
  static constexpr auto fields() {
    return field_list(required("key", &RekeyStep::key, "the stored key, as it was given"),
                      required("outcome", &RekeyStep::outcome, "kept, rename, conflict or orphan"),
                      field("to", &RekeyStep::to, "where its messages go now; None for an orphan"),
                      field("others", &RekeyStep::others,
                            "of a conflict, other keys that lead there, at most 10"),
                      field("reason", &RekeyStep::reason, "why a conflict or an orphan is one"));
  }
};

/// What a change of configuration does to all stored sessions.
struct RekeyPlan {
  std::vector<RekeyStep> steps;
  std::int64_t kept = 0;
  std::int64_t renames = 0;
  std::int64_t conflicts = 0;
  std::int64_t orphans = 0;

  static constexpr std::string_view kName = "RekeyPlan";
  static constexpr auto fields() {
    return field_list(required("steps", &RekeyPlan::steps, "one for every key, in their order"),
                      field("kept", &RekeyPlan::kept, "how many stay"),
                      field("renames", &RekeyPlan::renames, "how many get another key"),
                      field("conflicts", &RekeyPlan::conflicts, "how many would become one"),
                      field("orphans", &RekeyPlan::orphans, "how many no message reaches"));
  }
};

/// How sessions stored under `from` are found under `to`.
///
/// Sessions of messages (direct ones, rooms, their threads and isolated heartbeats) are traced: the
/// messages that led to the key under `from` are routed under `to`. A key does not say everything
/// about its messages, so that the accounts, guilds, teams and roles of the bindings are tried;
/// when they lead to different sessions, or to one whose name needs what the old key lacks, the
/// session is an orphan. Main sessions follow their agent, and so does everything else. A rename is
/// safe: no other stored session has, or would get, its key. Renames may be made in any order.
///
/// Errors: as `check_config`, the field below `old_config` or `new_config`. Takes time in
/// proportion to the configurations and the number of keys.
Result<RekeyPlan> plan_rekey(const Config& from, const Config& to,
                             std::span<const std::string> keys);

}  // namespace vagus
