"""Settings that every test file shares, and the summary of the conformance suite."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

# The same examples on every machine, and nothing written beside the tests.
settings.register_profile("repeatable", database=None, deadline=None, derandomize=True)
settings.load_profile("repeatable")

CONFORMANCE = "conformance"
LINES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-transcripts",
        action="store_true",
        help="write what the engine says now into tests_py/transcripts, to be reviewed as a diff",
    )


@pytest.fixture(scope="session")
def told(request: pytest.FixtureRequest) -> list[str]:
    """What the conformance suite has to say at the end of a run."""
    return request.config.stash.setdefault(LINES, [])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands its lines to the process that prints the summary."""
    handed = getattr(session.config, "workeroutput", None)
    if handed is not None:
        handed[CONFORMANCE] = session.config.stash.get(LINES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    lines = getattr(node, "workeroutput", {}).get(CONFORMANCE, [])
    node.config.stash.setdefault(LINES, []).extend(lines)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    lines = config.stash.get(LINES, [])
    if lines:
        terminalreporter.section(CONFORMANCE)
        for line in lines:
            terminalreporter.write_line(line)
