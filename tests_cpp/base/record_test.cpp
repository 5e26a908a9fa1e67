#include "vagus/base/record.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace vagus {

// Directly in `vagus`, where the comparison of records is found.

enum class RecordColour { red, green, dark_blue };
constexpr std::array<std::string_view, 3> enum_names(RecordColour) {
  return {"red", "green", "dark-blue"};
}

enum class RecordOnly { one };
constexpr std::array<std::string_view, 1> enum_names(RecordOnly) {
  return {"one"};
}

struct RecordInner {
  std::int64_t x = 1;
  static constexpr std::string_view kName = "Inner";
  static constexpr auto fields() { return field_list(field("x", &RecordInner::x, "a number")); }
};

struct RecordOuter {
  std::string name;
  std::vector<RecordInner> list;
  std::optional<RecordInner> maybe;
  static constexpr std::string_view kName = "Outer";
  static constexpr auto fields() {
    return field_list(required("name", &RecordOuter::name, "its name"),
                      field("list", &RecordOuter::list, "several"),
                      field("maybe", &RecordOuter::maybe, "one or none"));
  }
};

struct RecordEmpty {
  static constexpr std::string_view kName = "Empty";
  static constexpr auto fields() { return field_list(); }
};

namespace {

static_assert(Record<RecordOuter> && Record<RecordEmpty> && !Record<std::string> && !Record<int>);
static_assert(NamedEnum<RecordColour> && !NamedEnum<ErrorCode> && !NamedEnum<int>);

TEST(Record, VisitsItsFieldsInDeclarationOrder) {
  std::vector<std::string> seen;
  for_each_field<RecordOuter>([&](const auto& each) {
    seen.push_back(std::string(each.name) + (each.required ? "!" : ""));
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"name!", "list", "maybe"}));
}

TEST(Record, ComparesEveryFieldAndInside) {
  const RecordOuter base{"a", {{1}, {2}}, RecordInner{3}};
  EXPECT_EQ(base, (RecordOuter{"a", {{1}, {2}}, RecordInner{3}}));
  EXPECT_NE(base, (RecordOuter{"b", {{1}, {2}}, RecordInner{3}}));
  EXPECT_NE(base, (RecordOuter{"a", {{1}, {9}}, RecordInner{3}}));
  EXPECT_NE(base, (RecordOuter{"a", {{1}}, RecordInner{3}}));
  EXPECT_NE(base, (RecordOuter{"a", {{1}, {2}}, RecordInner{4}}));
  EXPECT_NE(base, (RecordOuter{"a", {{1}, {2}}, std::nullopt}));
  EXPECT_EQ(RecordEmpty{}, RecordEmpty{});
}

TEST(NamedEnum, NamesGoBothWays) {
  for (const RecordColour colour :
       {RecordColour::red, RecordColour::green, RecordColour::dark_blue}) {
    EXPECT_EQ(enum_from_name<RecordColour>(name_of(colour)), colour);
  }
  EXPECT_EQ(name_of(RecordColour::dark_blue), "dark-blue");
  for (const std::string_view bad : {"", "Red", "dark_blue", "red "}) {
    EXPECT_FALSE(enum_from_name<RecordColour>(bad)) << bad;
  }
}

TEST(NamedEnum, ListsItsNamesForPeople) {
  EXPECT_EQ(allowed_names<RecordColour>(), "red, green or dark-blue");
  EXPECT_EQ(allowed_names<RecordOnly>(), "one");
}

}  // namespace
}  // namespace vagus
