"""`vagus event`, and the journal that it writes to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import vagus
from vagus._commands import app
from vagus.journal import Journal, JournalError

RUNNER = CliRunner()
THREAD = "agent:main:slack:channel:C123:thread:456"
CONFIG: dict[str, Any] = {"agents": {"list": [{"id": "main"}]}}


@pytest.fixture(scope="module", autouse=True)
def quick_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "state.journal"
    Journal(path, CONFIG).close()
    return path


def event(state: Path, *options: str) -> Any:
    return RUNNER.invoke(app, ["event", "--text", "Task done!", "--state", str(state), *options])


def replayed(state: Path) -> vagus.Engine:
    with Journal(state) as journal:
        for now_ms, command in journal.entries():
            journal.engine.apply(command, now_ms)
        return journal.engine


def test_a_callback_waits_in_its_thread_with_a_wake(state: Path) -> None:
    done = event(state, "--mode", "now", "--session-key", THREAD, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["session_key"], told["event"]) == (THREAD.lower(), "queued")
    assert told["merged"] is False
    snapshot = replayed(state).snapshot()
    ((session, batch),) = snapshot["events"].items()
    assert session == THREAD.lower()
    route = {"channel": "slack", "to": "c123", "thread": "456"}
    assert {name: batch["events"][0]["route"][name] for name in route} == route
    assert [wake["session_key"] for wake in snapshot["wakes"]] == [session]
    assert snapshot["runs"] == [], "the host starts it"


def test_a_session_that_is_named_is_woken_in_either_mode(state: Path) -> None:
    done = event(state, "--mode", "next-heartbeat", "--session-key", THREAD, "--json")
    assert json.loads(done.stdout)["merged"] is False
    (wake,) = replayed(state).snapshot()["wakes"]
    assert wake["session_key"] == THREAD.lower()


def test_a_session_that_was_heard_of_is_known(state: Path) -> None:
    key = "agent:main:never:heard:of"
    with Journal(state) as journal:
        journal.write(1_000, vagus.PostEvent(session_key=key, text="begin"))
    assert event(state, "--session-key", key).exit_code == 0


def test_without_a_key_the_main_session_hears_of_it(state: Path) -> None:
    done = event(state)
    assert (done.exit_code, "agent:main:main" in done.stdout) == (0, True)
    assert "wake" not in done.stdout
    assert list(replayed(state).snapshot()["events"]) == ["agent:main:main"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--session-key", "agent:nobody:main"], "unknown-agent"),
        (["--agent", "nobody"], "unknown-agent"),
        (["--session-key", "global"], "shared-key"),
        (["--session-key", "agent:main:x", "--agent", "a b"], "malformed-agent"),
        (["--mode", "now", "--session-key", "agent:main:subagent:x"], "unwakeable-session-key"),
        (["--session-key", "agent:main:subagent:x"], "unwakeable-session-key"),
        (["--session-key", "agent:main:cron:j:run:r"], "unwakeable-session-key"),
        (["--session-key", "agent:main:never:heard:of"], "unknown-session-key"),
        (["--session-key", "a typing error"], "unknown-session-key"),
        (["--text", " "], "text"),
        (["--text", "x" * 20_000], "text"),
    ],
)
def test_what_may_not_be_told_is_refused_and_not_written(
    state: Path, options: list[str], why: str
) -> None:
    before = state.read_bytes()
    done = event(state, *options)
    assert done.exit_code == 1
    assert why in done.stderr
    assert state.read_bytes() == before


def test_files_that_cannot_be_used(state: Path, tmp_path: Path) -> None:
    assert event(tmp_path / "none").exit_code == 2
    assert not (tmp_path / "none").exists()
    config = tmp_path / "config.json"
    config.write_text('{"agents": {"list": [{"id": "ops"}]}}', encoding="utf-8")
    other = event(state, "--config", str(config))
    assert (other.exit_code, "start a new journal" in other.stderr) == (2, True)
    made = event(tmp_path / "new", "--config", str(config))
    assert (made.exit_code, "agent:ops:main" in made.stdout) == (0, True)
    config.write_text('{"agnts": {}}', encoding="utf-8")
    assert event(tmp_path / "newer", "--config", str(config)).exit_code == 2
    assert not (tmp_path / "newer").exists()
    assert event(state, "--mode", "later").exit_code == 2


def test_a_running_host_has_its_journal_for_itself(state: Path) -> None:
    with Journal(state, CONFIG), pytest.raises(JournalError, match="in use"):
        Journal(state)
    with Journal(state):
        done = event(state)
    assert (done.exit_code, "in use" in done.stderr) == (2, True)
    assert event(state).exit_code == 0


def test_a_configuration_that_was_replaced_counts(state: Path) -> None:
    with Journal(state) as journal:
        journal.write(5, vagus.Reconfigure({"agents": {"list": [{"id": "ops"}]}}))
    assert event(state, "--session-key", "agent:main:main").exit_code == 1
    assert "agent:ops:main" in event(state).stdout


def test_a_retry_that_falls_due_is_left_to_the_host(state: Path) -> None:
    peer = vagus.Peer("direct", "ann")
    with Journal(state) as journal:
        commands: list[vagus.Command] = [vagus.Inbound(text="hi", channel="slack", peer=peer)]
        run = None
        while commands:
            command = commands.pop(0)
            journal.write(1_000, command)
            for effect in journal.engine.apply(command, 1_000):
                match effect:
                    case vagus.ReadFiles(run_id=run):
                        commands.append(vagus.FilesRead(run_id=run, files={}))
                    case vagus.CallModel(run_id=run):
                        commands.append(vagus.ModelReplied(run_id=run, text="hello"))
                    case vagus.Deliver(run_id=run):
                        commands.append(vagus.DeliveryFailed(run_id=run, error="down"))
    assert run is not None
    assert event(state).exit_code == 0
    assert '"DeliveryFailed"' in state.read_text(encoding="utf-8").splitlines()[-1]
    assert replayed(state).snapshot()["deliveries"] == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}\n",
        "{}",
        "not json\n",
        "not json",
        "a note\nand more",
        "\xff\n",
        "[" * 100_000 + "\n",
        f'{{"vagus": "{vagus.__version__}", "id_seed": {2**70}, "config": {{}}}}\n',
    ],
    ids=range(9),
)
def test_what_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "journal"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(JournalError):
        Journal(path)
    assert path.read_text(encoding="latin-1") == content


@pytest.mark.parametrize("content", ["{", '{"agents": {"list": [{"id": "main"}]}}'])
def test_a_configuration_makes_no_journal_of_another_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(content, encoding="utf-8")
    try:
        with Journal(path, {"agents": {"list": [{"id": "main"}]}}):
            assert content == "{"  # the beginning of a first line that a crash cut short
    except JournalError:
        assert path.read_text(encoding="utf-8") == content


def test_an_event_that_there_is_no_room_for_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path, {"agents": {"list": [{"id": "main"}]}, "limits": {"sessions": 1}}):
        pass
    assert event(path, "--session-key", "agent:main:slack:channel:one").exit_code == 0
    before = path.read_bytes()
    assert event(path, "--session-key", "agent:main:slack:channel:two").exit_code == 1
    assert path.read_bytes() == before


def test_a_damaged_line_is_named_and_a_cut_one_removed(state: Path) -> None:
    with Journal(state) as journal:
        journal.write(7, vagus.Tick())
    whole = state.read_bytes()
    state.write_bytes(whole + b'8 {"type": "Ti')
    with Journal(state) as journal:
        assert list(journal.entries()) == [(7, vagus.Tick())]
    assert state.read_bytes() == whole
    state.write_bytes(whole + b"8 {}\n")
    with Journal(state) as journal, pytest.raises(JournalError, match="line 3"):
        list(journal.entries())
    state.write_bytes(whole + b'99999999999999999999 {"type": "Tick"}\n')
    with Journal(state) as journal, pytest.raises(JournalError, match="line 3"):
        list(journal.entries())
