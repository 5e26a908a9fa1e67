#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/time.hpp"
#include "vagus/routing/delivery_route.hpp"

namespace vagus {

/// A line of text that the next run of its session must show to the model.
struct SystemEvent {
  std::int64_t id = 0;  ///< unique within one `EventQueue`, in order of arrival
  std::string text;
  std::optional<std::string> tag;  ///< producer's context, such as `exec:9f2c`; lower case
  std::optional<DeliveryRoute> route;
  bool trusted = false;
  Millis at = 0;
  bool replaces = false;

  static constexpr std::string_view kName = "SystemEvent";
  static constexpr auto fields() {
    return field_list(required("id", &SystemEvent::id, "order of arrival"),
                      required("text", &SystemEvent::text, "what happened"),
                      field("tag", &SystemEvent::tag, "the producer's own name for the cause"),
                      field("route", &SystemEvent::route, "where a reply to this event goes"),
                      field("trusted", &SystemEvent::trusted, "written by the host itself"),
                      required("at", &SystemEvent::at, "when, ms since the epoch"),
                      field("replaces", &SystemEvent::replaces,
                            "it made older events with its tag and route pointless"));
  }
};

/// What became of a posted event.
enum class EventReceipt { queued, duplicate };
constexpr std::array<std::string_view, 2> enum_names(EventReceipt) {
  return {"queued", "duplicate"};
}

/// What waits in a session, and what one run is handed to show. `dropped` counts the events that
/// there was no room for since the last run.
struct EventBatch {
  std::vector<SystemEvent> events;  ///< oldest first
  std::int64_t dropped = 0;

  static constexpr std::string_view kName = "EventBatch";
  static constexpr auto fields() {
    return field_list(
        required("events", &EventBatch::events, "oldest first"),
        field("dropped", &EventBatch::dropped, "older events that there was no room for"));
  }
};

/// Drops the older half of `batch`, rounded up, and counts it; returns how many.
std::int64_t drop_older_half(EventBatch& batch);

}  // namespace vagus
