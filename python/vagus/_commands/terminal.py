"""What the commands have in common: exit codes, and text that commands no terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vagus.scenario.report import printable

GOOD = 0
BAD = 1
UNUSABLE = 2

_WIDTH_OF_FILES = 200


def console() -> Console:
    """Where tables go."""
    # Rich takes a pipe for a terminal of 80 columns, which would fold every key.
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=_WIDTH_OF_FILES)


def print_error(error: object) -> None:
    """Says on the error stream what is wrong."""
    typer.echo(f"vagus: {printable(str(error))}", err=True)


def print_json(value: object) -> None:
    """Prints `value` for programs."""
    typer.echo(json.dumps(value, indent=2))


def print_rows(rows: Mapping[str, Any]) -> None:
    """Prints names and what they stand for, one a line."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        table.add_row(Text(name.replace("_", " "), style="bold"), printable(_words(value)))
    console().print(table)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Prints a table with headings."""
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*map(printable, row))
    console().print(table)


def _words(value: Any) -> str:
    match value:
        case None | []:
            return "none"
        case bool():
            return "yes" if value else "no"
        case dict():
            given = {name: each for name, each in value.items() if each is not None}
            return ", ".join(
                f"{name.replace('_', ' ')} {_words(each)}" for name, each in given.items()
            )
        case list():
            return ", ".join(map(_words, value))
        case _:
            return str(value)
