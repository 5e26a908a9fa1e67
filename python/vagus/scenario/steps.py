"""Steps: what happens in a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

from vagus import DeliveryRoute, Peer
from vagus.scenario.document import Node
from vagus.scenario.expect import Expectation, expectations
from vagus.scenario.source import Trail
from vagus.types import CronRun, ExecPhase, HookMode, PeerKind, WakeKind

MAX_REPEAT = 1_000_000
MAX_EXIT_CODE = 1 << 31
MAX_TIMEOUT_SECONDS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """Do a step `count` times, evenly spread over `over_ms`.

    Texts may hold `{index}` (0, 1, 2, …) and `{session}` (the index modulo `sessions`).
    """

    count: int
    over_ms: int
    sessions: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happens, and what is expected of it.

    Attributes:
        trail: its place in the file.
        action: a method of `Harness`.
        arguments: of that method, before texts are filled in for a repetition.
        repeat: how often.
        expect: what must be true of the runs that end in this step.
    """

    trail: Trail
    action: str
    arguments: Mapping[str, Any]
    repeat: Repeat
    expect: tuple[Expectation, ...]

    @property
    def span_ms(self) -> int:
        """How much time passes in it."""
        return int(self.arguments.get("ms", 0)) + self.repeat.over_ms


def _peer(node: Node) -> Peer:
    fields = node.fields(("kind", "id"), required=("kind", "id"))
    kind = cast(PeerKind, fields["kind"].choice(get_args(PeerKind)))
    return Peer(kind, fields["id"].text())


def _route(node: Node) -> DeliveryRoute:
    fields = node.fields(("channel", "to", "account", "thread"), required=("channel", "to"))
    return DeliveryRoute(**{name: inner.text() for name, inner in fields.items()})


def _texts(node: Node) -> list[str]:
    return [item.text() for item in node.items()]


def _kind(node: Node) -> str:
    return node.choice(get_args(WakeKind))


def _object(node: Node) -> dict[str, Any]:
    node.fields()
    return cast(dict[str, Any], node.plain())


def _choice(names: object) -> Callable[[Node], str]:
    return lambda node: node.choice(get_args(names))


def _headers(node: Node) -> dict[str, str]:
    return {name: inner.text() for name, inner in node.fields().items()}


_READERS: Mapping[str, Callable[[Node], Any]] = {
    "session_key": Node.session_key,
    "kind": _kind,
    "wake": _kind,
    "peer": _peer,
    "parent_peer": _peer,
    "roles": _texts,
    "route": _route,
    "trusted": Node.boolean,
    "reply_in_session": Node.boolean,
    "coalesce": Node.span_ms,
    "replace": Node.boolean,
    "seq": Node.integer,
    "phase": _choice(ExecPhase),
    "exit_code": lambda node: node.integer(minimum=-MAX_EXIT_CODE, maximum=MAX_EXIT_CODE),
    "timed_out": Node.boolean,
    "quiet": Node.boolean,
    "payload": _object,
    "body": _object,
    "headers": _headers,
    "status": lambda node: node.integer(minimum=100, maximum=599),
    "run": _choice(CronRun),
    "wake_mode": _choice(HookMode),
    "timeout_seconds": lambda node: node.integer(minimum=1, maximum=MAX_TIMEOUT_SECONDS),
}
"""How arguments that are not text are read."""

_ACTIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "inbound": (
        ("text",),
        (
            "channel",
            "peer",
            "account",
            "thread",
            "session_key",
            "parent_peer",
            "guild",
            "team",
            "roles",
            "client_run_id",
            "subscriber",
            "message_id",
        ),
    ),
    "event": (
        ("session_key", "text"),
        ("wake", "tag", "route", "trusted", "reason", "coalesce", "reply_in_session"),
    ),
    "wake": ((), ("session_key", "agent", "kind", "reason", "coalesce")),
    "stream": (("session_key",), ("delta", "text", "replace", "tool", "seq")),
    "abort": ((), ("run_id", "session_key", "requester", "reason")),
    "subscribe": (("subscriber", "session_key"), ()),
    "unsubscribe": (("subscriber",), ("session_key",)),
    "exec": (
        ("session_key", "exec_id"),
        (
            "phase",
            "exit_code",
            "signal",
            "timed_out",
            "command",
            "output",
            "reason",
            "route",
            "quiet",
        ),
    ),
    "node": (("node_id", "event"), ("payload",)),
    "hook": (("path",), ("body", "headers", "status")),
    "cron": (
        ("job_id", "text"),
        (
            "run",
            "session_key",
            "agent",
            "route",
            "wake_mode",
            "name",
            "model",
            "thinking",
            "timeout_seconds",
        ),
    ),
    "reset": (("session_key",), ()),
    "forget": (("session_key",), ()),
}
"""Required and optional fields of everything that can happen."""


def step_of(node: Node) -> Step:
    """The step that a scenario wrote.

    Raises:
        ScenarioError: something in it is wrong.
    """
    fields = node.fields(("advance", *_ACTIONS, "repeat", "expect"))
    actions = [name for name in ("advance", *_ACTIONS) if name in fields]
    if len(actions) != 1:
        node.refuse(f"needs exactly one of advance, {', '.join(_ACTIONS)}")
    action = actions[0]
    if action == "advance" and "repeat" in fields:
        fields["repeat"].refuse("goes with what happens, not with advance")
    return Step(
        trail=fields[action].trail,
        action=action,
        arguments=_arguments(action, fields[action]),
        repeat=_repeat(fields.get("repeat")),
        expect=expectations(fields["expect"]) if "expect" in fields else (),
    )


def _arguments(action: str, node: Node) -> dict[str, Any]:
    if action == "advance":
        return {"ms": node.span_ms()}
    required, optional = _ACTIONS[action]
    fields = node.fields((*required, *optional), required=required)
    if action == "wake" and ("session_key" in fields) == ("agent" in fields):
        node.refuse("needs either session_key or agent")
    if action == "abort" and not fields.keys() & {"run_id", "session_key"}:
        node.refuse("needs run_id, session_key or both")
    values = {name: _READERS.get(name, Node.text)(inner) for name, inner in fields.items()}
    if "coalesce" in values:
        values["coalesce_ms"] = values.pop("coalesce")
    return values


def _repeat(node: Node | None) -> Repeat:
    if node is None:
        return Repeat(count=1, over_ms=0, sessions=1)
    fields = node.fields(("count", "over", "sessions"), required=("count",))
    return Repeat(
        count=fields["count"].integer(minimum=1, maximum=MAX_REPEAT),
        over_ms=fields["over"].span_ms() if "over" in fields else 0,
        sessions=fields["sessions"].integer(minimum=1, maximum=MAX_REPEAT)
        if "sessions" in fields
        else 1,
    )
