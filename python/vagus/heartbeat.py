"""The rules of heartbeats, one by one.

The engine applies them to every heartbeat. Here they stand alone, for hosts that do a part of the
work themselves, and for transcripts and configurations of other systems. They are pure, take
linear time, and give plain values and records back::

    from vagus import heartbeat

    heartbeat.read_reply("HEARTBEAT_OK").verdict  # 'acknowledged'
    heartbeat.read_tasks(checklist).tasks  # the tasks of a HEARTBEAT.md
"""

from __future__ import annotations

from vagus._core import (
    RESPOND_TOOL,
    ChecklistTask,
    ChecklistTasks,
    EnrolledAgent,
    HeartbeatReply,
    HeartbeatResult,
    StrippedText,
    TurnText,
    Visibility,
)
from vagus._core import heartbeat_checklist_is_empty as checklist_is_empty
from vagus._core import heartbeat_enrolled as enrolled
from vagus._core import heartbeat_is_repeat as is_repeat
from vagus._core import heartbeat_is_silence as is_silence
from vagus._core import heartbeat_prune as prune
from vagus._core import heartbeat_read_reply as read_reply
from vagus._core import heartbeat_read_result as read_result
from vagus._core import heartbeat_read_tasks as read_tasks
from vagus._core import heartbeat_strip_acknowledgement as strip_acknowledgement
from vagus._core import heartbeat_task_is_due as task_is_due
from vagus._core import heartbeat_time_line as time_line
from vagus._core import heartbeat_visibility as visibility
from vagus._core import heartbeat_with_time_line as with_time_line
from vagus._core import heartbeat_without_prefix as without_prefix
from vagus._core import heartbeat_without_tasks as without_tasks

__all__ = [
    "RESPOND_TOOL",
    "ChecklistTask",
    "ChecklistTasks",
    "EnrolledAgent",
    "HeartbeatReply",
    "HeartbeatResult",
    "StrippedText",
    "TurnText",
    "Visibility",
    "checklist_is_empty",
    "enrolled",
    "is_repeat",
    "is_silence",
    "prune",
    "read_reply",
    "read_result",
    "read_tasks",
    "strip_acknowledgement",
    "task_is_due",
    "time_line",
    "visibility",
    "with_time_line",
    "without_prefix",
    "without_tasks",
]
