#include "vagus/runs/lanes.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "vagus/base/limits.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

int urgency_of(LanePriority priority) {
  return static_cast<int>(priority);
}

}  // namespace

MaybeError Lanes::enqueue(LaneWork work) {
  const auto refused = [](std::string_view field, std::string_view value, const std::string& why) {
    return make_error(ErrorCode::invalid_input, field, value, why);
  };
  if (auto failed = check_time("due_ms", work.due)) return failed;
  for (const std::string* text : {&work.id, &work.lane, &work.group}) {
    if (text->size() <= kMaxKeyBytes) continue;
    return refused("id", *text, "must be at most " + std::to_string(kMaxKeyBytes) + " bytes");
  }
  if (std::ssize(waiting_) >= most_waiting_) return refused("id", work.id, "too much work waits");
  if (closed_) return refused("id", work.id, "no work is taken any more");
  if (waiting_.count(work.id) > 0 || running_.count(work.id) > 0) {
    return refused("id", work.id, "waits or runs already");
  }
  if (work.asked_by && holds(work.lane, *work.asked_by)) {
    const Lane& held = lanes_.at(work.lane);
    if (held.running >= held.width || !held.queue.empty()) {
      return refused("asked_by", *work.asked_by,
                     "holds the lane itself, so that both would wait for ever");
    }
  }
  const std::string name = work.lane;
  const Turn turn(work.priority, ++turns_);
  Lane& lane = lane_of(name);
  waiting_.emplace(work.id, std::pair(name, turn));
  lane.queue.emplace(turn, std::move(work));
  list(name, lane);
  return std::nullopt;
}

std::optional<LaneWork> Lanes::start(Millis now) {
  if (!inner_.empty() && std::get<0>(*inner_.begin()) <= now) {
    const std::string name = std::get<2>(*inner_.begin());
    return launch(name, false);
  }
  const std::optional<std::uint32_t> number = order_.take(now);
  if (!number) return std::nullopt;
  const std::string name = lane_names_[*number];
  return launch(name, true);
}

// The first work of a lane starts. Its place, if it has one, was taken in its group's name.
LaneWork Lanes::launch(const std::string& name, bool has_place) {
  Lane& lane = lanes_.at(name);
  const auto first = lane.queue.begin();
  LaneWork work = std::move(first->second);
  lane.queue.erase(first);
  waiting_.erase(work.id);
  Running run{name, std::nullopt, work.asked_by};
  if (has_place) {
    run.group = std::exchange(lane.listed, std::nullopt);  // the lane's use becomes the run's
  } else {
    unlist(lane);
  }
  running_.emplace(work.id, std::move(run));
  ++lane.running;
  list(name, lane);
  return work;
}

void Lanes::occupy(const LaneWork& work) {
  const bool is_new =
      running_.emplace(work.id, Running{work.lane, std::nullopt, work.asked_by}).second;
  assert(is_new && !busy(work.lane) && "a lane was started twice");
  static_cast<void>(is_new);
  Lane& lane = lane_of(work.lane);
  ++lane.running;
  list(work.lane, lane);
}

bool Lanes::finish(const std::string& id, Millis now) {
  const auto found = running_.find(id);
  if (found == running_.end()) return false;
  const Running run = std::move(found->second);
  running_.erase(found);
  Lane& lane = lanes_.at(run.lane);
  --lane.running;
  list(run.lane, lane);  // before its group may be forgotten, and with it whose turn it is
  give_place_back(run, now);
  release(run.lane);
  return true;
}

void Lanes::give_place_back(const Running& run, Millis now) {
  if (!run.group) return;
  order_.free(groups_.at(*run.group).number, now);
  unuse(*run.group);
}

bool Lanes::cancel(const std::string& id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return false;
  const auto [name, turn] = found->second;
  waiting_.erase(found);
  Lane& lane = lanes_.at(name);
  lane.queue.erase(turn);
  list(name, lane);
  release(name);
  return true;
}

std::vector<LaneWork> Lanes::clear(const std::string& name) {
  std::vector<LaneWork> cleared;
  const auto found = lanes_.find(name);
  if (found == lanes_.end()) return cleared;
  for (auto& [turn, work] : found->second.queue) {
    waiting_.erase(work.id);
    cleared.push_back(std::move(work));
  }
  found->second.queue.clear();
  list(name, found->second);
  release(name);
  return cleared;
}

void Lanes::reset(Millis now) {
  closed_ = false;
  for (const auto& [id, run] : std::exchange(running_, {})) give_place_back(run, now);
  std::vector<std::string> names;
  for (auto& [name, lane] : lanes_) {
    lane.running = 0;
    list(name, lane);
    names.push_back(name);
  }
  for (const std::string& name : names) release(name);
}

void Lanes::set_width(const std::string& name, std::int64_t width) {
  Lane& lane = lane_of(name);
  lane.width = std::max<std::int64_t>(width, 1);
  list(name, lane);
  release(name);
}

// Bounded: an id may be used again for other work, which could close a circle.
bool Lanes::holds(const std::string& lane, const std::string& by) const {
  std::optional<std::string> id = by;
  for (std::size_t left = running_.size(); id && left > 0; --left) {
    const auto found = running_.find(*id);
    if (found == running_.end()) return false;
    if (found->second.lane == lane) return true;
    id = found->second.asked_by;
  }
  return false;
}

std::int64_t Lanes::running(const std::string& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : found->second.running;
}

std::int64_t Lanes::waiting(const std::string& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : static_cast<std::int64_t>(found->second.queue.size());
}

std::optional<Millis> Lanes::next_due() const {
  const std::optional<Millis> next = order_.next_due();
  if (inner_.empty()) return next;
  const Millis inner = std::get<0>(*inner_.begin());
  return next ? std::min(*next, inner) : inner;
}

void Lanes::shift(Millis delta) {
  const auto move = [delta](Millis& at) { at = std::clamp<Millis>(at + delta, 0, kMaxMillis); };
  for (auto& [name, lane] : lanes_) {
    unlist(lane);
    for (auto& [turn, work] : lane.queue) move(work.due);
  }
  order_.shift(delta);
  for (auto& [name, lane] : lanes_) list(name, lane);
}

// ---- the order

Lanes::Lane& Lanes::lane_of(const std::string& name) {
  const auto [found, is_new] = lanes_.try_emplace(name);
  if (is_new) {
    found->second.number = lane_names_.add();
    lane_names_[found->second.number] = name;
    order_.resize(lane_names_.end(), group_names_.end());
  }
  return found->second;
}

std::uint32_t Lanes::use(const std::string& name) {
  const auto [found, is_new] = groups_.try_emplace(name);
  if (is_new) {
    found->second.number = group_names_.add();
    order_.resize(lane_names_.end(), group_names_.end());
  }
  ++found->second.uses;
  return found->second.number;
}

void Lanes::unuse(const std::string& name) {
  const auto found = groups_.find(name);
  if (--found->second.uses > 0) return;
  order_.forget(found->second.number);
  group_names_.let_go(found->second.number);
  groups_.erase(found);
}

// Puts a lane where it belongs: in the order with its first work when it has room, else nowhere.
void Lanes::list(const std::string& name, Lane& lane) {
  if (lane.queue.empty() || lane.running >= lane.width) return unlist(lane);
  const auto& [turn, work] = *lane.queue.begin();
  if (work.asked_by && running_.count(*work.asked_by) > 0) {
    unlist(lane);
    lane.inner = Inner(work.due, turn.second, name);
    inner_.insert(*lane.inner);
    return;
  }
  const std::uint32_t group = use(work.group);
  unlist(lane);
  lane.listed = work.group;
  order_.put(lane.number, group, {work.due, urgency_of(turn.first), turn.second});
}

void Lanes::unlist(Lane& lane) {
  if (const auto inner = std::exchange(lane.inner, std::nullopt)) inner_.erase(*inner);
  if (const auto group = std::exchange(lane.listed, std::nullopt)) {
    order_.erase(lane.number, groups_.at(*group).number);
    unuse(*group);
  }
}

void Lanes::release(const std::string& name) {
  const auto found = lanes_.find(name);
  const Lane& lane = found->second;
  if (!lane.queue.empty() || lane.running > 0 || lane.width != 1) return;
  lane_names_.let_go(lane.number);
  lanes_.erase(found);
}

// ---- names

std::string lane_name(std::string_view text) {
  const std::string_view name = trim(text);
  return name.empty() ? "main" : std::string(name);
}

std::string session_lane(std::string_view session_key) {
  constexpr std::string_view kPrefix = "session:";
  std::string key = lane_name(session_key);
  return key.starts_with(kPrefix) ? key : std::string(kPrefix) + key;
}

std::string inner_lane(std::string_view lane) {
  std::string name = lane_name(lane);
  return name == "cron" ? "nested" : name;
}

}  // namespace vagus
