#pragma once

#include <array>
#include <string_view>

namespace vagus {

/// Whose rules a list of messages must keep: OpenAI chat completions, Anthropic messages, Google
/// generateContent.
enum class TurnRules { openai, anthropic, google };
constexpr std::array<std::string_view, 3> enum_names(TurnRules) {
  return {"openai", "anthropic", "google"};
}

}  // namespace vagus
