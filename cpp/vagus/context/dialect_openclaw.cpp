#include <algorithm>
#include <unordered_map>

#include "vagus/context/dialect_codec.hpp"

/// OpenClaw's messages, and the entries of its transcript files. What the host itself adds to a
/// conversation (commands that were run, summaries, notes) is a message of the user here. Entries
/// that no model is shown (the header, a change of the model, labels) go with the message behind
/// them, so that a whole file is written again as it was.
namespace vagus::dialects {
namespace {

constexpr Dialect kDialect = Dialect::openclaw;

struct RoleSpec {
  std::string_view name;
  Role role;
  /// Fields that are texts of the message; without one the content is in `content`.
  std::array<std::string_view, 2> texts;
  /// An entry of a transcript that is a message itself, named by its type.
  bool is_entry = false;

  std::string_view key() const { return is_entry ? "type" : "role"; }
};
// The first of a role is the one written for the messages of others.
constexpr RoleSpec kRoles[] = {
    {"user", Role::user, {}},
    {"assistant", Role::assistant, {}},
    {"toolResult", Role::tool, {}},
    {"system", Role::system, {}},
    {"custom", Role::user, {}},
    {"hookMessage", Role::user, {}},  // what files before version 3 call it
    {"bashExecution", Role::user, {"command", "output"}},
    {"branchSummary", Role::user, {"summary"}},
    {"compactionSummary", Role::user, {"summary"}},
    {"custom_message", Role::user, {}, true},
    {"branch_summary", Role::user, {"summary"}, true},
    {"compaction", Role::user, {"summary"}, true},
};
constexpr std::string_view kRoleNames =
    "must be user, assistant, toolResult, system, custom, hookMessage, bashExecution, "
    "branchSummary "
    "or compactionSummary";
constexpr std::string_view kNoEntry = "is no entry of a transcript";

constexpr BlockSpec kBlocks[] = {
    {"text", PartKind::text, {{{"text", &Part::text}}}},
    {"thinking", PartKind::thinking, {{{"thinking", &Part::text}}}},
    {"toolCall",
     PartKind::tool_call,
     {{{"id", &Part::call_id}, {"name", &Part::name}, {"arguments", &Part::arguments, true}}}},
};

/// What a message remembers of the entries around it that are none: lists.
constexpr const char* kBefore = "before";
constexpr const char* kAfter = "after";
/// There is only what is around it.
constexpr const char* kNoMessage = "no_message";

const RoleSpec* role_named(std::string_view name) {
  const auto* found = std::find_if(std::begin(kRoles), std::end(kRoles),
                                   [&](const auto& each) { return each.name == name; });
  return found == std::end(kRoles) ? nullptr : found;
}

// ---- reading

std::optional<Part> read_image(const Json& block, Json& own) {
  const Json* data = find(block, "data");
  const Json* type = find(block, "mimeType");
  if (data == nullptr || type == nullptr || !data->is_string() || !type->is_string()) {
    return std::nullopt;
  }
  Part part;
  part.kind = PartKind::image;
  const InlineImage image{type->get<std::string>(), data->get<std::string>()};
  part.data = image.url();
  const auto again = inline_image(part.data);
  if (!again || again->media_type != image.media_type) return std::nullopt;
  static constexpr std::array<std::string_view, 3> kKnown = {"type", "data", "mimeType"};
  if (Json rest = rest_of(block, kKnown); !rest.empty()) own["rest"] = std::move(rest);
  return part;
}

Part read_block_of(Role role, const Json& block, const std::string& path, Faults& faults) {
  const std::string type = text_field(block, "type", path, faults);
  Json own = Json::object();
  const BlockSpec* spec = spec_of(kBlocks, type);
  Part part;
  if (spec != nullptr && (role == Role::assistant || spec->kind == PartKind::text)) {
    part = read_block(*spec, block, path, own, faults);
    if (part.kind == PartKind::text && part.text.empty()) own[std::string(kAsItIs)] = true;
  } else if (auto image = type == "image" ? read_image(block, own) : std::nullopt) {
    part = *std::move(image);
  } else {
    return opaque_part(kDialect, block);
  }
  part.extra = pack(kDialect, own);
  return part;
}

void read_content(const Json& json, const std::string& path, Message& message, Json& own,
                  Faults& faults) {
  const Json* content = find(json, "content");
  const std::string at = join_path(path, "content");
  if (content == nullptr) return faults.missing(at);
  if (content->is_string()) {
    message.parts.emplace_back().text = content->get<std::string>();
    own["content"] = "text";
  } else if (content->is_array()) {
    for (std::size_t i = 0; i < content->size() && !faults.any(); ++i) {
      message.parts.push_back(read_block_of(message.role, (*content)[i], join_path(at, i), faults));
    }
    if (content->empty()) own["content"] = "empty";
  } else {
    faults.add(at, *content, "must be text or a list");
  }
}

void read_result(const Json& json, const std::string& path, Message& message, Json& own,
                 Faults& faults) {
  Part result;
  result.kind = PartKind::tool_result;
  result.call_id = text_field(json, "toolCallId", path, faults);
  result.name = text_field(json, "toolName", path, faults);
  const Json* error = find(json, "isError");
  if (error != nullptr && !error->is_boolean()) {
    faults.add(join_path(path, "isError"), *error, "must be true or false");
  }
  if (error == nullptr) own["unjudged"] = true;
  result.is_error = error != nullptr && *error == Json(true);
  std::vector<Part> others;
  const Json* content = find(json, "content");
  const std::string at = join_path(path, "content");
  if (content == nullptr) {
    faults.missing(at);
  } else if (content->is_string()) {
    result.text = content->get<std::string>();
    own["content"] = "text";
  } else if (content->is_array()) {
    auto read = read_block_list(*content, "text", at, faults,
                                [&](const Json& block, const std::string& where) {
                                  return read_block_of(Role::tool, block, where, faults);
                                });
    result.text = std::move(read.text);
    own["blocks"] = std::move(read.shape);
    others = std::move(read.others);
  } else {
    faults.add(at, *content, "must be text or a list");
  }
  message.parts.push_back(std::move(result));
  for (Part& other : others) message.parts.push_back(std::move(other));
}

Message read_message(const Json& json, const std::string& path, const Json* entry, Faults& faults) {
  Message message;
  const bool is_entry =
      entry == nullptr && find(json, "role") == nullptr && find(json, "type") != nullptr;
  const std::string_view key = is_entry ? "type" : "role";
  const std::string name = text_field(json, key, path, faults);
  if (faults.any()) return message;
  const RoleSpec* spec = role_named(name);
  if (spec == nullptr || spec->is_entry != is_entry) {
    faults.add(join_path(path, key), name, is_entry ? kNoEntry : kRoleNames);
    return message;
  }
  message.role = spec->role;
  Json own = Json::object();
  std::vector<std::string_view> known = {key};
  if (spec->role == Role::tool) {
    read_result(json, path, message, own, faults);
    known.insert(known.end(), {"toolCallId", "toolName", "isError", "content"});
  } else if (spec->texts[0].empty()) {
    read_content(json, path, message, own, faults);
    known.push_back("content");
  }
  for (const std::string_view text : spec->texts) {
    if (text.empty()) continue;
    message.parts.emplace_back().text = text_field(json, text, path, faults);
    known.push_back(text);
  }
  if (message.parts.empty()) message.parts.emplace_back();
  const bool usual = std::find_if(std::begin(kRoles), std::end(kRoles), [&](const auto& each) {
                       return each.role == spec->role;
                     }) == spec;
  // An answer says whose it is, because those of others get fields that they miss.
  if (!usual || message.role == Role::assistant) own["role"] = name;
  if (Json rest = rest_of(json, known); !rest.empty()) own["rest"] = std::move(rest);
  if (entry != nullptr) own["entry"] = *entry;
  message.extra = pack(kDialect, own);
  return message;
}

/// The type of an entry of a transcript; blank for a message.
std::string_view entry_type(const Json& json) {
  const Json* type = find(json, "type");
  if (type == nullptr || !type->is_string() || find(json, "role") != nullptr) return {};
  return type->get_ref<const std::string&>();
}

/// Whether no model is shown an entry. Every type counts that is not known to be shown, for there
/// will be more of them; but not that of a block, which has lost its message.
bool is_aside(const Json& json) {
  const std::string_view type = entry_type(json);
  const RoleSpec* spec = role_named(type);
  return !type.empty() && type != "message" && type != "image" &&
         spec_of(kBlocks, type) == nullptr && !(spec != nullptr && spec->is_entry);
}

// A message, or an entry of a transcript file that is or holds one.
Message read_entry(const Json& json, const std::string& path, Faults& faults) {
  if (entry_type(json) != "message") return read_message(json, path, nullptr, faults);
  static constexpr std::array<std::string_view, 2> kKnown = {"type", "message"};
  const Json entry = rest_of(json, kKnown);
  const std::string at = join_path(path, "message");
  if (const Json* inner = find(json, "message")) return read_message(*inner, at, &entry, faults);
  faults.missing(at);
  return {};
}

/// Lets a message that was just read remember the entries beside it.
void remember(Message& message, const char* where, Json asides, Faults& faults) {
  if (asides.empty()) return;
  Json own = unpack(kDialect, message.extra, "", faults);
  own[where] = std::move(asides);
  message.extra = pack(kDialect, own);
}

// Stands for a transcript in which nobody has said anything.
Message no_message() {
  Message message;
  message.parts.emplace_back();
  message.extra = pack(kDialect, {{kNoMessage, true}});
  return message;
}

// ---- writing

std::optional<Json> write_block_of(const Part& part, const std::string& path, Faults& faults) {
  const Json own = unpack(kDialect, part.extra, path, faults);
  switch (part.kind) {
    case PartKind::text:
      if (part.text.empty() && !is_marked(own, kAsItIs)) return std::nullopt;
      return write_block(kBlocks[0], part, own);
    case PartKind::thinking:
      return write_block(kBlocks[1], part, own);
    case PartKind::tool_call:
      return write_block(kBlocks[2], part, own);
    case PartKind::image: {
      const auto image = inline_image(part.data);
      if (!image) {
        faults.add(join_path(path, "data"), part.data,
                   "must be a data URL with base64 in openclaw");
        return std::nullopt;
      }
      Json block = {{"type", "image"}, {"data", image->data}, {"mimeType", image->media_type}};
      add_rest(block, part_of(own, kRest));
      return block;
    }
    case PartKind::opaque:
      return opaque_block(kDialect, part, path, faults);
    case PartKind::tool_result:
      break;
  }
  return std::nullopt;
}

class Writer {
 public:
  explicit Writer(Faults& faults) : faults_(faults) {}

  void add(const Message& message, const std::string& path) {
    const Json own = unpack(kDialect, message.extra, path, faults_);
    add_asides(own, kBefore);
    if (!is_marked(own, kNoMessage)) add_message(message, path, own);
    add_asides(own, kAfter);
  }

  Json list() && { return std::move(list_); }

 private:
  void add_asides(const Json& own, const char* where) {
    const Json* asides = find(own, where);
    if (asides == nullptr || !asides->is_array()) return;
    list_.insert(list_.end(), asides->begin(), asides->end());
  }

  void add_message(const Message& message, const std::string& path, const Json& own) {
    if (message.role == Role::tool) return add_results(message, path, own);
    const Json* named = find(own, "role");
    const RoleSpec* spec = named != nullptr && named->is_string()
                               ? role_named(named->get_ref<const std::string&>())
                               : nullptr;
    if (spec == nullptr || spec->role != message.role) spec = usual(message.role);
    Json written = {{spec->key(), spec->name}};
    if (!add_texts(written, *spec, message) && !add_content(written, message, path, own)) return;
    // What answers others miss; usage, model and times are the host's to know.
    if (message.role == Role::assistant && own.empty()) {
      const bool calls = std::any_of(message.parts.begin(), message.parts.end(),
                                     [](const auto& p) { return p.kind == PartKind::tool_call; });
      written["stopReason"] = calls ? "toolUse" : "stop";
    }
    add(std::move(written), own);
  }

  static const RoleSpec* usual(Role role) {
    return std::find_if(std::begin(kRoles), std::end(kRoles),
                        [&](const auto& each) { return each.role == role; });
  }

  void add(Json written, const Json& own) {
    add_rest(written, part_of(own, kRest));
    if (const Json* entry = find(own, "entry")) {
      Json wrapped = {{"type", "message"}, {"message", std::move(written)}};
      if (entry->is_object()) add_rest(wrapped, *entry);
      written = std::move(wrapped);
    }
    list_.push_back(std::move(written));
  }

  // The texts of a role that has fields for them.
  static bool add_texts(Json& written, const RoleSpec& spec, const Message& message) {
    const auto count = static_cast<std::size_t>(
        std::count_if(spec.texts.begin(), spec.texts.end(), [](auto key) { return !key.empty(); }));
    if (count == 0) return false;
    for (std::size_t i = 0; i < count; ++i) {
      written[std::string(spec.texts[i])] =
          i < message.parts.size() ? message.parts[i].text : std::string();
    }
    return true;
  }

  // False when nothing is left to say.
  bool add_content(Json& written, const Message& message, const std::string& path,
                   const Json& own) {
    Json content = Json::array();
    for (std::size_t i = 0; i < message.parts.size() && !faults_.any(); ++i) {
      const Part& part = message.parts[i];
      const std::string at = join_path(join_path(path, "parts"), i);
      if (auto block = write_block_of(part, at, faults_)) content.push_back(*std::move(block));
      if (part.kind == PartKind::tool_call) names_[part.call_id] = part.name;
    }
    const Json* form = find(own, "content");
    const bool as_text = form != nullptr && *form == Json("text") && content.size() <= 1;
    if (content.empty() && form == nullptr && own.empty()) return false;
    if (as_text && content.empty()) {
      written["content"] = "";
    } else if (as_text && content[0].size() == 2 && content[0].contains("text")) {
      written["content"] = content[0]["text"];
    } else {
      written["content"] = std::move(content);
    }
    return true;
  }

  void add_results(const Message& message, const std::string& path, const Json& own) {
    for (std::size_t i = 0; i < message.parts.size() && !faults_.any(); ++i) {
      const Part& part = message.parts[i];
      if (part.kind != PartKind::tool_result) continue;
      std::vector<Json> others;
      for (std::size_t j = i + 1; j < message.parts.size(); ++j) {
        if (message.parts[j].kind == PartKind::tool_result) break;
        const std::string at = join_path(join_path(path, "parts"), j);
        if (auto block = write_block_of(message.parts[j], at, faults_)) {
          others.push_back(*std::move(block));
        }
      }
      Json written = {{"role", "toolResult"},
                      {"toolCallId", part.call_id},
                      {"toolName", name_of_tool(part, own)}};
      add_result_content(written, part, own, others);
      if (!is_marked(own, "unjudged") || part.is_error) written["isError"] = part.is_error;
      add(std::move(written), own);
    }
  }

  static void add_result_content(Json& written, const Part& part, const Json& own,
                                 const std::vector<Json>& others) {
    const Json* shape = find(own, "blocks");
    const Json* form = find(own, "content");
    if (auto blocks = shape ? write_block_list(*shape, part.text, "text", others) : std::nullopt) {
      written["content"] = *std::move(blocks);
    } else if (form != nullptr && *form == Json("text") && others.empty()) {
      written["content"] = part.text;
    } else {
      written["content"] = block_list(part.text, "text", others);
    }
  }

  // Other dialects leave it to the call to name the tool.
  std::string name_of_tool(const Part& part, const Json& own) const {
    if (!part.name.empty() || !own.empty()) return part.name;
    const auto named = names_.find(part.call_id);
    return named == names_.end() ? "unknown" : named->second;
  }

  Faults& faults_;
  Json list_ = Json::array();
  std::unordered_map<std::string, std::string> names_;
};

}  // namespace

Messages read_openclaw(const Json& list, Faults& faults) {
  Messages messages;
  Json asides = Json::array();
  for (std::size_t i = 0; i < list.size() && !faults.any(); ++i) {
    if (is_aside(list[i])) {
      asides.push_back(list[i]);
      continue;
    }
    messages.push_back(read_entry(list[i], join_path("messages", i), faults));
    remember(messages.back(), kBefore, std::exchange(asides, Json::array()), faults);
  }
  if (messages.empty() && !asides.empty()) messages.push_back(no_message());
  if (!messages.empty()) remember(messages.back(), kAfter, std::move(asides), faults);
  return messages;
}

Json write_openclaw(const Messages& messages, Faults& faults) {
  Writer writer(faults);
  for (std::size_t i = 0; i < messages.size() && !faults.any(); ++i) {
    writer.add(messages[i], join_path("messages", i));
  }
  return std::move(writer).list();
}

bool is_excluded(const Message& message, const std::string& path, Faults& faults) {
  if (!message.extra) return false;
  const Json own = unpack(kDialect, message.extra, path, faults);
  return is_marked(own, kNoMessage) || is_marked(part_of(own, kRest), "excludeFromContext");
}

}  // namespace vagus::dialects
