#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "context/build.hpp"
#include "engine/host.hpp"

/// Context engines of a host, as scripts, and what they were called for.
namespace vagus::testing_engine {

inline std::string served_trent(std::string_view context, std::string_view more = "") {
  return R"({"context": {"engine": "lossless", )" + std::string(context) + R"("timeout": "30s"},
    "models": {"small": {"window": 8000, "reserve": 1000}},
    "agents": {"defaults": {"model": "small"}, "list": [{"id": "trent", "heartbeat": {
      "every": "0m", "light_context": true)" +
         std::string(more) + "}}]}}";
}

inline const std::string kServed = served_trent("");
inline const std::string kOwning = served_trent(R"("owns_compaction": true, )");
inline const std::string kOwningTicks =
    served_trent(R"("owns_compaction": true, "instructions": "Keep names.", )",
                 R"(, "isolated_session": true, "respond_tool": true)");

inline std::string methods(const std::vector<Effect>& effects) {
  std::string names;
  for (const ContextCall& call : all<ContextCall>(effects)) {
    names += (names.empty() ? "" : " ") + std::string(name_of(call.method));
  }
  return names;
}

template <class Request>
Request asked(const std::vector<Effect>& effects) {
  std::optional<Request> found;
  for (const ContextCall& call : all<ContextCall>(effects)) {
    if (const auto* request = std::get_if<Request>(&call.params)) found = *request;
  }
  EXPECT_TRUE(found.has_value()) << Request::kName;
  return found.value_or(Request{});
}

inline RequestWake tick() {
  return wake_of(main_key(), WakeKind::manual);
}

/// Obliging, but for the calls of one method.
inline ContextScript but(ContextMethod method, ContextScript script) {
  return [=](const ContextCall& call) {
    return call.method == method ? script(call) : obliging(call);
  };
}

inline ContextScript never() {
  return [](const ContextCall&) { return std::nullopt; };
}

inline ContextScript raises() {
  return [](const ContextCall& call) { return ContextFailed{call.call_id, "KeyError: x"}; };
}

inline ContextScript answers(ContextAnswer answer) {
  return [=](const ContextCall& call) { return ContextAnswered{call.call_id, answer}; };
}

/// Assembles what is asked for behind a text that is too long for any budget here, until it has
/// compacted; `helps`: whether that makes the text go away.
inline ContextScript bloated(bool helps) {
  auto compacted = std::make_shared<bool>(false);
  return [=](const ContextCall& call) -> std::optional<Command> {
    if (call.method == ContextMethod::compact) *compacted = helps;
    const auto* request = std::get_if<ContextAssemble>(&call.params);
    if (request == nullptr || *compacted) return obliging(call);
    ContextAssembled made{request->messages, 0, ""};
    made.messages.insert(made.messages.begin(), testing_messages::user(std::string(60'000, 'x')));
    return ContextAnswered{call.call_id, made};
  };
}

}  // namespace vagus::testing_engine
