#include "vagus/context/summary.hpp"

#include <gtest/gtest.h>

namespace vagus {
namespace {

using Strings = std::vector<std::string>;

std::string summary_with(const std::string& asks, const std::string& identifiers) {
  return "## Decisions\nNone.\n## Open TODOs\nNone.\n## Constraints/Rules\nNone.\n"
         "## Pending user asks\n" +
         asks + "\n## Exact identifiers\n" + identifiers;
}

Strings faults(std::string_view summary, const Strings& identifiers = {},
               const std::optional<std::string>& ask = std::nullopt) {
  Strings told;
  for (const SummaryFault& fault : check_summary(summary, identifiers, ask)) {
    told.push_back(fault.what + ":" + fault.detail);
  }
  return told;
}

TEST(SummaryCap, IsNeverExceeded) {
  for (const std::int64_t limit : {0, 1, 5, 37, 38, 39, 100, 499, 500, 600}) {
    for (const std::string& text : {std::string(500, 'b'), std::string("日本語"), std::string()}) {
      const std::string capped = cap_summary(text, limit);
      std::int64_t chars = 0;
      for (const char byte : capped) chars += (byte & 0xC0) != 0x80;
      EXPECT_LE(chars, limit);
    }
  }
  EXPECT_EQ(cap_summary("short", 5), "short");
  EXPECT_EQ(cap_summary("short", 4), "shor");
  EXPECT_EQ(cap_summary("日本語", 2), "日本");
  EXPECT_NE(cap_summary(std::string(500, 'b'), 100).find("cut"), std::string::npos);
}

TEST(Identifiers, AreWhatNobodyCouldGuess) {
  EXPECT_EQ(
      exact_identifiers("see a1b2c3d4e5f60718 and https://x.io/a?b=1, /var/log/app/x.log port "
                        "host.example.com:8080 order 1234567"),
      (Strings{"A1B2C3D4E5F60718", "https://x.io/a?b=1", "/var/log/app/x.log",
               "host.example.com:8080", "1234567"}));
  EXPECT_EQ(exact_identifiers("C:\\tmp\\a.txt"), Strings{"C:\\tmp\\a.txt"});
  EXPECT_TRUE(exact_identifiers("The 12 builds of 2026 are green: and/or 99 %, 3:45 pm.").empty());
  EXPECT_EQ(exact_identifiers("commit=deadbeef. (deadbeef)"), Strings{"DEADBEEF"});
}

TEST(Identifiers, AreBounded) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "/a/b/" + std::to_string(i) + " ";
  EXPECT_EQ(exact_identifiers(text).size(), kSummaryIdentifiers);
}

TEST(SummaryCheck, AGoodOneHasNoFaults) {
  const std::string summary = summary_with("Fix the deploy script", "deadbeef");
  EXPECT_TRUE(faults(summary, {"DEADBEEF"}, "please fix the deploy script").empty());
  EXPECT_TRUE(faults(empty_summary()).empty());
}

TEST(SummaryCheck, NamesWhatIsMissing) {
  EXPECT_EQ(faults(summary_with("x", "x"), {"/a/b/c"}), Strings{"missing-identifier:/a/b/c"});
  EXPECT_EQ(faults(summary_with("The weather", "x"), {}, "rotate the database password"),
            Strings{"missing-ask:rotate the database password"});
  EXPECT_EQ(faults("## Decisions\n## Constraints/Rules\n## Open TODOs\n## Pending user asks\n"
                   "## Exact identifiers"),
            Strings{"missing-heading:Constraints/Rules"})
      << "headings stand in order";
  EXPECT_EQ(faults("").size(), kSummaryHeadings.size());
}

TEST(SummaryCheck, AskedInAnyScript) {
  EXPECT_TRUE(faults(summary_with("проверить сервер", "x"), {}, "проверить").empty());
  EXPECT_FALSE(faults(summary_with("nichts", "x"), {}, "проверить сервер").empty());
}

}  // namespace
}  // namespace vagus
