"""What webhooks ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import vagus
from vagus import hooks

from .values import Adapter, Args, camel, text

# What stood in for the channels of an installation when the cases were recorded.
CHANNELS = ["telegram", "slack", "whatsapp", "discord"]
NEW_ID = "00000000-0000-4000-8000-000000000000"


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _refusal(error: vagus.InvalidInput) -> str:
    """The recorded words for a field that is refused."""
    if error.field == "channel":
        return f"channel must be {'|'.join(['last', *CHANNELS])}"
    return f"{error.field} required"


def _hook(hook: hooks.WakeHook | hooks.AgentHook) -> dict[str, Any]:
    """What a hook says, under the recorded names; where its key was written is not recorded."""
    said = {camel(name): value for name, value in hook.to_dict().items()}
    del said["keySource"]
    return said


def _reading(read: Callable[[Any], hooks.WakeHook | hooks.AgentHook]) -> Adapter:
    def call(args: Args) -> Any:
        try:
            return {"ok": True, "value": _hook(read(args["payload"]))}
        except vagus.InvalidInput as error:
            return {"ok": False, "error": _refusal(error)}

    return call


def _session_key(args: Args) -> Any:
    policy = args["policy"]
    prefixes = policy.get("allowedSessionKeyPrefixes", [])
    made = vagus.hook_session_key(
        args.get("sessionKey"),
        source="request" if args["source"] == "request" else "mapping-static",
        allow_request_session_key=policy["allowRequestSessionKey"],
        allowed_session_key_prefixes=prefixes,
        default_session_key=policy.get("defaultSessionKey"),
        new_id=NEW_ID,
    )
    if made.code == "admitted":
        return {"ok": True, "value": made.key}
    refusals = {
        "request-key-disabled": "sessionKey is disabled for external /hooks/agent payloads; "
        "set hooks.allowRequestSessionKey=true to enable",
        "prefix-not-allowed": f"sessionKey must start with one of: {', '.join(prefixes)}",
    }
    return {"ok": False, "error": refusals[made.code]}


def _idempotency_key(args: Args) -> Any:
    headers = args.get("headers", {})
    others = [name for name in headers if name.endswith("-idempotency-key")]
    return hooks.idempotency_key(
        args["payload"], headers=headers, names=["idempotency-key", *others]
    )


def _mapping(args: Args) -> Any:
    mappings = [{_snake(name): value for name, value in each.items()} for each in args["mappings"]]
    query = dict(parse_qsl(urlsplit(text(args, "url")).query))
    try:
        hook = hooks.HookMappings(mappings).match(
            args["path"],
            args["payload"],
            headers=args.get("headers", {}),
            query=query,
            now_ms=0,
        )
    except vagus.InvalidInput as error:
        return {"ok": False, "error": f"hook mapping requires {error.field}"}
    if hook is None:
        return None
    kind = "wake" if isinstance(hook, hooks.WakeHook) else "agent"
    return {"ok": True, "action": {"kind": kind, **_hook(hook)}}


HOOKS: dict[str, Adapter] = {
    "hook_wake_payload": _reading(hooks.read_wake),
    "hook_agent_payload": _reading(lambda body: hooks.read_agent(body, channels=CHANNELS)),
    "hook_session_key": _session_key,
    "hook_dispatch_key": lambda args: vagus.rescope(
        text(args, "sessionKey"), text(args, "targetAgentId") or None
    ),
    "hook_idempotency_key": _idempotency_key,
    "hook_mapping": _mapping,
}
