#include "vagus/base/ids.hpp"

#include <regex>
#include <set>

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(IdSource, WritesLowerCaseUuidsOfVersionFour) {
  const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  IdSource ids(42);
  for (int i = 0; i < 1000; ++i) {
    const std::string id = ids.next();
    EXPECT_TRUE(std::regex_match(id, shape)) << id;
  }
}

TEST(IdSource, RepeatsItselfForTheSameSeed) {
  IdSource first(7);
  IdSource second(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(first.next(), second.next());
  EXPECT_EQ(first.count(), 100u);
}

// The ids of a seed are part of every recorded run; a change would break all of them.
TEST(IdSource, NeverChangesItsIds) {
  IdSource ids;
  EXPECT_EQ(ids.next(), "e220a839-7b1d-4daf-9300-120a5ea35cac");
  EXPECT_EQ(ids.next(), "d4993d56-a5f4-4fb6-b94d-fd8909773e4f");
}

TEST(IdSource, NeverRepeatsAnIdWithinOrAcrossSeeds) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    IdSource ids(seed);
    for (int i = 0; i < 2000; ++i) seen.insert(ids.next());
  }
  EXPECT_EQ(seen.size(), 20u * 2000u);
}

}  // namespace
}  // namespace vagus
