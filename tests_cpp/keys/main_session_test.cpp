#include "vagus/keys/main_session.hpp"

#include <gtest/gtest.h>

#include "vagus/base/limits.hpp"

namespace vagus {
namespace {

SessionKey key(std::string_view text) {
  return SessionKey::parse(text).value_or_throw();
}

struct Named {
  std::string_view written, meant;
};

TEST(WithMainKey, CallsTheMainSessionByItsConfiguredName) {
  const MainKey work = MainKey::parse("work").value_or_throw();
  const Named cases[] = {
      {"agent:ops:main", "agent:ops:work"},
      {"agent:ops:main:heartbeat", "agent:ops:work:heartbeat"},
      {"agent:ops:main:thread:7", "agent:ops:work:thread:7"},
      {"agent:ops:main:thread:7:heartbeat", "agent:ops:work:thread:7:heartbeat"},
      {"agent:main:main", "agent:main:work"},
      {"agent:ops:work", "agent:ops:work"},
  };
  for (const Named& each : cases) {
    EXPECT_EQ(with_main_key(key(each.written), work).str(), each.meant);
    EXPECT_EQ(with_main_key(key(each.meant), work).str(), each.meant) << "a second time";
    EXPECT_EQ(with_main_key(key(each.written), MainKey()).str(), each.written);
  }
}

TEST(WithMainKey, KeepsEveryOtherKey) {
  const MainKey work = MainKey::parse("work").value_or_throw();
  for (const std::string_view text :
       {"agent:main:slack:channel:c1", "agent:ops:main:group:5", "agent:ops:mainly",
        "agent:ops:main:heartbeat:direct:5", "agent:ops:subagent:main", "agent:ops:direct:main"}) {
    EXPECT_EQ(with_main_key(key(text), work).str(), text);
  }
  EXPECT_TRUE(with_main_key(SessionKey(), work).empty());
}

TEST(WithMainKey, KeepsAKeyThatWouldGrowTooLong) {
  const MainKey longest = MainKey::parse(std::string(128, 'w')).value_or_throw();
  const std::string thread = "agent:ops:main:thread:";
  const SessionKey full = key(thread + std::string(kMaxKeyBytes - thread.size(), 'x'));
  EXPECT_EQ(with_main_key(full, longest), full);
}

}  // namespace
}  // namespace vagus
