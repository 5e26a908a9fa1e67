#include "vagus/config/hooks.hpp"

#include <algorithm>

#include "vagus/base/json.hpp"
#include "vagus/base/limits.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

MaybeError check_mapping(const std::string& path, const HookMapping& mapping) {
  for (const NamedTemplate& each : kHookTemplates) {
    const auto parsed = HookTemplate::parse(join_path(path, each.name), mapping.*each.member);
    if (!parsed) return parsed.error();
  }
  if (mapping.timeout_seconds) {
    const std::string field = join_path(path, "timeout_seconds");
    if (auto failed = check_count(field, *mapping.timeout_seconds, 1)) return failed;
  }
  if (!mapping.transform || !is_blank(*mapping.transform)) return std::nullopt;
  return make_error(ErrorCode::invalid_config, join_path(path, "transform"), *mapping.transform,
                    "must name a function of the host");
}

}  // namespace

MaybeError check_hook_mappings(std::string_view path, const std::vector<HookMapping>& mappings) {
  if (mappings.size() > kMaxHookMappings) {
    return Error{ErrorCode::invalid_config, path.empty() ? "$" : std::string(path),
                 std::to_string(mappings.size()),
                 "must have at most " + std::to_string(kMaxHookMappings) + " mappings"};
  }
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    if (auto failed = check_mapping(join_path(path, i), mappings[i])) return failed;
  }
  return std::nullopt;
}

bool has_templated_session_key(const std::vector<HookMapping>& mappings) {
  return std::any_of(mappings.begin(), mappings.end(), [](const HookMapping& each) {
    const auto key = HookTemplate::parse("session_key", each.session_key);
    return key && !key->is_constant();
  });
}

}  // namespace vagus
