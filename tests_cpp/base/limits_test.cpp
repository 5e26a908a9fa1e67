#include "vagus/base/limits.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(Limits, AcceptsItsDefaults) {
  EXPECT_FALSE(check_limits(Limits{}));
}

TEST(Limits, RefusesEveryFieldOutsideItsRange) {
  int fields = 0;
  for_each_field<Limits>([&](const auto& each) {
    ++fields;
    for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, kMaxCount + 1, INT64_MAX}) {
      Limits limits;
      limits.*each.member = bad;
      const MaybeError failed = check_limits(limits);
      ASSERT_TRUE(failed) << each.name;
      EXPECT_EQ(failed->code, ErrorCode::invalid_config);
      EXPECT_EQ(failed->field, "limits." + std::string(each.name));
      EXPECT_EQ(failed->value, std::to_string(bad));
      EXPECT_EQ(failed->message, "must be from 1 to 1099511627776");
    }
    for (const std::int64_t good : {std::int64_t{1}, kMaxCount}) {
      Limits limits;
      limits.*each.member = good;
      EXPECT_FALSE(check_limits(limits)) << each.name;
    }
  });
  EXPECT_EQ(fields, 20);
}

}  // namespace
}  // namespace vagus
