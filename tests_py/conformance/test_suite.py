"""The suite itself: what is wrong fails, and rules excuse only what they are for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vagus import InvalidKey, SessionKey, keys

from .adapters import ADAPTERS
from .adapters.tool_results import shown
from .adapters.values import failing, id_text, record, text, throws
from .cases import (
    DATA,
    MAX_DEVIATING,
    SEQUENCE,
    VARIABLE,
    Case,
    area_of,
    directory,
    files_by_area,
    judge,
    read_area,
    read_cases,
    same,
)
from .deviations import PREDICATES, Rule, load_rules
from .deviations_context_transcripts import both_ends
from .deviations_runs_producers import hooks_name_agents_that_exist

RULES = {rule.name: rule for rule in load_rules()}


def case(fn: str, expect: Any, **args: Any) -> Case:
    return Case(fn, args, expect, "here:1")


def always(fn: str) -> Rule:
    return Rule("always", frozenset({fn}), "for the sake of the test", lambda _case, _got: True)


# ---- judging --------------------------------------------------------------------------------


def test_a_case_that_matches_is_counted() -> None:
    tally = judge([case("double", 4, n=2)], {"double": lambda args: 2 * args["n"]}, [])
    assert (tally.total, tally.matched, tally.failures) == (1, 1, [])


def test_a_case_that_is_wrong_fails_and_is_shown() -> None:
    tally = judge([case("double", 5, n=2)], {"double": lambda args: 2 * args["n"]}, [])
    assert tally.matched == 0
    (shown,) = tally.failures
    assert shown == "here:1: double({'n': 2})\n  expected 5\n  got      4"


def test_a_call_that_raises_is_wrong_even_under_a_rule() -> None:
    def broken(_args: Any) -> Any:
        raise ValueError("broken")

    tally = judge([case("broken", None)], {"broken": broken}, [always("broken")])
    assert tally.failures == [
        "here:1: broken({})\n  expected None\n  got      ValueError('broken')"
    ]


def test_a_function_without_an_adapter_fails() -> None:
    assert judge([case("unheard", 1)], {}, []).failures == ["here:1: no adapter for unheard"]


def test_a_rule_covers_only_its_functions() -> None:
    adapters = {"one": lambda _args: 1, "other": lambda _args: 1}
    tally = judge([case("one", 2), case("other", 2)], adapters, [always("one")])
    assert tally.by_rule == {"always": 1}
    assert len(tally.failures) == 1


def test_a_case_that_matches_falls_under_no_rule() -> None:
    tally = judge([case("one", 1)], {"one": lambda _args: 1}, [always("one")])
    assert (tally.matched, tally.by_rule) == (1, {})


@pytest.mark.parametrize(
    ("got", "expect", "equal"),
    [
        (1, 1, True),
        (True, 1, False),
        (0, False, False),
        ({"a": [1]}, {"a": [1]}, True),
        ({"a": [True]}, {"a": [1]}, False),
        ({"a": None}, {}, False),
        ([1, 2], [1], False),
        (None, None, True),
    ],
)
def test_equal_values_are_of_one_type(got: Any, expect: Any, equal: bool) -> None:
    assert same(got, expect) is equal


def test_sequences_do_not_count_for_the_share_of_rules() -> None:
    adapters = {"one": lambda _args: 1, "wake_sequence": lambda _args: 1}
    rules = [always("one"), always("wake_sequence")]
    cases = [case("one", 1), case("one", 2), case("wake_sequence", 2), case("wake_sequence", 3)]
    tally = judge(cases, adapters, rules)
    assert (tally.total, tally.by_rule.total(), tally.deviating) == (4, 3, 0.5)


# ---- adapters -------------------------------------------------------------------------------


def test_values_are_translated() -> None:
    assert (text({"a": 5}, "a"), text({"a": "x"}, "a"), text({}, "a")) == ("", "x", "")
    assert (id_text(5), id_text("5"), id_text(True), id_text(None)) == ("5", "5", "", "")
    split = keys.split("agent:a:b")
    assert record(split, agent="agentId") == {"agentId": "a", "rest": "b"}
    assert record(None) is None


def test_an_expected_error_becomes_its_code_and_no_other_does() -> None:
    adapter = failing(lambda args: SessionKey.parse(args["key"]), InvalidKey="BAD")
    assert adapter({"key": "nonsense"}) == throws("BAD")
    with pytest.raises(InvalidKey):
        failing(lambda args: SessionKey.parse(args["key"]), UnknownRun="BAD")({"key": "nonsense"})


# ---- rules ----------------------------------------------------------------------------------


def test_every_rule_says_why_and_has_a_predicate() -> None:
    assert set(RULES) == set(PREDICATES)
    assert all(len(rule.reason) > 40 and rule.functions for rule in RULES.values())


def used_by_shipped_cases() -> set[str]:
    cases = [case for path in DATA.glob("*.jsonl") for case in read_cases(path)]
    return set(judge(cases, ADAPTERS, RULES.values()).by_rule)


UNIT_TESTED = {
    "counts-are-read-in-other-words",
    "hooks-name-agents-that-exist",
    "isolated-threads",
    "merged-turns-keep-their-words",
}


def test_every_rule_is_used() -> None:
    assert used_by_shipped_cases() | UNIT_TESTED == set(RULES)


CALLING = {
    "role": "assistant",
    "content": [{"type": "toolCall", "id": "1", "name": "exec", "arguments": {}}],
}
RESULT = {
    "role": "toolResult",
    "toolCallId": "1",
    "toolName": "exec",
    "content": [{"type": "text", "text": "r"}],
}

COVERED = [
    case(
        "normalize_session_key",
        "agent:main:matrix:channel: !Abc:thread:XyZ",
        key="agent:main:matrix:channel: !AbC:Thread:XyZ",
    ),
    case(
        "parse_thread_session_suffix",
        {"baseSessionKey": "İx:", "threadId": None},
        key="İx:thread:9",
    ),
    case(
        "parse_cron_run_scope_suffix",
        {"baseSessionKey": "agent:main:cron:İ:", "runId": ""},
        key="agent:main:cron:İ:run:9",
    ),
    case(
        "parse_session_delivery_route",
        {"channel": "signal", "peerId": "i̇:", "peerKind": "dm", "threadId": None},
        key="agent:ops:signal:dm:İ:thread:1",
    ),
    case(
        "parse_session_delivery_route",
        {"channel": "signal", "peerId": "5:heartbeat", "peerKind": "dm", "threadId": None},
        key="agent:ops:signal:dm:5:heartbeat",
    ),
    case(
        "normalize_session_key",
        "matrix:group:!R:thread:heartbeat",
        key="matrix:group:!R:Thread:heartbeat",
    ),
    case(
        "resolve_group_session_key",
        {
            "key": "odd:channel:odd:channel:y",
            "channel": "odd",
            "id": "odd:channel:y",
            "chatType": "channel",
        },
        ctx={"From": "Odd:channel:Y", "Provider": "odd"},
    ),
    case(
        "resolve_session_key",
        "agent:a:odd:group:odd:group:y",
        ctx={"From": "odd:group:Y", "Provider": "odd"},
        agentId="a",
    ),
    case(
        "build_agent_peer_session_key",
        "agent:a:slack:direct:5:heartbeat",
        agentId="a",
        channel="slack",
        peerId="5:Heartbeat",
        dmScope="per-channel-peer",
    ),
    case(
        "resolve_thread_session_keys",
        {"sessionKey": "agent:a:x:thread:1:thread:2", "parentSessionKey": None},
        baseSessionKey="agent:a:x",
        threadId="1:thread:2",
    ),
    case(
        "resolve_session_store_key",
        throws("AGENT_SELECTION_REQUIRED"),
        cfg={"agents": {"list": []}, "session": {"mainKey": "Work"}},
        key="Foo",
    ),
    case(
        "ack_strip",
        {"shouldSkip": True, "text": "", "didStrip": True},
        raw="HEARTBEAT_OKAY",
        opts={"mode": "heartbeat"},
    ),
    case(
        "ack_strip",
        {"shouldSkip": False, "text": "one two", "didStrip": True},
        raw="HEARTBEAT_OK one\ntwo",
    ),
    case(
        "ack_strip",
        {"shouldSkip": False, "text": "one ``", "didStrip": True},
        raw="one `HEARTBEAT_OK`",
    ),
    case(
        "enrolled_agents",
        [{"agentId": "main", "intervalMs": None}],
        cfg={"agents": {"defaults": {"heartbeat": {"every": "1h30"}}}},
    ),
    case("timeout_seconds", 0, heartbeat={"timeoutSeconds": 0}),
    case(
        "append_time_line",
        "p\nCurrent time: Thursday, January 1st, 1970 - 00:00 (UTC) / 1970-01-01 00:00 UTC",
        text="p",
        userTimezone="Mars/Olympus",
        nowMs=0,
    ),
    case("enrolled_agents", [{"agentId": "a", "intervalMs": 1}], cfg={"agents": {"list": []}}),
    case("effectively_empty", False, content="<!-- nothing\nyet -->"),
    case("strip_tasks_block", "- name: a\n\nx", content="tasks:\n- name: a\n\nx"),
    case(
        "should_defer_wake",
        {"defer": True, "reason": "not-due", "retryAtMs": 900_000},
        intent="event",
        now=100_000,
        nextDueMs=900_000,
        lastRunStartedAtMs=60_000,
    ),
    case(
        "should_defer_wake",
        {"defer": True, "reason": "flood", "retryAtMs": 100_001},
        intent="event",
        now=100_000,
        nextDueMs=0,
        lastRunStartedAtMs=99_000,
        recentRunStarts=[40_000, 96_000, 97_000, 98_000, 99_000],
    ),
    case(
        "reason_kind",
        {"kind": "exec-event", "normalized": "exec-event", "event_driven": True, "action": True},
        reason="exec-event",
    ),
    case("is_targeted_unscheduled_wake", False, source="acp-spawn", sessionKey="agent:a:main"),
    case(
        "wake_payload_flags",
        {"isExecEventWake": False, "isCronWake": False, "isWakePayload": False},
        source="session-state",
    ),
    case(
        "seek_active_due",
        1_749_988_800_000,
        startMs=1_749_988_800_000,
        intervalMs=86_400_000,
        activeHours={"start": "13:00", "end": "14:00", "timezone": "UTC"},
    ),
    case("phase_ms", 0, schedulerSeed="s", agentId="a", intervalMs=0),
    case("duration_ms", 10**17, raw="99999999999999s"),
    case("is_exec_completion", False, text="Exec completed (9f2c, code 0) :: "),
    case("string_chars", 1, text="\uff46"),
    case("estimate_tokens", 1, message={"role": "user", "content": "𠀀"}),
    case("format_events", "System: [2025-06-15T15:06:40Z] one", events=[{"text": "one"}]),
    case(
        "repair_pairing",
        {"messages": ["A:1", "R:1", "R:1"], "added": 0, "dup": 0, "orphan": 0, "moved": False},
        messages=[CALLING, RESULT, RESULT],
    ),
    case(
        "repair_pairing",
        {"messages": ["A:1", "R:1", "A:1"], "added": 1, "dup": 2, "orphan": 0, "moved": True},
        messages=[CALLING, RESULT, CALLING, RESULT],
    ),
    case("truncate_tool_text", "[... 9 more characters truncated]", text="x" * 9, maxChars=5),
    case(
        "truncate_tool_text",
        shown("x" * 200 + "[... 100 more characters truncated]"),
        text="x" * 300,
        maxChars=100,
    ),
    case(
        "validate_anthropic_turns",
        [{"role": "user", "content": []}],
        messages=[{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
    ),
    case(
        "validate_anthropic_turns",
        [{"role": "assistant", "content": [], "stopReason": "aborted"}],
        messages=[{**CALLING, "stopReason": "aborted"}],
    ),
    case(
        "classify_error",
        {
            "overflow": True,
            "likelyOverflow": True,
            "compactionFailure": False,
            "observedTokens": None,
        },
        text="input length and `max_tokens` exceed context limit: 199,211 + 20000 > 200000",
    ),
    case(
        "truncate_tool_message_lens",
        [45, 20],
        message={**RESULT, "content": [{"type": "text", "text": "x" * n} for n in (60, 20)]},
        maxChars=60,
    ),
    case(
        "truncate_tool_text",
        shown(both_ends("x" * 900 + " done", 400, omission_is_missing=False)),
        text="x" * 900 + " done",
        maxChars=400,
        minKeepChars=0,
    ),
    case(
        "bootstrap_files",
        [
            {
                "path": "/A.md",
                "content": ("a" * 84 + "\n\n[...truncated, read A.md for full content...]")[:119]
                + "…",
            }
        ],
        files=[{"name": "A.md", "path": "/A.md", "content": "a" * 400 + "end"}],
        options={"maxChars": 120},
    ),
]


@pytest.mark.parametrize("covered", COVERED, ids=lambda covered: covered.where)
def test_a_rule_covers_the_better_result_and_nothing_else(covered: Case) -> None:
    tally = judge([covered], ADAPTERS, RULES.values())
    assert tally.failures == []
    assert sum(tally.by_rule.values()) == 1
    for wrong in (None, "", "nonsense", {}, {"key": "nonsense"}):
        spoiled = judge([covered], {covered.fn: lambda _args, got=wrong: got}, RULES.values())
        assert len(spoiled.failures) == 1


@pytest.mark.parametrize("covered", COVERED, ids=lambda covered: covered.where)
def test_a_rule_does_not_excuse_another_expectation(covered: Case) -> None:
    other = Case(covered.fn, covered.args, "something else", covered.where)
    assert len(judge([other], ADAPTERS, RULES.values()).failures) == 1


@pytest.mark.parametrize(
    ("agent", "ours", "covered"),
    [("ghost", 400, True), ("main", 400, False), ("", 400, False), ("ghost", 500, False)],
)
def test_only_a_hook_for_an_unknown_agent_may_be_refused(
    agent: str, ours: int, covered: bool
) -> None:
    hook = Case(
        "history/hooks",
        {
            "setup": {"agents": {"list": [{"id": "main"}]}},
            "events": [{"path": "/hooks/agent", "body": {"message": "m", "agentId": agent}}],
        },
        [{"dispatch": "agent", "agentId": "main"}, {"response": {"status": 200}}],
        "here:1",
    )
    assert hooks_name_agents_that_exist(hook, [{"response": {"status": ours}}]) is covered


# ---- files ----------------------------------------------------------------------------------


def test_the_first_word_of_a_file_is_its_area() -> None:
    names = ["keys.jsonl", "keys_fuzz.jsonl", "heartbeats.more.jsonl"]
    assert [area_of(Path(name)) for name in names] == ["keys", "keys", "heartbeats"]


def test_no_subject_hides_behind_the_others() -> None:
    for path in DATA.glob("*.jsonl"):
        known = [case for case in read_cases(path) if case.fn in ADAPTERS]
        assert judge(known, ADAPTERS, RULES.values()).deviating < MAX_DEVIATING, path.name


def test_a_case_that_names_no_function_is_read_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, "runs.jsonl", {"name": "a run", "steps": []})
    (read,) = read_cases(tmp_path / "runs.jsonl")
    assert judge([read], ADAPTERS, []).failures == [f"runs.jsonl:1: no adapter for {SEQUENCE}"]


def test_a_newer_answer_to_the_same_question_takes_the_place_of_an_older_one(
    tmp_path: Path,
) -> None:
    ask = {"fn": "x", "args": {"a": 1, "b": 2}}
    again = {"fn": "x", "args": {"b": 2, "a": 1}}
    other = {"fn": "y", "args": {"a": 1, "b": 2}}
    write(tmp_path, "wakes.jsonl", {**ask, "ver": ["2026.4", "2026.5.18"], "expect": "old"})
    write(
        tmp_path,
        "wakes_more.jsonl",
        {**again, "ver": ["2026.9.6", "2026.10.1"], "expect": "new"},
        {**other, "ver": ["2026.4"], "expect": "only"},
        {**ask, "ver": ["2026.9.6"], "expect": "middle"},
    )
    (paths,) = files_by_area(tmp_path).values()
    by_file = read_area(paths)
    assert {name: [case.expect for case in cases] for name, cases in by_file.items()} == {
        "wakes": [],
        "wakes_more": ["new", "only"],
    }


def test_what_an_old_version_did_not_tell_is_not_compared(tmp_path: Path) -> None:
    line = {"fn": "x", "expect": {"a": 1}}
    write(
        tmp_path,
        "wakes.jsonl",
        {**line, "args": {"n": 1}, "ver": "2026.4"},
        {**line, "args": {"n": 2}, "ver": ["2026.9.6"]},
        {**line, "args": {"n": 3}},
    )
    (cases,) = read_area([tmp_path / "wakes.jsonl"]).values()
    assert [case.is_old for case in cases] == [True, False, False]
    more = judge(cases, {"x": lambda _args: {"a": 1, "b": 2}}, [])
    assert (more.matched, len(more.failures)) == (1, 2)
    less = judge(cases, {"x": lambda _args: {}}, [])
    assert (less.matched, len(less.failures)) == (0, 3)


def write(folder: Path, name: str, *lines: dict[str, Any]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / name).write_text(text, encoding="utf-8")


def test_the_environment_names_other_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert directory() == DATA
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    write(tmp_path, "keys_more.jsonl", {"fn": "x", "args": {}})
    assert files_by_area(directory()) == {"keys": [tmp_path / "keys_more.jsonl"]}
    assert read_cases(tmp_path / "keys_more.jsonl") == [Case("x", {}, None, "keys_more.jsonl:1")]


def conform(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the suite on the cases in `folder`."""
    here = Path(__file__).parent
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command += ["-c", str(here.parents[1] / "pyproject.toml"), "--rootdir", str(folder)]
    command += [str(here / "test_conformance.py")]
    environment = {**os.environ, VARIABLE: str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


GOOD = {"fn": "is_valid_agent_id", "args": {"value": "ops"}, "expect": True}
DEVIATING = {
    "fn": "parse_thread_session_suffix",
    "args": {"key": "İx:thread:9"},
    "expect": {"baseSessionKey": "İx:", "threadId": None},
}


def test_other_cases_are_run_and_told(tmp_path: Path) -> None:
    write(tmp_path, "keys_more.jsonl", GOOD)
    write(tmp_path, "weather.jsonl", {"fn": "is_sunny", "args": {}, "expect": True})
    done = conform(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "keys: 1 of 1 match" in done.stdout
    assert "weather: no adapter, 1 cases skipped" in done.stdout


def test_a_wrong_case_fails_the_run(tmp_path: Path) -> None:
    write(tmp_path, "keys.jsonl", GOOD, {**GOOD, "expect": False})
    done = conform(tmp_path)
    assert done.returncode == 1
    assert "keys: 1 of 2 match, 1 WRONG" in done.stdout
    assert "expected False" in done.stdout


def test_a_function_without_adapter_fails_the_run(tmp_path: Path) -> None:
    write(tmp_path, "keys.jsonl", GOOD, {"fn": "is_sunny", "args": {}, "expect": True})
    done = conform(tmp_path)
    assert done.returncode == 1
    assert "no adapter for is_sunny" in done.stdout


@pytest.mark.parametrize(("good", "code"), [(20, 0), (19, 1)])
def test_rules_cover_less_than_their_share(tmp_path: Path, good: int, code: int) -> None:
    write(tmp_path, "keys.jsonl", *[GOOD] * good, DEVIATING)
    done = conform(tmp_path)
    assert done.returncode == code, done.stdout
    assert f"{good} of {good + 1} match, 1 offsets-of-the-text" in done.stdout


def test_a_directory_without_cases_fails_the_run(tmp_path: Path) -> None:
    assert conform(tmp_path).returncode == 1
