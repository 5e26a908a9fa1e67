#include "vagus/heartbeat/checklist.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(Checklist, LinesThatAskForNothing) {
  for (const std::string_view text : {"",         "   \t ",
                                      "\r\n",     "\u00a0",
                                      "# Title",  "## \n# x",
                                      "#",        "#\t",
                                      "-",        "- ",
                                      "* ",       "+ ",
                                      "- [ ]",    "- [x]",
                                      "* [X]",    "- []",
                                      "+[x]",     "\t- [ ]",
                                      "```",      "```md",
                                      "```c_1-x", "# H\r\n\r\n- [ ]\r\n```\r\n"}) {
    EXPECT_TRUE(checklist_is_empty(text)) << text;
  }
}

TEST(Checklist, LinesThatAskForSomething) {
  for (const std::string_view text :
       {"#Title", "- [ ] call Bob", "* [ ] task", "- [y]", "- - ", "---", "***", "1.", ">", "~~~",
        "``` md", "```js x", "````", "tasks:", "// keep empty", "-->", "text", "# H\n*x"}) {
    EXPECT_FALSE(checklist_is_empty(text)) << text;
  }
}

TEST(Checklist, CommentsThatStartALineAreNothing) {
  for (const std::string_view text :
       {"<!-- comment -->", "<!-- multi\nline -->\n# H", "  <!-- a -->\n<!-- b -->\n- ",
        "<!-- a --><!-- b -->", "<!-- a\n- call Bob\n-->", "<!---->", "```\n<!--\n#H\n```"}) {
    EXPECT_TRUE(checklist_is_empty(text)) << text;
  }
  for (const std::string_view text :
       {"<!-- a --> b", "- <!-- a -->", "<!-- c -->\ntext", "text\n<!-- c -->",
        "<!-- a -->\n- call Bob\n<!-- b -->", "< !-- a -->"}) {
    EXPECT_FALSE(checklist_is_empty(text)) << text;
  }
}

TEST(Checklist, CommentThatNobodyClosesHidesTheRest) {
  EXPECT_TRUE(checklist_is_empty("- \n<!--\n- call Bob"));
  EXPECT_TRUE(checklist_is_empty("<!-->\n- call Bob"));
  EXPECT_FALSE(checklist_is_empty("- call Bob\n<!--"));
}

TEST(Checklist, OneLineThatAsksIsEnoughWhereverItStands) {
  const std::vector<std::string> nothing = {"", "# H", "- [ ]", "```", "<!-- c -->", "  ", "+"};
  std::uint64_t state = 11;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> lines;
    for (int i = 0; i < 6; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      lines.push_back(nothing[(state >> 33) % nothing.size()]);
    }
    const auto join = [&] {
      std::string text;
      for (const std::string& line : lines) text += line + "\n";
      return text;
    };
    EXPECT_TRUE(checklist_is_empty(join())) << join();
    lines[(state >> 40) % lines.size()] = "- call Bob";
    EXPECT_FALSE(checklist_is_empty(join())) << join();
  }
}

TEST(Checklist, LongFilesTakeLinearTime) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "<!-- c -->\n- [ ]\n";
  EXPECT_TRUE(checklist_is_empty(text));
  EXPECT_FALSE(checklist_is_empty(text + "x"));
}

}  // namespace
}  // namespace vagus
