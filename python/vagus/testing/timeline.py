"""Why every heartbeat ran, or did not: the story of a harness, wake by wake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vagus import SessionKey, WakeCause, WakeDelay
from vagus.testing.records import Run, html_table, plain
from vagus.types import RunOutcome

COLUMNS = ("time", "session", "why", "requests", "waited", "what became of it", "reply")
SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A wake and what became of it.

    Attributes:
        wake: the wake's number; see `vagus.Engine.wake_fate`.
        session_key: the session that was woken.
        asked_at: when the first of its requests came, in UTC.
        causes: who asked, oldest first, with counts; the cadence asks as `interval`.
        requests: how many requests merged into it.
        delays: why it did not run at once, and for how long each.
        started_at: when its run began; None while it waits.
        run_id: its run; None while it waits.
        outcome: how the run ended; None while it waits or runs.
        note: the skip reason, the error, why the reply was not delivered, or why it still waits.
        delivered: True when somebody was sent the reply.
        text: the reply.
    """

    wake: int
    session_key: SessionKey
    asked_at: datetime
    causes: tuple[WakeCause, ...]
    requests: int
    delays: tuple[WakeDelay, ...] = ()
    started_at: datetime | None = None
    run_id: str | None = None
    outcome: RunOutcome | None = None
    note: str = ""
    delivered: bool = False
    text: str = ""

    @property
    def waited(self) -> timedelta | None:
        """From the first request to the run; None while it waits."""
        return None if self.started_at is None else self.started_at - self.asked_at

    @property
    def why(self) -> str:
        """Its causes in one line: `interval, exec (build) x3`."""
        return ", ".join(_cause_text(cause) for cause in self.causes)

    @property
    def ending(self) -> str:
        """What became of it, in one line."""
        state = self.outcome or ("waiting" if self.started_at is None else "running")
        return f"{state}: {self.note}" if self.note else state

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return {
            "wake": self.wake,
            "session_key": str(self.session_key),
            "asked_at": plain(self.asked_at),
            "causes": plain(self.causes),
            "requests": self.requests,
            "delays": plain(self.delays),
            "started_at": plain(self.started_at),
            "waited_ms": None if self.waited is None else self.waited // timedelta(milliseconds=1),
            "run_id": self.run_id,
            "outcome": self.outcome,
            "note": self.note,
            "delivered": self.delivered,
            "text": self.text,
        }


class Timeline(list[Beat]):
    """Wakes in the order in which they ended, and then those that run or wait; a table."""

    def rows(self) -> list[tuple[str, ...]]:
        """The cells of the table, a row for each wake."""
        return [_row(beat) for beat in self]

    def table(self) -> str:
        """The timeline as a plain text table."""
        rows = [COLUMNS, *self.rows()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return "\n".join(lines)

    def to_dict(self) -> list[dict[str, Any]]:
        """Every wake, JSON-ready."""
        return [beat.to_dict() for beat in self]

    def _repr_html_(self) -> str:
        return html_table(COLUMNS, self.rows())


def beat_of_run(run: Run) -> Beat:
    """The wake that `run` answered."""
    asked_at = run.requested_at or run.started_at
    return Beat(
        wake=run.wake or 0,
        session_key=run.home_key,
        asked_at=asked_at,
        causes=run.causes,
        requests=run.requests,
        delays=run.delays,
        started_at=run.started_at,
        run_id=run.run_id,
        outcome=run.outcome,
        note=run.skip or run.error or run.undelivered or "",
        delivered=run.delivered,
        text=run.text,
    )


def heartbeats(runs: Iterable[Run]) -> Timeline:
    """The wakes that `runs` answered; a person's turns are left out."""
    return Timeline(beat_of_run(run) for run in runs if run.wake is not None)


def _cause_text(cause: WakeCause) -> str:
    label = cause.kind if cause.reason == cause.kind else f"{cause.kind} ({cause.reason})"
    return label if cause.count == 1 else f"{label} x{cause.count}"


def _waited_text(beat: Beat) -> str:
    parts: Sequence[str] = [f"{delay.why} {delay.ms / 1000:g} s" for delay in beat.delays]
    return ", ".join(parts)


def _row(beat: Beat) -> tuple[str, ...]:
    at = beat.started_at or beat.asked_at
    text = beat.text if len(beat.text) <= SHOWN_CHARS else beat.text[: SHOWN_CHARS - 1] + "…"
    sent = "" if not text or beat.delivered else " (not sent)"
    return (
        f"{at:%Y-%m-%d %H:%M:%S}",
        str(beat.session_key),
        beat.why,
        str(beat.requests),
        _waited_text(beat),
        beat.ending,
        text + sent,
    )
