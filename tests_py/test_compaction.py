"""Summaries of older turns, from Python."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidInput, Message, Part, estimate_tokens
from vagus.compaction import (
    SUMMARY_HEADINGS,
    CompactionWishes,
    cap_summary,
    check_summary,
    compaction_settings,
    empty_summary,
    exact_identifiers,
    find_cut_point,
    keep_share,
    portions_of_equal_share,
    portions_within,
    prompt_pressure,
)
from vagus.transcripts import pairs_intact

TURNS = st.lists(
    st.tuples(st.sampled_from(["user", "assistant", "tool"]), st.integers(0, 2_000)), max_size=30
)


def transcript(turns: list[tuple[str, int]]) -> list[Message]:
    """A history; `tool` stands for a call and its result."""
    messages = []
    for at, (role, chars) in enumerate(turns):
        if role != "tool":
            messages.append(Message.of(role, "a" * (chars + 1)))
            continue
        call = Part(kind="tool_call", call_id=str(at), name="exec", arguments="{}")
        result = Part(kind="tool_result", call_id=str(at), name="exec", text="x" * chars)
        messages += [Message(role="assistant", parts=[call]), Message(role="tool", parts=[result])]
    return messages


@given(TURNS, st.integers(1, 5_000))
def test_a_cut_keeps_what_was_asked_and_separates_no_pair(turns, keep):
    messages = transcript(turns)
    cut = find_cut_point(messages, keep_tokens=keep)
    kept = messages[cut.first_kept :]
    assert pairs_intact(kept)
    costs = [estimate_tokens(message) for message in messages]
    if sum(costs) < keep:
        assert cut.first_kept == 0
    if cut.first_kept and messages[cut.first_kept].role == "user":
        assert cut.turn_start is None
    if cut.turn_start is not None:
        assert messages[cut.turn_start].role == "user"
        assert cut.turn_start < cut.first_kept


@given(st.lists(st.integers(0, 3_000), max_size=50), st.integers(1, 4_000))
def test_portions_cover_everything_and_hold_what_fits(costs, room):
    sizes = portions_within(costs, max_tokens=room)
    assert sum(sizes) == len(costs)
    at = 0
    for size in sizes:
        portion = costs[at : at + size]
        assert size == 1 or sum(portion) * 1.2 <= room
        at += size


@given(TURNS, st.integers(1, 8))
def test_shares_cover_everything(turns, parts):
    messages = transcript(turns)
    sizes = portions_of_equal_share(messages, parts=parts)
    assert sum(sizes) == len(messages)
    assert len(sizes) <= parts
    assert 0 not in sizes


@given(TURNS, st.integers(1, 10_000))
def test_a_kept_share_is_within_it_or_is_one_portion(turns, window):
    messages = transcript(turns)
    kept = keep_share(messages, window=window)
    assert pairs_intact(messages[kept.first_kept :])
    if kept.kept_tokens > kept.budget:
        assert len(portions_of_equal_share(messages[kept.first_kept :], parts=2)) < 2


@given(st.text(max_size=400), st.integers(0, 100))
def test_a_capped_summary_is_a_prefix_and_within_its_cap(text, limit):
    capped = cap_summary(text, max_chars=limit)
    assert len(capped) <= limit
    assert capped == text or text.startswith(capped.split("\n\n[This summary")[0])


@given(st.lists(st.sampled_from(["deadbeefcafe", "/var/log/x", "a.example:8080", "word"])))
def test_a_summary_that_names_every_identifier_has_no_fault(words):
    identifiers = exact_identifiers(" ".join(words))
    assert set(identifiers) <= {"DEADBEEFCAFE", "/var/log/x", "a.example:8080"}
    assert check_summary(empty_summary() + "\n" + "\n".join(words), identifiers=identifiers) == []


def test_an_empty_summary_has_every_heading():
    assert [line[3:] for line in empty_summary().splitlines() if line[:3] == "## "] == list(
        SUMMARY_HEADINGS
    )


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: prompt_pressure(-1), "tokens"),
        (lambda: prompt_pressure(1, window=2**41), "window"),
        (lambda: find_cut_point([], keep_tokens=0), "keep_tokens"),
        (lambda: find_cut_point([Message(role="user", parts=[])]), "messages[0].parts"),
        (lambda: portions_within([1, -1], max_tokens=9), "tokens[1]"),
        (lambda: portions_of_equal_share([], parts=0), "parts"),
        (lambda: keep_share([], window=9, permille=1001), "permille"),
        (lambda: cap_summary("x", max_chars=-1), "max_chars"),
        (lambda: compaction_settings({"reserve": 1}), "wishes"),
    ],
)
def test_bad_input_is_named(call: Any, field: str):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.field.startswith(field)


def test_settings_of_the_reference_system():
    assert compaction_settings(CompactionWishes(reserve_tokens=5_000)).reserve_tokens == 20_000
    assert compaction_settings(window=16_000).reserve_tokens == 16_384
