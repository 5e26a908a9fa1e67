"""Patterns: what a scenario says about a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vagus.scenario.document import Node
from vagus.scenario.failure import Failure, around, differ, elements, shown
from vagus.scenario.shapes import Shape
from vagus.testing.records import Run, plain

REFERENCE = re.compile(r"runs\[([0-9]{1,9})\]")
"""A run of the scenario, counted from 0."""

REFERENCES: Mapping[str, bool] = {"same_as": True, "differs_from": False}
"""The matchers that compare a field of a run with the same field of another run."""


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
        return Subject(_look(self.value, step), name, (*self.trail, step), self.runs)

    def in_run(self, index: int) -> Any:
        """The plain value that the run `index` has in this place."""
        other: Any = self.runs[index]
        for step in self.trail:
            other = _look(other, step)
        return plain(other)


def _look(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, Sequence) and step < len(value) else None
    if isinstance(value, Mapping):
        return value.get(step)
    return getattr(value, step, None)


class Pattern(Protocol):
    """What a value must be like."""

    expected: Any

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """Where `subject` differs from it."""


def fits(pattern: Pattern, subject: Subject) -> bool:
    """True when nothing differs."""
    return next(pattern.failures(subject), None) is None


def failure(node: Node, subject: Subject, message: str) -> Failure:
    """The failure of what stands at `node`."""
    return Failure(
        file=node.source.name,
        line=node.source.line(node.trail),
        path=node.path,
        subject=subject.name,
        message=message,
        expected=node.value,
        actual=plain(subject.value),
    )


class Exact:
    """One value."""

    def __init__(self, node: Node, expected: Any) -> None:
        self._node = node
        self.expected = expected

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """One, when the value is another."""
        actual = plain(subject.value)
        if actual != self.expected:
            yield failure(self._node, subject, differ(self.expected, actual))


class Fields:
    """An object whose named fields match; others may be anything."""

    def __init__(self, node: Node, shape: Shape, in_run: bool) -> None:
        self._node = node
        self.expected = node.value
        for name, inner in node.fields().items():
            if name in MATCHERS:
                names = ", ".join(shape.fields)
                inner.refuse(f"is said of one field; name the field first, one of {names}")
        self._patterns = {
            name: pattern_of(inner, shape.fields[name], in_run)
            for name, inner in node.fields(shape.fields).items()
        }

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """Where a named field differs."""
        if subject.value is None:
            yield failure(self._node, subject, differ(self.expected, None))
            return
        for name, pattern in self._patterns.items():
            yield from pattern.failures(subject.at(name))


class Items:
    """A list of as many elements, each of which matches."""

    def __init__(self, node: Node, element: Shape) -> None:
        self._node = node
        self._patterns = [_element_of(inner, element) for inner in node.items()]
        self.expected = [pattern.expected for pattern in self._patterns]

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """A wrong number of elements, or where they differ."""
        values = subject.value
        if len(values) != len(self._patterns):
            message = elements(self.expected, plain(values))
            yield failure(self._node, subject, message)
            return
        for index, pattern in enumerate(self._patterns):
            yield from pattern.failures(subject.at(index))


def _element_of(node: Node, shape: Shape) -> Pattern:
    # An element without fields still counts.
    return Fields(node, shape, in_run=False) if node.value == {} else pattern_of(node, shape)


class Matchers:
    """An object of matchers, such as `{at_least: 3, at_most: 5}`; all must hold."""

    def __init__(self, node: Node, shape: Shape, in_run: bool) -> None:
        allowed = (*shape.matchers, *(REFERENCES if in_run else ()))
        self.expected = node.value
        self._patterns: list[Pattern] = []
        for name, operand in node.fields().items():
            if name in MATCHERS and name not in allowed:
                operand.refuse(_elsewhere(name, allowed))
        for name, operand in node.fields(allowed).items():
            if name in REFERENCES:
                self._patterns.append(Reference(operand, REFERENCES[name]))
            else:
                self._patterns.append(Matcher(operand, name, _OPERANDS[name](operand, shape)))

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """One for each matcher that does not hold."""
        for pattern in self._patterns:
            yield from pattern.failures(subject)


class Matcher:
    """One matcher with its operand."""

    def __init__(self, node: Node, name: str, operand: Any) -> None:
        self._node = node
        self._name = name
        self._operand = operand
        self.expected = node.value

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """One, when it does not hold."""
        is_list = isinstance(subject.value, list | tuple)
        value = subject.value if is_list else plain(subject.value)
        if value is not None and _TESTS[self._name](value, self._operand):
            return
        excludes = self._name == "excludes" and value is not None
        got = _unwanted(value, self._operand) if excludes else shown(plain(value))
        wanted = f"expected {self._name}: {shown(self._node.plain())}"
        yield failure(self._node, subject, f"{wanted}, got {got}")


class Reference:
    """`same_as` or `differs_from`: the same field of another run."""

    def __init__(self, node: Node, same: bool) -> None:
        match = REFERENCE.fullmatch(node.value) if isinstance(node.value, str) else None
        if match is None:
            node.refuse("must name a run of this scenario, such as runs[0]")
        self._node = node
        self._index = int(match[1])
        self._same = same
        self.expected = node.value

    def failures(self, subject: Subject) -> Iterator[Failure]:
        """One, when the two are not, or are, the same."""
        if self._index >= len(subject.runs):
            message = f"there is no {self.expected}: {len(subject.runs)} runs have ended"
            yield failure(self._node, subject, message)
            return
        other, value = subject.in_run(self._index), plain(subject.value)
        if (other == value) == self._same:
            return
        same = f"expected what {self.expected} has, {shown(other)}, got {shown(value)}"
        differs = f"expected something else than {self.expected} has, got {shown(other)} in both"
        yield failure(self._node, subject, same if self._same else differs)


# ---- matchers -------------------------------------------------------------------------------


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, str):
        return all(text in value for text in wanted)
    return any(fits(wanted, Subject(item, "")) for item in value)


def _excludes(value: Any, unwanted: Any) -> bool:
    if isinstance(value, str):
        return not any(text in value for text in unwanted)
    return not _contains(value, unwanted)


def _unwanted(value: Any, unwanted: Any) -> str:
    """The neighbourhood of what should not be there."""
    if isinstance(value, str):
        text = next(each for each in unwanted if each in value)
        at = value.index(text)
        return f"{around(value, at, len(text))} at character {at:,} of {len(value):,}"
    at = next(i for i, item in enumerate(value) if fits(unwanted, Subject(item, "")))
    return f"{shown(plain(value[at]))} at [{at}] of {len(value):,}"


_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, wanted: bool(value == wanted),
    "matches": lambda value, regex: regex.search(value) is not None,
    "contains": _contains,
    "excludes": _excludes,
    "at_least": lambda value, least: bool(value >= least),
    "at_most": lambda value, most: bool(value <= most),
    "one_of": lambda value, allowed: value in allowed,
}

MATCHERS = frozenset(_TESTS) | frozenset(REFERENCES)


def _elsewhere(name: str, allowed: Sequence[str]) -> str:
    """Why the matcher `name` is refused where only those `allowed` have a meaning."""
    if name in REFERENCES:
        return "compares with a run, so it may only stand inside run or runs, and not in a list"
    return f"does not fit this value; allowed: {', '.join(allowed)}"


def _regex(node: Node, shape: Shape) -> re.Pattern[str]:
    try:
        return re.compile(node.full_text())
    except (re.error, OverflowError, RecursionError) as error:
        node.refuse(f"is not a regular expression ({error})")


def _inside(node: Node, shape: Shape) -> Any:
    if shape.element is not None:
        return pattern_of(node, shape.element)
    texts = filled_list(node) if isinstance(node.value, list) else [node]
    return [text.full_text() for text in texts]


def _bound(node: Node, shape: Shape) -> int | float:
    return node.number()


def _choices(node: Node, shape: Shape) -> list[Any]:
    return [shape.read(item) for item in filled_list(node)]


def _equal(node: Node, shape: Shape) -> Any:
    return shape.read(node)


_OPERANDS: Mapping[str, Callable[[Node, Shape], Any]] = {
    "equals": _equal,
    "matches": _regex,
    "contains": _inside,
    "excludes": _inside,
    "at_least": _bound,
    "at_most": _bound,
    "one_of": _choices,
}
"""How the operand of each matcher is read."""


def filled_list(node: Node) -> list[Node]:
    """The elements of a list that is not empty."""
    return node.items() or node.refuse("must not be empty")


def pattern_of(node: Node, shape: Shape, in_run: bool = False) -> Pattern:
    """The pattern that a scenario wrote.

    Args:
        node: an object of matchers, an object of patterns by field, a list of patterns, or a value.
        shape: what values there can be.
        in_run: the value belongs to a run, so that it can be compared with other runs.

    Raises:
        ScenarioError: no value of this shape can match, or every value does.
    """
    if node.value is None and shape.nullable:
        return Exact(node, None)
    if node.value == {}:
        node.refuse("must not be empty")
    if isinstance(node.value, dict) and (shape.fields or not node.is_generator()):
        says_fields = shape.fields and not node.value.keys() & REFERENCES.keys()
        return Fields(node, shape, in_run) if says_fields else Matchers(node, shape, in_run)
    if isinstance(node.value, list) and shape.element is not None:
        return Items(node, shape.element)
    return Exact(node, shape.read(node))


def fields_of(node: Node, shape: Shape, *, in_run: bool = False, empty: bool = False) -> Pattern:
    """The pattern that names fields of a whole record, and nothing else.

    Raises:
        ScenarioError: as `pattern_of`, or no field is named although it may not be `empty`.
    """
    if not isinstance(node.value, dict):
        node.fields(shape.fields)
    if not node.value and not empty:
        node.refuse("must not be empty")
    return Fields(node, shape, in_run)
