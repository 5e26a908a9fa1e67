"""How far estimates are from exact counts, by script: python tests_py/benchmarks/pricing.py

The exact counts are those of bpe-openai, whose wheel holds its vocabularies. ``--record`` writes
them to ``tests_py/corpus/counts.json``, against which the tests hold the estimates.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import vagus
from vagus.pricing import estimate_text

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
COUNTS = CORPUS / "counts.json"
VOCABULARIES = ("o200k_base", "cl100k_base")

Counter = Callable[[str], int]


def paragraphs() -> dict[str, list[str]]:
    """The texts of each script."""
    return {
        path.stem: path.read_text(encoding="utf-8").strip().split("\n\n")
        for path in sorted(CORPUS.glob("*.txt"))
    }


def exact_counts() -> dict[str, dict[str, list[int]]]:
    """The tokens of every paragraph, by vocabulary and script."""
    import bpe_openai

    return {
        name: {
            script: [len(bpe_openai.get_encoding(name).encode(text)) for text in texts]
            for script, texts in paragraphs().items()
        }
        for name in VOCABULARIES
    }


def estimators() -> dict[str, Counter]:
    """vagus's estimate, and what others take for one."""
    found: dict[str, Counter] = {
        "vagus": estimate_text,
        "chars/4": lambda text: -(-len(text) // 4),
    }
    if importlib.util.find_spec("langchain_core"):
        from langchain_core.messages import HumanMessage
        from langchain_core.messages.utils import count_tokens_approximately

        empty = count_tokens_approximately([HumanMessage("")])
        found["langchain-core"] = lambda text: (
            count_tokens_approximately([HumanMessage(text)]) - empty
        )
    return found


def mean_error(counts: Iterable[int], exact: Iterable[int]) -> float:
    """The mean over paragraphs of how far a count is off, whichever way."""
    errors = [abs(count - true) / true for count, true in zip(counts, exact, strict=True)]
    return sum(errors) / len(errors)


def print_errors(vocabulary: str, exact: dict[str, list[int]]) -> None:
    texts, counters = paragraphs(), estimators()
    print(f"\n{vocabulary:<22}" + "".join(f"{name:>18}" for name in counters))
    for script, true in exact.items():
        line = f"  {script:<10}{sum(true):>7,}  "
        for counter in counters.values():
            counts = [counter(text) for text in texts[script]]
            line += f"{mean_error(counts, true):>10.1%}{sum(counts) / sum(true) - 1:>+8.1%}"
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--record", action="store_true", help=f"write {COUNTS.name} anew")
    options = parser.parse_args()
    counts = exact_counts()
    if options.record:
        COUNTS.write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
        sys.exit(f"written: {COUNTS}")
    print(f"vagus {vagus.__version__}: mean error of a paragraph's estimate, and of the sum")
    for vocabulary, exact in counts.items():
        print_errors(vocabulary, exact)


if __name__ == "__main__":
    main()
