#pragma once

#include <optional>
#include <string>

#include "vagus/base/time.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/routing/delivery_route.hpp"

namespace vagus {

/// Who hears what became of an errand whose answer reaches nobody else, and in which words.
struct ErrandReport {
  SessionKey session;
  std::string name;  ///< what people call the errand, such as `Hook Deploy`
  std::string tag;
  bool wakes = true;
  std::string reason;  ///< of the wake; that of a failure ends in `:error`
};

/// What a turn is about that a producer asked for, not a person.
struct Errand {
  std::string run_id;  ///< known before the run starts, because the producer is told it
  std::string reason;  ///< of the run
  bool cron = false;   ///< a cron job's; else somebody's outside
  bool fresh = false;  ///< it knows of nothing before it, and nothing of it is kept
  std::optional<std::string> model;
  std::optional<std::string> thinking;
  std::optional<Millis> timeout;
  std::optional<ErrandReport> report;
};

}  // namespace vagus
