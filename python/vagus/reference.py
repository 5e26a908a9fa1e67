"""What the system that vagus is modelled on takes its own messages to cost.

To set its figures beside vagus's; nothing in vagus is decided by them. Messages are dicts as it
writes them.
"""

from __future__ import annotations

from vagus._core import reference_chars as chars
from vagus._core import reference_estimate_tokens as estimate_tokens
from vagus._core import reference_guard_chars as guard_chars
from vagus._core import reference_pre_prompt_tokens as pre_prompt_tokens
from vagus._core import reference_pressure_tokens as pressure_tokens
from vagus._core import reference_rendered_prompt_tokens as rendered_prompt_tokens
from vagus._core import reference_tool_tokens as tool_tokens

__all__ = [
    "chars",
    "estimate_tokens",
    "guard_chars",
    "pre_prompt_tokens",
    "pressure_tokens",
    "rendered_prompt_tokens",
    "tool_tokens",
]
