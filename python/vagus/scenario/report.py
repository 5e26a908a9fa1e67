"""Shows scenario results in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from vagus.scenario.runner import ScenarioResult, VariantResult
from vagus.testing.records import RUN_COLUMNS, RunList, run_row

_HEAD = 8
_TAIL = 3
_UNABRIDGED = 12


def printable(text: str, style: str = "") -> Text:
    """`text` for a terminal: what is not printable is escaped, so that it commands nothing."""
    shown = (
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )
    return Text("".join(shown), style=style)


def print_result(console: Console, result: ScenarioResult) -> None:
    """Prints every variant: its runs, its figures, what did not come true."""
    for variant in result.variants:
        title = result.name if len(result.variants) == 1 else f"{result.name}: {variant.name}"
        console.print(printable(title, "bold"))
        console.print(Group(*_body(variant)))
        console.print()


def _body(variant: VariantResult) -> Iterator[RenderableType]:
    if variant.runs:
        yield runs_table(variant.runs)
    yield Text(f"  {_summary(variant)}")
    for failure in variant.failures:
        yield printable(f"  {failure.place}", "red")
        yield printable(indent(f"{failure.subject}: {failure.message}", "    "))
    verdict = "passed" if variant.passed else f"failed expectations: {len(variant.failures)}"
    yield Text(f"  {verdict}", style="green" if variant.passed else "bold red")


def runs_table(runs: RunList) -> Table:
    """The runs; of many, the first and the last ones."""
    table = Table(*RUN_COLUMNS, box=None, pad_edge=False)
    for index in ("#", "tokens / budget"):
        table.columns[RUN_COLUMNS.index(index)].justify = "right"
    for column in table.columns:
        column.overflow = "fold"
    left_out = len(runs) - _HEAD - _TAIL if len(runs) > _UNABRIDGED else 0
    for number, run in enumerate(runs):
        if left_out and number == _HEAD:
            table.add_row("…", "", "", f"{left_out:,} more like these", style="dim")
        if not left_out or not _HEAD <= number < len(runs) - _TAIL:
            table.add_row(*map(printable, run_row(number, run)))
    return table


def _summary(variant: VariantResult) -> str:
    totals = variant.totals
    outcomes = ", ".join(f"{count:,} {name}" for name, count in totals["outcomes"].items() if count)
    parts = [f"{totals['runs']:,} runs ({outcomes})" if outcomes else "no runs"]
    tokens = totals["tokens"]
    if tokens["max"] is not None:
        parts.append(
            f"prompt tokens first {tokens['first']:,}, last {tokens['last']:,}, "
            f"largest {tokens['max']:,}"
        )
    overflow = max((run.ledger.overflow for run in variant.runs if run.ledger), default=0)
    if overflow:
        parts.append(f"up to {overflow:,} over budget")
    parts.append(f"{totals['prechecks_failed']:,} failed prechecks")
    parts.append(f"{totals['restarts']:,} restarts")
    parts.append(f"{totals['delivered']:,} delivered")
    return "; ".join(parts)
