#include "vagus/keys/escape.hpp"

#include <map>

#include <gtest/gtest.h>

#include "keys/nasty.hpp"

namespace vagus {
namespace {

TEST(EscapeId, LeavesOrdinaryIdsAlone) {
  for (const char* id : {"",
                         "42",
                         "+15551234567",
                         "!abc:example.org",
                         "$Evt:srv",
                         "-100123:topic:7",
                         "oc_x:topic:t:sender:ou_y",
                         "a:direct:5",
                         "x:agent:y",
                         "a:run:b",
                         "heartbeat:x",
                         "agent",
                         "direct",
                         "thread",
                         "100%",
                         "50%2f",
                         "%3",
                         "AbC+/=",
                         "heartbeats",
                         "subagent:5",
                         "a b",
                         "threads:x"}) {
    EXPECT_EQ(escape_id(id), id);
    EXPECT_EQ(unescape_id(id), id);
  }
}

TEST(EscapeId, EscapesWhatWouldBeReadAsStructure) {
  const std::pair<const char*, const char*> cases[] = {
      {"a:thread:b", "a%3athread%3ab"},
      {"a:Thread:b", "a%3aThread%3ab"},
      {"thread:5", "thread%3a5"},
      {"x:thread", "x%3athread"},
      {"5:heartbeat", "5%3aheartbeat"},
      {"5:HeartBeat", "5%3aHeartBeat"},
      {"heartbeat", "%68eartbeat"},
      {":a", "%3aa"},
      {"a:", "a%3a"},
      {"a::b:c", "a%3a%3ab%3ac"},
      {"a :b", "a %3ab"},
      {"agent:ops:x", "agent%3aops%3ax"},
      {"direct:5", "direct%3a5"},
      {"DM:5", "DM%3a5"},
      {"%3a", "%253a"},
      {"%3A", "%253A"},
      {"%25", "%2525"},
      {"%68eartbeat", "%2568eartbeat"},
      {"%:thread:", "%%3athread%3a"},
  };
  for (const auto& [id, escaped] : cases) {
    EXPECT_EQ(escape_id(id), escaped);
    EXPECT_EQ(unescape_id(escaped), id);
  }
  EXPECT_EQ(unescape_id("a%3Ab"), "a:b");
}

TEST(EscapeId, IsUndoneByUnescapeAndSoInjective) {
  Nasty nasty(3);
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = nasty.text(6);
    ASSERT_EQ(unescape_id(escape_id(id)), id);
    ASSERT_EQ(unescape_id(escape_segment(id)), id);
    ASSERT_EQ(escape_segment(id).find(':'), std::string::npos);
  }
}

}  // namespace
}  // namespace vagus
