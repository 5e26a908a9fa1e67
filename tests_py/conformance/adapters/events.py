"""System events, one by one."""

from __future__ import annotations

from typing import Any

import vagus
from vagus import events, keys
from vagus.events import EventBatch, SystemEvent

from .values import Adapter, Args, text

RECORDED_START = 1_750_000_000_000
LANES = ("session:", "nested:")


def _rendered(args: Args) -> Any:
    shown = [
        SystemEvent(
            id=number, text=event["text"], at=RECORDED_START + event.get("at", 0), trusted=True
        )
        for number, event in enumerate(args["events"])
    ]
    return events.render_events(EventBatch(shown)) or None


def _owns_lane(args: Args) -> bool:
    lane = text(args, "lane")
    key = next((lane.removeprefix(kind) for kind in LANES if lane.startswith(kind)), "")
    owner = keys.split(key)
    return owner is not None and vagus.normalize_agent_id(
        owner.agent, lenient=True
    ) == vagus.normalize_agent_id(text(args, "agentId"), lenient=True)


EVENTS: dict[str, Adapter] = {
    "is_exec_completion": lambda args: events.is_exec_completion(text(args, "text")),
    "is_relayable_exec_completion": lambda args: events.is_relayable_exec_completion(
        text(args, "text")
    ),
    "is_cron_event": lambda args: events.is_cron_event(text(args, "text")),
    "format_events": _rendered,
    "lane_belongs_to_agent": _owns_lane,
}
