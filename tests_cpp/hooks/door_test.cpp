#include "vagus/hooks/door.hpp"

#include <gtest/gtest.h>

#include "vagus/hooks/replays.hpp"

namespace vagus {
namespace {

HooksConfig enabled() {
  HooksConfig hooks;
  hooks.enabled = true;
  return hooks;
}

HookDoor door(const HooksConfig& hooks = enabled()) {
  return HookDoor::create(hooks, "tok").value_or_throw();
}

HookHttp request(std::string target, std::string body = "{}") {
  return {
      "POST", std::move(target), {{"Authorization", "bearer tok"}}, std::move(body), "10.0.0.1"};
}

std::int64_t status(HookDoor& at, const HookHttp& asked, Millis now = 0) {
  const HookReception reception = at.receive(asked, now);
  return reception.response ? reception.response->status : 0;
}

TEST(HookDoor, ChecksInOneOrder) {
  HookDoor at = door();
  EXPECT_FALSE(at.receive(request("/other"), 0).handled);
  EXPECT_FALSE(at.receive(request("/hooksy/wake"), 0).handled);
  HookHttp asked = request("/hooks/wake?token=tok");
  asked.method = "GET";
  EXPECT_EQ(status(at, asked), 400);
  asked.target = "/hooks/wake";
  asked.headers.clear();
  EXPECT_EQ(status(at, asked), 405);
  EXPECT_EQ(at.receive(asked, 0).response->headers.at("allow"), "POST");
  asked.method = "POST";
  EXPECT_EQ(status(at, asked), 401);
  EXPECT_EQ(status(at, request("/hooks")), 404);
  EXPECT_EQ(status(at, request("/hooks/wake", std::string(kMaxHookBytes + 1, ' '))), 413);
  EXPECT_EQ(status(at, request("/hooks/wake", "{bad")), 400);
  EXPECT_EQ(status(at, request("/hooks/wake", "")), 400) << "no text";
  EXPECT_EQ(status(at, request("/hooks/nothing")), 404);
}

TEST(HookDoor, AnswersNothingWhileItIsShut) {
  HooksConfig hooks;
  HookDoor shut = HookDoor::create(hooks, "").value_or_throw();
  EXPECT_FALSE(shut.receive(request("/hooks/wake"), 0).handled);
  EXPECT_EQ(HookDoor::create(enabled(), " ").error().field, "token");
}

TEST(HookDoor, KnowsTheSecretByEitherHeader) {
  HookDoor at = door();
  HookHttp asked = request("/hooks");
  asked.headers = {{"x-openclaw-token", " tok "}};
  EXPECT_EQ(status(at, asked), 404);
  asked.headers = {{"authorization", "Basic tok"}};
  EXPECT_EQ(status(at, asked), 401);
  EXPECT_TRUE(same_secret("tok", "tok"));
  EXPECT_FALSE(same_secret("tok", "tokk"));
  EXPECT_FALSE(same_secret("", "tok"));
}

TEST(HookDoor, ThrottlesWhoGuesses) {
  HookDoor at = door();
  HookHttp wrong = request("/hooks/wake", R"({"text": "x"})");
  wrong.headers = {{"authorization", "Bearer no"}};
  for (int i = 0; i < kMaxAuthFailures; ++i) EXPECT_EQ(status(at, wrong, 1'000), 401);
  const HookReception slowed = at.receive(wrong, 1'500);
  EXPECT_EQ(slowed.response->status, 429);
  EXPECT_EQ(slowed.response->headers.at("retry-after"), "60");
  HookHttp other = wrong;
  other.client = "10.0.0.2";
  EXPECT_EQ(status(at, other, 1'500), 401) << "each client counts for itself";
  EXPECT_TRUE(at.receive(request("/hooks/wake", R"({"text": "x"})"), 2'000).call.has_value());
  EXPECT_EQ(status(at, wrong, 2'000), 401) << "a success forgets";
}

TEST(AuthThrottle, AWindowEnds) {
  AuthThrottle throttle;
  for (int i = 0; i < kMaxAuthFailures; ++i) EXPECT_EQ(throttle.fail("a", 0), std::nullopt);
  EXPECT_EQ(throttle.fail("a", 59'001), 1);
  EXPECT_EQ(throttle.fail("a", 60'000), std::nullopt);
  EXPECT_EQ(throttle.fail("a", 10), std::nullopt) << "the clock was set back";
}

TEST(AuthThrottle, RemembersABoundedNumberOfClients) {
  AuthThrottle throttle;
  for (std::size_t i = 0; i <= kMaxThrottledClients; ++i) {
    throttle.fail(std::to_string(i), static_cast<Millis>(i));
  }
  EXPECT_EQ(throttle.clients(), kMaxThrottledClients);
}

TEST(HookDoor, AWakeIsACall) {
  HookDoor at = door();
  const auto call =
      at.receive(request("/hooks/wake/", R"({"text": " Ping ", "mode": "?"})"), 0).call;
  ASSERT_TRUE(call && call->wake);
  EXPECT_EQ(call->path, "wake");
  EXPECT_EQ(call->wake->text, "Ping");
  EXPECT_EQ(call->wake->mode, HookMode::now);
  EXPECT_EQ(call->sender.size(), 64U);
}

TEST(HookDoor, AMappedHookHasTheDefaultsOfARequest) {
  HooksConfig hooks = enabled();
  hooks.channels = {"slack"};
  HookMapping mapping;
  mapping.match.path = "mail";
  mapping.message_template = "{{query.q}} {{headers.X-E}}";
  hooks.mappings = {mapping};
  HookDoor at = door(hooks);
  HookHttp asked = request("/hooks/mail?q=a%20b+c&q=2&x=%");
  asked.headers["X-e"] = "push";
  asked.headers["Idempotency-Key"] = "k";
  const auto call = at.receive(asked, 0).call;
  ASSERT_TRUE(call && call->agent);
  EXPECT_EQ(call->agent->message, "a b c push");
  EXPECT_EQ(call->agent->name, "Hook");
  EXPECT_EQ(call->agent->channel, "last");
  EXPECT_EQ(call->agent->deliver, true);
  EXPECT_EQ(call->agent->idempotency_key, "k");
  hooks.mappings.front().channel = "sms";
  HookDoor wrong = door(hooks);
  EXPECT_EQ(status(wrong, asked), 400);
}

TEST(HookDoor, ATransformHasTheLastWord) {
  HooksConfig hooks = enabled();
  HookMapping mapping;
  mapping.action = HookAction::wake;
  mapping.transform = "mine";
  hooks.mappings = {mapping};
  HookDoor at = door(hooks);
  EXPECT_EQ(at.transforms(), std::vector<std::string>{"mine"});
  const HookReception asked = at.receive(request("/hooks/any"), 0);
  ASSERT_TRUE(asked.call);
  EXPECT_EQ(asked.transform, "mine");
  EXPECT_EQ(at.finish(*asked.call, std::nullopt).response->status, 204);
  EXPECT_EQ(at.finish(*asked.call, "{}").response->status, 400) << "still says nothing";
  EXPECT_EQ(at.finish(*asked.call, R"({"teXt": "x"})").response->status, 400);
  const auto made = at.finish(*asked.call, R"({"text": "x", "session_key": "hook:x",
                                              "key_source": "mapping-static"})");
  ASSERT_TRUE(made.call && !made.transform);
  EXPECT_EQ(made.call->wake->text, "x");
  EXPECT_EQ(made.call->wake->key_source, HookSource::mapping_templated);
  EXPECT_EQ(at.transform_failed().response->status, 500);
}

// ---- repetitions

AgentHook hook(std::string message, std::optional<std::string> key = "k") {
  AgentHook made;
  made.message = std::move(message);
  made.idempotency_key = std::move(key);
  return made;
}

TEST(HookReplays, AKeyStandsForOneRequest) {
  EXPECT_EQ(replay_key("s", "agent", hook("m", std::nullopt)), std::nullopt);
  EXPECT_EQ(replay_key("s", "agent", hook("m")), replay_key("s", "agent", hook("m")));
  EXPECT_NE(replay_key("s", "agent", hook("m")), replay_key("s", "agent", hook("n")));
  EXPECT_NE(replay_key("s", "agent", hook("m")), replay_key("t", "agent", hook("m")));
  EXPECT_NE(replay_key("s", "agent", hook("m")), replay_key("s", "mail", hook("m")));
}

TEST(HookReplays, AreForgottenFiveMinutesAfterTheFirst) {
  HookReplays replays;
  replays.add("a", "run", 0);
  EXPECT_EQ(replays.find("a", 300'000), "run");
  EXPECT_EQ(replays.find("a", 300'001), std::nullopt);
  replays.shift(-1'000);
  EXPECT_EQ(replays.find("a", 299'001), std::nullopt);
  EXPECT_EQ(replays.find("b", 0), std::nullopt);
}

TEST(HookReplays, AreBounded) {
  HookReplays replays;
  for (std::size_t i = 0; i <= kMaxHookReplays; ++i) replays.add(std::to_string(i), "run", 0);
  EXPECT_EQ(replays.size(), kMaxHookReplays);
  EXPECT_EQ(replays.find("0", 0), std::nullopt);
  EXPECT_EQ(replays.find("1", 0), "run");
}

}  // namespace
}  // namespace vagus
