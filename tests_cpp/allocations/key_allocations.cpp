// Counts every allocation of the process, so it is a program of its own.

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "vagus/keys/session_key.hpp"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace vagus {
namespace {

template <class Work>
std::size_t allocations_of(Work work) {
  const std::size_t before = allocations;
  work();
  return allocations - before;
}

TEST(Allocations, AreCounted) {
  EXPECT_EQ(allocations_of([] { (void)std::string(1'000, 'x'); }), 1U);
}

TEST(Allocations, CanonicalKeysAreReadWithout) {
  for (const std::string_view text :
       {"agent:main:main", "agent:main:slack:channel:c0123456789:thread:1712345678.123456",
        "agent:ops:matrix:channel:!AbCdEf:Example.org:thread:$EvT",
        "agent:a:signal:group:AbC+/=", "agent:trent:main:heartbeat"}) {
    ASSERT_LE(text.size(), InlineText::kCapacity);
    EXPECT_EQ(allocations_of([text] {
                const auto key = SessionKey::parse(text);
                ASSERT_EQ(key->view(), text);
                const SessionKey copy = *key;
                ASSERT_EQ(copy, *key);
                ASSERT_NE(copy.kind(), SessionKind::other);
              }),
              0U)
        << text;
  }
}

TEST(Allocations, PlainPeersGetTheirKeyWithout) {
  const AgentId agent = AgentId::lenient("ops");
  const Peer peer{PeerKind::direct, "u1"};
  const SessionScopes scopes(DmScope::per_account_channel_peer);
  EXPECT_EQ(allocations_of([&] {
              const auto key = SessionKey::for_peer(agent, "slack", "default", peer, scopes);
              ASSERT_EQ(key->view(), "agent:ops:slack:default:direct:u1");
            }),
            0U);
}

}  // namespace
}  // namespace vagus
