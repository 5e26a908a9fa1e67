#include "vagus/base/json.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

#include <nlohmann/json.hpp>

namespace vagus {
namespace {

constexpr std::size_t kShownBytes = 40;

// Builds the value while the parser reads (its SAX interface), because the library's own builder
// has no bound on depth and keeps the last of two fields with one name, and its callbacks take
// quadratic time in the length of a list.
class Builder {
 public:
  explicit Builder(std::string_view text, ErrorCode code) : text_(text), code_(code) {}

  Result<Json> result() && {
    if (error_) return *std::move(error_);
    return std::move(root_);
  }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t& value) { return add(std::move(value)); }

  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }

  bool key(std::string& name) {
    name_ = std::move(name);
    return true;
  }

  bool end_array() {
    open_.pop_back();
    return true;
  }

  bool end_object() {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : fields_of(*open_.back())) names.push_back(name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) return refuse(quote_clipped(*twice), "a field is given twice");
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t read, const std::string&, const Json::exception& failure) {
    constexpr int kNumberOverflow = 406;
    const std::size_t at = std::min(read > 0 ? read - 1 : 0, text_.size());
    return refuse(quote_clipped(text_.substr(at, kShownBytes)),
                  (failure.id == kNumberOverflow ? "a number is out of range at byte "
                                                 : "not valid JSON at byte ") +
                      std::to_string(at));
  }

 private:
  static Json::object_t& fields_of(Json& object) { return object.get_ref<Json::object_t&>(); }

  // Where the next value belongs. Only the newest element of an open list or object can be open
  // itself, so that growing one never moves an open value.
  Json& slot() {
    if (open_.empty()) return root_;
    Json& parent = *open_.back();
    if (parent.is_array()) return parent.emplace_back();
    return fields_of(parent).emplace_back(std::move(name_), Json()).second;
  }

  bool add(Json value) {
    slot() = std::move(value);
    return true;
  }

  bool open(Json value) {
    if (std::ssize(open_) >= kMaxJsonDepth) {
      return refuse("", "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    Json& opened = slot();
    opened = std::move(value);
    open_.push_back(&opened);
    return true;
  }

  bool refuse(std::string value, std::string message) {
    error_ = Error{code_, "$", std::move(value), std::move(message)};
    return false;
  }

  std::string_view text_;
  ErrorCode code_;
  Json root_;
  std::string name_;
  std::vector<Json*> open_;
  MaybeError error_;
};

// Letters, digits, `_` and `-`: what a path can show without quotes.
bool is_plain_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= kShownBytes &&
         std::all_of(name.begin(), name.end(), plain);
}

// Levenshtein distance, one row at a time; inputs are clipped by the caller.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replace = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row.back();
}

// camelCase and kebab-case spellings of a snake_case name are one slip away, not many edits.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 64)) {
    if (c == '_' || c == '-') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

}  // namespace

Result<Json> parse_json(std::string_view text, ErrorCode code) {
  // The parser takes a NUL for the end of the text and would not look at what follows it.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return make_error(code, "$", text, "not valid JSON at byte " + std::to_string(nul));
  }
  Builder builder(text, code);
  Json::sax_parse(text, &builder);
  return std::move(builder).result();
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string json_quoted(const Json& value) {
  if (value.is_string()) return quote_clipped(value.get_ref<const std::string&>());
  // ASCII only, so that the cut cannot fall inside a character.
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() <= 80 ? text : text.substr(0, 60) + "... (" + value.type_name() + ")";
}

std::string join_path(std::string_view path, std::string_view key) {
  if (!is_plain_name(key)) return std::string(path) + "[" + quote_clipped(key) + "]";
  return path.empty() ? std::string(key) : std::string(path) + "." + std::string(key);
}

std::string join_path(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

Error unknown_field(ErrorCode code, std::string_view path, std::string_view name,
                    const std::vector<std::string_view>& known) {
  std::string_view nearest;
  std::size_t best = 4;  // more edits than this is a different word, not a slip
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(folded(name), folded(candidate));
    if (distance < best && distance * 2 <= candidate.size()) {
      best = distance;
      nearest = candidate;
    }
  }
  std::string message = "unknown field";
  if (!nearest.empty()) {
    message += ", did you mean '" + std::string(nearest) + "'?";
  } else {
    message += "; known fields are ";
    for (std::size_t i = 0; i < known.size(); ++i) {
      message += (i > 0 ? ", " : "") + std::string(known[i]);
    }
  }
  return Error{code, join_path(path, name), "", message};
}

}  // namespace vagus
