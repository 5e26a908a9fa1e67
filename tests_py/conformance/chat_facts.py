"""What of a recorded history of a run vagus has too.

The recorded system sends every client the raw events of every run, and tells its own bookkeeping in
between. vagus has neither. What is compared is what a client of the run's session is told, where
sequence numbers had a gap, and what a caller was answered.

Not compared: raw events (``agent``, ``session.tool``), copies for nodes, the state of sessions
(``sessions.changed``, ``context.cleared``), and who may have the events of tools, which vagus does
not pass on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CHAT_AREAS = frozenset(
    [
        *("chat", "tool", "lifecycle", "visibility", "heartbeat", "seq"),
        *("unresolved", "terminal", "registry", "abort", "bus"),
    ]
)
NOT_OURS = frozenset({"recipients"})
CHAT = (
    "runId",
    "sessionKey",
    "seq",
    "state",
    "text",
    "deltaText",
    "replace",
    "errorMessage",
    "errorKind",
    "stopReason",
)
TEXTS = ("buffers", "rawBuffers")


def facts(recorded: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The comparable part of what was recorded, in order."""
    return [fact for event in recorded if (fact := _fact(event)) is not None]


def chat_only(recorded: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What clients were told, alone."""
    return [fact for fact in facts(recorded) if "runId" in fact]


def _fact(event: Mapping[str, Any]) -> dict[str, Any] | None:
    kind, to = event.get("event"), event.get("to")
    if kind == "chat" and to == "all":
        return {name: event[name] for name in CHAT if name in event}
    if kind == "agent" and to == "all" and event.get("data", {}).get("reason") == "seq gap":
        data = event["data"]
        # A number that comes again is a duplicate in vagus, and no gap.
        if data["received"] < data["expected"]:
            return None
        return {"gap": [data["expected"], data["received"]]}
    if kind == "state":
        return {"texts": sorted({name for field in TEXTS for name in event.get(field, ())})}
    if to == "caller" and kind not in NOT_OURS:
        return {name: value for name, value in event.items() if name != "to"}
    return None
