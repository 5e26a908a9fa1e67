"""The commands behind `vagus.cli`."""

from __future__ import annotations

from typing import Annotated

import typer

import vagus
from vagus._commands import events, keys, routing, scenarios

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


app.command()(scenarios.run)
app.command()(keys.explain)
app.command()(routing.route)
app.command("lint")(routing.lint_config)
app.command()(events.event)
