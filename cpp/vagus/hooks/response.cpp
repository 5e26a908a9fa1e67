#include "vagus/hooks/response.hpp"

#include <nlohmann/json.hpp>

namespace vagus {
namespace {

struct Answer {
  std::int64_t status;
  std::string_view words;
  bool is_json;
};

/// In the order of `HookProblem`.
constexpr Answer kAnswers[] = {
    {400, "send the token in a header, not in the address", false},
    {405, "Method Not Allowed", false},
    {401, "Unauthorized", false},
    {429, "Too Many Requests", false},
    {404, "Not Found", false},
    {413, "payload too large", true},
    {400, "bad request", true},
    {500, "hook mapping failed", true},
    {503, "no room", true},
};
static_assert(std::size(kAnswers) == enum_names(HookProblem{}).size());

const Answer& answer_of(HookProblem problem) {
  return kAnswers[static_cast<std::size_t>(problem)];
}

HookResponse json_response(std::int64_t status, const Json& body) {
  return {status, {{"content-type", "application/json; charset=utf-8"}}, dump_json(body)};
}

}  // namespace

std::int64_t status_of(HookProblem problem) {
  return answer_of(problem).status;
}

HookResponse refusal(HookProblem problem) {
  const Answer& answer = answer_of(problem);
  if (answer.is_json) return refusal(problem, answer.words);
  HookResponse made{
      answer.status, {{"content-type", "text/plain; charset=utf-8"}}, std::string(answer.words)};
  if (problem == HookProblem::not_post) made.headers["allow"] = "POST";
  return made;
}

HookResponse refusal(HookProblem problem, std::string_view why) {
  return json_response(status_of(problem), Json{{"ok", false}, {"error", std::string(why)}});
}

HookResponse wake_accepted(HookMode mode) {
  return json_response(200, Json{{"ok", true}, {"mode", std::string(name_of(mode))}});
}

HookResponse agent_accepted(std::string_view run_id) {
  return json_response(200, Json{{"ok", true}, {"runId", std::string(run_id)}});
}

HookResponse nothing_to_do() {
  return {204, {}, ""};
}

}  // namespace vagus
