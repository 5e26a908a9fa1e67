#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vagus/context/message.hpp"
#include "vagus/keys/context_key.hpp"

/// Messages for tests, and a short form of them to compare: `U A:text A:1+2 R:1 R:2!`.
namespace vagus::testing_messages {

inline Message user(std::string text) {
  return text_message(Role::user, std::move(text));
}
inline Message says(std::string text) {
  return text_message(Role::assistant, std::move(text));
}

inline Part text_part(std::string text) {
  Part part;
  part.text = std::move(text);
  return part;
}

inline Part call_part(std::string id, std::string name = "exec", std::string arguments = "{}") {
  Part part;
  part.kind = PartKind::tool_call;
  part.call_id = std::move(id);
  part.name = std::move(name);
  part.arguments = std::move(arguments);
  return part;
}

inline Part result_part(std::string id, std::string text = "done", std::string name = "exec") {
  Part part;
  part.kind = PartKind::tool_result;
  part.call_id = std::move(id);
  part.name = std::move(name);
  part.text = std::move(text);
  return part;
}

inline Part image_part(std::string data = "media://1") {
  Part part;
  part.kind = PartKind::image;
  part.data = std::move(data);
  return part;
}

inline Message calls(const std::vector<std::string>& ids) {
  Message message{Role::assistant, {}};
  for (const std::string& id : ids) message.parts.push_back(call_part(id));
  return message;
}

inline Message result(std::string id, std::string text = "done") {
  return Message{Role::tool, {result_part(std::move(id), std::move(text))}};
}

inline std::string short_form(const Message& message) {
  if (message.role == Role::system) return "S";
  if (message.role == Role::user) return "U";
  std::string ids;
  for (const Part& part : message.parts) {
    if (part.kind != PartKind::tool_call && part.kind != PartKind::tool_result) continue;
    ids += (ids.empty() ? "" : "+") + part.call_id + (part.is_error ? "!" : "");
  }
  return (message.role == Role::tool ? "R:" : "A:") + (ids.empty() ? "text" : ids);
}

inline std::string short_form(const std::vector<Message>& messages) {
  std::string all;
  for (const Message& message : messages) {
    all += (all.empty() ? "" : " ") + short_form(message);
  }
  return all;
}

inline bool starts_with(const std::vector<Message>& messages, const std::vector<Message>& start) {
  return messages.size() >= start.size() &&
         std::equal(start.begin(), start.end(), messages.begin());
}

inline ContextKey some_key() {
  return *ContextKey::parse("agent:trent:main:epoch:1");
}

/// A small deterministic generator (the constants of Knuth's MMIX).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2 + 1) {}

  /// A number in [0, sides).
  std::int64_t roll(std::int64_t sides) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::int64_t>((state_ >> 33) % static_cast<std::uint64_t>(sides));
  }

 private:
  std::uint64_t state_;
};

}  // namespace vagus::testing_messages
