"""What waking and prompting cost from Python: python tests_py/benchmarks/engine.py.

Rows marked "Python" answer a similar question in simple pure Python and do less than the call
beside them; they are no rivals. Keys and routes are in routing.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from _measure import Subject, each, report_all

import vagus

START_MS = 1_800_000_000_000


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
    "coalesce a wake": wakes,
    "assemble a prompt": context,
    "run a heartbeat tick (three commands)": heartbeats,
}


if __name__ == "__main__":
    report_all("The cost of wakes, prompts and ticks.", SECTIONS, rounds=7)
