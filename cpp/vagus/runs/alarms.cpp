#include "vagus/runs/alarms.hpp"

namespace vagus {

void Alarms::set(std::uint32_t thing, Millis at, std::int64_t order) {
  if (thing >= place_.size()) place_.resize(thing + std::size_t{1}, kNowhere);
  const Alarm alarm{at, order, thing};
  const std::uint32_t place = place_[thing];
  if (place == kNowhere) {
    heap_.push_back(alarm);
    rise(heap_.size() - 1, alarm);
  } else if (before(alarm, heap_[place])) {
    rise(place, alarm);
  } else {
    sink(place, alarm);
  }
}

void Alarms::clear(std::uint32_t thing) {
  if (thing >= place_.size() || place_[thing] == kNowhere) return;
  const std::size_t place = place_[thing];
  place_[thing] = kNowhere;
  const Alarm last = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) {
    place_ = {};
    heap_ = {};
  } else if (last.thing != thing) {
    if (place > 0 && before(last, heap_[(place - 1) / 2])) {
      rise(place, last);
    } else {
      sink(place, last);
    }
  }
}

void Alarms::shift(Millis delta) {
  for (Alarm& alarm : heap_) alarm.at += delta;
}

void Alarms::put(std::size_t at, const Alarm& alarm) {
  heap_[at] = alarm;
  place_[alarm.thing] = static_cast<std::uint32_t>(at);
}

void Alarms::rise(std::size_t at, const Alarm& alarm) {
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (!before(alarm, heap_[parent])) break;
    put(at, heap_[parent]);
    at = parent;
  }
  put(at, alarm);
}

void Alarms::sink(std::size_t at, const Alarm& alarm) {
  for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], alarm)) break;
    put(at, heap_[child]);
    at = child;
  }
  put(at, alarm);
}

}  // namespace vagus
