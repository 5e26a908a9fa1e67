"""The command `vagus`."""

from __future__ import annotations

import io
import sys

_EXTRAS = ("typer", "rich", "yaml")


def main() -> None:
    """Runs the command line; says what to install when its packages are missing."""
    try:
        from vagus._commands import app
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _EXTRAS:
            raise
        print(
            f"vagus: the command line needs {package}, which is not installed.\n"
            "Install it with: pip install 'vagus[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # terminals that cannot show all of it
    app(prog_name="vagus")
