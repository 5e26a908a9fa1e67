"""Whole histories, played as inputs on vagus's own queues under a virtual clock.

The host is that of the recording: it answers call after call with the recorded results, and tries
again when the newest version would have. What happens is vagus's.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import vagus
from vagus import keys
from vagus.events import EventQueue, SystemEvent
from vagus.schedule import Schedule
from vagus.wakes import read_wake_label

from .schedules import hours
from .values import Adapter, Args, text

RECORDED_START = 1_750_000_000_000
SHORTEST_TIMER = 1
COALESCE = 250
TICK = {"source": "interval", "reason": "interval", "coalesceMs": 0}
SOON, LATER = 1_000, 60_000
NO_SUCH_CALL = {"error": "n/a"}
RAN = {"status": "ran"}
DEFAULT_AGENT = "main"
NO_GUARDS = {
    "wakes": {
        "min_spacing": "0m",
        "flood_starts": 0,
        "chain_free": 1_000,
        "running": 4,
        "running_per_agent": 4,
    }
}


# ---- system events --------------------------------------------------------------------------


class Events:
    """One queue, and what was seen of it."""

    def __init__(self) -> None:
        self.queue = EventQueue()
        self.seen: dict[str, list[SystemEvent]] = {}

    def play(self, op: Mapping[str, Any]) -> Any:
        try:
            return getattr(self, op["op"])(op)
        except vagus.InvalidKey:
            return {"error": "session_key_required"}

    def enqueue(self, op: Mapping[str, Any]) -> bool:
        route = op.get("deliveryContext") or {}
        names = {"channel": "channel", "to": "to", "accountId": "account", "threadId": "thread"}
        fields = {
            names[name]: str(value).strip() for name, value in route.items() if str(value).strip()
        }
        if not op["text"].strip():
            return False  # the recorded system ignores what vagus refuses
        posted = self.queue.post(
            op["sessionKey"],
            op["text"],
            at_ms=op["at"],
            tag=op.get("contextKey"),
            route=vagus.DeliveryRoute(**fields) if fields else None,
            replaces=bool(op.get("replace")),
        )
        return posted == "queued"

    def peek(self, op: Mapping[str, Any]) -> Any:
        events = self.queue.waiting(op["sessionKey"]).events
        if "save" in op:
            self.seen[op["save"]] = events
        return shown(events)

    def has(self, op: Mapping[str, Any]) -> bool:
        return bool(self.queue.waiting(op["sessionKey"]).events)

    def drain(self, op: Mapping[str, Any]) -> Any:
        batch = self.queue.lease_all(op["sessionKey"], "run")
        self.queue.commit("run")
        return shown(batch.events)

    def consume_selected(self, op: Mapping[str, Any]) -> Any:
        seen = self.seen[op["from"]]
        ids = [seen[index].id for index in op["pick"] if index < len(seen)]
        batch = self.queue.lease_some(op["sessionKey"], "run", ids)
        self.queue.commit("run")
        return shown(batch.events)

    def consume_prefix(self, _op: Mapping[str, Any]) -> Any:
        return NO_SUCH_CALL

    def context_changed(self, _op: Mapping[str, Any]) -> Any:
        return NO_SUCH_CALL


def shown(events: list[SystemEvent]) -> list[dict[str, Any]]:
    names = {"channel": "channel", "to": "to", "account": "accountId", "thread": "threadId"}
    told = []
    for event in events:
        line: dict[str, Any] = {"text": event.text, "ts": event.at, "contextKey": event.tag}
        if event.route:
            route = event.route.to_dict()
            line["deliveryContext"] = {names[name]: value for name, value in route.items()}
        told.append(line)
    return told


def _events(args: Args) -> Any:
    events = Events()
    return [events.play(op) for op in args["ops"]]


# ---- wakes ----------------------------------------------------------------------------------


@dataclass
class Run:
    """A wake that a host was handed, and what the host will say about it."""

    session: str
    token: int
    intent: str
    asked: int
    at: int
    end: int
    result: Mapping[str, Any]
    generation: int


@dataclass
class Host:
    """Plays requests on a queue and answers what the queue hands out."""

    queue: vagus.WakeQueue
    until: int
    results: Iterator[Mapping[str, Any]]
    now: int = 0
    generation: int = 1
    listens: bool = True
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    running: dict[str, Run] = field(default_factory=dict)
    ended: list[Run] = field(default_factory=list)
    alarms: list[int] = field(default_factory=list)

    def request(self, op: Mapping[str, Any], session: str) -> None:
        label = read_wake_label(
            text(op, "reason"), source=op.get("source"), intent=op.get("intent")
        )
        receipt = self.queue.request(
            RECORDED_START + self.now,
            session,
            kind=label.kind,
            intent=label.intent,
            reason=f"{len(self.asked)} {label.reason}",
            coalesce_ms=max(SHORTEST_TIMER, op.get("coalesceMs", COALESCE)),
        )
        self.asked.append({**op, "reason": label.reason})
        self.ids.append(receipt.id)

    def advance(self, to: int) -> None:
        """Lets everything happen that is due up to ``to``."""
        self.start_due()
        while (at := self.next_time()) is not None and at <= min(to, self.until):
            self.now = max(self.now, at)
            for run in sorted(self.running.values(), key=lambda run: (run.end, run.token)):
                if run.end <= self.now:
                    self.settle(run)
            self.start_due()
        self.now = max(self.now, to)

    def next_time(self) -> int | None:
        due = self.queue.next_due() if self.listens else None
        times = [run.end for run in self.running.values()]
        return min([*times, *([] if due is None else [due - RECORDED_START])], default=None)

    def start_due(self) -> None:
        if not self.listens:
            return
        while wakes := self.queue.due(RECORDED_START + self.now):
            for wake in wakes:
                self.start(wake)

    def start(self, wake: vagus.Wake) -> None:
        session = str(wake.session_key)
        assert session not in self.running, "two runs of one session"
        assert wake.due_ms <= RECORDED_START + self.now, "before its time"
        asked = int(wake.reason.partition(" ")[0])
        result = next(self.results, RAN)
        end = self.now + int(result.get("delay", 0))
        run = Run(session, wake.token, wake.intent, asked, self.now, end, result, self.generation)
        self.running[session] = run
        if end == self.now:
            self.settle(run)

    def settle(self, run: Run) -> None:
        del self.running[run.session]
        self.ended.append(run)
        now = RECORDED_START + self.now
        retry = retry_of(run)
        if retry is not None:
            self.queue.settle(run.token, "deferred", now, retry_at_ms=now + retry)
        elif run.result.get("throw") or run.result["status"] == "failed":
            self.queue.settle(run.token, "failed", now)
        elif run.result["status"] == "skipped":
            self.queue.settle(run.token, "skipped", now, reason=run.result["reason"])
        else:
            self.queue.settle(run.token, "done", now)

    def replace_handler(self, *, listens: bool) -> None:
        """What runs is taken from the old handler; the new one may start it again."""
        for run in list(self.running.values()):
            del self.running[run.session]
            run.end = self.now
            self.ended.append(run)
            now = RECORDED_START + self.now
            self.queue.settle(run.token, "deferred", now, retry_at_ms=now + SHORTEST_TIMER)
        self.generation += listens
        self.listens = listens

    def check(self) -> None:
        """Every request ended once, or has a reason to wait."""
        for number in self.ids:
            fate = self.queue.fate(number)
            while fate.state == "merged":
                assert fate.into is not None
                fate = self.queue.fate(fate.into)
            if fate.state == "waiting":
                due = self.queue.next_due()
                assert not self.listens or due is None or due > RECORDED_START + self.until
            else:
                assert fate.state in {"delivered", "expired", "dead", "running"}

    def calls(self) -> Iterator[tuple[Run, Mapping[str, Any]]]:
        runs = sorted([*self.ended, *self.running.values()], key=lambda run: (run.at, run.token))
        for run in runs:
            yield run, self.asked[run.asked]


def retry_of(run: Run) -> int | None:
    """When the newest version's host would try a skipped wake again; None when never."""
    reason = run.result.get("reason") if run.result.get("status") == "skipped" else None
    later = LATER if run.intent in {"scheduled", "task"} else SOON
    waits = {
        "requests-in-flight": later,
        "active-run": later,
        "cron-in-progress": SOON,
        "preempted": LATER,
        "channel-not-ready": LATER,
    }
    return run.result.get("retry_after") or (waits.get(reason) if reason else None)


def session_of(op: Mapping[str, Any], agent: str = DEFAULT_AGENT) -> str:
    """The session that a recorded target means."""
    key = text(op, "sessionKey")
    owner = text(op, "agentId") or agent
    if keys.split(key):
        return key
    return f"agent:{owner}:{key if key and key != 'global' else 'main'}"


NAMES = ("source", "intent", "reason", "agentId", "sessionKey")


def _wakes(args: Args) -> Any:
    host = Host(
        vagus.WakeQueue(NO_GUARDS),
        until=args["until"],
        results=iter(args.get("results", [])),
        listens=args.get("handler_at_start", True),
        generation=1 if args.get("handler_at_start", True) else 0,
    )
    for op in args["ops"]:
        host.advance(op["at"])
        if op["op"] in {"request", "request_wait"}:
            host.request(op, session_of(op))
        else:
            host.replace_handler(listens=op["op"] == "set_handler")
    host.advance(host.until)
    host.check()
    calls = [
        {"at": run.at, "gen": run.generation, "end": run.end}
        | {name: asked[name] for name in NAMES if name in asked}
        for run, asked in host.calls()
    ]
    return {"calls": calls}


# ---- the runner: wakes, guards and cadences ---------------------------------------------------


class Runner:
    """Agents with their cadences on one queue, with the guards that vagus comes with."""

    def __init__(self, args: Args) -> None:
        self.seed = args["seed"]
        self.host = Host(
            vagus.WakeQueue(), until=args["until"], results=iter(args.get("results", []))
        )
        self.agents: list[str] = []
        self.schedules: dict[str, Schedule] = {}
        self.slots: list[tuple[int, str]] = []
        self.enabled = True
        self.configure(args["cfg"])

    def configure(self, cfg: Mapping[str, Any]) -> None:
        self.agents, before = [], self.schedules
        slots = {agent: slot for slot, agent in self.slots}
        self.schedules = {}
        for entry in cfg["agents"]["list"]:
            heartbeat = entry.get("heartbeat") or {}
            self.agents.append(entry["id"])
            if vagus.parse_duration(heartbeat.get("every", "0m")):
                self.schedules[entry["id"]] = Schedule(
                    heartbeat["every"], seed=self.seed, agent=entry["id"], **hours(heartbeat)
                )
        self.slots = []
        for agent, schedule in self.schedules.items():
            now = RECORDED_START + self.host.now
            old = before.get(agent)
            slot = (
                schedule.next_in_place_of(old, slot_ms=RECORDED_START + slots[agent], now_ms=now)
                if old and agent in slots
                else schedule.next_after(now)
            )
            heapq.heappush(self.slots, (slot - RECORDED_START, agent))

    def advance(self, to: int) -> None:
        while self.enabled and self.slots and self.slots[0][0] <= to:
            slot, agent = heapq.heappop(self.slots)
            self.host.advance(slot)
            self.host.request(TICK, f"agent:{agent}:main")
            next_slot = self.schedules[agent].next_after(RECORDED_START + slot) - RECORDED_START
            heapq.heappush(self.slots, (next_slot, agent))
        self.host.advance(to)

    def enable(self, enabled: bool) -> None:
        self.enabled = enabled
        now = RECORDED_START + self.host.now
        self.slots = [
            (schedule.next_after(now) - RECORDED_START, agent)
            for agent, schedule in self.schedules.items()
            if enabled
        ]
        heapq.heapify(self.slots)

    def request(self, op: Mapping[str, Any]) -> None:
        """A wake without a target is one for every agent; one for nobody is refused."""
        owner = keys.split(text(op, "sessionKey"))
        named = owner.agent if owner else text(op, "agentId")
        for agent in self.agents:
            if not named or agent == named:
                self.host.request(op, session_of(op, agent))


def _runner(args: Args) -> Any:
    runner = Runner(args)
    for op in args["ops"]:
        runner.advance(op["at"])
        if op["op"] == "request":
            runner.request(op)
        elif op["op"] == "update_config":
            runner.configure(op["cfg"])
        else:
            runner.enable(op["enabled"])
    runner.advance(runner.host.until)
    runner.host.check()
    runs = []
    for run, asked in runner.host.calls():
        told = {"at": run.at, "agentId": run.session.split(":")[1], "reason": asked["reason"]}
        if "sessionKey" in asked:
            told["sessionKey"] = asked["sessionKey"]
        runs.append({**told, "end": run.end})
    return {"runs": runs}


SEQUENCES: dict[str, Adapter] = {
    "sysevents_sequence": _events,
    "wake_sequence": _wakes,
    "runner_sequence": _runner,
}
