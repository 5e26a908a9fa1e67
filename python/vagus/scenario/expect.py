"""Expectations: what a scenario says about runs, deliveries, sessions and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from vagus.scenario.document import Node
from vagus.scenario.matching import Failure, Pattern, Shape, Subject, pattern_of, shape_of
from vagus.testing.records import Delivery, Run

OUTCOMES = (
    "replied",
    "acknowledged",
    "skipped",
    "failed",
    "timed_out",
    "refused",
    "restarted",
)


@dataclass
class Window:
    """What an expectation looks at: the span of one step, or a whole scenario.

    Attributes:
        history: every run of the scenario so far, for references such as `runs[0]`.
        first: the index in `history` of the first run of the span, which goes on to its end.
        deliveries: what was sent in the span.
        matched: how many runs of the span have been matched by `run`.
    """

    history: Sequence[Run]
    deliveries: Sequence[Delivery]
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


def _shape(value: object) -> Shape:
    if not isinstance(value, dict):
        return None
    return {name: _shape(inner) for name, inner in value.items()}


_TOTALS = _shape(totals_of([], []))
_RUN = shape_of(Run)
_DELIVERY = shape_of(Delivery)


class Expectation(Protocol):
    """Something a scenario says about a span."""

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where the span differs from it."""


@dataclass(frozen=True)
class NextRun:
    """`run`: the next run of the span matches."""

    pattern: Pattern

    def failures(self, window: Window) -> Iterator[Failure]:
        """Where that run differs."""
        window.matched += 1
        subject = next(islice(window.subjects(), window.matched - 1, None), None)
        if subject is None:
            yield self.pattern.failure(Subject(None, f"run {window.matched} of the span"))
        else:
            yield from self.pattern.failures(subject)


@dataclass(frozen=True)
class AllRuns:
    """`runs`: how many there are, and what all of them have in common."""

    count: Pattern | None
    all: Pattern | None

    def failures(self, window: Window) -> Iterator[Failure]:
        """A wrong number, or the first run that differs."""
        if self.count is not None:
            yield from self.count.failures(Subject(len(window.runs), "number of runs"))
        if self.all is None:
            return
        if not window.runs:
            yield self.all.failure(Subject(None, "all runs of a span without any"))
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


def _next_run(node: Node) -> Expectation:
    return NextRun(pattern_of(_object(node), _RUN, in_run=True))


def _all_runs(node: Node) -> Expectation:
    fields = node.fields(("count", "all"))
    if not fields:
        node.refuse("needs count or all")
    count, every = fields.get("count"), fields.get("all")
    return AllRuns(
        count=pattern_of(count) if count else None,
        all=pattern_of(_object(every), _RUN, in_run=True) if every else None,
    )


def _delivered(node: Node) -> Expectation:
    if node.value == "none":
        return Delivered(pattern_of(Node(node.source, node.path, [])))
    node.items()
    return Delivered(pattern_of(node, _DELIVERY))


def _of_session(node: Node) -> Expectation:
    fields = node.fields(("key", "runs", "delivered"), required=("key",))
    counts = {name: inner.value for name, inner in fields.items() if name != "key"}
    if not counts:
        node.refuse("needs runs or delivered")
    shape: Shape = {"runs": None, "delivered": None}
    return OfSession(fields["key"].text(), pattern_of(Node(node.source, node.path, counts), shape))


def _totals(node: Node) -> Expectation:
    return Totals(pattern_of(_object(node), _TOTALS))


def _object(node: Node) -> Node:
    node.fields()
    return node


EXPECTATIONS: Mapping[str, Callable[[Node], Expectation]] = {
    "run": _next_run,
    "runs": _all_runs,
    "delivered": _delivered,
    "session": _of_session,
    "totals": _totals,
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
