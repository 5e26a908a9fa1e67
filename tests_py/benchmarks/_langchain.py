"""langchain-core on the messages of vagus, where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vagus import Message

try:
    import langchain_core
    from langchain_core.messages import (
        AIMessage,
        BaseMessage,
        HumanMessage,
        SystemMessage,
        ToolMessage,
        trim_messages,
    )
    from langchain_core.messages.utils import count_tokens_approximately
except ImportError:
    langchain_core = None

VERSION: str | None = None if langchain_core is None else langchain_core.__version__
"""Of langchain-core; nothing where it is not installed, and then nothing else here may be used."""


def foreign(message: Message) -> BaseMessage:
    """The same message as langchain-core has it."""
    if message.role == "user":
        return HumanMessage(message.text)
    if message.role == "tool":
        return ToolMessage(message.text, tool_call_id=message.parts[0].call_id)
    calls = [
        {"name": part.name, "args": {}, "id": part.call_id}
        for part in message.parts
        if part.kind == "tool_call"
    ]
    return AIMessage(message.text, tool_calls=calls)


def trimmed(messages: Sequence[Any], system: str, budget: int) -> list[Any]:
    """The prompt of the newest messages within `budget` tokens."""
    return trim_messages(
        [SystemMessage(system), *messages],
        max_tokens=budget,
        token_counter=count_tokens_approximately,
        strategy="last",
        start_on="human",
        include_system=True,
    )
