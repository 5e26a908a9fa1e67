#include "vagus/keys/namespaces.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

TEST(Namespaces, AreReservedAtTheFrontOnly) {
  EXPECT_EQ(reserved_for("subagent:x"), Reserved::for_agents);
  EXPECT_EQ(reserved_for("cron:daily:thread:1"), Reserved::for_agents);
  EXPECT_EQ(reserved_for("acp:x:heartbeat"), Reserved::for_agents);
  EXPECT_EQ(reserved_for("harness:x"), Reserved::for_engine);
  EXPECT_EQ(reserved_for("internal-session-effects:x"), Reserved::for_engine);
  for (const char* rest : {"main", "subagent", "telegram:subagent:x", "crontab:x", "hook:cron:x"}) {
    EXPECT_FALSE(is_reserved(rest)) << rest;
  }
}

TEST(Namespaces, WhatHangsBelowAnIncognitoSessionIsIncognito) {
  EXPECT_TRUE(is_incognito("dashboard:incognito-1"));
  EXPECT_TRUE(is_incognito("dashboard:incognito-1:thread:2"));
  EXPECT_TRUE(is_incognito("subagent:incognito-1:heartbeat"));
  EXPECT_TRUE(is_incognito("internal-session-effects:incognito-1"));
  EXPECT_FALSE(is_incognito("dashboard:1"));
  EXPECT_FALSE(is_incognito("slack:incognito-1"));
}

}  // namespace
}  // namespace vagus
