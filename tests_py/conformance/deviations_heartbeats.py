"""Predicates of the rules about heartbeats: answers, checklists and configurations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .adapters.heartbeat_plans import REFUSED
from .adapters.values import throws
from .cases import Case

TOKEN = "HEARTBEAT_OK"
GLUED = re.compile(rf"[A-Za-z0-9]_*{TOKEN}|{TOKEN}_*[A-Za-z0-9]")
MARKUP = re.compile(rf"{TOKEN}|</?\w[^<>]*>|&nbsp;|[*`~_\s]", re.I)
DURATION = re.compile(r"\d+(\.\d+)?(ms|[smhd])?|(\d+(\.\d+)?(ms|[smhd]))+")


# ---- answers --------------------------------------------------------------------------------


def answer(case: Case) -> str:
    """The text of the answer that was read."""
    return str((case.args.get("payload") or {}).get("text") or case.args.get("raw") or "")


def said(case: Case, got: Any) -> str | None:
    """What vagus would send of an answer, its prefix aside; None for what is no result of one."""
    if not isinstance(got, dict) or not isinstance(case.expect, dict):
        return None
    if got.keys() != case.expect.keys() or not isinstance(case.expect.get("text"), str):
        return None
    if got["shouldSkip"] != (not got["text"] and not got.get("hasMedia")):
        return None
    prefix = str(case.args.get("responsePrefix") or "")
    return str(got["text"]).removeprefix(prefix).strip()


def stripped_as_recorded(case: Case, got: Any) -> bool:
    return bool(got.get("didStrip", True) and case.expect.get("didStrip", True))


def acknowledgements_stand_alone(case: Case, got: Any) -> bool:
    text = said(case, got)
    whole = answer(case).strip()
    if not text or not whole.endswith(text) or not GLUED.search(text):
        return False
    return not whole.removesuffix(text).replace(TOKEN, "").strip() and text != case.expect["text"]


def an_answer_keeps_its_layout(case: Case, got: Any) -> bool:
    text = said(case, got)
    if not text or text not in answer(case) or not stripped_as_recorded(case, got):
        return False
    prefix = str(case.args.get("responsePrefix") or "")
    expected = case.expect["text"].removeprefix(prefix).strip()
    return text != expected and " ".join(text.split()) == expected


def decoration_belongs_to_the_token(case: Case, got: Any) -> bool:
    text = said(case, got)
    if text is None or TOKEN not in answer(case) or not got.get("didStrip", True):
        return False
    ours, theirs = MARKUP.sub("", text), MARKUP.sub("", case.expect["text"])
    same_words = ours == theirs or (not text and not re.search(r"\w", theirs))
    return same_words and len(text) != len(case.expect["text"])


# ---- checklists and configurations ----------------------------------------------------------


def refused(got: Any) -> bool:
    return bool(got == throws(REFUSED))


def values_of(value: Any, name: str) -> Iterator[Any]:
    """Everything that is called so, at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == name:
                yield item
            yield from values_of(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from values_of(item, name)


def malformed_intervals_are_errors(case: Case, got: Any) -> bool:
    written = [str(every).strip().lower() for every in values_of(case.args, "every")]
    switched_off = case.expect is None or None in values_of(case.expect, "intervalMs")
    return refused(got) and switched_off and not all(map(DURATION.fullmatch, written))


def every_run_has_a_time_limit(case: Case, got: Any) -> bool:
    limits = list(values_of(case.args, "timeoutSeconds"))
    return refused(got) and case.expect == 0 and 0 in limits


def unknown_zones_are_errors(case: Case, got: Any) -> bool:
    try:
        ZoneInfo(str(case.args.get("userTimezone")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return refused(got) and "(UTC)" in str(case.expect)
    return False


def heartbeats_are_asked_for(case: Case, got: Any) -> bool:
    nobody_asked = not any(True for _ in values_of(case.args, "heartbeat"))
    return nobody_asked and got == [] and isinstance(case.expect, list) and len(case.expect) == 1


def without_tasks(text: str) -> str:
    """The newest recorded rule: a block ends at a line that is not indented and starts no task."""
    kept, in_block = [], False
    for line in text.split("\n"):
        if not in_block and line.strip() == "tasks:":
            in_block = True
        elif not in_block or (
            line.strip() and line[0] not in " \t" and not line.startswith("- name:")
        ):
            in_block = False
            kept.append(line)
    return "\n".join(kept).strip()


def the_newest_rule_counts(case: Case, got: Any) -> bool:
    if case.fn == "strip_tasks_block":
        content = str(case.args.get("content"))
        older = isinstance(case.expect, str) and case.expect.strip() in content
        return older and bool(case.expect) and got == without_tasks(content)
    if case.fn == "effectively_empty":
        return case.expect is False and got is True and "<!--" in str(case.args.get("content"))
    if not isinstance(got, list) or not isinstance(case.expect, list):
        return False
    agents = case.args["cfg"].get("agents") or {}
    listed = agents.get("list") or []
    beats = (agents.get("defaults") or {}).get("heartbeat") is not None
    own = any(agent.get("heartbeat") is not None for agent in listed)
    everybody = [agent["agentId"] for agent in got] == [agent["id"] for agent in listed]
    return beats and not own and everybody and got[:1] == case.expect


HEARTBEAT_PREDICATES = {
    "acknowledgements-stand-alone": acknowledgements_stand_alone,
    "an-answer-keeps-its-layout": an_answer_keeps_its_layout,
    "decoration-belongs-to-the-token": decoration_belongs_to_the_token,
    "malformed-intervals-are-errors": malformed_intervals_are_errors,
    "every-run-has-a-time-limit": every_run_has_a_time_limit,
    "unknown-zones-are-errors": unknown_zones_are_errors,
    "heartbeats-are-asked-for": heartbeats_are_asked_for,
    "the-newest-rule-counts": the_newest_rule_counts,
}
