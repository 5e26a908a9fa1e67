#include <algorithm>

#include "vagus/context/dialect_codec.hpp"

/// Input and output items of OpenAI's responses: messages, calls, results and reasoning stand one
/// behind the other. Here the items of one answer are the parts of one assistant's message.
namespace vagus::dialects {
namespace {

constexpr Dialect kDialect = Dialect::openai_responses;
constexpr std::size_t kMaxCallId = 64;

struct ItemSpec {
  BlockSpec block;
  bool is_text;  ///< arguments are free text, which a part holds as a JSON string
};
constexpr ItemSpec kCalls[] = {
    {{"function_call",
      PartKind::tool_call,
      {{{"call_id", &Part::call_id}, {"name", &Part::name}, {"arguments", &Part::arguments}}}},
     false},
    {{"custom_tool_call",
      PartKind::tool_call,
      {{{"call_id", &Part::call_id}, {"name", &Part::name}, {"input", &Part::arguments}}}},
     true},
};
// The first is the one written for the results of others.
constexpr std::string_view kResults[] = {"function_call_output", "custom_tool_call_output"};
constexpr std::string_view kTexts[] = {"input_text", "output_text", "text"};

template <class Table>
bool contains(const Table& table, std::string_view name) {
  return std::find(std::begin(table), std::end(table), name) != std::end(table);
}

std::string_view text_type(Role role) {
  return role == Role::assistant ? "output_text" : "input_text";
}

// ---- reading

Part read_content_block(const Json& block, Role role, const std::string& path, Faults& faults) {
  const std::string type = text_field(block, "type", path, faults);
  Json own = Json::object();
  Part part;
  std::vector<std::string_view> known = {"type"};
  const Json* url = find(block, "image_url");
  if (contains(kTexts, type)) {
    part.text = text_field(block, "text", path, faults);
    known.push_back("text");
    if (type != text_type(role)) own["type"] = type;
    if (part.text.empty()) own[std::string(kAsItIs)] = true;
  } else if (type == "input_image" && url != nullptr && url->is_string()) {
    part.kind = PartKind::image;
    part.data = url->get<std::string>();
    known.push_back("image_url");
    if (role == Role::assistant) own[std::string(kAsItIs)] = true;
  } else {
    return opaque_part(kDialect, block, {{"inside", true}});
  }
  if (Json rest = rest_of(block, known); !rest.empty()) own["rest"] = std::move(rest);
  part.extra = pack(kDialect, own);
  return part;
}

// Adds `item` to what the dialect keeps of a part.
void mark_item(Part& part, Json item, Faults& faults) {
  Json own = unpack(kDialect, part.extra, "", faults);
  own["item"] = std::move(item);
  part.extra = pack(kDialect, own);
}

// A message item: its parts, the first with what there is to know about the item.
std::vector<Part> read_message_item(const Json& json, Role role, const std::string& path,
                                    bool behind_text, Faults& faults) {
  std::vector<Part> parts;
  Json item = Json::object();
  const Json* content = find(json, "content");
  const std::string at = join_path(path, "content");
  if (content == nullptr) {
    faults.missing(at);
  } else if (content->is_string()) {
    parts.emplace_back().text = content->get<std::string>();
    if (parts[0].text.empty()) item["content"] = "text";
  } else if (content->is_array()) {
    for (std::size_t i = 0; i < content->size() && !faults.any(); ++i) {
      parts.push_back(read_content_block((*content)[i], role, join_path(at, i), faults));
    }
    const bool plain = parts.size() == 1 && parts[0].kind == PartKind::text && !parts[0].extra;
    if (parts.empty() || plain) item["content"] = "list";
  } else {
    faults.add(at, *content, "must be text or a list");
  }
  if (parts.empty()) parts.emplace_back();
  const std::string name = text_field(json, "role", path, faults);
  if (name == "developer") item["role"] = name;
  if (find(json, "type") != nullptr) item["typed"] = true;
  static constexpr std::array<std::string_view, 3> kKnown = {"type", "role", "content"};
  if (Json rest = rest_of(json, kKnown); !rest.empty()) item["rest"] = std::move(rest);
  if (!item.empty() || behind_text) mark_item(parts[0], std::move(item), faults);
  return parts;
}

Part read_call(const ItemSpec& spec, const Json& json, const std::string& path, Faults& faults) {
  Json own = Json::object();
  Part part = read_block(spec.block, json, path, own, faults);
  if (spec.is_text) part.arguments = dump_json(part.arguments);
  if (&spec != &kCalls[0]) own["type"] = spec.block.type;
  mark_call_id(part, kMaxCallId, own);
  part.extra = pack(kDialect, own);
  return part;
}

std::vector<Part> read_result(const Json& json, const std::string& path, Faults& faults) {
  std::vector<Part> parts(1);
  Json own = Json::object();
  parts[0].kind = PartKind::tool_result;
  parts[0].call_id = text_field(json, "call_id", path, faults);
  mark_call_id(parts[0], kMaxCallId, own);
  const std::string type = text_field(json, "type", path, faults);
  if (type != kResults[0]) own["type"] = type;
  const Json* output = find(json, "output");
  const std::string at = join_path(path, "output");
  if (output == nullptr) {
    faults.missing(at);
  } else if (output->is_string()) {
    parts[0].text = output->get<std::string>();
  } else if (output->is_array()) {
    auto read = read_block_list(
        *output, "input_text", at, faults, [&](const Json& block, const std::string& where) {
          Part other = read_content_block(block, Role::user, where, faults);
          return other.kind == PartKind::text ? opaque_part(kDialect, block) : other;
        });
    parts[0].text = std::move(read.text);
    own["blocks"] = std::move(read.shape);
    for (Part& other : read.others) parts.push_back(std::move(other));
  } else {
    faults.add(at, *output, "must be text or a list");
  }
  static constexpr std::array<std::string_view, 3> kKnown = {"type", "call_id", "output"};
  if (Json rest = rest_of(json, kKnown); !rest.empty()) own["rest"] = std::move(rest);
  parts[0].extra = pack(kDialect, own);
  return parts;
}

// Thinking as far as it was summarised; the rest may be encrypted.
Part read_reasoning(const Json& json, const std::string& path, Faults& faults) {
  const Json* summary = find(json, "summary");
  if (summary == nullptr || !summary->is_array()) return opaque_part(kDialect, json);
  const auto read = read_block_list(
      *summary, "summary_text", join_path(path, "summary"), faults,
      [&](const Json& block, const std::string&) { return opaque_part(kDialect, block); });
  if (!read.others.empty()) return opaque_part(kDialect, json);
  static constexpr std::array<std::string_view, 2> kKnown = {"type", "summary"};
  Part part;
  part.kind = PartKind::thinking;
  part.text = read.text;
  part.extra = pack(kDialect, {{"blocks", read.shape}, {"rest", rest_of(json, kKnown)}});
  return part;
}

class Reader {
 public:
  explicit Reader(Faults& faults) : faults_(faults) {}

  void add(const Json& json, const std::string& path) {
    if (!json.is_object()) return faults_.add(path, json, "must be an object");
    const bool untyped = find(json, "type") == nullptr;
    const std::string type = untyped ? "message" : text_field(json, "type", path, faults_);
    if (faults_.any()) return;
    if (type == "message") return add_message(json, path);
    if (contains(kResults, type)) {
      messages_.push_back({Role::tool, read_result(json, path, faults_)});
      answer_ = false;
      return;
    }
    const auto* call = std::find_if(std::begin(kCalls), std::end(kCalls),
                                    [&](const auto& each) { return each.block.type == type; });
    if (call != std::end(kCalls)) {
      answer().push_back(read_call(*call, json, path, faults_));
    } else if (type == "reasoning") {
      answer().push_back(read_reasoning(json, path, faults_));
    } else {
      answer().push_back(opaque_part(kDialect, json));
    }
    behind_text_ = false;
  }

  Messages messages() && { return std::move(messages_); }

 private:
  // The parts of the answer that is being read.
  std::vector<Part>& answer() {
    if (!answer_) {
      messages_.push_back({Role::assistant, {}});
      behind_text_ = false;
    }
    answer_ = true;
    return messages_.back().parts;
  }

  void add_message(const Json& json, const std::string& path) {
    const std::string name = text_field(json, "role", path, faults_);
    if (faults_.any()) return;
    const auto role = name == "developer" ? Role::system : enum_from_name<Role>(name);
    if (!role || role == Role::tool) {
      return faults_.add(join_path(path, "role"), name,
                         "must be system, developer, user or assistant");
    }
    if (role != Role::assistant) {
      messages_.push_back({*role, read_message_item(json, *role, path, false, faults_)});
      answer_ = false;
      return;
    }
    std::vector<Part>& parts = answer();
    for (Part& part : read_message_item(json, *role, path, behind_text_, faults_)) {
      parts.push_back(std::move(part));
    }
    behind_text_ = true;
  }

  Faults& faults_;
  Messages messages_;
  bool answer_ = false;       // the newest message is an assistant's and takes more items
  bool behind_text_ = false;  // its newest part is content of a message item
};

// ---- writing

std::optional<Json> write_content_block(const Part& part, Role role, const std::string& path,
                                        const Json& own, Faults& faults) {
  Json block;
  if (part.kind == PartKind::text) {
    if (part.text.empty() && !is_marked(own, kAsItIs)) return std::nullopt;
    const Json* type = find(own, "type");
    block = {{"type", type != nullptr ? *type : Json(text_type(role))}, {"text", part.text}};
  } else if (part.kind == PartKind::image) {
    block = {{"type", "input_image"}, {"image_url", part.data}};
  } else {
    return opaque_block(kDialect, part, path, faults);
  }
  add_rest(block, part_of(own, kRest));
  return block;
}

Json write_call(const Part& part, const Json& own) {
  const Json* type = find(own, "type");
  const auto* spec = std::find_if(std::begin(kCalls), std::end(kCalls), [&](const auto& each) {
    return type != nullptr && *type == Json(each.block.type);
  });
  if (spec == std::end(kCalls)) spec = &kCalls[0];
  Json item = write_block(spec->block, part, own);
  item["call_id"] = written_call_id(part, kMaxCallId, own);
  if (spec->is_text) {
    const auto text = parse_json(part.arguments, ErrorCode::invalid_input);
    if (text && text->is_string()) item["input"] = *text;
  }
  return item;
}

class Writer {
 public:
  explicit Writer(Faults& faults) : faults_(faults) {}

  void add(const Message& message, const std::string& path) {
    open_ = false;
    for (std::size_t i = 0; i < message.parts.size() && !faults_.any(); ++i) {
      const Part& part = message.parts[i];
      const std::string at = join_path(join_path(path, "parts"), i);
      const Json own = unpack(kDialect, part.extra, at, faults_);
      if (part.kind == PartKind::tool_result) {
        i = add_result(message, i, path, own) - 1;
      } else if (part.kind == PartKind::tool_call) {
        add_item(write_call(part, own));
      } else if (part.kind == PartKind::thinking) {
        add_reasoning(part, own);
      } else if (part.kind == PartKind::opaque && !is_marked(own, "inside")) {
        if (auto item = opaque_block(kDialect, part, at, faults_)) add_item(*std::move(item));
      } else {
        add_content(message.role, part, at, own);
      }
    }
    close();
  }

  Json list() && { return std::move(list_); }

 private:
  void add_item(Json item) {
    close();
    list_.push_back(std::move(item));
  }

  void add_content(Role role, const Part& part, const std::string& path, const Json& own) {
    const Json* item = find(own, "item");
    if (part.kind == PartKind::image && role == Role::assistant && own.empty()) {
      return faults_.add(path, "image",
                         "has no place in an assistant's message of openai_responses");
    }
    auto block = write_content_block(part, role, path, own, faults_);
    if (!block && item == nullptr) return;
    if (!open_ || item != nullptr) {
      close();
      open_ = true;
      item_ = item != nullptr ? *item : Json::object();
      role_ = role;
      content_ = Json::array();
    }
    if (block) content_.push_back(*std::move(block));
  }

  // Ends the message item that is being written.
  void close() {
    if (!std::exchange(open_, false)) return;
    Json written = Json::object();
    if (is_marked(item_, "typed")) written["type"] = "message";
    const Json* role = find(item_, "role");
    const bool developer = role_ == Role::system && role != nullptr && *role == Json("developer");
    written["role"] = developer ? "developer" : name_of(role_);
    const Json* form = find(item_, "content");
    const bool plain = content_.size() == 1 && content_[0].size() == 2 &&
                       content_[0]["type"] == Json(text_type(role_)) &&
                       content_[0]["text"] != Json("");
    if (content_.empty() && form != nullptr && *form == Json("text")) {
      written["content"] = "";
    } else if (plain && (form == nullptr || *form != Json("list"))) {
      written["content"] = content_[0]["text"];
    } else {
      written["content"] = std::move(content_);
    }
    add_rest(written, part_of(item_, kRest));
    list_.push_back(std::move(written));
  }

  // Reasoning is accepted only with the identity that it came with.
  void add_reasoning(const Part& part, const Json& own) {
    const Json* shape = find(own, "blocks");
    if (shape == nullptr) return;
    Json item = {{"type", "reasoning"}};
    auto summary = write_block_list(*shape, part.text, "summary_text", {});
    item["summary"] = summary ? *std::move(summary)
                              : Json::array({{{"type", "summary_text"}, {"text", part.text}}});
    add_rest(item, part_of(own, kRest));
    add_item(std::move(item));
  }

  // Returns the index behind the result and the parts that belong to it.
  std::size_t add_result(const Message& message, std::size_t begin, const std::string& path,
                         const Json& own) {
    const Part& part = message.parts[begin];
    std::vector<Json> others;
    std::size_t end = begin + 1;
    for (; end < message.parts.size(); ++end) {
      const Part& other = message.parts[end];
      if (other.kind == PartKind::tool_result) break;
      const std::string at = join_path(join_path(path, "parts"), end);
      const Json own_of_other = unpack(kDialect, other.extra, at, faults_);
      if (auto block = write_content_block(other, Role::user, at, own_of_other, faults_)) {
        others.push_back(*std::move(block));
      }
    }
    const Json* type = find(own, "type");
    Json item = {{"type", type != nullptr ? *type : Json(kResults[0])},
                 {"call_id", written_call_id(part, kMaxCallId, own)}};
    const Json* shape = find(own, "blocks");
    if (auto blocks =
            shape ? write_block_list(*shape, part.text, "input_text", others) : std::nullopt) {
      item["output"] = *std::move(blocks);
    } else if (others.empty()) {
      item["output"] = part.text;
    } else {
      item["output"] = block_list(part.text, "input_text", others);
    }
    add_rest(item, part_of(own, kRest));
    add_item(std::move(item));
    return end;
  }

  Faults& faults_;
  Json list_ = Json::array();
  Json item_;
  Json content_;
  Role role_ = Role::user;
  bool open_ = false;
};

}  // namespace

Messages read_openai_responses(const Json& list, Faults& faults) {
  Reader reader(faults);
  for (std::size_t i = 0; i < list.size() && !faults.any(); ++i) {
    reader.add(list[i], join_path("messages", i));
  }
  return std::move(reader).messages();
}

Json write_openai_responses(const Messages& messages, Faults& faults) {
  Writer writer(faults);
  for (std::size_t i = 0; i < messages.size() && !faults.any(); ++i) {
    const std::string path = join_path("messages", i);
    if (!is_excluded(messages[i], path, faults)) writer.add(messages[i], path);
  }
  return std::move(writer).list();
}

}  // namespace vagus::dialects
