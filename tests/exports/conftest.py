"""A served shop with names in many scripts, and its files as other libraries open them."""

import csv
import shutil
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import pytest_asyncio
from starlette.testclient import TestClient

from models.database import Database
from server.app import create_app
from server.settings import Settings
from tests.builders import Line, Shop
from tests.schema.corner_shop import corner_shop
from tests.server.conftest import SECRET, token_of

# A name that a spreadsheet, a printer or a path might trip over, and what it is.
HOSTILE = {
    "H01": ('=HYPERLINK("http://evil.example","click")', "formula"),
    "H02": ("+1+1", "formula"),
    "H03": ("-2+3", "formula"),
    "H04": ("@SUM(A1:A9)", "formula"),
    "H05": ("\t=1", "formula"),
    "H06": ("\r=1", "formula"),
    "H07": ('comma, "quote" and ; semicolon', "quoted"),
    "H08": ("two\nlines", "quoted"),
    "H09": ("محمد عبد الله", "right to left"),
    "H10": ("דוד כהן", "right to left"),
    "H11": ("王小明", "Chinese"),
    "H12": ("김민수", "Korean"),
    "H13": ("山田 花子", "Japanese"),
    "H14": ("नमस्ते सिंह", "Devanagari"),
    "H15": ("สมชาย ใจดี", "Thai"),
    "H16": ("Zoë 🙂 O'Brien", "emoji"),
    "H17": ("a\u0007b\u202ec", "controls"),
    "H18": ("'quoted", "apostrophe"),
    "H19": ("<b>&amp;</b>", "markup"),
    "H20": ("＝1＋1", "formula"),
    "H21": ("Ann \U0001fae9\u0378", "newer than the tables"),
}


async def exported_shop(database: Database) -> Shop:
    """The corner shop with customers of hostile names, each with a sale."""
    shop = await corner_shop(database)
    for place, (number, (name, _)) in enumerate(HOSTILE.items()):
        shop.customer(number, first_name=name, joined="2026-02-01")
        shop.sale(
            number,
            f"2026-02-{1 + place:02} 11:00",
            lines=[Line("Thing", f"{10 + place}.25", category="Food" if place % 2 else "Drinks", cost="1.00")],
            storefront="High Street",
            payments={"CARD": f"{10 + place}.25"},
        )
    await shop.save()
    return shop


@dataclass(frozen=True)
class Files:
    """Asks the served shop, and opens what it exports."""

    client: TestClient
    token: str

    def ask(self, query: str, token: str | None = None) -> Any:
        """The data of a query."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        answer = self.client.post("/graphql", json={"query": query}, headers=headers).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def link(self, field: str, format: str = "CSV", **arguments: str) -> str:
        """The link that a field of the query, with its arguments, gives."""
        more = "".join(f", {name}: {value}" for name, value in arguments.items())
        data = self.ask(f"{{ found: {field} {{ exportUrl(format: {format}{more}) }} }}")
        return data["found"]["exportUrl"]

    def get(self, link: str, **headers: str) -> Any:
        """What a link answers."""
        return self.client.get(link, headers=headers)

    def content(self, field: str, format: str, **arguments: str) -> bytes:
        """The file of a field."""
        answer = self.get(self.link(field, format, **arguments))
        assert answer.status_code == 200, answer.text
        return answer.content

    def csv(self, field: str, **arguments: str) -> list[dict[str, Any]]:
        """The rows of the CSV file, as Python's reader has them."""
        text = self.content(field, "CSV", **arguments).decode("utf-8")
        return list(csv.DictReader(StringIO(text, newline=""), strict=True))

    def xlsx(self, field: str, **arguments: str) -> dict[str, list[list[Any]]]:
        """The sheets of the workbook, as openpyxl has them: what is shown in percent is a hundredth of it."""
        book = openpyxl.load_workbook(BytesIO(self.content(field, "XLSX", **arguments)))
        return {sheet.title: [list(map(cell_of, row)) for row in sheet.iter_rows()] for sheet in book.worksheets}

    def parquet(self, folder: Path, field: str, **arguments: str) -> list[dict[str, Any]]:
        """The rows of the Parquet file, as DuckDB has them."""
        path = folder / "export.parquet"
        path.write_bytes(self.content(field, "PARQUET", **arguments))
        with duckdb.connect() as connection:
            found = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def cell_of(cell: Any) -> Any:
    """What a cell of a workbook shows."""
    is_percentage = isinstance(cell.value, int | float) and cell.number_format.endswith("%")
    return cell.value * 100 if is_percentage else cell.value


@dataclass(frozen=True)
class Served:
    """A served shop: its settings, and who asks it as a manager."""

    shop: Shop
    settings: Settings
    files: Files


@contextmanager
def serving(url: str, shop: Shop, folder: Path) -> Generator[Served]:
    """Serve the shop of a store for as long as tests need it; `folder` is where it looks for `.env`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        settings = Settings(database_url=url, secret_key=SECRET, metrics_token=SECRET[::-1])  # pyright: ignore[reportArgumentType]
        local: Any = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}
        with TestClient(create_app(settings), raise_server_exceptions=False, **local) as client:
            yield Served(shop, settings, Files(client, token_of(settings, shop)))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own, where no `.env` is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def exports_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The store of the tests of a module, which only read it."""
    path = tmp_path_factory.mktemp("exports") / "store.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hostile_shop(exports_url: str) -> Shop:
    """The shop of these tests."""
    return await made_in(exports_url)


async def made_in(url: str) -> Shop:
    """The shop, in an empty store."""
    database = Database(url)
    shop = await exported_shop(database)
    await database.close()
    return shop


@pytest.fixture(scope="module")
def served(exports_url: str, hostile_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    """The shop, served for all tests of a module."""
    with serving(exports_url, hostile_shop, tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture
def files(served: Served) -> Files:
    """Asks the served shop as a manager."""
    return served.files


@pytest.fixture
def export_settings(served: Served) -> Settings:
    """The settings of the served shop."""
    return served.settings


@pytest.fixture
async def own(sqlite_url: str, tmp_path: Path) -> AsyncGenerator[Served]:
    """Another shop, served for one test, which may change it."""
    with serving(sqlite_url, await made_in(sqlite_url), tmp_path) as made:
        yield made


def plain(value: Any) -> Any:
    """A cell of any file or answer as something that can be compared with a cell of another."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).date().isoformat() if value.tzinfo else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return round(float(value), 9)
    return value
