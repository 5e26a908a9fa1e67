"""The module `vagus.heartbeat`: what its functions take, give and refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from vagus import InvalidConfig, InvalidInput, heartbeat

NOW = 1_779_056_100_000
TASK = heartbeat.ChecklistTask(name="inbox", interval="30m", prompt="Read the mail")
TIME_LINE = "Current time: Sunday, May 17th, 2026 - 22:15 (UTC) / 2026-05-17 22:15 UTC"


def call(**arguments: object) -> str:
    return json.dumps({"outcome": "done", "notify": True, "summary": "s", **arguments})


# ---- answers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "verdict", "quiet"),
    [
        ("HEARTBEAT_OK", "acknowledged", False),
        ("HEARTBEAT_OK all quiet", "acknowledged", False),
        ("NO_REPLY", "silent", True),
        ("notify=false", "silent", True),
        (" \n", "empty", False),
        ("Reasoning: hm", "empty", False),
        ("Disk full", "says", False),
        ("Disk full\nnotify=false", "says", True),
    ],
)
def test_an_answer_has_a_verdict(text: str, verdict: str, quiet: bool) -> None:
    reply = heartbeat.read_reply(text)
    assert (reply.verdict, reply.quiet) == (verdict, quiet)
    assert reply.text == ("Disk full" if verdict == "says" else "")


def test_a_structured_result_comes_first() -> None:
    result = heartbeat.read_result([call(notification_text="n")])
    assert heartbeat.read_reply("HEARTBEAT_OK", result, response_prefix="[P]").text == "[P] n"
    silent = heartbeat.read_result([call(notify=False)])
    assert heartbeat.read_reply("Disk full", silent).verdict == "silent"


def test_the_allowance_is_given() -> None:
    assert heartbeat.read_reply("HEARTBEAT_OK hm", ack_max_chars=1).text == "hm"
    assert heartbeat.strip_acknowledgement("HEARTBEAT_OK hm").text == "hm"
    assert heartbeat.strip_acknowledgement("HEARTBEAT_OK hm", ack_max_chars=2).text == ""


def test_a_result_is_a_record() -> None:
    result = heartbeat.read_result([call(priority="low", nextCheck="1h")])
    assert result == heartbeat.HeartbeatResult(
        outcome="done", notify=True, summary="s", priority="low", next_check="1h"
    )
    assert heartbeat.read_result(["{}", "not JSON"]) is None


def test_the_tool_is_a_json_schema_that_the_reader_follows() -> None:
    tool = heartbeat.RESPOND_TOOL
    parameters = tool["parameters"]
    assert tool["name"] == "heartbeat_respond"
    for outcome in parameters["properties"]["outcome"]["enum"]:
        assert heartbeat.read_result([call(outcome=outcome)]) is not None
    for name in parameters["required"]:
        arguments = {key: value for key, value in json.loads(call()).items() if key != name}
        assert heartbeat.read_result([json.dumps(arguments)]) is None


def test_a_repetition_is_known() -> None:
    day = 86_400_000
    assert heartbeat.is_repeat("a", "a ", last_sent_ms=NOW - day + 1, now_ms=NOW)
    assert not heartbeat.is_repeat("a", "a", last_sent_ms=NOW - day, now_ms=NOW)


# ---- checklist and time ---------------------------------------------------------------------


def test_tasks_are_read() -> None:
    text = "Be brief.\ntasks:\n- name: inbox\n  interval: 30m\n  prompt: Read the mail\n"
    assert heartbeat.read_tasks(text) == heartbeat.ChecklistTasks(tasks=[TASK], ignored=0)
    assert heartbeat.read_tasks(text, max_tasks=0).ignored == 1
    assert heartbeat.without_tasks(text) == "Be brief."
    assert not heartbeat.checklist_is_empty(text)
    assert heartbeat.task_is_due(TASK, None, now_ms=NOW)
    assert not heartbeat.task_is_due(TASK, NOW - 1, now_ms=NOW)


def test_the_time_is_told_in_any_zone() -> None:
    assert heartbeat.time_line(NOW) == TIME_LINE
    assert heartbeat.with_time_line("p \n", NOW) == f"p\n{TIME_LINE}"
    there = datetime.fromtimestamp(NOW / 1000, ZoneInfo("Asia/Tokyo"))
    assert f"{there:%A, %B}" in heartbeat.time_line(NOW, "Asia/Tokyo")
    assert f"{there:%H:%M} (Asia/Tokyo)" in heartbeat.time_line(NOW, "Asia/Tokyo")
    assert f"- {there:%-I:%M %p} (Asia/Tokyo)" in heartbeat.time_line(NOW, "Asia/Tokyo", hours=12)
    with pytest.raises(InvalidInput, match="hours"):
        heartbeat.time_line(NOW, hours=13)


# ---- configuration and transcripts ----------------------------------------------------------


def test_a_configuration_says_who_beats_and_what_is_shown() -> None:
    config = {
        "agents": {"list": [{"id": "a"}, {"id": "b", "heartbeat": {"every": "0m"}}]},
        "channels": {"slack": {"heartbeat": {"show_ok": True}}},
    }
    assert heartbeat.enrolled(config) == [
        heartbeat.EnrolledAgent(agent="b", every_ms=0, timeout_ms=600_000)
    ]
    assert heartbeat.visibility(config, "slack").show_ok
    assert heartbeat.visibility(json.dumps(config), "discord", "work") == heartbeat.Visibility()


def test_pruning_gives_what_is_left() -> None:
    turns = [
        heartbeat.TurnText(role="user", text="hi"),
        heartbeat.TurnText(role="user", text="Look after things."),
        heartbeat.TurnText(role="assistant", text="HEARTBEAT_OK hm"),
    ]
    assert heartbeat.prune(turns, ["Look after"]) == [0]
    assert heartbeat.prune(turns, ["Look after"], ack_max_chars=1) == [0, 1, 2]


# ---- refusals -------------------------------------------------------------------------------

REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "no text": (lambda: heartbeat.read_reply(5), "text"),
    "a lone surrogate": (lambda: heartbeat.checklist_is_empty("\ud800"), "text"),
    "a negative allowance": (lambda: heartbeat.read_reply("x", ack_max_chars=-1), "ack_max_chars"),
    "another negative allowance": (
        lambda: heartbeat.strip_acknowledgement("x", ack_max_chars=-1),
        "ack_max_chars",
    ),
    "no result": (lambda: heartbeat.read_reply("x", {}), "result"),
    "one text for a list": (lambda: heartbeat.read_result("{}"), "calls"),
    "no text in a list": (lambda: heartbeat.read_result([5]), "calls[0]"),
    "a negative limit": (lambda: heartbeat.read_tasks("", max_tasks=-1), "max_tasks"),
    "no task": (
        lambda: heartbeat.task_is_due("a", None, now_ms=0),
        "task",
    ),
    "a negative time": (lambda: heartbeat.task_is_due(TASK, None, now_ms=-1), "now_ms"),
    "a negative last time": (lambda: heartbeat.task_is_due(TASK, -1, now_ms=0), "last_run_ms"),
    "an absurd time": (lambda: heartbeat.time_line(2**62), "now_ms"),
    "an unknown zone": (lambda: heartbeat.time_line(NOW, "Mars/Olympus"), "zone"),
    "no zone": (lambda: heartbeat.with_time_line("x", NOW, zone=""), "zone"),
    "no turns": (lambda: heartbeat.prune(["x"], []), "turns[0]"),
    "no prompt": (lambda: heartbeat.prune([], [5]), "prompts[0]"),
    "an account that is no text": (
        lambda: heartbeat.visibility({}, "slack", 5),
        "account",
    ),
    "an unknown outcome": (
        lambda: heartbeat.HeartbeatResult(outcome="fine", notify=True, summary=""),
        "outcome",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_bad_input_is_refused_by_name(name: str) -> None:
    attempt, field = REFUSALS[name]
    with pytest.raises(InvalidInput) as refusal:
        attempt()
    assert refusal.value.field == field


def test_a_configuration_that_does_not_load_is_refused() -> None:
    for attempt in (heartbeat.enrolled, lambda config: heartbeat.visibility(config, "slack")):
        with pytest.raises(InvalidConfig) as refusal:
            attempt({"channels": {"slack": {"heartbeat": {"show_ok": "yes"}}}})
        assert refusal.value.field == "channels.slack.heartbeat.show_ok"
