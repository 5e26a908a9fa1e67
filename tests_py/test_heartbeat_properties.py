"""What holds for every answer, checklist and template."""

from __future__ import annotations

import json
import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidConfig, heartbeat

PIECES = st.sampled_from(
    [
        "HEARTBEAT_OK",
        "NO_REPLY",
        "notify=false",
        "[P]",
        "\n",
        " ",
        "*",
        "<b>",
        "&nbsp;",
        "!",
        "x",
        "é",
    ]
)
ANSWERS = st.one_of(st.text(), st.lists(PIECES).map("".join))
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
TASKS = st.lists(
    st.builds(heartbeat.ChecklistTask, name=WORDS, interval=WORDS, prompt=WORDS), max_size=8
)
TEMPLATE_PIECES = st.sampled_from(["{{", "}}", "{", "}", "agent", "time", "tasks", " ", "x"])
TEMPLATE = re.compile(r"(?:\{\{ *(?:agent|session|time|acknowledge) *\}\}|(?!\{\{|\}\}).)*")
SUMMARIES = {"outcome": "done", "notify": True, "summary": "s"}


@given(ANSWERS, st.sampled_from(["", "[P]", "Bot:"]), st.integers(0, 400), st.booleans())
def test_an_answer_has_text_only_when_it_says_something(
    text: str, prefix: str, allowance: int, media: bool
) -> None:
    reply = heartbeat.read_reply(
        text, ack_max_chars=allowance, response_prefix=prefix, has_media=media
    )
    assert reply.verdict == "says" or reply.text == ""
    assert reply.text != "" or reply.verdict != "says" or media
    assert reply.text == "" or reply.text.startswith(prefix)


@given(ANSWERS)
def test_what_is_left_of_an_acknowledgement_is_part_of_the_text(text: str) -> None:
    left = heartbeat.strip_acknowledgement(text)
    assert left.stripped or left.text == "" or left.text in text
    assert len(left.text) <= len(text)
    assert "HEARTBEAT_OK" in text or not left.stripped


@given(ANSWERS, st.integers(0, 20), st.integers(0, 20))
def test_a_smaller_allowance_never_silences_more(text: str, one: int, other: int) -> None:
    strict = heartbeat.strip_acknowledgement(text, ack_max_chars=min(one, other)).text
    lenient = heartbeat.strip_acknowledgement(text, ack_max_chars=max(one, other)).text
    assert lenient in {"", strict}


@given(
    st.lists(
        st.one_of(
            st.text(),
            st.recursive(
                st.none() | st.booleans() | st.text(),
                lambda inner: st.dictionaries(
                    st.sampled_from([*SUMMARIES, "reason", "priority"]), inner
                ),
            ).map(json.dumps),
        )
    )
)
def test_any_calls_can_be_read(calls: list[str]) -> None:
    heartbeat.read_result(calls)
    last = heartbeat.read_result([*calls, json.dumps(SUMMARIES), "{}"])
    assert last is not None
    assert last.to_dict() == SUMMARIES


@given(TASKS, WORDS)
def test_tasks_that_are_written_are_read_back(
    tasks: list[heartbeat.ChecklistTask], directive: str
) -> None:
    lines = [f"{directive}!", "", "tasks:"]
    for task in tasks:
        lines += [f"  - name: {task.name}", f"    interval: '{task.interval}'"]
        lines += [f"    prompt: {task.prompt}", ""]
    text = "\n".join([*lines, "Done."])
    assert heartbeat.read_tasks(text).tasks == tasks
    assert heartbeat.without_tasks(text) == f"{directive}!\n\nDone."


@given(st.text(), st.integers(0, 3))
def test_any_checklist_can_be_read(text: str, limit: int) -> None:
    read = heartbeat.read_tasks(text, max_tasks=limit)
    assert len(read.tasks) <= limit
    heartbeat.without_tasks(text)
    heartbeat.checklist_is_empty(text)


@given(st.lists(TEMPLATE_PIECES).map("".join))
def test_a_template_loads_or_is_refused_by_its_path(text: str) -> None:
    refused = None
    try:
        heartbeat.enrolled({"agents": {"defaults": {"heartbeat": {"prompt": text}}}})
    except InvalidConfig as refusal:
        refused = refusal
    assert (refused is None) == (TEMPLATE.fullmatch(text) is not None)
    if refused is not None:
        assert refused.field == "agents.defaults.heartbeat.prompt"
        assert "{{agent}}" in str(refused)


@given(
    st.lists(
        st.builds(
            heartbeat.TurnText,
            role=st.sampled_from(["user", "assistant", "tool"]),
            text=st.sampled_from(["Look after things.", "HEARTBEAT_OK", "hi", ""]),
            text_only=st.booleans(),
        )
    )
)
def test_pruning_takes_out_whole_pairs(turns: list[heartbeat.TurnText]) -> None:
    left = heartbeat.prune(turns, ["Look"])
    assert all(before < after for before, after in pairwise(left))
    assert (len(turns) - len(left)) % 2 == 0
    assert [turns[i] for i in left if turns[i].text == "hi"] == [
        turn for turn in turns if turn.text == "hi"
    ]
