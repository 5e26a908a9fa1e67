#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "vagus/base/limits.hpp"
#include "vagus/base/result.hpp"

namespace vagus {

/// JSON whose objects keep the order in which they were written.
using Json = nlohmann::ordered_json;

/// Parses one JSON document. Nesting deeper than `kMaxJsonDepth` is refused while parsing, so that
/// nothing downstream can recurse without bound; so is a field given twice, because one of the two
/// would be lost. The error has `code` and field `$`; bytes count from 0.
Result<Json> parse_json(std::string_view text, ErrorCode code);

/// Compact JSON text. The same value always gives the same bytes; text that is not UTF-8 is written
/// with U+FFFD in place of the bad bytes.
std::string dump_json(const Json& value);

/// A clipped, printable form of `value` for an error message.
std::string json_quoted(const Json& value);

/// `path.key`, or `key` at the root; a key that is no plain name is quoted: `models["a/b 1.5"]`.
std::string join_path(std::string_view path, std::string_view key);

/// `path[index]`.
std::string join_path(std::string_view path, std::size_t index);

/// The error for a field that a record does not have, with the nearest name that it does have.
Error unknown_field(ErrorCode code, std::string_view path, std::string_view name,
                    const std::vector<std::string_view>& known);

}  // namespace vagus
