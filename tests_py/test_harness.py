"""The harness: an engine under a virtual clock."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints

import pytest

import vagus
from vagus import (
    WORKSPACE_FILES,
    DeliveryRoute,
    InvalidConfig,
    InvalidInput,
    Message,
    Peer,
    Tick,
    UnknownAgent,
    VagusError,
)
from vagus.testing import Delivery, Harness, ModelCall, Reply, Run, RunList
from vagus.types import RunKind, RunOutcome, SkipReason

TICKING = {
    "agents": {
        "list": [
            {
                "id": "trent",
                "heartbeat": {"every": "5m", "isolated_session": True, "light_context": True},
            }
        ]
    }
}
QUIET = {"agents": {"list": [{"id": "main"}]}}
MAIN = "agent:main:main"


def quiet(model: Any = "hello", **settings: Any) -> Harness:
    harness = Harness(QUIET, **settings)
    harness.model([model])
    return harness


def ticking(**settings: Any) -> Harness:
    harness = Harness(TICKING, start="2026-05-17T22:00:00Z", **settings)
    harness.workspace("trent", {"HEARTBEAT.md": "- Check status\n"})
    harness.model(["HEARTBEAT_OK"])
    return harness


# ---- ticks ----------------------------------------------------------------------------------


def test_two_ticks_share_a_session_key_and_no_memory():
    h = ticking()
    first, second = h.advance(minutes=10)
    assert first.session_key == second.session_key == "agent:trent:main:heartbeat"
    assert first.context_key != second.context_key
    assert first.context_key.is_heartbeat_run
    assert first.outcome == second.outcome == "acknowledged"
    assert second.started_at - first.started_at == timedelta(minutes=5)
    assert "- Check status" in first.prompt
    assert first.reason == "interval"
    assert first.ledger is not None
    assert first.ledger.estimated <= first.ledger.budget
    assert h.now == datetime(2026, 5, 17, 22, 10, tzinfo=UTC)
    assert h.check_invariants() == []


def test_nothing_ends_before_its_time():
    h = ticking(latency="3s")
    h.advance(minutes=5)
    started = h.runs[0].started_at
    assert h.runs[0].ended_at == started + timedelta(seconds=3)


def test_an_empty_checklist_skips_the_model():
    h = ticking()
    h.workspace("trent", {"HEARTBEAT.md": "# Nothing yet\n"})
    (run,) = h.advance(minutes=5)
    assert (run.outcome, run.skip) == ("skipped", "empty-heartbeat-file")
    assert not run.model_called
    assert run.prompt == ""
    assert run.ledger is None


def test_a_workspace_is_replaced_whole():
    h = ticking()
    h.workspace("trent", {})
    (run,) = h.advance(minutes=5)
    assert "- Check status" not in run.prompt


# ---- messages and events --------------------------------------------------------------------


def test_a_message_is_answered_where_it_came_from():
    h = quiet()
    (run,) = h.inbound("hi", channel="discord", peer=Peer("channel", "42"), thread="7")
    assert run.kind == "user"
    assert run.session_key == "agent:main:discord:channel:42:thread:7"
    (sent,) = h.delivered
    assert sent.text == "hello"
    assert sent.route == DeliveryRoute(channel="discord", to="42", thread="7")
    assert sent.session_key == run.session_key
    assert sent.at == h.now


def test_an_event_reaches_the_run_that_it_wakes():
    h = quiet("All tests passed.")
    route = DeliveryRoute(channel="discord", to="42", thread="7")
    key = "agent:main:discord:channel:42:thread:7"
    assert h.event(key, "exit code 0", wake="exec", route=route, tag="exec:1") == []
    (run,) = h.advance("1s")
    assert run.session_key == key
    assert [(cause.kind, cause.count) for cause in run.causes] == [("exec", 1)]
    assert "exit code 0" in run.prompt
    assert [sent.route for sent in h.delivered] == [route]


def test_wakes_of_one_session_are_one_run():
    h = quiet("HEARTBEAT_OK")
    for reason in ("a", "b", "a"):
        h.wake(MAIN, kind="hook", reason=reason)
    h.wake(agent="main", kind="manual")
    (run,) = h.run_until_idle()
    assert run.requests == 4
    assert {(cause.reason, cause.count) for cause in run.causes} >= {("a", 2), ("b", 1)}
    assert h.check_invariants() == []


def test_a_reset_begins_a_new_memory():
    h = quiet()
    (before,) = h.inbound("first", session_key=MAIN)
    h.reset(MAIN)
    (after,) = h.inbound("second", session_key=MAIN)
    assert before.context_key != after.context_key
    assert "first" not in after.prompt
    assert h.check_invariants() == []


def test_a_forgotten_session_begins_anew():
    h = quiet()
    h.inbound("first", session_key=MAIN)
    assert h.forget(MAIN) == []
    (after,) = h.inbound("second", session_key=MAIN)
    assert "first" not in after.prompt
    h.wake(MAIN)
    with pytest.raises(InvalidInput, match="idle"):
        h.forget(MAIN)


def test_an_imported_transcript_is_in_the_next_prompt():
    h = quiet()
    h.import_transcript(MAIN, [Message.of("user", "my name is Ada"), Message.of("assistant", "ok")])
    (run,) = h.inbound("who am I?", session_key=MAIN)
    assert "my name is Ada" in run.prompt
    assert run.message_count == 3
    assert h.check_invariants() == []


def test_a_busy_lane_takes_one_message_after_the_other():
    h = quiet(latency="2s")
    assert h.inbound("one", session_key=MAIN) == []
    assert h.inbound("two", session_key=MAIN) == []
    assert [run.session_key for run in h.pending] == [MAIN]
    assert [run.outcome for run in h.pending] == [None]
    runs = h.advance(seconds=4)
    assert [run.prompt.rsplit("\n\n", 1)[-1] for run in runs] == ["one", "two"]
    assert runs[1].started_at == runs[0].ended_at
    assert h.pending == []


# ---- time -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"span": "1h30m"}, timedelta(minutes=90)),
        ({"span": 250}, timedelta(milliseconds=250)),
        ({"span": timedelta(days=1)}, timedelta(days=1)),
        (
            {"days": 1, "hours": 1, "minutes": 1, "seconds": 1, "ms": 1},
            timedelta(days=1, hours=1, minutes=1, seconds=1, milliseconds=1),
        ),
        ({"span": "1m", "seconds": 0.5}, timedelta(seconds=60.5)),
        ({}, timedelta()),
    ],
)
def test_spans_add_up(arguments, expected):
    h = quiet()
    before = h.now
    h.advance(**arguments)
    assert h.now - before == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-05-17T22:00:00Z", 1_779_055_200_000),
        ("2026-05-18T00:00:00+02:00", 1_779_055_200_000),
        (datetime(2026, 5, 17, 22, tzinfo=UTC), 1_779_055_200_000),
        (1_779_055_200_000, 1_779_055_200_000),
    ],
)
def test_starts(start, expected):
    assert Harness(QUIET, start=start).now_ms == expected


@pytest.mark.parametrize(
    "start", ["2026-05-17T22:00:00", "2026-01-01", "soon", True, None, datetime(2026, 1, 1)]
)
def test_a_start_needs_a_time_zone(start):
    with pytest.raises(InvalidInput, match="time zone") as caught:
        Harness(QUIET, start=start)
    assert caught.value.field == "start"
    assert str(caught.value).endswith(f"got {start!r}")


@pytest.mark.parametrize("span", [-1, timedelta(seconds=-1), "soon", "5", "1m5", "", 1.5, True])
def test_a_bad_span_moves_nothing(span):
    h = quiet()
    before = h.now_ms
    with pytest.raises(InvalidInput, match=r"units \(d, h, m, s, ms\) such as '10m'") as caught:
        h.advance(span)
    assert caught.value.field == "span"
    assert h.now_ms == before


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("latency", lambda: quiet(latency="5")),
        ("span", lambda: quiet().advance("5")),
        ("max_time", lambda: quiet().run_until_idle("5")),
        ("after", lambda: quiet(Reply(text="x", after="5")).inbound("hi", session_key=MAIN)),
    ],
)
def test_every_span_as_text_needs_a_unit(field, call):
    with pytest.raises(InvalidInput, match="got '5'") as caught:
        call()
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"days": 1e300}, "days"),
        ({"hours": float("inf")}, "hours"),
        ({"minutes": float("nan")}, "minutes"),
        ({"minutes": "5"}, "minutes"),
        ({"minutes": None}, "minutes"),
        ({"seconds": -1}, "seconds"),
        ({"ms": True}, "ms"),
        ({"span": "100000000d"}, "span"),
        ({"span": "9" * 30 + "d"}, "span"),
        ({"span": "1s" * 40}, "span"),
        ({"span": 10**30}, "span"),
        ({"span": timedelta.max}, "span"),
        ({"span": None}, "span"),
        ({"days": 2_912_100}, "advance"),
        ({"span": "2900000d", "days": 2_900_000}, "advance"),
    ],
)
def test_a_span_that_is_none_or_endless_moves_nothing(arguments, field):
    h = ticking()
    before, journal = h.now_ms, h.journal
    with pytest.raises(InvalidInput) as caught:
        h.advance(**arguments)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: must ")
    assert (h.now_ms, h.journal) == (before, journal)


def test_an_endless_wait_is_refused():
    with pytest.raises(InvalidInput, match="before the year 9999") as caught:
        quiet().run_until_idle(timedelta(days=2_912_100))
    assert caught.value.field == "max_time"


def test_the_clock_goes_up_to_the_year_9999():
    h = quiet(RuntimeError("no"), start="9998-12-31T23:59:59Z")
    h.wake(MAIN, kind="hook", coalesce_ms=999)
    (run,) = h.advance(ms=999)
    assert datetime(9999, 1, 1, 0, 0, 0, 999_000, tzinfo=UTC) <= run.retry_at
    with pytest.raises(InvalidInput, match="before the year 9999"):
        h.advance(ms=1)


@pytest.mark.parametrize(
    "start",
    [
        -5,
        2**53,
        253_370_764_800_000,
        "9999-12-31T23:59:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00+02:00",
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_a_start_is_in_the_calendar(start):
    with pytest.raises(InvalidInput, match="must be of the years 1970 to 9998") as caught:
        Harness({}, start=start)
    assert caught.value.field == "start"


def test_answers_come_before_alarms():
    # Both are due at the same instant: the answer frees the lane, then the wake runs.
    h = quiet(latency=250)
    h.inbound("hi", session_key=MAIN)
    h.wake(MAIN, kind="hook")
    user, heartbeat = h.advance(ms=500)
    assert (user.kind, heartbeat.kind) == ("user", "heartbeat")
    assert heartbeat.started_at == user.ended_at


def test_idle_means_no_run_and_no_wake():
    h = quiet("HEARTBEAT_OK", latency="10s")
    h.wake(MAIN)
    (run,) = h.run_until_idle()
    assert h.now == run.ended_at
    assert h.run_until_idle() == []


def test_a_cadence_is_not_work():
    h = ticking()
    assert h.run_until_idle() == []


def test_idle_may_take_too_long():
    h = quiet(latency="5m")
    h.inbound("hi", session_key=MAIN)
    with pytest.raises(VagusError, match="1 runs in flight"):
        h.run_until_idle(max_time="1m")
    assert [run.outcome for run in h.advance("5m")] == ["replied"]


def test_a_model_that_is_too_slow_has_timed_out():
    h = quiet(latency="20m")
    h.inbound("hi", session_key=MAIN)
    (run,) = h.advance(hours=1)
    assert run.outcome == "timed_out"
    assert run.ended_at == run.started_at + timedelta(minutes=10)
    assert h.delivered == []
    assert h.check_invariants() == []


def test_a_late_answer_to_a_forgotten_run_is_ignored():
    config = QUIET | {"limits": {"ended_runs": 1}}
    h = Harness(config)
    h.model([Reply(text="late", after="1h"), "in time"])
    h.inbound("slow", session_key=MAIN)
    h.advance(minutes=10)
    h.inbound("a", session_key=MAIN)
    h.inbound("b", session_key=MAIN)
    h.advance(hours=1)
    assert [run.outcome for run in h.runs] == ["timed_out", "replied", "replied"]


# ---- refusals -------------------------------------------------------------------------------


def test_a_wrong_configuration_is_refused_with_its_path():
    with pytest.raises(InvalidConfig) as caught:
        Harness({"agents": {"list": [{"id": "a", "heartbeat": {"every": "soon"}}]}})
    assert caught.value.path == "agents.list[0].heartbeat.every"


def test_a_workspace_belongs_to_a_known_agent():
    h = ticking()
    h.workspace(" Trent ", {})
    with pytest.raises(UnknownAgent, match="trent") as caught:
        h.workspace("ghost", {})
    assert caught.value.field == "agent"


def test_without_a_list_of_agents_every_agent_is_known():
    h = Harness("{}")
    h.model(["fine"])
    h.workspace("trent", {"AGENTS.md": "You are Trent."})
    (run,) = h.inbound("hi", session_key="agent:trent:main")
    assert "You are Trent." in run.prompt
    for agent in ("no agent!", 3, "\ud800"):
        with pytest.raises(InvalidInput, match="agent id") as caught:
            h.workspace(agent, {})
        assert caught.value.field == "agent"


@pytest.mark.parametrize("text", [3, None, list(range(100))])
def test_a_workspace_holds_text(text):
    with pytest.raises(InvalidInput, match="must be text") as caught:
        ticking().workspace("trent", {"HEARTBEAT.md": text})
    assert len(caught.value.value) < 80


def test_a_workspace_holds_text_that_can_be_sent():
    h = ticking()
    with pytest.raises(InvalidInput, match="must be valid Unicode") as caught:
        h.workspace("trent", {"HEARTBEAT.md": "\ud800"})
    assert caught.value.field == "files['HEARTBEAT.md']"
    (run,) = h.advance(minutes=5)
    assert "- Check status" in run.prompt


@pytest.mark.parametrize("files", [[("a", "b")], None, "HEARTBEAT.md", 3])
def test_a_workspace_is_a_dict(files):
    with pytest.raises(InvalidInput, match="must be a dict") as caught:
        ticking().workspace("trent", files)
    assert caught.value.field == "files"


@pytest.mark.parametrize("messages", [5, None, "text", [3]])
def test_a_transcript_is_a_list_of_messages(messages):
    h = quiet()
    with pytest.raises(InvalidInput, match="must be a") as caught:
        h.import_transcript(MAIN, messages)
    assert caught.value.field.startswith("messages")


@pytest.mark.parametrize("name", ["NOTES.md", "heartbeat.md", "HEARTBEAT", "", 3, "x" * 200])
def test_a_workspace_holds_only_files_that_are_read(name):
    h = ticking()
    with pytest.raises(InvalidInput, match=r"AGENTS\.md, .*HEARTBEAT\.md") as caught:
        h.workspace("trent", {"AGENTS.md": "new", name: "text"})
    assert caught.value.field == "files"
    (run,) = h.advance(minutes=5)
    assert "- Check status" in run.prompt


def test_every_file_that_a_workspace_may_hold_is_read():
    h = Harness({"agents": {"list": [{"id": "main", "heartbeat": {"every": "5m"}}]}})
    h.model(["HEARTBEAT_OK"])
    h.workspace("main", {name: f"- from {name}" for name in WORKSPACE_FILES})
    h.inbound("hi", session_key=MAIN)
    (tick,) = h.advance(minutes=5)
    assert [name for name in WORKSPACE_FILES if f"- from {name}" not in tick.prompt] == []


def test_a_refused_command_leaves_no_trace():
    h = quiet()
    journal, snapshot = h.journal, h.snapshot()
    with pytest.raises(UnknownAgent):
        h.inbound("hi", session_key="agent:ghost:main")
    with pytest.raises(InvalidInput):
        h.event(MAIN, "   ")
    with pytest.raises(InvalidInput):
        h.import_transcript(MAIN, [Message.of("system", "no")])
    assert h.journal == journal
    assert h.snapshot() == snapshot


# ---- the record -----------------------------------------------------------------------------


def test_the_journal_replays():
    h = ticking()
    h.advance(minutes=10)
    h.inbound("hi", session_key="agent:trent:main")
    assert h.journal[0] == (h.journal[0][0], Tick())
    engine = vagus.Engine(TICKING, id_seed=0)
    replayed = [effect for at, command in h.journal for effect in engine.apply(command, at)]
    assert replayed == h.effects


def test_the_same_calls_give_the_same_record():
    def story() -> dict[str, Any]:
        h = ticking(id_seed=7)
        h.advance(minutes=30)
        return h.to_dict()

    assert story() == story()


def test_seeds_give_other_run_ids():
    first, second = (ticking(id_seed=seed).advance(minutes=5)[0].run_id for seed in (1, 2))
    assert first != second


def test_the_record_is_a_copy():
    h = ticking()
    h.advance(minutes=5)
    h.runs.clear()
    h.journal.clear()
    h.effects.clear()
    assert len(h.runs) == 1
    assert h.journal
    assert h.effects


def test_the_record_is_json():
    h = ticking()
    h.advance(minutes=5)
    h.inbound("hi", session_key="agent:trent:main", channel="slack", peer=Peer("direct", "<u>"))
    record = json.loads(json.dumps(h.to_dict()))
    assert record["runs"][0]["session_key"] == "agent:trent:main:heartbeat"
    assert record["runs"][0]["ledger"]["budget"] == 180_000
    assert record["runs"][0]["model_called"] is True
    assert "messages" not in record["runs"][0]
    assert record["now"] == "2026-05-17T22:05:00Z"


def test_runs_show_themselves():
    h = ticking()
    runs = h.advance(minutes=10)
    lines = runs.table().splitlines()
    assert len(lines) == 3
    assert lines[0].split()[:3] == ["#", "time", "why"]
    assert "agent:trent:main:heartbeat" in lines[1]
    html = runs._repr_html_()
    assert html.count("<tr>") == 3
    assert "acknowledged" in html
    assert "acknowledged" in repr(runs[0])
    assert "2 runs ended" in repr(h)


def test_a_slice_of_runs_shows_itself_too():
    h = ticking()
    runs = h.advance(minutes=20)
    assert isinstance(runs[1:3], RunList)
    assert list(runs[1:3]) == [runs[1], runs[2]]
    assert len(runs[:3].table().splitlines()) == 4
    assert isinstance(runs[0], Run)
    assert runs[-1] is list(runs)[3]


def test_type_checkers_know_the_closed_values():
    run, call = get_type_hints(Run), get_type_hints(ModelCall)
    assert run["kind"] == call["kind"] == RunKind
    assert run["outcome"] == RunOutcome | None
    assert run["skip"] == SkipReason | None


@pytest.mark.parametrize("record", [Run, ModelCall, Reply, Delivery])
def test_every_field_of_a_record_is_explained(record):
    explained = set(re.findall(r"^ {8}(\w+): ", record.__doc__, re.MULTILINE))
    assert explained == {field.name for field in fields(record)}


def test_html_is_escaped():
    h = quiet(RuntimeError("<script>"))
    assert "<script>" not in h.inbound("hi", session_key=MAIN)._repr_html_()


def test_a_prompt_beyond_its_budget_shows_its_ledger():
    config = {
        "profile": "reference",
        "models": {"small": {"window": 2000, "reserve": 500}},
        "agents": {"list": [{"id": "main", "model": "small"}]},
    }
    h = Harness(config)
    h.model(["fine"])
    h.import_transcript(MAIN, [Message.of("user", "x" * 8000)])
    (run,) = h.inbound("hi", session_key=MAIN)
    assert run.outcome == "restarted"
    assert run.prechecks == 4
    assert run.message_count == 2
    assert not run.model_called
    assert run.ledger is not None
    assert run.ledger.overflow > 0
