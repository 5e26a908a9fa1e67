"""The documentation names what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import vagus

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (ROOT / "cpp/vagus/config/config.hpp", ROOT / "cpp/vagus/base/limits.hpp")


def configuration_fields() -> list[str]:
    text = "".join(source.read_text(encoding="utf-8") for source in SOURCES)
    return sorted(set(re.findall(r'(?:field|required)\(\s*"(\w+)"', text)))


@pytest.mark.parametrize("field", configuration_fields())
def test_every_configuration_field_is_documented(field: str) -> None:
    documented = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert f"`{field}`" in documented or f'"{field}"' in documented


def test_the_documented_configuration_is_valid() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert example is not None
    names: dict[str, dict[str, object]] = {}
    exec(example[1], names)
    engine = vagus.Engine(names["config"])
    assert [cadence["agent"] for cadence in engine.snapshot()["cadences"]] == ["ops"]


def test_relative_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
