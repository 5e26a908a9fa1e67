#include "vagus/context/pairing.hpp"

#include <deque>
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
  part.text = "No result of this tool call was recorded.";
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

// What follows each message: one answer for each of its calls, an error until the result is found.
class Answers {
 public:
  explicit Answers(std::size_t messages) : answers_(messages) {}

  // A call that uses an id again closes the earlier one: a result belongs to the last message that
  // called.
  void add_call(std::size_t message, const Part& call) {
    Waiting& waiting = waiting_[call.call_id];
    if (waiting.message != message) waiting = {message, {}};
    waiting.calls.push_back(answers_[message].size());
    answers_[message].push_back(missing_result(call));
  }

  void add_result(Message result) {
    const auto found = waiting_.find(result.parts[0].call_id);
    if (found == waiting_.end() || found->second.calls.empty()) return;
    Waiting& waiting = found->second;
    answers_[waiting.message][waiting.calls.front()] = std::move(result);
    waiting.calls.pop_front();
  }

  std::vector<Message>& of(std::size_t message) { return answers_[message]; }

 private:
  std::vector<std::vector<Message>> answers_;
  std::unordered_map<std::string, Waiting> waiting_;
};

std::vector<std::string_view> call_ids(const Message& message) {
  std::vector<std::string_view> ids;
  for (const Part& part : message.parts) {
    if (is_call(message, part)) ids.push_back(part.call_id);
  }
  return ids;
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
  Answers answers(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    for (const Part& part : messages[i].parts) {
      if (is_call(messages[i], part)) answers.add_call(i, part);
    }
    if (messages[i].role != Role::tool) continue;
    for (Message& result : split_results(messages[i])) answers.add_result(std::move(result));
  }
  std::vector<Message> repaired;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == Role::tool) continue;
    repaired.push_back(std::move(messages[i]));
    for (Message& answer : answers.of(i)) repaired.push_back(std::move(answer));
  }
  return repaired;
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
