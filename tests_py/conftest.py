"""Settings that every test file shares."""

import pytest
from hypothesis import settings

# The same examples on every machine, and nothing written beside the tests.
settings.register_profile("repeatable", database=None, deadline=None, derandomize=True)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-transcripts",
        action="store_true",
        help="write what the engine says now into tests_py/transcripts, to be reviewed as a diff",
    )
