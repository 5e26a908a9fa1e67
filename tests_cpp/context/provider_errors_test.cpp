#include "vagus/context/provider_errors.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vagus {
namespace {

struct Told {
  std::string text;
  ProviderErrorKind kind;
  std::optional<std::int64_t> observed = {};
  std::optional<std::int64_t> limit = {};
};

class ProviderErrors : public testing::TestWithParam<Told> {};

TEST_P(ProviderErrors, AreRead) {
  const Told& told = GetParam();
  const ProviderError error = classify_provider_error(told.text);
  EXPECT_EQ(name_of(error.kind), name_of(told.kind)) << told.text;
  EXPECT_EQ(error.observed_tokens, told.observed) << told.text;
  EXPECT_EQ(error.limit_tokens, told.limit) << told.text;
}

using enum ProviderErrorKind;

INSTANTIATE_TEST_SUITE_P(
    Texts, ProviderErrors,
    testing::Values(
        Told{"", other}, Told{"invalid api key", other},
        Told{"Prompt is too long: 215,000 tokens > 200000 maximum", overflow, 215'000, 200'000},
        Told{"input length and `max_tokens` exceed context limit: 199211 + 20000 > 200000",
             overflow, 199'211, 200'000},
        Told{"This model's maximum context length is 128000 tokens. However, your messages "
             "resulted in 130512 tokens.",
             overflow, 130'512, 128'000},
        Told{"The input token count (1048600) exceeds the maximum number of tokens allowed "
             "(1048576).",
             overflow, 1'048'600, 1'048'576},
        Told{"ValidationException: Input is too long for requested model.", overflow},
        Told{"Total tokens 9,000 exceeds the model's limit", overflow},
        Told{"413 Payload Too Large", overflow}, Told{"REQUEST_TOO_LARGE", overflow},
        Told{"上下文过长", overflow}, Told{"you requested 140000 tokens", other, 140'000},
        Told{"the prompt has more tokens than the limit", likely_overflow},
        Told{"prompt\nis over", other},
        Told{"context window too small, minimum is 16000", window_too_small},
        Told{"Request too large for model: tokens per minute (TPM) limit", rate_limit},
        Told{"429 rate limit exceeded", rate_limit}, Told{"4290 widgets", other},
        Told{"402 Payment Required", billing}, Told{"Reasoning is mandatory here", reasoning},
        Told{"tool_use ids were found without tool_result blocks immediately after", turns},
        Told{"requested 99999999999999999999999 tokens", other},
        Told{"resulted in 12 tokens, requested 13 tokens", other, 13},
        Told{"messages.402: tool_use ids were found without tool_result blocks", turns},
        Told{"messages[429].content: unexpected tool_use_id in tool_result", turns},
        Told{"error [429]: slow down", rate_limit}, Told{"[402] pay first", billing},
        Told{"Your input exceeds the context window of this model.", overflow},
        Told{"This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
             overflow, 537'812, 131'072},
        Told{"tokens_limit_reached: Request body too large", overflow},
        Told{"Invalid request: exceeded model token limit: 262144 (requested: 291351)", overflow,
             291'351, 262'144},
        Told{"request (9000 tokens) exceeds the available context size (8192 tokens)", overflow,
             9'000, 8'192},
        Told{"This model's maximum context length is 128000 tokens. However, you requested 130500 "
             "tokens (120500 in the messages, 10000 in the completion).",
             overflow, 120'500, 128'000}));

TEST(ProviderErrors, AnOverflowOfTheSummaryIsTold) {
  EXPECT_TRUE(
      classify_provider_error("Summarization failed: context length exceeded").in_compaction);
  EXPECT_FALSE(classify_provider_error("context length exceeded").in_compaction);
  EXPECT_FALSE(classify_provider_error("auto-compaction failed: boom").in_compaction);
}

TEST(ProviderErrors, LongTextsTakeLinearTime) {
  std::string text;
  while (text.size() < 4'000'000) text += "requested " + std::string(1'000, ' ') + "1,1,";
  EXPECT_EQ(classify_provider_error(text).kind, other);
  EXPECT_EQ(classify_provider_error(std::string(4'000'000, '1')).observed_tokens, std::nullopt);
}

TEST(CompactionReasons, AreRead) {
  EXPECT_EQ(name_of(classify_compaction_reason("Already compacted")), "already_compacted_recently");
  EXPECT_EQ(name_of(classify_compaction_reason("429 too many")), "provider_error_4xx");
  EXPECT_EQ(name_of(classify_compaction_reason("HTTP 503")), "provider_error_5xx");
  EXPECT_EQ(name_of(classify_compaction_reason("x5030")), "unknown");
  EXPECT_EQ(name_of(classify_compaction_reason("")), "unknown");
}

}  // namespace
}  // namespace vagus
