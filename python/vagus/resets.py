"""When a session is stale, so that the next message begins a new transcript.

Pure rules. Whoever keeps sessions asks before a person's message, and sends ``vagus.ResetSession``
when the answer is no; heartbeats, cron jobs and commands that end never ask::

    from vagus import resets

    rules = resets.ResetRules(
        reset=resets.ResetSetting(mode="daily", at_hour=4),
        by_type={"thread": resets.ResetSetting(mode="idle", idle_minutes=60)},
    )
    kind = resets.reset_kind("agent:main:slack:channel:c1:thread:7")  # 'thread'
    policy = resets.reset_policy(rules, kind, channel="slack")
    resets.is_fresh(policy, started_ms=0, last_active_ms=0, now_ms=3_600_001)  # False

Nothing is stale unless a rule says so.
"""

from __future__ import annotations

from vagus._core import (
    ResetPolicy,
    ResetRules,
    ResetSetting,
    is_fresh,
    reset_kind,
    reset_policy,
)

__all__ = [
    "ResetPolicy",
    "ResetRules",
    "ResetSetting",
    "is_fresh",
    "reset_kind",
    "reset_policy",
]
