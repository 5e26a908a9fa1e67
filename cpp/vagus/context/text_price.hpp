#pragma once

#include <cstdint>
#include <string_view>

namespace vagus {

/// Estimated tokens of `text`, rounded up; bytes that are not UTF-8 count one each.
///
/// A tokenizer cuts text at the borders between words, numbers, punctuation and scripts before it
/// looks for known pieces. So a character costs by what it is and by what stands in front of it:
/// the first letter of a word nearly a token, the next ones little, a digit behind a digit a
/// third. The numbers are fitted to the o200k_base vocabulary, in hundredths of a token, so that no
/// result depends on floating point. No cost is negative: a longer text never costs less. One pass
/// over the text.
std::int64_t text_tokens(std::string_view text);

}  // namespace vagus
