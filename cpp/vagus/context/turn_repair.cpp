#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "vagus/base/json.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/provider_turns.hpp"
#include "vagus/context/tool_calls.hpp"
#include "vagus/context/turn_rules.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

// Room that the part of a new id has which makes it differ: '_' and a number.
constexpr std::size_t kSuffixBytes = 12;

// The field of the object that unreadable arguments are wrapped in.
constexpr const char* kUnreadable = "unreadable";

// Leaves out what the role may not send. Results that stand elsewhere get a tool message: behind an
// assistant's message, which may hold their calls, and in front of any other.
std::vector<Message> with_parts_in_place(std::vector<Message> messages,
                                         const ProviderTurns& provider) {
  std::vector<Message> placed;
  for (Message& message : messages) {
    Message results{Role::tool, {}};
    std::vector<Part> kept;
    for (Part& part : message.parts) {
      if (may_have(message.role, part.kind, provider)) {
        kept.push_back(std::move(part));
      } else if (part.kind == PartKind::tool_result) {
        results.parts.push_back(std::move(part));
      }
    }
    message.parts = std::move(kept);
    const bool results_first = message.role != Role::assistant;
    if (!results.parts.empty() && results_first) placed.push_back(std::move(results));
    const bool has_results_left = !results_first && !results.parts.empty();
    placed.push_back(std::move(message));
    if (has_results_left) placed.push_back(std::move(results));
  }
  return placed;
}

bool is_text(const Part& part) {
  return part.kind == PartKind::text;
}

// A newest message of the user stays, or the model would be asked to go on with its own answer.
std::vector<Message> without_blanks(std::vector<Message> messages, const ProviderTurns& provider) {
  const bool is_asked = !messages.empty() && messages.back().role == Role::user;
  for (Message& message : messages) {
    if (provider.refuses_blank) {
      std::erase_if(message.parts,
                    [](const Part& part) { return is_text(part) && is_blank(part.text); });
    }
    while (provider.refuses_endings && !message.parts.empty() &&
           message.parts.back().kind == PartKind::thinking) {
      message.parts.pop_back();
    }
  }
  std::erase_if(messages, says_nothing);
  if (is_asked && (messages.empty() || messages.back().role != Role::user)) {
    messages.push_back(text_message(Role::user, std::string(kSaidNothing)));
  }
  return messages;
}

std::string replaced(std::string_view text, bool (*fits)(char, const ProviderTurns&),
                     const ProviderTurns& provider) {
  std::string plain(text);
  std::replace_if(
      plain.begin(), plain.end(), [&](char c) { return !fits(c, provider); }, '_');
  return plain;
}

// Ids that the provider takes. A new one depends on the ids given so far only.
class Ids {
 public:
  explicit Ids(const ProviderTurns& provider) : provider_(provider) {}

  void start_message() {
    if (provider_.unique_ids) return;
    given_.clear();
    next_.clear();
  }

  std::string take(std::string_view id) {
    std::string wanted = replaced(id, &is_call_id_char, provider_);
    if (wanted.size() <= provider_.id_bytes && given_.insert(wanted).second) return wanted;
    const std::string base(prefix_within(wanted, provider_.id_bytes - kSuffixBytes));
    std::int64_t& number = next_.try_emplace(base, 2).first->second;
    while (true) {
      std::string made = base + "_" + std::to_string(number++);
      if (given_.insert(made).second) return made;
    }
  }

 private:
  const ProviderTurns& provider_;
  std::unordered_set<std::string> given_;
  std::unordered_map<std::string, std::int64_t> next_;
};

void relabel(Part& part, const Part& call) {
  part.call_id = call.call_id;
  if (!part.name.empty()) part.name = call.name;
}

// REQUIRES: pairs are intact, so that results can be told by their place.
void give_labels(std::vector<Message>& messages, const ProviderTurns& provider) {
  Ids ids(provider);
  std::vector<const Part*> calls;
  std::size_t next = 0;
  for (Message& message : messages) {
    if (message.role == Role::tool) {
      for (Part& part : message.parts) {
        if (part.kind == PartKind::tool_result) relabel(part, *calls[next++]);
      }
      continue;
    }
    calls.clear();
    next = 0;
    ids.start_message();
    for (Part& part : message.parts) {
      if (part.kind != PartKind::tool_call) continue;
      part.call_id = ids.take(part.call_id);
      part.name = replaced(part.name, &is_tool_name_char, provider);
      calls.push_back(&part);
    }
  }
}

void wrap_arguments(std::vector<Message>& messages) {
  for (Message& message : messages) {
    for (Part& part : message.parts) {
      if (part.kind != PartKind::tool_call || is_json_object(part.arguments)) continue;
      part.arguments = dump_json(Json{{kUnreadable, part.arguments}});
    }
  }
}

Message opening() {
  return text_message(Role::user, std::string(kOpening));
}

// A conversation in which something is said, and by the user first where that is needed.
std::vector<Message> with_opening(std::vector<Message> messages, const ProviderTurns& provider) {
  const bool has_turn = std::any_of(messages.begin(), messages.end(), [](const Message& message) {
    return message.role != Role::system;
  });
  if (has_turn) {
    return provider.user_first ? open_with_user(std::move(messages)) : std::move(messages);
  }
  if (messages.empty() || provider.user_first) messages.push_back(opening());
  return messages;
}

void trim_last_words(std::vector<Message>& messages) {
  if (messages.empty() || messages.back().role != Role::assistant) return;
  Part& last = messages.back().parts.back();
  if (!is_text(last)) return;
  const std::string_view trimmed = trim(last.text);
  last.text.resize(static_cast<std::size_t>(trimmed.data() - last.text.data()) + trimmed.size());
}

}  // namespace

std::vector<Message> merge_consecutive(std::vector<Message> messages, Role role) {
  std::vector<Message> merged;
  for (Message& message : messages) {
    if (message.role == role && !merged.empty() && merged.back().role == role) {
      std::move(message.parts.begin(), message.parts.end(),
                std::back_inserter(merged.back().parts));
    } else {
      merged.push_back(std::move(message));
    }
  }
  return merged;
}

std::vector<Message> open_with_user(std::vector<Message> messages) {
  const auto first = std::find_if(messages.begin(), messages.end(), [](const Message& message) {
    return message.role != Role::system;
  });
  if (first != messages.end() && first->role != Role::user) messages.insert(first, opening());
  return messages;
}

std::vector<Message> repair_turns(std::vector<Message> messages, TurnRules rules) {
  if (check_turns(messages, rules).empty()) return messages;
  const ProviderTurns& provider = provider_turns(rules);
  messages = with_parts_in_place(std::move(messages), provider);
  messages = repair_tool_calls(std::move(messages), std::nullopt).messages;
  messages = repair_pairs(std::move(messages));
  messages = without_blanks(std::move(messages), provider);
  if (provider.system_first) {
    std::stable_partition(messages.begin(), messages.end(),
                          [](const Message& message) { return message.role == Role::system; });
  }
  if (provider.one_per_role) {
    messages = merge_consecutive(std::move(messages), Role::user);
    messages = merge_consecutive(std::move(messages), Role::assistant);
  }
  messages = with_opening(std::move(messages), provider);
  give_labels(messages, provider);
  wrap_arguments(messages);
  if (provider.refuses_endings) trim_last_words(messages);
  return messages;
}

}  // namespace vagus
