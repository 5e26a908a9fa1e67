"""Scenarios: what happens in them, and how expectations come true or fail."""

import json

import pytest

from vagus import Scenario, ScenarioResult
from vagus.scenario import Failure

HEAD = """
name: a story
start: 2026-05-17T22:00:00Z
config: {agents: {list: [{id: main, heartbeat: {every: 5m, isolated_session: true}}]}}
"""
TICKS = HEAD + "steps:\n  - advance: 10m\n    expect:\n"


def result_of(text: str) -> ScenarioResult:
    return Scenario.parse(text).run()


def failures_of(text: str) -> list[Failure]:
    return [failure for variant in result_of(text).variants for failure in variant.failures]


def expecting(expectation: str) -> list[Failure]:
    return failures_of(TICKS + f"      - {expectation}\n")


# ---- expectations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expectation",
    [
        "run: {}",
        "run: {session_key: 'agent:main:main:heartbeat'}",
        "run: {session_key: {equals: 'agent:main:main:heartbeat'}}",
        "run: {context_key: {matches: ':heartbeat-run:[0-9a-f-]+$'}}",
        "run: {prompt: {contains: HEARTBEAT_OK, excludes: [exec, 'two words']}}",
        "run: {prompt: {contains: [heartbeat, HEARTBEAT_OK]}}",
        "run: {context_key: {differs_from: 'runs[1]', same_as: 'runs[0]'}}",
        "run: {ledger: {estimated: {at_least: 1, at_most: 1000, same_as: 'runs[1]'}}}",
        "run: {ledger: {parts: [{name: prompt, messages: 1}]}}",
        "run: {outcome: {one_of: [replied, acknowledged]}}",
        "run: {causes: [{kind: interval, count: 1}]}",
        "run: {causes: {contains: {kind: interval}, excludes: {kind: exec}}}",
        "run: {error: null, model_called: true, prechecks: 0}",
        "run: {messages: [{role: user, text: {contains: heartbeat}, parts: [{kind: text}]}]}",
        "run: {messages: {contains: {text: {contains: heartbeat}}, excludes: {role: assistant}}}",
        "run: {messages: {contains: {parts: {contains: {kind: text, is_error: false}}}}}",
        "run: {ledger: {parts: {contains: {name: prompt}, same_as: 'runs[1]'}}}",
        "run: {started_at: {matches: '^2026-05-17T22'}}",
        "runs: {count: 2}",
        "runs: {count: {at_least: 2, at_most: 2}, all: {kind: heartbeat}}",
        "delivered: none",
        "delivered: []",
        "session: {key: 'agent:main:main', runs: 0, delivered: 0}",
        "session: {key: 'agent:main:main:heartbeat', runs: {at_least: 2}}",
        "totals: {runs: 2, restarts: 0, outcomes: {acknowledged: 2, failed: 0}}",
        "totals: {tokens: {first: {at_least: 1}, max: {at_most: 1000}}}",
    ],
)
def test_what_comes_true(expectation):
    assert expecting(expectation) == []


@pytest.mark.parametrize(
    ("expectation", "path", "subject"),
    [
        ("run: {reason: exec}", ".run.reason", "runs[0].reason"),
        ("run: {reason: {matches: '^exec$'}}", ".run.reason.matches", "runs[0].reason"),
        ("run: {prompt: {contains: unheard}}", ".run.prompt.contains", "runs[0].prompt"),
        ("run: {prompt: {excludes: heartbeat}}", ".run.prompt.excludes", "runs[0].prompt"),
        (
            "run: {context_key: {same_as: 'runs[1]'}}",
            ".run.context_key.same_as",
            "runs[0].context_key",
        ),
        ("run: {kind: {differs_from: 'runs[1]'}}", ".run.kind.differs_from", "runs[0].kind"),
        ("run: {kind: {differs_from: 'runs[7]'}}", ".run.kind.differs_from", "runs[0].kind"),
        ("run: {requests: {at_least: 2}}", ".run.requests.at_least", "runs[0].requests"),
        ("run: {requests: {at_most: 0}}", ".run.requests.at_most", "runs[0].requests"),
        ("run: {requests: {one_of: [0, 2]}}", ".run.requests.one_of", "runs[0].requests"),
        ("run: {requests: {at_least: 1, at_most: 0}}", ".run.requests.at_most", "runs[0].requests"),
        ("run: {error: {contains: x}}", ".run.error.contains", "runs[0].error"),
        ("run: {error: {excludes: x}}", ".run.error.excludes", "runs[0].error"),
        ("run: {outcome: {one_of: [failed]}}", ".run.outcome.one_of", "runs[0].outcome"),
        ("run: {ledger: {dropped: 1}}", ".run.ledger.dropped", "runs[0].ledger.dropped"),
        ("run: {ledger: {differs_from: 'runs[1]'}}", ".run.ledger.differs_from", "runs[0].ledger"),
        ("run: {causes: []}", ".run.causes", "runs[0].causes"),
        ("run: {causes: [{}, {}]}", ".run.causes", "runs[0].causes"),
        ("run: {causes: [{kind: exec}]}", ".run.causes[0].kind", "runs[0].causes[0].kind"),
        ("run: {causes: {contains: {kind: exec}}}", ".run.causes.contains", "runs[0].causes"),
        ("run: {causes: {excludes: {count: 1}}}", ".run.causes.excludes", "runs[0].causes"),
        ("run: {messages: {excludes: {role: user}}}", ".run.messages.excludes", "runs[0].messages"),
        (
            "run: {messages: {excludes: {text: {contains: heartbeat}}}}",
            ".run.messages.excludes",
            "runs[0].messages",
        ),
        ("runs: {count: 3}", ".runs.count", "number of runs"),
        ("runs: {all: {kind: user}}", ".runs.all.kind", "runs[0].kind"),
        ("delivered: [{text: hello}]", ".delivered", "delivered"),
        ("session: {key: 'agent:x:main', runs: 1}", ".session.runs", "session agent:x:main.runs"),
        ("totals: {runs: 3}", ".totals.runs", "totals.runs"),
        ("totals: {tokens: {max: 1}}", ".totals.tokens.max", "totals.tokens.max"),
    ],
)
def test_what_does_not_come_true(expectation, path, subject):
    (failure,) = expecting(expectation)
    assert failure.path == f"steps[0].expect[0]{path}"
    assert failure.subject == subject
    assert (failure.file, failure.line) == ("scenario", 8)


def test_keys_and_instants_are_compared_in_their_canonical_form():
    assert expecting("run: {session_key: 'Agent:Main:MAIN:heartbeat'}") == []
    assert expecting("run: {session_key: {one_of: ['AGENT:main:main:heartbeat']}}") == []
    assert expecting("session: {key: 'Agent:Main:MAIN:heartbeat', runs: 2}") == []
    (failure,) = expecting("run: {started_at: '2026-05-18T00:00:00+02:00'}")
    assert failure.message.startswith("expected '2026-05-17T22:00:00Z', got '2026-05-17T22:0")
    started = failure.actual.replace("Z", "+00:00")
    assert expecting(f"run: {{started_at: '{started}'}}") == []


def test_run_goes_through_the_runs_of_its_step():
    text = TICKS + "      - run: {}\n      - run: {}\n      - run: {kind: heartbeat}\n"
    (failure,) = failures_of(text)
    assert failure.subject == "run 3 here"
    assert failure.message == "expected one more run, only 2 ended here"
    assert failure.line == 10


def test_all_needs_at_least_one_run():
    text = HEAD + "steps: [{advance: 1ms, expect: [{runs: {all: {kind: heartbeat}}}, {run: {}}]}]"
    every, one = failures_of(text)
    assert every.message == "expected at least one run, none ended here"
    assert one.message == "expected one more run, none ended here"


def test_only_the_first_run_that_differs_is_told():
    assert len(expecting("runs: {all: {kind: user, reason: exec}}")) == 2


def test_a_part_that_is_missing_is_a_failure():
    text = HEAD.replace("every: 5m", "every: 5m, active_hours: {start: 00:00, end: 00:00}") + (
        "steps: [{advance: 5m, expect: [{run: {skip: quiet-hours, ledger: {raw: 1}}}]}]"
    )
    (failure,) = failures_of(text)
    assert (failure.subject, failure.actual) == ("runs[0].ledger", None)


def test_steps_look_at_their_own_span_and_the_end_at_everything():
    text = (
        HEAD
        + """
steps:
  - advance: 5m
    expect: [{runs: {count: 1}}]
  - advance: 5m
    expect: [{runs: {count: 1}}, {run: {context_key: {differs_from: 'runs[0]'}}}]
expect: [{runs: {count: 2}}]
variants: [{name: one, expect: [{runs: {count: 2}}]}]
"""
    )
    assert failures_of(text) == []
    assert [f.path for f in failures_of(text.replace("count: 2", "count: 1"))] == [
        "expect[0].runs.count",
        "variants[0].expect[0].runs.count",
    ]


def test_a_broken_promise_is_a_failure(monkeypatch):
    from vagus.testing import Violation
    from vagus.testing.harness import Harness

    violation = Violation(invariant="no_lost_wake", message="lost", at_ms=0)
    monkeypatch.setattr(Harness, "check_invariants", lambda self, names: [violation])
    (failure,) = failures_of(TICKS + "      - run: {}\n")
    assert (failure.path, failure.subject) == ("invariants", "no_lost_wake")
    assert str(failure) == f"scenario: invariants: no_lost_wake: broken: {violation}"


def test_invariants_are_chosen():
    assert len(Scenario.parse(TICKS + "      - run: {}\n").invariants) == 8
    chosen = TICKS + "      - run: {}\ninvariants: [pairs_intact]\n"
    assert Scenario.parse(chosen).invariants == ("pairs_intact",)


# ---- what happens ---------------------------------------------------------------------------


def test_every_kind_of_step():
    text = """
name: all steps
start: 2026-05-17T22:00:00Z
latency: 1s
config: {agents: {list: [{id: main}]}}
workspace: {main: {AGENTS.md: {fill: "be kind. ", chars: 20}}}
transcript:
  - session_key: agent:main:main
    messages:
      - {role: user, text: "earlier"}
      - {role: assistant, text: "let me look", tool_call: {id: t1, name: ls, arguments: {a: [1]}}}
      - {role: tool, tool_result: {id: t1, name: ls, text: nothing, error: true}}
      - {role: assistant, fill: ab, chars: 5, count: 2}
model:
  - reply: "a reply"
    after: 2s
    messages:
      - {role: assistant, tool_call: {id: t2, name: ls}}
      - {role: tool, tool_result: {id: t2, text: {fill: x, chars: 3}}}
  - fail: out of quota
  - reply: HEARTBEAT_OK
steps:
  - inbound: {text: hi, channel: slack, peer: {kind: direct, id: u1}, account: w}
  - advance: 2s
    expect:
      - run:
          prompt: {contains: [earlier, ababa, be kind. be kind. be, nothing]}
          message_count: 7
          text: a reply
      - delivered: [{route: {channel: slack, to: u1}, text: a reply}]
  - inbound: {text: again, session_key: 'agent:main:main'}
  - advance: 10s
    expect: [{run: {outcome: failed, error: out of quota, prompt: {contains: xxx}}}]
  - event:
      session_key: agent:main:main
      text: done
      tag: exec:1
      wake: exec
      trusted: true
      reason: job
      coalesce: 1s
      route: {channel: slack, to: c1, thread: '5', account: w}
  - reset: {session_key: 'agent:main:main'}
  - advance: 1m
    expect: [{run: {reason: job, prompt: {contains: done, excludes: earlier}}}]
  - wake: {agent: main, kind: manual, reason: test, coalesce: 0ms}
  - advance: 1m
    expect: [{run: {reason: test}}, {delivered: none}]
"""
    assert failures_of(text) == []


def test_a_forgotten_session_begins_anew():
    text = """
name: forgotten
start: 2026-05-17T22:00:00Z
config: {agents: {list: [{id: main}]}}
model: [{reply: noted}]
steps:
  - inbound: {text: remember the milk, session_key: 'agent:main:a'}
  - inbound: {text: "what was it?", session_key: 'agent:main:a'}
    expect: [{run: {prompt: {contains: milk}}}]
  - forget: {session_key: 'agent:main:a'}
    expect: [{runs: {count: 0}}]
  - inbound: {text: "what was it?", session_key: 'agent:main:a'}
    expect: [{run: {message_count: 1, prompt: {excludes: milk}}}]
  - forget: {session_key: 'agent:main:{index}'}
    repeat: {count: 3}
"""
    assert failures_of(text) == []


def test_answers_may_depend_on_the_call():
    text = (
        HEAD.replace(", heartbeat: {every: 5m, isolated_session: true}", "")
        + """
model:
  - {reply: for a, when: {session_key: {matches: ':a$'}}}
  - {fail: for b, when: {kind: user, prompt: {contains: b please}}}
  - {reply: for all}
steps:
  - inbound: {text: x, session_key: 'agent:main:a'}
    expect: [{run: {text: for a}}]
  - inbound: {text: b please, session_key: 'agent:main:b'}
    expect: [{run: {error: for b}}]
  - inbound: {text: x, session_key: 'agent:main:c'}
    expect: [{run: {text: for all}}]
  - inbound: {text: x, session_key: 'agent:main:a'}
    expect: [{run: {text: for a}}]
"""
    )
    assert failures_of(text) == []


def test_repetitions_are_spread_and_numbered():
    text = (
        HEAD.replace(", heartbeat: {every: 5m, isolated_session: true}", "")
        + """
steps:
  - inbound: {text: 'message {index}', session_key: 'agent:main:s{session}'}
    repeat: {count: 6, over: 6s, sessions: 3}
    expect:
      - runs: {count: 6}
      - run: {session_key: 'agent:main:s0', started_at: '2026-05-17T22:00:00Z'}
      - run: {session_key: 'agent:main:s1', started_at: '2026-05-17T22:00:01Z'}
      - run: {}
      - run: {session_key: 'agent:main:s0', prompt: {contains: message 3}}
"""
    )
    assert failures_of(text) == []


def test_variants_change_the_configuration():
    text = (
        TICKS.replace("a story", "variants")
        + """      - run: {}
variants:
  - name: isolated
    expect: [{runs: {all: {session_key: {matches: heartbeat$}}}}]
  - name: reference
    config: {profile: reference, limits: {ended_runs: 5}}
    expect: [{runs: {all: {context_key: 'agent:main:main:heartbeat'}}}]
"""
    )
    result = result_of(text)
    assert result.passed
    assert [variant.name for variant in result.variants] == ["isolated", "reference"]


def test_a_list_in_a_variant_replaces_the_list():
    text = (
        HEAD
        + """
steps: [{advance: 5m}]
variants: [{name: none, config: {agents: {list: [{id: main, heartbeat: {every: 0m}}]}}}]
expect: [{runs: {count: 0}}]
"""
    )
    assert failures_of(text) == []


def test_results_are_json_and_html():
    result = result_of(TICKS + "      - run: {reason: exec}\n")
    told = json.loads(json.dumps(result.to_dict()))
    assert told["passed"] is False
    assert told["variants"][0]["failures"][0]["expected"] == "exec"
    assert told["variants"][0]["totals"]["runs"] == 2
    assert len(told["variants"][0]["runs"]) == 2
    assert "<td>default</td><td>no</td><td>2</td>" in result._repr_html_()


def test_a_scenario_runs_the_same_way_every_time():
    scenario = Scenario.parse(TICKS + "      - run: {}\n")
    assert scenario.run().to_dict() == scenario.run().to_dict()


def test_what_a_scenario_and_its_result_print_is_short():
    scenario = Scenario.parse(TICKS + "      - runs: {count: 3}\n")
    result = scenario.run()
    assert repr(scenario) == "Scenario('a story', steps=1, variants=1)"
    assert repr(result) == "ScenarioResult('a story', variants=1, failures=1)"
    assert repr(result.variants[0]) == "VariantResult('default', runs=2, failures=1)"
    assert repr(result_of(TICKS + "      - runs: {count: 2}\n")).endswith("passed)")
