#include "simulator/stream_ops.hpp"

#include <algorithm>
#include <sstream>

#include "vagus/base/mix.hpp"

namespace vagus::simulator {
namespace {

constexpr std::array<std::string_view, 12> kWords = {
    "the ", "build ", "is ",      "red. ",        "Ünïcödé ", "ha",
    "ha",   "\n",     "NO_REPLY", "HEARTBEAT_OK", "no",       "[[reply_to_current]]"};

/// How often each kind happens, of a thousand.
struct Weight {
  StreamOpKind kind;
  std::int64_t of_thousand;
};
constexpr std::array<Weight, 17> kWeights = {{
    {StreamOpKind::open, 90},
    {StreamOpKind::join, 20},
    {StreamOpKind::attach, 20},
    {StreamOpKind::piece, 350},
    {StreamOpKind::rewrite, 20},
    {StreamOpKind::snapshot, 80},
    {StreamOpKind::tool, 40},
    {StreamOpKind::start, 25},
    {StreamOpKind::fallback, 10},
    {StreamOpKind::error, 45},
    {StreamOpKind::end, 90},
    {StreamOpKind::abort, 20},
    {StreamOpKind::abort_all, 3},
    {StreamOpKind::subscribe, 20},
    {StreamOpKind::unsubscribe, 10},
    {StreamOpKind::disconnect, 10},
    {StreamOpKind::wait, 147},
}};

/// Runs that something happens to: those that began last, and a few that are long over.
constexpr std::int64_t kRecent = 300;
constexpr std::int64_t kSubscribers = 60;

class Draw {
 public:
  explicit Draw(const StreamOptions& options) : options_(options), state_(mix(options.seed)) {}

  StreamOp next() {
    StreamOp op;
    op.kind = kind();
    op.run = op.kind == StreamOpKind::open && below(20) > 0 ? ++opened_ : some_run();
    op.session = below(5) == 0 && op.kind == StreamOpKind::open ? -1 : below(options_.sessions);
    op.subscriber = below(4) == 0 ? -1 : below(kSubscribers);
    op.number = number(op.kind);
    op.flags = op.kind == StreamOpKind::open ? below(8) & below(8) : below(4) == 0;
    op.text = below(static_cast<std::int64_t>(kWords.size()));
    return op;
  }

 private:
  std::int64_t below(std::int64_t limit) {
    state_ = mix(state_);
    return static_cast<std::int64_t>(state_ % static_cast<std::uint64_t>(limit));
  }

  StreamOpKind kind() {
    std::int64_t left = below(1'000);
    for (const Weight& weight : kWeights) {
      if (left < weight.of_thousand) return weight.kind;
      left -= weight.of_thousand;
    }
    return StreamOpKind::wait;
  }

  std::int64_t some_run() {
    const std::int64_t back = below(10) == 0 ? below(opened_ + 1) : below(kRecent);
    return std::max<std::int64_t>(opened_ - back, 0);
  }

  // Sequence steps: mostly the next, sometimes the same again, one before, or one left out.
  std::int64_t number(StreamOpKind kind) {
    if (kind == StreamOpKind::wait) return below(50) == 0 ? below(30'000) : below(60);
    if (kind == StreamOpKind::join) return below(3);
    constexpr std::array<std::int64_t, 16> kSteps = {1, 1, 1, 1, 1, 1, 1,  1,
                                                     1, 1, 1, 1, 1, 0, -1, 3};
    return kSteps[static_cast<std::size_t>(below(kSteps.size()))];
  }

  StreamOptions options_;
  std::uint64_t state_;
  std::int64_t opened_ = 0;
};

}  // namespace

std::string word(std::int64_t number) {
  return number < 0 ? std::string()
                    : std::string(kWords[static_cast<std::size_t>(number) % kWords.size()]);
}

std::vector<StreamOp> draw(const StreamOptions& options) {
  std::vector<StreamOp> ops;
  ops.reserve(static_cast<std::size_t>(options.events));
  Draw source(options);
  for (std::int64_t i = 0; i < options.events; ++i) ops.push_back(source.next());
  return ops;
}

std::string to_text(const std::vector<StreamOp>& ops) {
  std::ostringstream text;
  for (const StreamOp& op : ops) {
    text << name_of(op.kind) << ' ' << op.run << ' ' << op.session << ' ' << op.subscriber << ' '
         << op.number << ' ' << op.flags << ' ' << op.text << '\n';
  }
  return text.str();
}

std::optional<std::vector<StreamOp>> from_text(const std::string& text) {
  std::istringstream lines(text);
  std::vector<StreamOp> ops;
  for (std::string kind; lines >> kind;) {
    StreamOp op;
    const auto named = enum_from_name<StreamOpKind>(kind);
    lines >> op.run >> op.session >> op.subscriber >> op.number >> op.flags >> op.text;
    if (!named || lines.fail()) return std::nullopt;
    op.kind = *named;
    ops.push_back(op);
  }
  return ops;
}

}  // namespace vagus::simulator
