"""Keys from outside, and what names mean under a configuration."""

from __future__ import annotations

from typing import Any

import vagus
from vagus import keys

from .configuration import configuration
from .values import Adapter, Args, failing, given, text

# What stood in for a random id when the cases were recorded.
NEW_ID = "00000000-0000-4000-8000-000000000000"


def _hook_key(args: Args) -> Any:
    made = vagus.hook_session_key(
        args.get("sessionKey"),
        new_id=NEW_ID,
        **given(
            args,
            source="source",
            allow_request_session_key="allowRequestSessionKey",
            allowed_session_key_prefixes="allowedSessionKeyPrefixes",
            default_session_key="defaultSessionKey",
        ),
    )
    if made.code == "admitted":
        return {"ok": True, "value": made.key}
    return {"ok": False, "error": made.code.replace("-", "_")}


def _store_name(args: Args) -> Any:
    names = vagus.SessionNames(configuration(args["cfg"]))
    return names.resolve(text(args, "key"), agent=text(args, "storeAgentId") or None)


def _requested_agent(args: Args) -> Any:
    key, agent = text(args, "key"), args.get("agentId")
    names = vagus.SessionNames(configuration(args["cfg"]))
    try:
        return {"ok": True, "agentId": names.agent_for(key, agent=agent)}
    except vagus.InvalidKey:
        told = f'malformed session key "{key}"'
    except vagus.UnknownAgent:
        told = f'Unknown agent id "{agent}"'
    except vagus.InvalidInput:
        told = f'agent "{agent}" does not match session key agent "{keys.agent_of(key)}"'
    except vagus.AmbiguousAgent:
        told = (
            f'Multiple agents are configured, but session key "{key}" has no explicit owner. '
            "Pass agentId or use an agent-prefixed session key."
        )
    return {"ok": False, "error": told}


ADMISSION: dict[str, Adapter] = {
    "resolve_hook_session_key": _hook_key,
    "normalize_hook_dispatch_session_key": lambda args: vagus.rescope(
        text(args, "key"), text(args, "targetAgentId") or None
    ),
    "resolve_session_store_key": failing(
        _store_name,
        AmbiguousAgent="AGENT_SELECTION_REQUIRED",
        UnknownAgent="AGENT_SELECTION_REQUIRED",
    ),
    "resolve_requested_session_agent": _requested_agent,
}
