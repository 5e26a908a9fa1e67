"""The mechanics of a harness: an engine, a virtual clock and a model that takes its time."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace

from vagus import (
    CallModel,
    ChatEvent,
    Command,
    ContextAnswered,
    ContextCall,
    ContextFailed,
    Deliver,
    Delivered,
    DeliveryFailed,
    Engine,
    FilesRead,
    InvalidInput,
    ModelFailed,
    ModelReplied,
    OverflowDetected,
    ReadFiles,
    RunEnded,
    RunStarted,
    SetAlarm,
    Steered,
    SteerRun,
    Summarize,
    Tick,
    TurnQueued,
    TurnSettled,
    UnknownRun,
    VagusError,
)
from vagus.context_engine import ContextEngine, serve
from vagus.testing import summaries
from vagus.testing.journal import Exchange, Kept, Prompt, Prompts, WakeBook
from vagus.testing.models import Mistake, Model, Said, ask, blame
from vagus.testing.recording import is_silent
from vagus.testing.records import Chat, Delivery, EngineCall, ModelCall, Run, RunList
from vagus.testing.spans import moment
from vagus.testing.summaries import Summariser

COMMANDS_PER_CALL = 1_000_000
"""Commands after which a host takes a call for endless."""


class Host:
    """Carries an engine's effects out under a virtual clock.

    A discrete-event loop: time jumps from one alarm or answer to the next; at equal times answers
    come first.

    Attributes:
        now_ms: the virtual time.
        model: what answers prompts.
        summariser: what writes summaries.
        workspaces: files by agent and name.
        down: the channels that take no deliveries now.
        exchanges: every accepted command and its effects.
        ended: the runs that have ended.
        open: the runs in flight, by id.
        deliveries: what was sent.
        context_calls: every call of a context engine.
        chat: what followers of runs were told.
        book: the wakes that wait.
        steers: whether runs in flight are told what people add.
        messages: the messages that wait, by number.
        numbers: the number of the newest message with each id of a channel.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        start_ms: int,
        latency_ms: int,
        context_engines: Mapping[str, ContextEngine],
    ) -> None:
        self.now_ms = start_ms
        self.model: Model | None = None
        self.summariser: Summariser | None = None
        self.down: set[str] = set()
        self.workspaces: dict[str, dict[str, str]] = {}
        self.exchanges: list[Exchange] = []
        self.ended = RunList()
        self.open: dict[str, Run] = {}
        self.deliveries: list[Delivery] = []
        self.context_calls: list[EngineCall] = []
        self.chat: list[Chat] = []
        self.book = WakeBook()
        self.steers = False
        self.messages: set[int] = set()
        self.numbers: dict[str, int] = {}
        self._engine = engine
        self._latency_ms = latency_ms
        self._context_engines = dict(context_engines)
        self._alarm: int | None = None
        self._calls: deque[ModelCall] = deque()
        self._answers: list[tuple[int, int, Said]] = []
        self._asked = 0
        self._asking = False
        self._mistake: Mistake | None = None
        self._prompts = Prompts()
        self._commands_left = 0

    def tell(self, command: Command) -> RunList:
        """Applies `command` and does everything that is due now; returns the runs that ended."""
        if self._asking:  # told by the model function: the rest follows when it has answered
            self._apply(command)
            return RunList()
        first = len(self.ended)
        self._commands_left = COMMANDS_PER_CALL
        self._apply(command)
        self._run_until(self.now_ms)
        return RunList(self.ended[first:])

    def advance_to(self, end_ms: int) -> RunList:
        """Does everything that is due until `end_ms`; returns the runs that ended."""
        self._start_moving()
        first = len(self.ended)
        self._run_until(end_ms)
        self.now_ms = end_ms
        return RunList(self.ended[first:])

    def step_clock(self, now_ms: int) -> RunList:
        """Sets the clock; what the model is busy with takes as long as before."""
        self._start_moving()
        step = now_ms - self.now_ms
        self._answers = [(at + step, number, answer) for at, number, answer in self._answers]
        self.now_ms = now_ms
        return self.tell(Tick())

    def run_until_idle(self, end_ms: int) -> RunList:
        """Moves on until no run is in flight and nothing waits, or raises `VagusError`."""
        self._start_moving()
        first = len(self.ended)
        self._run_until(self.now_ms)
        while self.open or self.book.waiting or self.messages:
            due = self._next_due()
            if due is None or due > end_ms:
                raise VagusError(
                    f"still busy at the time limit: {len(self.open)} runs in flight, "
                    f"{len(self.book.waiting)} sessions wait to be woken, "
                    f"{len(self.messages)} messages wait"
                )
            self._step(due)
        return RunList(self.ended[first:])

    def _start_moving(self) -> None:
        if self._asking:
            raise VagusError("a model function cannot move the clock")
        self._commands_left = COMMANDS_PER_CALL

    def _check_ends(self) -> None:
        if self._commands_left <= 0:
            raise VagusError(
                f"more than {COMMANDS_PER_CALL:,} commands in one call: the engine never rests, or "
                f"the span is too long; stopped at {moment(self.now_ms)}"
            )

    def _run_until(self, end_ms: int) -> None:
        self._ask_model()
        self._raise_mistake()
        while (due := self._next_due()) is not None and due <= end_ms:
            self._step(due)

    def _next_due(self) -> int | None:
        moments = [self._answers[0][0]] if self._answers else []
        moments += [] if self._alarm is None else [self._alarm]
        return min(moments, default=None)

    def _step(self, due_ms: int) -> None:
        self._check_ends()
        self.now_ms = max(due_ms, self.now_ms)
        if self._answers and self._answers[0][0] <= due_ms:
            self._answer(heapq.heappop(self._answers)[2])
        else:
            self._apply(Tick())
        self._ask_model()
        self._raise_mistake()

    def _answer(self, answer: Said) -> None:
        # An engine may have forgotten a run that ended long ago; nobody waits for its answer.
        late = answer.run_id not in self.open
        with suppress(UnknownRun) if late else nullcontext():
            self._apply(answer)

    def _apply(self, command: Command) -> None:
        commands = deque([command])
        while commands:
            command = commands.popleft()
            self._commands_left -= 1
            try:
                effects = self._engine.apply(command, self.now_ms)
            except InvalidInput as error:
                commands.append(self._instead_of(command, error))
                continue
            kept = [self._prompts.of(x) if isinstance(x, CallModel) else x for x in effects]
            self.exchanges.append(Exchange(self.now_ms, command, kept))
            for effect in kept:
                self.book.see(effect)
                if isinstance(effect, ReadFiles):
                    commands.append(self._files_of(effect))
                elif isinstance(effect, Deliver):
                    commands.append(self._send(effect))
                elif isinstance(effect, ContextCall):
                    commands.extend(self._serve(effect))
                elif isinstance(effect, Summarize):
                    answer = summaries.answer(self.summariser, effect)
                    commands.extend([] if answer is None else [answer])
                elif isinstance(effect, SteerRun) and self.steers:
                    commands.append(Steered(run_id=effect.run_id, message=effect.message))
                else:
                    self._carry_out(effect)

    def _instead_of(self, command: Command, error: InvalidInput) -> Command:
        """What to say when `command` is refused because of `error`, or `error` itself."""
        if isinstance(command, ModelFailed) and command.error:  # too long for a small limit
            return ModelFailed(
                run_id=command.run_id, error=command.error[: len(command.error) // 2]
            )
        if not isinstance(command, FilesRead | ModelReplied):
            raise error
        return self._failed(command.run_id, error)

    def _failed(self, run_id: str, error: InvalidInput) -> Command:
        ((_, failed),), mistake = blame(run_id, error)
        self._mistake = self._mistake or mistake
        return failed

    def _files_of(self, effect: ReadFiles) -> Command:
        files = self.workspaces.get(effect.agent_id, {})
        wanted = {name: files.get(name) for name in effect.names}
        try:
            return FilesRead(run_id=effect.run_id, files=wanted)
        except InvalidInput as error:
            return self._failed(effect.run_id, error)

    def _send(self, effect: Deliver) -> Command:
        if effect.route.channel in self.down:
            return DeliveryFailed(run_id=effect.run_id, error="the channel is down")
        self.deliveries.append(self._delivery_of(effect))
        return Delivered(run_id=effect.run_id)

    def _serve(self, call: ContextCall) -> list[ContextAnswered | ContextFailed]:
        engine = self._context_engines.get(call.engine)
        said = None if is_silent(engine, call) else serve(engine, call)
        self.context_calls.append(
            EngineCall(
                engine=call.engine,
                method=call.method,
                context_key=call.context_key,
                is_heartbeat=call.is_heartbeat,
                run_id=call.routing.run_id,
                session_key=call.routing.session_key,
                params=call.params,
                answer=said.answer if isinstance(said, ContextAnswered) else None,
                error=said.error if isinstance(said, ContextFailed) else None,
                at=moment(self.now_ms),
            )
        )
        return [] if said is None else [said]

    def _carry_out(self, effect: Kept) -> None:
        if isinstance(effect, RunStarted):
            self.open[effect.run_id] = self._run_of(effect)
        elif isinstance(effect, Prompt):
            self._calls.append(self._call_of(effect))
        elif isinstance(effect, OverflowDetected):
            run = self.open[effect.run_id]
            self.open[effect.run_id] = replace(run, overflows=(*run.overflows, effect))
        elif isinstance(effect, RunEnded):
            self.ended.append(self._ended(effect))
        elif isinstance(effect, ChatEvent):
            self.chat.append(Chat.of(effect, moment(self.now_ms)))
        elif isinstance(effect, SetAlarm):
            self._alarm = effect.at_ms
        elif isinstance(effect, TurnQueued | TurnSettled):
            self._note_message(effect)

    def _note_message(self, effect: TurnQueued | TurnSettled) -> None:
        if effect.message_id is not None:
            self.numbers[effect.message_id] = effect.message
        if isinstance(effect, TurnQueued):
            self.messages.add(effect.message)
        else:
            self.messages.discard(effect.message)

    def _ask_model(self) -> None:
        # After all effects of a command, so that a model function may itself talk to the engine.
        while self._calls:
            self._check_ends()
            call = self._calls.popleft()
            self._asking = True
            try:
                commands, mistake = ask(self.model, call, self._latency_ms)
            finally:
                self._asking = False
            self._mistake = self._mistake or mistake
            for after_ms, command in commands:
                heapq.heappush(self._answers, (self.now_ms + after_ms, self._asked, command))
                self._asked += 1

    def _raise_mistake(self) -> None:
        due_now = bool(self._answers) and self._answers[0][0] <= self.now_ms
        if self._mistake is not None and not due_now:
            mistake, self._mistake = self._mistake, None
            raise mistake

    def _run_of(self, started: RunStarted) -> Run:
        return Run(
            run_id=started.run_id,
            kind=started.kind,
            agent_id=started.agent_id,
            session_key=started.session_key,
            context_key=started.context_key,
            reason=started.reason,
            causes=tuple(started.causes),
            requests=started.requests,
            started_at=moment(self.now_ms),
            home_key=started.home_key,
            wake=started.wake,
            requested_at=(None if started.requested_ms is None else moment(started.requested_ms)),
            delays=tuple(started.delays),
            depth=started.depth,
        )

    def _call_of(self, prompt: Prompt) -> ModelCall:
        run = replace(
            self.open[prompt.run_id],
            model=prompt.model,
            messages=prompt.messages,
            ledger=prompt.ledger,
            plan=prompt.plan,
        )
        self.open[run.run_id] = run
        return ModelCall(
            run_id=run.run_id,
            kind=run.kind,
            agent_id=run.agent_id,
            session_key=run.session_key,
            context_key=run.context_key,
            reason=run.reason,
            model=prompt.model,
            messages=prompt.messages,
            ledger=prompt.ledger,
            respond_tool=prompt.respond_tool,
            now=moment(self.now_ms),
        )

    def _delivery_of(self, effect: Deliver) -> Delivery:
        return Delivery(
            run_id=effect.run_id,
            session_key=effect.session_key,
            route=effect.route,
            text=effect.text,
            at=moment(self.now_ms),
            attempt=effect.attempt,
            silent=effect.silent,
            reply_to=effect.reply_to,
        )

    def _ended(self, ended: RunEnded) -> Run:
        run = self.open.pop(ended.run_id)
        return replace(
            run,
            outcome=ended.outcome,
            skip=ended.skip,
            error=ended.error,
            text=ended.text,
            delivered=ended.delivered,
            undelivered=ended.undelivered,
            result=ended.result,
            ledger=ended.ledger or run.ledger,
            retry_at=None if ended.retry_at_ms is None else moment(ended.retry_at_ms),
            ended_at=moment(self.now_ms),
        )
