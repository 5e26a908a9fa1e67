"""What error texts of providers mean."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from vagus.transcripts import ProviderError, classify_compaction_reason, classify_provider_error
from vagus.types import CompactionReason, ProviderErrorKind

KINDS = {
    "boom": "other",
    "context_length_exceeded": "overflow",
    "the prompt is over the limit": "likely_overflow",
    "Context window of 8000 is too small": "window_too_small",
    "Request too large: 9000 TPM": "rate_limit",
    "Your credit balance is too low": "billing",
    "This model requires reasoning": "reasoning",
    "roles must alternate between user and assistant": "turns",
}


def test_every_kind_is_told():
    assert {text: classify_provider_error(text).kind for text in KINDS} == KINDS
    assert {text: classify_provider_error(text.upper()).kind for text in KINDS} == KINDS
    assert set(KINDS.values()) == set(get_args(ProviderErrorKind))
    assert classify_provider_error("boom") == ProviderError("other")


def grouped(number: int) -> str:
    return f"{number:,}"


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from([str, grouped]))
def test_counts_are_read_out_of_the_text(observed, limit, written):
    count, most = written(observed), written(limit)
    for text in (
        f"prompt is too long: {count} tokens > {most} maximum",
        f"The input token count ({count}) exceeds the maximum number of tokens allowed ({most}).",
        f"This model's maximum context length is {most} tokens, but you requested {count} tokens.",
        f"input length and `max_tokens` exceed context limit: {count} + 1 > {most}",
    ):
        error = classify_provider_error(text)
        assert (error.kind, error.observed_tokens, error.limit_tokens) == (
            "overflow",
            observed,
            limit,
        )


@given(st.text())
def test_any_text_is_read(text):
    assert classify_provider_error(text).kind in get_args(ProviderErrorKind)
    assert classify_compaction_reason(text) in get_args(CompactionReason)


REASONS = {
    "": "unknown",
    "Nothing to compact": "no_compactable_entries",
    "below threshold": "below_threshold",
    "Already compacted": "already_compacted_recently",
    "live context still exceeds target": "live_context_still_exceeds_target",
    "blocked by the guard": "guard_blocked",
    "no summary": "summary_failed",
    "timed out": "timeout",
    "HTTP 401": "provider_error_4xx",
    "HTTP 502": "provider_error_5xx",
}


def test_every_reason_is_told():
    assert {text: classify_compaction_reason(text) for text in REASONS} == REASONS
    assert set(REASONS.values()) == set(get_args(CompactionReason))
