#include "vagus/context/reference_pricing.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "vagus/context/weighted_chars.hpp"

namespace vagus {
namespace {

Json message(std::string_view role, Json content) {
  return {{"role", role}, {"content", std::move(content)}};
}

const Json kImage = {{"type", "image"}, {"data", "AAAA"}};

TEST(ReferencePricing, WeighsCharactersByScript) {
  EXPECT_EQ(weighted_chars("漢字abc", 1), 11);
  EXPECT_EQ(weighted_chars("漢字abc", 2), 14);
  EXPECT_EQ(weighted_chars("😀", 1), 2);
  EXPECT_EQ(weighted_chars("😀", 2), 4);
  EXPECT_EQ(weighted_chars("𠀀", 1), 16);
  EXPECT_EQ(weighted_chars("ｆ", 1), 4);
  EXPECT_EQ(weighted_chars("\xFF", 1), 1);
}

TEST(ReferencePricing, VersionsDisagreeAboutImagesAndScripts) {
  const auto estimate = [](const Json& json) {
    return std::pair{reference_estimate(json, ReferenceVersion::v2026_4),
                     reference_estimate(json, ReferenceVersion::v2026_9)};
  };
  using Both = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(estimate(message("user", "漢字漢字")), (Both{1, 4}));
  EXPECT_EQ(estimate(message("user", Json::array({kImage}))), (Both{0, 2'014}));
  EXPECT_EQ(estimate(message("toolResult", Json::array({kImage}))), (Both{1'200, 2'014}));
  EXPECT_EQ(estimate(message("system", "Obey.")), (Both{0, 0}));
}

// The reference let its own prompt of 55,152 characters go for nothing, and later did not.
TEST(ReferencePricing, TheIncidentsSystemPrompt) {
  const std::string system(55'152, 's');
  EXPECT_EQ(reference_rendered_prompt(system, "tick"), 13'813);
  EXPECT_EQ(reference_pre_prompt(Json::array({message("system", system)}), "tick"), 2);
}

TEST(ReferencePricing, CountsWhatHasAnotherShapeForNothing) {
  const Json odd[] = {nullptr,
                      5,
                      "text",
                      Json::array({1}),
                      Json::object(),
                      message("user", 5),
                      message("assistant", Json::array({5, nullptr})),
                      Json{{"role", 5}}};
  for (const Json& json : odd) {
    EXPECT_EQ(reference_estimate(json, ReferenceVersion::v2026_9), 0) << json;
    EXPECT_GE(reference_pressure(json), 0) << json;
    EXPECT_GE(reference_guard_chars(json), 0) << json;
    EXPECT_GE(reference_tools(json), 0) << json;
    EXPECT_GE(reference_pre_prompt(json, ""), 0) << json;
  }
}

}  // namespace
}  // namespace vagus
