"""What names mean under a configuration, and what is wrong with one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vagus
from vagus import (
    AmbiguousAgent,
    InvalidConfig,
    InvalidInput,
    InvalidKey,
    Peer,
    RouteQuery,
    Router,
    SessionKey,
    SessionNames,
    UnknownAgent,
)

CONFIG = {
    "agents": {"list": [{"id": "ops", "default": True}, {"id": "home"}]},
    "session": {"main_key": "Work", "dm_scope": "per-peer"},
}
NAMES = SessionNames(CONFIG)


def test_names_are_resolved_to_what_is_stored():
    assert NAMES.resolve("MAIN") == "agent:ops:work"
    assert NAMES.resolve("main", agent="home") == "agent:home:work"
    assert NAMES.resolve("agent:main:main") == "agent:ops:work"
    assert NAMES.resolve("Slack:Channel:C1") == "agent:ops:slack:channel:c1"
    assert NAMES.resolve(" Global ") == "global"
    assert NAMES.resolve(SessionKey.parse("agent:x:main")) == "agent:x:work"
    assert NAMES.main_alias("agent:main:main", "home") == "agent:home:work"
    assert NAMES.main_session("home") == "agent:home:work"
    assert NAMES.agents == ["home", "ops"]
    assert NAMES.default_agent() == "ops"
    assert repr(NAMES) == "SessionNames(agents=2, main_key='work')"


def test_every_alias_leads_to_the_main_session():
    for agent in NAMES.agents:
        aliases = NAMES.aliases(agent)
        assert f"agent:{agent}:main" in aliases
        assert {NAMES.resolve(name) for name in aliases} == {NAMES.main_session(agent)}


NASTY = ["agent:a", "agent:", ":", "agent:a:b", "agent:::x", "---", "\u212a"]


@given(st.text() | st.sampled_from(NASTY), st.none() | st.text() | st.sampled_from(NASTY))
def test_resolving_twice_is_resolving_once(text, agent):
    refusals: list[str] = []
    try:
        name = NAMES.resolve(text, agent=agent)
    except InvalidKey as refusal:
        refusals.append(refusal.field)
    assert refusals in (["agent"], ["session_key"]) or NAMES.resolve(name, agent=agent) == name


def test_an_agent_of_which_nothing_is_left_is_refused():
    with pytest.raises(InvalidKey) as caught:
        NAMES.resolve("0", agent=":")
    assert (caught.value.field, caught.value.value) == ("agent", '":"')
    with pytest.raises(InvalidKey) as caught:
        NAMES.resolve("agent:---:main")
    assert caught.value.field == "session_key"


def test_requests_about_a_session_name_one_agent():
    assert NAMES.agent_for("x") == "ops"
    assert NAMES.agent_for("agent:home:x", agent="Home") == "home"
    with pytest.raises(InvalidKey):
        NAMES.agent_for("agent:home")
    with pytest.raises(UnknownAgent):
        NAMES.agent_for("x", agent="nobody")
    with pytest.raises(InvalidInput) as caught:
        NAMES.agent_for("agent:home:x", agent="ops")
    assert caught.value.field == "agent"
    with pytest.raises(AmbiguousAgent):
        SessionNames({"agents": {"list": [{"id": "a"}, {"id": "b"}]}}).resolve("main")
    with pytest.raises(InvalidConfig):
        SessionNames({"agents": 5})


def test_lint_reports_findings_and_load_errors():
    (finding,) = vagus.lint("{")
    assert (finding.code, finding.severity, finding.path) == ("invalid-config", "error", "$")
    config = {
        **CONFIG,
        "bindings": [
            {"agent": "ops", "match": {"channel": "slack"}},
            {"agent": "home", "match": {"channel": "slack"}},
        ],
    }
    (finding,) = vagus.lint(json.dumps(config))
    assert finding == vagus.Finding(
        code="shadowed-binding",
        severity="warning",
        path="bindings[1]",
        message=finding.message,
        related=["bindings[0]"],
    )


BINDINGS = st.lists(
    st.fixed_dictionaries(
        {"channel": st.sampled_from(["slack", "discord"])},
        optional={
            "account": st.sampled_from(["default", "work", "*"]),
            "guild": st.sampled_from(["g", "h"]),
            "team": st.sampled_from(["t", "u"]),
            "roles": st.lists(st.sampled_from(["r", "s"]), max_size=2),
            "peer": st.fixed_dictionaries(
                {"kind": st.sampled_from(["direct", "group"]), "id": st.sampled_from(["1", "*"])}
            ),
        },
    ),
    max_size=6,
)
QUERIES = st.builds(
    RouteQuery,
    channel=st.sampled_from(["slack", "discord"]),
    account=st.sampled_from([None, "work", "other"]),
    guild=st.sampled_from([None, "g", "h"]),
    team=st.sampled_from([None, "t", "u"]),
    roles=st.lists(st.sampled_from(["r", "s"]), max_size=2),
    peer=st.none()
    | st.builds(Peer, kind=st.sampled_from(["direct", "group"]), id=st.sampled_from(["1", "2"])),
)


@given(BINDINGS, st.lists(QUERIES, max_size=20))
def test_a_shadowed_binding_never_wins(matches, queries):
    config = {
        "bindings": [{"agent": f"a{i}", "match": match} for i, match in enumerate(matches)],
        "session": {"dm_scope": "per-peer"},
    }
    router = Router(config)
    shadowed = {
        finding.path for finding in vagus.lint(config) if finding.code == "shadowed-binding"
    }
    winners = {f"bindings[{router.resolve_many([query])[0].binding}]" for query in queries}
    assert not winners & shadowed


def test_audit_finds_sessions_that_people_share():
    router = Router({})
    queries = [
        RouteQuery(channel="slack", peer=Peer("direct", "U1")),
        {"channel": "telegram", "peer": {"kind": "direct", "id": "7"}},
    ]
    (shared,) = vagus.audit(router, queries)
    assert str(shared.session_key) == "agent:main:main"
    assert shared.is_main
    assert (shared.people, shared.peers) == (2, ["slack:U1", "telegram:7"])
    assert vagus.audit(Router(CONFIG), queries) == []
