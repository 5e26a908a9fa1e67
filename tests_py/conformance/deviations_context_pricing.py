"""Predicates of the rules about what texts and messages cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .adapters.pricing import unfolded
from .cases import Case

OLD = ((0x2E80, 0x9FFF), (0xA000, 0xA4FF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))
COMMON = ((0xB7, 0xB7), (0x3000, 0x319F), (0x4E00, 0x9FA5), (0xAC00, 0xD7AF), (0xFF01, 0xFF60))
RARE = ((0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xA000, 0xA4CF), (0xF900, 0xFAFF))
MARKS = ((0xFE10, 0xFE4F), (0xFF61, 0xFFEF))
BEYOND = ((0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x1F200, 0x1F2FF), (0x20000, 0x3FFFF))
NEWEST = ((COMMON, 4), (RARE, 12), (MARKS, 8), (BEYOND, 16))

Weight = Callable[[str], int]


def among(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def weighed_before(text: str) -> int:
    return sum(4 if among(char, OLD) else units(char) for char in text)


def weighed_newest(text: str) -> int:
    return sum(
        next((weight for ranges, weight in NEWEST if among(char, ranges)), units(char))
        for char in text
    )


def blocks(content: Any) -> Iterator[tuple[str, str]]:
    """Type and text of each block."""
    if isinstance(content, str):
        yield "text", content
        return
    for block in content or []:
        yield str(block.get("type")), str(block.get("text") or "")


def estimated(message: Any, weigh: Weight, image: int, note: int) -> int | None:
    """Characters by four, for messages that are only texts and images."""
    found = list(blocks(message.get("content")))
    if any(kind not in ("text", "image") for kind, _ in found):
        return None
    images = sum(kind == "image" for kind, _ in found)
    chars = sum(weigh(text) for _, text in found) + images * image + (note if images else 0)
    return -(-chars // 4)


def a_weight_is_the_newest(case: Case, got: Any) -> bool:
    args = unfolded(case.args)
    if case.fn == "string_chars":
        text = str(args.get("text") or "")
        before, now = weighed_before(text), weighed_newest(text)
    else:
        message = args.get("message") or {}
        image = 4_800 if message.get("role") == "toolResult" else 0
        old = estimated(message, units, image, 0)
        new = estimated(message, weighed_newest, 8_000, 55)
        if old is None or new is None:
            return False
        before, now = old, new
    return type(got) is int and case.expect == before != now == got


CONTEXT_PRICING_PREDICATES = {"a-weight-is-the-newest": a_weight_is_the_newest}
