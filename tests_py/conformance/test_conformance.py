"""Every recorded case matches, or falls under a rule."""

from __future__ import annotations

import pytest

from .adapters import ADAPTERS
from .cases import MAX_DEVIATING, Tally, directory, files_by_area, judge, read_area
from .deviations import load_rules

AREAS = files_by_area(directory())
SHOWN = 20


@pytest.mark.parametrize("area", AREAS)
def test_an_area_conforms(area: str, told: list[str]) -> None:
    by_file = read_area(AREAS[area])
    count = sum(len(cases) for cases in by_file.values())
    if not any(case.fn in ADAPTERS for cases in by_file.values() for case in cases):
        told.append(f"{area}: no adapter, {count} cases skipped")
        pytest.skip(f"no adapter for any function of {area}")
    rules = load_rules()
    tallies = {name: judge(cases, ADAPTERS, rules) for name, cases in by_file.items()}
    tally = Tally()
    for part in tallies.values():
        tally.add(part)
    told.append(tally.line(area))
    told.extend("  " + part.line(name) for name, part in tallies.items())
    assert not tally.failures, "\n".join(
        [f"{len(tally.failures)} of {tally.total} cases are wrong", *tally.failures[:SHOWN]]
    )
    assert tally.deviating < MAX_DEVIATING, tally.line(area)


def test_there_are_cases() -> None:
    assert AREAS
