#pragma once

#include <array>
#include <string_view>

#include "vagus/config/queue_settings.hpp"

namespace vagus {

/// What to do with what asks for a lane (spec: runs, section 2.2).
enum class QueueAction {
  run,
  enqueue,
  steer,      ///< enqueue, and offer it to the run in flight
  interrupt,  ///< end the run in flight, then run
  drop,       ///< a poll of the heartbeat: the run in flight, or the next poll, does for it
};
constexpr std::array<std::string_view, 5> enum_names(QueueAction) {
  return {"run", "enqueue", "steer", "interrupt", "drop"};
}

constexpr QueueAction queue_action(QueueMode mode, bool is_busy, bool is_heartbeat) {
  if (!is_busy) return QueueAction::run;
  if (is_heartbeat) return QueueAction::drop;
  switch (mode) {
    case QueueMode::steer:
      return QueueAction::steer;
    case QueueMode::interrupt:
      return QueueAction::interrupt;
    default:
      return QueueAction::enqueue;
  }
}

}  // namespace vagus
