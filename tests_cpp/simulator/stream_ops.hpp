#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"

/// What may happen to the runs of many sessions, as data: drawn from a seed, written down, read
/// back, and left out one by one.
namespace vagus::simulator {

/// Kinds of events, and what their numbers mean.
enum class StreamOpKind {
  open,         ///< run, session or -1, subscriber; flags: 1 heartbeat, 2 hidden, 4 deadline
  join,         ///< run, client, subscriber
  attach,       ///< run, session
  piece,        ///< run, sequence step, text; here and below flags: 1 of an earlier attempt
  snapshot,     ///< run, sequence step, text: all text so far and this
  rewrite,      ///< run, sequence step, text: it takes the place of all before it
  tool,         ///< run, sequence step
  start,        ///< run, sequence step, how many attempts further
  fallback,     ///< run, sequence step
  error,        ///< run, sequence step; flags: 1 settled
  end,          ///< run, sequence step
  abort,        ///< run
  abort_all,    ///< session
  subscribe,    ///< session, subscriber
  unsubscribe,  ///< session, subscriber
  disconnect,   ///< subscriber
  wait,         ///< milliseconds
};
constexpr std::array<std::string_view, 17> enum_names(StreamOpKind) {
  return {"open",      "join",      "attach",      "piece",      "snapshot", "rewrite",
          "tool",      "start",     "fallback",    "error",      "end",      "abort",
          "abort_all", "subscribe", "unsubscribe", "disconnect", "wait"};
}

struct StreamOp {
  StreamOpKind kind = StreamOpKind::wait;
  std::int64_t run = 0;
  std::int64_t session = -1;
  std::int64_t subscriber = -1;
  std::int64_t number = 0;  ///< sequence step, client, attempts or milliseconds
  std::int64_t flags = 0;
  std::int64_t text = -1;
};

struct StreamOptions {
  std::uint64_t seed = 1;
  std::int64_t events = 1'000'000;
  std::int64_t sessions = 200;
};

/// The words that models say: every text of a run is made of them.
std::string word(std::int64_t number);

/// All that happens, which depends on the options alone.
std::vector<StreamOp> draw(const StreamOptions& options);

/// `kind run session subscriber number flags text`, one line for each.
std::string to_text(const std::vector<StreamOp>& ops);
/// Nothing when the text is none that `to_text` writes.
std::optional<std::vector<StreamOp>> from_text(const std::string& text);

}  // namespace vagus::simulator
