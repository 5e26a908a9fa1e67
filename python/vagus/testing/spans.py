"""Instants and spans as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vagus import InvalidInput, parse_duration

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
    allowed = "must be an instant with a time zone, such as 2026-05-17T22:00:00Z"
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise refusal(field, value, allowed) from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise refusal(field, value, allowed)
    return (value - _EPOCH) // _MILLISECOND


def span_ms(value: str | int | timedelta, field: str) -> int:
    """Milliseconds of a span: text such as `10m`, milliseconds or a timedelta.

    Raises:
        InvalidInput: the value is none of these, or negative.
    """
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, timedelta):
        value = value // _MILLISECOND
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        allowed = "must be a span such as '10m', milliseconds or a timedelta, and not negative"
        raise refusal(field, value, allowed)
    return value


def refusal(field: str, value: object, message: str) -> InvalidInput:
    """The error for an argument `field` that holds `value`."""
    shown = repr(value)
    if len(shown) > 80:
        shown = shown[:60] + "…"
    return InvalidInput(f"{field}: {message}, got {shown}", field=field, value=shown)
