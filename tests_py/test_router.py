"""The router against the rules of routing, written as a plain search through the bindings."""

from __future__ import annotations

import gc
import pickle
import sys
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import (
    AmbiguousAgent,
    InvalidInput,
    InvalidKey,
    Peer,
    Route,
    RouteExplanation,
    RouteQuery,
    Router,
    SessionKey,
    UnknownAgent,
)
from vagus.types import MatchedBy

AGENTS = ["ada", "bob", "cyd"]
SPACES = " \t\n\u00a0\u3000\ufeff"
TIERS = get_args(MatchedBy)

# ---- random configurations and messages ----------------------------------------------------------

spaces = st.sampled_from(["", " ", "\u00a0"])
channels = st.sampled_from(["slack", "Slack ", "discord", "a:b"])
accounts = st.sampled_from(["default", "work", " WORK", "home", "", " "])
kinds = st.sampled_from(["direct", "group", "channel"])
ids = st.sampled_from(["1", "2", "Room", "room", " 1 ", "a,b", "a", "b", "*"])
peers = st.builds(Peer, kind=kinds, id=ids | st.just(" "))
roles = st.lists(st.sampled_from(["a", "b", "a,b", " a", "A", "1"]), max_size=3)
dm_scopes = st.sampled_from(["main", "per-peer", "per-channel-peer", "per-account-channel-peer"])
group_scopes = st.sampled_from(["main", "per-group"])
agents = st.sampled_from([*AGENTS, "gone"])


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


matches = st.fixed_dictionaries(
    {"channel": channels},
    optional={
        "account": accounts | st.just(" * "),
        "peer": st.fixed_dictionaries({"kind": kinds, "id": ids}),
        "guild": ids,
        "team": ids,
        "roles": roles,
    },
)
bindings = st.lists(
    st.fixed_dictionaries(
        {"agent": agents, "match": matches},
        optional={"session": optional(dm_scope=dm_scopes, group_scope=group_scopes)},
    ),
    max_size=10,
)
links = st.sampled_from(
    [{}, {"Ann": ["1", "slack:2"], "Bob B": ["SLACK:1", "discord:room"], "Cy": ["a:b:2"]}]
)
sessions = optional(
    dm_scope=dm_scopes,
    group_scope=group_scopes,
    main_key=st.sampled_from(["main", "Work"]),
    identity_links=links,
)
queries = optional(
    channel=channels | st.just(""),
    account=accounts,
    peer=peers,
    parent_peer=peers,
    guild=ids | st.just(" "),
    team=ids | st.just(" "),
    roles=roles,
    thread=st.sampled_from(["t1", " ", "T:2"]),
    dm_scope=dm_scopes,
    group_scope=group_scopes,
    default_agent=agents,
)
configs = st.fixed_dictionaries(
    {"bindings": bindings, "session": sessions, "default": st.sampled_from([None, *AGENTS])}
)


def config(bindings: list[Any], session: Any = None, default: str | None = "ada") -> Any:
    listed = [{"id": agent, "default": agent == default} for agent in AGENTS]
    return {"agents": {"list": listed}, "bindings": bindings, "session": session or {}}


# ---- the oracle ----------------------------------------------------------------------------------


def plain(text: str | None) -> str:
    return (text or "").strip(SPACES)


def account_of(text: str | None) -> str:
    return plain(text).lower() or "default"


def is_room(kind: str) -> bool:
    return kind != "direct"


def tier_of(match: dict[str, Any]) -> str:
    if "peer" in match:
        return "binding.peer.wildcard" if plain(match["peer"]["id"]) == "*" else "binding.peer"
    if "guild" in match:
        return "binding.guild+roles" if match.get("roles") else "binding.guild"
    if "team" in match:
        return "binding.team"
    return "binding.channel" if plain(match.get("account")) == "*" else "binding.account"


def applies(match: dict[str, Any], query: dict[str, Any], tier: str) -> bool:
    if plain(match["channel"]).lower() != plain(query.get("channel")).lower():
        return False
    wanted = match.get("account")
    if plain(wanted) != "*" and account_of(wanted) != account_of(query.get("account")):
        return False
    if "peer" in match:
        peer = query.get("parent_peer" if tier == "binding.peer.parent" else "peer")
        wanted_id = plain(match["peer"]["id"])
        if peer is None or is_room(peer.kind) != is_room(match["peer"]["kind"]):
            return False
        if wanted_id not in ("*", plain(peer.id)):
            return False
    for name in ("guild", "team"):
        if name in match and plain(match[name]) != plain(query.get(name)):
            return False
    wanted_roles = {plain(role) for role in match.get("roles", [])}
    return not wanted_roles or bool(wanted_roles & {plain(role) for role in query.get("roles", [])})


def winner(rules: list[dict[str, Any]], query: dict[str, Any]) -> tuple[str, int | None]:
    for tier in TIERS[:-1]:
        kept = "binding.peer" if tier == "binding.peer.parent" else tier
        for index, rule in enumerate(rules):
            if tier_of(rule["match"]) == kept and applies(rule["match"], query, tier):
                return tier, index
    return "default", None


def linked(links: dict[str, list[str]], channel: str, peer: str) -> str | None:
    for candidate in (f"{channel}:{peer}" if channel else "", peer):
        for name, linked_ids in links.items():
            if candidate and candidate.lower() in (plain(each).lower() for each in linked_ids):
                return name
    return None


def expected(world: dict[str, Any], query: dict[str, Any]) -> dict[str, Any] | type[Exception]:
    rules, session = world["bindings"], world["session"]
    tier, index = winner(rules, query)
    own: dict[str, Any] = {}
    if index is not None:
        agent, own = rules[index]["agent"], rules[index].get("session", {})
    elif query.get("default_agent") or world["default"]:
        agent = query.get("default_agent") or world["default"]
    else:
        return AmbiguousAgent
    if agent not in AGENTS:
        return UnknownAgent

    def scope(name: str, usual: str) -> str:
        return next(filter(None, (place.get(name) for place in (own, query, session))), usual)

    dm_scope, group_scope = scope("dm_scope", "main"), scope("group_scope", "per-group")
    channel, account = plain(query.get("channel")).lower(), account_of(query.get("account"))
    main = f"agent:{agent}:{session.get('main_key', 'main').lower()}"
    builder = SessionKey.for_peer
    peer: Peer | None = query.get("peer")
    key: SessionKey | str = main
    if peer is not None and is_room(peer.kind) and group_scope == "per-group":
        key = builder(agent, channel, peer, account=account)
    elif peer is not None and not is_room(peer.kind) and dm_scope != "main":
        name = linked(session.get("identity_links", {}), channel, plain(peer.id))
        person = Peer("direct", name or peer.id)
        key = builder(agent, channel, person, account=account, dm_scope=dm_scope)
    parent = None
    if plain(query.get("thread")):
        parent, key = str(key), SessionKey.parse(str(key)).thread(query["thread"])
    told = {
        "agent_id": agent,
        "session_key": str(key),
        "main_session_key": main,
        "parent_session_key": parent,
        "matched_by": tier,
        "binding": index,
        "channel": channel,
        "account": account,
        "dm_scope": dm_scope,
        "group_scope": group_scope,
        "last_route_policy": "main" if str(key) == main else "session",
    }
    return {name: value for name, value in told.items() if value is not None}


def routed(router: Router, query: dict[str, Any]) -> dict[str, Any] | type[Exception]:
    try:
        return router.resolve(**query).to_dict()
    except (AmbiguousAgent, UnknownAgent) as error:
        return type(error)


@given(configs, queries)
def test_the_index_finds_what_a_search_finds(world, query):
    router = Router(config(**world))
    told = routed(router, query)
    assert told == expected(world, query)
    assert told == routed(router, query), "a second time"


@given(configs, queries)
def test_an_explanation_agrees_with_the_route(world, query):
    router = Router(config(**world))
    told = router.explain(query)
    answer = expected(world, query)
    if isinstance(answer, dict):
        assert told.failure is None
        assert told.route is not None
        assert told.route.to_dict() == answer
    else:
        assert told.route is None
        assert told.failure is not None
    tier, index = winner(world["bindings"], query)
    assert [each.tier for each in told.tiers] == list(TIERS)
    assert [each.binding for each in told.tiers if each.binding is not None] == (
        [] if index is None else [index]
    )
    for each in told.bindings:
        match = world["bindings"][each.index]["match"]
        tried = [tier_of(match)] + ["binding.peer.parent"] * (tier_of(match) == "binding.peer")
        assert (each.outcome != "rejected") == any(applies(match, query, name) for name in tried)
        assert (each.outcome == "won") == (each.index == index)
        assert bool(each.reason) == (each.outcome != "won")
    assert len(told.bindings) + told.other_channels == len(world["bindings"])
    for shown in (str(told), told._repr_html_()):
        assert tier in shown


@given(configs, st.lists(queries, max_size=6), st.slices(6))
def test_many_are_resolved_as_one_by_one(world, asked, part):
    router = Router(config(**world))
    single = [routed(router, query) for query in asked]
    for batch in (asked, tuple(RouteQuery(**query) for query in asked)):
        failed = [index for index, told in enumerate(single) if not isinstance(told, dict)]
        if failed:
            with pytest.raises((AmbiguousAgent, UnknownAgent)) as caught:
                router.resolve_many(batch)
            assert type(caught.value) is single[failed[0]]
            assert caught.value.field.startswith(f"queries[{failed[0]}].")
            continue
        routes = router.resolve_many(batch)
        assert [route.to_dict() for route in routes] == single
        assert routes.to_list() == list(routes)
        assert routes[part].to_list() == routes.to_list()[part]
        assert routes[part][::-1].to_list() == routes.to_list()[part][::-1]
        assert routes.session_keys == [route.session_key for route in routes]
        assert routes.agent_ids == [route.agent_id for route in routes]
        assert routes.matched_by == [route.matched_by for route in routes]
        assert routes.bindings == [route.binding for route in routes]


# ---- single cases --------------------------------------------------------------------------------

ROUTER = Router(
    config(
        [
            {"agent": "bob", "match": {"channel": "Slack", "account": "Work"}},
            {"agent": "gone", "match": {"channel": "irc"}},
        ]
    )
)


def test_without_a_default_the_message_is_ambiguous():
    lonely = Router({"agents": {"list": [{"id": "ada"}, {"id": "bob"}]}})
    with pytest.raises(AmbiguousAgent):
        lonely.resolve("slack")
    with pytest.raises(AmbiguousAgent):
        lonely.default_agent()
    assert lonely.resolve("slack", default_agent="Bob").agent_id == "bob"
    assert ROUTER.default_agent() == "ada"
    assert Router({}).default_agent() == "main"


def test_blanks_and_capitals_do_not_matter_where_they_should_not():
    route = ROUTER.resolve(" SLACK ", account="work")
    assert (route.agent_id, route.channel, route.account) == ("bob", "slack", "work")


def test_a_peer_is_an_object_or_a_dict():
    for peer in (Peer("group", "C1"), {"kind": "group", "id": "C1"}):
        assert ROUTER.resolve("x", peer=peer).session_key == "agent:ada:x:group:c1"


def test_roles_are_any_list_or_set():
    guild = {"agent": "bob", "match": {"channel": "x", "guild": "G", "roles": ["r"]}}
    router = Router(config([guild]))
    for given_roles in (["r"], ("r",), {"r"}, frozenset(["q", "r"])):
        assert router.resolve("x", guild="G", roles=given_roles).agent_id == "bob"


BAD_CALLS: list[tuple[dict[str, Any], str]] = [
    ({"channel": 1}, "channel"),
    ({"channel": None}, "channel"),
    ({"account": b"x"}, "account"),
    ({"peer": "C1"}, "peer"),
    ({"peer": {"kind": "group"}}, "peer.id"),
    ({"peer": {"kind": "dm", "id": "1"}}, "peer.kind"),
    ({"peer": {"kind": "group", "id": "1", "x": 1}}, "peer"),
    ({"parent_peer": 3}, "parent_peer"),
    ({"guild": 5}, "guild"),
    ({"team": "a\ud800"}, "team"),
    ({"roles": "admin"}, "roles"),
    ({"roles": ["r", 1]}, "roles[1]"),
    ({"roles": 7}, "roles"),
    ({"roles": ["r"] * 1001}, "roles"),
    ({"thread": 1}, "thread"),
    ({"dm_scope": "per-user"}, "dm_scope"),
    ({"group_scope": "per-room"}, "group_scope"),
]


@pytest.mark.parametrize(("fields", "field"), BAD_CALLS)
def test_a_bad_argument_is_named(fields, field):
    with pytest.raises(InvalidInput) as caught:
        ROUTER.resolve(**fields)
    assert caught.value.field == field
    with pytest.raises(InvalidInput) as caught:
        ROUTER.resolve_many([{}, fields])
    assert caught.value.field == f"queries[1].{field}"


def test_text_that_no_key_can_hold_is_refused():
    for field in ("channel", "account", "guild", "team", "thread"):
        with pytest.raises(InvalidKey) as caught:
            ROUTER.resolve(**{field: "x" * 5000})
        assert caught.value.field == field
    with pytest.raises(InvalidKey) as caught:
        ROUTER.resolve(default_agent="O p s")
    assert caught.value.field == "default_agent"


def test_a_call_that_is_no_call_of_resolve_is_a_type_error():
    resolve: Any = ROUTER.resolve
    with pytest.raises(TypeError, match="'chanel'"):
        resolve(chanel="x")
    with pytest.raises(TypeError, match="'channel'"):
        resolve("x", channel="x")
    with pytest.raises(TypeError, match="one positional"):
        resolve("x", "y")
    unbound: Any = Router.resolve
    with pytest.raises(TypeError):
        unbound(object())


def test_a_batch_is_a_list_of_queries():
    many: Any = ROUTER.resolve_many
    for wrong in ("slack", {"channel": "x"}, 5, None, {RouteQuery()}):
        with pytest.raises(InvalidInput) as caught:
            many(wrong)
        assert caught.value.field == "queries"
    for item in (None, "slack", Peer("direct", "1")):
        with pytest.raises(InvalidInput) as caught:
            many([RouteQuery(), item])
        assert caught.value.field == "queries[1]"
    with pytest.raises(InvalidInput, match="did you mean 'channel'") as caught:
        many([{"chanel": "x"}])
    assert caught.value.field == "queries[0].chanel"
    with pytest.raises(UnknownAgent) as unknown:
        many([{}, {"channel": "irc"}])
    assert unknown.value.field == "queries[1].bindings[1].agent"


def test_routes_are_a_sequence_that_nobody_changes():
    routes = ROUTER.resolve_many([{"channel": f"x{index}"} for index in range(1000)])
    assert len(routes) == 1000
    assert routes[-1] == routes[999] == routes[10:][-1] == ROUTER.resolve("x999")
    assert [route.channel for route in routes[2:8:3]] == ["x2", "x5"]
    for index in (1000, -1001):
        with pytest.raises(IndexError):
            routes[index]
    with pytest.raises(TypeError):
        routes["x"]
    with pytest.raises(TypeError):
        routes[0] = routes[1]
    assert repr(routes) == "Routes(1000)"
    first = routes.agent_ids
    first.clear()
    assert len(routes.agent_ids) == 1000
    assert list(ROUTER.resolve_many([])) == []


def test_what_a_caller_gets_is_its_own():
    asked = ["r"]
    query = RouteQuery("slack", roles=asked)
    asked.append("s")
    query.roles.append("t")
    assert query.roles == ["r"]
    one, two = ROUTER.resolve("slack"), ROUTER.resolve("slack")
    assert one == two
    assert one is not two
    assert pickle.loads(pickle.dumps(query)) == query
    assert isinstance(pickle.loads(pickle.dumps(one)), Route)


def test_routing_leaks_nothing():
    peer, query = Peer("group", "C1"), RouteQuery("x", roles=["a"])

    def work() -> None:
        for _ in range(200):
            ROUTER.resolve("slack", account="work", peer=peer, roles=("a", "b"))
            ROUTER.resolve_many([query, {"channel": "x", "peer": peer}]).to_list()
            ROUTER.explain(query)
            for wrong in ({"peer": 1}, {"roles": [1]}, {"nothing": 1}):
                with pytest.raises((InvalidInput, TypeError)):
                    ROUTER.resolve(**wrong)

    work()
    gc.collect()
    before = sys.getrefcount(peer), sys.getrefcount(query)
    work()
    assert (sys.getrefcount(peer), sys.getrefcount(query)) == before


def test_an_explanation_is_bounded_printable_and_plain():
    many = [
        {"agent": "bob", "match": {"channel": "x", "peer": {"kind": "group", "id": f"<i>{index}"}}}
        for index in range(200)
    ]
    router = Router(config(many))
    told = router.explain(RouteQuery("x", peer=Peer("group", "<b>")), limit=7)
    assert (len(told.bindings), told.more_bindings) == (7, 193)
    assert len(router.explain({"channel": "x"}).bindings) == 50
    assert "<b>" not in told._repr_html_()
    assert "<i>" not in told._repr_html_()
    assert repr(told) == str(told)
    assert str(told).count("\n") > 20
    shown = told.to_dict()
    assert shown["route"]["agent_id"] == "ada"
    assert shown["bindings"][0]["reason"] == 'peer id "<i>0" differs from "<b>"'
    assert isinstance(told, RouteExplanation)
    assert pickle.loads(pickle.dumps(told)) == told
    with pytest.raises(InvalidInput) as caught:
        router.explain({}, limit=-1)
    assert caught.value.field == "limit"
    with pytest.raises(InvalidInput) as caught:
        router.explain({"chanel": "x"})
    assert caught.value.field == "query.chanel"
