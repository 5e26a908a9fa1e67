"""Instants and spans as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from vagus import InvalidInput, parse_duration

SPAN = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:[DdHhSs]|[Mm][Ss]?))+")
"""A span as text. Every number has a unit, because `5` could be minutes or milliseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

END_MS = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
"""Every clock stops before this instant, so that what comes a little later still has a date."""

_LONGEST = f"at most {END_MS // 86_400_000:,} days"


def moment(at_ms: int) -> datetime:
    """The instant `at_ms` milliseconds after the epoch, in UTC."""
    return _EPOCH + at_ms * _MILLISECOND


def instant_ms(value: str | int | datetime, field: str) -> int:
    """Milliseconds since the epoch of an instant.

    Args:
        value: ISO 8601 text with a zone, a datetime with a zone, or the milliseconds themselves.
        field: how errors call it.

    Raises:
        InvalidInput: the value is none of these, or not in the years 1970 to 9998.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return _in_the_calendar(value, value, field)
    instant = _instant(value)
    if instant is None or instant.tzinfo is None:
        allowed = "must be an instant with a time zone (Z or an offset such as +02:00)"
        raise refusal(field, value, f"{allowed}, such as 2026-05-17T22:00:00Z")
    return _in_the_calendar((instant - _EPOCH) // _MILLISECOND, value, field)


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return value if isinstance(value, datetime) else None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _in_the_calendar(at_ms: int, value: object, field: str) -> int:
    if not 0 <= at_ms < END_MS:
        allowed = f"must be of the years 1970 to 9998 (milliseconds: from 0 to {END_MS - 1})"
        raise refusal(field, value, allowed)
    return at_ms


def later_ms(at_ms: int, span: int, field: str) -> int:
    """The instant `span` milliseconds after `at_ms`.

    Raises:
        InvalidInput: it is beyond the year 9998.
    """
    if at_ms + span >= END_MS:
        allowed = f"must end before the year 9999, counted from {moment(at_ms)}"
        raise refusal(field, span * _MILLISECOND, allowed)
    return at_ms + span


def span_ms(value: str | int | timedelta, field: str) -> int:
    """Milliseconds of a span: text with units such as `10m`, milliseconds or a timedelta.

    Raises:
        InvalidInput: the value is none of these, negative, or endless.
    """
    span: object = value
    if isinstance(value, str):
        span = duration_ms(value.strip()) if SPAN.fullmatch(value.strip()) else None
    elif isinstance(value, timedelta):
        span = value // _MILLISECOND
    if not isinstance(span, int) or isinstance(span, bool) or not 0 <= span <= END_MS:
        allowed = (
            "must be text with units (d, h, m, s, ms) such as '10m', milliseconds as a number, "
            "or a timedelta, not negative and "
        )
        raise refusal(field, value, allowed + _LONGEST)
    return span


def step_ms(value: str | int | timedelta, field: str) -> int:
    """Milliseconds of a step of the clock: a span, negative or with a `-` in front for a step back.

    Raises:
        InvalidInput: as for `span_ms`.
    """
    if isinstance(value, str) and value.strip().startswith("-"):
        return -span_ms(value.strip()[1:], field)
    span: object = value // _MILLISECOND if isinstance(value, timedelta) else value
    if isinstance(span, int) and not isinstance(span, bool) and span < 0:
        return -span_ms(-span, field)
    return span_ms(value, field)


def duration_ms(text: str) -> int | None:
    """Milliseconds of a span that looks like `SPAN`; None for one that is too long."""
    try:
        span = parse_duration(text)
    except InvalidInput:
        return None
    return span if span <= END_MS else None


UNITS = {
    "days": "days",
    "hours": "hours",
    "minutes": "minutes",
    "seconds": "seconds",
    "ms": "milliseconds",
}
"""Units of time as arguments, by their names in `timedelta`."""


def part_of_span(value: float, unit: str) -> timedelta:
    """The span of `value` of `unit`, one of `UNITS`.

    Raises:
        InvalidInput: no number, not finite, negative, or endless.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        part = timedelta(**{UNITS[unit]: value}) if number else None
    except (ValueError, OverflowError):
        part = None
    if part is None or not timedelta() <= part <= END_MS * _MILLISECOND:
        raise refusal(unit, value, f"must be a number, not negative and {_LONGEST}")
    return part


def refusal(field: str, value: object, message: str) -> InvalidInput:
    """The error for an argument `field` that holds `value`."""
    try:
        shown = repr(value)
    except Exception:
        shown = f"<{type(value).__name__}>"
    if len(shown) > 80:
        shown = shown[:60] + "…"
    return InvalidInput(f"{field}: {message}, got {shown}", field=field, value=shown)
