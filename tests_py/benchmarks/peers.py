"""vagus beside the npm package `openclaw`, in one run on one machine.

    python tests_py/benchmarks/peers.py --openclaw DIR/node_modules/openclaw/dist

Both are given the same strings and the same configuration. Their results (agent and session key)
are compared before any time is taken. Rounds alternate between the two, so that a slow moment of
the machine hurts both, and medians are printed. Without the directory it says how to install the
package.

What is timed is a loop over calls in either language. V8 leaves the bytes of a concatenated string
unwritten until somebody reads them; what that reading costs is not charged to the package.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from _measure import Subject, batch, each, spent
from _openclaw import Package, package_of, say_subjects

import vagus

COUNT = 10_000
WARMING, ROUND_MS = 3, 40


class Workload(NamedTuple):
    """The same calls for both.

    `call` and `inputs` (with `config`) are for the package; `one` is called with each of
    `arguments`, and `many`, where there is a batch form, with all `items`. Where `fresh` is not 0,
    each round has as many inputs of its own: the package remembers routes, and this is about
    finding them.
    """

    name: str
    call: str
    inputs: Sequence[Any]
    one: Callable[[Any], Any]
    arguments: Sequence[Any]
    answer: Callable[[Any], Any]
    many: Callable[[Any], Any] | None = None
    items: Sequence[Any] = ()
    config: dict[str, Any] | None = None
    fresh: int = 0


SHAPES = (
    "agent:main:main",
    "agent:a{0}:slack:channel:c{0}:thread:1712345678.{0}",
    "agent:ops:discord:direct:{0}",
    "agent:ops:telegram:group:-100{0}",
    "agent:main:subagent:0f3a9c{0}",
    "agent:main:cron:7c1d{0}:run:91ab{0}",
    "agent:a{0}:whatsapp:group:{0}@g.us",
)


def parsing(name: str, count: int) -> Workload:
    """`count` canonical keys in turn."""
    texts = [SHAPES[index % len(SHAPES)].format(100_000 + index) for index in range(count)]
    return Workload(
        name=name,
        call="parse",
        inputs=texts,
        one=vagus.SessionKey.parse,
        many=vagus.SessionKey.parse_many,
        arguments=texts,
        items=texts,
        answer=lambda key: [key.agent, str(key)],
    )


# The package's words for ours.
FOREIGN = {
    "account": "accountId",
    "agent": "agentId",
    "dm_scope": "dmScope",
    "guild": "guildId",
    "identity_links": "identityLinks",
    "team": "teamId",
}


def in_foreign_words(value: Any) -> Any:
    """A configuration or a query, as the package writes it."""
    match value:
        case dict():
            return {FOREIGN.get(key, key): in_foreign_words(item) for key, item in value.items()}
        case list():
            return [in_foreign_words(item) for item in value]
        case _:
            return value


def routing(
    name: str,
    matches: Sequence[dict[str, Any]],
    queries: Sequence[dict[str, Any]],
    session: dict[str, Any],
    fresh: int = 0,
) -> Workload:
    """`queries` on one channel, where agents take turns to be bound to `matches`."""
    bindings = [
        {"agent": f"a{index % 10}", "match": {"channel": "discord", **match}}
        for index, match in enumerate(matches)
    ]
    # The newest package refuses messages that a configuration of several agents leaves to nobody.
    bindings.append({"agent": "a0", "match": {"channel": "discord", "account": "*"}})
    config = {
        "agents": {"list": [{"id": f"a{index}"} for index in range(10)]},
        "bindings": bindings,
        "session": session,
    }
    asked = [{"channel": "discord", **query} for query in queries]
    foreign = [in_foreign_words(query) for query in asked]
    for query in foreign:
        query["memberRoleIds"] = query.pop("roles", [])
    ours = [{**query, "peer": vagus.Peer(**query["peer"])} for query in asked]
    router = vagus.Router(config)
    resolve = router.resolve
    return Workload(
        name=name,
        call="route",
        inputs=foreign,
        config=in_foreign_words(config),
        one=lambda query: resolve(**query),
        many=router.resolve_many,
        arguments=ours,
        items=[vagus.RouteQuery(**query) for query in ours],
        answer=lambda route: [route.agent_id, str(route.session_key)],
        fresh=fresh,
    )


def direct(name: str) -> dict[str, str]:
    """The peer that writes under `name`."""
    return {"kind": "direct", "id": name}


def dashes(count: int) -> Workload:
    """An agent id that is mostly dashes, by the reference's rule."""
    texts = [f"x{'-' * count}x!"]
    return Workload(
        name=f"agent id of {count:,} dashes",
        call="agent_id",
        inputs=texts,
        one=lambda text: vagus.normalize_agent_id(text, lenient=True),
        arguments=texts,
        answer=lambda agent: agent,
    )


def workloads(rounds: int) -> list[Workload]:
    """Everything that is compared."""
    per_peer = {"dm_scope": "per-channel-peer"}
    peers = [{"peer": direct(f"p{index}")} for index in range(COUNT)]
    roles = [{"guild": "g", "roles": [f"r{index}"]} for index in range(COUNT)]
    links = {f"person{i}": [f"telegram:{i}", f"discord:x{i}"] for i in range(COUNT)}
    turns = 1 + WARMING + rounds  # the first is for the answers
    member = {"guild": "g", "roles": [f"r{COUNT - 1}"]}
    members = [
        {**member, "peer": {"kind": "channel", "id": f"s{index}"}} for index in range(200 * turns)
    ]
    strangers = [{"peer": direct(f"nobody{index}")} for index in range(20 * turns)]
    return [
        parsing("parse, 1,000 keys again and again", 1_000),
        parsing("parse, 20,000 keys in turn", 20_000),
        routing("route, one peer of 10,000 again", peers, peers[7_777:7_778] * 100, per_peer),
        routing("route, 10,000 peers in turn", peers, peers, per_peer),
        routing("guild and role, last of 10,000", roles, members, per_peer, fresh=200),
        routing(
            "identity link, none of 10,000",
            (),
            strangers,
            {"dm_scope": "per-peer", "identity_links": links},
            fresh=20,
        ),
        dashes(16_000),
    ]


def check_answers(package: Package, workload: Workload) -> None:
    """Ends the run where the two differ."""
    first, last = slice_of(workload, 0)
    theirs: list[Any] = package.ask(answers=workload.name, **{"from": first, "to": last})
    for index, their in enumerate(theirs, start=first):
        our = workload.answer(workload.one(workload.arguments[index]))
        if their != our:
            shown = textwrap.shorten(str(workload.inputs[index]), 200)
            raise SystemExit(f"{workload.name}: {shown} gives {their} there and {our} here")


class Costs(NamedTuple):
    """Medians, in nanoseconds a call or item."""

    package: float
    one: float
    many: float | None = None


def time_there(package: Package, name: str, span: tuple[int, int], times: int) -> float:
    """Nanoseconds of a call of the package, for the inputs of `span` gone through so many times."""
    return float(package.ask(time=name, times=times, **{"from": span[0], "to": span[1]}))


def compare(package: Package, workload: Workload, rounds: int) -> Costs:
    """Takes the rounds of the package, of one call each, and of the batch in turn."""
    first, last = slice_of(workload, 0)
    ours = [each("", workload.one, workload.arguments[first:last])]
    if workload.many is not None:
        ours.append(batch("", workload.many, workload.items[first:last]))
    repeats = [times_in_a_round(spent(subject) * (last - first)) for subject in ours]
    span_cost = time_there(package, workload.name, (first, last), 1) * (last - first)
    times = 1 if workload.fresh else times_in_a_round(span_cost)
    series: list[list[float]] = []
    for turn in range(1, 1 + WARMING + rounds):
        taken = [time_there(package, workload.name, slice_of(workload, turn), times)]
        taken += map(spent, map(repeated, ours, repeats))
        series.append(taken)
    medians = [statistics.median(figures) for figures in zip(*series[WARMING:], strict=True)]
    return Costs(*medians)


def slice_of(workload: Workload, turn: int) -> tuple[int, int]:
    """The inputs of a turn: the next ones where they have to be fresh, else all."""
    if workload.fresh:
        return turn * workload.fresh, (turn + 1) * workload.fresh
    return 0, len(workload.inputs)


def times_in_a_round(cost: float) -> int:
    """How often something that takes `cost` nanoseconds is done in a round."""
    return max(1, round(ROUND_MS * 1e6 / cost))


def repeated(subject: Subject, times: int) -> Subject:
    """`subject`, `times` times over."""

    def run() -> None:
        for _ in range(times):
            subject.run()

    return Subject(subject.name, subject.operations * times, run)


def print_table(rows: Sequence[tuple[str, Costs]], version: str) -> None:
    """One row for each workload; the factors are the package's time over ours."""
    peer = f"openclaw {version}"
    print(f"{'ns':<36} {peer:>20} {'vagus':>9} {'factor':>10} {'batch':>9} {'factor':>10}")
    for name, costs in rows:
        one = f"{costs.one:>9,.0f} {costs.package / costs.one:>9,.1f}x"
        many = ""
        if costs.many is not None:
            many = f" {costs.many:>9,.0f} {costs.package / costs.many:>9,.1f}x"
        print(f"{name:<36} {costs.package:>20,.0f} {one}{many}")


def main() -> None:
    """Compares, measures and prints."""
    parser = argparse.ArgumentParser(description="vagus beside an installed openclaw package.")
    parser.add_argument("--rounds", type=int, default=15)
    with (
        package_of(parser, "openclaw.mjs") as (options, package),
        tempfile.TemporaryDirectory() as kept,
    ):
        loads = workloads(options.rounds)
        told = Path(kept) / "workloads.json"
        fields = ("name", "call", "config", "inputs")
        told.write_text(json.dumps([{name: getattr(w, name) for name in fields} for w in loads]))
        subject = package.ask(file=str(told))
        for workload in loads:
            check_answers(package, workload)
        say_subjects(subject)
        print(f"same agents and keys; medians of {options.rounds} alternating rounds\n")
        rows = [(workload.name, compare(package, workload, options.rounds)) for workload in loads]
    print_table(rows, subject["version"])


if __name__ == "__main__":
    main()
