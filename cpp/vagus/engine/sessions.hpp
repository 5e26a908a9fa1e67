#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vagus/base/ids.hpp"
#include "vagus/config/queue_settings.hpp"
#include "vagus/context/context.hpp"
#include "vagus/context/price_book.hpp"
#include "vagus/routing/delivery_route.hpp"

namespace vagus {

/// What a session's heartbeats remember of each other, whatever their memory holds.
struct HeartbeatMemory {
  std::string text;                         ///< of the last report that was sent; empty for none
  DeliveryRoute route;                      ///< where to
  Millis sent = 0;                          ///< when
  std::map<std::string, Millis> task_runs;  ///< when each task of the checklist last started

  /// `report` was sent to `to` at `at`.
  void note(std::string report, DeliveryRoute to, Millis at);

  /// The tasks `names` started at `at`. Of more than `most` tasks the longest ago are forgotten.
  void mark(const std::vector<std::string>& names, Millis at, std::int64_t most);
};

/// What the engine remembers of one session key.
struct Session {
  std::optional<Context> transcript;        ///< of the current epoch; made when first needed
  std::optional<DeliveryRoute> last_route;  ///< where the last message came from
  PeerKind last_kind = PeerKind::direct;    ///< what kind of conversation that was
  std::optional<Millis> last_active;        ///< when a person last wrote; no heartbeat changes it
  HeartbeatMemory heartbeats;
  PriceBook prices;      ///< what providers reported of its prompts
  QueueOverrides queue;  ///< as `/queue` set it

  /// A person wrote at `at`, from `peer`. A message without a route leaves the one before it; so
  /// does the host's own client while another channel is known, because nothing can be sent there.
  void heard_from(const std::optional<DeliveryRoute>& route, const std::optional<Peer>& peer,
                  Millis at);
};

/// Sessions by key, and the one place where a session's epochs begin.
class Sessions {
 public:
  Sessions(Profile profile, const Limits& limits) : profile_(profile), limits_(limits) {}

  /// Refuses (`invalid_input`) a session that would be one more than `limits.sessions`.
  MaybeError check_room(const SessionKey& key) const;

  Session& at(const SessionKey& key) { return sessions_[key]; }
  const Session* find(const SessionKey& key) const;

  /// The transcript of the current epoch; the first call begins epoch one.
  Context& transcript(const SessionKey& key, IdSource& ids);

  /// Begins a new, empty epoch. In the reference profile memory stays with the routing key, so the
  /// new epoch finds the old messages again: the defect that profile is there to show.
  Context& restart(const SessionKey& key, IdSource& ids);

  /// `transcript` for a run that must find its prompt's history unchanged by a reset in between:
  /// nothing when `context` is empty or no longer the current epoch of `key`.
  Context* current(const SessionKey& key, const ContextKey& context);

  void forget(const SessionKey& key) { sessions_.erase(key); }

  /// Moves what later times are compared with by `delta`: the clock stepped.
  void shift(Millis delta);

  const std::map<SessionKey, Session>& all() const { return sessions_; }

 private:
  ContextKey next_epoch(const SessionKey& key, IdSource& ids) const;

  Profile profile_;
  Limits limits_;
  std::map<SessionKey, Session> sessions_;
};

}  // namespace vagus
