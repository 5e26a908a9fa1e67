#include "vagus/config/config_check_hooks.hpp"

#include "vagus/base/json.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

MaybeError check_path(const std::string& path) {
  const bool plain = is_valid_utf8(path) && path.find_first_of("?#") == std::string::npos;
  if (plain && path.find_first_not_of("/ ") != std::string::npos) return std::nullopt;
  return make_error(ErrorCode::invalid_config, "hooks.path", path,
                    "must be a path below the root, such as /hooks");
}

MaybeError check_body_limit(std::int64_t bytes) {
  if (bytes >= 1 && bytes <= static_cast<std::int64_t>(kMaxHookBytes)) return std::nullopt;
  return Error{ErrorCode::invalid_config, "hooks.max_body_bytes", std::to_string(bytes),
               "must be from 1 to " + std::to_string(kMaxHookBytes)};
}

MaybeError check_channels(const HooksConfig& hooks) {
  if (!hooks.channels) return std::nullopt;
  for (std::size_t i = 0; i < hooks.channels->size(); ++i) {
    if (!is_blank((*hooks.channels)[i])) continue;
    return make_error(ErrorCode::invalid_config, join_path("hooks.channels", i),
                      (*hooks.channels)[i], "must name a channel");
  }
  return std::nullopt;
}

}  // namespace

MaybeError check_hooks(const Config& config) {
  if (auto failed = check_path(config.hooks.path)) return failed;
  if (auto failed = check_body_limit(config.hooks.max_body_bytes)) return failed;
  if (auto failed = check_channels(config.hooks)) return failed;
  if (auto failed = check_hook_mappings("hooks.mappings", config.hooks.mappings)) return failed;
  const auto policy = AdmissionPolicy::create(admission_rules_of(config));
  if (policy) return std::nullopt;
  return renamed(policy.error(), "hooks." + policy.error().field);
}

}  // namespace vagus
