"""Which call of vagus answers the question that a recorded function was asked."""

from __future__ import annotations

from .admission import ADMISSION
from .chat import CHAT
from .compaction import COMPACTION
from .conversations import CONVERSATIONS
from .events import EVENTS
from .grammar import GRAMMAR
from .heartbeat_plans import HEARTBEAT_PLANS
from .heartbeat_replies import HEARTBEAT_REPLIES
from .heartbeats import HEARTBEATS
from .histories import HISTORIES
from .hooks import HOOKS
from .ids import IDS
from .lanes import LANES
from .pricing import PRICING
from .producers import PRODUCERS
from .routes import ROUTES
from .schedules import SCHEDULES
from .sequences import SEQUENCES
from .store import STORE
from .tool_results import TOOL_RESULTS
from .transcripts import TRANSCRIPTS
from .values import Adapter
from .wakes import WAKES

ADAPTERS: dict[str, Adapter] = {
    **GRAMMAR,
    **IDS,
    **CONVERSATIONS,
    **HEARTBEATS,
    **HEARTBEAT_REPLIES,
    **HEARTBEAT_PLANS,
    **STORE,
    **ROUTES,
    **ADMISSION,
    **SCHEDULES,
    **EVENTS,
    **HOOKS,
    **WAKES,
    **SEQUENCES,
    **PRICING,
    **COMPACTION,
    **TRANSCRIPTS,
    **TOOL_RESULTS,
    **HISTORIES,
    **CHAT,
    **LANES,
    **PRODUCERS,
}
"""By the name of the recorded function."""
