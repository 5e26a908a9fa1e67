"""The commands `route` and `lint`: every exit code, every error path."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from vagus._commands import app
from vagus._commands.config_file import MAX_JSON_BYTES
from vagus.scenario.document import MAX_BYTES

CONFIG = """
agents: {list: [{id: main, default: true}, {id: ops}, {id: mods}]}
session: {dm_scope: per-channel-peer}
bindings:
  - {agent: ops, match: {channel: slack, peer: {kind: channel, id: C7}}}
  - agent: mods
    match: {channel: discord, guild: G1, roles: [mod], account: "*"}
  - {agent: gone, match: {channel: telegram, account: "*"}}
"""
CLEAN = """
agents: {list: [{id: main, default: true}, {id: ops}]}
session: {dm_scope: per-channel-peer}
bindings: [{agent: ops, match: {channel: slack, account: "*"}}]
"""
WARNED = CLEAN.replace("per-channel-peer", "main")
BROKEN = """
agents: {list: [{id: main}]}
bindings:
  - {agent: main}
"""


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def rows(text: str) -> dict[str, str]:
    pairs = (line.rstrip().split("  ", 1) for line in text.splitlines())
    return {name: value.strip() for name, value in pairs}


@pytest.fixture
def write(tmp_path):
    def written(content: str | bytes, name: str = "config.yaml") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return written


@pytest.fixture
def config(write):
    return write(CONFIG)


# ---- route ----------------------------------------------------------------------------------


def test_a_route(config):
    told = invoke(
        *("route", "--config", config, "--channel", "slack", "--peer", "channel:C7"),
        *("--thread", "1712.5"),
    )
    assert (told.exit_code, told.stderr) == (0, "")
    assert rows(told.stdout) == {
        "agent": "ops",
        "session": "agent:ops:slack:channel:c7:thread:1712.5",
        "main session": "agent:ops:main",
        "parent session": "agent:ops:slack:channel:c7",
        "matched by": "binding.peer",
        "binding": "bindings[0]",
        "channel": "slack",
        "account": "default",
        "dm scope": "per-channel-peer",
        "group scope": "per-group",
        "last route policy": "session",
    }


@pytest.mark.parametrize(
    ("options", "matched_by", "session"),
    [
        (["--channel", "web"], "default", "agent:main:main"),
        (
            ["--channel", "slack", "--peer", "direct:a:b"],
            "default",
            "agent:main:slack:direct:a:b",
        ),
        (
            ["--channel", "slack", "--peer", "group:C8", "--parent-peer", "channel:C7"],
            "binding.peer.parent",
            "agent:ops:slack:group:c8",
        ),
        (
            ["--channel", "discord", "--guild", "G1", "--role", "a", "--role", "mod"],
            "binding.guild+roles",
            "agent:mods:main",
        ),
        (
            ["--channel", "discord", "--guild", "G1", "--team", "T", "--account", "biz"],
            "default",
            "agent:main:main",
        ),
    ],
)
def test_every_option_of_a_message_counts(config, options, matched_by, session):
    told = invoke("route", "--config", config, "--json", *options)
    assert told.exit_code == 0
    route = json.loads(told.stdout)["route"]
    assert (route["matched_by"], route["session_key"]) == (matched_by, session)


def test_an_account_reaches_the_route(config):
    told = invoke("route", "--config", config, "--channel", "slack", "--account", "Biz")
    assert rows(told.stdout)["account"] == "biz"


def test_no_route_and_why(config):
    told = invoke("route", "--config", config, "--channel", "telegram")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == (
        "vagus: no route: bindings[2].agent: is not an agent in agents.list, "
        'got "gone" (unknown_agent)\n'
    )


def test_several_agents_and_no_default_are_no_route(write):
    file = write("agents: {list: [{id: a}, {id: b}]}")
    told = invoke("route", "--config", file, "--channel", "slack")
    assert told.exit_code == 1
    assert "(ambiguous_agent)" in told.stderr


def test_an_explained_route(config):
    told = invoke("route", "--config", config, "--channel", "slack", "--explain")
    assert (told.exit_code, told.stderr) == (0, "")
    assert "Agent main, session agent:main:main, by default" in told.stdout
    assert "bindings[0] ops binding.peer rejected the message has no peer" in (
        " ".join(told.stdout.split())
    )


def test_an_explained_refusal(config):
    told = invoke("route", "--config", config, "--channel", "telegram", "--explain")
    assert told.exit_code == 1
    assert "any account -> bindings[2]" in told.stdout
    assert told.stderr.startswith("vagus: no route: bindings[2].agent: ")


def test_json_of_routes_and_refusals(config):
    found = json.loads(invoke("route", "--config", config, "--channel", "slack", "--json").stdout)
    assert found.keys() == {"error", "route", "failure"}
    assert (found["error"], found["failure"]) == (None, None)
    told = invoke("route", "--config", config, "--channel", "telegram", "--json")
    assert (told.exit_code, told.stderr) == (1, "")
    refused = json.loads(told.stdout)
    assert refused["route"] is None
    assert refused["failure"]["code"] == "unknown_agent"
    why = invoke("route", "--config", config, "--channel", "telegram", "--json", "--explain")
    assert len(json.loads(why.stdout)["tiers"]) == 9


@pytest.mark.parametrize("option", ["--peer", "--parent-peer"])
@pytest.mark.parametrize("peer", ["C7", "dm:1", ":1", ""])
def test_a_peer_is_a_kind_and_an_id(config, option, peer):
    told = invoke("route", "--config", config, "--channel", "slack", option, peer)
    assert told.exit_code == 2
    assert "KIND:ID" in told.stderr


def test_a_message_that_no_channel_sends_is_refused(config):
    told = invoke("route", "--config", config, "--channel", "x" * 5000)
    assert told.exit_code == 1
    assert "no route: channel: longer than 4096 bytes" in told.stderr


def test_arguments_that_are_no_text_are_unusable(config):
    told = invoke("route", "--config", config, "--channel", "\udcff")
    assert told.exit_code == 2
    assert told.stderr.startswith("vagus: query.channel: not valid Unicode")


@pytest.mark.parametrize("missing", [["--config", "x.yaml"], ["--channel", "slack"]])
def test_configuration_and_channel_must_be_named(missing):
    assert invoke("route", *missing).exit_code == 2


def test_a_wrong_configuration_names_file_line_and_path(write):
    file = write(BROKEN)
    told = invoke("route", "--config", file, "--channel", "slack")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == f"vagus: {file}:4: bindings[0].match: is required\n"
    as_json = invoke("route", "--config", file, "--channel", "slack", "--json")
    assert (as_json.exit_code, as_json.stderr) == (2, "")
    assert json.loads(as_json.stdout) == {"error": f"{file}:4: bindings[0].match: is required"}


# ---- lint -----------------------------------------------------------------------------------


def test_a_clean_configuration(write):
    told = invoke("lint", "--config", write(CLEAN), "--strict")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.strip() == "no findings"


def test_an_error(config):
    told = invoke("lint", "--config", config)
    assert (told.exit_code, told.stderr) == (1, "")
    head, found = (
        line.split()
        for line in told.stdout.splitlines()
        if "unknown-" in line or "severity" in line
    )
    assert head == ["severity", "code", "place", "path", "what"]
    assert found[:4] == ["error", "unknown-agent", f"{config}:8", "bindings[2].agent"]


def test_a_warning_counts_when_strict(write):
    file = write(WARNED)
    told = invoke("lint", "--config", file)
    assert told.exit_code == 0
    assert "shared-main" in told.stdout
    assert "(see bindings[0])" in " ".join(told.stdout.split())
    assert invoke("lint", "--config", file, "--strict").exit_code == 1


def test_information_never_counts(write):
    file = write(CLEAN.replace("{id: ops}", "{id: ops}, {id: idle}"))
    told = invoke("lint", "--config", file, "--strict")
    assert told.exit_code == 0
    assert "unreachable-agent" in told.stdout


def test_a_configuration_that_does_not_load_is_a_finding(write):
    told = invoke("lint", "--config", write(BROKEN))
    assert told.exit_code == 1
    assert "bindings[0].match  is required" in told.stdout


def test_findings_as_json(write):
    file = write(WARNED)
    told = invoke("lint", "--config", file, "--json", "--strict")
    assert told.exit_code == 1
    found = json.loads(told.stdout)
    assert (found["file"], found["error"]) == (file, None)
    codes = [each["code"] for each in found["findings"]]
    assert codes == ["shared-main", "shared-main"]
    assert found["findings"][0]["place"] == f"{file}:3"
    assert found["findings"][0]["path"] == "session.dm_scope"


# ---- files ----------------------------------------------------------------------------------

UNREADABLE = [
    ("config.yaml", "a: [", "configuration: not YAML: "),
    ("config.yaml", "", "configuration: is empty"),
    ("config.yaml", "seed: a\nseed: b\n", ":2: seed: given twice"),
    ("config.yaml", "seed: !!python/name:os.system x\n", "seed: has an unknown tag: "),
    ("config.yaml", b"seed: \xff\n", "configuration: cannot be read: 'utf-8'"),
    ("config.yaml", "#" * (MAX_BYTES + 1), f"larger than {MAX_BYTES:,} bytes; as JSON"),
    ("config.json", "{", "configuration: not JSON: "),
    ("config.json", "", "configuration: not JSON: "),
    ("config.json", '{"seed": "a", "seed": "b"}', "not JSON: the field 'seed' is given twice"),
    ("config.json", '{"seed": NaN}', "not JSON: NaN is no number"),
    ("config.JSON", '{"seed": ' + "1" * 5000 + "}", "configuration: not JSON: "),
    ("config.json", "[" * 100_000, "configuration: nested too deeply"),
    ("config.json", b'{"seed": "\xff"}', "configuration: cannot be read: 'utf-8'"),
]


@pytest.mark.parametrize(("name", "content", "why"), UNREADABLE)
def test_files_that_cannot_be_read(write, name, content, why):
    file = write(content, name)
    for command in (["lint"], ["route", "--channel", "slack"]):
        told = invoke(*command, "--config", file)
        assert (told.exit_code, told.stdout) == (2, "")
        assert told.stderr.startswith(f"vagus: {file}")
        assert why in told.stderr
        assert told.stderr.count("\n") == 1
    as_json = json.loads(invoke("lint", "--config", file, "--json").stdout)
    assert as_json["findings"] == []
    assert why in as_json["error"]


def test_files_that_are_too_large_for_json(write, monkeypatch):
    monkeypatch.setattr("vagus._commands.config_file.MAX_JSON_BYTES", 10)
    told = invoke("lint", "--config", write('{"seed": "' + "a" * 10 + '"}', "config.json"))
    assert told.exit_code == 2
    assert told.stderr.endswith("larger than 10 bytes\n")
    assert MAX_JSON_BYTES > MAX_BYTES


@pytest.mark.parametrize(
    ("name", "why"),
    [("no-such.yaml", "No such file"), ("", "is a directory"), ("a\0b", "null byte")],
)
def test_names_that_are_no_files(tmp_path, name, why):
    told = invoke("lint", "--config", str(tmp_path / name))
    assert told.exit_code == 2
    assert why in told.stderr


def test_json_and_yaml_say_the_same(write):
    value = {"agents": {"list": [{"id": "a"}, {"id": "b"}]}, "session": {"dm_scope": "per-peer"}}
    findings = []
    for name in ("c.json", "c.yaml"):
        told = invoke("lint", "--config", write(json.dumps(value), name), "--json")
        found = json.loads(told.stdout)["findings"]
        assert all(each.pop("place").endswith(name) or name == "c.yaml" for each in found)
        findings.append(found)
    assert findings[0] == findings[1] != []


def test_a_half_character_in_json_is_told(write):
    told = invoke("lint", "--config", write('{"seed": "\\udcff"}', "config.json"))
    assert told.exit_code == 1
    assert "\\udcff" in told.stdout or "not valid" in told.stdout


@pytest.mark.parametrize("command", [["lint"], ["route", "--channel", "s", "--explain"]])
def test_a_configuration_commands_no_terminal(write, command):
    file = write('bindings: [{agent: "a", match: {channel: "\\x1b[2J\\u202e"}, "\\x1b[1m": 1}]\n')
    told = invoke(*command, "--config", file)
    shown = told.stdout + told.stderr
    assert told.exit_code in (1, 2)
    assert "\\x1b[1m" in shown
    assert [char for char in shown if not char.isprintable() and char != "\n"] == []


def test_a_message_commands_no_terminal(config):
    told = invoke(
        *("route", "--config", config, "--channel", "slack", "--explain"),
        *("--peer", "channel:\x1b[2J\u202e", "--thread", "\x9b2J"),
    )
    assert told.exit_code == 0
    shown = told.stdout + told.stderr
    assert [char for char in shown if not char.isprintable() and char != "\n"] == []
