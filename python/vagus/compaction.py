"""Summaries of older turns: which messages one replaces, and what it must be.

Nothing here asks a model. A host that summarises asks whether it has to, where to cut, and whether
what came back is good enough to replace what it is about::

    from vagus import Message
    from vagus.compaction import check_summary, empty_summary, find_cut_point, prompt_pressure

    prompt_pressure(124_349, window=128_000, reserve=16_384).fit  # 'compact'
    turns = [Message.of("user", "a" * 400), Message.of("assistant", "b" * 400)] * 50
    find_cut_point(turns, keep_tokens=1_000).first_kept  # 90
    check_summary(empty_summary(), identifiers=["DEADBEEF"])[0].what  # 'missing-identifier'

More in ``docs/compaction.md``.
"""

from __future__ import annotations

from vagus._core import (
    SUMMARY_HEADINGS,
    CompactionSettings,
    CompactionWishes,
    ContextWindow,
    CutPoint,
    KeptShare,
    Pressure,
    SessionUpkeep,
    SummaryFault,
    SummaryReview,
    SummaryTask,
    admit_prompt,
    cap_summary,
    check_summary,
    compaction_deadline,
    compaction_settings,
    context_window,
    empty_summary,
    exact_identifiers,
    find_cut_point,
    is_too_large_to_summarise,
    keep_share,
    portion_permille,
    portions_of_equal_share,
    portions_within,
    prompt_pressure,
    run_attempts,
    session_upkeep,
    summary_prompt,
)

__all__ = [
    "SUMMARY_HEADINGS",
    "CompactionSettings",
    "CompactionWishes",
    "ContextWindow",
    "CutPoint",
    "KeptShare",
    "Pressure",
    "SessionUpkeep",
    "SummaryFault",
    "SummaryReview",
    "SummaryTask",
    "admit_prompt",
    "cap_summary",
    "check_summary",
    "compaction_deadline",
    "compaction_settings",
    "context_window",
    "empty_summary",
    "exact_identifiers",
    "find_cut_point",
    "is_too_large_to_summarise",
    "keep_share",
    "portion_permille",
    "portions_of_equal_share",
    "portions_within",
    "prompt_pressure",
    "run_attempts",
    "session_upkeep",
    "summary_prompt",
]
