"""What the hot calls cost from Python: python tests_py/benchmarks/engine.py.

The subjects of a section run alternately in one process, and the best round of each counts: what
else the machine does can only make a round slower. Rows marked "Python" answer a similar question
in simple pure Python and do less than the call beside them; they are no rivals.
"""

from __future__ import annotations

import argparse
import math
import platform
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import vagus

START_MS = 1_800_000_000_000


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


def report(title: str, subjects: Sequence[Subject], rounds: int) -> None:
    """Measures the subjects alternately and prints their best; ratios are to the first one."""
    best = [math.inf] * len(subjects)
    for subject in subjects:
        subject.run()  # warms caches up
    for _ in range(rounds):
        for index, subject in enumerate(subjects):
            began = time.perf_counter_ns()
            subject.run()
            spent = (time.perf_counter_ns() - began) / subject.operations
            best[index] = min(best[index], spent)
    print(f"\n{title:<50} {'ns each':>11} {'per second':>11} {'ratio':>9}")
    for subject, spent in zip(subjects, best, strict=True):
        figures = f"{spent:>11,.0f} {1e9 / spent:>11,.0f} {spent / best[0]:>9,.2f}"
        print(f"  {subject.name:<48} {figures}")


SHAPES = (
    "agent:main:main",
    "agent:main:slack:channel:c{0}:thread:1712345678.{0}",
    "agent:ops:discord:direct:{0}",
    "agent:ops:telegram:group:-100{0}:topic:7",
    "agent:trent:main:heartbeat",
)


def split_key(text: str) -> tuple[str, str, str]:
    """Agent, rest and thread of a key whose parts are taken to be well-formed."""
    word, agent, rest = text.strip().lower().split(":", 2)
    if word != "agent" or not agent or not rest:
        raise ValueError(text)
    return agent, rest, rest.partition(":thread:")[2]


def keys() -> list[Subject]:
    """Keys of the usual shapes, read from text."""
    texts = [SHAPES[index % len(SHAPES)].format(index) for index in range(10_000)]
    return [
        each("SessionKey.parse", vagus.SessionKey.parse, texts),
        each("Python: split, parts unchecked", split_key, texts),
    ]


def routing() -> list[Subject]:
    """Messages of people who are evenly spread over few and many bindings."""
    return [
        resolving(10, people=10),
        resolving(100_000, people=10),
        resolving(100_000, people=2_000),
        scanning(10, queries=1_000),
        scanning(100_000, queries=50),
    ]


def bindings_to(count: int) -> list[dict[str, Any]]:
    """One binding for each of `count` people, to ten agents in turn; ids are equally long."""
    peers = ({"kind": "direct", "id": f"{index:06}"} for index in range(count))
    matches = ({"channel": "discord", "peer": peer} for peer in peers)
    return [{"agent": f"agent{i % 10}", "match": match} for i, match in enumerate(matches)]


def resolving(count: int, people: int) -> Subject:
    """The router of vagus with `count` bindings, asked for `people` of them again and again."""
    agents = [{"id": f"agent{index}"} for index in range(10)]
    router = vagus.Router({"agents": {"list": agents}, "bindings": bindings_to(count)})
    peers = [vagus.Peer("direct", f"{index * count // people:06}") for index in range(people)]
    assert all(router.resolve("discord", peer=peer).binding is not None for peer in peers)
    name = f"Router.resolve, {count:,} bindings, {people:,} people"
    return each(name, lambda peer: router.resolve("discord", peer=peer), peers * (6_000 // people))


def scanning(count: int, queries: int) -> Subject:
    """The first of `count` bindings that fits; no tiers, no session key."""
    bindings = bindings_to(count)
    wanted = [bindings[index * count // queries]["match"].copy() for index in range(queries)]

    def agent_of(match: dict[str, Any]) -> object:
        return next(binding["agent"] for binding in bindings if binding["match"] == match)

    return each(f"Python: linear scan, {count:,} bindings", agent_of, wanted)


def wakes() -> list[Subject]:
    """Requests for 1,000 sessions, which become 1,000 wakes whoever else waits."""
    sessions = [vagus.SessionKey.parse(f"agent:ops:s{index}") for index in range(1_000)] * 10
    earliest: dict[vagus.SessionKey, tuple[int, int]] = {}

    def remember(key: vagus.SessionKey) -> None:
        due, requests = earliest.get(key, (START_MS, 0))
        earliest[key] = (min(due, START_MS), requests + 1)

    return [
        requesting(sessions, others=0),
        requesting(sessions, others=50_000),
        each("Python: due time and count in a dict", remember, sessions),
    ]


def requesting(sessions: Sequence[vagus.SessionKey], others: int) -> Subject:
    """A queue in which `others` sessions have a wake waiting."""
    queue = vagus.WakeQueue()
    for index in range(others):
        queue.request(START_MS, f"agent:other:s{index}")
    return each(
        f"WakeQueue.request, {others:,} others waiting",
        lambda key: queue.request(START_MS, key, kind="exec", reason="exec finished"),
        sessions,
    )


WINDOW, RESERVE = 8_000, 2_000
QUESTION = vagus.Message.of("user", "What is the state of the build? " * 8)
ANSWER = vagus.Message.of("assistant", "All jobs passed; nothing to do. " * 8)


def context() -> list[Subject]:
    """Prompts of the same size, cut from short and long histories."""
    subjects = [assembling(100), assembling(10_000)]
    return [*subjects, pricing(100, prompts=100), pricing(10_000, prompts=5)]


def assembling(count: int) -> Subject:
    """The context of vagus with a history of `count` messages."""
    memory = vagus.Context("agent:ops:main#benchmark")
    for _ in range(count // 2):
        memory.append(QUESTION)
        memory.append(ANSWER)
    return each(
        f"Context.assemble, {count:,} messages",
        lambda turn: memory.assemble(turn, window=WINDOW, reserve=RESERVE),
        [[QUESTION]] * 1_000,
    )


def pricing(count: int, prompts: int) -> Subject:
    """Prices `count` messages for every prompt and keeps the newest; mends no tool calls."""
    texts = [QUESTION.text, ANSWER.text] * (count // 2)

    def newest(_: int) -> list[str]:
        prices = [len(text) * 12 // 40 for text in texts]
        total, first = sum(prices), 0
        while total > WINDOW - RESERVE:
            total -= prices[first]
            first += 1
        return texts[first:]

    return each(f"Python: price all, keep newest, {count:,} messages", newest, range(prompts))


def heartbeats() -> list[Subject]:
    """Isolated ticks: alarm, files, model, acknowledgement."""
    return [ticking(10), ticking(10_000)]


def ticking(agents: int) -> Subject:
    """An engine with a heartbeat every five minutes for each of `agents` agents."""
    heartbeat = {"every": "5m", "isolated_session": True, "light_context": True}
    listed = [{"id": f"agent{index}"} for index in range(agents)]
    engine = vagus.Engine({"agents": {"defaults": {"heartbeat": heartbeat}, "list": listed}})
    alarm_ms = START_MS

    def until_alarm() -> int:
        """Applies a tick and what follows from it; returns how many runs ended."""
        nonlocal alarm_ms
        now_ms, ended = alarm_ms, 0
        commands: list[vagus.Command] = [vagus.Tick()]
        while commands:
            for effect in engine.apply(commands.pop(), now_ms):
                match effect:
                    case vagus.ReadFiles(run_id=run_id):
                        files = {"HEARTBEAT.md": "- Check status\n"}
                        commands.append(vagus.FilesRead(run_id=run_id, files=files))
                    case vagus.CallModel(run_id=run_id):
                        commands.append(vagus.ModelReplied(run_id=run_id, text="HEARTBEAT_OK"))
                    case vagus.RunEnded(outcome="acknowledged"):
                        ended += 1
                    case vagus.SetAlarm(at_ms=int(at_ms)):
                        alarm_ms = at_ms
        return ended

    def run() -> None:
        left = 10_000
        while left > 0:
            left -= until_alarm()

    return Subject(f"Engine.apply, {agents:,} agents", 10_000, run)


SECTIONS = {
    "read a session key": keys,
    "route a message": routing,
    "coalesce a wake": wakes,
    "assemble a prompt": context,
    "run a heartbeat tick (three commands)": heartbeats,
}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="The cost of the hot calls of vagus.")
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    print(f"vagus {vagus.__version__}, Python {platform.python_version()}")
    print(f"best of {rounds} alternating rounds; ratios to the first row of each table")
    for title, subjects in SECTIONS.items():
        report(title, subjects(), rounds)


if __name__ == "__main__":
    main()
