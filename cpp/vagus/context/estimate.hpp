#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "vagus/config/config.hpp"
#include "vagus/context/message.hpp"

namespace vagus {

/// Estimated tokens are multiplied by this before they are compared with a budget, because
/// estimates err (spec: context, section 2.3). Percent, so that the result does not depend on
/// floating point.
inline constexpr std::int64_t kMarginPercent = 120;

/// Estimated tokens of `message`.
///
/// `vagus` counts every part of every role, its texts as `text_tokens` does, each rounded up. To
/// that come 4 for the message, 2,000 for an image, 8 for a tool call, 4 for a tool result; opaque
/// data is a third per byte. `reference` is ceil(UTF-16 length / 4) per message, 0 for system
/// messages and images of users (spec: context, section 2.1, versions up to 5.18). Costs one pass
/// over the text.
std::int64_t estimate_tokens(const Message& message, Profile profile);

/// The texts of `message` that cost tokens, those that are not empty, in order. They live as long
/// as the message.
std::vector<std::string_view> counted_texts(const Message& message);

/// What `Profile::vagus` counts for all of `message` but its texts.
std::int64_t tokens_around_texts(const Message& message);

/// The part of that which no counter of texts can make certain: images and opaque data.
std::int64_t guessed_tokens(const Message& message);

/// What `Profile::vagus` counts for the images of `message`.
std::int64_t image_tokens(const Message& message);

/// `ceil(tokens * kMarginPercent / 100)`.
std::int64_t with_margin(std::int64_t tokens);

/// The most tokens that are still within `budget` once the margin is added to them.
std::int64_t without_margin(std::int64_t budget);

}  // namespace vagus
