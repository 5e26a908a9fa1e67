"""When sessions are stale, from Python."""

from __future__ import annotations

from datetime import datetime

import pytest

import vagus
from vagus import resets


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def fresh(policy: resets.ResetPolicy, since: str, now: str, timezone: str = "UTC") -> bool:
    return resets.is_fresh(
        policy, started_ms=ms(since), last_active_ms=ms(since), now_ms=ms(now), timezone=timezone
    )


def test_the_hour_is_local() -> None:
    policy = resets.ResetPolicy(mode="daily", at_hour=4)
    since, now = "2026-07-10T01:30:00Z", "2026-07-10T03:00:00Z"
    assert fresh(policy, since, now)
    assert not fresh(policy, since, now, "Europe/Berlin")


def test_nothing_is_stale_unless_a_rule_says_so() -> None:
    policy = resets.reset_policy(resets.ResetRules(), "direct")
    assert policy == resets.ResetPolicy(mode="none")
    assert fresh(policy, "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z")


def test_rules_by_kind_and_channel() -> None:
    hour = resets.ResetSetting(mode="idle", idle_minutes=60)
    rules = resets.ResetRules(by_type={"thread": hour}, by_channel={"slack": hour})
    kind = resets.reset_kind(vagus.SessionKey.parse("agent:main:slack:channel:c:thread:t"))
    assert resets.reset_policy(rules, kind).idle_minutes == 60
    assert resets.reset_policy(rules, "direct").mode == "none"
    assert resets.reset_policy(rules, "direct", channel="Slack").mode == "idle"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"now_ms": -1}, "now_ms"),
        ({"started_ms": 1 << 60}, "started_ms"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_bad_times_and_zones_are_refused(change: dict[str, int | str], field: str) -> None:
    given = {"started_ms": 0, "last_active_ms": 0, "now_ms": 0} | change
    with pytest.raises(vagus.InvalidInput) as refused:
        resets.is_fresh(resets.ResetPolicy(mode="daily"), **given)  # type: ignore[arg-type]
    assert refused.value.field == field
