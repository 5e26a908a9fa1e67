"""Predicates of the rules about webhooks and remote nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .cases import Case

Answer = list[dict[str, Any]]
"""What was told of one request: perhaps a dispatch, and a response."""


def answers(told: Any) -> list[Answer]:
    """What was told, request by request."""
    groups: list[Answer] = [[]]
    for each in told if isinstance(told, list) else []:
        groups[-1].append(each)
        if "response" in each:
            groups.append([])
    return groups[:-1]


def without(each: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A dispatch or response without some of its fields, wherever they are."""
    return {
        name: without(value, *names) if isinstance(value, dict) else value
        for name, value in each.items()
        if name not in names
    }


def status_of(answer: Answer) -> int | None:
    status = answer[-1]["response"].get("status")
    return status if isinstance(status, int) else None


def requests(case: Case) -> Iterator[tuple[dict[str, Any], Answer]]:
    """Each request with the answer that was recorded."""
    yield from zip(case.args["events"], answers(case.expect), strict=False)


def differing(case: Case, got: Any) -> list[tuple[dict[str, Any], Answer, Answer]]:
    """The requests that were answered otherwise, how the runs are numbered aside."""
    pairs = [
        (event, ours, theirs)
        for (event, theirs), ours in zip(requests(case), answers(got), strict=False)
        if [without(each, "runId") for each in ours] != [without(each, "runId") for each in theirs]
    ]
    return pairs if len(answers(got)) == len(answers(case.expect)) else []


def body_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    body = event.get("body")
    return body if isinstance(body, dict) else {}


def wakes_go_where_they_are_sent(case: Case, got: Any) -> bool:
    """A wake that names a session goes there, or is refused when it may not."""
    found = differing(case, got)

    def is_sent(event: dict[str, Any], ours: Answer, theirs: Answer) -> bool:
        named = body_of(event).get("sessionKey")
        if not named or theirs[0].get("dispatch") != "wake" or status_of(theirs) != 200:
            return False
        if status_of(ours) == 400:
            return len(ours) == 1
        key = str(ours[0].get("sessionKey"))
        return without(ours[0], "sessionKey") == theirs[0] and key.endswith(str(named).lower())

    return bool(found) and all(is_sent(*each) for each in found)


def agent_lists_hold_for_every_hook(case: Case, got: Any) -> bool:
    """A hook that names no agent must not get one that the list keeps from it."""
    found = differing(case, got)
    allowed = (case.args["setup"].get("hooks") or {}).get("allowedAgentIds")

    def is_kept_out(event: dict[str, Any], ours: Answer, theirs: Answer) -> bool:
        unnamed = not body_of(event).get("agentId") and status_of(theirs) == 200
        refusal = "agentId is not allowed by hooks.allowedAgentIds"
        return unnamed and ours[-1]["response"].get("body", {}).get("error") == refusal

    return allowed is not None and bool(found) and all(is_kept_out(*each) for each in found)


def hooks_name_agents_that_exist(case: Case, got: Any) -> bool:
    """A hook for an agent that nobody has configured is not done by another one."""
    listed = (case.args["setup"].get("agents") or {}).get("list") or []
    known = {str(each["id"]).lower() for each in listed}
    found = differing(case, got)

    def is_unknown(event: dict[str, Any], ours: Answer, theirs: Answer) -> bool:
        named = str(body_of(event).get("agentId") or "").strip().lower()
        return (
            bool(named)
            and named not in known
            and (status_of(ours), status_of(theirs)) == (400, 200)
        )

    return bool(known) and bool(found) and all(is_unknown(*each) for each in found)


def templated_keys_need_prefixes(case: Case, got: Any) -> bool:
    """A template lets whoever sends a request name a session."""
    hooks = case.args["setup"].get("hooks") or {}
    templated = any("{{" in str(each.get("sessionKey")) for each in hooks.get("mappings", []))
    unbounded = not any(each.strip() for each in hooks.get("allowedSessionKeyPrefixes") or [])
    refused = {"refused": "hooks.allowed_session_key_prefixes"}
    return templated and unbounded and bool(got == refused)


def wakes_name_their_session(case: Case, got: Any) -> bool:
    """Every wake goes where the event in front of it went."""
    expected: list[dict[str, Any]] = []
    for each in case.expect:
        named = dict(each)
        if "wake" in named and expected and "enqueue" in expected[-1]:
            named["sessionKey"] = expected[-1]["sessionKey"]
        expected.append(named)
    return expected != case.expect and bool(got == expected)


PRODUCER_PREDICATES: dict[str, Callable[[Case, Any], bool]] = {
    "wakes-go-where-they-are-sent": wakes_go_where_they_are_sent,
    "agent-lists-hold-for-every-hook": agent_lists_hold_for_every_hook,
    "hooks-name-agents-that-exist": hooks_name_agents_that_exist,
    "templated-keys-need-prefixes": templated_keys_need_prefixes,
    "wakes-name-their-session": wakes_name_their_session,
}
