"""Predicates of the rules about runs and what their clients are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cases import Case

ERROR = {"runId", "sessionKey", "seq", "state", "errorMessage"}


def _every_client_run_is_told_its_end(case: Case, got: Any) -> bool:
    """One error more than expected, of a client run that was expected to end without a word."""
    if not isinstance(case.expect, list) or not isinstance(got, list):
        return False
    sent = {op["run"] for op in case.args["events"] if op["op"] == "send"}
    added = [
        fact
        for fact in got
        if isinstance(fact, dict) and fact.get("state") == "error" and fact.get("runId") in sent
    ]
    ends = [fact for fact in case.expect if fact.get("state") not in (None, "delta")]
    told = [op["data"].get("error") for op in case.args["events"] if op["op"] == "ev"]
    if len(added) != 1 or ends or not added[0].keys() >= ERROR:
        return False
    return added[0]["errorMessage"] in told and [x for x in got if x not in added] == case.expect


RUNS_CHAT_PREDICATES: dict[str, Callable[[Case, Any], bool]] = {
    "every-client-run-is-told-its-end": _every_client_run_is_told_its_end,
}
