#include "vagus/runs/followup_queue.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace vagus {
namespace {

constexpr const char* kGaveWay = "gave way to newer messages";
constexpr const char* kOnlyCounted = "too many gave way for each to have a line in the summary";

TurnEnd end_of(const UserTurn& turn, TurnState state, std::string reason = "") {
  return {turn.message, turn.message_id, state, std::nullopt, std::move(reason), turn.route};
}

TurnEnd shown_by(const UserTurn& turn, TurnState state, const std::string& run_id) {
  TurnEnd end = end_of(turn, state);
  end.run_id = run_id;
  return end;
}

// What a message takes up in a turn that it shares.
std::size_t bytes_of(const UserTurn& turn) {
  return turn.text.size() + kTurnHeaderBytes;
}

UserTurn without_text(UserTurn turn) {
  turn.text.clear();
  turn.summary_line.reset();
  return turn;
}

}  // namespace

FollowupQueue::Pushed FollowupQueue::push(UserTurn turn, const QueueSettings& settings, Millis now,
                                          bool at_once) {
  Pushed pushed;
  if (!turn.errand) {
    const bool full = people() >= settings.cap;
    if (full && settings.drop == DropPolicy::newest) return pushed;
    while (people() >= settings.cap) drop_oldest(settings, pushed.dropped);
  }
  if (items_.empty() && gone_.empty()) waits_since_ = now;
  quiet_since_ = now;
  debounce_ = settings.debounce_ms;
  Item item{std::move(turn), settings.mode == QueueMode::collect && !at_once, at_once};
  const auto place = at_once ? std::find_if(items_.begin(), items_.end(),
                                            [](const Item& each) { return !each.at_once; })
                             : items_.end();
  items_.insert(place, std::move(item));
  pushed.queued = true;
  return pushed;
}

// How many of the messages are not errands.
std::int64_t FollowupQueue::people() const {
  return std::count_if(items_.begin(), items_.end(),
                       [](const Item& each) { return !each.turn.errand; });
}

const Errand* FollowupQueue::next_errand() const {
  if (items_.empty() || (!items_.front().at_once && !gone_.empty())) return nullptr;
  const std::optional<Errand>& errand = items_.front().turn.errand;
  return errand ? &*errand : nullptr;
}

// Makes room for one message. One that must run at once is the last to give way.
void FollowupQueue::drop_oldest(const QueueSettings& settings, std::vector<TurnEnd>& dropped) {
  auto victim = std::find_if(items_.begin(), items_.end(),
                             [](const Item& each) { return !each.at_once && !each.turn.errand; });
  if (victim == items_.end()) {
    victim = std::find_if(items_.begin(), items_.end(),
                          [](const Item& each) { return !each.turn.errand; });
  }
  UserTurn turn = std::move(victim->turn);
  items_.erase(victim);
  if (settings.drop == DropPolicy::summarize) {
    leave_line(std::move(turn), settings.cap, dropped);
  } else {
    dropped.push_back(end_of(turn, TurnState::refused, kGaveWay));
  }
}

// At most `most` lines are kept; a message whose line is lost is only counted.
void FollowupQueue::leave_line(UserTurn turn, std::int64_t most, std::vector<TurnEnd>& dropped) {
  std::string line = summary_line_of(turn);
  turn = without_text(std::move(turn));
  auto group = std::find_if(gone_.begin(), gone_.end(),
                            [&](const Gone& each) { return share_a_turn(each.like, turn); });
  if (group == gone_.end()) {
    gone_.push_back({turn, 0, {}});
    group = std::prev(gone_.end());
  }
  ++group->count;
  group->lines.emplace_back(std::move(turn), std::move(line));
  std::int64_t lines = 0;
  for (const Gone& each : gone_) lines += static_cast<std::int64_t>(each.lines.size());
  for (; lines > most; --lines) {
    Gone& oldest = gone_.front();
    dropped.push_back(end_of(oldest.lines.front().first, TurnState::refused, kOnlyCounted));
    oldest.lines.pop_front();
    if (oldest.lines.empty()) gone_.pop_front();
  }
}

std::optional<Millis> FollowupQueue::due() const {
  if (out_ || (items_.empty() && gone_.empty())) return std::nullopt;
  if (!items_.empty() && items_.front().at_once) return items_.front().turn.at;
  const Millis longest =
      debounce_ > kMaxMillis / kLongestDebounces ? kMaxMillis : debounce_ * kLongestDebounces;
  return std::max<Millis>(
      0, std::min(add_saturated(quiet_since_, debounce_), add_saturated(waits_since_, longest)));
}

std::optional<std::string> FollowupQueue::next_asked_by() const {
  if (!items_.empty() && (items_.front().at_once || gone_.empty())) {
    return items_.front().turn.asked_by;
  }
  return gone_.empty() ? std::nullopt : gone_.front().like.asked_by;
}

bool FollowupQueue::holds_question_of(const std::string& run_id) const {
  return std::any_of(items_.begin(), items_.end(),
                     [&](const Item& each) { return each.turn.asked_by == run_id; });
}

// Whether the oldest summary is shown together with the messages that follow it.
bool FollowupQueue::summary_joins() const {
  if (items_.empty() || !items_.front().collects) return false;
  const UserTurn& first = items_.front().turn;
  return share_a_turn(gone_.front().like, first) &&
         gone_.front().bytes() + bytes_of(first) <= static_cast<std::size_t>(text_bytes_);
}

std::size_t FollowupQueue::Gone::bytes() const {
  std::size_t sum = 2 * kTurnHeaderBytes;
  for (const auto& [turn, line] : lines) sum += line.size() + 3;
  return sum;
}

std::optional<TurnBatch> FollowupQueue::take(Millis now) {
  const std::optional<Millis> at = due();
  if (!at || *at > now) return std::nullopt;
  Batch batch;
  const bool at_once = !items_.empty() && items_.front().at_once;
  if (!at_once && !gone_.empty()) {
    const bool alone = !summary_joins();
    batch.gone = std::move(gone_.front());
    gone_.pop_front();
    if (!alone) gather(batch);
  } else {
    gather(batch);
  }
  TurnBatch taken;
  for (const Item& item : batch.items) taken.turns.push_back(item.turn);
  if (batch.gone) {
    taken.dropped = batch.gone->count;
    for (const auto& [turn, line] : batch.gone->lines) taken.summary.push_back(line);
  }
  taken.route = batch.items.empty() ? batch.gone->like.route : batch.items.front().turn.route;
  out_ = std::move(batch);
  return taken;
}

// The first message and, where it collects, those behind it that share its turn.
void FollowupQueue::gather(Batch& batch) {
  std::size_t bytes = batch.gone ? batch.gone->bytes() : 0;
  const auto fits = [&](const Item& next) {
    if (batch.items.empty()) return true;
    const Item& first = batch.items.front();
    return first.collects && next.collects && share_a_turn(first.turn, next.turn) &&
           bytes + bytes_of(next.turn) <= static_cast<std::size_t>(text_bytes_);
  };
  while (!items_.empty() && fits(items_.front())) {
    bytes += bytes_of(items_.front().turn);
    batch.items.push_back(std::move(items_.front()));
    items_.pop_front();
  }
}

std::vector<TurnEnd> FollowupQueue::commit(const std::string& run_id) {
  assert(out_ && "no batch is out");
  const Batch batch = std::exchange(out_, std::nullopt).value_or(Batch{});
  std::vector<TurnEnd> ends;
  if (batch.gone) {
    for (const auto& [turn, line] : batch.gone->lines) {
      ends.push_back(shown_by(turn, TurnState::summarised, run_id));
    }
  }
  for (const Item& item : batch.items) {
    const bool first = &item == &batch.items.front();
    ends.push_back(shown_by(item.turn, first ? TurnState::run : TurnState::merged, run_id));
  }
  return ends;
}

void FollowupQueue::give_back(Millis now) {
  assert(out_ && "no batch is out");
  Batch batch = std::exchange(out_, std::nullopt).value_or(Batch{});
  for (Item& item : batch.items) item.at_once = false;
  items_.insert(items_.begin(), std::make_move_iterator(batch.items.begin()),
                std::make_move_iterator(batch.items.end()));
  if (batch.gone) gone_.push_front(*std::move(batch.gone));
  quiet_since_ = waits_since_ = now;
}

std::optional<UserTurn> FollowupQueue::remove(std::int64_t message) {
  const auto found = std::find_if(items_.begin(), items_.end(), [message](const Item& item) {
    return item.turn.message == message;
  });
  if (found == items_.end()) return std::nullopt;
  UserTurn turn = std::move(found->turn);
  items_.erase(found);
  return turn;
}

std::vector<TurnEnd> FollowupQueue::clear(const std::string& reason) {
  std::vector<TurnEnd> ends;
  for (const Gone& gone : gone_) {
    for (const auto& [turn, line] : gone.lines) {
      ends.push_back(end_of(turn, TurnState::cancelled, reason));
    }
  }
  for (const Item& item : items_) {
    ends.push_back(end_of(item.turn, TurnState::cancelled, reason));
  }
  gone_.clear();
  items_.clear();
  return ends;
}

bool FollowupQueue::holds(const UserTurn& like) const {
  const auto is_like = [&like](const Item& item) {
    return item.turn.message_id == like.message_id && item.turn.route == like.route;
  };
  if (std::any_of(items_.begin(), items_.end(), is_like)) return true;
  return out_ && std::any_of(out_->items.begin(), out_->items.end(), is_like);
}

std::int64_t FollowupQueue::dropped() const {
  std::int64_t count = 0;
  for (const Gone& gone : gone_) count += gone.count;
  return count;
}

void FollowupQueue::shift(Millis delta) {
  const auto move = [delta](Millis& at) { at = std::clamp<Millis>(at + delta, 0, kMaxMillis); };
  // May be before zero: what is due counts from here, and must not come later than its lane.
  quiet_since_ += delta;
  waits_since_ += delta;
  for (Item& item : items_) move(item.turn.at);
  if (!out_) return;
  for (Item& item : out_->items) move(item.turn.at);
}

}  // namespace vagus
