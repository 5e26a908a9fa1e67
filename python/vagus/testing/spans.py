"""Instants and spans as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from vagus import InvalidInput, parse_duration

SPAN = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:[DdHhSs]|[Mm][Ss]?))+")
"""A span as text. Every number has a unit, because `5` could be minutes or milliseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def moment(at_ms: int) -> datetime:
    """The instant `at_ms` milliseconds after the epoch, in UTC."""
    return _EPOCH + at_ms * _MILLISECOND


def instant_ms(value: str | int | datetime, field: str) -> int:
    """Milliseconds since the epoch of an instant.

    Args:
        value: ISO 8601 text with a zone, a datetime with a zone, or the milliseconds themselves.
        field: how errors call it.

    Raises:
        InvalidInput: the value is none of these.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    instant = _instant(value)
    if instant is None or instant.tzinfo is None:
        allowed = "must be an instant with a time zone (Z or an offset such as +02:00)"
        raise refusal(field, value, f"{allowed}, such as 2026-05-17T22:00:00Z")
    return (instant - _EPOCH) // _MILLISECOND


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return value if isinstance(value, datetime) else None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def span_ms(value: str | int | timedelta, field: str) -> int:
    """Milliseconds of a span: text with units such as `10m`, milliseconds or a timedelta.

    Raises:
        InvalidInput: the value is none of these, or negative.
    """
    allowed = (
        "must be text with units (d, h, m, s, ms) such as '10m', milliseconds as a number, "
        "or a timedelta, and not negative"
    )
    if isinstance(value, str):
        if SPAN.fullmatch(value.strip()) is None:
            raise refusal(field, value, allowed)
        return parse_duration(value)
    if isinstance(value, timedelta):
        value = value // _MILLISECOND
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise refusal(field, value, allowed)
    return value


def refusal(field: str, value: object, message: str) -> InvalidInput:
    """The error for an argument `field` that holds `value`."""
    shown = repr(value)
    if len(shown) > 80:
        shown = shown[:60] + "…"
    return InvalidInput(f"{field}: {message}, got {shown}", field=field, value=shown)
