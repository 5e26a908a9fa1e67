"""What pip installs: metadata, files, and the cost of a bare import."""

import subprocess
import sys
from importlib import metadata, resources

import pytest

import vagus


def run_python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_module_and_the_metadata_name_one_version():
    assert vagus.__version__ == metadata.version("vagus")


def test_the_base_install_requires_nothing():
    required = metadata.requires("vagus") or []
    assert [line for line in required if "extra ==" not in line] == []


def test_types_are_shipped():
    package = resources.files("vagus")
    assert package.joinpath("py.typed").is_file()
    assert package.joinpath("_core.pyi").is_file()


def test_the_install_stays_in_its_own_folder():
    files = metadata.files("vagus")
    assert files
    outside = [
        str(file)
        for file in files
        if file.parts[0] != "vagus" and not file.parts[0].endswith(".dist-info")
    ]
    assert [name for name in outside if not name.endswith("/bin/vagus")] == []


def test_the_command_is_registered():
    (script,) = metadata.entry_points(group="console_scripts", name="vagus")
    assert script.value == "vagus.cli:main"


def test_importing_raises_no_warning():
    run_python("-W", "error", "-c", "import vagus")


@pytest.mark.parametrize("module", ["asyncio", "rich", "typer", "yaml"])
def test_importing_leaves_optional_modules_alone(module):
    printed = run_python("-c", f"import sys, vagus; print({module!r} in sys.modules)")
    assert printed.strip() == "False"


def test_every_public_name_exists():
    pytest.importorskip("yaml", reason="scenarios need the extra `cli`")
    missing = [name for name in vagus.__all__ if not hasattr(vagus, name)]
    assert missing == []
    assert len(vagus.__all__) == len(set(vagus.__all__))
