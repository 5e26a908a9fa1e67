"""Heartbeats from end to end: where their answers go, in which words they are asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vagus import DeliveryRoute, InvalidConfig, Message, Part
from vagus.testing import Harness, Reply

OWNER = {"channel": "telegram", "to": "42", "account": "work"}


def beating(answer: Any = "Disk full", **heartbeat: Any) -> Harness:
    """An agent that beats every five minutes, with what stands beside the agents as `rest`."""
    rest = heartbeat.pop("rest", {})
    agents = {"list": [{"id": "a", "heartbeat": {"every": "5m", **heartbeat}}]}
    harness = Harness({"agents": agents, **rest}, start="2026-05-17T22:00:00Z")
    harness.workspace("a", {"HEARTBEAT.md": "- Look at the disk\n"})
    harness.model(lambda _run: answer)
    return harness


def sent_by(harness: Harness) -> list[tuple[str, DeliveryRoute]]:
    harness.advance(minutes=5)
    assert harness.check_invariants() == []
    return [(sent.text, sent.route) for sent in harness.delivered]


def responding(**arguments: Any) -> Reply:
    call = Part(
        kind="tool_call", call_id="1", name="heartbeat_respond", arguments=json.dumps(arguments)
    )
    result = Part(kind="tool_result", call_id="1", name="heartbeat_respond", text="ok")
    return Reply(
        "Thought about it.",
        messages=[Message(role="assistant", parts=[call]), Message(role="tool", parts=[result])],
    )


def test_the_owner_is_reached() -> None:
    harness = beating(target="owner", rest={"owner": OWNER})
    assert sent_by(harness) == [
        ("Disk full", DeliveryRoute(channel="telegram", account="work", to="42"))
    ]


def test_an_account_and_a_thread_are_used() -> None:
    harness = beating(target="slack", to="C1", account="work", thread="7")
    route = DeliveryRoute(channel="slack", account="work", to="C1", thread="7")
    assert sent_by(harness) == [("Disk full", route)]


def test_direct_messages_can_be_blocked() -> None:
    assert sent_by(beating(target="slack", to="user:U1", direct_policy="block")) == []


def test_hidden_alerts_are_not_sent() -> None:
    channels = {"slack": {"accounts": {"work": {"heartbeat": {"show_alerts": False}}}}}
    harness = beating(target="slack", to="C1", account="work", rest={"channels": channels})
    assert sent_by(harness) == []


def test_what_nobody_would_see_is_skipped() -> None:
    hidden = {"show_ok": False, "show_alerts": False, "use_indicator": False}
    channels = {"defaults": {"heartbeat": hidden}}
    harness = beating(target="slack", to="C1", rest={"channels": channels})
    assert sent_by(harness) == []
    assert (harness.runs[0].outcome, harness.runs[0].skip) == ("skipped", "alerts-disabled")


def test_the_prefix_stands_in_front() -> None:
    ((text, _),) = sent_by(beating(target="slack", to="C1", response_prefix="[ops]"))
    assert text == "[ops] Disk full"


def test_a_tool_call_is_the_answer() -> None:
    said = responding(outcome="needs_attention", notify=True, summary="Disk full")
    harness = beating(said, target="slack", to="C1", respond_tool=True)
    ((text, _),) = sent_by(harness)
    assert text == "Disk full"
    assert "heartbeat_respond" in harness.runs[0].prompt
    assert "HEARTBEAT_OK" not in harness.runs[0].prompt


def test_a_tool_call_can_keep_silent() -> None:
    harness = beating(
        responding(outcome="done", notify=False, summary="Disk full"),
        target="slack",
        to="C1",
        respond_tool=True,
    )
    assert sent_by(harness) == []
    assert harness.runs[0].outcome == "acknowledged"


def test_an_owners_words_are_used() -> None:
    harness = beating(prompt="You are {{agent}} in {{session}}. {{time}}")
    harness.advance(minutes=5)
    assert harness.runs[0].prompt.startswith("You are a in agent:a:main. Current time: Sunday")
    assert harness.runs[0].prompt.count("Current time:") == 1


def test_tasks_are_shown_beside_what_else_the_checklist_says() -> None:
    harness = beating()
    harness.workspace(
        "a",
        {"HEARTBEAT.md": "Be brief.\n\ntasks:\n- name: disk\n  interval: 6h\n  prompt: Look\n"},
    )
    harness.advance(minutes=5)
    assert "\n\n- disk: Look\n\n" in harness.runs[0].prompt
    assert "# HEARTBEAT.md\n\nBe brief.\n" in harness.runs[0].prompt


def test_an_owner_that_is_a_room_is_refused() -> None:
    with pytest.raises(InvalidConfig) as refusal:
        beating(target="owner", rest={"owner": {**OWNER, "to": "channel:1"}})
    assert refusal.value.field == "owner.to"
