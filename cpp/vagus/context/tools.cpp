#include "vagus/context/tools.hpp"

#include "vagus/context/dialect_codec.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/text_price.hpp"

namespace vagus {
namespace {

using dialects::Faults;

struct ToolForm {
  std::string_view type;        ///< of a function; empty where functions have none
  std::string_view wrapper;     ///< the field that holds the function; empty where it is the tool
  std::string_view parameters;  ///< what the schema is called
};

// In the order of Dialect.
constexpr ToolForm kForms[] = {{"function", "function", "parameters"},
                               {"function", "", "parameters"},
                               {"", "", "input_schema"},
                               {"", "", "parameters"}};

const ToolForm& form_of(Dialect dialect) {
  return kForms[static_cast<std::size_t>(dialect)];
}

// Something that the provider runs itself.
ToolSchema read_foreign(Dialect dialect, const Json& json, std::string name) {
  return ToolSchema{std::move(name), "", "", dialects::pack(dialect, {{"tool", json}})};
}

ToolSchema read_function(Dialect dialect, const Json& function, const std::string& path, Json own,
                         Faults& faults) {
  const ToolForm& form = form_of(dialect);
  ToolSchema tool;
  tool.name = dialects::text_field(function, "name", path, faults);
  std::vector<std::string_view> known = {"name"};
  if (form.wrapper.empty()) known.push_back("type");
  const Json* description = dialects::find(function, "description");
  if (description != nullptr && !description->is_null()) {
    tool.description = dialects::text_field(function, "description", path, faults);
    // An empty one is written only when it was there.
    if (!tool.description.empty()) known.push_back("description");
  }
  const Json* parameters = dialects::find(function, form.parameters);
  if (parameters != nullptr && parameters->is_object()) {
    tool.parameters = dump_json(*parameters);
    known.push_back(form.parameters);
  } else if (parameters != nullptr && !parameters->is_null()) {
    faults.add(join_path(path, form.parameters), *parameters, "must be an object");
  }
  own["native"] = true;
  if (Json rest = dialects::rest_of(function, known); !rest.empty()) own["rest"] = std::move(rest);
  tool.extra = dialects::pack(dialect, own);
  return tool;
}

ToolSchema read_tool(Dialect dialect, const Json& json, const std::string& path, Faults& faults) {
  const ToolForm& form = form_of(dialect);
  if (!json.is_object()) {
    faults.add(path, json, "must be an object");
    return {};
  }
  const Json* type = dialects::find(json, "type");
  const bool custom = dialect == Dialect::anthropic && type != nullptr && *type == Json("custom");
  const bool function = type == nullptr
                            ? form.type.empty()
                            : custom || (!form.type.empty() && *type == Json(form.type));
  if (!function) {
    const std::string name = dialects::text_field(json, "type", path, faults);
    return read_foreign(dialect, json, name);
  }
  Json own = Json::object();
  if (custom) own["type"] = "custom";
  if (form.wrapper.empty()) return read_function(dialect, json, path, std::move(own), faults);
  static constexpr std::array<std::string_view, 2> kKnown = {"type", "function"};
  if (Json rest = dialects::rest_of(json, kKnown); !rest.empty()) own["around"] = std::move(rest);
  const std::string at = join_path(path, form.wrapper);
  const Json* inner = dialects::find(json, form.wrapper);
  if (inner == nullptr) {
    faults.missing(at);
    return {};
  }
  return read_function(dialect, *inner, at, std::move(own), faults);
}

std::optional<Json> write_tool(Dialect dialect, const ToolSchema& tool, const std::string& path,
                               Faults& faults) {
  const ToolForm& form = form_of(dialect);
  const Json own = dialects::unpack(dialect, tool.extra, path, faults);
  if (const Json* raw = dialects::find(own, "tool")) return *raw;
  const bool native = dialects::is_marked(own, "native");
  if (!native && tool.extra && tool.parameters.empty() && tool.description.empty()) {
    const Result<Json> extra = parse_json(*tool.extra, ErrorCode::invalid_input);
    const bool foreign = extra && extra->size() == 1 && extra->begin()->contains("tool");
    if (foreign) return std::nullopt;
  }
  Json function = Json::object();
  if (form.wrapper.empty() && !form.type.empty()) function["type"] = form.type;
  if (const Json* type = dialects::find(own, "type")) function["type"] = *type;
  function["name"] = tool.name;
  if (!tool.description.empty()) function["description"] = tool.description;
  if (!tool.parameters.empty()) {
    const Result<Json> schema = parse_json(tool.parameters, ErrorCode::invalid_input);
    if (!schema || !schema->is_object()) {
      faults.add(join_path(path, "parameters"), tool.parameters, "must be the text of an object");
      return std::nullopt;
    }
    function[std::string(form.parameters)] = *schema;
  } else if (!native) {
    function[std::string(form.parameters)] = {{"type", "object"}, {"properties", Json::object()}};
  }
  dialects::add_rest(function, dialects::part_of(own, "rest"));
  if (form.wrapper.empty()) return function;
  Json wrapped = {{"type", form.type}, {std::string(form.wrapper), std::move(function)}};
  dialects::add_rest(wrapped, dialects::part_of(own, "around"));
  return wrapped;
}

}  // namespace

std::int64_t estimate_tool(const ToolSchema& tool) {
  return kToolTokens + text_tokens(tool.name) + text_tokens(tool.description) +
         text_tokens(tool.parameters);
}

PromptPrice price_prompt(const Prompt& prompt) {
  PromptPrice price;
  if (!prompt.system.empty()) {
    price.system = estimate_tokens(text_message(Role::system, prompt.system), Profile::vagus);
  }
  for (const ToolSchema& tool : prompt.tools) price.tools += estimate_tool(tool);
  for (const Message& message : prompt.messages) {
    const std::int64_t images = image_tokens(message);
    price.images += images;
    price.messages += estimate_tokens(message, Profile::vagus) - images;
  }
  price.total = price.system + price.tools + price.messages + price.images;
  return price;
}

Result<std::vector<ToolSchema>> read_tools(Dialect dialect, const Json& list) {
  Faults faults;
  if (!list.is_array()) faults.add("tools", list, "must be a list");
  dialects::check_depth(list, "tools", faults);
  std::vector<ToolSchema> tools;
  for (std::size_t i = 0; !faults.any() && i < list.size(); ++i) {
    tools.push_back(read_tool(dialect, list[i], join_path("tools", i), faults));
  }
  if (faults.any()) return faults.first();
  return tools;
}

Result<Json> write_tools(Dialect dialect, const std::vector<ToolSchema>& tools) {
  Faults faults;
  Json list = Json::array();
  for (std::size_t i = 0; !faults.any() && i < tools.size(); ++i) {
    auto tool = write_tool(dialect, tools[i], join_path("tools", i), faults);
    if (tool) list.push_back(*std::move(tool));
  }
  if (faults.any()) return faults.first();
  return list;
}

}  // namespace vagus
