#include "vagus/config/hook_template.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "vagus/hooks/payload.hpp"

namespace vagus {
namespace {

HookRequest request() {
  HookRequest made;
  made.path = "gh";
  made.headers = {{"x-a", "H"}};
  made.query = {{"q", "Q"}, {"a.b", "dotted"}, {"bad", "caf\xE9"}};
  made.now = 1'779'056'100'250;
  return made;
}

Json payload() {
  const std::string text = R"({"a": {"b": [4, {"c": "v"}], "n": null, "t": true, "x-y": "d"},
      "s": "str", "f": 1.5, "o": {"k": [1, "é"]}, "__proto__": "p", "constructor": {"name": "c"},
      "headers": {"x": "mine"}, "long": ")";
  return parse_hook_body(text + std::string(200'000, 'x') + "\"}").value_or_throw();
}

Result<std::string> render(std::string_view text) {
  return HookTemplate::parse("t", text).value_or_throw().render("message", request(), payload());
}

std::string rendered(std::string_view text) {
  return render(text).value_or_throw();
}

TEST(HookTemplate, NamesPartsOfTheRequest) {
  EXPECT_EQ(rendered("{{path}} {{headers.X-A}} {{query.q}} {{now}}"),
            "gh H Q 2026-05-17T22:15:00.250Z");
  EXPECT_EQ(rendered("{{ s }}{{payload.s}}{{a.b[0]}}{{a.b[1].c}}{{a.x-y}}{{f}}"), "strstr4vd1.5");
  EXPECT_EQ(rendered("{{query.a.b}}{{payload.headers.x}}"), "dottedmine");
}

TEST(HookTemplate, WritesListsAndObjectsAsJson) {
  EXPECT_EQ(rendered("{{a.b}} {{o}} {{a.t}}"), R"([4,{"c":"v"}] {"k":[1,"é"]} true)");
}

TEST(HookTemplate, MissingPartsAreEmpty) {
  for (const char* expression : {"missing", "missing.deep", "a.n", "a.n.x", "s.length", "a.b[9]",
                                 "a.b[9].c", "a.b.c", "s[0]", "a[0]", "headers.no", "query.no",
                                 "payload.", " ", ".", "[", "[]", "a.b[99999999999999999999]"}) {
    EXPECT_EQ(rendered("[{{" + std::string(expression) + "}}]"), "[]") << expression;
  }
}

TEST(HookTemplate, PrototypesAreOutOfReach) {
  EXPECT_EQ(rendered("{{__proto__}}{{a.__proto__}}{{constructor.name}}{{payload.prototype}}"), "");
}

TEST(HookTemplate, OtherBracesAreText) {
  for (const char* text : {"", "{}", "{{}}", "{{", "}}", "{{a", "{{a}", "{{a} }", "{ {s} }"}) {
    EXPECT_EQ(rendered(text), text);
  }
  EXPECT_EQ(rendered("{{a}b}}{{s}}"), "{{a}b}}str");
  EXPECT_EQ(rendered("{{{s}}}"), "}") << "the expression is `{s`";
}

TEST(HookTemplate, KnowsWhetherARequestChangesIt) {
  EXPECT_TRUE(HookTemplate::parse("t", "hook:x {{}}").value_or_throw().is_constant());
  EXPECT_FALSE(HookTemplate::parse("t", "hook:{{s}}").value_or_throw().is_constant());
}

TEST(HookTemplate, IsBounded) {
  const auto parsed = HookTemplate::parse("$[0].name", std::string(kMaxHookTemplateBytes + 1, 'x'));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().field, "$[0].name");
  EXPECT_EQ(parsed.error().code, ErrorCode::invalid_config);
  std::string many;
  while (many.size() + 8 <= kMaxHookTemplateBytes) many += "{{long}}";
  const auto text = render(many);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().field, "message");
  EXPECT_EQ(text.error().code, ErrorCode::invalid_input);
}

TEST(HookTemplate, ReadsHostileTextInOnePass) {
  for (const char* unit : {"{", "{{", "{{a}", "}", "{{}}", "{{z[}}"}) {
    std::string text;
    while (text.size() + 8 <= kMaxHookTemplateBytes) text += unit;
    EXPECT_LE(rendered(text).size(), text.size()) << unit;
  }
  const std::string brackets(kMaxHookTemplateBytes - 4, '[');
  EXPECT_EQ(rendered("{{" + brackets + "}}"), "");
}

TEST(HookTemplate, RefusesBytesThatAreNoText) {
  const Result<std::string> text = render("Built {{query.bad}}");
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().field, "message");
}

}  // namespace
}  // namespace vagus
