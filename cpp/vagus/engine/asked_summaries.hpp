#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "vagus/base/time.hpp"
#include "vagus/context/summary_task.hpp"
#include "vagus/keys/context_key.hpp"
#include "vagus/keys/session_key.hpp"

namespace vagus {

/// A summary that the host was asked for.
struct AskedSummary {
  std::int64_t id = 0;
  std::string run_id;
  SessionKey lane;
  ContextKey context;
  SummaryTask task;
  std::optional<Millis> deadline;  ///< until when the run waits; none: it no longer does
};

/// Summaries that are not answered yet, until the host says what became of them.
///
/// Invariants: (1) an id is given once; (2) at most one summary of a run is waited for; (3) those
/// that a run waits for are kept, and of `kKept` in all the newest others, so a host that never
/// answers costs a bounded amount.
class AskedSummaries {
 public:
  static constexpr std::size_t kKept = 256;

  /// Keeps a summary and gives it its id.
  std::int64_t add(AskedSummary asked);

  /// The summary called `id`; null when it is answered, or too old.
  AskedSummary* find(std::int64_t id);
  bool was_asked(std::int64_t id) const { return id > 0 && id <= last_id_; }
  void forget(std::int64_t id) { asked_.erase(id); }

  /// The one whose deadline came first, if it has come by `now`.
  AskedSummary* late(Millis now);
  std::optional<Millis> next_deadline() const;

  /// Moves every deadline by `delta`: the clock stepped.
  void shift(Millis delta);

  std::size_t size() const { return asked_.size(); }

 private:
  std::int64_t last_id_ = 0;
  std::map<std::int64_t, AskedSummary> asked_;
};

}  // namespace vagus
