"""Whatever a session goes through, every event is shown once by a run that ends well."""

import random

import pytest

from vagus import DeliveryRoute, Peer
from vagus.testing import Harness

ROOM = "agent:main:slack:channel:c1"
WELL = ("replied", "acknowledged")


def stormy_day(seed: int) -> tuple[Harness, dict[str, str | None]]:
    """A harness after events, messages, failures and calm, and where each event's reply goes."""
    dice = random.Random(seed)
    isolated = dice.random() < 0.5
    heartbeat = {"every": "30m", "isolated_session": isolated}
    h = Harness({"agents": {"list": [{"id": "main", "heartbeat": heartbeat}]}}, latency="2s")
    calm = False

    def model(call):
        if not calm and dice.random() < 0.3:
            raise ConnectionError("down")
        return f"answer to: {call.messages[-1].text}"

    h.model(model)
    routes: dict[str, str | None] = {}
    for number in range(60):
        choice = dice.random()
        if choice < 0.5:
            text, to = f"event-{number}.", dice.choice(["ann", "bob", None])
            routes[text] = to
            route = DeliveryRoute(channel="slack", to=to) if to else None
            wake = dice.choice(["exec", "hook", None])
            h.event(ROOM, text, route=route, wake=wake)
        elif choice < 0.7:
            h.inbound(f"message {number}", channel="slack", peer=Peer("channel", "C1"))
        elif choice < 0.75:
            h.reset(ROOM)
        elif choice < 0.8:
            h.wake(ROOM)
        h.advance(f"{dice.choice([0, 100, 300, 1000, 60000])}ms")
    calm = True
    h.advance("2h")
    h.wake(ROOM)
    h.advance("1h")
    return h, routes


@pytest.mark.parametrize("seed", range(60))
def test_every_event_is_shown_once_by_a_run_that_ends_well(seed):
    h, routes = stormy_day(seed)
    for text, to in routes.items():
        shown = [
            run
            for run in h.runs
            if run.outcome in WELL
            and any(f"] {text}" in line for line in run.messages[-1].text.splitlines())
        ]
        assert len(shown) == 1, (text, to, len(shown))
        if shown[0].kind == "heartbeat" and to is not None:
            sent = [d for d in h.delivered if d.run_id == shown[0].run_id]
            assert [d.route.to for d in sent] == [to]
    assert h.check_invariants() == []
