"""`vagus run`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from vagus import ScenarioError
from vagus._commands.terminal import BAD, GOOD, UNUSABLE, console, print_error, print_json
from vagus.scenario import Scenario, ScenarioResult, shipped
from vagus.scenario.report import print_result, printable

_WORDS = {GOOD: "passed", BAD: "failed", UNUSABLE: "unusable"}


def run(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE|NAME...", help="Scenario files, or names of shipped ones."),
    ] = None,
    list_shipped: Annotated[
        bool, typer.Option("--list", help="List the scenarios that come with vagus.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print results, or the list, as JSON.")
    ] = False,
) -> None:
    """Run scenarios under a virtual clock and check what they expect.

    Exit code 0: everything came true; 1: something did not; 2: a scenario cannot be used. One that
    cannot be used does not keep the others from being run.
    """
    if list_shipped:
        _print_shipped(as_json)
        return
    if not names:
        raise typer.BadParameter("name a scenario, or use --list", param_hint="FILE|NAME...")
    if as_json:
        told = [_told(name) for name in names]
        print_json([each.to_dict() for each in told])
    else:
        told = list(_printed(names))
    raise typer.Exit(max(each.exit_code for each in told))


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What became of one file: a result, or why it cannot be used."""

    name: str
    result: ScenarioResult | None = None
    error: ScenarioError | None = None

    @property
    def exit_code(self) -> int:
        if self.result is None:
            return UNUSABLE
        return GOOD if self.result.passed else BAD

    def to_dict(self) -> dict[str, Any]:
        head = {"file": self.name, "error": None if self.error is None else str(self.error)}
        return head | ({"passed": False} if self.result is None else self.result.to_dict())


def _told(name: str) -> _Told:
    try:
        return _Told(name=name, result=Scenario.load(name).run())
    except ScenarioError as error:
        return _Told(name=name, error=error)


def _printed(names: Sequence[str]) -> Iterator[_Told]:
    terminal = console()
    counts = dict.fromkeys(_WORDS, 0)
    for name in names:
        told = _told(name)
        counts[told.exit_code] += 1
        if told.result is None:
            print_error(told.error)
        else:
            print_result(terminal, told.result)
        yield told
    if len(names) > 1:
        words = (f"{count} {_WORDS[code]}" for code, count in counts.items() if count)
        terminal.print(Text(f"{len(names)} scenarios: {', '.join(words)}", style="bold"))


def _print_shipped(as_json: bool) -> None:
    scenarios = {name: Scenario.load(name) for name in shipped()}
    if as_json:
        listed = [
            {"name": name, "title": scenario.name, "description": scenario.description}
            for name, scenario in scenarios.items()
        ]
        print_json(listed)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, scenario in scenarios.items():
        table.add_row(Text(name, style="bold"), printable(scenario.name))
    console().print(table)
