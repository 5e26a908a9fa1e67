"""What a scenario file says, read and checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from vagus import WORKSPACE_FILES, Message, Part
from vagus.scenario.document import (
    MAX_BYTES,
    MAX_FILL,
    Node,
    did_you_mean,
    must_be_one_of,
    read_document,
)
from vagus.scenario.expect import Expectation, expectations
from vagus.scenario.matching import Pattern, fields_of, filled_list
from vagus.scenario.shapes import CALL
from vagus.scenario.source import Source, Trail
from vagus.scenario.steps import MAX_REPEAT, Step, step_of
from vagus.testing.invariants import INVARIANTS
from vagus.testing.recording import Misbehaviour
from vagus.testing.records import Chunk, Reply
from vagus.testing.spans import END_MS
from vagus.testing.summaries import SUMMARISERS
from vagus.types import ContextMethod

if TYPE_CHECKING:
    from vagus.scenario.runner import ScenarioResult

SUFFIX = ".vagus.yaml"

RECORDING = "recording"
"""The context engine that a scenario may have, and its name in the configuration."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One scripted answer: a reply, or a failure, for the calls that match `when`."""

    when: Pattern | None
    answer: Reply | str


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to run the scenario: changes to its configuration, and what is expected overall.

    Attributes:
        trail: its place in the file.
        name: its name.
        config: the changes.
        expect: what is expected, besides what the scenario expects of every variant.
    """

    trail: Trail
    name: str
    config: Mapping[str, Any]
    expect: tuple[Expectation, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class Scenario:
    """A story with expectations; see `Scenario.load` and `Scenario.run`."""

    name: str
    description: str
    start_ms: int
    latency_ms: int
    config: Mapping[str, Any]
    workspace: Mapping[str, Mapping[str, str]]
    rules: tuple[Rule, ...]
    transcript: tuple[tuple[str, tuple[Message, ...]], ...]
    steps: tuple[Step, ...]
    expect: tuple[Expectation, ...]
    invariants: tuple[str, ...]
    variants: tuple[Variant, ...]
    context_engine: Misbehaviour | None
    summariser: str | None
    source: Source
    raw: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Scenario({self.name!r}, steps={len(self.steps)}, variants={len(self.variants)})"

    @classmethod
    def load(cls, name: str | Path) -> Scenario:
        """Reads a scenario: a file, or one that comes with vagus, by name.

        Raises:
            ScenarioError: there is no such file, or it is wrong.
        """
        source = Source(str(name))
        try:
            path = Path(name) if Path(name).is_file() else shipped().get(str(name))
            if str(name) and path is None and Path(name).is_dir():
                raise source.error((), "is a directory; name the scenario files in it")
            if path is None:
                hint = did_you_mean(str(name), shipped())
                raise source.error((), f"no such file or shipped scenario; {hint}")
            with path.open("rb") as file:
                text = file.read(MAX_BYTES + 1).decode()
        except (OSError, UnicodeDecodeError) as error:
            raise source.error((), f"cannot be read: {error}") from None
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: str, name: str = "scenario") -> Scenario:
        """Reads a scenario from its text; `name` is what errors call it.

        Raises:
            ScenarioError: it is wrong.
        """
        return _scenario(read_document(text, name))

    def run(self) -> ScenarioResult:
        """Runs every variant under a virtual clock.

        Raises:
            ScenarioError: the engine refuses the configuration or a step.
        """
        from vagus.scenario.runner import run_scenario

        return run_scenario(self)

    def to_dict(self) -> dict[str, Any]:
        """The file's content, JSON-ready."""
        return dict(self.raw)


def shipped() -> dict[str, Path]:
    """The scenarios that come with vagus, by name."""
    folder = Path(str(resources.files("vagus") / "scenarios"))
    files = sorted(folder.glob(f"*{SUFFIX}"))
    return {file.name.removesuffix(SUFFIX): file for file in files}


def _scenario(root: Node) -> Scenario:
    fields = root.fields(_SCENARIO, required=("name", "start", "config", "steps"))

    def given(name: str, default: Any) -> Node:
        return fields.get(name) or Node(root.source, (name,), default)

    return Scenario(
        name=fields["name"].text(),
        description=given("description", "").text(),
        start_ms=fields["start"].instant_ms(),
        latency_ms=given("latency", "0ms").span_ms(),
        config=_object(fields["config"]),
        workspace={name: _files(node) for name, node in given("workspace", {}).fields().items()},
        rules=_rules(given("model", [{"reply": "HEARTBEAT_OK"}])),
        transcript=tuple(_transcript(item) for item in given("transcript", []).items()),
        steps=_steps(fields["steps"], fields["start"].instant_ms()),
        expect=expectations(given("expect", [])),
        invariants=tuple(
            _invariant(item) for item in given("invariants", list(INVARIANTS)).items()
        ),
        variants=_variants(given("variants", [{"name": "default"}])),
        context_engine=_engine(fields["context_engine"]) if "context_engine" in fields else None,
        summariser=fields["summariser"].choice(tuple(SUMMARISERS))
        if "summariser" in fields
        else None,
        source=root.source,
        raw=root.value,
    )


_SCENARIO = (
    "name",
    "description",
    "start",
    "latency",
    "config",
    "workspace",
    "model",
    "transcript",
    "steps",
    "expect",
    "invariants",
    "variants",
    "context_engine",
    "summariser",
)


def _steps(node: Node, start_ms: int) -> tuple[Step, ...]:
    steps = []
    for item in filled_list(node):
        step = step_of(item)
        start_ms += step.span_ms
        if start_ms >= END_MS:
            raise item.source.error(step.trail, "ends beyond the year 9998")
        steps.append(step)
    return tuple(steps)


def _object(node: Node) -> dict[str, Any]:
    node.fields()
    return cast(dict[str, Any], node.plain())


def _files(node: Node) -> dict[str, str]:
    fields = node.fields()
    for name, inner in fields.items():
        if name not in WORKSPACE_FILES:
            raise inner.source.error(inner.trail, must_be_one_of(WORKSPACE_FILES, name), name)
    return {name: inner.text() for name, inner in fields.items()}


def _invariant(node: Node) -> str:
    return node.choice(tuple(INVARIANTS))


def _variants(node: Node) -> tuple[Variant, ...]:
    variants: dict[str, Variant] = {}
    for item in filled_list(node):
        fields = item.fields(("name", "config", "expect"), required=("name",))
        name = fields["name"].text()
        if name in variants:
            fields["name"].refuse("is another variant's name")
        variants[name] = Variant(
            trail=item.trail,
            name=name,
            config=_object(fields["config"]) if "config" in fields else {},
            expect=expectations(fields["expect"]) if "expect" in fields else (),
        )
    return tuple(variants.values())


_MISBEHAVIOURS: Mapping[str, Callable[[Node], Any]] = {
    "raises": lambda node: node.choice(get_args(ContextMethod)),
    "silent": lambda node: node.choice(get_args(ContextMethod)),
    "adds": lambda node: node.integer(minimum=1, maximum=MAX_FILL),
    "compacts": Node.boolean,
    "drops_user_turn": Node.boolean,
}


def _engine(node: Node) -> Misbehaviour:
    if not isinstance(node.value, dict):
        node.choice((RECORDING,))
        return Misbehaviour()
    fields = node.fields(("kind", *_MISBEHAVIOURS), required=("kind",))
    fields.pop("kind").choice((RECORDING,))
    return Misbehaviour(**{name: _MISBEHAVIOURS[name](inner) for name, inner in fields.items()})


# ---- the model ------------------------------------------------------------------------------


def _rules(node: Node) -> tuple[Rule, ...]:
    nodes = filled_list(node)
    rules = tuple(_rule(item) for item in nodes)
    if rules[-1].when is not None:
        nodes[-1].refuse("the last answer must fit every call: leave out its 'when'")
    return rules


_OF_REPLY = ("messages", "after", "stream", "ends")


def _rule(node: Node) -> Rule:
    fields = node.fields(("reply", *_OF_REPLY, "fail", "when"))
    if ("reply" in fields) == ("fail" in fields):
        node.refuse("needs either reply or fail")
    if "fail" in fields:
        for name in _OF_REPLY:
            if name in fields:
                fields[name].refuse("goes with reply, not with fail")
    when = fields.get("when")
    return Rule(
        when=fields_of(when, CALL) if when else None,
        answer=fields["fail"].text() if "fail" in fields else _reply(fields),
    )


def _reply(fields: Mapping[str, Node]) -> Reply:
    return Reply(
        text=fields["reply"].text(),
        messages=_messages(fields["messages"]) if "messages" in fields else (),
        after=fields["after"].span_ms() if "after" in fields else None,
        stream=tuple(map(_chunk, fields["stream"].items())) if "stream" in fields else (),
        ends=fields["ends"].integer(maximum=2) if "ends" in fields else 1,
    )


def _chunk(node: Node) -> Chunk:
    fields = node.fields(("delta", "text", "tool", "after", "seq"))
    if not fields.keys() & {"delta", "text", "tool"}:
        node.refuse("needs delta, text or tool")
    return Chunk(
        fields["delta"].text() if "delta" in fields else "",
        text=fields["text"].text() if "text" in fields else "",
        tool=fields["tool"].text() if "tool" in fields else None,
        after=fields["after"].span_ms() if "after" in fields else 0,
        seq=fields["seq"].integer() if "seq" in fields else 0,
    )


# ---- transcripts ----------------------------------------------------------------------------


def _transcript(node: Node) -> tuple[str, tuple[Message, ...]]:
    fields = node.fields(("session_key", "messages"), required=("session_key", "messages"))
    return fields["session_key"].session_key(), _messages(fields["messages"])


def _messages(node: Node) -> tuple[Message, ...]:
    return tuple(message for item in node.items() for message in _repeated_message(item))


_CONTENT = ("text", "fill", "tool_call", "tool_result")
_MESSAGE = ("role", "chars", "count", *_CONTENT)
_ROLES = ("user", "assistant", "tool")


def _repeated_message(node: Node) -> list[Message]:
    fields = node.fields(_MESSAGE, required=("role",))
    if not fields.keys() & set(_CONTENT):
        node.refuse("needs text, fill and chars, tool_call or tool_result")
    parts = [_READERS[name](fields[name]) for name in _READERS if name in fields]
    if "fill" in fields or "chars" in fields:
        if "text" in fields:
            fields["text"].refuse("stands instead of fill and chars, not beside them")
        parts.insert(0, Part(text=node.filled([name for name in _MESSAGE if name != "fill"])))
    count = fields["count"].integer(minimum=1, maximum=MAX_REPEAT) if "count" in fields else 1
    role = cast(Literal["user", "assistant", "tool"], fields["role"].choice(_ROLES))
    node.source.count(node.trail, (count - 1) * (1 + sum(len(part.text) for part in parts)))
    return [Message(role=role, parts=parts)] * count


def _text(node: Node) -> Part:
    return Part(text=node.text())


def _tool_call(node: Node) -> Part:
    fields = node.fields(("id", "name", "arguments"), required=("id", "name"))
    arguments = _object(fields["arguments"]) if "arguments" in fields else {}
    return Part(
        kind="tool_call",
        call_id=fields["id"].text(),
        name=fields["name"].text(),
        arguments=json.dumps(arguments, separators=(",", ":"), ensure_ascii=False),
    )


def _tool_result(node: Node) -> Part:
    fields = node.fields(("id", "name", "text", "error"), required=("id", "text"))
    return Part(
        kind="tool_result",
        call_id=fields["id"].text(),
        name=fields["name"].text() if "name" in fields else "",
        text=fields["text"].text(),
        is_error=fields["error"].boolean() if "error" in fields else False,
    )


_READERS: Mapping[str, Callable[[Node], Part]] = {
    "text": _text,
    "tool_call": _tool_call,
    "tool_result": _tool_result,
}
