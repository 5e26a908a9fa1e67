"""Schedules as Python sees them, and by the clock of every zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import vagus
from vagus import InvalidInput, InvalidKey
from vagus._zones import offsets
from vagus.schedule import Schedule, parse_duration, phase_of

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOON = 1_749_988_800_000  # 2025-06-15T12:00Z


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


# ---- what it is -----------------------------------------------------------------------------


def test_a_schedule_without_hours_beats_on_its_grid():
    schedule = Schedule("5m", phase_ms=250)
    assert schedule.next_after(NOON) == NOON + 250
    assert schedule.next_after(NOON + 250) == NOON + 5 * MINUTE + 250
    assert schedule.is_active(NOON)
    assert (schedule.every_ms, schedule.phase_ms) == (5 * MINUTE, 250)


def test_the_phase_of_an_agent_is_its_own():
    schedule = Schedule("1h", seed="seed-606085", agent="a")
    assert schedule.phase_ms == phase_of("seed-606085", "a", "1h") == 3_110_155
    assert phase_of("seed-606085", "b", "1h") != 3_110_155


def test_hours_are_waited_for():
    schedule = Schedule("30m", active_hours=("22:00", "06:00"), timezone="Europe/London")
    assert not schedule.is_active(NOON)
    assert schedule.next_after(NOON) == at("2025-06-15T21:00:00")


def test_a_slot_that_never_falls_inside_gives_way_to_the_opening():
    schedule = Schedule("1d", phase_ms=NOON % DAY, active_hours=("13:00", "14:00"))
    assert schedule.next_after(NOON - 1) == NOON + HOUR


def test_hours_that_never_open_leave_the_slot():
    schedule = Schedule("1m", active_hours=("05:07", "05:07"))
    assert schedule.next_after(NOON) == NOON + MINUTE
    assert not schedule.is_active(NOON)


def test_a_day_has_an_end():
    schedule = Schedule("1m", active_hours=("23:59", "24:00"))
    assert schedule.is_active(at("2025-06-15T23:59:59"))
    assert not schedule.is_active(at("2025-06-16T00:00:00"))


def test_an_unchanged_schedule_keeps_its_slot():
    schedule = Schedule("1m", phase_ms=5)
    same, other = Schedule("60s", phase_ms=5), Schedule("1m", phase_ms=6)
    assert schedule.next_in_place_of(same, slot_ms=NOON + HOUR, now_ms=NOON) == NOON + HOUR
    assert schedule.next_in_place_of(same, slot_ms=NOON, now_ms=NOON) == NOON + 5
    assert schedule.next_in_place_of(other, slot_ms=NOON + HOUR, now_ms=NOON) == NOON + 5


def test_equal_schedules_are_equal():
    hours = ("09:00", "17:00")
    schedule = Schedule("90s", active_hours=hours, timezone="Asia/Tokyo")
    same = Schedule("1m30s", phase_ms=180_000, active_hours=list(hours), timezone=" Asia/Tokyo ")
    assert schedule == same
    assert hash(schedule) == hash(same)
    assert schedule != Schedule("90s", active_hours=hours, timezone="Asia/Seoul")
    assert schedule != Schedule("90s")
    assert schedule != "90s"
    assert Schedule("90s", timezone="Asia/Tokyo") == Schedule("90s"), "no hours, no clock"


def test_a_schedule_tells_what_it_is():
    assert repr(Schedule("90s", phase_ms=7)) == "Schedule(every='1m30s', phase_ms=7)"


@pytest.mark.parametrize(
    ("text", "unit", "span"),
    [("5", "m", 5 * MINUTE), ("5", "ms", 5), ("1.5", "h", 90 * MINUTE), ("5s", "d", 5_000)],
)
def test_a_bare_number_counts_the_unit_that_is_named(text, unit, span):
    assert parse_duration(text, unit=unit) == span
    assert parse_duration("5") == vagus.parse_duration("5") == 5 * MINUTE


@pytest.mark.parametrize("at_ms", [0, 2**53 - 1])
def test_time_has_two_ends(at_ms):
    assert 0 < Schedule("1ms", active_hours=("00:00", "24:00")).next_after(at_ms) < 2**53


# ---- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: Schedule("0m"), "every"),
        (lambda: Schedule("soon"), "every"),
        (lambda: Schedule(5), "every"),
        (lambda: Schedule("999999999d"), "every"),
        (lambda: Schedule("1m", phase_ms="1"), "phase_ms"),
        (lambda: Schedule("1m", phase_ms=2**64), "phase_ms"),
        (lambda: Schedule("1m", seed="s"), "agent"),
        (lambda: Schedule("1m", agent="a"), "agent"),
        (lambda: Schedule("1m", seed="s", agent="a", phase_ms=0), "phase_ms"),
        (lambda: Schedule("1m", active_hours="09:00"), "active_hours"),
        (lambda: Schedule("1m", active_hours=("09:00",)), "active_hours"),
        (lambda: Schedule("1m", active_hours=("09:00", "17:00", "18:00")), "active_hours"),
        (lambda: Schedule("1m", active_hours=(9, 17)), "active_hours[0]"),
        (lambda: Schedule("1m", active_hours=("9:00", "17:00")), "active_hours[0]"),
        (lambda: Schedule("1m", active_hours=("24:00", "17:00")), "active_hours[0]"),
        (lambda: Schedule("1m", active_hours=(" 09:00", "17:00")), "active_hours[0]"),
        (lambda: Schedule("1m", active_hours=("09:00", "24:01")), "active_hours[1]"),
        (lambda: Schedule("1m", active_hours=("09:00", "")), "active_hours[1]"),
        (lambda: Schedule("1m", timezone="Bogus/Zone"), "timezone"),
        (lambda: Schedule("1m", timezone="../../etc/passwd"), "timezone"),
        (lambda: Schedule("1m", timezone=""), "timezone"),
        (lambda: Schedule("1m", timezone=None), "timezone"),
        (lambda: Schedule("1m", lenient="yes"), "lenient"),
        (lambda: Schedule("1m").next_after(-1), "now_ms"),
        (lambda: Schedule("1m").next_after(2**53), "now_ms"),
        (lambda: Schedule("1m").next_after(1.5), "now_ms"),
        (lambda: Schedule("1m").is_active(-1), "at_ms"),
        (lambda: Schedule("1m").next_in_place_of("1m", slot_ms=0, now_ms=0), "before"),
        (lambda: Schedule("1m").next_in_place_of(Schedule("1m"), slot_ms="", now_ms=0), "slot_ms"),
        (lambda: phase_of("s", "a", "0"), "every"),
        (lambda: phase_of(1, "a", "1m"), "seed"),
        (lambda: parse_duration("5", unit="w"), "unit"),
        (lambda: parse_duration("-5m"), "duration"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Callable[[], object], field: str):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.field == field


@pytest.mark.parametrize(
    "hours", [("9:00", "17:00"), ("09:00", None), ("09:00",), "09:00", ("24:00", "24:00")]
)
def test_lenient_schedules_take_hours_that_make_no_sense_for_none(hours):
    assert Schedule("1m", active_hours=hours, lenient=True) == Schedule("1m")
    assert Schedule("1m", active_hours=hours, timezone="Bogus/Zone", lenient=True).is_active(NOON)
    kept = Schedule("1m", active_hours=("13:00", "24:00"), lenient=True)
    assert not kept.is_active(NOON)
    with pytest.raises(InvalidInput):
        Schedule("0m", active_hours=hours, lenient=True)


@pytest.mark.parametrize("agent", ["", "日本", "O p s"])
def test_an_agent_that_is_none_is_refused(agent):
    with pytest.raises((InvalidInput, InvalidKey)) as caught:
        phase_of("seed", agent, "1m")
    assert caught.value.field == "agent"


# ---- by the clock of a zone -----------------------------------------------------------------

ZONES = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Apia",
    "Pacific/Chatham",
    "America/Santiago",
    "Asia/Gaza",
]
CHANGES = {zone: [change for change, _ in offsets(zone) if change > 0] for zone in ZONES}


@dataclass(frozen=True)
class Hours:
    """The same hours, as zoneinfo sees them."""

    start: int
    end: int
    zone: str

    @property
    def texts(self) -> tuple[str, str]:
        start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (self.start, self.end))
        return start, end

    def contain(self, ms: int) -> bool:
        local = datetime.fromtimestamp(ms // 1000, ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        if self.end < self.start:
            return minute >= self.start or minute < self.end
        return self.start <= minute < self.end


@st.composite
def instants(draw: st.DrawFn, zone: str) -> int:
    """Any time, and mostly one close to a change of the clocks."""
    changes = CHANGES[zone]
    if not changes or draw(st.integers(0, 3)) == 0:
        return draw(st.integers(0, at("2099-01-01T00:00:00")))
    return max(0, draw(st.sampled_from(changes)) + draw(st.integers(-3 * DAY, 2 * DAY)))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Hours, int]:
    zone = draw(st.sampled_from(ZONES))
    minutes = st.integers(0, 4 * 24 - 1).map(lambda quarter: 15 * quarter) | st.integers(0, 1439)
    hours = Hours(draw(minutes), draw(minutes | st.just(1440)), zone)
    return hours, draw(instants(zone))


@given(situations())
def test_active_hours_are_those_of_the_wall_clock(situation):
    hours, now = situation
    schedule = Schedule("1m", active_hours=hours.texts, timezone=hours.zone)
    for ms in range(now, now + 4 * HOUR, 7 * MINUTE):
        assert schedule.is_active(ms) == hours.contain(ms)


SPRING = Hours(120, 180, "America/New_York"), at("2025-03-09T04:00:00")
AUTUMN = Hours(90, 105, "America/New_York"), at("2025-11-02T05:45:00")
HALF_HOUR = Hours(105, 120, "Australia/Lord_Howe"), at("2025-04-05T14:30:00")


@given(
    situations(),
    st.sampled_from(["1m", "5m", "30m", "1h", "4h", "97m", "1d"]),
    st.integers(0, DAY),
)
@example(SPRING, "5m", 0)
@example(AUTUMN, "5m", 0)
@example(HALF_HOUR, "5m", 0)
@settings(max_examples=60, deadline=None)
def test_the_next_slot_is_the_earliest_inside_the_hours(situation, every, phase):
    hours, now = situation
    schedule = Schedule(every, phase_ms=phase, active_hours=hours.texts, timezone=hours.zone)
    got = schedule.next_after(now)
    first = now + schedule.every_ms - (now - phase) % schedule.every_ms
    assert got > now
    if hours.start == hours.end:
        assert got == first
        return
    week = range(first, first + 7 * DAY, schedule.every_ms)
    earliest = next((slot for slot in week if hours.contain(slot)), None)
    if earliest is not None:
        assert got == earliest
        return
    minutes = range(first - first % MINUTE + MINUTE, first + 7 * DAY, MINUTE)
    opening = next(minute for minute in minutes if hours.contain(minute))
    assert hours.contain(got)
    assert got == opening or (got - phase) % schedule.every_ms == 0


@given(situations(), st.integers(1, 59_999))
@settings(max_examples=40, deadline=None)
def test_slots_shorter_than_a_minute_are_found_as_well(situation, every):
    hours, now = situation
    schedule = Schedule(f"{every}ms", active_hours=hours.texts, timezone=hours.zone)
    got = schedule.next_after(now)
    assert got > now
    if hours.start != hours.end:
        assert hours.contain(got)
    minutes = range(now - now % MINUTE + MINUTE, got - got % MINUTE, MINUTE)
    assert not any(hours.contain(minute) for minute in minutes if minute > now + every)


def test_a_window_in_the_hour_that_is_skipped_does_not_come_that_day():
    hours, before = SPRING
    schedule = Schedule("5m", active_hours=hours.texts, timezone=hours.zone)
    assert schedule.next_after(before) == at("2025-03-10T06:00:00")


def test_a_window_in_the_hour_that_is_repeated_comes_twice():
    hours, before = AUTUMN
    schedule = Schedule("15m", active_hours=hours.texts, timezone=hours.zone)
    slots = []
    now = at("2025-11-02T00:00:00")
    while now < at("2025-11-02T12:00:00"):
        now = schedule.next_after(now)
        slots.append(now)
    assert slots[:2] == [at("2025-11-02T05:30:00"), at("2025-11-02T06:30:00")]
    assert schedule.next_after(before) == slots[1]
