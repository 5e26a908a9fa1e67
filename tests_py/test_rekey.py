"""After the renames of a plan, every conversation finds its session again."""

import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vagus
from vagus import AmbiguousAgent, InvalidConfig, InvalidInput, Router, plan_rekey

AGENTS = ["a", "b", "c"]
ACCOUNTS = ["default", "work"]
PEERS = [
    {"kind": kind, "id": id_} for kind in ("direct", "group") for id_ in ("U1", "7", "heartbeat")
]

matches = st.fixed_dictionaries(
    {"channel": st.sampled_from(["slack", "telegram"])},
    optional={
        "account": st.sampled_from([*ACCOUNTS, "*"]),
        "peer": st.sampled_from([*PEERS, {"kind": "direct", "id": "*"}]),
        "guild": st.sampled_from(["g", "h"]),
    },
)
bindings = st.lists(
    st.fixed_dictionaries(
        {"agent": st.sampled_from(AGENTS), "match": matches},
        optional={
            "session": st.fixed_dictionaries({"dm_scope": st.sampled_from(["main", "per-peer"])})
        },
    ),
    max_size=3,
)
sessions = st.fixed_dictionaries(
    {
        "dm_scope": st.sampled_from(
            ["main", "per-peer", "per-channel-peer", "per-account-channel-peer"]
        )
    },
    optional={
        "group_scope": st.sampled_from(["main", "per-group"]),
        "main_key": st.sampled_from(["main", "work"]),
        "identity_links": st.sampled_from(
            [{"ann": ["U1", "telegram:7"]}, {"bob": ["u1"]}, {"ann": ["7"], "bob": ["slack:U1"]}]
        ),
    },
)
configs = st.fixed_dictionaries(
    {"agents": st.sampled_from([AGENTS, ["a", "b"]]), "bindings": bindings, "session": sessions}
).map(
    lambda made: {
        **made,
        "agents": {"list": [{"id": id_, "default": id_ == "a"} for id_ in made["agents"]]},
    }
)
queries = st.lists(
    st.fixed_dictionaries(
        {
            "channel": st.sampled_from(["slack", "telegram", "web"]),
            "account": st.sampled_from([*ACCOUNTS, "other"]),
            "peer": st.sampled_from(PEERS),
            "guild": st.sampled_from([None, "g"]),
            "thread": st.sampled_from([None, "9"]),
        }
    ),
    max_size=12,
)


def session_of(router: Router, query: dict[str, Any]) -> vagus.SessionKey | None:
    try:
        return router.resolve_many([query])[0].session_key
    except (vagus.UnknownAgent, AmbiguousAgent):
        return None


@settings(max_examples=300)
@given(configs, configs, queries)
def test_conversations_find_their_sessions_again(old, new, messages):
    before, after = Router(old), Router(new)
    stored = {}
    for query in messages:
        key = session_of(before, query)
        if key is not None:
            stored.setdefault(str(key), []).append(query)
    plan = plan_rekey(old, new, list(stored))
    renames = plan.mapping()
    # Safe: no two sessions become one, and none takes the place of another.
    assert len({str(key) for key in renames.values()}) == len(renames)
    assert not {str(key) for key in renames.values()} & set(stored)
    main_keys = {session.get("main_key", "main") for session in (old["session"], new["session"])}
    for step in plan.steps:
        base = step.key.partition(":thread:")[0].split(":", 2)[2]
        if step.outcome not in ("kept", "rename") or base in main_keys:
            continue  # who shares a main session is decided anew
        found = {str(session_of(after, query)) for query in stored[step.key]}
        assert found == {str(step.to)}, step


@given(configs, st.lists(st.text(max_size=30) | st.just("agent:a:slack:direct:u1")))
def test_planning_is_total_and_accounts_for_every_key(config, keys):
    plan = plan_rekey(config, {}, keys)
    assert [step.key for step in plan.steps] == keys
    assert plan.kept + plan.renames + plan.conflicts + plan.orphans == len(keys)
    assert plan == plan_rekey(config, {}, keys)


def test_a_plan_is_a_plain_value_that_can_be_read():
    keys = ["agent:main:slack:direct:u1", "agent:main:main", "agent:main:slack:channel:c1"]
    old = {"session": {"dm_scope": "per-channel-peer"}}
    new = {"session": {"dm_scope": "per-peer"}}
    plan = plan_rekey(old, new, [vagus.SessionKey.parse(key) for key in keys])
    assert plan.to_dict()["steps"][0] == {
        "key": "agent:main:slack:direct:u1",
        "outcome": "rename",
        "to": "agent:main:direct:u1",
        "others": [],
        "reason": "",
    }
    assert repr(plan) == (
        "RekeyPlan(kept=2, renames=1, conflicts=0, orphans=0)\n"
        '  rename "agent:main:slack:direct:u1" -> agent:main:direct:u1'
    )
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert hash(plan) == hash(pickle.loads(pickle.dumps(plan)))


def test_wrong_configurations_are_named():
    with pytest.raises(InvalidConfig) as caught:
        plan_rekey({}, {"session": {"dm_scope": "x"}}, [])
    assert caught.value.path == "new_config.session.dm_scope"
    with pytest.raises(InvalidConfig) as caught:
        plan_rekey("{", {}, [])
    assert caught.value.path == "old_config.$"
    with pytest.raises(InvalidInput) as caught:
        plan_rekey({}, {}, [5])  # type: ignore[list-item]
    assert caught.value.field == "keys[0]"
