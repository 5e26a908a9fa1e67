"""The stub says what the module has: names, fields and which of them must be given."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

import vagus
from vagus import InvalidInput, _core, keys, types

STUB = Path(vagus.__file__).with_name("_core.pyi")
TREE = ast.parse(STUB.read_text(encoding="utf-8"))
EVERY_CLASS = {node.name: node for node in TREE.body if isinstance(node, ast.ClassDef)}
# What starts with an underscore is only in the stub: what many classes have in common.
CLASSES = {name: node for name, node in EVERY_CLASS.items() if not name.startswith("_")}
FUNCTIONS = {node.name for node in TREE.body if isinstance(node, ast.FunctionDef)}


def methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    shared = [EVERY_CLASS[base.id] for base in node.bases if isinstance(base, ast.Name)]
    inherited = {name: method for base in shared for name, method in methods(base).items()}
    return inherited | {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}


def is_property(method: ast.FunctionDef) -> bool:
    return any(
        isinstance(mark, ast.Name) and mark.id == "property" for mark in method.decorator_list
    )


def keywords(node: ast.ClassDef) -> dict[str, bool]:
    """The constructor's fields, in order, and whether each must be given."""
    arguments = methods(node)["__init__"].args
    needed = len(arguments.args) - len(arguments.defaults)
    required = {argument.arg: at < needed for at, argument in enumerate(arguments.args) if at > 0}
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        required[argument.arg] = default is None
    return required


def documented_fields(kind: type[Any]) -> list[str]:
    """The fields that a record's docstring lists, which the module writes itself."""
    _, _, listing = (kind.__doc__ or "").partition("Fields:\n")
    return [line.strip().partition(":")[0] for line in listing.splitlines() if line.strip()]


RECORDS = [name for name in CLASSES if "Fields:" in (getattr(_core, name).__doc__ or "")]


def test_there_are_records():
    assert {"Inbound", "CallModel", "Ledger", "Wake", "Tick"} <= set(RECORDS)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_the_fields_of_its_stub(name):
    node, kind = CLASSES[name], getattr(_core, name)
    fields = documented_fields(kind)
    assert list(keywords(node)) == fields
    properties = [method for method in methods(node).values() if is_property(method)]
    assert {method.name for method in properties} >= set(fields)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_requires_what_its_stub_requires(name):
    for field, required in keywords(CLASSES[name]).items():
        # The constructor reports the first field that is missing, so all others get a wrong value
        # only when they come later.
        earlier = {}
        for other, needed in keywords(CLASSES[name]).items():
            if other == field:
                break
            if needed:
                earlier[other] = sample(name, other)
        try:
            getattr(_core, name)(**earlier)
        except InvalidInput as error:
            missing = error.field
        else:
            missing = ""
        assert (missing == field) == required, field


def sample(record: str, field: str) -> Any:
    """A value that the field accepts."""
    annotation = next(
        ast.unparse(argument.annotation)
        for argument in (
            *methods(CLASSES[record])["__init__"].args.args[1:],
            *methods(CLASSES[record])["__init__"].args.kwonlyargs,
        )
        if argument.arg == field and argument.annotation is not None
    )
    samples: dict[str, Any] = {
        "str": "agent",
        "int": 1,
        "bool": True,
        "Mapping[str, str | None]": {},
        "Mapping[str, str]": {},
        "SessionKey | str": "agent:a:b",
        "ContextKey | str": "agent:a:b:epoch:1",
        "DeliveryRoute": vagus.DeliveryRoute(channel="slack", to="U1"),
        "_ContextRequest": _core.ContextMaintain(reason="turn"),
        "_ContextAnswer": _core.ContextDone(),
    }
    if annotation in samples:
        return samples[annotation]
    if annotation.startswith("Sequence["):
        return []
    if annotation in RECORDS and annotation != "Ledger":
        fields = keywords(CLASSES[annotation])
        return getattr(_core, annotation)(
            **{name: sample(annotation, name) for name, needed in fields.items() if needed}
        )
    if annotation == "Ledger":
        fields = keywords(CLASSES["Ledger"])
        return vagus.Ledger(**{name: sample("Ledger", name) for name in fields})
    return literals(annotation)[0]


def literals(alias: str) -> list[str]:
    return list(get_args(getattr(types, alias)))


def taker(record: str, field: str) -> Callable[[str], object]:
    """Makes a `record` whose `field` is the name it is given."""
    kind, fields = getattr(_core, record), keywords(CLASSES[record])
    values = {name: sample(record, name) for name, required in fields.items() if required}
    return lambda name: kind(**{**values, field: name})


def settle(outcome: Any) -> None:
    queue = vagus.WakeQueue()
    queue.request(0, "agent:a:b", coalesce_ms=0)
    (wake,) = queue.due(0)
    queue.settle(wake.token, outcome, 0, reason="why", retry_at_ms=1)


def scoped_key(scope: Any) -> vagus.SessionKey:
    return vagus.SessionKey.for_peer("a", "slack", vagus.Peer("direct", "1"), dm_scope=scope)


def profiled_context(profile: Any) -> vagus.Context:
    return vagus.Context("agent:a:b:epoch:1", profile=profile)


def session_scope(scope: Any) -> str:
    return keys.event_key("agent:a:b", scope=scope)


# What takes each of the lists of names that stand for an enum of the core.
TAKERS: dict[str, Callable[[str], object]] = {
    "AbortVerdict": taker("AbortAnswered", "verdict"),
    "AdmissionCode": taker("Admission", "code"),
    "BindingOutcome": taker("BindingExplanation", "outcome"),
    "CommitStatus": taker("ContextCommitted", "status"),
    "ContextMethod": taker("ContextCall", "method"),
    "ChatErrorKind": taker("ChatInput", "error_kind"),
    "ChatInputKind": taker("ChatInput", "kind"),
    "ChatState": taker("ChatEvent", "state"),
    "CronRun": taker("CronFired", "run"),
    "DelayCause": taker("WakeDelay", "why"),
    "Dialect": lambda dialect: _core.read_messages(dialect, []),
    "DisposeReason": taker("ContextDispose", "reason"),
    "DmScope": scoped_key,
    "DurationUnit": lambda unit: vagus.parse_duration("1", unit=unit),
    "EventReceipt": taker("EventPosted", "receipt"),
    "Fate": taker("MessageFate", "fate"),
    "FateReason": taker("MessageFate", "reason"),
    "ExecPhase": taker("ExecReport", "phase"),
    "Fit": taker("Pressure", "fit"),
    "GroupScope": taker("Route", "group_scope"),
    "Hearing": taker("ProducerHeard", "hearing"),
    "HeartbeatOutcome": taker("HeartbeatResult", "outcome"),
    "HeartbeatPriority": taker("HeartbeatResult", "priority"),
    "HookMode": taker("WakeHook", "mode"),
    "HookSource": taker("HookCaller", "source"),
    "LastRoutePolicy": taker("Route", "last_route_policy"),
    "Indicator": taker("RunEnded", "indicator"),
    "Undelivered": taker("RunEnded", "undelivered"),
    "LintCode": taker("Finding", "code"),
    "MaintainReason": taker("ContextMaintain", "reason"),
    "MatchedBy": taker("Route", "matched_by"),
    "NoticeKind": taker("ChatNotice", "kind"),
    "PartKind": taker("Part", "kind"),
    "PeerKind": taker("Peer", "kind"),
    "PeerWord": taker("KeyRoute", "peer_kind"),
    "PriceSource": taker("Price", "source"),
    "Producer": taker("ProducerHeard", "producer"),
    "Profile": profiled_context,
    "ReferenceVersion": lambda version: _core.reference_estimate_tokens({}, version=version),
    "ProviderErrorKind": taker("ProviderError", "kind"),
    "ReplyVerdict": taker("HeartbeatReply", "verdict"),
    "RekeyOutcome": taker("RekeyStep", "outcome"),
    "ResetKind": lambda kind: _core.reset_policy(_core.ResetRules(), kind),
    "ResetMode": taker("ResetPolicy", "mode"),
    "Role": taker("Message", "role"),
    "Rung": taker("RecoveryStep", "rung"),
    "Section": taker("MessageFate", "section"),
    "SummaryVerdict": taker("SummaryReview", "verdict"),
    "RunKind": taker("RunStarted", "kind"),
    "RunOutcome": taker("RunEnded", "outcome"),
    "SessionIdMatchKind": taker("SessionIdMatch", "kind"),
    "SessionScope": session_scope,
    "Severity": taker("Finding", "severity"),
    "SkipReason": taker("RunEnded", "skip"),
    "SubagentEnd": taker("SubagentEnded", "reason"),
    "SubagentOutcome": taker("SubagentReported", "outcome"),
    "Surface": taker("GatewayClient", "surface"),
    "DropPolicy": taker("QueueSettings", "drop"),
    "LanePriority": taker("LaneWork", "priority"),
    "QueueMode": taker("QueueSettings", "mode"),
    "TurnRefusal": taker("TurnRefused", "reason"),
    "TurnState": taker("TurnSettled", "state"),
    "TurnVerdict": taker("TurnReceipt", "verdict"),
    "TargetState": taker("WakeExplanation", "state"),
    "TurnFault": taker("TurnViolation", "fault"),
    "TurnRules": lambda rules: _core.check_turns([], rules),
    "WakeIntent": taker("Wake", "intent"),
    "WakeKind": taker("RequestWake", "kind"),
    "WakeOutcome": settle,
    "WakeSource": lambda source: _core.read_wake_label("x", source=source),
    "WakeState": taker("WakeFate", "state"),
    "WindowSource": taker("ContextWindow", "source"),
}
# Only handed out, never taken; test_keys.py and test_key_texts.py read all of them off keys, and
# test_events.py off events, test_runs_lanes.py off queues, and test_provider_errors.py off texts.
GIVEN = {
    "ChatType",
    "CompactionReason",
    "EventClass",
    "QueueAction",
    "QueueWord",
    "TextShape",
    "SessionKind",
}


@pytest.mark.parametrize("alias", TAKERS)
def test_a_list_of_names_is_the_cores(alias):
    for name in literals(alias):
        TAKERS[alias](name)
    with pytest.raises(InvalidInput) as caught:
        TAKERS[alias]("no such name")
    listed = str(caught.value).partition("must be ")[2].partition(", got ")[0]
    assert listed.replace(" or ", ", ").split(", ") == literals(alias)


def test_every_list_of_names_is_checked():
    aliases = {name for name in vars(types) if get_args(getattr(types, name))}
    assert aliases == set(TAKERS) | GIVEN


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_the_members_of_its_stub(name):
    kind = getattr(_core, name)
    stubbed = set(methods(CLASSES[name]))
    assert [member for member in stubbed if not hasattr(kind, member)] == []
    public = {member for member in vars(kind) if not member.startswith("_")}
    assert public <= stubbed
    for member in public:
        expected = is_property(methods(CLASSES[name])[member])
        assert isinstance(vars(kind)[member], property) == expected, member


def test_the_module_has_nothing_that_the_stub_hides():
    public = {name for name in vars(_core) if not name.startswith("_")}
    values = {"RESPOND_TOOL", "WORKSPACE_FILES", "unicode_version"}
    values |= {"CALLS_LEFT_OUT", "IMAGE_REMOVED", "NO_RESULT", "OPENING", "SUMMARY_HEADINGS"}
    assert public == set(CLASSES) | FUNCTIONS | values


def test_what_can_be_hashed_is_what_the_stub_says():
    for name in CLASSES:
        compared = "__eq__" in methods(CLASSES[name])
        hashable = getattr(_core, name).__hash__ is not None
        assert hashable
        assert ("__hash__" in methods(CLASSES[name])) == compared, name
