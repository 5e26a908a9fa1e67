#include "vagus/context/bootstrap_files.hpp"

#include <string>

#include <gtest/gtest.h>

#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

BootstrapFile file(std::string name, std::optional<std::string> content) {
  return {name, "/w/" + name, std::move(content)};
}

TEST(BootstrapFiles, AreShownWithoutTheSpaceAtTheirEnd) {
  const auto shown = bootstrap_files({file("A.md", "- look\n \n"), file("B.md", " \n")}, {});
  const std::vector<ShownFile> expected = {{"/w/A.md", "- look", 0}};
  EXPECT_EQ(shown, expected);
}

TEST(BootstrapFiles, MissingOnesAreToldAndThoseWithoutPathAreNot) {
  const auto shown = bootstrap_files({file("A.md", std::nullopt), {"B.md", " ", "b"}}, {});
  const std::vector<ShownFile> expected = {{"/w/A.md", "(There is no file /w/A.md.)", 0}};
  EXPECT_EQ(shown, expected);
}

TEST(BootstrapFiles, LongOnesKeepBothEnds) {
  const std::string text = std::string(20'000, 'a') + std::string(10'000, 'b');
  const auto shown = bootstrap_files({file("A.md", text)}, {});
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(shown[0].left_out, 12'000);
  EXPECT_TRUE(shown[0].content.starts_with(std::string(14'000, 'a') + "\n[... 12000 characters"));
  EXPECT_TRUE(shown[0].content.ends_with("...]\n" + std::string(4'000, 'b')));
}

TEST(BootstrapFiles, AreWithinEveryLimit) {
  const std::string text =
      "日本語 " + std::string(400, 'x') + " 🦊🦊🦊 " + std::string(400, 'y');
  for (std::int64_t chars = 0; chars < 900; ++chars) {
    BootstrapLimits limits;
    limits.file_chars = chars;
    limits.all_chars = 700;
    std::int64_t total = 0;
    for (const ShownFile& each :
         bootstrap_files({file("A.md", text), file("B.md", text), file("C.md", {})}, limits)) {
      const auto length = static_cast<std::int64_t>(utf16_length(each.content));
      ASSERT_LE(length, each.path == "/w/C.md" ? 700 : chars);
      ASSERT_TRUE(is_valid_utf8(each.content));
      total += length;
    }
    ASSERT_LE(total, 700);
  }
}

TEST(BootstrapFiles, ALittleRoomIsNotWorthAnotherFile) {
  BootstrapLimits limits;
  limits.all_chars = 1'000;
  const auto shown =
      bootstrap_files({file("A.md", std::string(950, 'a')), file("B.md", "b")}, limits);
  EXPECT_EQ(shown.size(), 1u);
}

TEST(BootstrapFiles, LimitsAndWordsAreChecked) {
  EXPECT_FALSE(check_bootstrap_limits({}).has_value());
  BootstrapLimits limits;
  limits.all_chars = -1;
  EXPECT_EQ(check_bootstrap_limits(limits)->field, "all_chars");
  limits.all_chars = 1;
  limits.marker = "{{what}}";
  EXPECT_EQ(check_bootstrap_limits(limits)->field, "marker");
}

}  // namespace
}  // namespace vagus
