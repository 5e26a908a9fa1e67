"""Producers bring news back to the session that asked, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

import vagus
from vagus.testing import Harness, Reply

ROOM = "agent:main:discord:channel:42"
MAIN = "agent:main:main"
CONFIG: dict[str, Any] = {
    "agents": {"list": [{"id": "main"}]},
    "hooks": {
        "enabled": True,
        "allow_request_session_key": True,
        "allowed_session_key_prefixes": ["hook:", "discord:"],
        "mappings": [
            {
                "match": {"path": "ci"},
                "action": "wake",
                "text_template": "{{status}}",
                "session_key": "discord:channel:42",
            },
            {"match": {"path": "picky"}, "message_template": "{{a}}", "transform": "picky"},
        ],
    },
}

PRODUCERS = {
    "exec": lambda h: h.exec(ROOM, "9f2c", exit_code=1),
    "approval": lambda h: h.exec(ROOM, "9f2c", phase="approval-needed", command="ls"),
    "node": lambda h: h.node("n", "exec.finished", {"sessionKey": ROOM, "exitCode": 3}),
    "notification": lambda h: h.node(
        "n", "notifications.changed", {"sessionKey": ROOM, "change": "posted", "key": "k"}
    ),
    "wake hook": lambda h: h.hook("wake", {"text": "x", "sessionKey": "discord:channel:42"}),
    "mapped hook": lambda h: h.hook("ci", {"status": "red"}),
    "cron": lambda h: h.cron("job", "x", session_key=ROOM),
    "subagent": lambda h: h.subagent(ROOM, "agent:main:subagent:s", "t", result="x"),
    "event": lambda h: h.event(ROOM, "x", wake="wake", reply_in_session=True),
}


def harness(**changes: Any) -> Harness:
    h = Harness(CONFIG | changes, start="2026-03-01T08:00:00Z")
    h.model(lambda call: "well")
    h.transform("picky", lambda body, hook: {})
    return h


def effects(h: Harness, kind: type[Any]) -> list[Any]:
    return [e for _, _, told in h._host.exchanges for e in told if isinstance(e, kind)]


@pytest.mark.parametrize("name", PRODUCERS)
def test_event_and_wake_have_one_key_and_the_reply_finds_its_way(name: str) -> None:
    h = harness()
    PRODUCERS[name](h)
    (posted,), (wake,) = effects(h, vagus.EventPosted), effects(h, vagus.WakeQueued)
    assert posted.session_key == wake.session_key == ROOM
    h.advance("1s")
    (delivery,) = h.delivered
    assert (delivery.route.channel, delivery.route.to) == ("discord", "42")
    assert [str(run.session_key) for run in h.runs] == [ROOM]


@pytest.mark.parametrize("reply", ["done", RuntimeError("no model")])
def test_both_reports_of_an_agent_hook_carry_the_key(reply: str | Exception) -> None:
    h = harness()
    h.model([reply])
    h.hook("agent", {"message": "do it"})
    (posted,), (wake,) = effects(h, vagus.EventPosted), effects(h, vagus.WakeQueued)
    assert posted.session_key == wake.session_key == MAIN
    assert wake.reason.endswith(":error") is isinstance(reply, Exception)


def test_an_agent_hook_answers_where_people_last_wrote() -> None:
    h = harness()
    h.inbound("hi", channel="slack", peer=vagus.Peer("direct", "ANN"))
    h.hook("agent", {"message": "do it"})
    assert [d.route.to for d in h.delivered] == ["ANN", "ANN"]
    assert h.runs[-1].kind == "errand"
    h.hook("agent", {"message": "do it", "channel": "discord"})
    assert len(h.delivered) == 2, "nobody wrote from there"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("wake", {"text": " "}),
        ("wake", {"text": "x", "sessionKey": "slack:channel:c1"}),
        ("wake", {"text": "x", "sessionKey": "hook:x", "mode": "next-heartbeat"}),
        ("wake", {"text": "x", "agentId": "nobody"}),
        ("agent", {}),
        ("agent", {"message": "m", "model": " "}),
        ("agent", {"message": "m", "sessionKey": "agent:main:subagent:x"}),
        ("ci", {}),
        ("ci", "[]"),
    ],
)
def test_hooks_that_cannot_be_used_change_nothing(path: str, body: Any) -> None:
    h = harness()
    before = h.snapshot()
    assert h.hook(path, body, status=400) == []
    assert h.snapshot() == before


def test_a_request_may_name_no_session_unless_that_is_allowed() -> None:
    h = harness(hooks={"enabled": True})
    h.hook("wake", {"text": "x", "sessionKey": "hook:x"}, status=400)
    h.hook("agent", {"message": "x", "sessionKey": "hook:x"}, status=400)
    assert [each.code for each in effects(h, vagus.WebhookAnswered)] == ["request-key-disabled"] * 2


def test_a_transform_is_asked() -> None:
    h = harness()
    answers: list[Any] = [{"message": "hello", "wake_mode": "next-heartbeat"}, None, {"x": 1}, 5]
    h.transform("picky", lambda body, hook: answers.pop(0))
    h.hook("picky", {"a": "b"})
    assert "hello" in h.runs[0].prompt
    h.hook("picky", status=204)
    h.hook("picky", status=400)
    h.hook("picky", status=500)
    h.transform("picky", lambda body, hook: body["missing"])
    h.hook("picky", status=500)
    with pytest.raises(vagus.InvalidConfig, match="no such transform"):
        Harness(CONFIG).hook("wake", {"text": "x"})


def test_hooks_that_are_off_are_told_from_hooks_that_refuse() -> None:
    with pytest.raises(vagus.VagusError, match=r"hooks\.enabled"):
        Harness({}).hook("wake", {"text": "x"})
    with pytest.raises(vagus.VagusError, match="must be answered with 200, got 404"):
        Harness({"hooks": {"enabled": True}}).hook("nothing")


@pytest.mark.parametrize(
    ("hooks", "field"),
    [
        ({"path": "/"}, "hooks.path"),
        ({"max_body_bytes": 0}, "hooks.max_body_bytes"),
        ({"max_body_bytes": 262_145}, "hooks.max_body_bytes"),
        ({"channels": [" "]}, "hooks.channels[0]"),
        (
            {"default_session_key": "mail:x", "allowed_session_key_prefixes": ["hook:"]},
            "hooks.default_session_key",
        ),
        ({"allowed_session_key_prefixes": ["mail:"]}, "hooks.allowed_session_key_prefixes"),
        ({"allowed_agent_ids": ["no one"]}, "hooks.allowed_agent_ids[0]"),
        ({"mappings": [{"session_key": "hook:{{x}}"}]}, "hooks.allowed_session_key_prefixes"),
        ({"mappings": [{"text_template": "x" * 16_385}]}, "hooks.mappings[0].text_template"),
        ({"mappings": [{"timeout_seconds": 0}]}, "hooks.mappings[0].timeout_seconds"),
        ({"mappings": [{"transform": " "}]}, "hooks.mappings[0].transform"),
        ({"tokn": "x"}, "hooks.tokn"),
    ],
)
def test_hook_rules_that_do_not_fit_together_are_refused_at_load(
    hooks: dict[str, Any], field: str
) -> None:
    with pytest.raises(vagus.InvalidConfig) as refused:
        vagus.Engine({"hooks": hooks})
    assert refused.value.field == field
    engine = vagus.Engine({})
    with pytest.raises(vagus.InvalidConfig):
        engine.apply(vagus.Reconfigure({"hooks": hooks}), 0)


def test_templates_that_reach_for_what_is_not_there_stay_empty() -> None:
    mapping = {
        "action": "wake",
        "text_template": "[{{a.b[9].c}}{{__proto__.x}}{{ {{a}} }}{{headers.no}}]",
    }
    h = harness(hooks={"enabled": True, "mappings": [mapping]})
    h.hook("any", {"a": {"b": []}})
    (event,) = h.snapshot()["events"][MAIN]["events"]
    assert event["text"] == "[ }}]"
    grow = {"action": "wake", "text_template": "{{a}}" * 4}
    h = harness(hooks={"enabled": True, "mappings": [grow]})
    h.hook("any", {"a": "x" * 100_000}, status=400)


def test_agents_that_hooks_may_not_reach() -> None:
    config = {
        "agents": {"list": [{"id": "main", "default": True}, {"id": "ops"}]},
        "hooks": {"enabled": True, "allowed_agent_ids": ["ops"]},
    }
    h = Harness(config)
    h.model(["well"])
    for path, field in (("wake", "text"), ("agent", "message")):
        h.hook(path, {field: "x"}, status=400)
        h.hook(path, {field: "x", "agentId": "ops"})
    codes = [each.code for each in effects(h, vagus.WebhookAnswered)]
    assert codes == ["agent-not-permitted", "", "agent-not-permitted", ""]
    policy = vagus.AdmissionPolicy.from_config(config)
    refused = vagus.admit("hook:x", vagus.HookCaller(source="mapping-static"), policy)
    assert refused.code == "agent-not-permitted"


def test_a_cron_turn_reports_to_the_main_session_unless_it_was_delivered() -> None:
    h = harness()
    h.model(["Disk 91% full.", "heard", "HEARTBEAT_OK", "Fine."])
    h.cron("disk", "Check the disk.", run="turn", name="Disk")
    (wake,) = effects(h, vagus.WakeQueued)
    assert (wake.reason, str(wake.session_key)) == ("cron:disk", MAIN)
    runs = h.advance("1s")
    assert "Cron Disk: Disk 91% full." in runs[0].prompt
    h.cron("disk", "Check the disk.", run="turn")
    h.cron(
        "disk",
        "Check.",
        run="turn",
        route=vagus.DeliveryRoute(channel="slack", to="C1"),
    )
    assert len(effects(h, vagus.EventPosted)) == 1
    assert [d.text for d in h.delivered] == ["Fine."]


def test_errands_and_the_unanswered_keep_every_promise() -> None:
    h = harness(messages={"queue": {"mode": "followup", "cap": 1, "drop": "new"}})
    h.cron("disk", "Check the disk.", run="turn", thinking="low")
    h.hook("agent", {"message": "Look around."})
    h.node("n", "voice.transcript", {"text": "Hello?", "eventId": "e1"})
    h.model(lambda call: Reply("well", after="10s"))
    for number in range(3):
        client = f"c{number}"
        h.inbound("hi", session_key=ROOM, client_run_id=client, subscriber="desk")
    h.advance("1m")
    ended = [each for each in effects(h, vagus.ChatEvent) if each.state == "error"]
    assert [each.client_run_id for each in ended] == ["c2"], "there is no room for it"
    assert h.check_invariants() == []


def test_commands_survive_the_journal() -> None:
    commands = [
        vagus.ExecReport(session_key=ROOM, exec_id="x", exit_code=0, output="y"),
        vagus.NodeEvent(node_id="n", event="exec.started", payload="{}"),
        vagus.WebhookReceived(path="wake", wake=vagus.hooks.WakeHook(text="x")),
        vagus.WebhookReceived(path="agent", agent=vagus.hooks.AgentHook(message="x")),
        vagus.CronFired(job_id="j", text="x", run="turn"),
        vagus.SubagentReported(
            parent_key=ROOM, session_key="agent:main:subagent:s", task_id="t", outcome="failed"
        ),
    ]
    for command in commands:
        assert vagus.command_from_json(command.to_json()) == command
