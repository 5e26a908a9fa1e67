"""UTC offsets of IANA time zones, for a core that reads no zone database."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = 0
_LAST = int((datetime(2100, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())

# No zone has changed its offset twice within 6.9 days since 1970, so no change is stepped over.
_STEP = 3 * 86_400


@functools.cache
def offsets(name: str) -> list[tuple[int, int]]:
    """The offsets of zone `name` from 1970 to 2100.

    Returns:
        `(from_ms, offset_seconds)`, ascending; the first one from 0 on. The list is shared: do not
        change it.

    Raises:
        ValueError: the system's zone database has no such zone.
    """
    if name == "UTC":
        return [(_FIRST, 0)]
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error

    def offset_at(second: int) -> int:
        offset = datetime.fromtimestamp(second, zone).utcoffset() or timedelta()
        return int(offset.total_seconds())

    table = [(_FIRST, offset_at(_FIRST))]
    for start in range(_FIRST, _LAST, _STEP):
        end = min(start + _STEP, _LAST)
        if offset_at(end) != table[-1][1]:
            change = _first_change(offset_at, start, end)
            table.append((change * 1000, offset_at(change)))
    return table


def _first_change(offset_at: Callable[[int], int], before: int, after: int) -> int:
    """The first second in `(before, after]` whose offset is not that of `before`."""
    old = offset_at(before)
    while after - before > 1:
        middle = (before + after) // 2
        if offset_at(middle) == old:
            before = middle
        else:
            after = middle
    return after
