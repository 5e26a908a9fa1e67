#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "vagus/keys/session_key.hpp"

namespace vagus {

/// Who listens to which session, and which runs are live there.
///
/// Invariant: nothing is kept of a session without listener and run, nor of a subscriber without
/// subscription.
class Rooms {
 public:
  using Runs = std::map<std::int64_t, std::uint32_t>;  ///< numbers of runs by their order

  /// False, and no change, when the subscriber listens already.
  bool subscribe(const std::string& subscriber, const SessionKey& session);
  /// False, and no change, when the subscriber does not listen.
  bool unsubscribe(const std::string& subscriber, const SessionKey& session);

  /// The subscriber wants to have what a run tells.
  void join(const std::string& subscriber, std::int64_t order, std::uint32_t run);
  void leave(const std::string& subscriber, std::int64_t order);

  /// Takes a subscriber out of every session: the runs that it joined.
  Runs disconnect(const std::string& subscriber);

  void enter(const SessionKey& session, std::int64_t order, std::uint32_t run);
  void exit(const SessionKey& session, std::int64_t order);

  /// In the order in which they subscribed.
  const std::vector<std::string>& listeners(const SessionKey& session) const;
  /// In the order in which they began.
  Runs runs(const SessionKey& session) const;

  std::int64_t subscriptions() const { return subscriptions_; }
  std::size_t size() const { return rooms_.size() + interests_.size(); }

 private:
  struct Room {
    std::vector<std::string> listeners;
    Runs runs;
  };
  struct Interests {
    std::set<SessionKey> sessions;
    Runs runs;
  };

  void forget_if_empty(std::map<SessionKey, Room>::iterator room);
  void forget_if_empty(std::map<std::string, Interests>::iterator interests);
  void drop_listener(const std::string& subscriber, const SessionKey& session);

  std::int64_t subscriptions_ = 0;
  std::map<SessionKey, Room> rooms_;
  std::map<std::string, Interests> interests_;
};

}  // namespace vagus
