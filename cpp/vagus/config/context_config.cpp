#include "vagus/config/context_config.hpp"

#include <algorithm>

#include "vagus/base/json.hpp"
#include "vagus/config/config.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

constexpr ContextCapability kOwn[] = {
    ContextCapability::bootstrap,  ContextCapability::assemble_before_prompt,
    ContextCapability::after_turn, ContextCapability::maintain,
    ContextCapability::compact,
};

// A projection that is injected once for each epoch of a thread would need the core, which has a
// prompt assembled for every call.
constexpr ContextCapability kHosts[] = {ContextCapability::runtime_llm_complete};

template <class List>
bool holds(const List& list, ContextCapability wanted) {
  return std::find(std::begin(list), std::end(list), wanted) != std::end(list);
}

Error wrong(const std::string& path, std::string_view value, std::string_view message) {
  return make_error(ErrorCode::invalid_config, path, value, message);
}

// Fails closed: an engine that would miss something is not started at all.
MaybeError check_capabilities(const std::string& path, const ContextConfig& context) {
  for (std::size_t i = 0; i < context.provides.size(); ++i) {
    const ContextCapability each = context.provides[i];
    if (holds(kHosts, each)) continue;
    return wrong(join_path(join_path(path, "provides"), i), name_of(each),
                 holds(kOwn, each) ? "is provided by vagus itself" : "cannot be provided");
  }
  for (std::size_t i = 0; i < context.needs.size(); ++i) {
    const ContextCapability each = context.needs[i];
    if (holds(kOwn, each) || holds(context.provides, each)) continue;
    return wrong(join_path(join_path(path, "requires"), i), name_of(each),
                 "is not provided, so the engine cannot be used");
  }
  return std::nullopt;
}

MaybeError check_context(const Config& config, const std::string& path,
                         const ContextConfig& context) {
  const std::string engine = join_path(path, "engine");
  if (!context.engine.empty() && is_blank(context.engine)) {
    return wrong(engine, context.engine, "must be a name; leave it out for the built-in engine");
  }
  if (context.engine.size() > kMaxKeyBytes) {
    return wrong(engine, context.engine,
                 "must have at most " + std::to_string(kMaxKeyBytes) + " bytes");
  }
  if (!context.engine.empty() && config.profile == Profile::reference) {
    return wrong(engine, context.engine, "the reference profile has only its own engine");
  }
  if (context.timeout.millis() <= 0) {
    return wrong(join_path(path, "timeout"), context.timeout.str(), "must be longer than zero");
  }
  if (context.summary_timeout.millis() <= 0) {
    return wrong(join_path(path, "summary_timeout"), context.summary_timeout.str(),
                 "must be longer than zero");
  }
  if (!context.summary_model.empty() && config.models.count(context.summary_model) == 0) {
    return wrong(join_path(path, "summary_model"), context.summary_model,
                 "must be a name in 'models'");
  }
  return check_capabilities(path, context);
}

}  // namespace

MaybeError check_contexts(const Config& config) {
  if (auto failed = check_context(config, "context", config.context)) return failed;
  for (std::size_t i = 0; i < config.agents.list.size(); ++i) {
    const auto& own = config.agents.list[i].context;
    if (!own) continue;
    const std::string path = join_path(join_path("agents.list", i), "context");
    if (auto failed = check_context(config, path, *own)) return failed;
  }
  return std::nullopt;
}

const ContextConfig& context_of(const Config& config, const AgentConfig& agent) {
  return agent.context ? *agent.context : config.context;
}

}  // namespace vagus
