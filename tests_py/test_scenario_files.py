"""Scenario files: how they are found, read and refused."""

import re

import pytest

from vagus import Scenario, ScenarioError
from vagus.scenario import shipped
from vagus.scenario.document import MAX_BYTES

HEAD = """
name: a story
start: 2026-05-17T22:00:00Z
config: {agents: {list: [{id: main, heartbeat: {every: 5m, isolated_session: true}}]}}
"""
TICKS = HEAD + "steps:\n  - advance: 10m\n    expect:\n"


def test_loading_by_path_and_by_name(tmp_path):
    file = tmp_path / "mine.vagus.yaml"
    file.write_text(TICKS + "      - run: {}\n")
    assert Scenario.load(file).name == Scenario.load(str(file)).name == "a story"
    assert Scenario.load("isolated-ticks").name
    assert all(path.name.endswith(".vagus.yaml") for path in shipped().values())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("isolated-tick", "did you mean 'isolated-ticks'"),
        ("zzz", "known: agent-dies-silently, approval-in-discord"),
        ("", "no such file"),
        ("x" * 5000, "cannot be read"),
        ("a\0b", "no such file"),
    ],
)
def test_unknown_names(name, message):
    with pytest.raises(ScenarioError, match=re.escape(message)):
        Scenario.load(name)


def test_a_file_that_is_not_text(tmp_path):
    file = tmp_path / "binary.vagus.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="cannot be read"):
        Scenario.load(file)


def test_a_file_that_is_too_large(tmp_path):
    file = tmp_path / "large.vagus.yaml"
    file.write_text("#" * (MAX_BYTES + 10))
    with pytest.raises(ScenarioError, match="larger than"):
        Scenario.load(file)


@pytest.mark.parametrize(
    "message",
    [
        "{role: user, fill: x, chars: 4000000, count: 20}",
        "{role: user, text: '', count: 1000000}, {role: user, text: '"
        + "x" * 100
        + "', count: 1000000}",
    ],
)
def test_generators_make_a_bounded_amount_of_text(message):
    text = HEAD + "steps: [{advance: 1m}]\n"
    text += f"transcript: [{{session_key: 'agent:main:main', messages: [{message}]}}]"
    with pytest.raises(ScenarioError, match="generates more than"):
        Scenario.parse(text)


def test_errors_name_file_line_path_and_value(tmp_path):
    file = tmp_path / "mine.vagus.yaml"
    file.write_text("name: x\nstart: 2026-01-01T00:00:00Z\nconfig: {}\nsteps:\n  - advance: 10\n")
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(file)
    assert str(caught.value).startswith(f"{file}:5: steps[0].advance: must be a span")
    assert caught.value.path == "steps[0].advance"
    assert caught.value.value == "10"


def without(line: str) -> str:
    return "\n".join(x for x in (HEAD + "steps: [{advance: 1m}]").splitlines() if line not in x)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        (without("name:"), "name", "is required"),
        (without("start:"), "start", "is required"),
        (without("steps:"), "steps", "is required"),
        (HEAD + "steps: []", "steps", "must not be empty"),
        (HEAD + "steps: {advance: 1m}", "steps", "must be a list"),
        (HEAD + "step: []", "step", "did you mean 'steps'"),
        (HEAD + "steps: [{advanc: 1m}]", "steps[0].advanc", "did you mean 'advance'"),
        (HEAD + "steps: [{}]", "steps[0]", "exactly one of"),
        (HEAD + "steps: [{advance: 1m, wake: {}}]", "steps[0]", "exactly one of"),
        (HEAD + "steps: [{advance: soon}]", "steps[0].advance", "with units"),
        (HEAD + "steps: [{advance: 1m, repeat: {count: 2}}]", "steps[0].repeat", "goes with"),
        (
            HEAD + "steps: [{wake: {agent: main}, repeat: {count: 0}}]",
            "steps[0].repeat.count",
            "from 1",
        ),
        (
            HEAD + "steps: [{wake: {agent: main}, repeat: {count: 1.5}}]",
            "steps[0].repeat.count",
            "whole",
        ),
        (
            HEAD + "steps: [{wake: {agent: main}, repeat: {}}]",
            "steps[0].repeat.count",
            "is required",
        ),
        (HEAD + "steps: [{inbound: {}}]", "steps[0].inbound.text", "is required"),
        (HEAD + "steps: [{inbound: {text: 5}}]", "steps[0].inbound.text", "put it in quotes"),
        (
            HEAD + "steps: [{inbound: {text: x, peer: {kind: dm, id: a}}}]",
            "steps[0].inbound.peer.kind",
            "one of direct, group, channel",
        ),
        (HEAD + "steps: [{event: {text: x}}]", "steps[0].event.session_key", "is required"),
        (
            HEAD + "steps: [{event: {text: x, session_key: 'agent:main:y', route: {to: z}}}]",
            "steps[0].event.route.channel",
            "is required",
        ),
        (
            HEAD + "steps: [{event: {text: x, session_key: 'agent:main:y', trusted: 1}}]",
            "steps[0].event.trusted",
            "true or false",
        ),
        (TICKS + "      - runn: {}", "steps[0].expect[0].runn", "did you mean 'run'"),
        (TICKS + "      - {}", "steps[0].expect[0]", "must be one of run, runs"),
        (TICKS + "      - run: 3", "steps[0].expect[0].run", "must be an object"),
        (TICKS + "      - run: {reasn: x}", "steps[0].expect[0].run.reasn", "'reason'"),
        (
            TICKS + "      - run: {ledger: {estimate: 1}}",
            "steps[0].expect[0].run.ledger.estimate",
            "'estimated'",
        ),
        (
            TICKS + "      - run: {reason: {matchs: x}}",
            "steps[0].expect[0].run.reason.matchs",
            "'matches'",
        ),
        (
            TICKS + "      - run: {reason: {matches: x, kind: y}}",
            "steps[0].expect[0].run.reason.kind",
            "unknown field",
        ),
        (
            TICKS + "      - run: {reason: {matches: '('}}",
            "steps[0].expect[0].run.reason.matches",
            "regular expression",
        ),
        (
            TICKS + "      - run: {requests: {at_least: x}}",
            "steps[0].expect[0].run.requests.at_least",
            "must be a number",
        ),
        (
            TICKS + "      - run: {reason: {one_of: x}}",
            "steps[0].expect[0].run.reason.one_of",
            "must be a list",
        ),
        (
            TICKS + "      - run: {reason: {same_as: 'run 0'}}",
            "steps[0].expect[0].run.reason.same_as",
            "runs[0]",
        ),
        (
            TICKS + "      - totals: {runs: {same_as: 'runs[0]'}}",
            "steps[0].expect[0].totals.runs.same_as",
            "inside run or runs, and not in a list",
        ),
        (TICKS + "      - runs: {}", "steps[0].expect[0].runs", "count or all"),
        (TICKS + "      - session: {runs: 1}", "steps[0].expect[0].session.key", "required"),
        (TICKS + "      - session: {key: x}", "steps[0].expect[0].session", "runs or delivered"),
        (TICKS + "      - delivered: some", "steps[0].expect[0].delivered", "or a list"),
        (TICKS + "      - totals: {run: 1}", "steps[0].expect[0].totals.run", "'runs'"),
        (HEAD + "steps: [{advance: 1m}]\nmodel: []", "model", "must not be empty"),
        (HEAD + "steps: [{advance: 1m}]\nmodel: [{}]", "model[0]", "either reply or fail"),
        (
            HEAD + "steps: [{advance: 1m}]\nmodel: [{fail: x, after: 1s}]",
            "model[0].after",
            "not with fail",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\nmodel: [{reply: x, when: {kind: user}}]",
            "model[0]",
            "leave out its 'when'",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\nmodel: [{reply: x, when: {outcome: y}}, {reply: z}]",
            "model[0].when.outcome",
            "unknown field",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\ninvariants: [no_lost_wakes]",
            "invariants[0]",
            "did you mean 'no_lost_wake'?",
        ),
        (HEAD + "steps: [{advance: 1m}]\nvariants: [{}]", "variants[0].name", "is required"),
        (
            HEAD + "steps: [{advance: 1m}]\nvariants: [{name: a}, {name: a}]",
            "variants[1].name",
            "another variant",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\nworkspace: {main: {AGENTS.md: {fill: '', chars: 3}}}",
            "workspace.main.AGENTS.md.fill",
            "not empty",
        ),
        (
            HEAD
            + "steps: [{advance: 1m}]\nworkspace: {main: {AGENTS.md: {fill: x, chars: 9999999}}}",
            "workspace.main.AGENTS.md.chars",
            "from 1 to",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\nworkspace: {main: {AGENTS.md: {fil: x}}}",
            "workspace.main.AGENTS.md.fil",
            "'fill'",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\n"
            "transcript: [{session_key: 'agent:main:x', messages: [{role: system, text: y}]}]",
            "transcript[0].messages[0].role",
            "one of user, assistant, tool",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\n"
            "transcript: [{session_key: 'agent:main:x', messages: [{role: user}]}]",
            "transcript[0].messages[0]",
            "needs text",
        ),
    ],
)
def test_refusals(text, path, message):
    with pytest.raises(ScenarioError, match=re.escape(message)) as caught:
        Scenario.parse(text)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("expectation", "path", "message"),
    [
        ("run: {prompt: {}}", "run.prompt", "must not be empty, got {}"),
        ("runs: {count: {}}", "runs.count", "must not be empty, got {}"),
        ("run: null", "run", "must be an object of run_id, kind, .*, got null"),
        ("run: {equals: {}}", "run.equals", "name the field first, one of run_id, kind, "),
        ("run: {same_as: 'runs[0]'}", "run.same_as", "name the field first, one of run_id, kind"),
        ("run: {ledger: {contains: x}}", "run.ledger.contains", "one of window, reserve"),
        ("run: {ledger: 5}", "run.ledger", "must be an object of window, reserve, .*, got 5"),
        ("run: {causes: exec}", "run.causes", "must be a list, got 'exec'"),
        (
            "run: {outcome: replid}",
            "run.outcome",
            "one of replied, .*did you mean 'replied'.*'replid'",
        ),
        ("run: {outcome: null}", "run.outcome", "must be one of replied, .*, got null"),
        (
            "run: {outcome: {one_of: [Failed]}}",
            "run.outcome.one_of[0]",
            "did you mean 'failed'\\?\\), got 'Failed'",
        ),
        (
            "run: {messages: {contains: {parts: {contains: {kind: tool-call}}}}}",
            "run.messages.contains.parts.contains.kind",
            "did you mean 'tool_call'",
        ),
        ("run: {kind: {matches: x}}", "run.kind.matches", "allowed: equals, one_of, same_as"),
        ("run: {requests: '5'}", "run.requests", "must be a whole number, got '5'"),
        ("run: {delivered: 1}", "run.delivered", "must be true or false, got 1"),
        ("run: {started_at: noon}", "run.started_at", "must be an instant with a time zone"),
        ("run: {prompt: {contains: []}}", "run.prompt.contains", r"must not be empty, got \[\]"),
        ("run: {prompt: {excludes: ''}}", "run.prompt.excludes", "must not be empty"),
        ("run: {prompt: {contains: 212}}", "run.prompt.contains", "put it in quotes"),
        ("run: {session_key: main}", "run.session_key", "must look like agent:<agent id>:<rest>"),
        ("session: {key: main, runs: 1}", "session.key", "such as agent:main:main, got 'main'"),
        ("totals: {tokens: 5}", "totals.tokens", "must be an object of first, last, min, max"),
        ("delivered: [1]", "delivered[0]", "must be an object of run_id, session_key, route"),
    ],
)
def test_what_can_never_or_always_match_is_refused(expectation, path, message):
    with pytest.raises(ScenarioError, match=message) as caught:
        Scenario.parse(TICKS + f"      - {expectation}\n")
    assert caught.value.path == f"steps[0].expect[0].{path}"
    assert str(caught.value).startswith("scenario:8: ")


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        (
            "workspace: {main: {heartbeat.md: x}}",
            "workspace.main.heartbeat.md",
            r"one of AGENTS.md, .*did you mean 'HEARTBEAT.md'\?\), got 'heartbeat.md'",
        ),
        ("latency: 3", "latency", r"must be a span with units \(d, h, m, s, ms\), .* got 3"),
        ("latency: '3'", "latency", "must be a span with units .* got '3'"),
        ("model: [{reply: x, when: null}]", "model[0].when", "must be an object of .*, got null"),
        (
            "transcript: [{session_key: 'agent:a:b', messages: [{role: tool, text: x, chars: 3}]}]",
            "transcript[0].messages[0].text",
            "instead of fill and chars",
        ),
        ("start: 2026-15-17T22:00:00Z", "start", "is not in the calendar"),
        ("start: 1970-01-01T00:00:00+02:00", "start", "is not in the calendar of the years 1970"),
        ("start: 9999-12-31T23:59:00Z", "start", "of the years 1970 to 9998"),
        ("start: 1960-01-01T00:00:00Z", "start", "of the years 1970 to 9998"),
        ("latency: 100000000d", "latency", r"must be at most 2,932,532 days.* got '100000000d'"),
        ("latency: " + "1ms" * 40, "latency", "in 64 characters or less"),
    ],
)
def test_what_would_be_dropped_or_misread_is_refused(change, path, message):
    name = change.partition(":")[0]
    head = "\n".join(line for line in HEAD.splitlines() if not line.startswith(name))
    with pytest.raises(ScenarioError, match=message) as caught:
        Scenario.parse(f"{head}\nsteps: [{{advance: 1m}}]\n{change}\n")
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ("[{advance: 2900000d}, {advance: 90000d}]", "steps[1].advance"),
        (
            "[{advance: 1d}, {wake: {agent: main}, repeat: {count: 2, over: 2920000d}}]",
            "steps[1].wake",
        ),
    ],
)
def test_a_story_ends_before_the_year_9999(steps, path):
    with pytest.raises(ScenarioError, match="ends beyond the year 9998") as caught:
        Scenario.parse(HEAD + f"steps: {steps}")
    assert caught.value.path == path


@pytest.mark.parametrize("start", ["2026-05-17T22:00:00", "soon", "5"])
def test_a_start_needs_a_time_zone(start):
    with pytest.raises(ScenarioError) as caught:
        Scenario.parse(HEAD.replace("2026-05-17T22:00:00Z", start) + "steps: [{advance: 1m}]")
    assert caught.value.path == "start"


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        (
            HEAD.replace("5m", "soon") + "steps: [{advance: 1m}]",
            "config.agents.list[0].heartbeat.every",
            "such as 5m",
        ),
        (
            HEAD.replace("isolated_session", "isolatedSession") + "steps: [{advance: 1m}]",
            "config.agents.list[0].heartbeat.isolatedSession",
            "isolated_session",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\nworkspace: {ghost: {}}",
            "workspace.ghost",
            "not configured",
        ),
        (
            HEAD + "steps: [{advance: 1m}]\n"
            "transcript: [{session_key: 'agent:ghost:main', messages: [{role: user, text: y}]}]",
            "transcript[0].session_key",
            "ghost",
        ),
        (
            HEAD + "steps: [{reset: {session_key: 'agent:ghost:main'}}]",
            "steps[0].reset.session_key",
            "ghost",
        ),
        (HEAD + "steps: [{inbound: {text: '  '}}]", "steps[0].inbound.text", "blank"),
        (
            HEAD + "steps: [{wake: {agent: main}}, {forget: {session_key: 'agent:main:main'}}]",
            "steps[1].forget.session_key",
            "idle",
        ),
    ],
)
def test_what_the_engine_refuses_is_told_with_its_place(text, path, message):
    scenario = Scenario.parse(text)
    with pytest.raises(ScenarioError, match=message) as caught:
        scenario.run()
    assert caught.value.path == path
    assert re.match(r"scenario:\d+: ", str(caught.value))


BROKEN_VARIANTS = """
steps: [{advance: 1m}]
variants:
  - name: fine
  - name: changed
    config:
      agents:
        defaults: {heartbeat: {every: CHANGED}}
        list:
          - id: LISTED
"""


@pytest.mark.parametrize(
    ("words", "path", "line"),
    [
        (
            {"CHANGED": "soon", "LISTED": "main"},
            "variants[1].config.agents.defaults.heartbeat.every",
            12,
        ),
        ({"CHANGED": "1m", "LISTED": "'no id!'"}, "variants[1].config.agents.list[0].id", 14),
    ],
)
def test_a_mistake_in_a_variant_names_it(words, path, line):
    text = HEAD + BROKEN_VARIANTS
    for word, value in words.items():
        text = text.replace(word, value)
    with pytest.raises(ScenarioError, match=r"\(in the variant 'changed'\)$") as caught:
        Scenario.parse(text).run()
    assert caught.value.path == path
    assert str(caught.value).startswith(f"scenario:{line}: {path}: ")


def test_a_mistake_that_all_variants_share_stays_where_it_is():
    text = HEAD.replace("5m", "soon") + "steps: [{advance: 1m}]\nvariants: [{name: a}]\n"
    with pytest.raises(ScenarioError, match="variant 'a'") as caught:
        Scenario.parse(text).run()
    assert caught.value.path == "config.agents.list[0].heartbeat.every"
    assert str(caught.value).startswith("scenario:4: ")


def test_a_refused_step_names_the_variant():
    text = (
        HEAD
        + """
steps: [{wake: {agent: main}}]
variants:
  - {name: fine}
  - {name: renamed, config: {agents: {list: [{id: other}]}}}
"""
    )
    with pytest.raises(ScenarioError, match=r"steps\[0\]\.wake\.agent: .*variant 'renamed'"):
        Scenario.parse(text).run()


def test_a_missing_value_has_the_line_of_what_it_is_missing_from():
    text = HEAD + "steps:\n  - advance: 1m\n  - event: {text: x}\n"
    with pytest.raises(ScenarioError, match=r"^scenario:7: steps\[1\]\.event\.session_key: is req"):
        Scenario.parse(text)


def test_the_place_of_a_mistake_is_told_once():
    with pytest.raises(ScenarioError) as caught:
        Scenario.parse(HEAD.replace("22:00:00Z", "22:00:00") + "steps: [{advance: 1m}]")
    assert str(caught.value).startswith("scenario:3: start: must be an instant with a time zone")
    assert str(caught.value).endswith("got '2026-05-17T22:00:00'")


def test_a_folder_is_no_scenario(tmp_path):
    with pytest.raises(ScenarioError, match="is a directory; name the scenario files in it"):
        Scenario.load(tmp_path)
