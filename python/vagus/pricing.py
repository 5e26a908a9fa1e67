"""What messages and tools cost in tokens.

The estimates need no vocabulary: they know how tokenizers cut text, and are a few percent off for
the scripts that docs/messages.md lists. ``count_messages`` counts exactly, with a counter such as
those of ``vagus.counters``. A ``PriceBook`` corrects estimates by what a provider reported::

    from vagus.pricing import PriceBook, UsageReport

    book = PriceBook()
    book.price(10_000, model="m", revision=1)  # 10,000 tokens, 2,000 in reserve, estimated
    book.observe(UsageReport(model="m", revision=1, estimated=10_000, reported=12_000))
    book.price(10_500, model="m", revision=1)  # 12,600 tokens, 360 in reserve, anchored
"""

from __future__ import annotations

from vagus._core import (
    Price,
    PriceBook,
    Prompt,
    PromptPrice,
    ToolSchema,
    UsageReport,
    count_messages,
    estimate_text,
    estimate_tokens,
    estimate_tool,
    price_prompt,
)

__all__ = [
    "Price",
    "PriceBook",
    "Prompt",
    "PromptPrice",
    "ToolSchema",
    "UsageReport",
    "count_messages",
    "estimate_text",
    "estimate_tokens",
    "estimate_tool",
    "price_prompt",
]
