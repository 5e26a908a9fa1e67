#include "vagus/keys/agent_id.hpp"

#include <algorithm>
#include <array>

#include "vagus/text/ascii.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr std::string_view kFallbackAgent = "main";
constexpr std::string_view kFallbackAccount = "default";

// Accounts that name a property of every JavaScript object; other programs index tables by account.
constexpr std::array<std::string_view, 3> kPrototypeNames = {"__proto__", "prototype",
                                                             "constructor"};

// Each run of other characters becomes one dash.
std::string dashed(std::string_view text) {
  std::string out;
  bool in_run = false;
  for (const char c : text) {
    const bool keep = is_ascii_class(c, AsciiClass::id);
    if (keep || !in_run) out += keep ? c : '-';
    in_run = !keep;
  }
  return out;
}

// The rule that agent and account ids share; empty when nothing usable is left.
std::string sanitised(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (std::string id = lower_ascii(trimmed); AgentId::is_plain(id)) return id;
  const std::string id = dashed(lower(trimmed));
  const std::size_t first = id.find_first_not_of('-');
  if (first == std::string::npos) return "";
  const std::size_t last = id.find_last_not_of('-');
  return id.substr(first, std::min(last + 1 - first, kMaxIdBytes));
}

}  // namespace

bool AgentId::is_plain(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdBytes &&
         is_ascii_class(text.front(), AsciiClass::id_letter) && all_of_class(text, AsciiClass::id);
}

Result<AgentId> AgentId::parse(std::string_view text) {
  std::string id = sanitised(text);
  if (!id.empty() && id == token(text)) return AgentId(std::move(id));
  std::string message = "an agent id is 1 to 64 of a-z, 0-9, '_' and '-', and starts with no '-'";
  if (!id.empty()) message += "; did you mean '" + id + "'?";
  return make_error(ErrorCode::invalid_key, "agent_id", text, message);
}

AgentId AgentId::lenient(std::string_view text) {
  std::string id = sanitised(text);
  return AgentId(id.empty() ? std::string(kFallbackAgent) : std::move(id));
}

std::string normalize_account(std::string_view text) {
  if (text.empty()) return std::string(kFallbackAccount);  // as it usually is
  return optional_account(text).value_or(std::string(kFallbackAccount));
}

std::optional<std::string> optional_account(std::string_view text) {
  std::string id = sanitised(text);
  const bool unusable = id.empty() || std::find(kPrototypeNames.begin(), kPrototypeNames.end(),
                                                id) != kPrototypeNames.end();
  if (unusable) return std::nullopt;
  return id;
}

bool is_valid_agent_id(std::string_view text) {
  return AgentId::is_plain(lower_ascii(trim(text)));
}

std::optional<std::string> sanitized_agent_id(std::string_view text) {
  std::string id = sanitised(text);
  if (id.empty()) return std::nullopt;
  return id;
}

}  // namespace vagus
