"""Patterns: what a scenario says about a value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from vagus import DeliveryRoute, Ledger, LedgerPart, WakeCause
from vagus.scenario.document import Node
from vagus.testing.records import Delivery, ModelCall, Run, plain

Shape: TypeAlias = "Mapping[str, Shape] | None"
"""The fields that a pattern may name, each with its own shape; None for a value without fields."""

_PARTS: Mapping[type, Mapping[str, type]] = {
    Run: {"causes": WakeCause, "ledger": Ledger},
    ModelCall: {"ledger": Ledger},
    Delivery: {"route": DeliveryRoute},
    Ledger: {"parts": LedgerPart},
}
"""The fields of records that hold records, or lists of them."""

_REFERENCE = re.compile(r"runs\[(\d+)\]")


def shape_of(record: type) -> Shape:
    """The public fields and figures of a record type, those of its parts included."""
    names = [name for name in dir(record) if not name.startswith("_")]
    parts = _PARTS.get(record, {})
    return {
        name: shape_of(parts[name]) if name in parts else None
        for name in names
        if not callable(getattr(record, name))
    }


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An expectation that did not come true.

    Attributes:
        path: where the scenario says it.
        subject: what was looked at, such as `runs[3].prompt`.
        expected: what the scenario wants.
        actual: what there was.
    """

    path: str
    subject: str
    expected: Any
    actual: Any

    @property
    def diff(self) -> str:
        """Expected and actual as a unified diff."""
        lines = difflib.unified_diff(
            _lines(self.expected), _lines(self.actual), "expected", "actual", lineterm="", n=2
        )
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return {
            "path": self.path,
            "subject": self.subject,
            "expected": self.expected,
            "actual": self.actual,
        }

    def __str__(self) -> str:
        return f"{self.path}: {self.subject}\n{self.diff}"


def _lines(value: Any, name: str = "") -> list[str]:
    if isinstance(value, Mapping) and value:
        inner = [line for key, item in value.items() for line in _lines(item, str(key))]
        return [f"{name}:", *(f"  {line}" for line in inner)] if name else inner
    text = value if isinstance(value, str) else repr(value)
    lines = text.splitlines() or [""]
    if not name:
        return lines
    return [f"{name}: {lines[0]}"] if len(lines) == 1 else [f"{name}:", *(f"  {x}" for x in lines)]


@dataclass(frozen=True)
class Subject:
    """A value that patterns look at.

    Attributes:
        value: the value.
        name: what people call it, such as `runs[3].ledger`.
        trail: the fields that lead to it from its run.
        runs: every run so far, for references.
    """

    value: Any
    name: str
    trail: tuple[str | int, ...] = ()
    runs: Sequence[Run] = field(default=(), repr=False)

    def at(self, step: str | int) -> Subject:
        """The field or element `step` of the value; None when it is not there."""
        name = f"{self.name}[{step}]" if isinstance(step, int) else f"{self.name}.{step}"
        return Subject(_look(self.value, step), name.lstrip("."), (*self.trail, step), self.runs)


def _look(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, Sequence) and step < len(value) else None
    if isinstance(value, Mapping):
        return value.get(step)
    return getattr(value, step, None)


class Pattern:
    """Base of the patterns: an exact value."""

    def __init__(self, node: Node) -> None:
        self.path = node.path
        self.expected = node.plain()

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """Where `subject` differs from this pattern."""
        if plain(subject.value) != self.expected:
            yield self.failure(subject)

    def failure(self, subject: Subject) -> Failure:
        """The failure of the whole pattern."""
        actual = plain(subject.value)
        return Failure(path=self.path, subject=subject.name, expected=self.expected, actual=actual)


class Fields(Pattern):
    """An object whose named fields match; others may be anything."""

    def __init__(self, node: Node, shape: Shape, in_run: bool) -> None:
        super().__init__(node)
        known = shape or {}
        self.patterns = {
            name: pattern_of(inner, known[name], in_run)
            for name, inner in node.fields(known or MATCHERS).items()
        }

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """Where a named field differs."""
        if subject.value is None:
            yield self.failure(subject)
            return
        for name, pattern in self.patterns.items():
            yield from pattern.failures(subject.at(name))


class Items(Pattern):
    """A list of as many elements, each of which matches."""

    def __init__(self, node: Node, shape: Shape, in_run: bool) -> None:
        super().__init__(node)
        self.patterns = [pattern_of(inner, shape, in_run) for inner in node.items()]

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """A wrong number of elements, or where they differ."""
        value = subject.value
        if not isinstance(value, list | tuple) or len(value) != len(self.patterns):
            yield self.failure(subject)
            return
        for index, pattern in enumerate(self.patterns):
            yield from pattern.failures(subject.at(index))


class Matchers(Pattern):
    """An object of matchers, such as `{at_least: 3, at_most: 5}`; all must hold."""

    def __init__(self, node: Node, shape: Shape, in_run: bool) -> None:
        super().__init__(node)
        self._tests: list[tuple[Callable[[Any, Any], bool], Any]] = []
        self._references: list[tuple[bool, int]] = []
        for name, operand in node.fields(MATCHERS).items():
            if name in _REFERENCES:
                index = _reference(operand, in_run)
                self._references.append((_REFERENCES[name], index))
            else:
                self._tests.append((_TESTS[name], _operand(name, operand, shape)))

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """The whole object, when one matcher does not hold."""
        value = plain(subject.value)
        if not all(test(value, operand) for test, operand in self._tests):
            yield self.failure(subject)
        for same, index in self._references:
            yield from self._compare(subject, same, index)

    def _compare(self, subject: Subject, same: bool, index: int) -> Iterator[Failure]:
        exists = index < len(subject.runs)
        other: Any = subject.runs[index] if exists else None
        for step in subject.trail:
            other = _look(other, step)
        if not exists or (plain(other) == plain(subject.value)) != same:
            found = plain(other) if exists else "no such run"
            yield Failure(
                path=self.path,
                subject=subject.name,
                expected=self.expected | {f"runs[{index}]": found},
                actual=plain(subject.value),
            )


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, str):
        return all(each in value for each in _texts(wanted))
    if not isinstance(value, list):
        return False
    return any(next(wanted.failures(Subject(item, "")), None) is None for item in value)


def _excludes(value: Any, unwanted: Any) -> bool:
    if isinstance(value, str):
        return not any(each in value for each in _texts(unwanted))
    return isinstance(value, list) and not _contains(value, unwanted)


def _texts(wanted: Any) -> list[str]:
    texts = wanted.expected if isinstance(wanted.expected, list) else [wanted.expected]
    return [str(text) for text in texts]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, wanted: value == wanted,
    "matches": lambda value, regex: isinstance(value, str) and regex.search(value) is not None,
    "contains": _contains,
    "excludes": _excludes,
    "at_least": lambda value, least: _is_number(value) and value >= least,
    "at_most": lambda value, most: _is_number(value) and value <= most,
    "one_of": lambda value, allowed: value in allowed,
}
_REFERENCES: Mapping[str, bool] = {"same_as": True, "differs_from": False}
MATCHERS = frozenset(_TESTS) | frozenset(_REFERENCES)


def _operand(name: str, node: Node, shape: Shape) -> Any:
    if name == "matches":
        try:
            return re.compile(node.text())
        except re.error as error:
            node.refuse(f"is not a regular expression ({error})")
    if name in ("contains", "excludes"):
        return pattern_of(node, shape)
    if name in ("at_least", "at_most") and not _is_number(node.value):
        node.refuse("must be a number")
    if name == "one_of":
        node.items()
    return node.plain()


def _reference(node: Node, in_run: bool) -> int:
    match = _REFERENCE.fullmatch(node.text())
    if match is None:
        node.refuse("must name a run of this scenario, such as runs[0]")
    if not in_run:
        node.refuse("compares with a run, so it may only stand inside run or runs")
    return int(match[1])


def pattern_of(node: Node, shape: Shape = None, in_run: bool = False) -> Pattern:
    """The pattern that a scenario wrote.

    Args:
        node: an object of matchers, an object of patterns by field, a list of patterns, or a value.
        shape: the fields that may be named.
        in_run: the value belongs to a run, so that it can be compared with other runs.

    Raises:
        ScenarioError: an unknown field, or a matcher with an operand that it cannot use.
    """
    if isinstance(node.value, list):
        return Items(node, shape, in_run)
    if not isinstance(node.value, dict) or node.value.keys() == {"fill", "chars"}:
        return Pattern(node)
    if node.value.keys() & MATCHERS:
        return Matchers(node, shape, in_run)
    return Fields(node, shape, in_run)
