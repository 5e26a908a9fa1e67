"""How tool results are made to fit: one text, one result, all of them, a loop, old ones."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import vagus
from vagus import InvalidInput, Message, transcripts
from vagus.transcripts import CutWords, PruningSettings, ResultLimits

from .transcripts import message_of, messages_of, raws_of
from .values import Adapter, Args, Versioned, throws

NEWEST = (2026, 9)
OMISSION = "\n\n⚠️ [... middle content omitted — showing head and tail ...]\n\n"
OLD_NOTICE = "[... {{count}} more characters truncated]"
NOTICE = "[... {{count}} more characters truncated; rerun with narrower args if needed]"
NO_LIMIT = 10**9
MIN_KEEP = 2_000
LONGEST_SHOWN = 120
OVERFLOW = "Context overflow: estimated context size exceeds safe threshold during tool loop."
CLEARED = "[Old tool result content cleared]"
NOTE = (
    "\n\n[Tool result trimmed: kept first {{head}} chars and last {{tail}} chars of "
    "{{count}} chars.]"
)
HARD_CAPS: dict[tuple[int, ...], int] = {(2026, 4): 40_000, (2026, 5): 16_000}
"""The newest version takes its own from the window."""


# ---- values ---------------------------------------------------------------------------------


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def decoded(value: Any) -> Any:
    """A recorded value whose long texts are written out."""
    if isinstance(value, Mapping):
        if "$rep" in value:
            text, times = value["$rep"]
            return text * times
        if "$cat" in value:
            return "".join(decoded(piece) for piece in value["$cat"])
        return {name: decoded(item) for name, item in value.items()}
    return [decoded(item) for item in value] if isinstance(value, list) else value


def shown(value: Any) -> Any:
    """A value as a result is recorded: of a long text its length, digest and end."""
    if isinstance(value, Mapping):
        return {name: shown(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    if not isinstance(value, str) or units(value) <= LONGEST_SHOWN:
        return value
    end = value.encode("utf-16-le")[-120:].decode("utf-16-le", "replace")
    digest = hashlib.sha256(value.encode()).hexdigest()[:16]
    return {"len16": units(value), "sha256": digest, "tail": end}


def is_newest(version: Sequence[int]) -> bool:
    """Also where no version is told."""
    return not version or tuple(version[:2]) >= NEWEST


def words(version: Sequence[int]) -> CutWords:
    """What a version writes where it cuts."""
    notice = NOTICE if is_newest(version) else OLD_NOTICE
    return CutWords(notice=notice, omission=OMISSION)


def cap(window: int, version: Sequence[int]) -> int:
    return transcripts.tool_result_cap(window, hard_cap=HARD_CAPS.get(tuple(version[:2])))


def texts_of(message: Message) -> list[str | None]:
    """The texts of a tool's message, in order; None for an image."""
    return [None if part.kind == "image" else part.text for part in message.parts if kept(part)]


def kept(part: vagus.Part) -> bool:
    return bool(part.text or part.data)


# ---- functions ------------------------------------------------------------------------------


def _cut(args: Args, version: Sequence[int]) -> Any:
    args = decoded(args)
    return shown(
        transcripts.cut_text(
            args["text"],
            args["maxChars"],
            min_head=args.get("minKeepChars", MIN_KEEP),
            words=words(version),
        )
    )


def _notice(args: Args, version: Sequence[int]) -> Any:
    return transcripts.cut_notice(math.floor(args["n"]), words(version))


def _message_lens(args: Args, version: Sequence[int]) -> Any:
    args = decoded(args)
    limits = ResultLimits(args["maxChars"], NO_LIMIT, words=words(version))
    (message,) = transcripts.shrink_results([message_of(args["message"])], limits).messages
    return ["image" if text is None else units(text) for text in texts_of(message)]


def _potential(args: Args, version: Sequence[int]) -> Any:
    args = decoded(args)
    window = args["contextWindowTokens"]
    most = cap(window, version)
    together = transcripts.all_results_cap(window, most) if is_newest(version) else most
    found = transcripts.result_potential(
        messages_of(args), ResultLimits(most, together, words=words(version))
    )
    return {
        "maxChars": most,
        "aggregateBudgetChars": together,
        "toolResultCount": found.results,
        "totalToolResultChars": found.chars,
        "oversizedCount": found.oversized,
        "oversizedReducibleChars": found.oversized_reducible,
        "aggregateReducibleChars": found.all_reducible,
        "maxReducibleChars": found.oversized_reducible + found.all_reducible,
    }


def _guard(args: Args, version: Sequence[int]) -> Any:
    args = decoded(args)
    guarded = transcripts.guard_tool_loop(
        messages_of(args), args["contextWindowTokens"], words=words(version)
    )
    if not guarded.fits and not is_newest(version):
        return throws(OVERFLOW)
    return shown(raws_of(guarded.shrunk.messages, args))


def _pruned(args: Args) -> Any:
    args = decoded(args)
    counts = {"min_prunable_chars": args.get("minPrunableToolChars", 50_000)}
    settings = PruningSettings(placeholder=CLEARED, omission="\n...\n", note=NOTE, **counts)
    left = transcripts.prune_old_results(
        messages_of(args), args["contextWindowTokens"], settings=settings
    )
    texts = [message.text for message in left.messages if message.role == "tool"]
    return shown(texts) if "minPrunableToolChars" in args else [units(text) for text in texts]


def ttl(value: object) -> dict[str, int]:
    try:
        return {"ttl_ms": vagus.parse_duration(str(value), unit="m")} if value is not None else {}
    except InvalidInput:
        return {}


def ratio(percent: int) -> float | int:
    return percent // 100 if percent % 100 == 0 else percent / 100


def _settings(args: Args) -> Any:
    config = args["config"]
    if config.get("mode") != "cache-ttl":
        return None
    soft, hard, tools = (config.get(name) or {} for name in ("softTrim", "hardClear", "tools"))
    given = {
        "keep_last_assistants": config.get("keepLastAssistants"),
        "min_prunable_chars": config.get("minPrunableToolChars"),
        "soft_max_chars": soft.get("maxChars"),
        "soft_head_chars": soft.get("headChars"),
        "soft_tail_chars": soft.get("tailChars"),
        "hard_clear": hard.get("enabled"),
        "allow_tools": tools.get("allow"),
        "deny_tools": tools.get("deny"),
    }
    for name, key in (("soft_percent", "softTrimRatio"), ("hard_percent", "hardClearRatio")):
        given[name] = round(config[key] * 100) if key in config else None
    made = transcripts.bounded_settings(
        PruningSettings(
            **ttl(config.get("ttl")),
            **{name: value for name, value in given.items() if value is not None},
            placeholder=(hard.get("placeholder") or "").strip() or CLEARED,
        )
    )
    lists = {"allow": made.allow_tools, "deny": made.deny_tools}
    return {
        "mode": "cache-ttl",
        "ttlMs": made.ttl_ms,
        "keepLastAssistants": made.keep_last_assistants,
        "softTrimRatio": ratio(made.soft_percent),
        "hardClearRatio": ratio(made.hard_percent),
        "minPrunableToolChars": made.min_prunable_chars,
        "tools": {name: names for name, names in lists.items() if name in tools},
        "softTrim": {
            "maxChars": made.soft_max_chars,
            "headChars": made.soft_head_chars,
            "tailChars": made.soft_tail_chars,
        },
        "hardClear": {"enabled": made.hard_clear, "placeholder": made.placeholder},
    }


TOOL_RESULTS: dict[str, Adapter] = {
    "max_tool_result_chars": Versioned(
        lambda args, version: cap(args["contextWindowTokens"], version)
    ),
    "truncate_tool_text": Versioned(_cut),
    "truncate_tool_message_lens": Versioned(_message_lens),
    "tool_result_potential": Versioned(_potential),
    "truncation_notice": Versioned(_notice),
    "guard_single_result_char_cap": lambda args: transcripts.loop_result_cap(
        args["contextWindowTokens"]
    ),
    "tool_loop_guard": Versioned(_guard),
    "context_pruning_lens": _pruned,
    "pruning_settings": _settings,
}
