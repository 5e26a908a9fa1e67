"""What other systems call their wakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidInput
from vagus.wakes import WakeLabel, read_wake_label


def test_a_label_says_what_a_wake_is():
    assert read_wake_label(" cron:backup ") == WakeLabel(
        reason="cron:backup", kind="cron", intent="event", priority=2, source="cron"
    )
    assert read_wake_label("").reason == "requested"


def test_what_is_given_beats_the_label():
    label = read_wake_label("cron:backup", source="hook", intent="manual")
    assert (label.kind, label.source, label.intent, label.priority) == ("hook", "hook", "manual", 3)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"reason": None}, "reason"),
        ({"reason": "x", "source": "post"}, "source"),
        ({"reason": "x", "intent": "soon"}, "intent"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, field):
    with pytest.raises(InvalidInput) as caught:
        read_wake_label(**arguments)
    assert caught.value.field == field


@given(st.text())
def test_any_text_is_a_label(text):
    label = read_wake_label(text)
    assert label.reason
    assert read_wake_label(label.reason) == label
    assert 0 <= label.priority <= 3
