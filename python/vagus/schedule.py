"""When agents beat: intervals, phases and active hours.

A ``Schedule`` answers from the time alone, so nothing has to be kept between two beats::

    from vagus.schedule import Schedule

    nightly = Schedule("30m", active_hours=("22:00", "06:00"), timezone="Europe/London")
    nightly.next_after(1_750_000_000_000)  # 1750021200000, when the hours open

Hours are those of a wall clock: a window inside the hour that is skipped in spring does not come
that day, and one in the hour that is repeated in autumn comes twice.
"""

from __future__ import annotations

from vagus._core import Schedule, parse_duration, phase_of

__all__ = ["Schedule", "parse_duration", "phase_of"]
