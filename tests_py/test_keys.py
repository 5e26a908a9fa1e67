"""Session keys: what is built can be read, what is read is canonical, nothing is forged."""

from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import vagus
import vagus.types
from vagus import ContextKey, InvalidKey, Peer, SessionKey

SCOPES = ["main", "per-peer", "per-channel-peer", "per-account-channel-peer"]
KINDS = ["direct", "group", "channel"]

agents = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
channels = st.sampled_from(["slack", "discord", "telegram", "matrix", "signal", "whatsapp"])
# Ids as outsiders choose them, and pieces that have a meaning inside a key.
pieces = st.sampled_from(
    [":", "::", "thread", ":thread:", ":heartbeat", "agent:", "agent:ada:main", "%3A", "%", "main",
     "direct:", "group:", ":run:", "subagent:", "5", "Ä", "日", " ", "\n"]
)  # fmt: skip
ids = st.lists(pieces | st.text(max_size=5), max_size=6).map("".join)


@given(st.text(max_size=60) | ids.map("agent:{}".format) | ids.map("agent:ada:{}".format))
@example("AGENT:Ada:MAIN")
@example("agent:ada:matrix:channel:!Room:Server.org")
def test_parsing_is_total_and_its_result_canonical(text):
    try:
        key = SessionKey.parse(text)
    except InvalidKey:
        return
    assert SessionKey.parse(str(key)) == key
    assert str(key) == f"agent:{key.agent}:{key.rest}"


@given(agents, channels, st.sampled_from(KINDS), ids, st.sampled_from(SCOPES), ids)
def test_what_is_built_can_be_read(agent, channel, kind, peer, scope, account):
    try:
        key = SessionKey.for_peer(agent, channel, Peer(kind, peer), account=account, dm_scope=scope)
    except InvalidKey:
        return
    assert SessionKey.parse(str(key)) == key
    assert key.agent == agent
    assert key.kind == ("main" if kind == "direct" and scope == "main" else kind)


@given(agents, channels, ids)
def test_no_peer_forges_a_thread_a_tick_or_another_agent(agent, channel, peer):
    key = SessionKey.for_peer(agent, channel, Peer("group", peer))
    assert key.thread_id is None
    assert key.isolated() != key
    assert key.agent == agent
    assert key.kind == "group"


@given(agents, channels, ids, ids)
def test_two_peers_share_a_session_only_when_they_are_the_same(agent, channel, left, right):
    def folded(peer: str) -> str:
        return peer.strip().lower() or "unknown"

    if channel in ("matrix", "signal") or not (left + right).isascii():
        return
    same = folded(left) == folded(right)
    one, two = (SessionKey.for_peer(agent, channel, Peer("group", each)) for each in (left, right))
    assert (one == two) == same


@given(agents, ids, ids.filter(lambda text: text.strip()))
def test_a_thread_leads_back_to_its_session(agent, peer, thread):
    base = SessionKey.for_peer(agent, "slack", Peer("channel", peer))
    key = base.thread(thread)
    assert key.thread_parent == base
    assert base.thread(key.thread_id or "") == key
    assert SessionKey.parse(str(key)) == key


@given(agents, ids)
def test_isolation_is_idempotent(agent, peer):
    base = SessionKey.for_peer(agent, "slack", Peer("channel", peer))
    ticks = base.isolated()
    assert str(ticks) == f"{base}:heartbeat"
    assert ticks.isolated() == ticks
    assert ticks.isolated(base) == ticks.isolated(None, base) == ticks
    assert SessionKey.parse(f"{ticks}:heartbeat:heartbeat").isolated(base) == ticks


@given(agents, ids, st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))
def test_the_memory_of_a_tick_is_fresh_and_names_its_base(agent, peer, run_id):
    base = SessionKey.for_peer(agent, "slack", Peer("channel", peer))
    memory = ContextKey.for_run(base.isolated(), run_id)
    assert str(memory) == f"{base}:heartbeat-run:{run_id}"
    assert memory.is_heartbeat_run
    assert (memory.session, memory.id) == (base, run_id)
    assert ContextKey.parse(str(memory)) == memory
    epoch = ContextKey.for_epoch(base, run_id)
    assert not epoch.is_heartbeat_run
    assert epoch != memory
    assert ContextKey.parse(str(epoch)) == epoch


KINDS_OF_KEYS = [
    ("agent:main:main", "main", None),
    ("agent:main:main:heartbeat", "main", None),
    ("agent:main:slack:channel:C123:thread:456", "channel", "456"),
    ("agent:main:telegram:group:-100:topic:7", "group", None),
    ("agent:main:discord:default:direct:42", "direct", None),
    ("agent:main:subagent:abc", "subagent", None),
    ("agent:main:acp:abc", "acp", None),
    ("agent:main:cron:nightly", "cron", None),
    ("agent:main:cron:nightly:run:1", "cron_run", None),
    ("agent:main:hook:abc", "hook", None),
    ("agent:main:node-7", "node", None),
    ("agent:main:discord:slash:42", "slash", None),
    ("agent:main:dashboard:abc", "dashboard", None),
    ("agent:main:internal-session-effects:abc", "internal_effects", None),
    ("agent:main:harness:codex:abc", "harness", None),
    ("agent:main:explicit:abc", "explicit", None),
    ("agent:main:openai-user:ada", "api", None),
    ("agent:main:voice:abc", "runtime", None),
    ("agent:main:recovered:abc", "repaired", None),
    ("agent:main:anything", "other", None),
]


@pytest.mark.parametrize(("text", "kind", "thread"), KINDS_OF_KEYS)
def test_the_shape_of_a_key_says_what_it_is_for(text, kind, thread):
    key = SessionKey.parse(text)
    assert (key.kind, key.thread_id) == (kind, thread)


def test_every_kind_of_key_is_named():
    assert {kind for _, kind, _ in KINDS_OF_KEYS} == set(get_args(vagus.types.SessionKind))


def test_case_is_kept_only_where_it_tells_ids_apart():
    def room(channel: str) -> str:
        return str(SessionKey.for_peer("main", channel, Peer("channel", "!AbC:Example.org")))

    assert room("matrix") == "agent:main:matrix:channel:!AbC:Example.org"
    assert room("slack") == "agent:main:slack:channel:!abc:example.org"


def test_an_agent_id_is_never_quietly_someone_else():
    with pytest.raises(InvalidKey):
        vagus.normalize_agent_id("日本")
    assert vagus.normalize_agent_id("日本", lenient=True) == "main"
    with pytest.raises(InvalidKey, match="o-p-s"):
        vagus.normalize_agent_id("O p s")
    assert vagus.normalize_agent_id("Ops") == "ops"


@given(st.text(max_size=30))
def test_a_lenient_agent_id_is_strictly_valid(text):
    lenient = vagus.normalize_agent_id(text, lenient=True)
    assert vagus.normalize_agent_id(lenient) == lenient


def test_a_key_equals_its_own_text():
    key = SessionKey.parse("agent:main:main")
    assert key == "agent:main:main"
    assert key != "agent:main:other"
    assert hash(key) == hash("agent:main:main")
    assert repr(key) == "SessionKey('agent:main:main')"
