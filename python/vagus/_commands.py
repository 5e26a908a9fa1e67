"""The commands behind `vagus.cli`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

import vagus
from vagus import InvalidKey, ScenarioError, SessionKey
from vagus.scenario import Scenario, ScenarioResult, shipped
from vagus.scenario.report import print_result

FAILED = 1
UNUSABLE = 2
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
    as_json: Annotated[bool, typer.Option("--json", help="Print results as JSON.")] = False,
) -> None:
    """Run scenarios under a virtual clock and check what they expect.

    Exit code 0: everything came true; 1: something did not; 2: a scenario cannot be used.
    """
    console = _console()
    if list_shipped:
        _print_shipped(console)
        return
    if not names:
        raise typer.BadParameter("name a scenario, or use --list", param_hint="FILE|NAME...")
    try:
        results = [Scenario.load(name).run() for name in names]
    except ScenarioError as error:
        typer.echo(f"vagus: {error}", err=True)
        raise typer.Exit(UNUSABLE) from None
    if as_json:
        typer.echo(json.dumps([result.to_dict() for result in results], indent=2))
    else:
        for result in results:
            print_result(console, result)
    raise typer.Exit(_exit_code(results))


def _console() -> Console:
    # Rich takes a pipe for a terminal of 80 columns, which would fold every key.
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH_OF_FILES)


def _exit_code(results: list[ScenarioResult]) -> int:
    return 0 if all(result.passed for result in results) else FAILED


def _print_shipped(console: Console) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name in shipped():
        table.add_row(Text(name, style="bold"), Text(Scenario.load(name).name))
    console.print(table)


@app.command()
def explain(key: Annotated[str, typer.Argument(help="A session key.")]) -> None:
    """Show how a session key is read.

    Exit code 0: it is a key; 2: it is not, and why.
    """
    try:
        parsed = SessionKey.parse(key)
    except InvalidKey as error:
        typer.echo(f"vagus: {error}", err=True)
        raise typer.Exit(UNUSABLE) from None
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _reading(parsed):
        table.add_row(Text(name, style="bold"), Text(value))
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
