"""Defects that were found by running the recorded system."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vagus import (
    WakeQueue,
)
from vagus.events import EventQueue, render_events
from vagus.testing import Reply

from .stories import MAIN, MINUTE, NOON_MS, SECOND, agent, config, harness

# ---- a: a failed run is lost ------------------------------------------------------------------


def test_defect_a_a_failed_wake_comes_back_until_its_attempts_are_used_up():
    queue = WakeQueue({"limits": {"wake_attempts": 3}})
    request = queue.request(0, MAIN, coalesce_ms=0).id
    now: int | None = 0
    for _ in range(3):
        assert now is not None
        (wake,) = queue.due(now)
        now = queue.settle(wake.token, "failed", now)
    assert now is None
    assert queue.fate(request).state == "dead"


# ---- b: what had finished runs again ----------------------------------------------------------


def test_defect_b_a_failure_repeats_only_itself():
    queue = WakeQueue()
    for name in "abc":
        queue.request(0, f"agent:{name}:main", coalesce_ms=0)
    retry_at = 0
    for wake in queue.due(0):
        failed = wake.session_key.agent == "b"
        retry_at = queue.settle(wake.token, "failed" if failed else "done", 0) or retry_at
    assert [str(wake.session_key) for wake in queue.due(retry_at)] == ["agent:b:main"]


# ---- c: what a guard puts off is lost ---------------------------------------------------------


def test_defect_c_guards_delay_and_never_discard():
    queue = WakeQueue()
    served = []
    ids = [queue.request(at, MAIN, kind="exec", coalesce_ms=0).id for at in range(3)]
    now: int | None = 2
    while now is not None:
        for wake in queue.due(now):
            served.append(now)
            queue.settle(wake.token, "done", now)
            if len(served) < 8:
                ids.append(queue.request(now, MAIN, kind="exec", coalesce_ms=0).id)
        now = queue.next_due()
    assert len(served) == 8
    states = {queue.fate(number).state for number in ids}
    assert states == {"delivered", "merged"}


# ---- d: the slowest one holds up all others ---------------------------------------------------


def test_defect_d_a_slow_session_holds_up_only_itself():
    queue = WakeQueue()
    queue.request(0, "agent:a:main", coalesce_ms=0)
    assert len(queue.due(0)) == 1  # and it is never settled
    for number in range(50):
        queue.request(1, f"agent:b{number}:main", coalesce_ms=0)
    assert len(queue.due(1)) == 50


# ---- e: a wake without delay spins while its session runs -------------------------------------


def test_defect_e_nothing_is_due_for_a_session_that_runs():
    queue = WakeQueue()
    queue.request(0, MAIN, coalesce_ms=0)
    (wake,) = queue.due(0)
    queue.request(1, MAIN, kind="interval", coalesce_ms=0)
    assert (queue.due(5_000), queue.next_due()) == ([], None)
    queue.settle(wake.token, "done", 10_000)
    assert queue.next_due() is not None


# ---- f: a tick that is due spins while the flood guard holds it -------------------------------


def test_defect_f_a_flooded_tick_has_one_deadline():
    queue = WakeQueue()
    for at in range(5):
        queue.request(at, MAIN, kind="manual", coalesce_ms=0)
        (wake,) = queue.due(at)
        queue.settle(wake.token, "done", at)
    queue.request(10, MAIN, kind="interval", coalesce_ms=0)
    deadline = queue.next_due()
    assert deadline is not None
    assert MINUTE <= deadline <= MINUTE + 10
    assert queue.due(deadline - 1) == []
    assert len(queue.due(deadline)) == 1


# ---- g: switched off and on, the cadence is dead ----------------------------------------------


def test_defect_g_a_cadence_lives_on_after_it_was_off():
    h = harness(agent(every="5m"))
    h.advance("1m")
    h.heartbeats(enabled=False)
    h.advance("9m")
    h.heartbeats(enabled=True)
    assert len(h.advance(hours=1)) == 12


# ---- h: an event for a busy session moves its ticks -------------------------------------------


def test_defect_h_events_and_busy_lanes_do_not_move_ticks():
    still, busy = harness(agent(every="5m")), harness(agent(every="5m"))
    for h in (still, busy):
        h.model(lambda call: Reply("ok", after="20s" if call.kind == "user" else 0))
    for number in range(20):
        busy.inbound("Hi.", session_key=MAIN)
        busy.event(MAIN, f"Exec finished: {number}", wake="exec")
        busy.advance("1m")
    still.advance("20m")
    assert busy.snapshot()["cadences"] == still.snapshot()["cadences"]


# ---- i: one session under two names runs twice ------------------------------------------------


def test_defect_i_all_names_of_a_session_are_one_wake():
    h = harness()
    h.wake(agent="ops")
    h.wake(agent="OPS")
    h.wake(MAIN)
    h.wake("Agent:Ops:Main")
    (run,) = h.run_until_idle()
    assert run.requests == 4


# ---- j: of several reasons only the last is kept ----------------------------------------------


def test_defect_j_every_reason_is_kept():
    h = harness()
    h.wake(MAIN, kind="cron", reason="cron:j")
    h.wake(MAIN, kind="cron", reason="cron:k")
    h.wake(MAIN, kind="exec", reason="build")
    (run,) = h.run_until_idle()
    assert [cause.reason for cause in run.causes] == ["cron:j", "cron:k", "build"]


# ---- k: after a change, the old and the new run overlap ---------------------------------------


def test_defect_k_a_new_configuration_starts_no_second_run():
    h = harness(agent(every="5m"), model=Reply("ok", after="2m"))
    h.wake(MAIN)
    h.advance("1s")
    h.reconfigure(config(agent(every="1m")))
    h.wake(MAIN)
    h.advance("1m")
    assert len(h.pending) == 1
    h.advance(hours=1)
    assert h.check_invariants() == []


# ---- l: after an overflow, events are told again ----------------------------------------------


def test_defect_l_events_that_overflow_during_a_run_are_told_once():
    h = harness(model=Reply("ok", after="10s"))
    for number in range(15):
        h.event(MAIN, f"early {number}.", wake="exec")
    h.advance("5s")
    for number in range(30):
        h.event(MAIN, f"late {number}.", wake="exec")
    first, second = h.run_until_idle()
    told = [run.messages[-1].text for run in (first, second)]
    assert [text.count("early") for text in told] == [15, 0]
    assert [text.count("late") for text in told] == [0, 20]
    assert "10 older events were dropped." in told[1]


# ---- m: events of different causes count as duplicates ----------------------------------------


def test_defect_m_the_same_words_about_two_things_are_two_events():
    queue = EventQueue()
    receipts = [queue.post(MAIN, "Done.", at_ms=at, tag=f"cron:{at}") for at in (1, 2)]
    assert receipts == ["queued", "queued"]
    assert queue.post(MAIN, "Done.", at_ms=3, tag="cron:1") == "duplicate"


# ---- n: beyond twenty, events are lost silently -----------------------------------------------


def test_defect_n_dropped_events_are_counted_where_the_model_sees_it():
    queue = EventQueue()
    for number in range(25):
        queue.post(MAIN, f"event {number}", at_ms=number)
    batch = queue.lease_all(MAIN, "run")
    assert (len(batch.events), batch.dropped) == (20, 5)
    assert "5 older events were dropped." in render_events(batch)


# ---- o: words that begin like an acknowledgement are cut --------------------------------------


@pytest.mark.parametrize("reply", ["HEARTBEAT_OKAY then", "HEARTBEAT_OK2", "NOT_HEARTBEAT_OK"])
def test_defect_o_only_the_whole_token_acknowledges(reply):
    h = harness(model=reply)
    h.wake(MAIN)
    (run,) = h.run_until_idle()
    assert (run.outcome, run.text) == ("replied", reply)


# ---- p: a heartbeat makes its session look active ---------------------------------------------


def test_defect_p_heartbeats_leave_the_time_of_the_last_message():
    h = harness(agent(every="5m"), model="News.")
    h.inbound("Hi.", session_key=MAIN)

    def last_active() -> list[int]:
        return [session.get("last_active_ms") for session in h.snapshot()["sessions"]]

    before = last_active()
    assert len(h.advance(hours=1)) == 12
    assert last_active() == before == [NOON_MS]


# ---- q: who comes later may wait ten minutes longer -------------------------------------------


def test_defect_q_who_comes_later_runs_no_earlier_and_waits_no_longer():
    starts = []
    for offset in range(0, 70 * SECOND, SECOND):
        h = harness(agent(every="10m"))
        h.wake(MAIN, kind="manual")
        h.run_until_idle()
        h.advance(ms=offset)
        h.event(MAIN, "Exec finished: ok", wake="exec")
        (run,) = h.run_until_idle("5m")
        assert run.started_at - run.requested_at <= timedelta(seconds=31)
        starts.append(run.started_at)
    assert starts == sorted(starts)
