#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/base/result.hpp"

/// Files of a workspace as a system message shows them, by limits and words of one's own (spec:
/// context, section 5). Lengths are in UTF-16 units.
namespace vagus {

/// A file to show.
struct BootstrapFile {
  std::string name;
  std::string path;
  std::optional<std::string> content;

  static constexpr std::string_view kName = "BootstrapFile";
  static constexpr auto fields() {
    return field_list(required("name", &BootstrapFile::name, "as the marker of a cut says it"),
                      required("path", &BootstrapFile::path, "where it is; blank: it is not shown"),
                      field("content", &BootstrapFile::content, "none: the file is missing"));
  }
};

/// How much of the files is shown, and what stands for the rest.
struct BootstrapLimits {
  std::int64_t file_chars = 20'000;
  std::int64_t all_chars = 60'000;
  std::string marker =
      "\n[... {{count}} characters of {{name}} are left out; the first {{head}} and last {{tail}} "
      "are here ...]\n";
  std::string missing = "(There is no file {{path}}.)";

  static constexpr std::string_view kName = "BootstrapLimits";
  static constexpr auto fields() {
    return field_list(
        field("file_chars", &BootstrapLimits::file_chars, "of one file, marker included"),
        field("all_chars", &BootstrapLimits::all_chars, "of all files"),
        field("marker", &BootstrapLimits::marker,
              "where a file was cut; may have {{name}}, {{count}}, {{head}}, {{tail}}, {{chars}}"),
        field("missing", &BootstrapLimits::missing, "for a missing file; may have {{path}}"));
  }
};

/// Refuses (`invalid_input`) limits below 0 and words with other fields than those.
MaybeError check_bootstrap_limits(const BootstrapLimits& limits);

/// A file as it is shown.
struct ShownFile {
  std::string path;
  std::string content;
  std::int64_t left_out = 0;

  static constexpr std::string_view kName = "ShownFile";
  static constexpr auto fields() {
    return field_list(required("path", &ShownFile::path, "where it is"),
                      required("content", &ShownFile::content, "what is shown, never empty"),
                      field("left_out", &ShownFile::left_out, "characters that are not"));
  }
};

/// What is shown of `files`, in order, white space at their ends aside. A file beyond its limit
/// keeps 70 % of it from its beginning and 20 % from its end, or less where the marker needs the
/// room; where there is none for a marker, the beginning. Empty files are left out; fewer than 64
/// characters are not worth another file, which ends the list. No more than `all_chars` are shown.
/// Linear.
std::vector<ShownFile> bootstrap_files(const std::vector<BootstrapFile>& files,
                                       const BootstrapLimits& limits);

}  // namespace vagus
