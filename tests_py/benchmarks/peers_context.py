"""The check before every prompt, beside that of the npm package `openclaw`, in one run.

    python tests_py/benchmarks/peers_context.py --openclaw DIR/node_modules/openclaw/dist

Both hold the same transcript and are asked whether the next prompt fits. Rounds alternate between
the two, so that a slow moment of the machine hurts both, and medians are printed. `assemble` makes
the prompt as well, which the package's check does not.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from _openclaw import package_of, say_subjects

from vagus import Context, Message
from vagus.messages import from_openclaw

WINDOW = 200_000
RESERVE = 20_000
SYSTEM = "You look after the build servers and answer in short sentences. " * 300
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


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="The check before a prompt, beside openclaw's.")
    parser.add_argument("--rounds", type=int, default=7)
    with package_of(parser, "openclaw_context.mjs") as (options, package):
        say_subjects(package.ask(about=True))
        print(f"medians of {options.rounds} alternating rounds, microseconds\n")
        print(f"{'messages':>10} {'openclaw':>12} {'admit':>10} {'factor':>10} {'assemble':>10}")
        asked: dict[str, Any] = {"system": SYSTEM, "window": WINDOW, "reserve": RESERVE}
        for count in (100, 1_000, 10_000, 100_000):
            context = context_of(count)
            times = max(3, 100_000 // count)
            theirs, admit, assemble = [], [], []
            for _ in range(options.rounds):
                answer = package.ask(check=count, times=times, text=TEXT, **asked)
                theirs.append(answer["check"])
                admit.append(each(lambda c=context: c.admit(QUESTION, **asked), 1_000))
                assemble.append(each(lambda c=context: c.assemble(QUESTION, **asked), 100))
            there, here, made = (statistics.median(row) / 1e3 for row in (theirs, admit, assemble))
            factor = f"{there / here:,.1f}x"
            print(f"{count:>10,} {there:>12,.1f} {here:>10,.1f} {factor:>10} {made:>10,.1f}")


if __name__ == "__main__":
    main()
