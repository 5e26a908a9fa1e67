"""Predicates of the rules about transcripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .adapters.tool_results import NOTICE, OLD_NOTICE, OMISSION, decoded, shown, units
from .cases import Case, same


def call_ids(message: dict[str, Any]) -> list[str]:
    content = message["content"]
    return [block["id"] for block in content if "id" in block] if isinstance(content, list) else []


def reuses_ids(messages: list[dict[str, Any]]) -> bool:
    """True when a call has the id of a call of an earlier message."""
    ids = [each for message in messages for each in dict.fromkeys(call_ids(message))]
    return len(ids) != len(set(ids))


def one_answer_each(forms: list[str]) -> bool:
    """True when the results behind every call are its own, in order."""
    waiting: list[str] = []
    for form in forms:
        kind, _, rest = form.partition(":")
        if kind == "R":
            if waiting[:1] != [rest.removesuffix("!")]:
                return False
            waiting.pop(0)
            continue
        if waiting:
            return False
        waiting = rest.split("+") if kind == "A" and rest != "text" else []
    return not waiting


def real_results(forms: list[str]) -> int:
    return sum(form.startswith("R:") and not form.endswith("!") for form in forms)


def _one_result_for_each_call(case: Case, got: Any) -> bool:
    if not isinstance(case.expect, dict) or not isinstance(got, dict):
        return False
    theirs, ours = case.expect.get("messages"), got.get("messages")
    if not isinstance(theirs, list) or not isinstance(ours, list) or not one_answer_each(ours):
        return False
    if reuses_ids(case.args["messages"]):
        return real_results(ours) > real_results(theirs) and got["moved"] is (got["added"] > 0)
    twice = len(theirs) - len(ours)
    return twice > 0 and got["dup"] == twice and got["moved"] is True


def _cuts_stay_within_their_limit(case: Case, got: Any) -> bool:
    """A text or a result that the recorded system leaves longer than it may be."""
    limit = case.args["maxChars"]
    if case.fn == "truncate_tool_text":
        told = "more characters truncated" in ending(case.expect or "")
        return told and units_of(case.expect) > limit and fills(got, case)
    theirs, ours = (numbers(value) for value in (case.expect, got))
    return len(ours) == len(theirs) and sum(theirs) > limit >= sum(ours) > 0


def fills(got: Any, case: Case) -> bool:
    """True for the beginning of a text without lines and the notice, or dots where there is no room
    for one, as long as may be."""
    text, limit = decoded(case.args["text"]), case.args["maxChars"]
    notice = OLD_NOTICE if case.is_old else NOTICE
    for end in range(limit, -1, -1):
        told = text[:end] + notice.replace("{{count}}", str(len(text) - end))
        if len(told) <= limit:
            return bool(got == shown(told))
    dots = "..." if limit > len("...") else ""
    return bool(got == text[: limit - len(dots)] + dots)


def numbers(value: Any) -> list[int]:
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []


def units_of(value: Any) -> int:
    """The length of a recorded text."""
    return len(value) if isinstance(value, str) else int((value or {}).get("len16", 0))


def both_ends(text: str, limit: int, *, omission_is_missing: bool) -> str:
    """A long text of ASCII lines with its beginning and end, as the newest version cuts it."""
    notice = "[... {} more characters truncated; rerun with narrower args if needed]"
    room = limit - len(notice.format(len(text) - limit))
    end = min(room * 3 // 10, 4_000)
    begin = room - end - units(OMISSION)
    line = text.rfind("\n", 0, begin + 1)
    head = text[: line if line > begin * 0.8 else begin]
    line = text.find("\n", len(text) - end)
    tail = text[line + 1 if 0 <= line < len(text) - end + end * 0.2 else len(text) - end :]
    missing = len(text) - len(head) - len(tail) - (0 if omission_is_missing else units(OMISSION))
    return head + OMISSION + tail + notice.format(missing)


def _notices_count_what_is_missing(case: Case, got: Any) -> bool:
    text, limit = decoded(case.args["text"]), case.args["maxChars"]
    if len(text) <= limit or not text.isascii():
        return False
    theirs, ours = (both_ends(text, limit, omission_is_missing=each) for each in (False, True))
    return bool(shown(theirs) == case.expect and shown(ours) == got)


def _merged_turns_keep_their_words(case: Case, got: Any) -> bool:
    """Roles as recorded, and every text there is; a message with none says what was left out."""
    if not isinstance(got, list) or not isinstance(case.expect, list):
        return False
    roles = [
        [raw.get("role") for raw in raws if isinstance(raw, dict)] for raws in (got, case.expect)
    ]
    if roles[0] != roles[1] or not any(raw["content"] == [] for raw in case.expect):
        return False
    given = [text for raw in case.args["messages"] for text in texts_in(raw)]
    left_out = "[tool calls omitted]"
    return all(raw["content"] for raw in got) and given == [
        text for raw in got for text in texts_in(raw) if text != left_out
    ]


def texts_in(raw: dict[str, Any]) -> list[str]:
    content = raw["content"]
    if isinstance(content, str):
        return [content]
    return [block["text"] for block in content if block["type"] == "text"]


def _counts_are_read_in_other_words(case: Case, got: Any) -> bool:
    """A number that stands in the text, where the recorded system reads none."""
    if not isinstance(got, dict) or not isinstance(case.expect, dict):
        return False
    observed = got.get("observedTokens")
    told = str(case.args.get("text")).replace(",", "")
    return (
        case.expect.get("observedTokens", 0) is None
        and isinstance(observed, int)
        and re.search(rf"\b{observed}\b", told) is not None
        and same({**got, "observedTokens": None}, case.expect)
    )


def _cut_files_keep_their_end(case: Case, got: Any) -> bool:
    """Files that differ are cut to the same room: here with both ends around a whole marker."""
    if not isinstance(got, list) or not isinstance(case.expect, list):
        return False
    contents = {each["path"]: decoded(each.get("content") or "") for each in case.args["files"]}
    differing = [
        (theirs, ours)
        for theirs, ours in zip(case.expect, got, strict=False)
        if not same(ours, theirs)
    ]
    return len(got) == len(case.expect) and all(
        isinstance(ours, dict)
        and ours.get("path") == theirs["path"]
        and units_of(ours.get("content")) <= units_of(theirs["content"])
        and ending(theirs["content"]).endswith("…")
        and contents[ours["path"]]
        .rstrip()
        .endswith(ending(ours["content"]).rpartition("…")[2].strip())
        and "…\n" in ending(ours["content"])
        for theirs, ours in differing
    )


def ending(value: Any) -> str:
    return str(value["tail"] if isinstance(value, dict) else value)


TRANSCRIPT_PREDICATES: dict[str, Callable[[Case, Any], bool]] = {
    "one-result-for-each-call": _one_result_for_each_call,
    "cuts-stay-within-their-limit": _cuts_stay_within_their_limit,
    "notices-count-what-is-missing": _notices_count_what_is_missing,
    "merged-turns-keep-their-words": _merged_turns_keep_their_words,
    "counts-are-read-in-other-words": _counts_are_read_in_other_words,
    "cut-files-keep-their-end": _cut_files_keep_their_end,
}
