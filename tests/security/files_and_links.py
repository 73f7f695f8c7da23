"""Files, backups, mappings and links that hypothesis spoils, within limits of time and memory: a test runs it.

It is not run by `-m`: what is read apart would import it again for each file.
"""

import asyncio
import gzip
import io
import json
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.loader import import_file
from ingest.mapping import parse_map, parse_words
from ingest.presets import read_preset
from ingest.problems import ImportProblem
from ingest.readers import open_source
from models.backup import layouts
from models.database import Database
from resolvers.businesses import the_business
from resolvers.operation.ids import use_ids_of
from resolvers.operation.writing import Actor
from server.commands.archives import MANIFEST, NotABackup, reading, refuse_strangers
from server.commands.backup import back_up
from server.settings import Settings
from tests.builders import Shop, open_shop
from tests.exports.conftest import Files, serving
from tests.security.limits import limit_to

SECRET = "Vt3xk0pQ9s-Zf7LrW1mYcA5uHbD8eJ2gNq6T"
MEMORY = 2 * 2**30  # beside what the program itself takes; Arrow reserves more than it uses
CPU_SECONDS = 60
EXAMPLES = 40
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=tuple(HealthCheck),
)

# ---------------------------------------------------------------- what is put in

DEEP = st.integers(1, 100_000).flatmap(
    lambda depth: st.sampled_from((b"[", b"{", b"(", b'{"a":')).map(lambda some: some * depth)
)
PUT = st.binary(max_size=12) | st.sampled_from(
    (
        b"\0",
        b'"',
        b"\n",
        b"\r",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"1e999",
        b"9" * 400,
        b"\x7f\xff\xff\xff",
        b"\xff" * 8,
        b";",
    )
)
EDITS = st.lists(
    st.tuples(st.integers(-200, 4_000), st.sampled_from((0, 1, 2, 8, 300, 10**6)), PUT), min_size=1, max_size=4
)
Edits = list[tuple[int, int, bytes]]


def edited(content: bytes, edits: Edits) -> bytes:
    """What is left of it: at some places something is cut out and something else put in; negative ones count back."""
    for place, cut, put in edits:
        at = max(0, len(content) + place if place < 0 else place % (len(content) + 1))
        content = content[:at] + put + content[at + cut :]
    return content


def packed(parts: dict[str, bytes]) -> bytes:
    """A ZIP of them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of a ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


# ---------------------------------------------------------------- files

HEADER = ("Number", "Date", "Customer", "Item", "Quantity", "Price", "Paid")
ROWS = [
    ("1", "2026-01-02 10:00", "ann@example.com", 'A "mug", blue', "2", "4.50", "9.00"),
    ("1", "2026-01-02 10:00", "ann@example.com", "Ätherisches Öl", "1", "1,234.50", "1234.50"),
    ("2", "2026-01-03 11:30", "7", "Rope", "-1", "3.00", ""),
    ("3", "2026-01-31", "", "Two\nlines", "1", "(5.00)", "5"),
]
MAP = "sale=Number,occurred_at=Date,customer=Customer,product=Item,quantity=Quantity,unit_price=Price,paid=Paid"


def text() -> bytes:
    """The rows as CSV."""
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (HEADER, *ROWS)]
    return "\r\n".join(lines).encode()


def workbook() -> bytes:
    """The rows as a workbook."""
    book, made = openpyxl.Workbook(), io.BytesIO()
    for row in (HEADER, *ROWS):
        book.worksheets[0].append(row)
    book.save(made)
    return made.getvalue()


def parquet() -> bytes:
    """The rows as Parquet."""
    made = io.BytesIO()
    columns: Any = zip(*ROWS, strict=True)
    pq.write_table(pa.table(dict(zip(HEADER, map(list, columns), strict=True))), made)
    return made.getvalue()


def spoilt_files() -> st.SearchStrategy[tuple[str, bytes]]:
    """The names of files and what is in them."""
    book, table, lines = workbook(), parquet(), text()
    parts = unpacked(book)

    def part(name: str, edits: Edits) -> bytes:
        return packed({**parts, name: edited(parts[name], edits)})

    spoilt_text = EDITS.map(lambda edits: edited(lines, edits))
    return st.one_of(
        st.tuples(st.just("a.csv"), spoilt_text),
        st.tuples(st.just("a.csv.gz"), spoilt_text.map(gzip.compress)),
        st.tuples(st.just("a.csv.gz"), EDITS.map(lambda edits: edited(gzip.compress(lines), edits))),
        st.tuples(st.just("a.parquet"), EDITS.map(lambda edits: edited(table, edits))),
        st.tuples(st.just("a.xlsx"), EDITS.map(lambda edits: edited(book, edits))),
        st.tuples(st.just("a.xlsx"), st.builds(part, st.sampled_from(sorted(parts)), EDITS)),
        st.tuples(st.sampled_from(("a.csv", "a.xlsx")), spoilt_text.map(lambda made: packed({"a.csv": made}))),
    )


def fuzz_files(_store: str) -> None:
    """Whatever a file is, it is read or refused in words."""
    came: set[bool] = set()
    with TemporaryDirectory() as folder:

        @settings(fuzzed, max_examples=3 * EXAMPLES)
        @given(spoilt_files())
        def read(file: tuple[str, bytes]) -> None:
            path = Path(folder) / file[0]
            path.write_bytes(file[1])
            came.add(is_read(path))

        read()
    assert came == {True, False}


def is_read(path: Path) -> bool:
    try:
        with open_source(path) as source:
            for chunk in source.chunks:
                assert len(chunk.lines) == len(chunk.rows)
    except ImportProblem:
        return False
    return True


def fuzz_imports(store: str) -> None:
    """Whatever rows are, each is in exactly one of the four counts."""
    asyncio.run(_fuzz_imports(store))


async def _fuzz_imports(store: str) -> None:
    database = Database(store)
    await use_ids_of(database)
    await open_shop(database, "Shop")
    loop = asyncio.get_running_loop()
    with TemporaryDirectory() as folder:

        @fuzzed
        @given(EDITS)
        def imported(edits: Edits) -> None:
            path = Path(folder) / "a.csv"
            path.write_bytes(edited(text(), edits))
            asyncio.run_coroutine_threadsafe(import_one(database, path), loop).result()

        await asyncio.to_thread(imported)
    await database.close()


async def import_one(database: Database, path: Path) -> None:
    try:
        done = await import_file(
            database,
            path=path,
            business=await the_business(database, "Shop"),
            mapping=parse_map(MAP),
            now=NOW,
            actor=Actor("fuzz", "ADMIN"),
            rejects=path.with_suffix(".rejects.csv"),
        )
    except ImportProblem:
        return
    assert done.read == done.written + done.updated + done.unchanged + done.rejected


# ---------------------------------------------------------------- mappings and presets

WORDS = st.sampled_from(
    (
        "sale",
        "occurred_at",
        "unit_price",
        "order.",
        "paid.CASH",
        "status",
        "=",
        ",",
        "+",
        "|",
        '"',
        " ",
        "\0",
        "é",
        "COMPLETED",
    )
)
SAID = st.lists(WORDS | st.text(max_size=5), max_size=40).map("".join) | DEEP.map(bytes.decode)
PRESET = b"""title = "Till"
rows = "SALES"
[columns]
sale = "Bon"
occurred_at = { join = ["Datum", "Zeit"] }
unit_price = "Preis"
[words.status]
bezahlt = "COMPLETED"
"""


def fuzz_mappings(_store: str) -> None:
    """Whatever is said of columns and words, it is understood or refused in words."""
    presets = EDITS.map(lambda edits: edited(PRESET, edits)) | DEEP.map(lambda deep: PRESET + b"a = " + deep)
    with TemporaryDirectory() as folder:

        @settings(fuzzed, max_examples=3 * EXAMPLES)
        @given(SAID, presets)
        def said(told: str, preset: bytes) -> None:
            path = Path(folder) / "till.toml"
            path.write_bytes(preset)
            for read in (lambda: parse_map(told), lambda: parse_words([told]), lambda: read_preset(path)):
                understood(read)

        said()


def understood(read: Callable[[], object]) -> bool:
    try:
        read()
    except ImportProblem:
        return False
    return True


# ---------------------------------------------------------------- backups

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("9" * 5_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)
PLACES = st.lists(st.integers(0, 40), min_size=1, max_size=5)


def replaced(value: Any, places: list[int], new: Any) -> Any:
    """A JSON value with another one at a place in it."""
    if not places or not isinstance(value, dict | list) or not value:
        return new
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = keys[places[0] % len(keys)]
    copied: Any = value.copy()
    copied[key] = replaced(value[key], places[1:], new)
    return copied


def spoilt_backups(backup: bytes) -> st.SearchStrategy[bytes]:
    """What somebody may have made of a backup."""
    parts = unpacked(backup)
    manifest = json.loads(parts[MANIFEST])

    def part(name: str, content: bytes) -> bytes:
        return packed({**parts, name: content})

    def told(places: list[int], new: Any) -> bytes:
        return part(MANIFEST, json.dumps(replaced(manifest, places, new)).encode())

    tables = sorted(parts.keys() - {MANIFEST})
    return st.one_of(
        EDITS.map(lambda edits: edited(backup, edits)),
        st.builds(told, PLACES, VALUES),
        DEEP.map(lambda deep: part(MANIFEST, deep)),
        EDITS.map(lambda edits: part(MANIFEST, edited(parts[MANIFEST], edits))),
        st.builds(lambda name, edits: part(name, edited(parts[name], edits)), st.sampled_from(tables), EDITS),
    )


def fuzz_backups(store: str) -> None:
    """Whatever a backup is, it is read or refused in words."""
    there = {layout.name: layout for layout in layouts()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "backup.zip"
        asyncio.run(_back_up(store, path))
        backup = path.read_bytes()
        assert is_backup(path, there)

        @settings(fuzzed, max_examples=3 * EXAMPLES)
        @given(spoilt_backups(backup))
        def read(content: bytes) -> None:
            path.write_bytes(content)
            is_backup(path, there)

        read()


async def _back_up(store: str, path: Path) -> None:
    database = Database(store)
    shop = await open_shop(database, "Shop")
    shop.sale("ann", "2026-01-02", "4.50")
    await shop.save()
    await database.close()
    await back_up(Settings.model_validate({"database_url": store, "secret_key": SECRET}), path, NOW)


def is_backup(path: Path, there: Any) -> bool:
    try:
        with reading(path) as archive:
            if archive.damaged():
                return False
            refuse_strangers(archive.manifest.tables, there)
            for _layout, chunks in archive.tables():
                list(chunks)
    except NotABackup:
        return False
    return True


# ---------------------------------------------------------------- links


def fuzz_links(store: str) -> None:
    """Whatever is made of a link, it opens its own file or is refused in words."""
    shop = asyncio.run(_shop(store))
    with TemporaryDirectory() as folder, serving(store, shop, Path(folder)) as served:
        link = served.files.link('acquisition(period: {start: "2025-01-01", end: "2026-03-05"})').encode()
        path, _, token = link.partition(b"?token=")
        made = st.one_of(
            EDITS.map(lambda edits: edited(link, edits)),
            EDITS.map(lambda edits: path + b"?token=" + edited(token, edits)),
            st.binary(max_size=80).map(lambda rest: path + b"?" + rest),
            DEEP.map(lambda deep: path + b"?token=" + deep[:30_000]),
        )

        @settings(fuzzed, max_examples=3 * EXAMPLES)
        @given(made)
        def opened(address: bytes) -> None:
            check_link(served.files, address, token)

        opened()


def check_link(files: Files, address: bytes, token: bytes) -> None:
    readable = "/exports/" + "".join(chr(each) if 32 < each < 127 else f"%{each:02x}" for each in address)[9:]
    answer = files.client.get(readable)
    assert answer.status_code < 500, (answer.status_code, readable)
    if answer.headers.get("content-disposition"):
        assert token.decode() in readable


async def _shop(store: str) -> Shop:
    database = Database(store)
    shop = await open_shop(database, "Shop")
    shop.sale("ann", "2026-01-02", "4.50")
    await shop.save()
    await database.close()
    return shop


# ---------------------------------------------------------------- the process

TRIES: dict[str, Callable[[str], None]] = {
    "files": fuzz_files,
    "imports": fuzz_imports,
    "mappings": fuzz_mappings,
    "backups": fuzz_backups,
    "links": fuzz_links,
}


def main() -> None:
    """Try what is named, in a store."""
    what, store = sys.argv[1:]
    limit_to(MEMORY, CPU_SECONDS)
    TRIES[what](store)
    print(f"{what}: well")
