"""What session keys and routes cost from Python: python tests_py/benchmarks/routing.py.

One call each beside batches, and every tier of routing with few and many bindings. Rows marked
"Python" answer a similar question in simple pure Python and do less than the call beside them; they
are no rivals.

Each tier is asked the same number of distinct queries at every size, so that what the queries
themselves cost is alike and the ratio shows what the bindings cost.
"""

from __future__ import annotations

import argparse
import platform
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from _measure import Subject, batch, each, measure, report

import vagus

BATCH = 1_000
VISITS = 3  # of each tier: a slow moment of the machine can outlast a tier's rounds
SIZES = (10, 10_000, 100_000)
DASHES = (1_600, 16_000, 160_000)

SHAPES = (
    "agent:main:main",
    "agent:main:slack:channel:c{0}:thread:1712345678.{0}",
    "agent:ops:discord:direct:{0}",
    "agent:ops:telegram:group:-100{0}:topic:7",
    "agent:trent:main:heartbeat",
)


def split_key(text: str) -> tuple[str, str, str]:
    """Agent, rest and thread of a key whose parts are taken to be well-formed."""
    word, agent, rest = text.strip().lower().split(":", 2)
    if word != "agent" or not agent or not rest:
        raise ValueError(text)
    return agent, rest, rest.partition(":thread:")[2]


def keys() -> list[Subject]:
    """Canonical keys of the usual shapes, read from text."""
    parse, parse_many = vagus.SessionKey.parse, vagus.SessionKey.parse_many
    texts = [SHAPES[index % len(SHAPES)].format(100_000 + index) for index in range(BATCH)]
    assert [str(key) for key in parse_many(texts)] == texts
    return [
        each("SessionKey.parse", parse, texts),
        batch("SessionKey.parse_many", parse_many, texts),
        batch("SessionKey.parse_many, .agents", lambda many: parse_many(many).agents, texts),
        batch("SessionKey.parse_many, .to_list()", lambda many: parse_many(many).to_list(), texts),
        each("Python: split, parts unchecked", split_key, texts),
    ]


def config_of(
    bindings: Iterable[dict[str, Any]], links: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    """Bindings to ten agents in turn, and a default agent; linked people have a session each."""
    agents: list[dict[str, Any]] = [{"id": f"agent{index}"} for index in range(10)]
    agents[0]["default"] = True
    return {
        "agents": {"list": agents},
        "bindings": [
            {"agent": f"agent{index % 10}", "match": {"channel": "discord", **match}}
            for index, match in enumerate(bindings)
        ],
        "session": {
            "dm_scope": "per-channel-peer" if links is None else "per-peer",
            "identity_links": links or {},
        },
    }


def number(index: int) -> str:
    """An id that is as long at every size: a route has to read its id."""
    return f"{index:06}"


def direct(name: str) -> dict[str, str]:
    """The peer that writes under `name`."""
    return {"kind": "direct", "id": name}


def rooms(name: str) -> dict[str, str]:
    """The room `name`, as a peer."""
    return {"kind": "channel", "id": name}


def routes() -> list[Subject]:
    """People who are bound each to an agent, in batches and one by one."""
    count = 10_000
    config = config_of({"peer": direct(number(index))} for index in range(count))
    bindings = config["bindings"]
    router = vagus.Router(config)
    names = [number(index * count // BATCH) for index in range(BATCH)]
    peers = [vagus.Peer("direct", name) for name in names]
    queries = [vagus.RouteQuery("discord", peer=peer) for peer in peers]
    dicts = [{"channel": "discord", "peer": direct(name)} for name in names]
    many = router.resolve_many
    one_by_one = [router.resolve("discord", peer=peer) for peer in peers]
    assert many(queries).to_list() == many(dicts).to_list() == one_by_one
    agents = {binding["match"]["peer"]["id"]: binding["agent"] for binding in bindings}

    def scan(wanted: dict[str, Any]) -> object:
        return next(binding["agent"] for binding in bindings if binding["match"] == wanted)

    def look_up(name: str) -> tuple[str, str]:
        agent = agents[name]
        return agent, f"agent:{agent}:discord:direct:{name.strip().lower()}"

    return [
        each("Router.resolve", lambda peer: router.resolve("discord", peer=peer), peers),
        batch("Router.resolve_many, RouteQuery", many, queries),
        batch("  .session_keys", lambda asked: many(asked).session_keys, queries),
        batch("  .to_list()", lambda asked: many(asked).to_list(), queries),
        batch("Router.resolve_many, dicts", many, dicts),
        batch("  .to_list()", lambda asked: many(asked).to_list(), dicts),
        each("Python: a dict of peers, one tier", look_up, names),
        each("Python: linear scan, one tier", scan, dicts[::20]),
    ]


class Tier(NamedTuple):
    """A way to find the agent: `binding(index)` or `link(index)`, and who asks for it.

    `query(index, size)` is the message that the entry `index` of `size` is meant for.
    """

    matched_by: str
    query: Callable[[int, int], dict[str, Any]]
    binding: Callable[[int], dict[str, Any]] | None = None
    link: Callable[[int], list[str]] | None = None
    name: str = ""
    session_of: str = "agent"


def linked(index: int) -> list[str]:
    """The two ids of a person."""
    return [f"telegram:{number(index)}", f"discord:x{number(index)}"]


STRANGER = direct("stranger")

TIERS = (
    Tier(
        "binding.peer",
        lambda index, _: {"peer": direct(number(index))},
        lambda index: {"peer": direct(number(index))},
    ),
    Tier(
        "binding.peer.parent",
        lambda index, _: {"peer": rooms("thread"), "parent_peer": rooms(number(index))},
        lambda index: {"peer": rooms(number(index))},
    ),
    Tier(
        "binding.peer.wildcard",
        lambda index, _: {"account": number(index), "peer": STRANGER},
        lambda index: {"account": number(index), "peer": direct("*")},
    ),
    Tier(
        "binding.guild+roles",
        lambda index, size: {
            "guild": "guild",
            "roles": [number(size - 1)],
            "peer": rooms(number(index)),
        },
        lambda index: {"guild": "guild", "roles": [number(index)]},
        name="binding.guild+roles, last of one guild",
    ),
    Tier(
        "binding.guild",
        lambda index, _: {"guild": number(index), "peer": STRANGER},
        lambda index: {"guild": number(index)},
    ),
    Tier(
        "binding.team",
        lambda index, _: {"team": number(index), "peer": STRANGER},
        lambda index: {"team": number(index)},
    ),
    Tier(
        "binding.account",
        lambda index, _: {"account": number(index), "peer": STRANGER},
        lambda index: {"account": number(index)},
    ),
    Tier(
        "binding.channel",
        lambda index, _: {"channel": number(index), "peer": STRANGER},
        lambda index: {"channel": number(index), "account": "*"},
    ),
    Tier(
        "default",
        lambda index, _: {"peer": direct(f"stranger{number(index)}")},
        lambda index: {"peer": direct(number(index))},
        name="default, nobody is bound",
    ),
    Tier(
        "default",
        lambda index, _: {"peer": direct(f"x{number(index)}")},
        link=linked,
        name="identity link",
        session_of="agent:agent0:direct:person",
    ),
    Tier(
        "default",
        lambda index, _: {"peer": direct(f"stranger{number(index)}")},
        link=linked,
        name="identity link missed",
        session_of="agent:agent0:direct:stranger",
    ),
)


def asking(tier: Tier, size: int, senders: int) -> Subject:
    """A router with `size` bindings or links; `senders` messages, spread evenly over them."""
    entries = range(size)
    if tier.link is None:
        assert tier.binding is not None
        config = config_of(map(tier.binding, entries))
    else:
        config = config_of((), {f"person{number(i)}": tier.link(i) for i in entries})
    resolve = vagus.Router(config).resolve
    queries = [
        {"channel": "discord", **tier.query(index * size // senders, size)}
        for index in range(senders)
    ]
    for fields in queries:
        for name in fields.keys() & {"peer", "parent_peer"}:
            fields[name] = vagus.Peer(**fields[name])
        route = resolve(**fields)
        assert route.matched_by == tier.matched_by, route
        assert str(route.session_key).startswith(tier.session_of), route
    again = queries * max(1, 4_000 // senders)

    def run() -> None:
        for fields in again:
            resolve(**fields)

    return Subject(tier.name, len(again), run)


def report_tiers(senders: int, rounds: int) -> None:
    """A row for each tier: the cost at each of `SIZES`, and the last over the first."""
    tables = [[asking(tier, size, senders) for size in SIZES] for tier in TIERS]
    visits = [[measure(subjects, rounds) for subjects in tables] for _ in range(VISITS)]
    title = f"Router.resolve, {senders:,} senders: bindings or links"
    print(f"\n{title:<50}" + "".join(f" {size:>9,}" for size in SIZES) + f" {'ratio':>9}")
    for tier, *visited in zip(TIERS, *visits, strict=True):
        costs = [min(at_size) for at_size in zip(*visited, strict=True)]
        figures = "".join(f" {cost:>9,.0f}" for cost in costs)
        print(f"  {tier.name or tier.matched_by:<48}{figures} {costs[-1] / costs[0]:>9.2f}")


SPLIT = re.compile(r"[^a-z0-9_-]+")


def clean_agent_id(text: str) -> str:
    """Folds, replaces and trims as a lenient agent id is; linear too."""
    return SPLIT.sub("-", text.strip().lower()).strip("-")[:64] or "main"


def refused_agent_id(text: str) -> bool:
    """Whether the strict reading refuses `text`."""
    try:
        vagus.normalize_agent_id(text)
    except vagus.InvalidKey:
        return True
    return False


def lenient_agent_id(text: str) -> str:
    """The lenient reading."""
    return vagus.normalize_agent_id(text, lenient=True)


def report_dashes(rounds: int) -> None:
    """A row for each way to read an agent id of dashes; linear is a ratio of at most 10."""
    title = "normalize_agent_id: dashes"
    head = "".join(f" {size:>9,}" for size in DASHES)
    print(f"\n{title:<50}{head} {'ratios':>16}")
    readings: Sequence[tuple[str, Callable[[str], object], str]] = (
        ("lenient, dashes inside", lenient_agent_id, "x{0}x!"),
        ("lenient, dashes in front", lenient_agent_id, "{0}x!"),
        ("strict, refused", refused_agent_id, "x{0}x!"),
        ("Python: lower, sub, strip", clean_agent_id, "x{0}x!"),
    )
    for name, reading, shape in readings:
        texts = [shape.format("-" * size) for size in DASHES]
        assert reading(texts[0])
        costs = measure([each(name, reading, [text] * 50) for text in texts], rounds)
        figures = "".join(f" {cost:>9,.0f}" for cost in costs)
        ratios = f"{costs[1] / costs[0]:>9.2f}{costs[2] / costs[1]:>7.2f}"
        print(f"  {name:<48}{figures} {ratios}")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="The cost of session keys and routes.")
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    print(f"vagus {vagus.__version__}, Python {platform.python_version()}, nanoseconds")
    print(f"best of {rounds} alternating rounds; ratios to the first row or column of each table")
    report("read a session key", keys(), 4 * rounds)
    report("route one of 10,000 people", routes(), 4 * rounds)
    for senders in (10, 1_000):
        report_tiers(senders, rounds)
    report_dashes(rounds)


if __name__ == "__main__":
    main()
