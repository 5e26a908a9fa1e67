"""Expectations: what a scenario says about runs, deliveries, sessions and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from vagus.scenario.document import Node
from vagus.scenario.failure import Failure
from vagus.scenario.matching import Pattern, Subject, failure, fields_of, pattern_of
from vagus.scenario.shapes import (
    CHAT,
    CONTEXT_CALL,
    DELIVERY,
    METHODS,
    NUMBER,
    OUTCOMES,
    RUN,
    TOTALS,
    Shape,
)
from vagus.testing.records import Chat, Delivery, EngineCall, Run


@dataclass
class Window:
    """What an expectation looks at: the span of one step, or a whole scenario.

    Attributes:
        history: every run of the scenario so far, for references such as `runs[0]`.
        first: the index in `history` of the first run of the span, which goes on to its end.
        deliveries: what was sent in the span.
        calls: the calls of context engines in the span.
        chat: what followers of runs were told in the span.
        matched: how many runs of the span have been matched by `run`.
    """

    history: Sequence[Run]
    deliveries: Sequence[Delivery]
    calls: Sequence[EngineCall]
    chat: Sequence[Chat] = ()
    first: int = 0
    matched: int = 0

    @property
    def runs(self) -> Sequence[Run]:
        """The runs that ended in the span."""
        return self.history[self.first :]

    def subjects(self) -> Iterator[Subject]:
        """Those runs under their names in this scenario."""
        for index in range(self.first, len(self.history)):
            yield Subject(self.history[index], f"runs[{index}]", (), self.history)


def totals_of(runs: Sequence[Run], deliveries: Sequence[Delivery]) -> dict[str, Any]:
    """The figures of a span, JSON-ready; `tokens` are those of prompts, estimated with margin."""
    outcomes = Counter(run.outcome for run in runs)
    tokens = [run.ledger.estimated for run in runs if run.ledger is not None]
    return {
        "runs": len(runs),
        "delivered": len(deliveries),
        "prechecks_failed": sum(run.prechecks for run in runs),
        "restarts": outcomes["restarted"],
        "outcomes": {name: outcomes[name] for name in OUTCOMES},
        "tokens": {
            "first": tokens[0] if tokens else None,
            "last": tokens[-1] if tokens else None,
            "min": min(tokens, default=None),
            "max": max(tokens, default=None),
        },
    }


class Expectation(Protocol):
    """Something a scenario says about a span."""

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where the span differs from it."""


@dataclass(frozen=True)
class NextRun:
    """`run`: the next run of the span matches."""

    node: Node
    pattern: Pattern

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where that run differs."""
        window.matched += 1
        subject = next(islice(window.subjects(), window.matched - 1, None), None)
        if subject is None:
            missing = Subject(None, f"run {window.matched} here")
            yield failure(self.node, missing, f"expected one more run, {_ended(window)}")
        else:
            yield from self.pattern.failures(subject)


@dataclass(frozen=True)
class AllRuns:
    """`runs`: how many there are, and what all of them have in common."""

    node: Node
    count: Pattern | None
    all: Pattern | None

    def failures(self, window: Window) -> Iterator[Failure]:
        """A wrong number, or the first run that differs."""
        if self.count is not None:
            yield from self.count.failures(Subject(len(window.runs), "number of runs"))
        if self.all is None:
            return
        if not window.runs:
            message = f"expected at least one run, {_ended(window)}"
            yield failure(self.node, Subject(None, "all runs"), message)
        for subject in window.subjects():
            found = list(self.all.failures(subject))
            yield from found
            if found:
                return  # the others would say the same again


@dataclass(frozen=True)
class Delivered:
    """`delivered`: exactly these texts were sent, in this order."""

    pattern: Pattern

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where they differ."""
        yield from self.pattern.failures(Subject(list(window.deliveries), "delivered"))


@dataclass(frozen=True)
class OfSession:
    """`session`: how many runs and deliveries one session had."""

    key: str
    pattern: Pattern

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where they differ."""
        counts = {
            "runs": sum(run.session_key == self.key for run in window.runs),
            "delivered": sum(each.session_key == self.key for each in window.deliveries),
        }
        yield from self.pattern.failures(Subject(counts, f"session {self.key}"))


@dataclass(frozen=True)
class Totals:
    """`totals`: the figures of the span."""

    pattern: Pattern

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where they differ."""
        totals = totals_of(window.runs, window.deliveries)
        yield from self.pattern.failures(Subject(totals, "totals"))


@dataclass(frozen=True)
class ContextCalls:
    """`context_calls`: which methods of context engines were called, and under how many keys."""

    node: Node
    methods: Pattern | None
    keys: Pattern | None
    all: Pattern | None

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where they differ; of all calls, the first that does."""
        calls = window.calls
        if self.methods is not None:
            yield from self.methods.failures(Subject([x.method for x in calls], "context calls"))
        if self.keys is not None:
            count = len({str(each.context_key) for each in calls})
            yield from self.keys.failures(Subject(count, "number of context keys"))
        if self.all is None:
            return
        if not calls:
            yield failure(self.node, Subject(None, "all context calls"), "expected at least one")
        for index, call in enumerate(calls):
            found = list(self.all.failures(Subject(call, f"context_calls[{index}]")))
            yield from found
            if found:
                return  # the others would say the same again


@dataclass(frozen=True)
class Told:
    """`chat`: exactly what a subscriber was told, in this order."""

    subscriber: str
    pattern: Pattern

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where it differs."""
        told = [each for each in window.chat if self.subscriber in each.subscribers]
        yield from self.pattern.failures(Subject(told, f"chat of {self.subscriber}"))


def _ended(window: Window) -> str:
    count = len(window.runs)
    return f"only {count} ended here" if count else "none ended here"


def _next_run(node: Node) -> Expectation:
    return NextRun(node, fields_of(node, RUN, in_run=True, empty=True))


def _all_runs(node: Node) -> Expectation:
    fields = node.fields(("count", "all"))
    if not fields:
        node.refuse("needs count or all")
    count, every = fields.get("count"), fields.get("all")
    return AllRuns(
        node=every or node,
        count=pattern_of(count, NUMBER) if count else None,
        all=fields_of(every, RUN, in_run=True) if every else None,
    )


def _delivered(node: Node) -> Expectation:
    none = Node(node.source, node.trail, [])
    if node.value != "none" and not isinstance(node.value, list):
        node.refuse("must be none or a list of what was sent")
    return Delivered(pattern_of(none if node.value == "none" else node, _DELIVERIES))


_DELIVERIES = Shape(kind="list", element=DELIVERY)
_TOLD = Shape(kind="list", element=CHAT)
_COUNTS = Shape(kind="record", fields={"runs": NUMBER, "delivered": NUMBER})


def _of_session(node: Node) -> Expectation:
    fields = node.fields(("key", "runs", "delivered"), required=("key",))
    counts = {name: inner.value for name, inner in fields.items() if name != "key"}
    if not counts:
        node.refuse("needs runs or delivered")
    of_counts = fields_of(Node(node.source, node.trail, counts), _COUNTS)
    return OfSession(fields["key"].session_key(), of_counts)


def _told(node: Node) -> Expectation:
    fields = node.fields(("subscriber", "events"), required=("subscriber", "events"))
    events = fields["events"]
    if events.value != "none" and not isinstance(events.value, list):
        events.refuse("must be none or a list of what was told")
    none = Node(events.source, events.trail, [])
    pattern = pattern_of(none if events.value == "none" else events, _TOLD)
    return Told(fields["subscriber"].text(), pattern)


def _totals(node: Node) -> Expectation:
    return Totals(fields_of(node, TOTALS))


def _context_calls(node: Node) -> Expectation:
    fields = node.fields(("methods", "context_keys", "all"))
    if not fields:
        node.refuse("needs methods, context_keys or all")
    methods, keys, every = (fields.get(name) for name in ("methods", "context_keys", "all"))
    return ContextCalls(
        node=every or node,
        methods=pattern_of(methods, METHODS) if methods else None,
        keys=pattern_of(keys, NUMBER) if keys else None,
        all=fields_of(every, CONTEXT_CALL) if every else None,
    )


EXPECTATIONS: Mapping[str, Callable[[Node], Expectation]] = {
    "run": _next_run,
    "runs": _all_runs,
    "delivered": _delivered,
    "session": _of_session,
    "chat": _told,
    "totals": _totals,
    "context_calls": _context_calls,
}


def expectations(node: Node) -> tuple[Expectation, ...]:
    """The list of expectations that a scenario wrote.

    Raises:
        ScenarioError: something in it is wrong.
    """
    found = []
    for item in node.items():
        fields = item.fields(EXPECTATIONS)
        if len(fields) != 1:
            item.refuse(f"must be one of {', '.join(EXPECTATIONS)}")
        found += [EXPECTATIONS[name](inner) for name, inner in fields.items()]
    return tuple(found)
