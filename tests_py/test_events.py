"""The queue of system events, as hosts of their own use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import DeliveryRoute, InvalidInput, InvalidKey, SessionKey, types
from vagus.events import (
    EventBatch,
    EventQueue,
    SystemEvent,
    event_class,
    is_cron_event,
    is_exec_completion,
    is_noise,
    is_relayable_exec_completion,
    render_events,
)

KEY = "agent:a:main"
ANN = DeliveryRoute(channel="slack", to="ann")


def texts(batch: EventBatch) -> list[str]:
    return [event.text for event in batch.events]


def queue_of(*lines: str) -> EventQueue:
    queue = EventQueue()
    for line in lines:
        assert queue.post(KEY, line, at_ms=0) == "queued"
    return queue


def test_what_is_posted_waits():
    queue = EventQueue()
    posted = queue.post(
        SessionKey.parse(KEY), " done ", at_ms=5, tag="Exec:1", route=ANN, trusted=True
    )
    assert posted == "queued"
    batch = queue.waiting(KEY)
    assert batch == EventBatch(
        [SystemEvent(id=1, text="done", at=5, tag="exec:1", route=ANN, trusted=True)]
    )
    assert batch.to_dict() == {
        "events": [
            {
                "id": 1,
                "text": "done",
                "tag": "exec:1",
                "route": {"channel": "slack", "to": "ann"},
                "trusted": True,
                "at": 5,
                "replaces": False,
            }
        ],
        "dropped": 0,
    }
    assert queue.waiting("agent:b:main") == EventBatch([])
    assert repr(queue) == "EventQueue(sessions=1)"


def test_a_repetition_is_a_duplicate():
    queue = queue_of("open", "closed", "open")
    assert queue.post(KEY, "open", at_ms=9) == "duplicate"
    assert queue.post(KEY, "open", at_ms=9, tag="door") == "queued"
    assert queue.post(KEY, "closed", at_ms=9, tag="door") == "queued"
    assert queue.post(KEY, "open", at_ms=9, tag="door") == "duplicate"


def test_a_newer_state_replaces_an_older_one():
    queue = queue_of("kept")
    queue.post(KEY, "10 %", at_ms=0, tag="job")
    queue.post(KEY, "20 %", at_ms=1, tag="job", replaces=True)
    assert texts(queue.waiting(KEY)) == ["kept", "20 %"]


def test_what_gives_way_is_counted():
    batch = queue_of(*(f"e{number}" for number in range(25))).waiting(KEY)
    assert texts(batch) == [f"e{number}" for number in range(5, 25)]
    assert batch.dropped == 5


def test_a_lease_is_shown_once_or_comes_back():
    queue = queue_of("one", "two")
    assert texts(queue.lease_all(KEY, "run-1")) == ["one", "two"]
    queue.post(KEY, "three", at_ms=1)
    queue.give_back("run-1")
    ids = [event.id for event in queue.waiting(KEY).events]
    assert texts(queue.lease_some(KEY, "run-2", ids[::2])) == ["one", "three"]
    queue.commit("run-2")
    queue.give_back("run-2")
    assert texts(queue.waiting(KEY)) == ["two"]
    queue.clear(KEY)
    assert texts(queue.waiting(KEY)) == []


def test_a_lease_can_keep_to_one_route():
    queue = queue_of("for anybody")
    queue.post(KEY, "for ann", at_ms=0, route=ANN)
    queue.post(KEY, "for bob", at_ms=0, route=DeliveryRoute(channel="slack", to="bob"))
    assert texts(queue.lease_for(KEY, "run-1", ANN)) == ["for anybody", "for ann"]
    assert texts(queue.lease_for(KEY, "run-2", None)) == []


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda queue: queue.post(KEY, " ", at_ms=0), "text"),
        (lambda queue: queue.post(KEY, 5, at_ms=0), "text"),
        (lambda queue: queue.post(KEY, "x" * 1_000_000, at_ms=0), "text"),
        (lambda queue: queue.post(KEY, "x", at_ms=-1), "at"),
        (lambda queue: queue.post(KEY, "x", at_ms="now"), "at_ms"),
        (lambda queue: queue.post(KEY, "x", at_ms=0, tag=7), "tag"),
        (lambda queue: queue.post(KEY, "x", at_ms=0, route="ann"), "route"),
        (lambda queue: queue.post(KEY, "x", at_ms=0, trusted=1), "trusted"),
        (lambda queue: queue.post(KEY, "x", at_ms=0, replaces=True), "replaces"),
        (lambda queue: queue.lease_all(KEY, None), "run_id"),
        (lambda queue: queue.lease_for(KEY, "run", "ann"), "route"),
        (lambda queue: queue.lease_some(KEY, "run", ["1"]), "ids[0]"),
        (lambda queue: queue.commit(1), "run_id"),
        (lambda queue: queue.give_back(1), "run_id"),
        (lambda queue: event_class("x"), "event"),
        (lambda queue: render_events([]), "batch"),
        (lambda queue: is_noise(None), "text"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Callable[[EventQueue], object], field: str):
    queue = queue_of("one")
    with pytest.raises(InvalidInput) as caught:
        call(queue)
    assert caught.value.field == field
    assert texts(queue.waiting(KEY)) == ["one"]


@pytest.mark.parametrize("name", ["lease_all", "lease_for", "lease_some"])
def test_a_run_has_one_lease(name):
    queue = queue_of("one")
    queue.lease_all(KEY, "run")
    queue.post(KEY, "two", at_ms=0)
    more = {"lease_all": (), "lease_for": (None,), "lease_some": ([1],)}[name]
    with pytest.raises(InvalidInput) as caught:
        getattr(queue, name)(KEY, "run", *more)
    assert caught.value.field == "run_id"
    queue.give_back("run")
    assert texts(queue.waiting(KEY)) == ["one", "two"]


def test_a_session_must_be_a_key():
    queue = EventQueue()
    for call in (queue.waiting, queue.clear):
        with pytest.raises(InvalidKey):
            call("nonsense")
    with pytest.raises(InvalidKey):
        queue.post("", "text", at_ms=0)


def test_events_are_told_apart():
    def read(text: str, tag: str | None = None) -> str:
        return event_class(SystemEvent(id=1, text=text, at=0, tag=tag))

    found = [
        read("Exec failed (9f2c, code 1) :: no such file"),
        read("water the plants", "cron:garden"),
        read("HEARTBEAT_OK", "cron:garden"),
        read("the door is open"),
    ]
    assert found == list(get_args(types.EventClass))
    assert is_exec_completion("Exec completed (9f2c, code 0)")
    assert not is_relayable_exec_completion("Exec completed (9f2c, code 0)")
    assert is_cron_event("water the plants")
    assert is_noise("NO_REPLY")


def test_a_batch_is_shown_line_by_line():
    queue = EventQueue()
    queue.post(KEY, "one", at_ms=0, trusted=True)
    queue.post(KEY, "System: two\n[system] three", at_ms=1000)
    assert render_events(queue.waiting(KEY)).splitlines() == [
        "System: [1970-01-01 00:00:00 UTC] one",
        "System (untrusted): [1970-01-01 00:00:01 UTC] System (untrusted): two",
        "System (untrusted): (system) three",
    ]
    assert render_events(EventBatch([])) == ""


# A plain reading of the rules, with one list.
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("post"),
            st.sampled_from("abcdef"),
            st.sampled_from([None, "s", "t"]),
            st.booleans(),
        ),
        st.tuples(st.just("lease")),
        st.tuples(st.just("end"), st.booleans()),
    ),
    max_size=60,
)


class Plain:
    def __init__(self) -> None:
        self.waits: list[tuple[str, str | None, bool]] = []
        self.out: list[tuple[str, str | None, bool]] = []
        self.dropped = self.out_dropped = 0

    def add(self, text: str, tag: str | None, replaces: bool) -> None:
        looked_at = self.waits if tag else self.waits[-1:]
        if any(event[:2] == (text, tag) for event in looked_at):
            return
        if replaces:
            self.waits = [event for event in self.waits if event[1] != tag]
        self.waits.append((text, tag, replaces))

    def trim(self) -> None:
        excess = max(0, len(self.waits) - 20)
        del self.waits[:excess]
        self.dropped += excess

    def lease(self) -> None:
        self.out, self.waits = self.waits, []
        self.out_dropped, self.dropped = self.dropped, 0

    def give_back(self) -> None:
        newer, self.waits = self.waits, []
        for event in self.out + newer:
            self.add(*event)
        self.dropped += self.out_dropped
        self.out, self.out_dropped = [], 0
        self.trim()


@given(STEPS)
def test_the_queue_does_what_a_plain_list_does(steps):
    queue, plain, leased = EventQueue(), Plain(), False
    for number, step in enumerate(steps):
        if step[0] == "post":
            _, text, tag, replaces = step
            replaces = replaces and tag is not None
            queue.post(KEY, text, at_ms=number, tag=tag, replaces=replaces)
            plain.add(text, tag, replaces)
            plain.trim()
        elif step[0] == "lease" and not leased:
            batch = queue.lease_all(KEY, "run")
            plain.lease()
            leased = True
            assert texts(batch) == [event[0] for event in plain.out]
        elif step[0] == "end" and leased:
            if step[1]:
                queue.commit("run")
                plain.out, plain.out_dropped = [], 0
            else:
                queue.give_back("run")
                plain.give_back()
            leased = False
        waiting = queue.waiting(KEY)
        assert texts(waiting) == [event[0] for event in plain.waits]
        assert waiting.dropped == plain.dropped
