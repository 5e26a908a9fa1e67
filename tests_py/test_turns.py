"""What a provider takes: pairs, turn order, and the repair of any list of messages."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidInput, Message, Part
from vagus.transcripts import (
    NO_RESULT,
    check_turns,
    merge_consecutive,
    open_with_user,
    pairs_intact,
    repair_pairs,
    repair_tool_calls,
    repair_turns,
    without_unanswered_calls,
)
from vagus.types import PartKind, Role, TurnRules

ALL_RULES = get_args(TurnRules)

parts = st.builds(
    Part,
    kind=st.sampled_from(get_args(PartKind)),
    text=st.sampled_from(["", " ", "x", "words ", "日本"]),
    call_id=st.sampled_from(["1", "2", "1_2", "", " ", "a|b", "x" * 70]),
    name=st.sampled_from(["exec", "a.b", " exec ", "bad name", ""]),
    arguments=st.sampled_from(["{}", "", "[]", '{"a": 1, "a": 2}', "nope"]),
    data=st.sampled_from(["", "media://1"]),
)
messages = st.lists(
    st.builds(Message, role=st.sampled_from(get_args(Role)), parts=st.lists(parts, max_size=4)),
    max_size=8,
)


def call(call_id: str, name: str = "exec", arguments: str = "{}") -> Part:
    return Part(kind="tool_call", call_id=call_id, name=name, arguments=arguments)


def calling(*call_ids: str) -> Message:
    return Message(role="assistant", parts=[call(each) for each in call_ids])


def result(call_id: str, text: str = "done") -> Message:
    part = Part(kind="tool_result", call_id=call_id, name="exec", text=text)
    return Message(role="tool", parts=[part])


def anthropic_refuses(given: list[Message]) -> bool:
    """The rules of Anthropic's interface on roles and pairs, written down once more."""
    body: list[tuple[str, list[Part]]] = []
    for message in given:
        if message.role == "system":
            if body:
                return True
            continue
        role = "user" if message.role == "tool" else message.role
        if message.role == "tool" and body and body[-1][0] == "user":
            body[-1][1].extend(message.parts)
        elif message.role == "user" and body and body[-1][0] == "user" and body[-1][1]:
            if body[-1][1][0].kind != "tool_result":
                return True
            body[-1][1].extend(message.parts)
        else:
            body.append((role, list(message.parts)))
    if not body or body[0][0] != "user":
        return True
    if any(one[0] == other[0] for one, other in pairwise(body)):
        return True
    waiting: list[str] = []
    seen: set[str] = set()
    for _role, blocks in body:
        answered = [part.call_id for part in blocks if part.kind == "tool_result"]
        if sorted(answered) != sorted(waiting) or not blocks:
            return True
        waiting = [part.call_id for part in blocks if part.kind == "tool_call"]
        if len(set(waiting)) < len(waiting) or seen & set(waiting):
            return True
        seen |= set(waiting)
    return bool(waiting)


@given(messages, st.sampled_from(ALL_RULES))
def test_any_list_is_repaired_once(given, rules):
    repaired = repair_turns(given, rules)
    assert check_turns(repaired, rules) == []
    assert repair_turns(repaired, rules) == repaired
    assert (check_turns(given, rules) == []) == (repaired == given)


@given(messages)
def test_what_is_repaired_for_anthropic_keeps_its_rules(given):
    assert not anthropic_refuses(repair_turns(given, "anthropic"))


@given(messages)
def test_what_anthropic_refuses_is_found(given):
    if anthropic_refuses(given):
        assert check_turns(given, "anthropic") != []


@given(messages, st.lists(st.integers(-2, 9), max_size=3), st.booleans())
def test_pairing_counts_what_it_does(given, unfinished, keep):
    repair = repair_pairs(given, unfinished=unfinished, keep_their_results=keep)
    assert repair.changed == (repair.messages != given)
    made_up = [
        part
        for message in repair.messages
        for part in message.parts
        if message.role == "tool" and part.text == NO_RESULT
    ]
    assert len(made_up) == repair.added
    if not unfinished:
        assert pairs_intact(repair.messages)
        assert without_unanswered_calls(repair.messages) == repair.messages


def test_a_violation_says_where_and_why():
    (found,) = check_turns([Message.of("user", "q"), calling("1")], "openai")
    assert (found.message, found.fault) == (1, "unanswered_call")
    assert found.reason == "no result follows the tool call"


def test_tools_that_are_not_allowed_are_left_out():
    given = [Message(role="assistant", parts=[call("1", "exec"), call("2", "Read")]), result("1")]
    repair = repair_tool_calls(given, allowed_tools=["read"])
    assert [part.call_id for part in repair.messages[0].parts] == ["2"]
    assert (repair.dropped_calls, repair.dropped_messages) == (1, 0)


def test_runs_of_a_role_become_one_message():
    given = [Message.of("user", "a"), Message.of("user", "b"), Message.of("assistant", "c")]
    merged = merge_consecutive(given, "user")
    assert [message.text for message in merged] == ["a\nb", "c"]
    assert [message.role for message in open_with_user(given[2:])] == ["user", "assistant"]
    assert open_with_user(given) == given


@pytest.mark.parametrize("wrong", [None, "text", [1], [Part(kind="text")]])
def test_what_are_no_messages_is_refused(wrong):
    with pytest.raises(InvalidInput, match="messages"):
        check_turns(wrong, "openai")
    with pytest.raises(InvalidInput, match="rules"):
        check_turns([], "nobody's")
