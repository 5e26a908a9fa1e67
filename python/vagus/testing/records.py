"""What a `Harness` shows: model calls, replies, runs and deliveries."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, SupportsIndex, overload

from vagus import (
    ChatEvent,
    ContextKey,
    DeliveryRoute,
    Ledger,
    Message,
    MessageFate,
    OverflowDetected,
    SessionKey,
    WakeCause,
    WakeDelay,
)
from vagus._explain import Explanation
from vagus.context_engine import Answer, Params
from vagus.heartbeat import HeartbeatResult
from vagus.types import (
    ChatErrorKind,
    ChatState,
    ContextMethod,
    RunKind,
    RunOutcome,
    SkipReason,
    Undelivered,
)


def prompt_text(messages: Iterable[Message]) -> str:
    """The text of all `messages`, joined by blank lines."""
    return "\n\n".join(text for message in messages if (text := message.text))


def plain(value: object) -> Any:
    """`value` as JSON-ready dicts, lists, texts and numbers."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    to_dict = getattr(value, "to_dict", None)
    return str(value) if to_dict is None else plain(to_dict())


def _fields_of(record: Any, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    names = (field.name for field in fields(record))
    return {name: plain(getattr(record, name)) for name in names if name not in leave_out}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One prompt on its way to the model: what a model function is called with.

    Attributes:
        run_id: the run that asks.
        kind: a person's turn, a heartbeat or an errand.
        agent_id: the agent that is to answer.
        session_key: the lane of the run; that of an isolated heartbeat ends in `:heartbeat`.
        context_key: whose memory the prompt shows.
        reason: why the run was started, such as `interval`; `message` for a person's turn.
        model: the name of the model in the configuration; empty when it names none.
        messages: the whole prompt, system message included.
        ledger: what the prompt costs, in estimated tokens.
        respond_tool: True when the model is to be offered the tool `heartbeat_respond`.
        now: the virtual time, in UTC.
    """

    run_id: str
    kind: RunKind
    agent_id: str
    session_key: SessionKey
    context_key: ContextKey
    reason: str
    model: str
    messages: tuple[Message, ...]
    ledger: Ledger
    respond_tool: bool
    now: datetime

    @property
    def prompt(self) -> str:
        """The whole text that is sent, system message included."""
        return prompt_text(self.messages)

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return _fields_of(self)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a scripted answer that is streamed.

    Attributes:
        delta: what is new.
        text: instead of it, all text so far.
        tool: the name of a tool that starts, instead of text.
        after: how long after the piece before it, or after the call, it comes.
        seq: its sequence number; 0 for the next one.
    """

    delta: str = ""
    _: KW_ONLY
    text: str = ""
    tool: str | None = None
    after: str | int | timedelta = 0
    seq: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        after = str(self.after) if isinstance(self.after, timedelta) else self.after
        fields = {"delta": self.delta, "text": self.text, "tool": self.tool, "seq": self.seq}
        return {**fields, "after": after}


@dataclass(frozen=True, slots=True)
class Reply:
    """A scripted answer.

    Attributes:
        text: the final reply.
        messages: tool calls and results on the way to it.
        after: how long the model takes, as text such as `3s`, a number of milliseconds or a
            timedelta; None for the harness's own latency. It is not done before its last chunk.
        stream: what it says on the way, as `Chunk` or text; it does not take the reply's place.
        ends: how often the model says that it is done: 0 for one that dies silently, 2 for one that
            does not know that it has said so.
        input_tokens: what the provider counted for the prompt; None when it does not say.
    """

    text: str
    _: KW_ONLY
    messages: Sequence[Message] = ()
    after: str | int | timedelta | None = None
    stream: Sequence[Chunk | str] = ()
    ends: int = 1
    input_tokens: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        after = str(self.after) if isinstance(self.after, timedelta) else self.after
        return {
            "text": self.text,
            "messages": plain(self.messages),
            "after": after,
            "stream": plain(self.stream),
            "ends": self.ends,
            "input_tokens": self.input_tokens,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A text that was sent to somebody.

    Attributes:
        run_id: the run that wrote it.
        session_key: the lane of that run.
        route: where it went.
        text: what was sent.
        at: when, in UTC.
        attempt: which attempt it was; beyond 1, the channel had not taken it before.
        silent: the agent asked that nobody be alerted.
        reply_to: the channel's name for the newest message that it answers.
    """

    run_id: str
    session_key: SessionKey
    route: DeliveryRoute
    text: str
    at: datetime
    attempt: int = 1
    silent: bool = False
    reply_to: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return _fields_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCall:
    """One call of a context engine of the host.

    Attributes:
        engine: its name in the configuration.
        method: what was called.
        context_key: the memory identity that it was told.
        is_heartbeat: it is about a heartbeat.
        run_id: the run that it is about; None when it is about none.
        session_key: the lane that it is about.
        params: what the method was told; see `vagus.context_engine`.
        answer: what it answered; None when it raised or never answered.
        error: what went wrong, if it raised.
        at: when, in UTC.
    """

    engine: str
    method: ContextMethod
    context_key: ContextKey
    is_heartbeat: bool
    run_id: str | None
    session_key: SessionKey
    params: Params
    answer: Answer | None
    error: str | None
    at: datetime

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return _fields_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """What followers of a run were told; see `vagus.ChatEvent`.

    Attributes:
        run_id: the run.
        client_run_id: its name among the client's runs.
        requested_key: its session, as the client named it.
        session_key: its session.
        state: delta, or how it ended: final, error or aborted.
        seq: the sequence number.
        text: all of the text so far.
        delta_text: what is new in a delta.
        replace: the text takes the place of what was told before.
        clipped: the beginning of the text was let go.
        error: what went wrong.
        error_kind: what kind of error it is.
        stop_reason: why it was stopped.
        subscribers: who was told.
        at: when, in UTC.
    """

    run_id: str
    client_run_id: str
    requested_key: str
    session_key: SessionKey | None
    state: ChatState
    seq: int
    text: str
    delta_text: str
    replace: bool
    clipped: bool
    error: str | None
    error_kind: ChatErrorKind | None
    stop_reason: str | None
    subscribers: tuple[str, ...]
    at: datetime

    @classmethod
    def of(cls, event: ChatEvent, at: datetime) -> Chat:
        """What `event` told, and when."""
        names = (field.name for field in fields(cls) if field.name not in ("at", "subscribers"))
        told = {name: getattr(event, name) for name in names}
        return cls(**told, subscribers=tuple(event.subscribers), at=at)

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return _fields_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One model turn, a person's or a heartbeat's.

    Attributes:
        run_id: its id, a UUID.
        kind: a person's turn, a heartbeat or an errand.
        agent_id: the agent.
        session_key: the lane it ran on; that of an isolated heartbeat ends in `:heartbeat`.
        context_key: whose memory it read and wrote.
        reason: why it was started, such as `interval`; `message` for a person's turn.
        causes: the merged requests of a heartbeat, by kind and reason, with counts.
        requests: how many requests the heartbeat answers.
        started_at: when it started, in UTC.
        home_key: the session it worked for; that of an isolated heartbeat is not its lane.
        wake: the number of the wake that a heartbeat answers; None for a person's turn.
        requested_at: when the first request for that wake came, in UTC.
        delays: why that wake did not run at once, and for how long each.
        depth: how many wakes that caused each other led to it; see `vagus.RequestWake`.
        model: the name of the model that was asked; None when none was.
        messages: the prompt that was sent; empty when none was.
        ledger: what the prompt costs, in tokens; None when none was assembled.
        plan: what became of every message on its way into the prompt, and why.
        overflows: how often its provider, or a precheck of the reference profile, found the prompt
            too large.
        outcome: how it ended; None while it is in flight.
        skip: why a skipped heartbeat did not ask the model.
        error: what went wrong in a run that failed.
        text: the reply.
        delivered: True when the reply was sent to somebody.
        undelivered: why a reply was not.
        result: what the heartbeat reported through `heartbeat_respond`.
        retry_at: when the wake of a failed heartbeat is tried again; None when it is not.
        ended_at: when it ended, in UTC; None while it is in flight.
    """

    run_id: str
    kind: RunKind
    agent_id: str
    session_key: SessionKey
    context_key: ContextKey
    reason: str
    causes: tuple[WakeCause, ...]
    requests: int
    started_at: datetime
    home_key: SessionKey
    wake: int | None = None
    requested_at: datetime | None = None
    delays: tuple[WakeDelay, ...] = ()
    depth: int = 0
    model: str | None = None
    messages: tuple[Message, ...] = ()
    ledger: Ledger | None = None
    plan: tuple[MessageFate, ...] = ()
    overflows: tuple[OverflowDetected, ...] = ()
    outcome: RunOutcome | None = None
    skip: SkipReason | None = None
    error: str | None = None
    text: str = ""
    delivered: bool = False
    undelivered: Undelivered | None = None
    result: HeartbeatResult | None = None
    retry_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def prompt(self) -> str:
        """The whole text that was sent, system message included; empty when nothing was."""
        return prompt_text(self.messages)

    def explain(self) -> Explanation | None:
        """The plan as a table, in a notebook with a bar of the budget; None when none was sent."""
        if self.ledger is None or not self.messages:
            return None
        return Explanation(self.plan, self.ledger)

    @property
    def model_called(self) -> bool:
        """True when a prompt was sent to the model."""
        return bool(self.messages)

    @property
    def prechecks(self) -> int:
        """How often the prompt was found beyond its budget after it was made."""
        return len(self.overflows)

    @property
    def message_count(self) -> int:
        """Messages of the prompt that was sent, or that was too large to be sent."""
        if not self.messages and self.overflows:
            return self.overflows[-1].messages
        return len(self.messages)

    def to_dict(self) -> dict[str, Any]:
        """Every field and figure, JSON-ready; the prompt's messages are left out."""
        return _fields_of(self, frozenset({"messages", "overflows", "plan"})) | {
            "model_called": self.model_called,
            "message_count": self.message_count,
            "prechecks": self.prechecks,
        }

    def __repr__(self) -> str:
        state = self.outcome or "in flight"
        return (
            f"<Run {state}: {self.kind} {self.reason!r} on {self.session_key} "
            f"with {self.context_key} at {plain(self.started_at)}>"
        )


RUN_COLUMNS = ("#", "time", "why", "session key", "context key", "tokens / budget", "outcome")


def run_row(number: int, run: Run) -> tuple[str, ...]:
    """The cells that show `run` in a table with the columns `RUN_COLUMNS`."""
    tokens = "" if run.ledger is None else f"{run.ledger.estimated:,} / {run.ledger.budget:,}"
    outcome = run.outcome or "in flight"
    too_large = run.ledger is not None and run.ledger.overflow > 0
    detail = None if too_large else run.skip or run.error
    return (
        str(number),
        f"{run.started_at:%H:%M:%S}",
        run.reason,
        str(run.session_key),
        _short_context(run),
        tokens,
        f"{outcome} ({detail})" if detail else outcome,
    )


def _short_context(run: Run) -> str:
    """The context key without what it shares with its session, and with the head of its id."""
    key = run.context_key
    if key == str(run.session_key):
        return "the session key"
    tail = str(key).removeprefix(str(key.session))
    return f"…{tail.removesuffix(key.id)}{key.id[:8]}…" if len(key.id) > 12 else f"…{tail}"


class RunList(list[Run]):
    """Runs, in the order in which they ended; shows itself as a table. A slice is one too."""

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Run: ...
    @overload
    def __getitem__(self, index: slice, /) -> RunList: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> Run | RunList:
        if isinstance(index, slice):
            return RunList(super().__getitem__(index))
        return super().__getitem__(index)

    def _rows(self) -> list[tuple[str, ...]]:
        return [run_row(number, run) for number, run in enumerate(self)]

    def table(self) -> str:
        """The runs as a plain text table."""
        rows = [RUN_COLUMNS, *self._rows()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return "\n".join(lines)

    def to_dict(self) -> list[dict[str, Any]]:
        """Every run, JSON-ready."""
        return [run.to_dict() for run in self]

    def _repr_html_(self) -> str:
        return html_table(RUN_COLUMNS, self._rows())


def html_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A small HTML table; every cell is escaped."""

    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', columns)}</thead><tbody>{body}</tbody></table>"
