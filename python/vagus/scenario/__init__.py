"""Scenarios: stories about agents, told in YAML, run under a virtual clock and checked.

::

    result = vagus.Scenario.load("incident-84218").run()
    assert result.passed
"""

from __future__ import annotations

from vagus.scenario.failure import Failure
from vagus.scenario.model import Scenario, shipped
from vagus.scenario.runner import ScenarioResult, VariantResult

__all__ = ["Failure", "Scenario", "ScenarioResult", "VariantResult", "shipped"]
