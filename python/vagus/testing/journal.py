"""What was said between a host and its engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vagus import (
    CallModel,
    Command,
    ContextKey,
    Effect,
    Ledger,
    Message,
    MessageFate,
    RunEnded,
    RunStarted,
    SessionKey,
    WakeDropped,
    WakeQueued,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A `CallModel` that is kept: its messages are shared with other prompts.

    A prompt repeats the ones before it, and an effect holds copies, so keeping the effects would
    take memory that grows with the square of a conversation.
    """

    run_id: str
    agent_id: str
    session_key: SessionKey
    context_key: ContextKey
    model: str
    messages: tuple[Message, ...]
    ledger: Ledger
    plan: tuple[MessageFate, ...]
    deadline_ms: int
    respond_tool: bool
    context_engine: str | None
    thinking: str | None

    def effect(self) -> CallModel:
        """The effect itself."""
        return CallModel(
            run_id=self.run_id,
            agent_id=self.agent_id,
            session_key=self.session_key,
            context_key=self.context_key,
            model=self.model,
            messages=self.messages,
            ledger=self.ledger,
            plan=self.plan,
            deadline_ms=self.deadline_ms,
            respond_tool=self.respond_tool,
            context_engine=self.context_engine,
            thinking=self.thinking,
        )


class Prompts:
    """Makes prompts out of effects, with one object for all messages that are equal."""

    def __init__(self) -> None:
        self._known: dict[str, Message] = {}

    def of(self, effect: CallModel) -> Prompt:
        """The prompt that `effect` sends."""
        return Prompt(
            run_id=effect.run_id,
            agent_id=effect.agent_id,
            session_key=effect.session_key,
            context_key=effect.context_key,
            model=effect.model,
            messages=tuple(map(self._shared, effect.messages)),
            ledger=effect.ledger,
            plan=tuple(effect.plan),
            deadline_ms=effect.deadline_ms,
            respond_tool=effect.respond_tool,
            context_engine=effect.context_engine,
            thinking=effect.thinking,
        )

    def _shared(self, message: Message) -> Message:
        # Hashing a message takes longer than reading its text.
        known = self._known.setdefault(message.text or repr(message), message)
        return known if known == message else message


Kept = Effect | Prompt
"""What is kept of an effect."""


def leading(earlier: Sequence[Message], later: Sequence[Message]) -> int:
    """How many messages `later` begins with that `earlier` showed too; all but its last, or 0."""
    count = max(0, len(earlier) - 1)
    return count if tuple(earlier[:count]) == tuple(later[:count]) else 0


class Exchange(NamedTuple):
    """One command and what the engine answered."""

    now_ms: int
    command: Command
    effects: Sequence[Kept]


class WaitingWake(NamedTuple):
    """A wake and how many requests are part of it."""

    wake: int
    requests: int


@dataclass
class WakeBook:
    """Which accepted wakes still wait for a run, told by effects alone.

    Attributes:
        waiting: the wake that waits for each session.
        busy: the session that each run in flight works for, by run id.
    """

    waiting: dict[str, WaitingWake] = field(default_factory=dict)
    busy: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, WaitingWake] = field(default_factory=dict)

    def see(self, effect: Kept) -> str | None:
        """Takes note of `effect`; says what is wrong with it, if anything."""
        if isinstance(effect, WakeQueued):
            return self._queue(effect)
        if isinstance(effect, RunStarted):
            return self._start(effect)
        if isinstance(effect, WakeDropped):
            self.waiting.pop(str(effect.session_key), None)
        if isinstance(effect, RunEnded):
            self._end(effect)
        return None

    def _queue(self, queued: WakeQueued) -> str | None:
        session = str(queued.session_key)
        waited = self.waiting.get(session, WaitingWake(queued.wake, 0))
        self.waiting[session] = WaitingWake(queued.wake, waited.requests + 1)
        if queued.wake == waited.wake:
            return None
        return f"{session}: a request became wake {queued.wake} although {waited.wake} waits"

    def _start(self, started: RunStarted) -> str | None:
        home = self.busy[started.run_id] = str(started.home_key)
        if started.wake is None:
            return None
        answered = self._taken[started.run_id] = WaitingWake(started.wake, started.requests)
        waited = self.waiting.pop(home, None)
        if answered == waited:
            return None
        due = "none" if waited is None else f"wake {waited.wake} with {waited.requests} requests"
        return (
            f"run {started.run_id} of {home} answers wake {answered.wake} with "
            f"{answered.requests} requests, but {due} waits"
        )

    def _end(self, ended: RunEnded) -> None:
        home = self.busy.pop(ended.run_id, str(ended.session_key))
        taken = self._taken.pop(ended.run_id, None)
        if taken is None or ended.retry_at_ms is None:
            return
        # A wake that is tried again takes in what was requested meanwhile.
        newer = self.waiting.get(home, WaitingWake(taken.wake, 0))
        self.waiting[home] = WaitingWake(taken.wake, taken.requests + newer.requests)
