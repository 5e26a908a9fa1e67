#include "vagus/keys/agent_id.hpp"

#include <algorithm>
#include <array>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr std::string_view kFallbackAgent = "main";
constexpr std::string_view kFallbackAccount = "default";

// Accounts that name a property of every JavaScript object; other programs index tables by account.
constexpr std::array<std::string_view, 3> kPrototypeNames = {"__proto__", "prototype",
                                                             "constructor"};

bool is_id_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_id_character(char c) {
  return is_id_letter(c) || c == '_' || c == '-';
}

bool is_clean(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && is_id_letter(id.front()) &&
         std::all_of(id.begin(), id.end(), is_id_character);
}

// Each run of other characters becomes one dash.
std::string dashed(std::string_view text) {
  std::string out;
  bool in_run = false;
  for (const char c : text) {
    const bool keep = is_id_character(c);
    if (keep || !in_run) out += keep ? c : '-';
    in_run = !keep;
  }
  return out;
}

// The rule that agent and account ids share; empty when nothing usable is left.
std::string sanitised(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (std::string id = lower_ascii(trimmed); is_clean(id)) return id;
  const std::string id = dashed(lower(trimmed));
  const std::size_t first = id.find_first_not_of('-');
  if (first == std::string::npos) return "";
  const std::size_t last = id.find_last_not_of('-');
  return id.substr(first, std::min(last + 1 - first, kMaxIdBytes));
}

}  // namespace

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
  std::string id = sanitised(text);
  const bool unusable = id.empty() || std::find(kPrototypeNames.begin(), kPrototypeNames.end(),
                                                id) != kPrototypeNames.end();
  return unusable ? std::string(kFallbackAccount) : id;
}

}  // namespace vagus
