#include "vagus/keys/case_policy.hpp"

#include <gtest/gtest.h>

#include "keys/nasty.hpp"

namespace vagus {
namespace {

TEST(CasePolicy, LowersWhatNoChannelOwns) {
  const std::pair<const char*, const char*> cases[] = {
      {" Agent:MAIN:Slack:Channel:C1:THREAD:1.2 ", "agent:main:slack:channel:c1:thread:1.2"},
      {"agent:main:xsignal:group:AbC", "agent:main:xsignal:group:abc"},
      {"agent:main:signal:direct:AbC", "agent:main:signal:direct:abc"},
      {"agent:main:matrix:direct:@User:Srv", "agent:main:matrix:direct:@user:srv"},
      {"agent:main:x:matrix:channel:!R", "agent:main:x:matrix:channel:!r"},
      {"agent:é:İ:😀", "agent:é:i̇:😀"},
      {"agent:é::Group:Ǆ:ΑΣ", "agent:é::group:ǆ:ας"},
      {"agent:main:agent:ops:matrix:direct:@U", "agent:main:agent:ops:matrix:direct:@u"},
      {"x::Y:", "x::y:"},
      {"\u3000z", "z"},
      {"", ""},
  };
  for (const auto& [key, canonical] : cases) EXPECT_EQ(canonical_case(key), canonical);
}

TEST(CasePolicy, KeepsOneSegmentOfSignalGroups) {
  const std::pair<const char*, const char*> cases[] = {
      {"agent:Ops:Signal:GROUP:AbC+/=", "agent:ops:signal:group:AbC+/="},
      {" signal:group: AbC :X", "signal:group:AbC:x"},
      {"a:signal:group:AbC:signal:group:DeF", "a:signal:group:AbC:signal:group:DeF"},
      {":agent:main:x:signal:group:AbC:T:thread:AbC",
       ":agent:main:x:signal:group:AbC:t:thread:abc"},
      {"signal:group:", "signal:group:"},
      {"signal:group:SIGNAL:group:X", "signal:group:SIGNAL:group:x"},
  };
  for (const auto& [key, canonical] : cases) EXPECT_EQ(canonical_case(key), canonical);
}

TEST(CasePolicy, KeepsTheTailOfMatrixRooms) {
  const std::pair<const char*, const char*> cases[] = {
      {"MATRIX:GROUP:!X", "matrix:group:!X"},
      {"Agent:A:Agent:B:matrix:group:!X", "agent:a:agent:b:matrix:group:!X"},
      {"agent::Matrix:Channel:!RoOm:Srv.Org", "agent::matrix:channel:!RoOm:Srv.Org"},
      {"agent: X :matrix:group:!RoOm:Srv", "agent: x :matrix:group:!RoOm:Srv"},
      {"agent:m:matrix:channel:!R:Thread:$Ev:THREAD:$E",
       "agent:m:matrix:channel:!R:Thread:$Ev:thread:$E"},
      {"agent:m:matrix:channel:!R:signal:Group:X", "agent:m:matrix:channel:!R:signal:Group:X"},
      {"matrix:channel:", "matrix:channel:"},
      {"matrix:group:!R:THREAD:Thread:heartbeat", "matrix:group:!R:thread:Thread:heartbeat"},
      // The reference cuts these two one character off.
      {"agent:main:matrix:channel: !AbC:Thread:XyZ", "agent:main:matrix:channel: !AbC:thread:XyZ"},
      {"agent:main:matrix:channel:!İbC:Thread:XyZ", "agent:main:matrix:channel:!İbC:thread:XyZ"},
  };
  for (const auto& [key, canonical] : cases) EXPECT_EQ(canonical_case(key), canonical);
}

TEST(CasePolicy, NamesTheChannelsThatKeepCase) {
  EXPECT_TRUE(keeps_id_case("signal", "group"));
  EXPECT_TRUE(keeps_id_case("matrix", "channel"));
  EXPECT_TRUE(keeps_id_case("matrix", "group"));
  EXPECT_FALSE(keeps_id_case("signal", "channel"));
  EXPECT_FALSE(keeps_id_case("matrix", "direct"));
  EXPECT_FALSE(keeps_id_case("", ""));
  EXPECT_TRUE(keeps_tail_case("agent:a:matrix:group:!X"));
  EXPECT_FALSE(keeps_tail_case("agent:a:signal:group:X"));
  EXPECT_FALSE(keeps_tail_case("agent:a:matrix:direct:x"));
}

TEST(CasePolicy, IsIdempotent) {
  Nasty nasty(11);
  for (int i = 0; i < 5'000; ++i) {
    const std::string once = canonical_case(nasty.text(12));
    ASSERT_EQ(canonical_case(once), once);
  }
}

}  // namespace
}  // namespace vagus
