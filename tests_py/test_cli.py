"""The command line."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

import vagus
from vagus._commands import app
from vagus.scenario import shipped

GOOD = """
name: good
start: 2026-05-17T22:00:00Z
config: {agents: {list: [{id: main, heartbeat: {every: 5m}}]}}
steps: [{advance: 10m, expect: [{runs: {count: 2}}]}]
"""
BAD = GOOD.replace("good", "bad").replace("count: 2", "count: 3")
MANY = GOOD.replace("10m", "100m").replace("count: 2", "count: 20")


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def vagus_command(
    *arguments: str | bytes, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    code = "from vagus.cli import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        env=dict(os.environ) | {"PYTHONUTF8": "1"} | environment,
    )


@pytest.fixture
def files(tmp_path):
    paths = {}
    for name, text in {"good": GOOD, "bad": BAD, "many": MANY, "broken": "name: 3"}.items():
        paths[name] = str(tmp_path / f"{name}.vagus.yaml")
        (tmp_path / f"{name}.vagus.yaml").write_text(text)
    return paths


def test_a_good_scenario(files):
    told = invoke("run", files["good"])
    assert told.exit_code == 0
    assert "agent:main:main" in told.stdout
    assert "2 runs (2 acknowledged); prompt tokens first" in told.stdout
    assert "0 failed prechecks; 0 restarts; 0 delivered" in told.stdout
    assert "passed" in told.stdout


def test_a_failed_expectation_names_its_line(files):
    told = invoke("run", files["bad"])
    assert told.exit_code == 1
    lines = [line.strip() for line in told.stdout.splitlines()]
    place = lines.index(f"{files['bad']}:5: steps[0].expect[0].runs.count")
    assert lines[place + 1] == "number of runs: expected 3, got 2"
    assert "failed expectations: 1" in told.stdout
    assert "scenarios:" not in told.stdout


def test_of_many_runs_the_ends_are_shown(files):
    told = invoke("run", files["many"])
    assert "9 more like these" in told.stdout
    numbers = [line.split()[0] for line in told.stdout.splitlines() if line.strip()]
    assert [number for number in numbers if number.isdigit()][:11] == [
        *"01234567",
        "17",
        "18",
        "19",
    ]


def test_one_failure_among_many_is_a_failure(files):
    assert invoke("run", files["good"], files["bad"]).exit_code == 1
    assert invoke("run", files["good"], files["many"]).exit_code == 0


@pytest.mark.parametrize("name", ["broken", "missing"])
def test_an_unusable_scenario_does_not_keep_the_others_from_running(files, name):
    told = invoke("run", files.get(name, "no-such-name"), files["good"], files["bad"])
    assert told.exit_code == 2
    assert told.stderr.startswith("vagus: ")
    assert told.stderr.count("\n") == 1
    assert "2 runs (2 acknowledged)" in told.stdout
    assert "expected 3, got 2" in told.stdout
    summary = "3 scenarios: 1 passed, 1 failed, 1 unusable"
    assert told.stdout.splitlines()[-1] == summary


@pytest.fixture
def odd(tmp_path):
    text = GOOD.replace("name: good", 'name: "a\\x1b[2J\\a \\u202E…\\nstory"')
    text = text.replace("steps", 'variants: [{name: "\\x9b2J"}]\nsteps').replace(
        "count: 2", "count: 3"
    )
    path = tmp_path / "odd.vagus.yaml"
    path.write_text(text)
    return str(path)


def test_a_scenario_commands_no_terminal(odd):
    told = invoke("run", odd)
    assert told.exit_code == 1
    assert "a\\x1b[2J\\x07 \\u202e…\nstory" in told.stdout
    assert "expected 3, got 2" in told.stdout
    assert [char for char in told.stdout if not char.isprintable() and char != "\n"] == []


def test_a_mistake_commands_no_terminal(tmp_path):
    file = tmp_path / "mistake.vagus.yaml"
    file.write_text(GOOD + 'workspace: {"\\x1b[2J": 3}\n')
    told = invoke("run", str(file))
    assert told.exit_code == 2
    assert "workspace.\\x1b[2J: must be an object" in told.stderr
    assert "\x1b" not in told.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize(
    "arguments", [["isolated-ticks"], ["--json", "isolated-ticks"], ["--list"]]
)
def test_every_encoding_of_the_terminal_will_do(encoding, arguments):
    told = vagus_command("run", *arguments, PYTHONIOENCODING=encoding)
    assert (told.returncode, told.stderr) == (0, b"")
    if arguments == ["isolated-ticks"]:
        dots = "…".encode(encoding, "backslashreplace")
        assert told.stdout.count(dots + b":heartbeat-run:") == 3


@pytest.mark.parametrize("command", ["run", "explain"])
def test_arguments_that_are_no_text_are_refused(command):
    told = vagus_command(command, b"agent:main:\xff")
    assert told.returncode == 2
    assert told.stderr.startswith(b"vagus: ")
    assert rb"\udcff" in told.stderr
    assert b"Traceback" not in told.stderr


def test_a_folder_is_no_scenario(tmp_path):
    told = invoke("run", str(tmp_path))
    assert told.exit_code == 2
    assert "is a directory; name the scenario files in it" in told.stderr


def test_json(files):
    told = invoke("run", "--json", files["good"], files["bad"])
    assert told.exit_code == 1
    good, bad = json.loads(told.stdout)
    assert (good["file"], good["error"], good["passed"]) == (files["good"], None, True)
    assert good["variants"][0]["runs"][0]["session_key"] == "agent:main:main"
    (failure,) = bad["variants"][0]["failures"]
    assert bad["passed"] is False
    assert (failure["file"], failure["line"]) == (files["bad"], 5)
    assert (failure["expected"], failure["actual"]) == (3, 2)
    assert failure["message"] == "expected 3, got 2"


def test_json_of_an_unusable_scenario(files):
    told = invoke("run", "--json", files["broken"], files["good"])
    assert told.exit_code == 2
    assert told.stderr == ""
    broken, good = json.loads(told.stdout)
    assert (broken["file"], broken["passed"]) == (files["broken"], False)
    assert broken["error"].startswith(f"{files['broken']}: start: is required")
    assert good["passed"] is True


def test_the_list_as_json():
    told = invoke("run", "--list", "--json")
    assert told.exit_code == 0
    listed = json.loads(told.stdout)
    assert [each["name"] for each in listed] == list(shipped())
    assert all(each["title"] and each["description"] for each in listed)


def test_shipped_scenarios_are_listed_and_run_by_name():
    listed = invoke("run", "--list")
    assert listed.exit_code == 0
    assert all(name in listed.stdout for name in shipped())
    told = invoke("run", "isolated-ticks")
    assert told.exit_code == 0
    assert told.stdout.count("…:heartbeat-run:") == 3


def test_variants_are_named():
    told = invoke("run", "incident-84218")
    assert "a heartbeat that drowned in its own replies: reference" in told.stdout
    assert "124,349 / 111,616" in told.stdout
    assert "288 failed prechecks; 72 restarts" in told.stdout
    assert "61 more like these" in told.stdout


@pytest.mark.parametrize("arguments", [["run"], ["run", "--no-such"], ["no-such"]])
def test_usage_errors(arguments):
    assert invoke(*arguments).exit_code == 2


def test_version():
    told = invoke("--version")
    assert (told.exit_code, told.stdout) == (0, f"vagus {vagus.__version__}\n")


def rows(text: str) -> dict[str, str]:
    pairs = (line.rstrip().split("  ", 1) for line in text.splitlines())
    return {name: value.strip() for name, value in pairs}


def test_explain():
    told = invoke("explain", "Agent:Main:Slack:channel:C123:thread:456")
    assert (told.exit_code, told.stderr) == (0, "")
    assert rows(told.stdout) == {
        "canonical": "agent:main:slack:channel:c123:thread:456",
        "agent": "main",
        "kind": "channel",
        "rest": "slack:channel:c123:thread:456",
        "channel": "slack",
        "account": "none",
        "space": "none",
        "run id": "none",
        "id": "c123",
        "threads": "456",
        "isolated": "no",
        "thread": "456",
        "parent": "agent:main:slack:channel:c123",
        "delivery route": "channel slack, peer kind channel, peer id c123, thread id 456",
        "chat type": "channel",
        "isolated heartbeat": "agent:main:slack:channel:c123:thread:456:heartbeat",
    }


def test_explain_without_thread():
    told = rows(invoke("explain", "agent:main:main").stdout)
    assert {told[name] for name in ("thread", "parent", "delivery route")} == {"none"}
    assert told["isolated heartbeat"] == "agent:main:main:heartbeat"


def test_explain_shows_every_part_of_a_key():
    told = rows(invoke("explain", "agent:a:cron:nightly:run:7:heartbeat").stdout)
    assert told.keys() >= {name.replace("_", " ") for name in PARTS}
    assert (told["space"], told["id"], told["run id"]) == ("cron", "nightly", "7")
    assert told["isolated"] == "yes"


PARTS = [name for name in dir(vagus.KeyParts) if not name.startswith(("_", "to_"))]


def test_explain_as_json():
    told = json.loads(invoke("explain", "agent:main:slack:biz:direct:u1", "--json").stdout)
    assert told.keys() >= {"error", *PARTS}
    assert told["error"] is None
    assert (told["account"], told["id"], told["thread"]) == ("biz", "u1", None)
    assert told["delivery_route"]["peer_id"] == "u1"


def test_explain_shows_how_text_that_is_no_key_is_read():
    told = invoke("explain", "Slack:Channel:C1:Thread:5")
    assert told.exit_code == 2
    assert told.stderr.startswith("vagus: session_key: must start with 'agent:'")
    read = rows(told.stdout)
    assert (read["canonical"], read["shape"]) == ("slack:channel:c1:thread:5", "legacy_or_alias")
    assert (read["split"], read["thread"], read["parent"]) == ("none", "5", "Slack:Channel:C1")


def test_explain_splits_agent_keys_that_are_refused():
    told = invoke("explain", "agent:O p s:main")
    assert told.exit_code == 2
    assert "its agent id (at byte 6) must be" in told.stderr
    assert rows(told.stdout)["split"] == "agent o p s, rest main"


def test_explain_as_json_of_what_is_no_key():
    told = invoke("explain", "--json", "agent:")
    assert (told.exit_code, told.stderr) == (2, "")
    read = json.loads(told.stdout)
    assert read["shape"] == "malformed_agent"
    assert read["error"].startswith("session_key: ends where ':'")


def test_a_key_commands_no_terminal():
    for text in ("agent:main:\x1b[2J\u202e", "\x1b[2J\x9b1m"):
        told = invoke("explain", text)
        shown = told.stdout + told.stderr
        assert "\\x1b[2" in shown
        assert [char for char in shown if not char.isprintable() and char != "\n"] == []


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


@pytest.mark.parametrize("missing", ["typer", "rich", "yaml"])
def test_without_the_extra_the_hint_says_what_to_install(missing):
    code = f"import sys; sys.modules[{missing!r}] = None\nfrom vagus.cli import main\nmain()"
    told = python(code)
    assert told.returncode == 2
    assert missing in told.stderr
    assert "pip install 'vagus[cli]'" in told.stderr
    assert "Traceback" not in told.stderr


def test_another_missing_module_is_not_hidden():
    code = "import sys; sys.modules['vagus.scenario'] = None\nfrom vagus.cli import main\nmain()"
    assert "ModuleNotFoundError" in python(code).stderr


def test_the_entry_point_runs():
    code = (
        "import sys; sys.argv[1:] = ['explain', 'agent:a:main']\nfrom vagus.cli import main\nmain()"
    )
    told = python(code)
    assert told.returncode == 0
    assert "agent:a:main" in told.stdout


@pytest.mark.parametrize("module", ["vagus", "vagus.testing"])
def test_importing_needs_no_extra(module):
    code = (
        f"import sys, {module}\n"
        "print([name for name in ('yaml', 'typer', 'rich') if name in sys.modules])"
    )
    assert python(code).stdout == "[]\n"
