"""What became of every message on its way into a prompt, for people."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vagus._core import Ledger, MessageFate

_COLOURS = {
    "system": "#4c566a",
    "tools": "#81a1c1",
    "summary": "#b48ead",
    "pinned": "#d08770",
    "history": "#5e81ac",
    "replay": "#8fbcbb",
    "prompt": "#a3be8c",
    "rules": "#d8dee9",
    "margin": "#ebcb8b",
}
_COLUMNS = ("section", "messages", "fate", "reason", "before", "after")


class Explanation(list["MessageFate"]):
    """The lines of a plan; prints as a table, in a notebook with a bar of the budget.

    Attributes:
        ledger: what the prompt costs.
    """

    def __init__(self, lines: Iterable[MessageFate], ledger: Ledger) -> None:
        super().__init__(lines)
        self.ledger = ledger

    def table(self) -> str:
        """The lines and the sum as text."""
        rows = [list(_COLUMNS), *map(_cells, self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if name in ("before", "after") else cell.ljust(width)
                for name, cell, width in zip(_COLUMNS, row, widths, strict=True)
            ).rstrip()
            for row in rows
        ]
        return "\n".join([*lines, _total(self.ledger)])

    def to_dict(self) -> dict[str, Any]:
        """Ledger and lines as plain values."""
        return {"ledger": self.ledger.to_dict(), "plan": [line.to_dict() for line in self]}

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(line)) + "</tr>"
            for line in self
        )
        return f"{budget_bar(self.ledger)}<table><tr>{head}</tr>{body}</table>"


def budget_bar(ledger: Ledger) -> str:
    """A bar of what a prompt costs, part by part, against its budget, as HTML."""
    parts = [(part.name, part.tokens) for part in ledger.parts]
    parts.append(("margin", max(0, ledger.estimated - ledger.raw)))
    whole = max(ledger.budget, ledger.estimated, 1)
    pieces = "".join(
        f'<div title="{escape(name)}: {tokens:,} tokens" style="width:{100 * tokens / whole:.3f}%;'
        f'background:{_COLOURS.get(name, "#888")}"></div>'
        for name, tokens in parts
        if tokens > 0
    )
    mark = f"left:{100 * ledger.budget / whole:.3f}%"
    legend = " ".join(
        f'<span style="color:{_COLOURS.get(name, "#888")}">&#9632;</span> {escape(name)} {tokens:,}'
        for name, tokens in parts
        if tokens > 0
    )
    return (
        f'<div style="position:relative;display:flex;height:1.2em;background:#eee">{pieces}'
        f'<div style="position:absolute;{mark};top:0;bottom:0;border-left:2px solid #bf616a"></div>'
        f"</div><div>{legend}</div><div>{escape(_total(ledger))}</div>"
    )


def _cells(line: MessageFate) -> list[str]:
    last = line.first + line.count - 1
    which = f"{line.first}" if line.count == 1 else f"{line.first}-{last}"
    return [
        line.section,
        which,
        line.fate,
        line.reason,
        f"{line.before:,}",
        f"{line.after:,}",
    ]


def _total(ledger: Ledger) -> str:
    steps = ", ".join(step.rung for step in ledger.steps)
    return (
        f"{ledger.estimated:,} of {ledger.budget:,} tokens ({ledger.source}, "
        f"{ledger.raw:,} without margin)" + (f" after {steps}" if steps else "")
    )
