#include "vagus/events/classify.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "vagus/base/json.hpp"
#include "vagus/text/ascii.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr std::string_view kCronTag = "cron:";
constexpr std::string_view kAcknowledgement = "heartbeat_ok";
constexpr std::string_view kSilence = "no_reply";
constexpr std::array<std::string_view, 2> kPolls = {"heartbeat poll", "heartbeat wake"};

/// Longest id of a command in the line that tells its end.
constexpr std::size_t kMaxCommandId = 64;

/// Longest JSON text that can say `no_reply` and nothing else, white space aside.
constexpr std::size_t kMaxSilentJson = 256;

char lower_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// What is left when the white space in front is gone. That at the end counts: ` :: ` with nothing
// behind it is an empty output.
std::string_view without_front(std::string_view text) {
  const std::string_view trimmed = trim(text);
  return text.substr(trimmed.empty() ? text.size()
                                     : static_cast<std::size_t>(trimmed.data() - text.data()));
}

/// Reads a text from the left, ASCII letters in any case.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  /// REQUIRES: `word` is lower case.
  bool take(std::string_view word) {
    if (left_.size() < word.size()) return false;
    const auto same = [](char wanted, char given) { return lower_letter(given) == wanted; };
    if (!std::equal(word.begin(), word.end(), left_.begin(), same)) return false;
    left_.remove_prefix(word.size());
    return true;
  }

  template <class Accept>
  std::string_view take_while(Accept accept) {
    const auto end = std::find_if_not(left_.begin(), left_.end(), accept);
    const std::string_view taken = left_.substr(0, static_cast<std::size_t>(end - left_.begin()));
    left_.remove_prefix(taken.size());
    return taken;
  }

  void skip_blanks() { left_ = without_front(left_); }

  bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// `Exec finished:` or `Exec finished (`: whatever follows belongs to it.
bool is_free_completion(std::string_view text) {
  Reader reader(text);
  if (!reader.take("exec finished")) return false;
  if (reader.take(":")) return true;
  reader.skip_blanks();
  return reader.take("(");
}

struct Completion {
  bool succeeded = false;
  bool has_output = false;
};

// ` code 0` or ` signal SIGKILL`: whether it says success; nothing when it says neither.
std::optional<bool> take_status(Reader& reader) {
  if (reader.take("code ")) {
    const bool negative = reader.take("-");
    const std::string_view digits = reader.take_while(is_digit);
    if (digits.empty()) return std::nullopt;
    const bool zero = std::all_of(digits.begin(), digits.end(), [](char c) { return c == '0'; });
    return zero && !negative;
  }
  if (!reader.take("signal ")) return std::nullopt;
  if (reader.take_while([](char c) { return c != ')'; }).empty()) return std::nullopt;
  return false;
}

// `Exec completed (<id>, code 0)` and its like.
std::optional<Completion> read_completion(std::string_view text) {
  Reader reader(text);
  if (!reader.take("exec ")) return std::nullopt;
  const bool completed = reader.take("completed (");
  if (!completed && !reader.take("failed (")) return std::nullopt;
  const std::string_view id =
      reader.take_while([](char c) { return is_ascii_class(lower_letter(c), AsciiClass::id); });
  if (id.empty() || id.size() > kMaxCommandId || !reader.take(", ")) return std::nullopt;
  const std::optional<bool> success = take_status(reader);
  if (!success || !reader.take(")")) return std::nullopt;
  const bool has_output = reader.take(" :: ");
  if (!has_output && !reader.at_end()) return std::nullopt;
  return Completion{completed && *success, has_output};
}

bool is_acknowledgement(std::string_view lowered) {
  if (lowered.substr(0, kAcknowledgement.size()) != kAcknowledgement) return false;
  if (lowered.size() == kAcknowledgement.size()) return true;
  const char next = lowered[kAcknowledgement.size()];
  return !is_ascii_class(next, AsciiClass::id) || next == '-';
}

// A whole reply that says to say nothing, plainly or as `{"action": "NO_REPLY"}`.
bool is_silence(std::string_view trimmed, std::string_view lowered) {
  if (lowered == kSilence) return true;
  if (trimmed.front() != '{' || trimmed.size() > kMaxSilentJson) return false;
  const Result<Json> json = parse_json(trimmed, ErrorCode::invalid_input);
  if (!json || json->size() != 1 || !json->contains("action")) return false;
  const Json& action = json->at("action");
  return action.is_string() && token(action.get<std::string>()) == kSilence;
}

}  // namespace

EventClass class_of(const SystemEvent& event) {
  if (is_exec_completion(event.text)) return EventClass::exec;
  if (is_noise(event.text)) return EventClass::noise;
  const bool cron =
      event.tag && std::string_view(*event.tag).substr(0, kCronTag.size()) == kCronTag;
  return cron ? EventClass::cron : EventClass::other;
}

bool is_exec_completion(std::string_view text) {
  const std::string_view line = without_front(text);
  return is_free_completion(line) || read_completion(line).has_value();
}

bool is_relayable_exec_completion(std::string_view text) {
  const std::string_view line = without_front(text);
  if (is_free_completion(line)) return true;
  const std::optional<Completion> completion = read_completion(line);
  return completion && (completion->has_output || !completion->succeeded);
}

bool is_noise(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.empty()) return true;
  const std::string lowered = lower(trimmed);
  const auto found = [&lowered](std::string_view words) {
    return lowered.find(words) != std::string::npos;
  };
  return is_acknowledgement(lowered) || is_silence(trimmed, lowered) ||
         std::any_of(kPolls.begin(), kPolls.end(), found);
}

bool is_cron_event(std::string_view text) {
  return !is_noise(text) && !is_exec_completion(text);
}

}  // namespace vagus
