"""Routes, and the keys that they build."""

from __future__ import annotations

from typing import Any

import vagus

from .configuration import agent_id, configuration, links, peer
from .values import Adapter, Args, failing, given, id_text, record, text

UNRESOLVED = {
    "UnknownAgent": "AGENT_SELECTION_REQUIRED",
    "AmbiguousAgent": "AGENT_SELECTION_REQUIRED",
}


def _query(args: Args) -> dict[str, Any]:
    query: dict[str, Any] = {
        "channel": text(args, "channel"),
        "account": id_text(args.get("accountId")) or None,
        "guild": id_text(args.get("guildId")) or None,
        "team": id_text(args.get("teamId")) or None,
        "roles": list(args.get("memberRoleIds") or []),
        **given(args, dm_scope="dmScope", group_scope="groupScope"),
    }
    for ours, theirs in (("peer", "peer"), ("parent_peer", "parentPeer")):
        if args.get(theirs) is not None:
            query[ours] = peer(args[theirs])
    if text(args, "defaultAgentId").strip():
        query["default_agent"] = agent_id(args["defaultAgentId"])
    return query


def _route(args: Args) -> Any:
    route = vagus.Router(configuration(args["cfg"])).resolve(**_query(args))
    told = record(route, account="accountId")
    assert told is not None
    del told["parentSessionKey"], told["binding"]
    return {
        **told,
        "sessionKey": str(route.session_key),
        "mainSessionKey": str(route.main_session_key),
    }


def _key(args: Args, **query: Any) -> str:
    """The key that one agent's only route leads to."""
    session = {
        "identity_links": links(args.get("identityLinks")),
        **given(args, main_key="mainKey"),
    }
    session |= given(args, dm_scope="dmScope", group_scope="groupScope")
    config = {"agents": {"list": [{"id": agent_id(args.get("agentId"))}]}, "session": session}
    return str(vagus.Router(config).resolve(text(args, "channel"), **query).session_key)


# A person without an id is nobody in particular here, while a room without one is a room.
def _peer_key(args: Args) -> str:
    kind = args.get("peerKind") or "direct"
    id = id_text(args.get("peerId"))
    present = kind != "direct" or bool(id.strip())
    return _key(
        args,
        peer={"kind": kind, "id": id} if present else None,
        account=id_text(args.get("accountId")) or None,
    )


def _session_key(args: Args) -> str:
    present = args.get("peer") is not None
    account = id_text(args.get("accountId")) or None
    return _key(args, peer=peer(args["peer"]) if present else None, account=account)


# vagus has no name for a person but the one in the key.
def _linked_peer(args: Args) -> str | None:
    people = links(args.get("identityLinks"))
    if not text(args, "peerId").strip():
        return None
    asked = {"agentId": "main", "channel": text(args, "channel"), "dmScope": "per-peer"}
    someone = {"kind": "direct", "id": text(args, "peerId")}
    linked = _key({**asked, "identityLinks": people}, peer=someone)
    if linked == _key(asked, peer=someone):
        return None
    named = {f"agent:main:direct:{name.strip().lower()}": name for name in people}
    return named[linked]


ROUTES: dict[str, Adapter] = {
    "resolve_agent_route": failing(_route, **UNRESOLVED),
    "build_agent_peer_session_key": _peer_key,
    "build_agent_session_key": _session_key,
    "resolve_linked_direct_peer_id": _linked_peer,
}
