#pragma once

#include <vector>

#include "vagus/context/message.hpp"

namespace vagus {

/// Makes every tool call and result part of a pair (spec: context, section 3.6): results move
/// directly after the message that calls, in call order; a call without result gets an error result
/// that says so; results without call, and second results for one call, are dropped. A call id may
/// be used again in a later turn. Idempotent; unchanged input comes back as it was.
std::vector<Message> repair_pairs(std::vector<Message> messages);

/// True when `repair_pairs` would change nothing.
bool pairs_intact(const std::vector<Message>& messages);

}  // namespace vagus
