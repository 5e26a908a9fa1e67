#include "vagus/wakes/wake_fates.hpp"

#include <utility>

namespace vagus {
namespace {

constexpr std::size_t kPage = 256;

}  // namespace

void WakeFates::merged(std::int64_t id, std::int64_t into, Millis at) {
  place_of(id) = {id, into, at, {}, WakeState::merged};
}

void WakeFates::ended(std::int64_t id, WakeState state, std::string reason, Millis at) {
  place_of(id) = {id, 0, at, std::move(reason), state};
}

std::optional<WakeFate> WakeFates::find(std::int64_t id) const {
  const auto place = static_cast<std::size_t>(static_cast<std::uint64_t>(id) % size_);
  const std::size_t page = place / kPage;
  if (page >= pages_.size() || pages_[page].empty()) return std::nullopt;
  const Ended& ended = pages_[page][place % kPage];
  if (ended.id != id || id <= 0) return std::nullopt;
  WakeFate fate{id, ended.state, std::nullopt, ended.reason, ended.at_ms};
  if (ended.into != 0) fate.into = ended.into;
  return fate;
}

WakeFates::Ended& WakeFates::place_of(std::int64_t id) {
  const auto place = static_cast<std::size_t>(static_cast<std::uint64_t>(id) % size_);
  const std::size_t page = place / kPage;
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (pages_[page].empty()) pages_[page].resize(kPage);
  return pages_[page][place % kPage];
}

}  // namespace vagus
