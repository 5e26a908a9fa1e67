#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "vagus/base/json.hpp"

/// What the reference system takes its own messages to cost (spec: context, section 2), so that its
/// figures can be set beside vagus's. `message` is one of its messages as JSON; what has another
/// shape counts for nothing. Lengths are UTF-16 code units.
namespace vagus {

enum class ReferenceVersion { v2026_4, v2026_9 };
constexpr std::array<std::string_view, 2> enum_names(ReferenceVersion) {
  return {"2026.4", "2026.9"};
}

/// Section 2.1: characters by four, rounded up for each message.
struct EstimateFormula {
  bool weighted;                  ///< by script, section 2.2
  std::int64_t image_chars;       ///< of a user's image
  std::int64_t tool_image_chars;  ///< of an image in a result
  std::int64_t image_note_chars;  ///< once for a message that has images
  std::int64_t chars_per_token = 4;
};
inline constexpr EstimateFormula kEstimateFormulas[] = {{false, 0, 4'800, 0},
                                                        {true, 8'000, 8'000, 55}};

/// Section 3.2: characters of a message in a tool loop.
struct GuardFormula {
  std::int64_t image_chars = 8'000;
  std::int64_t other_role_chars = 256;
  std::int64_t result_factor = 2;
};
inline constexpr GuardFormula kGuardFormula;

/// Section 2.3: tokens of a message, of a rendered prompt and of tools.
struct PressureFormula {
  std::int64_t message_tokens = 12;
  std::int64_t block_tokens = 6;
  std::int64_t image_tokens = 2'000;
  std::int64_t chars_per_token = 4;
  std::int64_t json_chars_per_token = 3;
  std::int64_t result_chars_per_token = 2;
  std::int64_t margin_percent = 120;  ///< of a whole prompt before 2026.9
};
inline constexpr PressureFormula kPressureFormula;

std::int64_t reference_estimate(const Json& message, ReferenceVersion version);
std::int64_t reference_guard_chars(const Json& message);
std::int64_t reference_pressure(const Json& message);
std::int64_t reference_rendered_prompt(std::string_view system, std::string_view prompt);
std::int64_t reference_tools(const Json& tools);

/// A whole prompt before 2026.9, with margin: the system prompt and the tools went for nothing.
std::int64_t reference_pre_prompt(const Json& messages, std::string_view prompt);

}  // namespace vagus
