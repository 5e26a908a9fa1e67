"""Scripted models: answers, failures, and mistakes of a test's author."""

import json
from contextlib import nullcontext
from datetime import timedelta
from typing import Any, cast

import pytest

import vagus.testing.host
from vagus import InvalidInput, Message, Part, VagusError
from vagus.testing import Harness, ModelCall, Reply

QUIET = {"agents": {"list": [{"id": "main"}]}}
TICKING = {"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m"}}]}}
MAIN = "agent:main:main"


def quiet(model: Any) -> Harness:
    harness = Harness(QUIET)
    harness.model([model])
    return harness


def test_a_model_function_sees_the_call():
    calls: list[ModelCall] = []

    def remember(call: ModelCall) -> str:
        calls.append(call)
        return "HEARTBEAT_OK"

    h = Harness(TICKING)
    h.model(remember)
    (run,) = h.advance(minutes=5)
    (call,) = calls
    assert call.run_id == run.run_id
    assert (call.agent_id, call.kind, call.reason) == ("trent", "heartbeat", "interval")
    assert call.session_key == run.session_key
    assert call.context_key == run.context_key
    assert call.prompt == run.prompt
    assert call.ledger == run.ledger
    assert call.now == run.started_at
    assert json.loads(json.dumps(call.to_dict()))["session_key"] == "agent:trent:main"


def test_a_script_goes_on_to_its_last_answer():
    h = Harness(QUIET)
    h.model(["one", Reply(text="two", after="3s"), ValueError("no quota"), "four"])
    texts = []
    for _ in range(5):
        h.inbound("hi", session_key=MAIN)
        (run,) = h.run_until_idle() or h.runs[-1:]
        texts.append(run.error or run.text)
    assert texts == ["one", "two", "ValueError: no quota", "four", "four"]


@pytest.mark.parametrize(
    ("after", "shown"), [(None, None), ("3s", "3s"), (5, 5), (timedelta(seconds=3), "0:00:03")]
)
def test_a_reply_shows_itself(after, shown):
    reply = Reply("two", messages=[Message.of("assistant", "one")], after=after)
    assert json.loads(json.dumps(reply.to_dict()))["after"] == shown
    assert reply.to_dict()["messages"][0]["role"] == "assistant"


def test_messages_may_be_an_answer():
    call = Message(role="assistant", parts=[Part(kind="tool_call", call_id="1", name="ls")])
    result = Message(role="tool", parts=[Part(kind="tool_result", call_id="1", text="a.txt")])
    h = quiet([call, result, Message.of("assistant", "one file")])
    (run,) = h.inbound("list", session_key=MAIN)
    assert run.text == "one file"
    (after,) = h.inbound("again", session_key=MAIN)
    assert "a.txt" in after.prompt
    assert h.check_invariants() == []


def test_a_provider_with_a_smaller_window_stops_nobody():
    """The loop of the first report, with the provider in the part of the precheck."""
    asked = []

    def provider(call):
        asked.append(call.run_id)
        tokens = call.ledger.raw
        if tokens > 2_000:
            raise RuntimeError(f"prompt is too long: {tokens} tokens > 2000 maximum")
        return "The disk is fine, and so is everything else that was looked at. " * 10

    h = Harness(
        {
            "models": {"small": {"window": 16_000, "reserve": 2_000}},
            "agents": {"list": [{"id": "main", "model": "small", "heartbeat": {"every": "5m"}}]},
        }
    )
    h.model(provider)
    for number in range(40):
        (run,) = h.inbound(f"Question {number}: " + "how is the disk? " * 20, session_key=MAIN)
        assert run.outcome == "replied"
    runs = h.advance(hours=6)
    assert len(runs) == 72
    assert {run.outcome for run in runs} == {"replied"}
    assert sum(run.prechecks for run in h.runs) == len(asked) - len(h.runs) <= 2
    assert h.check_invariants() == []


def test_a_model_that_raises_fails_the_run_only():
    h = quiet(RuntimeError("boom"))
    (run,) = h.inbound("hi", session_key=MAIN)
    assert (run.outcome, run.error) == ("failed", "RuntimeError: boom")
    h.model(["fine"])
    (run,) = h.inbound("hi", session_key=MAIN)
    assert run.outcome == "replied"


def test_an_error_without_text_shows_its_type():
    h = quiet(KeyError())
    assert h.inbound("hi", session_key=MAIN)[0].error == "KeyError"


def test_an_error_of_the_model_may_be_any_text():
    h = quiet(RuntimeError("\ud800"))
    assert h.inbound("hi", session_key=MAIN)[0].error == "RuntimeError: ?"


def test_a_vagus_error_inside_the_model_is_the_models():
    def model(call):
        raise InvalidInput("the tool refused")

    h = Harness(QUIET)
    h.model(model)
    (run,) = h.inbound("hi", session_key=MAIN)
    assert run.error == "InvalidInput: the tool refused"


def test_a_false_assertion_of_the_test_comes_out():
    def model(call):
        assert "zzz" in call.prompt
        return "ok"

    h = Harness(TICKING)
    h.model(model)
    with pytest.raises(AssertionError, match="zzz") as caught:
        h.advance(hours=1)
    assert "model" in [entry.name for entry in caught.traceback]
    (run,) = h.runs
    assert run.outcome == "failed"
    assert str(run.error).startswith("AssertionError: ")
    assert h.now == run.ended_at


def test_after_a_false_assertion_the_harness_is_usable():
    def model(call):
        raise AssertionError("not this prompt")

    h = Harness(QUIET, latency="5s")
    h.model(model)
    with pytest.raises(AssertionError, match="not this prompt"):
        h.inbound("hi", session_key=MAIN)
    assert h.pending == []
    h.model(["fine"])
    h.inbound("hi again", session_key=MAIN)
    (run,) = h.run_until_idle()
    assert run.outcome == "replied"
    assert h.check_invariants() == []


def test_the_first_of_two_false_assertions_comes_out():
    asked = []

    def model(call):
        asked.append(call.session_key)
        raise AssertionError(str(call.session_key))

    h = Harness(QUIET)
    for session in ("agent:main:a", "agent:main:b"):
        h.wake(session, kind="hook", coalesce_ms=100)
    h.model(model)
    with pytest.raises(AssertionError, match=r"agent:main:a$"):
        h.advance("1s")
    assert len(asked) == 2


@pytest.mark.parametrize("listed", [AssertionError("told"), AssertionError()])
def test_a_listed_assertion_comes_out_too(listed):
    h = quiet(listed)
    with pytest.raises(AssertionError) as caught:
        h.inbound("hi", session_key=MAIN)
    assert caught.value is listed


@pytest.mark.parametrize("text_bytes", [1, 100, 2000])
@pytest.mark.parametrize("error", [AssertionError("é" * 5000), RuntimeError("é" * 5000)])
def test_an_error_beyond_the_limit_is_cut(text_bytes, error):
    h = Harness(QUIET | {"limits": {"text_bytes": text_bytes}})
    h.model([error])
    with pytest.raises(AssertionError) if isinstance(error, AssertionError) else nullcontext():
        h.inbound("x", session_key=MAIN)
    (run,) = h.runs
    assert run.outcome == "failed"
    assert 0 < len(str(run.error).encode()) <= text_bytes
    assert h.pending == []


class _Odd(list[Message]):
    def __iter__(self):
        raise RuntimeError("not today")

    def __repr__(self) -> str:
        raise RuntimeError("not today")


async def _answer() -> str:
    return "hello"


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda call: None, "not NoneType"),
        (lambda call: 42, "not int"),
        (lambda call: [], "not list"),
        (lambda call: ["text"], "not list"),
        (lambda call: _answer(), "not coroutine"),
        (lambda call: Reply(text=cast(Any, 3)), "must be text"),
        (lambda call: Reply(text="x", after="soon"), "after: must be text with units"),
        (lambda call: Reply(text="x", messages=cast(Any, ["y"])), "Message"),
        (lambda call: Reply(text="x", messages=cast(Any, 5)), "messages: must be a list or tuple"),
        (lambda call: Reply(text="x", after=cast(Any, [])), "after: must be text with units"),
        (lambda call: "\ud800", "a lone surrogate"),
        (lambda call: Reply(text="x", messages=_Odd()), "RuntimeError: not today"),
    ],
)
def test_a_wrong_answer_is_told_and_leaves_the_harness_usable(model, message):
    h = Harness(QUIET)
    h.model(model)
    with pytest.raises(InvalidInput, match=message) as caught:
        h.inbound("hi", session_key=MAIN)
    assert "exception" in str(caught.value) or "not " not in message
    assert [run.outcome for run in h.runs] == ["failed"]
    h.model(["fine"])
    (run,) = h.inbound("hi again", session_key=MAIN)
    assert run.outcome == "replied"
    assert h.check_invariants() == []


def test_the_clock_stands_where_the_mistake_happened():
    h = Harness(TICKING)
    h.model(cast(Any, lambda call: None))
    with pytest.raises(InvalidInput):
        h.advance(hours=1)
    assert h.now == h.runs[0].started_at
    h.model(["HEARTBEAT_OK"])
    assert len(h.advance(minutes=10)) == 2


def test_a_reply_that_the_engine_refuses_is_the_authors_mistake():
    h = Harness(QUIET | {"limits": {"text_bytes": 2000}})
    h.model(["x" * 3000])
    with pytest.raises(InvalidInput, match="text_bytes"):
        h.inbound("hi", session_key=MAIN)
    assert [run.outcome for run in h.runs] == ["failed"]


def test_a_file_that_nobody_can_read_stops_nobody():
    h = Harness(QUIET | {"limits": {"text_bytes": 2000}})
    h.model(["fine"])
    h.workspace("main", {"AGENTS.md": "x" * 3000})
    (run,) = h.inbound("hi", session_key=MAIN)
    assert run.outcome == "replied"
    assert "could not be read: longer than limits.text_bytes (2000)" in run.prompt


def test_without_a_model_the_harness_says_so():
    h = Harness(QUIET)
    with pytest.raises(InvalidInput, match=r"Harness\.model"):
        h.inbound("hi", session_key=MAIN)


@pytest.mark.parametrize("model", ["text", [], None, 3, [3], [None]])
def test_a_model_is_a_function_or_a_script(model):
    h = Harness(QUIET)
    with pytest.raises(InvalidInput) as caught:
        h.model(model)
    assert caught.value.field == "model"
    assert "exception" in str(caught.value)


def test_a_model_may_talk_to_the_harness():
    h = Harness(QUIET, latency="1s")

    def model(call):
        if call.kind == "user":
            assert h.event(MAIN, "background job done", wake="exec") == []
        return "ok"

    h.model(model)
    h.inbound("start a job", session_key=MAIN)
    user, heartbeat = h.run_until_idle()
    assert (user.kind, heartbeat.kind) == ("user", "heartbeat")
    assert "background job done" in heartbeat.prompt


def test_a_model_may_not_move_the_clock():
    h = Harness(QUIET)
    h.model(cast(Any, lambda call: h.advance(minutes=1)))
    (run,) = h.inbound("hi", session_key=MAIN)
    assert "cannot move the clock" in str(run.error)


def test_an_engine_that_never_rests_is_stopped(monkeypatch):
    monkeypatch.setattr(vagus.testing.host, "COMMANDS_PER_CALL", 50)
    h = Harness(QUIET)

    def model(call):
        h.wake(MAIN, kind="manual", coalesce_ms=0)
        return "again"

    h.model(model)
    with pytest.raises(VagusError, match="never rests"):
        h.wake(MAIN, kind="manual", coalesce_ms=0)
    h.model(lambda call: "enough")
    h.run_until_idle()
    assert h.pending == []
    assert h.check_invariants() == []


def test_a_model_that_asks_itself_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(vagus.testing.host, "COMMANDS_PER_CALL", 50)
    h = Harness(QUIET)

    def model(call):
        h.inbound("more", session_key=f"{MAIN}:thread:{len(h.pending)}")
        return "again"

    h.model(model)
    with pytest.raises(VagusError, match="never rests"):
        h.inbound("hi", session_key=MAIN)
    h.model(lambda call: "enough")
    h.run_until_idle()
    assert {run.outcome for run in h.runs} == {"replied"}
    assert h.pending == []
    assert h.check_invariants() == []


def test_a_span_with_too_many_commands_is_stopped(monkeypatch):
    monkeypatch.setattr(vagus.testing.host, "COMMANDS_PER_CALL", 50)
    h = Harness(TICKING)
    h.model(["HEARTBEAT_OK"])
    with pytest.raises(VagusError, match="more than 50 commands in one call") as caught:
        h.advance(days=1)
    assert str(h.now) in str(caught.value)
    assert 10 < len(h.runs) < 50
    assert len(h.advance(minutes=10)) >= 2
    assert h.check_invariants() == []


def test_an_interrupt_in_the_model_is_not_swallowed():
    def model(call):
        raise KeyboardInterrupt

    h = Harness(QUIET)
    h.model(model)
    with pytest.raises(KeyboardInterrupt):
        h.inbound("hi", session_key=MAIN)
    (run,) = h.advance(minutes=10)
    assert run.outcome == "timed_out"


class _Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize("listed", [True, False])
def test_an_error_without_words_fails_the_run_only(listed):
    def model(call):
        raise _Unspeakable

    h = Harness(QUIET)
    h.model([_Unspeakable()] if listed else model)
    (run,) = h.inbound("hi", session_key=MAIN)
    assert (run.outcome, run.error) == ("failed", "_Unspeakable: (its text cannot be shown)")
    assert h.pending == []


def test_a_wrong_script_is_refused_at_once():
    h = Harness(QUIET)
    with pytest.raises(InvalidInput) as caught:
        h.model([Reply(text="x", messages=cast(Any, 5))])
    assert caught.value.field == "messages"


def test_a_file_that_cannot_be_told_does_not_lose_what_else_happens():
    h = Harness(TICKING)
    h.model(["HEARTBEAT_OK"])
    h._host.workspaces["trent"] = {"AGENTS.md": "\ud800"}  # past the check of `workspace`
    with pytest.raises(InvalidInput, match=r"AGENTS\.md.*not valid Unicode"):
        h.advance(hours=1)
    assert [run.outcome for run in h.runs] == ["failed"]
    h.workspace("trent", {})
    assert [run.outcome for run in h.advance(minutes=10)] == ["acknowledged"] * 2
    assert h.check_invariants() == []
