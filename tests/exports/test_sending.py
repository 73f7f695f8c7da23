"""How files are sent: a limited number at a time, never beyond who waits for them, and counted."""

import asyncio
import errno
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.requests import Request
from starlette.types import Receive

from exports import reports
from exports.document import Document, Table, text
from exports.files import write_file
from exports.reports import MAKERS
from exports.writers.parquet import ROWS_OF_A_GROUP
from exports.writers.pdf.fonts import Fonts
from models.database import Database
from resolvers.acquisition import AcquisitionQuestion
from resolvers.exports import EXPORTABLE, Export
from resolvers.links import export_url
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from rules.exports import ExportFormat
from server.http.exports import ExportLimits, ExportResponse, Exports
from server.http.graphql import utc_now
from server.http.rates import Rates, bucket_of
from server.http.spool import SpooledFile
from server.settings import Settings
from tests.builders import Shop
from tests.exports.conftest import Files
from tests.server.conftest import SECRET

BATCHES = 50


class Endless:
    """A report of many batches, which remembers how many were asked for and whether it was let go."""

    def __init__(self) -> None:
        self.made = 0
        self.is_closed = False
        self.after: dict[int, Callable[[], None]] = {}

    async def batches(self) -> AsyncGenerator[pa.RecordBatch]:
        try:
            for _ in range(BATCHES):
                self.made += 1
                self.after.get(self.made, lambda: None)()
                await asyncio.sleep(0.001)
                yield pa.RecordBatch.from_pydict({"name": ["x" * 1000] * 100})
        finally:
            self.is_closed = True

    async def document(self, _context: Context, _export: Any) -> Document:
        table = Table("rows", "Rows", (text("name", "Name"),), self.batches)
        return Document("Endless", "Shop", "GBP", 2, "now", utc_now(), (table,))


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Endless:
    made = Endless()
    monkeypatch.setattr(reports, "document_of", made.document)
    return made


@pytest.fixture
async def make(exports_url: str, hostile_shop: Shop, tmp_path: Any) -> AsyncIterator[Callable[..., Exports]]:
    """What makes the exports of a server with some limits."""
    services = Services(Database(exports_url))

    def made(rates: Rates | None = None, **limits: Any) -> Exports:
        return Exports(services, Any, Fonts(tmp_path), ExportLimits(**limits), utc_now, rates)

    yield made
    await services.close()


@pytest.fixture
def exports(make: Callable[..., Exports]) -> Exports:
    return make()


def is_idle(exports: Exports) -> bool:
    """Whether nothing is held of what there is so much of."""
    return (exports.writing.taken, exports.waiting.taken, exports.room.taken) == (0, 0, 0)


async def asked(
    exports: Exports,
    shop: Shop,
    format: ExportFormat = ExportFormat.CSV,
    left: asyncio.Event | None = None,
    viewer: Viewer | None = None,
) -> Any:
    """What opening a new link answers; the client goes where `left` is set."""
    context = Context(exports.services, viewer or Viewer("ann", Role.STAFF, shop.id), utc_now())
    path, _, query = (await export_url(context, Export(AcquisitionQuestion(), format))).partition("?")
    await context.close()
    scope = {
        "type": "http",
        "method": "GET",
        "headers": [],
        "query_string": query.encode(),
        "path_params": {"file_name": path.rpartition("/")[2]},
    }
    return await exports.answer(Request(scope, leaving(left or asyncio.Event())))


def leaving(left: asyncio.Event) -> Receive:
    """What a server hears of a client that goes once `left` is set."""

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    return receive


async def sent(response: Any, leave_after: int | None = None) -> int:
    """Take the body, or leave after so many messages; how many bytes came."""
    left = asyncio.Event()
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)
        if leave_after is not None and len(messages) > leave_after:
            left.set()
            await asyncio.sleep(0.01)

    await response({"type": "http"}, leaving(left), send)
    return sum(len(message.get("body", b"")) for message in messages)


async def test_all_of_it_is_sent(exports: Exports, hostile_shop: Shop, endless: Endless) -> None:
    response = await asked(exports, hostile_shop)

    assert isinstance(response, ExportResponse)
    assert endless.is_closed, "it is written before anything of it is sent"
    assert response.headers["content-length"] == str(len("name\r\n") + BATCHES * 100 * 1002)
    assert await sent(response) == len("name\r\n") + BATCHES * 100 * 1002
    assert is_idle(exports)


async def test_who_leaves_is_sent_no_more(exports: Exports, hostile_shop: Shop, endless: Endless) -> None:
    response = await asked(exports, hostile_shop)

    assert await sent(response, leave_after=3) < int(response.headers["content-length"])
    assert is_idle(exports)


@pytest.mark.parametrize("format", ExportFormat)
async def test_nothing_is_put_together_for_who_has_left(
    exports: Exports,
    hostile_shop: Shop,
    endless: Endless,
    format: ExportFormat,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No file has a first byte before its last row: who waits for it may go meanwhile."""
    left, folder = asyncio.Event(), tmp_path / "written"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    endless.after[3] = left.set

    response = await asked(exports, hostile_shop, format, left)

    assert response.status_code == 499
    assert 3 <= endless.made < BATCHES
    assert endless.is_closed
    assert not list(folder.iterdir()), "what was written so far is gone"
    assert is_idle(exports)


async def test_a_file_that_waits_for_its_reader_holds_no_place_among_the_written(
    make: Callable[..., Exports], hostile_shop: Shop, endless: Endless
) -> None:
    exports = make(at_once=1, of_business=1, of_bearer=1)
    unread = [await asked(exports, hostile_shop) for _ in range(8)]

    refused = await asked(exports, hostile_shop)
    await sent(unread.pop())
    again = await asked(exports, hostile_shop)

    assert {response.status_code for response in unread} == {200}
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert refused.body == (
        b"As many files as this token may have at a time wait for who reads them: ask again when some are read."
    )
    assert again.status_code == 200
    for response in (*unread, again):
        await sent(response)
    assert is_idle(exports)


async def test_an_export_has_a_time_limit(make: Callable[..., Exports], hostile_shop: Shop, endless: Endless) -> None:
    exports = make(seconds=0.02)

    response = await asked(exports, hostile_shop)

    assert response.status_code == 504
    assert endless.is_closed or not endless.made
    assert is_idle(exports)


async def test_who_does_not_read_is_cut_off(make: Callable[..., Exports], hostile_shop: Shop, endless: Endless) -> None:
    exports = make(patience=0, bytes_per_second=10**15)
    response = await asked(exports, hostile_shop)

    async def never(message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    await response({"type": "http"}, leaving(asyncio.Event()), never)

    assert is_idle(exports)


async def test_who_reads_at_once_is_never_too_slow(
    make: Callable[..., Exports], hostile_shop: Shop, endless: Endless
) -> None:
    exports = make(patience=0, bytes_per_second=10**15)

    response = await asked(exports, hostile_shop)

    assert await sent(response) == int(response.headers["content-length"])


@pytest.mark.parametrize("format", [ExportFormat.CSV, ExportFormat.XLSX, ExportFormat.PDF, ExportFormat.PARQUET])
async def test_a_file_without_room_is_refused(
    make: Callable[..., Exports], hostile_shop: Shop, endless: Endless, format: ExportFormat
) -> None:
    exports = make(spool_bytes=400)

    response = await asked(exports, hostile_shop, format)

    assert response.status_code == 429
    assert response.body == (
        b"There is no room for this file beside those of this token that wait for who reads them: ask again later."
    )
    assert is_idle(exports)


async def test_a_full_disk_is_told(
    exports: Exports, hostile_shop: Shop, endless: Endless, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: Any, _data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SpooledFile, "write", full)

    response = await asked(exports, hostile_shop)

    assert (response.status_code, response.body) == (503, b"The disk has no room for the file: ask again later.")
    assert is_idle(exports)


async def test_an_opening_is_paid_by_who_made_the_link(
    make: Callable[..., Exports], hostile_shop: Shop, endless: Endless
) -> None:
    rates = Rates(1_200)
    exports, ann = make(rates), Viewer("ann", Role.STAFF, hostile_shop.id)

    for _ in range(2):
        await sent(await asked(exports, hostile_shop))
    refused = await asked(exports, hostile_shop)
    other = await asked(exports, hostile_shop, viewer=replace(ann, subject="bob"))

    assert refused.status_code == 429
    assert refused.body.startswith(b"The operation costs 500 points, and 200 of 1,200 a minute are left to this token")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert other.status_code == 200
    assert await rates.spend(bucket_of(ann), 200) == 0, "what was refused cost nothing"
    await sent(other)
    assert is_idle(exports)


async def test_a_small_bucket_opens_one(make: Callable[..., Exports], hostile_shop: Shop, endless: Endless) -> None:
    exports = make(Rates(100))

    await sent(await asked(exports, hostile_shop))

    assert (await asked(exports, hostile_shop)).status_code == 429


async def test_a_failure_before_the_first_byte_is_told_by_an_id(
    exports: Exports, hostile_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_context: Context, _export: Any) -> Any:
        raise RuntimeError("SELECT secret")

    monkeypatch.setattr(reports, "document_of", failing)

    response = await asked(exports, hostile_shop)

    assert response.status_code == 500
    assert b"SELECT" not in response.body
    assert b"tell support this id" in response.body
    assert is_idle(exports)


def test_exports_are_counted(files: Files, export_settings: Settings) -> None:
    files.content("acquisition", "CSV")

    told = files.client.get("/metrics", headers={"Authorization": f"Bearer {SECRET[::-1]}"}).text
    assert 'customer_api_operation_seconds_count{kind="export",outcome="OK"}' in told


def test_every_export_has_a_maker() -> None:
    assert {exportable.name for exportable in EXPORTABLE} == {"segmentation", *MAKERS}


@pytest.mark.parametrize("format", ExportFormat)
async def test_who_waits_is_told_how_far_it_is(endless: Endless, tmp_path: Any, format: ExportFormat) -> None:
    document, told = await endless.document(Any, Any), list[tuple[str, int, int | None]]()  # pyright: ignore

    with TemporaryFile() as file:
        progress: Any = lambda *said: told.append(said)  # noqa: E731
        await write_file(document, Export(AcquisitionQuestion(), format), Fonts(tmp_path), file, progress)

    most = 5 if format is ExportFormat.PDF else BATCHES  # 500 rows
    assert [rows for _, rows, _ in told] == [100 * batch for batch in range(1, most + 1)]
    assert {part for part, *_ in told} == {"Rows"}


async def test_rows_are_on_disk_before_the_next_are_asked_for(endless: Endless, tmp_path: Any) -> None:
    """Nothing of what has been written stays in memory."""
    document, sizes = await endless.document(Any, Any), list[int]()

    with TemporaryFile(buffering=0) as file:
        for batch in range(1, BATCHES + 1):
            endless.after[batch] = lambda: sizes.append(file.tell())
        await write_file(document, Export(AcquisitionQuestion(), ExportFormat.CSV), Fonts(tmp_path), file)

    assert sizes == [len("name\r\n") + before * 100 * 1002 for before in range(BATCHES)]


async def test_parquet_is_written_in_groups_of_rows(tmp_path: Any) -> None:
    batch = pa.RecordBatch.from_pydict({"name": ["x"] * 5_000})

    async def batches() -> AsyncGenerator[pa.RecordBatch]:
        for _ in range(40):
            yield batch

    table, out = Table("rows", "Rows", (text("name", "Name"),), batches), BytesIO()
    document = Document("Many", "Shop", "GBP", 2, "now", utc_now(), (table,))
    await write_file(document, Export(AcquisitionQuestion(), ExportFormat.PARQUET), Fonts(tmp_path), out)

    written = pq.ParquetFile(BytesIO(out.getvalue()))

    assert written.metadata.num_rows == 200_000
    groups = [written.metadata.row_group(i).num_rows for i in range(written.metadata.num_row_groups)]
    assert max(groups) <= ROWS_OF_A_GROUP + 5_000
