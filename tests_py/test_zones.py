"""Offsets of time zones, as the core asks for them."""

from bisect import bisect_right
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import Engine, InvalidConfig
from vagus._zones import offsets

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "Asia/Tokyo"]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def test_utc_never_changes():
    assert offsets("UTC") == [(0, 0)]


def test_berlin_changes_to_the_second():
    table = dict(offsets("Europe/Berlin"))
    assert table[0] == 3600
    assert table[at("2026-03-29T01:00:00")] == 7200
    assert table[at("2026-10-25T01:00:00")] == 3600


@pytest.mark.parametrize("name", ZONES)
def test_tables_ascend_from_the_epoch_and_every_entry_changes_something(name):
    table = offsets(name)
    assert table[0][0] == 0
    instants = [instant for instant, _ in table]
    assert instants == sorted(set(instants))
    assert all(before[1] != after[1] for before, after in pairwise(table))


@given(st.sampled_from(ZONES), st.integers(0, 4_102_444_799))
def test_the_table_agrees_with_the_zone_database(name, second):
    table = offsets(name)
    index = bisect_right(table, second * 1000, key=lambda entry: entry[0]) - 1
    offset = datetime.fromtimestamp(second, ZoneInfo(name)).utcoffset()
    assert offset is not None
    assert table[index][1] == offset.total_seconds()


def test_a_table_is_computed_once():
    assert offsets("Europe/Berlin") is offsets("Europe/Berlin")


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime", "a\0b"])
def test_unknown_zones_are_refused(name):
    with pytest.raises(ValueError, match="unknown time zone"):
        offsets(name)


def test_the_engine_refuses_a_configuration_with_an_unknown_zone():
    with pytest.raises(InvalidConfig, match="Mars/Olympus"):
        Engine({"user_timezone": "Mars/Olympus"})
