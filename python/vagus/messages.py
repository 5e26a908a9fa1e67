"""Messages and tools as others write them.

``from_X`` reads a list of dicts into vagus's own records, ``to_X`` writes them again. The round
trip gives an equal list: what only one dialect knows travels along in ``extra``. Written in another
dialect, messages are valid there and take nothing with them that only the first one knows::

    from vagus import messages

    chat = [{"role": "user", "content": "Hi.", "name": "ops"}]
    read = messages.from_openai_chat(chat)
    messages.to_openai_chat(read) == chat  # True
    messages.to_anthropic(read)  # [{'role': 'user', 'content': 'Hi.'}]

All of them raise ``InvalidInput`` with the path and the value of what cannot be read or written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vagus._core import (
    Message,
    Part,
    Prompt,
    ToolSchema,
    read_messages,
    read_tools,
    write_messages,
    write_tools,
)

__all__ = [
    "Message",
    "Part",
    "Prompt",
    "ToolSchema",
    "from_anthropic",
    "from_openai_chat",
    "from_openai_responses",
    "from_openclaw",
    "read_messages",
    "read_tools",
    "to_anthropic",
    "to_openai_chat",
    "to_openai_responses",
    "to_openclaw",
    "write_messages",
    "write_tools",
]

Dicts = list[dict[str, Any]]


def from_openai_chat(messages: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Read messages of OpenAI's chat completions."""
    return read_messages("openai_chat", messages)


def to_openai_chat(messages: Sequence[Message]) -> Dicts:
    """Write messages for OpenAI's chat completions."""
    return write_messages("openai_chat", messages)


def from_openai_responses(items: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Read input and output items of OpenAI's responses; those of one answer make one message."""
    return read_messages("openai_responses", items)


def to_openai_responses(messages: Sequence[Message]) -> Dicts:
    """Write input items for OpenAI's responses."""
    return write_messages("openai_responses", messages)


def from_anthropic(messages: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Read Anthropic's messages; each tool result in them makes a message of its own."""
    return read_messages("anthropic", messages)


def to_anthropic(messages: Sequence[Message]) -> Dicts:
    """Write Anthropic's messages; a system prompt belongs into the request beside them."""
    return write_messages("anthropic", messages)


def from_openclaw(messages: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Read OpenClaw's messages, or the entries of its transcripts that hold them."""
    return read_messages("openclaw", messages)


def to_openclaw(messages: Sequence[Message]) -> Dicts:
    """Write OpenClaw's messages; usage, model and times are the host's to add."""
    return write_messages("openclaw", messages)
