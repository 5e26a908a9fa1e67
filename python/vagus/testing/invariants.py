"""The engine's promises, checked against everything it said.

Each check reads the record of commands and effects (and replays it, for `deterministic`), never the
engine's own idea of what it did.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vagus import (
    ChatEvent,
    Deliver,
    DeliveryAbandoned,
    Engine,
    ForgetSession,
    ImportTranscript,
    Message,
    ModelReplied,
    PostEvent,
    ProducerHeard,
    RunEnded,
    RunStarted,
    SessionReset,
    TurnQueued,
    TurnSettled,
    Unsubscribe,
    WebhookAnswered,
)
from vagus.testing.journal import Exchange, Kept, Prompt, WaitingWake, WakeBook, leading
from vagus.testing.spans import moment, refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a check may look at."""

    config: Mapping[str, Any] | str
    id_seed: int
    exchanges: Sequence[Exchange]
    snapshot: Mapping[str, Any]

    def effects(self) -> Iterator[tuple[int, Kept]]:
        """Every effect with its time, in order."""
        for exchange in self.exchanges:
            for effect in exchange.effects:
                yield exchange.now_ms, effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that was broken."""

    invariant: str
    message: str
    at_ms: int

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return {"invariant": self.invariant, "message": self.message, "at_ms": self.at_ms}

    def __str__(self) -> str:
        return f"{self.invariant}: {self.message} (at {moment(self.at_ms):%Y-%m-%d %H:%M:%S})"


Finding = tuple[int, str]


def one_run_per_lane(evidence: Evidence) -> Iterator[Finding]:
    """At most one run at a time holds a session key."""
    holders: dict[str, str] = {}
    for at, effect in evidence.effects():
        if isinstance(effect, RunStarted):
            holder = holders.setdefault(str(effect.session_key), effect.run_id)
            if holder != effect.run_id:
                yield at, f"{effect.run_id} started on {effect.session_key}, held by {holder}"
        elif isinstance(effect, RunEnded) and holders.get(str(effect.session_key)) == effect.run_id:
            del holders[str(effect.session_key)]


def no_lost_wake(evidence: Evidence) -> Iterator[Finding]:
    """Every accepted wake is followed by a run or still waits for one that can come."""
    book = WakeBook()
    for at, effect in evidence.effects():
        if problem := book.see(effect):
            yield at, problem
    now, busy = evidence.snapshot["now_ms"], set(book.busy.values())
    kept = {wake["session_key"]: wake for wake in evidence.snapshot["wakes"]}
    for session in sorted(book.waiting.keys() | kept.keys()):
        accepted, held = book.waiting.get(session), kept.get(session)
        known = None if held is None else WaitingWake(held["token"], held["requests"])
        if accepted != known:
            yield now, f"{session}: {_told(accepted)} waits, the engine knows {_told(known)}"
        if held is not None and held["due_ms"] <= now and session not in busy:
            yield now, f"{session}: its wake is overdue although nothing runs"


def _told(waiting: WaitingWake | None) -> str:
    return "no wake" if waiting is None else f"wake {waiting.wake} ({waiting.requests} requests)"


def no_cross_talk(evidence: Evidence) -> Iterator[Finding]:
    """A prompt holds only its own context's messages and its own lane's events."""
    memories = _Memories()
    for exchange in evidence.exchanges:
        memories.see_command(exchange.command)
        for effect in exchange.effects:
            if isinstance(effect, Prompt):
                yield from ((exchange.now_ms, problem) for problem in memories.strangers(effect))
            memories.see_effect(effect)


class _Memories:
    """Who wrote what: the owners of every message and event seen so far."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._prompts: dict[str, list[str]] = defaultdict(list)
        self._shown: dict[str, tuple[Message, ...]] = {}
        self._events: dict[str, set[str]] = defaultdict(set)
        self._epochs: Counter[str] = Counter()
        self._calls: dict[str, tuple[str, Message]] = {}
        self._replies: dict[str, ModelReplied] = {}

    def see_command(self, command: object) -> None:
        if isinstance(command, ImportTranscript):
            self._own(self._epoch_of(str(command.session_key)), command.messages)
        elif isinstance(command, PostEvent):
            for line in filter(_telling, map(str.strip, command.text.splitlines())):
                self._events[line].add(_base(str(command.session_key)))
        elif isinstance(command, ModelReplied):
            self._replies[command.run_id] = command
        elif isinstance(command, ForgetSession):
            session = _base(str(command.session_key))
            self._epochs.update((session, f"{session}:heartbeat"))

    def see_effect(self, effect: Kept) -> None:
        if isinstance(effect, Prompt):
            self._calls[effect.run_id] = self._owner_of(effect), effect.messages[-1]
        elif isinstance(effect, SessionReset):
            self._epochs[str(effect.session_key)] += 1
        elif isinstance(effect, RunEnded) and effect.run_id in self._calls:
            owner, prompt = self._calls.pop(effect.run_id)
            reply = self._replies.pop(effect.run_id, None)
            self._own(owner, [prompt])
            self._prompts[owner].append(prompt.text)
            if reply is not None:
                self._own(owner, [*reply.messages, Message.of("assistant", reply.text)])

    def strangers(self, call: Prompt) -> Iterator[str]:
        """What the prompt of `call` should not hold and the one before it did not hold either."""
        own = self._owner_of(call)
        replay = any(part.name == "replay" for part in call.ledger.parts)
        for message in call.messages[leading(self._shown.get(own, ()), call.messages) : -1]:
            owners = self._owners.get((message.role, message.text), set())
            replayed = replay and any(_replayable(call, owner) for owner in owners)
            if owners and own not in owners and not replayed and not self._wrote(own, message):
                yield f"run {call.run_id} with {own} sees a message of {min(owners)}"
        self._shown[own] = call.messages
        for line in event_lines(call.messages[-1].text):
            sessions = self._events.get(line, set())
            if sessions and _base(str(call.session_key)) not in sessions:
                yield f"run {call.run_id} on {call.session_key} sees an event of {min(sessions)}"

    def _own(self, owner: str, messages: Iterable[Message]) -> None:
        for message in messages:
            if message.text:
                self._owners[message.role, message.text].add(owner)

    def _wrote(self, owner: str, message: Message) -> bool:
        # Of a turn that failed only the person's words are kept, without the events before them.
        return any(prompt.endswith(message.text) for prompt in self._prompts[owner])

    def _epoch_of(self, session: str) -> str:
        return f"{session} epoch {self._epochs[session]}"

    def _owner_of(self, call: Prompt) -> str:
        if call.context_key.is_heartbeat_run:
            return str(call.context_key)
        return self._epoch_of(str(call.session_key))


_EVENT_LINE = re.compile(r"System(?: \(untrusted\))?: ((?:\[[^\]]*\] )?)(.*)")


def event_lines(prompt: str) -> Iterator[str]:
    """The lines of events that a turn shows, without what the engine puts in front of them."""
    for line in prompt.splitlines():
        if match := _EVENT_LINE.match(line):
            stamp, text = match.groups()
            yield from filter(_telling, dict.fromkeys((text.strip(), (stamp + text).strip())))


def _telling(line: str) -> bool:
    """True for lines long enough that they do not stand in two events by chance."""
    return len(line) > 8


def _base(session: str) -> str:
    return session.removesuffix(":heartbeat")


def _replayable(call: Prompt, owner: str) -> bool:
    """True for memories of earlier ticks of the same lane."""
    ticks = str(call.context_key).removesuffix(call.context_key.id)
    return owner.startswith((ticks, f"{call.session_key} epoch "))


def pairs_intact(evidence: Evidence) -> Iterator[Finding]:
    """Every tool call in a prompt is answered at once, and every tool result answers a call."""
    shown: dict[str, tuple[Message, ...]] = {}
    for at, effect in evidence.effects():
        if isinstance(effect, Prompt):
            context, messages = str(effect.context_key), effect.messages
            first = _turn_of(messages, leading(shown.get(context, ()), messages))
            yield from ((at, f"run {effect.run_id}: {text}") for text in unpaired(messages[first:]))
            shown[context] = messages


def _turn_of(messages: Sequence[Message], index: int) -> int:
    """Where the calls stand that tool results before `index` could answer."""
    before = range(index - 1, -1, -1)
    return next((each for each in before if messages[each].role != "tool"), 0)


def unpaired(messages: Iterable[Message]) -> Iterator[str]:
    """What is wrong with the tool calls and results of a prompt."""
    calls: list[str] = []
    for message in messages:
        for part in message.parts:
            if part.kind == "tool_result" and part.call_id in calls:
                calls.remove(part.call_id)
            elif part.kind == "tool_result":
                yield f"tool result {part.call_id} answers no call"
        if message.role != "tool":
            yield from (f"tool call {call} has no result" for call in calls)
            calls = [part.call_id for part in message.parts if part.kind == "tool_call"]
    yield from (f"tool call {call} has no result" for call in calls)


def budget_respected(evidence: Evidence) -> Iterator[Finding]:
    """No prompt that is sent costs more than its budget, and its ledger adds up."""
    for at, effect in evidence.effects():
        if not isinstance(effect, Prompt):
            continue
        ledger = effect.ledger
        if ledger.estimated > ledger.budget:
            yield at, f"run {effect.run_id}: {ledger.estimated:,} tokens of {ledger.budget:,}"
        if sum(part.tokens for part in ledger.parts) != ledger.raw:
            yield at, f"run {effect.run_id}: the ledger's parts do not add up to {ledger.raw:,}"


def one_terminal_per_run(evidence: Evidence) -> Iterator[Finding]:
    """Every run starts once, ends once, and is silent afterwards; so is each of its client runs."""
    started: set[str] = set()
    ended: set[str] = set()
    followers = _Followers()
    for exchange in evidence.exchanges:
        at = exchange.now_ms
        followers.see_command(exchange)
        for effect in exchange.effects:
            run_id = getattr(effect, "run_id", None)
            if run_id is None or isinstance(effect, (ProducerHeard, WebhookAnswered)):
                continue  # a producer is told the id of its run before that starts
            if run_id not in started and isinstance(effect, ChatEvent) and effect.state != "delta":
                # Who followed a message that no run answers is told so under an id of its own.
                yield from ((at, problem) for problem in followers.see_effect(effect))
                continue
            if isinstance(effect, RunStarted) and run_id in started:
                yield at, f"run {run_id} started twice"
            started |= {run_id} if isinstance(effect, RunStarted) else set()
            if run_id not in started:
                yield at, f"{type(effect).__name__} for run {run_id}, which never started"
            if run_id in ended and not isinstance(effect, DeliveryAbandoned) and not _again(effect):
                yield at, f"{type(effect).__name__} for run {run_id}, which had ended"
            ended |= {run_id} if isinstance(effect, RunEnded) else set()
            yield from ((at, problem) for problem in followers.see_effect(effect))
    in_flight = {run["run_id"] for run in evidence.snapshot["runs"]}
    for run_id in sorted(started - ended - in_flight):
        yield evidence.snapshot["now_ms"], f"run {run_id} is over without an end"


class _Followers:
    """Who was told what of which client run, by commands and effects alone."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._ended: set[tuple[str, str]] = set()

    def see_command(self, exchange: Exchange) -> None:
        if isinstance(exchange.command, Unsubscribe):
            # Who left before the end need not be told it, whatever it listens to since.
            for told in self._told.values():
                told.discard(exchange.command.subscriber)

    def see_effect(self, effect: Kept) -> Iterator[str]:
        if isinstance(effect, ChatEvent):
            name = effect.run_id, effect.client_run_id
            if name in self._ended:
                yield f"client run {name[1]} is told {effect.state} after its end"
            if effect.state == "delta":
                self._told[name].update(effect.subscribers)
            else:
                self._ended.add(name)
                missed = self._told.pop(name, set()) - set(effect.subscribers)
                yield from (f"{each} is not told the end of {name[1]}" for each in sorted(missed))
        elif isinstance(effect, RunEnded):
            left = [name for name in self._told if name[0] == effect.run_id]
            for name in left:
                if self._told.pop(name):
                    yield f"client run {name[1]} is not told its end"


def _again(effect: Kept) -> bool:
    """True for a reply that is handed out once more."""
    return isinstance(effect, Deliver) and effect.attempt > 1


def one_fate_per_message(evidence: Evidence) -> Iterator[Finding]:
    """Every accepted message ends once, or still waits where the engine says that some do."""
    waiting: dict[int, str] = {}
    settled: set[int] = set()
    for at, effect in evidence.effects():
        if isinstance(effect, TurnQueued):
            waiting[effect.message] = str(effect.session_key)
        elif isinstance(effect, TurnSettled):
            if effect.message in settled:
                yield at, f"message {effect.message} ended twice"
            settled.add(effect.message)
            waiting.pop(effect.message, None)
    queues = evidence.snapshot["turns"]
    for message, session in sorted(waiting.items()):
        if session not in queues:
            yield evidence.snapshot["now_ms"], f"message {message} was lost in {session}"


def deterministic(evidence: Evidence) -> Iterator[Finding]:
    """The same commands at the same times give the same effects, byte for byte."""
    engine = Engine(evidence.config, id_seed=evidence.id_seed)
    for number, exchange in enumerate(evidence.exchanges):
        kept = [each.effect() if isinstance(each, Prompt) else each for each in exchange.effects]
        if engine.apply(exchange.command, exchange.now_ms) != kept:
            yield exchange.now_ms, f"command {number} has other effects when it is replayed"
            return


INVARIANTS: Mapping[str, Callable[[Evidence], Iterator[Finding]]] = {
    check.__name__: check
    for check in (
        one_run_per_lane,
        no_lost_wake,
        no_cross_talk,
        pairs_intact,
        budget_respected,
        one_terminal_per_run,
        one_fate_per_message,
        deterministic,
    )
}


def violations(evidence: Evidence, names: str | Iterable[str] | None = None) -> list[Violation]:
    """Everything in `evidence` that breaks the promises `names` (or the one so named), or any.

    Raises:
        InvalidInput: a name that no promise has.
    """
    found = []
    chosen = [names] if isinstance(names, str) else names
    if not isinstance(chosen, Iterable | None):
        raise refusal("names", names, f"must be one of {', '.join(INVARIANTS)}, or several")
    for name in INVARIANTS if chosen is None else chosen:
        if not isinstance(name, str) or name not in INVARIANTS:
            raise refusal("names", name, f"must be one of {', '.join(INVARIANTS)}")
        for at, message in INVARIANTS[name](evidence):
            found.append(Violation(invariant=name, message=message, at_ms=at))
    return found
