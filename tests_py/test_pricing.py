"""Estimates against the exact counts that benchmarks/pricing.py recorded."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidInput, Message
from vagus.pricing import estimate_text, estimate_tokens

CORPUS = Path(__file__).with_name("corpus")
COUNTS = json.loads((CORPUS / "counts.json").read_text(encoding="utf-8"))
SCRIPTS = ["english", "code", "json", "chinese", "japanese", "korean", "russian", "emoji"]


def paragraphs(script: str) -> list[str]:
    return (CORPUS / f"{script}.txt").read_text(encoding="utf-8").strip().split("\n\n")


def test_the_counts_are_of_this_corpus():
    scripts = {path.stem for path in CORPUS.glob("*.txt")}
    assert scripts == {*SCRIPTS, "others"}
    for counts in COUNTS.values():
        assert {name: len(each) for name, each in counts.items()} == {
            name: len(paragraphs(name)) for name in scripts
        }


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_estimate_is_near_the_exact_count(script):
    exact = COUNTS["o200k_base"][script]
    estimates = [estimate_text(text) for text in paragraphs(script)]
    errors = [abs(ours - true) / true for ours, true in zip(estimates, exact, strict=True)]
    assert sum(errors) / len(errors) < 0.15
    assert sum(estimates) > 0.90 * sum(exact)


def test_an_estimate_is_near_the_exact_count_of_other_languages():
    exact = COUNTS["o200k_base"]["others"]
    estimates = [estimate_text(text) for text in paragraphs("others")]
    for ours, true in zip(estimates, exact, strict=True):
        assert 0.7 * true < ours < 1.4 * true
    assert sum(estimates) > 0.90 * sum(exact)


@pytest.mark.parametrize("script", ["english", "code", "json"])
def test_an_estimate_holds_for_an_older_vocabulary_where_the_two_agree(script):
    exact = COUNTS["cl100k_base"][script]
    estimates = [estimate_text(text) for text in paragraphs(script)]
    errors = [abs(ours - true) / true for ours, true in zip(estimates, exact, strict=True)]
    assert sum(errors) / len(errors) < 0.15


@given(st.text(max_size=200), st.text(max_size=20))
def test_a_longer_text_never_costs_less(text, more):
    assert 0 <= estimate_text(text) <= estimate_text(text + more)
    assert estimate_text(text) <= 4 * len(text)


@given(st.text(max_size=100))
def test_a_message_costs_its_text_and_a_little_more(text):
    assert estimate_tokens(Message.of("user", text)) == estimate_text(text) + 4


@pytest.mark.parametrize("bad", [None, b"bytes", 1, "\ud800"])
def test_what_is_no_text_is_refused(bad):
    with pytest.raises(InvalidInput) as caught:
        estimate_text(bad)
    assert caught.value.field == "text"
