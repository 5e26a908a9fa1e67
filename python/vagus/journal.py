"""A journal: one engine, and the file that every command is written to before it is applied.

The file is what survives a crash. Its first line holds what a replay must start from, every further
one a time and a command, and the file is locked while it is open::

    from vagus.journal import Journal

    with Journal("state.journal", {"agents": {"list": [{"id": "main"}]}}) as journal:
        for now_ms, command in journal.entries():  # what is in it already
            journal.engine.apply(command, now_ms)
        journal.write(now_ms, command)  # on the disk when this returns
        effects = journal.engine.apply(command, now_ms)

``entries`` gives refused commands too: they are refused again, and change nothing again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import vagus
from vagus import Command, Engine, VagusError, command_from_json

try:
    import fcntl
except ModuleNotFoundError:  # no such locks on this system: one host a file is the host's promise
    fcntl = None  # type: ignore[assignment]

__all__ = ["Journal", "JournalError"]


class JournalError(VagusError, ValueError):
    """A journal that cannot be used: in use, damaged, or of another version or configuration."""


class Journal:
    """An engine and its journal.

    Attributes:
        path: the file.
        config: what its first line says; commands may have changed it since.
        engine: new: whoever opens the journal applies its entries.
    """

    def __init__(
        self, path: Path | str, config: Mapping[str, Any] | None = None, *, create: bool = True
    ) -> None:
        """Opens the journal at `path`, or makes one.

        A last line that a crash cut short was never applied; it is removed.

        Args:
            path: the file.
            config: the configuration. One that is there already must have been made with it;
                without one, that of the journal counts.
            create: whether to make a journal that is not there.

        Raises:
            JournalError: the file is in use by another process; was made by another version or with
                another configuration; is no journal; or is not there and must not, or cannot
                without a configuration, be made.
            vagus.InvalidConfig: the configuration is wrong.
            OSError: the file cannot be read or written.
        """
        self.path = Path(path)
        is_new = not self.path.exists()
        if is_new and (not create or config is None):
            raise self._refusal("there is no such journal, and no configuration to make one with")
        if is_new:
            Engine(dict(config or {}))  # a configuration that is wrong makes no file
        self._file = self._open()
        try:
            self._lines = self._complete_lines()
            self.config, self.engine = self._head(config)
        except BaseException:
            self._file.close()
            raise

    def entries(self) -> Iterator[tuple[int, Command]]:
        """The commands in the journal when it was opened, each with its time in milliseconds.

        Raises:
            JournalError: a line that is none of a journal.
        """
        for number, line in enumerate(self._lines[1:], start=2):
            now_ms, _, command = line.partition(" ")
            try:
                at = int(now_ms)
                if not 0 <= at < 1 << 53:
                    raise ValueError(f"no time in milliseconds: {now_ms[:40]}")
                entry = at, command_from_json(command)
            except ValueError as error:
                raise self._refusal(f"line {number} is damaged ({error})") from None
            yield entry

    def write(self, now_ms: int, command: Command) -> None:
        """Appends a command. It is on the disk when this returns.

        Raises:
            OSError: it could not be written. The journal is closed then, because the line may be
                there in part.
        """
        self._append(f"{now_ms} {command.to_json()}")

    def close(self) -> None:
        """Closes the file and lets other processes use it."""
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> BinaryIO:
        file = self.path.open("a+b")
        if fcntl is None:
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise self._refusal("is in use by another process") from None
        return file

    def _complete_lines(self) -> list[str]:
        self._file.seek(0)
        content = self._file.read()
        end = content.rfind(b"\n") + 1
        self._end = end if end < len(content) else None
        if end == 0 and not content.startswith(_FIRST_BYTES[: len(content)]):
            raise self._refusal("is no journal")
        try:
            return content[:end].decode().split("\n")[:-1]
        except UnicodeDecodeError:
            raise self._refusal("is no journal") from None

    def _cut(self) -> None:
        """Takes away what a crash left of a last line, once it is known to be a journal's."""
        if self._end is not None:
            self._file.truncate(self._end)

    def _head(self, config: Mapping[str, Any] | None) -> tuple[dict[str, Any], Engine]:
        if not self._lines:
            if config is None:
                raise self._refusal("is empty, and there is no configuration to begin with")
            plain = json.loads(json.dumps(config))
            engine = Engine(plain)
            self._cut()
            self._append(json.dumps(_head_of(engine.id_seed, plain)))
            return plain, engine
        try:
            head = json.loads(self._lines[0])
            seed, kept = int(head["id_seed"]), dict(head["config"])
            engine = Engine(kept, id_seed=seed)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self._refusal("is no journal") from None
        wanted = kept if config is None else json.loads(json.dumps(config))
        if head != _head_of(seed, wanted):
            raise self._refusal("another version or configuration; start a new journal")
        self._cut()
        return kept, engine

    def _append(self, line: str) -> None:
        try:
            self._file.write(line.encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._file.close()
            raise

    def _refusal(self, why: str) -> JournalError:
        return JournalError(f"{self.path}: {why}", field="path", value=repr(str(self.path)))


_FIRST_BYTES = b'{"vagus": '


def _head_of(id_seed: int, config: dict[str, Any]) -> dict[str, Any]:
    return {"vagus": vagus.__version__, "id_seed": id_seed, "config": config}
