"""Predicates of the rules about schedules and single events."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .adapters.schedules import hours
from .cases import Case

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


def contains(args: dict[str, Any], ms: int) -> bool:
    """True inside the recorded hours, as zoneinfo sees them."""
    start, end = args["active_hours"]
    local = f"{datetime.fromtimestamp(ms // 1000, ZoneInfo(args['timezone'])):%H:%M}"
    return local >= start or local < end if end < start else start <= local < end


def _hours_that_no_slot_meets(case: Case, got: Any) -> bool:
    start, given = case.args["startMs"], hours(case.args)
    if case.expect != start or not isinstance(got, int) or not start < got <= start + 7 * DAY:
        return False
    slots = range(start, start + 7 * DAY, case.args["intervalMs"])
    return (
        not any(contains(given, slot) for slot in slots)
        and contains(given, got)
        and not contains(given, got - MINUTE)
    )


def _a_schedule_has_an_agent_and_an_interval(case: Case, got: Any) -> bool:
    args = case.args
    wrong = {
        "agent": args.get("agentId") == "",
        "every": args.get("intervalMs", 1) < 1,
        "now_ms": args.get("nowMs", 0) < 0,
    }
    answered = isinstance(case.expect, int)
    return answered and any(wrong[field] and got == {"refused": field} for field in wrong)


def _spans_are_bounded(case: Case, got: Any) -> bool:
    too_long = isinstance(case.expect, int) and case.expect > 2**53 - 1
    return too_long and bool(got == {"error": True})


def _an_empty_output_is_an_output(case: Case, got: Any) -> bool:
    text = str(case.args.get("text"))
    ends = re.fullmatch(
        r"\s*exec (completed|failed) \([\w-]{1,64}, (code -?\d+|signal .+)\) :: ", text, re.I
    )
    return ends is not None and got is True and case.expect is False


def _every_event_is_shown(case: Case, got: Any) -> bool:
    lines = [
        f"System: {line}" if index else f"System: [stamp] {line}"
        for event in case.args["events"]
        for index, line in enumerate(event["text"].split("\n"))
    ]
    ours = re.compile(r"^System: \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\] ", re.M)
    theirs = re.compile(r"^System: \[\d{4}-\d\d-\d\d[^\]]*\] ", re.M)
    shown = isinstance(got, str) and ours.sub("System: [stamp] ", got) == "\n".join(lines)
    expect = case.expect if isinstance(case.expect, str) else "\n".join(lines)
    return shown and theirs.sub("System: [stamp] ", expect) == "\n".join(lines)


SCHEDULE_PREDICATES: dict[str, Callable[[Case, Any], bool]] = {
    "hours-that-no-slot-meets": _hours_that_no_slot_meets,
    "a-schedule-has-an-agent-and-an-interval": _a_schedule_has_an_agent_and_an_interval,
    "spans-are-bounded": _spans_are_bounded,
    "an-empty-output-is-an-output": _an_empty_output_is_an_output,
    "every-event-is-shown": _every_event_is_shown,
}
