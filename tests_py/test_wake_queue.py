"""The wake queue against a small model of it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vagus import InvalidConfig, InvalidInput, InvalidKey, SessionKey, WakeQueue
from vagus.types import WakeOutcome

SESSIONS = [f"agent:main:s{number}" for number in range(4)]
INTENT = {
    "retry": "scheduled",
    "interval": "scheduled",
    "wake": "immediate",
    "cron": "event",
    "task": "immediate",
    "other": "event",
    "exec": "event",
    "hook": "immediate",
    "manual": "manual",
}
PRIORITY = {
    "retry": 0,
    "interval": 1,
    "wake": 3,
    "cron": 2,
    "task": 3,
    "other": 2,
    "exec": 2,
    "hook": 3,
    "manual": 3,
}
PRESSING = ["manual", "immediate", "task", "event", "scheduled"]
SPACING_MS, FIRST_RETRY_MS, LONGEST_RETRY_MS = 2_000, 1_000, 60_000
GUARDS = {"min_spacing": "2s", "flood_starts": 0, "running": 100, "running_per_agent": 100}
NEVER = float("inf")


def mix(word: int) -> int:
    """SplitMix64."""
    word = (word + 0x9E3779B97F4A7C15) % 2**64
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64
    return word ^ (word >> 31)


def back_off(failures: int, token: int) -> int:
    """What a wake waits for after so many failures in a row: doubling, and up to a quarter more."""
    wait = min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS)
    return wait + mix(mix(0) ^ mix(mix(token) ^ failures)) % (wait // 4 + 1)


@dataclass
class Entry:
    """What the model knows of one wake."""

    token: int
    kind: str
    reason: str
    intent: str
    causes: dict[tuple[str, str], int]
    ready: dict[str, float] = field(default_factory=dict)
    requests: int = 1
    attempts: int = 0
    retrying: bool = False

    def take_in(self, newer: Entry) -> None:
        if PRIORITY[newer.kind] > PRIORITY[self.kind]:
            self.kind, self.reason = newer.kind, newer.reason
        self.intent = min(self.intent, newer.intent, key=PRESSING.index)
        for cause, count in newer.causes.items():
            self.causes[cause] = self.causes.get(cause, 0) + count
        self.requests += newer.requests
        self.attempts = 0
        for intent, ready in newer.ready.items():
            if intent == "manual" or not self.retrying:
                self.ready[intent] = min(self.ready.get(intent, NEVER), ready)

    def due(self, starts: list[int]) -> float:
        spaced = starts[-1] + SPACING_MS if starts else 0
        return min(
            max(ready, spaced) if intent == "event" else ready
            for intent, ready in self.ready.items()
        )


class Wakes(RuleBasedStateMachine):
    """Drives a queue and its model side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = WakeQueue({"wakes": GUARDS})
        self.now = 0
        self.ids = 0
        self.waiting: dict[str, Entry] = {}
        self.out: dict[int, tuple[str, Entry]] = {}
        self.holds: dict[str, int] = {}
        self.starts: dict[str, list[int]] = {session: [] for session in SESSIONS}
        self.failures: dict[str, int] = {}
        self.ended: dict[int, tuple[str, int | None]] = {}

    def is_free(self, session: str) -> bool:
        running = {name for name, _ in self.out.values()}
        return not self.holds.get(session) and session not in running

    def due_of(self, session: str) -> float:
        return self.waiting[session].due(self.starts[session])

    def end(self, token: int, state: str, into: int | None = None) -> None:
        assert token not in self.ended, "a request ends once"
        self.ended[token] = (state, into)

    @rule(span=st.integers(0, 5_000))
    def time_passes(self, span: int) -> None:
        self.now += span

    @rule(
        sessions=st.lists(st.sampled_from(SESSIONS), min_size=1, max_size=6),
        kind=st.sampled_from(list(PRIORITY)),
        reason=st.sampled_from(["a", "b", ""]),
        coalesce=st.integers(0, 3_000),
        batch=st.booleans(),
    )
    def request(
        self, sessions: list[str], kind: Any, reason: str, coalesce: int, batch: bool
    ) -> None:
        asked: dict[str, Any] = {"kind": kind, "reason": reason, "coalesce_ms": coalesce}
        if batch:
            receipts = list(self.queue.request_many(self.now, sessions, **asked))
        else:
            sessions = sessions[:1]
            receipts = [self.queue.request(self.now, sessions[0], **asked)]
        expected = [self.accept(session, kind, reason, coalesce) for session in sessions]
        assert [(r.id, r.token, r.merged, r.due_ms, r.requests) for r in receipts] == expected

    def accept(self, session: str, kind: str, reason: str, coalesce: int) -> tuple[Any, ...]:
        self.ids += 1
        label, intent = reason or kind, INTENT[kind]
        entry = Entry(self.ids, kind, label, intent, {(kind, label): 1})
        entry.ready[intent] = self.now + coalesce
        merged = session in self.waiting
        if merged:
            self.end(self.ids, "merged", self.waiting[session].token)
            self.waiting[session].take_in(entry)
        else:
            self.waiting[session] = entry
        wake = self.waiting[session]
        return self.ids, wake.token, merged, self.due_of(session), wake.requests

    @rule()
    def due(self) -> None:
        expected = sorted(
            (
                (session, entry)
                for session, entry in self.waiting.items()
                if self.due_of(session) <= self.now and self.is_free(session)
            ),
            key=lambda item: (self.due_of(item[0]), -PRIORITY[item[1].kind], item[1].token),
        )
        wakes = self.queue.due(self.now)
        assert [str(wake.session_key) for wake in wakes] == [session for session, _ in expected]
        for wake, (session, entry) in zip(wakes, expected, strict=True):
            assert (wake.token, wake.kind, wake.reason) == (entry.token, entry.kind, entry.reason)
            assert (wake.intent, wake.due_ms) == (entry.intent, self.due_of(session))
            assert (wake.requests, wake.attempts) == (entry.requests, entry.attempts)
            assert {(c.kind, c.reason): c.count for c in wake.causes} == entry.causes
            assert sum(delay.ms for delay in wake.delays) <= self.now - wake.requested_ms
            self.out[wake.token] = (session, self.waiting.pop(session))
            self.starts[session].append(self.now)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), outcome=st.sampled_from(get_args(WakeOutcome)))
    def settle(self, data: st.DataObject, outcome: Any) -> None:
        token = data.draw(st.sampled_from(sorted(self.out)))
        session, entry = self.out.pop(token)
        later = self.now + 700
        again = self.queue.settle(token, outcome, self.now, reason="why", retry_at_ms=later)
        with pytest.raises(InvalidInput):
            self.queue.settle(token, "done", self.now)
        if outcome in ("skipped", "deferred"):
            self.starts[session].pop()
        if outcome in ("done", "skipped", "abandoned"):
            self.end(token, "delivered" if outcome == "done" else "expired")
            self.failures.pop(session, None)
            assert again is None
            return
        retry = later
        if outcome == "failed":
            entry.attempts += 1
            self.failures[session] = self.failures.get(session, 0) + 1
            retry = self.now + back_off(self.failures[session], token)
        entry.retrying = True
        entry.ready = {"manual" if entry.intent == "manual" else "retry": retry}
        newer = self.waiting.pop(session, None)
        if newer is not None:
            self.end(newer.token, "merged", token)
            entry.take_in(newer)
        self.waiting[session] = entry
        assert again == self.due_of(session)

    @rule(session=st.sampled_from(SESSIONS))
    def hold(self, session: str) -> None:
        self.queue.hold(session, self.now)
        self.holds[session] = self.holds.get(session, 0) + 1

    @rule(session=st.sampled_from(SESSIONS))
    def release(self, session: str) -> None:
        self.queue.release(session, self.now)
        self.holds[session] = max(0, self.holds.get(session, 0) - 1)

    @invariant()
    def nothing_is_lost_and_the_alarm_is_right(self) -> None:
        assert len(self.queue) == len(self.waiting)
        free = [self.due_of(session) for session in self.waiting if self.is_free(session)]
        assert self.queue.next_due() == min(free, default=None)

    @invariant()
    def every_request_has_one_fate(self) -> None:
        for token in range(max(1, self.ids - 8), self.ids + 1):
            fate = self.queue.fate(token)
            if token in self.ended:
                assert (fate.state, fate.into) == self.ended[token]
            else:
                assert fate.state == ("running" if token in self.out else "waiting")


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


# ---- guards, chains, places, leases


def test_a_second_completion_is_delayed_and_tells_why():
    queue = WakeQueue()
    queue.request(0, SESSIONS[0], kind="exec", coalesce_ms=0)
    (wake,) = queue.due(0)
    queue.settle(wake.token, "done", 0)
    queue.request(5_000, SESSIONS[0], kind="exec", coalesce_ms=0)
    assert queue.due(5_000) == []
    assert queue.next_due() == 30_000
    (wake,) = queue.due(30_000)
    assert [delay.to_dict() for delay in wake.delays] == [{"why": "spacing", "ms": 25_000}]


def test_a_deep_wake_waits_for_longer():
    queue = WakeQueue()
    queue.request(0, SESSIONS[0], kind="manual", coalesce_ms=0)
    queue.settle(queue.due(0)[0].token, "done", 0)
    assert queue.request(0, SESSIONS[0], kind="exec", depth=6).due_ms == 240_000
    assert queue.request(0, SESSIONS[0], kind="exec", intent="manual").due_ms == 250


def test_places_are_shared_between_agents():
    queue = WakeQueue({"wakes": {"running": 2}})
    queue.request_many(0, [f"agent:hog:s{i}" for i in range(1_000)], coalesce_ms=0)
    queue.request(0, "agent:ada:main", coalesce_ms=0)
    assert sorted(wake.session_key.agent for wake in queue.due(0)) == ["ada", "hog"]
    assert queue.explain("agent:hog:s9", 0).reasons[0].why == "capacity"
    assert queue.next_due() is None


def test_a_lost_hosts_wakes_come_back():
    queue = WakeQueue()
    queue.request(0, SESSIONS[0], kind="exec", coalesce_ms=0)
    (wake,) = queue.due(0, lease_ms=1_000)
    queue.renew(wake.token, 500, 1_000)
    assert queue.next_due() == 1_500
    assert queue.due(1_500) == []
    (again,) = queue.due(10_000)
    assert (again.token, again.attempts) == (wake.token, 1)


def test_a_step_of_the_clock_keeps_what_is_left_to_wait():
    queue = WakeQueue()
    queue.request(10_000, SESSIONS[0], coalesce_ms=500)
    queue.shift(-4_000)
    assert queue.next_due() == 6_500


# ---- what is told


def test_an_explanation_is_words_and_data():
    queue = WakeQueue()
    queue.request(0, SESSIONS[0], kind="exec")
    told = queue.explain(SESSIONS[0], 100)
    assert told.state == "waiting"
    assert told.to_dict()["reasons"] == [
        {
            "why": "coalescing",
            "until_ms": 250,
            "text": "other requests may still join it; for another 150ms",
        }
    ]
    assert str(told).splitlines() == [
        '"agent:main:s0": wake 1 is due at 1970-01-01 00:00:00 UTC',
        "  coalescing: other requests may still join it; for another 150ms",
    ]
    assert repr(told).startswith("WakeExplanation(session_key=")
    assert str(queue.explain(SESSIONS[1], 0)) == '"agent:main:s1": no wake waits'
    assert pickle.loads(pickle.dumps(told)) == told


def test_a_dropped_request_is_dead():
    queue = WakeQueue()
    receipt = queue.request(0, SESSIONS[0])
    assert queue.drop(SESSIONS[0], "agent removed", 7) is True
    assert queue.drop(SESSIONS[0], "agent removed", 7) is False
    assert queue.fate(receipt.id).to_dict() == {
        "id": 1,
        "state": "dead",
        "reason": "agent removed",
        "at_ms": 7,
    }


def test_fates_are_forgotten_in_time():
    queue = WakeQueue({"limits": {"ended_wakes": 2}})
    for _ in range(4):
        queue.request(0, SESSIONS[0])
    assert [queue.fate(number).into for number in (3, 4)] == [1, 1]
    with pytest.raises(InvalidInput) as caught:
        queue.fate(2)
    assert caught.value.field == "id"


def test_receipts_of_a_batch_are_a_sequence():
    queue = WakeQueue()
    keys = [SessionKey.parse(session) for session in SESSIONS]
    receipts = queue.request_many(0, [*keys, SESSIONS[0]], kind="exec")
    assert len(receipts) == 5
    assert receipts.ids == [1, 2, 3, 4, 5]
    assert receipts.tokens == [1, 2, 3, 4, 1]
    assert receipts.due_ms == [250] * 5
    assert receipts[-1].merged
    assert [receipt.id for receipt in receipts[1:3]] == [2, 3]
    assert repr(receipts) == "WakeReceipts(5)"


def test_many_wakes_are_settled_together():
    queue = WakeQueue()
    queue.request_many(0, SESSIONS, kind="manual", coalesce_ms=0)
    tokens = [wake.token for wake in queue.due(0)]
    assert queue.settle_many(tokens[:2], "done", 0) == [None, None]
    assert queue.settle_many(tokens[2:], "deferred", 0, retry_at_ms=9) == [9, 9]


# ---- bad input


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda queue: queue.request(0, "agent:a:b", kind="Exec"), "kind"),
        (lambda queue: queue.request(0, "agent:a:b", intent="soon"), "intent"),
        (lambda queue: queue.request(0, "agent:a:b", depth=-1), "depth"),
        (lambda queue: queue.request(0, "agent:a:b", depth="1"), "depth"),
        (lambda queue: queue.request(0, "agent:a:b", reason="r" * 1_000_000), "reason"),
        (lambda queue: queue.request(-1, "agent:a:b"), "now_ms"),
        (lambda queue: queue.request(0, "agent:a:b", coalesce_ms=-1), "coalesce_ms"),
        (lambda queue: queue.request_many(0, "agent:a:b"), "session_keys"),
        (lambda queue: queue.request_many(0, ["agent:a:b", 7]), "session_keys[1]"),
        (lambda queue: queue.request_many(2**60, ["agent:a:b"]), "now_ms"),
        (lambda queue: queue.due(-1), "now_ms"),
        (lambda queue: queue.due(0, lease_ms=0), "lease_ms"),
        (lambda queue: queue.due(0, lease_ms=-1), "lease_ms"),
        (lambda queue: queue.renew(1, 0, 1), "token"),
        (lambda queue: queue.settle(1, "done", 0), "token"),
        (lambda queue: queue.settle(1, "over", 0), "outcome"),
        (lambda queue: queue.settle_many([1], "done", 0), "token"),
        (lambda queue: queue.settle_many([1, 1], "done", 0), "tokens"),
        (lambda queue: queue.drop("agent:a:b", "", 0), "reason"),
        (lambda queue: queue.fate(1), "id"),
        (lambda queue: queue.fate(-5), "id"),
        (lambda queue: queue.shift(2**60), "delta_ms"),
        (lambda queue: queue.hold("agent:a:b", -1), "now_ms"),
        (lambda queue: queue.explain("agent:a:b", -1), "now_ms"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(call, field):
    queue = WakeQueue()
    with pytest.raises(InvalidInput) as caught:
        call(queue)
    assert caught.value.field == field
    assert len(str(caught.value)) < 300
    assert len(queue) == 0
    assert queue.next_due() is None


def test_a_batch_with_a_bad_key_changes_nothing():
    queue = WakeQueue()
    with pytest.raises(InvalidKey) as caught:
        queue.request_many(0, ["agent:a:b", "b"])
    assert caught.value.field == "session_keys[1]"
    assert len(queue) == 0


@pytest.mark.parametrize(
    ("wakes", "field"),
    [
        ({"min_spacing": "soon"}, "wakes.min_spacing"),
        ({"flood_starts": 101}, "wakes.flood_starts"),
        ({"flood_starts": -1}, "wakes.flood_starts"),
        ({"running": 0}, "wakes.running"),
        ({"running_per_agent": 0}, "wakes.running_per_agent"),
        ({"chain_free": -1}, "wakes.chain_free"),
        ({"spacing": "1s"}, "wakes.spacing"),
    ],
)
def test_guards_are_checked(wakes, field):
    with pytest.raises(InvalidConfig) as caught:
        WakeQueue({"wakes": wakes})
    assert caught.value.field == field
