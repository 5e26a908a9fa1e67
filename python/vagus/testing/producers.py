"""What a harness tells its engine on behalf of producers: commands, nodes, webhooks, cron jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vagus import (
    CronFired,
    DeliveryRoute,
    ExecReport,
    NodeEvent,
    SessionKey,
    SubagentReported,
    VagusError,
    WebhookAnswered,
)
from vagus.hooks import HookResponse, Transform, Webhooks
from vagus.testing.host import Host
from vagus.testing.records import RunList
from vagus.testing.spans import refusal
from vagus.types import CronRun, ExecPhase, HookMode, SubagentOutcome

_TOKEN = "harness"


class Producers:
    """The part of a harness that producers speak through."""

    _host: Host
    _hook_config: str
    _transforms: dict[str, Transform]
    _webhooks: Webhooks | None

    def exec(
        self,
        session_key: SessionKey | str,
        exec_id: str,
        *,
        phase: ExecPhase = "finished",
        exit_code: int | None = None,
        signal: str = "",
        timed_out: bool = False,
        command: str = "",
        output: str = "",
        reason: str = "",
        route: DeliveryRoute | None = None,
        quiet: bool = False,
        caused_by: str | None = None,
    ) -> RunList:
        """Something happened to a command of a session; see `vagus.ExecReport`."""
        return self._host.tell(
            ExecReport(
                session_key=session_key,
                exec_id=exec_id,
                phase=phase,
                exit_code=exit_code,
                signal=signal,
                timed_out=timed_out,
                command=command,
                output=output,
                reason=reason,
                route=route,
                quiet=quiet,
                caused_by=caused_by,
            )
        )

    def node(self, node_id: str, event: str, payload: Mapping[str, Any] | str = "") -> RunList:
        """A remote node reports something; see `vagus.NodeEvent`.

        Args:
            node_id: the node.
            event: `exec.finished`, `voice.transcript`, …
            payload: what it sent, as plain values or as the text that came.

        Raises:
            vagus.InvalidInput: `payload` is neither.
        """
        try:
            text = payload if isinstance(payload, str) else json.dumps(dict(payload))
        except (TypeError, ValueError) as error:
            why = f"must be text or a JSON object ({error})"
            raise refusal("payload", payload, why) from None
        return self._host.tell(NodeEvent(node_id=node_id, event=event, payload=text))

    def transform(self, name: str, function: Transform) -> None:
        """Sets the function that mappings call `name`; see `vagus.hooks.Transform`."""
        self._transforms[name] = function
        self._webhooks = None

    def hook(
        self,
        path: str,
        body: Mapping[str, Any] | str | bytes = "",
        *,
        headers: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> RunList:
        """A webhook of somebody who knows the secret.

        Args:
            path: below that of all hooks: `wake`, `agent`, or one of a mapping.
            body: as it comes.
            headers: besides the one with the secret.
            status: what it must be answered with.

        Raises:
            vagus.VagusError: it is answered otherwise, or hooks are not enabled.
            vagus.InvalidConfig: a mapping names a transform that was not set.
        """
        if self._webhooks is None:
            self._webhooks = Webhooks(self._hook_config, token=_TOKEN, transforms=self._transforms)
        settings = json.loads(self._hook_config).get("hooks") or {}
        base = "/" + settings.get("path", "/hooks").strip().strip("/")
        reception = self._webhooks.receive(
            "POST",
            f"{base}/{path}",
            headers={**(headers or {}), "authorization": f"Bearer {_TOKEN}"},
            body=body,
            client="harness",
            now_ms=self._host.now_ms,
        )
        if not reception.handled:
            raise VagusError("hook: not answered: hooks.enabled is false")
        runs = RunList()
        response = reception.response
        if reception.call is not None:
            first = len(self._host.exchanges)
            runs = self._host.tell(reception.call)
            response = self._answer(first)
        if response is None or response.status != status:
            said = "nothing" if response is None else f"{response.status} {response.body}"
            raise VagusError(f"hook: must be answered with {status}, got {said}")
        return runs

    def cron(
        self,
        job_id: str,
        text: str,
        *,
        run: CronRun = "event",
        session_key: SessionKey | str | None = None,
        agent: str | None = None,
        route: DeliveryRoute | None = None,
        wake_mode: HookMode = "now",
        name: str = "",
        model: str | None = None,
        thinking: str | None = None,
        timeout_seconds: int | None = None,
    ) -> RunList:
        """A cron job is due; see `vagus.CronFired`."""
        return self._host.tell(
            CronFired(
                job_id=job_id,
                text=text,
                run=run,
                session_key=session_key,
                agent=agent,
                route=route,
                wake_mode=wake_mode,
                name=name,
                model=model,
                thinking=thinking,
                timeout_seconds=timeout_seconds,
            )
        )

    def subagent(
        self,
        parent_key: SessionKey | str,
        session_key: SessionKey | str,
        task_id: str,
        *,
        outcome: SubagentOutcome = "completed",
        label: str = "",
        result: str = "",
        route: DeliveryRoute | None = None,
        caused_by: str | None = None,
    ) -> RunList:
        """A subagent is done; see `vagus.SubagentReported`."""
        return self._host.tell(
            SubagentReported(
                parent_key=parent_key,
                session_key=session_key,
                task_id=task_id,
                outcome=outcome,
                label=label,
                result=result,
                route=route,
                caused_by=caused_by,
            )
        )

    def _answer(self, first: int) -> HookResponse | None:
        for exchange in self._host.exchanges[first:]:
            for effect in exchange.effects:
                if isinstance(effect, WebhookAnswered):
                    return effect.response
        return None
