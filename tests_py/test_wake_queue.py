"""The wake queue against a small model of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vagus import InvalidInput, WakeQueue

SESSIONS = [f"agent:main:s{number}" for number in range(4)]
PRIORITY = {
    "retry": 0,
    "interval": 1,
    "wake": 2,
    "cron": 2,
    "task": 2,
    "other": 2,
    "exec": 3,
    "hook": 3,
    "manual": 3,
}
FIRST_RETRY_MS, LONGEST_RETRY_MS, ATTEMPTS = 1_000, 60_000, 5


@dataclass
class Entry:
    """What the model knows of one wake."""

    kind: str
    reason: str
    due_ms: int
    causes: dict[tuple[str, str], int]
    requests: int = 1
    attempts: int = 0
    order: int = 0
    urgent_ms: float = field(default=float("inf"))
    retrying: bool = False

    def take_in(self, newer: Entry) -> None:
        if PRIORITY[newer.kind] > PRIORITY[self.kind]:
            self.kind, self.reason = newer.kind, newer.reason
        for cause, count in newer.causes.items():
            self.causes[cause] = self.causes.get(cause, 0) + count
        self.requests += newer.requests
        self.due_ms = int(min(self.due_ms, newer.urgent_ms if self.retrying else newer.due_ms))
        self.urgent_ms = min(self.urgent_ms, newer.urgent_ms)


class Wakes(RuleBasedStateMachine):
    """Drives a queue and its model side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = WakeQueue()
        self.now = 0
        self.waiting: dict[str, Entry] = {}
        self.out: dict[int, tuple[str, Entry]] = {}
        self.holds: dict[str, int] = {}
        self.orders = 0

    def is_free(self, session: str) -> bool:
        running = {name for name, _ in self.out.values()}
        return not self.holds.get(session) and session not in running

    @rule(span=st.integers(0, 5_000))
    def time_passes(self, span: int) -> None:
        self.now += span

    @rule(
        session=st.sampled_from(SESSIONS),
        kind=st.sampled_from(list(PRIORITY)),
        reason=st.sampled_from(["a", "b", ""]),
        coalesce=st.integers(0, 3_000),
    )
    def request(self, session: str, kind: str, reason: str, coalesce: int) -> None:
        receipt = self.queue.request(
            self.now,
            session,
            kind=kind,
            reason=reason,
            coalesce_ms=coalesce,
        )
        due, label = self.now + coalesce, reason or kind
        self.orders += 1
        entry = Entry(kind, label, due, {(kind, label): 1}, order=self.orders)
        if PRIORITY[kind] >= 2:
            entry.urgent_ms = due
        merged = session in self.waiting
        if merged:
            self.waiting[session].take_in(entry)
        else:
            self.waiting[session] = entry
        now_waiting = self.waiting[session]
        assert (receipt.merged, receipt.due_ms, receipt.requests) == (
            merged,
            now_waiting.due_ms,
            now_waiting.requests,
        )

    @rule()
    def due(self) -> None:
        expected = sorted(
            (
                (session, entry)
                for session, entry in self.waiting.items()
                if entry.due_ms <= self.now and self.is_free(session)
            ),
            key=lambda item: (item[1].due_ms, -PRIORITY[item[1].kind], item[1].order),
        )
        wakes = self.queue.due(self.now)
        assert [str(wake.session_key) for wake in wakes] == [session for session, _ in expected]
        for wake, (session, entry) in zip(wakes, expected, strict=True):
            assert (wake.kind, wake.reason, wake.due_ms) == (entry.kind, entry.reason, entry.due_ms)
            assert (wake.requests, wake.attempts) == (entry.requests, entry.attempts)
            assert {(c.kind, c.reason): c.count for c in wake.causes} == entry.causes
            self.out[wake.token] = (session, self.waiting.pop(session))

    @precondition(lambda self: self.out)
    @rule(data=st.data(), outcome=st.sampled_from(["done", "failed", "deferred"]))
    def settle(self, data: st.DataObject, outcome: str) -> None:
        token = data.draw(st.sampled_from(sorted(self.out)))
        session, entry = self.out.pop(token)
        retry_at = self.now + 700 if outcome == "deferred" else None
        if outcome == "failed":
            entry.attempts += 1
            back_off = min(FIRST_RETRY_MS * 2 ** (entry.attempts - 1), LONGEST_RETRY_MS)
            retry_at = self.now + back_off
        expected = None
        if outcome != "done" and entry.attempts < ATTEMPTS:
            assert retry_at is not None
            entry.due_ms, entry.retrying, entry.urgent_ms = retry_at, True, float("inf")
            newer = self.waiting.pop(session, None)
            if newer is not None:
                entry.take_in(newer)
            self.waiting[session] = entry
            expected = retry_at
        given_retry = retry_at if outcome == "deferred" else None
        again = self.queue.settle(token, outcome, self.now, retry_at_ms=given_retry)
        assert again == (None if expected is None else self.waiting[session].due_ms)
        with pytest.raises(InvalidInput):
            self.queue.settle(token, "done", self.now)

    @rule(session=st.sampled_from(SESSIONS))
    def hold(self, session: str) -> None:
        self.queue.hold(session)
        self.holds[session] = self.holds.get(session, 0) + 1

    @rule(session=st.sampled_from(SESSIONS))
    def release(self, session: str) -> None:
        self.queue.release(session)
        self.holds[session] = max(0, self.holds.get(session, 0) - 1)

    @invariant()
    def nothing_is_lost_and_the_alarm_is_right(self) -> None:
        assert len(self.queue) == len(self.waiting)
        free = [entry.due_ms for session, entry in self.waiting.items() if self.is_free(session)]
        assert self.queue.next_due() == min(free, default=None)


TestWakes = Wakes.TestCase
TestWakes.settings = settings(max_examples=60, stateful_step_count=40)


@given(st.lists(st.sampled_from(["interval", "exec", "wake"]), min_size=1, max_size=50))
def test_a_storm_is_one_wake(kinds):
    queue = WakeQueue()
    for kind in kinds:
        queue.request(0, SESSIONS[0], kind=kind)
    (wake,) = queue.due(250)
    assert wake.requests == len(kinds)
    assert PRIORITY[wake.kind] == max(PRIORITY[kind] for kind in kinds)
    assert sum(cause.count for cause in wake.causes) == len(kinds)
    assert queue.due(10**9) == []
