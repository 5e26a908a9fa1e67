#include "vagus/base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace vagus {
namespace {

Error refusal(std::string_view text) {
  const Result<Json> parsed = parse_json(text, ErrorCode::invalid_config);
  if (!parsed) return parsed.error();
  ADD_FAILURE() << "parsed: " << text.substr(0, 80);
  return {};
}

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

std::string object_with(std::size_t fields) {
  std::string text = "{";
  for (std::size_t i = 0; i < fields; ++i) {
    text += (i > 0 ? ",\"f" : "\"f") + std::to_string(i) + "\":0";
  }
  return text + "}";
}

TEST(ParseJson, KeepsTheOrderOfFields) {
  const Result<Json> parsed =
      parse_json(R"( {"z": 1, "a": [true, null, "x"]} )", ErrorCode::invalid_input);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(dump_json(*parsed), R"({"z":1,"a":[true,null,"x"]})");
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  const std::pair<std::string, std::size_t> cases[] = {
      {"", 0},          {"   ", 3},          {"{", 1},
      {"{\"a\":}", 5},  {"[1,]", 3},         {"nul", 3},
      {"1 2", 2},       {"{'a':1}", 1},      {"\"\\ud800\"", 7},
      {"\"a\xff\"", 2}, {"\"\xc0\xaf\"", 1}, {"\"\xed\xa0\x80\"", 2},
  };
  for (const auto& [text, byte] : cases) {
    const Error error = refusal(text);
    EXPECT_EQ(error.code, ErrorCode::invalid_config);
    EXPECT_EQ(error.field, "$");
    EXPECT_EQ(error.message, "not valid JSON at byte " + std::to_string(byte)) << text;
  }
}

TEST(ParseJson, ShowsTheTextAtTheMistake) {
  EXPECT_EQ(refusal(R"({"agents": oops})").value, "\"oops}\"");
}

TEST(ParseJson, RefusesNumbersBeyondDoubles) {
  const Error error = refusal("[1e999]");
  EXPECT_EQ(error.field, "$");
  EXPECT_EQ(error.message, "a number is out of range at byte 5");
}

TEST(ParseJson, BoundsDepthAndNotTheNumberOfBrackets) {
  const std::size_t most = static_cast<std::size_t>(kMaxJsonDepth);
  EXPECT_TRUE(parse_json(nested(most, "[", "]"), ErrorCode::invalid_input));
  EXPECT_TRUE(parse_json(nested(most, "{\"a\":", "}"), ErrorCode::invalid_input));
  EXPECT_TRUE(parse_json("[" + std::string(100'000, ' ') + "[],[],[]]", ErrorCode::invalid_input));
  EXPECT_TRUE(parse_json("\"" + std::string(100'000, '[') + "\"", ErrorCode::invalid_input));
  EXPECT_TRUE(parse_json("\"\\\"" + std::string(1'000, '{') + "\"", ErrorCode::invalid_input));
  for (const std::size_t depth : {most + 1, std::size_t{100'000}}) {
    EXPECT_EQ(refusal(nested(depth, "[", "]")).message, "nested deeper than 64 levels");
    EXPECT_EQ(refusal(nested(depth, "{\"a\":", "}")).message, "nested deeper than 64 levels");
    EXPECT_EQ(refusal(std::string(depth, '[')).message, "nested deeper than 64 levels");
  }
}

TEST(ParseJson, ReadsLargeObjectsAndLongLists) {
  const Result<Json> object = parse_json(object_with(30'000), ErrorCode::invalid_input);
  ASSERT_TRUE(object);
  EXPECT_EQ(object->size(), 30'000u);
  std::string list = "[{}";
  for (int i = 1; i < 30'000; ++i) list += ",{}";
  const Result<Json> parsed = parse_json(list + "]", ErrorCode::invalid_input);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->size(), 30'000u);
}

TEST(ParseJson, RefusesAFieldGivenTwice) {
  const Error error = refusal(R"({"a": {"id": 1, "x": {"id": 2}, "id": 3}})");
  EXPECT_EQ(error.message, "a field is given twice");
  EXPECT_EQ(error.value, "\"id\"");
  EXPECT_TRUE(parse_json(R"([{"id":1},{"id":1,"x":{"id":1}}])", ErrorCode::invalid_input));
  EXPECT_EQ(refusal(R"({"\u0061": 1, "a": 2})").value, "\"a\"");
}

TEST(ParseJson, TakesTextOfTenMegabytes) {
  const std::string text(10'000'000, 'x');
  const Result<Json> parsed = parse_json("\"" + text + "\"", ErrorCode::invalid_input);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->get_ref<const std::string&>().size(), text.size());
  EXPECT_LT(json_quoted(*parsed).size(), 100u);
}

TEST(DumpJson, WritesBadBytesAsReplacementCharacters) {
  EXPECT_EQ(dump_json(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

TEST(JsonQuoted, IsShortPrintableAndNeverCutsACharacter) {
  EXPECT_EQ(json_quoted(Json("a\nb")), "\"a\\x0ab\"");
  EXPECT_EQ(json_quoted(Json(12)), "12");
  EXPECT_EQ(json_quoted(Json(nullptr)), "null");
  EXPECT_EQ(json_quoted(Json::array({"é"})), "[\"\\u00e9\"]");
  for (std::size_t shift = 0; shift < 4; ++shift) {
    const Json list = Json::array({std::string(shift, 'x') + std::string(20, 'x') + [] {
      std::string wide;
      for (int i = 0; i < 100; ++i) wide += "日";
      return wide;
    }()});
    const std::string quoted = json_quoted(list);
    EXPECT_LE(quoted.size(), 80u);
    for (const char c : quoted) EXPECT_GE(c, ' ') << quoted;
    EXPECT_EQ(quoted.substr(60), "... (array)");
  }
}

TEST(JoinPath, ReadsLikeTheConfiguration) {
  EXPECT_EQ(join_path("", "agents"), "agents");
  EXPECT_EQ(join_path("agents", "list"), "agents.list");
  EXPECT_EQ(join_path(join_path("agents.list", 3), "id"), "agents.list[3].id");
  EXPECT_EQ(join_path("models", "gpt-5_x"), "models.gpt-5_x");
  EXPECT_EQ(join_path("models", "openai/gpt 4.1"), "models[\"openai/gpt 4.1\"]");
  EXPECT_EQ(join_path("models", ""), "models[\"\"]");
  EXPECT_LT(join_path("models", std::string(1'000'000, 'x')).size(), 100u);
}

TEST(UnknownField, SuggestsTheNearestName) {
  const std::vector<std::string_view> known = {"isolated_session", "light_context", "every", "to"};
  const auto message = [&](std::string_view name) {
    return unknown_field(ErrorCode::invalid_config, "a.b", name, known).message;
  };
  EXPECT_EQ(message("isolatedSession"), "unknown field, did you mean 'isolated_session'?");
  EXPECT_EQ(message("light-context"), "unknown field, did you mean 'light_context'?");
  EXPECT_EQ(message("evry"), "unknown field, did you mean 'every'?");
  EXPECT_EQ(message("xyz"),
            "unknown field; known fields are isolated_session, light_context, every, to");
  EXPECT_EQ(message(std::string(1'000'000, 'e')).find("unknown field; "), 0u);
}

TEST(UnknownField, NamesThePath) {
  const Error error = unknown_field(ErrorCode::invalid_input, "a[0]", "b", {"c"});
  EXPECT_EQ(error.code, ErrorCode::invalid_input);
  EXPECT_EQ(error.field, "a[0].b");
  EXPECT_EQ(error.what(), "a[0].b: unknown field; known fields are c");
}

}  // namespace
}  // namespace vagus
