#include "vagus/context/bootstrap_files.hpp"

#include <algorithm>
#include <array>

#include "vagus/text/template.hpp"
#include "vagus/text/unicode.hpp"
#include "vagus/text/utf16.hpp"

namespace vagus {
namespace {

constexpr std::int64_t kLeastFileChars = 64;
constexpr std::int64_t kHeadPercent = 70;
constexpr std::int64_t kTailPercent = 20;

constexpr std::array<std::string_view, 5> kMarkerFields = {"name", "count", "head", "tail",
                                                           "chars"};
constexpr std::array<std::string_view, 1> kMissingFields = {"path"};

std::int64_t length_of(std::string_view text) {
  return static_cast<std::int64_t>(utf16_length(text));
}

std::string_view first_chars(std::string_view text, std::int64_t chars) {
  return utf16_prefix(text, static_cast<std::size_t>(std::max<std::int64_t>(chars, 0)));
}

std::string_view last_chars(std::string_view text, std::int64_t chars) {
  return utf16_suffix(text, static_cast<std::size_t>(std::max<std::int64_t>(chars, 0)));
}

std::string_view without_end_space(std::string_view text) {
  const std::string_view trimmed = trim(text);
  return text.substr(
      0, trimmed.empty() ? 0
                         : static_cast<std::size_t>(trimmed.data() - text.data()) + trimmed.size());
}

struct Cut {
  std::string content;
  std::int64_t left_out;
};

Cut with_marker(const BootstrapFile& file, std::string_view text, std::int64_t head_chars,
                std::int64_t tail_chars, const BootstrapLimits& limits) {
  const std::string_view head = first_chars(text, head_chars);
  const std::string_view tail = last_chars(text, tail_chars);
  const std::int64_t chars = length_of(text);
  const std::int64_t left_out = chars - length_of(head) - length_of(tail);
  return {std::string(head) +
              fill_template(limits.marker, {{"name", file.name},
                                            {"count", std::to_string(left_out)},
                                            {"head", std::to_string(length_of(head))},
                                            {"tail", std::to_string(length_of(tail))},
                                            {"chars", std::to_string(chars)}}) +
              std::string(tail),
          left_out};
}

// `text`, which is longer than `cap`, in at most `cap` characters.
Cut cut_to(const BootstrapFile& file, std::string_view text, std::int64_t cap,
           const BootstrapLimits& limits) {
  const std::int64_t head = cap * kHeadPercent / 100;
  const std::int64_t tail = cap * kTailPercent / 100;
  Cut cut = with_marker(file, text, head, tail, limits);
  const std::int64_t excess = length_of(cut.content) - cap;
  if (excess <= 0) return cut;
  // The marker only becomes shorter with smaller numbers, except for what is left out.
  const std::int64_t room = head + tail - excess - 1;
  if (room > 0) {
    const std::int64_t less_tail = room * kTailPercent / (kHeadPercent + kTailPercent);
    cut = with_marker(file, text, room - less_tail, less_tail, limits);
    if (length_of(cut.content) <= cap) return cut;
  }
  const std::string_view beginning = first_chars(text, cap);
  return {std::string(beginning), length_of(text) - length_of(beginning)};
}

}  // namespace

MaybeError check_bootstrap_limits(const BootstrapLimits& limits) {
  const auto refused = [](std::string_view field, std::int64_t value) {
    return make_error(ErrorCode::invalid_input, field, std::to_string(value),
                      "must not be negative");
  };
  if (limits.file_chars < 0) return refused("file_chars", limits.file_chars);
  if (limits.all_chars < 0) return refused("all_chars", limits.all_chars);
  if (auto failed = check_template("marker", limits.marker, {kMarkerFields})) return failed;
  return check_template("missing", limits.missing, {kMissingFields});
}

std::vector<ShownFile> bootstrap_files(const std::vector<BootstrapFile>& files,
                                       const BootstrapLimits& limits) {
  std::vector<ShownFile> shown;
  std::int64_t left = limits.all_chars;
  for (const BootstrapFile& file : files) {
    const std::string path(trim(file.path));
    if (path.empty()) continue;
    if (left < kLeastFileChars && (left <= 0 || file.content)) break;
    const std::string missing = fill_template(limits.missing, {{"path", path}});
    const std::string_view text = file.content ? without_end_space(*file.content) : missing;
    const std::int64_t cap = std::min(file.content ? limits.file_chars : left, left);
    Cut made{std::string(text), 0};
    if (length_of(text) > cap) {
      made = file.content ? cut_to(file, text, cap, limits)
                          : Cut{std::string(first_chars(text, cap)), 0};
    }
    if (made.content.empty()) continue;
    left -= length_of(made.content);
    shown.push_back({path, std::move(made.content), made.left_out});
  }
  return shown;
}

}  // namespace vagus
