"""Counters of hosts, and what providers report."""

import math
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidInput, Message, Part, counters
from vagus.pricing import PriceBook, UsageReport, count_messages, estimate_tokens

TALK = [
    Message.of("user", "Which service restarted?"),
    Message(
        role="assistant",
        parts=[Part(kind="tool_call", call_id="1", name="logs", arguments='{"last": "1h"}')],
    ),
    Message(role="tool", parts=[Part(kind="tool_result", call_id="1", name="logs", text="")]),
]


# ---- counters


def by_length(texts: list[str]) -> list[int]:
    return [len(text) for text in texts]


def test_a_counter_is_asked_once_for_all_texts():
    asked: list[list[str]] = []

    def counter(texts: list[str]) -> list[int]:
        asked.append(texts)
        return by_length(texts)

    prices = count_messages(TALK, counter)
    assert asked == [
        ["Which service restarted?", "1", "logs", '{"last": "1h"}', "1", "logs"],
    ]
    assert [(price.tokens, price.reserve, price.source) for price in prices] == [
        (4 + 24, 0, "exact"),
        (4 + 8 + 1 + 4 + 14, 0, "exact"),
        (4 + 4 + 1 + 4, 0, "exact"),
    ]
    assert [price.total for price in prices] == [price.tokens for price in prices]
    assert count_messages([], counter) == []


def test_what_no_counter_sees_is_estimated():
    image = Message(role="user", parts=[Part(text="Look."), Part(kind="image", data="x")])
    (price,) = count_messages([image], by_length)
    assert (price.tokens, price.reserve, price.source) == (4 + 5 + 2_000, 400, "estimated")
    assert price.total == 2_409


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_messages_without_images_differ_only_in_how_their_texts_are_counted(texts):
    talk = [Message.of("user", text) for text in texts]
    prices = count_messages(talk, lambda asked: [0] * len(asked))
    assert all(price.tokens == 4 for price in prices)
    assert all(estimate_tokens(message) >= 4 for message in talk)


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (None, "counter()"),
        ("12", "counter()"),
        ({1: 2}, "counter()"),
        ([], "counter()"),
        ([1] * 7, "counter()"),
        ([1, 2, 3, 4, 5, -1], "counter()[5]"),
        ([1, 2, 3, 4, 5, 2**40 + 1], "counter()[5]"),
        ([1, 2, 3, 4, 5, 2**70], "counter()[5]"),
        ([1, 2, 3, 4, math.nan, 6], "counter()[4]"),
        ([1, 2.0, 3, 4, 5, 6], "counter()[1]"),
        ([True, 2, 3, 4, 5, 6], "counter()[0]"),
        ([1, None, 3, 4, 5, 6], "counter()[1]"),
    ],
)
def test_a_wrong_answer_is_refused_by_path(answer, field):
    with pytest.raises(InvalidInput) as caught:
        count_messages(TALK, lambda texts: answer)
    assert caught.value.field == field


def test_a_counter_that_raises_is_named():
    def broken(texts: list[str]) -> list[int]:
        raise ZeroDivisionError("oops")

    with pytest.raises(InvalidInput, match="raised ZeroDivisionError") as caught:
        count_messages(TALK, broken)
    assert (caught.value.field, caught.value.value) == ("counter", "oops")


def test_a_counter_may_be_interrupted():
    def interrupted(texts: list[str]) -> list[int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        count_messages(TALK, interrupted)


@pytest.mark.parametrize(
    ("messages", "counter", "field"),
    [(TALK, None, "counter"), (TALK, 5, "counter"), ("x", by_length, "messages")],
)
def test_wrong_arguments_are_refused(messages, counter, field):
    with pytest.raises(InvalidInput) as caught:
        count_messages(messages, counter)
    assert caught.value.field == field


# ---- packages


@pytest.mark.parametrize(
    ("adapter", "module", "extra"),
    [
        (counters.bpe_openai, "bpe_openai", "vagus[bpe-openai]"),
        (counters.tiktoken, "tiktoken", "vagus[tiktoken]"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(adapter, module, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidInput) as caught:
        adapter("o200k_base")
    assert extra in str(caught.value)
    assert (caught.value.field, caught.value.value) == ("package", module)


def test_bpe_openai_counts_exactly():
    pytest.importorskip("bpe_openai")
    counter = counters.bpe_openai("o200k_base")
    assert counter(["hello", "hello world", "", "<|endoftext|>"]) == [1, 2, 0, 7]
    (price,) = count_messages([Message.of("user", "hello world")], counter)
    assert (price.tokens, price.source) == (6, "exact")
    with pytest.raises(InvalidInput) as caught:
        counters.bpe_openai("no such vocabulary")
    assert caught.value.field == "name"


def fake_tiktoken(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A package that reads a vocabulary as the real one does."""
    load = types.ModuleType("tiktoken.load")
    load.read_file = lambda path: b"fetched"
    package = types.ModuleType("tiktoken")

    def get_encoding(name: str) -> object:
        if name != "cached":
            load.read_file(f"https://example.com/{name}")
        return types.SimpleNamespace(encode_ordinary=str.split)

    package.get_encoding = get_encoding
    monkeypatch.setitem(sys.modules, "tiktoken", package)
    monkeypatch.setitem(sys.modules, "tiktoken.load", load)
    return load


def test_tiktoken_counts_what_it_has_and_fetches_nothing(monkeypatch):
    load = fake_tiktoken(monkeypatch)
    assert counters.tiktoken("cached")(["a b", ""]) == [2, 0]
    with pytest.raises(InvalidInput, match="nothing is downloaded") as caught:
        counters.tiktoken("o200k_base")
    assert caught.value.field == "name"
    assert load.read_file("x") == b"fetched"


# ---- reports


def report(**changes: object) -> UsageReport:
    fields = {"model": "m", "revision": 1, "estimated": 10_000, "reported": 12_000}
    return UsageReport(**{**fields, **changes})


def test_a_report_anchors_the_prompts_that_follow():
    book = PriceBook()
    assert book.anchor is None
    first = book.price(10_000, model="m", revision=1)
    assert (first.tokens, first.reserve, first.source) == (10_000, 2_000, "estimated")
    book.observe(report())
    assert book.anchor == report()
    assert book.ratio("m") == 1_200
    later = book.price(10_500, model="m", revision=1)
    assert (later.tokens, later.reserve, later.source) == (12_600, 360, "anchored")
    moved = book.price(10_500, model="m", revision=2)
    assert (moved.tokens, moved.reserve, moved.source) == (12_600, 2_520, "estimated")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"model": ""}, "model"),
        ({"revision": -1}, "revision"),
        ({"estimated": 0}, "estimated"),
        ({"reported": -5}, "reported"),
        ({"reported": 2**40 + 1}, "reported"),
    ],
)
def test_a_bad_report_changes_nothing(changes, field):
    book = PriceBook()
    book.observe(report())
    with pytest.raises(InvalidInput) as caught:
        book.observe(report(**changes))
    assert caught.value.field == field
    assert book.anchor == report()
    assert book.ratio("m") == 1_200


@pytest.mark.parametrize("bad", [math.nan, 1.5, "1", None, True, 2**70])
def test_a_report_takes_whole_numbers_only(bad):
    with pytest.raises(InvalidInput) as caught:
        report(reported=bad)
    assert caught.value.field == "reported"
    with pytest.raises(InvalidInput) as caught:
        PriceBook().price(bad, model="m", revision=1)
    assert caught.value.field == "estimated"


counts = st.integers(1, 2**40)
reports = st.builds(
    UsageReport,
    model=st.sampled_from(["m", "n"]),
    revision=st.integers(0, 2),
    estimated=counts,
    reported=counts,
)


@given(st.lists(reports, max_size=6), st.lists(st.integers(0, 2**40), min_size=2, max_size=8))
def test_prices_never_fall_and_ratios_stay_in_bounds(observed, estimates):
    book = PriceBook()
    ratio, anchor = 1_000, None
    for each in observed:
        book.observe(each)
        # A report of less than half counts a part of the prompt and is no price.
        anchor = each if each.reported >= each.estimated * 500 // 1_000 else None
        if each.model == "m" and each.estimated >= 256:
            seen = min(max(each.reported * 1_000 // each.estimated, 500), 2_500)
            known = any(
                other.model == "m" and other.estimated >= 256
                for other in observed[: observed.index(each)]
            )
            ratio = (3 * ratio + seen + 2) // 4 if known else seen
    if len({each.to_dict().__repr__() for each in observed}) == len(observed):
        assert book.ratio("m") == ratio
    prices = [book.price(each, model="m", revision=1) for each in sorted(estimates)]
    anchored = anchor is not None and (anchor.model, anchor.revision) == ("m", 1)
    for price, earlier in zip(prices[1:], prices, strict=False):
        assert price.source == ("anchored" if anchored else "estimated")
        assert price.tokens >= earlier.tokens >= 0
        assert price.total >= earlier.total
