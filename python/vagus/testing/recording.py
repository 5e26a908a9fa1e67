"""A context engine for tests: the built-in one, which may be told to misbehave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from vagus import ContextCall, ContextKey, Message
from vagus.context_engine import (
    BuiltinContextEngine,
    ContextAssemble,
    ContextAssembled,
    ContextCompact,
    ContextCompacted,
    ContextEngine,
)
from vagus.types import ContextMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviour:
    """What a `RecordingContextEngine` does wrong.

    Attributes:
        raises: it raises in this method.
        silent: it never answers calls of this method.
        adds: it puts a message of so many characters in front of every prompt.
        compacts: a compaction makes that message go away; else it says so, and does not.
        drops_user_turn: it leaves the newest user message out.
    """

    raises: ContextMethod | None = None
    silent: ContextMethod | None = None
    adds: int = 0
    compacts: bool = True
    drops_user_turn: bool = False


class RecordingContextEngine(BuiltinContextEngine):
    """Does what the built-in engine does, but for its `Misbehaviour`."""

    def __init__(self, misbehaviour: Misbehaviour | None = None) -> None:
        """An engine that does nothing wrong, unless told to."""
        super().__init__()
        self._wrong = misbehaviour or Misbehaviour()
        self._compacted: set[str] = set()
        if self._wrong.raises is not None:
            setattr(self, self._wrong.raises, self._fail)

    def _fail(self, key: ContextKey, params: object, call: ContextCall) -> NoReturn:
        raise RuntimeError(f"told to fail in {call.method}")

    def is_silent(self, method: ContextMethod) -> bool:
        """True for calls that it never answers."""
        return method == self._wrong.silent

    def assemble(
        self, key: ContextKey, params: ContextAssemble, call: ContextCall
    ) -> ContextAssembled:
        """As the built-in engine, with too much or too little."""
        made = super().assemble(key, params, call)
        messages = made.messages
        if self._wrong.adds and str(key) not in self._compacted:
            messages.insert(0, Message.of("user", "x" * self._wrong.adds))
        if self._wrong.drops_user_turn:
            messages.pop()
        return ContextAssembled(messages=messages, estimated_tokens=made.estimated_tokens)

    def compact(
        self, key: ContextKey, params: ContextCompact, call: ContextCall
    ) -> ContextCompacted:
        """Makes what was added go away, or only says so."""
        if not self._wrong.adds:
            return super().compact(key, params, call)
        if self._wrong.compacts:
            self._compacted.add(str(key))
        return ContextCompacted(
            ok=True,
            compacted=True,
            tokens_before=params.current_tokens,
            tokens_after=params.target_tokens,
        )


def is_silent(engine: ContextEngine | None, call: ContextCall) -> bool:
    """True when `engine` was told never to answer such a call."""
    return isinstance(engine, RecordingContextEngine) and engine.is_silent(call.method)
