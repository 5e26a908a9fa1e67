"""System events through Python, beside a plain queue: python tests_py/benchmarks/events.py

The plain queue does what most hosts write first: a bounded deque for each session, the newest text
compared, and no lease.
"""

from __future__ import annotations

from collections import deque

from _measure import Subject, report_all

import vagus
from vagus.events import EventQueue

ROUNDS = 5
EVENTS = 20_000
WAITING = 20
SESSIONS = 1_000


class PlainQueue:
    def __init__(self) -> None:
        self.by_session: dict[str, deque[tuple[str, str | None, int]]] = {}

    def post(self, session: str, text: str, tag: str | None, at_ms: int) -> bool:
        queue = self.by_session.get(session)
        if queue is None:
            queue = self.by_session[session] = deque(maxlen=WAITING)
        text = text.strip()
        if queue and queue[-1][:2] == (text, tag):
            return False
        queue.append((text, tag, at_ms))
        return True

    def drain(self, session: str) -> list[tuple[str, str | None, int]]:
        return list(self.by_session.pop(session, ()))


TEXTS = [f"Exec completed (9f2c{number}, code 0)" for number in range(EVENTS)]
KEYS = [f"agent:main:slack:channel:c{number % SESSIONS}" for number in range(EVENTS)]
READ_KEYS = [vagus.SessionKey.parse(key) for key in KEYS]


def posting(keys: list[str] | list[vagus.SessionKey], tag: str | None) -> Subject:
    def run() -> None:
        queue = EventQueue()
        for key, text in zip(keys, TEXTS, strict=True):
            queue.post(key, text, at_ms=0, tag=tag)

    kind = "SessionKey" if isinstance(keys[0], vagus.SessionKey) else "str"
    return Subject(f"EventQueue.post, {kind}{', tag' if tag else ''}", EVENTS, run)


def plain_posting() -> None:
    queue = PlainQueue()
    for key, text in zip(KEYS, TEXTS, strict=True):
        queue.post(key, text, None, 0)


def delivering() -> None:
    queue = EventQueue()
    for number in range(0, EVENTS, WAITING):
        key = READ_KEYS[number // WAITING]
        for text in TEXTS[number : number + WAITING]:
            queue.post(key, text, at_ms=0)
        queue.lease_all(key, "run")
        queue.commit("run")


def plain_delivering() -> None:
    queue = PlainQueue()
    for number in range(0, EVENTS, WAITING):
        key = KEYS[number // WAITING]
        for text in TEXTS[number : number + WAITING]:
            queue.post(key, text, None, 0)
        queue.drain(key)


def posts() -> list[Subject]:
    return [
        posting(READ_KEYS, None),
        posting(KEYS, None),
        posting(READ_KEYS, "exec:1"),
        Subject("Python: a deque for each session", EVENTS, plain_posting),
    ]


def deliveries() -> list[Subject]:
    return [
        Subject("EventQueue, lease and commit", EVENTS, delivering),
        Subject("Python: a deque for each session", EVENTS, plain_delivering),
    ]


SECTIONS = {
    f"post to {SESSIONS:,} sessions": posts,
    f"post {WAITING}, show, forget: each event": deliveries,
}

if __name__ == "__main__":
    report_all("The cost of events.", SECTIONS, ROUNDS)
