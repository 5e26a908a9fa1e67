#include "vagus/context/dialect_codec.hpp"

/// Anthropic's messages: user and assistant take turns, content is text or a list of blocks, and
/// results are blocks of the user's message that follows the calls. Here a result is a message of
/// role tool, and what follows the results in the same message a message of the user.
namespace vagus::dialects {
namespace {

constexpr Dialect kDialect = Dialect::anthropic;
constexpr std::size_t kMaxCallId = 64;

constexpr BlockSpec kBlocks[] = {
    {"text", PartKind::text, {{{"text", &Part::text}}}},
    {"thinking", PartKind::thinking, {{{"thinking", &Part::text}}}},
    {"tool_use",
     PartKind::tool_call,
     {{{"id", &Part::call_id}, {"name", &Part::name}, {"input", &Part::arguments, true}}}},
};
constexpr std::string_view kSignature = "signature";

// ---- reading

// An image whose source is a URL or inline data; nothing for other sources.
std::optional<Part> read_image(const Json& block, Json& own) {
  const Json* source = find(block, "source");
  if (source == nullptr || !source->is_object()) return std::nullopt;
  const auto text = [&](std::string_view key) {
    const Json* value = find(*source, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
  };
  Part part;
  part.kind = PartKind::image;
  std::vector<std::string_view> known = {"type"};
  if (text("type") == "url" && !text("url").empty() && !inline_image(text("url"))) {
    part.data = text("url");
    known.push_back("url");
  } else if (text("type") == "base64" && !text("media_type").empty() && !text("data").empty()) {
    const InlineImage image{text("media_type"), text("data")};
    part.data = image.url();
    const auto again = inline_image(part.data);
    if (!again || again->media_type != image.media_type) return std::nullopt;
    known.insert(known.end(), {"media_type", "data"});
  } else {
    return std::nullopt;
  }
  static constexpr std::array<std::string_view, 2> kKnown = {"type", "source"};
  if (Json rest = rest_of(*source, known); !rest.empty()) own["image"] = std::move(rest);
  if (Json rest = rest_of(block, kKnown); !rest.empty()) own["rest"] = std::move(rest);
  return part;
}

Part read_plain_block(const Json& block, const std::string& path, Faults& faults) {
  const std::string type = text_field(block, "type", path, faults);
  Json own = Json::object();
  Part part;
  if (const BlockSpec* spec = spec_of(kBlocks, type)) {
    part = read_block(*spec, block, path, own, faults);
    if (part.kind == PartKind::tool_call) mark_call_id(part, kMaxCallId, own);
    if (part.kind == PartKind::text && part.text.empty()) own[std::string(kAsItIs)] = true;
    if (part.kind == PartKind::thinking) own[std::string(kAsItIs)] = true;
  } else if (auto image = type == "image" ? read_image(block, own) : std::nullopt) {
    part = *std::move(image);
  } else {
    return opaque_part(kDialect, block);
  }
  part.extra = pack(kDialect, own);
  return part;
}

// What may not stand in a tool's message is carried as it is.
Part read_result_block(const Json& block, const std::string& path, Faults& faults) {
  Part part = read_plain_block(block, path, faults);
  return part.kind == PartKind::image ? part : opaque_part(kDialect, block);
}

Message read_result(const Json& block, const std::string& path, Faults& faults) {
  Message message{Role::tool, {}};
  Json own = Json::object();
  Part result;
  result.kind = PartKind::tool_result;
  result.call_id = text_field(block, "tool_use_id", path, faults);
  mark_call_id(result, kMaxCallId, own);
  std::vector<std::string_view> known = {"type", "tool_use_id", "content"};
  const Json* error = find(block, "is_error");
  if (error != nullptr && *error == Json(true)) {
    result.is_error = true;
    known.push_back("is_error");
  } else if (error != nullptr && !error->is_boolean() && !error->is_null()) {
    faults.add(join_path(path, "is_error"), *error, "must be true or false");
  }
  std::vector<Part> others;
  const Json* content = find(block, "content");
  if (content == nullptr || content->is_null()) {
    own["content"] = content == nullptr ? "absent" : "null";
  } else if (content->is_string()) {
    result.text = content->get<std::string>();
  } else if (content->is_array()) {
    auto read = read_block_list(*content, "text", join_path(path, "content"), faults,
                                [&](const Json& inner, const std::string& at) {
                                  return read_result_block(inner, at, faults);
                                });
    result.text = std::move(read.text);
    own["blocks"] = std::move(read.shape);
    others = std::move(read.others);
  } else {
    faults.add(join_path(path, "content"), *content, "must be text or a list");
  }
  if (Json rest = rest_of(block, known); !rest.empty()) own["rest"] = std::move(rest);
  result.extra = pack(kDialect, own);
  message.parts.push_back(std::move(result));
  for (Part& other : others) message.parts.push_back(std::move(other));
  return message;
}

// Appends the messages that the blocks of one message make.
void read_blocks(const Json& content, Role role, const std::string& path, Messages& into,
                 Faults& faults) {
  bool open = false;  // the newest message takes more blocks
  for (std::size_t i = 0; i < content.size() && !faults.any(); ++i) {
    const std::string at = join_path(path, i);
    const Json* type = find(content[i], "type");
    if (role == Role::user && type != nullptr && *type == Json("tool_result")) {
      into.push_back(read_result(content[i], at, faults));
      open = false;
      continue;
    }
    if (!open) into.push_back(Message{role, {}});
    open = true;
    into.back().parts.push_back(read_plain_block(content[i], at, faults));
  }
}

void read_message(const Json& json, const std::string& path, Role& before, Messages& into,
                  Faults& faults) {
  const std::string name = text_field(json, "role", path, faults);
  if (faults.any()) return;
  if (name != "user" && name != "assistant") {
    return faults.add(join_path(path, "role"), name, "must be user or assistant");
  }
  const Role role = name == "user" ? Role::user : Role::assistant;
  const Json* content = find(json, "content");
  const std::string at = join_path(path, "content");
  if (content == nullptr) return faults.missing(at);
  Json own = Json::object();
  const std::size_t first = into.size();
  if (content->is_string()) {
    into.push_back(text_message(role, content->get<std::string>()));
    if (into.back().parts[0].text.empty()) own["content"] = "text";
  } else if (content->is_array()) {
    read_blocks(*content, role, at, into, faults);
    const bool plain = content->size() == 1 && into.back().parts[0].kind == PartKind::text &&
                       !into.back().parts[0].extra;
    if (content->empty()) into.push_back(text_message(role, ""));
    if (content->empty() || plain) own["content"] = "list";
  } else {
    return faults.add(at, *content, "must be text or a list");
  }
  if (first > 0 && role == before) own["apart"] = true;
  static constexpr std::array<std::string_view, 2> kKnown = {"role", "content"};
  if (Json rest = rest_of(json, kKnown); !rest.empty()) own["rest"] = std::move(rest);
  into[first].extra = pack(kDialect, own);
  before = role;
}

// ---- writing

Json write_image(const Part& part, const std::string& path, const Json& own, Faults& faults) {
  Json source;
  if (const auto image = inline_image(part.data)) {
    source = {{"type", "base64"}, {"media_type", image->media_type}, {"data", image->data}};
  } else if (part.data.starts_with("data:")) {
    faults.add(join_path(path, "data"), part.data, "must be base64 in a data URL of anthropic");
  } else {
    source = {{"type", "url"}, {"url", part.data}};
  }
  if (!faults.any()) add_rest(source, part_of(own, "image"));
  Json block = {{"type", "image"}, {"source", std::move(source)}};
  add_rest(block, part_of(own, kRest));
  return block;
}

// Thinking is accepted only with the signature that it came with.
bool is_signed(const Json& own) {
  return is_marked(own, kAsItIs) || find(part_of(own, kRest), kSignature) != nullptr;
}

std::optional<Json> write_plain_block(const Part& part, const std::string& path, Faults& faults) {
  const Json own = unpack(kDialect, part.extra, path, faults);
  switch (part.kind) {
    case PartKind::text:
      if (part.text.empty() && !is_marked(own, kAsItIs)) return std::nullopt;
      return write_block(kBlocks[0], part, own);
    case PartKind::thinking:
      if (!is_signed(own)) return std::nullopt;
      return write_block(kBlocks[1], part, own);
    case PartKind::tool_call: {
      Json block = write_block(kBlocks[2], part, own);
      block["id"] = written_call_id(part, kMaxCallId, own);
      return block;
    }
    case PartKind::image:
      return write_image(part, path, own, faults);
    case PartKind::opaque:
      return opaque_block(kDialect, part, path, faults);
    case PartKind::tool_result:
      break;
  }
  return std::nullopt;
}

Json write_result(const Part& part, const std::string& path, const std::vector<Json>& others,
                  Faults& faults) {
  const Json own = unpack(kDialect, part.extra, path, faults);
  Json block = {{"type", "tool_result"}, {"tool_use_id", written_call_id(part, kMaxCallId, own)}};
  const Json* shape = find(own, "blocks");
  const Json* form = find(own, "content");
  if (auto blocks = shape ? write_block_list(*shape, part.text, "text", others) : std::nullopt) {
    block["content"] = *std::move(blocks);
  } else if (!others.empty()) {
    block["content"] = block_list(part.text, "text", others);
  } else if (form == nullptr || !part.text.empty()) {
    block["content"] = part.text;
  } else if (*form == Json("null")) {
    block["content"] = nullptr;
  }
  if (part.is_error) block["is_error"] = true;
  add_rest(block, part_of(own, kRest));
  return block;
}

// The blocks of one message here; of a tool's, each result with what follows it.
Json write_blocks(const Message& message, const std::string& path, Faults& faults) {
  Json blocks = Json::array();
  const Part* result = nullptr;
  std::string result_path;
  std::vector<Json> others;
  const auto close = [&] {
    if (result != nullptr) blocks.push_back(write_result(*result, result_path, others, faults));
    others.clear();
  };
  for (std::size_t i = 0; i < message.parts.size() && !faults.any(); ++i) {
    const Part& part = message.parts[i];
    std::string at = join_path(join_path(path, "parts"), i);
    if (part.kind == PartKind::tool_result) {
      close();
      result = &part;
      result_path = std::move(at);
    } else if (auto block = write_plain_block(part, at, faults)) {
      if (result != nullptr) {
        others.push_back(*std::move(block));
      } else {
        blocks.push_back(*std::move(block));
      }
    }
  }
  close();
  return blocks;
}

class Writer {
 public:
  explicit Writer(Faults& faults) : faults_(faults) {}

  void add(const Message& message, const std::string& path) {
    if (message.role == Role::system) {
      return faults_.add(join_path(path, "role"), "system",
                         "has no place among anthropic's messages: it is a field of the request");
    }
    const Json own = unpack(kDialect, message.extra, path, faults_);
    Json blocks = write_blocks(message, path, faults_);
    const Json* form = find(own, "content");
    const Json written_role = message.role == Role::assistant ? "assistant" : "user";
    const bool joins =
        !list_.empty() && list_.back()["role"] == written_role && !is_marked(own, "apart");
    if (blocks.empty() && (form == nullptr || joins)) return;
    if (!joins) {
      close();
      list_.push_back({{"role", written_role}, {"content", Json::array()}});
      add_rest(list_.back(), part_of(own, kRest));
      form_ = form != nullptr ? *form : Json();
    }
    Json& content = list_.back()["content"];
    for (Json& block : blocks) content.push_back(std::move(block));
  }

  Json list() && {
    close();
    return std::move(list_);
  }

 private:
  // One plain text is written without a block around it.
  void close() {
    if (list_.empty()) return;
    Json& content = list_.back()["content"];
    if (content.empty() && form_ == Json("text")) content = "";
    const bool plain = content.is_array() && content.size() == 1 && content[0].size() == 2 &&
                       content[0]["type"] == Json("text") && content[0].contains("text");
    if (plain && form_ != Json("list")) {
      if (Json text = content[0]["text"]; text != Json("")) content = std::move(text);
    }
  }

  Faults& faults_;
  Json list_ = Json::array();
  Json form_;
};

}  // namespace

Messages read_anthropic(const Json& list, Faults& faults) {
  Messages messages;
  Role before = Role::system;
  for (std::size_t i = 0; i < list.size() && !faults.any(); ++i) {
    read_message(list[i], join_path("messages", i), before, messages, faults);
  }
  return messages;
}

Json write_anthropic(const Messages& messages, Faults& faults) {
  Writer writer(faults);
  for (std::size_t i = 0; i < messages.size() && !faults.any(); ++i) {
    const std::string path = join_path("messages", i);
    if (!is_excluded(messages[i], path, faults)) writer.add(messages[i], path);
  }
  return std::move(writer).list();
}

}  // namespace vagus::dialects
