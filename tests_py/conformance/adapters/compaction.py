"""What is done when a prompt is too large: budgets, cuts, portions, summaries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import vagus
from vagus import Message, compaction, reference, transcripts
from vagus.messages import from_openclaw

from .tool_results import cap, decoded, shown, words
from .transcripts import messages_of as results_of
from .values import Adapter, Args, Versioned

REFERENCE = "reference"
FITS = {
    "fits": "fits",
    "shrink-results": "truncate_tool_results_only",
    "compact": "compact_only",
    "compact-then-shrink": "compact_then_truncate",
}
CUT_NOTE = "\n\n[Compaction summary truncated to fit budget]"
SOURCES = {"model": "model", "setting": "agentContextTokens", "fallback": "default"}


def messages_of(args: Args) -> list[Message]:
    return from_openclaw(args["messages"])


# ---- budgets --------------------------------------------------------------------------------


def _pressure(args: Args, profile: vagus.types.Profile, tokens: int, chars: int) -> Any:
    found = compaction.prompt_pressure(
        tokens,
        window=args["contextTokenBudget"],
        reserve=max(0, args["reserveTokens"]),  # less than nothing is nothing
        reducible_chars=chars,
        profile=profile,
    )
    return {
        "route": FITS[found.fit],
        "shouldCompact": found.fit in ("compact", "compact-then-shrink"),
        "estimatedPromptTokens": found.tokens,
        "promptBudgetBeforeReserve": found.budget,
        "overflowTokens": found.overflow,
        "toolResultReducibleChars": found.reducible_chars,
        "effectiveReserveTokens": found.reserve,
    }


def _precheck(args: Args, version: Sequence[int]) -> Any:
    args = decoded(args)
    most = cap(args["contextTokenBudget"], version)
    found = transcripts.result_potential(
        results_of(args), transcripts.ResultLimits(most, most, words=words(version))
    )
    tokens = reference.pre_prompt_tokens(args["messages"], args.get("prompt", ""))
    return _pressure(args, REFERENCE, tokens, found.oversized_reducible + found.all_reducible)


def _pressure_decision(args: Args) -> Any:
    return _pressure(args, "vagus", args["estimatedPromptTokens"], 0) | {"pressureSource": "t"}


def _effective_reserve(args: Args) -> int:
    window, reserve = args["contextTokenBudget"], args["reserveTokens"]
    return compaction.prompt_pressure(0, window=window, reserve=max(0, reserve)).reserve


def _should_compact(args: Args) -> bool:
    settings = args["settings"]
    found = compaction.prompt_pressure(
        args["contextTokens"],
        window=args["contextWindow"],
        reserve=settings["reserveTokens"],
        profile=REFERENCE,
    )
    return bool(settings["enabled"]) and found.fit != "fits"


def _resolve_context_window(args: Args) -> Any:
    defaults = args["cfg"].get("agents", {}).get("defaults", {})
    found = compaction.context_window(
        args.get("modelContextWindow"),
        setting=defaults.get("contextTokens"),
        fallback=args["defaultTokens"],
    )
    return {"tokens": found.tokens, "source": SOURCES[found.source]}


def _context_window_guard(args: Args) -> Any:
    found = compaction.context_window(args["tokens"])
    return {"warn": found.is_small, "block": found.is_too_small}


def _compaction_settings(args: Args) -> Any:
    config, current = args["config"], args["current"]
    found = compaction.compaction_settings(
        compaction.CompactionWishes(
            reserve_tokens=config.get("reserveTokens"),
            keep_recent_tokens=config.get("keepRecentTokens"),
            reserve_floor=config.get("reserveTokensFloor"),
        ),
        defaults=compaction.CompactionSettings(
            reserve_tokens=current["reserveTokens"], keep_recent_tokens=current["keepRecentTokens"]
        ),
        window=args.get("contextTokenBudget"),
    )
    return {
        "reserveTokens": found.reserve_tokens,
        "keepRecentTokens": found.keep_recent_tokens,
    }


def _compaction_timeout(args: Args) -> int:
    return compaction.compaction_deadline(args["config"].get("timeoutSeconds"))


def _should_memory_flush(args: Args) -> Any:
    entry = args["entry"]
    due = compaction.session_upkeep(
        entry.get("totalTokens", 0),
        compactions=entry.get("compactionCount", 0),
        flushed_at=entry.get("memoryFlushCompactionCount"),
        window=args["contextWindowTokens"],
        reserve_floor=args["reserveTokensFloor"],
        margin=args["softThresholdTokens"],
    )
    return {"flush": due.flush_memory, "preflightCompact": due.compact}


# ---- cuts and portions ----------------------------------------------------------------------


def _find_cut_point(args: Args) -> Any:
    cut = compaction.find_cut_point(
        messages_of(args), keep_tokens=args["keepRecentTokens"], profile=REFERENCE
    )
    return {
        "firstKeptEntryIndex": cut.first_kept,
        "turnStartIndex": -1 if cut.turn_start is None else cut.turn_start,
        "isSplitTurn": cut.turn_start is not None,
    }


def _chunk_by_max_tokens(args: Args) -> list[int]:
    costs = [vagus.estimate_tokens(each, profile=REFERENCE) for each in messages_of(args)]
    return compaction.portions_within(costs, max_tokens=args["maxTokens"])


def _split_by_token_share(args: Args) -> list[int]:
    return compaction.portions_of_equal_share(
        messages_of(args), parts=args["parts"], profile=REFERENCE
    )


def _prune_history_share(args: Args) -> Any:
    messages = messages_of(args)
    kept = compaction.keep_share(
        messages,
        window=args["maxContextTokens"],
        permille=round(args["maxHistoryShare"] * 1000),
        profile=REFERENCE,
    )
    return {
        "kept": len(messages) - kept.first_kept,
        "droppedChunks": kept.rounds,
        "droppedMessages": kept.first_kept,
        "droppedTokens": kept.dropped_tokens,
        "keptTokens": kept.kept_tokens,
        "budgetTokens": kept.budget,
    }


def _adaptive_chunk_ratio(args: Args) -> float:
    share = compaction.portion_permille(
        messages_of(args), window=args["contextWindow"], profile=REFERENCE
    )
    return share / 1000


def _is_oversized(args: Args) -> bool:
    tokens = vagus.estimate_tokens(from_openclaw([args["message"]])[0], profile=REFERENCE)
    return compaction.is_too_large_to_summarise(tokens, window=args["contextWindow"])


# ---- summaries ------------------------------------------------------------------------------


def _cap_summary(args: Args) -> str:
    return compaction.cap_summary(args["summary"], max_chars=args["maxChars"], note=CUT_NOTE)


def _audit_summary(args: Args) -> Any:
    faults = compaction.check_summary(
        args["summary"], identifiers=args["identifiers"], latest_ask=args.get("latestAsk")
    )
    missing = [fault.detail for fault in faults if fault.what == "missing-identifier"]
    reasons = [f"missing_section:{f.detail}" for f in faults if f.what == "missing-heading"]
    reasons += [f"missing_identifiers:{','.join(missing)}"] if missing else []
    reasons += ["latest_user_ask_not_reflected" for f in faults if f.what == "missing-ask"]
    return {"ok": not faults, "reasons": reasons}


_ADAPTERS: dict[str, Adapter] = {
    "pressure_decision": _pressure_decision,
    "effective_reserve": _effective_reserve,
    "should_compact": _should_compact,
    "resolve_context_window": _resolve_context_window,
    "context_window_guard": _context_window_guard,
    "compaction_settings": _compaction_settings,
    "compaction_timeout_ms": _compaction_timeout,
    "max_run_iterations": lambda args: compaction.run_attempts(args["profiles"]),
    "should_memory_flush": _should_memory_flush,
    "find_cut_point": _find_cut_point,
    "chunk_by_max_tokens_sizes": _chunk_by_max_tokens,
    "split_by_token_share_sizes": _split_by_token_share,
    "prune_history_share": _prune_history_share,
    "adaptive_chunk_ratio": _adaptive_chunk_ratio,
    "is_oversized_for_summary": _is_oversized,
    "cap_summary": _cap_summary,
    "extract_identifiers": lambda args: compaction.exact_identifiers(args["text"]),
    "audit_summary": _audit_summary,
    "fallback_summary": lambda _args: compaction.empty_summary(),
}


def _written_out(adapter: Adapter) -> Adapter:
    """`adapter`, whose long texts are recorded in short."""
    return lambda args: shown(adapter(decoded(args)))


COMPACTION: dict[str, Adapter | Versioned] = {
    "precheck": Versioned(_precheck),
    **{name: _written_out(adapter) for name, adapter in _ADAPTERS.items()},
}
"""By the name of the recorded function."""
