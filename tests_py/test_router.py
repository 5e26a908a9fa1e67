"""The router against a plain search through the bindings."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import AmbiguousAgent, Peer, Router

AGENTS = ["ada", "bob", "cyd"]

accounts = st.sampled_from(["default", "work", "home"])
channels = st.sampled_from(["slack", "discord"])
peer_kinds = st.sampled_from(["direct", "group", "channel"])
peer_ids = st.sampled_from(["1", "2", "Room", "room"])
matches = st.fixed_dictionaries(
    {"channel": channels},
    optional={
        "account": accounts | st.just("*"),
        "peer": st.fixed_dictionaries({"kind": peer_kinds, "id": peer_ids}),
    },
)
bindings = st.lists(
    st.fixed_dictionaries({"agent": st.sampled_from(AGENTS), "match": matches}), max_size=8
)
queries = st.tuples(
    channels, st.none() | accounts, st.none() | st.builds(Peer, kind=peer_kinds, id=peer_ids)
)


def expected(
    rules: list[dict[str, Any]], channel: str, account: str | None, peer: Peer | None
) -> tuple[str, str, int | None]:
    """Agent, tier and binding, found by looking at every binding in order."""

    def room(kind: str) -> bool:
        return kind != "direct"

    def applies(match: dict[str, Any]) -> str | None:
        wanted = match.get("account", "default")
        if match["channel"] != channel or wanted not in ("*", account or "default"):
            return None
        if "peer" not in match:
            return "binding.channel" if wanted == "*" else "binding.account"
        if peer is None or match["peer"]["id"] != peer.id:
            return None
        return "binding.peer" if room(match["peer"]["kind"]) == room(peer.kind) else None

    for tier in ("binding.peer", "binding.account", "binding.channel"):
        for index, rule in enumerate(rules):
            if applies(rule["match"]) == tier:
                return rule["agent"], tier, index
    return "ada", "default", None


def router(rules: list[dict[str, Any]], **more: Any) -> Router:
    agents = [{"id": agent, "default": agent == "ada"} for agent in AGENTS]
    return Router({"agents": {"list": agents}, "bindings": rules, **more})


@given(bindings, queries)
def test_the_index_finds_what_a_search_finds(rules, query):
    channel, account, peer = query
    route = router(rules).resolve(channel, account=account, peer=peer)
    agent, tier, binding = expected(rules, channel, account, peer)
    assert (route.agent_id, route.matched_by, route.binding) == (agent, tier, binding)
    assert route.session_key.agent == agent
    assert route.main_session_key == f"agent:{agent}:main"
    assert (route.channel, route.account) == (channel, account or "default")


@given(bindings, queries, st.sampled_from(["main", "per-peer", "per-channel-peer"]))
def test_rooms_have_sessions_of_their_own_whatever_the_scope_of_direct_messages(
    rules, query, scope
):
    channel, account, peer = query
    route = router(rules, session={"dm_scope": scope}).resolve(channel, account=account, peer=peer)
    if peer is not None and peer.kind != "direct":
        assert route.session_key.rest == f"{channel}:{peer.kind}:{peer.id.lower()}"
    elif peer is None or scope == "main":
        assert route.session_key == route.main_session_key
    else:
        assert route.session_key != route.main_session_key
    assert route.last_route_policy == (
        "main" if route.session_key == route.main_session_key else "session"
    )


def test_without_a_default_the_message_is_ambiguous():
    lonely = Router({"agents": {"list": [{"id": "ada"}, {"id": "bob"}]}})
    with pytest.raises(AmbiguousAgent):
        lonely.resolve("slack")
    with pytest.raises(AmbiguousAgent):
        lonely.default_agent()
    assert router([]).default_agent() == "ada"
    assert Router({}).default_agent() == "main"


def test_blanks_and_capitals_do_not_matter_where_they_should_not():
    rule = {"agent": "bob", "match": {"channel": "Slack", "account": "Work"}}
    route = router([rule]).resolve(" SLACK ", account="work")
    assert (route.agent_id, route.channel, route.account) == ("bob", "slack", "work")
