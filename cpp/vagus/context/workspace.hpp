#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace vagus {

/// The workspace files that a full context shows, in this order (spec: context, section 5).
inline constexpr std::array<std::string_view, 6> kWorkspaceFiles = {
    "AGENTS.md", "SOUL.md", "TOOLS.md", "IDENTITY.md", "USER.md", "MEMORY.md"};

/// Code points shown of one file, and of all files together.
inline constexpr std::int64_t kFileChars = 20'000;
inline constexpr std::int64_t kAllFilesChars = 60'000;

/// `text` of the file `name` as prompts show it: beyond `kFileChars` it keeps its beginning and end
/// around a marker with the number of characters left out.
std::string shown_file(std::string_view name, std::string_view text);

/// The section of the system message that shows the workspace: each present file under its name; a
/// file beyond the cap keeps its beginning and end around a marker with the number of characters
/// left out. Empty when no file has text.
std::string render_workspace(const std::map<std::string, std::optional<std::string>>& files);

}  // namespace vagus
