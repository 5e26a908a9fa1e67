"""Where the values of a scenario file stand, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vagus import ScenarioError, VagusError

MAX_FILLED = 64 << 20

_MAX_PATH = 240
_NOTHING = object()
_STEP = re.compile(r'\.?([A-Za-z0-9_$-]+)|\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\]')
_ESCAPE = re.compile(rb"\\(?:x([0-9a-f]{2})|(.))", re.DOTALL)

Trail = tuple[str | int, ...]
"""The fields and elements that lead to a value from the root of its file."""


def path_of(trail: Trail) -> str:
    """`trail` as people write it, such as `steps[0].advance`; of a long one the two ends."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in trail)
    path = "".join(steps).lstrip(".")
    half = _MAX_PATH // 2
    return path if len(path) <= _MAX_PATH else f"{path[:half]}…{path[-half:]}"


def trail_of(field: str) -> Trail:
    """The trail that an error of the engine names, such as `agents.list[0].id`.

    The engine cuts long names; the trail ends in front of one.
    """
    steps: list[str | int] = []
    end = 0
    while match := _STEP.match(field, end):
        steps.append(_step(match))
        end = match.end()
    return tuple(steps)


def _step(match: re.Match[str]) -> str | int:
    name, index, quoted = match.groups()
    if name is not None:
        return name
    if index is not None:
        return int(index)
    return _unquoted(quoted)


def _unquoted(text: str) -> str:
    r"""What the engine quoted: it writes what is not printable byte by byte, `\x1b`."""
    plain = _ESCAPE.sub(
        lambda found: found[2] if found[1] is None else bytes.fromhex(found[1].decode()),
        text[1:-1].encode(),
    )
    return plain.decode(errors="replace")


class Mark(NamedTuple):
    """The line of a value, and the marks of the values in it."""

    line: int
    inside: Mapping[str, Mark] | Sequence[Mark] = ()

    def at(self, step: str | int) -> Mark | None:
        """The mark of the field or element `step`; None when there is none."""
        if isinstance(self.inside, Mapping):
            return self.inside.get(step) if isinstance(step, str) else None
        known = isinstance(step, int) and step < len(self.inside)
        return self.inside[step] if known and isinstance(step, int) else None


@dataclass
class Source:
    """A file: its name, the lines of its values, how much text they stand for, and what it is.

    A few bytes of YAML can stand for any amount of text, by generators and by aliases, so the
    characters are counted.
    """

    name: str
    root: Mark | None = None
    filled: int = 0
    what: str = "scenario"

    def count(self, trail: Trail, chars: int) -> None:
        """Takes note of `chars` characters that the value at `trail` stands for."""
        self.filled += chars
        if self.filled > MAX_FILLED:
            raise self.error(trail, f"generates more than {MAX_FILLED:,} characters in all")

    def marks(self, trail: Trail) -> list[Mark]:
        """The marks of the values on the way along `trail`, as far as there are any."""
        marks = [] if self.root is None else [self.root]
        for step in trail if marks else ():
            mark = marks[-1].at(step)
            if mark is None:
                break
            marks.append(mark)
        return marks

    def holds(self, trail: Trail) -> bool:
        """True when the file says a value at `trail`."""
        return len(self.marks(trail)) == len(trail) + 1

    def line(self, trail: Trail) -> int | None:
        """The line of the value at `trail`, or of the nearest value around it but the root."""
        marks = self.marks(trail)
        return marks[-1].line if len(marks) > 1 else None

    def error(self, trail: Trail, message: str, value: object = _NOTHING) -> ScenarioError:
        """What is wrong with the value at `trail`; without a `value` none is shown."""
        line, path = self.line(trail), path_of(trail)
        place = self.name if line is None else f"{self.name}:{line}"
        shown = "" if value is _NOTHING else _shown(value)
        got = f", got {shown}" if shown else ""
        return ScenarioError(
            f"{place}: {path or self.what}: {message}{got}", field=path, value=shown
        )

    def retell(self, trail: Trail, error: VagusError, note: str = "") -> ScenarioError:
        """`error`, raised by something else than a scenario, as one of the value at `trail`."""
        inner = (*trail, *trail_of(error.field))
        trail = inner if self.holds(inner) else trail
        told = str(error)
        if path_of(trail).endswith(error.field):
            told = told.removeprefix(f"{error.field}: ")
        return self.error(trail, told + note)


def _shown(value: object) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 80 else text[:60] + "…"
