"""The commands behind `vagus.cli`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

import vagus
from vagus import InvalidInput, ScenarioError, SessionKey
from vagus.scenario import Scenario, ScenarioResult, shipped
from vagus.scenario.report import print_result, printable

PASSED = 0
FAILED = 1
UNUSABLE = 2
_WORDS = {PASSED: "passed", FAILED: "failed", UNUSABLE: "unusable"}
_WIDTH_OF_FILES = 200

app = typer.Typer(
    add_completion=False,
    help="Sessions, heartbeats and context for always-on agents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vagus {vagus.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Sessions, heartbeats and context for always-on agents."""


@app.command()
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
        typer.echo(json.dumps([each.to_dict() for each in told], indent=2))
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
        return PASSED if self.result.passed else FAILED

    def to_dict(self) -> dict[str, Any]:
        head = {"file": self.name, "error": None if self.error is None else str(self.error)}
        return head | ({"passed": False} if self.result is None else self.result.to_dict())


def _told(name: str) -> _Told:
    try:
        return _Told(name=name, result=Scenario.load(name).run())
    except ScenarioError as error:
        return _Told(name=name, error=error)


def _printed(names: Sequence[str]) -> Iterator[_Told]:
    console = _console()
    counts = dict.fromkeys(_WORDS, 0)
    for name in names:
        told = _told(name)
        counts[told.exit_code] += 1
        if told.result is None:
            _print_error(told.error)
        else:
            print_result(console, told.result)
        yield told
    if len(names) > 1:
        words = (f"{count} {_WORDS[code]}" for code, count in counts.items() if count)
        console.print(Text(f"{len(names)} scenarios: {', '.join(words)}", style="bold"))


def _print_error(error: Exception | None) -> None:
    typer.echo(f"vagus: {printable(str(error))}", err=True)


def _console() -> Console:
    # Rich takes a pipe for a terminal of 80 columns, which would fold every key.
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH_OF_FILES)


def _print_shipped(as_json: bool) -> None:
    scenarios = {name: Scenario.load(name) for name in shipped()}
    if as_json:
        listed = [
            {"name": name, "title": scenario.name, "description": scenario.description}
            for name, scenario in scenarios.items()
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, scenario in scenarios.items():
        table.add_row(Text(name, style="bold"), printable(scenario.name))
    _console().print(table)


@app.command()
def explain(key: Annotated[str, typer.Argument(help="A session key.")]) -> None:
    """Show how a session key is read.

    Exit code 0: it is a key; 2: it is not, and why.
    """
    try:
        parsed = SessionKey.parse(key)
    except InvalidInput as error:
        _print_error(error)
        raise typer.Exit(UNUSABLE) from None
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _reading(parsed):
        table.add_row(Text(name, style="bold"), printable(value))
    _console().print(table)


def _reading(key: SessionKey) -> list[tuple[str, str]]:
    return [
        ("canonical", str(key)),
        ("agent", key.agent),
        ("kind", key.kind),
        ("rest", key.rest),
        ("thread", key.thread_id or "none"),
        ("parent", "none" if key.thread_parent is None else str(key.thread_parent)),
        ("isolated heartbeat", str(key.isolated())),
    ]
