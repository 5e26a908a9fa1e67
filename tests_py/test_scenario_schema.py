"""The reader of scenarios and their JSON Schema accept and refuse the same documents."""

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, get_args

import jsonschema
import pytest

from vagus import (
    WORKSPACE_FILES,
    DeliveryRoute,
    Ledger,
    LedgerPart,
    MessageFate,
    OverflowDetected,
    Part,
    RecoveryStep,
    Scenario,
    WakeCause,
)
from vagus.scenario.document import INSTANT, KEY, MAX_FILL
from vagus.scenario.expect import EXPECTATIONS, totals_of
from vagus.scenario.matching import MATCHERS, REFERENCE
from vagus.scenario.shapes import CALL, DELIVERY, RUN, TOTALS, Shape
from vagus.scenario.steps import MAX_REPEAT
from vagus.testing import INVARIANTS, Delivery, ModelCall, Run
from vagus.testing.records import RunList
from vagus.testing.spans import SPAN
from vagus.types import (
    Fate,
    FateReason,
    PartKind,
    PriceSource,
    Role,
    Rung,
    RunKind,
    RunOutcome,
    Section,
    SkipReason,
    WakeKind,
)

SCHEMA = json.loads((resources.files("vagus") / "scenario" / "schema.json").read_text())
DEFS = SCHEMA["$defs"]
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

MINIMAL = {
    "name": "n",
    "start": "2026-01-01T00:00:00Z",
    "config": {},
    "steps": [{"advance": "1m"}],
}


def schema_accepts(document: object) -> bool:
    return bool(VALIDATOR.is_valid(document))


def reader_accepts(document: object) -> bool:
    try:
        Scenario.parse(json.dumps(document))  # which is YAML too
    except ValueError:
        return False
    return True


def judged(change: Mapping[str, Any]) -> tuple[bool, bool]:
    document = MINIMAL | dict(change)
    return reader_accepts(document), schema_accepts(document)


def step(**fields: Any) -> dict[str, Any]:
    return {"steps": [fields]}


def expecting(**expectation: Any) -> dict[str, Any]:
    return step(advance="1m", expect=[expectation])


def message(**fields: Any) -> dict[str, Any]:
    return {"transcript": [{"session_key": "agent:main:main", "messages": [fields]}]}


def route(**fields: Any) -> dict[str, Any]:
    return step(event={"session_key": "agent:main:main", "text": "x", "route": fields})


TO = {"channel": "slack", "to": "c1"}
LONG = {"fill": "ab", "chars": 5}
CALLED = {"id": "t1", "name": "ls"}
RETURNED = {"id": "t1", "text": "a.txt"}
KEYS = {"session_key": "agent:main:main"}

ACCEPTED: list[dict[str, Any]] = [
    {},
    {"name": LONG, "description": LONG},
    {"start": "2026-05-17T22:00:00+02:00", "latency": "1.5h30m250ms"},
    {"start": "2026-05-17 22:00Z"},
    {"workspace": {"main": {"HEARTBEAT.md": LONG, "AGENTS.md": ""}}},
    {"model": [{"reply": "x", "after": "3s", "messages": [{"role": "user", "text": "y"}]}]},
    {"model": [{"fail": "x", "when": {"kind": "user", "ledger": {"raw": 1}}}, {"reply": "y"}]},
    {"invariants": []},
    {"invariants": list(INVARIANTS)},
    {"variants": [{"name": "a"}, {"name": "b", "config": {"x": 1}, "expect": []}]},
    {"transcript": []},
    {"expect": [{"runs": {"count": 1}}]},
    message(role="user", text="x", count=MAX_REPEAT),
    message(role="user", fill="x", chars=1),
    message(role="assistant", text="x", tool_call=CALLED | {"arguments": {"a": [1]}}),
    message(role="tool", tool_result=RETURNED | {"error": True, "name": "ls"}),
    route(**TO),
    route(**TO, account="w", thread=LONG),
    step(advance="0s"),
    step(inbound={"text": "x", "peer": {"kind": "direct", "id": "u1"}, "thread": "7"}),
    step(inbound={"text": "x", "guild": "G", "team": "T", "roles": ["r", LONG]}),
    step(inbound={"text": "x", "parent_peer": {"kind": "channel", "id": "C1"}, "roles": []}),
    step(inbound={"text": LONG} | KEYS),
    step(event={"text": "x", "wake": "exec", "trusted": True, "coalesce": "1s", "tag": "t"} | KEYS),
    step(wake=KEYS),
    step(wake={"agent": "main", "kind": "hook", "reason": "x"}),
    step(wake={"session_key": "Agent:Main:c{session}"}, repeat={"count": 2, "over": "1s"}),
    step(reset=KEYS, repeat={"count": MAX_REPEAT, "sessions": MAX_REPEAT}),
    step(reset=KEYS, repeat={"count": 2.0}),
    step(forget=KEYS),
    step(forget={"session_key": "agent:main:c{index}"}, repeat={"count": 2}),
    step(advance="1m", expect=[]),
    expecting(run={}),
    expecting(runs={"count": {"at_least": 1}, "all": {"kind": "user"}}),
    expecting(delivered="none"),
    expecting(delivered=[]),
    expecting(delivered=[{}, {"route": {"thread": None}, "text": {"contains": "x"}}]),
    expecting(session={"key": "agent:main:main", "runs": 0, "delivered": {"one_of": [1, 2]}}),
    expecting(totals={"outcomes": {"failed": 0}, "tokens": {"max": None}}),
]

REFUSED: list[dict[str, Any]] = [
    {"nam": "n"},
    {"name": 3},
    {"name": {"fill": "x"}},
    {"name": {"fill": "", "chars": 3}},
    {"name": {"fill": "x", "chars": 0}},
    {"name": {"fill": "x", "chars": MAX_FILL + 1}},
    {"start": "2026-05-17T22:00:00"},
    {"start": "2026-05-17"},
    {"start": "9999-05-17T22:00:00Z"},
    {"start": "1969-05-17T22:00:00Z"},
    {"workspace": {"k" * 257: {}}},
    {"start": 5},
    {"latency": "5"},
    {"latency": 5},
    {"latency": "soon"},
    {"latency": "1h 30m"},
    {"latency": "-1m"},
    {"config": []},
    {"workspace": {"main": {"HEARTBEAT.md": 3}}},
    {"workspace": {"main": {"NOTES.md": "x"}}},
    {"workspace": {"main": {"heartbeat.md": "x"}}},
    {"workspace": {"main": None}},
    {"model": []},
    {"model": [{}]},
    {"model": [{"reply": "a", "fail": "b"}]},
    {"model": [{"fail": "a", "after": "1s"}]},
    {"model": [{"fail": "a", "messages": []}]},
    {"model": [{"reply": "a", "after": "1"}]},
    {"model": [{"reply": "a", "when": None}, {"reply": "b"}]},
    {"model": [{"reply": "a", "when": {}}, {"reply": "b"}]},
    {"model": [{"reply": "a", "when": {"outcome": "failed"}}, {"reply": "b"}]},
    {"model": [{"reply": "a", "when": {"ledger": None}}, {"reply": "b"}]},
    {
        "model": [
            {"reply": "a", "when": {"ledger": {"raw": {"same_as": "runs[0]"}}}},
            {"reply": "b"},
        ]
    },
    {"invariants": ["no_such"]},
    {"variants": []},
    {"variants": [{}]},
    {"variants": [{"name": "a", "confg": {}}]},
    {"transcript": [{"messages": []}]},
    {"transcript": [{"session_key": "main", "messages": []}]},
    message(text="x"),
    message(role="user"),
    message(role="user", count=2),
    message(role="system", text="x"),
    message(role="user", text="x", count=0),
    message(role="user", text="x", count=MAX_REPEAT + 1),
    message(role="user", text="x", fill="y", chars=3),
    message(role="user", text="x", chars=3),
    message(role="user", fill="x"),
    message(role="user", fill="x", chars=MAX_FILL + 1),
    message(role="assistant", tool_call={"id": "t1"}),
    message(role="assistant", tool_call=CALLED | {"arguments": []}),
    message(role="tool", tool_result={"id": "t1"}),
    message(role="tool", tool_result=RETURNED | {"error": 1}),
    route(to="c1"),
    route(**TO, thread=7),
    {"steps": []},
    step(),
    step(expect=[]),
    step(advance="1m", reset=KEYS),
    step(advance="1m", repeat={"count": 2}),
    step(advance="10"),
    step(advance=10),
    step(inbound={}),
    step(inbound={"text": "x", "session_key": "not a key"}),
    step(inbound={"text": "x", "peer": {"kind": "dm", "id": "u1"}}),
    step(inbound={"text": "x", "peer": {"kind": "direct"}}),
    step(inbound={"text": "x", "parent_peer": {"kind": "direct"}}),
    step(inbound={"text": "x", "guild": 1}),
    step(inbound={"text": "x", "roles": "r"}),
    step(inbound={"text": "x", "roles": [1]}),
    step(event={"text": "x"}),
    step(event={"text": "x", "wake": "webhook"} | KEYS),
    step(event={"text": "x", "wake": None} | KEYS),
    step(event={"text": "x", "trusted": 1} | KEYS),
    step(event={"text": "x", "coalesce": 250} | KEYS),
    step(wake={}),
    step(wake=KEYS | {"agent": "main"}),
    step(wake=KEYS | {"kind": "webhook"}),
    step(wake={"sesion": "x"}),
    step(reset={}),
    step(forget={}),
    step(forget="agent:main:main"),
    step(forget={"session_key": "main"}),
    step(forget=KEYS, reset=KEYS),
    step(advance="1s" * 40),
    step(reset=KEYS, repeat={}),
    step(reset=KEYS, repeat={"count": 0}),
    step(reset=KEYS, repeat={"count": 1.5}),
    step(reset=KEYS, repeat={"count": True}),
    step(reset=KEYS, repeat={"count": MAX_REPEAT + 1}),
    step(reset=KEYS, repeat={"count": 1, "sessions": 0}),
    step(reset=KEYS, repeat={"count": 1, "over": "1"}),
    step(advance="1m", expect=[{}]),
    step(advance="1m", expect=[{"run": {}, "runs": {"count": 1}}]),
    expecting(run={"reasn": "x"}),
    expecting(run={"equals": {}}),
    expecting(run={"same_as": "runs[0]"}),
    expecting(run=None),
    expecting(runs={}),
    expecting(runs={"count": {}}),
    expecting(runs={"count": None}),
    expecting(runs={"count": {"same_as": "runs[0]"}}),
    expecting(runs={"all": {}}),
    expecting(runs={"all": {"same_as": "runs[0]"}}),
    expecting(delivered="some"),
    expecting(delivered=[1]),
    expecting(delivered=None),
    expecting(delivered={"contains": {"text": "x"}}),
    expecting(delivered=[{"text": {"same_as": "runs[0]"}}]),
    expecting(delivered=[{"route": {}}]),
    expecting(delivered=[{"route": {"chanel": "x"}}]),
    expecting(session={"runs": 1}),
    expecting(session={"key": "agent:main:main"}),
    expecting(session={"key": "not a key", "runs": 1}),
    expecting(session={"key": "agent:main:main", "runs": {}}),
    expecting(session={"key": "agent:main:main", "runs": {"same_as": "runs[0]"}}),
    expecting(totals={}),
    expecting(totals={"tokens": 5}),
    expecting(totals={"tokens": {}}),
    expecting(totals={"runs": {"same_as": "runs[0]"}}),
    expecting(totals={"outcomes": {"replid": 1}}),
]


@pytest.mark.parametrize("change", ACCEPTED, ids=json.dumps)
def test_both_accept(change):
    assert judged(change) == (True, True)


@pytest.mark.parametrize("change", REFUSED, ids=json.dumps)
def test_both_refuse(change):
    assert judged(change) == (False, False)


@pytest.mark.parametrize("field", ["name", "start", "config", "steps"])
def test_both_require(field):
    document = {name: value for name, value in MINIMAL.items() if name != field}
    assert (reader_accepts(document), schema_accepts(document)) == (False, False)


# ---- every field with every kind of value ---------------------------------------------------

OPERANDS: list[Any] = [
    None,
    True,
    0,
    3,
    -1,
    1.5,
    2.0,
    "",
    "x",
    "5",
    LONG,
    "agent:main:main",
    "2026-05-17T22:00:00Z",
    "user",
    "replied",
    "exec",
    "assistant",
    "tool_call",
    "estimated",
    "quiet-hours",
    "runs[0]",
    "runs[x]",
    [],
    ["x"],
    ["replied", "failed"],
    [1, 2],
    [""],
    [None],
    {},
    [{}],
    [5],
    {"kind": "exec"},
    {"kind": "replid"},
    {"name": "prompt"},
    {"role": "user"},
    {"role": "usr"},
    {"raw": 1},
    {"raw": {"same_as": "runs[0]"}},
    {"raw": {}},
    {"parts": [{"tokens": {"at_least": 1}}]},
    {"parts": {"contains": {"name": "prompt"}}},
    {"parts": [{"tokens": {"same_as": "runs[0]"}}]},
    {"ledger": {"raw": {"same_as": "runs[0]"}}},
    {"ledger": {"raw": 1}},
    {"max": 3},
    {"failed": 3},
    {"channel": "x"},
    {"unknown": 1},
]


def values() -> Iterator[Any]:
    """Values, lists of one value, and matchers of values."""
    yield from OPERANDS
    yield from ([operand] for operand in OPERANDS)
    for matcher in sorted(MATCHERS):
        yield from ({matcher: operand} for operand in OPERANDS)
    yield {"at_least": 1, "at_most": 3, "same_as": "runs[0]"}
    yield {"equals": "x", "unknown": "y"}


PLACES = {
    "run": (RUN, lambda fields: expecting(run=fields)),
    "delivered": (DELIVERY, lambda fields: expecting(delivered=[fields])),
    "totals": (TOTALS, lambda fields: expecting(totals=fields)),
    "when": (CALL, lambda fields: {"model": [{"reply": "x", "when": fields}, {"reply": "y"}]}),
}


def every_kind_of_field() -> Iterator[tuple[str, str]]:
    """Of the fields of one place that can have the same values, one."""
    for place, (shape, _) in PLACES.items():
        names = {str(field): name for name, field in shape.fields.items()}
        yield from ((place, name) for name in names.values())


@pytest.mark.parametrize(("place", "field"), list(every_kind_of_field()))
def test_both_judge_every_value_of_a_field_alike(place, field):
    _, document = PLACES[place]
    verdicts = {json.dumps(value): judged(document({field: value})) for value in values()}
    assert {value: each for value, each in verdicts.items() if each[0] != each[1]} == {}
    assert (True, True) in verdicts.values()
    assert (False, False) in verdicts.values()


# ---- the same names, bounds and texts -------------------------------------------------------


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def public(record: type) -> set[str]:
    names = (name for name in dir(record) if not name.startswith("_"))
    return {name for name in names if not callable(getattr(record, name))}


def nested(shape: Shape, *names: str) -> Shape:
    for name in names:
        shape = shape.fields[name]
        shape = shape.element or shape
    return shape


@pytest.mark.parametrize(
    ("shape", "record"),
    [
        (RUN, Run),
        (CALL, ModelCall),
        (DELIVERY, Delivery),
        (nested(DELIVERY, "route"), DeliveryRoute),
        (nested(RUN, "causes"), WakeCause),
        (nested(RUN, "ledger"), Ledger),
        (nested(RUN, "ledger", "parts"), LedgerPart),
        (nested(RUN, "ledger", "steps"), RecoveryStep),
        (nested(RUN, "plan"), MessageFate),
        (nested(RUN, "overflows"), OverflowDetected),
        (nested(RUN, "messages", "parts"), Part),
    ],
)
def test_patterns_name_the_fields_of_records(shape, record):
    assert set(shape.fields) == public(record)


def names_of(totals: Any) -> Any:
    return {k: names_of(v) for k, v in totals.items()} if isinstance(totals, dict) else None


def fields_in(shape: Shape) -> Any:
    return {k: fields_in(v) for k, v in shape.fields.items()} or None


def test_patterns_name_the_figures_of_totals():
    assert fields_in(TOTALS) == names_of(totals_of(RunList(), []))


def test_the_schema_knows_the_same_names():
    assert set(DEFS["expectation"]["properties"]) == set(EXPECTATIONS)
    groups = ("text", "number", "choice", "flag", "list")
    known = {name for group in groups for name in DEFS[f"{group}_matchers"]["properties"]}
    assert known == set(MATCHERS)
    files = SCHEMA["properties"]["workspace"]["additionalProperties"]["propertyNames"]["enum"]
    assert files == list(WORKSPACE_FILES)


@pytest.mark.parametrize(
    ("name", "literal"),
    [
        ("run_kind", RunKind),
        ("run_outcome", RunOutcome),
        ("skip_reason", SkipReason),
        ("wake_kind", WakeKind),
        ("role", Role),
        ("part_kind", PartKind),
        ("ledger_source", PriceSource),
        ("rung", Rung),
        ("fate", Fate),
        ("fate_reason", FateReason),
        ("section", Section),
    ],
)
def test_the_schema_knows_the_same_closed_values(name, literal):
    assert DEFS[name]["enum"] == list(get_args(literal))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("span", SPAN), ("instant", INSTANT), ("key", KEY), ("reference", REFERENCE)],
)
def test_the_schema_has_the_readers_expressions(name, pattern):
    assert DEFS[name]["pattern"] == f"^{pattern.pattern}$"


def undescribed(schema: Any, path: str) -> Iterator[str]:
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from undescribed(item, f"{path}[{index}]")
    if not isinstance(schema, dict):
        return
    narrows = path.endswith("[1]")  # an `allOf` that says which values a matcher takes
    for name, field in schema.get("properties", {}).items():
        target = field.get("$ref", "").removeprefix("#/$defs/")
        if "description" not in (field | DEFS.get(target, {})) and not narrows:
            yield f"{path}.{name}"
    for name, inner in schema.items():
        yield from undescribed(inner, f"{path}.{name}")


def test_every_field_of_the_schema_is_described():
    assert list(undescribed(SCHEMA, "")) == []
    assert [name for name, each in DEFS.items() if not each.get("description")] == []


def test_a_field_without_a_description_is_found():
    assert list(undescribed({"properties": {"a": {}, "b": {"description": "x"}}}, "")) == [".a"]
