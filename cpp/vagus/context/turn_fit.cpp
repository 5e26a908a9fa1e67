#include "vagus/context/turn_fit.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "vagus/context/estimate.hpp"
#include "vagus/context/text_cut.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kCharsPerToken = 4;

std::int64_t price(const std::vector<Message>& messages) {
  std::int64_t tokens = 0;
  for (const Message& message : messages) tokens += estimate_tokens(message, Profile::vagus);
  return tokens;
}

std::int64_t text_price(const std::string& text) {
  const auto message_price = [](std::string content) {
    return estimate_tokens(text_message(Role::user, std::move(content)), Profile::vagus);
  };
  return message_price(text) - message_price("");
}

struct PricedText {
  std::string* text;
  std::int64_t tokens;
};

// The texts that may be cut, of tool messages or of all others.
std::vector<PricedText> texts_of(std::vector<Message>& turn, bool of_tools) {
  std::vector<PricedText> texts;
  for (Message& message : turn) {
    if ((message.role == Role::tool) != of_tools) continue;
    for (Part& part : message.parts) {
      if (part.kind != PartKind::text && part.kind != PartKind::tool_result) continue;
      texts.push_back({&part.text, text_price(part.text)});
    }
  }
  return texts;
}

// The most tokens that each text may have so that all have `room`: short ones need less, and leave
// the rest to the long ones. REQUIRES: as they are, they have more.
std::int64_t fair_share(std::vector<PricedText> texts, std::int64_t room) {
  std::sort(texts.begin(), texts.end(),
            [](const auto& left, const auto& right) { return left.tokens < right.tokens; });
  auto count = static_cast<std::int64_t>(texts.size());
  for (const PricedText& text : texts) {
    if (text.tokens * count > room) break;
    room -= text.tokens;
    --count;
  }
  return std::max(kLeastCutTokens, room / std::max<std::int64_t>(count, 1));
}

// Tokens are not characters: emoji cost more of the one than of the other. Where they do, the limit
// goes down until the text costs no more than it may.
void cut_to(PricedText& text, std::int64_t tokens) {
  if (text.tokens <= tokens) return;
  std::int64_t chars = tokens * kCharsPerToken;
  std::string cut = cut_text(*text.text, TextCut{.max_chars = chars}, CutWords{});
  for (std::int64_t cost = text_price(cut); cost > tokens; cost = text_price(cut)) {
    chars = std::min(chars * tokens / cost, chars * 3 / 4);
    cut = cut_text(*text.text, TextCut{.max_chars = chars}, CutWords{});
  }
  *text.text = std::move(cut);
}

}  // namespace

std::vector<Message> fit_turn(std::vector<Message> turn, std::int64_t room) {
  for (const bool of_tools : {true, false}) {
    const std::int64_t tokens = price(turn);
    if (tokens <= room) break;
    std::vector<PricedText> texts = texts_of(turn, of_tools);
    std::int64_t cuttable = 0;
    for (const PricedText& text : texts) cuttable += text.tokens;
    const std::int64_t share = fair_share(texts, room - (tokens - cuttable));
    for (PricedText& text : texts) cut_to(text, share);
  }
  return turn;
}

}  // namespace vagus
