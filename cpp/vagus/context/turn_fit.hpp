#pragma once

#include <cstdint>
#include <vector>

#include "vagus/context/message.hpp"

namespace vagus {

/// A text that costs no more than this, 200 characters of English, is never cut.
inline constexpr std::int64_t kLeastCutTokens = 50;

/// The newest turn, with texts cut so that it costs at most `room` tokens (`Profile::vagus`): first
/// those of its tool results, then the others, the longest first, so that what is cut is cut to one
/// size. It keeps its messages and parts; thinking, calls and opaque parts stay as they are,
/// because providers check them. When even texts of `kLeastCutTokens` are too much, that is what
/// comes back. Costs a few passes over the text.
std::vector<Message> fit_turn(std::vector<Message> turn, std::int64_t room);

}  // namespace vagus
