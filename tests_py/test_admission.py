"""No admitted key names a session that its principal's policy excludes."""

import pickle
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vagus
from vagus import (
    AdmissionPolicy,
    AgentCaller,
    GatewayClient,
    HookCaller,
    InvalidConfig,
    InvalidInput,
    InvalidKey,
    Operator,
    SessionKey,
    admit,
    types,
)

AGENTS = ["home", "ops"]
ENGINE = ("subagent:", "cron:", "acp:", "harness:", "internal-session-effects:")
NOBODY = ("harness:", "internal-session-effects:")


def policy(**rules: Any) -> AdmissionPolicy:
    return AdmissionPolicy(agents=AGENTS, default_agent="ops", **rules)


# ---- adversarial keys -----------------------------------------------------------------------

KEYS = [
    "main",
    "hook:x",
    "agent:ops:main",
    "agent:ops:hook:x",
    "agent:home:mail:k1",
    "agent:ops:webchat:alice",
    "agent:home:webchat:alice",
    "agent:ops:subagent:k",
    "agent:home:cron:daily",
    "agent:ops:cron:daily:run:1",
    "agent:ops:harness:x",
    "agent:ops:internal-session-effects:x",
    "agent:ops:dashboard:incognito-1",
    "agent:ops:agent:home:main",
    "agent:home:slack:channel:c1:thread:2",
    "agent:ops:matrix:channel:!AbC:s",
]
# Look-alikes that lower-case to ASCII, that do not, and what means something inside a key.
PIECES = [
    *(":", "::", " ", "\u3000", "\0", "\n", "\u200b", "\u212a", "\u0130", "\u017f", "\uff41"),
    *("%3a", "%25", "%73", "agent:", "agent:ops:", "Agent:Home:", "subagent:", "cron:", "harness:"),
    *("hook:", ":heartbeat", ":thread:1", ":run:1", "dashboard:incognito-", "main", "global"),
]


@st.composite
def adversarial(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(KEYS) | st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at:]
    flips = draw(st.sets(st.integers(0, max(len(text) - 1, 0)), max_size=5))
    text = "".join(c.upper() if i in flips else c for i, c in enumerate(text))
    return text.replace("k", "\u212a", draw(st.integers(0, 1)))


def split(key: SessionKey | None) -> tuple[str, str]:
    """Owner and rest of an admitted key, read from its text alone."""
    assert key is not None
    text = str(key)
    assert SessionKey.parse(text) == key
    word, owner, rest = text.split(":", 2)
    assert word == "agent"
    assert owner in AGENTS
    assert rest.strip() == rest
    assert not rest.startswith((":", "agent:"))
    assert not any(ord(c) < 32 for c in text)
    return owner, rest


PREFIXES = ["hook:", "agent:home:mail:", "webchat:Alice:"]
SOURCES = st.sampled_from(get_args(types.HookSource))


@settings(max_examples=500)
@given(adversarial(), SOURCES, st.sampled_from(AGENTS))
def test_hooks_stay_below_their_prefixes_and_their_agent(text, source, agent):
    rules = policy(allow_request_session_key=True, allowed_session_key_prefixes=PREFIXES)
    found = admit(text, HookCaller(source=source, agent=agent), rules, new_id="1")
    if not found.allowed:
        return
    owner, rest = split(found.session_key)
    assert owner == agent
    lowered = tuple(prefix.lower() for prefix in PREFIXES)
    assert rest.startswith(lowered) or f"agent:{owner}:{rest}".startswith(lowered)
    assert not rest.startswith(ENGINE)


@settings(max_examples=500)
@given(adversarial(), SOURCES)
def test_hooks_without_prefixes_reach_nothing_of_the_engine(text, source):
    found = admit(text, HookCaller(source=source), policy(allow_request_session_key=True))
    if not found.allowed:
        return
    owner, rest = split(found.session_key)
    assert owner == "ops"
    assert not rest.startswith((*ENGINE, "dashboard:incognito-"))
    assert source != "mapping-templated"


@settings(max_examples=500)
@given(
    adversarial(),
    st.none() | st.sets(st.sampled_from(AGENTS)),
    st.none() | st.sampled_from(AGENTS),
    st.booleans(),
)
def test_clients_reach_only_their_own(text, agents, agent, owning):
    client = GatewayClient(
        agents=None if agents is None else sorted(agents),
        agent=agent,
        sessions=["agent:ops:main"] if owning else None,
        prefixes=["agent:home:webchat:", "agent:ops:subagent:"] if owning else None,
    )
    found = admit(text, client, policy())
    if not found.allowed:
        return
    owner, rest = split(found.session_key)
    assert agents is None or owner in agents
    assert agent in (None, owner)
    assert not rest.startswith((*ENGINE, "dashboard:incognito-"))
    if owning:
        assert (owner, rest) == ("ops", "main") or (owner == "home" and rest.startswith("webchat:"))


@settings(max_examples=500)
@given(adversarial(), st.sampled_from(AGENTS), st.booleans())
def test_agents_reach_only_what_they_may(text, agent, both):
    found = admit(text, AgentCaller(agent=agent, agents=AGENTS if both else []), policy())
    if not found.allowed:
        return
    owner, rest = split(found.session_key)
    assert not rest.startswith((*NOBODY, "dashboard:incognito-"))
    assert owner == agent or (both and not rest.startswith(ENGINE) and ":thread:" not in rest)


@given(st.text(max_size=200) | adversarial(), st.none() | st.text(max_size=20))
def test_no_text_raises_and_a_refusal_says_why(text, agent):
    for principal in (
        HookCaller(agent=agent),
        GatewayClient(agent=agent),
        AgentCaller(agent="ops"),
        Operator(agent=agent),
    ):
        found = admit(text, principal, policy(allow_request_session_key=True), new_id="1")
        assert found.allowed == (found.code == "admitted") == (found.session_key is not None)
        assert found.allowed != bool(found.reason)
        assert found.allowed or found.reason.startswith(("session_key: ", "agent: "))


def test_every_code_is_given_somewhere():
    open_policy = policy(allow_request_session_key=True)
    listed = policy(allowed_session_key_prefixes=["hook:"])
    nobody = AdmissionPolicy(agents=AGENTS)
    client = GatewayClient(agents=["home"], sessions=["agent:home:main"])
    ops = AgentCaller(agent="ops", agents=["home"])
    found = [
        admit("main", Operator(), open_policy),
        admit(None, Operator(), open_policy),
        admit("agent:ops", Operator(), open_policy),
        admit("agent:ops:agent:home:main", ops, open_policy),
        admit("global", Operator(), open_policy),
        admit("hook:x", HookCaller(), listed),
        admit("main", HookCaller(source="mapping-static"), listed),
        admit("main", Operator(), nobody),
        admit("main", Operator(agent="ops team"), open_policy),
        admit("main", Operator(agent="nobody"), open_policy),
        admit("agent:ops:main", Operator(agent="home"), open_policy),
        admit("agent:ops:main", client, open_policy),
        admit("subagent:x", GatewayClient(), open_policy),
        admit("cron:daily:run:1", GatewayClient(), open_policy),
        admit("dashboard:incognito-1", GatewayClient(), open_policy),
        admit("agent:home:x", client, open_policy),
        admit("agent:home:slack:channel:c1:thread:2", ops, open_policy),
    ]
    assert [each.code for each in found] == list(get_args(types.AdmissionCode))


def test_an_admission_is_a_plain_value():
    found = admit("Hook:X", HookCaller(source="mapping-static"), policy())
    assert found == vagus.Admission(allowed=True, code="admitted", session_key="agent:ops:hook:x")
    assert found.to_dict() == {
        "allowed": True,
        "code": "admitted",
        "session_key": "agent:ops:hook:x",
        "reason": "",
    }
    assert pickle.loads(pickle.dumps(found)) == found
    assert admit(SessionKey.parse("agent:ops:x"), Operator(), policy()).allowed


def test_wrong_types_are_the_callers_mistake():
    with pytest.raises(InvalidInput) as caught:
        admit("main", "ops", policy())  # type: ignore[arg-type]
    assert caught.value.field == "principal"
    with pytest.raises(InvalidInput) as caught:
        admit(5, Operator(), policy())  # type: ignore[arg-type]
    assert caught.value.field == "session_key"
    with pytest.raises(InvalidKey) as caught:
        GatewayClient(sessions=["main"])
    assert caught.value.field == "sessions[0]"


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"allowed_session_key_prefixes": ["hook"]}, "allowed_session_key_prefixes[0]"),
        ({"allowed_session_key_prefixes": ["mail:"]}, "allowed_session_key_prefixes"),
        ({"templated_mappings": True}, "allowed_session_key_prefixes"),
        (
            {"allowed_session_key_prefixes": ["hook:"], "default_session_key": "x"},
            "default_session_key",
        ),
        ({"default_session_key": "cron:daily"}, "default_session_key"),
    ],
)
def test_rules_that_do_not_fit_together_are_refused(rules, field):
    with pytest.raises(InvalidConfig) as caught:
        policy(**rules)
    assert caught.value.path == field


# ---- hook keys as text ----------------------------------------------------------------------


def test_hook_keys_as_text_keep_their_case():
    found = vagus.hook_session_key(" Hook:X ", allow_request_session_key=True)
    assert (found.code, found.key) == ("admitted", "Hook:X")
    assert vagus.hook_session_key(None, new_id="7").key == "hook:7"
    assert vagus.hook_session_key("x").code == "request-key-disabled"
    assert vagus.rescope("agent:main:Hook:X", "Ops") == "agent:ops:hook:x"
    assert vagus.rescope("Hook:X", "Ops") == "Hook:X"
    assert vagus.rescope(SessionKey.parse("agent:main:x")) == "agent:main:x"
