#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/config/config.hpp"

namespace vagus {

/// How bad a finding is: something does not work, is probably not meant, or is worth knowing.
enum class Severity { error, warning, info };
constexpr std::array<std::string_view, 3> enum_names(Severity) {
  return {"error", "warning", "info"};
}

/// What `lint` finds in a configuration.
enum class LintCode {
  invalid_config,        ///< it does not load
  unknown_agent,         ///< a binding to an agent that is not configured
  dead_binding,          ///< a binding that no message can win
  shadowed_binding,      ///< an earlier binding takes all of its messages
  case_mismatch,         ///< names that differ in case only
  overlapping_links,     ///< an id that is linked to two people
  account_default_only,  ///< no account: the account `default`, although others are in use
  shared_main,           ///< several people share one main session
  no_default,            ///< several agents, and nobody answers what no binding matches
  unreachable_agent      ///< an agent that no message reaches
};
constexpr std::array<std::string_view, 10> enum_names(LintCode) {
  return {"invalid-config", "unknown-agent",     "dead-binding",         "shadowed-binding",
          "case-mismatch",  "overlapping-links", "account-default-only", "shared-main",
          "no-default",     "unreachable-agent"};
}

/// One thing to look at in a configuration.
struct Finding {
  LintCode code = LintCode::invalid_config;
  Severity severity = Severity::error;
  std::string path;
  std::string message;
  std::vector<std::string> related;

  static constexpr std::string_view kName = "Finding";
  static constexpr auto fields() {
    return field_list(required("code", &Finding::code, "what kind of thing"),
                      required("severity", &Finding::severity, "error, warning or info"),
                      required("path", &Finding::path, "where, such as bindings[3].match.account"),
                      required("message", &Finding::message, "for people"),
                      field("related", &Finding::related, "other places that have to do with it"));
  }
};

/// What is wrong with the routing of a configuration, or likely to surprise (spec: keys, section 6,
/// pains 6 and 7). Reads configurations that do not load, too, as far as they have the right shape.
/// Findings come in the order of the codes above, then of the configuration. Takes time in
/// proportion to the size of the configuration.
std::vector<Finding> lint(std::string_view config_json);

/// The same for a configuration made in code.
std::vector<Finding> lint(const Config& config);

}  // namespace vagus
