"""Summarisers for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from vagus import Summarize, Summarized, SummaryFailed
from vagus._errors import name_and_text
from vagus.compaction import empty_summary

Summariser: TypeAlias = Callable[[Summarize], str | None]
"""Takes what is to be summarised and returns the summary; None never answers."""


def outline(asked: Summarize) -> str:
    """A summary that is good enough for any task: the headings, and what it must name."""
    task = asked.task
    return "\n".join([empty_summary(), *task.identifiers, task.latest_ask or ""])


def fails(asked: Summarize) -> str:
    """A summariser that is out of order."""
    raise RuntimeError("the summariser is out of order")


def useless(asked: Summarize) -> str:
    """One that answers with something that is no summary."""
    return "All went well."


def silent(asked: Summarize) -> None:
    """One that never answers."""


SUMMARISERS: Mapping[str, Summariser] = {
    each.__name__: each for each in (outline, fails, useless, silent)
}
"""By name, for scenarios."""


def answer(summariser: Summariser | None, asked: Summarize) -> Summarized | SummaryFailed | None:
    """What a host tells the engine of it; None while there is no answer."""
    if summariser is None:
        return SummaryFailed(summary_id=asked.summary_id, error="the host has no summariser")
    try:
        text = summariser(asked)
        return None if text is None else Summarized(summary_id=asked.summary_id, text=text)
    except AssertionError:
        raise
    except Exception as error:
        told = name_and_text(error).encode(errors="replace").decode()
        return SummaryFailed(summary_id=asked.summary_id, error=told)
