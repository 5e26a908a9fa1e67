"""Heartbeats from the wake to the reply, as a host sees them."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest

import vagus
from vagus import DeliveryRoute, InvalidConfig, InvalidInput, Message
from vagus.testing import Harness, Reply

START = "2026-05-17T22:00:00Z"
MAIN = "agent:ops:main"
ROOM = DeliveryRoute(channel="slack", to="C1")
TASKS = """tasks:
  - name: inbox
    interval: 30m
    prompt: Look for urgent mail
  - name: backup
    interval: 2h
    prompt: Check the backup
"""


def beating(**heartbeat):
    return {"agents": {"list": [{"id": "ops", "heartbeat": {"every": "10m", **heartbeat}}]}}


def harness(answer="HEARTBEAT_OK", *, checklist=None, **heartbeat):
    h = Harness(beating(**heartbeat), start=START)
    h.model(answer if callable(answer) else [answer])
    if checklist is not None:
        h.workspace("ops", {"HEARTBEAT.md": checklist})
    return h


def finished(h, *, code=0, **fields):
    return h.event(
        MAIN,
        f"Exec completed (9f2c41aa, code {code}) :: built",
        tag="exec:9f2c41aa",
        wake="exec",
        coalesce_ms=0,
        route=ROOM,
        **fields,
    )


# ---- tasks --------------------------------------------------------------------------------------


def test_tasks_run_when_they_are_due_and_are_marked_by_runs_that_end_well():
    h = harness("done", checklist=TASKS, target="none", isolated_session=True)
    runs = h.advance(hours=4)
    asked = [run for run in runs if run.outcome == "replied"]
    assert [run.skip for run in runs if run.outcome == "skipped"] == ["no-tasks-due"] * (
        len(runs) - len(asked)
    )
    assert sum("Look for urgent mail" in run.prompt for run in asked) == 8
    assert sum("Check the backup" in run.prompt for run in asked) == 2
    (session,) = (each for each in h.snapshot()["sessions"] if each["session_key"] == MAIN)
    assert set(session["task_runs"]) == {"inbox", "backup"}


def test_a_task_whose_run_failed_is_still_due():
    h = harness(lambda call: 1 / 0, checklist=TASKS)
    h.advance(minutes=10)
    h.model(["HEARTBEAT_OK"])
    (run,) = h.advance(minutes=10)
    assert "Look for urgent mail" in run.prompt


# ---- the checklist ------------------------------------------------------------------------------


def test_a_checklist_that_cannot_be_read_stops_nobody_and_is_told():
    config = beating() | {"limits": {"text_bytes": 20_000}}
    h = Harness(config, start=START)
    h.model(["HEARTBEAT_OK"])
    h.workspace("ops", {"HEARTBEAT.md": "x" * 30_000})
    (run,) = h.advance(minutes=10)
    assert run.outcome == "acknowledged"
    assert "longer than limits.text_bytes (20000)" in run.prompt


def test_a_long_checklist_keeps_its_beginning_and_its_end():
    h = harness(checklist="First.\n" + "- look\n" * 20_000 + "Last.")
    (run,) = h.advance(minutes=10)
    assert "First." in run.prompt
    assert "Last." in run.prompt
    assert "characters left out of HEARTBEAT.md" in run.prompt


# ---- replies ------------------------------------------------------------------------------------


def test_the_same_news_is_sent_once_a_day():
    h = harness("The disk is full.", target="slack", to="C1")
    runs = h.advance(hours=25)
    assert len(h.delivered) == 2
    assert h.delivered[1].at - h.delivered[0].at >= timedelta(days=1)
    assert {run.undelivered for run in runs if not run.delivered} == {"duplicate"}
    (session,) = (each for each in h.snapshot()["sessions"] if each["session_key"] == MAIN)
    assert session["messages"] == 4, "a repetition changed nothing, so nobody remembers it"


def test_what_answers_an_event_is_no_repetition():
    h = harness("Done.", target="slack", to="C1")
    finished(h)
    h.advance(minutes=1)
    h.event(MAIN, "Exec completed (aa11bb22, code 0) :: again", wake="exec", route=ROOM)
    h.advance(minutes=1)
    assert [sent.text for sent in h.delivered] == ["Done.", "Done."]


def test_another_place_has_not_heard_it_yet():
    h = harness("The disk is full.", target="last")
    h.inbound("Hi.", channel="slack", peer=vagus.Peer("direct", "ann"), session_key=MAIN)
    h.advance(minutes=20)
    h.inbound("Hi.", channel="slack", peer=vagus.Peer("direct", "bob"), session_key=MAIN)
    h.advance(minutes=20)
    ticks = [sent.route.to for sent in h.delivered if sent.run_id not in people(h)]
    assert ticks == ["ann", "bob"]


def people(h):
    return {run.run_id for run in h.runs if run.kind == "user"}


def test_an_acknowledgement_is_sent_where_it_is_shown():
    shown = {"slack": {"heartbeat": {"show_ok": True}}}
    h = Harness(beating(target="slack", to="C1") | {"channels": shown}, start=START)
    h.model(["HEARTBEAT_OK"])
    (run,) = h.advance(minutes=10)
    assert run.outcome == "acknowledged"
    assert [sent.text for sent in h.delivered] == ["HEARTBEAT_OK"]


def test_what_nobody_would_see_is_not_asked_for():
    hidden = {"show_ok": False, "show_alerts": False, "use_indicator": False}
    h = Harness(
        beating(target="slack", to="C1") | {"channels": {"slack": {"heartbeat": hidden}}},
        start=START,
    )
    (run,) = h.advance(minutes=10)
    assert run.skip == "alerts-disabled"


def indicators(h):
    return [effect.indicator for effect in h.effects if isinstance(effect, vagus.RunEnded)]


def test_an_indicator_tells_the_state_of_the_last_heartbeat():
    h = harness("HEARTBEAT_OK", target="slack", to="C1")
    h.advance(minutes=10)
    h.model(["The disk is full."])
    h.advance(minutes=20)
    h.model([ValueError("down")])
    h.advance(minutes=10)
    assert indicators(h) == ["ok", "alert", "ok", "error"]


def test_a_structured_result_counts_before_the_text():
    arguments = {"outcome": "blocked", "notify": True, "summary": "No access", "priority": "high"}
    call = Message(
        "assistant",
        [
            vagus.Part(
                kind="tool_call",
                call_id="1",
                name="heartbeat_respond",
                arguments=json.dumps(arguments),
            )
        ],
    )
    h = harness(
        lambda _: Reply("HEARTBEAT_OK", messages=[call]), target="slack", to="C1", respond_tool=True
    )
    (run,) = h.advance(minutes=10)
    assert run.outcome == "replied"
    assert run.result.outcome == "blocked"
    assert run.result.priority == "high"
    assert h.delivered[0].text == "No access"


# ---- deliveries ---------------------------------------------------------------------------------


def test_a_channel_that_is_down_costs_no_second_model_call():
    h = harness("The build is done.")
    h.channel("Slack", up=False)
    finished(h)
    h.advance(minutes=5)
    assert h.delivered == []
    h.channel("slack", up=True)
    h.advance(minutes=2)
    (sent,) = h.delivered
    assert sent.attempt > 5
    assert sum(run.model_called and run.reason == "exec" for run in h.runs) == 1
    assert h.check_invariants() == []


def test_a_blank_channel_is_no_channel():
    with pytest.raises(InvalidInput) as caught:
        harness().channel(" ", up=False)
    assert caught.value.field == "name"


# ---- the switch, the configuration, the clock ---------------------------------------------------


def test_heartbeats_that_are_off_set_no_timer_and_say_so():
    h = harness()
    h.heartbeats(False)
    assert h.advance(days=1) == []
    (run,) = h.wake(agent="ops", kind="interval", coalesce_ms=0)
    assert run.skip == "disabled"
    h.heartbeats(True)
    assert len(h.advance(hours=1)) == 6
    assert h.check_invariants() == []


def test_a_new_configuration_takes_effect_at_once():
    h = harness()
    h.reconfigure(beating(every="1m"))
    assert len(h.advance(minutes=10)) == 10
    with pytest.raises(InvalidConfig) as caught:
        h.reconfigure(beating(every="1m") | {"limits": {"sessions": 3}})
    assert caught.value.field == "limits"
    assert len(h.advance(minutes=10)) == 10
    assert h.check_invariants() == []


def test_a_reconfiguration_is_a_value_like_other_commands():
    change = vagus.Reconfigure(beating() | {"user_timezone": "Europe/Paris"})
    again = vagus.command_from_json(change.to_json())
    assert again == change
    assert hash(again) == hash(change)
    assert change != vagus.Reconfigure(beating())
    assert change.to_dict()["type"] == "Reconfigure"
    assert change.config["agents"]["list"][0]["id"] == "ops"
    assert repr(change) == "Reconfigure(agents=1)"
    with pytest.raises(InvalidConfig):
        vagus.Reconfigure({"agents": 5})


def test_a_clock_that_is_set_back_doubles_no_beat():
    h = harness()
    h.advance(hours=1)
    h.step_clock("-30m")
    assert 5 <= len(h.advance(hours=1)) <= 7
    h.step_clock("3d")
    assert len([run for run in h.runs if run.started_at == h.now]) == 1, "one beat catches up"
    assert h.check_invariants() == []
    with pytest.raises(InvalidInput):
        h.step_clock("-100000d")


# ---- why ----------------------------------------------------------------------------------------


def test_loops_are_slowed_and_not_lost():
    h = harness(every="0m")

    def start_work(call):
        finished(h, caused_by=call.run_id)
        return "started"

    h.model(start_work)
    finished(h)
    h.advance(hours=6)
    runs = h.runs
    depths = [run.depth for run in runs]
    assert depths == list(range(len(runs)))
    starts = [run.started_at for run in runs]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps == sorted(gaps)
    assert len(runs) < 20
    assert len(h.timeline()) == len(runs) + 1, "the next one waits"


def test_a_run_says_who_asked_and_what_it_waited_for():
    h = harness()
    h.advance(minutes=10)
    tick = h.runs[-1]
    h.wake(MAIN, kind="manual", coalesce_ms=0)
    h.wake(MAIN, kind="cron", reason="daily", coalesce_ms=0)
    h.wake(MAIN, kind="cron", reason="daily", coalesce_ms=0)
    shown = h.timeline()[-1]
    assert shown.started_at is None
    h.advance(minutes=1)
    beat = h.timeline()[-1]
    assert beat.why == "cron (daily) x2"
    assert [delay.why for delay in beat.delays] == ["spacing"]
    assert tick.delays == ()
    assert h.timeline().to_dict()[0]["outcome"] == "acknowledged"
    assert "<table>" in h.timeline()._repr_html_()
    assert "interval" in h.timeline().table()


def test_a_producer_can_ask_what_became_of_its_request():
    h = harness()
    finished(h)
    (queued,) = (each for each in h.effects if isinstance(each, vagus.WakeQueued))
    assert h.wake_fate(queued.request).state == "delivered"
    with pytest.raises(InvalidInput) as caught:
        h.wake_fate(10_000)
    assert caught.value.field == "id"
    assert h.explain_wake(MAIN).state == "idle"


@pytest.mark.parametrize(
    ("reply", "silent"), [("The disk is full.", False), ("Disk at 80 %.\nnotify=false", True)]
)
def test_a_quiet_reply_is_sent_without_a_sound(reply, silent):
    h = harness(reply, target="slack", to="C1")
    h.advance(minutes=10)
    (sent,) = h.delivered
    assert (sent.text, sent.silent) == (reply.split("\n")[0], silent)
    assert h.runs[-1].outcome == "replied"


def test_a_tick_that_fails_counts_as_a_start():
    h = harness(lambda call: 1 / 0)
    h.advance(minutes=10)
    assert [run.outcome for run in h.runs] == ["failed"]
    assert h.explain_wake(MAIN).starts == [int(h.runs[0].started_at.timestamp() * 1000)]


def test_no_heartbeat_makes_a_session_look_alive():
    h = harness("The disk is full.")
    h.inbound("Hello.", session_key=MAIN)
    spoke_at = h.now_ms
    h.advance(hours=2)
    finished(h)
    (session,) = (each for each in h.snapshot()["sessions"] if each["session_key"] == MAIN)
    assert session["last_active_ms"] == spoke_at


def test_all_conversations_of_an_agent_can_share_one_session():
    h = Harness(beating(isolated_session=True) | {"session": {"scope": "global"}}, start=START)
    h.model(["Yes."])
    (run,) = h.inbound("Hi.", channel="slack", peer=vagus.Peer("channel", "C1"))
    (tick,) = h.advance(minutes=10)
    assert (run.session_key, tick.session_key) == (
        "agent:ops:global",
        "agent:ops:global:heartbeat",
    )
