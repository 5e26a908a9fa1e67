#include "vagus/routing/lint.hpp"

#include <algorithm>

#include "vagus/base/json_codec.hpp"
#include "vagus/routing/lint_checks.hpp"

namespace vagus {
namespace {

// In the order of the codes.
constexpr Findings (*kChecks[])(const Config&) = {
    find_unknown_agents,  find_dead_bindings,     find_shadowed_bindings,
    find_case_mismatches, find_overlapping_links, find_default_accounts,
    find_shared_main,     find_missing_default,   find_unreachable_agents,
};

Finding load_error(const Error& error) {
  std::string message = error.message;
  if (!error.value.empty()) message += ", got " + error.value;
  return {LintCode::invalid_config, Severity::error, error.field, std::move(message), {}};
}

}  // namespace

std::string binding_path(std::size_t index, std::string_view field) {
  const std::string path = join_path("bindings", index);
  return field.empty() ? path : path + "." + std::string(field);
}

std::vector<Finding> lint(const Config& config) {
  Findings findings;
  for (const auto check : kChecks) {
    for (Finding& each : check(config)) findings.push_back(std::move(each));
  }
  const auto failed = check_config(config);
  if (!failed) return findings;
  // What a check found in the same place, it says better.
  const bool known = std::any_of(findings.begin(), findings.end(), [&](const Finding& each) {
    return each.severity == Severity::error && each.path == failed->field;
  });
  if (!known) findings.insert(findings.begin(), load_error(*failed));
  return findings;
}

std::vector<Finding> lint(std::string_view config_json) {
  const Result<Json> json = parse_json(config_json, ErrorCode::invalid_config);
  if (!json) return {load_error(json.error())};
  Config config;
  if (auto failed = JsonReader(ErrorCode::invalid_config).read(*json, "", config)) {
    return {load_error(*failed)};
  }
  return lint(config);
}

}  // namespace vagus
