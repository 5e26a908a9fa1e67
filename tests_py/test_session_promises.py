"""Ways in which systems of this kind have lost or mixed up sessions; vagus has none of them.

The order is that of the list of complaints that the rules were taken from.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vagus
from vagus import (
    AdmissionPolicy,
    CallModel,
    Deliver,
    Engine,
    GatewayClient,
    HookCaller,
    Inbound,
    InvalidInput,
    InvalidKey,
    Peer,
    Router,
    RunStarted,
    SessionKey,
    SessionNames,
    admit,
    keys,
)
from vagus.testing import Harness

TWO_AGENTS = {"agents": {"list": [{"id": "ops", "default": True}, {"id": "home"}]}}


def started(engine: Engine, command: Any, now_ms: int = 0) -> list[RunStarted]:
    return [each for each in engine.apply(command, now_ms) if isinstance(each, RunStarted)]


def replied(engine: Engine, inbound: Inbound) -> Deliver:
    """What is delivered when the model answers `inbound`."""
    effects = engine.apply(inbound, 0)
    (read,) = (each for each in effects if isinstance(each, vagus.ReadFiles))
    effects = engine.apply(vagus.FilesRead(run_id=read.run_id, files={}), 1)
    (call,) = (each for each in effects if isinstance(each, CallModel))
    effects = engine.apply(vagus.ModelReplied(run_id=call.run_id, text="yes"), 2)
    (sent,) = (each for each in effects if isinstance(each, Deliver))
    return sent


# ---- 1: heartbeat suffixes pile up ------------------------------------------------------------


@pytest.mark.parametrize("base", ["agent:ops:main", "agent:ops:slack:channel:c1:thread:7"])
def test_isolating_nine_times_is_isolating_once(base):
    key = SessionKey.parse(base)
    for _ in range(9):
        key = key.isolated()
    assert str(key) == f"{base}:heartbeat"


@pytest.mark.parametrize("configured", ["agent:ops:main", "agent:ops:alerts", "global"])
def test_a_stored_session_is_isolated_once_however_it_is_configured(configured):
    key, base = "agent:ops:main", None
    for _ in range(9):
        isolated = keys.isolated_heartbeat(key, configured, stored_base=base, agent="ops")
        key, base = isolated.key, isolated.base
    assert key.count(":heartbeat") == 1


def test_keys_that_grew_elsewhere_lead_back_to_one_session():
    grown = "agent:ops:main" + ":heartbeat" * 9
    assert str(SessionKey.parse(grown).isolated("agent:ops:main")) == "agent:ops:main:heartbeat"
    found = keys.isolated_heartbeat(grown, "agent:ops:main")
    assert found.key == "agent:ops:main:heartbeat"
    assert keys.stale_heartbeats([grown, found.key, found.base], found) == [grown]


def test_no_wake_makes_a_heartbeat_of_a_heartbeat():
    h = Harness(
        {"agents": {"list": [{"id": "ops", "heartbeat": {"isolated_session": True}}]}},
        start="2026-05-17T22:00:00Z",
    )
    h.model(lambda call: "HEARTBEAT_OK")
    seen = {str(run.session_key) for run in h.advance(hours=5)}
    assert seen == {"agent:ops:main:heartbeat"}


# ---- 2: isolated heartbeats share memory ------------------------------------------------------


def test_a_tick_has_a_memory_of_its_own_under_a_stable_session():
    h = Harness(
        {
            "agents": {
                "list": [{"id": "ops", "heartbeat": {"every": "5m", "isolated_session": True}}]
            }
        },
        start="2026-05-17T22:00:00Z",
    )
    prompts = []

    def model(call: CallModel) -> str:
        prompts.append("\n".join(message.text for message in call.messages))
        return f"secret of tick {len(prompts)}"

    h.model(model)
    first, second = h.advance(minutes=10)
    assert first.session_key == second.session_key == "agent:ops:main:heartbeat"
    assert first.context_key != second.context_key
    assert first.context_key.session == second.context_key.session == "agent:ops:main"
    assert "secret" not in prompts[1]


def test_a_memory_is_not_a_session():
    with pytest.raises(InvalidInput) as caught:
        vagus.Context(SessionKey.parse("agent:ops:main"))  # type: ignore[arg-type]
    assert caught.value.field == "key"


# ---- 3: ids lose their case -------------------------------------------------------------------

OPAQUE = [
    ("matrix", "channel", "!RoomId:Example.org"),
    ("matrix", "group", "!RoomId:Example.org"),
    ("signal", "group", "AbCdEf+/=="),
]


@pytest.mark.parametrize(("channel", "kind", "id_"), OPAQUE)
def test_an_opaque_id_comes_back_from_every_function(channel, kind, id_):
    route = Router({}).resolve(channel, peer=Peer(kind, id_))
    key = route.session_key
    text = str(key)
    assert text == f"agent:main:{channel}:{kind}:{id_}"
    for said in (
        str(SessionKey.parse(text)),
        str(SessionKey.parse(text.replace(f":{channel}:{kind}:", f":{channel}:{kind}:".upper()))),
        str(SessionKey.from_parts(key.parts)),
        str(SessionKey.parse_many([text])[0]),
        keys.canonical(text),
        keys.canonical(keys.canonical(text)),
        keys.store_key("main", keys.request_key(text) or ""),
        keys.scope_to_agent(keys.request_key(text) or "", "main"),
        keys.canonical_for_agent(text, "main"),
        keys.event_key(text),
        keys.isolated_heartbeat(text, "agent:main:main").base,
        str(key.thread("T").thread_parent),
        str(vagus.ContextKey.for_run(key, "r1").session),
        SessionNames({}).resolve(text),
        str(admit(text, vagus.Operator(), AdmissionPolicy()).session_key),
        vagus.rescope(text, "main"),
    ):
        assert said == text
    assert key.parts.id == id_
    found = keys.delivery_route(text)
    assert found is not None
    assert found.peer_id == id_
    assert keys.group_history_key(channel, kind, id_) == f"{channel}:default:{kind}:{id_}"


@pytest.mark.parametrize(("channel", "kind", "id_"), OPAQUE)
def test_rooms_that_differ_in_case_are_two_rooms(channel, kind, id_):
    one, other = (
        SessionKey.for_peer("main", channel, Peer(kind, each)) for each in (id_, id_.lower())
    )
    assert one != other


@pytest.mark.parametrize("id_", ["C123AbC", "!RoomId:Example.org"])
def test_a_reply_goes_to_the_id_that_the_channel_gave(id_):
    # Slack's key folds the case of the id; where the reply goes does not come from the key.
    sent = replied(Engine({}), Inbound(text="hi", channel="slack", peer=Peer("channel", id_)))
    assert (sent.route.channel, sent.route.to) == ("slack", id_)


# ---- 4: keys inside keys ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["main", "agent:main:main", "slack:channel:c1"])
def test_giving_a_key_its_agent_again_changes_nothing(name):
    once = keys.store_key("main", name)
    assert SessionKey.parse(once).agent == "main"
    for again in (
        keys.store_key("main", once),
        keys.scope_to_agent(once, "main"),
        keys.canonical_for_agent(once, "main"),
        SessionNames({}).resolve(once),
        vagus.rescope(once, "main"),
        str(admit(once, vagus.Operator(), AdmissionPolicy()).session_key),
    ):
        assert again == once
    assert once.count("agent:") == 1


def test_an_id_that_is_a_key_is_an_id():
    key = SessionKey.for_peer("ops", "slack", Peer("channel", "agent:home:main"))
    assert str(key) == "agent:ops:slack:channel:agent%3ahome%3amain"
    assert key.parts.id == "agent:home:main"
    hook = SessionKey.named("ops", "hook", "agent:home:main")
    assert (hook.agent, hook.parts.id) == ("ops", "agent:home:main")


MALFORMED = [
    ("agent", 0),
    ("agent:", 6),
    ("agent:a", 7),
    ("agent:a:", 8),
    ("agent:a::b", 8),
    (":agent:a:b", 0),
]


@pytest.mark.parametrize(("text", "at"), MALFORMED)
def test_malformed_keys_fail_where_they_come_in_and_say_where(text, at):
    with pytest.raises(InvalidKey, match=rf"\(at byte {at}\)") as caught:
        SessionKey.parse(text)
    assert caught.value.field == "session_key"
    with pytest.raises(InvalidKey):
        Inbound(text="hi", session_key=text)


def test_a_key_inside_a_key_is_not_admitted():
    policy = AdmissionPolicy(agents=["main"])
    found = admit("agent:main:agent:main:main", GatewayClient(), policy)
    assert (found.allowed, found.code) == (False, "nested-key")


# ---- 5: written under one name, read under another --------------------------------------------


def test_every_name_of_a_main_session_is_one_session():
    config = TWO_AGENTS | {"session": {"main_key": "work"}}
    names = SessionNames(config)
    stored = names.main_session("home")
    assert stored == "agent:home:work"
    spellings = ["main", "work", "agent:home:main", "agent:home:work", "Agent:Home:MAIN"]
    assert {names.resolve(each, agent="home") for each in spellings} == {stored}
    assert {names.resolve(each) for each in names.aliases("home")} == {stored}


def test_router_and_engine_read_and_write_the_same_main_session():
    config = {"agents": {"list": [{"id": "ops"}]}, "session": {"main_key": "work"}}
    stored = SessionNames(config).resolve("main")
    assert Router(config).resolve("slack").session_key == stored
    engine = Engine(config)
    by_route = Inbound(text="hi", channel="slack", peer=Peer("direct", "U1"))
    (first,) = started(engine, by_route)
    assert first.session_key == stored
    effects = engine.apply(vagus.RequestWake(agent="ops"), 0)
    (wake,) = (each for each in effects if isinstance(each, vagus.WakeQueued))
    assert wake.session_key == stored


def test_a_renamed_main_session_is_in_the_migration_plan():
    plan = vagus.plan_rekey({}, {"session": {"main_key": "work"}}, ["agent:main:main"])
    assert {old: str(new) for old, new in plan.mapping().items()} == {
        "agent:main:main": "agent:main:work"
    }


# ---- 6: a binding without account -------------------------------------------------------------

OMITTED = TWO_AGENTS | {
    "bindings": [
        {"agent": "home", "match": {"channel": "telegram"}},
        {"agent": "ops", "match": {"channel": "telegram", "account": "work"}},
    ]
}


def test_a_binding_that_did_not_match_says_why():
    told = Router(OMITTED).explain({"channel": "telegram", "account": "biz"})
    assert told.route is not None
    assert (told.route.agent_id, told.route.matched_by) == ("ops", "default")
    assert [(each.outcome, each.reason) for each in told.bindings] == [
        ("rejected", "account 'default' is not 'biz'"),
        ("rejected", "account 'work' is not 'biz'"),
    ]


def test_an_omitted_account_is_found_before_it_matters():
    (found,) = (each for each in vagus.lint(OMITTED) if each.code == "account-default-only")
    assert (found.severity, found.path) == ("warning", "bindings[0].match.account")
    assert found.related == ["bindings[1].match.account"]


# ---- 7: one user reads another's chat ---------------------------------------------------------

PEOPLE = [{"channel": "slack", "peer": {"kind": "direct", "id": each}} for each in ("U1", "U2")]


def test_a_main_session_that_several_people_reach_is_warned_about():
    assert [each.code for each in vagus.lint({})] == ["shared-main"]
    assert vagus.lint({"session": {"dm_scope": "per-peer"}}) == []


def test_sessions_that_people_did_share_are_found_in_the_routes():
    (shared,) = vagus.audit(Router({}), PEOPLE)
    assert (shared.is_main, shared.people, shared.peers) == (True, 2, ["slack:U1", "slack:U2"])
    assert vagus.audit(Router({"session": {"dm_scope": "per-peer"}}), PEOPLE) == []


# ---- 8: callers choose somebody else's session ------------------------------------------------

POLICY = AdmissionPolicy(
    agents=["ops", "home"],
    default_agent="ops",
    allow_request_session_key=True,
    allowed_session_key_prefixes=["hook:"],
)


@pytest.mark.parametrize(
    ("key", "principal", "code"),
    [
        ("webchat:bob", GatewayClient(prefixes=["agent:ops:webchat:alice"]), "session-not-owned"),
        ("agent:home:main", GatewayClient(agents=["ops"]), "agent-not-permitted"),
        ("agent:home:main", GatewayClient(agent="ops"), "agent-mismatch"),
        ("subagent:x", GatewayClient(), "reserved-namespace"),
        ("agent:ops:cron:x", GatewayClient(), "reserved-namespace"),
        ("harness:x", HookCaller(source="mapping-static"), "prefix-not-allowed"),
        ("agent:home:main", HookCaller(), "prefix-not-allowed"),
        ("dashboard:incognito-1", GatewayClient(), "incognito-not-permitted"),
    ],
)
def test_a_caller_reaches_only_what_is_its_own(key, principal, code):
    found = admit(key, principal, POLICY)
    assert (found.allowed, found.session_key, found.code) == (False, None, code)
    assert found.reason


def test_hooks_name_no_sessions_unless_allowed_and_then_only_their_agents():
    closed = AdmissionPolicy(agents=["ops", "home"], default_agent="ops")
    assert admit("hook:x", HookCaller(), closed).code == "request-key-disabled"
    rescoped = admit("agent:home:hook:x", HookCaller(agent="ops"), POLICY)
    assert rescoped.code == "prefix-not-allowed"
    assert str(admit("hook:x", HookCaller(agent="home"), POLICY).session_key) == "agent:home:hook:x"


# ---- 9: runs in the wrong session -------------------------------------------------------------


def test_a_target_and_a_key_that_contradict_each_other_are_an_error():
    found = admit("agent:home:main", vagus.Operator(agent="ops"), POLICY)
    assert (found.allowed, found.code) == (False, "agent-mismatch")
    with pytest.raises(InvalidInput) as caught:
        SessionNames(TWO_AGENTS).agent_for("agent:home:main", agent="ops")
    assert "home" in str(caught.value)
    with pytest.raises(InvalidInput, match="either session_key or agent"):
        Engine(TWO_AGENTS).apply(vagus.RequestWake(agent="ops", session_key="agent:home:main"), 0)


@pytest.mark.parametrize("key", ["cron:daily:run:7", "agent:ops:cron:daily:run:7:thread:1"])
@pytest.mark.parametrize(
    "principal",
    [GatewayClient(admin=True), vagus.AgentCaller(agent="ops")],
    ids=["client", "agent"],
)
def test_a_finished_run_is_not_resumed(key, principal):
    found = admit(key, principal, AdmissionPolicy(agents=["ops"]))
    assert (found.allowed, found.code) == (False, "finished-run")


def test_what_is_meant_for_a_finished_run_goes_to_its_agent():
    run = SessionKey.cron_run("ops", "daily", "7")
    assert keys.event_key(run) == "agent:ops:main"
    assert keys.wake_target(run).session_key == "agent:ops:main"
    engine = Engine(TWO_AGENTS)
    event = vagus.PostEvent(session_key=run, text="done", wake="exec")
    effects = engine.apply(event, 0)
    assert {str(each.session_key) for each in effects if hasattr(each, "session_key")} == {
        "agent:ops:main"
    }


# ---- 10: threads get lost on the way ----------------------------------------------------------

PLACES = [
    {"channel": "slack", "peer": Peer("channel", "c123"), "thread": "1712345678.000100"},
    {"channel": "slack", "account": "work", "peer": Peer("direct", "u1"), "thread": "1712.5"},
    {"channel": "telegram", "peer": Peer("group", "-100"), "thread": "7"},
    {"channel": "telegram", "peer": Peer("group", "-100:topic:7")},
    {"channel": "telegram", "account": "bot", "peer": Peer("direct", "42"), "thread": "42:7"},
    {"channel": "matrix", "peer": Peer("channel", "!Room:Example.org"), "thread": "$Event:Id"},
    {"channel": "discord", "peer": Peer("channel", "123"), "thread": "456"},
    {"channel": "discord", "peer": Peer("channel", "456"), "parent_peer": Peer("channel", "123")},
    {"channel": "slack", "peer": Peer("group", "a:thread:b"), "thread": ":thread:5:heartbeat"},
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place["channel"])
def test_a_session_leads_back_to_the_place_it_was_made_for(place):
    router = Router({"session": {"dm_scope": "per-account-channel-peer"}})
    route = router.resolve(**place)
    found = keys.delivery_route(route.session_key)
    assert found is not None
    peer = place["peer"]
    assert (found.channel, found.peer_kind, found.peer_id, found.thread_id) == (
        place["channel"],
        peer.kind,
        peer.id,
        place.get("thread"),
    )
    if peer.kind == "direct":
        assert found.account == place["account"]
    isolated = keys.delivery_route(route.session_key.isolated())
    assert isolated == found
    again = SessionKey.for_peer(
        route.agent_id,
        found.channel,
        Peer(peer.kind, found.peer_id),
        account=found.account or "",
        dm_scope="per-account-channel-peer",
    ).thread(found.thread_id or "")
    assert again == route.session_key


def test_topics_of_a_forum_are_known_in_the_room_id():
    topic = keys.telegram_topic("-100:topic:7")
    assert topic is not None
    assert (topic.chat, topic.thread_id) == ("-100", "7")
    found = keys.conversation("agent:ops:telegram:group:-100:topic:7")
    assert found is not None
    assert (found.base_id, found.thread_id) == ("-100", "7")


def test_what_comes_in_from_a_thread_is_answered_in_it():
    inbound = Inbound(text="hi", channel="slack", peer=Peer("channel", "C1"), thread="1712.5")
    sent = replied(Engine({}), inbound)
    assert sent.session_key == "agent:main:slack:channel:c1:thread:1712.5"
    assert (sent.route.to, sent.route.thread) == ("C1", "1712.5")


# ---- and: many bindings, changed configurations, depth ----------------------------------------


def test_83043_bindings_each_lead_to_their_own_session():
    count = 83_043
    router = Router(
        TWO_AGENTS
        | {
            "bindings": [
                {
                    "agent": "home" if number % 2 else "ops",
                    "match": {"channel": "slack", "peer": {"kind": "channel", "id": f"C{number}"}},
                }
                for number in range(count)
            ]
        }
    )
    routes = router.resolve_many(
        [{"channel": "slack", "peer": {"kind": "channel", "id": f"C{n}"}} for n in range(count)]
    )
    assert routes.bindings == list(range(count))
    assert routes[count - 1].session_key == f"agent:ops:slack:channel:c{count - 1}"
    missed = router.resolve("slack", peer=Peer("channel", "C"))
    assert (missed.matched_by, missed.agent_id) == ("default", "ops")


def test_a_change_of_scope_or_links_says_what_becomes_of_every_session():
    old = {"session": {"dm_scope": "per-channel-peer"}}
    new = {
        "session": {"dm_scope": "per-peer", "identity_links": {"ann": ["slack:u1", "telegram:7"]}}
    }
    stored = [
        "agent:main:slack:direct:u1",
        "agent:main:slack:direct:u2",
        "agent:main:telegram:direct:7",
        "agent:main:slack:channel:c1",
        "not a key",
    ]
    plan = vagus.plan_rekey(old, new, stored)
    assert [step.outcome for step in plan.steps] == [
        "conflict",
        "rename",
        "conflict",
        "kept",
        "orphan",
    ]
    for query in PEOPLE:
        before = str(Router(old).resolve_many([query])[0].session_key)
        after = Router(new).resolve_many([query])[0].session_key
        (step,) = (each for each in plan.steps if each.key == before)
        assert step.to == after


def test_depth_is_what_was_declared_at_the_spawn():
    child = "agent:ops:subagent:9f2c"
    declared = {child: keys.Spawn(depth=3)}
    assert keys.subagent_depth(child, spawns=declared) == 3
    grandchild = {"agent:ops:subagent:aa": keys.Spawn(spawned_by=child)} | declared
    assert keys.subagent_depth("agent:ops:subagent:aa", spawns=grandchild) == 4
    threaded = keys.Spawn(depth=0)
    assert keys.subagent_depth(f"{child}:thread:5", spawns={f"{child}:thread:5": threaded}) == 0


ids = st.text(min_size=1, max_size=8).filter(lambda text: text.strip())


@settings(max_examples=50)
@given(ids, ids, ids)
def test_no_id_of_a_peer_counts_as_a_spawn(peer, channel_peer, thread):
    key = SessionKey.for_peer("ops", "slack", Peer("channel", f"{peer}:subagent:{channel_peer}"))
    key = key.thread(f"subagent:{thread}")
    assert key.kind == "channel"
    assert not keys.is_subagent(key)
    assert keys.subagent_depth(key, spawns={str(key): keys.Spawn(depth=0)}) == 0
