"""Runs: who runs where, and what becomes of messages that come meanwhile.

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

``vagus.Engine`` has both inside.
"""

from __future__ import annotations

from vagus._core import (
    FollowupQueues,
    Lanes,
    LaneWork,
    QueueDirective,
    QueueSettings,
    TurnBatch,
    TurnEnd,
    TurnFate,
    TurnReceipt,
    UserTurn,
    batch_text,
    drop_policy,
    inner_lane,
    parse_queue_directive,
    queue_action,
    queue_mode,
    queue_word,
    session_lane,
)

__all__ = [
    "FollowupQueues",
    "LaneWork",
    "Lanes",
    "QueueDirective",
    "QueueSettings",
    "TurnBatch",
    "TurnEnd",
    "TurnFate",
    "TurnReceipt",
    "UserTurn",
    "batch_text",
    "drop_policy",
    "inner_lane",
    "parse_queue_directive",
    "queue_action",
    "queue_mode",
    "queue_word",
    "session_lane",
]
