"""Isolated heartbeats, and where events and wakes go."""

from __future__ import annotations

from typing import Any

from vagus import keys

from .values import Adapter, Args, given, record, text


def _isolated_heartbeat(args: Args) -> Any:
    made = keys.isolated_heartbeat(
        text(args, "sessionKey"),
        text(args, "configuredSessionKey"),
        **given(args, stored_base="storedBase", agent="agentId"),
    )
    return record(made, key="isolatedSessionKey", base="isolatedBaseSessionKey")


def _event_key(args: Args) -> Any:
    return keys.event_key(text(args, "key"), **given(args, main_key="mainKey", scope="scope"))


def _wake_options(args: Args) -> Any:
    target = keys.wake_target(text(args, "key"), **given(args, main_key="mainKey", scope="scope"))
    named = record(target, agent="agentId")
    assert named is not None
    return {**args["options"], **{name: value for name, value in named.items() if value}}


HEARTBEATS: dict[str, Adapter] = {
    "resolve_isolated_heartbeat_session_key": _isolated_heartbeat,
    "resolve_event_session_key": _event_key,
    "scoped_heartbeat_wake_options": _wake_options,
}
