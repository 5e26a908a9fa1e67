"""`vagus explain`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from vagus import InvalidInput, SessionKey, keys
from vagus._commands.terminal import UNUSABLE, print_error, print_json, print_rows


def explain(
    key: Annotated[str, typer.Argument(help="A session key, or text that may be one.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the reading as JSON.")] = False,
) -> None:
    """Show how a session key is read.

    Text that is no session key is shown as `vagus.keys` reads it, and why it is refused.
    Exit code 0: it is a key; 2: it is not.
    """
    try:
        reading, refusal = _of_key(SessionKey.parse(key)), None
    except InvalidInput as error:
        reading, refusal = _of_text(key), error
    if as_json:
        print_json({"error": None if refusal is None else str(refusal)} | reading)
    elif reading:
        print_rows(reading)
    if refusal is not None:
        if not as_json:
            print_error(refusal)
        raise typer.Exit(UNUSABLE)


def _of_key(key: SessionKey) -> dict[str, Any]:
    parts = {"channel": None, "account": None, "space": None, "run_id": None} | key.parts.to_dict()
    route = keys.delivery_route(key)
    return {
        "canonical": str(key),
        "agent": parts.pop("agent"),
        "kind": parts.pop("kind"),
        "rest": key.rest,
        **parts,
        "thread": key.thread_id,
        "parent": None if key.thread_parent is None else str(key.thread_parent),
        "delivery_route": None if route is None else route.to_dict(),
        "chat_type": keys.chat_type(key),
        "isolated_heartbeat": str(key.isolated()),
    }


def _of_text(text: str) -> dict[str, Any]:
    try:
        shape = keys.shape(text)
    except InvalidInput:  # an argument that is not even text
        return {}
    split, route = keys.split(text), keys.delivery_route(text)
    thread = keys.thread_suffix(text)
    return {
        "canonical": keys.canonical(text),
        "shape": shape,
        "split": None if split is None else split.to_dict(),
        "request_key": keys.request_key(text),
        "thread": thread.thread_id,
        "parent": None if thread.thread_id is None else thread.base,
        "delivery_route": None if route is None else route.to_dict(),
        "chat_type": keys.chat_type(text),
    }
