"""Context assembly: the budget holds, pairs stay whole, the newest turn is always there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import Context, ContextKey, ContextOverflow, InvalidInput, Message, Part, estimate_tokens

KEY = ContextKey.parse("agent:trent:main:epoch:1")

words = st.text(alphabet="ab é日🦊\n", max_size=60)
call_ids = st.sampled_from(["1", "2", "3"])


def calling(ids: list[str]) -> Message:
    calls = [Part(kind="tool_call", call_id=call, name="exec", arguments="{}") for call in ids]
    return Message(role="assistant", parts=calls)


def result(call: str, text: str) -> Message:
    return Message(
        role="tool", parts=[Part(kind="tool_result", call_id=call, name="exec", text=text)]
    )


histories = st.lists(
    st.one_of(
        words.map(lambda text: Message.of("user", text)),
        words.map(lambda text: Message.of("assistant", text)),
        st.lists(call_ids, min_size=1, max_size=3, unique=True).map(calling),
        st.builds(result, call_ids, words),
    ),
    max_size=40,
)


def context_of(history: list[Message]) -> Context:
    context = Context(KEY)
    for message in history:
        context.append(message)
    return context


def assert_pairs_intact(messages: list[Message]) -> None:
    """Every call is answered exactly once, right behind the message that makes it."""
    waiting: list[str] = []
    for message in messages:
        results = [part.call_id for part in message.parts if part.kind == "tool_result"]
        if not results:
            assert waiting == []
        for call in results:
            assert call in waiting
            waiting.remove(call)
        waiting += [part.call_id for part in message.parts if part.kind == "tool_call"]
    assert waiting == []


@given(histories, words, words, st.integers(60, 2_000))
def test_a_prompt_is_within_its_budget_or_refused(history, system, question, window):
    context = context_of(history)
    before = context.messages
    turn = [Message.of("user", question)]
    try:
        made = context.assemble(turn, system=system, window=window, reserve=window // 5)
    except ContextOverflow as overflow:
        ledger = overflow.ledger
        assert ledger.overflow == ledger.estimated - ledger.budget > 0
        assert {part.name for part in ledger.parts} <= {"system", "prompt"}
        assert context.messages == before
        return
    ledger = made.ledger
    assert ledger.estimated <= ledger.budget == window - window // 5
    assert ledger.overflow == 0
    assert ledger.raw == sum(part.tokens for part in ledger.parts)
    assert ledger.raw == sum(estimate_tokens(message) for message in made.messages)
    assert sum(part.messages for part in ledger.parts) == len(made.messages)
    assert made.messages[-1:] == turn
    assert_pairs_intact(made.messages)
    rest = made.messages[1:-1] if system else made.messages[:-1]
    if rest:
        assert rest[0].role == "user"
    assert context.messages == before


@given(histories)
def test_nothing_is_dropped_without_need(history):
    context = context_of([Message.of("user", "first"), *history])
    made = context.assemble([Message.of("user", "now")])
    assert made.ledger.dropped == 0
    shown = [message for message in made.messages if message.role != "tool"]
    kept = [message for message in context.messages if message.role != "tool"]
    assert shown == [*kept, Message.of("user", "now")]


@given(st.lists(words, min_size=5, max_size=40), st.integers(150, 400))
def test_a_prompt_begins_like_the_one_before_until_it_is_cut(questions, window):
    context = Context(KEY)
    earlier: list[Message] = []
    dropped = 0
    for question in questions:
        turn = [Message.of("user", question)]
        made = context.assemble(turn, window=window, reserve=20)
        if made.ledger.dropped == dropped:
            assert made.messages[: len(earlier)] == earlier
        assert made.ledger.dropped >= dropped
        dropped, earlier = made.ledger.dropped, made.messages[:-1]
        context.append(turn[0])
        context.append(Message.of("assistant", "ok"))


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (Message.of("system", "Obey."), "message.role"),
        (Message(role="user", parts=[]), "message.parts"),
        (calling([""]), "message.parts[0].call_id"),
        (Message(role="user", parts=calling(["1"]).parts), "message.parts[0].kind"),
    ],
)
def test_a_bad_message_is_refused_and_nothing_is_appended(message, field):
    context = context_of([Message.of("user", "Hi.")])
    with pytest.raises(InvalidInput) as caught:
        context.append(message)
    assert caught.value.field == field
    assert len(context) == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"window": 0}, "window"),
        ({"window": 1.5}, "window"),
        ({"window": 100, "reserve": 100}, "reserve"),
        ({"reserve": -1}, "reserve"),
        ({"system": 1}, "system"),
    ],
)
def test_bad_bounds_are_refused(arguments, field):
    with pytest.raises(InvalidInput) as caught:
        Context(KEY).assemble([Message.of("user", "Hi.")], **arguments)
    assert caught.value.field == field


def test_the_incident_in_numbers():
    made = Context(KEY).assemble([Message.of("user", "Hi.")], window=128_000, reserve=16_384)
    assert made.ledger.budget == 111_616


def test_a_context_belongs_to_a_context_key():
    with pytest.raises(InvalidInput):
        Context(KEY.session)
    assert Context(str(KEY)).key == KEY
