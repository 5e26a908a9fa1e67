"""Lanes, and the messages that wait for them, as Python sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vagus
from vagus import DeliveryRoute, InvalidConfig, InvalidInput, runs, types
from vagus.testing import Harness

ROOM = DeliveryRoute(channel="slack", to="C1")
CONFIG: dict[str, Any] = {"agents": {"list": [{"id": "trent", "heartbeat": {"every": "0m"}}]}}


def queueing(**queue: Any) -> dict[str, Any]:
    return {**CONFIG, "messages": {"queue": queue}}


# ---- words ----------------------------------------------------------------------------------


def test_words_are_read():
    spelled = {runs.queue_word(word) for word in ("queued", "followups", "coalesce", "abort")}
    spelled.add(runs.queue_word("steer_backlog"))
    assert spelled == set(get_args(types.QueueWord))
    assert runs.queue_mode("steer_backlog") == "followup"
    assert runs.queue_mode("later") is None
    assert runs.drop_policy("Newest") == "new"
    with pytest.raises(InvalidInput):
        runs.queue_mode(5)  # type: ignore[arg-type]


def test_every_action_is_taken():
    modes = get_args(types.QueueMode)
    taken = {runs.queue_action(mode, busy=True) for mode in modes}
    taken |= {runs.queue_action("collect", busy=False)}
    taken |= {runs.queue_action("steer", busy=True, heartbeat=True)}
    assert taken == set(get_args(types.QueueAction))


def test_a_directive_is_read():
    read = runs.parse_queue_directive("/queue collect debounce:2s cap:0 and go")
    assert (read.text, read.mode, read.debounce_ms) == ("and go", "collect", 2000)
    assert (read.cap, read.cap_word) == (None, "0")
    assert repr(read).startswith("QueueDirective(")


@given(st.text(alphabet="/queue :=a0\n\u3000é"))
def test_a_directive_takes_nothing_out_but_itself(text):
    read = runs.parse_queue_directive(text)
    assert runs.parse_queue_directive(text) == read
    assert all(part in text for part in read.text.split())
    assert read.found or read.text == text.strip(" \n\u3000")


# ---- lanes ----------------------------------------------------------------------------------


def test_lanes_run_one_at_a_time():
    lanes = runs.Lanes(running=2)
    for name in ("a1", "a2"):
        lanes.enqueue(name, "a")
    lanes.enqueue("b1", "b", due_ms=10)
    work = lanes.start()
    assert work is not None
    assert (work.id, work.lane, work.priority) == ("a1", "a", "normal")
    assert lanes.start() is None
    assert lanes.next_due_ms() == 10
    assert (lanes.running("a"), lanes.waiting("a"), lanes.running()) == (1, 1, 1)
    assert lanes.finish("a1")
    assert not lanes.finish("a1")
    assert lanes.cancel("a2")
    assert repr(lanes) == "Lanes(running=0)"


def test_lanes_refuse_what_would_wait_for_ever():
    lanes = runs.Lanes()
    lanes.enqueue("outer")
    lanes.start()
    with pytest.raises(InvalidInput, match="asked_by"):
        lanes.enqueue("inner", asked_by="outer")
    assert lanes.holds("main", "outer")
    lanes.close()
    with pytest.raises(InvalidInput):
        lanes.enqueue("late", "b")
    with pytest.raises(InvalidInput, match="running"):
        runs.Lanes(running=0)
    with pytest.raises(InvalidInput, match="now_ms"):
        lanes.start(-1)


# ---- messages that wait ---------------------------------------------------------------------


def test_bad_settings_are_refused():
    queues = runs.FollowupQueues()
    for name, value in (("cap", 0), ("debounce_ms", -1), ("debounce_ms", 2**60)):
        with pytest.raises(InvalidInput, match=name):
            queues.push("a", "x", now_ms=0, settings=runs.QueueSettings(**{name: value}))
    with pytest.raises(InvalidInput, match="mode"):
        runs.QueueSettings(mode="sideways")  # type: ignore[arg-type]
    with pytest.raises(InvalidConfig):
        runs.FollowupQueues(limits={"queued_turns": 0})
    with pytest.raises(InvalidInput, match="text"):
        runs.FollowupQueues(limits={"text_bytes": 3}).push("a", "long", now_ms=0)
    assert len(queues) == 0
    with pytest.raises(InvalidInput, match="message"):
        queues.fate(1)


@dataclass
class Oracle:
    """A queue, read plainly: one list, no debounce, and what became of each message."""

    waiting: list[int] = field(default_factory=list)
    out: list[int] = field(default_factory=list)
    gone: dict[Any, list[int]] = field(default_factory=dict)
    out_gone: list[int] = field(default_factory=list)
    routes: dict[int, Any] = field(default_factory=dict)
    collects: dict[int, bool] = field(default_factory=dict)
    fates: dict[int, str] = field(default_factory=dict)

    def push(self, message: int, settings: runs.QueueSettings, route: Any) -> None:
        while len(self.waiting) >= settings.cap:
            oldest = self.waiting.pop(0)
            if settings.drop == "old":
                self.fates[oldest] = "refused"
            else:
                self.gone.setdefault(self.routes[oldest], []).append(oldest)
                while sum(map(len, self.gone.values())) > settings.cap:
                    self.fates[self.first_gone()] = "refused"
        self.waiting.append(message)
        self.routes[message] = route
        self.collects[message] = settings.mode == "collect"

    def first_gone(self) -> int:
        route, messages = next(iter(self.gone.items()))
        first = messages.pop(0)
        if not messages:
            del self.gone[route]
        return first

    def take(self) -> bool:
        if self.out or self.out_gone or not (self.waiting or self.gone):
            return False
        joined = True
        if self.gone:
            route = next(iter(self.gone))
            self.out_gone = self.gone.pop(route)
            first = self.waiting[:1]
            joined = bool(first) and self.collects[first[0]] and self.routes[first[0]] == route
        if joined:
            self.out = [self.waiting.pop(0)]
            head = self.out[0]
            while self.waiting and self.fits(head, self.waiting[0]):
                self.out.append(self.waiting.pop(0))
        return True

    def fits(self, head: int, other: int) -> bool:
        both = self.collects[head] and self.collects[other]
        return both and self.routes[head] == self.routes[other]

    def commit(self) -> None:
        self.fates.update(dict.fromkeys(self.out_gone, "summarised"))
        self.fates.update(dict.fromkeys(self.out, "merged"))
        self.fates.update(dict.fromkeys(self.out[:1], "run"))
        self.out, self.out_gone = [], []

    def clear(self) -> None:
        gone = [message for messages in self.gone.values() for message in messages]
        self.fates.update(dict.fromkeys(self.waiting + gone, "cancelled"))
        self.waiting, self.gone = [], {}


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("push"),
            st.sampled_from(get_args(types.QueueMode)),
            st.integers(1, 4),
            st.sampled_from(("old", "summarize")),
            st.sampled_from((None, ROOM)),
        ),
        st.sampled_from((("take",), ("commit",), ("clear",))),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=200)
@given(STEPS)
def test_every_message_has_the_fate_that_a_plain_queue_gives_it(steps):
    queues, oracle, messages = runs.FollowupQueues(), Oracle(), []
    for action, *arguments in steps:
        if action == "push":
            mode, cap, drop, route = arguments
            chosen = runs.QueueSettings(mode=mode, cap=cap, drop=drop, debounce_ms=0)
            receipt = queues.push("a", "x", now_ms=1, settings=chosen, route=route)
            messages.append(receipt.message)
            oracle.push(receipt.message, chosen, route)
        elif action == "take":
            batch = queues.take("a", now_ms=1)
            assert (batch is not None) == oracle.take()
            if batch is not None:
                assert [turn.message for turn in batch.turns] == oracle.out
                assert len(batch.summary) == len(oracle.out_gone)
                assert {turn.route for turn in batch.turns} <= {batch.route}
        elif action == "commit":
            queues.commit("a", "run", now_ms=1)
            oracle.commit()
        else:
            queues.clear("a", "reset", now_ms=1)
            oracle.clear()
        expected = [oracle.fates.get(message, "waiting") for message in messages]
        assert [queues.fate(message).state for message in messages] == expected
    assert len(queues) == len(messages) - len(oracle.fates)


# ---- through the harness --------------------------------------------------------------------


def test_messages_collect_while_the_agent_is_busy():
    h = Harness(CONFIG, latency="10s")
    h.model(lambda call: f"re: {call.messages[-1].text}")
    peer = vagus.Peer("direct", "ann")
    for number, text in enumerate(("one", "two", "three")):
        h.inbound(text, channel="slack", peer=peer, message_id=f"m{number}")
    again = h.inbound("two", channel="slack", peer=peer, message_id="m1")
    assert again == []
    h.run_until_idle()
    assert [h.turn_fate(f"m{n}").state for n in range(3)] == ["run", "run", "merged"]
    assert h.turn_fate(1).run_id == h.runs[0].run_id
    assert [each.reply_to for each in h.delivered] == ["m0", "m2"]
    refused = [each for each in h.effects if isinstance(each, vagus.TurnRefused)]
    assert [each.reason for each in refused] == ["duplicate"]
    assert h.check_invariants() == []
    with pytest.raises(InvalidInput, match="message"):
        h.turn_fate("m9")


def test_a_harness_that_steers_answers_in_one_run():
    h = Harness(queueing(mode="steer", debounce_ms=0), latency="10s")
    h.model(["ok"])
    h.steering(True)
    h.inbound("one", channel="slack", peer=vagus.Peer("direct", "ann"))
    h.inbound("two", channel="slack", peer=vagus.Peer("direct", "ann"))
    (run,) = h.run_until_idle()
    assert h.turn_fate(2).run_id == run.run_id
    h.steering(False)
    h.inbound("three", channel="slack", peer=vagus.Peer("direct", "ann"))
    h.inbound("four", channel="slack", peer=vagus.Peer("direct", "ann"))
    assert len(h.run_until_idle()) == 2
    assert h.check_invariants() == []


def test_an_interrupt_is_told_as_aborted():
    h = Harness(queueing(mode="interrupt"), latency="10s")
    h.model(["ok"])
    h.inbound("one", session_key="agent:trent:main")
    h.advance(seconds=5)
    (aborted,) = h.inbound("two", session_key="agent:trent:main")
    assert aborted.outcome == "aborted"
    (answered,) = h.run_until_idle()
    assert answered.outcome == "replied"
    assert h.check_invariants() == []


def test_commands_and_effects_survive_their_json():
    steered = vagus.Steered(run_id="r", message=3)
    assert vagus.command_from_json(steered.to_json()) == steered
    inbound = vagus.Inbound(text="x", message_id="m", caused_by="r")
    assert vagus.command_from_json(inbound.to_json()) == inbound
    told = vagus.QueueSet(session_key="agent:a:main", settings=runs.QueueSettings(cap=3))
    assert told.to_dict()["settings"]["cap"] == 3
