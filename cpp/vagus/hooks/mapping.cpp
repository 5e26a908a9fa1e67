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

  /// What must not be blank.
  std::string required(std::string_view field, const HookTemplate& text) {
    std::string written = write(field, text);
    if (!failed_ && is_blank(written)) {
      failed_ = make_error(ErrorCode::invalid_input, field, written, "is blank once filled in");
    }
    return written;
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

Result<HookMappings> HookMappings::read(std::string_view json_text) {
  const Result<Json> json = parse_json(json_text, ErrorCode::invalid_config);
  if (!json) return json.error();
  if (json->is_array() && json->size() > kMaxHookMappings) {
    return Error{ErrorCode::invalid_config, "$", std::to_string(json->size()),
                 "must have at most " + std::to_string(kMaxHookMappings) + " mappings"};
  }
  std::vector<HookMapping> listed;
  if (auto failed = JsonReader(ErrorCode::invalid_config).read(*json, "", listed)) return *failed;
  HookMappings made;
  for (HookMapping& each : listed) {
    Result<Compiled> compiled = compile(made.mappings_.size(), std::move(each));
    if (!compiled) return compiled.error();
    made.mappings_.push_back(*std::move(compiled));
  }
  return made;
}

Result<HookMappings::Compiled> HookMappings::compile(std::size_t index, HookMapping mapping) {
  const std::string path = join_path("", index);
  if (mapping.timeout_seconds) {
    if (auto failed =
            check_count(join_path(path, "timeout_seconds"), *mapping.timeout_seconds, 1)) {
      return *failed;
    }
  }
  Compiled made;
  const std::pair<std::string_view, std::pair<const std::string*, HookTemplate*>> templates[] = {
      {"text_template", {&mapping.text_template, &made.text}},
      {"message_template", {&mapping.message_template, &made.message}},
      {"name", {&mapping.name, &made.name}},
      {"session_key", {&mapping.session_key, &made.session_key}},
      {"to", {&mapping.to, &made.to}},
      {"model", {&mapping.model, &made.model}},
      {"thinking", {&mapping.thinking, &made.thinking}},
  };
  for (const auto& [field, texts] : templates) {
    Result<HookTemplate> parsed = HookTemplate::parse(join_path(path, field), *texts.first);
    if (!parsed) return parsed.error();
    *texts.second = *std::move(parsed);
  }
  made.mapping = std::move(mapping);
  return made;
}

Result<std::optional<Hook>> HookMappings::match(const HookRequest& request) const {
  const Result<Json> payload = parse_hook_body(request.body);
  if (!payload) return payload.error();
  const auto found = std::find_if(mappings_.begin(), mappings_.end(), [&](const Compiled& each) {
    return matches(each.mapping.match, request, *payload);
  });
  if (found == mappings_.end()) return std::optional<Hook>();
  const bool wakes = found->mapping.action == HookAction::wake;
  Result<Hook> made =
      wakes ? wake_of(*found, request, *payload) : agent_of(*found, request, *payload);
  if (!made) return made.error();
  return std::optional(*std::move(made));
}

bool HookMappings::templated_session_keys() const {
  return std::any_of(mappings_.begin(), mappings_.end(),
                     [](const Compiled& each) { return !each.session_key.is_constant(); });
}

Result<Hook> HookMappings::wake_of(const Compiled& compiled, const HookRequest& request,
                                   const Json& payload) {
  Writer writer(request, payload);
  WakeHook hook;
  hook.text = writer.required("text", compiled.text);
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
  hook.message = writer.required("message", compiled.message);
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

}  // namespace vagus
