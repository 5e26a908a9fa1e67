#include "vagus/context/reference_pricing.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "vagus/context/dialect_codec.hpp"
#include "vagus/context/weighted_chars.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

using dialects::find;

std::int64_t divided_up(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

std::int64_t units(std::string_view text) {
  return static_cast<std::int64_t>(utf16_length(text));
}

std::int64_t json_units(const Json& value) {
  return units(dump_json(value));
}

std::string_view text_at(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  return value != nullptr && value->is_string()
             ? std::string_view(value->get_ref<const std::string&>())
             : std::string_view{};
}

const Json& member(const Json& object, std::string_view key) {
  static const Json kNothing;
  const Json* value = find(object, key);
  return value != nullptr ? *value : kNothing;
}

bool is_excluded(const Json& message) {
  return member(message, "excludeFromContext") == Json(true);
}

// Content may be a text, which is like one block of text.
template <class Visit>
void for_each_block(const Json& content, Visit visit) {
  if (!content.is_array()) return;
  for (const Json& block : content) visit(text_at(block, "type"), block);
}

// ---- section 2.1

class Estimate {
 public:
  explicit Estimate(const EstimateFormula& formula) : formula_(formula) {}

  std::int64_t tokens(const Json& message) {
    const std::string_view role = text_at(message, "role");
    if (formula_.weighted && is_excluded(message)) return 0;
    if (role == "user" || role == "custom" || role == "toolResult" || role == "assistant") {
      add_content(role, member(message, "content"));
    } else if (role == "bashExecution") {
      add(text_at(message, "command"));
      add(text_at(message, "output"));
    } else if (role == "branchSummary" || role == "compactionSummary") {
      add(text_at(message, "summary"));
    }
    return divided_up(chars_, formula_.chars_per_token);
  }

 private:
  void add(std::string_view text) {
    chars_ += formula_.weighted ? weighted_chars(text, 1) : units(text);
  }

  void add_content(std::string_view role, const Json& content) {
    if (content.is_string()) return add(content.get_ref<const std::string&>());
    bool images = false;
    for_each_block(content, [&](std::string_view type, const Json& block) {
      if (type == "text") return add(text_at(block, "text"));
      if (role == "assistant") {
        add(text_at(block, "thinking"));
        if (type != "toolCall") return;
        add(text_at(block, "name"));
        add(dump_json(member(block, "arguments")));
      } else if (type == "image") {
        chars_ += role == "user" ? formula_.image_chars : formula_.tool_image_chars;
        images = true;
      }
    });
    if (images) chars_ += formula_.image_note_chars;
  }

  const EstimateFormula& formula_;
  std::int64_t chars_ = 0;
};

// ---- section 2.3

std::int64_t pressure_text(std::string_view text) {
  return divided_up(weighted_chars(text, 1), kPressureFormula.chars_per_token);
}

std::int64_t pressure_json(std::string_view text) {
  return divided_up(units(text), kPressureFormula.json_chars_per_token);
}

std::int64_t pressure_of_text(std::string_view role, std::string_view text) {
  const std::int64_t tokens = pressure_text(text);
  if (role != "toolResult") return tokens;
  return std::max(tokens, divided_up(units(text), kPressureFormula.result_chars_per_token));
}

std::int64_t pressure_of_block(std::string_view role, std::string_view type, const Json& block) {
  if (type == "image") return kPressureFormula.image_tokens;
  std::int64_t tokens = kPressureFormula.block_tokens;
  if (type == "text") {
    tokens += pressure_of_text(role, text_at(block, "text"));
  } else if (type == "toolCall") {
    tokens += pressure_json(text_at(block, "name")) +
              pressure_json(dump_json(member(block, "arguments")));
  } else {
    tokens += pressure_json(dump_json(block));
  }
  return tokens;
}

}  // namespace

std::int64_t reference_estimate(const Json& message, ReferenceVersion version) {
  return Estimate(kEstimateFormulas[static_cast<std::size_t>(version)]).tokens(message);
}

std::int64_t reference_guard_chars(const Json& message) {
  const std::string_view role = text_at(message, "role");
  const bool is_result = role == "toolResult";
  if (role != "user" && role != "assistant" && !is_result) return kGuardFormula.other_role_chars;
  const Json& content = member(message, "content");
  std::int64_t chars = content.is_string() ? units(content.get_ref<const std::string&>()) : 0;
  for_each_block(content, [&](std::string_view type, const Json& block) {
    if (type == "text" || type == "thinking") {
      chars += units(text_at(block, type));
    } else if (type == "image") {
      chars += kGuardFormula.image_chars;
    } else {
      chars += json_units(type == "toolCall" ? member(block, "arguments") : block);
    }
  });
  if (!is_result) return chars;
  if (const Json* details = find(message, "details")) chars += json_units(*details);
  return chars * kGuardFormula.result_factor;
}

std::int64_t reference_pressure(const Json& message) {
  if (is_excluded(message)) return 0;
  const std::string_view role = text_at(message, "role");
  std::int64_t tokens = kPressureFormula.message_tokens;
  if (role == "bashExecution") {
    const std::string run =
        std::string(text_at(message, "command")) + std::string(text_at(message, "output"));
    return tokens + pressure_text(run);
  }
  if (role == "toolResult") tokens += pressure_json(text_at(message, "toolName"));
  const Json& content = member(message, "content");
  if (content.is_string()) {
    tokens += pressure_of_text(role, content.get_ref<const std::string&>());
  }
  for_each_block(content, [&](std::string_view type, const Json& block) {
    tokens += pressure_of_block(role, type, block);
  });
  return tokens + pressure_text(text_at(message, "summary"));
}

std::int64_t reference_rendered_prompt(std::string_view system, std::string_view prompt) {
  std::int64_t tokens = kPressureFormula.message_tokens + pressure_text(prompt);
  if (!is_blank(system)) tokens += kPressureFormula.message_tokens + pressure_text(system);
  return tokens;
}

std::int64_t reference_tools(const Json& tools) {
  Json told = Json::array();
  if (!tools.is_array()) return 0;
  for (const Json& tool : tools) {
    Json& shown = told.emplace_back(Json::object());
    for (const std::string_view key : {"name", "description", "parameters"}) {
      if (const Json* value = find(tool, key)) shown[std::string(key)] = *value;
    }
  }
  if (told.empty()) return 0;
  return pressure_json(dump_json(told));
}

std::int64_t reference_pre_prompt(const Json& messages, std::string_view prompt) {
  std::int64_t tokens = divided_up(units(prompt), kEstimateFormulas[0].chars_per_token);
  if (messages.is_array()) {
    for (const Json& message : messages) {
      tokens += reference_estimate(message, ReferenceVersion::v2026_4);
    }
  }
  return divided_up(tokens * kPressureFormula.margin_percent, 100);
}

}  // namespace vagus
