"""Shapes: what values the fields of runs, deliveries, calls and totals can have.

A pattern that no value of its field's shape can match is a mistake, and is refused when the
scenario is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from vagus.scenario.document import Node
from vagus.types import (
    ChatErrorKind,
    ChatState,
    ContextMethod,
    DelayCause,
    Fate,
    FateReason,
    HeartbeatOutcome,
    HeartbeatPriority,
    PartKind,
    PriceSource,
    Role,
    Rung,
    RunKind,
    RunOutcome,
    Section,
    SkipReason,
    Undelivered,
    WakeKind,
)

Kind: TypeAlias = Literal[
    "text", "session_key", "context_key", "instant", "choice", "number", "flag", "list", "record"
]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What values a field can have.

    Attributes:
        kind: the kind of value.
        nullable: it may also be null.
        choices: of a choice, its values.
        fields: of a record, its fields.
        element: of a list, its elements.
    """

    kind: Kind
    nullable: bool = False
    choices: tuple[str, ...] = ()
    fields: Mapping[str, Shape] = field(default_factory=dict)
    element: Shape | None = None

    def read(self, node: Node) -> Any:
        """The plain value of this shape that a scenario wrote.

        Raises:
            ScenarioError: no value of this shape looks like that.
        """
        if self.kind == "choice":
            return node.choice(self.choices)
        if self.kind == "record":
            return node.fields(self.fields)
        return _READERS[self.kind](node)

    @property
    def matchers(self) -> tuple[str, ...]:
        """The matchers that can be told about this shape, those that name other runs left out."""
        return MATCHERS_OF[self.kind]


_READERS: Mapping[str, Callable[[Node], Any]] = {
    "text": Node.text,
    "session_key": Node.session_key,
    "context_key": Node.context_key,
    "instant": Node.instant,
    "number": Node.integer,
    "flag": Node.boolean,
    "list": Node.items,
}

_OF_TEXT = ("equals", "matches", "contains", "excludes", "one_of")

MATCHERS_OF: Mapping[Kind, tuple[str, ...]] = {
    "text": _OF_TEXT,
    "session_key": _OF_TEXT,
    "context_key": _OF_TEXT,
    "instant": _OF_TEXT,
    "choice": ("equals", "one_of"),
    "number": ("equals", "at_least", "at_most", "one_of"),
    "flag": ("equals",),
    "list": ("contains", "excludes"),
    "record": (),
}


def _choice(literal: Any) -> Shape:
    return Shape(kind="choice", choices=get_args(literal))


def _list(element: Shape) -> Shape:
    return Shape(kind="list", element=element)


def _record(**fields: Shape) -> Shape:
    return Shape(kind="record", fields=fields)


def _or_null(shape: Shape) -> Shape:
    return replace(shape, nullable=True)


TEXT = Shape(kind="text")
NUMBER = Shape(kind="number")
_FLAG = Shape(kind="flag")
_INSTANT = Shape(kind="instant")
_SESSION_KEY = Shape(kind="session_key")
_CONTEXT_KEY = Shape(kind="context_key")

_CAUSE = _record(kind=_choice(WakeKind), reason=TEXT, count=NUMBER)
_DELAY = _record(why=_choice(DelayCause), ms=NUMBER)
_RESULT = _record(
    outcome=_choice(HeartbeatOutcome),
    notify=_FLAG,
    summary=TEXT,
    notification_text=_or_null(TEXT),
    reason=_or_null(TEXT),
    priority=_or_null(_choice(HeartbeatPriority)),
    next_check=_or_null(TEXT),
)
_LEDGER = _record(
    window=NUMBER,
    reserve=NUMBER,
    budget=NUMBER,
    raw=NUMBER,
    estimated=NUMBER,
    overflow=NUMBER,
    dropped=NUMBER,
    source=_choice(PriceSource),
    parts=_list(_record(name=TEXT, messages=NUMBER, tokens=NUMBER, images=NUMBER)),
    steps=_list(_record(rung=_choice(Rung), before=NUMBER, after=NUMBER)),
)
_FATE = _record(
    section=_choice(Section),
    first=NUMBER,
    count=NUMBER,
    fate=_choice(Fate),
    reason=_choice(FateReason),
    before=NUMBER,
    after=NUMBER,
)
_PART = _record(
    kind=_choice(PartKind),
    text=TEXT,
    call_id=TEXT,
    name=TEXT,
    arguments=TEXT,
    data=TEXT,
    is_error=_FLAG,
    extra=TEXT,
)
_MESSAGE = _record(role=_choice(Role), text=TEXT, parts=_list(_PART))
_OVERFLOW = _record(
    run_id=TEXT, session_key=_SESSION_KEY, attempt=NUMBER, messages=NUMBER, ledger=_LEDGER
)

RUN = _record(
    run_id=TEXT,
    kind=_choice(RunKind),
    agent_id=TEXT,
    session_key=_SESSION_KEY,
    context_key=_CONTEXT_KEY,
    reason=TEXT,
    causes=_list(_CAUSE),
    requests=NUMBER,
    home_key=_SESSION_KEY,
    wake=_or_null(NUMBER),
    requested_at=_or_null(_INSTANT),
    delays=_list(_DELAY),
    depth=NUMBER,
    started_at=_INSTANT,
    ended_at=_INSTANT,
    model=_or_null(TEXT),
    model_called=_FLAG,
    messages=_list(_MESSAGE),
    message_count=NUMBER,
    prompt=TEXT,
    ledger=_or_null(_LEDGER),
    plan=_list(_FATE),
    overflows=_list(_OVERFLOW),
    prechecks=NUMBER,
    outcome=_choice(RunOutcome),
    skip=_or_null(_choice(SkipReason)),
    error=_or_null(TEXT),
    text=TEXT,
    delivered=_FLAG,
    undelivered=_or_null(_choice(Undelivered)),
    result=_or_null(_RESULT),
    retry_at=_or_null(_INSTANT),
)
"""A run that has ended; see `vagus.testing.Run`."""

CALL = _record(
    run_id=TEXT,
    kind=_choice(RunKind),
    agent_id=TEXT,
    session_key=_SESSION_KEY,
    context_key=_CONTEXT_KEY,
    reason=TEXT,
    model=TEXT,
    messages=_list(_MESSAGE),
    prompt=TEXT,
    ledger=_LEDGER,
    respond_tool=_FLAG,
    now=_INSTANT,
)
"""A call of the model; see `vagus.testing.ModelCall`."""

DELIVERY = _record(
    run_id=TEXT,
    session_key=_SESSION_KEY,
    route=_record(channel=TEXT, account=_or_null(TEXT), to=TEXT, thread=_or_null(TEXT)),
    text=TEXT,
    at=_INSTANT,
    attempt=NUMBER,
    silent=_FLAG,
    reply_to=_or_null(TEXT),
)
"""A text that was sent; see `vagus.testing.Delivery`."""

METHODS = _list(_choice(ContextMethod))

CONTEXT_CALL = _record(
    engine=TEXT,
    method=_choice(ContextMethod),
    context_key=_CONTEXT_KEY,
    is_heartbeat=_FLAG,
    run_id=_or_null(TEXT),
    session_key=_SESSION_KEY,
    error=_or_null(TEXT),
    at=_INSTANT,
)
"""A call of a context engine; see `vagus.testing.EngineCall`."""

CHAT = _record(
    run_id=TEXT,
    client_run_id=TEXT,
    requested_key=TEXT,
    session_key=_or_null(_SESSION_KEY),
    state=_choice(ChatState),
    seq=NUMBER,
    text=TEXT,
    delta_text=TEXT,
    replace=_FLAG,
    clipped=_FLAG,
    error=_or_null(TEXT),
    error_kind=_or_null(_choice(ChatErrorKind)),
    stop_reason=_or_null(TEXT),
    subscribers=_list(TEXT),
    at=_INSTANT,
)
"""What followers of a run were told; see `vagus.testing.Chat`."""

OUTCOMES: tuple[RunOutcome, ...] = get_args(RunOutcome)

TOTALS = _record(
    runs=NUMBER,
    delivered=NUMBER,
    prechecks_failed=NUMBER,
    restarts=NUMBER,
    outcomes=_record(**dict.fromkeys(OUTCOMES, NUMBER)),
    tokens=_record(**dict.fromkeys(("first", "last", "min", "max"), _or_null(NUMBER))),
)
"""The figures of a span; see `vagus.scenario.expect.totals_of`."""
