"""What a stream of chat events costs from Python: python tests_py/benchmarks/streams.py

Every run is watched by one listener and gets a piece of text every ten ms of its own time; after a
hundred it ends, and another is opened in its place. Events go in batches of 1,000; making them is
not measured, opening runs is.
"""

from __future__ import annotations

from collections.abc import Iterator

from _measure import Subject, report_all

from vagus.runs import ChatClient, ChatInput, ChatRegistration, ChatStream

ROUNDS = 5
PIECES = 100
PAUSE = 10
BATCH = 1_000
EVENTS = 100_000
KEYS = [f"agent:main:slack:channel:c{number}" for number in range(200)]

Batch = tuple[int, list[ChatRegistration], list[ChatInput | tuple[str, int, str]]]


class Load:
    """Live runs that take turns."""

    def __init__(self, runs: int) -> None:
        self.stream = ChatStream()
        for key in KEYS:
            self.stream.subscribe("desk", key, 0)
        self.begun = 0
        self.now = 0
        opened = [self.registration() for _ in range(runs)]
        self.play([(0, opened, [])])
        self.runs = [(each.run_id, number % PIECES) for number, each in enumerate(opened)]
        self.next = 0
        self.rounds: Iterator[list[Batch]] = iter([self.batches() for _ in range(ROUNDS + 1)])

    def registration(self) -> ChatRegistration:
        self.begun += 1
        clients = [ChatClient(f"client-{self.begun}")]
        key = KEYS[self.begun % len(KEYS)]
        return ChatRegistration(f"run-{self.begun}", key, clients=clients)

    def batches(self) -> list[Batch]:
        """What happens next."""
        return [self.batch() for _ in range(EVENTS // BATCH)]

    def batch(self) -> Batch:
        opened: list[ChatRegistration] = []
        inputs: list[ChatInput | tuple[str, int, str]] = []
        for _ in range(BATCH):
            name, seq = self.runs[self.next]
            if seq < PIECES:
                inputs.append((name, seq + 1, " and so on"))
                self.runs[self.next] = (name, seq + 1)
            else:
                inputs.append(ChatInput(name, "end", seq=seq + 1))
                opened.append(self.registration())
                self.runs[self.next] = (opened[-1].run_id, 0)
            self.next = (self.next + 1) % len(self.runs)
            self.now += PAUSE * (self.next == 0)
        return self.now, opened, inputs

    def round(self) -> int:
        # Rounds beyond those that are ready take longer, and the best one counts.
        return self.play(next(self.rounds, None) or self.batches())

    def play(self, batches: list[Batch]) -> int:
        told = 0
        for at, opened, inputs in batches:
            for registration in opened:
                self.stream.open(registration, at)
            told += len(self.stream.feed_many(inputs, at)) + len(self.stream.tick(at))
        return told


def streaming(runs: int) -> Subject:
    load = Load(runs)
    return Subject(f"live runs: {runs:,}", EVENTS, load.round)


def every_size() -> list[Subject]:
    return [streaming(runs) for runs in (10, 1_000, 10_000, 100_000)]


if __name__ == "__main__":
    purpose = "What a stream of chat events costs from Python."
    report_all(purpose, {"ChatStream.feed_many, batches of 1,000": every_size}, ROUNDS)
