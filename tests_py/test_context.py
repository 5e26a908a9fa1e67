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
    if "shrink-turn" not in [step.rung for step in ledger.steps]:
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


# Questions that are not beyond the budget alone.
@given(st.lists(words.map(lambda text: text[:40]), min_size=5, max_size=40), st.integers(150, 400))
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


def long_of(letter: str) -> st.SearchStrategy[str]:
    return st.integers(0, 3_000).map(lambda count: letter * count)


long_texts = st.one_of(words, *[long_of(letter) for letter in ("a", "b c\n", "é", "日", "🦊")])


def tool_turn(question: str, output: str, answer: str) -> list[Message]:
    talk = [Message.of("user", question), calling(["1"]), result("1", output)]
    return [*talk, Message.of("assistant", answer)]


turns = st.one_of(
    long_texts.map(lambda text: [Message.of("user", text)]),
    st.builds(tool_turn, words, long_texts, words),
)


def text_tokens(text: str) -> int:
    return estimate_tokens(Message.of("user", text)) - estimate_tokens(Message.of("user", ""))


def least_tokens(messages: list[Message]) -> int:
    """At least this is left of them: calls, and of each text what is never cut."""
    total = 0
    for message in messages:
        texts = [part for part in message.parts if part.kind in ("text", "tool_result")]
        cut = sum(max(0, text_tokens(part.text) - 50) for part in texts)
        total += estimate_tokens(message) - cut
    return total


def assert_same_shape(shown: list[Message], turn: list[Message]) -> None:
    assert [message.role for message in shown] == [message.role for message in turn]
    for small, large in zip(shown, turn, strict=True):
        assert [part.kind for part in small.parts] == [part.kind for part in large.parts]
        for part, whole in zip(small.parts, large.parts, strict=True):
            assert part.text == whole.text or text_tokens(part.text) < text_tokens(whole.text)


@given(st.lists(turns, min_size=1, max_size=12), words, st.integers(60, 6_000))
def test_a_prompt_is_made_to_fit_step_by_step(conversation, system, window):
    context = Context(KEY)
    earlier: list[Message] = []
    for turn in conversation:
        arguments = {"system": system, "window": window, "reserve": 0}
        try:
            made = context.assemble(turn, **arguments)
        except ContextOverflow as overflow:
            ledger = overflow.ledger
            assert ledger.overflow > 0
            base = estimate_tokens(Message.of("system", system)) if system else 0
            assert ledger.raw <= base + least_tokens(turn)
        else:
            ledger = made.ledger
            assert ledger.estimated <= ledger.budget
            assert_pairs_intact(made.messages)
            assert_same_shape(made.messages[-len(turn) :], turn)
            assert context.assemble(turn, **arguments).messages == made.messages
            if not ledger.steps:
                assert made.messages[-len(turn) :] == turn
                assert made.messages[: len(earlier)] == earlier
            earlier = made.messages[: -len(turn)]
        assert all(step.after < step.before for step in ledger.steps)
        if ledger.steps:
            assert ledger.steps[0].before > ledger.budget
            assert ledger.steps[-1].after == ledger.estimated
        for message in turn:
            context.append(message)


def test_old_results_give_way_before_old_turns_and_the_turn_itself_comes_last():
    context = context_of(tool_turn("Look.", "x" * 20_000, "Seen."))
    small = context.assemble([Message.of("user", "Hi.")], window=4_000, reserve=0).ledger
    assert [step.rung for step in small.steps] == ["shrink-results"]
    assert small.dropped == 0
    large = context.assemble([Message.of("user", "y" * 20_000)], window=4_000, reserve=0)
    assert [step.rung for step in large.ledger.steps] == ["drop-turns", "shrink-turn"]
    assert large.messages[-1].text.endswith("more characters were cut off here]")
    assert large.ledger.to_dict()["steps"][-1]["after"] == large.ledger.estimated


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
