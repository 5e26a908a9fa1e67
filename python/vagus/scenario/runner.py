"""Runs scenarios under a virtual clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from vagus import InvalidConfig, VagusError
from vagus.scenario.expect import Expectation, Window, totals_of
from vagus.scenario.failure import Failure
from vagus.scenario.matching import Subject, fits
from vagus.scenario.model import RECORDING, Rule, Scenario, Variant
from vagus.scenario.source import Trail, trail_of
from vagus.scenario.steps import Step
from vagus.testing.harness import Harness
from vagus.testing.invariants import Violation
from vagus.testing.models import Answer, Model, ScriptedFailure
from vagus.testing.recording import RecordingContextEngine
from vagus.testing.records import Delivery, ModelCall, Reply, RunList, html_table
from vagus.testing.summaries import SUMMARISERS


def _verdict(failures: Sequence[Failure]) -> str:
    return f"failures={len(failures)}" if failures else "passed"


@dataclass(frozen=True, kw_only=True, repr=False)
class VariantResult:
    """What one variant of a scenario did.

    Attributes:
        name: the variant.
        runs: every run that ended.
        delivered: everything that was sent.
        failures: expectations that did not come true, broken promises included.
        totals: figures.
    """

    name: str
    runs: RunList
    delivered: tuple[Delivery, ...]
    failures: tuple[Failure, ...]
    totals: Mapping[str, Any]

    @property
    def passed(self) -> bool:
        """True when everything came true."""
        return not self.failures

    def __repr__(self) -> str:
        return f"VariantResult({self.name!r}, runs={len(self.runs)}, {_verdict(self.failures)})"

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return {
            "name": self.name,
            "passed": self.passed,
            "totals": dict(self.totals),
            "failures": [failure.to_dict() for failure in self.failures],
            "runs": self.runs.to_dict(),
            "delivered": [delivery.to_dict() for delivery in self.delivered],
        }


@dataclass(frozen=True, kw_only=True, repr=False)
class ScenarioResult:
    """What a scenario did, variant by variant.

    Attributes:
        name: what the story is about.
        variants: what each variant did.
    """

    name: str
    variants: tuple[VariantResult, ...]

    @property
    def passed(self) -> bool:
        """True when every variant did what the scenario expects."""
        return all(variant.passed for variant in self.variants)

    def __repr__(self) -> str:
        failures = [failure for variant in self.variants for failure in variant.failures]
        return f"ScenarioResult({self.name!r}, variants={len(self.variants)}, {_verdict(failures)})"

    def to_dict(self) -> dict[str, Any]:
        """Every field, JSON-ready."""
        return {
            "name": self.name,
            "passed": self.passed,
            "variants": [variant.to_dict() for variant in self.variants],
        }

    def _repr_html_(self) -> str:
        columns = ("variant", "passed", "runs", "failed prechecks", "restarts", "largest prompt")
        rows = [
            (
                variant.name,
                "yes" if variant.passed else "no",
                f"{variant.totals['runs']:,}",
                f"{variant.totals['prechecks_failed']:,}",
                f"{variant.totals['restarts']:,}",
                f"{variant.totals['tokens']['max'] or 0:,} tokens",
            )
            for variant in self.variants
        ]
        return html_table(columns, rows)


def run_scenario(scenario: Scenario) -> ScenarioResult:
    """Runs every variant of `scenario`.

    Raises:
        ScenarioError: the engine refuses the configuration or a step.
    """
    results = tuple(_run_variant(scenario, variant) for variant in scenario.variants)
    return ScenarioResult(name=scenario.name, variants=results)


def _run_variant(scenario: Scenario, variant: Variant) -> VariantResult:
    harness = _set_up(scenario, variant)
    failures: list[Failure] = []
    for step in scenario.steps:
        first_run, first_delivery = len(harness.runs), len(harness.delivered)
        first_call = len(harness.context_calls)
        first_chat = len(harness.chat)
        try:
            _perform(harness, step)
        except VagusError as error:
            raise scenario.source.retell(step.trail, error, _note(scenario, variant)) from error
        calls, chat = harness.context_calls[first_call:], harness.chat[first_chat:]
        window = Window(harness.runs, harness.delivered[first_delivery:], calls, chat, first_run)
        failures += _unmet(step.expect, window)
    for overall in (scenario.expect, variant.expect):
        everything = (harness.runs, harness.delivered, harness.context_calls, harness.chat)
        failures += _unmet(overall, Window(*everything))
    for violation in harness.check_invariants(scenario.invariants):
        failures.append(_broken(scenario, violation))
    return VariantResult(
        name=variant.name,
        runs=harness.runs,
        delivered=tuple(harness.delivered),
        failures=tuple(failures),
        totals=totals_of(harness.runs, harness.delivered),
    )


def _set_up(scenario: Scenario, variant: Variant) -> Harness:
    config = merged(scenario.config, variant.config)
    engines = {}
    if scenario.summariser is not None:
        config = merged(_SUMMARISED, config)
    if scenario.context_engine is not None:
        config = merged(_SERVED, config)
        engines[RECORDING] = RecordingContextEngine(scenario.context_engine)
    trail: Trail = ("config",)
    try:
        harness = Harness(
            config,
            start=scenario.start_ms,
            latency=scenario.latency_ms,
            context_engines=engines,
        )
        for agent, files in scenario.workspace.items():
            trail = ("workspace", agent)
            harness.workspace(agent, files)
        for index, (session_key, messages) in enumerate(scenario.transcript):
            trail = ("transcript", index)
            harness.import_transcript(session_key, messages)
    except VagusError as error:
        if isinstance(error, InvalidConfig):
            trail = _config_trail(scenario, variant, trail_of(error.path))
        raise scenario.source.retell(trail, error, _note(scenario, variant)) from error
    harness.model(_model_of(scenario.rules))
    if scenario.summariser is not None:
        harness.summariser(SUMMARISERS[scenario.summariser])
    return harness


_SUMMARISED = {"context": {"summarise": True}}
"""What the configuration of a scenario with a summariser need not say."""

_SERVED = {"context": {"engine": RECORDING, "owns_compaction": True}}
"""What the configuration of a scenario with a context engine need not say."""


def _note(scenario: Scenario, variant: Variant) -> str:
    return f" (in the variant {variant.name!r})" if "variants" in scenario.raw else ""


def _config_trail(scenario: Scenario, variant: Variant, trail: Trail) -> Trail:
    """Where the scenario says the value at `trail` of a variant's configuration."""
    changed, base = (*variant.trail, "config", *trail), ("config", *trail)
    # A list in a variant replaces the whole list.
    fields = tuple(takewhile(lambda step: isinstance(step, str), trail))
    for depth in range(len(fields), 0, -1):
        if scenario.source.holds((*variant.trail, "config", *fields[:depth])):
            return changed
        if scenario.source.holds(("config", *fields[:depth])):
            return base
    return base


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes`: objects field by field, everything else replaced."""
    result = dict(base)
    for name, value in changes.items():
        old = result.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merged(old, value)
        result[name] = value
    return result


def _model_of(rules: Sequence[Rule]) -> Model:
    """Answers in order and repeats the last one; with conditions, the first rule that fits."""
    script = list(rules)
    conditional = any(rule.when is not None for rule in rules)

    def answer(call: ModelCall) -> Answer:
        if conditional:
            rule = next(each for each in rules if _fits(each, call))
        else:
            rule = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(rule.answer, Reply):
            return rule.answer
        raise ScriptedFailure(rule.answer)

    return answer


def _fits(rule: Rule, call: ModelCall) -> bool:
    return rule.when is None or fits(rule.when, Subject(call, "call"))


def _perform(harness: Harness, step: Step) -> None:
    tell = getattr(harness, step.action)
    start, repeat = harness.now_ms, step.repeat
    for index in range(repeat.count):
        due = start + index * repeat.over_ms // repeat.count
        if due > harness.now_ms:
            harness.advance(ms=due - harness.now_ms)
        filled = step.arguments
        if repeat.count > 1:
            words = {"{index}": str(index), "{session}": str(index % repeat.sessions)}
            filled = {name: _filled(value, words) for name, value in filled.items()}
        tell(**filled)


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, words) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    if isinstance(value, str) and "{" in value:
        for name, word in words.items():
            value = value.replace(name, word)
    return value


def _unmet(expect: Sequence[Expectation], window: Window) -> list[Failure]:
    return [failure for expectation in expect for failure in expectation.failures(window)]


def _broken(scenario: Scenario, violation: Violation) -> Failure:
    return Failure(
        file=scenario.source.name,
        line=scenario.source.line(("invariants",)),
        path="invariants",
        subject=violation.invariant,
        message=f"broken: {violation}",
        expected="no violation",
        actual=str(violation),
    )
