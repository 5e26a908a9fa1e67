"""What prompts cost, and how much of them a provider has in its cache.

    python tests_py/benchmarks/context.py

The same conversations go through ``vagus.Context`` and, where it is installed (``pip install
langchain-core``), through ``trim_messages`` with ``count_tokens_approximately``, which estimates as
cheaply as it can. Both have the same system text and the same budget, each by its own estimate.
"""

from __future__ import annotations

import argparse
import platform
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import _langchain
from _langchain import foreign, trimmed

import vagus
from vagus import Context, Message, Part

QUESTION = [Message.of("user", "And now?")]
KEY = "agent:ops:main:epoch:benchmark"
SYSTEM = "You look after the build servers and answer in short sentences. " * 30
WORDS = [
    "build",
    "release",
    "branch",
    "machine",
    "disk",
    "cache",
    "tests",
    "errors",
    "passed",
    "failed",
    "cleared",
    "again",
    "the",
    "of",
    "on",
    "every",
    "but",
    "one",
    "where",
    "was",
    "full",
    "and",
    "had",
    "to",
    "be",
    "before",
    "could",
    "run",
    "without",
]


def words(dice: random.Random, count: int) -> str:
    return " ".join(dice.choice(WORDS) for _ in range(count))


def turn(dice: random.Random, number: int) -> list[Message]:
    """A question, in half of the turns a tool with its result, and an answer: 100 to 500 tokens."""
    messages = [Message.of("user", words(dice, dice.randint(10, 60)))]
    if dice.random() < 0.5:
        call = f"call_{number}"
        messages += [
            Message(
                role="assistant",
                parts=[Part(kind="tool_call", call_id=call, name="exec", arguments="{}")],
            ),
            Message(
                role="tool",
                parts=[
                    Part(
                        kind="tool_result",
                        call_id=call,
                        name="exec",
                        text=words(dice, dice.randint(20, 250)),
                    )
                ],
            ),
        ]
    return [*messages, Message.of("assistant", words(dice, dice.randint(10, 120)))]


def conversation(turns: int) -> list[list[Message]]:
    dice = random.Random(7)
    return [turn(dice, number) for number in range(turns)]


# ---- the provider's cache


def prefix_share(prompts: Sequence[Sequence[Any]], price: Callable[[Any], int]) -> float:
    """The part of all tokens sent that the prompt before began with too, message by message."""
    sent = repeated = 0
    before: Sequence[Any] = ()
    for prompt in prompts:
        same = True
        for index, message in enumerate(prompt):
            tokens = price(message)
            same = same and index < len(before) and before[index] == message
            sent += tokens
            repeated += tokens if same else 0
        before = prompt
    return repeated / sent


def cache(turns: int, window: int) -> None:
    reserve = window // 4
    talk = conversation(turns)
    context = Context(KEY)
    ours = []
    for messages in talk:
        ours.append(
            context.assemble(messages[:1], system=SYSTEM, window=window, reserve=reserve).messages
        )
        for message in messages:
            context.append(message)
    share = prefix_share(ours, lambda message: vagus.estimate_tokens(message))
    print(
        f"\n{turns:,} turns in a window of {window:,}, {reserve:,} kept free: tokens of all prompts"
    )
    print("that the prompt before began with, byte for byte")
    print(f"  {'vagus':<40} {share:>7.1%}")
    if _langchain.VERSION is None:
        return
    history: list[Any] = []
    theirs = []
    for messages in talk:
        asked = [foreign(message) for message in messages]
        theirs.append(trimmed([*history, asked[0]], SYSTEM, window - reserve))
        history += asked
    share = prefix_share(theirs, lambda message: _langchain.count_tokens_approximately([message]))
    print(f"  {'langchain-core trim_messages, last':<40} {share:>7.1%}")


# ---- time


def best(work: Callable[[], object], rounds: int) -> float:
    """The best of `rounds`, in microseconds."""
    spent = []
    for _ in range(rounds):
        began = time.perf_counter_ns()
        work()
        spent.append(time.perf_counter_ns() - began)
    return min(spent) / 1_000


def speed(counts: Sequence[int], window: int, rounds: int) -> None:
    print(f"\na prompt of at most {window * 3 // 4:,} tokens, microseconds, best of {rounds}")
    head = ("messages", "append", "admit", "assemble", "trim_messages", "ratio", "count approx.")
    print("".join(f"{name:>15}" for name in head))
    for count in counts:
        messages = [message for each in conversation(count // 2) for message in each][:count]
        append, admit, prompt = ours(messages, window, rounds)
        row = f"{count:>15,}{append:>15.2f}{admit:>15.1f}{prompt:>15.1f}"
        if _langchain.VERSION is not None:
            slow = max(1, min(rounds, 200_000 // count))
            trim, counted = theirs([*messages, *QUESTION], window * 3 // 4, slow)
            row += f"{trim:>15,.0f}{trim / prompt:>14,.0f}x{counted:>15,.0f}"
        print(row)


def ours(messages: Sequence[Message], window: int, rounds: int) -> tuple[float, float, float]:
    """To append a message, to admit a prompt and to make one."""
    context = Context(KEY, max_messages=4 * len(messages) + 4_000)
    for message in messages:
        context.append(message)
    asked: dict[str, Any] = {"system": SYSTEM, "window": window, "reserve": window // 4}
    prompt = best(lambda: context.assemble(QUESTION, **asked).messages, rounds)
    admit = best(lambda: context.admit(QUESTION, **asked), rounds)
    few = messages[:100]
    append = best(lambda: [context.append(each) for each in few], rounds) / len(few)
    return append, admit, prompt


def theirs(messages: Sequence[Message], budget: int, rounds: int) -> tuple[float, float]:
    """To trim, and to count without trimming."""
    talk = [foreign(message) for message in messages]
    trim = best(lambda: trimmed(talk, SYSTEM, budget), rounds)
    return trim, best(lambda: _langchain.count_tokens_approximately(talk), rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--turns", type=int, default=1_000)
    options = parser.parse_args()
    peer = _langchain.VERSION or "not installed"
    print(f"vagus {vagus.__version__}, Python {platform.python_version()}, langchain-core {peer}")
    cache(options.turns, 32_768)
    speed([100, 1_000, 10_000, 100_000], 10_000, options.rounds)


if __name__ == "__main__":
    main()
