"""How long `--help` and a worker take to import what they begin with, and how many modules that is."""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
TIMES = 5
SECRET = "a-secret-for-this-measurement-alone-0123456789"
HELP = (
    "sys.argv = ['main.py', '--help']\ntry: runpy.run_path('main.py', run_name='__main__')\nexcept SystemExit: pass\n"
)
STARTS = {"main.py --help": f"import runpy, sys\n{HELP}", "a worker": "import main; main.app\n"}


def measured(code: str) -> tuple[float, int]:
    """The shortest time of several processes, and the number of modules."""
    environment = {**os.environ, "SECRET_KEY": SECRET, "DATABASE_URL": "sqlite:///not-opened.db"}  # noqa: TID251
    command = [sys.executable, "-c", f"{code}import sys; print(len(sys.modules))"]
    seconds, modules = [], 0
    for _ in range(TIMES):
        started = perf_counter()
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        seconds.append(perf_counter() - started)
        modules = int(run.stdout.splitlines()[-1])
    return min(seconds), modules


def main() -> None:
    """Measure and print."""
    for name, code in STARTS.items():
        seconds, modules = measured(code)
        print(f"{name}: {seconds:.2f} s, {modules:,} modules")


if __name__ == "__main__":
    main()
