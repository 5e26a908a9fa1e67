"""The rules of ``deviations.toml``: which cases fall under them, and what vagus gives instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from .cases import Case
from .deviations_context_compaction import COMPACTION_PREDICATES
from .deviations_context_pricing import CONTEXT_PRICING_PREDICATES
from .deviations_context_transcripts import TRANSCRIPT_PREDICATES
from .deviations_heartbeats import HEARTBEAT_PREDICATES
from .deviations_runs_chat import RUNS_CHAT_PREDICATES
from .deviations_runs_lanes import RUNS_LANES_PREDICATES
from .deviations_runs_producers import PRODUCER_PREDICATES
from .deviations_schedules import SCHEDULE_PREDICATES
from .deviations_wakes import WAKE_PREDICATES

Predicate: TypeAlias = Callable[[Case, Any], bool]
"""True when the case falls under the rule and the second argument is what vagus should give."""

LISTED = Path(__file__).with_name("deviations.toml")
WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
ROOM = re.compile(r"(?:^|:)matrix:(?:group|channel)::*(.*)", re.I | re.S)


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def grows(text: str) -> bool:
    """True when lower case needs another number of UTF-16 units."""
    return len(text.lower().encode("utf-16")) != len(text.encode("utf-16"))


def cut(text: str, marker: str) -> tuple[str, str | None]:
    """The trimmed text in front of the last marker, in any case, and what follows."""
    trimmed = text.strip(WHITE_SPACE)
    found = re.search(rf"(.*){marker}(.*)", trimmed, re.I | re.S | re.A)
    return (found[1], found[2].strip(WHITE_SPACE)) if found else (trimmed, None)


def rooms(case: Case) -> Iterator[str]:
    """What follows `matrix:<kind>:` in a text of the case, its thread's marker in lower case."""
    for text in texts(case.args):
        found = ROOM.search(text.strip(WHITE_SPACE))
        if found:
            yield re.sub(r":thread:(?!.*:thread:)", ":thread:", found[1], flags=re.I | re.S)


def keeps_the_room(case: Case, got: Any) -> bool:
    """True when vagus differs only in the case of a room's id, and keeps the id as it was given."""
    ours, theirs = list(texts(got)), list(texts(case.expect))
    changed = [pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]]
    kept = {room.rstrip(WHITE_SPACE) for room in rooms(case)}
    return (
        len(ours) == len(theirs)
        and bool(changed)
        and all(left.lower() == right.lower() for left, right in changed)
        and all(any(left.endswith(room) for room in kept) for left, _ in changed)
    )


def _cut_thread(text: str, _expect: Any) -> tuple[str, Any]:
    base, thread = cut(text, ":thread:")
    return base, {"baseSessionKey": base, "threadId": thread or None}


def _cut_run(text: str, _expect: Any) -> tuple[str, Any]:
    base, run = cut(text, ":run:")
    return base, {"baseSessionKey": base, "runId": run}


def _cut_route(text: str, expect: Any) -> tuple[str, Any]:
    base, thread = cut(text, ":thread:")
    room = ROOM.search(base)
    peer = room[1] if room else re.split(r":(?:direct|dm|group|channel):", base.lower())[-1]
    return base, {**expect, "peerId": peer, "threadId": thread or None}


CUTS = {
    "parse_thread_session_suffix": _cut_thread,
    "parse_cron_run_scope_suffix": _cut_run,
    "parse_session_delivery_route": _cut_route,
}


def _offsets_of_the_text(case: Case, got: Any) -> bool:
    if case.fn not in CUTS:
        shifted = any(grows(room) or room != room.lstrip(WHITE_SPACE) for room in rooms(case))
        return shifted and keeps_the_room(case, got)
    if not isinstance(case.expect, dict):
        return False
    base, better = CUTS[case.fn](str(case.args.get("key")), case.expect)
    return grows(base) and got == better and is_shifted(case.expect, better)


def is_shifted(expect: dict[str, Any], better: dict[str, Any]) -> bool:
    """True when the expected parts differ from the better ones by where they are cut."""
    front = next(name for name in ("baseSessionKey", "peerId") if name in better)
    return str(expect.get(front)).startswith(f"{better[front]}:")


def _isolated_threads(case: Case, got: Any) -> bool:
    isolated = re.compile(r":thread(:heartbeat)+$", re.I)
    found = [isolated.search(text.strip(WHITE_SPACE)) for text in texts(case.args)]
    spelled = {match[0] for match in found if match and match[0] != match[0].lower()}
    ours, theirs = "".join(texts(got)), "".join(texts(case.expect))
    return (
        any(True for _ in rooms(case))
        and any(ours.endswith(end) and theirs.endswith(end.lower()) for end in spelled)
        and ours.lower() == theirs.lower()
    )


def _isolated_sessions_reply_like_their_base(case: Case, got: Any) -> bool:
    if not isinstance(case.expect, dict):
        return False
    expected = {
        name: re.sub(r"(:heartbeat)+$", "", value) if isinstance(value, str) else value
        for name, value in case.expect.items()
    }
    return bool(expected != case.expect and got == expected)


def _a_room_is_named_once(case: Case, got: Any) -> bool:
    provider = str(case.args["ctx"].get("Provider", "")).strip(WHITE_SPACE).lower()
    doubled = re.compile(rf"{re.escape(provider)}:(group|channel):(?={re.escape(provider)}:\1:)")
    if isinstance(case.expect, str):
        return bool(doubled.search(case.expect) and got == doubled.sub("", case.expect))
    if not isinstance(case.expect, dict) or not doubled.match(str(case.expect.get("key"))):
        return False
    key = doubled.sub("", case.expect["key"])
    once = {**case.expect, "key": key, "id": key.split(":", 2)[2]}
    return bool(got == once)


def forges(id: str) -> bool:
    """True for an id that would be read back as a part of a key, or as an escape."""
    words = id.lower().split(":")
    padded = any(word != word.strip(WHITE_SPACE) or not word for word in words)
    structural = "thread" in words or words[0] in {"agent", "direct", "dm"}
    if len(words) > 1 and (padded or structural or words[-1] == "heartbeat"):
        return True
    return (
        id.lower() in {"heartbeat", "thread"} or re.search("%(3a|25|68|74)", id, re.I) is not None
    )


def unescaped(text: str) -> str:
    return re.sub("%(?:3a|25|68|74)", lambda escape: chr(int(escape[0][1:], 16)), text)


def _ids_forge_no_keys(case: Case, got: Any) -> bool:
    ours, theirs = list(texts(got)), list(texts(case.expect))
    pairs = list(zip(ours, theirs, strict=False))
    return (
        len(ours) == len(theirs)
        and any(forges(id.strip(WHITE_SPACE)) for id in texts(case.args))
        and any(left != right for left, right in pairs)
        and all(unescaped(left) == right for left, right in pairs)
    )


def _an_empty_roster_is_none(case: Case, got: Any) -> bool:
    cfg = case.args["cfg"]
    if (cfg.get("agents") or {}).get("list") != []:
        return False
    session = cfg.get("session") or {}
    main = str(session.get("mainKey") or "main").strip(WHITE_SPACE).lower() or "main"
    key = str(case.args["key"]).strip(WHITE_SPACE).lower()
    names = {"main", main, "agent:main:main", f"agent:main:{main}"}
    own = "global" if session.get("scope") == "global" else f"agent:main:{main}"
    better = own if key in names else f"agent:main:{key}"
    refused = case.expect == {"throws": "AGENT_SELECTION_REQUIRED"}
    return refused and isinstance(got, str) and got.lower() == better


PREDICATES: dict[str, Predicate] = {
    "offsets-of-the-text": _offsets_of_the_text,
    "isolated-threads": _isolated_threads,
    "isolated-sessions-reply-like-their-base": _isolated_sessions_reply_like_their_base,
    "a-room-is-named-once": _a_room_is_named_once,
    "ids-forge-no-keys": _ids_forge_no_keys,
    "an-empty-roster-is-none": _an_empty_roster_is_none,
    **SCHEDULE_PREDICATES,
    **HEARTBEAT_PREDICATES,
    **WAKE_PREDICATES,
    **RUNS_CHAT_PREDICATES,
    **RUNS_LANES_PREDICATES,
    **CONTEXT_PRICING_PREDICATES,
    **TRANSCRIPT_PREDICATES,
    **COMPACTION_PREDICATES,
    **PRODUCER_PREDICATES,
}


@dataclass(frozen=True)
class Rule:
    """A way in which vagus is meant to differ."""

    name: str
    functions: frozenset[str]
    reason: str
    predicate: Predicate

    def covers(self, case: Case, got: Any) -> bool:
        return case.fn in self.functions and self.predicate(case, got)


def load_rules() -> list[Rule]:
    """The rules that are listed, each with its predicate; a rule without one is a mistake."""
    listed = tomllib.loads(LISTED.read_text(encoding="utf-8"))["rule"]
    assert sorted(rule["name"] for rule in listed) == sorted(PREDICATES)
    return [
        Rule(
            name=rule["name"],
            functions=frozenset(rule["functions"]),
            reason=rule["reason"].strip(),
            predicate=PREDICATES[rule["name"]],
        )
        for rule in listed
    ]
