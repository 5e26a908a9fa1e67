#include "vagus/context/compaction.hpp"

#include "module.hpp"
#include "records.hpp"
#include "vagus/context/pressure.hpp"
#include "vagus/context/reference_settings.hpp"
#include "vagus/context/summary_task.hpp"

// Which messages a summary replaces and what it must be. Python sees these functions as the module
// `vagus.compaction`.
namespace vagus::bindings {
namespace {

Transcript transcript_argument(py::handle messages, py::handle profile) {
  auto given = argument<std::vector<Message>>(messages, "messages");
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (auto failed = check_message(join_path("messages", i), given[i], Limits{})) {
      throw Exception(*failed);
    }
  }
  return {argument<Profile>(profile, "profile"), std::move(given)};
}

Pressure pressure(py::handle tokens, py::handle window, py::handle reserve, py::handle reducible,
                  py::handle profile) {
  const ModelConfig model{count_argument(window, "window"), count_argument(reserve, "reserve")};
  return pressure_of(count_argument(tokens, "tokens"),
                     Budget::of(model, argument<Profile>(profile, "profile")),
                     count_argument(reducible, "reducible_chars"));
}

py::object portions(py::handle tokens, py::handle max_tokens) {
  const auto costs = argument<std::vector<std::int64_t>>(tokens, "tokens");
  for (std::size_t i = 0; i < costs.size(); ++i) {
    if (costs[i] < 0 || costs[i] > kMaxCount) {
      refuse(join_path("tokens", i), py::int_(costs[i]), "must be a count of tokens");
    }
  }
  return to_python(portions_within(costs, count_argument(max_tokens, "max_tokens", 1)));
}

void bind_cuts(py::module_& module) {
  bind_record<CutPoint>(module, "What to keep when the start of a transcript is summarised.");
  bind_record<KeptShare>(module, "What is left of a history that may use a share of a window.");
  module.def(
      "find_cut_point",
      [](py::handle messages, py::handle keep_tokens, py::handle profile) {
        return find_cut_point(transcript_argument(messages, profile),
                              count_argument(keep_tokens, "keep_tokens", 1));
      },
      py::arg("messages"), py::kw_only(), py::arg("keep_tokens") = 20'000,
      py::arg("profile") = "vagus",
      "Where to cut so that at least ``keep_tokens`` of the newest messages stay, and no tool call "
      "loses its result. Raises InvalidInput.");
  module.def("portions_within", &portions, py::arg("tokens"), py::kw_only(), py::arg("max_tokens"),
             "Sizes of consecutive portions worth at most ``max_tokens``, with the margin of "
             "estimates; what alone is worth more has a portion of its own. Raises InvalidInput.");
  module.def(
      "portions_of_equal_share",
      [](py::handle messages, py::handle parts, py::handle profile) {
        return to_python(portions_of_equal_share(transcript_argument(messages, profile),
                                                 count_argument(parts, "parts", 1)));
      },
      py::arg("messages"), py::kw_only(), py::arg("parts"), py::arg("profile") = "vagus",
      "Sizes of at most ``parts`` portions of about equal worth; a call stays with its results. "
      "Raises InvalidInput.");
  module.def(
      "keep_share",
      [](py::handle messages, py::handle window, py::handle permille, py::handle profile) {
        const std::int64_t share = count_argument(permille, "permille", 1);
        if (share > 1'000) refuse("permille", permille, "must be at most 1000");
        return keep_share(transcript_argument(messages, profile),
                          count_argument(window, "window", 1), share);
      },
      py::arg("messages"), py::kw_only(), py::arg("window"), py::arg("permille") = 500,
      py::arg("profile") = "vagus",
      "Drops older halves until the rest costs at most ``permille`` thousandths of ``window``. "
      "Raises InvalidInput.");
  module.def(
      "portion_permille",
      [](py::handle messages, py::handle window, py::handle profile) {
        return portion_permille(transcript_argument(messages, profile),
                                count_argument(window, "window", 1));
      },
      py::arg("messages"), py::kw_only(), py::arg("window"), py::arg("profile") = "vagus",
      "How much of a window a portion may fill, in thousandths: 400, less when messages are large, "
      "at least 150. Raises InvalidInput.");
  module.def(
      "is_too_large_to_summarise",
      [](py::handle tokens, py::handle window) {
        return is_too_large_to_summarise(count_argument(tokens, "tokens"),
                                         count_argument(window, "window", 1));
      },
      py::arg("tokens"), py::kw_only(), py::arg("window"),
      "True for a message that, with the margin, is beyond half of the window. Raises "
      "InvalidInput.");
}

void bind_summaries(py::module_& module) {
  bind_record<SummaryFault>(module, "One way in which a summary falls short.");
  bind_record<SummaryTask>(module, "A summary of older turns that is wanted, and of what.");
  bind_record<SummaryReview>(module, "What became of a summary, and what to do next.");
  module.def(
      "summary_prompt",
      [](py::handle task) {
        return to_python(summary_prompt(argument<SummaryTask>(task, "task")));
      },
      py::arg("task"),
      "The task as two messages, of the system and of a user, for hosts that give it to a model as "
      "it is.");
  py::list headings;
  for (const std::string_view heading : kSummaryHeadings) headings.append(std::string(heading));
  module.attr("SUMMARY_HEADINGS") = py::tuple(headings);
  module.def(
      "cap_summary",
      [](py::handle text, py::handle max_chars, py::handle note) {
        return cap_summary(text_from_python(text, "text"), count_argument(max_chars, "max_chars"),
                           text_from_python(note, "note"));
      },
      py::arg("text"), py::kw_only(), py::arg("max_chars") = kSummaryChars,
      py::arg("note") = std::string(kSummaryCutNote),
      "``text`` cut to ``max_chars`` characters, ``note`` included where there is room for it. "
      "Raises InvalidInput.");
  module.def(
      "exact_identifiers",
      [](py::handle text) { return to_python(exact_identifiers(text_from_python(text, "text"))); },
      py::arg("text"),
      "What a model could not guess again: hexadecimal ids, URLs, paths, hosts with a port, long "
      "numbers; each once, twelve at most.");
  module.def(
      "check_summary",
      [](py::handle summary, py::handle identifiers, py::handle latest_ask) {
        return to_python(
            check_summary(text_from_python(summary, "summary"),
                          argument<std::vector<std::string>>(identifiers, "identifiers"),
                          argument<std::optional<std::string>>(latest_ask, "latest_ask")));
      },
      py::arg("summary"), py::kw_only(), py::arg("identifiers") = py::tuple(),
      py::arg("latest_ask") = py::none(),
      "How a summary falls short: headings, identifiers, the latest ask; an empty list for a good "
      "one. Raises InvalidInput.");
  module.def("empty_summary", &empty_summary,
             "The summary of a conversation in which nothing was said.");
}

std::optional<std::int64_t> optional_count(py::handle value, const std::string& field) {
  return argument<std::optional<std::int64_t>>(value, field);
}

void bind_reference_settings(py::module_& module) {
  bind_record<ContextWindow>(module, "How much a prompt and its answer may take.");
  bind_record<CompactionSettings>(module, "How much compaction keeps free and keeps whole.");
  bind_record<CompactionWishes>(module, "What an owner of the reference system wrote.");
  bind_record<SessionUpkeep>(module, "What a session is due for.");
  module.def(
      "context_window",
      [](py::handle model, py::handle setting, py::handle fallback) {
        return context_window(optional_count(model, "model"), optional_count(setting, "setting"),
                              count_argument(fallback, "fallback"));
      },
      py::arg("model"), py::kw_only(), py::arg("setting") = py::none(),
      py::arg("fallback") = 200'000,
      "The model's window, which a setting can make smaller and never larger. Raises "
      "InvalidInput.");
  module.def(
      "compaction_settings",
      [](py::handle wishes, py::handle defaults, py::handle window) {
        return compaction_settings(argument<CompactionWishes>(wishes, "wishes"),
                                   argument<CompactionSettings>(defaults, "defaults"),
                                   optional_count(window, "window"));
      },
      py::arg("wishes") = CompactionWishes{}, py::kw_only(),
      py::arg("defaults") = CompactionSettings{}, py::arg("window") = py::none(),
      "``defaults`` with what was wished for; a reserve of at least the floor. Raises "
      "InvalidInput.");
  module.def(
      "compaction_deadline",
      [](py::handle seconds) { return compaction_deadline(optional_count(seconds, "seconds")); },
      py::arg("seconds") = py::none(),
      "Milliseconds that a compaction may take. Raises InvalidInput.");
  module.def(
      "run_attempts",
      [](py::handle profiles) { return run_attempts(count_argument(profiles, "profiles")); },
      py::arg("profiles"),
      "How often a run may call its model, with so many profiles to fall back on. Raises "
      "InvalidInput.");
  module.def(
      "session_upkeep",
      [](py::handle tokens, py::handle compactions, py::handle flushed_at, py::handle window,
         py::handle reserve_floor, py::handle margin) {
        return session_upkeep(
            count_argument(tokens, "tokens"), count_argument(compactions, "compactions"),
            optional_count(flushed_at, "flushed_at"), count_argument(window, "window"),
            count_argument(reserve_floor, "reserve_floor"), count_argument(margin, "margin"));
      },
      py::arg("tokens"), py::kw_only(), py::arg("compactions") = 0,
      py::arg("flushed_at") = py::none(), py::arg("window"), py::arg("reserve_floor") = 20'000,
      py::arg("margin") = 4'000,
      "Whether a session is due for a memory flush and for a compaction. Raises InvalidInput.");
}

}  // namespace

void bind_compaction(py::module_& module) {
  bind_record<Pressure>(module, "A prompt of so many tokens beside its budget.");
  module.def("prompt_pressure", &pressure, py::arg("tokens"), py::kw_only(),
             py::arg("window") = ModelConfig{}.window, py::arg("reserve") = ModelConfig{}.reserve,
             py::arg("reducible_chars") = 0, py::arg("profile") = "vagus",
             "Whether a prompt of ``tokens`` fits ``window`` without its reserve, and what to do "
             "when it does not. Raises InvalidInput.");
  module.def(
      "admit_prompt",
      [](py::handle ledger, py::handle reducible_chars) {
        const auto asked = argument<Ledger>(ledger, "ledger");
        const Budget budget{asked.window, asked.reserve, asked.budget};
        return pressure_of(asked.estimated, budget,
                           count_argument(reducible_chars, "reducible_chars"));
      },
      py::arg("ledger"), py::kw_only(), py::arg("reducible_chars") = 0,
      "Whether the prompt that ``ledger`` accounts for may be sent, and what to do when not.");
  bind_cuts(module);
  bind_summaries(module);
  bind_reference_settings(module);
}

}  // namespace vagus::bindings
