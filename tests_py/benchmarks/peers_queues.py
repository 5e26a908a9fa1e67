"""vagus's queues beside those of the npm package `openclaw`, in one run on one machine.

    python tests_py/benchmarks/peers_queues.py --openclaw DIR/node_modules/openclaw/dist

Both are asked for the same wakes of the same sessions in turn, are given the same events, and read
the same replies; which replies are acknowledgements is compared first. Rounds alternate between the
two, so that a slow moment of the machine hurts both, and medians are printed. A drain that takes
longer than `--limit` seconds is cut off, and the row says how far it came.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from _openclaw import Package, package_of, say_subjects

import vagus
from vagus.events import EventQueue
from vagus.heartbeat import strip_acknowledgement

NOW_MS = 1_800_000_000_000
BATCH = 10_000
ROOMY = {"wakes": {"running": 1_000_000, "running_per_agent": 1_000_000}}
ACK_CHARS = 300  # the package's default
SENTENCE = "The nightly build is green again, and nothing else needs a look. "
REPLIES = [
    "HEARTBEAT_OK",
    "**HEARTBEAT_OK**",
    f"HEARTBEAT_OK {SENTENCE}",
    f"{SENTENCE * 10} HEARTBEAT_OK",
    SENTENCE * 6,
    "You have 12 new mails.",
]


class Watch:
    """Nanoseconds that something took."""

    spent = 0


@contextmanager
def timed() -> Iterator[Watch]:
    """Fills the watch in when its block ends."""
    watch = Watch()
    began = time.perf_counter_ns()
    yield watch
    watch.spent = time.perf_counter_ns() - began


def keys_of(sessions: int) -> list[vagus.SessionKey]:
    """The sessions that the package is given too."""
    texts = [f"agent:main:slack:channel:c{index}" for index in range(sessions)]
    return vagus.SessionKey.parse_many(texts).to_list()


def wakes(count: int, sessions: int) -> dict[str, float]:
    """`count` requests in batches, and every session run once."""
    keys = keys_of(sessions)
    order = [keys[index % sessions] for index in range(count)]
    batches = [order[at : at + BATCH] for at in range(0, count, BATCH)]
    queue = vagus.WakeQueue(ROOMY)
    with timed() as asked:
        for batch in batches:
            queue.request_many(NOW_MS, batch, kind="hook", coalesce_ms=0)
    with timed() as drained:
        tokens = [wake.token for wake in queue.due(NOW_MS)]
        queue.settle_many(tokens, "done", NOW_MS)
    assert len(tokens) == sessions
    return {"request": asked.spent / count, "drain": drained.spent / sessions}


def text(index: int) -> str:
    """The text of an event."""
    return f"Exec completed (9f2c{index % 4000}, code 0)"


def events(count: int, sessions: int, tagged: bool) -> dict[str, float]:
    """`count` events over the sessions in turn; each keeps its newest twenty."""
    keys = keys_of(sessions)
    queue = EventQueue()
    with timed() as posted:
        for index in range(count):
            tag = f"exec:{index % 64}" if tagged else None
            queue.post(keys[index % sessions], text(index), at_ms=NOW_MS, tag=tag)
    return {"post": posted.spent / count}


def taken(count: int, sessions: int) -> dict[str, float]:
    """Twenty events are posted, leased and consumed, again and again."""
    keys = keys_of(sessions)
    queue = EventQueue()
    with timed() as all_of_it:
        for first in range(0, count, 20):
            key = keys[first // 20 % sessions]
            for index in range(first, first + 20):
                queue.post(key, text(index), at_ms=NOW_MS)
            queue.lease_all(key, "run")
            queue.commit("run")
    return {"post": all_of_it.spent / count}


def replies(texts: list[str], times: int) -> dict[str, Any]:
    """Reads replies that may be acknowledgements."""
    read: list[Any] = []
    with timed() as spent:
        for _ in range(times):
            read = [strip_acknowledgement(reply, ack_max_chars=ACK_CHARS) for reply in texts]
    skipped = [reply.text == "" for reply in read]
    return {"reply": spent.spent / (len(texts) * times), "skipped": skipped}


def median_of(rounds: list[dict[str, float]], name: str) -> float:
    """The median of one figure."""
    return statistics.median(taken[name] for taken in rounds)


def row(name: str, theirs: str, ours: float, factor: float | None) -> None:
    """One line of the table."""
    told = "" if factor is None else f"{factor:,.1f}x"
    print(f"{name:<52} {theirs:>22} {ours:>9,.0f} {told:>9}")


Rounds: TypeAlias = list[dict[str, Any]]


def compare(
    package: Package, ours: Callable[[], dict[str, Any]], rounds: int, **command: Any
) -> tuple[Rounds, Rounds]:
    """Alternating rounds of both, after one of each that does not count."""
    series = [(package.ask(**command), ours()) for _ in range(rounds + 1)]
    return [there for there, _ in series[1:]], [here for _, here in series[1:]]


def compare_afresh(
    package: Package, ours: Callable[[], dict[str, Any]], rounds: int, **command: Any
) -> tuple[Rounds, Rounds]:
    """The same, where the package may leave work undone: each round has a process of its own."""
    there, here = [], []
    for _ in range(rounds):
        package.restart()
        there.append(package.ask(**command))
        here.append(ours())
    return there, here


def compare_wakes(package: Package, sessions: int, rounds: int, limit_s: float) -> None:
    """Two rows: asking, and running every session once."""
    count = max(100_000, 10 * sessions) if sessions < 100_000 else 1_000_000
    command = {"wakes": count, "sessions": sessions, "limit_ms": limit_s * 1000}
    there, here = compare_afresh(package, lambda: wakes(count, sessions), rounds, **command)
    name = f"of {sessions:,} sessions"
    asked, our_asked = median_of(there, "request"), median_of(here, "request")
    row(f"ask for a wake {name}", f"{asked:,.0f}", our_asked, asked / our_asked)
    our_drained = median_of(here, "drain")
    unfinished = [taken["drained"] for taken in there if "drained" in taken]
    if unfinished:
        row(f"run each {name}", f"{max(unfinished):,} in {limit_s:g} s", our_drained, None)
        return
    drained = median_of(there, "drain")
    row(f"run each {name}", f"{drained:,.0f}", our_drained, drained / our_drained)


def compare_one(
    package: Package,
    name: str,
    figure: str,
    ours: Callable[[], dict[str, Any]],
    rounds: int,
    **command: Any,
) -> None:
    """One row."""
    there, here = compare(package, ours, rounds, **command)
    theirs, our = median_of(there, figure), median_of(here, figure)
    row(name, f"{theirs:,.0f}", our, theirs / our)


def check_replies(package: Package) -> None:
    """Ends the run where the two take different replies for acknowledgements."""
    theirs = package.ask(replies=REPLIES, times=1)["skipped"]
    ours = replies(REPLIES, 1)["skipped"]
    if theirs != ours:
        raise SystemExit(f"acknowledgements: {theirs} there and {ours} here")


def main() -> None:
    """Compares, measures and prints."""
    parser = argparse.ArgumentParser(description="vagus's queues beside those of openclaw.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=10, help="seconds that a drain may take")
    with package_of(parser, "openclaw_queues.mjs") as (options, package):
        rounds = options.rounds
        subject = package.ask(about=True)
        check_replies(package)
        say_subjects(subject)
        print(f"medians of {rounds} alternating rounds, nanoseconds each\n")
        print(f"{'':<52} {'openclaw ' + subject['version']:>22} {'vagus':>9} {'factor':>9}")
        hostile = "HEARTBEAT_OK " + "<" * 16_000
        for kind, texts in (("usual", REPLIES), ("hostile, of 16 kB,", [hostile])):
            times = 1_000 if kind == "usual" else 1
            compare_one(
                package,
                f"read {kind} replies",
                "reply",
                lambda texts=texts, times=times: replies(texts, times),
                rounds,
                replies=texts,
                times=times,
            )
        for tagged in (False, True):
            compare_one(
                package,
                f"post an event{' with a tag' if tagged else ''}, 1,000 sessions",
                "post",
                lambda tagged=tagged: events(200_000, 1_000, tagged),
                rounds,
                events=200_000,
                sessions=1_000,
                tagged=tagged,
            )
        compare_one(
            package,
            "post twenty events and take them, each event",
            "post",
            lambda: taken(200_000, 1_000),
            rounds,
            taken=200_000,
            sessions=1_000,
        )
        for sessions in (1_000, 10_000, 100_000):
            compare_wakes(package, sessions, rounds, options.limit)


if __name__ == "__main__":
    main()
