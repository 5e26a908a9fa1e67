"""What of a history is sent again: images, turns, heartbeats, conversations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import InvalidInput, Message, Part, estimate_tokens
from vagus.transcripts import (
    IMAGE_REMOVED,
    ChannelHistory,
    HeartbeatTurns,
    drop_heartbeats,
    history_limit,
    is_no_reply,
    is_real_conversation,
    limit_turns,
    prune_history_images,
    without_no_reply,
)

PROMPT = "Read HEARTBEAT.md"
image = Part(kind="image", data="media://1")
call = Part(kind="tool_call", call_id="1", name="exec", arguments="{}")
answer = Part(kind="tool_result", call_id="1", name="exec", text="a file")

histories = st.lists(
    st.sampled_from(
        [
            Message.of("user", "hello"),
            Message.of("user", PROMPT + " now"),
            Message(role="user", parts=[Part(kind="text", text="see"), image]),
            Message.of("assistant", "HEARTBEAT_OK"),
            Message.of("assistant", "The disk is full."),
            Message(role="assistant", parts=[call]),
            Message(role="tool", parts=[answer, image]),
        ]
    ),
    max_size=25,
)


def tokens(messages: list[Message]) -> int:
    return sum(map(estimate_tokens, messages))


def images(message: Message) -> int:
    return sum(part.kind == "image" for part in message.parts)


@given(histories, st.integers(0, 5))
def test_images_of_old_turns_go(history, keep):
    reduced = prune_history_images(history, keep_turns=keep)
    assert tokens(history) - tokens(reduced.messages) == reduced.tokens >= 0
    assert sum(map(images, history)) - sum(map(images, reduced.messages)) == reduced.removed
    again = prune_history_images(reduced.messages, keep_turns=keep)
    assert again.messages == reduced.messages
    for before, after in zip(history, reduced.messages, strict=True):
        if before != after:
            assert images(before) > 0 == images(after)
            assert IMAGE_REMOVED in [part.text for part in after.parts]
    users = [at for at, message in enumerate(history) if message.role == "user"]
    if keep and len(users) >= keep:
        assert history[users[-keep] :] == reduced.messages[users[-keep] :]


@given(histories, st.integers(-1, 6))
def test_turns_are_counted_from_the_end(history, limit):
    left = limit_turns(history, limit).messages
    users = [at for at, message in enumerate(history) if message.role == "user"]
    cut = users[-limit] if 0 < limit < len(users) else 0
    assert left == history[cut:]


@given(histories)
def test_heartbeats_that_found_nothing_go_whole(history):
    reduced = drop_heartbeats(history, HeartbeatTurns([PROMPT]))
    assert tokens(history) - tokens(reduced.messages) == reduced.tokens
    turns: list[list[Message]] = [[]]
    for message in history:
        if message.role == "user":
            turns.append([])
        turns[-1].append(message)
    kept = [
        turn
        for turn in turns
        if not (
            len(turn) > 1
            and turn[0].text.startswith(PROMPT)
            and turn[-1] == Message.of("assistant", "HEARTBEAT_OK")
        )
    ]
    assert reduced.messages == [message for turn in kept for message in turn]


@given(histories)
def test_a_result_is_conversation_beside_a_user(history):
    for at, message in enumerate(history):
        near = history[max(0, at - 20) : at]
        expected = {
            "user": True,
            "assistant": message.text not in ("", "HEARTBEAT_OK"),
            "tool": any(each.role == "user" for each in near),
        }[message.role]
        assert is_real_conversation(history, at) is expected


def test_limits_follow_the_key():
    channels = {"slack": ChannelHistory(7), "mail": ChannelHistory(None, 3, dms={"a": 1})}
    assert history_limit("agent:x:slack:channel:c", channels) == 7
    assert history_limit("mail:dm:b", channels) == 3
    assert history_limit("mail:dm:a:topic:4", channels) == 1
    assert history_limit("agent:x:main", channels) is None
    assert limit_turns([Message.of("user", "q")], None).messages == [Message.of("user", "q")]


def test_silence_is_told():
    assert is_no_reply(" no_reply ")
    assert without_no_reply("Done. NO_REPLY") == "Done."
    with pytest.raises(InvalidInput, match="index"):
        is_real_conversation([], -1)
    assert not is_real_conversation([], 3)
