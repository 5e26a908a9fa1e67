#include "module.hpp"
#include "records.hpp"
#include "vagus/context/bootstrap_files.hpp"
#include "vagus/context/context_pruning.hpp"
#include "vagus/context/history.hpp"
#include "vagus/context/history_limit.hpp"
#include "vagus/context/pairing.hpp"
#include "vagus/context/provider_errors.hpp"
#include "vagus/context/text_cut.hpp"
#include "vagus/context/tool_calls.hpp"
#include "vagus/context/tool_results.hpp"
#include "vagus/context/turn_rules.hpp"
#include "vagus/context/weighted_chars.hpp"
#include "vagus/text/acknowledgement.hpp"

// The rules of transcripts, one by one. Python sees these functions as `vagus.transcripts`.
namespace vagus::bindings {
namespace {

std::vector<Message> messages_argument(py::handle messages) {
  return argument<std::vector<Message>>(messages, "messages");
}

// ---- pairs and turns

PairRepair repair_pairs_of(py::handle messages, py::handle unfinished, py::handle keep) {
  PairingOptions options;
  options.unfinished = argument<std::vector<std::int64_t>>(unfinished, "unfinished");
  options.keep_their_results = argument<bool>(keep, "keep_their_results");
  return repair_pairs(messages_argument(messages), options);
}

void bind_pairs(py::module_& module) {
  bind_record<PairRepair>(module, "Messages with their pairs in order, and what that took.");
  bind_record<ToolCallRepair>(module, "Messages without unusable tool calls.");
  module.attr("NO_RESULT") = std::string(kNoResult);
  module.attr("CALLS_LEFT_OUT") = std::string(kCallsLeftOut);
  module.def("repair_pairs", &repair_pairs_of, py::arg("messages"), py::kw_only(),
             py::arg("unfinished") = py::tuple(), py::arg("keep_their_results") = true,
             "Put the result of every tool call directly behind it.");
  module.def(
      "pairs_intact", [](py::handle messages) { return pairs_intact(messages_argument(messages)); },
      py::arg("messages"), "True when ``repair_pairs`` would change nothing.");
  module.def(
      "repair_tool_calls",
      [](py::handle messages, py::handle allowed) {
        using Names = std::optional<std::vector<std::string>>;
        return repair_tool_calls(messages_argument(messages),
                                 argument<Names>(allowed, "allowed_tools"));
      },
      py::arg("messages"), py::kw_only(), py::arg("allowed_tools") = py::none(),
      "Leave out tool calls that no provider takes.");
  module.def(
      "without_unanswered_calls",
      [](py::handle messages) {
        return to_python(without_unanswered_calls(messages_argument(messages)));
      },
      py::arg("messages"), "The messages without the tool calls that no result follows.");
}

void bind_turns(py::module_& module) {
  bind_record<TurnViolation>(module, "One reason for a provider to refuse a list of messages.");
  module.attr("OPENING") = std::string(kOpening);
  module.def(
      "check_turns",
      [](py::handle messages, py::handle rules) {
        return to_python(
            check_turns(messages_argument(messages), argument<TurnRules>(rules, "rules")));
      },
      py::arg("messages"), py::arg("rules"),
      "Everything in the messages that the provider would refuse.");
  module.def(
      "repair_turns",
      [](py::handle messages, py::handle rules) {
        return to_python(
            repair_turns(messages_argument(messages), argument<TurnRules>(rules, "rules")));
      },
      py::arg("messages"), py::arg("rules"), "The messages as the provider takes them.");
  module.def(
      "merge_consecutive",
      [](py::handle messages, py::handle role) {
        return to_python(
            merge_consecutive(messages_argument(messages), argument<Role>(role, "role")));
      },
      py::arg("messages"), py::arg("role"),
      "One message of every run of messages of the role; other messages stay.");
  module.def(
      "open_with_user",
      [](py::handle messages) { return to_python(open_with_user(messages_argument(messages))); },
      py::arg("messages"), "A user's message in front of the first turn, unless that is a user's.");
}

// ---- tool results

CutWords words_argument(py::handle words) {
  CutWords given = argument<std::optional<CutWords>>(words, "words").value_or(CutWords{});
  if (auto failed = check_cut_words(given)) throw Exception(*failed);
  return given;
}

ResultLimits limits_argument(py::handle limits) {
  ResultLimits given = argument<ResultLimits>(limits, "limits");
  if (auto failed = check_result_limits(given)) throw Exception(*failed);
  return given;
}

std::string cut(py::handle text, py::handle max_chars, py::handle min_head, py::handle words) {
  TextCut how;
  how.max_chars = argument<std::int64_t>(max_chars, "max_chars");
  how.min_head = argument<std::int64_t>(min_head, "min_head");
  return cut_text(text_view(text, "text"), how, words_argument(words));
}

ShrunkResults shrink(py::handle messages, py::handle limits, py::handle memory) {
  const auto known = argument<std::optional<ResultMemory>>(memory, "memory");
  return shrink_results(messages_argument(messages), limits_argument(limits),
                        known.value_or(ResultMemory{}));
}

ShrunkResults prune(py::handle messages, py::handle window, py::handle settings) {
  const auto given = argument<std::optional<PruningSettings>>(settings, "settings");
  return prune_old_results(messages_argument(messages), argument<std::int64_t>(window, "window"),
                           bounded_settings(given.value_or(PruningSettings{})));
}

void bind_result_cuts(py::module_& module) {
  bind_record<CutWords>(module, "What stands in a text that was cut.");
  module.def(
      "weighted_chars", [](py::handle text) { return weighted_chars(text_view(text, "text")); },
      py::arg("text"), "Characters of a text by what they cost.");
  module.def("cut_text", &cut, py::arg("text"), py::arg("max_chars"), py::kw_only(),
             py::arg("min_head") = 0, py::arg("words") = py::none(),
             "A text of at most so many weighted characters, notice included.");
  module.def(
      "cut_notice",
      [](py::handle count, py::handle words) {
        return cut_notice(argument<std::int64_t>(count, "count"), words_argument(words));
      },
      py::arg("count"), py::arg("words") = py::none(),
      "The notice for so many missing UTF-16 units, at least 1.");
}

void bind_results(py::module_& module) {
  bind_record<ResultLimits>(module, "Limits on the tool results of a prompt.");
  bind_record<ResultMemory>(module, "How short results have been shown.");
  bind_record<ShrunkResults>(module, "Messages with shorter results, and what that took away.");
  bind_record<ResultPotential>(module, "What cutting results could take away.");
  bind_record<GuardedLoop>(module, "The messages of a tool loop before the model's next call.");
  module.def(
      "tool_result_cap",
      [](py::handle window, py::handle hard_cap) {
        return tool_result_cap(argument<std::int64_t>(window, "window"),
                               argument<std::optional<std::int64_t>>(hard_cap, "hard_cap"));
      },
      py::arg("window"), py::kw_only(), py::arg("hard_cap") = py::none(),
      "The most characters that one result may have in a window of so many tokens.");
  module.def(
      "all_results_cap",
      [](py::handle window, py::handle result_chars) {
        return all_results_cap(argument<std::int64_t>(window, "window"),
                               argument<std::int64_t>(result_chars, "result_chars"));
      },
      py::arg("window"), py::arg("result_chars"),
      "The most characters that all results together may have.");
  module.def(
      "loop_result_cap",
      [](py::handle window) { return loop_result_cap(argument<std::int64_t>(window, "window")); },
      py::arg("window"),
      "The most characters, doubled, that one result may have inside a tool loop.");
  module.def("shrink_results", &shrink, py::arg("messages"), py::arg("limits"), py::kw_only(),
             py::arg("memory") = py::none(), "The messages with tool results within limits.");
  module.def(
      "shrink_newest_turn",
      [](py::handle messages, py::handle max_chars, py::handle words) {
        return shrink_newest_turn(messages_argument(messages),
                                  argument<std::int64_t>(max_chars, "max_chars"),
                                  words_argument(words));
      },
      py::arg("messages"), py::arg("max_chars"), py::kw_only(), py::arg("words") = py::none(),
      "The messages with the texts of users and tools in the newest turn cut to so many weighted "
      "characters together.");
  module.def(
      "result_potential",
      [](py::handle messages, py::handle limits) {
        return result_potential(messages_argument(messages), limits_argument(limits));
      },
      py::arg("messages"), py::arg("limits"), "What cutting results could take away.");
  module.def(
      "guard_tool_loop",
      [](py::handle messages, py::handle window, py::handle words) {
        return guard_tool_loop(messages_argument(messages),
                               argument<std::int64_t>(window, "window"), words_argument(words));
      },
      py::arg("messages"), py::arg("window"), py::kw_only(), py::arg("words") = py::none(),
      "The messages of a tool loop, results cut, and whether they fit.");
}

void bind_pruning(py::module_& module) {
  bind_record<PruningSettings>(module, "When old tool results are cut, and how far.");
  module.def(
      "bounded_settings",
      [](py::handle settings) {
        return bounded_settings(argument<PruningSettings>(settings, "settings"));
      },
      py::arg("settings"), "The settings with every number and text that can be used.");
  module.def("prune_old_results", &prune, py::arg("messages"), py::arg("window"), py::kw_only(),
             py::arg("settings") = py::none(),
             "The messages with old tool results cut, for a prompt whose cache is cold.");
  module.def(
      "pruning_is_due",
      [](py::handle settings, py::handle last_sent, py::handle now) {
        return pruning_is_due(argument<PruningSettings>(settings, "settings"),
                              argument<std::optional<Millis>>(last_sent, "last_sent_ms"),
                              argument<Millis>(now, "now_ms"));
      },
      py::arg("settings"), py::arg("last_sent_ms"), py::kw_only(), py::arg("now_ms"),
      "True when a conversation that was last sent then, or never (None), has a cold cache.");
}

// ---- history

bool is_real(py::handle messages, py::handle index) {
  const auto given = messages_argument(messages);
  const auto at = argument<std::int64_t>(index, "index");
  if (at < 0) refuse("index", index, "must not be negative");
  return is_real_conversation(given, static_cast<std::size_t>(at));
}

void bind_history(py::module_& module) {
  bind_record<ReducedHistory>(module, "A history with less in it.");
  bind_record<HeartbeatTurns>(module, "How heartbeats that found nothing are told.");
  bind_record<ChannelHistory>(module, "How many turns the sessions of one channel send.");
  module.attr("IMAGE_REMOVED") = std::string(kImageRemoved);
  module.def(
      "prune_history_images",
      [](py::handle messages, py::handle keep) {
        return prune_history_images(messages_argument(messages),
                                    argument<std::int64_t>(keep, "keep_turns"));
      },
      py::arg("messages"), py::kw_only(), py::arg("keep_turns") = 3,
      "The messages without the images of all but the newest answered turns.");
  module.def(
      "limit_turns",
      [](py::handle messages, py::handle limit) {
        return limit_turns(messages_argument(messages),
                           argument<std::optional<std::int64_t>>(limit, "limit"));
      },
      py::arg("messages"), py::arg("limit"),
      "The newest turns, each from a user's message on; all of them without a limit from 1.");
  module.def(
      "history_limit",
      [](py::handle key, py::handle channels) {
        using Channels = std::map<std::string, ChannelHistory>;
        return to_python(
            history_limit(text_view(key, "key"), argument<Channels>(channels, "channels")));
      },
      py::arg("key"), py::arg("channels"),
      "The limit of a session, for ``limit_turns``; None for sessions that have none.");
  module.def(
      "drop_heartbeats",
      [](py::handle messages, py::handle turns) {
        return drop_heartbeats(messages_argument(messages),
                               argument<HeartbeatTurns>(turns, "turns"));
      },
      py::arg("messages"), py::arg("turns"), "The messages without heartbeats that found nothing.");
  module.def("is_real_conversation", &is_real, py::arg("messages"), py::arg("index"),
             "True when the message there is part of a conversation.");
  module.def(
      "is_no_reply", [](py::handle text) { return is_no_reply(text_view(text, "text")); },
      py::arg("text"), "True for NO_REPLY alone, in any case.");
  module.def(
      "without_no_reply",
      [](py::handle text) { return std::string(without_no_reply(text_view(text, "text"))); },
      py::arg("text"), "The text, trimmed, without the NO_REPLY that it ends with.");
}

// ---- files

std::vector<ShownFile> show_files(py::handle files, py::handle limits) {
  const auto given = argument<std::optional<BootstrapLimits>>(limits, "limits");
  const BootstrapLimits checked = given.value_or(BootstrapLimits{});
  if (auto failed = check_bootstrap_limits(checked)) throw Exception(*failed);
  return bootstrap_files(argument<std::vector<BootstrapFile>>(files, "files"), checked);
}

void bind_files(py::module_& module) {
  bind_record<BootstrapFile>(module, "A file of a workspace.");
  bind_record<BootstrapLimits>(module, "How much of the files is shown.");
  bind_record<ShownFile>(module, "A file as it is shown.");
  module.def(
      "bootstrap_files",
      [](py::handle files, py::handle limits) { return to_python(show_files(files, limits)); },
      py::arg("files"), py::kw_only(), py::arg("limits") = py::none(),
      "What is shown of the files, in order, within limits.");
}

// ---- errors

void bind_provider_errors(py::module_& module) {
  bind_record<ProviderError>(module, "A provider's error text, read.");
  module.def(
      "classify_provider_error",
      [](py::handle text) { return classify_provider_error(text_view(text, "text")); },
      py::arg("text"), "What a provider's error text says is wrong.");
  module.def(
      "classify_compaction_reason",
      [](py::handle text) {
        return to_python(classify_compaction_reason(text_view(text, "text")));
      },
      py::arg("text"), "Why a compaction came to nothing, from a text for people.");
}

}  // namespace

void bind_transcripts(py::module_& module) {
  bind_pairs(module);
  bind_turns(module);
  bind_result_cuts(module);
  bind_results(module);
  bind_pruning(module);
  bind_history(module);
  bind_files(module);
  bind_provider_errors(module);
}

}  // namespace vagus::bindings
