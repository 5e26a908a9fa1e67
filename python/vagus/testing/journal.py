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


@dataclass
class WakeBook:
    """Which accepted wakes still wait for a run, told by effects alone.

    Attributes:
        waiting: requests by session.
        busy: the session that each run in flight works for, by run id.
    """

    waiting: dict[str, int] = field(default_factory=dict)
    busy: dict[str, str] = field(default_factory=dict)
    _requests: dict[str, int] = field(default_factory=dict)

    def see(self, effect: Effect) -> str | None:
        """Takes note of `effect`; says what is wrong with it, if anything."""
        if isinstance(effect, WakeQueued):
            self._add(str(effect.session_key), 1)
        elif isinstance(effect, RunStarted):
            return self._start(effect)
        elif isinstance(effect, RunEnded):
            home = self.busy.pop(effect.run_id, str(effect.session_key))
            requests = self._requests.pop(effect.run_id, 0)
            if effect.retry_at_ms is not None:
                self._add(home, requests)
        return None

    def _start(self, started: RunStarted) -> str | None:
        home = self._home(started)
        self.busy[started.run_id] = home
        if started.kind != "heartbeat":
            return None
        waited = self.waiting.pop(home, 0)
        self._requests[started.run_id] = started.requests
        if started.requests >= waited:
            return None
        return f"run {started.run_id} of {home} answers {started.requests} of {waited} requests"

    def _add(self, session: str, requests: int) -> None:
        self.waiting[session] = self.waiting.get(session, 0) + requests

    def _home(self, started: RunStarted) -> str:
        # An isolated heartbeat answers the wakes of its base session. The reference profile names
        # the isolated lane as the memory's session, vagus the base session.
        session = str(started.context_key.session)
        return session if session in self.waiting else session.removesuffix(":heartbeat")
