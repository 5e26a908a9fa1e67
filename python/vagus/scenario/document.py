"""Reads scenario files: YAML with bounds, positions and no surprises.

Plain scalars follow YAML 1.2: `22:00`, `no` and `2026-05-17` are text. Duplicate keys, cyclic
aliases, foreign tags and documents that unfold without end are refused.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar, cast

from vagus import (
    ContextKey,
    InvalidInput,
    InvalidKey,
    ScenarioError,
    SessionKey,
    VagusError,
    parse_duration,
)
from vagus.testing.records import plain
from vagus.testing.spans import SPAN, instant_ms, moment

try:
    import yaml
except ModuleNotFoundError:
    hint = "scenarios need PyYAML: pip install 'vagus[cli]'"
    raise ModuleNotFoundError(hint, name="yaml") from None

MAX_BYTES = 1 << 20
MAX_VALUES = 100_000
MAX_DEPTH = 64
MAX_FILL = 4 << 20
MAX_FILLED = 64 << 20

INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
"""An instant with its zone."""

KEY = re.compile(r"[Aa][Gg][Ee][Nn][Tt]:[A-Za-z0-9_-]{1,64}:.+")
"""What every session key and context key looks like."""

_NOTHING = object()
_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """Tells texts from numbers the way YAML 1.2 does; numbers with a leading zero are text."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - PyYAML's own name


for _kind, _pattern in {
    "null": r"^(?:~|null|)$",
    "bool": r"^(?:true|false)$",
    "int": r"^[-+]?(?:0|[1-9][0-9]*)$",
    "float": r"^[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+$",
}.items():
    _Loader.add_implicit_resolver(_TAG + _kind, re.compile(_pattern), None)


@dataclass
class Source:
    """A scenario file: its name, the line of every value, and what its generators have made.

    A few bytes of YAML can stand for any amount of text, so generated characters are counted.
    """

    name: str
    lines: dict[str, int] = field(default_factory=dict)
    filled: int = 0

    def count(self, path: str, chars: int) -> None:
        """Takes note of `chars` characters generated at `path`."""
        self.filled += chars
        if self.filled > MAX_FILLED:
            raise self.error(path, f"generates more than {MAX_FILLED:,} characters in all")

    def line(self, path: str) -> int | None:
        """The line of the value at `path`, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path) if path else None

    def error(self, path: str, message: str, value: object = _NOTHING) -> ScenarioError:
        """What is wrong with the value at `path`; without a `value` none is shown."""
        line = self.line(path)
        place = self.name if line is None else f"{self.name}:{line}"
        shown = "" if value is _NOTHING else _shown(value)
        got = f", got {shown}" if shown else ""
        return ScenarioError(
            f"{place}: {path or 'scenario'}: {message}{got}", field=path, value=shown
        )

    def retell(self, path: str, error: VagusError, note: str = "") -> ScenarioError:
        """`error`, raised by something else than a scenario, as one of the value at `path`."""
        inner = f"{path}.{error.field}"
        path = inner if inner in self.lines else path
        told = str(error)
        if path.endswith(error.field):
            told = told.removeprefix(f"{error.field}: ")
        return self.error(path, told + note)


def _shown(value: object) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 80 else text[:60] + "…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown `name`: the closest one, or all."""
    names = sorted(known)
    close = closest(name, names)
    return f"known: {', '.join(names)}" if close is None else f"did you mean {close!r}?"


def closest(name: str, names: Sequence[str]) -> str | None:
    """The one of `names` that was probably meant by `name`."""
    lower = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name.lower(), lower, n=1)
    return lower[close[0]] if close else None


def must_be_one_of(choices: Sequence[str], got: object) -> str:
    """What to say when something else than one of `choices` was written."""
    close = closest(str(got), choices)
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
    path: str
    value: Any

    def refuse(self, message: str) -> NoReturn:
        """Raises what is wrong with this value."""
        raise self.source.error(self.path, message, self.value)

    def fields(
        self, known: Iterable[str] | None = None, required: Sequence[str] = ()
    ) -> dict[str, Node]:
        """The fields of an object, all of them `known` (if given), the `required` ones present."""
        if not isinstance(self.value, dict):
            self.refuse("must be an object" + ("" if known is None else f" of {', '.join(known)}"))
        nodes = {name: self._at(f".{name}", value) for name, value in self.value.items()}
        names = None if known is None else set(known)
        for name, node in nodes.items():
            if names is not None and name not in names:
                raise self.source.error(node.path, f"unknown field, {did_you_mean(name, names)}")
        for name in required:
            if name not in nodes:
                raise self.source.error(f"{self.path}.{name}".lstrip("."), "is required")
        return nodes

    def items(self) -> list[Node]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            self.refuse("must be a list")
        return [self._at(f"[{index}]", value) for index, value in enumerate(self.value)]

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
        fill = Node(self.source, fields["fill"].path, fields["fill"].value)
        if not isinstance(fill.value, str) or not fill.value:
            fill.refuse("must be text that is not empty")
        self.source.count(self.path, chars)
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
            raise self.source.retell(self.path, error) from None

    def instant_ms(self) -> int:
        """An instant with its zone, in milliseconds since the epoch."""
        if not isinstance(self.value, str) or INSTANT.fullmatch(self.value) is None:
            self.refuse(
                "must be an instant with a time zone (Z or an offset such as +02:00), such as "
                "2026-05-17T22:00:00Z"
            )
        try:
            return instant_ms(self.value, "instant")
        except InvalidInput:
            self.refuse("is not in the calendar")

    def instant(self) -> str:
        """An instant the way records show it."""
        return str(plain(moment(self.instant_ms())))

    def integer(self, *, minimum: int = 0, maximum: int = 1 << 53) -> int:
        """A whole number within bounds."""
        if not is_number(self.value) or not float(self.value).is_integer():
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
        try:
            return parse_duration(self.value)
        except InvalidInput as error:
            raise self.source.retell(self.path, error) from None

    def plain(self) -> Any:
        """The value, every generator in it unfolded."""
        if isinstance(self.value, dict):
            if self.is_generator():
                return self.filled()
            return {name: node.plain() for name, node in self.fields().items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.items()]
        return self.value

    def _at(self, step: str, value: Any) -> Node:
        return Node(self.source, (self.path + step).lstrip("."), value)


def read_document(text: str, name: str) -> Node:
    """The root of the scenario file `name` that holds `text`.

    Raises:
        ScenarioError: not YAML, or beyond the bounds of this module.
    """
    source = Source(name)
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise source.error("", f"larger than {MAX_BYTES:,} bytes")
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise source.error("", f"not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise source.error("", "nested too deeply") from None
    if root is None:
        raise source.error("", "is empty")
    return Node(source, "", _Unfolding(source).value_of(root, "", ()))


_SCALARS: Mapping[str, Callable[[str], object]] = {
    "str": str,
    "null": {"": None, "~": None, "null": None}.__getitem__,
    "bool": {"true": True, "false": False}.__getitem__,
    "int": int,
    "float": float,
}


class _Unfolding:
    """Turns a graph of YAML nodes into plain values, and counts."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = MAX_VALUES

    def value_of(self, node: Any, path: str, parents: tuple[int, ...]) -> Any:
        self._source.lines.setdefault(path, node.start_mark.line + 1)
        self._left -= 1
        if self._left < 0:
            raise self._source.error(path, f"unfolds to more than {MAX_VALUES:,} values")
        if id(node) in parents:
            raise self._source.error(path, "an alias that contains itself")
        if len(parents) > MAX_DEPTH:
            raise self._source.error(path, f"nested more than {MAX_DEPTH} deep")
        inside = (*parents, id(node))
        match node.tag.removeprefix(_TAG), node:
            case "map", yaml.MappingNode():
                return self._mapping(node, path, inside)
            case "seq", yaml.SequenceNode():
                return [
                    self.value_of(item, f"{path}[{index}]", inside)
                    for index, item in enumerate(node.value)
                ]
            case tag, yaml.ScalarNode():
                return self._scalar(tag, node, path)
        raise self._source.error(path, f"has a tag that scenarios do not know: {node.tag}")

    def _mapping(self, node: Any, path: str, inside: tuple[int, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._source.error(path, "a field name must be text")
            name = key_node.value
            at = f"{path}.{name}".lstrip(".")
            if name in values:
                raise self._source.error(at, "given twice")
            values[name] = self.value_of(value_node, at, inside)
        return values

    def _scalar(self, tag: str, node: Any, path: str) -> Any:
        if tag not in _SCALARS:
            raise self._source.error(path, f"has a tag that scenarios do not know: {node.tag}")
        try:
            return _SCALARS[tag](node.value)
        except (KeyError, ValueError):
            raise self._source.error(path, f"is not a {tag}", node.value) from None
