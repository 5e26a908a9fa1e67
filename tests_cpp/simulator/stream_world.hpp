#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "simulator/stream_ops.hpp"
#include "vagus/runs/chat_stream.hpp"

namespace vagus::simulator {

/// What broke, and with which of the events.
struct StreamFailure {
  std::size_t at = 0;
  std::string what;
};

/// A stream, what happens to it, and a model of what it must do.
///
/// Checked after each event: what became of it; that every client run is told exactly one ending,
/// with the text that was accepted, and nothing after it; that deltas add up for each subscriber by
/// itself; that nothing is addressed to anyone who neither registered for the run nor listens to
/// its session; how many runs are live. At the end, when all is quiet: that nothing is kept.
class StreamWorld {
 public:
  using Tamper = std::function<void(std::vector<ChatOutput>&)>;

  explicit StreamWorld(Tamper tamper = {});

  /// Lives through all of it; nothing when every promise was kept.
  std::optional<StreamFailure> run(const std::vector<StreamOp>& ops);

  ChatStats stats() const { return stream_.stats(); }

 private:
  using Follower = std::pair<std::string, std::string>;  ///< client run and subscriber

  struct Client {
    std::string id;
    std::set<std::string> subscribers;
  };
  struct Run {
    bool heartbeat = false;
    bool visible = true;
    bool told_delta = false;
    bool failing = false;
    std::optional<std::int64_t> session;
    std::int64_t attempt = 1;
    std::int64_t seq = 0;
    Millis due = 0;  ///< when time ends it
    Millis deadline = 0;
    std::string text;
    std::vector<Client> clients;
  };
  /// An ending that must be told now.
  struct Ending {
    ChatState state;
    std::string text;
    std::set<std::string> audience;
  };

  void play(const StreamOp& op);
  void play_open(const StreamOp& op);
  void play_join(const StreamOp& op);
  void play_event(const StreamOp& op);
  void play_wait(Millis span);
  ChatReceipt expected(const StreamOp& op, const ChatInput& input, Run& run);
  void take(const StreamOp& op, std::int64_t number, const ChatInput& input);
  void finish(std::int64_t number, ChatState state, const std::string& text);
  void set_due(std::int64_t number, Run& run);
  std::set<std::string> audience(const Run& run, std::size_t client) const;
  std::string shown(const Run& run, bool ends) const;

  void check_outputs();
  void check_delta(const ChatEvent& event);
  void check_ending(const ChatEvent& event);
  void check_quiet();
  void broken(const std::string& what) {
    if (broken_.empty()) broken_ = what;
  }

  Tamper tamper_;
  StreamProfile profile_;
  ChatStream stream_;
  Millis now_ = 0;
  std::string broken_;
  std::map<std::int64_t, Run> live_;
  std::map<std::int64_t, Millis> over_;  ///< until when ended runs are remembered
  std::set<std::pair<Millis, std::int64_t>> dues_;
  std::map<std::int64_t, std::set<std::string>> listeners_;
  std::map<std::string, Ending> endings_;  ///< by client run, of the event being checked
  std::map<Follower, std::string> seen_;   ///< the text that a subscriber has of a client run
};

/// The fewest of `ops` that still fail, as far as leaving some out again and again gets.
std::vector<StreamOp> shrunk(std::vector<StreamOp> ops, const StreamWorld::Tamper& tamper = {});

}  // namespace vagus::simulator
