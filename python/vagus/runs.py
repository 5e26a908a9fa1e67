"""Runs as their clients see them: text as it comes, and exactly one ending.

``Engine`` has a stream of its own; ``ChatStream`` is the same one for hosts that run their agents
themselves::

    from vagus.runs import ChatClient, ChatInput, ChatRegistration, ChatStream

    stream = ChatStream()
    mine = ChatClient("c1", subscribers=["tab-7"])
    stream.open(ChatRegistration("run-1", "agent:main:main", clients=[mine]), 0)
    stream.feed_many([("run-1", 1, "Hello"), ("run-1", 2, ", world")], 0)
    stream.feed(ChatInput("run-1", "end"), 10)[-1].text  # 'Hello, world'

Each ``ChatEvent`` says who is to have it. Call ``tick`` at ``next_due()``.
"""

from __future__ import annotations

from vagus._core import (
    ChatAbort,
    ChatClient,
    ChatEvent,
    ChatInput,
    ChatNotice,
    ChatPrincipal,
    ChatRegistration,
    ChatStats,
    ChatStream,
    StreamProfile,
    is_stop_text,
    run_expiry,
)

__all__ = [
    "ChatAbort",
    "ChatClient",
    "ChatEvent",
    "ChatInput",
    "ChatNotice",
    "ChatPrincipal",
    "ChatRegistration",
    "ChatStats",
    "ChatStream",
    "StreamProfile",
    "is_stop_text",
    "run_expiry",
]
