"""Threads, rooms, delivery and messages."""

from __future__ import annotations

from typing import Any

from vagus import keys

from .values import Adapter, Args, failing, given, id_text, record, text


def _thread_suffix(args: Args) -> Any:
    return record(keys.thread_suffix(text(args, "key")), base="baseSessionKey")


def _cron_run_suffix(args: Args) -> Any:
    return record(keys.cron_run_suffix(text(args, "key")), base="baseSessionKey")


def _thread_keys(args: Args) -> Any:
    made = keys.thread_keys(
        text(args, "baseSessionKey"),
        text(args, "threadId"),
        use_suffix=args.get("useSuffix", True),
        **given(args, parent="parentSessionKey"),
    )
    return record(made, key="sessionKey", parent="parentSessionKey")


def _raw_conversation(args: Args) -> Any:
    return record(keys.raw_conversation(text(args, "key")))


# The recorded answers were given without any channel's own way to read its rooms.
def _conversation(args: Args) -> Any:
    return record(
        keys.conversation(text(args, "key"), topics=False),
        base_key="baseSessionKey",
        base_id="baseConversationId",
        parents="parentConversationCandidates",
    )


def _telegram_topic(args: Args) -> Any:
    topic = keys.telegram_topic(text(args, "rawId"))
    if topic is None:
        return None
    return {
        "id": topic.chat,
        "threadId": topic.thread_id,
        "baseConversationId": topic.chat,
        "parentConversationCandidates": [topic.chat],
    }


def _delivery_route(args: Args) -> Any:
    route = record(keys.delivery_route(text(args, "key")), account="accountId")
    if route is not None and route["accountId"] is None:
        del route["accountId"]
    return route


def _message(args: Args) -> dict[str, Any]:
    context = args["ctx"]
    return {
        "sender": text(context, "From"),
        **given(context, to="To", chat_type="ChatType", provider="Provider"),
    }


def _group_of(args: Args) -> Any:
    return record(keys.group_of(**_message(args)), kind="chatType")


def _key_of_message(args: Args) -> Any:
    return keys.key_of_message(
        **_message(args),
        **given(args["ctx"], session_key="SessionKey"),
        **given(args, agent="agentId", main_key="mainKey", scope="scope"),
    )


def _group_history_key(args: Args) -> Any:
    return keys.group_history_key(
        text(args, "channel"),
        args["peerKind"],
        id_text(args.get("peerId")),
        **given(args, account="accountId"),
    )


CONVERSATIONS: dict[str, Adapter] = {
    "parse_thread_session_suffix": _thread_suffix,
    "parse_cron_run_scope_suffix": _cron_run_suffix,
    "resolve_thread_session_keys": _thread_keys,
    "parse_raw_session_conversation_ref": _raw_conversation,
    "resolve_session_conversation_ref": _conversation,
    "telegram_session_conversation": _telegram_topic,
    "parse_session_delivery_route": _delivery_route,
    "resolve_group_session_key": _group_of,
    "resolve_session_key": failing(_key_of_message, AmbiguousAgent="AGENT_ID_REQUIRED"),
    "build_group_history_key": _group_history_key,
}
