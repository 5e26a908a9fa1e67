"""Wakes of other systems, in vagus's words.

Where a system tells its wakes apart by labels such as ``exec-event`` or ``cron:backup``, this reads
what they mean::

    from vagus.wakes import read_wake_label

    read_wake_label("cron:backup").kind  # 'cron'

``vagus.WakeQueue`` is the queue itself.
"""

from __future__ import annotations

from vagus._core import WakeLabel, read_wake_label

__all__ = ["WakeLabel", "read_wake_label"]
