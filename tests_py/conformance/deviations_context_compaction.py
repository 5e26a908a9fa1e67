"""Predicates of the rules about what is done when a prompt is too large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vagus.compaction import SUMMARY_HEADINGS, check_summary, empty_summary

from .adapters.tool_results import shown
from .cases import Case


def _empty_summaries_are_our_words(_case: Case, got: Any) -> bool:
    summary = empty_summary()
    headings = [line.removeprefix("## ") for line in summary.splitlines() if line.startswith("## ")]
    return (
        bool(got == shown(summary))
        and headings == list(SUMMARY_HEADINGS)
        and not check_summary(summary)
    )


COMPACTION_PREDICATES: dict[str, Callable[[Case, Any], bool]] = {
    "empty-summaries-are-our-words": _empty_summaries_are_our_words,
}
