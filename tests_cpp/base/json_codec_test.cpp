#include "vagus/base/json_codec.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace vagus {

// Directly in `vagus`, where the comparison of records is found.

enum class CodecColour { red, green };
constexpr std::array<std::string_view, 2> enum_names(CodecColour) {
  return {"red", "green"};
}

/// A text value that accepts capitals only.
class CodecShout {
 public:
  static Result<CodecShout> parse(std::string_view text) {
    for (const char c : text) {
      if (c < 'A' || c > 'Z') {
        return make_error(ErrorCode::invalid_key, "shout", text, "must be capitals");
      }
    }
    CodecShout shout;
    shout.text_ = text;
    return shout;
  }
  std::string str() const { return text_; }
  bool operator==(const CodecShout&) const = default;

 private:
  std::string text_;
};

struct CodecLeaf {
  std::int64_t number = 5;
  bool flag = false;

  static constexpr std::string_view kName = "Leaf";
  static constexpr auto fields() {
    return field_list(required("number", &CodecLeaf::number, ""),
                      field("flag", &CodecLeaf::flag, ""));
  }
};

struct CodecTree {
  std::string text = "unset";
  CodecColour colour = CodecColour::green;
  CodecShout shout;
  std::optional<std::int64_t> maybe;
  std::vector<CodecLeaf> leaves;
  std::map<std::string, std::optional<std::string>> named;

  static constexpr std::string_view kName = "Tree";
  static constexpr auto fields() {
    return field_list(field("text", &CodecTree::text, ""), field("colour", &CodecTree::colour, ""),
                      field("shout", &CodecTree::shout, ""), field("maybe", &CodecTree::maybe, ""),
                      field("leaves", &CodecTree::leaves, ""),
                      field("named", &CodecTree::named, ""));
  }
};

using CodecEither = std::variant<CodecLeaf, CodecTree>;

namespace {

template <class T>
Result<T> read(std::string_view text) {
  const Json json = Json::parse(text);
  T value{};
  if (auto failed = JsonReader(ErrorCode::invalid_input).read(json, "", value)) return *failed;
  return value;
}

TEST(JsonCodec, ReadsEveryKindOfField) {
  const Result<CodecTree> tree = read<CodecTree>(
      R"({"text":"a","colour":"red","shout":"HEY","maybe":-3,"leaves":[{"number":1,"flag":true}],
          "named":{"x":"y","gone":null}})");
  ASSERT_TRUE(tree) << tree.error().what();
  EXPECT_EQ(tree->text, "a");
  EXPECT_EQ(tree->colour, CodecColour::red);
  EXPECT_EQ(tree->shout.str(), "HEY");
  EXPECT_EQ(tree->maybe, -3);
  EXPECT_EQ(tree->leaves, (std::vector<CodecLeaf>{{1, true}}));
  EXPECT_EQ(tree->named.at("x"), "y");
  EXPECT_EQ(tree->named.at("gone"), std::nullopt);
}

TEST(JsonCodec, KeepsDefaultsOfFieldsLeftOut) {
  const Result<CodecTree> tree = read<CodecTree>("{}");
  ASSERT_TRUE(tree);
  EXPECT_EQ(*tree, CodecTree{});
  EXPECT_EQ(tree->text, "unset");
}

TEST(JsonCodec, NullUnsetsAnOptionalFieldOnly) {
  EXPECT_TRUE(read<CodecTree>(R"({"maybe":null})"));
  EXPECT_FALSE(read<CodecTree>(R"({"text":null})"));
}

struct Refusal {
  std::string json;
  std::string what;
};

class JsonCodecRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(JsonCodecRefuses, WithPathValueAndWhatIsAllowed) {
  const Result<CodecTree> tree = read<CodecTree>(GetParam().json);
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, ErrorCode::invalid_input);
  EXPECT_EQ(tree.error().what(), GetParam().what);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, JsonCodecRefuses,
    ::testing::Values(Refusal{"[]", "$: must be an object, got []"},
                      Refusal{"7", "$: must be an object, got 7"},
                      Refusal{R"({"text":7})", "text: must be text, got 7"},
                      Refusal{R"({"colour":"blue"})", "colour: must be red or green, got \"blue\""},
                      Refusal{R"({"colour":1})", "colour: must be red or green, got 1"},
                      Refusal{R"({"shout":"hey"})", "shout: must be capitals, got \"hey\""},
                      Refusal{R"({"shout":[]})", "shout: must be text, got []"},
                      Refusal{R"({"maybe":1.5})", "maybe: must be a whole number, got 1.5"},
                      Refusal{R"({"maybe":"1"})", "maybe: must be a whole number, got \"1\""},
                      Refusal{R"({"maybe":9223372036854775808})",
                              "maybe: must be a whole number, got 9223372036854775808"},
                      Refusal{R"({"leaves":{}})", "leaves: must be a list, got {}"},
                      Refusal{R"({"leaves":[{"number":1},{}]})", "leaves[1].number: is required"},
                      Refusal{R"({"leaves":[{"number":1,"flag":0}]})",
                              "leaves[0].flag: must be true or false, got 0"},
                      Refusal{R"({"leaves":[null]})", "leaves[0]: must be an object, got null"},
                      Refusal{R"({"named":{"a b":1}})", "named[\"a b\"]: must be text, got 1"},
                      Refusal{R"({"named":[]})", "named: must be an object, got []"},
                      Refusal{R"({"txt":1})", "txt: unknown field, did you mean 'text'?"},
                      Refusal{R"({"leaves":[{"number":1,"Flag":true}]})",
                              "leaves[0].Flag: unknown field, did you mean 'flag'?"}));

TEST(JsonCodec, ReadsTheWholeRangeOfIntegers) {
  for (const std::int64_t edge : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0},
                                  std::numeric_limits<std::int64_t>::max()}) {
    const Result<CodecLeaf> leaf = read<CodecLeaf>("{\"number\":" + std::to_string(edge) + "}");
    ASSERT_TRUE(leaf) << edge;
    EXPECT_EQ(leaf->number, edge);
  }
}

TEST(JsonCodec, LeavesTheTargetAloneWhenItRefuses) {
  CodecTree tree;
  tree.text = "before";
  const Json bad = Json::parse(R"({"text":"after","colour":"blue"})");
  ASSERT_TRUE(JsonReader(ErrorCode::invalid_input).read(bad, "", tree));
  EXPECT_EQ(tree.text, "before");
}

TEST(JsonCodec, PutsTheCallersPathInFront) {
  CodecLeaf leaf;
  const MaybeError failed =
      JsonReader(ErrorCode::invalid_config).read(Json::parse(R"({"number":"x"})"), "a[2]", leaf);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->code, ErrorCode::invalid_config);
  EXPECT_EQ(failed->field, "a[2].number");
}

TEST(JsonCodec, TellsVariantsApartByType) {
  const Result<CodecEither> leaf = read<CodecEither>(R"({"number":3,"type":"Leaf"})");
  ASSERT_TRUE(leaf);
  EXPECT_EQ(std::get<CodecLeaf>(*leaf).number, 3);
  const Result<CodecEither> tree = read<CodecEither>(R"({"type":"Tree","text":"t"})");
  ASSERT_TRUE(tree);
  EXPECT_EQ(std::get<CodecTree>(*tree).text, "t");
}

TEST(JsonCodec, RefusesVariantsItDoesNotKnow) {
  const std::pair<std::string, std::string> cases[] = {
      {"[]", "$: must be an object, got []"},
      {"{}", "type: is required"},
      {R"({"type":3})", "type: must be text, got 3"},
      {R"({"type":"Bush"})", "type: must be one of Leaf, Tree, got \"Bush\""},
      {R"({"type":"Leaf"})", "number: is required"},
      {R"({"type":"Leaf","number":1,"text":""})",
       "text: unknown field; known fields are number, flag"},
  };
  for (const auto& [json, what] : cases) {
    const Result<CodecEither> value = read<CodecEither>(json);
    ASSERT_FALSE(value) << json;
    EXPECT_EQ(value.error().what(), what);
  }
}

TEST(JsonCodec, WritesFieldsInDeclarationOrderAndLeavesUnsetOptionalsOut) {
  EXPECT_EQ(dump_json(to_json(CodecTree{})),
            R"({"text":"unset","colour":"green","shout":"","leaves":[],"named":{}})");
  EXPECT_EQ(dump_json(to_json(CodecEither(CodecLeaf{2, true}))),
            R"({"type":"Leaf","number":2,"flag":true})");
}

TEST(JsonCodec, ReadsBackWhatItWrote) {
  CodecTree tree;
  tree.text = "quote \" slash \\ newline \n nul " + std::string(1, '\0') + " 日本 😀";
  tree.colour = CodecColour::red;
  tree.shout = *CodecShout::parse("HEY");
  tree.maybe = std::numeric_limits<std::int64_t>::min();
  tree.leaves = {{1, true}, {-2, false}};
  tree.named = {{"file.md", "text"}, {"gone", std::nullopt}, {"", ""}};
  const Result<CodecEither> back = read<CodecEither>(dump_json(to_json(CodecEither(tree))));
  ASSERT_TRUE(back) << back.error().what();
  EXPECT_EQ(std::get<CodecTree>(*back), tree);
}

}  // namespace
}  // namespace vagus
