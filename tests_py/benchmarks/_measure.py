"""What the benchmarks share: subjects, alternating rounds, tables.

The subjects of a table run alternately in one process, and the best round of each counts: what else
the machine does can only make a round slower.
"""

from __future__ import annotations

import argparse
import math
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import vagus


class Subject(NamedTuple):
    """`run` does `operations` operations."""

    name: str
    operations: int
    run: Callable[[], object]


def each(name: str, function: Callable[[Any], object], arguments: Sequence[Any]) -> Subject:
    """One operation is one call of `function` with the next of `arguments`."""

    def run() -> None:
        for argument in arguments:
            function(argument)

    return Subject(name, len(arguments), run)


def batch(name: str, function: Callable[[Any], object], arguments: Sequence[Any]) -> Subject:
    """One operation is one of `arguments`, all of which `function` takes in one call."""
    return Subject(name, len(arguments), lambda: function(arguments))


def spent(subject: Subject) -> float:
    """Nanoseconds that an operation takes in one round of `subject`."""
    began = time.perf_counter_ns()
    subject.run()
    return (time.perf_counter_ns() - began) / subject.operations


def measure(subjects: Sequence[Subject], rounds: int) -> list[float]:
    """The best of `rounds` alternating rounds of each subject, in nanoseconds an operation."""
    best = [math.inf] * len(subjects)
    for subject in subjects:
        subject.run()  # warms caches up
    for _ in range(rounds):
        for index, subject in enumerate(subjects):
            best[index] = min(best[index], spent(subject))
    return best


def report(title: str, subjects: Sequence[Subject], rounds: int) -> None:
    """Measures the subjects and prints a row for each; ratios are to the first one."""
    best = measure(subjects, rounds)
    print(f"\n{title:<50} {'ns each':>11} {'per second':>11} {'ratio':>9}")
    for subject, cost in zip(subjects, best, strict=True):
        ratio = cost / best[0]
        decimals = 2 if ratio >= 0.1 else 3
        figures = f"{cost:>11,.0f} {1e9 / cost:>11,.0f} {ratio:>9,.{decimals}f}"
        print(f"  {subject.name:<48} {figures}")


def report_all(
    purpose: str, sections: Mapping[str, Callable[[], Sequence[Subject]]], rounds: int
) -> None:
    """A benchmark whose tables need nothing but their subjects; `--rounds` is its option."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--rounds", type=int, default=rounds)
    rounds = parser.parse_args().rounds
    print(f"vagus {vagus.__version__}, Python {platform.python_version()}, nanoseconds")
    print(f"best of {rounds} alternating rounds; ratios to the first row of each table")
    for title, subjects in sections.items():
        report(title, subjects(), rounds)
