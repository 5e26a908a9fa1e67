#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vagus/routing/lint.hpp"

/// The single checks of `lint`: each gives its findings in the order of the configuration.
namespace vagus {

using Findings = std::vector<Finding>;

// ---- lint_bindings.cpp
Findings find_unknown_agents(const Config& config);
Findings find_dead_bindings(const Config& config);
Findings find_shadowed_bindings(const Config& config);
Findings find_case_mismatches(const Config& config);
Findings find_default_accounts(const Config& config);

// ---- lint_people.cpp
Findings find_overlapping_links(const Config& config);
Findings find_shared_main(const Config& config);
Findings find_missing_default(const Config& config);
Findings find_unreachable_agents(const Config& config);

/// `bindings[index]`, or what is below it: `binding_path(3, "match.account")`.
std::string binding_path(std::size_t index, std::string_view field = "");

}  // namespace vagus
