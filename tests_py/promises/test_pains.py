"""What users of such systems complained about, by the numbers of the reports."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

import pytest

import vagus
from vagus import (
    DeliveryRoute,
    Engine,
    InvalidInput,
    Message,
    Part,
    RequestWake,
    Tick,
)
from vagus.testing import Reply

from .stories import (
    MAIN,
    MINUTE,
    NOON_MS,
    agent,
    config,
    harness,
    prompt_of,
    replayed,
    seconds_after_noon,
)

# ---- 132842: what was acknowledged as durable is lost with the process ------------------------


def test_132842_an_event_that_was_journalled_survives_the_process():
    h = harness()
    h.event(MAIN, "The door opened.", wake="hook", coalesce_ms=MINUTE)
    assert "The door opened." in prompt_of(replayed(h, config()), h.now_ms + MINUTE)


# ---- 96663: an event is consumed although no prompt showed it ---------------------------------


def test_96663_a_skipped_run_consumes_no_event():
    hours = {"start": "00:00", "end": "06:00", "timezone": "UTC"}
    h = harness(agent(active_hours=hours))
    h.event(MAIN, "The disk is full.")
    h.wake(MAIN, kind="interval")
    (skipped,) = h.advance("1s")
    assert (skipped.skip, skipped.model_called) == ("quiet-hours", False)
    h.inbound("How are things?", session_key=MAIN)
    assert "The disk is full." in h.runs[-1].prompt


# ---- 31354: a run that failed takes its wake along --------------------------------------------


def test_31354_a_failed_run_is_tried_again_with_its_event():
    h = harness(model=[RuntimeError("down"), "Seen."])
    h.event(MAIN, "The build is red.", wake="exec")
    failed, replied = h.run_until_idle()
    assert (failed.outcome, replied.outcome) == ("failed", "replied")
    assert failed.retry_at == replied.started_at
    assert "The build is red." in replied.prompt


# ---- 91674: the second completion within the cooldown is dropped ------------------------------


def test_91674_a_second_completion_waits_for_its_turn_and_runs():
    h = harness()
    h.event(MAIN, "Exec finished: first", wake="exec")
    h.advance("10s")
    h.event(MAIN, "Exec finished: second", wake="exec")
    h.run_until_idle()
    first, second = h.runs
    assert "second" in second.prompt
    assert second.started_at - first.started_at == timedelta(seconds=30)
    assert "spacing" in {delay.why for delay in second.delays}


# ---- 17797: a completion wakes every agent, and heartbeats wake themselves --------------------


def test_17797_a_completion_wakes_its_own_agent_only():
    h = harness(agent("ops"), agent("home"), agent("lab"))
    h.event(MAIN, "Exec finished: ok", wake="exec")
    assert {run.agent_id for run in h.run_until_idle()} == {"ops"}
    with pytest.raises(InvalidInput, match="session_key or agent"):
        h.wake()


def test_17797_a_heartbeat_that_wakes_itself_slows_down():
    h = harness()

    def model(call: Any) -> str:
        h.event(MAIN, f"Exec finished: {call.run_id}", wake="exec", caused_by=call.run_id)
        return "HEARTBEAT_OK"

    h.model(model)
    h.event(MAIN, "Exec finished: 0", wake="exec")
    h.advance(hours=24)
    starts = seconds_after_noon(h)
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert 20 < len(starts) < 60
    assert gaps[-1] >= 3_600


# ---- 80470: one busy agent stops all others ---------------------------------------------------


def test_80470_a_stuck_agent_delays_nobody_else():
    h = harness(agent("ops", every="5m"), agent("home", every="5m"))
    h.model(lambda call: Reply("HEARTBEAT_OK", after="4m" if call.agent_id == "ops" else "1s"))
    h.advance(hours=1)
    home = [run for run in h.runs if run.agent_id == "home"]
    assert len(home) == 12
    assert all(run.started_at == run.requested_at for run in home)


# ---- 62505: without a cadence, completions are lost -------------------------------------------


def test_62505_an_agent_without_a_cadence_hears_of_completions():
    h = harness(agent(every="0m"))
    assert h.advance(hours=24) == []
    h.event(MAIN, "Exec finished: ok", wake="exec")
    (run,) = h.run_until_idle()
    assert "Exec finished: ok" in run.prompt


# ---- 41406: an empty checklist swallows events ------------------------------------------------


@pytest.mark.parametrize("text", ["", "# Duties\n", "<!-- Put your\nduties here. -->\n- [ ]\n"])
def test_41406_an_empty_checklist_stops_ticks_and_no_events(text):
    h = harness(agent(every="5m"))
    h.workspace("ops", {"HEARTBEAT.md": text})
    (tick,) = h.advance("5m")
    assert tick.skip == "empty-heartbeat-file"
    h.event(MAIN, "Backup done.", wake="task")
    (run,) = h.advance("1m")
    assert "Backup done." in run.prompt


# ---- 59493: keys of isolated sessions grow ----------------------------------------------------


def test_59493_an_isolated_heartbeat_has_one_key_however_it_is_named():
    h = harness(agent(isolated_session=True))
    for depth in range(4):
        h.wake(MAIN + ":heartbeat" * depth, kind="manual")
        h.run_until_idle()
    assert {str(run.session_key) for run in h.runs} == {f"{MAIN}:heartbeat"}
    assert len(h.runs) == 4


# ---- 84218: isolated runs inherit what was said before ----------------------------------------


def test_84218_an_isolated_heartbeat_starts_from_nothing():
    h = harness(agent(every="5m", isolated_session=True, light_context=True), model="News: 42")
    h.advance(hours=6)
    prompts = [run.prompt for run in h.runs]
    assert len(prompts) == 72
    assert not any("News: 42" in prompt for prompt in prompts)
    assert max(map(len, prompts)) == min(map(len, prompts))
    assert len({str(run.context_key) for run in h.runs}) == 72


# ---- 29762: the chain of ticks drifts, skips or ends ------------------------------------------


def test_29762_ticks_stay_on_their_grid_whatever_is_busy():
    h = harness(agent(every="5m"))
    h.model(lambda call: Reply("HEARTBEAT_OK", after="90s" if call.kind == "user" else "1s"))
    for _ in range(30):
        h.inbound("Wait.", session_key=MAIN)
        h.advance("2m")
    ticks = [run for run in h.runs if run.kind == "heartbeat"]
    asked = [run.requested_at for run in ticks]
    assert len(asked) == 12
    assert {later - earlier for earlier, later in itertools.pairwise(asked)} == {
        timedelta(minutes=5)
    }
    assert any(delay.why == "busy" for run in ticks for delay in run.delays)


def test_29762_a_restarted_host_beats_at_the_next_slot():
    h = harness(agent(every="5m"))
    h.advance("12m")
    engine = replayed(h, config(agent(every="5m")))
    assert engine.snapshot()["cadences"] == h.snapshot()["cadences"]
    assert engine.snapshot()["alarm_ms"] > h.now_ms


# ---- 79418: a timer without delay pins the processor ------------------------------------------


def test_79418_nothing_is_polled_while_a_run_takes_its_time():
    h = harness(agent(every="5m"), model=Reply("HEARTBEAT_OK", after="4m"))
    h.event(MAIN, "one", wake="exec", coalesce_ms=0)
    before = len(h.journal)
    h.event(MAIN, "two", wake="exec", coalesce_ms=0)
    h.advance("3m")
    assert len(h.journal) - before < 5


# ---- 126803: people wait for heartbeats -------------------------------------------------------


def test_126803_a_person_is_answered_while_a_heartbeat_thinks():
    h = harness(agent(every="5m", isolated_session=True))
    h.model(lambda call: Reply("ok", after="9m" if call.kind == "heartbeat" else "2s"))
    h.advance("5m")
    assert [run.kind for run in h.pending] == ["heartbeat"]
    h.inbound("Are you there?", session_key=MAIN)
    (answer,) = h.advance("2s")
    assert answer.kind == "user"


def test_126803_people_go_before_heartbeats_that_wait():
    h = harness(model=Reply("ok", after="10s"))
    h.inbound("One?", session_key=MAIN)
    h.event(MAIN, "Exec finished: ok", wake="exec")
    h.inbound("Two?", session_key=MAIN)
    assert [run.kind for run in h.run_until_idle()] == ["user", "user", "heartbeat"]


# ---- 137152: a producer waits for a wake that is put off and put off --------------------------


def test_137152_a_producer_can_ask_instead_of_waiting():
    engine = Engine(config(), id_seed=0)
    engine.apply(vagus.Inbound(text="Hi.", session_key=MAIN), NOON_MS)
    effects = engine.apply(RequestWake(session_key=MAIN, kind="cron"), NOON_MS)
    request = next(each.request for each in effects if isinstance(each, vagus.WakeQueued))
    engine.apply(Tick(), NOON_MS + MINUTE)
    assert engine.wake_fate(request).state == "waiting"
    explained = engine.explain_wake(MAIN)
    assert (explained.state, explained.holds) == ("held", 1) or explained.reasons


# ---- 72217: acknowledgements reach people -----------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    ["HEARTBEAT_OK", "**HEARTBEAT_OK**", "HEARTBEAT_OK.", " <b>HEARTBEAT_OK</b>\n"],
)
def test_72217_no_acknowledgement_is_delivered(reply):
    h = harness(agent(target="last"), model=["Hello.", reply])
    h.inbound("Hi.", channel="slack", peer=vagus.Peer("direct", "u1"), session_key=MAIN)
    h.wake(MAIN)
    (run,) = h.run_until_idle()
    assert (run.outcome, run.delivered) == ("acknowledged", False)
    assert [sent.text for sent in h.delivered] == ["Hello."]


# ---- 135117: results turn up in the wrong room ------------------------------------------------


def test_135117_each_event_is_answered_where_it_came_from():
    rooms = [DeliveryRoute(channel="slack", to=name) for name in ("C1", "C2")]
    h = harness()
    h.model(lambda call: "about one" if "for one" in call.messages[-1].text else "about two")
    h.event(MAIN, "for one", wake="exec", route=rooms[0])
    h.event(MAIN, "for two", wake="exec", route=rooms[1])
    h.run_until_idle()
    assert [(sent.route.to, sent.text) for sent in h.delivered] == [
        ("C1", "about one"),
        ("C2", "about two"),
    ]


# ---- 75487: quiet hours eat ticks and cron jobs -----------------------------------------------


def test_75487_quiet_hours_move_ticks_and_let_cron_jobs_through():
    hours = {"start": "08:00", "end": "10:00", "timezone": "UTC"}
    h = harness(agent(every="1h", active_hours=hours))
    h.event(MAIN, "Nightly report done.", wake="cron")
    (run,) = h.advance("1m")
    assert "Nightly report done." in run.prompt
    ticks = h.advance(days=3)
    assert len(ticks) == 6
    assert all(tick.outcome == "acknowledged" for tick in ticks)
    assert {tick.started_at.hour for tick in ticks} == {8, 9}


# ---- 86324: the response tool is called again and again ---------------------------------------


def test_86324_a_turn_with_many_responses_is_one_turn():
    def call(number: int) -> Message:
        answer = json.dumps({"outcome": "progress", "notify": True, "summary": f"step {number}"})
        part = Part(
            kind="tool_call", call_id=str(number), name="heartbeat_respond", arguments=answer
        )
        return Message(role="assistant", parts=[part])

    calls = [message for number in range(50) for message in (call(number), result(number))]
    h = harness(agent(respond_tool=True, target="slack", to="C1"), model=Reply("", messages=calls))
    h.wake(MAIN)
    (run,) = h.run_until_idle()
    assert run.result is not None
    assert [sent.text for sent in h.delivered] == ["step 49"]
    assert h.advance(hours=1) == []


def result(number: int) -> Message:
    part = Part(kind="tool_result", call_id=str(number), name="heartbeat_respond", text="ok")
    return Message(role="tool", parts=[part])


# ---- 145949: the switch is forgotten, and what is off polls -----------------------------------


def test_145949_the_switch_is_durable_and_nothing_is_polled():
    h = harness(agent(every="5m"))
    h.heartbeats(enabled=False)
    before = len(h.journal)
    assert h.advance(days=7) == []
    assert len(h.journal) - before <= 1
    engine = replayed(h, config(agent(every="5m")))
    assert engine.snapshot()["heartbeats_on"] is False
    assert engine.snapshot()["alarm_ms"] is None


# ---- 150598: completions after a restart interrupt a busy session -----------------------------


def test_150598_an_avalanche_of_completions_is_one_run_after_the_turn():
    h = harness(model=Reply("ok", after="20s"))
    h.inbound("Do it.", session_key=MAIN)
    for number in range(10):
        h.event(MAIN, f"Exec finished: job {number}", wake="exec")
    turn, run = h.run_until_idle()
    assert (turn.kind, run.kind) == ("user", "heartbeat")
    assert run.started_at == turn.ended_at
    assert all(f"job {number}" in run.prompt for number in range(10))
    assert run.requests == 10
