#include "vagus/text/template.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace vagus {
namespace {

constexpr std::string_view kFields[] = {"agent", "tasks"};
constexpr TemplateRule kRule{kFields};
constexpr TemplateRule kNeedsTasks{kFields, "tasks"};

std::string refusal(std::string_view text, const TemplateRule& rule = kRule) {
  const MaybeError failed = check_template("a.prompt", text, rule);
  if (!failed) return "";
  EXPECT_EQ(failed->code, ErrorCode::invalid_config) << text;
  EXPECT_EQ(failed->field, "a.prompt") << text;
  EXPECT_FALSE(failed->value.empty()) << text;
  return failed->message;
}

TEST(Template, KnowsItsFields) {
  for (const std::string_view text :
       {"", "plain", "{{agent}}", "{{ agent }} {{agent}}", "{{agent}}{{tasks}}", "{ } {x}"}) {
    EXPECT_EQ(refusal(text), "") << text;
  }
  for (const std::string_view text : {"{{agnet}}", "{{}}", "{{ }}", "{{Agent}}", "{{agent.id}}"}) {
    EXPECT_EQ(refusal(text), "is no field here; there are {{agent}}, {{tasks}}") << text;
  }
}

TEST(Template, BracesPair) {
  for (const std::string_view text : {"{{agent", "agent}}", "{{", "}}", "{{agent}} }}",
                                      "{{a {{agent}}", "}}{{", "{{agent}} {{tasks"}) {
    EXPECT_EQ(refusal(text), "braces must pair, around one of {{agent}}, {{tasks}}") << text;
  }
}

TEST(Template, HasWhatItNeedsOnce) {
  EXPECT_EQ(refusal("{{agent}}: {{tasks}}", kNeedsTasks), "");
  for (const std::string_view text : {"Do them.", "{{agent}}", "{{tasks}} {{tasks}}"}) {
    EXPECT_EQ(refusal(text, kNeedsTasks),
              "must have {{tasks}} once; there are {{agent}}, {{tasks}}")
        << text;
  }
}

TEST(Template, IsBoundedText) {
  EXPECT_EQ(refusal(std::string(kMaxTemplateBytes, 'x')), "");
  EXPECT_EQ(refusal(std::string(kMaxTemplateBytes + 1, 'x')), "must be at most 65536 bytes");
  EXPECT_EQ(refusal("bad \xff"), "not valid UTF-8");
}

TEST(Template, IsFilled) {
  const TemplateValues values = {{"agent", "ops"}, {"tasks", "- a\n- b"}};
  EXPECT_EQ(fill_template("{{agent}}: {{ tasks }}!", values), "ops: - a\n- b!");
  EXPECT_EQ(fill_template("no fields", values), "no fields");
  EXPECT_EQ(fill_template("[{{session}}]", values), "[]");
  EXPECT_EQ(fill_template("{{agent", values), "{{agent");
}

TEST(Template, ValuesBringNoFields) {
  EXPECT_EQ(fill_template("{{agent}}", {{"agent", "{{tasks}}"}, {"tasks", "x"}}), "{{tasks}}");
}

TEST(Template, LongTextsTakeLinearTime) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "{{agent}}";
  EXPECT_EQ(fill_template(text, {{"agent", "x"}}), std::string(200'000, 'x'));
  std::string open;
  for (int i = 0; i < 200'000; ++i) open += "{{ ";
  EXPECT_EQ(fill_template(open, {}), open);
}

}  // namespace
}  // namespace vagus
