#include "vagus/context/pairing.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace vagus {
namespace {

// The calls of one message that share an id and have no result yet, as positions among its calls.
struct Waiting {
  std::size_t message = 0;
  std::deque<std::size_t> calls;
};

Message missing_result(const Part& call) {
  Part part;
  part.kind = PartKind::tool_result;
  part.text = kNoResult;
  part.call_id = call.call_id;
  part.name = call.name;
  part.is_error = true;
  return Message{Role::tool, {std::move(part)}};
}

bool is_call(const Message& message, const Part& part) {
  return message.role == Role::assistant && part.kind == PartKind::tool_call;
}

// One message for each result, with the images that follow it. Parts in front of the first result
// answer nothing and are left out.
std::vector<Message> split_results(const Message& message) {
  std::vector<Message> results;
  for (const Part& part : message.parts) {
    if (part.kind == PartKind::tool_result) results.push_back(Message{Role::tool, {}});
    if (!results.empty()) results.back().parts.push_back(part);
  }
  return results;
}

// What follows each message: one answer for each of its calls, nothing until the result is found.
class Answers {
 public:
  explicit Answers(std::size_t messages) : answers_(messages) {}

  // A call that uses an id again closes the earlier one: a result belongs to the last message that
  // called.
  void add_call(std::size_t message, const Part& call) {
    Waiting& waiting = waiting_[call.call_id];
    if (waiting.message != message) waiting = {message, {}};
    waiting.calls.push_back(answers_[message].size());
    answers_[message].emplace_back();
  }

  // Counts the results that nothing waits for.
  void add_result(Message result, PairRepair& repair) {
    const auto found = waiting_.find(result.parts[0].call_id);
    if (found == waiting_.end()) {
      ++repair.orphans;
    } else if (found->second.calls.empty()) {
      ++repair.duplicates;
    } else {
      Waiting& waiting = found->second;
      answers_[waiting.message][waiting.calls.front()] = std::move(result);
      waiting.calls.pop_front();
    }
  }

  std::vector<std::optional<Message>>& of(std::size_t message) { return answers_[message]; }

 private:
  std::vector<std::vector<std::optional<Message>>> answers_;
  std::unordered_map<std::string, Waiting> waiting_;
};

std::vector<bool> unfinished_messages(std::size_t count, const PairingOptions& options) {
  std::vector<bool> unfinished(count);
  for (const std::int64_t at : options.unfinished) {
    if (at >= 0 && static_cast<std::uint64_t>(at) < count) {
      unfinished[static_cast<std::size_t>(at)] = true;
    }
  }
  return unfinished;
}

std::vector<std::string_view> call_ids(const Message& message) {
  std::vector<std::string_view> ids;
  for (const Part& part : message.parts) {
    if (is_call(message, part)) ids.push_back(part.call_id);
  }
  return ids;
}

std::vector<Part> calls_of(const Message& message) {
  std::vector<Part> calls;
  for (const Part& part : message.parts) {
    if (is_call(message, part)) calls.push_back(part);
  }
  return calls;
}

// False when the message has anything in front of its first result, or no result.
bool append_result_ids(const Message& message, std::vector<std::string_view>& ids) {
  if (message.parts.empty() || message.parts[0].kind != PartKind::tool_result) return false;
  for (const Part& part : message.parts) {
    if (part.kind == PartKind::tool_result) ids.push_back(part.call_id);
  }
  return true;
}

}  // namespace

std::vector<Message> repair_pairs(std::vector<Message> messages) {
  if (pairs_intact(messages)) return messages;
  return repair_pairs(std::move(messages), PairingOptions{}).messages;
}

PairRepair repair_pairs(std::vector<Message> messages, const PairingOptions& options) {
  const std::vector<bool> unfinished = unfinished_messages(messages.size(), options);
  const std::vector<Message> before = messages;
  PairRepair repair;
  Answers answers(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    for (const Part& part : messages[i].parts) {
      if (is_call(messages[i], part)) answers.add_call(i, part);
    }
    if (messages[i].role != Role::tool) continue;
    for (Message& result : split_results(messages[i])) {
      answers.add_result(std::move(result), repair);
    }
  }
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == Role::tool) continue;
    const std::vector<Part> calls = calls_of(messages[i]);
    repair.messages.push_back(std::move(messages[i]));
    for (std::size_t call = 0; call < calls.size(); ++call) {
      std::optional<Message>& answer = answers.of(i)[call];
      if (unfinished[i] && !(answer && options.keep_their_results)) continue;
      repair.added += answer ? 0 : 1;
      repair.messages.push_back(answer ? *std::move(answer) : missing_result(calls[call]));
    }
  }
  repair.changed = repair.messages != before;
  return repair;
}

std::vector<Message> without_unanswered_calls(std::vector<Message> messages) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (call_ids(messages[i]).empty()) continue;
    std::unordered_map<std::string_view, std::size_t> results;
    for (std::size_t j = i + 1; j < messages.size() && messages[j].role == Role::tool; ++j) {
      for (const Part& part : messages[j].parts) {
        if (part.kind == PartKind::tool_result) ++results[part.call_id];
      }
    }
    const auto is_unanswered = [&](const Part& part) {
      if (part.kind != PartKind::tool_call) return false;
      const auto found = results.find(part.call_id);
      return found == results.end() || found->second-- == 0;
    };
    std::vector<Part> kept;
    for (Part& part : messages[i].parts) {
      if (!is_unanswered(part)) kept.push_back(std::move(part));
    }
    if (kept.empty()) kept = text_message(Role::assistant, std::string(kCallsLeftOut)).parts;
    messages[i].parts = std::move(kept);
  }
  return messages;
}

bool pairs_intact(const std::vector<Message>& messages) {
  std::size_t i = 0;
  while (i < messages.size()) {
    if (messages[i].role == Role::tool) return false;
    const std::vector<std::string_view> calls = call_ids(messages[i]);
    std::vector<std::string_view> results;
    for (++i; i < messages.size() && messages[i].role == Role::tool; ++i) {
      if (!append_result_ids(messages[i], results)) return false;
    }
    if (results != calls) return false;
  }
  return true;
}

}  // namespace vagus
