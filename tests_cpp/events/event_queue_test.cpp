#include "vagus/events/event_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace vagus {
namespace {

SessionKey key(const std::string& agent) {
  return SessionKey::parse("agent:" + agent + ":main").value_or_throw();
}

SystemEvent event(std::string text, std::optional<std::string> tag = std::nullopt, Millis at = 0) {
  SystemEvent made;
  made.text = std::move(text);
  made.tag = std::move(tag);
  made.at = at;
  return made;
}

SystemEvent replacing(std::string text, std::optional<std::string> tag) {
  SystemEvent made = event(std::move(text), std::move(tag));
  made.replaces = true;
  return made;
}

std::string texts(const EventBatch& lease) {
  std::string joined;
  for (const SystemEvent& each : lease.events) joined += (joined.empty() ? "" : " ") + each.text;
  return joined;
}

class EventQueueTest : public testing::Test {
 protected:
  EventReceipt post(SystemEvent event) { return queue.post(a, std::move(event)).value_or_throw(); }
  void post_all(std::initializer_list<const char*> all) {
    for (const char* text : all) ASSERT_EQ(post(event(text)), EventReceipt::queued);
  }
  EventBatch waiting(const SessionKey& session) const { return queue.waiting_in(session); }

  Limits limits;
  EventQueue queue{limits};
  const SessionKey a = key("a");
  const SessionKey b = key("b");
};

// ---- posting

TEST_F(EventQueueTest, KeepsOrderOfArrivalAndNumbersEvents) {
  post_all({"one", "two", "three"});
  const EventBatch lease = queue.lease_all(a, "run");
  EXPECT_EQ(texts(lease), "one two three");
  EXPECT_EQ(lease.dropped, 0);
  EXPECT_LT(lease.events[0].id, lease.events[1].id);
  EXPECT_LT(lease.events[1].id, lease.events[2].id);
}

TEST_F(EventQueueTest, TrimsTextAndNormalisesTags) {
  post(event("\n  done \xC2\xA0", " Exec:9F2C "));
  post(event("plain", " \t"));
  const EventBatch lease = waiting(a);
  EXPECT_EQ(lease.events[0].text, "done");
  EXPECT_EQ(lease.events[0].tag, "exec:9f2c");
  EXPECT_EQ(lease.events[1].tag, std::nullopt);
}

TEST_F(EventQueueTest, AssignsItsOwnIds) {
  SystemEvent forged = event("one");
  forged.id = 1'000'000;
  post(forged);
  post(event("two"));
  EXPECT_EQ(waiting(a).events[0].id + 1, waiting(a).events[1].id);
}

TEST_F(EventQueueTest, RefusesBadEventsAndChangesNothing) {
  limits.event_bytes = 8;
  queue = EventQueue(limits);
  const std::string bad = "\xE2\x28";
  const std::string long_label(kMaxEventLabelBytes + 1, 'x');
  const auto routed = [](DeliveryRoute route) {
    SystemEvent made = event("text");
    made.route = std::move(route);
    return made;
  };
  struct Case {
    SystemEvent event;
    std::string field;
  };
  const Case cases[] = {
      {event(""), "text"},
      {event(" \n\xE2\x80\xA8"), "text"},
      {event(bad), "text"},
      {event("123456789"), "text"},
      {event("text", bad), "tag"},
      {event("text", long_label), "tag"},
      {event("text", "tag", -1), "at"},
      {event("text", "tag", kMaxMillis + 1), "at"},
      {routed({bad, std::nullopt, "to", std::nullopt}), "route.channel"},
      {routed({"slack", bad, "to", std::nullopt}), "route.account"},
      {routed({"slack", std::nullopt, long_label, std::nullopt}), "route.to"},
      {routed({" ", std::nullopt, "to", std::nullopt}), "route.channel"},
      {routed({"slack", std::nullopt, "", std::nullopt}), "route.to"},
      {routed({"slack", std::nullopt, "to", bad}), "route.thread"},
      {replacing("text", std::nullopt), "replaces"},
      {replacing("text", " "), "replaces"},
  };
  for (const Case& each : cases) {
    const auto receipt = queue.post(a, each.event);
    ASSERT_FALSE(receipt) << each.field;
    EXPECT_EQ(receipt.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(receipt.error().field, each.field);
    EXPECT_TRUE(queue.check(each.event).has_value());
    EXPECT_TRUE(queue.waiting().empty());
  }
  EXPECT_EQ(queue.check(event(" 12345678 ")), std::nullopt);
  EXPECT_EQ(post(event(" 12345678 ")), EventReceipt::queued);
}

TEST_F(EventQueueTest, ATaggedDuplicateIsRecognisedAnywhereInTheQueue) {
  const DeliveryRoute here{"telegram", std::nullopt, "1", std::nullopt};
  const DeliveryRoute there{"telegram", std::nullopt, "2", std::nullopt};
  const auto variant = [](std::string text, const char* tag, DeliveryRoute route, bool trusted) {
    SystemEvent made = event(std::move(text), tag);
    made.route = std::move(route);
    made.trusted = trusted;
    return made;
  };
  post(variant("a", "k", here, false));
  for (const SystemEvent& other :
       {variant("A", "k", here, false), variant("a", "z", here, false),
        variant("a", "k", there, false), variant("a", "k", here, true)}) {
    EXPECT_EQ(post(other), EventReceipt::queued);
    EXPECT_EQ(post(other), EventReceipt::duplicate);
  }
  SystemEvent later = variant(" a ", "K", here, false);
  later.at = 99;
  EXPECT_EQ(post(later), EventReceipt::duplicate) << "the time is not part of the message";
  EXPECT_EQ(waiting(a).events.size(), 5u);
  EXPECT_EQ(waiting(a).events[0].at, 0);
}

TEST_F(EventQueueTest, TheSameTextIsNewAgainOnceItWasShown) {
  post_all({"one"});
  queue.lease_all(a, "run");
  EXPECT_EQ(post(event("one")), EventReceipt::queued) << "a leased event does not wait";
  queue.commit("run");
  EXPECT_EQ(texts(waiting(a)), "one");
}

TEST_F(EventQueueTest, CountsWhatGivesWay) {
  // The reference drops the oldest of more than 20 without a word.
  for (int i = 0; i < 25; ++i) post(event("e" + std::to_string(i)));
  const EventBatch lease = queue.lease_all(a, "run");
  ASSERT_EQ(lease.events.size(), 20u);
  EXPECT_EQ(lease.events.front().text, "e5");
  EXPECT_EQ(lease.events.back().text, "e24");
  EXPECT_EQ(lease.dropped, 5);

  queue.commit("run");
  post(event("fresh"));
  EXPECT_EQ(queue.lease_all(a, "next").dropped, 0) << "the count was shown";
}

TEST_F(EventQueueTest, SessionsDoNotTouchEachOther) {
  post(event("for a"));
  ASSERT_TRUE(queue.post(b, event("for b")));
  EXPECT_EQ(texts(queue.lease_all(a, "run")), "for a");
  EXPECT_EQ(texts(waiting(b)), "for b");
  queue.commit("run");
  EXPECT_EQ(texts(queue.lease_all(b, "run")), "for b");
}

TEST_F(EventQueueTest, NewsOfWhichOnlyTheLatestCountsTakesThePlaceOfOlder) {
  SystemEvent elsewhere = event("kept: another route", "s");
  elsewhere.route = DeliveryRoute{"slack", std::nullopt, "ann", std::nullopt};
  post(event("gone 1", "s"));
  post(elsewhere);
  post(event("gone 2", "S"));
  post(event("kept: another tag", "t"));
  post(event("kept: no tag"));
  EXPECT_EQ(post(replacing("latest", "s")), EventReceipt::queued);
  EXPECT_EQ(texts(waiting(a)), "kept: another route kept: another tag kept: no tag latest");
  EXPECT_EQ(post(replacing("latest", "s")), EventReceipt::duplicate);
  EXPECT_EQ(post(replacing("newer", "s")), EventReceipt::queued);
  EXPECT_EQ(texts(waiting(a)), "kept: another route kept: another tag kept: no tag newer");
  EXPECT_EQ(waiting(a).dropped, 0) << "its producer took it back";
}

TEST_F(EventQueueTest, WhatWasReplacedMeanwhileDoesNotComeBackWithAFailedRun) {
  post(event("old", "s"));
  post(event("other"));
  queue.lease_all(a, "run");
  post(replacing("new", "s"));
  queue.give_back("run");
  EXPECT_EQ(texts(waiting(a)), "other new");
}

TEST_F(EventQueueTest, ManyEventsOfOneTagAreToldApart) {
  limits.events_per_session = 20'000;
  queue = EventQueue(limits);
  for (int i = 0; i < 20'000; ++i) post(event("e" + std::to_string(i), "k"));
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_EQ(post(event("e" + std::to_string(i), "k")), EventReceipt::duplicate);
  }
  EXPECT_EQ(post(replacing("all", "k")), EventReceipt::queued);
  EXPECT_EQ(texts(waiting(a)), "all");
}

TEST_F(EventQueueTest, AnEventThatGaveWayIsNoLongerADuplicate) {
  limits.events_per_session = 2;
  queue = EventQueue(limits);
  post(event("one", "k"));
  post(event("two", "k"));
  post(event("three", "k"));
  EXPECT_EQ(post(event("one", "k")), EventReceipt::queued);
  EXPECT_EQ(texts(waiting(a)), "three one");
}

// ---- leases

TEST_F(EventQueueTest, LeasesWhatWaitsAndForgetsTheEmptySession) {
  post_all({"one"});
  EXPECT_EQ(texts(queue.lease_all(a, "run")), "one");
  EXPECT_TRUE(queue.waiting().empty());
  EXPECT_TRUE(queue.lease_all(a, "other").events.empty());
  EXPECT_TRUE(queue.lease_all(b, "run").events.empty());
}

TEST_F(EventQueueTest, CommittedEventsAreGone) {
  post_all({"one", "two"});
  queue.lease_all(a, "run");
  post_all({"three"});
  queue.commit("run");
  queue.give_back("run");
  EXPECT_EQ(texts(waiting(a)), "three");
}

TEST_F(EventQueueTest, AFailedRunLosesNothing) {
  for (int i = 0; i < 22; ++i) post(event("e" + std::to_string(i)));
  const EventBatch before = waiting(a);
  queue.lease_all(a, "run");
  queue.give_back("run");
  EXPECT_EQ(waiting(a), before);
  EXPECT_EQ(queue.lease_all(a, "retry"), before);
}

TEST_F(EventQueueTest, GivenBackEventsStandInFrontOfNewerOnes) {
  post_all({"one", "two"});
  queue.lease_all(a, "run");
  post_all({"three"});
  queue.give_back("run");
  EXPECT_EQ(texts(waiting(a)), "one two three");
}

TEST_F(EventQueueTest, TwoLeasesComeBackInOrderOfArrival) {
  post_all({"one"});
  queue.lease_all(a, "first");
  post_all({"two"});
  EXPECT_EQ(texts(queue.lease_all(a, "second")), "two");
  post_all({"three"});
  queue.give_back("second");
  queue.give_back("first");
  EXPECT_EQ(texts(waiting(a)), "one two three");
}

TEST_F(EventQueueTest, LeasesTheEventsOfOneRoute) {
  const auto routed = [](std::string text, std::string to) {
    SystemEvent made = event(std::move(text));
    made.route = DeliveryRoute{"slack", std::nullopt, std::move(to), std::nullopt};
    return made;
  };
  post(event("nobody's"));
  post(routed("ann 1", "ann"));
  post(routed("bob 1", "bob"));
  post(routed("ann 2", "ann"));
  ASSERT_TRUE(queue.first_route(a).has_value());
  EXPECT_EQ(queue.first_route(a)->to, "ann");
  EXPECT_EQ(texts(queue.lease_for(a, "run", queue.first_route(a))), "nobody's ann 1 ann 2");
  EXPECT_TRUE(queue.waits(a));
  EXPECT_EQ(texts(waiting(a)), "bob 1");
  queue.give_back("run");
  EXPECT_EQ(texts(waiting(a)), "nobody's ann 1 bob 1 ann 2");
  EXPECT_EQ(texts(queue.lease_for(a, "nobody", std::nullopt)), "nobody's");
  EXPECT_EQ(queue.first_route(b), std::nullopt);
}

TEST_F(EventQueueTest, LeasesTheEventsThatAreNamed) {
  post_all({"one", "two", "three"});
  const EventBatch before = waiting(a);
  const std::int64_t first = before.events[0].id;
  EXPECT_FALSE(queue.has_lease("run"));
  EXPECT_EQ(texts(queue.lease_some(a, "run", {first + 2, first, 999, first})), "one three");
  EXPECT_TRUE(queue.has_lease("run"));
  EXPECT_EQ(texts(waiting(a)), "two");
  queue.give_back("run");
  EXPECT_FALSE(queue.has_lease("run"));
  EXPECT_EQ(waiting(a), before);
}

TEST_F(EventQueueTest, ALeaseOfNothingLeavesNothingBehind) {
  post_all({"one"});
  EXPECT_TRUE(queue.lease_some(a, "idle", {}).events.empty());
  queue.lease_all(a, "run");
  queue.commit("run");
  queue.give_back("idle");
  EXPECT_FALSE(queue.waits(a));
  EXPECT_EQ(queue.sessions(), 0u);
}

TEST_F(EventQueueTest, WhatThereWasNoRoomForIsCountedAndGone) {
  post_all({"1", "2", "3", "4", "5"});
  EventBatch batch = queue.lease_all(a, "run");
  EXPECT_EQ(drop_older_half(batch), 3);
  EXPECT_EQ(texts(batch), "4 5");
  EXPECT_EQ(batch.dropped, 3);
  queue.drop_oldest("run", 3);
  queue.give_back("run");
  EXPECT_EQ(waiting(a), batch);
}

TEST_F(EventQueueTest, EveryEventCanGiveWay) {
  post_all({"1", "2", "3", "4", "5"});
  EventBatch batch = queue.lease_all(a, "run");
  int steps = 0;
  for (; !batch.events.empty(); ++steps) drop_older_half(batch);
  EXPECT_EQ(steps, 3);
  EXPECT_EQ(batch.dropped, 5);
}

TEST_F(EventQueueTest, AClearedSessionKeepsItsLease) {
  post_all({"one"});
  queue.lease_all(a, "run");
  post_all({"two"});
  queue.clear(a);
  EXPECT_FALSE(queue.waits(a));
  queue.give_back("run");
  EXPECT_EQ(texts(waiting(a)), "one");
}

TEST_F(EventQueueTest, WithoutATagOnlyARepetitionIsADuplicate) {
  post_all({"door open", "door closed", "door open"});
  EXPECT_EQ(post(event("door open")), EventReceipt::duplicate);
  EXPECT_EQ(texts(waiting(a)), "door open door closed door open");
}

TEST_F(EventQueueTest, KeepsOneOfADuplicateThatArrivedMeanwhile) {
  post(event("one", "k"));
  post(event("two"));
  const std::int64_t first_id = waiting(a).events[0].id;
  queue.lease_all(a, "run");
  post(event("two"));
  post(event("one", "k"));
  queue.give_back("run");
  EXPECT_EQ(texts(waiting(a)), "one two");
  EXPECT_EQ(waiting(a).events[0].id, first_id);
  EXPECT_EQ(waiting(a).dropped, 0);
}

TEST_F(EventQueueTest, TheOldestGiveWayWhenALeaseComesBack) {
  limits.events_per_session = 3;
  queue = EventQueue(limits);
  post_all({"1", "2", "3", "4"});  // 1 gives way
  queue.lease_all(a, "run");
  post_all({"5", "6"});
  queue.give_back("run");
  EXPECT_EQ(texts(waiting(a)), "4 5 6");
  EXPECT_EQ(waiting(a).dropped, 3);
}

TEST_F(EventQueueTest, UnknownRunsChangeNothing) {
  post_all({"one"});
  const EventBatch before = waiting(a);
  queue.commit("nobody");
  queue.give_back("nobody");
  EXPECT_EQ(waiting(a), before);
}

// Whatever happens, an event was shown by a run that ended well, waits, is out, or was counted; and
// none was shown well twice.
class Bookkeeping {
 public:
  explicit Bookkeeping(unsigned seed) : random_(seed) {
    limits_.events_per_session = 4;
    queue_ = EventQueue(limits_);
  }

  void step(int number) {
    const SessionKey& session = sessions_[random_() % 2];
    const auto choice = random_() % 10;
    if (choice < 6) {
      posted_ += queue_.post(session, event("e" + std::to_string(number))).ok() ? 1 : 0;
    } else if (choice < 8) {
      const std::string run = "run" + std::to_string(number);
      EventBatch lease = queue_.lease_all(session, run);
      if (!lease.events.empty()) out_.emplace(run, std::move(lease));
    } else if (!out_.empty()) {
      const auto run = std::next(out_.begin(), static_cast<int>(random_() % out_.size()));
      choice == 8 ? commit(run->first, run->second) : queue_.give_back(run->first);
      out_.erase(run);
    }
  }

  void check() const {
    std::size_t total = shown_.size() + static_cast<std::size_t>(counted_);
    for (const auto& [run, lease] : out_) total += size_of(lease);
    for (const auto& [session, lease] : queue_.waiting()) total += size_of(lease);
    ASSERT_EQ(total, posted_);
  }

 private:
  void commit(const std::string& run, const EventBatch& lease) {
    queue_.commit(run);
    counted_ += lease.dropped;
    for (const SystemEvent& each : lease.events) {
      EXPECT_TRUE(shown_.insert(each.id).second) << "shown twice: " << each.text;
    }
  }

  static std::size_t size_of(const EventBatch& lease) {
    EXPECT_FALSE(lease.events.empty());
    EXPECT_LE(lease.events.size(), 4u);
    EXPECT_TRUE(std::is_sorted(
        lease.events.begin(), lease.events.end(),
        [](const SystemEvent& left, const SystemEvent& right) { return left.id < right.id; }));
    return lease.events.size() + static_cast<std::size_t>(lease.dropped);
  }

  std::mt19937 random_;
  Limits limits_;
  EventQueue queue_{limits_};
  const SessionKey sessions_[2] = {key("a"), key("b")};
  std::map<std::string, EventBatch> out_;
  std::set<std::int64_t> shown_;
  std::int64_t counted_ = 0;
  std::size_t posted_ = 0;
};

TEST(EventQueueProperty, EveryEventIsAccountedFor) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Bookkeeping books(seed);
    for (int number = 0; number < 400; ++number) {
      books.step(number);
      ASSERT_NO_FATAL_FAILURE(books.check());
    }
  }
}

TEST(EventReceipt, HasNames) {
  EXPECT_EQ(name_of(EventReceipt::queued), "queued");
  EXPECT_EQ(name_of(EventReceipt::duplicate), "duplicate");
}

}  // namespace
}  // namespace vagus
