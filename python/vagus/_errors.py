"""Every error vagus raises.

::

    VagusError
    ├── InvalidInput (also a ValueError)
    │   ├── InvalidKey
    │   ├── InvalidConfig
    │   └── ScenarioError
    ├── UnknownAgent
    ├── AmbiguousAgent
    ├── ContextOverflow
    └── UnknownRun

Each names the offending field and value. A call that raises has changed nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vagus._core import Ledger


class VagusError(Exception):
    """Base of all errors of this package.

    Attributes:
        field: the argument, field or JSON path that is wrong; empty when there is none.
        value: what it held, clipped and printable.
    """

    def __init__(self, message: str, *, field: str = "", value: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.value = value


class InvalidInput(VagusError, ValueError):
    """A malformed argument, command or message."""


class InvalidKey(InvalidInput):
    """Text that is not a session key, context key or agent id."""


class InvalidConfig(InvalidInput):
    """A configuration that is wrong; ``path`` is the JSON path."""

    @property
    def path(self) -> str:
        """JSON path of the offending value, such as ``agents.list[0].heartbeat.every``."""
        return self.field


class ScenarioError(InvalidInput):
    """A scenario file that is wrong; ``path`` leads to the offending value."""

    @property
    def path(self) -> str:
        """Path of the offending value, such as ``steps[0].advance``."""
        return self.field


class UnknownAgent(VagusError):
    """A well-formed agent id that the configuration does not have."""


class AmbiguousAgent(VagusError):
    """Several agents could answer and the configuration picks none."""


class UnknownRun(VagusError):
    """A run id that the engine never handed out."""


class ContextOverflow(VagusError):
    """A prompt that cannot be made to fit its budget; ``ledger`` accounts for every token."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(
            f"the prompt is estimated at {ledger.estimated:,} tokens, "
            f"{ledger.overflow:,} beyond its budget of {ledger.budget:,}",
            field="turn",
        )
        self.ledger = ledger


def name_and_text(error: Exception) -> str:
    """The type and text of what somebody else's code raised, whatever its text does."""
    try:
        text = str(error)
    except Exception:
        text = "(its text cannot be shown)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
