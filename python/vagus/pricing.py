"""What messages and tools cost in tokens.

The estimates need no vocabulary: they know how tokenizers cut text, and are a few percent off for
the scripts that docs/messages.md lists.
"""

from __future__ import annotations

from vagus._core import (
    Prompt,
    PromptPrice,
    ToolSchema,
    estimate_text,
    estimate_tokens,
    estimate_tool,
    price_prompt,
)

__all__ = [
    "Prompt",
    "PromptPrice",
    "ToolSchema",
    "estimate_text",
    "estimate_tokens",
    "estimate_tool",
    "price_prompt",
]
