#include "vagus/routing/lint.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace vagus {
namespace {

// What was found, as `code path` and the related paths behind it.
std::vector<std::string> lines(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& each : findings) {
    std::string line = std::string(name_of(each.code)) + " " + each.path;
    for (const std::string& path : each.related) line += " <- " + path;
    out.push_back(std::move(line));
  }
  return out;
}

using Lines = std::vector<std::string>;

// The lines of one code.
Lines found(std::string_view config_json, LintCode code) {
  std::vector<Finding> findings = lint(config_json);
  std::erase_if(findings, [code](const Finding& each) { return each.code != code; });
  return lines(findings);
}

std::string bound(std::string_view matches) {
  std::string json = R"({"session":{"dm_scope":"per-channel-peer"},"bindings":[)";
  return json + std::string(matches) + "]}";
}

std::string to(std::string_view match, std::string_view agent = "a") {
  return R"({"agent":")" + std::string(agent) + R"(","match":{)" + std::string(match) + "}}";
}

Lines shadowed(std::initializer_list<std::string_view> matches) {
  std::string json;
  for (const std::string_view match : matches) json += (json.empty() ? "" : ",") + to(match);
  return found(bound(json), LintCode::shadowed_binding);
}

const Lines kNone = {};
const Lines kSecondByFirst = {"shadowed-binding bindings[1] <- bindings[0]"};

TEST(LintShadowed, AnEarlierBindingForTheSamePlaceTakesAll) {
  EXPECT_EQ(shadowed({R"("channel":"slack")", R"("channel":" SLACK")"}), kSecondByFirst);
  EXPECT_EQ(shadowed({R"("channel":"slack","account":"default")", R"("channel":"slack")"}),
            kSecondByFirst);
  EXPECT_EQ(shadowed({R"("channel":"x","peer":{"kind":"group","id":"1"})",
                      R"("channel":"x","peer":{"kind":"channel","id":" 1"})"}),
            kSecondByFirst);
  EXPECT_EQ(shadowed({R"("channel":"x","peer":{"kind":"direct","id":"*"},"account":"*")",
                      R"("channel":"x","peer":{"kind":"direct","id":"*"},"account":"b")"}),
            kSecondByFirst);
}

TEST(LintShadowed, OneThatAsksForLessTakesAll) {
  const std::string_view peer = R"("channel":"x","peer":{"kind":"group","id":"1"})";
  EXPECT_EQ(shadowed({peer, R"("channel":"x","peer":{"kind":"group","id":"1"},"guild":"g")"}),
            kSecondByFirst);
  EXPECT_EQ(shadowed({peer, R"("channel":"x","peer":{"kind":"group","id":"1"},"roles":["r"])"}),
            kSecondByFirst);
  EXPECT_EQ(shadowed({R"("channel":"x","guild":"g","account":"*")",
                      R"("channel":"x","guild":"g","team":"t")"}),
            kSecondByFirst);
}

TEST(LintShadowed, RolesAreTakenByAllTheirSupersets) {
  const auto roles = [](std::string_view list) {
    return R"("channel":"x","guild":"g","roles":[)" + std::string(list) + "]";
  };
  EXPECT_EQ(shadowed({roles(R"("r","s")"), roles(R"("s")")}), kSecondByFirst);
  EXPECT_EQ(shadowed({roles(R"("r","s")"), roles(R"("s","r")")}), kSecondByFirst);
  EXPECT_EQ(shadowed({roles(R"("s")"), roles(R"("r","s")")}), kNone);
  EXPECT_EQ(shadowed({roles(R"("r,s")"), roles(R"("r","s")")}), kNone);
  EXPECT_EQ(shadowed({roles(R"("r")"), roles(R"("s")"), roles(R"("r","s")")}), kNone);
}

TEST(LintShadowed, OtherPlacesAndOtherTiersDoNotCount) {
  EXPECT_EQ(shadowed({R"("channel":"x")", R"("channel":"y")"}), kNone);
  EXPECT_EQ(shadowed({R"("channel":"x","account":"*")", R"("channel":"x")"}), kNone);
  EXPECT_EQ(shadowed({R"("channel":"x")", R"("channel":"x","guild":"g")"}), kNone);
  EXPECT_EQ(shadowed({R"("channel":"x","guild":"g","account":"b")",
                      R"("channel":"x","guild":"g","account":"*")"}),
            kNone);
  EXPECT_EQ(
      shadowed({R"("channel":"x","guild":"g","roles":["r"])", R"("channel":"x","guild":"g")"}),
      kNone);
  EXPECT_EQ(shadowed({R"("channel":"x","peer":{"kind":"direct","id":"1"})",
                      R"("channel":"x","peer":{"kind":"group","id":"1"})"}),
            kNone);
  EXPECT_EQ(shadowed({R"("channel":"x","peer":{"kind":"group","id":"C1"})",
                      R"("channel":"x","peer":{"kind":"group","id":"c1"})"}),
            kNone);
}

TEST(LintShadowed, TheFirstTakerIsNamed) {
  const Lines expected = {"shadowed-binding bindings[1] <- bindings[0]",
                          "shadowed-binding bindings[2] <- bindings[0]"};
  EXPECT_EQ(shadowed({R"("channel":"x")", R"("channel":"x")", R"("channel":"x")"}), expected);
}

TEST(LintShadowed, ManyBindingsThatShareRolesTakeLinearTime) {
  Config config;
  for (int i = 0; i < 20'000; ++i) {
    BindingConfig binding{AgentId::lenient("a"), {}, {}};
    binding.match.channel = "x";
    binding.match.guild = "g";
    binding.match.roles = {"all", "r" + std::to_string(i % 100), "s" + std::to_string(i)};
    config.bindings.push_back(binding);
  }
  const auto findings = lint(config);
  EXPECT_TRUE(std::none_of(findings.begin(), findings.end(), [](const Finding& each) {
    return each.code == LintCode::shadowed_binding;
  }));
}

TEST(LintDead, ABindingThatNoMessageCanWin) {
  EXPECT_EQ(found(bound(to(R"("channel":"direct")")), LintCode::dead_binding),
            Lines{"dead-binding bindings[0].match.channel"});
  const std::string id(5'000, 'x');
  EXPECT_EQ(found(bound(to(R"("channel":"x","peer":{"kind":"direct","id":")" + id + R"("})")),
                  LintCode::dead_binding),
            Lines{"dead-binding bindings[0].match.peer.id"});
  EXPECT_EQ(found(bound(to(R"("channel":"slack","account":"*")")), LintCode::dead_binding), kNone);
}

TEST(LintAgents, AreConfigured) {
  const std::string roster = R"("agents":{"list":[{"id":"a"},{"id":"b","default":true}]},)";
  const std::string bindings = R"("bindings":[)" + to(R"("channel":"x")", "gone") + "]}";
  EXPECT_EQ(found("{" + roster + bindings, LintCode::unknown_agent),
            Lines{"unknown-agent bindings[0].agent"});
  EXPECT_EQ(found("{" + bindings, LintCode::unknown_agent), kNone);
  EXPECT_EQ(found("{" + roster + bindings, LintCode::unreachable_agent),
            Lines{"unreachable-agent agents.list[0]"});
}

TEST(LintAgents, SomebodyAnswersWhatNoBindingMatches) {
  const std::string roster = R"({"agents":{"list":[{"id":"a"},{"id":"b"}]})";
  auto findings = lint(std::string_view(roster + "}"));
  const auto is_no_default = [](const Finding& each) { return each.code == LintCode::no_default; };
  auto at = std::find_if(findings.begin(), findings.end(), is_no_default);
  ASSERT_NE(at, findings.end());
  EXPECT_EQ(at->severity, Severity::warning);
  EXPECT_EQ(at->path, "agents.list");
  findings = lint(
      std::string_view(roster + R"(,"bindings":[)" + to(R"("channel":"x","account":"*")") + "]}"));
  at = std::find_if(findings.begin(), findings.end(), is_no_default);
  ASSERT_NE(at, findings.end());
  EXPECT_EQ(at->severity, Severity::info);
  EXPECT_EQ(found(R"({"agents":{"list":[{"id":"a"}]}})", LintCode::no_default), kNone);
}

TEST(LintCase, NamesThatDifferInCaseOnly) {
  const auto mismatches = [](std::string_view first, std::string_view second) {
    return found(bound(to(first) + "," + to(second) + "," + to(second)), LintCode::case_mismatch);
  };
  EXPECT_EQ(mismatches(R"("channel":"x","peer":{"kind":"group","id":"C1"})",
                       R"("channel":"x","peer":{"kind":"channel","id":"c1"})"),
            Lines{"case-mismatch bindings[1].match.peer.id <- bindings[0].match.peer.id"});
  EXPECT_EQ(mismatches(R"("channel":"x","guild":"G")", R"("channel":"x","guild":"g")"),
            Lines{"case-mismatch bindings[1].match.guild <- bindings[0].match.guild"});
  EXPECT_EQ(mismatches(R"("channel":"x","team":"T")", R"("channel":"x","team":"t")"),
            Lines{"case-mismatch bindings[1].match.team <- bindings[0].match.team"});
  EXPECT_EQ(mismatches(R"("channel":"Slack")", R"("channel":"slack")"),
            Lines{"case-mismatch bindings[1].match.channel <- bindings[0].match.channel"});
  EXPECT_EQ(mismatches(R"("channel":"x","guild":"G")", R"("channel":"y","guild":"g")"), kNone);
  // These channels tell ids apart by case.
  EXPECT_EQ(mismatches(R"("channel":"matrix","peer":{"kind":"channel","id":"!A:s"})",
                       R"("channel":"matrix","peer":{"kind":"channel","id":"!a:s"})"),
            kNone);
}

TEST(LintLinks, EveryOverlapIsReportedThoughTheConfigurationDoesNotLoad) {
  const std::string json =
      R"({"session":{"dm_scope":"per-peer","identity_links":{
          "alice":["U1","slack:9"],"bob":["u1","X","7"],"carol":["x ","telegram:7"]," ALICE":[]}}})";
  const Lines expected = {
      R"(overlapping-links session.identity_links["alice"] <- session.identity_links[" ALICE"])",
      R"(overlapping-links session.identity_links["bob"][0] <- session.identity_links["alice"][0])",
      R"(overlapping-links session.identity_links["carol"][0] <- session.identity_links["bob"][1])",
      R"(overlapping-links session.identity_links["carol"][1] <- session.identity_links["bob"][2])",
  };
  Lines got = found(json, LintCode::overlapping_links);
  for (std::string& line : got) {
    // Plain names are not quoted in paths.
    for (const char* name : {"alice", "bob", "carol"}) {
      const std::string plain = std::string(".") + name;
      for (std::size_t at; (at = line.find(plain)) != std::string::npos;) {
        line.replace(at, plain.size(), "[\"" + std::string(name) + "\"]");
      }
    }
  }
  EXPECT_EQ(got, expected);
  EXPECT_EQ(found(json, LintCode::invalid_config), kNone);
}

TEST(LintAccounts, LeftOutMeansDefaultAndNoOther) {
  EXPECT_EQ(found(bound(to(R"("channel":"x")") + "," + to(R"("channel":"x","account":"Work")") +
                        "," + to(R"("channel":"y","account":" ")")),
                  LintCode::account_default_only),
            Lines{"account-default-only bindings[0].match.account <- bindings[1].match.account"});
  EXPECT_EQ(found(bound(to(R"("channel":"x")") + "," + to(R"("channel":"x","account":"*")") + "," +
                        to(R"("channel":"x","account":"default")")),
                  LintCode::account_default_only),
            kNone);
}

TEST(LintSharedMain, SeveralPeopleReachOneMainSession) {
  const auto shared = [](std::string_view json) { return found(json, LintCode::shared_main); };
  EXPECT_EQ(shared("{}"), Lines{"shared-main session.dm_scope"});
  EXPECT_EQ(shared(R"({"session":{"dm_scope":"per-peer"}})"), kNone);

  const std::string roster = R"({"agents":{"list":[{"id":"a"},{"id":"b"}]},"bindings":[)";
  const auto one = [](std::string_view id, std::string_view more = "") {
    return R"({"agent":"a","match":{"channel":"x","peer":{"kind":"direct","id":")" +
           std::string(id) + R"("}})" + std::string(more) + "}";
  };
  EXPECT_EQ(shared(roster + one("1") + "]}"), kNone);
  EXPECT_EQ(shared(roster + one("1") + "," + one("1") + "]}"), kNone);
  EXPECT_EQ(shared(roster + one("1") + "," + one("2") + "]}"),
            Lines{"shared-main session.dm_scope <- bindings[0] <- bindings[1]"});
  EXPECT_EQ(
      shared(roster + one("1") + "," + one("2", R"(,"session":{"dm_scope":"per-peer"})") + "]}"),
      kNone);
  EXPECT_EQ(shared(roster + one("*") + "]}"), Lines{"shared-main session.dm_scope <- bindings[0]"});
  EXPECT_EQ(shared(roster + to(R"("channel":"x","peer":{"kind":"group","id":"1"})") + "]}"), kNone);
}

TEST(Lint, ReportsWhyAConfigurationDoesNotLoad) {
  EXPECT_EQ(lines(lint(std::string_view("{"))), Lines{"invalid-config $"});
  EXPECT_EQ(lines(lint(std::string_view(R"({"session":{"dm_scope":"x"}})"))),
            Lines{"invalid-config session.dm_scope"});
  const auto findings = lint(std::string_view(R"({"seed":"s","user_timezone":" ",
      "session":{"dm_scope":"per-peer"}})"));
  ASSERT_EQ(lines(findings), Lines{"invalid-config user_timezone"});
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_NE(findings[0].message.find("IANA"), std::string::npos);
}

TEST(Lint, HasNothingToSayAboutAGoodConfiguration) {
  EXPECT_EQ(lines(lint(std::string_view(
                R"({"agents":{"list":[{"id":"a"},{"id":"b","default":true}]},
                    "session":{"dm_scope":"per-channel-peer"},
                    "bindings":[{"agent":"a","match":{"channel":"slack","account":"*"}}]})"))),
            kNone);
}

}  // namespace
}  // namespace vagus
