"""System events: lines that the next run of a session must show to its model.

``Engine`` keeps a queue of its own; ``EventQueue`` is the same one for hosts that run their agents
themselves::

    from vagus.events import EventQueue, render_events

    queue = EventQueue()
    queue.post("agent:main:main", "The build is red.", at_ms=0, tag="ci", trusted=True)
    batch = queue.lease_all("agent:main:main", "run-1")
    render_events(batch)  # 'System: [1970-01-01 00:00:00 UTC] The build is red.'
    queue.commit("run-1")

What a run leased is gone when it commits and waits again, in its old order, when it gives back.
"""

from __future__ import annotations

from vagus._core import (
    EventBatch,
    EventQueue,
    SystemEvent,
    event_class,
    is_cron_event,
    is_exec_completion,
    is_noise,
    is_relayable_exec_completion,
    render_events,
)

__all__ = [
    "EventBatch",
    "EventQueue",
    "SystemEvent",
    "event_class",
    "is_cron_event",
    "is_exec_completion",
    "is_noise",
    "is_relayable_exec_completion",
    "render_events",
]
