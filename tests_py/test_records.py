"""Records: plain values with fields, one constructor, one JSON form."""

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vagus
from vagus import (
    ContextKey,
    DeliveryRoute,
    FilesRead,
    ImportTranscript,
    Inbound,
    Message,
    ModelFailed,
    ModelReplied,
    Part,
    Peer,
    PostEvent,
    RequestWake,
    ResetSession,
    RunStarted,
    SessionKey,
    SetAlarm,
    Tick,
    WakeCause,
)

MAIN = SessionKey.parse("agent:trent:main")

# ---- strategies ---------------------------------------------------------------------------------

texts = st.text(max_size=40)
whole = st.integers(-(2**63), 2**63 - 1)
agents = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
session_keys = st.builds(
    lambda agent, peer: SessionKey.for_peer(agent, "slack", peer),
    agents,
    st.builds(Peer, kind=st.sampled_from(["group", "channel"]), id=texts),
)
wake_kinds = st.sampled_from(
    ["retry", "interval", "wake", "cron", "task", "other", "exec", "hook", "manual"]
)
peers = st.builds(Peer, kind=st.sampled_from(["direct", "group", "channel"]), id=texts)
routes = st.builds(
    DeliveryRoute,
    channel=texts,
    to=texts,
    account=st.none() | texts,
    thread=st.none() | texts,
)
parts = st.builds(
    Part,
    kind=st.sampled_from(["text", "image", "tool_call", "tool_result", "thinking", "opaque"]),
    text=texts,
    call_id=texts,
    name=texts,
    arguments=texts,
    data=texts,
    is_error=st.booleans(),
)
messages = st.lists(
    st.builds(
        Message,
        role=st.sampled_from(["system", "user", "assistant", "tool"]),
        parts=st.lists(parts, max_size=3),
    ),
    max_size=3,
)
commands = st.one_of(
    st.builds(
        Inbound,
        text=texts,
        channel=texts,
        account=st.none() | texts,
        peer=st.none() | peers,
        thread=st.none() | texts,
        session_key=st.none() | session_keys,
    ),
    st.builds(
        RequestWake,
        session_key=st.none() | session_keys,
        agent=st.none() | agents,
        kind=wake_kinds,
        reason=texts,
        coalesce_ms=st.none() | whole,
    ),
    st.builds(
        PostEvent,
        session_key=session_keys,
        text=texts,
        tag=st.none() | texts,
        route=st.none() | routes,
        trusted=st.booleans(),
        wake=st.none() | wake_kinds,
        reason=texts,
        coalesce_ms=st.none() | whole,
    ),
    st.builds(Tick),
    st.builds(
        FilesRead,
        run_id=texts,
        files=st.dictionaries(texts, st.none() | texts, max_size=3),
    ),
    st.builds(ModelReplied, run_id=texts, text=texts, messages=messages),
    st.builds(ModelFailed, run_id=texts, error=texts),
    st.builds(ResetSession, session_key=session_keys),
    st.builds(ImportTranscript, session_key=session_keys, messages=messages),
)


@given(commands)
def test_a_command_comes_back_from_its_json(command):
    text = command.to_json()
    back = vagus.command_from_json(text)
    assert back == command
    assert type(back) is type(command)
    assert back.to_json() == text


@given(commands)
def test_the_plain_form_is_the_json_form(command):
    plain = command.to_dict()
    assert plain["type"] == type(command).__name__
    # A file that does not exist is null in JSON, so there it stays in the plain form too.
    assert json.loads(command.to_json()) == plain


@given(commands, commands)
def test_equal_commands_have_equal_bytes(left, right):
    assert (left == right) == (left.to_json() == right.to_json())


@given(commands)
def test_a_repr_rebuilds_the_record(command):
    names = {**vars(vagus), "SessionKey": SessionKey.parse}
    assert eval(repr(command), names) == command


# ---- single behaviours --------------------------------------------------------------------------


def test_fields_are_given_by_name_or_in_order():
    by_name = Peer(kind="direct", id="42")
    assert by_name == Peer("direct", "42") == Peer("direct", id="42")
    assert (by_name.kind, by_name.id) == ("direct", "42")


def test_fields_left_out_have_their_defaults():
    wake = RequestWake()
    assert (wake.session_key, wake.agent, wake.kind, wake.reason, wake.coalesce_ms) == (
        None,
        None,
        "wake",
        "",
        None,
    )
    assert WakeCause(kind="exec", reason="exec").count == 1


def test_none_is_left_out_of_every_form():
    assert RequestWake(agent="trent").to_dict() == {
        "type": "RequestWake",
        "agent": "trent",
        "kind": "wake",
        "reason": "",
    }
    assert repr(SetAlarm()) == "SetAlarm()"
    assert SetAlarm().to_json() == '{"type":"SetAlarm"}'


def test_a_repr_names_every_field():
    assert repr(Peer("direct", "42")) == "Peer(kind='direct', id='42')"
    assert repr(ResetSession(session_key=MAIN)) == (
        "ResetSession(session_key=SessionKey('agent:trent:main'))"
    )


def test_nested_records_become_plain_values():
    message = Message(role="assistant", parts=[Part(text="Hi.")])
    plain = ModelReplied(run_id="r", text="Hi.", messages=[message]).to_dict()
    assert plain["messages"][0]["role"] == "assistant"
    assert plain["messages"][0]["parts"][0]["text"] == "Hi."
    assert json.loads(json.dumps(plain)) == plain


def test_keys_are_taken_as_text_and_given_as_keys():
    reset = ResetSession(session_key="AGENT:Trent:Main")
    assert reset.session_key == MAIN
    assert isinstance(reset.session_key, SessionKey)
    assert reset == ResetSession(session_key=MAIN)


def test_a_session_key_is_no_context_key():
    fields: dict[str, Any] = {
        "run_id": "r",
        "kind": "user",
        "agent_id": "trent",
        "session_key": MAIN,
        "home_key": MAIN,
        "reason": "message",
        "causes": [],
        "requests": 0,
    }
    context = ContextKey.for_epoch(MAIN, "1")
    assert RunStarted(**fields, context_key=context).context_key == context
    with pytest.raises(vagus.InvalidInput) as caught:
        RunStarted(**fields, context_key=MAIN)
    assert caught.value.field == "context_key"
    with pytest.raises(vagus.InvalidInput):
        RunStarted(**{**fields, "session_key": context}, context_key=context)


def test_a_record_cannot_be_changed():
    peer = Peer("direct", "42")
    with pytest.raises(AttributeError):
        peer.id = "43"
    with pytest.raises(AttributeError):
        peer.extra = 1
    assert peer.id == "42"


def test_what_a_record_hands_out_is_a_copy():
    replied = ModelReplied(run_id="r", text="Hi.", messages=[Message.of("assistant", "Hm.")])
    replied.messages.clear()
    read = FilesRead(run_id="r", files={"A": "x"})
    read.files["A"] = "y"
    assert len(replied.messages) == 1
    assert read.files == {"A": "x"}


def test_what_a_record_was_made_of_is_copied():
    given_messages = [Message.of("assistant", "Hm.")]
    replied = ModelReplied(run_id="r", text="Hi.", messages=given_messages)
    given_messages.clear()
    assert len(replied.messages) == 1


def test_records_of_different_kinds_differ():
    assert Tick() == Tick()
    assert Tick() != SetAlarm()
    assert Tick() != None  # noqa: E711
    assert Peer("direct", "1") != ("direct", "1")
    assert Peer("direct", "1") != Peer("group", "1")


def test_records_can_be_hashed_copied_and_pickled():
    route = DeliveryRoute(channel="slack", to="C1")
    post = PostEvent(session_key=MAIN, text="exit 0", tag="exec:1", route=route, wake="exec")
    for record in (Tick(), Peer("direct", "1"), Message.of("user", "Hi."), route, post):
        again = pickle.loads(pickle.dumps(record))
        assert again == record
        assert hash(again) == hash(record)
        assert copy.copy(record) == copy.deepcopy([record])[0] == record
    assert len({route, DeliveryRoute(channel="slack", to="C1"), Tick()}) == 2


def test_only_two_fields_may_be_given_by_position():
    with pytest.raises(vagus.InvalidInput) as caught:
        Peer("direct", "1", "extra")
    assert caught.value.field == "Peer"
    with pytest.raises(vagus.InvalidInput):
        Inbound("Hi.", "slack", "bot")


def test_keys_can_be_hashed_sorted_and_pickled():
    other = SessionKey.parse("agent:ada:main")
    context = ContextKey.for_run(MAIN, "7")
    assert len({MAIN, SessionKey.parse(str(MAIN)), str(MAIN)}) == 1
    assert sorted([MAIN, other]) == [other, MAIN]
    assert pickle.loads(pickle.dumps(MAIN)) == MAIN
    assert pickle.loads(pickle.dumps(context)) == context
    assert context != MAIN
