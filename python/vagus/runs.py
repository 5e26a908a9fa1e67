"""Runs as their clients see them, and what becomes of messages that come meanwhile.

``ChatStream`` tells clients what a run says as it comes, and exactly one ending. ``Engine`` has one
of its own; this is the same one for hosts that run their agents themselves::

    from vagus.runs import ChatClient, ChatInput, ChatRegistration, ChatStream

    stream = ChatStream()
    mine = ChatClient("c1", subscribers=["tab-7"])
    stream.open(ChatRegistration("run-1", "agent:main:main", clients=[mine]), 0)
    stream.feed_many([("run-1", 1, "Hello"), ("run-1", 2, ", world")], 0)
    stream.feed(ChatInput("run-1", "end"), 10)[-1].text  # 'Hello, world'

Each ``ChatEvent`` says who is to have it. Call ``tick`` at ``next_due()``.

``Lanes`` gives out lanes: one piece of work at a time on each, so many at once of all. In
``FollowupQueues`` messages wait for a lane that is busy, and every accepted one ends once: run,
merged, summarised, refused or cancelled::

    from vagus import runs

    queues = runs.FollowupQueues()
    calm = runs.QueueSettings(mode="collect", debounce_ms=0)
    first = queues.push("a", "one", now_ms=0, settings=calm)
    queues.push("a", "two", now_ms=0, settings=calm)
    batch = queues.take("a", now_ms=0)
    [turn.text for turn in batch.turns]  # ['one', 'two']
    queues.commit("a", "run-1", now_ms=5)
    queues.fate(first.message).state  # 'run'
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
    FollowupQueues,
    Lanes,
    LaneWork,
    QueueDirective,
    QueueSettings,
    StreamProfile,
    TurnBatch,
    TurnEnd,
    TurnFate,
    TurnReceipt,
    UserTurn,
    batch_text,
    drop_policy,
    inner_lane,
    is_stop_text,
    parse_queue_directive,
    queue_action,
    queue_mode,
    queue_word,
    run_expiry,
    session_lane,
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
    "FollowupQueues",
    "LaneWork",
    "Lanes",
    "QueueDirective",
    "QueueSettings",
    "StreamProfile",
    "TurnBatch",
    "TurnEnd",
    "TurnFate",
    "TurnReceipt",
    "UserTurn",
    "batch_text",
    "drop_policy",
    "inner_lane",
    "is_stop_text",
    "parse_queue_directive",
    "queue_action",
    "queue_mode",
    "queue_word",
    "run_expiry",
    "session_lane",
]
