"""Whole conversations with the engine, byte for byte.

A transcript is a file of JSON lines: a header with the configuration, then commands with their
time, each followed by the effects that it had. In a command, the run id ``@2`` means the second run
that was started. ``pytest --rewrite-transcripts`` writes what the engine says now, so that a change
of behaviour is reviewed as a diff.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import vagus
from vagus import Effect, Engine, RunStarted

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.jsonl"))
RUN = re.compile(r'"run_id":"@(\d+)"')


def line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Replay:
    """An engine that is told what a transcript tells it."""

    def __init__(self, header: dict[str, Any]) -> None:
        self._engine = Engine(header["config"], id_seed=header["id_seed"])
        self._runs: list[str] = []

    def tell(self, now_ms: int, command: str) -> list[Effect]:
        named = RUN.sub(lambda match: f'"run_id":"{self._runs[int(match[1]) - 1]}"', command)
        effects = self._engine.apply(vagus.command_from_json(named), now_ms)
        self._runs += [effect.run_id for effect in effects if isinstance(effect, RunStarted)]
        return effects


def told(text: str) -> str:
    """The transcript `text` as the engine would have it today."""
    header, *rest = (json.loads(each) for each in text.splitlines())
    replay = Replay(header)
    lines = [line(header)]
    for entry in rest:
        if "command" not in entry:
            continue
        command = line(entry["command"])
        effects = replay.tell(entry["at"], command)
        lines.append(f'{{"at":{entry["at"]},"command":{command}}}')
        lines.append('{"effects":[' + ",".join(effect.to_json() for effect in effects) + "]}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_transcript_is_what_the_engine_says(path, pytestconfig):
    text = path.read_text(encoding="utf-8")
    now = told(text)
    if pytestconfig.getoption("--rewrite-transcripts"):
        path.write_text(now, encoding="utf-8")
        return
    for number, (expected, said) in enumerate(
        zip(text.splitlines(), now.splitlines(), strict=False), start=1
    ):
        assert said == expected, f"{path.name}:{number}"
    assert now == text


def test_every_effect_and_command_is_in_some_transcript():
    seen = set()
    for path in FILES:
        for entry in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            records = [entry["command"]] if "command" in entry else entry.get("effects", [])
            seen |= {record["type"] for record in records}
    kinds = {kind.__name__ for union in (vagus.Command, vagus.Effect) for kind in union.__args__}
    assert kinds - seen == set()


def test_a_changed_transcript_is_noticed():
    path = FOLDER / "isolated_ticks.jsonl"
    text = path.read_text(encoding="utf-8")
    assert told(text.replace('"requests":1', '"requests":2')) == text, "effects are recomputed"
    assert told(text.replace("Check status", "Check the roof")) != text
