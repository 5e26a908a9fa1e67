#include "vagus/runs/user_turn.hpp"

#include "vagus/text/unicode.hpp"
#include "vagus/text/utf16.hpp"

namespace vagus {
namespace {

// Without a route there is nothing to mix; a route that leads nowhere has one asker who waits.
bool is_shared(const std::optional<DeliveryRoute>& route) {
  return !route || (!is_blank(route->to) && token(route->channel) != kOwnChannel);
}

std::string folded(std::string_view text) {
  std::string out;
  bool gap = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto point = decode_utf8(text, at);
    const std::string_view bytes = text.substr(at, point ? point->length : 1);
    at += bytes.size();
    if (is_blank(bytes)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += bytes;
  }
  return out;
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string text_of_summary(const TurnBatch& batch) {
  std::string text = "[" + counted(batch.dropped, "message", "messages") +
                     " had to give way while you were at work; what is left of them:]";
  for (const std::string& line : batch.summary) text += "\n- " + line;
  return text;
}

}  // namespace

bool share_a_turn(const UserTurn& left, const UserTurn& right) {
  if (left.errand || right.errand || left.asked_by != right.asked_by) return false;
  if (!is_shared(left.route) || !is_shared(right.route)) return false;
  if (!left.route || !right.route) return left.route == right.route;
  return same_place(*left.route, *right.route);
}

std::string summary_line_of(const UserTurn& turn) {
  std::string line = folded(turn.summary_line.value_or(turn.text));
  if (utf16_length(line) <= kSummaryLineUnits) return line;
  return std::string(trim(utf16_prefix(line, kSummaryLineUnits - 1))) + "…";
}

std::string text_of(const TurnBatch& batch) {
  const std::size_t count = batch.turns.size();
  if (count == 0) return text_of_summary(batch);
  if (count == 1 && batch.dropped == 0) return batch.turns.front().text;
  std::string text = batch.dropped > 0 ? text_of_summary(batch) + "\n\n" : "";
  text += "[" + counted(static_cast<std::int64_t>(count), "message", "messages") +
          " came while you were at work]";
  for (std::size_t i = 0; i < count; ++i) {
    text += "\n\n(" + std::to_string(i + 1) + ")\n" + batch.turns[i].text;
  }
  return text;
}

}  // namespace vagus
