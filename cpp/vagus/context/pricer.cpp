#include "vagus/context/pricer.hpp"

#include <string>
#include <utility>

#include "vagus/base/json.hpp"
#include "vagus/base/limits.hpp"
#include "vagus/context/estimate.hpp"

namespace vagus {
namespace {

constexpr std::string_view kCounter = "counter()";

void refuse(std::string field, std::int64_t value, std::string why) {
  throw Exception(
      Error{ErrorCode::invalid_input, std::move(field), std::to_string(value), std::move(why)});
}

void check_counts(const std::vector<std::int64_t>& counts, std::size_t texts) {
  if (counts.size() != texts) {
    refuse(std::string(kCounter), static_cast<std::int64_t>(counts.size()),
           "must give " + std::to_string(texts) + " counts, one for each text");
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] >= 0 && counts[i] <= kMaxCount) continue;
    refuse(join_path(kCounter, i), counts[i], "must be from 0 to " + std::to_string(kMaxCount));
  }
}

}  // namespace

std::vector<std::int64_t> Pricer::count(const std::vector<std::string_view>& texts) const {
  if (texts.empty()) return {};
  std::vector<std::int64_t> counts = (*counter_)(texts).value_or_throw();
  check_counts(counts, texts.size());
  return counts;
}

std::vector<Cost> Pricer::costs(const std::vector<Message>& messages) const {
  std::vector<Cost> costs;
  costs.reserve(messages.size());
  if (counter_ == nullptr) {
    for (const Message& message : messages) {
      costs.push_back({0, estimate_tokens(message, profile_)});
    }
    return costs;
  }
  std::vector<std::string_view> texts;
  for (const Message& message : messages) {
    for (const std::string_view text : counted_texts(message)) texts.push_back(text);
  }
  const std::vector<std::int64_t> counts = count(texts);
  auto next = counts.begin();
  for (const Message& message : messages) {
    const std::int64_t guessed = guessed_tokens(message);
    Cost cost{tokens_around_texts(message) - guessed, guessed};
    for (std::size_t left = counted_texts(message).size(); left > 0; --left)
      cost.counted += *next++;
    costs.push_back(cost);
  }
  return costs;
}

Cost Pricer::cost(const Message& message) const {
  if (counter_ == nullptr) return {0, estimate_tokens(message, profile_)};
  return costs({message}).front();
}

Cost Pricer::cost(const std::vector<ToolSchema>& tools) const {
  Cost cost;
  if (profile_ == Profile::reference) return cost;
  if (counter_ == nullptr) {
    for (const ToolSchema& tool : tools) cost.guessed += estimate_tool(tool);
    return cost;
  }
  std::vector<std::string_view> texts;
  for (const ToolSchema& tool : tools) {
    cost.counted += kToolTokens;
    for (const std::string* text : {&tool.name, &tool.description, &tool.parameters}) {
      texts.emplace_back(*text);
    }
  }
  for (const std::int64_t each : count(texts)) cost.counted += each;
  return cost;
}

Cost sum_of(const std::vector<Cost>& costs) {
  Cost sum;
  for (const Cost& each : costs) sum += each;
  return sum;
}

}  // namespace vagus
