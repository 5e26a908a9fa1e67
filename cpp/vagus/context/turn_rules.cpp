#include "vagus/context/turn_rules.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "vagus/base/json_codec.hpp"
#include "vagus/context/provider_turns.hpp"
#include "vagus/context/tool_calls.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

// In the order of `TurnFault`.
constexpr std::array<std::string_view, 16> kReasons = {
    "there is no message to answer",
    "the message says nothing",
    "a text part is blank",
    "the assistant's last words end in white space",
    "the message ends with thinking",
    "this role may not send such a part, or not in this place",
    "a system message stands behind others",
    "the first message must be the user's",
    "the message before has the same role",
    "no result follows the tool call",
    "the result belongs to no tool call in front of it",
    "the results are not in the order of the calls",
    "the id of the tool call has characters or a length that the provider refuses",
    "the id of the tool call is not its own",
    "the tool's name has characters or a length that the provider refuses",
    "the arguments of the tool call are not a JSON object",
};
static_assert(enum_names(TurnFault{}).size() == kReasons.size());

class Check {
 public:
  Check(const std::vector<Message>& messages, TurnRules rules)
      : messages_(messages), provider_(provider_turns(rules)) {}

  std::vector<TurnViolation> run() && {
    check_list();
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      check_order(i);
      check_parts(i);
      check_calls(i);
    }
    check_pairs();
    std::stable_sort(found_.begin(), found_.end(), [](const auto& left, const auto& right) {
      return left.message < right.message;
    });
    return std::move(found_);
  }

 private:
  void add(std::size_t message, TurnFault fault) {
    found_.push_back({static_cast<std::int64_t>(message), fault,
                      std::string(kReasons[static_cast<std::size_t>(fault)])});
  }

  void check_list() {
    const bool has_turn = std::any_of(messages_.begin(), messages_.end(),
                                      [](const auto& each) { return each.role != Role::system; });
    if (messages_.empty() || (provider_.user_first && !has_turn)) add(0, TurnFault::no_messages);
    if (messages_.empty() || !provider_.refuses_endings) return;
    const Message& last = messages_.back();
    if (last.role != Role::assistant || last.parts.empty()) return;
    const Part& end = last.parts.back();
    if (end.kind == PartKind::text && !is_blank(end.text) && !end.text.ends_with(trim(end.text))) {
      add(messages_.size() - 1, TurnFault::trailing_space);
    }
  }

  void check_order(std::size_t i) {
    const Role role = messages_[i].role;
    if (role == Role::system) {
      if (provider_.system_first && has_turn_) add(i, TurnFault::misplaced_system);
      return;
    }
    if (provider_.user_first && !has_turn_ && role != Role::user) add(i, TurnFault::first_role);
    has_turn_ = true;
    const bool may_repeat = !provider_.one_per_role || role == Role::tool;
    if (i > 0 && messages_[i - 1].role == role && !may_repeat) add(i, TurnFault::repeated_role);
  }

  void check_parts(std::size_t i) {
    const Message& message = messages_[i];
    if (says_nothing(message)) add(i, TurnFault::empty_message);
    for (const Part& part : message.parts) {
      const bool is_first = &part == &message.parts.front();
      const bool needs_result = is_first && message.role == Role::tool;
      if (!may_have(message.role, part.kind, provider_) ||
          (needs_result && part.kind != PartKind::tool_result)) {
        add(i, TurnFault::misplaced_part);
      }
      if (provider_.refuses_blank && part.kind == PartKind::text && is_blank(part.text)) {
        add(i, TurnFault::blank_text);
      }
    }
    if (provider_.refuses_endings && message.role == Role::assistant && !message.parts.empty() &&
        message.parts.back().kind == PartKind::thinking) {
      add(i, TurnFault::trailing_thinking);
    }
  }

  void check_calls(std::size_t i) {
    if (messages_[i].role != Role::assistant) return;
    if (!provider_.unique_ids) ids_.clear();
    for (const Part& part : messages_[i].parts) {
      if (part.kind != PartKind::tool_call) continue;
      if (is_blank(part.call_id) || !is_call_id(part.call_id, provider_)) {
        add(i, TurnFault::call_id);
      }
      if (!ids_.insert(part.call_id).second) add(i, TurnFault::repeated_call_id);
      if (!is_provider_tool_name(part.name, provider_)) add(i, TurnFault::tool_name);
      if (!is_json_object(part.arguments)) add(i, TurnFault::arguments);
    }
  }

  void check_pairs() {
    std::size_t i = 0;
    while (i < messages_.size()) {
      const std::size_t first = messages_[i].role == Role::tool ? i : i + 1;
      std::size_t end = first;
      while (end < messages_.size() && messages_[end].role == Role::tool) ++end;
      check_answers(i, first, end);
      i = end;
    }
  }

  // The message at `i` and the results in `[first, end)` behind it.
  void check_answers(std::size_t i, std::size_t first, std::size_t end) {
    std::vector<std::string_view> calls;
    if (first != i && messages_[i].role == Role::assistant) {
      for (const Part& part : messages_[i].parts) {
        if (part.kind == PartKind::tool_call) calls.push_back(part.call_id);
      }
    }
    std::unordered_map<std::string_view, std::int64_t> waiting;
    for (const std::string_view id : calls) ++waiting[id];
    std::vector<std::string_view> results;
    const std::size_t before = found_.size();
    for (std::size_t j = first; j < end; ++j) {
      for (const Part& part : messages_[j].parts) {
        if (part.kind != PartKind::tool_result) continue;
        results.push_back(part.call_id);
        const auto call = waiting.find(part.call_id);
        if (call == waiting.end() || call->second == 0) {
          add(j, TurnFault::orphan_result);
        } else {
          --call->second;
        }
      }
    }
    for (const std::string_view id : calls) {
      if (waiting[id] == 0) continue;
      --waiting[id];
      add(i, TurnFault::unanswered_call);
    }
    if (found_.size() == before && results != calls) add(first, TurnFault::result_order);
  }

  const std::vector<Message>& messages_;
  const ProviderTurns& provider_;
  std::vector<TurnViolation> found_;
  std::unordered_set<std::string_view> ids_;
  bool has_turn_ = false;
};

}  // namespace

std::vector<TurnViolation> check_turns(const std::vector<Message>& messages, TurnRules rules) {
  return Check(messages, rules).run();
}

MaybeError check_tools(const std::vector<ToolSchema>& tools, TurnRules rules) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const std::string& name = tools[i].name;
    const std::string field = join_path(join_path("tools", i), "name");
    if (!is_provider_tool_name(name, provider_turns(rules))) {
      return make_error(ErrorCode::invalid_input, field, name,
                        "must be a name that the provider takes: letters, digits and a few signs, "
                        "at most " +
                            std::to_string(kMaxToolName));
    }
    if (names.insert(name).second) continue;
    return make_error(ErrorCode::invalid_input, field, name, "is given twice");
  }
  return std::nullopt;
}

}  // namespace vagus
