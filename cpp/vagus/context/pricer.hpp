#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "vagus/base/result.hpp"
#include "vagus/config/config.hpp"
#include "vagus/context/cost.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/tools.hpp"

namespace vagus {

/// Counts the tokens of each text: a pure function of its texts that the host gives. It may fail.
using TextCounter =
    std::function<Result<std::vector<std::int64_t>>(const std::vector<std::string_view>&)>;

/// What messages and tools cost: their texts as a counter says, where there is one, else estimated
/// (`estimate_tokens`). What no counter of texts sees, images and opaque data, is always estimated.
/// Lives no longer than the counter.
///
/// A counter that fails, or does not give one number from 0 to `kMaxCount` for each text
/// (`invalid_input`, field `counter()`), is told by an `Exception`: it comes from deep below, and
/// whoever hands a counter in turns it into an error at the door.
class Pricer {
 public:
  explicit Pricer(Profile profile, const TextCounter* counter = nullptr)
      : profile_(profile), counter_(counter != nullptr && *counter ? counter : nullptr) {}

  Profile profile() const { return profile_; }

  Cost cost(const Message& message) const;

  /// One call of the counter for all.
  std::vector<Cost> costs(const std::vector<Message>& messages) const;

  /// The reference counts tools as nothing (spec: context, section 0, point 3).
  Cost cost(const std::vector<ToolSchema>& tools) const;

 private:
  std::vector<std::int64_t> count(const std::vector<std::string_view>& texts) const;

  Profile profile_;
  const TextCounter* counter_;
};

/// The sum of `costs`.
Cost sum_of(const std::vector<Cost>& costs);

}  // namespace vagus
