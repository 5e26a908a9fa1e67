"""What the tests of this folder are told with."""

from __future__ import annotations

from typing import Any

from vagus import CallModel, Engine, FilesRead, ReadFiles, Tick
from vagus.testing import Harness, Reply

MAIN = "agent:ops:main"
NOON = "2026-05-17T12:00:00Z"
NOON_MS = 1_779_019_200_000
SECOND, MINUTE = 1_000, 60_000


def agent(name: str = "ops", **heartbeat: Any) -> dict[str, Any]:
    return {"id": name, "heartbeat": {"every": "0m", **heartbeat}}


def config(*agents: dict[str, Any]) -> dict[str, Any]:
    return {"agents": {"list": list(agents or [agent()])}}


def harness(*agents: dict[str, Any], model: Any = "HEARTBEAT_OK", **options: Any) -> Harness:
    h = Harness(config(*agents), start=NOON, **options)
    h.model([model] if isinstance(model, str | Reply) else model)
    return h


def replayed(h: Harness, settings: dict[str, Any]) -> Engine:
    """The engine of a host that lost everything but its journal."""
    engine = Engine(settings, id_seed=0)
    for now_ms, command in h.journal:
        engine.apply(command, now_ms)
    return engine


def prompt_of(engine: Engine, now_ms: int) -> str:
    """What the model is shown when everything that is due at `now_ms` runs."""
    effects = engine.apply(Tick(), now_ms)
    asked = [each for each in effects if isinstance(each, ReadFiles)]
    for each in asked:
        effects += engine.apply(FilesRead(run_id=each.run_id, files={}), now_ms)
    (call,) = (each for each in effects if isinstance(each, CallModel))
    return call.messages[-1].text


def seconds_after_noon(h: Harness, kind: str = "heartbeat") -> list[float]:
    return [run.started_at.timestamp() - NOON_MS / 1000 for run in h.runs if run.kind == kind]
