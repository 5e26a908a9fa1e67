#include "vagus/context/workspace.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace vagus {
namespace {

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::int64_t count(const std::string& text, const std::string& wanted) {
  std::int64_t found = 0;
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    ++found;
  }
  return found;
}

TEST(Workspace, ShowsPresentFilesInAFixedOrder) {
  EXPECT_EQ(render_workspace({{"USER.md", "Ada\n"},
                              {"AGENTS.md", "\n- Be kind\n"},
                              {"SOUL.md", std::nullopt},
                              {"TOOLS.md", " \n"},
                              {"HEARTBEAT.md", "- Check status"}}),
            "# Workspace files\n\n## AGENTS.md\n\n- Be kind\n\n## USER.md\n\nAda\n");
}

TEST(Workspace, IsEmptyWithoutText) {
  EXPECT_EQ(render_workspace({}), "");
  EXPECT_EQ(render_workspace({{"AGENTS.md", ""}, {"SOUL.md", std::nullopt}}), "");
  EXPECT_EQ(render_workspace({{"OTHER.md", "text"}}), "");
}

TEST(Workspace, ShowsAFileAtTheCapWhole) {
  const std::string text = repeated("漢", static_cast<int>(kFileChars));
  EXPECT_NE(render_workspace({{"SOUL.md", text}}).find(text), std::string::npos);
}

TEST(Workspace, KeepsBeginningAndEndOfALongFile) {
  const std::string text = repeated("漢", 15'000) + repeated("字", 15'000);
  const std::string shown = render_workspace({{"AGENTS.md", text}});
  EXPECT_EQ(count(shown, "漢"), 14'000);
  EXPECT_EQ(count(shown, "字"), 4'000);
  EXPECT_NE(shown.find("漢\n[… 12000 characters left out of AGENTS.md …]\n字"), std::string::npos);
}

TEST(Workspace, OneCharacterBeyondTheCapIsMarked) {
  const std::string text(static_cast<std::size_t>(kFileChars) + 1, 'a');
  const std::string shown = render_workspace({{"SOUL.md", text}});
  EXPECT_NE(shown.find("[… 2001 characters left out of SOUL.md …]"), std::string::npos);
}

TEST(Workspace, AllFilesTogetherAreCapped) {
  std::map<std::string, std::optional<std::string>> files;
  for (const std::string_view name : kWorkspaceFiles) {
    files[std::string(name)] = std::string(18'000, '#');
  }
  const std::string shown = render_workspace(files);
  EXPECT_EQ(count(shown, "\n## "), 4);
  EXPECT_NE(shown.find("left out of IDENTITY.md"), std::string::npos);
  EXPECT_EQ(shown.find("USER.md"), std::string::npos);
  EXPECT_LE(std::count(shown.begin(), shown.end(), '#'), kAllFilesChars + 10);
}

// The three files in front leave `left` characters for the fourth.
std::string with_room_left(std::int64_t left, const std::string& fourth) {
  return render_workspace({{"AGENTS.md", std::string(20'000, 'a')},
                           {"SOUL.md", std::string(20'000, 'b')},
                           {"TOOLS.md", std::string(static_cast<std::size_t>(20'000 - left), 'c')},
                           {"IDENTITY.md", fourth}});
}

TEST(Workspace, StopsWhenTooLittleRoomIsLeft) {
  EXPECT_NE(with_room_left(64, "short").find("## IDENTITY.md\n\nshort\n"), std::string::npos);
  EXPECT_EQ(with_room_left(63, "short").find("IDENTITY.md"), std::string::npos);
}

TEST(Workspace, AMarkerNeverBreaksTheCap) {
  for (std::int64_t left = 64; left < 700; left += 7) {
    const std::string shown = with_room_left(left, std::string(9'999, 'd'));
    const std::size_t start = shown.find("## IDENTITY.md\n\n") + 16;
    std::int64_t chars = 0;
    for (const char byte : shown.substr(start)) chars += (byte & 0xC0) != 0x80 ? 1 : 0;
    EXPECT_LE(chars - 1, left);
    EXPECT_GT(count(shown.substr(start), "d"), 0);
  }
}

}  // namespace
}  // namespace vagus
