"""What is done to transcripts before they are sent: pairs, turns, cuts, limits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vagus import Message, Part, transcripts

from .values import Adapter, Args

Raw = Mapping[str, Any]
ROLES = {"toolResult": "tool"}
WORDS = {
    transcripts.NO_RESULT: (
        "[openclaw] missing tool result in session history; inserted synthetic error result for "
        "transcript repair."
    ),
    transcripts.CALLS_LEFT_OUT: "[tool calls omitted]",
    transcripts.OPENING: "(session bootstrap)",
}
"""What vagus says, in the recorded system's words."""


# ---- messages -------------------------------------------------------------------------------


CALLS = ("toolCall", "toolUse", "functionCall")
OWN_FIELDS = frozenset({"role", "content", "toolCallId", "toolName", "isError"})


def part_of(block: Raw) -> Part:
    """A block. What vagus has no field for is carried along, as for any other host."""
    kept = json.dumps({"block": block})
    if block["type"] in CALLS:
        given = block.get("arguments", block.get("input"))
        return Part(
            kind="tool_call",
            call_id=block.get("id") or "",
            name=block.get("name") or "",
            arguments="" if given is None else json.dumps(given, separators=(",", ":")),
            data=kept,
        )
    if block["type"] in ("image", "thinking"):
        return Part(kind=block["type"], text=block.get("thinking") or "", data=kept)
    return Part(kind="text", text=block["text"])


def with_extras(part: Part, extras: Raw) -> Part:
    carried = json.loads(part.data or "{}") | ({"extras": extras} if extras else {})
    return Part(**{**part.to_dict(), "data": json.dumps(carried) if carried else ""})


def result_of(raw: Raw, text: str) -> Part:
    return Part(
        kind="tool_result",
        call_id=raw.get("toolCallId") or "",
        name=raw.get("toolName") or "",
        text=text,
        is_error=bool(raw.get("isError")),
    )


def message_of(raw: Raw) -> Message:
    """A recorded message. A tool's message begins with its result, whatever its blocks are."""
    content = raw["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    parts = [part_of(block) for block in blocks]
    extras = {name: value for name, value in raw.items() if name not in OWN_FIELDS}
    if raw["role"] == "toolResult":
        text_first = bool(parts) and parts[0].kind == "text"
        parts = [result_of(raw, parts[0].text if text_first else ""), *parts[text_first:]]
    elif parts:
        parts[-1] = with_extras(parts[-1], extras)
    return Message(role=ROLES.get(raw["role"], raw["role"]), parts=parts)


def messages_of(args: Args) -> list[Message]:
    return [message_of(raw) for raw in args["messages"]]


def carried(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(part.data or "{}")
    return found


def block_of(part: Part) -> dict[str, Any]:
    if part.kind in ("image", "thinking"):
        block: dict[str, Any] = carried(part)["block"]
        return block
    if part.kind == "tool_call":
        given = carried(part)["block"]
        field = "arguments" if "arguments" in given else "input"
        return {**given, "id": part.call_id, "name": part.name, field: json.loads(part.arguments)}
    return {"type": "text", "text": WORDS.get(part.text, part.text)}


def raw_of(message: Message) -> dict[str, Any]:
    """A message with blocks, as it is recorded. Where messages were merged, the last one's other
    fields count."""
    if message.role != "tool":
        raw = {"role": message.role, "content": [block_of(part) for part in message.parts]}
        for part in message.parts:
            raw |= carried(part).get("extras", {})
        return raw
    result = message.parts[0]
    raw = {
        "role": "toolResult",
        "toolCallId": result.call_id,
        "toolName": result.name,
        "content": [block_of(part) for part in message.parts if part.text or part.data],
    }
    return raw | ({"isError": True} if result.is_error else {})


def raws_of(messages: Iterable[Message], args: Args) -> list[dict[str, Any]]:
    """As they are recorded. A text alone stays one where it was one, or where vagus wrote it."""
    plain = {raw["content"] for raw in args["messages"] if isinstance(raw["content"], str)}
    plain |= {WORDS[transcripts.OPENING]}
    raws = []
    for raw in map(raw_of, messages):
        match raw["content"]:
            case [{"type": "text", "text": str(text)}] if text in plain and raw["role"] == "user":
                raws.append({**raw, "content": text})
            case _:
                raws.append(raw)
    return raws


def short_form(message: Message) -> str:
    if message.role == "user":
        return "U"
    if message.role == "tool":
        return f"R:{message.parts[0].call_id}" + ("!" if message.parts[0].is_error else "")
    return "A:" + ("+".join(part.call_id for part in message.parts if part.call_id) or "text")


# ---- pairs and turns ------------------------------------------------------------------------


def _unfinished(messages: Sequence[Raw]) -> list[int]:
    return [at for at, raw in enumerate(messages) if raw.get("stopReason") in ("aborted", "error")]


def _repair_pairing(args: Args) -> Any:
    repair = transcripts.repair_pairs(
        messages_of(args),
        unfinished=_unfinished(args["messages"]),
        keep_their_results=args.get("policy") != "drop",
    )
    return {
        "messages": [short_form(message) for message in repair.messages],
        "added": repair.added,
        "dup": repair.duplicates,
        "orphan": repair.orphans,
        "moved": repair.changed,
    }


def _missing_result(_args: Args) -> Any:
    call = Part(kind="tool_call", call_id="1", name="exec", arguments="{}")
    repair = transcripts.repair_pairs([Message(role="assistant", parts=[call])])
    return raw_of(repair.messages[1])


def _repair_inputs(args: Args) -> Any:
    options = args.get("options") or {}
    repair = transcripts.repair_tool_calls(
        messages_of(args), allowed_tools=options.get("allowedToolNames")
    )
    return {
        "messages": raws_of(repair.messages, args),
        "droppedToolCalls": repair.dropped_calls,
        "droppedAssistantMessages": repair.dropped_messages,
    }


def _anthropic(args: Args) -> Any:
    left = transcripts.without_unanswered_calls(messages_of(args))
    return raws_of(transcripts.merge_consecutive(left, "user"), args)


def _gemini(args: Args) -> Any:
    return raws_of(transcripts.merge_consecutive(messages_of(args), "assistant"), args)


def _google(args: Args) -> Any:
    return raws_of(transcripts.open_with_user(messages_of(args)), args)


TRANSCRIPTS: dict[str, Adapter] = {
    "repair_pairing": _repair_pairing,
    "missing_result_text": _missing_result,
    "repair_tool_inputs": _repair_inputs,
    "validate_anthropic_turns": _anthropic,
    "validate_gemini_turns": _gemini,
    "google_turn_order": _google,
}
