#include "vagus/hooks/mapping.hpp"

#include <algorithm>

#include "vagus/base/json_codec.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

std::string_view without_slashes(std::string_view path) {
  path = trim(path);
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

bool says(const Json& payload, std::string_view source) {
  const auto found = payload.find("source");
  return found != payload.end() && found->is_string() &&
         found->get_ref<const std::string&>() == source;
}

bool matches(const HookMatch& match, const HookRequest& request, const Json& payload) {
  const std::string_view path = match.path ? without_slashes(*match.path) : "";
  if (!path.empty() && path != without_slashes(request.path)) return false;
  const std::string_view source = match.source ? trim(*match.source) : "";
  return source.empty() || says(payload, source);
}

/// The trimmed text; nothing when it is blank.
std::optional<std::string> said(std::string_view text) {
  const std::string_view trimmed = trim(text);
  return trimmed.empty() ? std::nullopt : std::optional<std::string>(trimmed);
}

/// Fills in templates one after another, until one fails.
class Writer {
 public:
  Writer(const HookRequest& request, const Json& payload) : request_(request), payload_(payload) {}

  std::string write(std::string_view field, const HookTemplate& text) {
    if (failed_) return "";
    Result<std::string> written = text.render(field, request_, payload_);
    if (!written) failed_ = written.error();
    return written ? *std::move(written) : "";
  }

  std::optional<std::string> maybe(std::string_view field, const HookTemplate& text) {
    return said(write(field, text));
  }

  const MaybeError& failed() const { return failed_; }

 private:
  const HookRequest& request_;
  const Json& payload_;
  MaybeError failed_;
};

HookSource source_of(const HookTemplate& session_key) {
  return session_key.is_constant() ? HookSource::mapping_static : HookSource::mapping_templated;
}

}  // namespace

Result<HookMappings> HookMappings::create(std::vector<HookMapping> mappings) {
  if (auto failed = check_hook_mappings("", mappings)) return *failed;
  HookMappings made;
  made.mappings_.reserve(mappings.size());
  for (HookMapping& each : mappings) made.mappings_.push_back(compile(std::move(each)));
  return made;
}

Result<HookMappings> HookMappings::read(std::string_view json_text) {
  const Result<Json> json = parse_json(json_text, ErrorCode::invalid_config);
  if (!json) return json.error();
  std::vector<HookMapping> listed;
  if (auto failed = JsonReader(ErrorCode::invalid_config).read(*json, "", listed)) return *failed;
  return create(std::move(listed));
}

// REQUIRES: checked by `check_hook_mappings`.
HookMappings::Compiled HookMappings::compile(HookMapping mapping) {
  const auto parsed = [](const std::string& text) {
    return HookTemplate::parse("", text).value_or_throw();
  };
  Compiled made;
  made.text = parsed(mapping.text_template);
  made.message = parsed(mapping.message_template);
  made.name = parsed(mapping.name);
  made.session_key = parsed(mapping.session_key);
  made.to = parsed(mapping.to);
  made.model = parsed(mapping.model);
  made.thinking = parsed(mapping.thinking);
  made.mapping = std::move(mapping);
  return made;
}

Result<std::optional<MatchedHook>> HookMappings::find(const HookRequest& request) const {
  const Result<Json> payload = parse_hook_body(request.body);
  if (!payload) return payload.error();
  const auto found = std::find_if(mappings_.begin(), mappings_.end(), [&](const Compiled& each) {
    return matches(each.mapping.match, request, *payload);
  });
  if (found == mappings_.end()) return std::optional<MatchedHook>();
  const bool wakes = found->mapping.action == HookAction::wake;
  Result<Hook> made =
      wakes ? wake_of(*found, request, *payload) : agent_of(*found, request, *payload);
  if (!made) return made.error();
  if (!found->mapping.transform) {
    if (auto failed = check_hook(*made)) return *failed;
  }
  return std::optional(MatchedHook{*std::move(made), found->mapping.transform});
}

Result<std::optional<Hook>> HookMappings::match(const HookRequest& request) const {
  Result<std::optional<MatchedHook>> found = find(request);
  if (!found) return found.error();
  return *found ? std::optional(std::move((*found)->hook)) : std::nullopt;
}

bool HookMappings::templated_session_keys() const {
  return std::any_of(mappings_.begin(), mappings_.end(),
                     [](const Compiled& each) { return !each.session_key.is_constant(); });
}

Result<Hook> HookMappings::wake_of(const Compiled& compiled, const HookRequest& request,
                                   const Json& payload) {
  Writer writer(request, payload);
  WakeHook hook;
  hook.text = writer.write("text", compiled.text);
  hook.mode = compiled.mapping.wake_mode;
  hook.agent_id = said(compiled.mapping.agent_id);
  hook.session_key = writer.maybe("session_key", compiled.session_key);
  hook.key_source = source_of(compiled.session_key);
  if (writer.failed()) return *writer.failed();
  return Hook(std::move(hook));
}

Result<Hook> HookMappings::agent_of(const Compiled& compiled, const HookRequest& request,
                                    const Json& payload) {
  const HookMapping& mapping = compiled.mapping;
  Writer writer(request, payload);
  AgentHook hook;
  hook.message = writer.write("message", compiled.message);
  hook.name = writer.maybe("name", compiled.name);
  hook.agent_id = said(mapping.agent_id);
  hook.wake_mode = mapping.wake_mode;
  hook.session_key = writer.maybe("session_key", compiled.session_key);
  hook.key_source = source_of(compiled.session_key);
  hook.deliver = mapping.deliver;
  hook.channel = said(mapping.channel);
  hook.to = writer.maybe("to", compiled.to);
  hook.model = writer.maybe("model", compiled.model);
  hook.thinking = writer.maybe("thinking", compiled.thinking);
  hook.timeout_seconds = mapping.timeout_seconds;
  if (writer.failed()) return *writer.failed();
  return Hook(std::move(hook));
}

MaybeError check_hook(const Hook& hook) {
  const auto* wake = std::get_if<WakeHook>(&hook);
  const std::string& text = wake != nullptr ? wake->text : std::get<AgentHook>(hook).message;
  if (!is_blank(text)) return std::nullopt;
  return make_error(ErrorCode::invalid_input, wake != nullptr ? "text" : "message", text,
                    "is blank once filled in");
}

namespace {

template <class AnyHook>
Result<Hook> changed(AnyHook hook, const Json& changes) {
  const std::optional<std::string> named = hook.session_key;
  Json fields = to_json(hook);
  fields.update(changes);
  if (auto failed = JsonReader(ErrorCode::invalid_input).read(fields, "", hook)) return *failed;
  // Whatever it says of the source itself: what a function makes of a request is the request's.
  const bool renamed_session = hook.session_key != named;
  if (renamed_session || changes.contains("key_source")) {
    hook.key_source = HookSource::mapping_templated;
  }
  Hook made(std::move(hook));
  if (auto failed = check_hook(made)) return *failed;
  return made;
}

}  // namespace

Result<Hook> transformed(const Hook& hook, std::string_view changes) {
  const Result<Json> json = parse_hook_body(changes);
  if (!json) return renamed(json.error(), "transform");
  return std::visit([&](const auto& each) { return changed(each, *json); }, hook);
}

}  // namespace vagus
