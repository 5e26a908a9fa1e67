"""Session keys as text, by the reference's rules.

``SessionKey`` is for sessions that vagus makes and routes. The functions here read *any* text: the
keys of imported stores, of logs and of other systems. They are total, take linear time, accept a
``SessionKey`` wherever they take a key, and give plain text and records back::

    from vagus import keys

    keys.split("Agent:Ops:Slack:Channel:C1").rest  # 'slack:channel:c1'
    keys.chat_type("agent:ops:slack:channel:c1")  # 'channel'
"""

from __future__ import annotations

from vagus._core import (
    AgentKeyText,
    Conversation,
    CronRunSuffix,
    FeishuConversation,
    IsolatedHeartbeat,
    KeyRoute,
    MessageGroup,
    RawConversation,
    SessionEntry,
    SessionIdMatch,
    Spawn,
    TelegramTopic,
    ThreadKeys,
    ThreadSuffix,
    WakeTarget,
    feishu_conversation,
    is_valid_agent_id,
    match_session_id,
    normalize_account,
    optional_account,
    sanitized_agent_id,
    telegram_topic,
)
from vagus._core import key_agent as agent_of
from vagus._core import key_canonical as canonical
from vagus._core import key_canonical_for_agent as canonical_for_agent
from vagus._core import key_chat_type as chat_type
from vagus._core import key_conversation as conversation
from vagus._core import key_cron_run_suffix as cron_run_suffix
from vagus._core import key_delivery_route as delivery_route
from vagus._core import key_group_history as group_history_key
from vagus._core import key_group_of as group_of
from vagus._core import key_is_acp as is_acp
from vagus._core import key_is_cron as is_cron
from vagus._core import key_is_cron_run as is_cron_run
from vagus._core import key_is_harness as is_harness
from vagus._core import key_is_incognito as is_incognito
from vagus._core import key_is_internal_effects as is_internal_effects
from vagus._core import key_is_subagent as is_subagent
from vagus._core import key_isolated_heartbeat as isolated_heartbeat
from vagus._core import key_main_alias as main_alias
from vagus._core import key_main_session as main_session
from vagus._core import key_needs_case_proof as needs_case_proof
from vagus._core import key_of_event as event_key
from vagus._core import key_of_message as key_of_message
from vagus._core import key_raw_conversation as raw_conversation
from vagus._core import key_request as request_key
from vagus._core import key_same_request as same_request
from vagus._core import key_scope_to_agent as scope_to_agent
from vagus._core import key_shape as shape
from vagus._core import key_split as split
from vagus._core import key_stale_heartbeats as stale_heartbeats
from vagus._core import key_store as store_key
from vagus._core import key_subagent_depth as subagent_depth
from vagus._core import key_thread_keys as thread_keys
from vagus._core import key_thread_suffix as thread_suffix
from vagus._core import key_wake_target as wake_target
from vagus._core import normalize_main_key as main_key

__all__ = [
    "AgentKeyText",
    "Conversation",
    "CronRunSuffix",
    "FeishuConversation",
    "IsolatedHeartbeat",
    "KeyRoute",
    "MessageGroup",
    "RawConversation",
    "SessionEntry",
    "SessionIdMatch",
    "Spawn",
    "TelegramTopic",
    "ThreadKeys",
    "ThreadSuffix",
    "WakeTarget",
    "agent_of",
    "canonical",
    "canonical_for_agent",
    "chat_type",
    "conversation",
    "cron_run_suffix",
    "delivery_route",
    "event_key",
    "feishu_conversation",
    "group_history_key",
    "group_of",
    "is_acp",
    "is_cron",
    "is_cron_run",
    "is_harness",
    "is_incognito",
    "is_internal_effects",
    "is_subagent",
    "is_valid_agent_id",
    "isolated_heartbeat",
    "key_of_message",
    "main_alias",
    "main_key",
    "main_session",
    "match_session_id",
    "needs_case_proof",
    "normalize_account",
    "optional_account",
    "raw_conversation",
    "request_key",
    "same_request",
    "sanitized_agent_id",
    "scope_to_agent",
    "shape",
    "split",
    "stale_heartbeats",
    "store_key",
    "subagent_depth",
    "telegram_topic",
    "thread_keys",
    "thread_suffix",
    "wake_target",
]
