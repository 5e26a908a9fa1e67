"""Lanes, and the messages that wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import vagus
from vagus import DeliveryRoute, runs

from .values import Adapter, Args

Told = list[dict[str, Any]]

# ---- lanes ----------------------------------------------------------------------------------


class LaneHistory:
    """Plays the events of a history of lanes."""

    def __init__(self) -> None:
        self.lanes = runs.Lanes()
        self.told: Told = []

    def play(self, op: Mapping[str, Any]) -> None:
        getattr(self, "op_" + op["op"])(op)

    def starts(self) -> None:
        while work := self.lanes.start():
            self.told.append({"started": work.id})

    def op_enqueue(self, op: Mapping[str, Any]) -> None:
        try:
            self.lanes.enqueue(op["id"], op["lane"])
        except vagus.InvalidInput:
            self.told.append({"rejected": op["id"], "error": "GatewayDrainingError"})
        self.starts()

    def op_finish(self, op: Mapping[str, Any]) -> None:
        self.end(op["id"], {"resolved": op["id"]})

    def op_fail(self, op: Mapping[str, Any]) -> None:
        self.end(op["id"], {"rejected": op["id"], "error": "Error"})

    def end(self, id: str, told: dict[str, Any]) -> None:
        self.lanes.finish(id)
        self.starts()
        self.told.append(told)

    def op_size(self, op: Mapping[str, Any]) -> None:
        size = self.lanes.running(op["lane"]) + self.lanes.waiting(op["lane"])
        self.told.append({"size": size, "lane": op["lane"]})

    def op_active(self, _op: Mapping[str, Any]) -> None:
        self.told.append({"active": self.lanes.running()})

    def op_concurrency(self, op: Mapping[str, Any]) -> None:
        self.lanes.set_width(op["lane"], op["n"])
        self.starts()

    def op_clear(self, op: Mapping[str, Any]) -> None:
        cleared = self.lanes.clear(op["lane"])
        self.told.append({"cleared": len(cleared)})
        self.told += [{"rejected": work.id, "error": "CommandLaneClearedError"} for work in cleared]

    def op_reset(self, _op: Mapping[str, Any]) -> None:
        self.lanes.reset()
        self.starts()

    def op_draining(self, _op: Mapping[str, Any]) -> None:
        self.lanes.close()

    def op_lane_of(self, op: Mapping[str, Any]) -> None:
        self.told.append(
            {
                "session_lane": runs.session_lane(op["key"]),
                "global_lane": runs.inner_lane(op["lane"]),
            }
        )


def _lanes(args: Args) -> Told:
    history = LaneHistory()
    for op in args["events"]:
        history.play(op)
    return history.told


# ---- messages that wait ---------------------------------------------------------------------

LANE = "a"
SETTLE = 100


def settings_of(recorded: Mapping[str, Any]) -> runs.QueueSettings:
    mode = runs.queue_mode(recorded["mode"])
    drop = runs.drop_policy(recorded["dropPolicy"])
    assert mode
    assert drop
    return runs.QueueSettings(
        mode=mode, debounce_ms=recorded["debounceMs"], cap=recorded["cap"], drop=drop
    )


def route_of(op: Mapping[str, Any]) -> DeliveryRoute | None:
    if not {"channel", "to", "account", "thread"} & op.keys():
        return None
    thread = op.get("thread")
    return DeliveryRoute(
        channel=op.get("channel", ""),
        to=op.get("to", ""),
        account=op.get("account"),
        thread=None if thread is None else str(thread),
    )


def words_of(batch: runs.TurnBatch) -> str:
    """What a run is shown, in the recorded words."""
    summary = []
    if batch.dropped:
        plural = "" if batch.dropped == 1 else "s"
        summary = [f"[Queue overflow] Dropped {batch.dropped} message{plural} due to cap."]
        summary += ["Summary:", *(f"- {line}" for line in batch.summary)]
    if not batch.turns:
        return "\n".join(summary)
    if len(batch.turns) == 1 and not summary:
        return batch.turns[0].text
    parts = ["[Queued messages while agent was busy]"]
    parts += ["\n".join(summary)] if summary else []
    parts += [f"---\nQueued #{n}\n{turn.text}" for n, turn in enumerate(batch.turns, start=1)]
    return "\n\n".join(parts)


class QueueHistory:
    """Plays a queue beside a lane that is busy until the recorded drain begins."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self.setup = setup
        self.queues = runs.FollowupQueues()
        self.lanes = runs.Lanes()
        self.lanes.enqueue("busy", LANE)
        self.lanes.start()
        self.now = 0
        self.told: Told = []
        self.failures = setup.get("failTimes", 0)
        self.holds = bool(setup.get("holdFirst"))
        self.sessions: dict[int, str] = {}
        self.threads: dict[str, Any] = {}
        self.out = 0
        self.rebound: dict[str, str] = {}

    def play(self, op: Mapping[str, Any]) -> None:
        getattr(self, "op_" + op["op"])(op)
        self.pass_time(op.get("wait", 0))

    def pass_time(self, span: int) -> None:
        end = self.now + span
        while True:
            self.start_what_may()
            due = self.queues.due_ms(LANE)
            if due is None or due > end or self.lanes.running(LANE):
                break
            self.now = max(self.now, due)
        self.now = end

    def start_what_may(self) -> None:
        while not self.lanes.running(LANE) and (batch := self.queues.take(LANE, self.now)):
            self.lanes.enqueue("drain", LANE)
            self.lanes.start(self.now)
            if self.failures:
                self.failures -= 1
                self.told.append({"attempt_failed": True})
                self.queues.give_back(LANE, self.now)
                self.lanes.finish("drain")
                continue
            self.told.append(self.run_of(batch))
            self.out = len(batch.turns)
            if self.holds:
                return
            self.done()

    def done(self) -> None:
        self.queues.commit(LANE, "run", self.now)
        self.out = 0
        self.lanes.finish("drain")

    def run_of(self, batch: runs.TurnBatch) -> dict[str, Any]:
        run: dict[str, Any] = {"run": words_of(batch)}
        if route := batch.route:
            fields = {
                "channel": route.channel,
                "to": route.to,
                "account": route.account,
                "thread": self.threads.get(route.thread or ""),
            }
            run.update({name: value for name, value in fields.items() if value})
        if len(batch.turns) == 1 and not batch.dropped and batch.turns[0].message_id:
            run["messageId"] = batch.turns[0].message_id
        # A run finds the memory of its session when it starts.
        session = self.sessions.get(batch.turns[-1].message) if batch.turns else None
        if session:
            run["sessionId"] = self.rebound.get(session, session)
        return run

    def op_enqueue(self, op: Mapping[str, Any]) -> None:
        if op.get("thread") is not None:  # a text or a number
            self.threads.setdefault(str(op["thread"]), op["thread"])
        receipt = self.queues.push(
            LANE,
            op["prompt"],
            now_ms=self.now,
            settings=settings_of({**self.setup["settings"], **op.get("settings", {})}),
            route=route_of(op),
            message_id=op.get("messageId"),
            summary_line=op.get("summaryLine"),
        )
        self.told.append({"enqueued": receipt.verdict == "queued"})
        if "sessionId" in op:
            self.sessions[receipt.message] = op["sessionId"]

    def op_drain(self, _op: Mapping[str, Any]) -> None:
        self.lanes.finish("busy")

    def op_release(self, _op: Mapping[str, Any]) -> None:
        self.holds = False
        self.done()

    def op_depth(self, _op: Mapping[str, Any]) -> None:
        # The recorded queue holds a message until its run is over.
        self.told.append({"depth": self.queues.depth(LANE) + self.out})

    def op_clear(self, _op: Mapping[str, Any]) -> None:
        count = self.queues.depth(LANE) + self.queues.dropped(LANE)
        self.queues.clear(LANE, "cleared", self.now)
        self.told.append({"cleared": count})

    def op_rebind(self, op: Mapping[str, Any]) -> None:
        self.rebound[op["from"]] = op["to"]


def _queue(args: Args) -> Told:
    setup = args["setup"] or {}
    history = QueueHistory(setup)
    for op in args["events"]:
        history.play(op)
    history.pass_time(setup.get("settle", SETTLE))
    return history.told


# ---- words ----------------------------------------------------------------------------------

ACTIONS = {
    "run": "run-now",
    "interrupt": "run-now",
    "enqueue": "enqueue-followup",
    "steer": "enqueue-followup",
    "drop": "drop",
}


def _queue_mode(args: Args) -> Told:
    return [{"mode": runs.queue_word(op["raw"] or "")} for op in args["events"]]


def _queue_policy(args: Args) -> Told:
    told = []
    for op in args["events"]:
        mode = runs.queue_mode(op["queueMode"])
        assert mode
        action = runs.queue_action(mode, busy=op["isActive"], heartbeat=op["isHeartbeat"])
        told.append({"action": ACTIONS[action]})
    return told


def directive(text: str) -> dict[str, Any]:
    read = runs.parse_queue_directive(text)
    optional = {
        "queueMode": runs.queue_word(read.mode_word or ""),
        "rawMode": read.mode_word,
        "debounceMs": read.debounce_ms,
        "rawDebounce": read.debounce_word,
        "cap": read.cap,
        "rawCap": read.cap_word,
        "dropPolicy": read.drop,
        "rawDrop": read.drop_word,
    }
    return {
        "cleaned": read.text,
        "queueReset": read.reset,
        "hasDirective": read.found,
        "hasOptions": read.has_options,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _queue_directive(args: Args) -> Told:
    return [directive(op["raw"] or "") for op in args["events"]]


LANES: dict[str, Adapter] = {
    "history/lanes": _lanes,
    "history/queue": _queue,
    "history/queue-mode": _queue_mode,
    "history/queue-policy": _queue_policy,
    "history/queue-directive": _queue_directive,
}
