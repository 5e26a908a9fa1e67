#pragma once

#include <string>
#include <string_view>

namespace vagus {

/// The one canonical spelling of a key: lower case, except for the opaque ids of channels that tell
/// ids apart by case, which keep theirs (spec: keys, section 1.2). The table in case_policy.cpp is
/// the only place that knows those channels. REQUIRES: valid UTF-8. Idempotent.
std::string canonical_case(std::string_view key);

/// True only when `canonical_case(key)` gives `key` itself; says so of ASCII text without white
/// space, and of no other. Allocates nothing.
bool is_plainly_canonical(std::string_view key);

/// True when `<channel>:<kind>:<id>` keeps the case of its id; the channel may be in any case.
bool keeps_id_case(std::string_view channel, std::string_view kind);

/// True when whatever is appended to `key`, such as a thread, keeps its case too.
bool keeps_tail_case(std::string_view key);

}  // namespace vagus
