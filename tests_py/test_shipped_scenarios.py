"""The scenarios that come with vagus: they pass, and they can fail."""

import json
import re
from importlib import resources

import jsonschema
import pytest
import yaml

from vagus import Scenario
from vagus.scenario import shipped
from vagus.scenario.expect import EXPECTATIONS, OUTCOMES, totals_of
from vagus.scenario.matching import MATCHERS, shape_of
from vagus.testing import INVARIANTS, Delivery, ModelCall, Run

NAMES = ["ghosted-thread", "incident-84218", "isolated-ticks", "wake-storm"]
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
    first, second = variant.runs
    assert first.session_key == second.session_key == "agent:main:main:heartbeat"
    uuid = r"agent:main:main:heartbeat-run:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"
    assert all(re.fullmatch(uuid, str(run.context_key)) for run in variant.runs)
    assert first.context_key != second.context_key


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
    assert vagus.totals["tokens"]["min"] == vagus.totals["tokens"]["max"] < 20_000


def test_the_ghosted_thread(results):
    (variant,) = results["ghosted-thread"].variants
    assert {str(run.session_key) for run in variant.runs} == {
        "agent:main:discord:channel:1234567890:thread:456"
    }
    assert {each.route.thread for each in variant.delivered} == {"456"}


def test_the_wake_storm(results):
    (variant,) = results["wake-storm"].variants
    assert len({str(run.session_key) for run in variant.runs}) == len(variant.runs) == 40
    assert sum(run.requests for run in variant.runs) == 10_000


BREAKS = {
    "isolated-ticks": ("isolated_session: true", "isolated_session: false"),
    "incident-84218": ("prechecks: 4", "prechecks: 3"),
    "ghosted-thread": ("      wake: exec\n", ""),
    "wake-storm": ("sessions: 40", "sessions: 41"),
}


@pytest.mark.parametrize("name", NAMES)
def test_they_can_fail(name):
    text = shipped()[name].read_text()
    old, new = BREAKS[name]
    assert old in text
    assert not Scenario.parse(text.replace(old, new)).run().passed


# ---- the schema and the reader agree --------------------------------------------------------


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def fields(name: str) -> set[str]:
    return set(SCHEMA["$defs"][name]["properties"])


def test_the_schema_knows_the_same_fields():
    assert fields("run") == set(shape_of(Run) or ())
    assert fields("delivery") == set(shape_of(Delivery) or ())
    assert fields("call") == set(shape_of(ModelCall) or ())
    assert fields("expectation") == set(EXPECTATIONS)
    assert fields("matchers") == set(MATCHERS)
    assert fields("totals") == set(totals_of([], []))
    outcomes = SCHEMA["$defs"]["totals"]["properties"]["outcomes"]["properties"]
    assert set(outcomes) == set(OUTCOMES)
    assert SCHEMA["properties"]["invariants"]["items"]["enum"] == list(INVARIANTS)


MINIMAL = {
    "name": "n",
    "start": "2026-01-01T00:00:00Z",
    "config": {},
    "steps": [{"advance": "1m"}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"nam": "n"},
        {"steps": []},
        {"steps": [{"advance": "1m", "reset": {"session_key": "agent:main:main"}}]},
        {"steps": [{"expect": []}]},
        {"steps": [{"wake": {"kind": "interval", "sesion": "x"}}]},
        {"steps": [{"advance": "1m", "expect": [{"runs": {}}]}]},
        {"steps": [{"advance": "1m", "expect": [{"run": {"reasn": "x"}}]}]},
        {"model": [{"reply": "a", "fail": "b"}]},
        {"model": []},
        {"invariants": ["no_such"]},
        {"variants": [{}]},
        {"workspace": {"main": {"HEARTBEAT.md": 3}}},
        {"transcript": [{"session_key": "agent:main:main", "messages": [{"text": "x"}]}]},
    ],
)
def test_schema_and_reader_refuse_the_same(change):
    document = MINIMAL | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)
    with pytest.raises(ValueError, match="scenario"):
        Scenario.parse(yaml.safe_dump(document))


def test_schema_and_reader_accept_the_same():
    jsonschema.validate(MINIMAL, SCHEMA)
    assert Scenario.parse(yaml.safe_dump(MINIMAL)).run().passed
