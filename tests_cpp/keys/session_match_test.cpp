#include "vagus/keys/session_match.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

std::string match(const std::vector<SessionEntry>& entries, std::string_view id = "s") {
  const SessionIdMatch found = match_session_id(entries, id);
  std::string text(name_of(found.kind));
  if (found.key) text += " " + *found.key;
  for (const std::string& key : found.keys) text += " " + key;
  return text;
}

TEST(SessionMatch, NothingMatchesNothing) {
  EXPECT_EQ(match({}), "none");
  EXPECT_EQ(match({{"agent:a:x", 1}}, " "), "none");
  EXPECT_EQ(match({{" ", 1}}), "none");
}

TEST(SessionMatch, TheFreshestIsMeant) {
  EXPECT_EQ(match({{"agent:a:x", 1}}), "selected agent:a:x");
  EXPECT_EQ(match({{"agent:a:x", 1}, {"agent:a:y", 2}}), "selected agent:a:y");
}

TEST(SessionMatch, ATieIsNotGuessed) {
  EXPECT_EQ(match({{"agent:a:y", 2}, {"agent:a:x", 2}, {"agent:a:z", 1}}),
            "ambiguous agent:a:y agent:a:x agent:a:z");
}

TEST(SessionMatch, SpellingsOfOneKeyCountOnce) {
  EXPECT_EQ(match({{"Agent:A:X", 1}, {"agent:a:x", 1}}), "selected agent:a:x");
  EXPECT_EQ(match({{"Agent:A:X", 2}, {"agent:a:x", 1}}), "selected Agent:A:X");
  EXPECT_EQ(match({{"agent:b:x", 1}, {"agent:a:x", 1}}), "selected agent:a:x");
}

TEST(SessionMatch, AKeyThatEndsWithTheIdComesFirst) {
  EXPECT_EQ(match({{"agent:a:cron:j:run:S", 1}, {"agent:a:cron:j", 9}}),
            "selected agent:a:cron:j:run:S");
  EXPECT_EQ(match({{"s", 1}, {"agent:a:x", 9}}), "selected s");
  EXPECT_EQ(match({{"agent:a:i:s", 1}, {"agent:a:j:s", 1}, {"agent:a:x", 9}}),
            "ambiguous agent:a:i:s agent:a:j:s");
  EXPECT_EQ(match({{"agent:a:xs", 1}, {"agent:a:x", 9}}), "selected agent:a:x");
}

}  // namespace
}  // namespace vagus
