"""A recorded configuration as one of vagus.

What can never match in the recorded system is left out, because vagus refuses it when it is loaded:
bindings for something else than messages, or with a peer of no known kind or without an id; people
without a name, and ids that are no list. Several agents marked as the default are as good as none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import vagus

from .values import given, id_text, text

PEER_KINDS = {"direct": "direct", "dm": "direct", "group": "group", "channel": "channel"}


def agent_id(value: object) -> str:
    return vagus.normalize_agent_id(id_text(value), lenient=True)


def peer(value: Mapping[str, Any]) -> dict[str, str] | None:
    """A peer, or None when its kind is none that a message can have."""
    kind = PEER_KINDS.get(text(value, "kind").strip().lower())
    return {"kind": kind, "id": id_text(value.get("id"))} if kind else None


def _agents(listed: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    by_id = {agent_id(agent.get("id")): bool(agent.get("default")) for agent in reversed(listed)}
    agents = [{"id": name, "default": marked} for name, marked in reversed(by_id.items())]
    if sum(agent["default"] is True for agent in agents) > 1:
        return [{"id": agent["id"]} for agent in agents]
    return agents


def _scopes(session: Mapping[str, Any]) -> dict[str, Any]:
    return given(session, dm_scope="dmScope", group_scope="groupScope")


def _match(match: Mapping[str, Any]) -> dict[str, Any] | None:
    made: dict[str, Any] = {"channel": text(match, "channel")}
    if not made["channel"].strip():
        return None
    if id_text(match.get("accountId")).strip():
        made["account"] = id_text(match["accountId"])
    if match.get("peer") is not None:
        made["peer"] = peer(match["peer"])
        if made["peer"] is None or not made["peer"]["id"].strip():
            return None
    for ours, theirs in (("guild", "guildId"), ("team", "teamId")):
        if id_text(match.get(theirs)).strip():
            made[ours] = id_text(match[theirs])
    made["roles"] = [role for role in match.get("roles") or [] if role.strip()]
    return made


def _bindings(listed: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    messages = [binding for binding in listed if binding.get("type") != "acp"]
    made = [
        {
            "agent": agent_id(binding.get("agentId")),
            "match": _match(binding["match"]),
            "session": _scopes(binding.get("session") or {}),
        }
        for binding in messages
    ]
    return [binding for binding in made if binding["match"] is not None]


def links(value: object) -> dict[str, list[str]]:
    """People and their ids."""
    if not isinstance(value, Mapping):
        return {}
    people = {name: ids for name, ids in value.items() if name.strip() and isinstance(ids, list)}
    return {
        name: [id_text(id) for id in ids if id_text(id).strip()] for name, ids in people.items()
    }


def configuration(recorded: Mapping[str, Any]) -> dict[str, Any]:
    session = recorded.get("session") or {}
    return {
        "agents": {"list": _agents((recorded.get("agents") or {}).get("list") or [])},
        "bindings": _bindings(recorded.get("bindings") or []),
        "session": {
            **_scopes(session),
            **given(session, main_key="mainKey", scope="scope"),
            "identity_links": links(session.get("identityLinks")),
        },
    }
