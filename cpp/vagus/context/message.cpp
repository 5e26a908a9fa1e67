#include "vagus/context/message.hpp"

#include <array>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "vagus/base/json.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr bool kNo = false;
constexpr bool kYes = true;

// Which kind of part (column, in the order of PartKind) may stand in a message of which role (row,
// in the order of Role). A tool may answer with images beside its result.
constexpr bool kAllowed[4][6] = {
    // text, image, tool_call, tool_result, thinking, opaque
    {kYes, kNo, kNo, kNo, kNo, kYes},     // system
    {kYes, kYes, kNo, kNo, kNo, kYes},    // user
    {kYes, kYes, kYes, kNo, kYes, kYes},  // assistant
    {kNo, kYes, kNo, kYes, kNo, kYes},    // tool
};

struct TextField {
  std::string_view name;
  std::string Part::*member;
  std::array<bool, 6> used;  ///< by which kind, in the order of PartKind
  std::size_t max_bytes;
};

constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();

constexpr std::array<TextField, 5> kTextFields = {{
    // text, image, tool_call, tool_result, thinking, opaque
    {"text", &Part::text, {kYes, kNo, kNo, kYes, kYes, kNo}, kAnyLength},
    {"call_id", &Part::call_id, {kNo, kNo, kYes, kYes, kNo, kNo}, kMaxToolLabelBytes},
    {"name", &Part::name, {kNo, kNo, kYes, kYes, kNo, kNo}, kMaxToolLabelBytes},
    {"arguments", &Part::arguments, {kNo, kNo, kYes, kNo, kNo, kNo}, kAnyLength},
    {"data", &Part::data, {kNo, kYes, kNo, kNo, kNo, kYes}, kAnyLength},
}};

bool allowed(Role role, PartKind kind) {
  return kAllowed[static_cast<std::size_t>(role)][static_cast<std::size_t>(kind)];
}

MaybeError refuse(std::string field, std::string_view value, std::string_view message) {
  return make_error(ErrorCode::invalid_input, field, value, message);
}

MaybeError check_place(const std::string& path, Role role, const Part& part) {
  const bool tool_part = part.kind == PartKind::tool_call || part.kind == PartKind::tool_result;
  if (!allowed(role, part.kind)) {
    return refuse(path + ".kind", name_of(part.kind),
                  "has no place in a message of role " + std::string(name_of(role)));
  }
  if (tool_part && part.call_id.empty()) {
    return refuse(path + ".call_id", part.call_id, "must name the tool call");
  }
  return std::nullopt;
}

// `bytes_left` spans all parts, because a limit per part would not bound the message.
MaybeError check_texts(const std::string& path, const Part& part, std::size_t& bytes_left) {
  for (const TextField& field : kTextFields) {
    const std::string& text = part.*field.member;
    const std::string name = path + "." + std::string(field.name);
    if (!text.empty() && !field.used[static_cast<std::size_t>(part.kind)]) {
      return refuse(name, text,
                    "means nothing in a part of kind " + std::string(name_of(part.kind)));
    }
    if (text.size() > field.max_bytes) {
      return refuse(name, text, "longer than " + std::to_string(field.max_bytes) + " bytes");
    }
    if (text.size() > bytes_left) {
      return refuse(name, text, "brings the message beyond the limit text_bytes");
    }
    bytes_left -= text.size();
    if (!is_valid_utf8(text)) return refuse(name, text, "must be UTF-8");
  }
  return std::nullopt;
}

MaybeError check_extra(const std::string& path, const std::optional<std::string>& extra,
                       std::size_t& bytes_left) {
  if (!extra) return std::nullopt;
  const std::string name = path + ".extra";
  if (extra->size() > bytes_left) {
    return refuse(name, *extra, "brings the message beyond the limit text_bytes");
  }
  bytes_left -= extra->size();
  const Result<Json> read = parse_json(*extra, ErrorCode::invalid_input);
  if (!read) return renamed(read.error(), name);
  if (!read->is_object()) return refuse(name, *extra, "must be the text of a JSON object");
  return std::nullopt;
}

}  // namespace

Message text_message(Role role, std::string text) {
  Part part;
  part.text = std::move(text);
  return Message{role, {std::move(part)}};
}

std::string text_of(const Message& message) {
  std::string all;
  bool first = true;
  for (const Part& part : message.parts) {
    if (part.kind != PartKind::text && part.kind != PartKind::tool_result) continue;
    if (!first) all += '\n';
    all += part.text;
    first = false;
  }
  return all;
}

MaybeError check_message(std::string_view field, const Message& message, const Limits& limits) {
  const std::string parts = std::string(field) + ".parts";
  if (message.parts.empty()) return refuse(parts, "", "must not be empty");
  if (message.role == Role::tool && message.parts[0].kind != PartKind::tool_result) {
    return refuse(parts + "[0].kind", name_of(message.parts[0].kind),
                  "must be tool_result: a tool's message begins with a result");
  }
  auto bytes_left = static_cast<std::size_t>(limits.text_bytes);
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const std::string path = parts + "[" + std::to_string(i) + "]";
    if (auto failed = check_place(path, message.role, message.parts[i])) return failed;
    if (auto failed = check_texts(path, message.parts[i], bytes_left)) return failed;
    if (auto failed = check_extra(path, message.parts[i].extra, bytes_left)) return failed;
  }
  return check_extra(std::string(field), message.extra, bytes_left);
}

}  // namespace vagus
