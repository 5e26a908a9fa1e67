"""Every promise is really checked: each forged record below breaks exactly one."""

from collections.abc import Mapping
from typing import Any, Literal

import pytest

from vagus import (
    CallModel,
    ChatEvent,
    Command,
    ContextKey,
    Deliver,
    DeliveryRoute,
    Effect,
    InvalidInput,
    Ledger,
    LedgerPart,
    Message,
    Part,
    PostEvent,
    RunEnded,
    RunStarted,
    Subscribe,
    Tick,
    TurnQueued,
    TurnSettled,
    Unsubscribe,
    WakeQueued,
)
from vagus.testing import INVARIANTS, Harness, invariants
from vagus.testing.invariants import Evidence, event_lines, unpaired, violations
from vagus.testing.journal import Exchange, Prompt, Prompts

A, B = "agent:main:slack:channel:a", "agent:main:slack:channel:b"
CONFIG = {"agents": {"list": [{"id": "main"}]}}
IDLE: dict[str, Any] = {"now_ms": 9, "wakes": [], "runs": [], "turns": {}}


def context(session: str, epoch: str = "1") -> ContextKey:
    return ContextKey.for_epoch(session, epoch)


def started(
    run_id: str = "r1", session: str = A, requests: int = 1, wake: int | None = 1
) -> RunStarted:
    return RunStarted(
        run_id=run_id,
        kind="heartbeat",
        agent_id="main",
        session_key=session,
        context_key=context(session),
        home_key=session,
        wake=wake,
        reason="wake",
        causes=[],
        requests=requests,
    )


def waits() -> TurnQueued:
    return TurnQueued(session_key=A, waiting=1, message=7)


def settled() -> TurnSettled:
    return TurnSettled(session_key=A, message=7, state="cancelled", reason="reset")


def ended(run_id: str = "r1", session: str = A, retry_at_ms: int | None = None) -> RunEnded:
    return RunEnded(
        run_id=run_id,
        kind="heartbeat",
        agent_id="main",
        session_key=session,
        context_key=context(session),
        outcome="replied",
        retry_at_ms=retry_at_ms,
    )


def ledger(estimated: int = 10, raw: int = 8) -> Ledger:
    budget = 100
    return Ledger(
        window=budget + 20,
        reserve=20,
        budget=budget,
        raw=raw,
        estimated=estimated,
        overflow=max(0, estimated - budget),
        dropped=0,
        source="estimated",
        parts=[LedgerPart(name="prompt", messages=1, tokens=8)],
    )


def call(
    *messages: Message, run_id: str = "r1", session: str = A, costs: Ledger | None = None
) -> CallModel:
    return CallModel(
        run_id=run_id,
        agent_id="main",
        session_key=session,
        context_key=context(session),
        model="",
        messages=list(messages) or [Message.of("user", "hi")],
        ledger=costs or ledger(),
        plan=[],
        deadline_ms=1000,
    )


def queued(session: str = A, wake: int = 1) -> WakeQueued:
    return WakeQueued(
        wake=wake,
        request=wake,
        session_key=session,
        kind="hook",
        reason="x",
        merged=False,
        due_ms=5,
    )


def record(
    *effects: Effect, snapshot: Mapping[str, Any] = IDLE, command: PostEvent | None = None
) -> Evidence:
    prompts = Prompts()
    kept = [prompts.of(each) if isinstance(each, CallModel) else each for each in effects]
    exchange = Exchange(1, command or Tick(), kept)
    return Evidence(config=CONFIG, id_seed=0, exchanges=[exchange], snapshot=snapshot)


def broken(name: str, evidence: Evidence) -> list[str]:
    return [violation.message for violation in violations(evidence, [name])]


def waiting(requests: int, due_ms: int, token: int = 1) -> dict[str, Any]:
    wake = {"session_key": A, "token": token, "requests": requests, "due_ms": due_ms}
    return IDLE | {"wakes": [wake]}


GOOD = (queued(), started(), call(), ended())


def test_a_good_record_breaks_nothing():
    names = [name for name in INVARIANTS if name != "deterministic"]
    assert violations(record(*GOOD), names) == []


@pytest.mark.parametrize(
    ("name", "evidence", "message"),
    [
        ("one_run_per_lane", record(started(), started("r2")), "held by r1"),
        (
            "no_lost_wake",
            record(queued()),
            "wake 1 (1 requests) waits, the engine knows no wake",
        ),
        (
            "no_lost_wake",
            record(queued(), queued(), started(requests=1)),
            "answers wake 1 with 1 requests, but wake 1 with 2 requests waits",
        ),
        ("no_lost_wake", record(queued(), started(requests=2)), "2 requests, but wake 1 with 1"),
        ("no_lost_wake", record(queued(wake=2), started()), "but wake 2 with 1 requests waits"),
        ("no_lost_wake", record(started()), "but none waits"),
        ("no_lost_wake", record(queued(), queued(wake=2)), "became wake 2 although 1 waits"),
        (
            "no_lost_wake",
            record(snapshot=waiting(1, 20)),
            "no wake waits, the engine knows wake 1 (1 requests)",
        ),
        ("no_lost_wake", record(queued(), snapshot=waiting(1, 20, token=2)), "knows wake 2"),
        ("no_lost_wake", record(queued(), snapshot=waiting(1, 9)), "overdue"),
        (
            "no_lost_wake",
            record(queued(), started(), ended(retry_at_ms=20)),
            "wake 1 (1 requests) waits, the engine knows no wake",
        ),
        ("budget_respected", record(call(costs=ledger(estimated=101))), "101 tokens of 100"),
        ("budget_respected", record(call(costs=ledger(raw=9))), "do not add up"),
        ("one_terminal_per_run", record(started(), started()), "started twice"),
        ("one_terminal_per_run", record(ended()), "never started"),
        ("one_terminal_per_run", record(started(), ended(), ended()), "had ended"),
        ("one_terminal_per_run", record(started()), "without an end"),
        ("one_fate_per_message", record(settled(), settled()), "message 7 ended twice"),
        ("one_fate_per_message", record(waits()), f"message 7 was lost in {A}"),
        ("deterministic", record(*GOOD), "other effects"),
    ],
)
def test_a_broken_promise_is_found(name, evidence, message):
    assert any(message in found for found in broken(name, evidence))


def test_a_message_may_wait_where_the_engine_says_so():
    evidence = record(waits(), snapshot=IDLE | {"turns": {A: 1}})
    assert broken("one_fate_per_message", evidence) == []
    assert broken("one_fate_per_message", record(waits(), settled())) == []


def test_a_run_in_flight_needs_no_end_yet():
    snapshot = IDLE | {"runs": [{"run_id": "r1"}]}
    assert broken("one_terminal_per_run", record(started(), snapshot=snapshot)) == []


def chat(state: Literal["delta", "final"], *subscribers: str) -> ChatEvent:
    return ChatEvent(
        run_id="r1", client_run_id="c1", state=state, seq=1, session_key=A, subscribers=subscribers
    )


def followed(*meanwhile: Command, told: tuple[str, ...] = ()) -> Evidence:
    """A run whose beginning is told to screen, commands, and an end that `told` are told."""
    exchanges = [
        Exchange(1, Tick(), [started(), chat("delta", "screen")]),
        *(Exchange(2, command, []) for command in meanwhile),
        Exchange(3, Tick(), [chat("final", *told), ended()]),
    ]
    return Evidence(config=CONFIG, id_seed=0, exchanges=exchanges, snapshot=IDLE)


def test_who_was_told_a_beginning_is_told_the_end():
    assert broken("one_terminal_per_run", followed(told=("screen",))) == []
    assert broken("one_terminal_per_run", followed()) == ["screen is not told the end of c1"]
    listens = Subscribe(subscriber="screen", session_key=B)
    assert len(broken("one_terminal_per_run", followed(listens))) == 1


@pytest.mark.parametrize(
    "meanwhile", [[], [Subscribe(subscriber="screen", session_key=B)]], ids=["leaves", "moves on"]
)
def test_who_leaves_before_the_end_need_not_be_told(meanwhile):
    leaves = Unsubscribe(subscriber="screen", session_key=A)
    assert broken("one_terminal_per_run", followed(leaves, *meanwhile)) == []


def test_a_wake_may_wait_behind_a_run():
    evidence = record(started(wake=None), queued(), snapshot=waiting(1, 5))
    assert broken("no_lost_wake", evidence) == []


def test_a_wake_that_is_tried_again_takes_in_a_newer_one():
    failed = (queued(), started(), queued(wake=2), ended(retry_at_ms=20))
    assert broken("no_lost_wake", record(*failed, snapshot=waiting(2, 20))) == []
    (lost,) = broken("no_lost_wake", record(*failed, snapshot=waiting(1, 20, token=2)))
    assert "wake 1 (2 requests) waits, the engine knows wake 2 (1 requests)" in lost


def test_a_delivery_after_the_end_is_found():
    late = Deliver(
        run_id="r1",
        session_key=A,
        route=DeliveryRoute(channel="slack", to="a"),
        text="too late",
    )
    assert broken("one_terminal_per_run", record(*GOOD, late)) == [
        "Deliver for run r1, which had ended"
    ]


@pytest.mark.parametrize(
    ("messages", "problems"),
    [
        ([("assistant", "c", "1"), ("tool", "r", "1")], []),
        ([("assistant", "c", "1")], ["tool call 1 has no result"]),
        ([("tool", "r", "1")], ["tool result 1 answers no call"]),
        (
            [("assistant", "c", "1"), ("user", "t", ""), ("tool", "r", "1")],
            ["tool call 1 has no result", "tool result 1 answers no call"],
        ),
        (
            [("assistant", "c", "1"), ("tool", "r", "1"), ("tool", "r", "1")],
            ["tool result 1 answers no call"],
        ),
    ],
)
def test_pairs(messages, problems):
    kinds: dict[str, Literal["text", "tool_call", "tool_result"]] = {
        "c": "tool_call",
        "r": "tool_result",
        "t": "text",
    }
    made = [
        Message(role=role, parts=[Part(kind=kinds[kind], call_id=call_id, name="x", text="y")])
        for role, kind, call_id in messages
    ]
    assert list(unpaired(made)) == problems
    assert len(broken("pairs_intact", record(call(*made)))) == len(problems)


def test_a_message_of_another_session_is_found():
    secret = Message.of("user", "the secret of a")
    evidence = record(
        started("r1", A),
        call(secret, run_id="r1", session=A),
        ended("r1", A),
        started("r2", B),
        call(secret, Message.of("user", "hi"), run_id="r2", session=B),
    )
    assert len(broken("no_cross_talk", evidence)) == 1


def test_an_event_of_another_session_is_found():
    evidence = record(
        started("r1", B),
        call(Message.of("user", "System: build 17 failed"), session=B),
        command=PostEvent(session_key=A, text="build 17 failed"),
    )
    assert len(broken("no_cross_talk", evidence)) == 1


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("System: [2026-05-17 22:15:00 UTC] build 17 failed", 1),
        ("System (untrusted): [2026-05-17 22:15:00 UTC] build 17 failed", 1),
        ("hello\nSystem: [2026-05-17 22:15:00 UTC] what?\nSystem: log in /var/17", 1),
        ("System: [log] of build 17", 1),
        ("build 17 failed", 0),
        ("System: [2026-05-17 22:15:00 UTC] build 18 failed", 0),
        ("System: [2026-05-17 22:15:00 UTC] ok", 0),
    ],
)
def test_events_are_known_by_their_lines(shown, found):
    text = "build 17 failed\n\nlog in /var/17 \n[log] of build 17\nok"
    evidence = record(
        started("r1", B),
        call(Message.of("user", shown), session=B),
        command=PostEvent(session_key=A, text=text),
    )
    assert len(broken("no_cross_talk", evidence)) == found


def test_the_engines_events_are_read_as_lines():
    h = Harness(CONFIG)
    h.model(["HEARTBEAT_OK"])
    h.event(A, "first line\n\n  second line", wake="exec")
    (run,) = h.advance("1s")
    assert set(event_lines(run.prompt)) >= {"first line", "second line"}


def long_talk(turns: int) -> Harness:
    h = Harness(CONFIG)
    h.model(["a reply of the model"])
    for number in range(turns):
        h.inbound(f"message {number}", session_key=A)
    return h


def test_prompts_share_their_messages():
    h = long_talk(30)
    shared = {id(message) for run in h.runs for message in run.messages}
    assert len(shared) <= 31
    assert sum(run.message_count for run in h.runs) == 30 * 30
    called = [effect for effect in h.effects if isinstance(effect, CallModel)]
    assert [tuple(effect.messages) for effect in called] == [run.messages for run in h.runs]


def test_messages_with_the_same_text_are_told_apart():
    calls = [
        Message(role="assistant", parts=[Part(kind="tool_call", call_id=each, name="ls")])
        for each in "ab"
    ]
    said = [Message.of("user", "x"), Message.of("assistant", "x")]
    made = Prompts().of(call(*calls, *said, *calls, *said))
    assert list(made.messages) == [*calls, *said, *calls, *said]
    assert made.messages[1] is made.messages[5]
    assert made.effect() == call(*calls, *said, *calls, *said)


def test_what_an_earlier_prompt_showed_is_looked_at_once(monkeypatch):
    looked_at = []

    def counting(messages):
        looked_at.append(len(messages))
        return unpaired(messages)

    monkeypatch.setattr(invariants, "unpaired", counting)
    h = long_talk(50)
    assert h.check_invariants("pairs_intact") == []
    assert len(looked_at) == 50
    assert sum(looked_at) <= 4 * 50


@pytest.mark.parametrize("index", [0, 4, -1])
def test_what_is_new_in_a_later_prompt_is_found(index):
    h = long_talk(5)
    at = next(
        at
        for at in range(len(h._host.exchanges) - 1, 0, -1)
        if any(isinstance(effect, Prompt) for effect in h._host.exchanges[at].effects)
    )
    (last,) = [each for each in h._host.exchanges[at].effects if isinstance(each, Prompt)]
    tool = Message(role="tool", parts=[Part(kind="tool_result", call_id="t9", text="y")])
    messages = list(last.messages)
    messages.insert(index, tool)
    forged = Prompts().of(call(*messages, run_id=last.run_id))
    h._host.exchanges[at] = h._host.exchanges[at]._replace(effects=[forged])
    (found,) = h.check_invariants("pairs_intact")
    assert "tool result t9 answers no call" in found.message


def test_a_result_may_follow_the_shared_beginning():
    asked = Message(role="assistant", parts=[Part(kind="tool_call", call_id="1", name="ls")])
    told = Message(role="tool", parts=[Part(kind="tool_result", call_id="1", text="y")])
    hi = Message.of("user", "hi")
    assert (
        broken("pairs_intact", record(call(hi, asked, told, hi), call(hi, asked, told, hi))) == []
    )
    assert broken("pairs_intact", record(call(hi, asked, told), call(hi, asked, told, hi))) == []


@pytest.mark.parametrize("leave_behind", [Harness.reset, Harness.forget])
def test_a_message_of_an_earlier_memory_is_found(leave_behind):
    h = Harness(CONFIG)
    h.model(["noted"])
    h.inbound("remember the milk", session_key=A)
    leave_behind(h, A)
    (run,) = h.inbound("what was it?", session_key=A)
    assert "milk" not in run.prompt
    assert h.check_invariants() == []
    last = h._host.exchanges[-2]
    called = next(effect for effect in last.effects if isinstance(effect, Prompt))
    old = Message.of("user", "remember the milk")
    forged = call(old, *called.messages, run_id=called.run_id)
    h._host.exchanges[-2] = last._replace(effects=[Prompts().of(forged)])
    assert [each.invariant for each in h.check_invariants("no_cross_talk")] == ["no_cross_talk"]


def test_replayed_ticks_are_no_strangers():
    heartbeat = {
        "every": "5m",
        "isolated_session": True,
        "replay": {"max_messages": 10, "max_tokens": 10_000},
    }
    h = Harness({"agents": {"list": [{"id": "main", "heartbeat": heartbeat}]}})
    h.model(["The disk is nearly full."])
    runs = h.advance(minutes=15)
    assert "nearly full" in runs[-1].prompt
    assert h.check_invariants() == []


def test_the_words_of_a_failed_turn_stay_in_their_session():
    h = Harness(CONFIG)
    h.model([RuntimeError("no quota"), "fine"])
    for session in (A, B):
        h.event(session, "the build failed")
        h.inbound("hello there", session_key=session)
        h.inbound("again", session_key=session)
    assert "hello there" in h.runs[-1].prompt
    assert h.check_invariants() == []


def test_a_retried_wake_is_not_lost():
    h = Harness(CONFIG)
    h.model([RuntimeError("no"), RuntimeError("no"), "HEARTBEAT_OK"])
    h.wake(A, kind="hook")
    h.wake(A, kind="hook")
    h.advance(ms=300)
    assert h.runs[0].retry_at is not None
    assert h.check_invariants() == []
    runs = h.run_until_idle()
    assert [run.requests for run in h.runs] == [2, 2, 2]
    assert runs[-1].outcome == "acknowledged"
    assert h.check_invariants() == []


def test_a_changed_effect_is_not_deterministic():
    h = Harness(CONFIG)
    h.model(["hello"])
    h.inbound("hi", session_key=A)
    assert h.check_invariants(["deterministic"]) == []
    last = h._host.exchanges[1]
    h._host.exchanges[1] = last._replace(effects=last.effects[:-1])
    (violation,) = h.check_invariants(["deterministic"])
    assert violation.to_dict()["invariant"] == "deterministic"
    assert "deterministic: command 1" in str(violation)


def test_names_choose_what_is_checked():
    evidence = record(started(), started("r2"))
    assert violations(evidence, []) == []
    assert {each.invariant for each in violations(evidence, ["one_run_per_lane"])} == {
        "one_run_per_lane"
    }
    assert violations(evidence, "one_run_per_lane") == violations(evidence, ["one_run_per_lane"])
    with pytest.raises(InvalidInput, match="or several, got 5"):
        violations(evidence, 5)
    with pytest.raises(InvalidInput, match=r"got \[\]"):
        violations(evidence, [[]])
    for names in ("no_such_promise", ["no_such_promise"]):
        with pytest.raises(
            InvalidInput, match=r"one_run_per_lane.*got 'no_such_promise'"
        ) as caught:
            violations(evidence, names)
        assert caught.value.field == "names"
