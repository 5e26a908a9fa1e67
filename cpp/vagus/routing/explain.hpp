#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/routing/router.hpp"

namespace vagus {

/// How many bindings an explanation lists unless it is asked for more; the rest is counted.
inline constexpr std::size_t kExplainedBindings = 50;

/// What became of one tier of bindings.
struct TierExplanation {
  MatchedBy tier = MatchedBy::fallback;
  bool tried = false;
  std::string compared;
  std::optional<std::int64_t> binding;
  std::string reason;

  static constexpr std::string_view kName = "TierExplanation";
  static constexpr auto fields() {
    return field_list(
        required("tier", &TierExplanation::tier, "the tier"),
        required("tried", &TierExplanation::tried, "whether its bindings were looked at"),
        required("compared", &TierExplanation::compared, "what of the message was compared"),
        field("binding", &TierExplanation::binding, "index of the binding that it gave"),
        required("reason", &TierExplanation::reason, "why it was not tried, or gave none"));
  }
};

/// `won`; `later`: it applies, but another of its tier comes first; `outranked`: it applies, but a
/// more specific tier has decided; `rejected`: it does not apply.
enum class BindingOutcome { won, later, outranked, rejected };
constexpr std::array<std::string_view, 4> enum_names(BindingOutcome) {
  return {"won", "later", "outranked", "rejected"};
}

/// What became of one binding.
struct BindingExplanation {
  std::int64_t index = 0;
  AgentId agent;
  MatchedBy tier = MatchedBy::fallback;
  BindingOutcome outcome = BindingOutcome::rejected;
  std::string reason;

  static constexpr std::string_view kName = "BindingExplanation";
  static constexpr auto fields() {
    return field_list(
        required("index", &BindingExplanation::index, "its place in 'bindings'"),
        required("agent", &BindingExplanation::agent, "the agent that it names"),
        required("tier", &BindingExplanation::tier, "its tier, or the one in which it applies"),
        required("outcome", &BindingExplanation::outcome, "won, later, outranked or rejected"),
        required("reason", &BindingExplanation::reason, "the first reason why it did not win"));
  }
};

/// One step between the binding and the session key.
struct RouteStep {
  std::string name;
  std::string what;

  static constexpr std::string_view kName = "RouteStep";
  static constexpr auto fields() {
    return field_list(required("name", &RouteStep::name, "agent, identity link, scope, ..."),
                      required("what", &RouteStep::what, "what was decided, and why"));
  }
};

/// Why a message has no route.
struct RouteFailure {
  std::string code;
  std::string field;
  std::string message;

  static constexpr std::string_view kName = "RouteFailure";
  static constexpr auto fields() {
    return field_list(required("code", &RouteFailure::code, "unknown_agent, ambiguous_agent, ..."),
                      required("field", &RouteFailure::field, "what is wrong"),
                      required("message", &RouteFailure::message, "what would have been right"));
  }
};

/// How a route came about.
struct RouteExplanation {
  std::optional<Route> route;
  std::optional<RouteFailure> failure;
  RouteQuery query;
  std::vector<TierExplanation> tiers;
  std::vector<BindingExplanation> bindings;
  std::int64_t more_bindings = 0;
  std::int64_t other_channels = 0;
  std::vector<RouteStep> steps;

  static constexpr std::string_view kName = "RouteExplanation";
  static constexpr auto fields() {
    return field_list(
        field("route", &RouteExplanation::route, "the route, if there is one"),
        field("failure", &RouteExplanation::failure, "why there is none"),
        field("query", &RouteExplanation::query, "the message, as routing compares it"),
        field("tiers", &RouteExplanation::tiers, "every tier, in order"),
        field("bindings", &RouteExplanation::bindings, "the bindings of the message's channel"),
        field("more_bindings", &RouteExplanation::more_bindings, "further ones, not listed"),
        field("other_channels", &RouteExplanation::other_channels, "bindings of other channels"),
        field("steps", &RouteExplanation::steps, "from the agent to the session key"));
  }
};

/// Explains `router.resolve(query)`: its route, or its error, with every tier and the first reason
/// why each binding of the channel did or did not win, of which at most `limit` are listed, and the
/// winner. Reads all bindings, so it is not for every message. Total.
RouteExplanation explain(const Router& router, const RouteQuery& query,
                         std::size_t limit = kExplainedBindings);

/// The explanation for people: some lines of plain text.
std::string to_text(const RouteExplanation& explanation);

/// The same as HTML. Every text of the message and the configuration is escaped.
std::string to_html(const RouteExplanation& explanation);

}  // namespace vagus
