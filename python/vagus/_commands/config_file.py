"""Configuration files, YAML or JSON, and the lines of what is in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from vagus import InvalidConfig, ScenarioError
from vagus.scenario.document import MAX_BYTES, read_document
from vagus.scenario.source import Source, trail_of

MAX_JSON_BYTES = 64 << 20
_JSON = ".json"


@dataclass(frozen=True)
class ConfigFile:
    """What a configuration file says, and where."""

    source: Source
    value: Any

    def place(self, path: str) -> str:
        """The file, and the line of the value at `path` where lines are known."""
        line = self.source.line(trail_of(path))
        return self.source.name if line is None else f"{self.source.name}:{line}"


def read_config(name: str) -> ConfigFile:
    """Reads the file `name`: JSON when it is called so, else YAML, whose lines are remembered.

    Raises:
        InvalidConfig: it cannot be read, or is neither YAML nor JSON. What it says is not checked.
    """
    is_json = name.lower().endswith(_JSON)
    if is_json:
        return ConfigFile(Source(name), _parsed(name, _text(name, MAX_JSON_BYTES)))
    text = _text(name, MAX_BYTES, hint=f"; as JSON it may have {MAX_JSON_BYTES:,}")
    try:
        root = read_document(text, name, what="configuration")
    except ScenarioError as error:
        raise InvalidConfig(str(error), field=error.field, value=error.value) from None
    return ConfigFile(root.source, root.value)


def _text(name: str, max_bytes: int, *, hint: str = "") -> str:
    try:
        if Path(name).is_dir():
            _refuse(name, "is a directory")
        with Path(name).open("rb") as file:
            content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            _refuse(name, f"larger than {max_bytes:,} bytes{hint}")
        return content.decode()
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a name with a NUL in it
        if isinstance(error, InvalidConfig):
            raise
        _refuse(name, f"cannot be read: {error}")


def _parsed(name: str, text: str) -> Any:
    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for field, value in pairs:
            if field in made:
                raise ValueError(f"the field {field!r} is given twice")
            made[field] = value
        return made

    def constant(word: str) -> NoReturn:
        raise ValueError(f"{word} is no number that JSON knows")

    try:
        return json.loads(text, object_pairs_hook=object_of, parse_constant=constant)
    except RecursionError:
        _refuse(name, "nested too deeply")
    except ValueError as error:
        _refuse(name, f"not JSON: {error}")


def _refuse(name: str, why: str) -> NoReturn:
    raise InvalidConfig(f"{name}: configuration: {why}", field="$")
