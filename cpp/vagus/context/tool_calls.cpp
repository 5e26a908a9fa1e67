#include "vagus/context/tool_calls.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_:.-").find(c) != std::string_view::npos;
}

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxToolName &&
         std::all_of(name.begin(), name.end(), is_name_char);
}

}  // namespace

ToolCallRepair repair_tool_calls(std::vector<Message> messages,
                                 const std::optional<std::vector<std::string>>& allowed_tools) {
  std::unordered_set<std::string> allowed;
  for (const std::string& name : allowed_tools.value_or(std::vector<std::string>{})) {
    allowed.insert(lower_ascii(trim(name)));
  }
  const auto is_usable = [&](const Part& call) {
    const std::string_view name = trim(call.name);
    return !is_blank(call.call_id) && !is_blank(call.arguments) && is_tool_name(name) &&
           (!allowed_tools || allowed.contains(lower_ascii(name)));
  };
  ToolCallRepair repair;
  for (Message& message : messages) {
    std::vector<Part> kept;
    for (Part& part : message.parts) {
      if (part.kind != PartKind::tool_call) {
        kept.push_back(std::move(part));
      } else if (is_usable(part)) {
        part.name = trim(part.name);
        kept.push_back(std::move(part));
      } else {
        ++repair.dropped_calls;
      }
    }
    if (kept.empty() && !message.parts.empty()) {
      ++repair.dropped_messages;
      continue;
    }
    message.parts = std::move(kept);
    repair.messages.push_back(std::move(message));
  }
  return repair;
}

}  // namespace vagus
