#pragma once

#include <array>
#include <string_view>

namespace vagus {

/// Whose sessions there are: each agent has its own, or all share the one that belongs to nobody,
/// `global` (spec: keys, section 1.8).
enum class SessionScope { per_sender, global };
constexpr std::array<std::string_view, 2> enum_names(SessionScope) {
  return {"per-sender", "global"};
}

}  // namespace vagus
