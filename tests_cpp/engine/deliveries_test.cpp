#include "engine/host.hpp"

namespace vagus::testing_engine {
namespace {

const DeliveryRoute kBuildRoom = route_to("slack", "C1");

/// A host whose model has reported an event, and the run that did.
struct Reported {
  Reported() : host(kQuietTrent) {
    host.model = says("The build is broken.");
    run_id = only<Deliver>(host.send(exec_event(main_key(), "exit 1", kBuildRoom))).run_id;
  }
  Host host;
  std::string run_id;
};

TEST(EngineDeliveries, ThatArriveAreNotRepeated) {
  Reported after;
  EXPECT_EQ(kinds(after.host.send(Delivered{after.run_id})), "");
  EXPECT_TRUE(all<Deliver>(after.host.advance(kDay)).empty());
}

TEST(EngineDeliveries, ThatFailAreRepeatedWithoutAskingTheModelAgain) {
  Reported after;
  after.host.send(DeliveryFailed{after.run_id, "the channel is down"});
  const auto effects = after.host.advance(kDeliveryRetryMillis);
  const Deliver again = only<Deliver>(effects);
  EXPECT_EQ(again.run_id, after.run_id);
  EXPECT_EQ(again.text, "The build is broken.");
  EXPECT_EQ(again.route, kBuildRoom);
  EXPECT_EQ(again.attempt, 2);
  EXPECT_TRUE(all<CallModel>(effects).empty());
}

TEST(EngineDeliveries, AreAbandonedWhenNoRetryCanHelp) {
  Reported after;
  const auto lost = only<DeliveryAbandoned>(
      after.host.send(DeliveryFailed{after.run_id, "no such room", /*retry=*/false}));
  EXPECT_EQ(lost.run_id, after.run_id);
  EXPECT_EQ(lost.route, kBuildRoom);
  EXPECT_EQ(lost.error, "no such room");
  EXPECT_EQ(lost.attempts, 1);
  EXPECT_TRUE(all<Deliver>(after.host.advance(kDay)).empty());
}

TEST(EngineDeliveries, AreAbandonedWhenTheirAttemptsAreUsedUp) {
  Reported after;
  for (std::int64_t attempt = 2; attempt <= Limits{}.delivery_attempts; ++attempt) {
    after.host.send(DeliveryFailed{after.run_id, "the channel is down"});
    ASSERT_EQ(only<Deliver>(after.host.advance(kDeliveryRetryMillis)).attempt, attempt);
  }
  const auto lost =
      only<DeliveryAbandoned>(after.host.send(DeliveryFailed{after.run_id, "the channel is down"}));
  EXPECT_EQ(lost.attempts, Limits{}.delivery_attempts);
}

TEST(EngineDeliveries, LateReportsChangeNothing) {
  Reported after;
  after.host.send(Delivered{after.run_id});
  EXPECT_EQ(kinds(after.host.send(DeliveryFailed{after.run_id, "late"})), "");
  EXPECT_EQ(kinds(after.host.send(Delivered{after.run_id})), "");
}

TEST(EngineDeliveries, OfRunsThatNeverWereAreRefused) {
  Host host(kQuietTrent);
  const auto refused = host.engine.apply(DeliveryFailed{"nobody", "down"}, kStart);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unknown_run);
  EXPECT_EQ(refused.error().field, "run_id");
}

}  // namespace
}  // namespace vagus::testing_engine
