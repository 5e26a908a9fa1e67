"""The shape of the C++ core: includes point downwards, and nothing reaches for the world."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CPP = ROOT / "cpp"
CORE = CPP / "vagus"
SUFFIXES = {".cpp", ".hpp"}

# Folders from the ground up. Those of one layer do not include each other.
LAYERS = (
    {"base"},
    {"text"},
    {"keys"},
    {"config"},
    {"routing"},
    {"events", "wakes", "heartbeat", "context", "runs", "hooks"},
    {"engine"},
)
HEIGHT = {folder: height for height, layer in enumerate(LAYERS) for folder in layer}

IMPURE_HEADERS = {
    "condition_variable",
    "csignal",
    "ctime",
    "filesystem",
    "fstream",
    "future",
    "iostream",
    "mutex",
    "random",
    "shared_mutex",
    "thread",
}
IMPURE_CALLS = re.compile(
    r"_clock::now\b|\bstd::time\b|\bgettimeofday\b"  # clocks
    r"|\bstd::j?thread\b|\bstd::async\b|\bthread_local\b|\bpthread_"  # threads
    r"|\b[io]?fstream\b|\bfopen\b|\bstd::c(?:out|err|in)\b|\bf?printf\b|\bfwrite\b"  # files
    r"|\bgetenv\b|\bsystem\("  # environment
    r"|\brandom_device\b|\bmt19937|\bs?rand\("  # randomness
)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def core_files() -> list[Path]:
    return sorted(path for path in CORE.rglob("*") if path.suffix in SUFFIXES)


def allows_library(_folder: str, target: str) -> bool:
    return ("/" not in target and target not in IMPURE_HEADERS) or target.startswith("nlohmann/")


def allows_own(folder: str, target: str) -> bool:
    root, _, rest = target.partition("/")
    included = rest.partition("/")[0]
    if root != "vagus" or included not in HEIGHT:
        return False
    return included == folder or HEIGHT[included] < HEIGHT[folder]


def include_faults(folder: str, text: str) -> Iterator[str]:
    """The includes of a core file in `folder` that the design forbids."""
    for bracket, target in INCLUDE.findall(text):
        allowed = allows_library if bracket == "<" else allows_own
        if not allowed(folder, target):
            yield target


def impure_calls(text: str) -> list[str]:
    return IMPURE_CALLS.findall(COMMENT.sub("", text))


def listed_sources(cmake: str) -> list[str]:
    # How sources are compiled names some of them again.
    lists = re.sub(r"set_source_files_properties\([^)]*\)", "", cmake)
    return re.findall(r"(?:vagus|bindings)/[\w/]+\.cpp", lists)


def test_every_folder_has_a_layer():
    assert {path.name for path in CORE.iterdir() if path.is_dir()} == set(HEIGHT)


@pytest.mark.parametrize("path", core_files(), ids=lambda path: str(path.relative_to(CPP)))
def test_a_core_file_keeps_to_the_design(path: Path):
    text = path.read_text(encoding="utf-8")
    assert list(include_faults(path.parent.name, text)) == []
    assert impure_calls(text) == []


@pytest.mark.parametrize(
    ("folder", "line", "fault"),
    [
        ("keys", '#include "vagus/base/error.hpp"', False),
        ("keys", '#include "vagus/keys/peer.hpp"', False),
        ("engine", '#include "vagus/wakes/wake_queue.hpp"', False),
        ("base", "#include <string>", False),
        ("base", "#include <nlohmann/json.hpp>", False),
        ("base", '#include "vagus/text/unicode.hpp"', True),
        ("keys", '#include "vagus/routing/router.hpp"', True),
        ("wakes", '#include "vagus/events/event_queue.hpp"', True),
        ("runs", '  #  include "vagus/engine/engine.hpp"', True),
        ("engine", '#include "bindings/common.hpp"', True),
        ("engine", "#include <pybind11/pybind11.h>", True),
        ("engine", "#include <thread>", True),
        ("engine", '#include "engine.hpp"', True),
    ],
)
def test_the_include_rule_tells_good_from_bad(folder: str, line: str, fault: bool):
    assert bool(list(include_faults(folder, f"#pragma once\n{line}\n"))) is fault


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("const auto now = std::chrono::system_clock::now();", True),
        ("std::jthread worker;", True),
        ("std::ifstream file(path);", True),
        ('const char* home = std::getenv("HOME");', True),
        ("std::random_device device;", True),
        ("std::printf(text);", True),
        ("// A host calls system_clock::now() and hands the result in.", False),
        ("const std::chrono::sys_days day{days};", False),
        ("std::snprintf(buffer, sizeof buffer, format, number);", False),
        ("operand(left); next_time(now_ms);", False),
    ],
)
def test_the_purity_rule_tells_good_from_bad(line: str, fault: bool):
    assert bool(impure_calls(line)) is fault


def test_cmake_builds_every_source_once():
    on_disk = sorted(path.relative_to(CPP).as_posix() for path in CPP.rglob("*.cpp"))
    listed = listed_sources((CPP / "CMakeLists.txt").read_text(encoding="utf-8"))
    assert sorted(listed) == on_disk


def test_only_the_bindings_know_python():
    knowing = [path for path in core_files() if "pybind11" in path.read_text(encoding="utf-8")]
    assert knowing == []


def test_the_core_is_not_empty():
    assert len(core_files()) > 30
