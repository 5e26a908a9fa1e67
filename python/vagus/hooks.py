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

Bodies have at most 262,144 bytes, and so have the texts that templates make of them.
"""

from __future__ import annotations

from vagus._core import AgentHook, HookMappings, WakeHook
from vagus._core import hook_idempotency_key as idempotency_key
from vagus._core import read_agent_hook as read_agent
from vagus._core import read_wake_hook as read_wake

__all__ = [
    "AgentHook",
    "HookMappings",
    "WakeHook",
    "idempotency_key",
    "read_agent",
    "read_wake",
]
