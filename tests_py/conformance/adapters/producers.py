"""Webhooks over HTTP, reports of remote nodes, and when sessions are stale: histories of a gateway,
played on an engine whose sessions are busy, so that what they are told can be looked at."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import vagus
from vagus import hooks, keys, resets

from .hooks import _snake
from .values import Adapter, Args, camel

NOW = 1_750_000_000_000
# In the order in which the recorded refusal lists them.
KNOWN_CHANNELS = ["telegram", "slack", "discord", "whatsapp"]
PLAIN_WORDS = {"Unauthorized", "Not Found", "Too Many Requests", "Method Not Allowed"}
HOOK_SETTINGS = {
    "enabled",
    "path",
    "maxBodyBytes",
    "allowRequestSessionKey",
    "allowedSessionKeyPrefixes",
    "allowedAgentIds",
    "defaultSessionKey",
}
MAPPING_FIELDS = {
    "id",
    "match",
    "action",
    "wakeMode",
    "textTemplate",
    "messageTemplate",
    "name",
    "agentId",
    "sessionKey",
    "deliver",
    "channel",
    "to",
    "model",
    "thinking",
    "timeoutSeconds",
}


def agents_of(setup: Mapping[str, Any]) -> dict[str, Any]:
    listed = (setup.get("agents") or {}).get("list") or []
    made = [{"id": each["id"], "default": bool(each.get("default"))} for each in listed]
    if made and not any(each["default"] for each in made):
        made[0]["default"] = True  # the recorded system takes the first
    return {"list": made}


# ---- webhooks -------------------------------------------------------------------------------


def hooks_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        _snake(name): value for name, value in settings.items() if name in HOOK_SETTINGS
    }
    made["channels"] = KNOWN_CHANNELS
    made["mappings"] = [
        {_snake(name): value for name, value in each.items() if name in MAPPING_FIELDS}
        for each in settings.get("mappings", [])
    ]
    return made


class Gateway:
    """A web server in front of an engine."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self.settings = setup.get("hooks") or {}
        config = {"agents": agents_of(setup), "hooks": hooks_of(self.settings)}
        self.webhooks = hooks.Webhooks(config, token=self.settings.get("token", "unused"))
        self.engine = vagus.Engine(config, id_seed=0)
        self.runs: dict[str, str] = {}

    def play(self, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        for _ in range(event.get("repeat", 1)):
            told = list(self.request(event))
        yield from told

    def request(self, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        now = NOW + event.get("at", 0)
        reception = self.webhooks.receive(
            event.get("method", "POST"),
            event["path"],
            headers=event.get("headers") or {},
            body=_body(event),
            client=event.get("client", "client"),
            now_ms=now,
        )
        response, code = reception.response, ""
        if reception.call is not None:
            answered = self.answer(reception.call, now)
            response, code = answered.response, answered.code
            if answered.session_key is not None and response.status == 200:
                yield self.dispatch(reception.call, answered)
        yield {"response": self.shown(response, code)}

    def answer(self, call: vagus.WebhookReceived, now: int) -> vagus.WebhookAnswered:
        effects = self.engine.apply(call, now)
        return next(each for each in effects if isinstance(each, vagus.WebhookAnswered))

    def dispatch(
        self, call: vagus.WebhookReceived, answered: vagus.WebhookAnswered
    ) -> dict[str, Any]:
        hook = call.wake or call.agent
        assert hook is not None
        said = {camel(name): value for name, value in hook.to_dict().items()}
        for unseen in ("keySource", "idempotencyKey"):
            said.pop(unseen, None)
        asked = said.pop("sessionKey", "") or self.settings.get("defaultSessionKey") or ""
        key = "" if answered.session_key is None else str(answered.session_key)
        shown = key if asked.lower().startswith("agent:") else keys.request_key(key)
        if answered.run_id is not None:
            shown = shown.replace(answered.run_id, "<uuid>")
        if call.agent is not None or asked:
            said["sessionKey"] = shown
        return {"dispatch": "wake" if call.wake else "agent", **said}

    def shown(self, response: hooks.HookResponse | None, code: str) -> dict[str, Any]:
        if response is None:
            return {"handled": False}
        headers = {
            name: value
            for name, value in response.headers.items()
            if name in {"retry-after", "allow"}
        }
        made: dict[str, Any] = {"handled": True, "status": response.status, **headers}
        if "json" not in response.headers.get("content-type", ""):
            made["body"] = response.body if response.body in PLAIN_WORDS else "<text>"
            if not response.body:
                del made["body"]
            return made
        body = json.loads(response.body)
        if "runId" in body:
            body["runId"] = self.runs.setdefault(body["runId"], f"run-{len(self.runs) + 1}")
        if "error" in body:
            body["error"] = self.words(body["error"], code)
        return {**made, "body": body}

    def words(self, error: str, code: str) -> str:
        """The recorded words for a refusal."""
        prefixes = ", ".join(self.settings.get("allowedSessionKeyPrefixes") or [])
        by_code = {
            "request-key-disabled": "sessionKey is disabled for external /hooks/agent payloads; "
            "set hooks.allowRequestSessionKey=true to enable",
            "prefix-not-allowed": f"sessionKey must start with one of: {prefixes}",
            "agent-not-permitted": "agentId is not allowed by hooks.allowedAgentIds",
        }
        if code in by_code:
            return by_code[code]
        name = error.split(":")[0]
        if name == "channel":
            return f"channel must be {'|'.join(['last', *KNOWN_CHANNELS])}"
        if "blank once filled in" in error:
            return f"hook mapping requires {name}"
        if name in {"text", "message", "model"}:
            return f"{name} required"
        return error if ":" not in error else "<text>"


def _body(event: Mapping[str, Any]) -> str:
    if "bodyBytes" in event:
        return json.dumps({"text": "x" * event["bodyBytes"]})
    if "raw" in event:
        return str(event["raw"])
    body = event.get("body")
    return body if isinstance(body, str) else "" if body is None else json.dumps(body)


def _hooks(args: Args) -> Any:
    try:
        gateway = Gateway(args["setup"] or {})
    except vagus.InvalidConfig as error:
        return {"refused": error.field}
    return [told for event in args["events"] for told in gateway.play(event)]


# ---- remote nodes ---------------------------------------------------------------------------


def _setting(value: Any, name: str) -> Any:
    """The setting called `name`, wherever in a configuration it is."""
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    return next(
        (each for each in (_setting(v, name) for v in value.values()) if each is not None), None
    )


class Nodes:
    """An engine that nodes report to. Its sessions are busy, so that what they are told waits."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        notify = _setting(dict(setup), "notifyOnExit")
        config = {"agents": agents_of(setup), "exec": {"notify_on_exit": notify is not False}}
        self.canonical: Mapping[str, str] = setup.get("canonical") or {}
        self.engine = vagus.Engine(config, id_seed=0)
        self.busy: set[str] = set()

    def play(self, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        now = NOW + event.get("at", 0)
        payload = event.get("payload") or {}
        raw = event.get("raw", json.dumps(payload))
        command = vagus.NodeEvent(node_id=event["node"], event=event["event"], payload=raw)
        trial = vagus.Engine({"agents": {}}, id_seed=0)  # which session it is about
        about = next(
            (each for each in trial.apply(command, now) if isinstance(each, vagus.ProducerHeard)),
            None,
        )
        if about is not None and about.hearing == "queued" and about.session_key is not None:
            self.occupy(about.session_key, now)
        effects = self.engine.apply(command, now)
        heard = next(each for each in effects if isinstance(each, vagus.ProducerHeard))
        if heard.session_key is None:
            return
        shown = self.shown(heard.session_key, payload)
        if heard.hearing in {"queued", "duplicate"}:
            yield from self.told(heard, effects, shown, event)
        if heard.hearing == "started":
            yield from self.turn(heard, effects, shown, event, now)
        if heard.hearing in {"subscribed", "unsubscribed"}:
            yield {heard.hearing.removesuffix("d"): shown, "node": event["node"]}

    def occupy(self, session: vagus.SessionKey, now: int) -> None:
        if str(session) in self.busy:
            return
        self.busy.add(str(session))
        self.engine.apply(vagus.Inbound(text="busy", session_key=session), now)

    def shown(self, session: vagus.SessionKey, payload: Mapping[str, Any]) -> str:
        named = payload.get("sessionKey")
        if isinstance(named, str) and named.strip().lower().startswith("agent:"):
            return str(session)
        key = keys.request_key(str(session))
        return self.canonical.get(key, key)

    def told(
        self,
        heard: vagus.ProducerHeard,
        effects: list[Any],
        shown: str,
        event: Mapping[str, Any],
    ) -> Iterator[dict[str, Any]]:
        waiting = self.engine.snapshot()["events"].get(str(heard.session_key), {"events": []})
        if not waiting["events"] or event["event"] in {"voice.transcript", "agent.request"}:
            return
        newest = waiting["events"][-1]
        yield {
            "enqueue": newest["text"],
            "sessionKey": shown,
            "contextKey": newest["tag"],
            "trusted": newest["trusted"],
            **({"queued": False} if heard.hearing == "duplicate" else {}),
        }
        for wake in effects:
            if isinstance(wake, vagus.WakeQueued):
                yield {"wake": wake.reason, "sessionKey": shown}

    def turn(
        self,
        heard: vagus.ProducerHeard,
        effects: list[Any],
        shown: str,
        event: Mapping[str, Any],
        now: int,
    ) -> Iterator[dict[str, Any]]:
        spoken = event["event"] == "voice.transcript"
        asked = bool((event.get("payload") or {}).get("deliver"))
        run_id = heard.run_id or ""
        answers = self.engine.apply(vagus.FilesRead(run_id=run_id, files={}), now)
        call = next(each for each in answers if isinstance(each, vagus.CallModel))
        ended = self.engine.apply(vagus.ModelReplied(run_id=run_id, text="done"), now)
        sent = next((each for each in ended if isinstance(each, vagus.Deliver)), None)
        if spoken:
            yield {"chat_run": {"sessionKey": shown, "client": "voice-<uuid>"}}
        if asked and sent is None:
            yield {"warn": f"agent delivery disabled node={event['node']}"}
        said: dict[str, Any] = {
            "message": call.messages[-1].text,
            "sessionKey": shown,
            "deliver": sent is not None,
            "messageChannel": "node",
            "runIdIsSessionId": not spoken,
        }
        if call.thinking is not None:
            said["thinking"] = call.thinking
        if sent is not None:
            said |= {"channel": sent.route.channel, "to": sent.route.to}
        yield {"agent": said}


def _node(args: Args) -> Any:
    nodes = Nodes(args["setup"] or {})
    return [told for event in args["events"] for told in nodes.play(event)]


# ---- when sessions are stale ----------------------------------------------------------------


def _whole(value: Any) -> int | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return math.floor(value) if number and math.isfinite(value) else None


def _reset_setting(value: Mapping[str, Any]) -> resets.ResetSetting:
    return resets.ResetSetting(
        mode=value.get("mode"),
        at_hour=_whole(value.get("atHour")),
        idle_minutes=_whole(value.get("idleMinutes")),
    )


def _by_name(value: Mapping[str, Any] | None) -> dict[str, resets.ResetSetting]:
    return {name: _reset_setting(each) for name, each in (value or {}).items()}


def _milliseconds(value: Any) -> int:
    if isinstance(value, int | float):
        return int(value)
    return round(datetime.fromisoformat(value).timestamp() * 1000)


def _reset(args: Args) -> Any:
    setup = args["setup"] or {}
    session = setup.get("session") or {}
    rules = resets.ResetRules(
        reset=_reset_setting(session["reset"]) if session.get("reset") else None,
        by_type=_by_name(session.get("resetByType")),
        by_channel=_by_name(session.get("resetByChannel")),
        idle_minutes=_whole(session.get("idleMinutes")),
        default_mode="daily",  # of the version that was recorded; newer ones have none
    )
    return [_evaluated(rules, event, setup.get("tz", "UTC")) for event in args["events"]]


def _evaluated(rules: resets.ResetRules, event: Mapping[str, Any], timezone: str) -> Any:
    threads = ("thread", "isThread", "threadId", "messageThreadId")
    kind = resets.reset_kind(
        event["key"],
        is_thread=any(event.get(name) not in (None, False, "") for name in threads),
        is_group=any(event.get(name) is True for name in ("group", "isGroup")),
    )
    policy = resets.reset_policy(rules, kind, channel=event.get("channel") or "")
    updated = _milliseconds(event["updatedAt"])
    fresh = resets.is_fresh(
        policy,
        started_ms=updated,
        last_active_ms=updated,
        now_ms=_milliseconds(event["now"]),
        timezone=timezone,
    )
    shown = {camel(name): value for name, value in policy.to_dict().items()}
    return {"type": kind, "policy": shown, "fresh": fresh}


PRODUCERS: dict[str, Adapter] = {
    "history/hooks": _hooks,
    "history/node": _node,
    "history/reset": _reset,
}
