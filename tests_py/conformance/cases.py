"""Recorded cases, and what became of them."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .adapters.values import Versioned
from .chat_facts import CHAT_AREAS, chat_only, facts

if TYPE_CHECKING:
    from .adapters.values import Adapter
    from .deviations import Rule

DATA = Path(__file__).with_name("data")
VARIABLE = "VAGUS_VECTORS"
MAX_DEVIATING = 0.05
SEQUENCE = "a sequence of calls"
"""Stands for the function of a case that names none."""
SEQUENCES = frozenset(
    {"sysevents_sequence", "wake_sequence", "runner_sequence"}
    | {"history/lanes", "history/queue", "history/hooks", "history/node"}
)
"""Whole histories. They are played as inputs, and rules may explain any number of them."""
NEWEST = "expect_chat_2026_9_6"
"""What the newest version told of a history, where it differs from the version recorded first."""


@dataclass(frozen=True)
class Case:
    """One call that was recorded."""

    fn: str
    args: Mapping[str, Any]
    expect: Any
    where: str
    versions: tuple[str, ...] = ()
    is_old: bool = False
    """A newer version of the recorded system is known, though not what it gives here."""


@dataclass
class Tally:
    """What became of the cases of one area or subject."""

    total: int = 0
    matched: int = 0
    calls: int = 0
    calls_by_rule: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def deviating(self) -> float:
        """The share of single calls, sequences aside, that fall under a rule."""
        return self.calls_by_rule / self.calls if self.calls else 0.0

    def add(self, other: Tally) -> None:
        self.total += other.total
        self.matched += other.matched
        self.calls += other.calls
        self.calls_by_rule += other.calls_by_rule
        self.by_rule += other.by_rule
        self.failures += other.failures

    def line(self, name: str) -> str:
        rules = "".join(f", {count} {rule}" for rule, count in sorted(self.by_rule.items()))
        wrong = f", {len(self.failures)} WRONG" if self.failures else ""
        return f"{name}: {self.matched} of {self.total} match{rules}{wrong}"


def directory() -> Path:
    """Where the cases are: beside this file, or where ``VAGUS_VECTORS`` says."""
    return Path(os.environ.get(VARIABLE) or DATA)


def read_cases(path: Path) -> list[Case]:
    lines = path.read_text(encoding="utf-8").split("\n")
    cases = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            case = json.loads(line)
            where = f"{path.name}:{number}"
            if "area" in case:
                cases.extend(histories(case, where))
                continue
            function = case.get("fn", SEQUENCE)
            told = case.get("ver", ())
            versions = (told,) if isinstance(told, str) else tuple(told)
            cases.append(Case(function, case.get("args", {}), case.get("expect"), where, versions))
    return cases


def histories(case: Mapping[str, Any], where: str) -> list[Case]:
    """A recorded history as a case; one of a run as a case for each version that is known.

    Of a run, only what vagus models is compared, see ``chat_facts``.
    """
    made = history(case, where)
    if case["area"] not in CHAT_AREAS:
        return [made]
    newest = facts(case[NEWEST]) if NEWEST in case else None
    if newest is None and case.get("same_chat_in_2026_9_6"):
        newest = chat_only(case["expect"])
    told = {"2026.4": facts(case["expect"])} | ({} if newest is None else {"2026.9": newest})
    return [
        replace(
            made,
            args={
                **made.args,
                "area": case["area"],
                "profile": profile,
                "told": expect,
                "want": case.get("want"),
            },
            expect=made.expect if "want" in case else expect,
        )
        for profile, expect in told.items()
    ]


def history(case: Mapping[str, Any], where: str) -> Case:
    """A recorded history: a name, what happened, and what was told of it.

    Its function is ``history/<area>``. What should have been told (``want``) stands for what was
    (``expect``) where the recorded system is known to be wrong.
    """
    args = {name: case.get(name) for name in ("name", "setup", "events", NEWEST)}
    args["recorded"] = case["expect"]
    expect = {"want": case["want"]} if "want" in case else case["expect"]
    return Case(f"history/{case['area']}", args, expect, where)


def read_area(paths: Iterable[Path]) -> dict[str, list[Case]]:
    """The cases of an area by file, without those that a newer version answers otherwise."""
    by_file = {path.stem: read_cases(path) for path in paths}
    newest: dict[str, tuple[int, ...]] = {}
    for case in (case for cases in by_file.values() for case in cases):
        newest[question(case)] = max(newest.get(question(case), ()), version_of(case))
    latest = max(newest.values(), default=())
    return {
        name: [
            replace(case, is_old=bool(case.versions) and version_of(case) < latest)
            for case in cases
            if version_of(case) == newest[question(case)]
        ]
        for name, cases in by_file.items()
    }


def question(case: Case) -> str:
    return json.dumps([case.fn, case.args], sort_keys=True)


def version_of(case: Case) -> tuple[int, ...]:
    """The newest version that gave this result; none is the oldest."""
    numbers = (re.findall(r"\d+", version) for version in case.versions)
    return max((tuple(map(int, each)) for each in numbers), default=())


def area_of(path: Path) -> str:
    return path.stem.partition(".")[0].partition("_")[0]


def files_by_area(folder: Path) -> dict[str, list[Path]]:
    areas: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        areas.setdefault(area_of(path), []).append(path)
    return areas


def outcome(case: Case, adapter: Adapter) -> Any:
    """What vagus answers, or the error of a call that went wrong."""
    try:
        if isinstance(adapter, Versioned):
            return adapter(case.args, version_of(case))
        return adapter(case.args)
    except Exception as error:
        return error


def same(got: Any, expect: Any) -> bool:
    """Equal, and ``true`` is not ``1``."""
    if isinstance(expect, dict) and isinstance(got, dict):
        return got.keys() == expect.keys() and all(same(got[key], expect[key]) for key in expect)
    if isinstance(expect, list) and isinstance(got, list):
        pairs = zip(got, expect, strict=False)
        return len(got) == len(expect) and all(same(left, right) for left, right in pairs)
    return type(got) is type(expect) and bool(got == expect)


def told(case: Case, got: Any) -> Any:
    """What there is to compare: an old version did not tell every field that newer ones do."""
    if case.is_old and isinstance(got, dict) and isinstance(case.expect, dict):
        return {name: value for name, value in got.items() if name in case.expect}
    return got


def judge(cases: Iterable[Case], adapters: Mapping[str, Adapter], rules: Iterable[Rule]) -> Tally:
    """What becomes of every case: it matches, falls under a rule, or is wrong."""
    tally = Tally()
    rules = list(rules)
    for case in cases:
        tally.total += 1
        single = case.fn not in SEQUENCES
        tally.calls += single
        if case.fn not in adapters:
            tally.failures.append(f"{case.where}: no adapter for {case.fn}")
            continue
        got = outcome(case, adapters[case.fn])
        if same(told(case, got), case.expect):
            tally.matched += 1
        elif rule := covering(case, got, rules):
            tally.by_rule[rule] += 1
            tally.calls_by_rule += single
        else:
            call = f"{case.where}: {case.fn}({dict(case.args)!r})"
            tally.failures.append(f"{call}\n  expected {case.expect!r}\n  got      {got!r}")
    return tally


def covering(case: Case, got: Any, rules: Iterable[Rule]) -> str | None:
    """The name of the rule that a result falls under; an error falls under none."""
    if isinstance(got, Exception):
        return None
    return next((rule.name for rule in rules if rule.covers(case, got)), None)
