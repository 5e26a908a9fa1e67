#include "vagus/text/acknowledgement.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(NoReply, IsTheWholeTextOrItsEnd) {
  EXPECT_TRUE(is_no_reply(" no_Reply \n"));
  EXPECT_FALSE(is_no_reply(""));
  EXPECT_FALSE(is_no_reply("{\"action\":\"NO_REPLY\"}"));
  EXPECT_EQ(without_no_reply("NO_REPLY"), "");
  EXPECT_EQ(without_no_reply(" Done. NO_REPLY\n"), "Done.");
  EXPECT_EQ(without_no_reply("Done.\n\nNO_REPLY"), "Done.");
  EXPECT_EQ(without_no_reply("**NO_REPLY"), "");
  EXPECT_EQ(without_no_reply("Done **NO_REPLY"), "Done");
  for (const std::string_view kept : {"no_reply", "NO_REPLYING", "xNO_REPLY", "**NO_REPLY**"}) {
    EXPECT_EQ(without_no_reply(kept), kept);
  }
}

}  // namespace
}  // namespace vagus
