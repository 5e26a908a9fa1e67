"""Predicates of the rules about wakes, one by one and in whole histories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import vagus

from .adapters.sequences import NO_SUCH_CALL, session_of
from .adapters.wakes import label
from .cases import Case

SPACING = 30_000
LONGEST_WAIT = 60_000
LONGEST_DELAY = 3 * LONGEST_WAIT
PRESSING = {"manual", "immediate"}


def differs_in(case: Case, got: Any, **fields: Any) -> bool:
    """True when these fields, and no others, are not those that were expected."""
    expect = case.expect
    if not isinstance(expect, dict) or any(expect.get(name) == fields[name] for name in fields):
        return False
    return bool(got == {**expect, **fields})


def _the_intent_decides(case: Case, got: Any) -> bool:
    return differs_in(case, got, action=label(case.args).intent in PRESSING)


def _events_need_no_cadence(case: Case, got: Any) -> bool:
    targeted = {"sessionKey", "agentId"} & case.args.keys()
    return bool(targeted) and got is True and case.expect is False


def _events_do_not_wait_for_the_cadence(case: Case, got: Any) -> bool:
    args, expect = case.args, case.expect
    waits = isinstance(expect, dict) and expect.get("reason") == "not-due"
    if not waits or args.get("intent") == "scheduled":
        return False
    spaced = args.get("lastRunStartedAtMs", -SPACING) + args.get("minSpacingMs", SPACING)
    if spaced <= args["now"]:
        return bool(got == {"defer": False})
    return bool(got == {"defer": True, "reason": "min-spacing", "retryAtMs": spaced})


def _the_last_guard_counts(case: Case, got: Any) -> bool:
    args, expect = case.args, case.expect
    spaced = args.get("lastRunStartedAtMs", 0) + args.get("minSpacingMs", SPACING)
    return (
        isinstance(expect, dict)
        and expect.get("reason") == "flood"
        and expect.get("retryAtMs", spaced) < spaced
        and got == {"defer": True, "reason": "min-spacing", "retryAtMs": spaced}
    )


def _session_states_bring_events(case: Case, got: Any) -> bool:
    named = case.args.get("source") == "session-state"
    return named and differs_in(case, got, isWakePayload=True)


# ---- system events --------------------------------------------------------------------------

LONGEST_QUEUE = 20
UNASKED = {"context_changed", "consume_prefix"}


class NewestEvents:
    """The newest version's rules for events, read plainly."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[dict[str, Any]]] = {}
        self.seen: dict[str, list[dict[str, Any]]] = {}

    def play(self, op: Mapping[str, Any]) -> Any:
        key = op["sessionKey"]
        if not key.strip():
            return {"error": "session_key_required"}
        queue = self.waiting.setdefault(key, [])
        if op["op"] == "enqueue":
            return self.enqueue(queue, op)
        if op["op"] == "has":
            return bool(queue)
        told = list(queue)
        if op["op"] == "peek" and "save" in op:
            self.seen[op["save"]] = told
        elif op["op"] == "drain":
            queue.clear()
        elif op["op"] == "consume_selected":
            seen = self.seen[op["from"]]
            picked = [seen[index] for index in op["pick"] if index < len(seen)]
            told = [event for event in queue if any(event is each for each in picked)]
            queue[:] = [event for event in queue if not any(event is each for each in picked)]
        return told

    def enqueue(self, queue: list[dict[str, Any]], op: Mapping[str, Any]) -> bool:
        context = str(op.get("contextKey") or "").strip().lower() or None
        event = {"text": op["text"].strip(), "ts": op["at"], "contextKey": context}
        if op.get("deliveryContext"):
            event["deliveryContext"] = op["deliveryContext"]
        alike = [
            {**other, "ts": 0} == {**event, "ts": 0} for other in (queue if context else queue[-1:])
        ]
        if not event["text"] or any(alike):
            return False
        if op.get("replace"):
            queue[:] = [other for other in queue if other["contextKey"] != context]
        queue.append(event)
        del queue[:-LONGEST_QUEUE]
        return True


def _events_follow_the_newest_rules(case: Case, got: Any) -> bool:
    if not isinstance(got, list) or len(got) != len(case.args["ops"]):
        return False
    newest = NewestEvents()
    answers = list(zip(case.args["ops"], got, strict=True))
    return all(
        ours == NO_SUCH_CALL if op["op"] in UNASKED else ours == newest.play(op)
        for op, ours in answers
    )


# ---- wakes ----------------------------------------------------------------------------------


def asked_of(case: Case) -> dict[str, list[Mapping[str, Any]]]:
    """The requests of a history, by session."""
    asked: dict[str, list[Mapping[str, Any]]] = {}
    for op in case.args["ops"]:
        if op["op"].startswith("request"):
            asked.setdefault(session_of(op), []).append(op)
    return asked


def is_sound(case: Case, got: Any) -> bool:
    """Nothing runs unasked, early or twice at once, and whatever was asked for was run after.

    Excused is what a host that listens no more, a retry or the end of the recording cut off.
    """
    if not isinstance(got, dict) or got.keys() != {"calls"}:
        return False
    cut_off = case.args["until"] - LONGEST_WAIT
    asked = asked_of(case)
    runs: dict[str, list[Mapping[str, Any]]] = {session: [] for session in asked}
    for call in got["calls"]:
        if session_of(call) not in runs:
            return False
        runs[session_of(call)].append(call)
    for session, requests in asked.items():
        own = runs[session]
        if any(later["at"] < earlier["end"] for earlier, later in pairwise(own)):
            return False
        if own and own[0]["at"] <= requests[0]["at"]:
            return False
        answered = own and own[-1]["at"] >= requests[-1]["at"]
        if not answered and requests[-1]["at"] <= cut_off and not is_deaf(case):
            return False
    return True


def is_deaf(case: Case) -> bool:
    """True when nobody listens at the end of a history."""
    listens = case.args.get("handler_at_start", True)
    for op in case.args["ops"]:
        if op["op"] in {"set_handler", "dispose"}:
            listens = op["op"] == "set_handler"
    return not listens


def fails(case: Case) -> bool:
    results = case.args.get("results", [])
    return any(result.get("throw") or result.get("status") == "failed" for result in results)


def has_handlers(case: Case) -> bool:
    return any(op["op"] in {"set_handler", "dispose"} for op in case.args["ops"])


# ---- the runner: wakes, guards and cadences ---------------------------------------------------


def agents_throughout(case: Case) -> dict[str, int]:
    """The intervals of the agents that are configured from first to last, the shortest of each."""
    configurations = [case.args["cfg"], *(op["cfg"] for op in case.args["ops"] if "cfg" in op)]
    spans = [
        {
            entry["id"]: vagus.parse_duration(entry["heartbeat"]["every"])
            for entry in cfg["agents"]["list"]
        }
        for cfg in configurations
    ]
    common = set.intersection(*(set(each) for each in spans))
    return {agent: max(each[agent] for each in spans) for agent in sorted(common)}


def always_beats(case: Case, agent: str) -> bool:
    """True when an agent's hours never close and nobody switches anything."""
    entry = next(each for each in case.args["cfg"]["agents"]["list"] if each["id"] == agent)
    requests_only = all(op["op"] == "request" for op in case.args["ops"])
    return requests_only and "activeHours" not in entry["heartbeat"]


def answers(case: Case, agent: str) -> list[int]:
    """When wakes were asked for that an agent answers."""
    asked = []
    for op in case.args["ops"]:
        key = str(op.get("sessionKey") or "")
        named = key.split(":")[1] if key.startswith("agent:") else op.get("agentId")
        if op["op"] == "request" and named in {None, agent}:
            asked.append(op["at"])
    return asked


def doubled(runs: list[Mapping[str, Any]]) -> bool:
    """True when a session started a run while it had another."""
    ends: dict[str, int] = {}
    for run in runs:
        session = session_of(run, run["agentId"])
        if run["at"] < ends.get(session, 0):
            return True
        ends[session] = run["end"]
    return False


def is_sound_runner(case: Case, got: Any) -> bool:
    """No two runs of a session at once, one after every request, and never a beat left out."""
    if not isinstance(got, dict) or got.keys() != {"runs"}:
        return False
    until = case.args["until"]
    for agent, interval in agents_throughout(case).items():
        own = [run for run in got["runs"] if run["agentId"] == agent]
        starts = [run["at"] for run in own]
        if doubled(own):
            return False
        for at in answers(case, agent):
            if at + LONGEST_DELAY < until and not any(at < start for start in starts):
                return False
        if interval and always_beats(case, agent):
            gaps = pairwise([0, *starts, until])
            if any(later - earlier > interval + LONGEST_DELAY for earlier, later in gaps):
                return False
    return True


def _agents_beat_by_themselves(case: Case, got: Any) -> bool:
    if not is_sound_runner(case, got):
        return False
    asked = [run for run in got["runs"] if run["reason"] != "interval"]
    return bool({"runs": asked} == case.expect)


def _cadences_stay_on_their_grid(case: Case, got: Any) -> bool:
    return not fails(case) and is_sound_runner(case, got)


def _failed_runs_are_tried_again(case: Case, got: Any) -> bool:
    sound = is_sound_runner if case.fn == "runner_sequence" else is_sound
    return fails(case) and sound(case, got)


def _a_host_gives_back_what_it_runs(case: Case, got: Any) -> bool:
    return has_handlers(case) and not fails(case) and is_sound(case, got)


def _a_session_has_one_wake(case: Case, got: Any) -> bool:
    return not has_handlers(case) and not fails(case) and is_sound(case, got)


WAKE_PREDICATES: dict[str, Callable[[Case, Any], bool]] = {
    "the-intent-decides": _the_intent_decides,
    "events-need-no-cadence": _events_need_no_cadence,
    "events-do-not-wait-for-the-cadence": _events_do_not_wait_for_the_cadence,
    "events-follow-the-newest-rules": _events_follow_the_newest_rules,
    "the-last-guard-counts": _the_last_guard_counts,
    "session-states-bring-events": _session_states_bring_events,
    "agents-beat-by-themselves": _agents_beat_by_themselves,
    "cadences-stay-on-their-grid": _cadences_stay_on_their_grid,
    "failed-runs-are-tried-again": _failed_runs_are_tried_again,
    "a-host-gives-back-what-it-runs": _a_host_gives_back_what_it_runs,
    "a-session-has-one-wake": _a_session_has_one_wake,
}
