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
    PairRepair,
    ToolCallRepair,
    TurnViolation,
    check_turns,
    merge_consecutive,
    open_with_user,
    pairs_intact,
    repair_pairs,
    repair_tool_calls,
    repair_turns,
    without_unanswered_calls,
)

__all__ = [
    "CALLS_LEFT_OUT",
    "NO_RESULT",
    "OPENING",
    "PairRepair",
    "ToolCallRepair",
    "TurnViolation",
    "check_turns",
    "merge_consecutive",
    "open_with_user",
    "pairs_intact",
    "repair_pairs",
    "repair_tool_calls",
    "repair_turns",
    "without_unanswered_calls",
]
