#include <algorithm>
#include <array>
#include <set>

#include "vagus/base/json_codec.hpp"
#include "vagus/runs/chat_stream.hpp"
#include "vagus/runs/chat_text.hpp"
#include "vagus/text/acknowledgement.hpp"
#include "vagus/text/bounded_text.hpp"
#include "vagus/text/unicode.hpp"

/// What is told: the events of runs, and what time brings.
namespace vagus {
namespace {

/// Numbers of events and attempts leave room for those that are counted on from them: clients in
/// other languages read them exactly up to 2^53.
constexpr std::int64_t kMaxNumber = std::int64_t{1} << 52;

/// Room for the first text of a run, so that short answers are not moved as they grow.
constexpr std::size_t kFirstText = 512;

constexpr const char* kTooLate = "no end before the deadline";

/// The last bytes of a text, `most` of them at most, that cut no code point.
std::string_view suffix_within(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t from = text.size() - most;
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  return text.substr(from);
}

MaybeError check_number(std::string_view field, std::int64_t value) {
  if (value >= 0 && value <= kMaxNumber) return std::nullopt;
  return make_error(ErrorCode::invalid_input, field, std::to_string(value),
                    "must be from 0 to 2^52");
}

MaybeError check_input(const ChatInput& input, const Limits& limits) {
  if (auto failed = check_number("seq", input.seq)) return failed;
  if (auto failed = check_number("attempt", input.attempt)) return failed;
  const auto check = [&limits](std::string_view field, const std::string& text) {
    return text.empty() ? std::nullopt : check_text(field, text, limits);
  };
  if (auto failed = check("text", input.text)) return failed;
  if (auto failed = check("delta", input.delta)) return failed;
  if (auto failed = check("error", input.error)) return failed;
  if (auto failed = check("error_code", input.error_code)) return failed;
  if (auto failed = check("status", input.status)) return failed;
  return check("stop_reason", input.stop_reason);
}

}  // namespace

MaybeError ChatStream::check(const ChatInput& input, Millis now) const {
  if (auto failed = check_time("now_ms", now)) return failed;
  if (auto failed = check_input(input, limits_)) return failed;
  if (place_of(input.run_id) || has_ended(input.run_id)) return std::nullopt;
  if (input.kind == ChatInputKind::start) {
    ChatRegistration registration;
    registration.run_id = input.run_id;
    return check_registration(registration, now);
  }
  return make_error(ErrorCode::unknown_run, "run_id", input.run_id,
                    "no such run was opened, or it ended long ago");
}

Result<ChatReceipt> ChatStream::feed(const ChatInput& input, Millis now) {
  if (auto failed = check_time("now_ms", now)) return *failed;
  if (auto failed = check_input(input, limits_)) return *failed;
  advance(now);
  if (const auto place = place_of(input.run_id)) return apply(*place, input, now);
  if (has_ended(input.run_id)) return take_late(input);
  if (auto failed = check(input, now)) return *failed;
  ChatRegistration registration;
  registration.run_id = input.run_id;
  registration.attempt = std::max<std::int64_t>(input.attempt, 1);
  add(registration, now);
  return apply(*place_of(input.run_id), input, now);
}

Result<std::vector<ChatReceipt>> ChatStream::feed_many(const std::vector<const ChatInput*>& inputs,
                                                       Millis now) {
  if (auto failed = check_all(inputs, now)) return *failed;
  std::vector<ChatReceipt> receipts;
  receipts.reserve(inputs.size());
  for (std::span rest(inputs); !rest.empty();) {
    const auto block = rest.first(std::min(rest.size(), kBlock));
    rest = rest.subspan(block.size());
    prefetch(block);
    for (const ChatInput* input : block) {
      Result<ChatReceipt> taken = feed(*input, now);
      // Only a run that ended, and was forgotten for others that ended, within the batch.
      receipts.push_back(taken ? *taken : ChatReceipt::ended);
    }
  }
  return receipts;
}

// A run that one of the events starts is known to those behind it.
MaybeError ChatStream::check_all(std::span<const ChatInput* const> inputs, Millis now) const {
  std::set<std::string_view> started;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i % kBlock == 0) prefetch(inputs.subspan(i, std::min(kBlock, inputs.size() - i)));
    const ChatInput& input = *inputs[i];
    auto failed = check(input, now);
    const bool follows =
        failed && failed->code == ErrorCode::unknown_run && started.count(input.run_id) > 0;
    if (failed && !follows) return renamed(*failed, join_path("inputs", i) + "." + failed->field);
    if (input.kind == ChatInputKind::start) started.insert(input.run_id);
  }
  return std::nullopt;
}

void ChatStream::prefetch(const ChatRun& run) {
  __builtin_prefetch(&run.id);
  __builtin_prefetch(&run.raw);
  __builtin_prefetch(&run.sent_size);
}

// Runs lie far apart in memory; those of a block are waited for together.
void ChatStream::prefetch(std::span<const ChatInput* const> block) const {
  std::array<std::uint32_t, kBlock> hashes;
  std::array<const ChatRun*, kBlock> runs;
  for (std::size_t i = 0; i < block.size(); ++i) hashes[i] = ids_.prefetch(block[i]->run_id);
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto place = ids_.likely(hashes[i]);
    runs[i] = place ? &runs_[*place] : nullptr;
    if (place) prefetch(*runs[i]);
  }
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (runs[i] != nullptr) __builtin_prefetch(runs[i]->raw.data() + runs[i]->raw.size(), 1);
  }
}

Ending ChatStream::ending(const ChatInput& input) const {
  if (input.kind == ChatInputKind::error) return {ChatState::error, std::nullopt};
  return profile_.reads_endings ? ending_of(input.status, input.stop_reason, input.aborted)
                                : Ending{};
}

ChatReceipt ChatStream::take_late(const ChatInput& input) {
  ++counts_.late;
  Tombstones::Tombstone& stone = *ended_.find(input.run_id);
  const bool ends = input.kind == ChatInputKind::end || input.kind == ChatInputKind::error;
  if (ends && !stone.told && ending(input).state != stone.state) {
    stone.told = true;
    outputs_.emplace_back(ChatNotice{input.run_id, NoticeKind::late, 0, input.seq, {}});
  }
  return ChatReceipt::ended;
}

// Nothing when the event counts.
std::optional<ChatReceipt> ChatStream::count(ChatRun& run, const ChatInput& input) {
  if (input.attempt > 0 && input.attempt < run.attempt) {
    ++counts_.superseded;
    if (!std::exchange(run.told_superseded, true)) {
      note(run, NoticeKind::superseded, run.attempt, input.attempt);
    }
    return ChatReceipt::stale;
  }
  const std::int64_t next = run.seq + 1;
  const std::int64_t seq = input.seq == 0 ? next : input.seq;
  const bool is_new_attempt = input.kind == ChatInputKind::start && input.attempt > run.attempt;
  if (seq < next && !is_new_attempt) {
    ++counts_.duplicates;
    if (!std::exchange(run.told_duplicate, true)) note(run, NoticeKind::duplicate, next, seq);
    return ChatReceipt::duplicate;
  }
  if (seq > next && run.seq > 0 && !is_new_attempt) {
    ++counts_.gaps;
    note(run, NoticeKind::gap, next, seq);
  }
  run.seq = seq;
  return std::nullopt;
}

ChatReceipt ChatStream::apply(std::uint32_t place, const ChatInput& input, Millis now) {
  ChatRun& run = runs_[place];
  if (const auto dropped = count(run, input)) return *dropped;
  switch (input.kind) {
    case ChatInputKind::text:
      take_text(run, input);
      show_or_hold(place, now);
      break;
    case ChatInputKind::start:
      if (input.attempt <= run.attempt) break;
      run.attempt = input.attempt;
      run.failing = {};
      forget_text(place);
      set_alarm(place);
      break;
    case ChatInputKind::tool:
      show(place, Occasion::flush, now);
      break;
    case ChatInputKind::fallback:
      run.failing = {};
      set_alarm(place);
      break;
    case ChatInputKind::error:
      take_error(place, input, now);
      break;
    case ChatInputKind::end:
      take_end(place, input, now);
      break;
    case ChatInputKind::other:
      break;
  }
  return ChatReceipt::taken;
}

void ChatStream::take_text(ChatRun& run, const ChatInput& input) {
  const std::string_view so_far = input.replace ? std::string_view{} : run.raw;
  const TextChange change = change_by(so_far, input.text, input.delta, profile_.exact);
  if (change.replaces || input.replace) {
    keep_sent(run);
    run.raw.clear();
  }
  if (run.raw.capacity() < kFirstText) run.raw.reserve(kFirstText);
  run.raw.append(change.text);
  const auto most = static_cast<std::size_t>(limits_.live_text_bytes);
  run.clipped = run.clipped || run.raw.size() > most;
  // With some room to spare, so that it is not moved for every piece.
  if (run.raw.size() <= most + most / 4) return;
  keep_sent(run);
  run.raw = std::string(suffix_within(run.raw, most));
}

std::string_view ChatStream::text_of(const ChatRun& run) const {
  return suffix_within(run.raw, static_cast<std::size_t>(limits_.live_text_bytes));
}

// What was shown is no beginning of the text any more.
void ChatStream::keep_sent(ChatRun& run) {
  run.sent_copy = std::string(run.sent());
  run.sent_size = 0;
}

void ChatStream::forget_text(std::uint32_t place) {
  stop_holding(place);
  ChatRun& run = runs_[place];
  run.is_outdated = run.is_outdated || !run.sent().empty();
  run.raw.clear();
  run.sent_copy.clear();
  run.sent_size = 0;
  run.clipped = false;
  run.sent_at.reset();
}

void ChatStream::take_error(std::uint32_t place, const ChatInput& input, Millis now) {
  ChatRun& run = runs_[place];
  const std::optional<ErrorKind> kind =
      input.error_kind ? input.error_kind : error_kind_of(input.error, input.error_code);
  if (input.settled || profile_.grace_ms == 0) {
    return finish(place, {ChatState::error, run.seq, "", input.error, kind, std::nullopt}, now);
  }
  run.failing.make() = {add_saturated(now, profile_.grace_ms), input.error, kind};
  forget_text(place);
  set_alarm(place);
}

void ChatStream::take_end(std::uint32_t place, const ChatInput& input, Millis now) {
  ChatRun& run = runs_[place];
  if (input.replace || !input.text.empty()) take_text(run, input);
  const Ending ending = this->ending(input);
  Terminal terminal{ending.state, run.seq, "", std::nullopt, ending.kind, std::nullopt};
  if (!input.stop_reason.empty()) terminal.stop_reason = input.stop_reason;
  if (ending.state == ChatState::final) {
    show(place, Occasion::flush, now);
    terminal.text = final_text(run);
  } else if (ending.state == ChatState::aborted) {
    terminal.text = partial_text(run);
  } else {
    const std::string& word = input.status.empty() ? input.stop_reason : input.status;
    terminal.error = input.error.empty() ? word : input.error;
    if (input.error_kind) terminal.kind = input.error_kind;
    if (!terminal.kind) terminal.kind = error_kind_of(input.error, input.error_code);
  }
  finish(place, std::move(terminal), now);
}

// ---- what is shown

void ChatStream::show_or_hold(std::uint32_t place, Millis now) {
  ChatRun& run = runs_[place];
  if (run.flush_at || hides(run)) return;
  const Millis next = run.sent_at ? add_saturated(*run.sent_at, profile_.throttle_ms) : now;
  // With a timer, only the first text is shown at once: pieces that come together go together.
  if (profile_.trailing && run.sent_at) {
    hold(place, std::max(next, now));
  } else if (next <= now) {
    show(place, Occasion::text, now);
  }
}

void ChatStream::hold(std::uint32_t place, Millis until) {
  runs_[place].flush_at = until;
  flushes_.set(place, until);
}

void ChatStream::stop_holding(std::uint32_t place) {
  ChatRun& run = runs_[place];
  if (!run.flush_at) return;
  flushes_.clear(place, *run.flush_at);
  run.flush_at.reset();
}

void ChatStream::show(std::uint32_t place, Occasion occasion, Millis now) {
  stop_holding(place);
  ChatRun& run = runs_[place];
  if (hides(run) || run.raw.empty() || !has_audience(run)) return;
  ShownText shown = shown_text(text_of(run), profile_);
  if (shown.is_held) return;
  // Showing only leaves out: what is as long as the text is the text.
  const bool is_all = shown.text.size() == run.raw.size();
  shown.text.resize(without_open_tag(shown.text).size());
  const std::string_view sent = run.sent();
  // The reference version compares lengths when it flushes, and nothing when a piece comes.
  const bool extends =
      (is_all && run.sent_copy.empty()) || std::string_view(shown.text).starts_with(sent);
  const bool is_news = profile_.repeats
                           ? occasion == Occasion::text || shown.text.size() > sent.size()
                           : !extends || shown.text.size() > sent.size();
  if (shown.text.empty() || !is_news) return;
  ChatEvent event;
  event.run_id = run.id;
  event.session_key = run.session;
  event.seq = run.seq;
  event.replace = run.is_outdated || !extends;
  event.delta_text = event.replace ? shown.text : shown.text.substr(sent.size());
  event.clipped = run.clipped;
  run.is_outdated = false;
  run.sent_at = now;
  run.sent_size = is_all ? shown.text.size() : 0;
  run.sent_copy = is_all ? std::string() : shown.text;
  event.text = std::move(shown.text);
  tell(run, std::move(event));
  ++counts_.deltas;
}

std::string ChatStream::final_text(const ChatRun& run) const {
  const ShownText shown = shown_text(text_of(run), profile_);
  std::string text(trim(shown.text));
  if (!hides(run)) return text;
  StrippedText said = strip_acknowledgement(text, profile_.ack_max_chars);
  return said.stripped ? std::move(said.text) : text;
}

std::string ChatStream::partial_text(const ChatRun& run) const {
  if (hides(run)) return final_text(run);
  std::string text = shown_text(text_of(run), profile_).text;
  return is_blank(text) ? "" : text;
}

// ---- who is told

bool ChatStream::has_audience(const ChatRun& run) const {
  const bool is_joined =
      std::any_of(run.clients.begin(), run.clients.end(),
                  [](const ChatClient& each) { return !each.subscribers.empty(); });
  return is_joined || (run.visible && run.session && !rooms_.listeners(*run.session).empty());
}

// Those who listen to a session see the text once, under the first client's name, and every ending.
std::vector<std::string> ChatStream::audience(const ChatRun& run, std::size_t client,
                                              bool ends) const {
  std::vector<std::string> all = run.clients[client].subscribers;
  if (!run.visible || !run.session || (client > 0 && !ends)) return all;
  const auto joined = static_cast<std::ptrdiff_t>(all.size());
  for (const std::string& listener : rooms_.listeners(*run.session)) {
    const bool has = std::find(all.begin(), all.begin() + joined, listener) != all.begin() + joined;
    if (!has) all.push_back(listener);
  }
  return all;
}

std::vector<std::string> ChatStream::everybody(const ChatRun& run) const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < run.clients.size(); ++i) {
    for (std::string& each : audience(run, i, false)) {
      if (std::find(all.begin(), all.end(), each) == all.end()) all.push_back(std::move(each));
    }
  }
  return all;
}

void ChatStream::tell(const ChatRun& run, ChatEvent event) {
  for (std::size_t i = 0; i < run.clients.size(); ++i) {
    std::vector<std::string> to = audience(run, i, event.state != ChatState::delta);
    if (to.empty()) continue;
    event.client_run_id = run.clients[i].client_run_id;
    event.requested_key = run.clients[i].requested_key;
    event.subscribers = std::move(to);
    const bool is_last = i + 1 == run.clients.size();
    is_last ? outputs_.emplace_back(std::move(event)) : outputs_.emplace_back(event);
  }
}

void ChatStream::note(const ChatRun& run, NoticeKind kind, std::int64_t expected,
                      std::int64_t received) {
  outputs_.emplace_back(ChatNotice{run.id, kind, expected, received, everybody(run)});
}

// ---- endings, and time

void ChatStream::finish(std::uint32_t place, Terminal terminal, Millis now) {
  ChatRun& run = runs_[place];
  if (!run.session) {
    ++counts_.unresolved;
    note(run, NoticeKind::unresolved, 0, 0);
  }
  ChatEvent event;
  event.run_id = run.id;
  event.state = terminal.state;
  event.seq = terminal.seq;
  event.session_key = run.session;
  event.text = std::move(terminal.text);
  event.clipped = run.clipped && !event.text.empty();
  event.error = std::move(terminal.error);
  event.error_kind = terminal.kind;
  event.stop_reason = std::move(terminal.stop_reason);
  tell(run, std::move(event));
  counts_.finals += terminal.state == ChatState::final ? 1 : 0;
  counts_.errors += terminal.state == ChatState::error ? 1 : 0;
  counts_.aborts += terminal.state == ChatState::aborted ? 1 : 0;
  release(place, terminal.state, now);
}

void ChatStream::advance(Millis now) {
  ended_.expire(now);
  happen_until(now - 1, now);
}

// What was held back goes first, where both are due.
void ChatStream::happen_until(Millis last, Millis now) {
  for (;;) {
    const auto flush = flushes_.first();
    const Alarms::Alarm* alarm = alarms_.first();
    if (flush && flush->at <= last && (alarm == nullptr || flush->at <= alarm->at)) {
      if (flush->next) prefetch(runs_[*flush->next]);
      show(flush->thing, Occasion::text, now);
    } else if (alarm != nullptr && alarm->at <= last) {
      run_out(alarm->thing, now);
    } else {
      return;
    }
  }
}

// An error is better than that the time is up.
void ChatStream::run_out(std::uint32_t place, Millis now) {
  if (const auto& held = runs_[place].flush_at; held && *held <= now) {
    show(place, Occasion::text, now);
  }
  const ChatRun& run = runs_[place];
  Terminal terminal{ChatState::error, run.seq, "", std::nullopt, std::nullopt, std::nullopt};
  if (run.failing) {
    terminal.error = run.failing->text;
    terminal.kind = run.failing->kind;
  } else {
    terminal.seq = run.seq + 1;
    terminal.error = kTooLate;
    terminal.kind = ErrorKind::timeout;
  }
  finish(place, std::move(terminal), now);
}

void ChatStream::set_alarm(std::uint32_t place) {
  const ChatRun& run = runs_[place];
  std::optional<Millis> next = run.deadline;
  if (run.failing) next = next ? std::min(*next, run.failing->until) : run.failing->until;
  next ? alarms_.set(place, *next, run.order) : alarms_.clear(place);
}

void ChatStream::tick(Millis now) {
  ended_.expire(now);
  happen_until(now, now);
}

std::optional<Millis> ChatStream::next_due() const {
  const auto flush = flushes_.first();
  const Alarms::Alarm* next = alarms_.first();
  if (!flush) return next == nullptr ? std::nullopt : std::optional(next->at);
  return next == nullptr ? flush->at : std::min(flush->at, next->at);
}

void ChatStream::shift(Millis delta) {
  flushes_.shift(delta);
  alarms_.shift(delta);
  ended_.shift(delta);
  for (ChatRun& run : runs_) {
    for (std::optional<Millis>* at : {&run.flush_at, &run.sent_at, &run.deadline}) {
      if (*at) **at += delta;
    }
    if (run.failing) run.failing->until += delta;
  }
}

}  // namespace vagus
