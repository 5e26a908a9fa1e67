"""What a scenario tells when something does not come true: where, and in a few words."""

import json
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from vagus import Scenario
from vagus.scenario import Failure
from vagus.scenario.failure import clipped, differ, elements, shown
from vagus.scenario.report import print_result

STORY = """
name: a story
start: 2026-05-17T22:00:00Z
config: {agents: {list: [{id: main}]}}
model:
  - reply: {fill: "All is well. ", chars: 50000}
steps:
  - inbound: {text: 'good morning, first', channel: slack, peer: {kind: channel, id: c1}}
  - inbound: {text: 'good evening, second', channel: slack, peer: {kind: direct, id: u1}}
  - advance: 1m
expect:
"""


def failures_of(expectation: str) -> list[Failure]:
    (variant,) = Scenario.parse(STORY + f"  - {expectation}\n").run().variants
    return list(variant.failures)


def messages_of(expectation: str) -> list[str]:
    return [failure.message for failure in failures_of(expectation)]


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        ("runs: {count: 3}", "expected 3, got 2"),
        ("runs: {count: {at_least: 3}}", "expected at_least: 3, got 2"),
        ("run: {kind: heartbeat}", "expected 'heartbeat', got 'user'"),
        ("run: {delivered: false}", "expected false, got true"),
        ("run: {error: null, retry_at: {contains: x}}", "expected contains: 'x', got null"),
        ("run: {outcome: {one_of: [failed, skipped]}}", "expected one_of: ['failed', 'skipped']"),
        ("run: {causes: {contains: {kind: exec}}}", "expected contains: {kind: 'exec'}, got []"),
        ("run: {session_key: {differs_from: 'runs[0]'}}", "something else than runs[0] has, got"),
        ("run: {session_key: {same_as: 'runs[1]'}}", "expected what runs[1] has, 'agent:main:"),
        ("run: {session_key: {same_as: 'runs[7]'}}", "there is no runs[7]: 2 runs have ended"),
    ],
)
def test_a_mismatch_is_one_line(expectation, message):
    (told,) = messages_of(expectation)
    assert message in told
    assert "\n" not in told


def test_a_failure_names_file_line_and_path():
    (failure,) = failures_of("run: {kind: heartbeat}")
    place = "scenario:12: expect[0].run.kind"
    assert failure.place == place
    assert str(failure) == f"{place}: runs[0].kind: expected 'heartbeat', got 'user'"


def test_a_long_text_that_lacks_something_shows_its_beginning_and_length():
    (told,) = messages_of("run: {text: {contains: [All is well, trouble]}}")
    assert told.startswith("expected contains: ['All is well', 'trouble'], got 'All is well. All")
    assert told.endswith("… (50,000 characters)")
    assert len(told) < 250


def test_a_text_that_has_too_much_shows_where():
    (told,) = messages_of("run: {prompt: {excludes: [night, 'morning,']}}")
    assert "'good morning, first' at character 5 of 19" in told
    (told,) = messages_of("run: {text: {excludes: 'well. All'}}")
    assert "got 'All is well. All is well. All is wel'… at character 7 of 50,000" in told


def test_a_list_that_has_too_much_shows_the_element():
    (told,) = messages_of("run: {messages: {excludes: {role: user}}}")
    assert told.startswith("expected excludes: {role: 'user'}, got {role: 'user', parts: ")
    assert told.endswith("at [0] of 1")


def test_long_texts_show_where_they_differ():
    (told,) = messages_of("run: {text: {fill: 'All is well. ', chars: 40000}}")
    assert told.startswith("differs from character 40,000: expected …")
    assert "(40,000 characters), got …" in told
    assert len(told) < 250


def test_deliveries_are_told_one_by_one():
    (told,) = messages_of("delivered: [{route: {to: c1}, text: short}]")
    lines = told.splitlines()
    assert lines[0] == "expected 1 element, got 2"
    assert lines[1] == "  [0] expected {route: {to: 'c1'}, text: 'short'}"
    assert lines[2].startswith("      got {session_key: 'agent:main:slack:channel:c1', route: ")
    assert "route: {channel: 'slack', to: 'c1'}" in lines[2]
    assert "… (50,000 characters)" in lines[2]
    assert lines[3] == "  [1] expected nothing"
    assert len(told) < 1500


def test_one_delivery_among_others_differs_by_itself():
    text = "{matches: '^All'}"
    (failure,) = failures_of(f"delivered: [{{text: {text}}}, {{route: {{to: c9}}, text: {text}}}]")
    assert failure.subject == "delivered[1].route.to"
    assert failure.message == "expected 'c9', got 'u1'"


def test_many_elements_are_counted():
    lists: list[Any] = [[{}] * 3, [{"text": "x"}] * 40]
    told = elements(*lists).splitlines()
    assert told[0] == "expected 3 elements, got 40"
    assert told[-1] == "  … 30 more"
    assert len(told) == 22


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (0, "0"),
        ("x\ny", "'x\\ny'"),
        ({"a": None, "b": [1, {"c": False}]}, "{b: [1, {c: false}]}"),
        ([], "[]"),
        ({}, "{}"),
        (["x" * 70] * 9, "['" + "', '".join(["x" * 70] * 3) + "', … 6 more]"),
    ],
)
def test_values_in_a_few_words(value, words):
    assert shown(value) == words


def test_short_texts_are_shown_whole():
    assert differ("a\nb", "a\nc") == "expected 'a\\nb', got 'a\\nc'"


def test_json_holds_no_long_text():
    (failure,) = failures_of("run: {text: {fill: 'All is well. ', chars: 40000}}")
    told = json.dumps(failure.to_dict())
    assert len(told) < 1500
    assert failure.actual.startswith("All is well.")
    assert len(failure.actual) == 50_000
    assert clipped(["x"] * 30) == ["x"] * 10 + ["… 20 more"]


def test_the_terminal_shows_place_and_message():
    scenario = Scenario.parse(STORY + "  - delivered: none\n  - runs: {count: 3}\n")
    console = Console(record=True, width=160, file=StringIO())
    print_result(console, scenario.run())
    lines = [line.rstrip() for line in console.export_text().splitlines()]
    first = lines.index("  scenario:12: expect[0].delivered")
    assert lines[first + 1] == "    delivered: expected 0 elements, got 2"
    second = lines.index("  scenario:13: expect[1].runs.count")
    assert lines[second + 1] == "    number of runs: expected 3, got 2"
