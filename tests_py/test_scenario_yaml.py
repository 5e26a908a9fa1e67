"""Scenario files as YAML: hostile documents, what scalars mean, and where values stand."""

import subprocess
import sys

import pytest

from vagus import Scenario, ScenarioError
from vagus.scenario.document import MAX_BYTES, MAX_NAME
from vagus.scenario.source import Mark, Source, path_of, trail_of

HEAD = """
name: a story
start: 2026-05-17T22:00:00Z
config: {agents: {list: [{id: main, heartbeat: {every: 5m, isolated_session: true}}]}}
"""
TICKS = HEAD + "steps:\n  - advance: 10m\n    expect:\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("a: [", "not YAML"),
        ("- a\n- b", "must be an object"),
        ("name: a\n---\nname: b", "not YAML"),
        ("name: a\nname: b", "given twice"),
        ("? [a]\n: b", "field name must be text"),
        ("name: !!python/object/apply:os.system [ls]", "tag"),
        ("name: !mine x", "tag"),
        ("name: !!binary aGk=", "tag"),
        ("name: !!int x", "is not a int"),
        ("name: !!bool yes", "is not a bool"),
        ("name: &a [*a]", "contains itself"),
        ('name: "\\uD800"', r"scenario:1: name: is not valid Unicode, got '\\ud800'"),
        ('"\\uD800": x', r"scenario:1: .*is not valid Unicode, got '\\ud800'"),
        ('name: "\\UFFFFFFFF"', "not YAML"),
        ("name: " + "1" * 400 + ".5", "is not a float"),
        ("? " + "k" * (MAX_NAME + 1) + "\n: x", "at most 256 characters, got 'kkk"),
        ("a: [" + "1," * 250_000 + "]", "holds more than 100,000 values"),
        (
            "a: &a " + "x" * 70_000 + "\nb: [" + "*a," * 1000 + "]",
            "more than 67,108,864 characters",
        ),
        ("name: " + "[" * 100 + "]" * 100, "nested more than 64"),
        ("name: " + "[" * 5000, "nested too deeply"),
        ("name: " + "1" * 5000, "is not a int"),
        ("#" * (MAX_BYTES + 1), "larger than"),
        (
            "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + "".join(
                f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n"
                for old, new in zip("abcde", "bcdef", strict=True)
            ),
            "unfolds to more than",
        ),
    ],
)
def test_hostile_documents(text, message):
    with pytest.raises(ScenarioError, match=message):
        Scenario.parse(text)


def test_plain_scalars_mean_what_they_look_like():
    text = (
        HEAD
        + """
steps: [{advance: 1m}]
model:
  - {fail: 22:00}
  - {fail: no}
  - {fail: 2026-05-17}
  - {fail: 0049}
  - {fail: 1_000}
  - {fail: on}
  - {fail: '<<'}
"""
    )
    told = [rule.answer for rule in Scenario.parse(text).rules]
    assert told == ["22:00", "no", "2026-05-17", "0049", "1_000", "on", "<<"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ('model: [{reply: "\\uD800"}]', "model[0].reply"),
        (
            'transcript: [{session_key: "agent:a:b", messages: [{role: user, text: "\\uDFFF"}]}]',
            "transcript[0].messages[0].text",
        ),
        ('expect: [{run: {text: "\\uD800"}}]', "expect[0].run.text"),
        ('variants: [{name: "a\\uD800"}]', "variants[0].name"),
    ],
)
def test_half_a_character_is_refused_with_its_place(change, path):
    with pytest.raises(ScenarioError, match="is not valid Unicode") as caught:
        Scenario.parse(HEAD + f"steps: [{{advance: 1m}}]\n{change}\n")
    assert caught.value.path == path


def test_two_halves_of_a_character_are_one():
    text = HEAD.replace("a story", '"\\uD83D\\uDE00 \\U0001F600 é"')
    assert Scenario.parse(text + "steps: [{advance: 1m}]").name == "😀 😀 é"


DEEP = "{? " + "k" * 250 + " : "


def test_a_mistake_deep_inside_is_told_in_few_words():
    text = HEAD.partition("config")[0] + "steps: [{advance: 1m}]\nconfig: {}\nexpect: "
    text += "[{run: {context_key: " + DEEP * 30 + '!!int "x"' + "}" * 30 + "}}]"
    with pytest.raises(ScenarioError, match="is not a int") as caught:
        Scenario.parse(text)
    assert len(str(caught.value)) < 400
    assert len(caught.value.path) < 250
    assert caught.value.path.startswith("expect[0].run.context_key.kkk")


def test_a_long_name_in_the_configuration_is_cut():
    name = "k" * 250
    text = HEAD.replace("{agents", f"{{? {name} : 1, agents") + "steps: [{advance: 1m}]"
    with pytest.raises(ScenarioError, match="unknown field") as caught:
        Scenario.parse(text).run()
    assert str(caught.value).startswith("scenario:4: config: ")
    assert name not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "trail"),
    [
        ("agents.list[0].id", ("agents", "list", 0, "id")),
        ('files["HEARTBEAT.md"]', ("files", "HEARTBEAT.md")),
        ('a["x\\"y"][12].b', ("a", 'x"y', 12, "b")),
        ('a["\\x1b[2J\\xc2\\x9b\\\\é"]', ("a", "\x1b[2J\x9b\\é")),
        ('models["kkk…" (250 bytes)].window', ("models",)),
        ("$", ("$",)),
        ("", ()),
    ],
)
def test_places_that_the_engine_names_are_read(field, trail):
    assert trail_of(field) == trail


def test_lines_are_found_along_the_way():
    source = Source("file", Mark(1, {"a": Mark(2, [Mark(3), Mark(4, {"b.c": Mark(5)})])}))
    lines = {
        ("a",): 2,
        ("a", 0): 3,
        ("a", 1, "b.c"): 5,
        ("a", 1, "b"): 4,
        ("a", 9): 2,
        ("a", "b"): 2,
        ("b",): None,
        (0,): None,
        (): None,
    }
    assert {trail: source.line(trail) for trail in lines} == lines
    assert path_of(("a", 1, "b.c")) == "a[1].b.c"
    assert len(path_of(("x" * 200, "y" * 200))) < 250


def test_aliases_are_fine():
    text = TICKS + "      - &first\n        run: {reason: interval}\n      - *first\n"
    assert Scenario.parse(text).run().passed


def test_without_a_yaml_parser_the_hint_says_what_to_install():
    code = (
        "import sys; sys.modules['yaml'] = None\n"
        "import vagus, vagus.testing\n"
        "try:\n    vagus.Scenario\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'vagus[cli]'" in told.stdout
