"""What a name means to the sessions of a store."""

from __future__ import annotations

from typing import Any

from vagus import keys

from .values import Adapter, Args, given, text


def _store_key(args: Args) -> Any:
    return keys.store_key(
        text(args, "agentId"), text(args, "requestKey"), **given(args, main_key="mainKey")
    )


def _scope_to_agent(args: Args) -> Any:
    return keys.scope_to_agent(
        text(args, "sessionKey"), text(args, "agentId"), **given(args, main_key="mainKey")
    )


def _main_alias(args: Args) -> Any:
    session = args["cfg"].get("session", {})
    return keys.main_alias(
        text(args, "key"),
        text(args, "agentId"),
        **given(session, main_key="mainKey", scope="scope"),
    )


def _main_session(args: Args) -> Any:
    return keys.main_session(text(args, "agentId"), **given(args, main_key="mainKey"))


def _session_id_match(args: Args) -> Any:
    entries = [
        keys.SessionEntry(key, updated_ms=int(entry.get("updatedAt") or 0))
        for key, entry in args["matches"]
    ]
    match = keys.match_session_id(entries, text(args, "sessionId"))
    named = {"sessionKey": match.key, "sessionKeys": match.keys}
    return {"kind": match.kind, **{name: value for name, value in named.items() if value}}


STORE: dict[str, Adapter] = {
    "to_agent_store_session_key": _store_key,
    "to_agent_request_session_key": lambda args: keys.request_key(text(args, "key")),
    "scope_legacy_session_key_to_agent": _scope_to_agent,
    "agent_session_keys_match_by_request_key": lambda args: keys.same_request(
        text(args, "left"), text(args, "right")
    ),
    "canonicalize_session_key_for_agent": lambda args: keys.canonical_for_agent(
        text(args, "key"), text(args, "agentId")
    ),
    "canonicalize_main_session_alias": _main_alias,
    "build_agent_main_session_key": _main_session,
    "resolve_session_id_match": _session_id_match,
}
