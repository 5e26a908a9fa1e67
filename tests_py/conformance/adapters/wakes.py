"""What a wake is, and when guards let it through."""

from __future__ import annotations

from typing import Any

import vagus
from vagus import keys
from vagus.wakes import WakeLabel, read_wake_label

from .values import Adapter, Args, text

SESSION = "agent:a:main"
LONG_AGO = 0
KINDS = {"exec": "exec-event"}
HAPPENED = {"exec", "cron", "wake", "hook"}
MOST_PRESSING = 3
GUARDS = {"spacing": "min-spacing", "flood": "flood"}
NO_CHAINS = 10_000


def label(args: Args) -> WakeLabel:
    return read_wake_label(
        text(args, "reason"), source=args.get("source"), intent=args.get("intent")
    )


def _reason_kind(args: Args) -> Any:
    read = label(args)
    return {
        "kind": KINDS.get(read.kind, read.kind),
        "normalized": read.reason,
        "event_driven": read.kind in HAPPENED,
        "action": read.priority == MOST_PRESSING,
    }


def _flags(args: Args) -> Any:
    read = label(args)
    return {
        "isExecEventWake": read.source == "exec-event",
        "isCronWake": read.source == "cron",
        "isWakePayload": read.carries_events,
    }


def _runs_without_cadence(args: Args) -> bool:
    """Whether a wake of an agent that has no cadence starts a run."""
    read = label(args)
    engine = vagus.Engine({"agents": {"list": [{"id": "a", "heartbeat": {"every": "0m"}}]}})
    wake = vagus.RequestWake(session_key=SESSION, kind=read.kind, reason=read.reason)
    told = [*engine.apply(wake, 0), *engine.apply(vagus.Tick(), 60_000)]
    return any(isinstance(effect, vagus.RunStarted) for effect in told)


def _target(args: Args) -> str:
    """The recorded spelling: an agent is only named beside a key that does not name its own."""
    key = text(args, "sessionKey")
    return f"{'' if keys.split(key) else text(args, 'agentId')}::{key}"


def guarded(args: Args, starts: list[int]) -> vagus.WakeQueue:
    """A queue whose session started runs at these times; without a last one nothing is spaced."""
    spaced = "lastRunStartedAtMs" in args
    spacing = f"{args.get('minSpacingMs', 30_000) if spaced else 0}ms"
    flood = {
        "flood_starts": args.get("floodThreshold", 5),
        "flood_window": f"{args.get('floodWindowMs', 60_000)}ms",
    }
    queue = vagus.WakeQueue({"wakes": {"min_spacing": spacing, "chain_free": NO_CHAINS, **flood}})
    for start in starts:
        queue.request(start, SESSION, kind="manual", coalesce_ms=0)
        (wake,) = queue.due(start)
        queue.settle(wake.token, "done", start)
    return queue


def _deferred(args: Args) -> Any:
    now, intent = args["now"], args.get("intent") or "event"
    last = args.get("lastRunStartedAtMs")
    starts = sorted({*args.get("recentRunStarts", []), *([] if last is None else [last])})
    queue = guarded(args, starts)
    queue.request(now, SESSION, kind="other", intent=intent, coalesce_ms=0)
    reasons = queue.explain(SESSION, now).reasons
    if reasons:
        (guard,) = reasons
        return {"defer": True, "reason": GUARDS[guard.why], "retryAtMs": guard.until_ms}
    # The cadence asks when it is due, not before.
    if intent == "scheduled" and now < args["nextDueMs"]:
        return {"defer": True, "reason": "not-due", "retryAtMs": args["nextDueMs"]}
    return {"defer": False}


def _recorded_starts(args: Args) -> Any:
    queue = guarded(args, [*args["buffer"], args["ts"]])
    return queue.explain(SESSION, args["ts"]).starts


WAKES: dict[str, Adapter] = {
    "reason_kind": _reason_kind,
    "wake_priority": lambda args: label(args).priority,
    "wake_source_from_reason": lambda args: label(args).source,
    "wake_payload_flags": _flags,
    "is_targeted_unscheduled_wake": _runs_without_cadence,
    "wake_target_key": _target,
    "should_defer_wake": _deferred,
    "record_run_start": _recorded_starts,
}
