#include "vagus/runs/chat_stream.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "vagus/base/json_codec.hpp"

namespace vagus {
namespace {

const SessionKey kHome = SessionKey::parse("agent:main:main").value_or_throw();
const SessionKey kOther = SessionKey::parse("agent:main:other").value_or_throw();

ChatRegistration registration(const std::string& run, bool with_session = true) {
  ChatRegistration made;
  made.run_id = run;
  if (with_session) made.session_key = kHome;
  made.clients = {{"c-" + run, "main", {"tab"}}};
  return made;
}

ChatInput input(const std::string& run, ChatInputKind kind, std::int64_t seq = 0) {
  ChatInput made;
  made.run_id = run;
  made.kind = kind;
  made.seq = seq;
  return made;
}

ChatInput piece(const std::string& run, const std::string& delta, std::int64_t seq = 0) {
  ChatInput made = input(run, ChatInputKind::text, seq);
  made.delta = delta;
  return made;
}

ChatInput failure(const std::string& run, const std::string& error) {
  ChatInput made = input(run, ChatInputKind::error);
  made.error = error;
  return made;
}

ChatInput attempt(const std::string& run, std::int64_t number) {
  ChatInput made = input(run, ChatInputKind::start);
  made.attempt = number;
  return made;
}

/// `state client text -> subscribers`, and what a delta adds, or why it ended, in brackets.
std::string line(const ChatEvent& event) {
  std::string text =
      std::string(name_of(event.state)) + " " + event.client_run_id + " '" + event.text + "'";
  if (event.state == ChatState::delta) text += (event.replace ? " =" : " +") + event.delta_text;
  if (event.error) text += " [" + *event.error + "]";
  if (event.error_kind) text += " {" + std::string(name_of(*event.error_kind)) + "}";
  if (event.stop_reason) text += " (" + *event.stop_reason + ")";
  text += " ->";
  for (const std::string& each : event.subscribers) text += " " + each;
  return text;
}

std::string line(const ChatNotice& notice) {
  return std::string(name_of(notice.kind)) + " " + notice.run_id + " " +
         std::to_string(notice.expected) + " " + std::to_string(notice.received);
}

struct ChatStreamTest : testing::Test {
  ChatStream stream;
  Millis now = 1'000;

  void open(const ChatRegistration& made) { ASSERT_FALSE(stream.open(made, now)); }
  ChatReceipt feed(const ChatInput& each) { return stream.feed(each, now).value_or_throw(); }
  void wait(Millis span) { stream.tick(now += span); }
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    for (const ChatOutput& output : stream.take()) {
      lines.push_back(std::visit([](const auto& each) { return line(each); }, output));
    }
    return lines;
  }
  using Lines = std::vector<std::string>;
};

TEST_F(ChatStreamTest, DeltasAreThrottledAndTheLastIsSentByATimer) {
  open(registration("r"));
  feed(piece("r", "Hello"));
  EXPECT_EQ(told(), Lines{"delta c-r 'Hello' +Hello -> tab"});
  now += 10;
  feed(piece("r", " wor"));
  feed(piece("r", "ld"));
  EXPECT_EQ(told(), Lines{});
  EXPECT_EQ(stream.next_due(), 1'075);
  wait(64);
  EXPECT_EQ(told(), Lines{});
  wait(1);
  EXPECT_EQ(told(), Lines{"delta c-r 'Hello world' + world -> tab"});
  feed(input("r", ChatInputKind::end));
  EXPECT_EQ(told(), Lines{"final c-r 'Hello world' -> tab"});
}

TEST_F(ChatStreamTest, AToolAndAnEndShowFirstWhatWasHeldBack) {
  open(registration("r"));
  feed(piece("r", "Looking"));
  feed(piece("r", " it up"));
  feed(input("r", ChatInputKind::tool));
  feed(piece("r", ". Found"));
  feed(input("r", ChatInputKind::end));
  EXPECT_EQ(told(), (Lines{"delta c-r 'Looking' +Looking -> tab",
                           "delta c-r 'Looking it up' + it up -> tab",
                           "delta c-r 'Looking it up. Found' +. Found -> tab",
                           "final c-r 'Looking it up. Found' -> tab"}));
}

TEST_F(ChatStreamTest, ADeltaThatDoesNotExtendTheTextReplacesIt) {
  open(registration("r"));
  feed(piece("r", "first"));
  now += 100;
  ChatInput other = input("r", ChatInputKind::text);
  other.text = "second";
  feed(other);
  wait(0);
  other.text = "";
  other.replace = true;
  now += 100;
  feed(other);
  wait(0);
  feed(input("r", ChatInputKind::end));
  EXPECT_EQ(told(), (Lines{"delta c-r 'first' +first -> tab", "delta c-r 'second' =second -> tab",
                           "final c-r '' -> tab"}));
}

TEST_F(ChatStreamTest, TheEndIsALatch) {
  open(registration("r"));
  feed(piece("r", "done", 1));
  EXPECT_EQ(feed(input("r", ChatInputKind::end, 2)), ChatReceipt::taken);
  told();
  EXPECT_EQ(feed(piece("r", "late", 3)), ChatReceipt::ended);
  EXPECT_EQ(feed(input("c-r", ChatInputKind::end, 4)), ChatReceipt::ended);
  EXPECT_EQ(feed(attempt("r", 9)), ChatReceipt::ended);
  EXPECT_EQ(told(), Lines{});
  EXPECT_EQ(feed(failure("r", "boom")), ChatReceipt::ended);
  EXPECT_EQ(feed(failure("r", "boom")), ChatReceipt::ended);
  EXPECT_EQ(told(), Lines{"late r 0 0"});
  EXPECT_EQ(stream.stats().late, 5);
  EXPECT_EQ(stream.stats().finals, 1);
}

TEST_F(ChatStreamTest, TheSessionMayComeLateOrNever) {
  stream.subscribe("desk", kHome, now);
  open(registration("late", false));
  open(registration("never", false));
  feed(piece("late", "The"));
  feed(piece("never", "Alone"));
  EXPECT_EQ(told(),
            (Lines{"delta c-late 'The' +The -> tab", "delta c-never 'Alone' +Alone -> tab"}));
  EXPECT_FALSE(stream.attach("late", kHome, now));
  EXPECT_EQ(told(), Lines{"delta c-late 'The' =The -> desk"});
  feed(input("late", ChatInputKind::end));
  feed(input("never", ChatInputKind::end));
  EXPECT_EQ(told(), (Lines{"final c-late 'The' -> tab desk", "unresolved never 0 0",
                           "final c-never 'Alone' -> tab"}));
  EXPECT_EQ(stream.stats().unresolved, 1);
}

TEST_F(ChatStreamTest, ARunThatNobodyRegisteredIsOpenedByItsStartOnly) {
  EXPECT_EQ(stream.feed(piece("r", "x"), now).error().code, ErrorCode::unknown_run);
  EXPECT_EQ(feed(input("r", ChatInputKind::start)), ChatReceipt::taken);
  feed(piece("r", "x"));
  feed(input("r", ChatInputKind::end));
  EXPECT_EQ(told(), Lines{"unresolved r 0 0"});
}

TEST_F(ChatStreamTest, AnErrorWaitsForANewAttemptAndForNothingElse) {
  open(registration("r"));
  feed(piece("r", "draft"));
  feed(failure("r", "Rate limit reached"));
  told();
  now += 75;
  feed(piece("r", "tail"));
  feed(input("r", ChatInputKind::start));
  feed(attempt("r", 1));
  EXPECT_EQ(told(), Lines{"delta c-r 'tail' =tail -> tab"});
  wait(15'000);
  EXPECT_EQ(told(), Lines{"error c-r '' [Rate limit reached] {rate_limit} -> tab"});
}

TEST_F(ChatStreamTest, ANewAttemptTakesTheErrorBack) {
  open(registration("r"));
  feed(piece("r", "draft", 1));
  feed(failure("r", "overloaded"));
  feed(attempt("r", 2));
  feed(piece("r", "second"));
  ChatInput old = piece("r", "old");
  old.attempt = 1;
  EXPECT_EQ(feed(old), ChatReceipt::stale);
  wait(kMinute);
  feed(input("r", ChatInputKind::end));
  EXPECT_EQ(told(), (Lines{"delta c-r 'draft' +draft -> tab", "delta c-r 'second' =second -> tab",
                           "superseded r 2 1", "final c-r 'second' -> tab"}));
}

TEST_F(ChatStreamTest, AFallbackAndAnEndTakeTheErrorBackToo) {
  open(registration("a"));
  open(registration("b"));
  feed(failure("a", "down"));
  feed(failure("b", "down"));
  feed(input("a", ChatInputKind::fallback));
  feed(input("b", ChatInputKind::end));
  wait(kMinute);
  EXPECT_EQ(told(), Lines{"final c-b '' -> tab"});
  ChatInput settled = failure("a", "really down");
  settled.settled = true;
  feed(settled);
  EXPECT_EQ(told(), Lines{"error c-a '' [really down] -> tab"});
}

TEST_F(ChatStreamTest, TheDeadlineEndsARunThatIsSilentOrFailing) {
  ChatRegistration silent = registration("a");
  silent.deadline_ms = now + 5'000;
  ChatRegistration failing = registration("b");
  failing.deadline_ms = now + 5'000;
  open(silent);
  open(failing);
  feed(failure("b", "down"));
  wait(4'999);
  EXPECT_EQ(told(), Lines{});
  wait(1);
  EXPECT_EQ(told(), (Lines{"error c-a '' [no end before the deadline] {timeout} -> tab",
                           "error c-b '' [down] -> tab"}));
}

TEST_F(ChatStreamTest, DuplicatesAreDroppedAndGapsAreTold) {
  open(registration("r"));
  EXPECT_EQ(feed(piece("r", "x", 1)), ChatReceipt::taken);
  EXPECT_EQ(feed(piece("r", "x", 1)), ChatReceipt::duplicate);
  EXPECT_EQ(feed(piece("r", "x", 1)), ChatReceipt::duplicate);
  EXPECT_EQ(feed(piece("r", "y", 5)), ChatReceipt::taken);
  feed(input("r", ChatInputKind::end, 6));
  EXPECT_EQ(told(), (Lines{"delta c-r 'x' +x -> tab", "duplicate r 2 1", "gap r 2 5",
                           "delta c-r 'xy' +y -> tab", "final c-r 'xy' -> tab"}));
  EXPECT_EQ(stream.stats().duplicates, 2);
}

TEST_F(ChatStreamTest, EveryClientRunHasItsOwnEnding) {
  ChatRegistration made = registration("r");
  made.clients.push_back({"c2", "agent:main:main", {"phone"}});
  open(made);
  stream.subscribe("desk", kHome, now);
  ASSERT_FALSE(stream.join("r", {"c3", "", {}}, now));
  EXPECT_FALSE(stream.withdraw("r", "nobody"));
  ASSERT_FALSE(stream.join("r", {"c4", "", {"watch"}}, now));
  EXPECT_TRUE(stream.withdraw("r", "c4"));
  feed(piece("r", "hi"));
  feed(input("c2", ChatInputKind::end));
  EXPECT_EQ(told(), (Lines{"delta c-r 'hi' +hi -> tab desk", "delta c2 'hi' +hi -> phone",
                           "final c-r 'hi' -> tab desk", "final c2 'hi' -> phone desk",
                           "final c3 'hi' -> desk"}));
}

TEST_F(ChatStreamTest, NothingReachesThoseWhoListenToAnotherSession) {
  stream.subscribe("desk", kOther, now);
  ChatRegistration hidden = registration("hidden");
  hidden.visible = false;
  hidden.session_key = kOther;
  open(hidden);
  open(registration("r"));
  feed(piece("hidden", "secret"));
  feed(piece("r", "hi"));
  feed(input("hidden", ChatInputKind::end));
  EXPECT_EQ(told(), (Lines{"delta c-hidden 'secret' +secret -> tab", "delta c-r 'hi' +hi -> tab",
                           "final c-hidden 'secret' -> tab"}));
}

TEST_F(ChatStreamTest, ALateListenerBeginsWithWhatOthersHaveSeen) {
  open(registration("r"));
  feed(piece("r", "seen"));
  feed(piece("r", ", not seen"));
  told();
  stream.subscribe("desk", kHome, now);
  stream.subscribe("desk", kHome, now);
  EXPECT_EQ(told(), Lines{"delta c-r 'seen' =seen -> desk"});
  wait(75);
  EXPECT_EQ(told(), Lines{"delta c-r 'seen, not seen' +, not seen -> tab desk"});
  stream.disconnect("desk");
  stream.disconnect("tab");
  feed(input("r", ChatInputKind::end));
  EXPECT_EQ(told(), Lines{});
  EXPECT_EQ(stream.stats().finals, 1);
}

TEST_F(ChatStreamTest, WithoutAnyoneListeningNothingIsToldAndNoTimerIsSet) {
  ChatRegistration made = registration("r");
  made.clients.clear();
  open(made);
  feed(piece("r", "a"));
  feed(piece("r", "b"));
  EXPECT_EQ(stream.next_due(), now + kDay);
  feed(input("r", ChatInputKind::end));
  EXPECT_EQ(told(), Lines{});
  EXPECT_EQ(feed(input("r", ChatInputKind::end)), ChatReceipt::ended);
}

TEST_F(ChatStreamTest, HeartbeatsAreToldAtTheirEndAndAcknowledgementsWithoutText) {
  ChatRegistration made = registration("ok");
  made.heartbeat = true;
  open(made);
  made = registration("alert");
  made.heartbeat = true;
  open(made);
  feed(piece("ok", "HEARTBEAT_OK all is well"));
  feed(piece("alert", "Disk is full"));
  feed(input("ok", ChatInputKind::end));
  feed(input("alert", ChatInputKind::end));
  EXPECT_EQ(told(), (Lines{"final c-ok '' -> tab", "final c-alert 'Disk is full' -> tab"}));
}

TEST_F(ChatStreamTest, OnlyTheOwnerMayStopARun) {
  const ChatPrincipal owner{"conn-1", "phone", false};
  for (const char* run : {"a", "b", "c"}) {
    ChatRegistration made = registration(run);
    if (run != std::string("c")) made.owner = owner;
    open(made);
  }
  feed(piece("a", "partial "));
  told();
  const auto stop = [&](const std::string& run, const std::optional<SessionKey>& session,
                        const ChatPrincipal& who) {
    return stream.abort(run, session, who, "rpc", now).value_or_throw().verdict;
  };
  EXPECT_EQ(stop("nobody", {}, {}), AbortVerdict::unknown);
  EXPECT_EQ(stop("a", kOther, owner), AbortVerdict::unknown);
  EXPECT_EQ(stop("a", kHome, {"conn-2", {}, false}), AbortVerdict::not_permitted);
  EXPECT_EQ(stop("c-a", kHome, {"conn-2", "phone", false}), AbortVerdict::aborted);
  EXPECT_EQ(told(), Lines{"aborted c-a 'partial ' (rpc) -> tab"});
  const ChatAbort some =
      stream.abort_session(kHome, {"x", {}, false}, "stop", now).value_or_throw();
  EXPECT_EQ(some.run_ids, std::vector<std::string>{"c"});
  const ChatAbort none =
      stream.abort_session(kHome, {"x", {}, false}, "stop", now).value_or_throw();
  EXPECT_EQ(none.verdict, AbortVerdict::not_permitted);
  const ChatAbort rest = stream.abort_session(kHome, {{}, {}, true}, "stop", now).value_or_throw();
  EXPECT_EQ(rest.run_ids, std::vector<std::string>{"b"});
  EXPECT_EQ(told(), (Lines{"aborted c-c '' (stop) -> tab", "aborted c-b '' (stop) -> tab"}));
}

TEST_F(ChatStreamTest, NothingIsKeptOfWhatIsOver) {
  for (int i = 0; i < 200; ++i) {
    const std::string run = "r" + std::to_string(i);
    open(registration(run));
    feed(piece(run, "text"));
    feed(piece(run, " that is held back"));
    if (i % 3 == 0) feed(failure(run, "x"));
    if (i % 3 == 1) feed(input(run, ChatInputKind::end));
    if (i % 3 == 2) stream.abort(run, {}, {{}, {}, true}, "rpc", now).value_or_throw();
  }
  wait(15'000);
  EXPECT_EQ(stream.stats().live, 0);
  EXPECT_EQ(stream.stats().live_bytes, 0);
  EXPECT_EQ(stream.stats().alarms, 0);
  EXPECT_EQ(stream.stats().subscriptions, 0);
  EXPECT_EQ(stream.stats().remembered, 400);
  wait(75'000);
  EXPECT_EQ(stream.stats().remembered, 0);
  EXPECT_EQ(stream.next_due(), std::nullopt);
}

TEST_F(ChatStreamTest, TheClockMayStep) {
  open(registration("r"));
  feed(failure("r", "down"));
  stream.shift(-500);
  now -= 500;
  wait(14'999);
  EXPECT_EQ(told(), Lines{});
  wait(1);
  EXPECT_EQ(told(), Lines{"error c-r '' [down] -> tab"});
}

TEST_F(ChatStreamTest, TextThatIsHeldBackMovesWithTheClock) {
  open(registration("r"));
  feed(piece("r", "one"));
  feed(piece("r", " two"));
  EXPECT_EQ(stream.next_due(), now + 75);
  stream.shift(-500);
  now -= 500;
  EXPECT_EQ(stream.next_due(), now + 75);
  told();
  wait(74);
  EXPECT_EQ(told(), Lines{});
  wait(1);
  EXPECT_EQ(told(), Lines{"delta c-r 'one two' + two -> tab"});
  EXPECT_EQ(stream.stats().alarms, 1);  // the deadline
}

TEST_F(ChatStreamTest, WhatIsDueAtOneTimeComesAsItWasHeldBackAndTextBeforeEndings) {
  ChatRegistration early = registration("a");
  early.deadline_ms = now + 75;
  open(early);
  open(registration("b"));
  for (const char* run : {"a", "b"}) feed(piece(run, "one"));
  for (const char* run : {"b", "a"}) feed(piece(run, " two"));
  told();
  wait(75);
  EXPECT_EQ(told(), (Lines{"delta c-b 'one two' + two -> tab", "delta c-a 'one two' + two -> tab",
                           "error c-a '' [no end before the deadline] {timeout} -> tab"}));
}

TEST_F(ChatStreamTest, ADeadlineBeforeTextIsDueEndsItsRun) {
  ChatRegistration early = registration("a");
  early.deadline_ms = now + 50;
  open(early);
  feed(piece("a", "one"));
  feed(piece("a", " two"));
  told();
  wait(50);
  EXPECT_EQ(told(), Lines{"error c-a '' [no end before the deadline] {timeout} -> tab"});
  EXPECT_EQ(stream.next_due(), std::nullopt);
}

TEST(ChatStreamLimits, OnlyTheEndOfALongTextIsKept) {
  Limits limits;
  limits.live_text_bytes = 8;
  ChatStream stream(StreamProfile{}, limits);
  ASSERT_FALSE(stream.open(registration("r"), 0));
  for (const char* part : {"abcdef", "ghé", "ijkl", "mnop"}) {
    ASSERT_TRUE(stream.feed(piece("r", part), 0).ok());
  }
  ASSERT_TRUE(stream.feed(input("r", ChatInputKind::end), 0).ok());
  const std::vector<ChatOutput> told = stream.take();
  const ChatEvent& last = std::get<ChatEvent>(told.back());
  EXPECT_EQ(last.text, "ijklmnop");
  EXPECT_TRUE(last.clipped);
}

TEST(ChatStreamLimits, TombstonesAreBounded) {
  Limits limits;
  limits.ended_runs = 2;
  ChatStream stream(StreamProfile{}, limits);
  for (const char* run : {"a", "b"}) {
    ChatRegistration made = registration(run);
    ASSERT_FALSE(stream.open(made, 0));
    ASSERT_TRUE(stream.feed(input(run, ChatInputKind::end), 0).ok());
  }
  EXPECT_EQ(stream.stats().remembered, 2);
  EXPECT_FALSE(stream.has_ended("a"));
  EXPECT_TRUE(stream.has_ended("c-b"));
}

struct Refused {
  const char* name;
  std::function<MaybeError(ChatStream&)> call;
  ErrorCode code;
  std::string field;
};

MaybeError fed(ChatStream& stream, const ChatInput& each) {
  const auto done = stream.feed(each, 0);
  return done ? MaybeError() : MaybeError(done.error());
}

MaybeError opened(ChatStream& stream, const std::function<void(ChatRegistration&)>& change) {
  ChatRegistration made = registration("new");
  change(made);
  return stream.open(made, 0);
}

TEST(ChatStreamLimits, BadInputIsRefusedAndChangesNothing) {
  Limits limits;
  limits.subscriptions = 3;
  limits.live_runs = 2;
  limits.run_clients = 2;
  limits.text_bytes = 100;
  ChatStream stream(StreamProfile{}, limits);
  ASSERT_FALSE(stream.open(registration("r"), 0));
  ASSERT_TRUE(stream.feed(piece("r", "text", 7), 0).ok());
  stream.take();
  const auto bad = ErrorCode::invalid_input;
  const std::vector<Refused> calls = {
      {"unknown run", [](auto& s) { return fed(s, piece("x", "a")); }, ErrorCode::unknown_run,
       "run_id"},
      {"empty run", [](auto& s) { return fed(s, input("", ChatInputKind::start)); }, bad, "run_id"},
      {"negative seq", [](auto& s) { return fed(s, piece("r", "a", -1)); }, bad, "seq"},
      {"huge seq", [](auto& s) { return fed(s, piece("r", "a", kMaxMillis + 1)); }, bad, "seq"},
      {"negative attempt", [](auto& s) { return fed(s, attempt("r", -1)); }, bad, "attempt"},
      {"huge delta", [](auto& s) { return fed(s, piece("r", std::string(101, 'x'))); }, bad,
       "delta"},
      {"no UTF-8", [](auto& s) { return fed(s, piece("r", "\xFF")); }, bad, "delta"},
      {"error no UTF-8", [](auto& s) { return fed(s, failure("r", "\xFF")); }, bad, "error"},
      {"open twice", [](auto& s) { return s.open(registration("r"), 0); }, bad, "run_id"},
      {"named like a client", [](auto& s) { return s.open(registration("c-r"), 0); }, bad,
       "run_id"},
      {"long id", [](auto& s) { return opened(s, [](auto& r) { r.run_id.assign(513, 'x'); }); },
       bad, "run_id"},
      {"client of another",
       [](auto& s) { return opened(s, [](auto& r) { r.clients[0].client_run_id = "r"; }); }, bad,
       "clients[0].client_run_id"},
      {"client twice",
       [](auto& s) { return opened(s, [](auto& r) { r.clients.push_back(r.clients[0]); }); }, bad,
       "clients[1].client_run_id"},
      {"key no UTF-8",
       [](auto& s) { return opened(s, [](auto& r) { r.clients[0].requested_key = "\xFF"; }); }, bad,
       "clients[0].requested_key"},
      {"subscriber blank",
       [](auto& s) { return opened(s, [](auto& r) { r.clients[0].subscribers = {""}; }); }, bad,
       "clients[0].subscribers"},
      {"too many clients",
       [](auto& s) {
         return opened(s, [](auto& r) {
           r.clients = {{"1", "", {}}, {"2", "", {}}, {"3", "", {}}};
         });
       },
       bad, "clients"},
      {"too many subscribers",
       [](auto& s) {
         return opened(s, [](auto& r) { r.clients[0].subscribers = {"a", "b", "c"}; });
       },
       bad, "subscribers"},
      {"empty key",
       [](auto& s) { return opened(s, [](auto& r) { r.session_key = SessionKey(); }); }, bad,
       "session_key"},
      {"deadline", [](auto& s) { return opened(s, [](auto& r) { r.deadline_ms = -1; }); }, bad,
       "deadline_ms"},
      {"attempt 0", [](auto& s) { return opened(s, [](auto& r) { r.attempt = 0; }); }, bad,
       "attempt"},
      {"other session", [](auto& s) { return s.attach("r", kOther, 0); }, bad, "session_key"},
      {"no session", [](auto& s) { return s.attach("r", SessionKey(), 0); }, bad, "session_key"},
      {"attach nothing", [](auto& s) { return s.attach("x", kHome, 0); }, ErrorCode::unknown_run,
       "run_id"},
      {"join nothing",
       [](auto& s) {
         return s.join("x", {"c", "", {}}, 0);
       },
       ErrorCode::unknown_run, "run_id"},
      {"join twice",
       [](auto& s) {
         return s.join("r", {"c-r", "", {}}, 0);
       },
       bad, "clients[0].client_run_id"},
      {"listen blank", [](auto& s) { return s.subscribe("", kHome, 0); }, bad, "subscriber"},
      {"listen to nothing", [](auto& s) { return s.subscribe("a", SessionKey(), 0); }, bad,
       "session_key"},
      {"time", [](auto& s) { return s.open(registration("new"), -1); }, bad, "now_ms"},
      {"reason",
       [](auto& s) {
         const auto done = s.abort("r", {}, {}, "", 0);
         return done ? MaybeError() : MaybeError(done.error());
       },
       bad, "reason"},
  };
  const std::string before = dump_json(to_json(stream.stats()));
  for (const Refused& each : calls) {
    const MaybeError failed = each.call(stream);
    ASSERT_TRUE(failed) << each.name;
    EXPECT_EQ(failed->code, each.code) << each.name;
    EXPECT_EQ(failed->field, each.field) << each.name;
    EXPECT_EQ(dump_json(to_json(stream.stats())), before) << each.name;
    EXPECT_TRUE(stream.take().empty()) << each.name;
  }
  ASSERT_FALSE(stream.open(registration("second"), 0));
  EXPECT_EQ(stream.open(registration("third"), 0)->field, "run_id");
  ASSERT_FALSE(stream.subscribe("a", kHome, 0));
  EXPECT_EQ(stream.subscribe("b", kHome, 0)->field, "subscribers");
  EXPECT_EQ(stream.find("r")->seq, 7);
}

TEST(ChatStreamLimits, AProfileIsChecked) {
  EXPECT_FALSE(check_profile(StreamProfile{}));
  EXPECT_FALSE(check_profile(StreamProfile::april()));
  StreamProfile profile;
  profile.throttle_ms = -1;
  EXPECT_EQ(check_profile(profile)->field, "throttle_ms");
  profile = {};
  profile.tombstone_ms = 74'999;
  EXPECT_EQ(check_profile(profile)->field, "tombstone_ms");
  profile = {};
  profile.ack_max_chars = -1;
  EXPECT_EQ(check_profile(profile)->field, "ack_max_chars");
}

TEST(ChatStreamProfile, AprilSendsNothingByATimer) {
  ChatStream stream(StreamProfile::april());
  ASSERT_FALSE(stream.open(registration("r"), 0));
  ASSERT_TRUE(stream.feed(piece("r", "one"), 0).ok());
  ASSERT_TRUE(stream.feed(piece("r", " two"), 149).ok());
  stream.tick(1'000);
  EXPECT_EQ(stream.take().size(), 1U);
  ASSERT_TRUE(stream.feed(piece("r", " three"), 1'000).ok());
  const auto told = stream.take();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(std::get<ChatEvent>(told[0]).text, "one two three");
}

}  // namespace
}  // namespace vagus
