"""What messages and tools cost in tokens.

``estimate_text`` and ``estimate_tokens`` need no vocabulary: they know how tokenizers cut text, and
are a few percent off for the scripts that docs/messages.md lists.
"""

from __future__ import annotations

from vagus._core import estimate_text, estimate_tokens

__all__ = ["estimate_text", "estimate_tokens"]
