"""What a key is and who owns it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vagus import keys

from .values import Adapter, Args, failing, record, text


def of_key(function: Callable[[str], Any]) -> Adapter:
    return lambda args: function(text(args, "key"))


def _split(args: Args) -> Any:
    return record(keys.split(text(args, "key")), agent="agentId")


def _agent_of(args: Args) -> Any:
    return keys.agent_of(text(args, "key"), text(args, "defaultAgentId"))


GRAMMAR: dict[str, Adapter] = {
    "parse_agent_session_key": _split,
    "normalize_session_key": of_key(keys.canonical),
    "classify_session_key_shape": of_key(keys.shape),
    "requires_folded_alias_proof": of_key(keys.needs_case_proof),
    "resolve_agent_id_from_session_key": failing(
        _agent_of, InvalidKey="MALFORMED_AGENT_KEY", AmbiguousAgent="AGENT_ID_REQUIRED"
    ),
    "is_cron_session_key": of_key(keys.is_cron),
    "is_cron_run_session_key": of_key(keys.is_cron_run),
    "is_subagent_session_key": of_key(keys.is_subagent),
    "is_acp_session_key": of_key(keys.is_acp),
    "is_agent_harness_session_key": of_key(keys.is_harness),
    "is_incognito_session_key": of_key(keys.is_incognito),
    "is_internal_session_effects_key": of_key(keys.is_internal_effects),
    "get_subagent_depth": of_key(keys.subagent_depth),
    "derive_session_chat_type": of_key(keys.chat_type),
}
