#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "vagus/base/json.hpp"
#include "vagus/config/config.hpp"
#include "vagus/events/exec_texts.hpp"

/// What a paired remote node reports (spec: runs, section 4.2). Its payload is foreign JSON, whose
/// texts are defused. Session keys in it are text: `admit` decides about them.
namespace vagus {

/// Longest payload, in bytes.
inline constexpr std::size_t kMaxNodePayloadBytes = 262'144;

/// Longest transcript of what somebody said, in UTF-16 code units.
inline constexpr std::size_t kMaxVoiceUnits = 20'000;

/// Longest field of a notification that is shown, in UTF-16 code units.
inline constexpr std::size_t kNotificationUnits = 120;

/// A line for the node's session.
struct NodeNotice {
  std::string text;
  std::string tag;
  bool exec = false;  ///< of a command; else a notification
};

/// Somebody speaks to an agent through the node.
struct NodeTurn {
  std::string message;
  std::string fingerprint;  ///< of what was said, by which a repetition is known; empty: none
  bool deliver = false;
  std::optional<std::string> channel;
  std::optional<std::string> to;
  std::optional<std::string> thinking;
  std::optional<std::int64_t> timeout_seconds;
};

/// The node wants to see what a session says, or no longer.
struct NodeSubscription {
  bool on = true;
};

/// An event of a node that is understood.
struct NodeReport {
  std::string session_key;  ///< as the payload names it; blank: it names none
  std::variant<NodeNotice, NodeTurn, NodeSubscription, Unsaid> what;
};

/// Reads the event `name` of `node`: `exec.started`, `exec.finished`, `exec.denied`,
/// `notifications.changed`, `voice.transcript`, `agent.request`, `chat.subscribe` and
/// `chat.unsubscribe`. An end without output that is a success is unsaid, and so is everything
/// about commands where the configuration or the payload (`suppressNotifyOnExit`) asks for it.
/// Errors, `invalid_input`: an unknown event; a payload that is no JSON object or too long; a field
/// that is missing or cannot be used (field `payload.<name>`).
Result<NodeReport> read_node_event(std::string_view node, std::string_view name,
                                   std::string_view payload, const ExecConfig& config);

/// The session of a node whose events name none: `node-<node>`.
std::string node_session(std::string_view node);

/// Things that were said, session by session, so that what comes twice within `kWindow` is heard
/// once. At most `kMost` sessions; the one that was heard longest ago is forgotten first.
class HeardVoices {
 public:
  static constexpr Millis kWindow = 1'500;
  static constexpr std::size_t kMost = 1'000;

  /// True when `fingerprint` was the last thing heard in `session`, within the window; else it is
  /// now.
  bool repeats(const std::string& session, const std::string& fingerprint, Millis now);

  /// Moves every time by `delta`: the clock stepped.
  void shift(Millis delta);

 private:
  struct Heard {
    std::string fingerprint;
    Millis at = 0;
  };
  std::map<std::string, Heard> last_;
};

}  // namespace vagus
