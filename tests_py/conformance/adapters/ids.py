"""Agent, account and main-key names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import vagus
from vagus import keys

from .values import Adapter, text


def of_value(function: Callable[[str], Any]) -> Adapter:
    return lambda args: function(text(args, "value"))


IDS: dict[str, Adapter] = {
    "normalize_agent_id": of_value(lambda value: vagus.normalize_agent_id(value, lenient=True)),
    "normalize_agent_id_strict": of_value(keys.sanitized_agent_id),
    "is_valid_agent_id": of_value(keys.is_valid_agent_id),
    "normalize_account_id": of_value(keys.normalize_account),
    "normalize_optional_account_id": of_value(keys.optional_account),
    "normalize_main_key": of_value(keys.main_key),
}
