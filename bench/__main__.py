"""Runs every benchmark, each in a process of its own: `python -m bench`."""

import subprocess
import sys
from pathlib import Path

BENCHES = (
    "start",
    "start_imports",
    "import_speed",
    "demo_speed",
    "rfm_cached",
    "page_of_customers",
    "response_cache",
    "catching_up",
    "prediction",
    "exports",
)


def main() -> int:
    """Run the benchmarks one after the other; the number of those that failed."""
    here = Path(__file__).parent
    return sum(subprocess.run([sys.executable, here / f"{name}.py"], check=False).returncode != 0 for name in BENCHES)


if __name__ == "__main__":
    sys.exit(main())
