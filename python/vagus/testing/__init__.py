"""Test agents without a clock, a network or a model.

`Harness` runs the engine under a virtual clock and keeps a record of everything it did.
"""

from __future__ import annotations

from vagus.testing.harness import Harness
from vagus.testing.invariants import INVARIANTS, Violation
from vagus.testing.recording import Misbehaviour, RecordingContextEngine
from vagus.testing.records import Chat, Chunk, Delivery, EngineCall, ModelCall, Reply, Run, RunList
from vagus.testing.summaries import outline

__all__ = [
    "INVARIANTS",
    "Chat",
    "Chunk",
    "Delivery",
    "EngineCall",
    "Harness",
    "Misbehaviour",
    "ModelCall",
    "RecordingContextEngine",
    "Reply",
    "Run",
    "RunList",
    "Violation",
    "outline",
]
