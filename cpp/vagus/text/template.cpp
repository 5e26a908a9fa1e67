#include "vagus/text/template.hpp"

#include <algorithm>
#include <optional>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

/// Plain text, or the name of a field.
struct Piece {
  std::string_view text;
  bool is_field = false;
};

// Nothing when the braces do not pair.
std::optional<std::vector<Piece>> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  while (true) {
    const std::size_t open = text.find(kOpen);
    if (text.substr(0, open).find(kClose) != std::string_view::npos) return std::nullopt;
    pieces.push_back({text.substr(0, open)});
    if (open == std::string_view::npos) return pieces;
    text.remove_prefix(open + kOpen.size());
    const std::size_t close = text.find(kClose);
    const std::string_view name = text.substr(0, close);
    if (close == std::string_view::npos || name.find(kOpen) != std::string_view::npos) {
      return std::nullopt;
    }
    pieces.push_back({trim(name), true});
    text.remove_prefix(close + kClose.size());
  }
}

std::string allowed_fields(const TemplateRule& rule) {
  std::string list;
  for (const std::string_view each : rule.fields) {
    list += (list.empty() ? "{{" : ", {{") + std::string(each) + "}}";
  }
  return list;
}

}  // namespace

MaybeError check_template(std::string_view path, std::string_view text, const TemplateRule& rule) {
  const auto wrong = [path](std::string_view value, const std::string& message) {
    return make_error(ErrorCode::invalid_config, path, value, message);
  };
  if (text.size() > kMaxTemplateBytes) {
    return wrong(text, "must be at most " + std::to_string(kMaxTemplateBytes) + " bytes");
  }
  if (!is_valid_utf8(text)) return wrong(text, "not valid UTF-8");
  const auto pieces = pieces_of(text);
  const std::string allowed = allowed_fields(rule);
  if (!pieces) return wrong(text, "braces must pair, around one of " + allowed);
  int needed = 0;
  for (const Piece& piece : *pieces) {
    if (!piece.is_field) continue;
    if (std::find(rule.fields.begin(), rule.fields.end(), piece.text) == rule.fields.end()) {
      return wrong(piece.text, "is no field here; there are " + allowed);
    }
    if (piece.text == rule.needed) ++needed;
  }
  if (rule.needed.empty() || needed == 1) return std::nullopt;
  return wrong(text, "must have {{" + std::string(rule.needed) + "}} once; there are " + allowed);
}

std::string fill_template(std::string_view text, const TemplateValues& values) {
  const auto pieces = pieces_of(text);
  if (!pieces) return std::string(text);
  std::string filled;
  for (const Piece& piece : *pieces) {
    if (!piece.is_field) {
      filled += piece.text;
      continue;
    }
    const auto found = std::find_if(values.begin(), values.end(), [&piece](const auto& each) {
      return each.first == piece.text;
    });
    if (found != values.end()) filled += found->second;
  }
  return filled;
}

}  // namespace vagus
