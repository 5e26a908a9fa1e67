#include "vagus/keys/hook_key.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

HookKeyRules rules(std::vector<std::string> prefixes, bool allow = true) {
  return {allow, std::move(prefixes), std::nullopt};
}

HookKey accepted(std::string key) {
  return {AdmissionCode::admitted, std::move(key)};
}

HookKey refused(AdmissionCode code) {
  return {code, std::nullopt};
}

TEST(HookKey, TakesTheKeyThatIsSuppliedWithItsCase) {
  EXPECT_EQ(hook_session_key(HookSource::request, " Hook:X ", rules({"hook:"}), "1"),
            accepted("Hook:X"));
  EXPECT_EQ(hook_session_key(HookSource::mapping_static, "other", rules({}, false), "1"),
            accepted("other"));
}

TEST(HookKey, OnlyStaticMappingsNameSessionsUnlessRequestsMay) {
  for (const HookSource source : {HookSource::request, HookSource::mapping_templated}) {
    EXPECT_EQ(hook_session_key(source, "hook:x", rules({}, false), "1"),
              refused(AdmissionCode::request_key_disabled));
    EXPECT_EQ(hook_session_key(source, "hook:x", rules({}, true), "1"), accepted("hook:x"));
  }
}

TEST(HookKey, FallsBackToTheDefaultAndThenToANewKey) {
  HookKeyRules with_default = rules({"hook:"}, false);
  with_default.default_session_key = " Hook:Def ";
  EXPECT_EQ(hook_session_key(HookSource::request, " ", with_default, "1"), accepted("Hook:Def"));
  with_default.default_session_key = " ";
  EXPECT_EQ(hook_session_key(HookSource::request, "", with_default, "1"), accepted("hook:1"));
  EXPECT_EQ(hook_session_key(HookSource::request, "", rules({"hook:mail:"}), "1"),
            refused(AdmissionCode::prefix_not_allowed));
}

TEST(HookKey, ComparesPrefixesWithoutCaseAndBlanks) {
  EXPECT_TRUE(has_hook_prefix({}, "anything"));
  EXPECT_TRUE(has_hook_prefix({" ", ""}, "anything"));
  EXPECT_TRUE(has_hook_prefix({" ", " HOOK: "}, "\u3000hooK:x"));  // the Kelvin sign
  EXPECT_FALSE(has_hook_prefix({"hook:"}, "\u200bhook:x"));
  EXPECT_TRUE(has_hook_prefix({"hook"}, "hookx:y"));
  EXPECT_FALSE(has_hook_prefix({"hook:"}, "agent:main:hook:x"));
}

TEST(Rescope, ChangesTheOwnerOfAgentKeysOnly) {
  EXPECT_EQ(rescope("agent:main:Hook:X", "Ops"), "agent:ops:hook:x");
  EXPECT_EQ(rescope(" agent: x :a", "Ops Team"), "agent:ops-team:a");
  EXPECT_EQ(rescope("agent:main:Matrix:Channel:!AbC", "ops"), "agent:ops:matrix:channel:!AbC");
  EXPECT_EQ(rescope("agent:main:agent:ops:x", "ops"), "agent:ops:agent:ops:x");
  for (const char* text : {"Hook:X", "agent:main", "agent:main::X", "agent::X", ":agent:main:X"}) {
    EXPECT_EQ(rescope(text, "ops"), text);
  }
  EXPECT_EQ(rescope(" Agent:Main:X ", ""), "Agent:Main:X");
  EXPECT_EQ(rescope(" \t", "ops"), "");
}

}  // namespace
}  // namespace vagus
