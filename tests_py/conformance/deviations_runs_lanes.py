"""Predicates of the rules about lanes and the messages that wait for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .cases import Case

OVERFLOW = re.compile(
    r"\[Queue overflow\] Dropped (\d+) messages? due to cap\.\nSummary:\n(.*)", re.S
)
ITEM = re.compile(r"---\nQueued #\d+\n(.*)", re.S)
WANTED_SUMMARY = re.compile(r"summary of '(.*)'")


@dataclass(frozen=True)
class Shown:
    """What one run was shown."""

    items: tuple[str, ...] = ()
    dropped: int = 0
    lines: tuple[str, ...] = ()


def shown(run: str) -> Shown:
    """Reads the recorded words of a run."""
    if wanted := WANTED_SUMMARY.fullmatch(run):
        return Shown((), 1, (wanted[1],))
    parts = run.split("\n\n")
    items, dropped, lines = [], 0, ()
    if not parts[0].startswith("["):
        return Shown((run,))
    for part in parts:
        if overflow := OVERFLOW.fullmatch(part):
            dropped = int(overflow[1])
            lines = tuple(line.removeprefix("- ") for line in overflow[2].split("\n"))
        elif item := ITEM.fullmatch(part):
            items.append(item[1])
    return Shown(tuple(items), dropped, lines)


def runs_of(told: Sequence[Mapping[str, Any]]) -> list[Shown]:
    return [shown(entry["run"]) for entry in told if "run" in entry]


def others_of(told: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for entry in told if "run" not in entry]


def accepted(case: Case, told: Sequence[Mapping[str, Any]]) -> list[str]:
    """The messages that were taken, in order."""
    asked = [op["prompt"] for op in case.args["events"] if op["op"] == "enqueue"]
    answers = [entry["enqueued"] for entry in told if "enqueued" in entry]
    return [prompt for prompt, taken in zip(asked, answers, strict=False) if taken]


def accounts(case: Case, told: Sequence[Mapping[str, Any]]) -> bool:
    """Every accepted message was run once, stands in a summary, or was cleared or dropped."""
    taken = Counter(accepted(case, told))
    run = Counter(item for each in runs_of(told) for item in each.items)
    missing = (taken - run).total() - sum(each.dropped for each in runs_of(told))
    cleared = sum(entry.get("cleared", 0) for entry in told)
    may_drop = case.args["setup"]["settings"]["dropPolicy"] == "old"
    cap = case.args["setup"]["settings"]["cap"]
    over = max(0, taken.total() - cap) if may_drop else 0
    return not run - taken and 0 <= missing <= cleared + over


def _no_accepted_message_is_lost(case: Case, got: Any) -> bool:
    if not isinstance(got, list) or not accounts(case, got):
        return False
    recorded = case.args["recorded"]
    ours = runs_of(got)
    if isinstance(case.expect, dict):
        return case.expect.keys() == {"want"} and ours == runs_of(case.expect["want"])
    if case.expect != recorded or others_of(got) != others_of(recorded):
        return False
    theirs = runs_of(recorded)
    rest = iter(ours)
    in_order = all(each in rest for each in theirs)
    more = [item for each in ours for item in each.items]
    known = [item for each in theirs for item in each.items]
    return in_order and len(more) > len(known)


def routes(case: Case) -> dict[str, tuple[Any, ...]]:
    fields = ("channel", "to", "account", "thread")
    return {
        op["prompt"]: tuple(op.get(name) for name in fields)
        for op in case.args["events"]
        if op["op"] == "enqueue"
    }


def _neighbours_of_one_route_are_collected(case: Case, got: Any) -> bool:
    if not isinstance(got, list) or not isinstance(case.expect, list):
        return False
    collects = case.args["setup"]["settings"]["mode"] in {"collect", "coalesce"}
    if not collects or others_of(got) != others_of(case.expect):
        return False
    ours, theirs = runs_of(got), runs_of(case.expect)
    place = routes(case)

    def flat(told: list[Shown]) -> list[str]:
        return [item for each in told for item in each.items]

    one_place = all(len({place.get(item) for item in each.items}) <= 1 for each in ours)
    return (
        one_place
        and flat(ours) == flat(theirs)
        and sum(each.dropped for each in ours) == sum(each.dropped for each in theirs)
        and len(ours) <= len(theirs)
    )


RUNS_LANES_PREDICATES: dict[str, Callable[[Case, Any], bool]] = {
    "no-accepted-message-is-lost": _no_accepted_message_is_lost,
    "neighbours-of-one-route-are-collected": _neighbours_of_one_route_are_collected,
}
