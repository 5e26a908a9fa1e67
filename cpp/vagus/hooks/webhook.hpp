#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vagus/hooks/payload.hpp"

namespace vagus {

/// A webhook whose sender is known: one of `wake` and `agent`. The engine admits its session key,
/// and answers with `WebhookAnswered`.
struct WebhookReceived {
  std::string path;
  std::string sender;
  std::optional<WakeHook> wake;
  std::optional<AgentHook> agent;

  static constexpr std::string_view kName = "WebhookReceived";
  static constexpr auto fields() {
    return field_list(
        required("path", &WebhookReceived::path, "below the path of all hooks"),
        field("sender", &WebhookReceived::sender,
              "who sent it, such as a digest of its token: repetitions are known by it too"),
        field("wake", &WebhookReceived::wake, "a line for a session"),
        field("agent", &WebhookReceived::agent, "a turn of an agent"));
  }
};

}  // namespace vagus
