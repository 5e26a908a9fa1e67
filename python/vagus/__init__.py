"""vagus keeps always-on agents in rhythm.

It decides which session an event belongs to (``SessionKey``, ``Router``), when an agent should wake
(``WakeQueue``) and what fits in its prompt (``Context``); ``Engine`` joins the three, and
``vagus.testing.Harness`` runs it under a virtual clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vagus._errors import (
    AmbiguousAgent,
    ContextOverflow,
    InvalidConfig,
    InvalidInput,
    InvalidKey,
    ScenarioError,
    UnknownAgent,
    UnknownRun,
    VagusError,
)

from vagus._core import (  # isort: skip  (the core raises the errors above)
    Assembly,
    CallModel,
    Context,
    ContextKey,
    Deliver,
    DeliveryRoute,
    Engine,
    EventPosted,
    FilesRead,
    ForgetSession,
    ImportTranscript,
    Inbound,
    Ledger,
    LedgerPart,
    Message,
    ModelFailed,
    ModelReplied,
    OverflowDetected,
    Part,
    Peer,
    PostEvent,
    ReadFiles,
    RequestWake,
    ResetSession,
    Route,
    Router,
    RunEnded,
    RunStarted,
    SessionKey,
    SessionReset,
    SetAlarm,
    Tick,
    TurnQueued,
    TurnRefused,
    Wake,
    WakeCause,
    WakeQueue,
    WakeQueued,
    WakeReceipt,
    WORKSPACE_FILES,
    __version__,
    command_from_json,
    estimate_tokens,
    normalize_agent_id,
    parse_duration,
    unicode_version,
)

if TYPE_CHECKING:
    from vagus.scenario import Scenario, ScenarioResult

__all__ = [
    "WORKSPACE_FILES",
    "AmbiguousAgent",
    "Assembly",
    "CallModel",
    "Command",
    "Context",
    "ContextKey",
    "ContextOverflow",
    "Deliver",
    "DeliveryRoute",
    "Effect",
    "Engine",
    "EventPosted",
    "FilesRead",
    "ForgetSession",
    "ImportTranscript",
    "Inbound",
    "InvalidConfig",
    "InvalidInput",
    "InvalidKey",
    "Ledger",
    "LedgerPart",
    "Message",
    "ModelFailed",
    "ModelReplied",
    "OverflowDetected",
    "Part",
    "Peer",
    "PostEvent",
    "ReadFiles",
    "RequestWake",
    "ResetSession",
    "Route",
    "Router",
    "RunEnded",
    "RunStarted",
    "Scenario",
    "ScenarioError",
    "ScenarioResult",
    "SessionKey",
    "SessionReset",
    "SetAlarm",
    "Tick",
    "TurnQueued",
    "TurnRefused",
    "UnknownAgent",
    "UnknownRun",
    "VagusError",
    "Wake",
    "WakeCause",
    "WakeQueue",
    "WakeQueued",
    "WakeReceipt",
    "__version__",
    "command_from_json",
    "estimate_tokens",
    "normalize_agent_id",
    "parse_duration",
    "unicode_version",
]

Command = (
    Inbound
    | RequestWake
    | PostEvent
    | Tick
    | FilesRead
    | ModelReplied
    | ModelFailed
    | ResetSession
    | ForgetSession
    | ImportTranscript
)
"""What a host tells the engine."""

Effect = (
    TurnQueued
    | TurnRefused
    | EventPosted
    | WakeQueued
    | RunStarted
    | ReadFiles
    | CallModel
    | Deliver
    | OverflowDetected
    | SessionReset
    | RunEnded
    | SetAlarm
)
"""What the engine asks of its host, or tells it."""

# Scenarios need a YAML parser, which hosts in production do not.
_LAZY = ("Scenario", "ScenarioResult")


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'vagus' has no attribute {name!r}")
    from vagus import scenario

    return getattr(scenario, name)
