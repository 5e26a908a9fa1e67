"""Scripted models: what answers a harness's prompts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeGuard

from vagus import InvalidInput, Message, ModelFailed, ModelReplied, StreamModel
from vagus._errors import name_and_text
from vagus.testing.records import Chunk, ModelCall, Reply
from vagus.testing.spans import refusal, span_ms

Answer = str | Reply | Sequence[Message]
"""What a model may say: text, a `Reply`, or messages that end with the reply."""

Model = Callable[[ModelCall], Answer]
Script = Sequence[Answer | Exception]


Mistake = InvalidInput | AssertionError
"""What the author of a test must see: an answer that is none, or an assertion that is false."""


_ANSWERS = "must answer with text, a Reply or messages, or fail with an exception"
_MODELS = "must be a function, or a list of answers (text, a Reply, messages or an exception)"


class ScriptedFailure(Exception):
    """A failure of the model that a run shows in exactly these words."""


Said = StreamModel | ModelReplied | ModelFailed
"""What a model tells the engine."""


class Asked(NamedTuple):
    """What to tell the engine, each how long after the call, and what the author must see."""

    commands: Sequence[tuple[int, Said]]
    mistake: Mistake | None = None


def as_model(model: Model | Script) -> Model:
    """`model` itself, or a function that answers with one entry of a script after the other.

    The last entry is repeated for ever; an exception in the script is raised.

    Raises:
        InvalidInput: neither a function nor a script of at least one answer.
    """
    if callable(model):
        return model
    if isinstance(model, str) or not isinstance(model, Sequence) or not model:
        raise refusal("model", model, _MODELS)
    for answer in model:
        if not isinstance(answer, Exception):
            as_reply(answer)
    entries = list(model)

    def scripted(call: ModelCall) -> Answer:
        entry = entries[0] if len(entries) == 1 else entries.pop(0)
        if isinstance(entry, Exception):
            raise entry
        return entry

    return scripted


def as_reply(answer: object) -> Reply:
    """The `Reply` that `answer` stands for.

    Raises:
        InvalidInput: `answer` is not an `Answer`.
    """
    if isinstance(answer, Reply):
        if not isinstance(answer.messages, list | tuple):
            raise refusal("messages", answer.messages, "must be a list or tuple of messages")
        return answer
    if isinstance(answer, str):
        return Reply(text=answer)
    if _are_messages(answer):
        return Reply(text=answer[-1].text, messages=tuple(answer[:-1]))
    if inspect.iscoroutine(answer):
        answer.close()
    raise refusal("model", answer, f"{_ANSWERS}, not {type(answer).__name__}")


def _are_messages(answer: object) -> TypeGuard[Sequence[Message]]:
    if not isinstance(answer, list | tuple):
        return False
    return len(answer) > 0 and all(isinstance(message, Message) for message in answer)


def ask(model: Model | None, call: ModelCall, latency_ms: int) -> Asked:
    """What `model` answers to `call`.

    Its exceptions are failures of the model, but for a false assertion, which is the test's own.
    """
    if model is None:
        return blame(call.run_id, refusal("model", None, "none was given; see Harness.model"))
    try:
        answer = model(call)
    except AssertionError as error:
        return blame(call.run_id, error)
    except Exception as error:
        return Asked([(latency_ms, ModelFailed(run_id=call.run_id, error=told(error)))])
    try:
        return Asked(_said(as_reply(answer), call.run_id, latency_ms))
    except InvalidInput as error:
        return blame(call.run_id, error)
    except Exception as error:  # an object that only looks like an answer
        return blame(call.run_id, refusal("model", answer, f"{_ANSWERS} ({told(error)})"))


def _said(reply: Reply, run_id: str, latency_ms: int) -> list[tuple[int, Said]]:
    if reply.ends not in (0, 1, 2):
        raise refusal("ends", reply.ends, "must be 0, 1 or 2")
    said: list[tuple[int, Said]] = []
    at_ms = 0
    for each in reply.stream:
        chunk = each if isinstance(each, Chunk) else Chunk(each)
        at_ms += span_ms(chunk.after, "after")
        piece = StreamModel(
            run_id=run_id, delta=chunk.delta, text=chunk.text, tool=chunk.tool, seq=chunk.seq
        )
        said.append((at_ms, piece))
    after_ms = latency_ms if reply.after is None else span_ms(reply.after, "after")
    done = ModelReplied(
        run_id=run_id,
        text=reply.text,
        messages=reply.messages,
        input_tokens=reply.input_tokens,
    )
    return said + [(max(at_ms, after_ms), done)] * reply.ends


def blame(run_id: str, error: Mistake) -> Asked:
    """Ends the run `run_id` as failed, because of something that the test's author must see."""
    return Asked([(0, ModelFailed(run_id=run_id, error=told(error)))], error)


def told(error: Exception) -> str:
    """The type and text of `error`, printable."""
    words = str(error) if isinstance(error, ScriptedFailure) else name_and_text(error)
    return words.encode(errors="replace").decode()
