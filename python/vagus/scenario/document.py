"""Reads scenario files: YAML with bounds, positions and no surprises.

Plain scalars follow YAML 1.2: `22:00`, `no` and `2026-05-17` are text. Duplicate keys, cyclic
aliases, foreign tags and documents that unfold without end are refused.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar, cast

from vagus import (
    ContextKey,
    InvalidInput,
    InvalidKey,
    ScenarioError,
    SessionKey,
)
from vagus.scenario.source import Mark, Source, Trail, path_of
from vagus.testing.records import plain
from vagus.testing.spans import END_MS, SPAN, duration_ms, instant_ms, moment

try:
    import yaml
except ModuleNotFoundError:
    hint = "scenarios need PyYAML: pip install 'vagus[cli]'"
    raise ModuleNotFoundError(hint, name="yaml") from None

MAX_BYTES = 1 << 20
MAX_VALUES = 100_000
MAX_DEPTH = 64
MAX_NAME = 256
MAX_FILL = 4 << 20

INSTANT = re.compile(
    r"(?!9999)(?:19[7-9][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}[T ]"
    r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
"""An instant with its zone, of the years 1970 to 9998."""

KEY = re.compile(r"[Aa][Gg][Ee][Nn][Tt]:[A-Za-z0-9_-]{1,64}:.+")
"""What every session key and context key looks like."""

_TAG = "tag:yaml.org,2002:"


class _TooManyValues(Exception):
    """A file that would take long to read, and then be refused."""


class _Loader(yaml.SafeLoader):
    """Tells texts from numbers the way YAML 1.2 does; numbers with a leading zero are text."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - PyYAML's own name
    _nodes_left = 2 * MAX_VALUES  # every value may have a name

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._nodes_left -= 1
        if self._nodes_left < 0:
            raise _TooManyValues
        return super().compose_node(parent, index)


for _kind, _pattern in {
    "null": r"^(?:~|null|)$",
    "bool": r"^(?:true|false)$",
    "int": r"^[-+]?(?:0|[1-9][0-9]*)$",
    "float": r"^[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+$",
}.items():
    _Loader.add_implicit_resolver(_TAG + _kind, re.compile(_pattern), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown `name`: the closest one, or all."""
    names = sorted(known)
    close = closest(name, names)
    return f"known: {', '.join(names)}" if close is None else f"did you mean {close!r}?"


def closest(name: str, names: Sequence[str]) -> str | None:
    """The one of `names` that was probably meant by `name`."""
    if len(name) > MAX_NAME:
        return None
    lower = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name.lower(), lower, n=1)
    return lower[close[0]] if close else None


def must_be_one_of(choices: Sequence[str], got: object) -> str:
    """What to say when something else than one of `choices` was written."""
    close = closest(got, choices) if isinstance(got, str) else None
    hint = "" if close is None else f" (did you mean {close!r}?)"
    return f"must be one of {', '.join(choices)}{hint}"


def is_number(value: object) -> bool:
    """True for whole numbers and decimals."""
    return isinstance(value, int | float) and not isinstance(value, bool)


Key = TypeVar("Key", SessionKey, ContextKey)


@dataclass(frozen=True)
class Node:
    """A value of a scenario file together with its place."""

    source: Source
    trail: Trail
    value: Any

    @property
    def path(self) -> str:
        """Its place in the file, as people write it."""
        return path_of(self.trail)

    def refuse(self, message: str) -> NoReturn:
        """Raises what is wrong with this value."""
        raise self.source.error(self.trail, message, self.value)

    def fields(
        self, known: Iterable[str] | None = None, required: Sequence[str] = ()
    ) -> dict[str, Node]:
        """The fields of an object, all of them `known` (if given), the `required` ones present."""
        if not isinstance(self.value, dict):
            self.refuse("must be an object" + ("" if known is None else f" of {', '.join(known)}"))
        nodes = {name: self._at(name, value) for name, value in self.value.items()}
        names = None if known is None else set(known)
        for name, node in nodes.items():
            if names is not None and name not in names:
                raise self.source.error(node.trail, f"unknown field, {did_you_mean(name, names)}")
        for name in required:
            if name not in nodes:
                raise self.source.error((*self.trail, name), "is required")
        return nodes

    def items(self) -> list[Node]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            self.refuse("must be a list")
        return [self._at(index, value) for index, value in enumerate(self.value)]

    def is_generator(self) -> bool:
        """True for `{fill: text, chars: N}`, which stands for a long text."""
        return isinstance(self.value, dict) and self.value.keys() == {"fill", "chars"}

    def text(self) -> str:
        """Text, or what a generator `{fill: text, chars: N}` stands for."""
        if isinstance(self.value, dict):
            return self.filled()
        if not isinstance(self.value, str):
            self.refuse("must be text" + (" (put it in quotes)" * (self.value is not None)))
        return self.value

    def filled(self, others: Sequence[str] = ()) -> str:
        """`fill` repeated and cut to `chars` characters; `others` are fields read elsewhere."""
        fields = self.fields(("fill", "chars", *others), required=("fill", "chars"))
        chars = fields["chars"].integer(minimum=1, maximum=MAX_FILL)
        fill = fields["fill"]
        if not isinstance(fill.value, str) or not fill.value:
            fill.refuse("must be text that is not empty")
        self.source.count(self.trail, chars)
        return (fill.value * (chars // len(fill.value) + 1))[:chars]

    def full_text(self) -> str:
        """Text that is not empty."""
        return self.text() or self.refuse("must not be empty")

    def choice(self, choices: Sequence[str]) -> str:
        """One of `choices`."""
        if not isinstance(self.value, str) or self.value not in choices:
            self.refuse(must_be_one_of(choices, self.value))
        return self.value

    def session_key(self) -> str:
        """A session key in its canonical form."""
        return str(self._key(SessionKey.parse))

    def context_key(self) -> str:
        """A context key in its canonical form."""
        return str(self._key(ContextKey.parse))

    def _key(self, parse: Callable[[str], Key]) -> Key:
        if not isinstance(self.value, str) or KEY.fullmatch(self.value) is None:
            self.refuse("must look like agent:<agent id>:<rest>, such as agent:main:main")
        try:
            return parse(self.value)
        except InvalidKey as error:
            raise self.source.retell(self.trail, error) from None

    def instant_ms(self) -> int:
        """An instant with its zone, in milliseconds since the epoch."""
        if not isinstance(self.value, str) or INSTANT.fullmatch(self.value) is None:
            self.refuse(
                "must be an instant with a time zone (Z or an offset such as +02:00) of the years "
                "1970 to 9998, such as 2026-05-17T22:00:00Z"
            )
        try:
            return instant_ms(self.value, "instant")
        except InvalidInput:
            self.refuse("is not in the calendar of the years 1970 to 9998 (UTC)")

    def instant(self) -> str:
        """An instant the way records show it."""
        return str(plain(moment(self.instant_ms())))

    def integer(self, *, minimum: int = 0, maximum: int = 1 << 53) -> int:
        """A whole number within bounds."""
        whole = isinstance(self.value, float) and self.value.is_integer()
        if not (whole or isinstance(self.value, int)) or isinstance(self.value, bool):
            self.refuse("must be a whole number")
        if not minimum <= self.value <= maximum:
            self.refuse(f"must be from {minimum} to {maximum}")
        return int(self.value)

    def number(self) -> int | float:
        """A number."""
        if not is_number(self.value):
            self.refuse("must be a number")
        return cast(int | float, self.value)

    def boolean(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse("must be true or false")
        return self.value

    def span_ms(self) -> int:
        """Milliseconds of a span such as `10m`."""
        if not isinstance(self.value, str) or SPAN.fullmatch(self.value) is None:
            self.refuse("must be a span with units (d, h, m, s, ms), such as 10m or 1h30m")
        span = duration_ms(self.value)
        if span is None:
            self.refuse(f"must be at most {END_MS // 86_400_000:,} days, in 64 characters or less")
        return span

    def plain(self) -> Any:
        """The value, every generator in it unfolded."""
        if isinstance(self.value, dict):
            if self.is_generator():
                return self.filled()
            return {name: node.plain() for name, node in self.fields().items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.items()]
        return self.value

    def _at(self, step: str | int, value: Any) -> Node:
        return Node(self.source, (*self.trail, step), value)


def read_document(text: str, name: str, what: str = "scenario") -> Node:
    """The root of the file `name` that holds `text`; `what` is what errors call the whole of it.

    Raises:
        ScenarioError: not YAML, or beyond the bounds of this module.
    """
    source = Source(name, what=what)
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise source.error((), f"larger than {MAX_BYTES:,} bytes")
    root = _composed(text, source)
    if root is None:
        raise source.error((), "is empty")
    value, source.root = _Unfolding(source).value_of(root, (), ())
    return Node(source, (), value)


def _composed(text: str, source: Source) -> Any:
    try:
        return yaml.compose(text, Loader=_Loader)
    except _TooManyValues:
        raise source.error((), f"holds more than {MAX_VALUES:,} values") from None
    except yaml.YAMLError as error:
        raise source.error((), f"not YAML: {' '.join(str(error).split())}") from None
    except (ValueError, OverflowError) as error:  # a `\U` escape beyond Unicode
        raise source.error((), f"not YAML: {error}") from None
    except RecursionError:
        raise source.error((), "nested too deeply") from None


def _joined(text: str) -> str:
    """`text` with the two halves of characters joined that JSON escapes one by one.

    Raises:
        ValueError: a half without the other.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _decimal(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_SCALARS: Mapping[str, Callable[[str], object]] = {
    "str": _joined,
    "null": {"": None, "~": None, "null": None}.__getitem__,
    "bool": {"true": True, "false": False}.__getitem__,
    "int": int,
    "float": _decimal,
}


class _Unfolding:
    """Turns a graph of YAML nodes into plain values with their marks, and counts."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = MAX_VALUES

    def value_of(self, node: Any, trail: Trail, parents: tuple[int, ...]) -> tuple[Any, Mark]:
        line = node.start_mark.line + 1
        self._left -= 1
        if self._left < 0:
            raise self._error(trail, line, f"unfolds to more than {MAX_VALUES:,} values")
        if id(node) in parents:
            raise self._error(trail, line, "an alias that contains itself")
        if len(parents) > MAX_DEPTH:
            raise self._error(trail, line, f"nested more than {MAX_DEPTH} deep")
        inside = (*parents, id(node))
        match node.tag.removeprefix(_TAG), node:
            case "map", yaml.MappingNode():
                return self._mapping(node, trail, inside)
            case "seq", yaml.SequenceNode():
                return self._sequence(node, trail, inside)
            case tag, yaml.ScalarNode() if tag in _SCALARS:
                return self._scalar(tag, node, trail), Mark(line)
        raise self._error(trail, line, f"has an unknown tag: {node.tag[:80]}")

    def _mapping(self, node: Any, trail: Trail, inside: tuple[int, ...]) -> tuple[Any, Mark]:
        values: dict[str, Any] = {}
        marks: dict[str, Mark] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._error(trail, line, "a field name must be text")
            name = self._name(key_node, trail)
            if name in values:
                raise self._error((*trail, name), line, "given twice")
            values[name], marks[name] = self.value_of(value_node, (*trail, name), inside)
        return values, Mark(node.start_mark.line + 1, marks)

    def _name(self, node: Any, trail: Trail) -> str:
        if len(node.value) > MAX_NAME:
            words = f"a field name may have at most {MAX_NAME} characters"
            raise self._error(trail, node.start_mark.line + 1, words, node.value)
        return str(self._scalar("str", node, trail))

    def _sequence(self, node: Any, trail: Trail, inside: tuple[int, ...]) -> tuple[Any, Mark]:
        pairs = [
            self.value_of(item, (*trail, index), inside) for index, item in enumerate(node.value)
        ]
        marks = [mark for _, mark in pairs]
        return [value for value, _ in pairs], Mark(node.start_mark.line + 1, marks)

    def _scalar(self, tag: str, node: Any, trail: Trail) -> Any:
        self._source.count(trail, len(node.value))
        try:
            return _SCALARS[tag](node.value)
        except (KeyError, ValueError):
            words = "is not valid Unicode" if tag == "str" else f"is not a {tag}"
            raise self._error(trail, node.start_mark.line + 1, words, node.value) from None

    def _error(self, trail: Trail, line: int, message: str, *value: object) -> ScenarioError:
        # The marks of the whole file are not there yet.
        return Source(f"{self._source.name}:{line}", what=self._source.what).error(
            trail, message, *value
        )
