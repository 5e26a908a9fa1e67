"""Names that vagus takes and gives as plain strings, as types for type checkers."""

from __future__ import annotations

from typing import Literal, TypeAlias

PeerKind: TypeAlias = Literal["direct", "group", "channel"]
"""What kind of conversation a peer id names."""

DmScope: TypeAlias = Literal["main", "per-peer", "per-channel-peer", "per-account-channel-peer"]
"""Which direct messages share a session."""

MatchedBy: TypeAlias = Literal["binding.peer", "binding.account", "binding.channel", "default"]
"""The rule that chose an agent."""

LastRoutePolicy: TypeAlias = Literal["main", "session"]
"""Which session the last route of a message updates."""

WakeKind: TypeAlias = Literal[
    "retry",
    "interval",
    "wake",
    "cron",
    "task",
    "other",
    "exec",
    "hook",
    "manual",
]
"""Why a session is woken; decides the priority."""

WakeOutcome: TypeAlias = Literal["done", "deferred", "failed"]
"""How the run of a wake went."""

EventReceipt: TypeAlias = Literal["queued", "duplicate"]
"""What became of a posted event."""

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
"""Who says a message."""

PartKind: TypeAlias = Literal["text", "image", "tool_call", "tool_result", "thinking", "opaque"]
"""What a piece of a message is."""

LedgerSource: TypeAlias = Literal["estimated"]
"""How sure a ledger is of its numbers."""

SkipReason: TypeAlias = Literal["quiet-hours", "empty-heartbeat-file", "no-pending-event"]
"""Why a heartbeat did not call the model."""

RunKind: TypeAlias = Literal["user", "heartbeat"]
"""A person's turn or a heartbeat."""

RunOutcome: TypeAlias = Literal[
    "replied",
    "acknowledged",
    "skipped",
    "failed",
    "timed_out",
    "refused",
    "restarted",
]
"""How a run ended."""

Profile: TypeAlias = Literal["vagus", "reference"]
"""Whose rules are followed."""

SessionKind: TypeAlias = Literal[
    "main",
    "direct",
    "group",
    "channel",
    "subagent",
    "acp",
    "cron",
    "cron_run",
    "hook",
    "node",
    "other",
]
"""What the shape of a session key says that it is for."""
