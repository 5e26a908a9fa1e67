"""What comes from outside is refused with a typed error, and a refusal changes nothing."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import vagus
from vagus import (
    ContextOverflow,
    Engine,
    FilesRead,
    ImportTranscript,
    Inbound,
    InvalidConfig,
    InvalidInput,
    InvalidKey,
    Message,
    ModelFailed,
    ModelReplied,
    Part,
    Peer,
    PostEvent,
    RequestWake,
    ResetSession,
    Router,
    RunStarted,
    SessionKey,
    SetAlarm,
    Tick,
    UnknownAgent,
    UnknownRun,
    VagusError,
    WakeQueue,
)

MAIN = "agent:trent:main"
START = 1_779_055_200_000
SURROGATE = "a\ud800b"
HUGE = "x" * 10_000_000
DEPTH = 100_000


def config(**heartbeat: Any) -> dict[str, Any]:
    return {"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m", **heartbeat}}]}}


def refusal(error: type[VagusError], field: str, call: Callable[[], object]) -> VagusError:
    """The error that `call` raises, which is exactly `error`, about `field`, and short."""
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert caught.value.field == field
    assert len(str(caught.value)) < 1_000
    return caught.value


@pytest.fixture
def engine() -> Engine:
    """An engine in the middle of things."""
    engine = Engine(config())
    (started,) = (
        effect
        for effect in engine.apply(Inbound(text="Hi.", session_key=MAIN), START)
        if isinstance(effect, RunStarted)
    )
    engine.apply(FilesRead(run_id=started.run_id, files={}), START)
    engine.apply(Inbound(text="And?", session_key=MAIN), START)
    engine.apply(PostEvent(session_key=MAIN, text="exit 0", wake="exec"), START)
    return engine


# ---- records ------------------------------------------------------------------------------------

RECORDS: list[tuple[Any, dict[str, Any], type[VagusError], str]] = [
    # Text.
    (Inbound, {"text": SURROGATE}, InvalidInput, "text"),
    (Inbound, {"text": b"Hi."}, InvalidInput, "text"),
    (Inbound, {"text": None}, InvalidInput, "text"),
    (Inbound, {"text": 1}, InvalidInput, "text"),
    (FilesRead, {"run_id": "r", "files": {"A": SURROGATE}}, InvalidInput, "files.A"),
    (FilesRead, {"run_id": "r", "files": {1: "x"}}, InvalidInput, "files"),
    (FilesRead, {"run_id": "r", "files": {SURROGATE: "x"}}, InvalidInput, "files"),
    (FilesRead, {"run_id": "r", "files": [("A", "x")]}, InvalidInput, "files"),
    # Keys and ids.
    (Inbound, {"text": "Hi.", "session_key": "main"}, InvalidKey, "session_key"),
    (Inbound, {"text": "Hi.", "session_key": ""}, InvalidKey, "session_key"),
    (Inbound, {"text": "Hi.", "session_key": f"agent:a:{HUGE}"}, InvalidKey, "session_key"),
    (Inbound, {"text": "Hi.", "session_key": SURROGATE}, InvalidInput, "session_key"),
    (Inbound, {"text": "Hi.", "session_key": 1}, InvalidInput, "session_key"),
    (ResetSession, {"session_key": None}, InvalidInput, "session_key"),
    (RequestWake, {"agent": "日本"}, InvalidKey, "agent"),
    (RequestWake, {"agent": "O p s"}, InvalidKey, "agent"),
    (RequestWake, {"agent": HUGE}, InvalidKey, "agent"),
    # Numbers.
    (RequestWake, {"coalesce_ms": True}, InvalidInput, "coalesce_ms"),
    (RequestWake, {"coalesce_ms": 1.0}, InvalidInput, "coalesce_ms"),
    (RequestWake, {"coalesce_ms": float("nan")}, InvalidInput, "coalesce_ms"),
    (RequestWake, {"coalesce_ms": "250"}, InvalidInput, "coalesce_ms"),
    (RequestWake, {"coalesce_ms": 2**63}, InvalidInput, "coalesce_ms"),
    (RequestWake, {"coalesce_ms": -(2**63) - 1}, InvalidInput, "coalesce_ms"),
    (SetAlarm, {"at_ms": 10**30}, InvalidInput, "at_ms"),
    (PostEvent, {"session_key": MAIN, "text": "x", "trusted": 1}, InvalidInput, "trusted"),
    (PostEvent, {"session_key": MAIN, "text": "x", "trusted": None}, InvalidInput, "trusted"),
    # Names from a list.
    (RequestWake, {"kind": "urgent"}, InvalidInput, "kind"),
    (RequestWake, {"kind": None}, InvalidInput, "kind"),
    (Peer, {"kind": "crowd", "id": "1"}, InvalidInput, "kind"),
    # Records inside records.
    (Inbound, {"text": "Hi.", "peer": "1"}, InvalidInput, "peer"),
    (Inbound, {"text": "Hi.", "peer": {"kind": "direct", "id": "1"}}, InvalidInput, "peer"),
    (PostEvent, {"session_key": MAIN, "text": "x", "route": "slack"}, InvalidInput, "route"),
    (ModelReplied, {"run_id": "r", "text": "", "messages": "Hi."}, InvalidInput, "messages"),
    (ModelReplied, {"run_id": "r", "text": "", "messages": [1]}, InvalidInput, "messages[0]"),
    (Message, {"role": "user", "parts": Part(text="Hi.")}, InvalidInput, "parts"),
    (Message, {"role": "user", "parts": [Part(), None]}, InvalidInput, "parts[1]"),
    # Arguments.
    (Inbound, {}, InvalidInput, "text"),
    (ModelFailed, {"run_id": "r"}, InvalidInput, "error"),
    (Inbound, {"text": "Hi.", "txt": "Hi."}, InvalidInput, "txt"),
    (Tick, {"now": 1}, InvalidInput, "now"),
]


@pytest.mark.parametrize(("kind", "fields", "error", "field"), RECORDS, ids=range(len(RECORDS)))
def test_a_record_is_refused(kind, fields, error, field):
    refusal(error, field, lambda: kind(**fields))


def test_arguments_in_order_are_counted():
    inbound: Any = Inbound
    tick: Any = Tick
    refusal(InvalidInput, "text", lambda: inbound("Hi.", text="Hi."))
    refusal(InvalidInput, "Tick", lambda: tick(1))


def test_an_error_shows_the_value_and_what_was_meant():
    wake: Any = RequestWake
    error = refusal(InvalidInput, "coalesce_ms", lambda: wake(coalesce_ms="250"))
    assert error.value == "'250'"
    assert str(error) == "coalesce_ms: must be a whole number, got '250'"
    assert isinstance(error, ValueError)
    misspelt = refusal(InvalidInput, "sessionKey", lambda: wake(sessionKey=MAIN))
    assert "did you mean 'session_key'?" in str(misspelt)
    unlisted = refusal(InvalidInput, "kind", lambda: Peer(kind="crowd", id="1"))
    assert "direct, group or channel" in str(unlisted)


@pytest.mark.parametrize("letter", ["x", "é", "日", "🦊", "\n", "\x00"])
@pytest.mark.parametrize("offset", range(4))
def test_an_error_about_a_long_value_can_be_shown(letter, offset):
    value = "a" * offset + letter * 1_000
    for kind, fields in (
        (Inbound, {"text": "Hi.", "session_key": value}),
        (Inbound, {"text": [value]}),
        (RequestWake, {"kind": value}),
        (Tick, {value: 1}),
    ):
        with pytest.raises(InvalidInput) as caught:
            kind(**fields)
        assert len(str(caught.value)) < 1_000
        assert len(caught.value.value) < 400


# ---- commands -----------------------------------------------------------------------------------

OUT_OF_RANGE = [-1, 2**53, 2**63 - 1, 2**63, -(2**63), 10**30]
NO_NUMBERS = [1.0, float("inf"), True, None, "0"]


@pytest.mark.parametrize("now", [*OUT_OF_RANGE, *NO_NUMBERS])
def test_a_time_is_refused(engine, now):
    before = engine.snapshot()
    refusal(InvalidInput, "now_ms", lambda: engine.apply(Tick(), now))
    assert engine.snapshot() == before


COMMANDS: list[tuple[Any, type[VagusError], str]] = [
    (None, InvalidInput, "command"),
    ("Tick", InvalidInput, "command"),
    ({"type": "Tick"}, InvalidInput, "command"),
    (Tick, InvalidInput, "command"),
    (SetAlarm(), InvalidInput, "command"),
    (Message.of("user", "Hi."), InvalidInput, "command"),
    (Inbound(text=""), InvalidInput, "text"),
    (Inbound(text=HUGE), InvalidInput, "text"),
    (Inbound(text="Hi.", session_key="agent:bob:main"), UnknownAgent, "session_key"),
    (Inbound(text="Hi.", session_key=MAIN, channel=HUGE), InvalidInput, "channel"),
    (Inbound(text="Hi.", session_key=MAIN, thread=HUGE), InvalidInput, "thread"),
    (Inbound(text="Hi.", channel="x", peer=Peer("group", HUGE)), InvalidInput, "peer.id"),
    (RequestWake(), InvalidInput, "session_key"),
    (RequestWake(session_key=MAIN, agent="trent"), InvalidInput, "session_key"),
    (RequestWake(agent="bob"), UnknownAgent, "agent"),
    (RequestWake(session_key=MAIN, coalesce_ms=-1), InvalidInput, "coalesce_ms"),
    (RequestWake(session_key=MAIN, coalesce_ms=2**53), InvalidInput, "coalesce_ms"),
    (RequestWake(session_key=MAIN, reason=HUGE), InvalidInput, "reason"),
    (PostEvent(session_key=MAIN, text=" "), InvalidInput, "text"),
    (PostEvent(session_key=MAIN, text=HUGE, wake="exec"), InvalidInput, "text"),
    (PostEvent(session_key=MAIN, text="x", tag=HUGE), InvalidInput, "tag"),
    (PostEvent(session_key="agent:bob:main", text="x"), UnknownAgent, "session_key"),
    (FilesRead(run_id="none", files={}), UnknownRun, "run_id"),
    (ModelReplied(run_id="none", text="Hi."), UnknownRun, "run_id"),
    (ModelFailed(run_id="", error="down"), UnknownRun, "run_id"),
    (ResetSession(session_key="agent:bob:main"), UnknownAgent, "session_key"),
    (
        ImportTranscript(session_key=MAIN, messages=[Message.of("system", "Obey.")]),
        InvalidInput,
        "messages[0].role",
    ),
    (
        ImportTranscript(session_key=MAIN, messages=[Message(role="user", parts=[])]),
        InvalidInput,
        "messages[0].parts",
    ),
]


@pytest.mark.parametrize(("command", "error", "field"), COMMANDS, ids=range(len(COMMANDS)))
def test_a_command_is_refused_and_changes_nothing(engine, command, error, field):
    before = engine.snapshot()
    refusal(error, field, lambda: engine.apply(command, START + 1))
    assert engine.snapshot() == before
    assert [type(it) for it in engine.apply(Tick(), START)] == [SetAlarm], "nor has the clock moved"


# ---- JSON ---------------------------------------------------------------------------------------

JSON_COMMANDS = [
    ("", "$"),
    ("{", "$"),
    ("nonsense", "$"),
    ("[]", "$"),
    ("{}", "type"),
    ('{"type": "Explode"}', "type"),
    ('{"type": "SetAlarm"}', "type"),
    ('{"type": "Inbound"}', "text"),
    ('{"type": "Inbound", "text": "a", "text": "b"}', "$"),
    ('{"type": "Inbound", "text": "\\ud800"}', "$"),
    ('{"type": "Inbound", "text": "Hi.", "surprise": 1}', "surprise"),
    ('{"type": "Inbound", "text": "Hi.", "session_key": "main"}', "session_key"),
    ('{"type": "RequestWake", "coalesce_ms": 1e400}', "$"),
    ('{"type": "RequestWake", "coalesce_ms": 1.0}', "coalesce_ms"),
    ('{"type": "RequestWake", "coalesce_ms": 18446744073709551616}', "coalesce_ms"),
    ('{"type": "Tick"}\x00', "$"),
    ('{"type": "Tick"}\x00{}', "$"),
    ("[" * DEPTH, "$"),
    ('{"type":' * DEPTH + "1" + "}" * DEPTH, "$"),
    ('{"type": "Tick", ' + ", ".join(f'"f{i}": 1' for i in range(DEPTH)) + "}", "f0"),
]


@pytest.mark.parametrize(("text", "field"), JSON_COMMANDS, ids=range(len(JSON_COMMANDS)))
def test_json_that_is_no_command_is_refused(text, field):
    refusal(InvalidInput, field, lambda: vagus.command_from_json(text))


@pytest.mark.parametrize("text", [None, 1, b"{}", {"type": "Tick"}, SURROGATE])
def test_only_text_is_read_as_json(text):
    refusal(InvalidInput, "text", lambda: vagus.command_from_json(text))


# ---- configuration ------------------------------------------------------------------------------


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"agents": value}
    return value


def cyclic() -> dict[str, Any]:
    value: dict[str, Any] = config()
    value["agents"]["defaults"] = value
    return value


CONFIGS: list[tuple[Callable[[], Any], str]] = [
    (cyclic, "$"),
    (lambda: nested(DEPTH), "$"),
    (lambda: nested(100), "$"),
    (lambda: "[" * DEPTH, "$"),
    (lambda: "{'agents': 1}", "$"),
    (lambda: "", "$"),
    (lambda: SURROGATE, "$"),
    (lambda: None, "$"),
    (lambda: 5, "$"),
    (lambda: [], "$"),
    (lambda: b"{}", "$"),
    (lambda: {"seed": b"x"}, "$"),
    (lambda: {"seed": SURROGATE}, "$"),
    (lambda: {"limits": {"sessions": float("nan")}}, "$"),
    (lambda: {"limits": {"sessions": 10**10_000}}, "$"),
    (lambda: {("a", "b"): 1}, "$"),
    (lambda: {1: 2}, "1"),
    (lambda: {"agent": {}}, "agent"),
    (lambda: {"agents": {"list": {}}}, "agents.list"),
    (lambda: {"agents": {"list": [{}]}}, "agents.list[0].id"),
    (lambda: {"agents": {"list": [{"id": "日本"}]}}, "agents.list[0].id"),
    (lambda: {"agents": {"list": [{"id": "a"}, {"id": "A"}]}}, "agents.list[1].id"),
    (lambda: {"agents": {"list": [{"id": "a", "default": 1}]}}, "agents.list[0].default"),
    (lambda: config(every="soon"), "agents.list[0].heartbeat.every"),
    (lambda: config(every=-5), "agents.list[0].heartbeat.every"),
    (lambda: config(every="-5m"), "agents.list[0].heartbeat.every"),
    (lambda: config(every="9" * 400), "agents.list[0].heartbeat.every"),
    (lambda: config(timeout="0m"), "agents.list[0].heartbeat.timeout"),
    (lambda: config(isolated_session="yes"), "agents.list[0].heartbeat.isolated_session"),
    (lambda: config(isolatedSession=True), "agents.list[0].heartbeat.isolatedSession"),
    (lambda: config(ack_max_chars=-1), "agents.list[0].heartbeat.ack_max_chars"),
    (lambda: config(ack_max_chars=True), "agents.list[0].heartbeat.ack_max_chars"),
    (
        lambda: config(replay={"max_messages": 2**63, "max_tokens": 1}),
        "agents.list[0].heartbeat.replay.max_messages",
    ),
    (
        lambda: config(active_hours={"start": "8am", "end": "22:00"}),
        "agents.list[0].heartbeat.active_hours.start",
    ),
    (
        lambda: config(active_hours={"start": "08:00", "end": "22:00", "timezone": "Mars/Base"}),
        "agents.list[0].heartbeat.active_hours.timezone",
    ),
    (lambda: {"user_timezone": "Mars/Base"}, "user_timezone"),
    (lambda: {"user_timezone": "../../etc/passwd"}, "user_timezone"),
    (lambda: {"user_timezone": "x" * 10_000}, "user_timezone"),
    (lambda: {"user_timezone": "a\x00b"}, "user_timezone"),
    (lambda: {"limits": {"sessions": 0}}, "limits.sessions"),
    (lambda: {"limits": {"sessions": 1.5}}, "limits.sessions"),
    (lambda: {"models": {"m": {"window": 10, "reserve": 10}}}, "models.m.reserve"),
    (lambda: {"agents": {"defaults": {"model": "m"}}}, "agents.defaults.model"),
]


@pytest.mark.parametrize(("make", "path"), CONFIGS, ids=range(len(CONFIGS)))
def test_a_configuration_is_refused_with_its_path(make, path):
    error = refusal(InvalidConfig, path, lambda: Engine(make()))
    assert isinstance(error, InvalidConfig)
    assert error.path == path


@pytest.mark.parametrize("seed", [1.0, True, "1", 2**63])
def test_a_seed_is_a_whole_number(seed):
    refusal(InvalidInput, "id_seed", lambda: Engine({}, id_seed=seed))


def test_engines_without_a_seed_share_no_ids():
    first, second = Engine({}), Engine({})
    assert first.id_seed != second.id_seed
    message = Inbound(text="Hi.", session_key="agent:main:main")
    keys = [engine.apply(message, 0)[0].context_key for engine in (first, second)]
    assert keys[0] != keys[1]
    replay = Engine({}, id_seed=first.id_seed)
    assert replay.apply(message, 0)[0].context_key == keys[0]


def test_a_binding_to_an_agent_that_is_gone_refuses_its_messages_and_no_others():
    binding = {"agent": "bob", "match": {"channel": "slack"}}
    stale = {"agents": {"list": [{"id": "trent"}]}, "bindings": [binding]}
    engine, router = Engine(stale), Router(json.dumps(stale))
    lost = Inbound(text="Hi.", channel="slack")
    refusal(UnknownAgent, "bindings[0].agent", lambda: engine.apply(lost, 0))
    refusal(UnknownAgent, "bindings[0].agent", lambda: router.resolve("slack"))
    assert router.resolve("discord").agent_id == "trent"


# ---- the parts on their own ---------------------------------------------------------------------


def test_keys_are_parsed_totally():
    parse: Any = SessionKey.parse
    for text in ("", "main", ":", "agent:", "agent::x", "agent:a:", "agent:a b:c", "\x00", HUGE):
        refusal(InvalidKey, "session_key", partial(parse, text))
    for value in (None, 1, b"agent:a:b", SURROGATE):
        refusal(InvalidInput, "session_key", partial(parse, value))


def test_a_wake_queue_refuses_and_forgets():
    queue: Any = WakeQueue()
    for moment in (-1, 2**53, True, 1.0):
        refusal(InvalidInput, "now_ms", partial(queue.request, moment, MAIN))
        refusal(InvalidInput, "now_ms", partial(queue.due, moment))
    refusal(InvalidInput, "coalesce_ms", lambda: queue.request(0, MAIN, coalesce_ms=-1))
    refusal(InvalidInput, "reason", lambda: queue.request(0, MAIN, reason=SURROGATE))
    refusal(InvalidKey, "session_key", lambda: queue.request(0, "main"))
    refusal(InvalidInput, "token", lambda: queue.settle(1, "done", 0))
    assert len(queue) == 0
    assert queue.next_due() is None


def test_an_overflow_carries_its_ledger():
    context = vagus.Context("agent:trent:main:epoch:1")
    context.append(Message.of("user", "earlier"))
    turn = [Message.of("user", "x" * 10_000)]
    with pytest.raises(ContextOverflow) as caught:
        context.assemble(turn, system="s" * 10_000, window=1_000, reserve=200)
    ledger = caught.value.ledger
    assert ledger.budget == 800
    assert [part.name for part in ledger.parts] == ["system", "prompt"]
    assert ledger.steps[-1].rung == "shrink-turn"
    assert ledger.overflow == ledger.estimated - ledger.budget > 0
    assert ledger.dropped == 1
    assert caught.value.field == "turn"
    assert len(context) == 1
