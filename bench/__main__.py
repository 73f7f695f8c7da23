"""Runs every benchmark, each in a process of its own: `python -m bench`."""

import subprocess
import sys
from pathlib import Path

BENCHES = (
    "start",
    "start_imports",
    "import_speed",
    "duplicates",
    "demo_speed",
    "rfm_cached",
    "page_of_customers",
    "response_cache",
    "catching_up",
    "large_writes",
    "recording_sales",
    "customer_writes",
    "tills",
    "codes_timing",
    "deliveries",
    "prediction",
    "exports",
)

LARGE = "needs a large store, and minutes to make it: docs/performance.md says how"
LEFT_OUT = {
    "clerks": "takes minutes, and runs small as a test (tests/outages/test_clerks.py)",
    "rfm_at_scale": LARGE,
    "reports_at_scale": LARGE,
    "segments_at_scale": LARGE,
    "patterns_at_scale": LARGE,
    "large_shop": "is what those share",
    "searching": "makes a million customers, some minutes long",
    "bare_rows": "is the floor of writes",
    "plot_growth": "draws what rfm_at_scale printed",
    "hostile": "runs as a test (tests/server/test_hostile.py); by itself it prints times",
    "fuzz_requests": "runs as a test (tests/server/test_fuzz.py); by itself it sends as many as it is told",
    "hostile_fields": "asks a server of its own for everything, some minutes long: it prints how long others wait",
    "two_tenants": "asks a server of its own for minutes: it prints what one business notices of another",
    "fuzz": "runs as a test (tests/server/test_fuzz.py); by itself it goes on for as long as it is told",
}


def main() -> int:
    """Run the benchmarks one after the other, and say which were left out; the number of those that failed."""
    here = Path(__file__).parent
    unknown = {path.stem for path in here.glob("[!_]*.py")} - {*BENCHES} - LEFT_OUT.keys()
    assert not unknown, f"neither run nor left out: {unknown}"
    failed = sum(subprocess.run([sys.executable, here / f"{name}.py"], check=False).returncode != 0 for name in BENCHES)
    for name, reason in LEFT_OUT.items():
        print(f"{name} {reason}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
