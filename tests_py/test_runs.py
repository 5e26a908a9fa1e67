"""Runs as their clients see them: the stream for hosts of their own, and the harness's part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vagus
from vagus import InvalidInput, UnknownRun
from vagus.runs import (
    ChatClient,
    ChatEvent,
    ChatInput,
    ChatNotice,
    ChatPrincipal,
    ChatRegistration,
    ChatStream,
    StreamProfile,
    is_stop_text,
    run_expiry,
)
from vagus.testing import INVARIANTS, Chunk, Harness, Reply
from vagus.testing.invariants import Evidence, one_terminal_per_run
from vagus.testing.journal import Exchange

HOME = "agent:main:main"


def opened(**changes):
    stream = ChatStream(**changes)
    stream.open(ChatRegistration("r", HOME, clients=[ChatClient("c", subscribers=["tab"])]), 0)
    return stream


def texts(outputs):
    return [(each.state, each.text) for each in outputs if isinstance(each, ChatEvent)]


# ---- the stream -----------------------------------------------------------------------------


def test_a_batch_is_text_or_any_event():
    stream = opened()
    told = stream.feed_many([("r", 1, "Hello"), ChatInput("r", "text", delta=" you")], 0)
    assert texts(told) == [("delta", "Hello")]
    assert texts(stream.feed(ChatInput("r", "end"), 0)) == [
        ("delta", "Hello you"),
        ("final", "Hello you"),
    ]
    assert stream.has_ended("r")
    assert stream.has_ended("c")
    assert (len(stream), repr(stream)) == (0, "ChatStream(live=0, remembered=2)")


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ([("r", 1, "a"), ("r", -1, "b")], "inputs[1].seq"),
        ([("r", 1, "a"), ("x", 1, "b")], "inputs[1].run_id"),
        ([("r", 1, "a"), ("r", 2)], "inputs[1]"),
        ([("r", 1, "a"), "r"], "inputs[1]"),
        ([("r", 1, "x" * (4_194_304 + 1))], "inputs[0].delta"),
        ([("r", "1", "a")], "seq"),
        ([("r", 1, "\ud800")], "delta"),
        (5, "inputs"),
    ],
)
def test_a_batch_with_a_mistake_changes_nothing(inputs, field):
    stream = opened()
    before = stream.stats()
    with pytest.raises((InvalidInput, UnknownRun)) as caught:
        stream.feed_many(inputs, 0)
    assert caught.value.field == field
    assert (stream.stats(), stream.take()) == (before, [])


def test_a_run_that_a_batch_starts_is_known_behind_it():
    stream = ChatStream()
    told = stream.feed_many([ChatInput("new", "start"), ("new", 2, "x")], 0)
    assert told == []
    assert stream.stats().live == 1


def test_a_hundred_megabytes_are_refused():
    stream = opened()
    with pytest.raises(InvalidInput, match="longer than limits"):
        stream.feed(ChatInput("r", "text", delta="x" * 100_000_000), 0)
    assert stream.stats().live_bytes == 0


def test_notices_are_for_the_host():
    stream = opened()
    stream.feed_many([("r", 1, "x"), ("r", 4, "y"), ("r", 2, "z")], 0)
    stream.feed(ChatInput("r", "end"), 0)
    (late,) = stream.feed(ChatInput("r", "error"), 0)
    assert late == ChatNotice(run_id="r", kind="late")
    assert (stream.stats().gaps, stream.stats().duplicates, stream.stats().late) == (1, 1, 1)


def test_aborts_leave_what_is_told_to_be_taken():
    owner = ChatPrincipal(connection="tab")
    stream = ChatStream()
    stream.open(ChatRegistration("r", HOME, owner=owner), 0)
    stream.subscribe("desk", HOME, 0)
    stream.feed_many([("r", 1, "so far")], 0)
    refused = stream.abort("r", 0, requester=ChatPrincipal(connection="other"))
    assert (refused.verdict, refused.run_ids) == ("not_permitted", [])
    assert stream.abort("nobody", 0).verdict == "unknown"
    done = stream.abort_session(HOME, 0, requester=owner, reason="stop")
    assert (done.verdict, done.run_ids, done.texts) == ("aborted", ["r"], ["so far"])
    (event,) = stream.take()
    assert (event.state, event.text, event.stop_reason) == ("aborted", "so far", "stop")


def test_clients_come_and_go():
    stream = opened()
    stream.join("r", ChatClient("d", requested_key="main"), 0)
    assert [each.client_run_id for each in stream.clients("r")] == ["c", "d"]
    assert stream.withdraw("r", "d")
    assert not stream.withdraw("r", "c")
    assert stream.unsubscribe("desk", HOME) is False
    stream.disconnect("tab")
    assert stream.clients("r")[0].subscribers == []
    assert stream.clients("nobody") == []
    with pytest.raises(InvalidInput) as caught:
        stream.attach("r", "agent:main:other", 0)
    assert caught.value.field == "session_key"


def test_time_and_profiles():
    stream = opened(profile=StreamProfile(throttle_ms=500, run_ms=0))
    stream.feed_many([("r", 1, "x"), ("r", 2, "y")], 0)
    assert stream.next_due() == 500
    stream.shift(100)
    assert texts(stream.tick(600)) == [("delta", "xy")]
    assert stream.next_due() is None
    assert StreamProfile.april().throttle_ms == 150
    with pytest.raises(InvalidInput) as caught:
        ChatStream(profile=StreamProfile(grace_ms=60_000))
    assert caught.value.field == "tombstone_ms"
    with pytest.raises(vagus.InvalidConfig):
        ChatStream({"limits": {"live_runs": 0}})
    with pytest.raises(InvalidInput):
        stream.tick(-1)
    with pytest.raises(InvalidInput):
        stream.shift(1 << 60)


def test_the_small_rules():
    assert is_stop_text("Please stop!")
    assert not is_stop_text("stop by tomorrow")
    assert run_expiry(0, 0) == 120_000
    with pytest.raises(InvalidInput):
        run_expiry(-1, 0)


@given(st.lists(st.text(max_size=20), max_size=20), st.booleans())
def test_the_final_text_is_what_was_accepted(pieces, cumulative):
    stream = opened()
    so_far = "x"
    stream.feed_many([("r", 1, so_far)], 0)
    for number, piece in enumerate(pieces, start=2):
        so_far += piece
        told = {"text": so_far} if cumulative else {"delta": piece}
        stream.feed(ChatInput("r", "text", seq=number, **told), number * 10)
    final = stream.feed(ChatInput("r", "end"), 10_000)[-1]
    if "[[" not in so_far and "_" not in so_far:
        assert final.text == trimmed(so_far)


def trimmed(text):
    space = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
    return text.strip(space + "".join(map(chr, range(0x2000, 0x200B))))


# ---- the harness ----------------------------------------------------------------------------


def harness(*answers):
    h = Harness({"agents": {"list": [{"id": "main", "heartbeat": {"every": "0m"}}]}})
    h.model(list(answers))
    return h


def test_a_scripted_model_streams_stalls_and_ends_twice():
    h = harness(
        Reply("Hi there.", stream=["Hi", Chunk(" there.", after=100)], after="1s", ends=2),
        Reply("", stream=[Chunk(text="Half", after="1s")], ends=0),
    )
    h.inbound("a", session_key=HOME, client_run_id="c1", subscriber="tab")
    h.advance("2s")
    assert [each.state for each in h.chat_of("tab")] == ["delta", "delta", "final"]
    h.inbound("b", session_key=HOME, client_run_id="c2", subscriber="tab")
    h.advance("20m")
    assert [run.outcome for run in h.runs] == ["replied", "timed_out"]
    last = h.chat[-1]
    assert (last.state, last.error_kind, last.client_run_id) == ("error", "timeout", "c2")
    assert last.to_dict()["subscribers"] == ["tab"]
    assert h.check_invariants() == []


def test_a_stream_is_told_by_hand_and_stopped():
    h = harness(Reply("never", ends=0))
    h.subscribe("desk", HOME)
    h.inbound("a", session_key=HOME, client_run_id="c1")
    h.stream(HOME, "So ")
    h.stream(HOME, text="So far", seq=9)
    assert h.abort("c1", requester="somebody", session_key=HOME) != []
    (run,) = h.runs
    assert (run.outcome, run.text) == ("aborted", "So far")
    assert [each.state for each in h.chat_of("desk")] == ["delta", "aborted"]
    h.unsubscribe("desk")
    with pytest.raises(InvalidInput, match="no run in flight"):
        h.stream(HOME, "x")


@pytest.mark.parametrize("ends", [-1, 3])
def test_a_model_ends_so_often(ends):
    h = harness(Reply("x", ends=ends))
    with pytest.raises(InvalidInput, match="ends"):
        h.inbound("a", session_key=HOME)


# ---- the invariant --------------------------------------------------------------------------


def broken(change):
    h = harness(Reply("Hi there.", stream=["Hi"], after="1s"))
    h.inbound("a", session_key=HOME, client_run_id="c1", subscriber="tab")
    h.advance("2s")
    exchanges = [
        Exchange(each.now_ms, each.command, change(list(each.effects)))
        for each in h._host.exchanges
    ]
    evidence = Evidence(config="{}", id_seed=0, exchanges=exchanges, snapshot=h.snapshot())
    return [message for _, message in one_terminal_per_run(evidence)]


def is_end(effect):
    return isinstance(effect, ChatEvent) and effect.state != "delta"


def test_the_invariant_finds_ends_that_are_missing_or_come_twice():
    assert "one_terminal_per_run" in INVARIANTS
    assert broken(lambda effects: effects) == []
    missing = broken(lambda effects: [each for each in effects if not is_end(each)])
    assert missing == ["client run c1 is not told its end"]
    twice = broken(lambda effects: [x for each in effects for x in [each] * (1 + is_end(each))])
    assert twice == ["client run c1 is told final after its end"]
    stranger = broken(
        lambda effects: [
            ChatEvent(
                run_id=each.run_id, client_run_id="c1", state="final", seq=1, subscribers=["x"]
            )
            if is_end(each)
            else each
            for each in effects
        ]
    )
    assert stranger == ["tab is not told the end of c1"]
