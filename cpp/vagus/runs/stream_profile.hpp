#pragma once

#include <cstdint>
#include <string_view>

#include "vagus/base/record.hpp"
#include "vagus/base/time.hpp"

namespace vagus {

/// How a stream of chat events behaves (spec: runs, section 1.6). The defaults are those of the
/// newest version of the system that vagus is modelled on; `april()` is its version 2026.4.
struct StreamProfile {
  std::int64_t throttle_ms = 75;
  bool trailing = true;
  bool exact = true;
  bool repeats = false;
  bool any_fragment = true;
  bool strips_last_token = true;
  bool reads_endings = true;
  std::int64_t grace_ms = 15 * kSecond;
  std::int64_t tombstone_ms = 75 * kSecond;
  std::int64_t run_ms = kDay;
  bool shows_heartbeats = false;
  std::int64_t ack_max_chars = 300;

  static constexpr std::string_view kName = "StreamProfile";
  static constexpr auto fields() {
    return field_list(
        field("throttle_ms", &StreamProfile::throttle_ms, "least time between two deltas of a run"),
        field("trailing", &StreamProfile::trailing,
              "text held back is sent when the throttle allows; else with the next event"),
        field("exact", &StreamProfile::exact,
              "increments are appended as they are; else without what repeats the end"),
        field("repeats", &StreamProfile::repeats, "a delta is sent even when its text is the same"),
        field("any_fragment", &StreamProfile::any_fragment,
              "any beginning of a control token is held back; else only what looks like one"),
        field("strips_last_token", &StreamProfile::strips_last_token,
              "a control token at the end of a text is taken off"),
        field("reads_endings", &StreamProfile::reads_endings,
              "an end says whether it is a success, an abort or a timeout; else it is a success"),
        field("grace_ms", &StreamProfile::grace_ms, "how long an error waits for a new attempt"),
        field("tombstone_ms", &StreamProfile::tombstone_ms,
              "how long an ended run is remembered; at least a minute more than the grace"),
        field("run_ms", &StreamProfile::run_ms,
              "how long a run may take whose registration does not say; 0 for ever"),
        field("shows_heartbeats", &StreamProfile::shows_heartbeats,
              "heartbeats stream, and their acknowledgements are shown"),
        field("ack_max_chars", &StreamProfile::ack_max_chars,
              "text beside an acknowledgement that is part of it, in code points"));
  }

  /// Version 2026.4: 150 ms, and nothing is sent by a timer.
  static constexpr StreamProfile april() {
    StreamProfile profile;
    profile.throttle_ms = 150;
    profile.trailing = profile.exact = profile.any_fragment = false;
    profile.strips_last_token = profile.reads_endings = false;
    profile.repeats = true;
    return profile;
  }
};

/// Refuses (`invalid_input`, the field's name) times that are negative or too long, a tombstone
/// that is not a minute longer than the grace, and a negative allowance.
MaybeError check_profile(const StreamProfile& profile);

}  // namespace vagus
