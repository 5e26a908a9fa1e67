"""Whole histories of runs, played on vagus's own stream.

The host is that of the recording. It registers what the recording links or puts in charge of a run
(a run that nobody registered is opened by its first event), numbers attempts (a start after an
error is a new one), and numbers an event anew that has a number for the second time, because most
recordings repeat numbers by accident; in the area ``seq`` it is the point, and the host does not.
One subscriber listens to every session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import vagus
from vagus import keys
from vagus.runs import (
    ChatClient,
    ChatEvent,
    ChatInput,
    ChatNotice,
    ChatRegistration,
    ChatStream,
    StreamProfile,
    run_expiry,
)

from ..chat_facts import CHAT_AREAS
from .values import Adapter, Args

EVERYBODY = "everybody"
OWN = "agent:main:"
GRACE = 15_000
KINDS = {"assistant": "text", "tool": "tool", "item": "tool"}
SETTLED = ("executionSettled", "fallbackExhaustedFailure")


def key_of(session: str) -> str:
    return session if session.startswith("agent:") else OWN + session


class Play:
    """One history on one stream."""

    def __init__(self, args: Args) -> None:
        self.args = args
        self.setup: Mapping[str, Any] = args.get("setup") or {}
        self.ops: list[Mapping[str, Any]] = args["events"]
        self.now = 0
        self.facts: list[dict[str, Any]] = []
        self.names: dict[str, str] = {}
        self.numbers: dict[str, dict[int, int]] = {}
        self.attempts: dict[str, int] = {}
        self.failed: set[str] = set()
        self.texts: set[str] = set()
        self.live: set[str] = set()
        self.stream = ChatStream(profile=self._profile())
        for session in sorted(self._sessions()):
            self.names[key_of(session)] = session
            self.stream.subscribe(EVERYBODY, key_of(session), 0)

    def _profile(self) -> StreamProfile:
        base = StreamProfile.april() if self.args["profile"] == "2026.4" else StreamProfile()
        grace = self.setup.get("graceMs", GRACE)
        changes = {"grace_ms": grace, "tombstone_ms": grace + 120_000}
        shows = {"shows_heartbeats": True} if self.setup.get("showOk") is True else {}
        return StreamProfile(**{**base.to_dict(), **changes, **shows})

    def _sessions(self) -> Iterator[str]:
        yield from (op["session"] for op in self.ops if op.get("session"))
        yield from filter(None, (self.setup.get("resolve") or {}).values())

    def run(self) -> list[dict[str, Any]]:
        for op in self.ops:
            self.advance(op.get("at", self.now))
            play: Callable[[Mapping[str, Any]], None] | None = getattr(self, f"on_{op['op']}", None)
            if play is not None:
                play(op)
        return self.facts

    def advance(self, to: int) -> None:
        """Timers run when time passes, as in the recording, also those without a delay."""
        if to <= self.now:
            return
        while (due := self.stream.next_due()) is not None and due <= to:
            self.now = max(self.now, due)
            self.tell(self.stream.tick(self.now))
        self.now = max(self.now, to)

    # ---- what is told -----------------------------------------------------------------------

    def tell(self, outputs: list[ChatEvent | ChatNotice]) -> None:
        for output in outputs:
            if isinstance(output, ChatNotice):
                if output.kind in ("gap", "duplicate"):
                    self.facts.append({output.kind: [output.expected, output.received]})
            elif EVERYBODY in output.subscribers:
                self.facts.append(self.chat(output))
            if isinstance(output, ChatEvent) and output.state != "delta":
                self.live.discard(output.run_id)
                self.texts.discard(output.client_run_id)

    def chat(self, event: ChatEvent) -> dict[str, Any]:
        numbers = self.numbers.get(event.run_id, {0: 0})
        last = list(numbers.values())[-1]
        session = str(event.session_key)
        fact: dict[str, Any] = {
            "runId": event.client_run_id,
            "sessionKey": self.names.get(session, session),
            "seq": numbers.get(event.seq, last + 1),
            "state": event.state,
        }
        if event.text:
            fact["text"] = event.text
        if event.state == "delta" and self.tells_increments:
            fact["deltaText"] = event.delta_text
            if event.replace:
                fact["replace"] = True
        optional = {
            "errorMessage": event.error,
            "errorKind": event.error_kind,
            "stopReason": event.stop_reason,
        }
        return fact | {name: value for name, value in optional.items() if value is not None}

    @property
    def tells_increments(self) -> bool:
        return any("deltaText" in fact for fact in self.args["told"])

    # ---- who registers ----------------------------------------------------------------------

    def open(self, run: str, session: str | None, client: str | None = None) -> None:
        if self.stream.has_ended(run) or (client and self.stream.has_ended(client)):
            return
        session = session or (self.setup.get("resolve") or {}).get(run)
        clients = [ChatClient(client, session or "")] if client else []
        if run in self.live:
            self.attach(run, session)
            for each in clients:
                if each.client_run_id not in [x.client_run_id for x in self.stream.clients(run)]:
                    self.tell(self.stream.join(run, each, self.now))
            return
        self.live.add(run)
        context = [op for op in self.ops if op["op"] == "ctx" and op["run"] == run]
        registration = ChatRegistration(
            run,
            key_of(session) if session else None,
            clients=clients,
            heartbeat=any(op.get("heartbeat") is True for op in context),
            visible=not any(op.get("visible") is False for op in context),
        )
        self.tell(self.stream.open(registration, self.now))

    def attach(self, run: str, session: str | None) -> None:
        if not session:
            return
        # A run belongs to one session, whatever an event says.
        with suppress(vagus.InvalidInput):
            self.tell(self.stream.attach(run, key_of(session), self.now))

    def on_link(self, op: Mapping[str, Any]) -> None:
        self.open(op["run"], op["session"], op["client"])

    def on_send(self, op: Mapping[str, Any]) -> None:
        self.open(op["run"], op["session"], op["run"])

    def on_ctx(self, op: Mapping[str, Any]) -> None:
        self.open(op["run"], op.get("session"))

    def on_unlink(self, op: Mapping[str, Any]) -> None:
        self.stream.withdraw(op["run"], op["client"])

    # ---- what happens -----------------------------------------------------------------------

    def on_ev(self, op: Mapping[str, Any]) -> None:
        run = op["run"]
        if not self.stream.has_ended(run):
            self.open(run, op.get("session"))
        seq = self.number(run, op["seq"])
        input = self.input_of(op, seq)
        try:
            outputs = self.stream.feed(input, self.now)
        except vagus.UnknownRun:
            return  # forgotten long ago
        if input.kind == "text" and run in self.live:
            self.texts.update(client.client_run_id for client in self.stream.clients(run))
        if input.kind == "error":
            self.texts -= {client.client_run_id for client in self.stream.clients(run)}
        self.tell(outputs)

    def number(self, run: str, recorded: int) -> int:
        """The number of an event in vagus: as far from the one before it as the recorded one."""
        told = self.numbers.setdefault(run, {0: 0})
        last, ours = list(told.values())[-1], list(told)[-1]
        repeats = recorded <= last
        if repeats and self.args["area"] == "seq":
            return recorded
        number = ours + (1 if repeats else recorded - last)
        told[number] = recorded
        return number

    def on_bus(self, op: Mapping[str, Any]) -> None:
        last = list(self.numbers.get(op["run"], {0: 0}).values())[-1]
        self.on_ev({**op, "seq": last + 1})

    def input_of(self, op: Mapping[str, Any], seq: int) -> ChatInput:
        run, stream, data = op["run"], op["stream"], op.get("data") or {}
        if stream == "assistant":
            text, delta = data.get("text"), data.get("delta")
            takes = isinstance(text, str) or (self.args["profile"] != "2026.4" and delta)
            kind = "text" if takes else "other"
            return ChatInput(run, kind, seq=seq, text=text or "", delta=delta or "")
        if stream in ("tool", "item"):
            return ChatInput(run, "tool" if data.get("phase") == "start" else "other", seq=seq)
        if stream != "lifecycle":
            return ChatInput(run, "other", seq=seq)
        return self.lifecycle(run, seq, data, op.get("error"))

    def lifecycle(
        self, run: str, seq: int, data: Mapping[str, Any], error: Mapping[str, Any] | None
    ) -> ChatInput:
        phase = data.get("phase")
        if phase == "start":
            if run in self.failed:
                self.failed.discard(run)
                self.attempts[run] = self.attempts.get(run, 1) + 1
            return ChatInput(run, "start", seq=seq, attempt=self.attempts.get(run, 1))
        if phase == "error":
            self.failed.add(run)
            told = data.get("error", "")
            return ChatInput(
                run,
                "error",
                seq=seq,
                error=told if error is None else f"Error: {error.get('message', '')}",
                error_code="" if error is None else str(error.get("code", "")),
                error_kind=data.get("errorKind"),
                settled=any(data.get(name) is True for name in SETTLED),
            )
        if phase == "end":
            return ChatInput(
                run,
                "end",
                seq=seq,
                stop_reason=data.get("stopReason") or "",
                status=data.get("status") or "",
                aborted=data.get("aborted") is True,
            )
        return ChatInput(run, "fallback" if phase == "fallback" else "other", seq=seq)

    def on_abort(self, op: Mapping[str, Any]) -> None:
        done = self.stream.abort(
            op["run"], self.now, session_key=key_of(op["session"]), reason=op["reason"]
        )
        self.tell(self.stream.take())
        self.facts.append({"event": "abort.result", "aborted": done.verdict == "aborted"})

    def on_abort_session(self, op: Mapping[str, Any]) -> None:
        done = self.stream.abort_session(key_of(op["session"]), self.now, reason=op["reason"])
        self.tell(self.stream.take())
        aborted = done.verdict == "aborted"
        fact = {"event": "abort.result", "aborted": aborted, "runIds": done.run_ids}
        self.facts.append(fact)

    # ---- what is looked at ------------------------------------------------------------------

    def on_state(self, _op: Mapping[str, Any]) -> None:
        self.facts.append({"texts": sorted(self.texts)})

    def on_expires(self, op: Mapping[str, Any]) -> None:
        at = run_expiry(self.now, op.get("timeoutMs", 0))
        self.facts.append({"event": "expires", "value": at - self.now})

    def links(self, op: Mapping[str, Any]) -> list[ChatClient]:
        return self.stream.clients(op["run"]) if op["run"] in self.live else []

    def answer(self, what: str, client: ChatClient | None) -> None:
        value = client and {
            "sessionKey": client.requested_key,
            "clientRunId": client.client_run_id,
        }
        self.facts.append({"event": f"registry.{what}", "value": value})

    def on_peek(self, op: Mapping[str, Any]) -> None:
        self.answer("peek", next(iter(self.links(op)), None))

    def on_shift(self, op: Mapping[str, Any]) -> None:
        self.take("shift", op, next(iter(self.links(op)), None))

    def on_remove(self, op: Mapping[str, Any]) -> None:
        session = op.get("session")
        fitting = (
            each
            for each in self.links(op)
            if each.client_run_id == op["client"] and session in (None, each.requested_key)
        )
        self.take("remove", op, next(fitting, None))

    def take(self, what: str, op: Mapping[str, Any], client: ChatClient | None) -> None:
        """The last client of a run is not withdrawn: the run is stopped for want of anyone."""
        if client is not None and not self.stream.withdraw(op["run"], client.client_run_id):
            self.stream.abort(op["run"], self.now)
            self.stream.take()
            self.live.discard(op["run"])
        self.answer(what, client)


# ---- what should have been told -------------------------------------------------------------


def kept(want: Mapping[str, Any], play: Play) -> bool:
    """Whether vagus does what the recorded system should have done."""
    ends = [fact for fact in play.facts if fact.get("state") not in (None, "delta")]
    if want.get("op") == "terminal-count":
        mine = [fact for fact in ends if fact["runId"] == want["run"]]
        states = {fact["state"] for fact in mine}
        allowed = {want["state"]} if "state" in want else states
        return len(mine) == want["n"] and states <= allowed
    if want.get("op") == "terminal":
        asked = {name: want[name] for name in want if name not in ("op", "run")}
        return [asked] == [
            {name: fact.get(name) for name in asked}
            for fact in ends
            if fact["runId"] == want["run"]
        ]
    if "state" in want:
        return all(not names and not play.texts for names in want["state"].values())
    return promises_hold(play)


def promises_hold(play: Play) -> bool:
    """Whatever an invariant says in words, all of vagus's hold."""
    over: set[str] = set()
    for fact in play.facts:
        if fact.get("runId") in over:
            return False
        if fact.get("state") not in (None, "delta"):
            over.add(fact["runId"])
    hidden = {op["run"] for op in play.ops if op["op"] == "ctx" and op.get("visible") is False}
    told = {fact.get("runId") for fact in play.facts}
    numbers = [op["seq"] for op in play.ops if op["op"] == "ev"]
    duplicates = [fact for fact in play.facts if "duplicate" in fact]
    repeats = play.args["area"] == "seq" and any(n in numbers[:i] for i, n in enumerate(numbers))
    unresolved = play.stream.stats().unresolved
    expected = play.args["area"] == "unresolved"
    return not hidden & told and (len(duplicates) == 1) == repeats and (unresolved > 0) == expected


def _history(args: Args) -> Any:
    play = Play(args)
    facts = play.run()
    if args["want"]:
        return {"want": [want if kept(want, play) else facts for want in args["want"]]}
    if args["profile"] != "2026.4":
        return [fact for fact in facts if "runId" in fact]
    return [fact for fact in facts if "duplicate" not in fact]


def _session_of_run(args: Args) -> Any:
    told = []
    stored = (args.get("setup") or {}).get("store") or {}
    for op in args["events"]:
        entries = [
            keys.SessionEntry(key, entry.get("updatedAt") or 0)
            for key, entry in stored.items()
            if entry.get("sessionId") == op["run"]
        ]
        found = keys.match_session_id(entries, op["run"]).key
        told.append({"run": op["run"], "sessionKey": found and request_key(found)})
    return [
        {**each, "store_loads": line["store_loads"]}
        for each, line in zip(told, args["recorded"], strict=True)
    ]


def request_key(key: str) -> str:
    """The key without its agent."""
    parts = keys.split(key)
    return key if parts is None else parts.rest


CHAT: dict[str, Adapter] = {
    **{f"history/{area}": _history for area in sorted(CHAT_AREAS)},
    "history/runkey": _session_of_run,
}
