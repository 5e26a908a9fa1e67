#include "vagus/context/engine_contract.hpp"

#include <iterator>

#include "vagus/base/json.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

using Breach = std::optional<std::string>;

static_assert(std::variant_size_v<ContextRequest> == enum_names(ContextMethod{}).size());

Breach negative(std::string_view name, std::int64_t count) {
  if (count >= 0) return std::nullopt;
  return std::string(name) + " is " + std::to_string(count) + ", which is below zero";
}

/// What each request is answered with, and what must be true of it.
class Reader {
 public:
  Reader(const ContextAnswer& answer, const Limits& limits) : answer_(answer), limits_(limits) {}

  Breach operator()(const ContextBootstrap&) const {
    return check<ContextBootstrapped>([](const ContextBootstrapped& answer) {
      return negative("imported_messages", answer.imported_messages);
    });
  }

  Breach operator()(const ContextIngest&) const {
    return check<ContextIngested>(
        [](const ContextIngested& answer) { return negative("ingested", answer.ingested); });
  }

  Breach operator()(const ContextAssemble& request) const {
    return check<ContextAssembled>(
        [&](const ContextAssembled& answer) { return assembled(answer, request.messages.back()); });
  }

  Breach operator()(const ContextCompact&) const {
    return check<ContextCompacted>([](const ContextCompacted& answer) {
      const Breach before = negative("tokens_before", answer.tokens_before);
      return before ? before : negative("tokens_after", answer.tokens_after.value_or(0));
    });
  }

  Breach operator()(const ContextCommitTurn&) const { return check<ContextCommitted>(); }
  Breach operator()(const ContextMaintain&) const { return check<ContextMaintained>(); }

  template <class Request>
  Breach operator()(const Request&) const {
    return check<ContextDone>();
  }

 private:
  template <class Answer>
  Breach check() const {
    return check<Answer>([](const Answer&) { return Breach(); });
  }

  template <class Answer, class Check>
  Breach check(const Check& rest) const {
    if (const auto* answer = std::get_if<Answer>(&answer_)) return rest(*answer);
    const auto name = [](const auto& each) { return std::string(each.kName); };
    return "answered with " + std::visit(name, answer_) + ", not with " +
           std::string(Answer::kName);
  }

  Breach assembled(const ContextAssembled& answer, const Message& newest) const {
    if (auto failed = negative("estimated_tokens", answer.estimated_tokens)) return failed;
    if (std::ssize(answer.messages) > limits_.transcript_messages + 1) {
      return "more messages than limits.transcript_messages";
    }
    for (std::size_t i = 0; i < answer.messages.size(); ++i) {
      const std::string field = join_path("messages", i);
      if (auto failed = check_message(field, answer.messages[i], limits_)) return failed->what();
      if (answer.messages[i].role == Role::system) return field + " is a system message";
    }
    if (answer.messages.empty() || !(answer.messages.back() == newest)) {
      return "the messages do not end with the newest user message";
    }
    if (!pairs_intact(answer.messages)) return "a tool call or result stands alone";
    const std::string& addition = answer.system_prompt_addition;
    const bool sound = std::ssize(addition) <= limits_.text_bytes && is_valid_utf8(addition);
    return sound ? Breach() : "system_prompt_addition is too long, or no text";
  }

  const ContextAnswer& answer_;
  const Limits& limits_;
};

}  // namespace

ContextMethod method_of(const ContextRequest& request) {
  return static_cast<ContextMethod>(request.index());
}

Breach breach_of(const ContextRequest& request, const ContextAnswer& answer, const Limits& limits) {
  return std::visit(Reader(answer, limits), request);
}

bool has_shrunk(const ContextCompacted& answer) {
  return answer.ok && answer.compacted && answer.tokens_after &&
         *answer.tokens_after < answer.tokens_before;
}

}  // namespace vagus
