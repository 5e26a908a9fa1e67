"""What a key is made of, and keys by the thousand: building and reading undo each other."""

import copy
import pickle
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vagus import InvalidInput, InvalidKey, KeyParts, Peer, SessionKey
from vagus.types import SessionKind

SPACES = "\t\n\v\f\r \u00a0\u3000\ufeff"
WORDS = {
    "subagent": "subagent",
    "acp": "acp",
    "cron": "cron",
    "hook": "hook",
    "node": "node",
    "dashboard": "dashboard",
    "internal-session-effects": "internal_effects",
    "harness": "harness",
    "explicit": "explicit",
    "openai": "api",
    "openai-user": "api",
    "openresponses": "api",
    "openresponses-user": "api",
    "boot": "runtime",
    "voice": "runtime",
    "sdk": "runtime",
    "commitments": "runtime",
    "recovered": "repaired",
    "unknown": "repaired",
    "heartbeat-recovered": "repaired",
    "legacy-main-conflict": "repaired",
    "legacy-incognito": "repaired",
}

# Everything that means something inside a key, and what does not.
pieces = st.sampled_from(
    [":", "::", ":thread:", "thread", ":heartbeat", "heartbeat", ":run:", "agent:", "agent:a:main",
     "direct", "direct:", "dm:", "group", "channel:", "cron:", "subagent:", "main", "signal",
     "matrix:channel:", "%", "%3a", "%3A", "%25", "%68", "68", "a", "B", "Heartbeat", "Thread",
     " ", "\u3000", "Σ", "İ", "é", "日", "unknown", "default", "epoch"]
)  # fmt: skip
texts = st.lists(pieces | st.text("ab:%H ", max_size=3), min_size=1, max_size=5).map("".join)
# Of a few pieces only, so that two ids are often nearly the same.
close_texts = st.text(":%a3 ", min_size=1, max_size=4) | st.lists(
    st.sampled_from(["a", ":", "thread", "%3a", ":thread:", "heartbeat"]), min_size=1, max_size=3
).map("".join)


@st.composite
def parts_of(draw: st.DrawFn, written: st.SearchStrategy[str] = texts) -> KeyParts:
    """Parts of any kind, their ids as a key keeps them."""

    def id_(kept: bool = False) -> str:
        text = draw(written.map(lambda text: text.strip(SPACES)).filter(bool))
        return text if kept else text.lower()

    made: dict[str, Any] = {"agent": draw(st.sampled_from(["a", "b"]))}
    kind = draw(st.sampled_from(["main", "direct", "group", "channel", "slash", "cron_run", ""]))
    kept_thread = False
    if kind == "main":
        made |= {"kind": kind, "id": "main"}
    elif kind == "cron_run":
        made |= {"kind": kind, "space": "cron", "id": id_(), "run_id": id_()}
    elif kind:
        channels = st.sampled_from(["x", "slack", "signal", "matrix", "a:group", "%3a", "voice"])
        channel = draw(channels if kind != "direct" else channels | st.none())
        kept = kind in ("group", "channel") and channel == "matrix"
        # Only the first segment of a Signal group keeps its case.
        signal = kind == "group" and channel == "signal"
        given_id = "AbC=" if signal and draw(st.booleans()) else id_(kept)
        made |= {"kind": kind, "channel": channel, "id": given_id}
        if kind == "direct" and channel is not None and draw(st.booleans()):
            made["account"] = draw(st.sampled_from(["default", "direct", "group", "biz-1"]))
        kept_thread = kept
    else:
        word = draw(st.sampled_from(sorted(WORDS)))
        made |= {"kind": WORDS[word], "space": word, "id": id_()}
    made["threads"] = [id_(kept_thread) for _ in range(draw(st.integers(0, 2)))]
    made["isolated"] = draw(st.booleans())
    return KeyParts(**made)


# ---- parts ----------------------------------------------------------------------------------


@settings(max_examples=500)
@given(parts_of())
def test_a_key_gives_back_what_it_was_made_of(parts):
    key = SessionKey.from_parts(parts)
    assert key.parts == parts
    assert SessionKey.parse(str(key)) == key
    assert (key.agent, key.kind) == (parts.agent, parts.kind)
    assert key.thread_id == (parts.threads[-1] if parts.threads else None)
    assert pickle.loads(pickle.dumps(key)) == key
    assert pickle.loads(pickle.dumps(parts)) == parts


@settings(max_examples=500)
@given(st.lists(parts_of(close_texts), min_size=2, max_size=6))
def test_different_parts_make_different_keys(many):
    made: dict[str, KeyParts] = {}
    for parts in many:
        assert made.setdefault(str(SessionKey.from_parts(parts)), parts) == parts


def test_every_kind_that_is_made_of_parts_is_tried():
    tried = {*WORDS.values(), "main", "direct", "group", "channel", "slash", "cron_run"}
    assert set(get_args(SessionKind)) - tried == {"other"}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_a_space_is_built_by_name(word):
    key = SessionKey.named("a", word, "x")
    assert (key.kind, key.parts.space, key.parts.id) == (WORDS[word], word, "x")


@pytest.mark.parametrize("rest", ["work", "work:thread:5", "global:heartbeat", "some:thing:else"])
def test_other_keys_have_parts_too(rest):
    key = SessionKey.parse(f"agent:a:{rest}")
    assert key.kind == "other"
    assert SessionKey.from_parts(key.parts) == key


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "direct", "id": " "}, "id"),
    ({"kind": "main", "id": "work"}, "id"),
    ({"kind": "other", "id": "slack:group:c1"}, "id"),
    ({"kind": "other", "id": "x:thread:5"}, "id"),
    ({"kind": "hook", "id": "x"}, "space"),
    ({"kind": "hook", "id": "x", "space": "nowhere"}, "space"),
    ({"kind": "hook", "id": "x", "space": "cron"}, "id"),
    ({"kind": "cron_run", "id": "job"}, "cron run id"),
    ({"kind": "group", "id": "5"}, "channel"),
    ({"kind": "group", "id": "5", "channel": "direct"}, "channel"),
    ({"kind": "direct", "id": "5", "account": "biz"}, "account"),
    ({"kind": "main", "id": "main", "channel": "slack"}, "channel"),
    ({"kind": "direct", "id": "5", "run_id": "r"}, "run_id"),
    ({"kind": "direct", "id": "5", "threads": [" "]}, "threads"),
    ({"kind": "direct", "id": "5:" * 4097}, "peer.id"),
    ({"kind": "direct", "id": "5" * 4090}, "session_key"),
]


@pytest.mark.parametrize(("given_parts", "field"), REFUSED)
def test_parts_that_no_key_holds_are_refused(given_parts, field):
    with pytest.raises(InvalidKey) as caught:
        SessionKey.from_parts(KeyParts(agent="a", **given_parts))
    assert caught.value.field == field


# ---- many keys ------------------------------------------------------------------------------

key_texts = parts_of().map(lambda parts: str(SessionKey.from_parts(parts)))
any_texts = key_texts | key_texts.map(str.upper) | texts | texts.map("agent:a:{}".format)


@given(st.lists(any_texts, max_size=8))
@example(["agent:a:main", "main", "agent:"])
def test_many_keys_are_parsed_like_each(many):
    one_by_one = [read(text) for text in many]
    wrong = [index for index, key in enumerate(one_by_one) if isinstance(key, InvalidKey)]
    if not wrong:
        keys = SessionKey.parse_many(many)
        assert list(keys) == keys.to_list() == one_by_one
        return
    error = one_by_one[wrong[0]]
    with pytest.raises(InvalidKey) as caught:
        SessionKey.parse_many(many)
    assert caught.value.field == f"texts[{wrong[0]}]"
    assert str(caught.value) == caught.value.field + str(error).removeprefix("session_key")


def read(text: str) -> SessionKey | InvalidKey:
    try:
        return SessionKey.parse(text)
    except InvalidKey as error:
        return error


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        (["agent:a:main", 5], "texts[1]"),
        ([None], "texts[0]"),
        ("agent:a:main", "texts"),
        (5, "texts"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(texts, field):
    with pytest.raises(InvalidInput) as caught:
        SessionKey.parse_many(texts)
    assert caught.value.field == field


lists = st.lists(key_texts, max_size=6)
bounds = st.integers(-8, 8) | st.none()


@given(lists, bounds, bounds, st.integers(-3, 3).filter(bool) | st.none())
def test_keys_are_a_sequence(many, start, stop, step):
    keys, plain = SessionKey.parse_many(many), [SessionKey.parse(text) for text in many]
    assert len(keys) == len(plain)
    for at in range(-len(plain) - 2, len(plain) + 2):
        if -len(plain) <= at < len(plain):
            assert keys[at] == plain[at]
        else:
            with pytest.raises(IndexError):
                keys[at]
    cut = slice(start, stop, step)
    assert keys[cut].to_list() == plain[cut]
    assert type(keys[cut]) is type(keys)
    assert list(reversed(keys)) == plain[::-1]
    assert all(key in keys for key in plain)


@given(lists)
def test_columns_are_those_of_the_keys(many):
    keys = SessionKey.parse_many(many)
    assert keys.texts == [str(key) for key in keys] == many
    assert keys.agents == [key.agent for key in keys]
    assert keys.kinds == [key.kind for key in keys]


def test_keys_that_were_read_together_do_not_change():
    texts = ["agent:a:main", "agent:b:hook:x"]
    keys = SessionKey.parse_many(texts)
    texts[0] = "agent:c:main"
    keys.texts.clear()
    keys.to_list().clear()
    assert keys.texts == ["agent:a:main", "agent:b:hook:x"]
    with pytest.raises(TypeError):
        keys[0] = keys[1]  # type: ignore[index]
    with pytest.raises(TypeError):
        del keys[0]  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        keys.texts = []  # type: ignore[misc]
    assert repr(keys) == "SessionKeys(2)"
    with pytest.raises(TypeError):
        type(keys)()


def test_a_slice_outlives_what_it_was_cut_from():
    keys = SessionKey.parse_many([f"agent:a:hook:{number}" for number in range(1000)])
    cut = keys[990:]
    del keys
    assert cut[-1] == "agent:a:hook:999"
    assert [str(key) for key in cut[:2]] == ["agent:a:hook:990", "agent:a:hook:991"]


# ---- values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_keys_and_parts_are_copied_and_pickled(protocol):
    key = SessionKey.for_peer("a", "matrix", Peer("channel", "!Room:x")).thread("$E").isolated()
    for value in (key, key.parts):
        assert pickle.loads(pickle.dumps(value, protocol)) == value
        assert copy.deepcopy(value) == copy.copy(value) == value
        assert hash(copy.copy(value)) == hash(value)
    many = SessionKey.parse_many([str(key)]).to_list()
    assert pickle.loads(pickle.dumps(many, protocol)) == many


def test_a_pickle_is_read_as_strictly_as_text():
    state = SessionKey.parse("agent:a:main").__reduce_ex__(2)
    forged = pickle.dumps(SessionKey.parse("agent:a:main")).replace(
        b"agent:a:main", b"agent:a:::::"
    )
    assert state
    with pytest.raises(InvalidKey):
        pickle.loads(forged)


def test_keys_are_ordered_by_their_text():
    keys = SessionKey.parse_many(["agent:b:main", "agent:a:main", "agent:a:hook:x"])
    assert [str(key) for key in sorted(keys)] == sorted(keys.texts)
