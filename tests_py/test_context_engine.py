"""Context engines of the host, as Python writes them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vagus
from vagus import ContextAnswered, ContextCall, ContextFailed, ContextKey, Message
from vagus.context_engine import (
    BuiltinContextEngine,
    ContextAssemble,
    ContextAssembled,
    ContextBootstrap,
    ContextBootstrapped,
    ContextCommitted,
    ContextCommitTurn,
    ContextCompact,
    ContextCompacted,
    ContextDispose,
    ContextDone,
    ContextIngest,
    ContextIngested,
    ContextMaintain,
    ContextMaintained,
    ContextRouting,
    serve,
)
from vagus.testing import Harness, Misbehaviour, RecordingContextEngine

MAIN = "agent:ops:main"
KEY = ContextKey.parse("agent:ops:main:epoch:1")
HI = Message.of("user", "Hi.")


def call_of(params, method) -> ContextCall:
    return ContextCall(
        call_id=7,
        engine="mine",
        method=method,
        context_key=KEY,
        is_heartbeat=False,
        params=params,
        routing=ContextRouting(agent_id="ops", session_key=MAIN),
        deadline_ms=0,
    )


def assemble(messages=(HI,), budget=1_000) -> ContextCall:
    params = ContextAssemble(
        messages=list(messages), prompt="Hi.", token_budget=budget, model="", tools=[]
    )
    return call_of(params, "assemble")


class Minimal:
    def assemble(self, key, params, call):
        return ContextAssembled(messages=params.messages)


# ---- serve


def test_serve_answers_what_the_engine_says():
    assert serve(Minimal(), assemble()) == ContextAnswered(
        call_id=7, answer=ContextAssembled(messages=[HI])
    )


def test_serve_stands_in_for_methods_that_are_optional():
    answers = {
        "bootstrap": (ContextBootstrap(messages=[]), ContextBootstrapped),
        "compact": (
            ContextCompact(
                token_budget=1, current_tokens=2, target_tokens=1, force=True, instructions=""
            ),
            ContextCompacted,
        ),
        "maintain": (ContextMaintain(reason="turn"), ContextMaintained),
        "dispose": (ContextDispose(reason="reset"), ContextDone),
    }
    for method, (params, answer) in answers.items():
        said = serve(Minimal(), call_of(params, method))
        assert isinstance(said, ContextAnswered)
        assert isinstance(said.answer, answer)
    compacted = serve(Minimal(), call_of(answers["compact"][0], "compact"))
    assert not compacted.answer.ok


def test_serve_asks_for_the_method_that_takes_turns():
    said = serve(
        Minimal(), call_of(ContextCommitTurn(advancement_key="r", messages=[HI]), "commit_turn")
    )
    assert isinstance(said, ContextFailed)
    assert "context.turn" in said.error


class Unprintable(Exception):
    def __str__(self):
        raise KeyError


class Wrong:
    def __init__(self, does):
        self._does = does

    def assemble(self, key, params, call):
        if isinstance(self._does, Exception):
            raise self._does
        return self._does


async def later():
    return ContextAssembled(messages=[])


@pytest.mark.parametrize(
    ("does", "error"),
    [
        (RuntimeError("boom"), "RuntimeError: boom"),
        (RuntimeError(), "RuntimeError"),
        (RuntimeError("\ud800"), "RuntimeError: ?"),
        (RuntimeError("x" * 9_999), "RuntimeError: " + "x" * 986),
        (Unprintable(), "Unprintable: (its text cannot be shown)"),
        ("text", "assemble answered with a str"),
        ([HI], "assemble answered with a list"),
        (later(), "assemble answered with a coroutine"),
    ],
)
def test_serve_turns_what_goes_wrong_into_a_command(does, error):
    assert serve(Wrong(does), assemble()) == ContextFailed(call_id=7, error=error)


def test_serve_without_an_engine_fails():
    assert "'mine'" in serve(None, assemble()).error


def test_records_come_back_from_json_and_pickle():
    import pickle

    call = assemble()
    assert call.to_dict()["params"]["type"] == "ContextAssemble"
    assert pickle.loads(pickle.dumps(call)) == call
    said = ContextAnswered(call_id=7, answer=ContextAssembled(messages=[HI]))
    assert vagus.command_from_json(said.to_json()) == said
    with pytest.raises(vagus.InvalidInput) as caught:
        ContextAnswered(call_id=7, answer="text")
    assert caught.value.field == "answer"


# ---- the built-in engine behind the contract


def told(engine, params, method):
    said = serve(engine, call_of(params, method))
    assert isinstance(said, ContextAnswered), said
    return said.answer


def test_the_builtin_engine_keeps_one_memory_per_key():
    engine = BuiltinContextEngine()
    assert told(engine, ContextBootstrap(messages=[HI]), "bootstrap") == ContextBootstrapped(
        bootstrapped=True, imported_messages=1
    )
    turn = ContextCommitTurn(advancement_key="r1", messages=[HI, Message.of("assistant", "Ho.")])
    assert told(engine, turn, "commit_turn") == ContextCommitted(status="committed")
    assert told(engine, turn, "commit_turn") == ContextCommitted(status="duplicate")
    assert told(engine, ContextIngest(messages=[HI]), "ingest") == ContextIngested(ingested=1)
    assert len(engine.messages(KEY)) == 4
    other = ContextKey.parse("agent:ops:main:heartbeat-run:r9")
    assert engine.messages(other) == []
    assert engine.keys == [str(KEY)]
    told(engine, ContextDispose(reason="reset"), "dispose")
    assert engine.keys == []


def test_the_builtin_engine_holds_the_budget():
    engine = BuiltinContextEngine()
    long = [Message.of("user", "x" * 400), Message.of("assistant", "y" * 400)] * 20
    told(engine, ContextBootstrap(messages=long), "bootstrap")
    made = told(engine, assemble([*long, HI], budget=500).params, "assemble")
    assert made.messages[-1] == HI
    assert 1 < len(made.messages) < len(long)
    assert sum(map(vagus.estimate_tokens, made.messages)) <= 500


SERVED = {"context": {"engine": "mine", "owns_compaction": True}}
SMALL = {
    "models": {"small": {"window": 2_000, "reserve": 400}},
    "agents": {
        "defaults": {"model": "small"},
        "list": [
            {"id": "ops", "heartbeat": {"every": "0m"}},
            {"id": "iso", "heartbeat": {"every": "0m", "isolated_session": True}},
        ],
    },
}

WORDS = st.integers(0, 900).map(lambda count: "word " * count + ".")
STEP = st.one_of(
    st.tuples(st.just("inbound"), st.sampled_from([MAIN, "agent:iso:main"]), WORDS, WORDS),
    st.tuples(st.just("fail"), st.just(MAIN), WORDS, WORDS),
    st.tuples(st.just("wake"), st.sampled_from([MAIN, "agent:iso:main"]), st.just(""), WORDS),
    st.tuples(st.just("reset"), st.just(MAIN), st.just(""), st.just("")),
    st.tuples(st.just("import"), st.just(MAIN), WORDS, WORDS),
)


def live(harness: Harness, steps) -> list[tuple[str, list[Message]]]:
    for action, session, text, reply in steps:
        harness.model([RuntimeError("down") if action == "fail" else reply])
        if action in ("inbound", "fail"):
            harness.inbound(text, session_key=session)
        elif action == "wake":
            harness.wake(session, kind="manual")
        elif action == "reset":
            harness.reset(session)
        else:
            harness.import_transcript(
                session, [Message.of("user", text), Message.of("assistant", reply)]
            )
        harness.run_until_idle()
    return [(run.outcome, list(run.messages)) for run in harness.runs]


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=14))
def test_the_builtin_engine_makes_the_prompts_of_no_engine(steps):
    engine = BuiltinContextEngine()
    served = Harness({**SMALL, **SERVED}, context_engines={"mine": engine})
    prompts = live(served, steps)
    assert prompts == live(Harness(SMALL), steps)
    assert not any(isinstance(each, vagus.ContextFallback) for each in served.effects)
    assert all(call.error is None for call in served.context_calls)
    assert not any("heartbeat-run" in key for key in engine.keys)
    assert served.check_invariants() == []


# ---- the harness


def served(engine, **more) -> Harness:
    harness = Harness({**SMALL, **SERVED}, context_engines={"mine": engine}, **more)
    harness.model(["Ho."])
    return harness


def test_the_harness_records_every_call():
    harness = served(RecordingContextEngine())
    (run,) = harness.inbound("Hi.", session_key=MAIN)
    methods = [call.method for call in harness.context_calls]
    assert methods == ["bootstrap", "assemble", "commit_turn", "maintain"]
    for call in harness.context_calls:
        assert (call.engine, call.context_key, call.run_id) == ("mine", run.context_key, run.run_id)
        assert (call.session_key, call.is_heartbeat) == (run.session_key, False)
        assert call.error is None
        assert call.at == harness.now
    commit = harness.context_calls[2]
    assert [each.text for each in commit.params.messages] == ["Hi.", "Ho."]
    assert commit.answer == ContextCommitted(status="committed")
    assert harness.context_calls[1].to_dict()["params"]["prompt"] == "Hi."


@pytest.mark.parametrize(
    "wrong",
    [
        Misbehaviour(raises="assemble"),
        Misbehaviour(raises="bootstrap"),
        Misbehaviour(raises="commit_turn"),
        Misbehaviour(drops_user_turn=True),
        Misbehaviour(adds=90_000, compacts=False),
    ],
)
def test_an_engine_that_misbehaves_is_quarantined_and_nobody_waits(wrong):
    harness = served(RecordingContextEngine(wrong))
    (run,) = harness.inbound("Hi.", session_key=MAIN)
    assert (run.outcome, run.text) == ("replied", "Ho.")
    (report,) = [e for e in harness.effects if isinstance(e, vagus.ContextEngineQuarantined)]
    assert (report.engine, report.context_key) == ("mine", run.context_key)
    seen = len(harness.context_calls)
    (next_run,) = harness.inbound("And?", session_key=MAIN)
    assert [each.text for each in next_run.messages] == ["Hi.", "Ho.", "And?"]
    assert len(harness.context_calls) == seen
    assert harness.check_invariants() == []
    harness.register_context_engine("mine")
    harness.inbound("Again?", session_key=MAIN)
    assert harness.context_calls[seen].method == "bootstrap"


def test_an_engine_that_never_answers_costs_its_deadline():
    harness = served(RecordingContextEngine(Misbehaviour(silent="assemble")))
    assert harness.inbound("Hi.", session_key=MAIN) == []
    (run,) = harness.advance(seconds=30)
    assert run.outcome == "replied"
    assert harness.snapshot()["quarantined"] == {}


def test_an_engine_that_nobody_serves_is_quarantined():
    harness = Harness({**SMALL, **SERVED})
    harness.model(["Ho."])
    (run,) = harness.inbound("Hi.", session_key=MAIN)
    assert run.outcome == "replied"
    assert "'mine'" in harness.snapshot()["quarantined"]["mine"]


def test_subagents_are_told():
    harness = served(RecordingContextEngine())
    harness.prepare_subagent(MAIN, "agent:ops:subagent:x", ttl_ms=5)
    harness.subagent_ended("agent:ops:subagent:x", reason="swept")
    bootstrap, prepare, ended = harness.context_calls
    assert (bootstrap.method, prepare.params.ttl_ms) == ("bootstrap", 5)
    assert ended.context_key == prepare.params.child_context_key
    assert ended.params.reason == "swept"


@pytest.mark.parametrize("engines", [5, {"mine": object()}, {5: Minimal()}, [Minimal()]])
def test_the_harness_refuses_what_is_no_engine(engines):
    with pytest.raises(vagus.InvalidInput) as caught:
        Harness(SMALL, context_engines=engines)
    assert caught.value.field.startswith("context_engines")


# ---- capabilities fail closed


@pytest.mark.parametrize(
    ("context", "field", "word"),
    [
        ({"requires": ["runtime-llm-complete"]}, "context.requires[0]", "runtime-llm-complete"),
        (
            {"requires": ["compact", "thread-bootstrap-projection"]},
            "context.requires[1]",
            "thread-bootstrap-projection",
        ),
        ({"provides": ["compact"]}, "context.provides[0]", "compact"),
        (
            {"provides": ["thread-bootstrap-projection"]},
            "context.provides[0]",
            "thread-bootstrap-projection",
        ),
        ({"requires": ["telepathy"]}, "context.requires[0]", "telepathy"),
        ({"engine": " "}, "context.engine", " "),
        ({"timeout": "0s"}, "context.timeout", "0m"),
        ({"turn": "later"}, "context.turn", "later"),
        ({"motor": "x"}, "context.motor", "motor"),
    ],
)
def test_what_cannot_be_provided_is_refused_at_load(context, field, word):
    for config, path in (
        ({"context": {"engine": "mine", **context}}, field),
        (
            {"agents": {"list": [{"id": "ops", "context": {"engine": "mine", **context}}]}},
            f"agents.list[0].{field}",
        ),
    ):
        with pytest.raises(vagus.InvalidConfig) as caught:
            vagus.Engine(config)
        assert caught.value.field == path
        assert word in str(caught.value)


def test_what_the_host_provides_may_be_required():
    names = ["runtime-llm-complete"]
    vagus.Engine({"context": {"engine": "mine", "requires": names, "provides": names}})
    with pytest.raises(vagus.InvalidConfig) as caught:
        vagus.Engine({"profile": "reference", "context": {"engine": "mine"}})
    assert caught.value.field == "context.engine"
