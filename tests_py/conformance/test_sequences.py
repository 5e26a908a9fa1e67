"""The rules for whole histories excuse nothing that breaks a promise."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from .adapters import ADAPTERS
from .cases import DATA, Case, covering, read_cases, same
from .deviations import load_rules

RULES = load_rules()
CASES = read_cases(DATA / "heartbeats_sequences.jsonl")
DIFFERENT = [case for case in CASES if not same(ADAPTERS[case.fn](case.args), case.expect)]
EVENTS = [case for case in DIFFERENT if case.fn == "sysevents_sequence"][::10]
WAKES = [case for case in DIFFERENT if case.fn == "wake_sequence"]
RUNNER = [case for case in DIFFERENT if case.fn == "runner_sequence"]


def rule_for(case: Case, spoil: Callable[[Any], object] | None = None) -> str | None:
    """The rule that what vagus gives falls under, once it is spoiled."""
    got = copy.deepcopy(ADAPTERS[case.fn](case.args))
    if spoil is not None:
        spoil(got)
    return covering(case, got, RULES)


def answered(case: Case) -> bool:
    """True when the recording goes on for long after the first request of a host that listens."""
    ops = case.args["ops"]
    asked = [
        op for op in ops if op["op"] == "request" and (case.fn[0] == "w" or "agentId" not in op)
    ]
    listens = all(op["op"] == "request" for op in ops) and case.args.get("handler_at_start", True)
    return bool(asked) and listens and case.args["until"] - ops[-1]["at"] > 200_000


@pytest.mark.parametrize("case", EVENTS, ids=lambda case: case.where)
def test_an_event_that_is_lost_or_made_up_falls_under_no_rule(case: Case) -> None:
    assert rule_for(case) == "events-follow-the-newest-rules"

    def other(got: Any) -> None:
        at = next(index for index, op in enumerate(case.args["ops"]) if op["op"] == "enqueue")
        got[at] = not got[at]

    assert rule_for(case, other) is None
    assert rule_for(case, lambda got: got.pop()) is None


@pytest.mark.parametrize("case", WAKES[::10], ids=lambda case: case.where)
def test_a_run_before_its_time_falls_under_no_rule(case: Case) -> None:
    def early(got: Any) -> None:
        for call in got["calls"]:
            call["at"] = call["end"] = -1

    assert rule_for(case) is not None
    if ADAPTERS[case.fn](case.args)["calls"]:
        assert rule_for(case, early) is None


@pytest.mark.parametrize("case", WAKES[::10] + RUNNER[::10], ids=lambda case: case.where)
def test_two_runs_of_one_session_at_once_fall_under_no_rule(case: Case) -> None:
    def doubled(got: Any) -> None:
        (runs,) = got.values()
        runs.extend({**run, "end": run["at"] + 1} for run in runs[:1] * 2)
        runs.sort(key=lambda run: run["at"])

    if any(ADAPTERS[case.fn](case.args).values()):
        assert rule_for(case, doubled) is None


def test_a_wake_without_a_run_falls_under_no_rule() -> None:
    looked_at = 0
    for case in WAKES + RUNNER:
        if not answered(case):
            continue
        looked_at += 1
        assert rule_for(case, lambda got: next(iter(got.values())).clear()) is None, case.where
    assert looked_at > 50
