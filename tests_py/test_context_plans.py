"""What prompts hold besides what fits, what they cost by whom, and what is said of it."""

import gc
import json
import weakref

import pytest

from vagus import Context, ContextKey, ContextOverflow, InvalidInput, Message, Part
from vagus.compaction import SummaryReview, SummaryTask, admit_prompt, empty_summary, summary_prompt
from vagus.messages import ToolSchema
from vagus.transcripts import check_turns

KEY = ContextKey.parse("agent:trent:main:epoch:1")
NOW = [Message.of("user", "now")]


def talk(turns: int, size: int = 400) -> list[Message]:
    return [
        message
        for number in range(turns)
        for message in (
            Message.of("user", f"Question {number}: " + "q" * size),
            Message.of("assistant", "a" * size),
        )
    ]


def context_of(messages: list[Message], **options) -> Context:
    context = Context(KEY, **options)
    for message in messages:
        context.append(message)
    return context


def summary_of(task: SummaryTask) -> str:
    return "\n".join([empty_summary(), *task.identifiers, task.latest_ask or ""])


def rungs(made) -> list[str]:
    return [step.rung for step in made.ledger.steps]


# ---- summaries


def test_a_summariser_is_asked_for_what_does_not_fit():
    asked: list[SummaryTask] = []

    def summarise(task: SummaryTask) -> str:
        asked.append(task)
        return summary_of(task)

    context = context_of(talk(30), summariser=summarise)
    made = context.assemble(NOW, window=4_000, reserve=0)
    assert asked
    assert "summarise" in rungs(made)
    assert "Decisions" in made.messages[0].text
    assert made.ledger.dropped == 0
    again = context.assemble(NOW, window=4_000, reserve=0)
    assert again.messages == made.messages


@pytest.mark.parametrize(
    "summarise",
    [
        lambda task: 1 / 0,
        lambda task: "",
        lambda task: None,
        lambda task: "summary unavailable",
        lambda task: "x" * 1_000_000,
    ],
    ids=["raises", "empty", "no text", "no headings", "endless"],
)
def test_a_summariser_of_no_use_costs_nothing_but_the_summary(summarise):
    calls = 0

    def counted(task: SummaryTask) -> str:
        nonlocal calls
        calls += 1
        return summarise(task)

    context = context_of(talk(30), summariser=counted)
    made = context.assemble(NOW, window=4_000, reserve=0)
    assert rungs(made) == ["drop-turns"]
    assert 1 <= calls <= 2
    assert context.assemble(NOW, window=4_000, reserve=0).messages == made.messages
    assert calls <= 2, "the state that failed is remembered"


def test_a_summariser_may_be_interrupted():
    def interrupted(task: SummaryTask) -> str:
        raise KeyboardInterrupt

    context = context_of(talk(30), summariser=interrupted)
    with pytest.raises(KeyboardInterrupt):
        context.assemble(NOW, window=4_000, reserve=0)
    assert len(context) == 60


def test_a_host_may_summarise_in_its_own_time():
    context = context_of(talk(30))
    task = context.prepare(NOW, window=4_000, reserve=0)
    assert isinstance(task, SummaryTask)
    system, text = summary_prompt(task)
    assert system.text == task.instruction
    assert "Question 0" in text.text
    review = context.summarised(task, "No headings.")
    assert review.verdict == "faulty"
    assert review.again is not None
    assert review.again.faults == review.faults
    assert context.summarised(review.again, summary_of(task)) == SummaryReview(verdict="adopted")
    while isinstance(made := context.prepare(NOW, window=4_000, reserve=0), SummaryTask):
        context.summary_failed(made)
    assert "summarise" in rungs(made)


# ---- what else a prompt holds


def test_tools_pins_and_rules():
    context = Context(KEY)
    context.append(Message.of("user", "Call me Ada."), pinned=True)
    for message in talk(40):
        context.append(message)
    context.append(
        Message(role="assistant", parts=[Part(kind="tool_call", call_id="1", name="exec")])
    )
    tools = [ToolSchema(name="exec", description="Runs a command.", parameters="{}")]
    made = context.assemble(NOW, tools=tools, window=4_000, reserve=0, rules="anthropic")
    assert "Call me Ada." in "\n".join(message.text for message in made.messages)
    assert check_turns(made.messages, rules="anthropic") == []
    assert {"tools", "pinned"} <= {part.name for part in made.ledger.parts}
    assert made.turn == NOW


def test_turns_are_committed_once():
    context = Context(KEY)
    turn = [Message.of("user", "Look."), Message.of("assistant", "HEARTBEAT_OK")]
    assert context.commit_turn("a", turn) == "committed"
    assert context.commit_turn("a", turn) == "duplicate"
    assert context.commit_turn("b", turn, heartbeat=True) == "left-out"
    assert len(context) == 2


# ---- what it costs


def test_a_counter_is_asked_for_texts_and_makes_it_exact():
    def count(texts: list[str]) -> list[int]:
        return [len(text) for text in texts]

    context = context_of(talk(3), counter=count)
    made = context.assemble(NOW)
    assert made.ledger.source == "exact"
    assert made.ledger.estimated == made.ledger.raw == context.tokens + 4 + len("now")


@pytest.mark.parametrize(
    "count",
    [
        lambda texts: 1 / 0,
        lambda texts: [-1] * len(texts),
        lambda texts: [float("nan")] * len(texts),
        lambda texts: [],
        lambda texts: "many",
    ],
    ids=["raises", "negative", "nan", "too few", "no list"],
)
def test_a_counter_that_fails_changes_nothing(count):
    works = True

    def sometimes(texts: list[str]) -> list[int]:
        return [1] * len(texts) if works else count(texts)

    context = context_of(talk(2), counter=sometimes)
    before, works = context.messages, False
    with pytest.raises(InvalidInput, match="counter"):
        context.append(Message.of("user", "x"))
    with pytest.raises(InvalidInput, match="counter"):
        context.commit_turn("k", [Message.of("user", "x")])
    with pytest.raises(InvalidInput, match="counter"):
        context.assemble(NOW)
    assert context.messages == before
    works = True
    assert context.commit_turn("k", [Message.of("user", "x")]) == "committed"


def test_what_a_provider_reports_anchors_the_next_prompt():
    context = Context(KEY)
    for number in range(3):
        asked = [Message.of("user", f"{number} " + "word " * 300)]
        made = context.assemble(asked, model="m")
        context.observe(made, input_tokens=made.ledger.raw // 2, model="m")
        for message in [*made.turn, Message.of("assistant", "ok")]:
            context.append(message)
    ledger = context.assemble(NOW, model="m").ledger
    assert ledger.source == "anchored"
    assert ledger.estimated < ledger.raw
    assert 400 < context.prices.ratio("m") < 600
    assert context.assemble(NOW, model="other").ledger.source == "estimated"
    with pytest.raises(InvalidInput, match=r"input_tokens|reported"):
        context.observe(made, input_tokens=-1, model="m")


def test_admission_tells_what_would_help():
    context = context_of(talk(30))
    found = context.admit(NOW, window=4_000, reserve=0)
    assert found.fit == "compact"
    assert context.admit(NOW).fit == "fits"
    with pytest.raises(ContextOverflow) as refused:
        context.assemble(NOW, system="s" * 40_000, window=4_000, reserve=0)
    told = admit_prompt(refused.value.ledger)
    assert (told.fit, told.overflow) == ("compact", refused.value.ledger.overflow)


# ---- what is said of it


def test_a_plan_explains_every_message():
    context = context_of(talk(30))
    made = context.assemble(NOW, system="You are trent.", window=4_000, reserve=0)
    plan = made.explain()
    told = sum(line.count for line in plan if line.section == "history")
    assert told == len(context)
    assert {line.fate for line in plan} == {"kept", "dropped", "added"}
    table = str(plan)
    assert "over-budget" in table
    assert f"{made.ledger.estimated:,} of {made.ledger.budget:,} tokens" in table
    json.dumps(plan.to_dict())
    assert made.to_dict()["plan"] == plan.to_dict()["plan"]


def test_a_plan_shows_as_a_bar_in_a_notebook():
    context = context_of(talk(3))
    page = context.assemble(NOW, system="<b>")._repr_html_()
    assert "<b>" not in page
    for part in ("system", "history", "prompt", "margin"):
        assert f'title="{part}:' in page


# ---- wrong arguments


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"history_turns": -1}, "history_turns"),
        ({"rules": "mine"}, "rules"),
        ({"tools": ["x"]}, r"tools\[0\]"),
        ({"tools": [ToolSchema(name="a.b")], "rules": "anthropic"}, r"tools\[0\].name"),
        (
            {"tools": [ToolSchema(name="a"), ToolSchema(name="a")], "rules": "openai"},
            r"tools\[1\].name",
        ),
        ({"window": 0}, "window"),
        ({"reserve": 300_000}, "reserve"),
        ({"heartbeat_prompts": "x"}, "heartbeat_prompts"),
    ],
)
def test_wrong_arguments_are_named(arguments, field):
    context = Context(KEY)
    for method in (context.assemble, context.prepare, context.admit):
        with pytest.raises(InvalidInput, match=field):
            method(NOW, **arguments)


@pytest.mark.parametrize(
    "options", [{"counter": 5}, {"summariser": "x"}, {"max_messages": 0}], ids=str
)
def test_wrong_options_are_named(options):
    with pytest.raises(InvalidInput, match=next(iter(options))):
        Context(KEY, **options)


def test_a_huge_message_is_refused_and_changes_nothing():
    context = Context(KEY)
    with pytest.raises(InvalidInput, match="text_bytes"):
        context.append(Message.of("user", "x" * 50_000_000))
    assert len(context) == 0


def test_a_context_and_what_it_asks_may_hold_each_other():
    class Counter:
        def __call__(self, texts):
            return [1] * len(texts)

    counter = Counter()
    counter.context = Context(KEY, counter=counter)
    gone = weakref.ref(counter)
    del counter
    gc.collect()
    assert gone() is None
