"""The README's example prints what the README says it prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import vagus

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def block(language: str, after: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README[README.index(after) :], re.DOTALL)
    assert found is not None
    return found[1]


def test_the_harness_example_prints_the_documented_output() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(block("python", "example: executed"), {})
    assert printed.getvalue() == block("", "It prints:")


def test_the_prompt_example_prints_the_documented_plan() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(block("python", "## What a prompt holds, and why"), {})
    assert printed.getvalue() == block("", "It prints the plan:")


def test_the_examples_of_sessions_and_routing_hold() -> None:
    names: dict[str, object] = {}
    exec(block("python", "## Which session, which agent, and why"), names)
    exec(block("python", "`lint` finds bindings"), names)
    assert isinstance(names["plan"], vagus.RekeyPlan)


def test_the_host_examples_run() -> None:
    names: dict[str, object] = {"vagus": vagus}
    exec(block("python", "## In a host of your own"), names)
    exec(block("python", "A finished command reports"), names)
    engine = names["engine"]
    assert isinstance(engine, vagus.Engine)
    assert [wake["reason"] for wake in engine.snapshot()["wakes"]] == ["exec"]


def test_the_scenario_example_passes(tmp_path: Path) -> None:
    path = tmp_path / "my.vagus.yaml"
    path.write_text(block("yaml", "The same run as a file"), encoding="utf-8")
    assert vagus.Scenario.load(path).run().passed
