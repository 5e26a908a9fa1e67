"""What of a history is sent again, which files are shown, and what errors of providers mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vagus import heartbeat, transcripts
from vagus.transcripts import BootstrapFile, BootstrapLimits, ChannelHistory, HeartbeatTurns

from .tool_results import decoded, shown
from .transcripts import message_of, messages_of
from .values import Adapter, Args, text

MISSING = "[MISSING] Expected at: {{path}}"
MARKER = (
    "\n\n[...truncated, read {{name}} for full content...]\n"
    "…(truncated {{name}}: kept {{head}}+{{tail}} chars of {{chars}})…\n\n"
)
FILE_CHARS, ALL_CHARS = 20_000, 150_000


def _files(args: Args) -> Any:
    files = [
        BootstrapFile(
            each["name"],
            each.get("path") or "",
            content=None if each.get("missing") else decoded(each.get("content") or ""),
        )
        for each in args["files"]
    ]
    options = args.get("options") or {}
    limits = BootstrapLimits(
        options.get("maxChars", FILE_CHARS),
        options.get("totalMaxChars", ALL_CHARS),
        marker=MARKER,
        missing=MISSING,
    )
    made = transcripts.bootstrap_files(files, limits=limits)
    return [{"path": each.path, "content": shown(each.content)} for each in made]


def _time_line(args: Args) -> str:
    settings = ((args.get("cfg") or {}).get("agents") or {}).get("defaults") or {}
    return heartbeat.time_line(
        args["nowMs"],
        settings.get("userTimezone") or "UTC",
        hours=12 if settings.get("timeFormat") == "12" else 24,
    )


def _images(args: Args) -> Any:
    reduced = transcripts.prune_history_images(messages_of(args))
    images = [sum(part.kind == "image" for part in message.parts) for message in reduced.messages]
    return {"changed": reduced.removed > 0, "images": images}


def _channel(config: Mapping[str, Any]) -> ChannelHistory:
    dms = config.get("dms") or {}
    limits = {user: (each or {}).get("historyLimit") for user, each in dms.items()}
    return ChannelHistory(
        config.get("historyLimit"),
        config.get("dmHistoryLimit"),
        dms={user: limit for user, limit in limits.items() if limit is not None},
    )


def _limit(args: Args) -> Any:
    channels = (args.get("config") or {}).get("channels") or {}
    return transcripts.history_limit(
        text(args, "sessionKey"), {name: _channel(config) for name, config in channels.items()}
    )


def _heartbeats(args: Args) -> Any:
    prompt = text(args, "heartbeatPrompt")
    turns = HeartbeatTurns([prompt], args.get("ackMaxChars", 300), with_tools=False)
    return len(transcripts.drop_heartbeats(messages_of(args), turns).messages)


def _silent(args: Args) -> Any:
    said = text(args, "text")
    return {
        "exact": transcripts.is_no_reply(said),
        "payload": bool(said.strip()) and heartbeat.is_silence(said),
        "stripped": transcripts.without_no_reply(said),
    }


def _real(args: Args) -> Any:
    raws = args.get("messages") or [args["message"]]
    return transcripts.is_real_conversation(
        [message_of(raw) for raw in raws], args.get("index", len(raws) - 1)
    )


def _error(args: Args) -> Any:
    error = transcripts.classify_provider_error(text(args, "text"))
    return {
        "overflow": error.kind == "overflow",
        "likelyOverflow": error.kind in ("overflow", "likely_overflow"),
        "compactionFailure": error.in_compaction,
        "observedTokens": error.observed_tokens,
    }


HISTORIES: dict[str, Adapter] = {
    "limit_history_turns": lambda args: len(
        transcripts.limit_turns(messages_of(args), args.get("limit")).messages
    ),
    "history_limit_for_key": _limit,
    "prune_history_images": _images,
    "filter_heartbeat_pairs": _heartbeats,
    "is_silent": _silent,
    "is_real_conversation": _real,
    "bootstrap_files": _files,
    "time_line": _time_line,
    "classify_error": _error,
    "classify_compaction_reason": lambda args: transcripts.classify_compaction_reason(
        text(args, "text")
    ),
}
