#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "vagus/context/dialect.hpp"

/// What the four dialects share: reading fields with the first fault kept, blocks by table, what a
/// dialect keeps for itself, and the contents of tool results.
namespace vagus::dialects {

using Messages = std::vector<Message>;

/// Keeps the first fault; callers read on with empty values and look at the end.
class Faults {
 public:
  void add(const std::string& path, const Json& value, std::string_view why);
  void missing(const std::string& path);
  bool any() const { return first_.has_value(); }
  const Error& first() const { return *first_; }

 private:
  MaybeError first_;
};

/// Adds a fault when `value` is nested deeper than `kMaxMessageDepth`.
void check_depth(const Json& value, const std::string& path, Faults& faults);

/// The text of a field that must be there; empty, with a fault, when it is not.
std::string text_field(const Json& object, std::string_view key, const std::string& path,
                       Faults& faults);

/// The field, or nothing where it is absent.
const Json* find(const Json& object, std::string_view key);

/// The fields of `object` other than `known`.
Json rest_of(const Json& object, std::span<const std::string_view> known);

/// Adds the fields of `rest` that `object` does not have.
void add_rest(Json& object, const Json& rest);

/// `{"<dialect>": own}`; nothing for an empty `own`.
std::optional<std::string> pack(Dialect dialect, const Json& own);

/// What `dialect` packed into `extra`: an object, empty without one.
Json unpack(Dialect dialect, const std::optional<std::string>& extra, const std::string& path,
            Faults& faults);

/// `own[key]`, or an empty object.
const Json& part_of(const Json& own, std::string_view key);

/// `own[key]` is true.
bool is_marked(const Json& own, std::string_view key);

/// Marks what must be written again although another dialect would be spared it.
inline constexpr std::string_view kAsItIs = "as_it_is";
inline constexpr std::string_view kRest = "rest";

struct FieldSpec {
  std::string_view key;
  std::string Part::*slot;
  bool is_object = false;  ///< a JSON object, of which the slot holds the text
};

/// A block whose fields have a place in a part.
struct BlockSpec {
  std::string_view type;
  PartKind kind;
  std::array<FieldSpec, 3> fields;  ///< those without a key are not used
};

/// The row of `table` for `type`; nullptr without one.
const BlockSpec* spec_of(std::span<const BlockSpec> table, std::string_view type);

/// Reads the fields of `spec` into a part, and what else there is into `own`.
Part read_block(const BlockSpec& spec, const Json& block, const std::string& path, Json& own,
                Faults& faults);
Json write_block(const BlockSpec& spec, const Part& part, const Json& own);

/// A block or item that is carried as it is.
Part opaque_part(Dialect dialect, const Json& block, Json own = Json::object());

/// The block of an opaque part, unless only another dialect knows it.
std::optional<Json> opaque_block(Dialect dialect, const Part& part, const std::string& path,
                                 Faults& faults);

/// `arguments` as a JSON object; what is none is wrapped into one.
Json arguments_object(const std::string& arguments);

/// `id` if it has at most `max_bytes` letters, digits, `_` and `-`; otherwise another id that does,
/// made of it.
std::string plain_call_id(const std::string& id, std::size_t max_bytes);

/// Makes `part.call_id` the written one and marks in `own` an id that `plain_call_id` would
/// replace.
void mark_call_id(const Part& part, std::size_t max_bytes, Json& own);
std::string written_call_id(const Part& part, std::size_t max_bytes, const Json& own);

/// The base64 image of a data URL.
struct InlineImage {
  std::string media_type;
  std::string data;

  std::string url() const { return "data:" + media_type + ";base64," + data; }
};
std::optional<InlineImage> inline_image(std::string_view url);

/// Texts that stand in blocks of their own in a dialect and joined by newlines in a part: the
/// results of tools, and summaries of thinking. Other blocks follow the part as parts of their own.
struct BlockList {
  std::string text;
  std::vector<Part> others;
  Json shape;  ///< a list: of a text its bytes and unknown fields, of another block null
};

/// `read_other` makes a part of a block that is not of `text_type`.
template <class ReadOther>
BlockList read_block_list(const Json& list, std::string_view text_type, const std::string& path,
                          Faults& faults, ReadOther read_other) {
  BlockList read;
  read.shape = Json::array();
  bool first = true;
  for (std::size_t i = 0; i < list.size() && !faults.any(); ++i) {
    const std::string at = join_path(path, i);
    const Json& block = list[i];
    if (text_field(block, "type", at, faults) != text_type) {
      if (faults.any()) break;
      read.others.push_back(read_other(block, at));
      read.shape.push_back(nullptr);
      continue;
    }
    const std::string text = text_field(block, "text", at, faults);
    read.text += (first ? "" : "\n") + text;
    first = false;
    static constexpr std::array<std::string_view, 2> kKnown = {"type", "text"};
    read.shape.push_back({{"bytes", text.size()}, {"rest", rest_of(block, kKnown)}});
  }
  return read;
}

/// The blocks again; nothing when text or others are no longer those that the shape was taken of.
std::optional<Json> write_block_list(const Json& shape, std::string_view text,
                                     std::string_view text_type, const std::vector<Json>& others);

/// A block of `text`, unless it is empty, and `others`.
Json block_list(std::string_view text, std::string_view text_type, const std::vector<Json>& others);

// ---- the dialects, each in a file of its own

Messages read_openai_chat(const Json& list, Faults& faults);
Json write_openai_chat(const Messages& messages, Faults& faults);
Messages read_openai_responses(const Json& list, Faults& faults);
Json write_openai_responses(const Messages& messages, Faults& faults);
Messages read_anthropic(const Json& list, Faults& faults);
Json write_anthropic(const Messages& messages, Faults& faults);
Messages read_openclaw(const Json& list, Faults& faults);
Json write_openclaw(const Messages& messages, Faults& faults);

/// OpenClaw keeps the message out of every prompt.
bool is_excluded(const Message& message, const std::string& path, Faults& faults);

}  // namespace vagus::dialects
