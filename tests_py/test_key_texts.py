"""Keys as text: any text is read, by simple rules, and comes back the same the second time."""

from __future__ import annotations

import inspect
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vagus
from vagus import AmbiguousAgent, InvalidInput, InvalidKey, SessionKey, keys, types

WORDS = ["agent", "main", "Ops", "direct", "dm", "GROUP", "channel", "thread", "heartbeat", "cron"]
WORDS += ["run", "subagent", "signal", "Matrix", "telegram", "!R", "5", "-100", "", " ", "İ", "%3a"]
KEYS = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=9).map(":".join),
    st.lists(st.sampled_from(WORDS), max_size=7).map(
        lambda words: ":".join(["agent", "a", *words])
    ),
    st.text(max_size=40),
)
HEARTBEAT = ":heartbeat"
PREDICATES = [getattr(keys, name) for name in keys.__all__ if name.startswith("is_")]


SPACES = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
SPACES += "".join(map(chr, range(0x2000, 0x200B)))


def trimmed(text: str) -> str:
    """Without ECMAScript's white space, which is not quite Python's."""
    return text.strip(SPACES)


# ---- independent readings -------------------------------------------------------------------


def simple_split(key: str) -> tuple[str, str] | None:
    front, first, tail = keys.canonical(key).partition(":")
    agent, second, rest = tail.partition(":")
    whole = front == "agent" and first and second and trimmed(agent)
    return (trimmed(agent), rest) if whole and rest and rest[0] != ":" else None


def simple_chat_type(key: str) -> str:
    split = simple_split(key)
    body = split[1] if split else keys.canonical(key)
    words = body.split(":")
    if trimmed(words[0]) == "agent":
        return "unknown"
    kinds = {"direct": "direct", "dm": "direct", "group": "group", "channel": "channel"}
    readings = []
    for at in range(3):
        named = len(words) > at + 1 and all(trimmed(words[i]) for i in [*range(at), at + 1])
        if named and words[at] in kinds and (at > 0 or kinds[words[0]] == "direct"):
            readings.append(kinds[words[at]])
    legacy = words[0] in ("group", "channel") and len(words) > 1 and trimmed(words[1])
    if legacy:  # alone, or where the key can be read in two ways
        return words[0]
    return readings[0] if len(readings) == 1 else "unknown"


def simple_thread(key: str) -> tuple[str | None, str | None]:
    text = trimmed(key)
    folded = "".join(char.lower() if char.isascii() else char for char in text)
    at = folded.rfind(":thread:")
    base, thread = (text, "") if at < 0 else (text[:at], trimmed(text[at + 8 :]))
    return (base if trimmed(base) else None), (thread or None)


@given(KEYS)
def test_a_key_is_split_at_its_first_colons(key: str) -> None:
    split = keys.split(key)
    assert (split and (split.agent, split.rest)) == simple_split(key)
    assert (keys.shape(key) == "agent") == (split is not None)


@given(KEYS)
def test_the_kind_of_chat_stands_where_it_is_named(key: str) -> None:
    assert keys.chat_type(key) == simple_chat_type(key)


@given(KEYS)
def test_a_thread_is_what_follows_its_last_marker(key: str) -> None:
    suffix = keys.thread_suffix(key)
    assert (suffix.base, suffix.thread_id) == simple_thread(key)


# ---- laws -----------------------------------------------------------------------------------


@given(KEYS)
def test_a_canonical_key_is_canonical(key: str) -> None:
    once = keys.canonical(key)
    assert keys.canonical(once) == once
    assert keys.shape(once) == keys.shape(key)


@given(KEYS.filter(bool), KEYS, st.sampled_from(["", "ops", "Ops Team"]))
def test_isolating_with_the_stored_base_changes_nothing(
    key: str, configured: str, agent: str
) -> None:
    once = keys.isolated_heartbeat(key, configured, agent=agent)
    twice = keys.isolated_heartbeat(once.key, configured, stored_base=once.base, agent=agent)
    assert twice == once
    assert once.key.endswith(HEARTBEAT)
    assert keys.stale_heartbeats([once.key, once.base], once) == []
    assert keys.stale_heartbeats([once.key + HEARTBEAT], once) == [once.key + HEARTBEAT]


@given(KEYS, st.sampled_from(["ops", "", "Ops Team"]))
def test_a_store_key_has_an_owner_and_is_its_own_store_key(key: str, agent: str) -> None:
    stored = keys.store_key(agent, key)
    assert stored.startswith("agent:")
    assert keys.store_key("other", stored) == stored
    if keys.shape(stored) == "agent":
        assert keys.scope_to_agent(stored, "other") == stored


@given(KEYS, st.text(max_size=20))
def test_the_thread_of_a_key_is_read_back(base: str, thread: str) -> None:
    made = keys.thread_keys(base, thread, keep_case=True, parent="p")
    assert made.parent == ("p" if trimmed(thread) else None)
    if trimmed(thread) and trimmed(base):
        assert simple_thread(made.key)[0] == simple_thread(base + ":thread:x")[0]


@given(KEYS)
def test_any_text_is_read(key: str) -> None:
    for predicate in PREDICATES:
        assert predicate(key) in (True, False)
    keys.conversation(key)
    keys.raw_conversation(key)
    keys.delivery_route(key)
    keys.cron_run_suffix(key)
    keys.telegram_topic(key)
    keys.feishu_conversation(key)
    keys.wake_target(key)
    keys.group_of(key, to=key, chat_type="group", provider=key)
    assert keys.subagent_depth(key) >= 0
    assert keys.main_alias(key, "ops") in (key, "agent:ops:main")


@given(KEYS)
def test_events_leave_only_runs_that_are_over(key: str) -> None:
    moved = keys.event_key(key)
    assert (moved == key) == (not keys.is_cron_run(key))
    assert keys.event_key(moved) == moved


# ---- the surface ----------------------------------------------------------------------------


def test_every_name_is_listed_once_in_order() -> None:
    public = {name for name in vars(keys) if not name.startswith("_")} - {"annotations"}
    assert set(keys.__all__) == public
    assert list(keys.__all__) == sorted(keys.__all__, key=lambda name: (name.islower(), name))
    assert all(inspect.getdoc(getattr(keys, name)) for name in keys.__all__)


def test_a_key_of_vagus_is_taken_as_its_text() -> None:
    key = SessionKey.parse("agent:ops:slack:channel:c1:thread:7")
    text = str(key)
    assert keys.canonical(key) == text
    assert keys.delivery_route(key) == keys.delivery_route(text)
    assert keys.thread_keys(key, "8").key == keys.thread_keys(text, "8").key
    assert keys.same_request(key, text)


@pytest.mark.parametrize("wrong", [None, 5, b"agent:a:b", "\ud800"])
def test_what_is_no_text_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        keys.canonical(wrong)  # type: ignore[arg-type]
    assert caught.value.field == "key"


def test_every_shape_and_chat_type_is_named() -> None:
    shapes = {keys.shape(text) for text in ("", "agent:a:b", "agent:a", "main")}
    assert shapes == set(get_args(types.TextShape))
    texts = ["agent:a:x:dm:5", "agent:a:x:group:5", "agent:a:x:channel:5", "main"]
    assert [keys.chat_type(text) for text in texts] == list(get_args(types.ChatType))


def test_an_owner_is_never_guessed() -> None:
    assert keys.agent_of("main", "ops") == "ops"
    with pytest.raises(AmbiguousAgent) as ambiguous:
        keys.agent_of("main")
    assert ambiguous.value.field == "key"
    with pytest.raises(InvalidKey) as malformed:
        keys.agent_of("agent:main", "ops")
    assert malformed.value.field == "key"
    with pytest.raises(AmbiguousAgent) as nobody:
        keys.key_of_message("+1555")
    assert nobody.value.field == "agent"


def test_spawns_are_looked_up_in_a_dict() -> None:
    spawns = {"agent:a:x": keys.Spawn(spawned_by="agent:a:y"), "agent:a:y": keys.Spawn(depth=3)}
    assert keys.subagent_depth("Agent:A:X", spawns=spawns) == 4
    with pytest.raises(InvalidInput) as caught:
        keys.subagent_depth("agent:a:x", spawns={"agent:a:x": 3})  # type: ignore[dict-item]
    assert caught.value.field == 'spawns["agent:a:x"]'
    with pytest.raises(InvalidInput, match="spawns: must be a dict"):
        keys.subagent_depth("agent:a:x", spawns=[])  # type: ignore[arg-type]


def test_a_megabyte_comes_back() -> None:
    for unit in (":", "agent:", "subagent:", ":thread:", ":heartbeat"):
        text = unit * (1_000_000 // len(unit))
        test_any_text_is_read.hypothesis.inner_test(text)
        assert len(keys.canonical(text)) == len(text)


def test_strict_and_lenient_ids_differ_where_nothing_is_left() -> None:
    assert keys.sanitized_agent_id("日本") is None
    assert vagus.normalize_agent_id("日本", lenient=True) == "main"
    assert keys.optional_account("*") is None
    assert keys.normalize_account("*") == "default"
    assert [keys.is_valid_agent_id(text) for text in (" Ops ", "_x")] == [True, False]
