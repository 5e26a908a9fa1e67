#include <algorithm>
#include <unordered_map>

#include "vagus/context/dialect_codec.hpp"

/// Messages of OpenAI's chat completions: content is text or a list of blocks, calls stand beside
/// it, and each result is a message of its own. The first way of calling (`function_call`, answered
/// by the role `function`) has no ids: they are made of the function's name.
namespace vagus::dialects {
namespace {

constexpr Dialect kDialect = Dialect::openai_chat;
constexpr std::size_t kMaxCallId = 40;

struct RoleName {
  std::string_view name;
  Role role;
};
// The first name of a role is the one written.
constexpr RoleName kRoles[] = {{"system", Role::system},       {"user", Role::user},
                               {"assistant", Role::assistant}, {"tool", Role::tool},
                               {"developer", Role::system},    {"function", Role::tool}};

constexpr BlockSpec kText = {"text", PartKind::text, {{{"text", &Part::text}}}};
constexpr BlockSpec kFunction = {
    "", PartKind::tool_call, {{{"name", &Part::name}, {"arguments", &Part::arguments}}}};
/// Called with free text, which a part holds as a JSON string.
constexpr BlockSpec kCustom = {
    "", PartKind::tool_call, {{{"name", &Part::name}, {"input", &Part::arguments}}}};

/// The type of a call, and what a call or result of the first way remembers as its type.
constexpr const char* kType = "type";
constexpr const char* kFunctionCall = "function_call";

// ---- reading

Part read_image(const Json& block, const std::string& path, Json& own, Faults& faults) {
  Part part;
  part.kind = PartKind::image;
  const Json* image = find(block, "image_url");
  if (image == nullptr) {
    faults.missing(join_path(path, "image_url"));
    return part;
  }
  part.data = text_field(*image, "url", join_path(path, "image_url"), faults);
  static constexpr std::array<std::string_view, 1> kKnownOfImage = {"url"};
  static constexpr std::array<std::string_view, 2> kKnown = {"type", "image_url"};
  if (Json rest = rest_of(*image, kKnownOfImage); !rest.empty()) own["image"] = std::move(rest);
  if (Json rest = rest_of(block, kKnown); !rest.empty()) own["rest"] = std::move(rest);
  return part;
}

Part read_content_block(const Json& block, const std::string& path, Faults& faults) {
  const std::string type = text_field(block, "type", path, faults);
  Json own = Json::object();
  Part part;
  if (type == "text") {
    part = read_block(kText, block, path, own, faults);
    if (part.text.empty()) own[std::string(kAsItIs)] = true;
  } else if (type == "image_url") {
    part = read_image(block, path, own, faults);
  } else {
    return opaque_part(kDialect, block);
  }
  part.extra = pack(kDialect, own);
  return part;
}

// Content of a message that is no result. `own` remembers a form that would not be written for the
// same parts otherwise.
std::vector<Part> read_content(const Json* content, const std::string& path, Json& own,
                               Faults& faults) {
  std::vector<Part> parts;
  if (content == nullptr || content->is_null()) {
    own["content"] = content == nullptr ? "absent" : "null";
  } else if (content->is_string()) {
    parts.emplace_back().text = content->get<std::string>();
    own["content"] = "text";
  } else if (content->is_array()) {
    for (std::size_t i = 0; i < content->size() && !faults.any(); ++i) {
      parts.push_back(read_content_block((*content)[i], join_path(path, i), faults));
    }
    own["content"] = "list";
  } else {
    faults.add(path, *content, "must be text, a list or null");
  }
  return parts;
}

Part read_call(const Json& call, const std::string& path, Faults& faults) {
  Json own = Json::object();
  Part part;
  const Json* type = find(call, "type");
  const bool is_custom = type != nullptr && *type == Json("custom");
  const char* const body_name = is_custom ? "custom" : "function";
  if (type != nullptr && !is_custom && *type != Json("function")) {
    faults.add(join_path(path, "type"), *type, "must be function or custom");
  } else if (const Json* body = find(call, body_name); body == nullptr) {
    faults.missing(join_path(path, body_name));
  } else {
    Json of_body = Json::object();
    part = read_block(is_custom ? kCustom : kFunction, *body, join_path(path, body_name), of_body,
                      faults);
    if (!of_body.empty()) own[body_name] = part_of(of_body, kRest);
  }
  if (is_custom) {
    part.arguments = dump_json(part.arguments);
    own["type"] = "custom";
  }
  part.call_id = text_field(call, "id", path, faults);
  const std::array<std::string_view, 3> known = {"id", "type", body_name};
  if (Json rest = rest_of(call, known); !rest.empty()) own["rest"] = std::move(rest);
  if (type == nullptr) own["untyped"] = true;
  mark_call_id(part, kMaxCallId, own);
  part.extra = pack(kDialect, own);
  return part;
}

/// Ids for calls and results that have none: the function's name, numbered from its second call
/// on. A result is one of the newest call of its function.
class FunctionIds {
 public:
  std::string of_call(const std::string& name) { return numbered(name, ++calls_[name]); }
  std::string of_result(const std::string& name) { return numbered(name, calls_[name]); }

 private:
  static std::string numbered(const std::string& name, int number) {
    return number < 2 ? name : name + "_" + std::to_string(number);
  }

  std::unordered_map<std::string, int> calls_;
};

Part read_function_call(const Json& body, const std::string& path, FunctionIds& ids,
                        Faults& faults) {
  Json of_body = Json::object();
  Part part = read_block(kFunction, body, path, of_body, faults);
  part.call_id = ids.of_call(part.name);
  Json own = {{kType, kFunctionCall}};
  if (!of_body.empty()) own["function"] = part_of(of_body, kRest);
  part.extra = pack(kDialect, own);
  return part;
}

std::vector<Part> read_calls(const Json& json, const std::string& path,
                             std::vector<std::string_view>& known, FunctionIds& ids,
                             Faults& faults) {
  std::vector<Part> parts;
  const Json* calls = find(json, "tool_calls");
  const Json* function_call = find(json, kFunctionCall);
  if (calls != nullptr && !calls->is_array() && !calls->is_null()) {
    faults.add(join_path(path, "tool_calls"), *calls, "must be a list");
  } else if (calls != nullptr && !calls->empty()) {
    known.push_back("tool_calls");
    for (std::size_t i = 0; i < calls->size() && !faults.any(); ++i) {
      const std::string at = join_path(join_path(path, "tool_calls"), i);
      parts.push_back(read_call((*calls)[i], at, faults));
    }
  } else if (function_call != nullptr && function_call->is_object()) {
    known.push_back(kFunctionCall);
    parts.push_back(
        read_function_call(*function_call, join_path(path, kFunctionCall), ids, faults));
  }
  return parts;
}

// `ids`: of a function's result.
std::vector<Part> read_result(const Json& json, FunctionIds* ids, const std::string& path,
                              Faults& faults) {
  Json own = Json::object();
  std::vector<Part> parts(1);
  Part& result = parts[0];
  result.kind = PartKind::tool_result;
  if (ids != nullptr) {
    result.name = text_field(json, "name", path, faults);
    result.call_id = ids->of_result(result.name);
    own[kType] = kFunctionCall;
  } else {
    result.call_id = text_field(json, "tool_call_id", path, faults);
    mark_call_id(result, kMaxCallId, own);
  }
  const Json* content = find(json, "content");
  const std::string at = join_path(path, "content");
  if (content == nullptr || content->is_null()) {
    own["content"] = content == nullptr ? "absent" : "null";
  } else if (content->is_string()) {
    result.text = content->get<std::string>();
  } else if (content->is_array()) {
    auto read = read_block_list(*content, "text", at, faults,
                                [&](const Json& block, const std::string& where) {
                                  return read_content_block(block, where, faults);
                                });
    result.text = std::move(read.text);
    own["blocks"] = std::move(read.shape);
    result.extra = pack(kDialect, own);
    for (Part& other : read.others) parts.push_back(std::move(other));
    return parts;
  } else {
    faults.add(at, *content, "must be text or a list");
  }
  result.extra = pack(kDialect, own);
  return parts;
}

// The form in which the parts would be written anyway.
std::string_view usual_form(const std::vector<Part>& content, bool calls) {
  if (content.empty()) return calls ? "null" : "nothing";
  const bool plain = content.size() == 1 && content[0].kind == PartKind::text && !content[0].extra;
  return !plain ? "list" : content[0].text.empty() ? "nothing" : "text";
}

Message read_message(const Json& json, const std::string& path, FunctionIds& ids, Faults& faults) {
  Message message;
  const std::string role = text_field(json, "role", path, faults);
  if (faults.any()) return message;
  const auto* named = std::find_if(std::begin(kRoles), std::end(kRoles),
                                   [&](const auto& each) { return each.name == role; });
  if (named == std::end(kRoles)) {
    faults.add(join_path(path, "role"), role,
               "must be system, developer, user, assistant, tool or function");
    return message;
  }
  message.role = named->role;
  Json own = Json::object();
  std::vector<std::string_view> known = {"role", "content"};
  if (message.role == Role::tool) {
    const bool of_function = role == "function";
    message.parts = read_result(json, of_function ? &ids : nullptr, path, faults);
    known.push_back(of_function ? "name" : "tool_call_id");
  } else {
    message.parts = read_content(find(json, "content"), join_path(path, "content"), own, faults);
    std::vector<Part> calls;
    if (message.role == Role::assistant) calls = read_calls(json, path, known, ids, faults);
    if (own["content"] == Json(usual_form(message.parts, !calls.empty()))) own.erase("content");
    const bool images = std::any_of(message.parts.begin(), message.parts.end(),
                                    [](const Part& part) { return part.kind == PartKind::image; });
    if (images && message.role == Role::assistant) own["images"] = true;
    std::move(calls.begin(), calls.end(), std::back_inserter(message.parts));
    if (message.parts.empty()) message.parts.emplace_back();
  }
  if (role == "developer") own["role"] = role;
  if (Json rest = rest_of(json, known); !rest.empty()) own["rest"] = std::move(rest);
  message.extra = pack(kDialect, own);
  return message;
}

// ---- writing

Json write_image(const Part& part, const Json& own) {
  Json image = {{"url", part.data}};
  add_rest(image, part_of(own, "image"));
  Json block = {{"type", "image_url"}, {"image_url", std::move(image)}};
  add_rest(block, part_of(own, kRest));
  return block;
}

// Nothing for what this dialect does not say.
std::optional<Json> write_content_block(const Part& part, const std::string& path, Faults& faults) {
  const Json own = unpack(kDialect, part.extra, path, faults);
  switch (part.kind) {
    case PartKind::text:
      if (part.text.empty() && !is_marked(own, kAsItIs)) return std::nullopt;
      return write_block(kText, part, own);
    case PartKind::image:
      return write_image(part, own);
    case PartKind::opaque:
      return opaque_block(kDialect, part, path, faults);
    default:
      return std::nullopt;
  }
}

bool has_type(const Json& own, std::string_view type) {
  const Json* known = find(own, kType);
  return known != nullptr && *known == Json(type);
}

Json write_call(const Part& part, const Json& own) {
  const auto input = parse_json(part.arguments, ErrorCode::invalid_input);
  const bool is_custom = has_type(own, "custom") && input && input->is_string();
  const char* const body_name = is_custom ? "custom" : "function";
  Json body = {{"name", part.name}};
  if (is_custom) {
    body["input"] = *input;
  } else {
    body["arguments"] = part.arguments;
  }
  add_rest(body, part_of(own, body_name));
  Json call = {{"id", written_call_id(part, kMaxCallId, own)}};
  if (!is_marked(own, "untyped")) call["type"] = body_name;
  call[body_name] = std::move(body);
  add_rest(call, part_of(own, kRest));
  return call;
}

class Writer {
 public:
  explicit Writer(Faults& faults) : faults_(faults) {}

  void add(const Message& message, const std::string& path) {
    if (message.role == Role::tool) return add_results(message, path);
    flush_images();
    const Json own = unpack(kDialect, message.extra, path, faults_);
    Json blocks = Json::array();
    Json calls = Json::array();
    bool plain = true;
    bool is_function_call = false;
    std::string_view text;
    for (std::size_t i = 0; i < message.parts.size() && !faults_.any(); ++i) {
      const Part& part = message.parts[i];
      const std::string at = join_path(join_path(path, "parts"), i);
      if (part.kind == PartKind::tool_call) {
        const Json of_call = unpack(kDialect, part.extra, at, faults_);
        is_function_call = has_type(of_call, kFunctionCall) && calls.empty();
        calls.push_back(write_call(part, of_call));
      } else if (auto block = write_content_block(part, at, faults_)) {
        if (part.kind == PartKind::image && message.role == Role::assistant &&
            !is_marked(own, "images")) {
          faults_.add(at, "image", "has no place in an assistant's message of openai_chat");
        }
        plain = plain && part.kind == PartKind::text && block->size() == 2;
        text = part.text;
        blocks.push_back(*std::move(block));
      }
    }
    Json written = {{"role", role_of(message.role, own)}};
    if (!add_content(written, own, blocks, plain ? text : std::string_view{}, !calls.empty())) {
      return;
    }
    if (is_function_call) {
      written[kFunctionCall] = std::move(calls[0]["function"]);
    } else if (!calls.empty()) {
      written["tool_calls"] = std::move(calls);
    }
    add_rest(written, part_of(own, kRest));
    list_.push_back(std::move(written));
  }

  Json list() && {
    flush_images();
    return std::move(list_);
  }

 private:
  static std::string role_of(Role role, const Json& own) {
    const Json* named = find(own, "role");
    if (role == Role::system && named != nullptr && *named == Json("developer")) return "developer";
    return std::string(name_of(role));
  }

  // False when nothing is left to say. `text` is that of the only block, when it is plain text.
  static bool add_content(Json& written, const Json& own, Json& blocks, std::string_view text,
                          bool calls) {
    const Json* form = find(own, "content");
    const bool list_asked = form != nullptr && *form == Json("list");
    if (blocks.empty()) {
      if (list_asked) {
        written["content"] = Json::array();
      } else if (form != nullptr && *form == Json("text")) {
        written["content"] = "";
      } else if (form == nullptr || *form == Json("null")) {
        if (form == nullptr && !calls) return false;
        written["content"] = nullptr;
      }
      return true;
    }
    if (blocks.size() == 1 && !text.empty() && !list_asked) {
      written["content"] = text;
    } else {
      written["content"] = std::move(blocks);
    }
    return true;
  }

  // A message for each result. Only text may stand in one, so images follow as a user's, behind
  // the last result of the turn.
  void add_results(const Message& message, const std::string& path) {
    const Json own = unpack(kDialect, message.extra, path, faults_);
    for (std::size_t i = 0; i < message.parts.size() && !faults_.any(); ++i) {
      if (message.parts[i].kind != PartKind::tool_result) continue;
      std::size_t end = i + 1;
      while (end < message.parts.size() && message.parts[end].kind != PartKind::tool_result) ++end;
      add_result(message, i, end, path, own);
    }
  }

  void add_result(const Message& message, std::size_t begin, std::size_t end,
                  const std::string& path, const Json& of_message) {
    const Part& part = message.parts[begin];
    const std::string at = join_path(join_path(path, "parts"), begin);
    const Json own = unpack(kDialect, part.extra, at, faults_);
    std::vector<Json> others;
    for (std::size_t i = begin + 1; i < end; ++i) {
      const std::string where = join_path(join_path(path, "parts"), i);
      if (auto block = write_content_block(message.parts[i], where, faults_)) {
        others.push_back(*std::move(block));
      }
    }
    Json written =
        has_type(own, kFunctionCall)
            ? Json{{"role", "function"}, {"name", part.name}}
            : Json{{"role", "tool"}, {"tool_call_id", written_call_id(part, kMaxCallId, own)}};
    const Json* shape = find(own, "blocks");
    const Json* form = find(own, "content");
    if (auto blocks = shape ? write_block_list(*shape, part.text, "text", others) : std::nullopt) {
      written["content"] = *std::move(blocks);
    } else {
      for (Json& other : others) {
        if (other["type"] == Json("image_url")) images_.push_back(std::move(other));
      }
      if (form == nullptr || !part.text.empty()) {
        written["content"] = part.text;
      } else if (*form == Json("null")) {
        written["content"] = nullptr;
      }
    }
    add_rest(written, part_of(of_message, kRest));
    list_.push_back(std::move(written));
  }

  void flush_images() {
    if (images_.empty()) return;
    list_.push_back({{"role", "user"}, {"content", std::exchange(images_, Json::array())}});
  }

  Faults& faults_;
  Json list_ = Json::array();
  Json images_ = Json::array();
};

}  // namespace

Messages read_openai_chat(const Json& list, Faults& faults) {
  Messages messages;
  FunctionIds ids;
  for (std::size_t i = 0; i < list.size() && !faults.any(); ++i) {
    messages.push_back(read_message(list[i], join_path("messages", i), ids, faults));
  }
  return messages;
}

Json write_openai_chat(const Messages& messages, Faults& faults) {
  Writer writer(faults);
  for (std::size_t i = 0; i < messages.size() && !faults.any(); ++i) {
    const std::string path = join_path("messages", i);
    if (!is_excluded(messages[i], path, faults)) writer.add(messages[i], path);
  }
  return std::move(writer).list();
}

}  // namespace vagus::dialects
