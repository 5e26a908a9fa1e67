#pragma once

#include <string>
#include <string_view>

/// Ids inside keys. A key is structure and foreign ids in one text, separated by colons; an id that
/// would be read back as structure is written differently, so that no id can forge another key.
///
/// The escapes are `%3a` (colon), `%25` (per cent), `%68` and `%74` (the first letter of an id that
/// is just `heartbeat` or `thread`), in lower case because keys are. A per cent sign is escaped
/// only where it would otherwise be read as one of them.
namespace vagus {

/// `id` as a builder writes it into a key; most ids come back unchanged, colons included. All
/// colons of an id are escaped when one of its segments is blank or padded with white space, is
/// `thread`, is `agent`, `direct` or `dm` in front, or `heartbeat` at the end.
/// REQUIRES: `id` is trimmed and in the case that the key keeps. Injective.
std::string escape_id(std::string_view id);

/// True when `escape_id` and `escape_segment` give `id` as it is: it has no colon, no per cent sign
/// and is not `heartbeat`.
bool is_ordinary_id(std::string_view id);

/// `text` as one segment that is no structure wherever it stands: every colon escaped, and the
/// first letter of `thread` and `heartbeat`. REQUIRES: as for `escape_id`. Injective.
std::string escape_segment(std::string_view text);

/// Gives back what was escaped. Total; accepts escapes in either case.
std::string unescape_id(std::string_view escaped);

}  // namespace vagus
