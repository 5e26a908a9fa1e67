"""Exact counters of tokens, from packages that may be installed.

A counter is any callable that takes a list of texts and returns a list of ints. Those here never
download anything::

    from vagus import Message, counters, pricing

    counter = counters.bpe_openai("o200k_base")
    pricing.count_messages([Message.of("user", "Hi.")], counter)
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from vagus._errors import InvalidInput

__all__ = ["Counter", "bpe_openai", "tiktoken"]

Counter: TypeAlias = Callable[[Sequence[str]], list[int]]
"""Takes texts, returns the tokens of each."""

_no_downloads = threading.Lock()


def bpe_openai(name: str) -> Counter:
    """A counter with a vocabulary that the package ``bpe-openai`` holds.

    Args:
        name: that of the vocabulary, such as ``o200k_base``.

    Raises:
        InvalidInput: the package is not installed, or does not have the vocabulary.
    """
    package = _installed("bpe_openai", extra="bpe-openai")
    try:
        encoding = package.get_encoding(name)
    except Exception as error:
        raise _unknown(name, "bpe-openai", error) from error
    return _counter(encoding)


def tiktoken(name: str) -> Counter:
    """A counter with a vocabulary that ``tiktoken`` has in its cache.

    ``tiktoken`` itself would fetch a vocabulary that is not there; this does not let it. Set
    ``TIKTOKEN_CACHE_DIR`` to a folder that has it.

    Args:
        name: that of the vocabulary, such as ``o200k_base``.

    Raises:
        InvalidInput: the package is not installed, or does not have the vocabulary at hand.
    """
    package = _installed("tiktoken", extra="tiktoken")
    load: Any = importlib.import_module("tiktoken.load")
    with _no_downloads:
        fetch = load.read_file
        load.read_file = _refuse_to_fetch
        try:
            encoding = package.get_encoding(name)
        except Exception as error:
            raise _unknown(name, "tiktoken", error) from error
        finally:
            load.read_file = fetch
    return _counter(encoding)


def _counter(encoding: Any) -> Counter:
    def count(texts: Sequence[str]) -> list[int]:
        # Ordinary: what looks like a special token is text in a message.
        return [len(encoding.encode_ordinary(text)) for text in texts]

    return count


def _installed(module: str, *, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        message = f"{module}: not installed, pip install 'vagus[{extra}]' has it"
        raise InvalidInput(message, field="package", value=module) from error


def _unknown(name: object, package: str, error: Exception) -> InvalidInput:
    message = f"name: no vocabulary that {package} has here, got {name!r} ({error})"
    return InvalidInput(message, field="name", value=repr(name)[:60])


def _refuse_to_fetch(path: str) -> bytes:
    raise OSError(f"{path} is not in the cache, and nothing is downloaded")
