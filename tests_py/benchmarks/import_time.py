"""What `import vagus` costs over a bare interpreter: python tests_py/benchmarks/import_time.py.

Bare and importing interpreters start alternately, so that a slow moment of the machine hurts both.
The share of each module comes from one more run under `-X importtime`.
"""

import argparse
import statistics
import subprocess
import sys
import time

TARGET_MS = 30
BARE = "pass"
IMPORTING = "import vagus"


def start_ms(code: str) -> float:
    """Milliseconds that an interpreter takes to start, run `code` and end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - began) * 1000


def costliest(count: int) -> list[tuple[float, str]]:
    """The modules that `import vagus` adds, as (own milliseconds, name), dearest first."""

    def own_times(code: str) -> dict[str, float]:
        command = [sys.executable, "-X", "importtime", "-c", code]
        report = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        rows = (line.removeprefix("import time:").split("|") for line in report.splitlines()[1:])
        return {name.strip(): float(own) / 1000 for own, _, name in rows}

    bare = own_times(BARE)
    added = ((own, name) for name, own in own_times(IMPORTING).items() if name not in bare)
    return sorted(added, reverse=True)[:count]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="The cost of `import vagus`.")
    parser.add_argument("--runs", type=int, default=30)
    runs = parser.parse_args().runs
    start_ms(IMPORTING)  # fills the byte-code and disk caches
    pairs = [(start_ms(BARE), start_ms(IMPORTING)) for _ in range(runs)]
    bare, importing = (statistics.median(column) for column in zip(*pairs, strict=True))
    cost = statistics.median(after - before for before, after in pairs)
    print(f"Python {sys.version.split()[0]}, {runs} alternating runs, medians")
    print(f"bare interpreter  {bare:7.1f} ms")
    print(f"import vagus      {importing:7.1f} ms")
    print(
        f"cost              {cost:7.1f} ms  ({importing / bare:.2f}x bare, target {TARGET_MS} ms)"
    )
    for own, name in costliest(8):
        print(f"  {own:7.2f} ms  {name}")


if __name__ == "__main__":
    main()
