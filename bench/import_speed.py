"""How fast a file is imported, against parsing it and putting the same rows into a bare SQLite table.

    python -m bench.import_speed [FILE]

Prints ratios of this one run, and beside them rows a second and the peak memory of a process that imports the
file, and of one that imports the same file four times over under other invoice numbers.
"""

import argparse
import asyncio
import csv
import gzip
import json
import resource
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

FILE = Path(__file__).parents[2] / "shared" / "data" / "online_retail_2010-12_2011-12.csv.gz"
TIMES = 4
INSERT = "INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def floor(file: Path, folder: Path) -> float:
    """Seconds to parse the file and insert its rows as text into one table without an index, in one transaction."""
    began = perf_counter()
    database = sqlite3.connect(folder / "bare.db")
    database.execute("CREATE TABLE bare (a, b, c, d, e, f, g, h)")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        database.executemany(INSERT, rows)
    database.commit()
    database.close()
    return perf_counter() - began


def multiplied(file: Path, folder: Path) -> Path:
    """The file's rows several times over, each time under other invoice numbers."""
    path = folder / "multiplied.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as out:
        writer = csv.writer(out, lineterminator="\n")
        for time in range(TIMES):
            with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
                rows = csv.reader(lines)
                header = next(rows)
                if time == 0:
                    writer.writerow(header)
                writer.writerows([f"{row[0]}-{time}", *row[1:]] for row in rows)
    return path


def imported(file: Path, folder: Path) -> dict[str, float]:
    """Rows, seconds and peak memory (MB) of a fresh process that imports the file into a fresh store."""
    command = [sys.executable, "-m", "bench.import_speed", "--import", str(file), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    return json.loads(done.stdout)


async def import_once(file: Path, folder: Path) -> dict[str, float]:
    """Import into a new SQLite file in this process."""
    from ingest.loader import import_file  # noqa: PLC0415  the measuring process does without
    from ingest.presets import preset  # noqa: PLC0415
    from models.database import Database  # noqa: PLC0415
    from models.migrate import migrate  # noqa: PLC0415
    from resolvers.businesses import ensure_business  # noqa: PLC0415
    from resolvers.operation.ids import use_ids_of  # noqa: PLC0415
    from resolvers.operation.writing import Actor  # noqa: PLC0415

    database = Database(f"sqlite:///{folder / f'{file.name}.db'}")
    await migrate(database)
    await use_ids_of(database)
    now = datetime.now(UTC)
    shop = await ensure_business(database, "Shop", currency="GBP", timezone="Europe/London", now=now)
    summary = await import_file(
        database,
        path=file,
        business=shop,
        mapping=preset("online-retail"),
        now=now,
        actor=Actor("bench", "ADMIN"),
        rejects=folder / "rejects.csv",
    )
    await database.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": summary.read, "seconds": summary.seconds, "megabytes": peak}


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", nargs="?", type=Path, default=FILE)
    arguments.add_argument("--import", dest="only", nargs=2, type=Path, metavar=("FILE", "FOLDER"))
    given = arguments.parse_args()
    if given.only:
        print(json.dumps(asyncio.run(import_once(*given.only))))
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        bare = floor(given.file, folder)
        once = imported(given.file, folder)
        times = imported(multiplied(given.file, folder), folder)
    report("import / bare parse and insert", once["seconds"] / bare, f"{once['rows'] / once['seconds']:,.0f} rows/s")
    slower = times["seconds"] / once["seconds"]
    report(f"{TIMES} times the rows: seconds", slower, f"{times['rows'] / times['seconds']:,.0f} rows/s")
    grown = times["megabytes"] / once["megabytes"]
    report(f"{TIMES} times the rows: peak memory", grown, f"{once['megabytes']:.0f} -> {times['megabytes']:.0f} MB")


def report(what: str, ratio: float, beside: str) -> None:
    """Print one line: a ratio, and an absolute figure beside it."""
    print(f"{what:32}{ratio:6.2f} x   {beside}")


if __name__ == "__main__":
    main()
