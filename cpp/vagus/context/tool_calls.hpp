#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/context/message.hpp"

namespace vagus {

/// Longest name of a tool, in bytes.
inline constexpr std::size_t kMaxToolName = 64;

/// Messages without the tool calls that no provider takes, and how many those were.
struct ToolCallRepair {
  std::vector<Message> messages;
  std::int64_t dropped_calls = 0;
  std::int64_t dropped_messages = 0;

  static constexpr std::string_view kName = "ToolCallRepair";
  static constexpr auto fields() {
    return field_list(required("messages", &ToolCallRepair::messages, "only usable calls are left"),
                      field("dropped_calls", &ToolCallRepair::dropped_calls, "calls left out"),
                      field("dropped_messages", &ToolCallRepair::dropped_messages,
                            "assistant messages left out: they had only such calls"));
  }
};

/// Leaves out tool calls without arguments, with a blank id, with a name that is not 1 to
/// `kMaxToolName` of `A-Z a-z 0-9 _ : . -` once trimmed, or with a name that is not one of
/// `allowed_tools`, in any case of ASCII letters (spec: context, section 3.6). Names of the others
/// are trimmed. Their results are left to `repair_pairs`. Idempotent.
ToolCallRepair repair_tool_calls(std::vector<Message> messages,
                                 const std::optional<std::vector<std::string>>& allowed_tools);

}  // namespace vagus
