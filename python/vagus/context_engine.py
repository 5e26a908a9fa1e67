"""Context engines of the host: who keeps an agent's memory and makes its prompts.

An engine is an object with some of the methods of `FullContextEngine`, of which ``assemble`` is
required. ``vagus.Engine`` asks for its work with the effect ``ContextCall``; `serve` turns one into
the command that answers it::

    from vagus import context_engine

    mine = context_engine.BuiltinContextEngine()
    for effect in engine.apply(command, now_ms):
        if isinstance(effect, vagus.ContextCall):
            answer = context_engine.serve(mine, effect)

Every method is given the ``ContextKey``, the only name under which an engine may keep anything:
an isolated heartbeat has one of its own. ``call`` tells the rest, such as ``call.is_heartbeat``;
``call.routing`` is for logs.

Nothing here is thread-safe; one call of a context key is made at a time.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeAlias

from vagus import (
    Context,
    ContextAnswered,
    ContextCall,
    ContextFailed,
    ContextKey,
    Message,
)
from vagus._core import (
    ContextAfterTurn,
    ContextAssemble,
    ContextAssembled,
    ContextBootstrap,
    ContextBootstrapped,
    ContextCommitted,
    ContextCommitTurn,
    ContextCompact,
    ContextCompacted,
    ContextDispose,
    ContextDone,
    ContextIngest,
    ContextIngested,
    ContextMaintain,
    ContextMaintained,
    ContextPrepareSubagent,
    ContextRouting,
    ContextSubagentEnded,
)
from vagus._errors import name_and_text
from vagus.types import ContextMethod

__all__ = [
    "Answer",
    "BuiltinContextEngine",
    "ContextAfterTurn",
    "ContextAssemble",
    "ContextAssembled",
    "ContextBootstrap",
    "ContextBootstrapped",
    "ContextCommitTurn",
    "ContextCommitted",
    "ContextCompact",
    "ContextCompacted",
    "ContextDispose",
    "ContextDone",
    "ContextEngine",
    "ContextIngest",
    "ContextIngested",
    "ContextMaintain",
    "ContextMaintained",
    "ContextPrepareSubagent",
    "ContextRouting",
    "ContextSubagentEnded",
    "FullContextEngine",
    "Params",
    "serve",
]

Answer: TypeAlias = (
    ContextDone
    | ContextBootstrapped
    | ContextIngested
    | ContextAssembled
    | ContextCompacted
    | ContextCommitted
    | ContextMaintained
)
"""What a method may answer."""

Params: TypeAlias = (
    ContextBootstrap
    | ContextIngest
    | ContextAssemble
    | ContextCompact
    | ContextCommitTurn
    | ContextAfterTurn
    | ContextMaintain
    | ContextDispose
    | ContextPrepareSubagent
    | ContextSubagentEnded
)
"""What a method may be told."""

_ERROR_CHARS = 1_000


class ContextEngine(Protocol):
    """What every context engine has."""

    def assemble(
        self, key: ContextKey, params: ContextAssemble, call: ContextCall
    ) -> ContextAssembled:
        """The prompt of a run, which ends with the last of ``params.messages`` as it is.

        Together with ``system_prompt_addition`` it may cost ``params.token_budget``, counted with
        ``vagus.estimate_tokens``. Every tool call has its result directly behind it.
        """


class FullContextEngine(ContextEngine, Protocol):
    """All methods there are; only ``assemble`` is required.

    An engine has the one method of ``commit_turn``, ``after_turn`` and ``ingest`` that the
    configuration names as ``context.turn``, if it wants to know of turns, and ``compact`` where the
    configuration says ``context.owns_compaction``.
    """

    def bootstrap(
        self, key: ContextKey, params: ContextBootstrap, call: ContextCall
    ) -> ContextBootstrapped:
        """`key` is new to the engine. ``params.messages``: what is remembered already."""

    def commit_turn(
        self, key: ContextKey, params: ContextCommitTurn, call: ContextCall
    ) -> ContextCommitted:
        """Takes an accepted turn; the same ``advancement_key`` again changes nothing."""

    def after_turn(
        self, key: ContextKey, params: ContextAfterTurn, call: ContextCall
    ) -> ContextDone | None:
        """Takes an accepted turn."""

    def ingest(self, key: ContextKey, params: ContextIngest, call: ContextCall) -> ContextIngested:
        """Takes the messages of an accepted turn."""

    def compact(
        self, key: ContextKey, params: ContextCompact, call: ContextCall
    ) -> ContextCompacted:
        """Makes what is kept smaller, because what was assembled is beyond the budget.

        ``tokens_after`` must be less than ``tokens_before``, or nothing was gained.
        """

    def maintain(
        self, key: ContextKey, params: ContextMaintain, call: ContextCall
    ) -> ContextMaintained:
        """May tidy up; no run waits."""

    def dispose(
        self, key: ContextKey, params: ContextDispose, call: ContextCall
    ) -> ContextDone | None:
        """`key` is over: lets go of everything."""

    def prepare_subagent(
        self, key: ContextKey, params: ContextPrepareSubagent, call: ContextCall
    ) -> ContextDone | None:
        """A subagent with a memory of its own is about to work for `key`."""

    def subagent_ended(
        self, key: ContextKey, params: ContextSubagentEnded, call: ContextCall
    ) -> ContextDone | None:
        """The subagent whose memory `key` is has ended."""


_NOT_OFFERED = "the engine has no such method"

# What is answered for an engine without the method; those that are not here are required.
_WITHOUT: Mapping[ContextMethod, Callable[[], Answer]] = {
    "bootstrap": lambda: ContextBootstrapped(bootstrapped=False, reason=_NOT_OFFERED),
    "compact": lambda: ContextCompacted(ok=False, compacted=False, reason=_NOT_OFFERED),
    "maintain": lambda: ContextMaintained(changed=False, reason=_NOT_OFFERED),
    "dispose": ContextDone,
    "prepare_subagent": ContextDone,
    "subagent_ended": ContextDone,
}


def serve(engine: ContextEngine | None, call: ContextCall) -> ContextAnswered | ContextFailed:
    """Calls `engine` as `call` asks, and makes what it does the command that answers.

    An exception, an answer that is none, a missing method that is required and a missing engine
    (None) are ``ContextFailed``, which quarantines the engine. Whether an answer keeps to the
    contract is for ``vagus.Engine`` to say.

    Args:
        engine: the object that is registered under ``call.engine``; None when there is none.
        call: the effect.
    """
    if engine is None:
        return _failed(call, f"no context engine is registered as {call.engine!r}")
    try:
        method = getattr(engine, call.method, None)
        if method is None and call.method in _WITHOUT:
            return ContextAnswered(call_id=call.call_id, answer=_WITHOUT[call.method]())
        if method is None:
            return _failed(call, f"the engine has no method {call.method}; see context.turn")
        answer = method(call.context_key, call.params, call)
    except Exception as error:
        return _failed(call, name_and_text(error))
    if answer is None:
        answer = ContextDone()
    if isinstance(answer, Answer):
        return ContextAnswered(call_id=call.call_id, answer=answer)
    if inspect.iscoroutine(answer):
        answer.close()
    return _failed(call, f"{call.method} answered with a {type(answer).__name__}")


def _failed(call: ContextCall, error: str) -> ContextFailed:
    words = error.encode(errors="replace").decode()[:_ERROR_CHARS]
    return ContextFailed(call_id=call.call_id, error=words)


class BuiltinContextEngine:
    """The built-in context engine behind the contract: a ``vagus.Context`` for each context key.

    With ``context.owns_compaction``, so that it is shown the whole history, it makes the prompts
    that vagus makes without any engine, but that it takes the share of the window that one tool
    result may have of the budget.
    """

    def __init__(self) -> None:
        self._contexts: dict[str, Context] = {}
        self._turns: dict[str, str] = {}

    @property
    def keys(self) -> list[str]:
        """The context keys that it keeps something of, sorted."""
        return sorted(self._contexts)

    def messages(self, key: ContextKey | str) -> list[Message]:
        """What is kept under `key`, oldest first."""
        context = self._contexts.get(str(key))
        return [] if context is None else context.messages

    def bootstrap(
        self, key: ContextKey, params: ContextBootstrap, call: ContextCall
    ) -> ContextBootstrapped:
        """Begins anew with what is handed over."""
        self._contexts[str(key)] = Context(key)
        self._append(key, params.messages)
        return ContextBootstrapped(
            bootstrapped=bool(params.messages), imported_messages=len(params.messages)
        )

    def assemble(
        self, key: ContextKey, params: ContextAssemble, call: ContextCall
    ) -> ContextAssembled:
        """As much of what is kept as fits, and the newest turn."""
        *history, turn = params.messages
        context = self._context(key)
        # A turn that failed is not committed; what the person said in it is remembered.
        self._append(key, history[len(context) :])
        made = context.assemble([turn], window=_window(params.token_budget), reserve=0)
        return ContextAssembled(messages=made.messages, estimated_tokens=made.ledger.raw)

    def compact(
        self, key: ContextKey, params: ContextCompact, call: ContextCall
    ) -> ContextCompacted:
        """Nothing: what it assembles is within the budget."""
        tokens = self._context(key).tokens
        return ContextCompacted(
            ok=True,
            compacted=False,
            reason="prompts are made within the budget",
            tokens_before=tokens,
            tokens_after=tokens,
        )

    def commit_turn(
        self, key: ContextKey, params: ContextCommitTurn, call: ContextCall
    ) -> ContextCommitted:
        """Appends the turn, once."""
        if self._turns.get(str(key)) == params.advancement_key:
            return ContextCommitted(status="duplicate")
        self._turns[str(key)] = params.advancement_key
        self._append(key, params.messages)
        return ContextCommitted(status="committed")

    def after_turn(self, key: ContextKey, params: ContextAfterTurn, call: ContextCall) -> None:
        """Appends the turn."""
        self._append(key, params.messages)

    def ingest(self, key: ContextKey, params: ContextIngest, call: ContextCall) -> ContextIngested:
        """Appends the messages."""
        self._append(key, params.messages)
        return ContextIngested(ingested=len(params.messages))

    def maintain(
        self, key: ContextKey, params: ContextMaintain, call: ContextCall
    ) -> ContextMaintained:
        """Nothing: there is nothing to tidy up."""
        return ContextMaintained(changed=False)

    def dispose(self, key: ContextKey, params: ContextDispose, call: ContextCall) -> None:
        """Forgets all that is kept under `key`."""
        self._contexts.pop(str(key), None)
        self._turns.pop(str(key), None)

    def _context(self, key: ContextKey) -> Context:
        return self._contexts.setdefault(str(key), Context(key))

    def _append(self, key: ContextKey, messages: Iterable[Message]) -> None:
        context = self._context(key)
        for message in messages:
            context.append(message)


def _window(token_budget: int) -> int:
    """The window in which a prompt may cost `token_budget` before the margin."""
    return max(1, -(-token_budget * 6 // 5))
