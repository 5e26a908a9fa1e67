#include "vagus/wakes/wake_fates.hpp"

#include <utility>

namespace vagus {
namespace {

constexpr std::size_t kPage = 256;

}  // namespace

void WakeFates::merged(std::int64_t id, std::int64_t into, Millis at) {
  WakeFate& fate = place_of(id);
  fate.id = id;
  fate.state = WakeState::merged;
  fate.into = into;
  fate.reason.clear();
  fate.at_ms = at;
}

void WakeFates::ended(std::int64_t id, WakeState state, std::string reason, Millis at) {
  place_of(id) = {id, state, std::nullopt, std::move(reason), at};
}

const WakeFate* WakeFates::find(std::int64_t id) const {
  const auto place = static_cast<std::size_t>(static_cast<std::uint64_t>(id) % size_);
  const std::size_t page = place / kPage;
  if (page >= pages_.size() || pages_[page].empty()) return nullptr;
  const WakeFate& fate = pages_[page][place % kPage];
  return fate.id == id && id > 0 ? &fate : nullptr;
}

WakeFate& WakeFates::place_of(std::int64_t id) {
  const auto place = static_cast<std::size_t>(static_cast<std::uint64_t>(id) % size_);
  const std::size_t page = place / kPage;
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (pages_[page].empty()) pages_[page].resize(kPage);
  return pages_[page][place % kPage];
}

}  // namespace vagus
