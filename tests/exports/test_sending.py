"""How files are sent: a limited number at a time, never beyond who waits for them, and counted."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.requests import Request
from starlette.types import Receive

from exports import reports
from exports.document import Document, Table, text
from exports.files import file_of
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
from server.http.exports import ExportResponse, Exports
from server.http.graphql import utc_now
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
async def exports(exports_url: str, hostile_shop: Shop, tmp_path: Any) -> AsyncIterator[Exports]:
    services = Services(Database(exports_url))
    yield Exports(services, Any, Fonts(tmp_path), at_once=2, seconds=5, clock=utc_now)  # pyright: ignore[reportArgumentType]
    await services.close()


async def asked(
    exports: Exports, shop: Shop, format: ExportFormat = ExportFormat.CSV, left: asyncio.Event | None = None
) -> Any:
    """What opening a new link answers; the client goes where `left` is set."""
    context = Context(exports.services, Viewer("ann", Role.STAFF, shop.id), utc_now())
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
    assert await sent(response) == len("name\r\n") + BATCHES * 100 * 1002
    assert endless.is_closed


async def test_nothing_is_written_for_who_has_left(exports: Exports, hostile_shop: Shop, endless: Endless) -> None:
    response = await asked(exports, hostile_shop)

    await sent(response, leave_after=3)

    assert endless.made < BATCHES
    assert endless.is_closed
    assert exports._writing == 0  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("format", [ExportFormat.XLSX, ExportFormat.PDF])
async def test_nothing_is_put_together_for_who_has_left(
    exports: Exports,
    hostile_shop: Shop,
    endless: Endless,
    format: ExportFormat,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A workbook and a page have no first byte before their last row: who waits for it may go meanwhile."""
    left, folder = asyncio.Event(), tmp_path / "written"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    endless.after[3] = left.set

    response = await asked(exports, hostile_shop, format, left)

    assert response.status_code == 499
    assert 3 <= endless.made < BATCHES
    assert endless.is_closed
    assert not list(folder.iterdir()), "what was written so far is gone"
    assert exports._writing == 0  # pyright: ignore[reportPrivateUsage]


async def test_who_is_one_too_many_is_told_to_wait(exports: Exports, hostile_shop: Shop, endless: Endless) -> None:
    first, second = await asked(exports, hostile_shop), await asked(exports, hostile_shop)

    third = await asked(exports, hostile_shop)
    await sent(first)
    fourth = await asked(exports, hostile_shop)

    assert (third.status_code, third.headers["retry-after"]) == (503, "5")
    assert fourth.status_code == 200
    for response in (second, fourth):
        await sent(response)
    assert exports._writing == 0  # pyright: ignore[reportPrivateUsage]


async def test_an_export_has_a_time_limit(exports: Exports, hostile_shop: Shop, endless: Endless) -> None:
    exports.seconds = 0.02
    response = await asked(exports, hostile_shop)

    if response.status_code == 200:
        with pytest.raises(TimeoutError):
            await sent(response)
    assert endless.is_closed or not endless.made
    assert exports._writing == 0  # pyright: ignore[reportPrivateUsage]


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
    assert exports._writing == 0  # pyright: ignore[reportPrivateUsage]


def test_exports_are_counted(files: Files, export_settings: Settings) -> None:
    files.content("acquisition", "CSV")

    told = files.client.get("/metrics", headers={"Authorization": f"Bearer {SECRET[::-1]}"}).text
    assert 'customer_api_operation_seconds_count{kind="export",outcome="OK"}' in told


def test_every_export_has_a_maker() -> None:
    assert {exportable.name for exportable in EXPORTABLE} == {"segmentation", *MAKERS}


@pytest.mark.parametrize("format", ExportFormat)
async def test_who_waits_is_told_how_far_it_is(endless: Endless, tmp_path: Any, format: ExportFormat) -> None:
    document, told = await endless.document(Any, Any), list[tuple[str, int, int | None]]()  # pyright: ignore

    async for _ in file_of(
        document, Export(AcquisitionQuestion(), format), Fonts(tmp_path), lambda *said: told.append(said)
    ):
        pass

    most = 5 if format is ExportFormat.PDF else BATCHES  # 500 rows
    assert [rows for _, rows, _ in told] == [100 * batch for batch in range(1, most + 1)]
    assert {part for part, *_ in told} == {"Rows"}


async def test_bytes_go_out_as_rows_come_in(endless: Endless, tmp_path: Any) -> None:
    """Whatever has been written is gone from memory before the next rows are asked for."""
    document = await endless.document(Any, Any)  # pyright: ignore
    begun, sizes = list[int](), list[int]()

    async for chunk in file_of(document, Export(AcquisitionQuestion(), ExportFormat.CSV), Fonts(tmp_path)):
        begun.append(endless.made)
        sizes.append(len(chunk))

    assert begun == [*range(1, BATCHES + 1), BATCHES], "each batch is sent before the next is made"
    assert max(sizes) < 2 * 100 * 1002


async def test_parquet_is_written_in_groups_of_rows(tmp_path: Any) -> None:
    batch = pa.RecordBatch.from_pydict({"name": ["x"] * 5_000})

    async def batches() -> AsyncGenerator[pa.RecordBatch]:
        for _ in range(40):
            yield batch

    table = Table("rows", "Rows", (text("name", "Name"),), batches)
    document = Document("Many", "Shop", "GBP", 2, "now", utc_now(), (table,))
    parts = [c async for c in file_of(document, Export(AcquisitionQuestion(), ExportFormat.PARQUET), Fonts(tmp_path))]

    written = pq.ParquetFile(BytesIO(b"".join(parts)))

    assert written.metadata.num_rows == 200_000
    groups = [written.metadata.row_group(i).num_rows for i in range(written.metadata.num_row_groups)]
    assert max(groups) <= ROWS_OF_A_GROUP + 5_000
    assert len(parts) >= len(groups), "a group is sent when it is full"
