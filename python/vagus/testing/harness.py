"""A host of the engine with a virtual clock and a scripted model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from vagus import (
    WORKSPACE_FILES,
    Command,
    DeliveryRoute,
    Effect,
    Engine,
    ForgetSession,
    ImportTranscript,
    Inbound,
    InvalidInput,
    Message,
    Peer,
    PostEvent,
    PrepareSubagent,
    Reconfigure,
    RegisterContextEngine,
    RequestWake,
    ResetSession,
    SessionKey,
    SetHeartbeats,
    SubagentEnded,
    Tick,
    TurnFate,
    UnknownAgent,
    WakeExplanation,
    WakeFate,
    normalize_agent_id,
)
from vagus.context_engine import ContextEngine
from vagus.testing.following import Following
from vagus.testing.host import Host
from vagus.testing.invariants import Evidence, Violation, violations
from vagus.testing.journal import Prompt
from vagus.testing.models import Model, Script, as_model
from vagus.testing.producers import Producers
from vagus.testing.records import Delivery, EngineCall, RunList
from vagus.testing.spans import (
    instant_ms,
    later_ms,
    moment,
    part_of_span,
    refusal,
    span_ms,
    step_ms,
)
from vagus.testing.summaries import Summariser
from vagus.testing.timeline import Beat, Timeline, heartbeats
from vagus.types import SubagentEnd, WakeIntent, WakeKind


class Harness(Following, Producers):
    """Runs an engine under a virtual clock, answers its prompts from a script, keeps a record.

    Time moves only in `advance` and `run_until_idle`. Every method that tells the engine something
    returns the runs that ended because of it. The same calls always give the same record.

    Example::

        h = Harness({"agents": {"list": [{"id": "trent", "heartbeat": {"every": "5m"}}]}})
        h.workspace("trent", {"HEARTBEAT.md": "- Check status"})
        h.model(lambda call: "HEARTBEAT_OK")
        first, second = h.advance(minutes=10)
    """

    def __init__(
        self,
        config: Mapping[str, Any] | str,
        *,
        start: str | int | datetime = "2026-01-01T00:00:00Z",
        latency: str | int | timedelta = 0,
        id_seed: int = 0,
        context_engines: Mapping[str, ContextEngine] | None = None,
    ) -> None:
        """A harness at time `start` whose model takes `latency` to answer.

        Args:
            config: the engine's configuration, as plain values or JSON text.
            start: ISO 8601 text or a datetime, with a zone, or milliseconds since the epoch.
            latency: text with units such as `3s`, a number of milliseconds, or a timedelta.
            id_seed: makes the run ids.
            context_engines: the context engines that the configuration names, by name.

        Raises:
            InvalidConfig: the configuration is wrong.
            InvalidInput: another argument is.
        """
        self._engine = Engine(config, id_seed=id_seed)
        self._config = config if isinstance(config, str) else json.dumps(config)
        self._id_seed = id_seed
        self._agents = _agents_of(self._config)
        self._hook_config = self._config
        self._transforms = {}
        self._webhooks = None
        self._host = Host(
            self._engine,
            start_ms=instant_ms(start, "start"),
            latency_ms=span_ms(latency, "latency"),
            context_engines=_engines(context_engines),
        )
        # The first command is what sets the agents' cadences going.
        self._host.tell(Tick())

    # ---- setting up ---------------------------------------------------------------------------

    def workspace(self, agent: str, files: Mapping[str, str]) -> None:
        """Replaces the workspace of `agent`: text by file name.

        Raises:
            UnknownAgent: the configuration has no such agent.
            InvalidInput: no agent id; a name that the engine never reads (see
                `vagus.WORKSPACE_FILES`); or a content that is not valid text.
        """
        try:
            agent_id = normalize_agent_id(agent)
        except InvalidInput:
            raise refusal("agent", agent, "must be an agent id") from None
        if self._agents and agent_id not in self._agents:
            known = ", ".join(sorted(self._agents))
            raise UnknownAgent(
                f"agent: not configured (known: {known}), got {agent!r}",
                field="agent",
                value=repr(agent),
            )
        if not isinstance(files, Mapping):
            raise refusal("files", files, "must be a dict of text by file name")
        for name, text in files.items():
            if name not in WORKSPACE_FILES:
                raise refusal("files", name, f"a name must be one of {', '.join(WORKSPACE_FILES)}")
            if not isinstance(text, str):
                raise refusal(f"files[{name!r}]", text, "must be text")
            if not _is_unicode(text):
                raise refusal(f"files[{name!r}]", text, "must be valid Unicode")
        self._host.workspaces[agent_id] = dict(files)

    def summariser(self, summariser: Summariser | None) -> None:
        """Sets what writes summaries of older turns, where `context.summarise` is configured.

        Args:
            summariser: a function of the `Summarize` effect that returns the summary, or None never
                to answer; when it raises, there is no summary. `vagus.testing.outline` writes one
                that is good enough for any task. Without a summariser there are no summaries.
        """
        self._host.summariser = summariser

    def model(self, model: Model | Script) -> None:
        """Sets what answers prompts from now on.

        Args:
            model: a function of a `ModelCall`, or a list of answers whose last one repeats. An
                answer is text, a `Reply`, or messages that end with the reply. An exception, raised
                or listed, is a model that fails: the run ends failed, its `error` tells the
                exception's type and text, and the harness goes on. An `AssertionError` is the
                test's own: its run ends failed too, and then it comes out of the call that made
                the model answer, such as `advance`. The harness stays usable. What is no
                `Exception`, such as KeyboardInterrupt, comes out at once; its run will time out.

        Raises:
            InvalidInput: neither; or, later and from the call that made it happen, an answer that
                is no answer.
        """
        self._host.model = as_model(model)

    # ---- telling the engine -------------------------------------------------------------------

    def inbound(
        self,
        text: str,
        *,
        channel: str = "",
        peer: Peer | None = None,
        account: str | None = None,
        thread: str | None = None,
        session_key: SessionKey | str | None = None,
        parent_peer: Peer | None = None,
        guild: str | None = None,
        team: str | None = None,
        roles: Sequence[str] = (),
        client_run_id: str | None = None,
        subscriber: str | None = None,
        message_id: str | None = None,
        caused_by: str | None = None,
    ) -> RunList:
        """A person writes `text`; see `vagus.Inbound`."""
        return self._host.tell(
            Inbound(
                text=text,
                channel=channel,
                account=account,
                peer=peer,
                thread=thread,
                session_key=session_key,
                parent_peer=parent_peer,
                guild=guild,
                team=team,
                roles=roles,
                client_run_id=client_run_id,
                subscriber=subscriber,
                message_id=message_id,
                caused_by=caused_by,
            )
        )

    def event(
        self,
        session_key: SessionKey | str,
        text: str,
        *,
        wake: WakeKind | None = None,
        tag: str | None = None,
        route: DeliveryRoute | None = None,
        trusted: bool = False,
        reason: str = "",
        coalesce_ms: int | None = None,
        intent: WakeIntent | None = None,
        caused_by: str | None = None,
        reply_in_session: bool = False,
    ) -> RunList:
        """Something happened that the session must hear of; see `vagus.PostEvent`."""
        return self._host.tell(
            PostEvent(
                session_key=session_key,
                text=text,
                tag=tag,
                route=route,
                trusted=trusted,
                wake=wake,
                reason=reason,
                coalesce_ms=coalesce_ms,
                intent=intent,
                caused_by=caused_by,
                reply_in_session=reply_in_session,
            )
        )

    def wake(
        self,
        session_key: SessionKey | str | None = None,
        *,
        agent: str | None = None,
        kind: WakeKind = "wake",
        reason: str = "",
        coalesce_ms: int | None = None,
        intent: WakeIntent | None = None,
        caused_by: str | None = None,
    ) -> RunList:
        """Asks for a heartbeat of a session, or of an agent; see `vagus.RequestWake`."""
        return self._host.tell(
            RequestWake(
                session_key=session_key,
                agent=agent,
                kind=kind,
                reason=reason,
                coalesce_ms=coalesce_ms,
                intent=intent,
                caused_by=caused_by,
            )
        )

    def reset(self, session_key: SessionKey | str) -> RunList:
        """Starts a new, empty transcript for the session."""
        return self._host.tell(ResetSession(session_key=session_key))

    def forget(self, session_key: SessionKey | str) -> RunList:
        """Releases all that is kept of an idle session; see `vagus.ForgetSession`."""
        return self._host.tell(ForgetSession(session_key=session_key))

    def import_transcript(
        self, session_key: SessionKey | str, messages: Sequence[Message]
    ) -> RunList:
        """Appends messages to the session's transcript, all or none."""
        return self._host.tell(ImportTranscript(session_key=session_key, messages=messages))

    def register_context_engine(self, engine: str) -> RunList:
        """Lets a context engine serve again that was quarantined.

        Raises:
            InvalidInput: no agent's configuration names it.
        """
        return self._host.tell(RegisterContextEngine(engine=engine))

    def prepare_subagent(
        self,
        parent: SessionKey | str,
        child: SessionKey | str,
        *,
        ttl_ms: int | None = None,
    ) -> RunList:
        """A subagent is about to be started; see `vagus.PrepareSubagent`."""
        return self._host.tell(
            PrepareSubagent(parent_session_key=parent, child_session_key=child, ttl_ms=ttl_ms)
        )

    def subagent_ended(
        self, child: SessionKey | str, *, reason: SubagentEnd = "completed"
    ) -> RunList:
        """A subagent has ended; see `vagus.SubagentEnded`."""
        return self._host.tell(SubagentEnded(child_session_key=child, reason=reason))

    def heartbeats(self, enabled: bool) -> RunList:
        """Switches all cadences on or off; see `vagus.SetHeartbeats`."""
        return self._host.tell(SetHeartbeats(enabled=enabled))

    def reconfigure(self, config: Mapping[str, Any] | str) -> RunList:
        """Replaces the configuration; see `vagus.Reconfigure`.

        Raises:
            InvalidConfig: it is wrong, or changes what is fixed. Nothing has changed then.
        """
        runs = self._host.tell(Reconfigure(config))
        self._hook_config = config if isinstance(config, str) else json.dumps(config)
        self._agents = _agents_of(self._hook_config)
        self._webhooks = None
        return runs

    def steering(self, enabled: bool) -> None:
        """Lets runs in flight be told what people add, or not, as in the beginning.

        Where the queue mode is `steer`, the engine offers a message to the run in flight
        (`SteerRun`). A harness that steers answers `Steered`; the model function does not see the
        message, but the session remembers it.
        """
        self._host.steers = bool(enabled)

    def channel(self, name: str, *, up: bool) -> None:
        """Lets deliveries to a channel arrive, or fail until it is up again.

        The engine hands a reply that failed out again after a minute; the model is not asked again.

        Raises:
            InvalidInput: a blank name.
        """
        if not isinstance(name, str) or not name.strip():
            raise refusal("name", name, "must be the name of a channel")
        channel = name.strip().lower()
        self._host.down.discard(channel) if up else self._host.down.add(channel)

    # ---- time ---------------------------------------------------------------------------------

    def advance(
        self,
        span: str | int | timedelta = 0,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        ms: float = 0,
    ) -> RunList:
        """Lets time pass; the arguments add up.

        Args:
            span: text with units such as `1h30m`, a number of milliseconds, or a timedelta.
            days: of 24 hours; these and the following may be fractions.
            hours: hours.
            minutes: minutes.
            seconds: seconds.
            ms: milliseconds.

        Returns:
            The runs that ended in this span, in order.

        Raises:
            InvalidInput: a negative span, or one that goes beyond the year 9998; or an answer of
                the model that is no answer. Then the clock stands at that moment.
            AssertionError: one that the model function raised; the clock stands at that moment.
            VagusError: a million commands did not reach the end. The clock stands where it got to.
        """
        given = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds, "ms": ms}
        parts = sum((part_of_span(value, unit) for unit, value in given.items()), timedelta())
        moved = span_ms(span, "span") + parts // timedelta(milliseconds=1)
        return self._host.advance_to(later_ms(self.now_ms, moved, "advance"))

    def run_until_idle(self, max_time: str | int | timedelta = "1h") -> RunList:
        """Lets time pass until no run is in flight and neither wake nor message waits.

        Returns:
            The runs that ended meanwhile.

        Raises:
            InvalidInput: an answer of the model that is no answer.
            AssertionError: one that the model function raised.
            VagusError: that takes longer than `max_time`.
        """
        end_ms = later_ms(self.now_ms, span_ms(max_time, "max_time"), "max_time")
        return self._host.run_until_idle(end_ms)

    def step_clock(self, span: str | int | timedelta) -> RunList:
        """Sets the clock on or back by `span` at once, as an operator or a time server does.

        Args:
            span: text with units such as `-1h`, a number of milliseconds, or a timedelta.

        Raises:
            InvalidInput: that is before 1970 or beyond the year 9998.
        """
        at_ms = instant_ms(self.now_ms + step_ms(span, "span"), "span")
        return self._host.step_clock(at_ms)

    @property
    def now(self) -> datetime:
        """The virtual time, in UTC."""
        return moment(self._host.now_ms)

    @property
    def now_ms(self) -> int:
        """The virtual time, in milliseconds since the epoch."""
        return self._host.now_ms

    # ---- the record ---------------------------------------------------------------------------

    @property
    def runs(self) -> RunList:
        """Every run that has ended, in that order."""
        return RunList(self._host.ended)

    @property
    def pending(self) -> RunList:
        """The runs in flight, in the order in which they started."""
        return RunList(self._host.open.values())

    @property
    def delivered(self) -> list[Delivery]:
        """Everything that was sent to somebody."""
        return list(self._host.deliveries)

    @property
    def context_calls(self) -> list[EngineCall]:
        """Every call of a context engine, in order, with what came of it."""
        return list(self._host.context_calls)

    @property
    def effects(self) -> list[Effect]:
        """Every effect of the engine; made anew for each use, which costs time and memory."""
        kept = (each for exchange in self._host.exchanges for each in exchange.effects)
        return [each.effect() if isinstance(each, Prompt) else each for each in kept]

    @property
    def journal(self) -> list[tuple[int, Command]]:
        """Every command that the engine accepted, with its time in ms."""
        return [(exchange.now_ms, exchange.command) for exchange in self._host.exchanges]

    def timeline(self) -> Timeline:
        """Why each heartbeat ran or did not, wake by wake; those that wait come last."""
        answered = heartbeats([*self._host.ended, *self._host.open.values()])
        return Timeline([*answered, *self._waiting()])

    def _waiting(self) -> list[Beat]:
        return [
            Beat(
                wake=wake.token,
                session_key=wake.session_key,
                asked_at=moment(wake.requested_ms),
                causes=tuple(wake.causes),
                requests=wake.requests,
                delays=tuple(wake.delays),
                note=str(self._engine.explain_wake(wake.session_key)),
            )
            for wake in self._engine.waiting_wakes()
        ]

    def turn_fate(self, message: int | str) -> TurnFate:
        """What became of a message; see `vagus.Engine.turn_fate`.

        Args:
            message: its number, or the `message_id` that it came with.

        Raises:
            InvalidInput: no such message was accepted, or it ended long ago.
        """
        if not isinstance(message, str):
            return self._engine.turn_fate(message)
        number = self._host.numbers.get(message)
        if number is None:
            raise refusal("message", message, "no message with this id was accepted")
        return self._engine.turn_fate(number)

    def wake_fate(self, request: int) -> WakeFate:
        """What became of a request for a wake; see `vagus.Engine.wake_fate`.

        Args:
            request: its number, which `vagus.WakeQueued` told.

        Raises:
            vagus.InvalidInput: no such request was accepted, or it is forgotten.
        """
        return self._engine.wake_fate(request)

    def explain_wake(self, session_key: SessionKey | str) -> WakeExplanation:
        """Why the wake of a session has not run yet; see `vagus.Engine.explain_wake`."""
        return self._engine.explain_wake(session_key)

    def snapshot(self) -> dict[str, Any]:
        """What waits, what runs and what is kept, in figures; see `vagus.Engine.snapshot`."""
        return self._engine.snapshot()

    def check_invariants(self, names: str | Iterable[str] | None = None) -> list[Violation]:
        """Checks the engine's promises against everything it said so far.

        Args:
            names: which of `vagus.testing.INVARIANTS`, one or several; all by default.

        Returns:
            What was broken; empty when all is well.

        Raises:
            InvalidInput: a name that no invariant has.
        """
        evidence = Evidence(
            config=self._config,
            id_seed=self._id_seed,
            exchanges=self._host.exchanges,
            snapshot=self.snapshot(),
        )
        return violations(evidence, names)

    def to_dict(self) -> dict[str, Any]:
        """The record, JSON-ready."""
        return {
            "now": self.now.isoformat().replace("+00:00", "Z"),
            "runs": self._host.ended.to_dict(),
            "pending": self.pending.to_dict(),
            "delivered": [delivery.to_dict() for delivery in self._host.deliveries],
        }

    def __repr__(self) -> str:
        return (
            f"<Harness at {self.now:%Y-%m-%d %H:%M:%S}: {len(self._host.ended)} runs ended, "
            f"{len(self._host.open)} in flight, {len(self._host.deliveries)} delivered>"
        )


def _engines(given: object) -> Mapping[str, ContextEngine]:
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise refusal("context_engines", given, "must be a dict of context engines by name")
    for name, engine in given.items():
        if not callable(getattr(engine, "assemble", None)):
            raise refusal(f"context_engines[{name!r}]", engine, "must have a method assemble")
    return given


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _agents_of(config: str) -> set[str]:
    """The agents that a configuration lists; when it lists none, every agent is known."""
    agents = json.loads(config).get("agents") or {}
    return {normalize_agent_id(agent["id"]) for agent in agents.get("list") or ()}
