"""What was said between a host and its engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from vagus import Command, Effect, RunEnded, RunStarted, WakeQueued


class Exchange(NamedTuple):
    """One command and what the engine answered."""

    now_ms: int
    command: Command
    effects: list[Effect]


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

    def see(self, effect: Effect) -> str | None:
        """Takes note of `effect`; says what is wrong with it, if anything."""
        if isinstance(effect, WakeQueued):
            return self._queue(effect)
        if isinstance(effect, RunStarted):
            return self._start(effect)
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
