"""What webhooks ask for, as Python gives it."""

import pickle

import pytest

import vagus
from vagus import InvalidConfig, InvalidInput, hooks

MAPPINGS = [
    {"match": {"path": "deploy"}, "action": "wake", "text_template": "Deployed {{release.name}}"},
    {"match": {"source": "gh"}, "message_template": "{{headers.X-Event}} {{query.q}} {{now}}"},
]


@pytest.mark.parametrize("body", [{"text": " hi "}, '{"text": "hi"}', b'{"text": "hi"}'])
def test_a_wake_is_read_from_what_a_server_has(body):
    assert hooks.read_wake(body) == hooks.WakeHook(text="hi")


def test_a_turn_has_the_defaults():
    hook = hooks.read_agent({"message": "m", "channel": "SLACK"}, channels=["slack"])
    assert hook == hooks.AgentHook(message="m", name="Hook", deliver=True, channel="slack")
    assert hook.to_dict() == {
        "message": "m",
        "name": "Hook",
        "wake_mode": "now",
        "key_source": "request",
        "deliver": True,
        "channel": "slack",
    }
    assert pickle.loads(pickle.dumps(hook)) == hook


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a", "sessionKey": "k", "mode": "next-heartbeat"}, "sessionKey"),
        ("", "body"),
        ("[]", "body"),
        (b"\xff", "body"),
        ([1], "body"),
        ({"text": float("nan")}, "body"),
        ({"text": "\ud800"}, "body"),
        (object(), "body"),
        ("x" * 262_145, "body"),
    ],
)
def test_what_is_no_wake_is_refused(body, field):
    with pytest.raises(InvalidInput) as caught:
        hooks.read_wake(body)
    assert caught.value.field == field


def test_a_turn_names_what_it_cannot_use():
    with pytest.raises(InvalidInput, match=r"channel: must be one of last, slack, got \"irc\""):
        hooks.read_agent({"message": "m", "channel": "irc"}, channels=["slack"])
    with pytest.raises(InvalidInput) as caught:
        hooks.read_agent({"message": "m"}, channels="slack")
    assert caught.value.field == "channels"


def test_a_key_is_found_in_headers_before_the_body():
    body = {"idempotencyKey": "b"}
    assert hooks.idempotency_key(body) == "b"
    assert hooks.idempotency_key(body, headers={"Idempotency-Key": " h "}) == "h"
    assert hooks.idempotency_key(body, headers={"x-id": "x"}, names=["x-id"]) == "x"
    assert hooks.idempotency_key({}) is None


def test_the_first_mapping_that_matches_says_what_is_asked():
    mappings = hooks.HookMappings(MAPPINGS)
    assert len(mappings) == 2
    wake = mappings.match("/deploy", {"release": {"name": "v2"}, "source": "gh"}, now_ms=0)
    assert wake == hooks.WakeHook(text="Deployed v2", key_source="mapping-static")
    turn = mappings.match(
        "any", '{"source": "gh"}', headers={"x-event": "push"}, query={"q": "1"}, now_ms=0
    )
    assert isinstance(turn, hooks.AgentHook)
    assert turn.message == "push 1 1970-01-01T00:00:00.000Z"
    assert mappings.match("any", {}, now_ms=0) is None


def test_a_mapping_that_says_nothing_is_refused():
    mappings = hooks.HookMappings(MAPPINGS)
    for body in ({}, {"release": {}}):
        with pytest.raises(InvalidInput) as caught:
            hooks.HookMappings([{"action": "wake", "text_template": "{{release.name}}"}]).match(
                "deploy", body, now_ms=0
            )
        assert caught.value.field == "text"
    with pytest.raises(InvalidInput) as caught:
        mappings.match("deploy", {}, now_ms=-1)
    assert caught.value.field == "now_ms"


@pytest.mark.parametrize(
    ("mappings", "field"),
    [
        ({}, "$"),
        ("no", "$"),
        ([{"action": "sing"}], "[0].action"),
        ([{}, {"textTemplate": "t"}], "[1].textTemplate"),
        ([{"timeout_seconds": 0}], "[0].timeout_seconds"),
        ([{}] * 1_001, "$"),
    ],
)
def test_mappings_that_cannot_be_meant_are_refused(mappings, field):
    with pytest.raises(InvalidConfig) as caught:
        hooks.HookMappings(mappings)
    assert caught.value.field == field


def admitted(mapping, **rules):
    """What becomes of the session key of a mapping."""
    mappings = hooks.HookMappings([{"message_template": "m", **mapping}])
    hook = mappings.match("a", {"room": "5"}, now_ms=0)
    policy = vagus.AdmissionPolicy(
        default_agent="ops", templated_mappings=mappings.templated_session_keys, **rules
    )
    caller = vagus.HookCaller(source=hook.key_source, agent=hook.agent_id)
    return vagus.admit(hook.session_key or "", caller, policy, new_id="7")


def test_the_session_of_a_hook_goes_through_admission():
    assert admitted({"session_key": "hook:x"}).session_key == "agent:ops:hook:x"
    assert admitted({}).session_key == "agent:ops:hook:7"
    templated = {"session_key": "hook:{{room}}"}
    prefixes = ["hook:"]
    refused = admitted(templated, allowed_session_key_prefixes=prefixes)
    assert refused.code == "request-key-disabled"
    allowed = admitted(
        templated, allowed_session_key_prefixes=prefixes, allow_request_session_key=True
    )
    assert allowed.session_key == "agent:ops:hook:5"


def test_everything_public_is_listed():
    assert sorted(hooks.__all__) == hooks.__all__
    assert all(hasattr(hooks, name) for name in hooks.__all__)
