#include "vagus/hooks/door.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "vagus/text/sha256.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kTokenHeader = "x-openclaw-token";
constexpr std::array<std::string_view, 2> kIdempotencyHeaders = {"idempotency-key",
                                                                 "x-openclaw-idempotency-key"};
constexpr std::string_view kBearer = "bearer ";

using Texts = std::map<std::string, std::string>;

HookReception answered(HookResponse response) {
  return {true, std::move(response), std::nullopt, std::nullopt};
}

HookReception refused(const Error& error) {
  return answered(refusal(HookProblem::bad_request, error.what()));
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string digest_of(std::string_view secret) {
  const auto bytes = sha256(secret);
  return std::string(bytes.begin(), bytes.end());
}

int hex_digit(char each) {
  if (each >= '0' && each <= '9') return each - '0';
  const char lower = static_cast<char>(each | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// A part of a query as its writer meant it. A percent sign without two digits is one.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (escape) {
      plain += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

/// The first value of each name.
Texts read_query(std::string_view query) {
  Texts values;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string_view value =
        equals < part.size() ? part.substr(equals + 1) : std::string_view();
    if (!part.empty()) values.emplace(unescaped(part.substr(0, equals)), unescaped(value));
  }
  return values;
}

Texts lower_names(const Texts& headers) {
  Texts lower;
  for (const auto& [name, value] : headers) lower.emplace(lower_ascii(name), value);
  return lower;
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, std::min(target.find('?'), target.size()));
}

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

/// The secret that a request came with; blank without one.
std::string token_of(const Texts& headers) {
  const auto authorization = headers.find("authorization");
  if (authorization != headers.end()) {
    const std::string_view text = trim(authorization->second);
    const bool bears = lower_ascii(text.substr(0, kBearer.size())) == kBearer;
    const std::string_view token = bears ? trim(text.substr(kBearer.size())) : std::string_view();
    if (!token.empty()) return std::string(token);
  }
  const auto own = headers.find(std::string(kTokenHeader));
  return own == headers.end() ? "" : std::string(trim(own->second));
}

std::string body_of(const HookHttp& request) {
  return is_blank(request.body) ? "{}" : request.body;
}

std::string normal_base(std::string_view path) {
  path = trim(path);
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return "/" + std::string(path);
}

}  // namespace

// Digests have one length, and every byte of them is looked at.
bool same_secret(std::string_view left, std::string_view right) {
  const auto ours = sha256(left);
  const auto theirs = sha256(right);
  unsigned different = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) different |= ours[i] ^ theirs[i];
  return different == 0;
}

Result<HookDoor> HookDoor::create(HooksConfig hooks, std::string token) {
  if (hooks.enabled && is_blank(token)) {
    return make_error(ErrorCode::invalid_input, "token", "", "is required where hooks are enabled");
  }
  Result<HookMappings> mappings = HookMappings::create(hooks.mappings);
  if (!mappings) return mappings.error();
  HookDoor door;
  door.base_ = normal_base(hooks.path);
  door.hooks_ = std::move(hooks);
  door.token_ = trim(token);
  door.mappings_ = *std::move(mappings);
  return door;
}

// What follows the path of hooks; nothing for other paths.
std::optional<std::string> HookDoor::path_below(std::string_view path) const {
  if (!path.starts_with(base_)) return std::nullopt;
  path.remove_prefix(base_.size());
  if (!path.empty() && path.front() != '/') return std::nullopt;
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

std::optional<HookResponse> HookDoor::check_sender(const HookHttp& request, Millis now) {
  if (same_secret(token_of(lower_names(request.headers)), token_)) {
    throttle_.succeed(request.client);
    return std::nullopt;
  }
  const std::optional<std::int64_t> wait = throttle_.fail(request.client, now);
  if (!wait) return refusal(HookProblem::unauthorized);
  HookResponse response = refusal(HookProblem::throttled);
  response.headers["retry-after"] = std::to_string(*wait);
  return response;
}

HookReception HookDoor::receive(const HookHttp& request, Millis now) {
  const std::optional<std::string> path = path_below(path_of(request.target));
  if (!hooks_.enabled || !path || request.target.size() > kMaxHookTarget) return {};
  if (read_query(query_of(request.target)).count("token") > 0) {
    return answered(refusal(HookProblem::token_in_query));
  }
  if (request.method != "POST") return answered(refusal(HookProblem::not_post));
  if (auto turned_away = check_sender(request, now)) return answered(*std::move(turned_away));
  if (path->empty()) return answered(refusal(HookProblem::not_found));
  if (static_cast<std::int64_t>(request.body.size()) > hooks_.max_body_bytes) {
    return answered(refusal(HookProblem::too_large));
  }
  return read(request, *path, now);
}

HookReception HookDoor::read(const HookHttp& request, std::string path, Millis now) const {
  if (path == "wake") {
    Result<WakeHook> wake = read_wake_hook(body_of(request));
    return wake ? called(std::move(path), Hook(*std::move(wake)), request) : refused(wake.error());
  }
  if (path == "agent") {
    Result<AgentHook> agent = read_agent_hook(body_of(request), hooks_.channels);
    return agent ? called(std::move(path), Hook(*std::move(agent)), request)
                 : refused(agent.error());
  }
  return read_mapped(request, std::move(path), now);
}

HookReception HookDoor::read_mapped(const HookHttp& request, std::string path, Millis now) const {
  HookRequest asked;
  asked.path = path;
  asked.body = body_of(request);
  asked.headers = lower_names(request.headers);
  asked.query = read_query(query_of(request.target));
  asked.now = now;
  Result<std::optional<MatchedHook>> found = mappings_.find(asked);
  if (!found) return refused(found.error());
  if (!*found) return answered(refusal(HookProblem::not_found));
  HookReception reception = called(std::move(path), std::move((*found)->hook), request);
  if (reception.call) reception.transform = std::move((*found)->transform);
  return reception;
}

HookReception HookDoor::called(std::string path, Hook hook, const HookHttp& request) const {
  WebhookReceived call;
  call.path = std::move(path);
  call.sender = hex(digest_of(token_));
  if (auto* agent = std::get_if<AgentHook>(&hook)) {
    const std::vector<std::string> names(kIdempotencyHeaders.begin(), kIdempotencyHeaders.end());
    auto key = idempotency_key(request.headers, body_of(request), names);
    if (!key) return refused(key.error());
    agent->idempotency_key = *std::move(key);
    if (auto failed = complete(*agent)) return refused(*failed);
    call.agent = std::move(*agent);
  } else {
    call.wake = std::get<WakeHook>(std::move(hook));
  }
  HookReception reception;
  reception.handled = true;
  reception.call = std::move(call);
  return reception;
}

// What a mapping leaves out is as if a request had left it out.
MaybeError HookDoor::complete(AgentHook& hook) const {
  if (!hook.name) hook.name = kDefaultHookName;
  if (!hook.deliver) hook.deliver = true;
  if (!hook.channel) hook.channel = kLastChannel;
  return check_hook_channel(*hook.channel, hooks_.channels);
}

HookReception HookDoor::finish(WebhookReceived call,
                               const std::optional<std::string>& changes) const {
  if (!changes) return answered(nothing_to_do());
  const Hook asked = call.wake ? Hook(*call.wake) : Hook(call.agent.value_or(AgentHook{}));
  Result<Hook> made = transformed(asked, *changes);
  if (!made) return refused(made.error());
  if (call.wake) {
    call.wake = std::get<WakeHook>(*std::move(made));
  } else {
    call.agent = std::get<AgentHook>(*std::move(made));
    if (auto failed = complete(*call.agent)) return refused(*failed);
  }
  HookReception reception;
  reception.handled = true;
  reception.call = std::move(call);
  return reception;
}

std::vector<std::string> HookDoor::transforms() const {
  std::vector<std::string> names;
  for (const HookMapping& each : hooks_.mappings) {
    if (each.transform) names.push_back(*each.transform);
  }
  return names;
}

HookReception HookDoor::transform_failed() const {
  return answered(refusal(HookProblem::mapping_failed));
}

}  // namespace vagus
