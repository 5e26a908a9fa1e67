"""When an agent beats."""

from __future__ import annotations

import math
from typing import Any

import vagus
from vagus.schedule import Schedule, parse_duration, phase_of

from .values import Adapter, Args, text

RECORDED_HOST_ZONE = "UTC"
ANY_INTERVAL = "1m"


def refusing(adapter: Adapter) -> Adapter:
    """``adapter``, with a value that is refused told as the field that it is refused for."""

    def call(args: Args) -> Any:
        try:
            return adapter(args)
        except vagus.VagusError as error:
            return {"refused": error.field}

    return call


def millis(number: float) -> str:
    """A recorded span, which may have a fraction that is left out, as text."""
    return f"{math.floor(number)}ms"


def is_zone(name: str) -> bool:
    try:
        Schedule(ANY_INTERVAL, timezone=name)
    except vagus.InvalidInput:
        return False
    return True


def hours(args: Args) -> dict[str, Any]:
    """The recorded hours; their zone is the first that there is of those that stand for it."""
    configured = args.get("activeHours")
    if not configured:
        return {}
    named = str(configured.get("timezone") or "").strip()
    user = ["local"] if named == "local" else [named, text(args, "userTimezone").strip()]
    zone = next((name for name in user if is_zone(name)), RECORDED_HOST_ZONE)
    times = (configured.get("start"), configured.get("end"))
    return {"active_hours": times, "timezone": zone, "lenient": True}


def _duration(args: Args) -> Any:
    unit = (args.get("opts") or {}).get("defaultUnit", "ms")
    try:
        return parse_duration(text(args, "raw"), unit=unit)
    except vagus.InvalidInput:
        return {"error": True}


def _active(args: Args) -> Any:
    return Schedule(ANY_INTERVAL, **hours(args)).is_active(args["nowMs"])


def _phase(args: Args) -> Any:
    return phase_of(text(args, "schedulerSeed"), text(args, "agentId"), millis(args["intervalMs"]))


def schedule(args: Args) -> Schedule:
    return Schedule(millis(args["intervalMs"]), phase_ms=math.floor(args["phaseMs"]))


def _next_phase_due(args: Args) -> Any:
    return schedule(args).next_after(math.floor(args["nowMs"]))


def _next_due(args: Args) -> Any:
    before = args.get("prev")
    if not before:
        return _next_phase_due(args)
    return schedule(args).next_in_place_of(
        schedule(before), slot_ms=before["nextDueMs"], now_ms=args["nowMs"]
    )


def _seek(args: Args) -> Any:
    start = args["startMs"]
    sought = Schedule(millis(args["intervalMs"]), phase_ms=start, **hours(args))
    return sought.next_after(start - 1)


SCHEDULES: dict[str, Adapter] = {
    "duration_ms": _duration,
    "active_hours": refusing(_active),
    "phase_ms": refusing(_phase),
    "next_phase_due": refusing(_next_phase_due),
    "resolve_next_due": refusing(_next_due),
    "seek_active_due": refusing(_seek),
}
