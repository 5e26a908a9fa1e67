"""Tool results within limits: one text, all results of a prompt, loops, old ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidInput, Message, Part, estimate_tokens
from vagus.transcripts import (
    CutWords,
    PruningSettings,
    ResultLimits,
    ResultMemory,
    bounded_settings,
    cut_notice,
    cut_text,
    guard_tool_loop,
    prune_old_results,
    pruning_is_due,
    result_potential,
    shrink_newest_turn,
    shrink_results,
    tool_result_cap,
    weighted_chars,
)

texts = st.builds(
    lambda pieces, end: "".join(piece * times for piece, times in pieces) + end,
    st.lists(st.tuples(st.sampled_from("x漢🦊é\n"), st.integers(0, 400)), max_size=6),
    st.sampled_from(["", "\nerror: boom\n", '{"a": 1}', " done"]),
)


def result(text: str, call_id: str = "1") -> Message:
    part = Part(kind="tool_result", call_id=call_id, name="exec", text=text)
    return Message(role="tool", parts=[part])


histories = st.lists(
    st.one_of(
        texts.map(result),
        st.just(Message.of("user", "q")),
        texts.map(lambda text: result(text, "2")),
    ),
    max_size=12,
)
limits = st.builds(ResultLimits, result_chars=st.integers(0, 900), all_chars=st.integers(0, 3_000))


def size(messages: list[Message]) -> int:
    return sum(weighted_chars(message.text) for message in messages if message.role == "tool")


@given(texts, st.integers(-5, 1_200), st.integers(0, 500))
def test_a_cut_text_is_within_its_limit(text, limit, min_head):
    made = cut_text(text, limit, min_head=min_head)
    assert weighted_chars(made) <= max(limit, 0)
    assert cut_text(made, limit, min_head=min_head) == made
    if weighted_chars(text) <= limit:
        assert made == text
    beginning = made.partition("\n[... ")[0].removesuffix("...")
    assert text.startswith(beginning)


def test_the_end_is_kept_when_it_matters():
    text = "x" * 5_000 + "\nTraceback: gone\n"
    made = cut_text(text, 1_000)
    assert made.endswith(cut_notice(text.count("x") - made.count("x")))
    assert "\nTraceback: gone\n" in made
    assert "gone" not in cut_text("x" * 5_000 + " gone", 1_000)
    words = CutWords(notice="({{count}})", omission="|")
    assert cut_text("x" * 30 + " done", 20, words=words) == "x" * 11 + "|done(20)"


@given(histories, limits)
def test_shrinking_takes_away_what_it_tells(history, limit):
    shrunk = shrink_results(history, limit)
    assert size(history) - size(shrunk.messages) == shrunk.chars >= 0
    tokens = sum(map(estimate_tokens, history)) - sum(map(estimate_tokens, shrunk.messages))
    assert shrunk.tokens == tokens >= 0
    assert (shrunk.messages == history) == (shrunk.chars == 0)
    assert all(
        weighted_chars(message.text) <= limit.result_chars
        for message in shrunk.messages
        if message.role == "tool"
    )


@given(histories, limits, limits)
def test_what_was_shown_short_is_never_shown_longer(history, first, second):
    shrunk = shrink_results(history, first)
    again = shrink_results(history, first, memory=shrunk.memory)
    assert again.messages == shrunk.messages
    later = shrink_results([*history, Message.of("user", "q")], second, memory=again.memory)
    for before, after in zip(shrunk.messages, later.messages, strict=False):
        assert weighted_chars(after.text) <= weighted_chars(before.text)


@given(histories, limits)
def test_the_potential_is_what_cutting_one_by_one_gives(history, limit):
    found = result_potential(history, limit)
    large = ResultLimits(limit.result_chars, 10**9)
    assert found.oversized_reducible >= 0
    assert found.chars - found.oversized_reducible >= size(shrink_results(history, large).messages)
    left = found.chars - found.oversized_reducible
    assert found.all_reducible <= max(left - limit.all_chars, 0)


@given(histories, st.integers(0, 2_000))
def test_the_newest_turn_is_cut_as_a_last_resort(history, limit):
    shrunk = shrink_newest_turn(history, limit)
    users = [at for at, message in enumerate(history) if message.role == "user"]
    start = users[-1] if users else 0
    assert shrunk.messages[:start] == history[:start]
    assert sum(weighted_chars(message.text) for message in shrunk.messages[start:]) <= limit
    if shrunk.chars == 0:
        assert shrunk.messages == history


def test_memory_survives_a_restart():
    history = [Message.of("user", "q"), *[result("x" * 900, str(at)) for at in range(3)]]
    history += [Message.of("user", "r")]
    shrunk = shrink_results(history, ResultLimits(1_000, 2_000))
    memory = ResultMemory(**shrunk.memory.to_dict())
    assert memory == shrunk.memory
    assert len(memory.chars) == 2
    more = shrink_results(history, ResultLimits(1_000, 9_000), memory=memory)
    assert more.messages == shrunk.messages


def test_a_loop_that_is_too_long_is_told():
    guarded = guard_tool_loop([result("x" * 9_000)], 1_000)
    assert (guarded.fits, guarded.chars, guarded.max_chars) == (True, 1_024, 3_600)
    assert not guard_tool_loop([Message.of("user", "x" * 3_601)], 1_000).fits


def test_old_results_go_when_the_cache_is_cold():
    history = [Message.of("user", "q"), result("x" * 60_000)]
    history += [Message.of("assistant", "a")] * 3
    assert prune_old_results(history, 200_000).messages == history
    soft = prune_old_results(history, 40_000)
    assert soft.messages[1].text.startswith("x" * 1_500 + "\n...\n" + "x" * 1_500)
    hard = prune_old_results(history, 1, settings=PruningSettings(min_prunable_chars=0))
    assert hard.messages[1].text == PruningSettings().placeholder
    assert pruning_is_due(PruningSettings(), 0, now_ms=300_000)
    assert not pruning_is_due(PruningSettings(), None, now_ms=300_000)
    assert bounded_settings(PruningSettings(soft_percent=300)).soft_percent == 100


def test_wrong_limits_and_words_are_refused():
    with pytest.raises(InvalidInput, match="all_chars"):
        shrink_results([], ResultLimits(1, -1))
    with pytest.raises(InvalidInput, match=r"words\.notice"):
        cut_text("x", 1, words=CutWords(notice="{{what}}"))
    assert tool_result_cap(128_000) == 32_000
    assert tool_result_cap(128_000, hard_cap=16_000) == 16_000
