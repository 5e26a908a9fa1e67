"""What texts, messages, tools and whole prompts are taken to cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vagus import reference

from .values import Adapter, Args, text


def unfolded(value: Any) -> Any:
    """Long texts are recorded as ``{"$rep": [unit, count]}`` and ``{"$cat": [text, ...]}``."""
    if isinstance(value, Mapping):
        if "$rep" in value:
            unit, count = value["$rep"]
            return unfolded(unit) * count
        if "$cat" in value:
            return "".join(unfolded(each) for each in value["$cat"])
        return {key: unfolded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unfolded(item) for item in value]
    return value


def _unfolding(adapter: Adapter) -> Adapter:
    return lambda args: adapter(unfolded(args))


def _rendered(args: Args) -> int:
    return reference.rendered_prompt_tokens(text(args, "prompt"), system=text(args, "systemPrompt"))


PRICING: dict[str, Adapter] = {
    name: _unfolding(adapter)
    for name, adapter in {
        "string_chars": lambda args: reference.chars(text(args, "text")),
        "string_chars_min_raw_2": lambda args: reference.chars(text(args, "text"), wide=True),
        "estimate_tokens": lambda args: reference.estimate_tokens(args["message"]),
        "guard_message_chars": lambda args: reference.guard_chars(args["message"]),
        "message_pressure_tokens": lambda args: reference.pressure_tokens(args["message"]),
        "rendered_prompt_tokens": _rendered,
        "tool_schema_tokens": lambda args: reference.tool_tokens(args["tools"]),
        "pre_prompt_tokens": lambda args: reference.pre_prompt_tokens(
            args["messages"], text(args, "prompt")
        ),
    }.items()
}
