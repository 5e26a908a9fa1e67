"""Whom heartbeats are for, and what they are about: enrolment, checklists, time, visibility."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from vagus import heartbeat, keys

from .configuration import agent_id
from .values import Adapter, Args, camel, failing, given, record, text

REFUSED = "REFUSED"


def snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)


# ---- checklist ------------------------------------------------------------------------------


def _checklist_is_empty(args: Args) -> bool:
    # A file that is missing asks for nothing, and is no empty file either.
    return args["content"] is not None and heartbeat.checklist_is_empty(args["content"])


def _parse_tasks(args: Args) -> Any:
    return [task.to_dict() for task in heartbeat.read_tasks(text(args, "content")).tasks]


def _task_due(args: Args) -> bool:
    task = heartbeat.ChecklistTask(name="task", interval=text(args, "interval"), prompt="Do it.")
    return heartbeat.task_is_due(task, args.get("lastRunMs"), now_ms=args["nowMs"])


# ---- configuration --------------------------------------------------------------------------


def _heartbeat(recorded: Mapping[str, Any]) -> dict[str, Any]:
    made = given(recorded, every="every")
    if "timeoutSeconds" in recorded:
        made["timeout"] = f"{recorded['timeoutSeconds']}s"
    return made


def _agents(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """The agents and their heartbeats. The recorded defaults may name one agent to beat alone."""
    listed = [
        {"id": agent_id(agent["id"])}
        | (
            {"heartbeat": _heartbeat(agent["heartbeat"])}
            if agent.get("heartbeat") is not None
            else {}
        )
        for agent in recorded.get("list") or []
    ]
    made: dict[str, Any] = {"list": listed}
    defaults = (recorded.get("defaults") or {}).get("heartbeat")
    if defaults is None:
        return made
    made["defaults"] = {"heartbeat": _heartbeat(defaults)}
    alone = defaults.get("agentId")
    if alone is not None and not any("heartbeat" in agent for agent in listed):
        for agent in listed:
            if agent["id"] == agent_id(alone):
                agent["heartbeat"] = {}
    return made


def _enrolled(args: Args) -> Any:
    agents = _agents(args["cfg"].get("agents") or {})
    return [
        {"agentId": agent.agent, "intervalMs": agent.every_ms or None}
        for agent in heartbeat.enrolled({"agents": agents})
    ]


def _only_agent(args: Args) -> heartbeat.EnrolledAgent:
    defaults = (args.get("agentDefaults") or {}) | (args.get("heartbeat") or {})
    return heartbeat.enrolled({"agents": _agents({"defaults": {"heartbeat": defaults}})})[0]


def _visible(place: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "heartbeat" in place:
        made["heartbeat"] = {snake(name): value for name, value in place["heartbeat"].items()}
    if "accounts" in place:
        made["accounts"] = {name: _visible(value) for name, value in place["accounts"].items()}
    return made


def _visibility(args: Args) -> Any:
    channels = {name: _visible(place) for name, place in args["channels"].items()}
    seen = heartbeat.visibility({"channels": channels}, args["channel"], args.get("accountId"))
    return {camel(name): value for name, value in seen.to_dict().items()}


# ---- time -----------------------------------------------------------------------------------


def _time_line(args: Args) -> str:
    return heartbeat.time_line(args["nowMs"], args["userTimezone"])


def _with_time_line(args: Args) -> str:
    return heartbeat.with_time_line(args["text"], args["nowMs"], zone=args["userTimezone"])


# ---- isolated sessions ----------------------------------------------------------------------


def _isolated_key(args: Args) -> Any:
    made = keys.isolated_heartbeat(
        text(args, "sessionKey"),
        text(args, "configuredSessionKey"),
        agent=args.get("agentId", "main"),
        **given(args, stored_base="storedBase"),
    )
    return record(made, key="isolatedSessionKey", base="isolatedBaseSessionKey")


def _stale_key(args: Args) -> str | None:
    isolated = keys.IsolatedHeartbeat(
        key=args["isolatedSessionKey"], base=args["isolatedBaseSessionKey"]
    )
    return next(iter(keys.stale_heartbeats([args["sessionKey"]], isolated)), None)


HEARTBEAT_PLANS: dict[str, Adapter] = {
    "effectively_empty": _checklist_is_empty,
    "parse_tasks": _parse_tasks,
    "strip_tasks_block": lambda args: heartbeat.without_tasks(text(args, "content")),
    "task_due": _task_due,
    "enrolled_agents": failing(_enrolled, InvalidConfig=REFUSED),
    "interval_ms": failing(lambda args: _only_agent(args).every_ms or None, InvalidConfig=REFUSED),
    "timeout_seconds": failing(
        lambda args: math.ceil(_only_agent(args).timeout_ms / 1000), InvalidConfig=REFUSED
    ),
    "visibility": _visibility,
    "current_time_line": failing(_time_line, InvalidInput=REFUSED),
    "append_time_line": failing(_with_time_line, InvalidInput=REFUSED),
    "isolated_key": _isolated_key,
    "stale_isolated_key": _stale_key,
}
