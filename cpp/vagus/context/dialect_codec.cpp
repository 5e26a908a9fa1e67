#include "vagus/context/dialect_codec.hpp"

#include <algorithm>

#include "vagus/text/sha256.hpp"

namespace vagus::dialects {
namespace {

const Json& empty_object() {
  static const Json kEmpty = Json::object();
  return kEmpty;
}

bool is_deeper(const Json& value, std::int64_t depth) {
  if (!value.is_structured()) return false;
  return depth == 0 || std::any_of(value.begin(), value.end(), [depth](const Json& inner) {
           return is_deeper(inner, depth - 1);
         });
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

void Faults::add(const std::string& path, const Json& value, std::string_view why) {
  if (!first_) {
    first_ = Error{ErrorCode::invalid_input, path, json_quoted(value), std::string(why)};
  }
}

void Faults::missing(const std::string& path) {
  if (!first_) first_ = Error{ErrorCode::invalid_input, path, "", "is required"};
}

void check_depth(const Json& value, const std::string& path, Faults& faults) {
  if (!is_deeper(value, kMaxMessageDepth)) return;
  faults.add(path, Json(), "nested deeper than " + std::to_string(kMaxMessageDepth) + " levels");
}

std::string text_field(const Json& object, std::string_view key, const std::string& path,
                       Faults& faults) {
  if (!object.is_object()) {
    faults.add(path, object, "must be an object");
    return {};
  }
  const Json* value = find(object, key);
  if (value == nullptr) {
    faults.missing(join_path(path, key));
  } else if (!value->is_string()) {
    faults.add(join_path(path, key), *value, "must be text");
  } else {
    return value->get<std::string>();
  }
  return {};
}

const Json* find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(std::string(key));
  return found == object.end() ? nullptr : &*found;
}

Json rest_of(const Json& object, std::span<const std::string_view> known) {
  Json rest = Json::object();
  auto& fields = rest.get_ref<Json::object_t&>();
  for (const auto& [key, value] : object.items()) {
    // Appended: they are of one object, so no key comes twice.
    if (std::find(known.begin(), known.end(), key) == known.end()) fields.emplace_back(key, value);
  }
  return rest;
}

void add_rest(Json& object, const Json& rest) {
  auto& fields = object.get_ref<Json::object_t&>();
  const std::size_t own = fields.size();
  for (const auto& [key, value] : rest.items()) {
    const auto own_end = fields.begin() + static_cast<std::ptrdiff_t>(own);
    const bool taken =
        std::any_of(fields.begin(), own_end, [&](const auto& field) { return field.first == key; });
    if (!taken) fields.emplace_back(key, value);
  }
}

std::optional<std::string> pack(Dialect dialect, const Json& own) {
  if (own.empty()) return std::nullopt;
  return dump_json(Json{{std::string(name_of(dialect)), own}});
}

Json unpack(Dialect dialect, const std::optional<std::string>& extra, const std::string& path,
            Faults& faults) {
  if (!extra) return Json::object();
  const Result<Json> read = parse_json(*extra, ErrorCode::invalid_input);
  if (!read || !read->is_object()) {
    faults.add(join_path(path, "extra"), *extra, "must be the text of a JSON object");
    return Json::object();
  }
  const Json* own = find(*read, name_of(dialect));
  return own != nullptr && own->is_object() ? *own : Json::object();
}

const Json& part_of(const Json& own, std::string_view key) {
  const Json* value = find(own, key);
  return value != nullptr && value->is_object() ? *value : empty_object();
}

bool is_marked(const Json& own, std::string_view key) {
  const Json* value = find(own, key);
  return value != nullptr && *value == Json(true);
}

const BlockSpec* spec_of(std::span<const BlockSpec> table, std::string_view type) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.type == type; });
  return found == table.end() ? nullptr : &*found;
}

Part read_block(const BlockSpec& spec, const Json& block, const std::string& path, Json& own,
                Faults& faults) {
  Part part;
  part.kind = spec.kind;
  std::vector<std::string_view> known = {"type"};
  for (const FieldSpec& field : spec.fields) {
    if (field.key.empty()) continue;
    known.push_back(field.key);
    if (!field.is_object) {
      part.*field.slot = text_field(block, field.key, path, faults);
    } else if (const Json* value = find(block, field.key); value == nullptr) {
      faults.missing(join_path(path, field.key));
    } else if (!value->is_object()) {
      faults.add(join_path(path, field.key), *value, "must be an object");
    } else {
      part.*field.slot = dump_json(*value);
    }
  }
  if (Json rest = rest_of(block, known); !rest.empty()) own[std::string(kRest)] = std::move(rest);
  return part;
}

Json write_block(const BlockSpec& spec, const Part& part, const Json& own) {
  Json block = {{"type", spec.type}};
  for (const FieldSpec& field : spec.fields) {
    if (field.key.empty()) continue;
    const std::string& value = part.*field.slot;
    block[std::string(field.key)] = field.is_object ? arguments_object(value) : Json(value);
  }
  add_rest(block, part_of(own, kRest));
  return block;
}

Part opaque_part(Dialect dialect, const Json& block, Json own) {
  Part part;
  part.kind = PartKind::opaque;
  part.data = dump_json(block);
  own[std::string(kAsItIs)] = true;
  part.extra = pack(dialect, own);
  return part;
}

std::optional<Json> opaque_block(Dialect dialect, const Part& part, const std::string& path,
                                 Faults& faults) {
  if (part.extra && unpack(dialect, part.extra, path, faults).empty()) return std::nullopt;
  Result<Json> block = parse_json(part.data, ErrorCode::invalid_input);
  if (block && block->is_object()) return *std::move(block);
  faults.add(join_path(path, "data"), part.data, "must be the text of a JSON object");
  return std::nullopt;
}

Json arguments_object(const std::string& arguments) {
  Result<Json> read = parse_json(arguments, ErrorCode::invalid_input);
  if (!read) return {{"input", arguments}};
  if (!read->is_object()) return {{"input", *std::move(read)}};
  return *std::move(read);
}

std::string plain_call_id(const std::string& id, std::size_t max_bytes) {
  const bool plain =
      !id.empty() && id.size() <= max_bytes && std::all_of(id.begin(), id.end(), is_plain);
  if (plain) return id;
  constexpr std::size_t kDigestBytes = 8;
  std::string other = id.substr(0, max_bytes - 2 * kDigestBytes - 1);
  std::replace_if(
      other.begin(), other.end(), [](char c) { return !is_plain(c); }, '_');
  other += '_';
  const auto digest = sha256(id);
  for (std::size_t i = 0; i < kDigestBytes; ++i) {
    constexpr std::string_view kHex = "0123456789abcdef";
    other += kHex[digest[i] >> 4U];
    other += kHex[digest[i] & 0x0FU];
  }
  return other;
}

void mark_call_id(const Part& part, std::size_t max_bytes, Json& own) {
  if (plain_call_id(part.call_id, max_bytes) != part.call_id) own[std::string(kAsItIs)] = true;
}

std::string written_call_id(const Part& part, std::size_t max_bytes, const Json& own) {
  return is_marked(own, kAsItIs) ? part.call_id : plain_call_id(part.call_id, max_bytes);
}

std::optional<InlineImage> inline_image(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kEncoding = ";base64,";
  if (!url.starts_with(kScheme)) return std::nullopt;
  const std::size_t end = url.find(kEncoding);
  if (end == std::string_view::npos) return std::nullopt;
  return InlineImage{std::string(url.substr(kScheme.size(), end - kScheme.size())),
                     std::string(url.substr(end + kEncoding.size()))};
}

std::optional<Json> write_block_list(const Json& shape, std::string_view text,
                                     std::string_view text_type, const std::vector<Json>& others) {
  if (!shape.is_array()) return std::nullopt;
  Json list = Json::array();
  std::size_t next_other = 0;
  std::size_t at = 0;
  bool first = true;
  for (const Json& entry : shape) {
    if (entry.is_null()) {
      if (next_other == others.size()) return std::nullopt;
      list.push_back(others[next_other++]);
      continue;
    }
    const Json* bytes = find(entry, "bytes");
    if (bytes == nullptr || !bytes->is_number_unsigned()) return std::nullopt;
    const auto size = bytes->get<std::size_t>();
    if (!first && (at >= text.size() || text[at++] != '\n')) return std::nullopt;
    if (size > text.size() - at) return std::nullopt;
    list.push_back({{"type", text_type}, {"text", text.substr(at, size)}});
    add_rest(list.back(), part_of(entry, "rest"));
    at += size;
    first = false;
  }
  if (at != text.size() || next_other != others.size()) return std::nullopt;
  return list;
}

Json block_list(std::string_view text, std::string_view text_type,
                const std::vector<Json>& others) {
  Json list = Json::array();
  if (!text.empty()) list.push_back({{"type", text_type}, {"text", text}});
  for (const Json& other : others) list.push_back(other);
  return list;
}

}  // namespace vagus::dialects

namespace vagus {
namespace {

struct Row {
  dialects::Messages (*read)(const Json&, dialects::Faults&);
  Json (*write)(const dialects::Messages&, dialects::Faults&);
};

// In the order of Dialect.
constexpr Row kDialects[] = {
    {dialects::read_openai_chat, dialects::write_openai_chat},
    {dialects::read_openai_responses, dialects::write_openai_responses},
    {dialects::read_anthropic, dialects::write_anthropic},
    {dialects::read_openclaw, dialects::write_openclaw},
};

}  // namespace

Result<std::vector<Message>> read_messages(Dialect dialect, const Json& list) {
  dialects::Faults faults;
  if (!list.is_array()) faults.add("messages", list, "must be a list");
  check_depth(list, "messages", faults);
  if (faults.any()) return faults.first();
  std::vector<Message> messages = kDialects[static_cast<std::size_t>(dialect)].read(list, faults);
  if (faults.any()) return faults.first();
  return messages;
}

Result<Json> write_messages(Dialect dialect, const std::vector<Message>& messages) {
  dialects::Faults faults;
  Json list = kDialects[static_cast<std::size_t>(dialect)].write(messages, faults);
  if (faults.any()) return faults.first();
  return list;
}

}  // namespace vagus
