#include "vagus/text/zone.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "vagus/base/json.hpp"

namespace vagus {
namespace {

/// No zone was ever further from UTC; a larger number is a mistake of units.
constexpr std::int64_t kMaxOffsetSeconds = 26 * 3600;

Error wrong_offset(std::size_t index, std::string_view member, std::int64_t value,
                   std::string_view message) {
  const std::string field = "offsets[" + std::to_string(index) + "]." + std::string(member);
  return Error{ErrorCode::invalid_input, field, std::to_string(value), std::string(message)};
}

}  // namespace

Millis midnight_before(Millis local) {
  return local - (local % kDay + kDay) % kDay;
}

Result<Zone> Zone::create(std::string name, std::vector<ZoneOffset> offsets) {
  if (offsets.empty()) {
    return Error{ErrorCode::invalid_input, "offsets", "[]", "must start with an offset at 0"};
  }
  if (offsets.front().at != 0) return wrong_offset(0, "at", offsets.front().at, "must be 0");
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const ZoneOffset& each = offsets[i];
    if (i > 0 && each.at <= offsets[i - 1].at) {
      return wrong_offset(i, "at", each.at, "must be later than the offset before it");
    }
    if (each.offset_s < -kMaxOffsetSeconds || each.offset_s > kMaxOffsetSeconds) {
      return wrong_offset(i, "offset_s", each.offset_s, "must be within 26 hours of UTC");
    }
  }
  Zone zone;
  zone.table_ = std::make_shared<const Table>(Table{std::move(name), std::move(offsets)});
  return zone;
}

Result<Zones> zones_from(const ZoneTable& table) {
  Zones zones;
  for (const auto& [name, offsets] : table) {
    Result<Zone> zone = Zone::create(name, offsets);
    if (!zone) {
      return renamed(zone.error(), join_path("zones", name) + "." + zone.error().field);
    }
    zones.emplace(name, *std::move(zone));
  }
  return zones;
}

const std::string& Zone::name() const {
  static const std::string kUtc = "UTC";
  return table_ ? table_->name : kUtc;
}

Zone::Ahead Zone::since(Millis at) const {
  if (!table_) return {};
  const std::vector<ZoneOffset>& offsets = table_->offsets;
  const auto later = std::upper_bound(
      std::next(offsets.begin()), offsets.end(), at,
      [](Millis instant, const ZoneOffset& offset) { return instant < offset.at; });
  Ahead found;
  found.ahead = std::prev(later)->offset_s * kSecond;
  if (later != offsets.end()) found.until = later->at;
  return found;
}

bool Zone::operator==(const Zone& other) const {
  if (table_ == other.table_) return true;
  return table_ && other.table_ && table_->name == other.table_->name &&
         table_->offsets == other.table_->offsets;
}

}  // namespace vagus
