#include "vagus/heartbeat/tasks.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace vagus {
namespace {

constexpr std::int64_t kMany = 200;
constexpr Millis kNow = 1'750'000'000'000;

std::string shown(std::string_view text, std::int64_t max_tasks = kMany) {
  std::string list;
  for (const ChecklistTask& task : read_tasks(text, max_tasks).tasks) {
    list += task.name + "|" + task.interval + "|" + task.prompt + ";";
  }
  return list;
}

bool due(std::string interval, std::optional<Millis> last_run) {
  return task_is_due({"a", std::move(interval), "p"}, last_run, kNow);
}

TEST(Tasks, AreReadInOrder) {
  EXPECT_EQ(shown("# H\ntasks:\n  - name: a\n    interval: 30m\n    prompt: \"Do a\"\n"
                  "  - name: b\n    interval: 1h\n    prompt: Do b\n"),
            "a|30m|Do a;b|1h|Do b;");
  EXPECT_EQ(shown("tasks:\r\n- name: a\r\n\tinterval: 1m\r\n\r\n prompt: p\r\n"), "a|1m|p;");
}

TEST(Tasks, NeedAllThreeFields) {
  for (const std::string_view text : {"", "tasks:", "tasks:\n  - name: a\n    interval: 1m\n",
                                      "tasks:\n  - name:\n    interval: 1m\n    prompt: p\n",
                                      "tasks:\n  - name: a\n    interval: ''\n    prompt: p\n",
                                      "- name: a\n  interval: 1m\n  prompt: p\n",
                                      "Tasks:\n - name: a\n  interval: 1m\n  prompt: p",
                                      "tasks:\n  -name: a\n    interval: 1m\n    prompt: p"}) {
    EXPECT_EQ(shown(text), "") << text;
  }
}

TEST(Tasks, FieldsAreIndentedAndAnyOtherLineEndsTheBlock) {
  EXPECT_EQ(shown("tasks:\n- name: a\ninterval: 5m\nprompt: x\n"), "");
  EXPECT_EQ(shown("tasks:\n  # comment\n  - name: a\n    interval: 1m\n    prompt: p\n"), "");
  EXPECT_EQ(
      shown("tasks:\nprompt: x\n  interval: 2m\n  - name: a\n    interval: 1m\n    prompt: p\n"),
      "a|1m|p;");
  EXPECT_EQ(shown("tasks:\n  - name: a\n    interval: 1m\n    prompt: p\nNotes\n"
                  "  - name: b\n    interval: 1m\n    prompt: q\n"),
            "a|1m|p;");
  EXPECT_EQ(shown("tasks:\n  - name: a\n    interval: 1m\n    prompt: p\n  tasks:\n"
                  "  - name: b\n    interval: 2m\n    prompt: q\n"),
            "a|1m|p;b|2m|q;");
}

TEST(Tasks, ValuesAreTakenAsTheyAre) {
  EXPECT_EQ(shown("tasks:\n  - name: \"q's\"\n    interval: '10m'\n    prompt: \"a: b\n"),
            "q's|10m|a: b;");
  EXPECT_EQ(shown("tasks:\n  - name: a\n    interval: 1m\n    prompt: p # more\n"),
            "a|1m|p # more;");
  EXPECT_EQ(shown("tasks:\n  - name: a\n    prompt: p1\n    interval: 1m\n    prompt: p2\n"),
            "a|1m|p2;");
  EXPECT_EQ(shown("tasks:\n  - name: d\n    interval: 1m\n    prompt: p\n"
                  "  - name: d\n    interval: 2m\n    prompt: q\n"),
            "d|1m|p;d|2m|q;");
}

TEST(Tasks, ThoseBeyondTheLimitAreCounted) {
  std::string text = "tasks:\n";
  for (int i = 0; i < 5; ++i) {
    text += "  - name: t" + std::to_string(i) + "\n    interval: 1m\n    prompt: p\n";
  }
  EXPECT_EQ(shown(text, 2), "t0|1m|p;t1|1m|p;");
  EXPECT_EQ(read_tasks(text, 2).ignored, 3);
  EXPECT_EQ(read_tasks(text, 5).ignored, 0);
}

TEST(Tasks, ANameIsBounded) {
  const auto named = [](std::size_t bytes) {
    return "tasks:\n  - name: " + std::string(bytes, 'n') + "\n    interval: 1m\n    prompt: p\n";
  };
  EXPECT_EQ(read_tasks(named(kMaxTaskNameBytes), kMany).tasks.size(), 1U);
  EXPECT_EQ(read_tasks(named(kMaxTaskNameBytes + 1), kMany).tasks.size(), 0U);
  EXPECT_EQ(read_tasks(named(kMaxTaskNameBytes + 1), kMany).ignored, 1);
}

TEST(Tasks, TheRestOfTheFileIsKept) {
  EXPECT_EQ(without_tasks("# H\n\ntasks:\n- name: a\n  interval: 5m\n  prompt: x\n\nFree text\n"),
            "# H\n\nFree text");
  EXPECT_EQ(without_tasks("tasks:\n- name: a\ninterval: 5m\nprompt: x\n"),
            "interval: 5m\nprompt: x");
  EXPECT_EQ(without_tasks("tasks:\n  - name: a\n  # comment\n   note: x"), "");
  EXPECT_EQ(without_tasks("  no block \n"), "no block");
  EXPECT_EQ(without_tasks("tasks:\n  - name: a\ntasks:\n  - name: b"), "tasks:\n  - name: b");
  EXPECT_EQ(without_tasks(""), "");
}

TEST(Tasks, AreDueWhenTheirIntervalIsOver) {
  EXPECT_TRUE(due("30m", std::nullopt));
  EXPECT_TRUE(due("30m", kNow - 30 * kMinute));
  EXPECT_FALSE(due("30m", kNow - 30 * kMinute + 1));
  EXPECT_TRUE(due("1", kNow - kMinute));
  EXPECT_TRUE(due("500ms", kNow - 500));
  EXPECT_TRUE(due("0m", kNow));
}

TEST(Tasks, OneWithoutADurationIsDueOnce) {
  for (const char* interval : {"bad", "", "-1m"}) {
    EXPECT_TRUE(due(interval, std::nullopt)) << interval;
    EXPECT_FALSE(due(interval, 0)) << interval;
  }
}

TEST(Tasks, ReadBackWhatIsWritten) {
  const std::vector<std::string> words = {"inbox", "a b", "x: y", "it's", "- name", "tasks", "q#"};
  std::uint64_t state = 5;
  const auto word = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return words[(state >> 33) % words.size()];
  };
  for (int round = 0; round < 500; ++round) {
    std::string text = "Directive\n\ntasks:\n";
    std::string expected;
    for (int i = 0; i < 4; ++i) {
      const ChecklistTask task{word(), word(), word()};
      text += "  - name: \"" + task.name + "\"\n    interval: \"" + task.interval +
              "\"\n    prompt: \"" + task.prompt + "\"\n";
      expected += task.name + "|" + task.interval + "|" + task.prompt + ";";
    }
    EXPECT_EQ(shown(text + "\nRest\n"), expected) << text;
    EXPECT_EQ(without_tasks(text + "\nRest\n"), "Directive\n\nRest");
  }
}

TEST(Tasks, LongFilesTakeLinearTime) {
  std::string text = "tasks:\n";
  for (int i = 0; i < 200'000; ++i) text += "  - name: a\n";
  EXPECT_EQ(shown(text), "");
  EXPECT_EQ(without_tasks(text), "");
  const std::string quotes = "tasks:\n  - name: " + std::string(1'000'000, '"');
  EXPECT_EQ(shown(quotes), "");
}

}  // namespace
}  // namespace vagus
