"""Dialects: reading and writing again is identity, and nothing of one leaks into another."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vagus import Context, InvalidInput, messages

from .shapes import ANYTHING, EVERY_URL, INLINE, LISTS, SPECIAL

DIALECTS = list(LISTS)
MARK = "only-here"


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_reading_and_writing_again_is_identity(dialect, data):
    written = data.draw(LISTS[dialect](ANYTHING, EVERY_URL))
    read = messages.read_messages(dialect, written)
    assert messages.write_messages(dialect, read) == written
    assert all(message.parts for message in read)


@pytest.mark.parametrize(
    ("dialect", "written"), [(dialect, each) for dialect in SPECIAL for each in SPECIAL[dialect]]
)
def test_special_forms_survive(dialect, written):
    read = messages.read_messages(dialect, written)
    assert messages.write_messages(dialect, read) == written
    for message in read:
        assert message.parts
        for part in message.parts:
            assert part.extra is None or set(json.loads(part.extra)) == {dialect}


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_what_is_read_can_be_appended(dialect, data):
    written = data.draw(LISTS[dialect](ANYTHING, EVERY_URL))
    context = Context("agent:a:main:epoch:1")
    for message in messages.read_messages(dialect, written):
        if message.role != "system" and not any(
            part.kind in ("tool_call", "tool_result") and not part.call_id for part in message.parts
        ):
            context.append(message)


@pytest.mark.parametrize("source", DIALECTS)
@pytest.mark.parametrize("target", DIALECTS)
@given(data=st.data())
def test_nothing_that_only_one_dialect_knows_leaks_into_another(source, target, data):
    if source == target:
        return
    written = data.draw(LISTS[source](st.just(MARK), INLINE))
    read = [each for each in messages.read_messages(source, written) if each.role != "system"]
    converted = messages.write_messages(target, read)
    assert MARK not in json.dumps(converted)
    # What is valid in the target is read there, and written the same again.
    again = messages.read_messages(target, converted)
    assert messages.write_messages(target, again) == converted


def test_chat_becomes_anthropic():
    chat = [
        {"role": "user", "content": "Look."},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "ls", "arguments": "{}"}},
                {"id": "b", "type": "function", "function": {"name": "ls", "arguments": "oops"}},
            ],
        },
        {"role": "tool", "tool_call_id": "a", "content": "one"},
        {"role": "tool", "tool_call_id": "b", "content": "two"},
        {"role": "user", "content": "And now?"},
    ]
    read = messages.from_openai_chat(chat)
    assert messages.to_anthropic(read) == [
        {"role": "user", "content": "Look."},
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "a", "name": "ls", "input": {}},
                {"type": "tool_use", "id": "b", "name": "ls", "input": {"input": "oops"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "one"},
                {"type": "tool_result", "tool_use_id": "b", "content": "two"},
                {"type": "text", "text": "And now?"},
            ],
        },
    ]
    assert messages.to_openai_responses(read)[1:] == [
        {"type": "function_call", "call_id": "a", "name": "ls", "arguments": "{}"},
        {"type": "function_call", "call_id": "b", "name": "ls", "arguments": "oops"},
        {"type": "function_call_output", "call_id": "a", "output": "one"},
        {"type": "function_call_output", "call_id": "b", "output": "two"},
        {"role": "user", "content": "And now?"},
    ]
    assert [each.get("toolName") for each in messages.to_openclaw(read)] == [
        None,
        None,
        "ls",
        "ls",
        None,
    ]


def test_calls_without_ids_get_them_of_the_functions_name():
    chat = [
        {"role": "user", "content": "Look."},
        {
            "role": "assistant",
            "content": None,
            "function_call": {"name": "ls", "arguments": "{}"},
        },
        {"role": "function", "name": "ls", "content": "one"},
    ]
    read = messages.from_openai_chat(chat)
    assert messages.to_openai_chat(read) == chat
    assert messages.to_anthropic(read)[1:] == [
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "ls", "name": "ls", "input": {}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "ls", "content": "one"}],
        },
    ]


def test_calls_of_one_function_have_ids_of_their_own():
    call = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    result = {"role": "function", "name": "f", "content": "x"}
    chat = [result, call, result, call, result]
    read = messages.from_openai_chat(chat)
    assert [message.parts[0].call_id for message in read] == ["f", "f", "f", "f_2", "f_2"]
    assert messages.to_openai_chat(read) == chat


def test_images_of_a_tool_follow_as_a_users():
    read = messages.from_anthropic(
        [
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "a",
                        "content": [
                            {"type": "text", "text": "see"},
                            {
                                "type": "image",
                                "source": {
                                    "type": "base64",
                                    "media_type": "image/png",
                                    "data": "AAAA",
                                },
                            },
                        ],
                    },
                    {"type": "tool_result", "tool_use_id": "b", "content": "done"},
                ],
            }
        ]
    )
    assert messages.to_openai_chat(read) == [
        {"role": "tool", "tool_call_id": "a", "content": "see"},
        {"role": "tool", "tool_call_id": "b", "content": "done"},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ],
        },
    ]


def test_call_ids_that_a_dialect_refuses_are_replaced_in_pairs():
    read = messages.from_openclaw(
        [
            {
                "role": "assistant",
                "content": [{"type": "toolCall", "id": "x|y" * 40, "name": "f", "arguments": {}}],
            },
            {"role": "toolResult", "toolCallId": "x|y" * 40, "toolName": "f", "content": []},
        ]
    )
    for target, longest in (("anthropic", 64), ("openai_chat", 40), ("openai_responses", 64)):
        text = json.dumps(messages.write_messages(target, read))
        assert "|" not in text
        called = [word for word in text.split('"') if word.startswith("x_y")]
        assert len(called) == 2
        assert called[0] == called[1]
        assert len(called[0]) <= longest


def test_what_openclaw_keeps_out_of_prompts_stays_out():
    read = messages.from_openclaw(
        [
            {"role": "bashExecution", "command": "ls", "output": "a", "excludeFromContext": True},
            {"role": "bashExecution", "command": "pwd", "output": "/", "exitCode": 0},
        ]
    )
    assert len(messages.to_openclaw(read)) == 2
    assert messages.to_openai_chat(read) == [
        {
            "role": "user",
            "content": [{"type": "text", "text": "pwd"}, {"type": "text", "text": "/"}],
        }
    ]


SESSION_FILE = [
    {
        "type": "session",
        "version": 3,
        "id": "5f1c",
        "timestamp": "2026-02-01T10:00:00Z",
        "cwd": "/",
    },
    {"type": "model_change", "id": "1", "parentId": None, "provider": "x", "modelId": "y"},
    {"type": "message", "id": "2", "parentId": "1", "message": {"role": "user", "content": "Hi"}},
    {"type": "label", "id": "3", "parentId": "2", "targetId": "2", "label": "start"},
    {
        "type": "message",
        "id": "4",
        "parentId": "3",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]},
    },
    {
        "type": "compaction",
        "id": "5",
        "parentId": "4",
        "summary": "They greeted.",
        "firstKeptEntryId": "4",
        "tokensBefore": 9,
    },
    {"type": "branch_summary", "id": "6", "parentId": "5", "fromId": "2", "summary": "A try."},
    {
        "type": "custom_message",
        "id": "7",
        "parentId": "6",
        "customType": "note",
        "content": "It rains.",
        "display": True,
    },
    {"type": "custom", "id": "8", "parentId": "7", "customType": "state", "data": {"n": [1]}},
    {"type": "reset", "id": "9", "parentId": "8"},
]


def test_a_whole_session_file_is_read_and_written_again():
    read = messages.from_openclaw(SESSION_FILE)
    assert messages.to_openclaw(read) == SESSION_FILE
    said = ["Hi", "Hello.", "They greeted.", "A try.", "It rains."]
    assert [message.text for message in read] == said
    assert [message.role for message in read] == ["user", "assistant", "user", "user", "user"]
    # What no model is shown reaches none.
    assert [each["content"] for each in messages.to_openai_chat(read)] == said


def test_a_session_in_which_nobody_spoke_is_kept_and_said_to_no_model():
    read = messages.from_openclaw(SESSION_FILE[:2])
    assert messages.to_openclaw(read) == SESSION_FILE[:2]
    for target in ("openai_chat", "openai_responses", "anthropic"):
        assert messages.write_messages(target, read) == []
    assert messages.from_openclaw([]) == []


def test_entries_go_with_the_message_behind_them():
    read = messages.from_openclaw(SESSION_FILE)
    assert [each.get("id") for each in messages.to_openclaw(read[1:2])] == ["3", "4"]
    assert [each.get("id") for each in messages.to_openclaw(read[-1:])] == ["7", "8", "9"]


def test_thinking_goes_only_where_it_is_accepted():
    signed = [
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "text", "text": "Yes."},
            ],
        }
    ]
    read = messages.from_anthropic(signed)
    assert messages.to_anthropic(read) == signed
    assert messages.to_openai_chat(read) == [{"role": "assistant", "content": "Yes."}]
    assert messages.to_openai_responses(read) == [{"role": "assistant", "content": "Yes."}]
    back = messages.from_openclaw(messages.to_openclaw(read))
    assert messages.to_anthropic(back) == [{"role": "assistant", "content": "Yes."}]


def test_a_result_that_was_cut_is_written_as_it_is_now():
    written = [
        {
            "role": "tool",
            "tool_call_id": "a",
            "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}],
        }
    ]
    (read,) = messages.from_openai_chat(written)
    assert read.parts[0].text == "one\ntwo"
    kept = {**read.parts[0].to_dict(), "text": "cut"}
    cut = messages.Message(role="tool", parts=[messages.Part(**kept)], extra=read.extra)
    assert messages.to_openai_chat([cut]) == [{**written[0], "content": "cut"}]


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


CYCLE: list[object] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (float("nan"), ".x"),
        (float("inf"), ".x"),
        (2**64, ".x"),
        (-(2**63) - 1, ".x"),
        ({1: 2}, ".x"),
        ({"a": {"b": object()}}, ".x.a.b"),
        ("\ud800", ".x"),
        (b"bytes", ".x"),
        (deep(100), ".x" + "[0]" * 54),
        (CYCLE, ".x" + "[0]" * 54),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_json_does_not_have_is_refused(dialect, value, path):
    with pytest.raises(InvalidInput) as caught:
        messages.read_messages(dialect, [{"role": "user", "content": "x", "x": value}])
    assert caught.value.field == "messages[0]" + path


BAD = [
    ("openai_chat", "no list", "messages"),
    ("openai_chat", [1], "messages[0]"),
    ("openai_chat", [{}], "messages[0].role"),
    ("openai_chat", [{"role": "functions", "content": ""}], "messages[0].role"),
    ("openai_chat", [{"role": "function", "content": ""}], "messages[0].name"),
    (
        "openai_chat",
        [{"role": "assistant", "function_call": {"name": "f"}}],
        "messages[0].function_call.arguments",
    ),
    ("openai_chat", [{"role": "user", "content": 1}], "messages[0].content"),
    ("openai_chat", [{"role": "user", "content": ["x"]}], "messages[0].content[0]"),
    ("openai_chat", [{"role": "user", "content": [{}]}], "messages[0].content[0].type"),
    (
        "openai_chat",
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": 5}}]}],
        "messages[0].content[0].image_url.url",
    ),
    ("openai_chat", [{"role": "tool", "content": "x"}], "messages[0].tool_call_id"),
    (
        "openai_chat",
        [{"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "f"}}]}],
        "messages[0].tool_calls[0].function.arguments",
    ),
    ("openai_chat", [{"role": "assistant", "tool_calls": 5}], "messages[0].tool_calls"),
    ("openai_responses", [[]], "messages[0]"),
    ("openai_responses", [{"type": 1}], "messages[0].type"),
    ("openai_responses", [{"role": "tool", "content": ""}], "messages[0].role"),
    ("openai_responses", [{"role": "user"}], "messages[0].content"),
    (
        "openai_responses",
        [{"type": "function_call_output", "call_id": "a", "output": 1}],
        "messages[0].output",
    ),
    ("anthropic", [{"role": "system", "content": ""}], "messages[0].role"),
    ("anthropic", [{"role": "user", "content": None}], "messages[0].content"),
    (
        "anthropic",
        [{"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f"}]}],
        "messages[0].content[0].input",
    ),
    (
        "anthropic",
        [
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "a", "is_error": 1}],
            }
        ],
        "messages[0].content[0].is_error",
    ),
    ("openclaw", [{"role": "nobody"}], "messages[0].role"),
    ("openclaw", [{"role": "bashExecution", "command": "ls"}], "messages[0].output"),
    ("openclaw", [{}], "messages[0].role"),
    ("openclaw", [{"type": 1}], "messages[0].type"),
    ("openclaw", [{"type": "text", "text": "a block"}], "messages[0].type"),
    ("openclaw", [{"role": "compaction", "summary": ""}], "messages[0].role"),
    ("openclaw", [{"type": "compaction"}], "messages[0].summary"),
    ("openclaw", [{"type": "custom_message"}], "messages[0].content"),
    ("openclaw", [{"type": "message"}], "messages[0].message"),
    ("openclaw", [{"type": "message", "message": {"type": "custom"}}], "messages[0].message.role"),
    (
        "openclaw",
        [{"type": "message", "message": {"role": "user", "content": 1}}],
        "messages[0].message.content",
    ),
]


@pytest.mark.parametrize(("dialect", "written", "field"), BAD)
def test_a_bad_message_is_refused_by_path(dialect, written, field):
    with pytest.raises(InvalidInput) as caught:
        messages.read_messages(dialect, written)
    assert caught.value.field == field


def image(role: str, data: str) -> messages.Message:
    return messages.Message(role=role, parts=[messages.Part(kind="image", data=data)])


@pytest.mark.parametrize(
    ("dialect", "message", "field"),
    [
        ("anthropic", messages.Message.of("system", "Obey."), "messages[0].role"),
        ("anthropic", image("user", "data:text,x"), "messages[0].parts[0].data"),
        ("openclaw", image("user", "https://x/y.png"), "messages[0].parts[0].data"),
        ("openai_chat", image("assistant", "https://x/y.png"), "messages[0].parts[0]"),
        ("openai_responses", image("assistant", "https://x/y.png"), "messages[0].parts[0]"),
        (
            "openai_chat",
            messages.Message(role="user", parts=[messages.Part(text="x", extra="[]")]),
            "messages[0].parts[0].extra",
        ),
        (
            "openai_chat",
            messages.Message(role="user", parts=[messages.Part(text="x")], extra="{"),
            "messages[0].extra",
        ),
        (
            "anthropic",
            messages.Message(role="user", parts=[messages.Part(kind="opaque", data="1")]),
            "messages[0].parts[0].data",
        ),
    ],
)
def test_what_a_dialect_cannot_say_is_refused_by_path(dialect, message, field):
    with pytest.raises(InvalidInput) as caught:
        messages.write_messages(dialect, [message])
    assert caught.value.field == field


# ---- tools


SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
TOOLS = {
    "openai_chat": [
        {
            "type": "function",
            "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
            "x": 1,
        },
        {"type": "function", "function": {"name": "g"}},
        {"type": "custom", "custom": {"name": "h"}},
    ],
    "openai_responses": [
        {"type": "function", "name": "f", "description": "", "parameters": SCHEMA, "strict": None},
        {"type": "function", "name": "g", "parameters": None},
        {"type": "web_search"},
    ],
    "anthropic": [
        {"name": "f", "description": "d", "input_schema": SCHEMA, "cache_control": {"type": "x"}},
        {"type": "custom", "name": "g", "input_schema": {}},
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 5},
    ],
    "openclaw": [
        {"name": "f", "description": "d", "parameters": SCHEMA, "label": "F"},
        {"name": "g", "description": "", "parameters": {}},
    ],
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tools_survive(dialect):
    read = messages.read_tools(dialect, TOOLS[dialect])
    assert messages.write_tools(dialect, read) == TOOLS[dialect]


@pytest.mark.parametrize("source", DIALECTS)
@pytest.mark.parametrize("target", DIALECTS)
def test_functions_of_one_dialect_are_functions_of_the_others(source, target):
    if source == target:
        return
    converted = messages.write_tools(target, messages.read_tools(source, TOOLS[source]))
    again = messages.read_tools(target, converted)
    assert [tool.name for tool in again] == ["f", "g"]
    assert json.loads(again[0].parameters) == SCHEMA
    assert all(word not in json.dumps(converted) for word in ("strict", "cache_control", "label"))


@pytest.mark.parametrize(
    ("dialect", "tools", "field"),
    [
        ("openai_chat", [{"type": "function"}], "tools[0].function"),
        ("openai_chat", [{"function": {}}], "tools[0].type"),
        ("openai_responses", [{"type": "function"}], "tools[0].name"),
        ("anthropic", [{"name": "f", "input_schema": []}], "tools[0].input_schema"),
        ("openclaw", [{"name": 5}], "tools[0].name"),
        ("openclaw", [5], "tools[0]"),
        ("openclaw", {}, "tools"),
    ],
)
def test_a_bad_tool_is_refused_by_path(dialect, tools, field):
    with pytest.raises(InvalidInput) as caught:
        messages.read_tools(dialect, tools)
    assert caught.value.field == field


def test_parameters_that_are_no_schema_are_refused():
    with pytest.raises(InvalidInput) as caught:
        messages.write_tools("anthropic", [messages.ToolSchema(name="f", parameters="[]")])
    assert caught.value.field == "tools[0].parameters"
