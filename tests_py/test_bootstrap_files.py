"""Files of a workspace within limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidInput
from vagus.transcripts import BootstrapFile, BootstrapLimits, ShownFile, bootstrap_files

contents = st.builds(
    lambda text, times: text * times, st.text(alphabet="ab 日🦊\n", max_size=9), st.integers(0, 90)
)
files = st.lists(
    st.builds(BootstrapFile, st.sampled_from(["A.md", "B.md"]), st.just("/w"), content=contents),
    max_size=5,
)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(files, st.integers(0, 400), st.integers(0, 900))
def test_no_limit_is_passed(given_files, file_chars, all_chars):
    shown = bootstrap_files(given_files, limits=BootstrapLimits(file_chars, all_chars))
    assert all(0 < units(each.content) <= file_chars for each in shown)
    assert sum(units(each.content) for each in shown) <= all_chars
    whole = [each.content for each in shown if each.left_out == 0]
    assert set(whole) <= {(each.content or "").rstrip() for each in given_files}


def test_a_long_file_keeps_both_ends():
    text = "a" * 700 + "b" * 400
    limits = BootstrapLimits(1_000, marker="<{{name}} {{count}} {{head}} {{tail}} {{chars}}>")
    (shown,) = bootstrap_files([BootstrapFile("A.md", "/A.md", content=text)], limits=limits)
    assert shown == ShownFile(
        "/A.md", "a" * 700 + "<A.md 200 700 200 1100>" + "b" * 200, left_out=200
    )


def test_missing_files_are_told():
    limits = BootstrapLimits(missing="no {{path}}")
    shown = bootstrap_files([BootstrapFile("A.md", "/A.md")], limits=limits)
    assert shown == [ShownFile("/A.md", "no /A.md")]
    with pytest.raises(InvalidInput, match="missing"):
        bootstrap_files([], limits=BootstrapLimits(missing="{{name}}"))
