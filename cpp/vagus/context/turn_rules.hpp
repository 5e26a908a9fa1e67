#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/result.hpp"
#include "vagus/config/turn_rules.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/tools.hpp"

/// What a provider would refuse with HTTP 400 in a list of messages, and how to make any list one
/// that it takes (spec: context, sections 3.6 and 3.7).
namespace vagus {

enum class TurnFault {
  no_messages,        ///< nothing to answer
  empty_message,      ///< it says nothing
  blank_text,         ///< a text part of white space only
  trailing_space,     ///< the last message is the assistant's and ends in white space
  trailing_thinking,  ///< an assistant's message ends with thinking
  misplaced_part,     ///< a part that this role may not send, or in front of a tool's result
  misplaced_system,   ///< a system message behind others
  first_role,         ///< the first message is not the user's
  repeated_role,      ///< two messages of one role that must be one
  unanswered_call,    ///< no result directly behind the message that calls
  orphan_result,      ///< a result that no call is waiting for
  result_order,       ///< results in another order than the calls
  call_id,            ///< an id with characters, or of a length, that is refused
  repeated_call_id,   ///< an id that another call has
  tool_name,          ///< a name with characters, or of a length, that is refused
  arguments,          ///< arguments that are not the text of a JSON object
};
constexpr std::array<std::string_view, 16> enum_names(TurnFault) {
  return {"no_messages",       "empty_message",    "blank_text",       "trailing_space",
          "trailing_thinking", "misplaced_part",   "misplaced_system", "first_role",
          "repeated_role",     "unanswered_call",  "orphan_result",    "result_order",
          "call_id",           "repeated_call_id", "tool_name",        "arguments"};
}

/// One reason for a provider to refuse a list of messages.
struct TurnViolation {
  std::int64_t message = 0;
  TurnFault fault = TurnFault::no_messages;
  std::string reason;

  static constexpr std::string_view kName = "TurnViolation";
  static constexpr auto fields() {
    return field_list(required("message", &TurnViolation::message, "position in the list, from 0"),
                      required("fault", &TurnViolation::fault, "what is wrong"),
                      required("reason", &TurnViolation::reason, "the same, for people"));
  }
};

/// Everything in `messages` that the provider would refuse, in order of the messages. Linear.
std::vector<TurnViolation> check_turns(const std::vector<Message>& messages, TurnRules rules);

/// `messages` as the provider takes them: `check_turns` finds nothing in the result, messages that
/// it finds nothing in come back as they were, and so the repair is idempotent. In this order:
/// parts of the wrong role go (results get a message of their own), so do unusable calls
/// (`repair_tool_calls`); calls and results are paired (`repair_pairs`); what is blank goes, but
/// `kSaidNothing` stands for a newest message of the user; system messages move to the front;
/// messages of one role become one; a user's message is put first; ids and names lose what is
/// refused; arguments that are no JSON object are wrapped in one. A new id depends on the calls in
/// front of it only, so that a prompt's prefix keeps its bytes. Linear.
std::vector<Message> repair_turns(std::vector<Message> messages, TurnRules rules);

/// Makes one message of `role` messages that follow each other; their parts keep their order.
std::vector<Message> merge_consecutive(std::vector<Message> messages, Role role);

/// Puts a user's message in front of the first message that is not the system's, unless that is a
/// user's or there is none.
std::vector<Message> open_with_user(std::vector<Message> messages);

/// What the user's message says that `open_with_user` puts first.
inline constexpr std::string_view kOpening = "(The conversation begins here.)";

/// What stands for a newest message of the user that has only white space.
inline constexpr std::string_view kSaidNothing = "(This message was empty.)";

/// Refuses (`invalid_input`, field `tools[i].name`) tools that a provider would: a name that it
/// does not take, or that two of them have.
MaybeError check_tools(const std::vector<ToolSchema>& tools, TurnRules rules);

}  // namespace vagus
