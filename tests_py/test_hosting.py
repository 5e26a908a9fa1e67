"""The host of docs/hosting.md survives a crash at every command."""

from __future__ import annotations

import json
import os
import queue
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import vagus

PAGE = (Path(__file__).resolve().parents[1] / "docs/hosting.md").read_text(encoding="utf-8")
START = 1_779_000_000_000
END = START + 40 * 60_000
CONFIG: dict[str, Any] = {
    "agents": {"list": [{"id": "main", "heartbeat": {"every": "10m", "target": "last"}}]},
    "messages": {"queue": {"cap": 1, "drop": "new", "debounce_ms": 0}},
}
ANN = vagus.Peer("direct", "ann")
ROUTE = vagus.DeliveryRoute(channel="slack", to="C1")


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {name} -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None, name
    return found[1]


NAMES: dict[str, Any] = {"__name__": "hosting"}
exec(example("the host"), NAMES)
exec(example("the world"), NAMES)
Host, World = NAMES["Host"], NAMES["World"]


class Crash(Exception):
    """The process dies."""


class Over(Exception):
    """The story has been told."""


@pytest.fixture(scope="module", autouse=True)
def quick_disk() -> Iterator[None]:
    """Nothing here survives a power cut anyway, and flushing is most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield


def story() -> list[tuple[int, vagus.Command]]:
    """What the world tells the host, and when."""

    def says(text: str) -> vagus.Command:
        return vagus.Inbound(text=text, channel="slack", peer=ANN)

    return [
        (START + 1_000, says("hello")),
        (START + 60_000, says("be slow")),
        (START + 61_000, says("then fail")),
        (START + 62_000, says("one too many")),
        (START + 200_000, vagus.PostEvent(session_key="agent:nobody:x", text="lost")),
        (
            START + 300_000,
            vagus.PostEvent(
                session_key="agent:main:slack:channel:c1",
                text="build passed",
                route=ROUTE,
                wake="exec",
            ),
        ),
        (START + 400_000, says("answer badly")),
        (START + 500_000, says("fail")),
        (START + 1_300_000, says("never answer")),
    ]


class Inbox:
    """A queue whose clock is the story's: waiting takes no time."""

    def __init__(self, world: VirtualWorld) -> None:
        self.world = world
        self.waiting: deque[vagus.Command] = deque()

    def put(self, command: vagus.Command) -> None:
        self.waiting.append(command)

    def get(self, timeout: float | None) -> vagus.Command:
        world = self.world
        world.told = None
        if self.waiting:
            return self.waiting.popleft()
        alarm = END if timeout is None else world.now + round(timeout * 1000)
        answer = min(world.answers, default=(END, vagus.Tick()), key=lambda each: each[0])
        told = world.story[0] if world.story else (END, vagus.Tick())
        due = min(alarm, answer[0], told[0])
        if due >= END:
            raise Over
        world.now = max(world.now, due)
        if answer[0] == due:
            world.answers.remove(answer)
            return answer[1]
        if told[0] == due:
            world.told = world.story.popleft()
            return world.told[1]
        raise queue.Empty


class VirtualWorld:
    def __init__(self) -> None:
        self.now = START
        self.story = deque(story())
        self.told: tuple[int, vagus.Command] | None = None
        self.sent: dict[str, tuple[str, str]] = {}
        self.sorry: set[tuple[str, str]] = set()
        self.refusals: list[str] = []
        self.start()

    def start(self) -> None:
        """A new process: nothing of the old one's memory is left, the world is."""
        self.inbox = Inbox(self)
        self.answers: list[tuple[int, vagus.Command]] = []
        if self.told is not None:
            self.story.appendleft(self.told)
            self.told = None

    def now_ms(self) -> int:
        return self.now

    def read(self, agent_id: str, name: str) -> str | None:
        return "- look around" if name == "HEARTBEAT.md" else None

    def ask(self, call: vagus.CallModel) -> None:
        prompt = call.messages[-1].text
        answer: vagus.Command = vagus.ModelReplied(run_id=call.run_id, text=f"re: {prompt[-12:]}")
        if "never answer" in prompt:
            return
        if "fail" in prompt:
            answer = vagus.ModelFailed(run_id=call.run_id, error="no model")
        if "answer badly" in prompt:
            bad = [vagus.Message.of("user", "I am the person")]
            answer = vagus.ModelReplied(run_id=call.run_id, text="hm", messages=bad)
        slow = 5_000 if "be slow" in prompt else 100
        self.answers.append((self.now + slow, answer))

    def send(self, key: str, route: vagus.DeliveryRoute, text: str) -> None:
        self.sent[key] = (route.to, text)

    def apologize(self, route: vagus.DeliveryRoute, why: str) -> None:
        self.sorry.add((route.to, why.split(":")[0]))

    def refused(self, command: vagus.Command, error: Exception) -> None:
        self.refusals.append(str(error))


class WatchedHost(Host):  # type: ignore[misc,valid-type]
    """Remembers what its engine did; dies at a line of the journal, before or after writing it."""

    def __init__(self, path: Path, world: VirtualWorld, dies: tuple[str, int] | None) -> None:
        self.dies, self.lines = dies, 0
        self.effects: list[list[vagus.Effect]] = []
        self.snapshots: list[dict[str, Any]] = []
        super().__init__(path, CONFIG, world)

    def write(self, now_ms: int, command: vagus.Command) -> None:
        self.lines += 1
        if self.dies == ("before", self.lines):
            raise Crash
        super().write(now_ms, command)
        self.world.told = None
        if self.dies == ("after", self.lines):
            raise Crash

    def apply(self, command: vagus.Command, now_ms: int) -> Any:
        effects = super().apply(command, now_ms)
        self.effects.append(effects)
        self.snapshots.append(self.engine.snapshot())
        return effects


def live(path: Path, world: VirtualWorld) -> WatchedHost:
    """A process, from its start to the end of the story."""
    host = WatchedHost(path, world, None)
    with pytest.raises(Over):
        host.run()
    host.journal.close()
    return host


def wake_up(path: Path) -> WatchedHost:
    """A process that has read its journal and done nothing yet."""
    host = WatchedHost(path, VirtualWorld(), None)
    host.journal.close()
    return host


class Undisturbed(NamedTuple):
    """The story as a host tells it that never dies."""

    world: VirtualWorld
    host: WatchedHost
    journal: list[str]


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The first line of every journal, so that all processes draw the same run ids."""
    path = tmp_path_factory.mktemp("head") / "journal"
    wake_up(path)
    line: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps(line | {"id_seed": 7}) + "\n"


@pytest.fixture(scope="module")
def undisturbed(head: str, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    path = tmp_path_factory.mktemp("undisturbed") / "journal"
    path.write_text(head, encoding="utf-8")
    world = VirtualWorld()
    host = live(path, world)
    return Undisturbed(world, host, path.read_text(encoding="utf-8").splitlines(keepends=True))


def test_the_story_meets_every_kind_of_trouble(undisturbed: Undisturbed) -> None:
    world, host, _ = undisturbed
    # The beat that waited and the one on time say the same, so one of them is sent.
    assert sorted(to for to, _ in world.sent.values()) == ["C1"] + ["ann"] * 5
    assert world.sorry == {
        ("ann", "no model"),
        ("ann", "too many messages wait"),
        ("ann", "messages[0].role"),
        ("ann", "no answer before the deadline"),
    }
    assert [error.split(":")[0] for error in world.refusals] == ["session_key"]
    assert host.requests == {}


def test_a_replay_gives_the_same_effects_and_snapshots(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    _, host, journal = undisturbed
    path = tmp_path / "journal"
    for count in range(1, len(journal) + 1):
        path.write_text("".join(journal[:count]), encoding="utf-8")
        replayed = wake_up(path)
        done = len(replayed.effects)
        assert replayed.effects == host.effects[:done]
        assert replayed.snapshots == host.snapshots[:done]
    assert done == len(host.effects)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_at_any_command_changes_nothing_for_the_world(
    moment: str, head: str, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    expected, _, journal = undisturbed
    for line in range(1, len(journal)):
        path = tmp_path / f"journal{line}"
        path.write_text(head, encoding="utf-8")
        world = VirtualWorld()
        host = WatchedHost(path, world, (moment, line))
        with pytest.raises(Crash):
            host.run()
        host.journal.close()
        world.start()
        survivor = live(path, world)
        assert world.sent == expected.sent, line
        assert world.sorry == expected.sorry, line
        assert survivor.requests == {}, line
        assert wake_up(path).snapshots == survivor.snapshots, line


def test_a_line_that_was_cut_short_is_removed(undisturbed: Undisturbed, tmp_path: Path) -> None:
    *whole, last = undisturbed.journal
    path = tmp_path / "journal"
    path.write_text("".join(whole) + last[:-10], encoding="utf-8")
    live(path, VirtualWorld())
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert lines[: len(whole)] == whole
    for line in lines[1:]:
        vagus.command_from_json(line.partition(" ")[2])


def test_a_clock_that_was_set_back_stands_still(head: str, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text(head, encoding="utf-8")
    host = WatchedHost(path, VirtualWorld(), None)
    host.tell(vagus.Tick())
    host.world.now -= 3_600_000
    host.tell(vagus.Inbound(text="hello", channel="slack", peer=ANN))
    host.journal.close()
    assert host.engine.snapshot()["now_ms"] == START
    assert [run["kind"] for run in host.engine.snapshot()["runs"]] == ["user"]


def test_another_configuration_needs_a_new_journal(head: str, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text(head.replace("10m", "20m"), encoding="utf-8")
    with pytest.raises(ValueError, match="start a new journal"):
        wake_up(path)


def test_the_world_of_the_page_serves_its_host(tmp_path: Path) -> None:
    (tmp_path / "main").mkdir()
    (tmp_path / "main" / "AGENTS.md").write_text("Be brief.", encoding="utf-8")
    posted: queue.Queue[tuple[str, str]] = queue.Queue()

    class Messenger:
        def post(self, route: vagus.DeliveryRoute, text: str, key: str | None = None) -> None:
            posted.put((route.to, text))
            if key is not None:
                raise Over  # the host runs for ever
            world.inbox.put(vagus.Inbound(text="again", channel="slack", peer=ANN))

    def model(call: vagus.CallModel) -> str:
        assert "Be brief." in call.messages[0].text
        if "again" in call.messages[-1].text:
            return "here I am"
        raise ConnectionError

    world = World(tmp_path, model, Messenger())
    world.inbox.put(vagus.Inbound(text=" ", channel="slack", peer=ANN))
    world.inbox.put(vagus.Inbound(text="hello", channel="slack", peer=ANN))
    host = Host(tmp_path / "journal", {}, world)
    with pytest.raises(Over):
        host.run()
    host.journal.close()
    world.pool.shutdown()
    assert list(posted.queue) == [
        ("ann", "I cannot answer now: ConnectionError()"),
        ("ann", "here I am"),
    ]
