#include "vagus/context/provider_turns.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "vagus/base/json.hpp"
#include "vagus/context/tool_calls.hpp"

namespace vagus {
namespace {

// In the order of `TurnRules`. OpenAI caps ids at 40; no other provider tells a length, and 64 is
// what all are known to take.
constexpr std::array<ProviderTurns, 3> kProviders = {{
    {.user_first = false,
     .system_first = false,
     .one_per_role = false,
     .unique_ids = false,
     .refuses_blank = false,
     .refuses_endings = false,
     .draws = false,
     .plain_ids = false,
     .id_bytes = 40,
     .name_extras = "_-"},
    {.user_first = true,
     .system_first = true,
     .one_per_role = true,
     .unique_ids = true,
     .refuses_blank = true,
     .refuses_endings = true,
     .draws = false,
     .plain_ids = true,
     .id_bytes = 64,
     .name_extras = "_-"},
    {.user_first = true,
     .system_first = true,
     .one_per_role = true,
     .unique_ids = false,
     .refuses_blank = true,
     .refuses_endings = false,
     .draws = true,
     .plain_ids = false,
     .id_bytes = 64,
     .name_extras = "_-.:"},
}};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

const ProviderTurns& provider_turns(TurnRules rules) {
  return kProviders[static_cast<std::size_t>(rules)];
}

bool is_call_id_char(char c, const ProviderTurns& provider) {
  return !provider.plain_ids || is_letter_or_digit(c) || c == '_' || c == '-';
}

bool is_call_id(std::string_view id, const ProviderTurns& provider) {
  return !id.empty() && id.size() <= provider.id_bytes &&
         std::all_of(id.begin(), id.end(), [&](char c) { return is_call_id_char(c, provider); });
}

bool is_tool_name_char(char c, const ProviderTurns& provider) {
  return is_letter_or_digit(c) || provider.name_extras.find(c) != std::string_view::npos;
}

bool is_provider_tool_name(std::string_view name, const ProviderTurns& provider) {
  return !name.empty() && name.size() <= kMaxToolName &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_tool_name_char(c, provider); });
}

bool is_json_object(std::string_view text) {
  const Result<Json> read = parse_json(text, ErrorCode::invalid_input);
  return read && read->is_object();
}

bool may_have(Role role, PartKind kind, const ProviderTurns& provider) {
  switch (kind) {
    case PartKind::text:
    case PartKind::opaque:
      return true;
    case PartKind::image:
      return role != Role::system && (role != Role::assistant || provider.draws);
    case PartKind::tool_call:
    case PartKind::thinking:
      return role == Role::assistant;
    case PartKind::tool_result:
      return role == Role::tool;
  }
  return false;
}

bool says_nothing(const Message& message) {
  return std::all_of(message.parts.begin(), message.parts.end(),
                     [](const Part& part) { return part.kind == PartKind::thinking; });
}

}  // namespace vagus
