"""Names that vagus takes and gives as plain strings, as types for type checkers."""

from __future__ import annotations

from typing import Literal, TypeAlias

Dialect: TypeAlias = Literal["openai_chat", "openai_responses", "anthropic", "openclaw"]
"""Whose way of writing messages and tools."""

PriceSource: TypeAlias = Literal["exact", "anchored", "estimated"]
"""How sure a price is."""

ReferenceVersion: TypeAlias = Literal["2026.4", "2026.9"]
"""Whose formula of the system that vagus is modelled on."""

PeerKind: TypeAlias = Literal["direct", "group", "channel"]
"""What kind of conversation a peer id names."""

DmScope: TypeAlias = Literal["main", "per-peer", "per-channel-peer", "per-account-channel-peer"]
"""Which direct messages share a session."""

GroupScope: TypeAlias = Literal["main", "per-group"]
"""Whether a room has a session of its own."""

MatchedBy: TypeAlias = Literal[
    "binding.peer",
    "binding.peer.parent",
    "binding.peer.wildcard",
    "binding.guild+roles",
    "binding.guild",
    "binding.team",
    "binding.account",
    "binding.channel",
    "default",
]
"""The rule that chose an agent."""

BindingOutcome: TypeAlias = Literal["won", "later", "outranked", "rejected"]
"""What became of a binding when a message was routed."""

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
"""What asks for a wake."""

WakeIntent: TypeAlias = Literal["manual", "immediate", "task", "event", "scheduled"]
"""How much a wake may be made to wait; decides its priority and which guards count."""

WakeSource: TypeAlias = Literal[
    "interval",
    "retry",
    "manual",
    "exec-event",
    "notifications-event",
    "cron",
    "hook",
    "acp-spawn",
    "background-task",
    "background-task-blocked",
    "cli-watchdog",
    "restart-sentinel",
    "session-state",
    "other",
]
"""Who asks for a wake, in the words of another system."""

WakeOutcome: TypeAlias = Literal["done", "skipped", "deferred", "failed", "abandoned"]
"""How the run of a wake went."""

WakeState: TypeAlias = Literal["waiting", "running", "merged", "delivered", "expired", "dead"]
"""What became of a wake request."""

TargetState: TypeAlias = Literal["idle", "waiting", "running"]
"""What the wake queue has for a session."""

DelayCause: TypeAlias = Literal[
    "coalescing",
    "spacing",
    "flood",
    "chain",
    "back-off",
    "busy",
    "capacity",
]
"""What makes a wake wait."""

QueueMode: TypeAlias = Literal["steer", "followup", "collect", "interrupt"]
"""What becomes of a message whose session is busy."""

QueueWord: TypeAlias = Literal["steer", "followup", "collect", "interrupt", "steer-backlog"]
"""How queue modes are usually spelled, here and elsewhere."""

DropPolicy: TypeAlias = Literal["old", "new", "summarize"]
"""What gives way when one more message waits than may."""

QueueAction: TypeAlias = Literal["run", "enqueue", "steer", "interrupt", "drop"]
"""What to do with what asks for a lane."""

LanePriority: TypeAlias = Literal["foreground", "normal", "background"]
"""The order in which work of one lane starts."""

TurnState: TypeAlias = Literal["waiting", "run", "merged", "summarised", "refused", "cancelled"]
"""Where an accepted message stands."""

TurnVerdict: TypeAlias = Literal["queued", "duplicate", "full"]
"""What became of handing a message over."""

TurnRefusal: TypeAlias = Literal["full", "duplicate", "reentry"]
"""Why a message was not taken."""

EventReceipt: TypeAlias = Literal["queued", "duplicate"]
"""What became of a posted event."""

EventClass: TypeAlias = Literal["exec", "cron", "noise", "other"]
"""What an event is about."""

DurationUnit: TypeAlias = Literal["d", "h", "m", "s", "ms"]
"""What a bare number counts."""

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
"""Who says a message."""

PartKind: TypeAlias = Literal["text", "image", "tool_call", "tool_result", "thinking", "opaque"]
"""What a piece of a message is."""

TurnRules: TypeAlias = Literal["openai", "anthropic", "google"]
"""Whose rules a list of messages must keep."""

TurnFault: TypeAlias = Literal[
    "no_messages",
    "empty_message",
    "blank_text",
    "trailing_space",
    "trailing_thinking",
    "misplaced_part",
    "misplaced_system",
    "first_role",
    "repeated_role",
    "unanswered_call",
    "orphan_result",
    "result_order",
    "call_id",
    "repeated_call_id",
    "tool_name",
    "arguments",
]
"""Why a provider would refuse a list of messages."""

ProviderErrorKind: TypeAlias = Literal[
    "other",
    "overflow",
    "likely_overflow",
    "window_too_small",
    "rate_limit",
    "billing",
    "reasoning",
    "turns",
]
"""What a provider's error text says is wrong."""

CompactionReason: TypeAlias = Literal[
    "unknown",
    "no_compactable_entries",
    "below_threshold",
    "already_compacted_recently",
    "live_context_still_exceeds_target",
    "guard_blocked",
    "summary_failed",
    "timeout",
    "provider_error_4xx",
    "provider_error_5xx",
]
"""Why a compaction came to nothing."""

Rung: TypeAlias = Literal[
    "drop-heartbeats",
    "drop-images",
    "shrink-results",
    "summarise",
    "drop-turns",
    "shrink-turn",
]
"""A step by which a prompt is made to fit its budget."""

Section: TypeAlias = Literal["system", "tools", "summary", "pinned", "history", "replay", "prompt"]
"""Where in a prompt a message stands."""

Fate: TypeAlias = Literal["kept", "shortened", "summarised", "dropped", "added"]
"""What became of a message on its way into a prompt."""

FateReason: TypeAlias = Literal[
    "always-sent",
    "pinned",
    "within-budget",
    "marks-the-gap",
    "over-budget",
    "history-limit",
    "result-limit",
    "old-image",
    "nothing-new",
    "unpaired",
    "missing-result",
    "turn-too-long",
    "forgotten",
]
"""Why it became of it."""

SummaryVerdict: TypeAlias = Literal["adopted", "empty", "growing", "faulty", "stale", "failed"]
"""What became of a summary."""

SkipReason: TypeAlias = Literal[
    "disabled",
    "quiet-hours",
    "empty-heartbeat-file",
    "no-pending-event",
    "no-tasks-due",
    "alerts-disabled",
]
"""Why a heartbeat did not call the model."""

ReplyVerdict: TypeAlias = Literal["acknowledged", "silent", "empty", "says"]
"""What a heartbeat's answer comes to."""

Undelivered: TypeAlias = Literal[
    "target-none",
    "no-target",
    "unknown-account",
    "dm-blocked",
    "alerts-disabled",
    "duplicate",
    "channel-not-ready",
]
"""Why what a heartbeat said was not sent."""

Indicator: TypeAlias = Literal["ok", "alert", "error"]
"""How a host may show the state of the last heartbeat."""

HeartbeatOutcome: TypeAlias = Literal["no_change", "progress", "done", "blocked", "needs_attention"]
"""What came of a heartbeat, as its agent says with the tool ``heartbeat_respond``."""

HeartbeatPriority: TypeAlias = Literal["low", "normal", "high"]
"""How urgent that is."""

RunKind: TypeAlias = Literal["user", "heartbeat", "errand"]
"""A person's turn, a heartbeat, or what a producer asked for."""

RunOutcome: TypeAlias = Literal[
    "replied",
    "acknowledged",
    "skipped",
    "failed",
    "timed_out",
    "refused",
    "restarted",
    "aborted",
]
"""How a run ended."""

ChatState: TypeAlias = Literal["delta", "final", "error", "aborted"]
"""What a client is told of a run: more text, or how it ended."""

ChatErrorKind: TypeAlias = Literal["refusal", "timeout", "rate_limit", "context_length", "unknown"]
"""What kind of error ended a run."""

ChatInputKind: TypeAlias = Literal["start", "text", "tool", "fallback", "error", "end", "other"]
"""What kind of event the producer of a run tells."""

NoticeKind: TypeAlias = Literal["gap", "duplicate", "superseded", "late", "unresolved"]
"""What was odd about the events of a run."""

AbortVerdict: TypeAlias = Literal["aborted", "unknown", "not_permitted"]
"""What became of a request to stop runs."""

Fit: TypeAlias = Literal["fits", "shrink-results", "compact", "compact-then-shrink"]
"""What a prompt needs before it can be sent."""

Profile: TypeAlias = Literal["vagus", "reference"]
"""Whose rules are followed."""

SessionKind: TypeAlias = Literal[
    "main",
    "direct",
    "group",
    "channel",
    "slash",
    "subagent",
    "acp",
    "cron",
    "cron_run",
    "hook",
    "node",
    "dashboard",
    "internal_effects",
    "harness",
    "explicit",
    "api",
    "runtime",
    "repaired",
    "other",
]
"""What the shape of a session key says that it is for."""

TextShape: TypeAlias = Literal["missing", "agent", "malformed_agent", "legacy_or_alias"]
"""What kind of text a key is."""

ChatType: TypeAlias = Literal["direct", "group", "channel", "unknown"]
"""What kind of chat a key names."""

PeerWord: TypeAlias = Literal["direct", "dm", "group", "channel"]
"""The word by which a key names the kind of its peer."""

SessionScope: TypeAlias = Literal["per-sender", "global"]
"""Whose sessions there are: each agent's own, or one for everybody."""

SessionIdMatchKind: TypeAlias = Literal["none", "selected", "ambiguous"]
"""What came of looking a session id up."""

HookSource: TypeAlias = Literal["request", "mapping-static", "mapping-templated"]
"""Where the session key of a webhook was written."""

HookMode: TypeAlias = Literal["now", "next-heartbeat"]
"""When a webhook's session is to look at what it brought."""

ExecPhase: TypeAlias = Literal["finished", "approval-needed", "denied"]
"""What happened to a command."""

CronRun: TypeAlias = Literal["event", "turn"]
"""Whether a session hears of a cron job, or an agent does it."""

SubagentOutcome: TypeAlias = Literal["completed", "failed", "timed-out", "cancelled"]
"""How a subagent's work ended."""

Producer: TypeAlias = Literal["exec", "node", "hook", "cron", "subagent"]
"""Who brings news from outside a conversation."""

Hearing: TypeAlias = Literal[
    "queued", "duplicate", "started", "subscribed", "unsubscribed", "silent", "refused"
]
"""What became of a producer's news."""

ResetMode: TypeAlias = Literal["none", "daily", "idle"]
"""What makes a session stale."""

ResetKind: TypeAlias = Literal["direct", "group", "thread"]
"""What kind of conversation a session is, where resets are concerned."""

Surface: TypeAlias = Literal["api", "web"]
"""Through what a gateway client talks to us."""

AdmissionCode: TypeAlias = Literal[
    "admitted",
    "missing-key",
    "malformed-key",
    "nested-key",
    "shared-key",
    "request-key-disabled",
    "prefix-not-allowed",
    "agent-required",
    "malformed-agent",
    "unknown-agent",
    "agent-mismatch",
    "agent-not-permitted",
    "reserved-namespace",
    "finished-run",
    "incognito-not-permitted",
    "session-not-owned",
    "thread-of-other-agent",
]
"""Why a key from outside was admitted or refused."""

Severity: TypeAlias = Literal["error", "warning", "info"]
"""How bad a finding is."""

LintCode: TypeAlias = Literal[
    "invalid-config",
    "unknown-agent",
    "dead-binding",
    "shadowed-binding",
    "case-mismatch",
    "overlapping-links",
    "account-default-only",
    "shared-main",
    "no-default",
    "unreachable-agent",
]
"""What is found in a configuration."""

RekeyOutcome: TypeAlias = Literal["kept", "rename", "conflict", "orphan"]
"""What a change of configuration does to a stored session."""

WindowSource: TypeAlias = Literal["model", "setting", "fallback"]
"""Where the size of a context window comes from."""

ContextMethod: TypeAlias = Literal[
    "bootstrap",
    "ingest",
    "assemble",
    "compact",
    "commit_turn",
    "after_turn",
    "maintain",
    "dispose",
    "prepare_subagent",
    "subagent_ended",
]
"""What a context engine is called for."""

MaintainReason: TypeAlias = Literal["bootstrap", "turn", "compaction"]
"""After what a context engine may tidy up."""

DisposeReason: TypeAlias = Literal["tick-ended", "reset", "forgotten", "imported", "engine-changed"]
"""Why a context key is over."""

CommitStatus: TypeAlias = Literal["committed", "duplicate"]
"""What a context engine says of a turn."""

SubagentEnd: TypeAlias = Literal["deleted", "completed", "swept", "released"]
"""How a subagent ended."""
