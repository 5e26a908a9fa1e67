"""What wakes cost from Python, beside simpler queues: python tests_py/benchmarks/wakes.py.

The rows marked "Python" do less than the calls beside them: they merge by session and run what is
due first, without causes, guards, back-off, fairness and fates. APScheduler 3 has a row where it is
installed.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from datetime import UTC, datetime
from importlib.util import find_spec

from _measure import Subject, each, report_all

import vagus

START_MS = 1_800_000_000_000
SESSIONS, REQUESTS, BATCH = 100_000, 1_000_000, 10_000
ROOMY = {"wakes": {"running": 1_000_000, "running_per_agent": 1_000_000}}


def keys() -> list[vagus.SessionKey]:
    """Sessions of 1,000 agents."""
    texts = [f"agent:a{index % 1_000}:slack:channel:c{index}" for index in range(SESSIONS)]
    return vagus.SessionKey.parse_many(texts).to_list()


class HeapQueue:
    """The earliest due time of each session in a dict, and a heap that may hold stale ones."""

    def __init__(self) -> None:
        self.due: dict[vagus.SessionKey, int] = {}
        self.heap: list[tuple[int, int, vagus.SessionKey]] = []
        self.count = 0

    def request(self, key: vagus.SessionKey) -> None:
        at = START_MS + 250
        if self.due.get(key, at + 1) <= at:
            return
        self.due[key] = at
        self.count += 1
        heapq.heappush(self.heap, (at, self.count, key))

    def drain(self) -> None:
        while self.heap:
            at, _, key = heapq.heappop(self.heap)
            if self.due.get(key) == at:
                del self.due[key]


class Timers:
    """One asyncio timer for each session."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.timers: dict[vagus.SessionKey, asyncio.TimerHandle] = {}

    def request(self, key: vagus.SessionKey) -> None:
        if key not in self.timers:
            self.timers[key] = self.loop.call_later(0.25, self.timers.pop, key)


def requests() -> list[Subject]:
    """One request in ten is the first of its session, in each round."""
    order = keys() * (REQUESTS // SESSIONS)
    random.Random(7).shuffle(order)
    batches = [order[at : at + BATCH] for at in range(0, REQUESTS, BATCH)]

    def together() -> None:
        queue = vagus.WakeQueue()
        for batch in batches:
            queue.request_many(START_MS, batch, kind="exec", reason="exec finished")

    def one_by_one() -> None:
        queue = vagus.WakeQueue()
        for key in order:
            queue.request(START_MS, key, kind="exec", reason="exec finished")

    def heap() -> None:
        queue = HeapQueue()
        for key in order:
            queue.request(key)

    def timers() -> None:
        asked = Timers()
        for key in order:
            asked.request(key)
        asked.loop.close()

    return [
        Subject("WakeQueue.request_many, 10,000 at a time", REQUESTS, together),
        Subject("WakeQueue.request", REQUESTS, one_by_one),
        Subject("Python: dict and heapq", REQUESTS, heap),
        Subject("Python: dict of asyncio timers", REQUESTS, timers),
    ]


def drains() -> list[Subject]:
    """Asks for a wake of every session and runs all of them."""
    every = keys()

    def ours() -> None:
        queue = vagus.WakeQueue(ROOMY)
        queue.request_many(START_MS, every, kind="exec")
        tokens = [wake.token for wake in queue.due(START_MS + 250)]
        queue.settle_many(tokens, "done", START_MS + 250)

    def heap() -> None:
        queue = HeapQueue()
        for key in every:
            queue.request(key)
        queue.drain()

    return [
        Subject("WakeQueue: request_many, due, settle_many", SESSIONS, ours),
        Subject("Python: dict and heapq", SESSIONS, heap),
    ]


def schedulers() -> list[Subject]:
    """One wake for each of 2,000 sessions, each asked for twice. A scheduler is made for far fewer
    jobs than a queue of wakes has requests."""
    few = keys()[:2_000] * 2

    def ours() -> None:
        queue = vagus.WakeQueue()
        for key in few:
            queue.request(START_MS, key, kind="exec")

    def timers() -> None:
        asked = Timers()
        for key in few:
            asked.request(key)
        asked.loop.close()

    subjects = [
        Subject("WakeQueue.request", len(few), ours),
        Subject("Python: dict of asyncio timers", len(few), timers),
    ]
    if find_spec("apscheduler") is not None:
        subjects.append(Subject("APScheduler: add_job, replacing", len(few), lambda: jobs(few)))
    return subjects


def jobs(order: list[vagus.SessionKey]) -> None:
    """A dated job for each session in APScheduler's memory, which the newest request replaces."""
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.start(paused=True)
    at = datetime.fromtimestamp(START_MS / 1000, UTC)
    for key in order:
        scheduler.add_job(print, "date", run_date=at, id=str(key), replace_existing=True)
    scheduler.shutdown(wait=False)


def looks() -> list[Subject]:
    """Questions to a queue in which 100,000 wakes wait."""
    every = keys()
    queue = vagus.WakeQueue()
    queue.request_many(START_MS, every, kind="exec")
    asked = every[:10_000]
    return [
        each("WakeQueue.fate", queue.fate, range(1, 10_001)),
        each("WakeQueue.explain", lambda key: queue.explain(key, START_MS), asked),
    ]


SECTIONS = {
    "ask for 1,000,000 wakes of 100,000 sessions": requests,
    "ask for 100,000 wakes and run them": drains,
    "ask for 2,000 wakes twice": schedulers,
    "look at 100,000 waiting wakes": looks,
}


if __name__ == "__main__":
    report_all("The cost of wakes.", SECTIONS, rounds=5)
