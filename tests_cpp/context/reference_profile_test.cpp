#include "vagus/context/reference_profile.hpp"

#include <gtest/gtest.h>

#include "build.hpp"

namespace vagus {
namespace {

using namespace testing_messages;

// Issue 84218: 69 messages of earlier ticks and one prompt, 103,624 tokens by the reference's
// estimate.
Context incident_memory(Profile profile) {
  Context memory(some_key(), profile, Limits{});
  for (int i = 0; i < 68; ++i) {
    const std::string text(1'500 * 4, 'x');
    EXPECT_FALSE(memory.append(i % 2 == 0 ? user(text) : says(text)));
  }
  EXPECT_FALSE(memory.append(says(std::string(1'600 * 4, 'x'))));
  return memory;
}

AssemblyRequest incident_request(Profile profile) {
  AssemblyRequest request;
  request.system = std::string(55'152, 's');
  request.turn = {user(std::string(24 * 4, 'p'))};
  request.budget = Budget::of({128'000, 16'384}, profile);
  return request;
}

TEST(ReferenceProfile, OverflowsLikeTheIncident) {
  const Context memory = incident_memory(Profile::reference);
  const Assembly assembly = reference_assemble(memory, incident_request(Profile::reference));
  EXPECT_EQ(assembly.messages.size(), 71u);
  EXPECT_EQ(assembly.ledger.budget, 111'616);
  EXPECT_EQ(assembly.ledger.raw, 103'624);
  EXPECT_EQ(assembly.ledger.estimated, 124'349);
  EXPECT_EQ(assembly.ledger.overflow, 12'733);
  EXPECT_EQ(assembly.ledger.dropped, 0);
  ASSERT_EQ(assembly.ledger.parts.size(), 3u);
  EXPECT_EQ(assembly.ledger.parts[0], (LedgerPart{"system", 1, 0}));
  EXPECT_EQ(assembly.ledger.parts[1], (LedgerPart{"history", 69, 103'600}));
  EXPECT_EQ(assembly.ledger.parts[2], (LedgerPart{"prompt", 1, 24}));
}

TEST(ReferenceProfile, CompactionRemovesNothing) {
  Context memory = incident_memory(Profile::reference);
  const std::vector<Message> before = memory.messages();
  EXPECT_EQ(reference_compact(memory), 0);
  EXPECT_EQ(memory.messages(), before);
}

TEST(ReferenceProfile, SendsPartsInOrderAndUnrepaired) {
  Context memory(some_key(), Profile::reference, Limits{});
  ASSERT_FALSE(memory.append(calls({"1"})));
  AssemblyRequest request;
  request.replay = {result("9")};
  request.turn = {user("now")};
  request.budget = {1, 0, 1};
  const Assembly assembly = reference_assemble(memory, request);
  EXPECT_EQ(short_form(assembly.messages), "A:1 R:9 U");
  EXPECT_EQ(assembly.ledger.overflow, assembly.ledger.estimated - 1);
}

// The same memory and prompt, system prompt counted this time.
TEST(ReferenceProfile, VagusFitsTheIncident) {
  Context memory = incident_memory(Profile::vagus);
  const auto outcome = memory.assemble(incident_request(Profile::vagus));
  ASSERT_TRUE(std::holds_alternative<Assembly>(outcome));
  const Ledger& ledger = std::get<Assembly>(outcome).ledger;
  EXPECT_LE(ledger.estimated, 111'616);
  EXPECT_EQ(ledger.parts[0], (LedgerPart{"system", 1, 15'445}));
  EXPECT_GT(ledger.dropped, 0);
}

}  // namespace
}  // namespace vagus
