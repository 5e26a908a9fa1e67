#pragma once

#include <cstddef>
#include <string_view>

#include "vagus/context/message.hpp"
#include "vagus/context/turn_rules.hpp"

/// What checking and repairing turns have in common.
namespace vagus {

/// What a provider is particular about. Lengths are in bytes.
struct ProviderTurns {
  bool user_first;       ///< behind the system messages
  bool system_first;     ///< no system message behind another
  bool one_per_role;     ///< no two messages of the user, or of the assistant, in a row
  bool unique_ids;       ///< call ids differ in all messages, not only within one
  bool refuses_blank;    ///< text parts of white space only
  bool refuses_endings;  ///< thinking at a message's end, white space at the last one's
  bool draws;            ///< its models answer with images, which may be sent back
  bool plain_ids;        ///< ids of letters, digits, '_' and '-' only
  std::size_t id_bytes;
  std::string_view name_extras;  ///< what a tool's name may have besides letters and digits
};

const ProviderTurns& provider_turns(TurnRules rules);

bool is_call_id(std::string_view id, const ProviderTurns& provider);
bool is_call_id_char(char c, const ProviderTurns& provider);
bool is_provider_tool_name(std::string_view name, const ProviderTurns& provider);
bool is_tool_name_char(char c, const ProviderTurns& provider);

/// True for the text of a JSON object, as `parse_json` takes it.
bool is_json_object(std::string_view text);

/// True when a message of `role` may have such a part.
bool may_have(Role role, PartKind kind, const ProviderTurns& provider);

/// True when nothing is said: there are no parts, or the assistant only thought.
bool says_nothing(const Message& message);

}  // namespace vagus
