"""The documentation names what the code has, and its examples run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

import vagus
import vagus.heartbeat
import vagus.keys
from vagus import types
from vagus._commands import app
from vagus.scenario import steps
from vagus.scenario.expect import EXPECTATIONS
from vagus.scenario.matching import MATCHERS
from vagus.testing import INVARIANTS, Harness

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(DOCS.glob("*.md"))
SOURCES = tuple(
    ROOT / "cpp/vagus" / name
    for name in (
        "config/config.hpp",
        "config/channels.hpp",
        "config/context_config.hpp",
        "config/prompt_templates.hpp",
        "base/limits.hpp",
    )
)
SCHEMA = json.loads((ROOT / "python/vagus/scenario/schema.json").read_text(encoding="utf-8"))


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    """The text below `heading` on a page, up to the next heading of its level."""
    level = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^{level} |\Z)", page(name), re.M | re.S)
    assert found is not None, heading
    return found[1]


def blocks(text: str, language: str) -> Iterator[tuple[int, str]]:
    """The fenced blocks of `language`, each with the number of lines before it."""
    for found in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.M | re.S):
        yield text.count("\n", 0, found.start(1)), found[1]


def names_in_code(text: str) -> set[str]:
    """Every name that stands in backticks."""
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", text))))


# ---- examples -------------------------------------------------------------------------------


def pages_with(language: str) -> list[Path]:
    return [path for path in PAGES if any(blocks(path.read_text(encoding="utf-8"), language))]


@pytest.mark.parametrize("path", pages_with("python"), ids=lambda path: path.name)
def test_every_python_block_runs(path: Path) -> None:
    names: dict[str, Any] = {"__name__": path.stem}
    for lines, code in blocks(path.read_text(encoding="utf-8"), "python"):
        exec(compile("\n" * lines + code, str(path), "exec"), names)


@pytest.mark.parametrize("path", pages_with("yaml"), ids=lambda path: path.name)
def test_every_scenario_passes(path: Path) -> None:
    for lines, text in blocks(path.read_text(encoding="utf-8"), "yaml"):
        scenario = vagus.Scenario.parse(text, f"{path.name} after line {lines}")
        jsonschema.validate(scenario.to_dict(), SCHEMA)
        result = scenario.run()
        assert [failure for variant in result.variants for failure in variant.failures] == []


def test_the_documented_plan_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    (_, code), *_ = blocks(page("context.md"), "python")
    exec(code, {})
    (_, table), *_ = blocks(page("context.md"), "text")
    assert capsys.readouterr().out == table


def test_the_documented_configuration_is_valid() -> None:
    names: dict[str, Any] = {}
    for _, code in blocks(page("configuration.md"), "python"):
        exec(code, names)
    engine = vagus.Engine(names["config"])
    assert [cadence["agent"] for cadence in engine.snapshot()["cadences"]] == ["ops"]


# ---- configuration --------------------------------------------------------------------------


def configuration_fields() -> list[str]:
    text = "".join(source.read_text(encoding="utf-8") for source in SOURCES)
    return sorted(set(re.findall(r'(?:field|required)\(\s*"(\w+)"', text)))


@pytest.mark.parametrize("field", configuration_fields())
def test_every_configuration_field_is_documented(field: str) -> None:
    assert f"`{field}`" in page("configuration.md") or f'"{field}"' in page("configuration.md")


def test_documented_limits_are_those_of_the_code() -> None:
    code = (ROOT / "cpp/vagus/base/limits.hpp").read_text(encoding="utf-8")
    defaults = dict(re.findall(r"^  std::int64_t (\w+) = ([\d']+);", code, re.M))
    rows = re.findall(
        r"^\| `(\w+)` \| (\d+) \|", section("configuration.md", "## Limits: `limits`"), re.M
    )
    assert dict(rows) == {name: value.replace("'", "") for name, value in defaults.items()}


# ---- keys -----------------------------------------------------------------------------------


def test_every_function_of_heartbeats_is_documented() -> None:
    functions = {name for name in vagus.heartbeat.__all__ if name[0].islower()}
    assert functions - names_in_code(section("heartbeats.md", "## One rule at a time")) == set()


def test_every_kind_of_key_is_documented() -> None:
    last = re.findall(r"^\|.*\| (.*?) \|$", section("keys.md", "## Shapes"), re.M)
    assert names_in_code(" ".join(last)) >= set(get_args(types.SessionKind))


def test_every_part_of_a_key_is_documented() -> None:
    parts = {name for name in dir(vagus.KeyParts) if not name.startswith(("_", "to_"))}
    rows = re.findall(r"^\| (`.*?) \|", section("keys.md", "## Parts"), re.M)
    assert names_in_code(" ".join(rows)) == parts


def test_every_function_of_keys_is_documented() -> None:
    functions = {name for name in vagus.keys.__all__ if name[0].islower()}
    assert functions - names_in_code(section("keys.md", "## Reading any key text")) == set()


@pytest.mark.parametrize("command", [each.callback.__name__ for each in app.registered_commands])
def test_every_command_is_documented(command: str) -> None:
    name = command.removesuffix("_config")
    assert f"vagus {name}" in README + "".join(path.read_text(encoding="utf-8") for path in PAGES)


# ---- keys from outside, names, lint ---------------------------------------------------------


def first_column(name: str, heading: str) -> list[str]:
    return re.findall(r"^\| `([\w-]+)` \|", section(name, heading), re.M)


def test_every_admission_code_is_documented() -> None:
    assert first_column("admission.md", "## Codes") == list(get_args(types.AdmissionCode))


def test_every_rule_of_admission_is_documented() -> None:
    code = (ROOT / "cpp/vagus/keys/admission.hpp").read_text(encoding="utf-8")
    rules = re.findall(r'field\("(\w+)", &AdmissionRules::', code)
    assert len(rules) == 8
    assert first_column("admission.md", "## By what rules: the policy") == rules


def test_every_field_of_a_mapping_is_documented() -> None:
    text = (DOCS / "hooks.md").read_text(encoding="utf-8")
    source = (ROOT / "cpp/vagus/hooks/mapping.hpp").read_text(encoding="utf-8")
    for name in re.findall(r'field\("(\w+)", &HookMapping::', source):
        assert f"`{name}`" in text or f"`{name}." in text, name


def test_every_lint_code_is_documented() -> None:
    heading = "## What is wrong with a configuration: `lint`"
    assert first_column("operations.md", heading) == list(get_args(types.LintCode))


def test_every_outcome_of_rekeying_is_documented() -> None:
    heading = "## What a change of configuration does to stored sessions: `plan_rekey`"
    assert first_column("operations.md", heading) == list(get_args(types.RekeyOutcome))


# ---- prompts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("## Parts and their order", types.Section),
        ("## When it does not fit: the ladder", types.Rung),
        ("## What it costs, and how sure that is", types.PriceSource),
    ],
)
def test_every_word_of_a_ledger_is_documented(heading: str, words: Any) -> None:
    assert first_column("context.md", heading) == list(get_args(words))


def test_every_fate_of_a_message_is_documented() -> None:
    rows = first_column("context.md", "## Why each message is there, or is not")
    assert rows == [*get_args(types.Fate), *get_args(types.FateReason)]


def test_every_verdict_on_a_summary_is_documented() -> None:
    rows = first_column("compaction.md", "## What becomes of a summary")
    assert rows == list(get_args(types.SummaryVerdict))


# ---- testing --------------------------------------------------------------------------------


def test_every_way_to_end_is_documented() -> None:
    outcomes = section("testing.md", "## Outcomes")
    rows = set(re.findall(r"^\| `([\w-]+)`", outcomes, re.M))
    assert rows == {*get_args(types.RunOutcome), *get_args(types.SkipReason)}


def test_every_part_of_the_harness_is_documented() -> None:
    public = {name for name in dir(Harness) if not name.startswith("_")}
    assert public - names_in_code(page("testing.md")) == set()


def test_every_workspace_file_is_documented() -> None:
    files = set(re.findall(r"`(\w+\.md)`", section("testing.md", "## Files")))
    assert files == set(vagus.WORKSPACE_FILES)


def test_every_invariant_is_documented() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.M)) == set(INVARIANTS)


# ---- scenarios ------------------------------------------------------------------------------


def in_schema(node: Any, keyword: str) -> Iterator[str]:
    """Every name below `keyword` (`properties`, `enum`) anywhere in the schema."""
    if isinstance(node, dict):
        yield from (name for name in node.get(keyword, ()) if isinstance(name, str))
        for inner in node.values():
            yield from in_schema(inner, keyword)
    elif isinstance(node, list):
        for inner in node:
            yield from in_schema(inner, keyword)


def test_every_field_of_a_scenario_is_documented() -> None:
    fields = set(in_schema(SCHEMA, "properties")) - set(vagus.WORKSPACE_FILES)
    assert fields - names_in_code(page("scenarios.md")) == set()


def test_every_value_that_a_scenario_may_name_is_documented() -> None:
    text = page("scenarios.md") + page("testing.md") + README
    assert [name for name in in_schema(SCHEMA, "enum") if f"`{name}`" not in text] == []


def test_every_step_is_documented() -> None:
    text = section("scenarios.md", "## Steps: `steps[]`")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", text, re.M))
    assert rows.keys() == {"advance", *steps._ACTIONS}
    for name, (required, optional) in steps._ACTIONS.items():
        assert {*required, *optional} <= names_in_code(rows[name]), name


def test_every_expectation_is_documented() -> None:
    text = section("scenarios.md", "## Expectations: `expect[]`")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.M)) == set(EXPECTATIONS)


def test_every_matcher_is_documented() -> None:
    text = section("scenarios.md", "## Patterns and matchers")
    assert names_in_code("".join(re.findall(r"^\| (`.*?) \|", text, re.M))) == set(MATCHERS)


# ---- links ----------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, by GitHub's rule."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)", path.read_text(encoding="utf-8"))
    for target, anchor in links:
        other = path.parent / target if target else path
        assert other.exists(), f"{path.name} links to {target}"
        if anchor:
            assert anchor in anchors(other.read_text(encoding="utf-8")), f"{target}#{anchor}"
