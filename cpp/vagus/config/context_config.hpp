#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/text/duration.hpp"

namespace vagus {

struct Config;

/// What a context engine may need of its host (spec: context, section 1.1).
enum class ContextCapability {
  bootstrap,
  assemble_before_prompt,
  after_turn,
  maintain,
  compact,
  runtime_llm_complete,
  thread_bootstrap_projection,
};
constexpr std::array<std::string_view, 7> enum_names(ContextCapability) {
  return {"bootstrap",
          "assemble-before-prompt",
          "after-turn",
          "maintain",
          "compact",
          "runtime-llm-complete",
          "thread-bootstrap-projection"};
}

/// How an engine is told of a finished turn.
enum class TurnReport { commit, after_turn, ingest };
constexpr std::array<std::string_view, 3> enum_names(TurnReport) {
  return {"commit", "after-turn", "ingest"};
}

/// Who keeps an agent's memory and makes its prompts: the built-in engine, or one of the host's.
struct ContextConfig {
  std::string engine;  ///< empty: the built-in one
  bool owns_compaction = false;
  TurnReport turn = TurnReport::commit;
  std::vector<ContextCapability> needs;  ///< `requires`, which is a word of the language
  std::vector<ContextCapability> provides;
  std::string instructions;
  Duration timeout{30 * kSecond};
  bool summarise = false;
  std::string summary_model;
  Duration summary_timeout{kMinute};

  static constexpr std::string_view kName = "ContextConfig";
  static constexpr auto fields() {
    return field_list(
        field("engine", &ContextConfig::engine, "the host's name for it; else the built-in one"),
        field("owns_compaction", &ContextConfig::owns_compaction,
              "it is asked to compact; else what it assembled is cut as the built-in one would"),
        field("turn", &ContextConfig::turn, "how it is told of a finished turn"),
        field("requires", &ContextConfig::needs, "what it cannot do without"),
        field("provides", &ContextConfig::provides, "what the host adds to what vagus provides"),
        field("instructions", &ContextConfig::instructions, "told with every compaction"),
        field("timeout", &ContextConfig::timeout, "how long one call of it may take"),
        field("summarise", &ContextConfig::summarise,
              "the host can have older turns summarised: the built-in engine asks for it"),
        field("summary_model", &ContextConfig::summary_model,
              "a name in 'models' for that; else the run's own"),
        field("summary_timeout", &ContextConfig::summary_timeout,
              "a run waits no longer for one summary"));
  }
};

/// Refuses (`invalid_config`) a blank engine, one in the reference profile, a capability that
/// nobody provides, one that is not the host's to provide, a timeout of nothing, and a summary's
/// model that is not configured.
MaybeError check_contexts(const Config& config);

}  // namespace vagus
