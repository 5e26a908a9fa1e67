"""Rules that make any transcript one that a provider takes.

They are pure functions of lists of ``Message``: nothing asks a model, and nothing given is changed.
Before a prompt leaves, repair it for whom it goes to::

    from vagus import Message
    from vagus.transcripts import check_turns, repair_turns

    messages = [Message.of("assistant", "Hello."), Message.of("user", "Hi!")]
    [each.fault for each in check_turns(messages, "anthropic")]  # ['first_role']
    check_turns(repair_turns(messages, "anthropic"), "anthropic")  # []

More in ``docs/transcripts.md``.
"""

from __future__ import annotations

from vagus._core import (
    CALLS_LEFT_OUT,
    NO_RESULT,
    OPENING,
    CutWords,
    GuardedLoop,
    PairRepair,
    PruningSettings,
    ResultLimits,
    ResultMemory,
    ResultPotential,
    ShrunkResults,
    ToolCallRepair,
    TurnViolation,
    all_results_cap,
    bounded_settings,
    check_turns,
    cut_notice,
    cut_text,
    guard_tool_loop,
    loop_result_cap,
    merge_consecutive,
    open_with_user,
    pairs_intact,
    prune_old_results,
    pruning_is_due,
    repair_pairs,
    repair_tool_calls,
    repair_turns,
    result_potential,
    shrink_results,
    tool_result_cap,
    weighted_chars,
    without_unanswered_calls,
)

__all__ = [
    "CALLS_LEFT_OUT",
    "NO_RESULT",
    "OPENING",
    "CutWords",
    "GuardedLoop",
    "PairRepair",
    "PruningSettings",
    "ResultLimits",
    "ResultMemory",
    "ResultPotential",
    "ShrunkResults",
    "ToolCallRepair",
    "TurnViolation",
    "all_results_cap",
    "bounded_settings",
    "check_turns",
    "cut_notice",
    "cut_text",
    "guard_tool_loop",
    "loop_result_cap",
    "merge_consecutive",
    "open_with_user",
    "pairs_intact",
    "prune_old_results",
    "pruning_is_due",
    "repair_pairs",
    "repair_tool_calls",
    "repair_turns",
    "result_potential",
    "shrink_results",
    "tool_result_cap",
    "weighted_chars",
    "without_unanswered_calls",
]
