"""`vagus event`."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

import vagus
from vagus._commands.config_file import read_config
from vagus._commands.terminal import BAD, GOOD, UNUSABLE, print_error, print_json, print_rows
from vagus.journal import Journal, JournalError
from vagus.keys import delivery_route

_NO_HOST = "no host is running"
_MAIN = "main"


class Mode(StrEnum):
    """When the session is to look at what it is told."""

    NOW = "now"
    NEXT_HEARTBEAT = "next-heartbeat"


class _NotTaken(Exception):
    """Somebody asked for a session that may not have it."""


def event(
    text: Annotated[str, typer.Option(help="What happened.")],
    state: Annotated[Path, typer.Option(metavar="FILE", help="The journal of a host.")],
    mode: Annotated[
        Mode,
        typer.Option(
            help="Wake the main session, or leave it to its next run. A session that is named is "
            "woken, for nothing else looks after it."
        ),
    ] = Mode.NEXT_HEARTBEAT,
    session_key: Annotated[
        str, typer.Option(metavar="KEY", help="The session; else the agent's main one.")
    ] = _MAIN,
    agent: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose session a key without an agent is.")
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The configuration; needed to make a new journal."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was queued as JSON.")] = False,
) -> None:
    """Tell a session that something happened.

    The answer goes where the session's last message came from, else where its key says. The host
    that the journal belongs to finds the event when it starts; while it runs, the journal is its
    own, and this command is refused.
    Exit code 0: it is queued; 1: that session is not known, or may not be told, or not now; 2: a
    file or option cannot be used.
    """
    try:
        given = None if config is None else read_config(config).value
        with Journal(state, given) as journal:
            told = _told(journal, text=text, mode=mode, session_key=session_key, agent=agent)
    except (vagus.InvalidConfig, OSError, JournalError) as error:
        print_error(error)
        raise typer.Exit(UNUSABLE) from None
    except (_NotTaken, vagus.VagusError) as error:
        print_error(error)
        raise typer.Exit(BAD) from None
    print_json(told) if as_json else print_rows(told)
    raise typer.Exit(GOOD)


def _told(
    journal: Journal, *, text: str, mode: Mode, session_key: str, agent: str | None
) -> dict[str, Any]:
    """Applies the journal and then the event, which is written only if the engine takes it."""
    config: dict[str, Any] = journal.config
    now_ms = 0
    for now_ms, command in journal.entries():
        try:
            journal.engine.apply(command, now_ms)
        except vagus.VagusError:  # it was refused then, too
            continue
        if isinstance(command, vagus.Reconfigure):
            config = command.config
    wakes = mode is Mode.NOW or session_key != _MAIN
    key = _admitted(config, session_key, agent, wakes=wakes)
    if wakes and key.kind != "main":
        _check_known(journal.engine, key)
    post = vagus.PostEvent(
        session_key=key,
        text=text,
        wake="wake" if wakes else None,
        reply_in_session=True,
    )
    now_ms = max(now_ms, time.time_ns() // 1_000_000)
    told = _apply(journal, now_ms, post)
    return {name: value for effect in told for name, value in _shown(effect).items()}


def _admitted(
    config: dict[str, Any], session_key: str, agent: str | None, *, wakes: bool
) -> vagus.SessionKey:
    policy = vagus.AdmissionPolicy.from_config(config)
    admission = vagus.admit(session_key, vagus.Operator(agent=agent), policy)
    if admission.session_key is None:
        raise _NotTaken(f"{admission.code}: {admission.reason}")
    key = admission.session_key
    if key.kind == "cron_run" or (wakes and key.kind == "subagent"):
        # Its news would wake another session than the one that was named.
        raise _NotTaken(f"unwakeable-session-key: session_key: cannot be woken, got {str(key)!r}")
    return key


def _check_known(engine: vagus.Engine, key: vagus.SessionKey) -> None:
    """Refuses a session that nobody has heard of and whose key does not say where to answer."""
    known = {session["session_key"] for session in engine.snapshot()["sessions"]}
    if str(key) not in known and delivery_route(key) is None:
        raise _NotTaken(
            f"unknown-session-key: session_key: no such session, and no place to answer, "
            f"got {str(key)!r}"
        )


def _apply(journal: Journal, now_ms: int, post: vagus.PostEvent) -> list[vagus.Effect]:
    told = journal.engine.apply(post, now_ms)  # no host runs: nothing is lost if writing fails
    journal.write(now_ms, post)
    for effect in told:
        if isinstance(effect, vagus.Deliver):  # a retry that fell due; the host will make the next
            failed = vagus.DeliveryFailed(run_id=effect.run_id, error=_NO_HOST)
            journal.write(now_ms, failed)
            journal.engine.apply(failed, now_ms)
    return told


def _shown(effect: vagus.Effect) -> dict[str, Any]:
    match effect:
        case vagus.EventPosted():
            return {"session_key": str(effect.session_key), "event": effect.receipt}
        case vagus.WakeQueued(kind="wake"):
            return {"wake": effect.wake, "wake_due_ms": effect.due_ms, "merged": effect.merged}
    return {}
