"""How recorded values are written in vagus, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import vagus

Args: TypeAlias = Mapping[str, Any]
Adapter: TypeAlias = Callable[[Args], Any]


class Versioned:
    """An adapter that is told which version gave the result, as numbers: where versions have other
    settings or words, vagus is given those of that version."""

    def __init__(self, adapter: Callable[[Args, Sequence[int]], Any]) -> None:
        self.adapter = adapter

    def __call__(self, args: Args, version: Sequence[int] = ()) -> Any:
        return self.adapter(args, version)


def text(args: Args, name: str) -> str:
    """A text argument; anything else is no text, which is what blank text is too."""
    value = args.get(name)
    return value if isinstance(value, str) else ""


def id_text(value: object) -> str:
    """An id, which JSON may have as a number."""
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, (str, int)) else ""


def given(args: Args, **names: str) -> dict[str, Any]:
    """The text arguments that are there, under vagus's names for them."""
    return {ours: args[theirs] for ours, theirs in names.items() if args.get(theirs) is not None}


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def record(value: Any, /, **names: str) -> dict[str, Any] | None:
    """A record with the recorded names of its fields: those in ``names``, or camelCase ones."""
    if value is None:
        return None
    fields = [name for name in vars(type(value)) if not name.startswith("_") and name != "to_dict"]
    return {names.get(name, camel(name)): getattr(value, name) for name in fields}


def throws(code: str) -> dict[str, str]:
    return {"throws": code}


def failing(adapter: Adapter, **codes: str) -> Adapter:
    """``adapter``, its errors as recorded codes, by the name of the error's type."""

    def call(args: Args) -> Any:
        try:
            return adapter(args)
        except vagus.VagusError as error:
            if type(error).__name__ not in codes:
                raise
            return throws(codes[type(error).__name__])

    return call
