"""Eight clerks do random operations at once, retried with their keys, while workers of their server are killed.

    python -m bench.clerks [STORE] [OPERATIONS]

STORE is a URL as in DATABASE_URL, a new SQLite file unless given; OPERATIONS are those of each clerk, 500 unless given.
Afterwards numbers and contacts are unique, the revision and the audit count what was done, nothing is lost or doubled,
and every report is the oracle's of the final tables.
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.outages.asked import PAYLOADS
from tests.outages.working import Work, worked

WORKERS, KILL_AFTER, QUESTIONS = 8, 100, 10


def main() -> None:
    """Run it on the store that is named, or on one of its own."""
    operations = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    work = Work(operations=operations, workers=WORKERS, kill_after=KILL_AFTER, questions=QUESTIONS)
    started = perf_counter()
    with TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/store.db"
        outcomes = worked(url, Path(folder), work)
    refused = defaultdict[str, Counter[str]](Counter)
    for (name, came), count in outcomes.items():
        refused[name]["done" if came in PAYLOADS else came] += count
    for name, came in sorted(refused.items()):
        print(f"{name:18}", ", ".join(f"{count:,} {what}" for what, count in came.most_common()))
    done = sum(came["done"] for came in refused.values())
    print(f"{done:,} of {sum(outcomes.values()):,} done, and nothing else, after {perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
