"""What a heartbeat's model answers: acknowledgements, structured results, pruning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from vagus import heartbeat

from .values import Adapter, Args, camel, text

ALLOWANCE = 300
MARKER = re.compile(r"\[\w+ heartbeat poll\]")
"""What the recorded system stores in place of a heartbeat's prompt."""


def allowance(options: Mapping[str, Any]) -> int | None:
    """How much may stand beside an acknowledgement; None for a message, which has none."""
    if options.get("mode", "message") != "heartbeat":
        return None
    try:
        return max(0, int(options.get("maxAckChars", ALLOWANCE)))
    except (TypeError, ValueError):
        return ALLOWANCE


def _ack_strip(args: Args) -> Any:
    left = heartbeat.strip_acknowledgement(
        text(args, "raw"), ack_max_chars=allowance(args.get("opts") or {})
    )
    return {"shouldSkip": not left.text, "text": left.text, "didStrip": left.stripped}


def _without_prefix(args: Args) -> str:
    return heartbeat.without_prefix(text(args, "text"), text(args, "prefix"))


def _normalize_reply(args: Args) -> Any:
    payload = args["payload"]
    media = bool(payload.get("mediaUrl") or payload.get("mediaUrls"))
    reply = heartbeat.read_reply(
        text(payload, "text"),
        ack_max_chars=ALLOWANCE if args.get("mode", "heartbeat") == "heartbeat" else 0,
        response_prefix=text(args, "responsePrefix"),
        has_media=media,
    )
    return {
        "shouldSkip": reply.verdict != "says",
        "text": reply.text,
        "hasMedia": media,
        "isInternalPlaceholderOnly": False,
    } | ({"silent": True} if reply.quiet else {})


def _tool_response(args: Args) -> Any:
    result = heartbeat.read_result([json.dumps(args["value"])])
    return {camel(name): value for name, value in result.to_dict().items()} if result else None


def _turn(message: Mapping[str, Any]) -> heartbeat.TurnText:
    content = message["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    texts = [part["text"] for part in parts if part["type"] == "text"]
    return heartbeat.TurnText(
        role=message["role"], text="\n".join(texts), text_only=len(texts) == len(parts)
    )


def _filter_pairs(args: Args) -> Any:
    turns = [_turn(message) for message in args["messages"]]
    markers = [turn.text for turn in turns if MARKER.match(turn.text)]
    left = heartbeat.prune(turns, [text(args, "heartbeatPrompt"), *markers])
    return [args["messages"][index] for index in left]


HEARTBEAT_REPLIES: dict[str, Adapter] = {
    "ack_strip": _ack_strip,
    "is_ack_text": lambda args: heartbeat.is_silence(text(args, "text")),
    "strip_response_prefix": _without_prefix,
    "normalize_reply": _normalize_reply,
    "tool_response": _tool_response,
    "filter_pairs": _filter_pairs,
}
