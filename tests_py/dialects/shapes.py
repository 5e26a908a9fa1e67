"""What each dialect may hold, as strategies, and forms that are easy to lose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Values = st.SearchStrategy[Any]

TEXTS = st.text(alphabet='ab \n日🦊\x00"\\', max_size=8)
IDS = st.sampled_from(["call_1", "call_2", "toolu_3", "a|b", "x" * 70])
NAMES = st.sampled_from(["ls", "read_file"])
DATA = "data:image/png;base64,AAAA"
INLINE = st.just(DATA)
EVERY_URL = st.sampled_from([DATA, "https://example.com/a.png", "data:,x", ""])
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
ANYTHING: Values = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXTS, st.one_of(NUMBERS, TEXTS, st.none()), max_size=3)


def with_extras(fields: dict[str, Values], extras: Values, **optional: Values) -> Values:
    """An object with `fields`, perhaps some of `optional`, and fields that nobody knows."""
    unknown = st.dictionaries(st.sampled_from(["x", "id2", "cache", "rest", "own"]), extras)
    known = st.fixed_dictionaries(fields, optional=optional)
    return st.builds(lambda more, object: {**more, **object}, unknown, known)


def block(kind: str, extras: Values, **fields: Values) -> Values:
    return with_extras({"type": st.just(kind), **fields}, extras)


def openai_chat(extras: Values, urls: Values) -> Values:
    text = block("text", extras, text=TEXTS)
    image = block("image_url", extras, image_url=with_extras({"url": urls}, extras))
    other = block("input_audio", extras)
    lists = st.lists(st.one_of(text, image, other), max_size=3)
    function = with_extras({"name": NAMES, "arguments": st.one_of(TEXTS, st.just("{}"))}, extras)
    custom = with_extras({"name": NAMES, "input": TEXTS}, extras)
    call = st.one_of(
        with_extras({"id": IDS, "type": st.just("function"), "function": function}, extras),
        with_extras({"id": IDS, "type": st.just("custom"), "custom": custom}, extras),
    )
    return st.lists(
        st.one_of(
            with_extras(
                {
                    "role": st.sampled_from(["system", "developer"]),
                    "content": st.one_of(TEXTS, st.lists(text, max_size=2)),
                },
                extras,
            ),
            with_extras({"role": st.just("user"), "content": st.one_of(TEXTS, lists)}, extras),
            with_extras(
                {"role": st.just("assistant")},
                extras,
                content=st.one_of(st.none(), TEXTS, st.lists(text, max_size=2)),
                tool_calls=st.lists(call, max_size=2),
                function_call=st.one_of(st.none(), function),
            ),
            with_extras(
                {
                    "role": st.just("function"),
                    "name": NAMES,
                    "content": st.one_of(st.none(), TEXTS),
                },
                extras,
            ),
            with_extras(
                {
                    "role": st.just("tool"),
                    "tool_call_id": IDS,
                    "content": st.one_of(TEXTS, lists),
                },
                extras,
            ),
        ),
        max_size=6,
    )


def openai_responses(extras: Values, urls: Values) -> Values:
    text = block("input_text", extras, text=TEXTS)
    said = block("output_text", extras, text=TEXTS)
    image = block("input_image", extras, image_url=urls)
    file = block("input_file", extras)
    lists = st.lists(st.one_of(text, image, file), max_size=3)
    message = {"type": st.just("message")}
    return st.lists(
        st.one_of(
            with_extras(
                {
                    "role": st.sampled_from(["user", "system", "developer"]),
                    "content": st.one_of(TEXTS, st.lists(text, max_size=2)),
                },
                extras,
                **message,
            ),
            with_extras({"role": st.just("user"), "content": lists}, extras, **message),
            with_extras(
                {
                    "role": st.just("assistant"),
                    "content": st.one_of(TEXTS, st.lists(said, max_size=3)),
                },
                extras,
                **message,
            ),
            block("function_call", extras, call_id=IDS, name=NAMES, arguments=TEXTS),
            block("function_call_output", extras, call_id=IDS, output=st.one_of(TEXTS, lists)),
            block("custom_tool_call", extras, call_id=IDS, name=NAMES, input=TEXTS),
            block("custom_tool_call_output", extras, call_id=IDS, output=TEXTS),
            block(
                "reasoning",
                extras,
                id=TEXTS,
                summary=st.lists(block("summary_text", extras, text=TEXTS), max_size=2),
            ),
            block("web_search_call", extras),
        ),
        max_size=7,
    )


def anthropic(extras: Values, urls: Values) -> Values:
    text = block("text", extras, text=TEXTS)
    inline = with_extras(
        {
            "type": st.just("base64"),
            "media_type": st.sampled_from(["image/png", "image/jpeg"]),
            "data": st.sampled_from(["AAAA", "BBBB"]),
        },
        extras,
    )
    linked = with_extras(
        {"type": st.just("url"), "url": st.just("https://example.com/a.png")}, extras
    )
    image = block("image", extras, source=inline if urls is INLINE else st.one_of(inline, linked))
    document = block("document", extras)
    inside = st.lists(st.one_of(text, image, document), max_size=3)
    result = with_extras(
        {"type": st.just("tool_result"), "tool_use_id": IDS},
        extras,
        content=st.one_of(st.none(), TEXTS, inside),
        is_error=st.booleans(),
    )
    call = block("tool_use", extras, id=IDS, name=NAMES, input=OBJECTS)
    thinking = block("thinking", extras, thinking=TEXTS, signature=TEXTS)
    return st.lists(
        st.one_of(
            with_extras(
                {
                    "role": st.just("user"),
                    "content": st.one_of(
                        TEXTS, st.lists(st.one_of(text, image, document, result), max_size=4)
                    ),
                },
                extras,
            ),
            with_extras(
                {
                    "role": st.just("assistant"),
                    "content": st.one_of(
                        TEXTS, st.lists(st.one_of(text, thinking, call, document), max_size=4)
                    ),
                },
                extras,
            ),
        ),
        max_size=5,
    )


def openclaw(extras: Values, urls: Values) -> Values:
    text = block("text", extras, text=TEXTS)
    image = block(
        "image", extras, data=st.just("AAAA"), mimeType=st.sampled_from(["image/png", "image/gif"])
    )
    lists = st.lists(st.one_of(text, image, block("odd", extras)), max_size=3)
    call = block("toolCall", extras, id=IDS, name=NAMES, arguments=OBJECTS)
    thinking = block("thinking", extras, thinking=TEXTS)
    message = st.one_of(
        with_extras(
            {
                "role": st.sampled_from(["user", "custom", "hookMessage"]),
                "content": st.one_of(TEXTS, lists),
            },
            extras,
        ),
        with_extras(
            {
                "role": st.just("assistant"),
                "content": st.one_of(TEXTS, st.lists(st.one_of(text, thinking, call), max_size=4)),
            },
            extras,
        ),
        with_extras(
            {
                "role": st.just("toolResult"),
                "toolCallId": IDS,
                "toolName": NAMES,
                "content": st.one_of(TEXTS, lists),
            },
            extras,
            isError=st.booleans(),
        ),
        with_extras({"role": st.just("bashExecution"), "command": TEXTS, "output": TEXTS}, extras),
        with_extras(
            {
                "role": st.sampled_from(["branchSummary", "compactionSummary"]),
                "summary": TEXTS,
            },
            extras,
        ),
    )
    wrapped = with_extras({"type": st.just("message"), "message": message}, extras)
    shown = st.one_of(
        block("custom_message", extras, customType=NAMES, content=st.one_of(TEXTS, lists)),
        block("compaction", extras, summary=TEXTS, tokensBefore=st.integers(0, 10)),
        block("branch_summary", extras, summary=TEXTS),
    )
    aside = with_extras(
        {"type": st.sampled_from(["session", "custom", "model_change", "label", "of a later one"])},
        extras,
        data=extras,
        message=extras,
    )
    return st.lists(st.one_of(message, wrapped, shown, aside), max_size=6)


LISTS: dict[str, Callable[[Values, Values], Values]] = {
    "openai_chat": openai_chat,
    "openai_responses": openai_responses,
    "anthropic": anthropic,
    "openclaw": openclaw,
}
"""By dialect: lists of messages, given what unknown fields hold and what images refer to."""

SPECIAL: dict[str, list[Any]] = {
    "openai_chat": [
        [{"role": "assistant"}],
        [{"role": "assistant", "content": None}],
        [{"role": "assistant", "content": ""}],
        [{"role": "assistant", "content": [], "tool_calls": None}],
        [{"role": "assistant", "tool_calls": []}],
        [{"role": "assistant", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}],
        [
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": ""}}],
            }
        ],
        [{"role": "tool", "tool_call_id": "", "content": None}],
        [{"role": "tool", "tool_call_id": "a"}],
        [{"role": "tool", "tool_call_id": "a", "content": []}],
        [{"role": "user", "content": [{"type": "text", "text": ""}]}],
    ],
    "openai_responses": [
        [{"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}],
        [{"role": "assistant", "content": [{"type": "input_text", "text": "a"}]}],
        [{"role": "assistant", "content": [{"type": "input_image", "image_url": "u"}]}],
        [{"type": "reasoning", "summary": [{"type": "odd"}]}],
        [{"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "e"}],
        [{"type": "custom_tool_call", "call_id": "a", "name": "f", "input": "not json"}],
        [{"type": "function_call_output", "call_id": "a", "output": []}],
        [{"type": "item_reference", "id": "i"}, {"role": "user", "content": []}],
    ],
    "anthropic": [
        [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
        [{"role": "user", "content": []}, {"role": "user", "content": ""}],
        [{"role": "user", "content": [{"type": "image", "source": {"type": "file", "id": "f"}}]}],
        [
            {
                "role": "user",
                "content": [{"type": "image", "source": {"type": "url", "url": "data:;base64,"}}],
            }
        ],
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "before"},
                    {"type": "tool_result", "tool_use_id": "a"},
                    {"type": "text", "text": "between"},
                    {"type": "tool_result", "tool_use_id": "b", "content": "", "is_error": False},
                ],
            }
        ],
        [{"role": "assistant", "content": [{"type": "redacted_thinking", "data": "d"}]}],
    ],
    "openclaw": [
        [{"role": "assistant", "content": []}],
        [{"role": "assistant", "content": [{"type": "text", "text": "a"}]}],
        [{"role": "assistant", "content": "a"}],
        [{"role": "system", "content": "a"}],
        [{"role": "toolResult", "toolCallId": "a", "toolName": "f", "content": ""}],
        [{"role": "toolResult", "toolCallId": "a", "toolName": "", "content": [], "isError": True}],
        [{"role": "user", "content": [{"type": "image", "data": "A", "mimeType": "a;base64,"}]}],
        [{"type": "message", "id": "1", "message": {"role": "user", "content": "x"}}],
        [{"type": "session", "version": 3, "id": "s", "cwd": "/"}],
        [
            {"type": "custom"},
            {"role": "toolResult", "toolCallId": "a", "toolName": "", "content": ""},
        ],
        [{"role": "assistant", "content": []}, {"type": "label", "label": None}],
    ],
}
