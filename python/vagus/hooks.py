"""Webhooks: what a request asks for, before anything is done about it.

A web server authenticates a request and hands its body over. What comes back is a ``WakeHook`` (a
line for a session) or an ``AgentHook`` (a turn of an agent), or a typed error for the sender. The
session key in it is what the request or a mapping said; ``vagus.admit`` decides which session that
is::

    import vagus
    from vagus import hooks

    mappings = hooks.HookMappings([
        {"match": {"path": "deploy"}, "action": "wake", "agent_id": "ops",
         "text_template": "Deployed {{release.name}}", "session_key": "hook:deploy"},
    ])
    hook = mappings.match("deploy", {"release": {"name": "v2"}}, now_ms=0)
    hook.text  # 'Deployed v2'
    caller = vagus.HookCaller(source=hook.key_source, agent=hook.agent_id)
    vagus.admit(hook.session_key or "", caller, vagus.AdmissionPolicy(), new_id="1")

``Webhooks`` is the whole way from a web request to a command for the engine: it checks the secret,
reads the request, and asks the transforms that mappings name::

    webhooks = hooks.Webhooks(config, token="secret")
    reception = webhooks.receive("POST", "/hooks/wake", headers=headers, body=body, now_ms=now)
    if reception.call is not None:
        effects = engine.apply(reception.call, now)  # one is WebhookAnswered

Bodies have at most 262,144 bytes, and so have the texts that templates make of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from vagus._core import AgentHook, HookDoor, HookMappings, HookReception, HookResponse, WakeHook
from vagus._core import hook_idempotency_key as idempotency_key
from vagus._core import read_agent_hook as read_agent
from vagus._core import read_wake_hook as read_wake
from vagus._errors import InvalidConfig

__all__ = [
    "AgentHook",
    "HookDoor",
    "HookMappings",
    "HookReception",
    "HookResponse",
    "Transform",
    "WakeHook",
    "Webhooks",
    "idempotency_key",
    "read_agent",
    "read_wake",
]

Transform = Callable[[dict[str, Any], dict[str, Any]], Mapping[str, Any] | None]
"""Has the last word about a mapping: takes the request's body and the fields of the hook that the
mapping made of it, and gives fields to replace; ``None`` when nothing is to be done."""


class Webhooks:
    """A ``HookDoor`` with the transforms that its mappings name."""

    def __init__(
        self,
        config: Mapping[str, Any] | str,
        *,
        token: str,
        transforms: Mapping[str, Transform] | None = None,
    ) -> None:
        """Hooks of a configuration, opened by a secret.

        Args:
            config: the engine's configuration.
            token: what senders must know.
            transforms: functions by the names that mappings use for them.

        Raises:
            InvalidConfig: the configuration is wrong, or names a transform that is not given.
            InvalidInput: a blank token where hooks are enabled.
        """
        self._door = HookDoor(config if isinstance(config, str) else dict(config), token=token)
        self._transforms = dict(transforms or {})
        for name in self._door.transforms:
            if name not in self._transforms:
                raise InvalidConfig(
                    f"hooks.mappings: no such transform is given, got {name!r}",
                    field="hooks.mappings",
                    value=repr(name),
                )

    def receive(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | str | bytes = "",
        client: str = "",
        now_ms: int,
    ) -> HookReception:
        """What becomes of a web request; see `vagus.hooks.HookDoor`.

        A transform that raises, or gives something else than fields, is answered with status 500.

        Args:
            method: `POST`, in upper case.
            target: the path, with the query if there is one.
            headers: by name, in any case.
            body: as it came.
            client: the address that it came from.
            now_ms: the time.

        Returns:
            Not `handled`: the request is none of ours. Else a `response`, or a `call` for the
            engine, whose `vagus.WebhookAnswered` has the response.
        """
        door = self._door
        reception = door.receive(
            method, target, headers=dict(headers or {}), body=body, client=client, now_ms=now_ms
        )
        call = reception.call
        if call is None or reception.transform is None:
            return reception
        hook = call.wake or call.agent
        assert hook is not None
        try:
            changes = self._transforms[reception.transform](_parsed(body), hook.to_dict())
            text = None if changes is None else json.dumps(dict(changes), allow_nan=False)
        except Exception:  # whatever it does wrong must not stop the web server
            return door.transform_failed()
        return door.finish(call, text)


def _parsed(body: Mapping[str, Any] | str | bytes) -> dict[str, Any]:
    if isinstance(body, Mapping):
        return dict(body)
    read: dict[str, Any] = json.loads(body) if body.strip() else {}
    return read
