"""Failures: what did not come true, told in a few short lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 80
"""Characters of a text that a failure shows."""

MAX_ELEMENTS = 10
"""Elements of a list that a failure shows."""

MAX_LINE = 240
"""Characters of anything else that a failure shows."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An expectation that did not come true.

    Attributes:
        file: the scenario file.
        line: the line that says it; None when no line does.
        path: where the scenario says it.
        subject: what was looked at, such as `runs[3].prompt`.
        message: what was expected and what there was, in words.
        expected: what the scenario wants.
        actual: what there was.
    """

    file: str
    line: int | None
    path: str
    subject: str
    message: str
    expected: Any
    actual: Any

    @property
    def place(self) -> str:
        """File, line and path."""
        file = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{file}: {self.path}"

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready; long texts are cut."""
        return {
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "subject": self.subject,
            "message": self.message,
            "expected": clipped(self.expected),
            "actual": clipped(self.actual),
        }

    def __str__(self) -> str:
        return f"{self.place}: {self.subject}: {self.message}"


# ---- values in a few words ------------------------------------------------------------------


def clipped(value: Any) -> Any:
    """`value` with every long text in it cut to its beginning."""
    if isinstance(value, str):
        return (
            value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}… ({len(value):,} characters)"
        )
    if isinstance(value, Mapping):
        return {name: clipped(item) for name, item in value.items()}
    if isinstance(value, list):
        more = len(value) - MAX_ELEMENTS
        tail = [f"… {more:,} more"] if more > 0 else []
        return [clipped(item) for item in value[:MAX_ELEMENTS]] + tail
    return value


def shown(value: Any) -> str:
    """A plain value on one line, the way scenarios write it; what is long is cut."""
    if isinstance(value, str):
        beginning = repr(value[:MAX_TEXT])
        return beginning if len(value) <= MAX_TEXT else f"{beginning}… ({len(value):,} characters)"
    if isinstance(value, Mapping):
        fields = (f"{name}: {shown(item)}" for name, item in value.items() if item is not None)
        return "{" + _joined(fields, len(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + _joined(map(shown, value), len(value)) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joined(items: Iterator[str], count: int) -> str:
    """`items` with commas between them; those beyond the line are counted."""
    text = ""
    for index, item in enumerate(items):
        if index and len(text) + len(item) > MAX_LINE:
            return f"{text}, … {count - index:,} more"
        text = f"{text}, {item}" if index else item
    return text


def around(text: str, start: int, length: int = 0) -> str:
    """The neighbourhood of `length` characters of `text` at `start`."""
    before, after = max(0, start - MAX_TEXT // 4), start + min(length, MAX_TEXT) + MAX_TEXT // 4
    head, tail = "…" * (before > 0), "…" * (after < len(text))
    return f"{head}{text[before:after]!r}{tail}"


def differ(expected: Any, actual: Any) -> str:
    """How two plain values differ: of long texts, where."""
    texts = isinstance(expected, str) and isinstance(actual, str)
    if not texts or max(len(expected), len(actual)) <= MAX_TEXT:
        return f"expected {shown(expected)}, got {shown(actual)}"
    pairs = enumerate(zip(expected, actual, strict=False))
    at = next((i for i, (x, y) in pairs if x != y), min(len(expected), len(actual)))
    return (
        f"differs from character {at:,}: expected {around(expected, at)} ({len(expected):,} "
        f"characters), got {around(actual, at)} ({len(actual):,} characters)"
    )


def elements(patterns: Sequence[Any], values: Sequence[Any]) -> str:
    """Two lists of different length, element by element."""
    noun = "element" if len(patterns) == 1 else "elements"
    lines = [f"expected {len(patterns)} {noun}, got {len(values)}"]
    count = max(len(patterns), len(values))
    for index in range(min(count, MAX_ELEMENTS)):
        wanted, got = (_element(each, index) for each in (patterns, values))
        lines += [f"  [{index}] expected {wanted}", f"  {' ' * len(f'[{index}]')} got {got}"]
    if count > MAX_ELEMENTS:
        lines.append(f"  … {count - MAX_ELEMENTS:,} more")
    return "\n".join(lines)


def _element(values: Sequence[Any], index: int) -> str:
    if index >= len(values):
        return "nothing"
    value = values[index]
    if isinstance(value, Mapping):  # a run's id is of no use to a reader
        value = {name: item for name, item in value.items() if name != "run_id"}
    return shown(value)
