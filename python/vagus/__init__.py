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
    WORKSPACE_FILES,
    AbortAnswered,
    AbortRun,
    Admission,
    AdmissionPolicy,
    AgentCaller,
    Assembly,
    BindingExplanation,
    CallModel,
    ChatEvent,
    ChatNotice,
    ClockStepped,
    Context,
    ContextAnswered,
    ContextCall,
    ContextEngineQuarantined,
    ContextFailed,
    ContextFallback,
    ContextKey,
    CronFired,
    Deliver,
    Delivered,
    DeliveryAbandoned,
    DeliveryFailed,
    DeliveryRoute,
    Engine,
    EventPosted,
    ExecReport,
    FilesRead,
    Finding,
    ForgetSession,
    GatewayClient,
    HookCaller,
    HookKey,
    ImportTranscript,
    Inbound,
    KeyParts,
    Ledger,
    LedgerPart,
    Message,
    MessageFate,
    ModelFailed,
    ModelReplied,
    NodeEvent,
    Operator,
    OverflowDetected,
    Part,
    Peer,
    PostEvent,
    PrepareSubagent,
    QueueSet,
    ProducerHeard,
    RecoveryStep,
    ReadFiles,
    Reconfigure,
    RegisterContextEngine,
    RekeyPlan,
    RekeyStep,
    RequestWake,
    ResetSession,
    Route,
    RouteExplanation,
    RouteFailure,
    RouteQuery,
    RouteStep,
    Router,
    Routes,
    RunEnded,
    RunStarted,
    SessionKey,
    SessionKeys,
    SessionNames,
    SessionReset,
    SetAlarm,
    SetHeartbeats,
    SharedSession,
    StreamModel,
    Subscribe,
    SteerRun,
    Steered,
    SubagentEnded,
    Summarize,
    Summarized,
    SummaryFailed,
    SummarySettled,
    SubagentReported,
    Tick,
    TierExplanation,
    TurnFate,
    TurnQueued,
    TurnRefused,
    Unsubscribe,
    TurnSettled,
    Wake,
    WakeCause,
    WakeDelay,
    WakeDropped,
    WakeExplanation,
    WakeFate,
    WakeObstacle,
    WakeQueue,
    WakeQueued,
    WakeReceipt,
    WakeReceipts,
    WebhookAnswered,
    WebhookReceived,
    __version__,
    admit,
    audit,
    command_from_json,
    estimate_tokens,
    hook_session_key,
    lint,
    normalize_agent_id,
    parse_duration,
    plan_rekey,
    rescope,
    unicode_version,
)

if TYPE_CHECKING:
    from vagus.scenario import Scenario, ScenarioResult

__all__ = [
    "WORKSPACE_FILES",
    "AbortAnswered",
    "AbortRun",
    "Admission",
    "AdmissionPolicy",
    "AgentCaller",
    "AmbiguousAgent",
    "Assembly",
    "BindingExplanation",
    "CallModel",
    "ChatEvent",
    "ChatNotice",
    "ClockStepped",
    "Command",
    "Context",
    "ContextAnswered",
    "ContextCall",
    "ContextEngineQuarantined",
    "ContextFailed",
    "ContextFallback",
    "ContextKey",
    "ContextOverflow",
    "CronFired",
    "Deliver",
    "Delivered",
    "DeliveryAbandoned",
    "DeliveryFailed",
    "DeliveryRoute",
    "Effect",
    "Engine",
    "EventPosted",
    "ExecReport",
    "FilesRead",
    "Finding",
    "ForgetSession",
    "GatewayClient",
    "HookCaller",
    "HookKey",
    "ImportTranscript",
    "Inbound",
    "InvalidConfig",
    "InvalidInput",
    "InvalidKey",
    "KeyParts",
    "Ledger",
    "LedgerPart",
    "Message",
    "MessageFate",
    "ModelFailed",
    "ModelReplied",
    "NodeEvent",
    "Operator",
    "OverflowDetected",
    "Part",
    "Peer",
    "PostEvent",
    "PrepareSubagent",
    "ProducerHeard",
    "QueueSet",
    "ReadFiles",
    "Reconfigure",
    "RecoveryStep",
    "RegisterContextEngine",
    "RekeyPlan",
    "RekeyStep",
    "RequestWake",
    "ResetSession",
    "Route",
    "RouteExplanation",
    "RouteFailure",
    "RouteQuery",
    "RouteStep",
    "Router",
    "Routes",
    "RunEnded",
    "RunStarted",
    "Scenario",
    "ScenarioError",
    "ScenarioResult",
    "SessionKey",
    "SessionKeys",
    "SessionNames",
    "SessionReset",
    "SetAlarm",
    "SetHeartbeats",
    "SharedSession",
    "SteerRun",
    "Steered",
    "StreamModel",
    "SubagentEnded",
    "SubagentReported",
    "Subscribe",
    "Summarize",
    "Summarized",
    "SummaryFailed",
    "SummarySettled",
    "Tick",
    "TierExplanation",
    "TurnFate",
    "TurnQueued",
    "TurnRefused",
    "TurnSettled",
    "UnknownAgent",
    "UnknownRun",
    "Unsubscribe",
    "VagusError",
    "Wake",
    "WakeCause",
    "WakeDelay",
    "WakeDropped",
    "WakeExplanation",
    "WakeFate",
    "WakeObstacle",
    "WakeQueue",
    "WakeQueued",
    "WakeReceipt",
    "WakeReceipts",
    "WebhookAnswered",
    "WebhookReceived",
    "__version__",
    "admit",
    "audit",
    "command_from_json",
    "estimate_tokens",
    "hook_session_key",
    "lint",
    "normalize_agent_id",
    "parse_duration",
    "plan_rekey",
    "rescope",
    "unicode_version",
]

Command = (
    Inbound
    | Steered
    | RequestWake
    | PostEvent
    | Tick
    | FilesRead
    | ModelReplied
    | ModelFailed
    | ResetSession
    | ForgetSession
    | ImportTranscript
    | Delivered
    | DeliveryFailed
    | SetHeartbeats
    | Reconfigure
    | ContextAnswered
    | ContextFailed
    | RegisterContextEngine
    | PrepareSubagent
    | SubagentEnded
    | Summarized
    | SummaryFailed
    | StreamModel
    | AbortRun
    | Subscribe
    | Unsubscribe
    | ExecReport
    | NodeEvent
    | WebhookReceived
    | CronFired
    | SubagentReported
)
"""What a host tells the engine."""

Effect = (
    TurnQueued
    | TurnRefused
    | TurnSettled
    | SteerRun
    | QueueSet
    | EventPosted
    | WakeQueued
    | WakeDropped
    | RunStarted
    | ReadFiles
    | CallModel
    | Deliver
    | DeliveryAbandoned
    | ClockStepped
    | OverflowDetected
    | SessionReset
    | RunEnded
    | SetAlarm
    | ContextCall
    | ContextFallback
    | ContextEngineQuarantined
    | Summarize
    | SummarySettled
    | ChatEvent
    | ChatNotice
    | AbortAnswered
    | ProducerHeard
    | WebhookAnswered
)
"""What the engine asks of its host, or tells it."""

# Scenarios need a YAML parser, which hosts in production do not.
_LAZY = ("Scenario", "ScenarioResult")


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'vagus' has no attribute {name!r}")
    from vagus import scenario

    return getattr(scenario, name)
