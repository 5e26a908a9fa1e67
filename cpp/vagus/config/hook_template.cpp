#include "vagus/config/hook_template.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <nlohmann/json.hpp>

#include "vagus/text/timestamp.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::array<std::string_view, 3> kBlockedKeys = {"__proto__", "prototype", "constructor"};

/// One step of a path: `.name` or `[3]`.
struct Step {
  std::string_view name;
  std::optional<std::size_t> index;
};

std::optional<std::size_t> number(std::string_view digits) {
  std::size_t value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = failed == std::errc() && end == digits.data() + digits.size();
  return whole ? std::optional(value) : std::nullopt;
}

/// Takes the next step off `path`. Brackets without a number between them, and stray marks, are
/// passed over.
std::optional<Step> next_step(std::string_view& path) {
  while (!path.empty()) {
    const std::size_t close = path.front() == '[' ? path.find_first_of("[]", 1) : path.npos;
    if (close != path.npos && path[close] == ']') {
      if (const auto index = number(path.substr(1, close - 1))) {
        path.remove_prefix(close + 1);
        return Step{{}, index};
      }
    }
    const std::size_t length = std::min(path.find_first_of(".[]"), path.size());
    if (length > 0) {
      const Step step{path.substr(0, length), std::nullopt};
      path.remove_prefix(length);
      return step;
    }
    path.remove_prefix(1);
  }
  return std::nullopt;
}

const Json* step_into(const Json& value, const Step& step) {
  if (step.index)
    return value.is_array() && *step.index < value.size() ? &value[*step.index] : nullptr;
  const auto blocked = std::find(kBlockedKeys.begin(), kBlockedKeys.end(), step.name);
  if (blocked != kBlockedKeys.end() || !value.is_object()) return nullptr;
  const auto found = value.find(std::string(step.name));
  return found == value.end() ? nullptr : &*found;
}

std::string value_at(const Json& root, std::string_view path) {
  const Json* value = &root;
  bool moved = false;
  while (const auto step = next_step(path)) {
    value = step_into(*value, *step);
    if (value == nullptr) return "";
    moved = true;
  }
  if (!moved || value->is_null()) return "";
  return value->is_string() ? value->get<std::string>() : dump_json(*value);
}

std::string value_at(const std::map<std::string, std::string>& values, std::string_view name) {
  const auto found = values.find(std::string(name));
  return found == values.end() ? "" : found->second;
}

/// What follows `prefix` in `text`.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

std::string evaluate(std::string_view expression, const HookRequest& request, const Json& payload) {
  if (expression == "path") return request.path;
  if (expression == "now") return iso_stamp(request.now);
  if (const auto name = after(expression, "headers.")) {
    return value_at(request.headers, lower_ascii(*name));
  }
  if (const auto name = after(expression, "query.")) return value_at(request.query, *name);
  return value_at(payload, after(expression, "payload.").value_or(expression));
}

}  // namespace

Result<HookTemplate> HookTemplate::parse(std::string_view field, std::string_view text) {
  if (text.size() > kMaxHookTemplateBytes) {
    return make_error(ErrorCode::invalid_config, field, text,
                      "must have at most " + std::to_string(kMaxHookTemplateBytes) + " bytes");
  }
  HookTemplate made;
  std::size_t told = 0;  // up to here the text is in pieces
  std::size_t from = 0;
  while (true) {
    const std::size_t open = text.find("{{", from);
    const std::size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    // One brace closes nothing, and nothing between the braces is text: look behind it.
    from = close + 1;
    if (close == open + 2 || text.substr(close, 2) != "}}") continue;
    if (open > told) made.pieces_.push_back({true, std::string(text.substr(told, open - told))});
    made.pieces_.push_back({false, std::string(trim(text.substr(open + 2, close - open - 2)))});
    told = from = close + 2;
  }
  if (told < text.size()) made.pieces_.push_back({true, std::string(text.substr(told))});
  return made;
}

bool HookTemplate::is_constant() const {
  return std::all_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& each) { return each.literal; });
}

Result<std::string> HookTemplate::render(std::string_view field, const HookRequest& request,
                                         const Json& payload) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    text += piece.literal ? piece.text : evaluate(piece.text, request, payload);
    if (text.size() <= kMaxHookBytes) continue;
    return make_error(ErrorCode::invalid_input, field, text,
                      "must have at most " + std::to_string(kMaxHookBytes) + " bytes");
  }
  // A query, a path and headers may hold any bytes.
  if (!is_valid_utf8(text)) {
    return make_error(ErrorCode::invalid_input, field, text, "must be valid UTF-8");
  }
  return text;
}

}  // namespace vagus
