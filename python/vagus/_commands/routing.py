"""`vagus route` and `vagus lint`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, get_args

import typer

from vagus import (
    Finding,
    InvalidConfig,
    InvalidInput,
    Route,
    RouteExplanation,
    Router,
    VagusError,
    lint,
)
from vagus._commands.config_file import ConfigFile, read_config
from vagus._commands.terminal import (
    BAD,
    GOOD,
    UNUSABLE,
    console,
    print_error,
    print_json,
    print_rows,
    print_table,
)
from vagus.scenario.report import printable
from vagus.types import PeerKind

_KINDS = get_args(PeerKind)
_PEER = "KIND:ID"

_Config = Annotated[
    str, typer.Option("--config", metavar="FILE", help="A configuration, YAML or JSON.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def route(
    config: _Config,
    channel: Annotated[str, typer.Option(help="The network: slack, discord, telegram, ...")],
    account: Annotated[str | None, typer.Option(help="The bot account that got it.")] = None,
    peer: Annotated[
        str | None, typer.Option(metavar=_PEER, help="Who wrote, or the room: direct:U1.")
    ] = None,
    parent_peer: Annotated[
        str | None, typer.Option(metavar=_PEER, help="The room that a thread hangs below.")
    ] = None,
    guild: Annotated[str | None, typer.Option(help="The server that the room belongs to.")] = None,
    team: Annotated[str | None, typer.Option(help="The workspace of the room.")] = None,
    role: Annotated[
        list[str] | None, typer.Option(help="A role of the sender; repeatable.")
    ] = None,
    thread: Annotated[str | None, typer.Option(help="The thread inside the room.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, tier by tier.")] = False,
    as_json: _Json = False,
) -> None:
    """Show which agent answers a message, and in which session.

    Exit code 0: there is a route; 1: there is none, and why; 2: the configuration, or what the
    message is said to be, cannot be used.
    """
    fields = {
        "channel": channel,
        "account": account,
        "peer": _peer(peer, "--peer"),
        "parent_peer": _peer(parent_peer, "--parent-peer"),
        "guild": guild,
        "team": team,
        "roles": role or [],
        "thread": thread,
    }
    try:
        told = _explained(read_config(config), fields)
    except InvalidInput as error:
        if as_json:
            print_json({"error": str(error)})
        else:
            print_error(error)
        raise typer.Exit(UNUSABLE) from None
    _print_route(told, explain=explain, as_json=as_json)
    raise typer.Exit(BAD if told.route is None else GOOD)


def _peer(text: str | None, option: str) -> dict[str, str] | None:
    if text is None:
        return None
    kind, colon, id_ = text.partition(":")
    if not colon or kind not in _KINDS:
        words = f"must be {_PEER}, the kind one of {', '.join(_KINDS)}; got {text!r}"
        raise typer.BadParameter(str(printable(words)), param_hint=option)
    return {"kind": kind, "id": id_}


def _explained(file: ConfigFile, fields: dict[str, Any]) -> RouteExplanation:
    try:
        router = Router(file.value)
    except VagusError as error:
        field = error.field
        raise InvalidConfig(f"{file.place(field)}: {error}", field=field) from None
    return router.explain({name: value for name, value in fields.items() if value is not None})


def _print_route(told: RouteExplanation, *, explain: bool, as_json: bool) -> None:
    if as_json:
        made = told.to_dict()
        shown = made if explain else {name: made.get(name) for name in ("route", "failure")}
        print_json({"error": None} | shown)
    elif explain:
        console().print(printable(str(told)), soft_wrap=True)
    elif told.route is not None:
        print_rows(_rows_of(told.route))
    if told.failure is not None and not as_json:
        failure = told.failure
        print_error(f"no route: {failure.field}: {failure.message} ({failure.code})")


def _rows_of(found: Route) -> dict[str, Any]:
    return {
        "agent": found.agent_id,
        "session": str(found.session_key),
        "main_session": str(found.main_session_key),
        "parent_session": found.parent_session_key,
        "matched_by": found.matched_by,
        "binding": None if found.binding is None else f"bindings[{found.binding}]",
        "channel": found.channel,
        "account": found.account,
        "dm_scope": found.dm_scope,
        "group_scope": found.group_scope,
        "last_route_policy": found.last_route_policy,
    }


def lint_config(
    config: _Config,
    as_json: _Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")] = False,
) -> None:
    """Show what is wrong with a configuration, or likely to surprise.

    Exit code 0: nothing worse than warnings; 1: errors, or warnings with --strict; 2: the file
    cannot be read.
    """
    try:
        file = read_config(config)
        findings = [_Placed(finding, file.place(finding.path)) for finding in lint(file.value)]
    except InvalidConfig as error:
        if as_json:
            print_json({"file": config, "error": str(error), "findings": []})
        else:
            print_error(error)
        raise typer.Exit(UNUSABLE) from None
    if as_json:
        told = [each.to_dict() for each in findings]
        print_json({"file": config, "error": None, "findings": told})
    else:
        _print_findings(findings)
    bad = {"error", "warning"} if strict else {"error"}
    raise typer.Exit(BAD if any(each.finding.severity in bad for each in findings) else GOOD)


@dataclass(frozen=True)
class _Placed:
    """A finding, and its file and line."""

    finding: Finding
    place: str

    def to_dict(self) -> dict[str, Any]:
        return {"place": self.place} | self.finding.to_dict()


_COLUMNS = ("severity", "code", "place", "path", "what")


def _print_findings(findings: list[_Placed]) -> None:
    if not findings:
        console().print("no findings")
        return
    print_table(_COLUMNS, [_row(each) for each in findings])


def _row(placed: _Placed) -> tuple[str, ...]:
    finding = placed.finding
    related = f" (see {', '.join(finding.related)})" if finding.related else ""
    return (
        finding.severity,
        finding.code,
        placed.place,
        finding.path,
        finding.message + related,
    )
