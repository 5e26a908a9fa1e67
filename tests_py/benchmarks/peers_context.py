"""The check before every prompt, and the prompt, beside the npm package `openclaw` and
langchain-core, in one run.

    python tests_py/benchmarks/peers_context.py --openclaw DIR/node_modules/openclaw/dist

All hold the same transcript. `admit`, the package's check and langchain-core's
`count_tokens_approximately` tell whether the next prompt fits; `assemble` and `trim_messages` make
it. Rounds alternate between them, so that a slow moment of the machine hurts all, and medians are
printed. langchain-core is left out where it is not installed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import _langchain
from _langchain import foreign, trimmed
from _openclaw import package_of, say_subjects

from vagus import Context, Message
from vagus.messages import from_openclaw

WINDOW = 10_000
RESERVE = 2_500
SYSTEM = "You look after the build servers and answer in short sentences. " * 30
TEXT = "Every check of the release passed, but one machine ran out of disk again. " * 5
QUESTION = [Message.of("user", "And now?")]


def entry(index: int) -> dict[str, Any]:
    """A message of openclaw_context.mjs."""
    said = {"type": "text", "text": f"{index} {TEXT}"}
    call_id = f"call_{index - index % 4}"
    call = {"type": "toolCall", "id": call_id, "name": "exec", "arguments": {"command": "make"}}
    kinds: list[dict[str, Any]] = [
        {"role": "user", "content": [said]},
        {"role": "assistant", "content": [said, call]},
        {
            "role": "toolResult",
            "toolCallId": call_id,
            "toolName": "exec",
            "content": [said],
            "isError": False,
        },
        {"role": "assistant", "content": [said]},
    ]
    return kinds[index % 4]


def context_of(count: int) -> Context:
    """The same messages, remembered."""
    context = Context("agent:main:main:epoch:benchmark", max_messages=2 * count)
    for message in from_openclaw([entry(index) for index in range(count)]):
        context.append(message)
    return context


def each(work: Callable[[], object], times: int) -> float:
    """Nanoseconds of one of `times`."""
    began = time.perf_counter_ns()
    for _ in range(times):
        work()
    return (time.perf_counter_ns() - began) / times


def works_of(count: int, asked: dict[str, Any]) -> dict[str, tuple[Callable[[], object], int]]:
    """What is measured in this process, and how often in a round."""
    context = context_of(count)
    works: dict[str, tuple[Callable[[], object], int]] = {
        "admit": (lambda: context.admit(QUESTION, **asked), 1_000),
        "assemble": (lambda: context.assemble(QUESTION, **asked).messages, 100),
    }
    if _langchain.VERSION is not None:
        talk = [foreign(each) for each in [*context.messages, *QUESTION]]
        times = max(1, 5_000 // count)
        works["counted"] = (lambda: _langchain.count_tokens_approximately(talk), times)
        works["trimmed"] = (lambda: trimmed(talk, SYSTEM, WINDOW - RESERVE), times)
    return works


def row(count: int, spent: dict[str, float]) -> str:
    """The medians of `count` messages, in microseconds, and how many times theirs are ours."""

    def beside(name: str, ours: str) -> str:
        if name not in spent:
            return " " * 24
        return f"{spent[name]:>14,.1f}{spent[name] / spent[ours]:>9,.0f}x"

    checks = f"{spent['admit']:>10,.1f}{beside('openclaw', 'admit')}{beside('counted', 'admit')}"
    return f"{count:>9,}{checks}{spent['assemble']:>12,.1f}{beside('trimmed', 'assemble')}"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Checks and prompts, beside peers.")
    parser.add_argument("--rounds", type=int, default=7)
    with package_of(parser, "openclaw_context.mjs") as (options, package):
        say_subjects(package.ask(about=True))
        print(f"langchain-core {_langchain.VERSION or 'not installed'}")
        print(f"medians of {options.rounds} alternating rounds, microseconds\n")
        head = ("admit", "openclaw", "", "approximately", "", "assemble", "trim_messages", "")
        widths = (10, 14, 10, 14, 10, 12, 14, 10)
        names = "".join(f"{name:>{width}}" for name, width in zip(head, widths, strict=True))
        print(f"{'messages':>9}{names}".rstrip())
        asked: dict[str, Any] = {"system": SYSTEM, "window": WINDOW, "reserve": RESERVE}
        for count in (100, 1_000, 10_000, 100_000):
            works = works_of(count, asked)
            rounds: list[dict[str, float]] = []
            for _ in range(options.rounds):
                times = max(3, 100_000 // count)
                answer = package.ask(check=count, times=times, text=TEXT, **asked)
                mine = {name: each(work, times) for name, (work, times) in works.items()}
                rounds.append({"openclaw": answer["check"], **mine})
            print(row(count, {k: statistics.median(r[k] for r in rounds) / 1e3 for k in rounds[0]}))


if __name__ == "__main__":
    main()
