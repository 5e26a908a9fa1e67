"""The scenarios that come with vagus: they pass, and they can fail."""

import json
import re
from importlib import resources

import jsonschema
import pytest

from vagus import Scenario
from vagus.scenario import shipped

NAMES = [
    "agent-dies-silently",
    "approval-in-discord",
    "callback-to-thread",
    "final-without-key",
    "ghosted-thread",
    "incident-84218",
    "isolated-ticks",
    "one-memory-per-tick",
    "overflow-recovered",
    "rooms-apart",
    "second-completion",
    "stuck-agent",
    "wake-storm",
]
SCHEMA = json.loads((resources.files("vagus") / "scenario" / "schema.json").read_text())


@pytest.fixture(scope="module")
def results():
    return {name: Scenario.load(name).run() for name in NAMES}


def test_all_of_them_are_listed():
    assert list(shipped()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_they_pass(name, results):
    failures = [str(each) for variant in results[name].variants for each in variant.failures]
    assert failures == []
    assert results[name].passed


@pytest.mark.parametrize("name", NAMES)
def test_they_satisfy_the_schema(name):
    jsonschema.validate(Scenario.load(name).to_dict(), SCHEMA)


def test_isolated_ticks(results):
    (variant,) = results["isolated-ticks"].variants
    assert {str(run.session_key) for run in variant.runs} == {"agent:main:main:heartbeat"}
    uuid = r"agent:main:main:heartbeat-run:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"
    assert all(re.fullmatch(uuid, str(run.context_key)) for run in variant.runs)
    assert len({str(run.context_key) for run in variant.runs}) == len(variant.runs) == 3
    assert [run.text for run in variant.runs] == ["Disk 91% full."] + ["Disk 92% full."] * 2


def test_the_incident(results):
    reference, vagus = results["incident-84218"].variants
    assert (reference.name, vagus.name) == ("reference", "vagus")
    assert reference.totals["prechecks_failed"] == 288
    assert reference.totals["restarts"] == 72
    ledger = reference.runs[0].ledger
    assert (ledger.raw, ledger.estimated) == (103_624, 124_349)
    assert (ledger.budget, ledger.overflow) == (111_616, 12_733)
    assert vagus.totals["prechecks_failed"] == 0
    assert vagus.totals["outcomes"]["acknowledged"] == 72
    assert vagus.totals["tokens"]["min"] == vagus.totals["tokens"]["max"] == 13_154


def rungs_of(variant):
    return {step.rung for run in variant.runs for step in run.ledger.steps}


def test_the_overflow(results):
    with_summaries, without = results["overflow-recovered"].variants
    assert "summarise" in rungs_of(with_summaries)
    assert rungs_of(without) == {"drop-turns"}


@pytest.mark.parametrize("summariser", ["fails", "useless", "silent"])
def test_the_overflow_with_a_bad_summariser(summariser):
    text = shipped()["overflow-recovered"].read_text()
    result = Scenario.parse(text.replace("summariser: outline", f"summariser: {summariser}")).run()
    assert [str(each) for variant in result.variants for each in variant.failures] == []
    assert all("summarise" not in rungs_of(variant) for variant in result.variants)


def test_the_ghosted_thread(results):
    shared, isolated = results["ghosted-thread"].variants
    thread = "agent:main:discord:channel:1234567890:thread:456"
    assert str(shared.runs[-1].session_key) == thread
    assert str(isolated.runs[-1].session_key) == f"{thread}:heartbeat"
    for variant in (shared, isolated):
        assert [each.route.thread for each in variant.delivered] == ["456", None, "456"]


def test_the_wake_storm(results):
    (variant,) = results["wake-storm"].variants
    assert len({str(run.session_key) for run in variant.runs}) == len(variant.runs) == 40
    assert sum(run.requests for run in variant.runs) == 10_000
    assert len({run.started_at for run in variant.runs}) == 1


# ---- each of them fails when what it tells is not so ----------------------------------------

ROUTE = "      route: {channel: discord, to: '1234567890', thread: '456'}\n"
OTHER_ROOM = "      route: {channel: discord, to: '999'}\n"
EVENT = "  - event:\n      session_key: agent:main:discord:channel:1234567890:thread:456"
SLOW = "latency: 500ms"

BREAKS = [
    ("agent-dies-silently", "requester: tab,", "requester: desk,", "steps[7].expect[0].run"),
    ("final-without-key", "ends: 2", "ends: 0", "steps[3].expect[0].run"),
    ("overflow-recovered", "at_most: 3000", "at_most: 2000", "totals.tokens.max.at_most"),
    (
        "isolated-ticks",
        "isolated_session: true",
        "isolated_session: false",
        "steps[0].expect[2].run.prompt.excludes",
    ),
    (
        "isolated-ticks",
        "isolated_session: true",
        "isolated_session: true, replay: {max_messages: 9, max_tokens: 999}",
        "steps[0].expect[3].run.prompt.excludes",
    ),
    ("incident-84218", "prechecks: 4", "prechecks: 3", "variants[0].expect[0].runs.all.prechecks"),
    ("incident-84218", "advance: 6h", "advance: 5h", "variants[0].expect[0].runs.count"),
    ("incident-84218", "config: {profile: reference}", "config: {}", "variants[0].expect[0]"),
    (
        "incident-84218",
        "isolated_session: true",
        "isolated_session: false\n          session: agent:trent:main:heartbeat",
        "variants[1].expect[0].runs.all.prompt.excludes",
    ),
    ("ghosted-thread", "      wake: exec\n", "", "steps[5].expect[0].runs.count"),
    ("ghosted-thread", ROUTE, "", "steps[5].expect[2].delivered"),
    ("ghosted-thread", ROUTE, OTHER_ROOM, "steps[5].expect[2].delivered[0].route.to"),
    ("ghosted-thread", EVENT, EVENT.replace("1234567890:thread:456", "999"), "steps[5]"),
    ("ghosted-thread", "isolated_session: true", "isolated_session: false", "variants[1].expect"),
    (
        "one-memory-per-tick",
        "isolated_session: true",
        "isolated_session: false",
        "steps[0].expect[1].context_calls.all.context_key",
    ),
    ("one-memory-per-tick", "adds: 200000", "adds: 2", "steps[0].expect[1].context_calls.methods"),
    (
        "one-memory-per-tick",
        "adds: 200000",
        "raises: assemble",
        "steps[0].expect[1].context_calls.all.error",
    ),
    (
        "one-memory-per-tick",
        "adds: 200000",
        "adds: 200000, compacts: false",
        "steps[0].expect[1].context_calls.methods",
    ),
    (
        "callback-to-thread",
        "channel:c123:thread:456\n      text",
        "channel:c123\n      text",
        "steps[5].expect[0].run.session_key",
    ),
    ("callback-to-thread", "      reply_in_session: true\n", "", "steps[5].expect[1].delivered"),
    ("approval-in-discord", "phase: approval-needed", "phase: denied", "steps[3].expect[0].run"),
    ("approval-in-discord", ", sessionKey: 'discord:channel:99'", "", "steps[6].expect[1]"),
    ("approval-in-discord", "event: exec.denied", "event: exec.started", "steps[8].expect[0].run"),
    ("rooms-apart", "to: blue}\n  - adv", "to: red}\n  - adv", "steps[3].expect[1].run.prompt"),
    ("second-completion", "advance: 20s", "advance: 25s", "steps[3].expect[0].runs.count"),
    ("second-completion", "wake: exec", "wake: manual", "steps[3].expect[0].runs.count"),
    ("stuck-agent", "after: 4m", "after: 6m", "expect[2].runs.all.outcome"),
    ("wake-storm", "sessions: 40", "sessions: 41", "steps[2].expect[0].runs.count"),
    ("wake-storm", "reason: build\n", "reason: deploy\n", "steps[2].expect[0].runs.all.causes"),
    ("wake-storm", SLOW, "latency: 501ms", "steps[2].expect[0].runs.all.ended_at"),
    (
        "wake-storm",
        "      kind: hook",
        "      coalesce: 50ms\n      kind: hook",
        "steps[2].expect[0].runs.all.started_at",
    ),
]


def test_each_of_them_has_a_way_to_fail():
    assert {name for name, *_ in BREAKS} == set(NAMES)


@pytest.mark.parametrize(("name", "old", "new", "path"), BREAKS)
def test_they_can_fail(name, old, new, path):
    text = shipped()[name].read_text()
    assert old in text
    result = Scenario.parse(text.replace(old, new)).run()
    failed = [failure.path for variant in result.variants for failure in variant.failures]
    assert [each for each in failed if path in each] != []


def test_a_session_that_waits_for_another_fails_the_wake_storm():
    text = shipped()["wake-storm"].read_text()
    late = text.replace("  - advance: 1m\n", LATE_WAKE + "  - advance: 1m\n").replace(
        "40\n", "41\n"
    )
    result = Scenario.parse(late).run()
    failed = [failure.path for variant in result.variants for failure in variant.failures]
    assert "steps[3].expect[0].runs.all.started_at" in failed


LATE_WAKE = """  - wake:
      session_key: agent:main:slack:channel:late
      kind: hook
      reason: webhook
      coalesce: 300ms
"""
