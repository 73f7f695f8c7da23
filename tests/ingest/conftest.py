"""A shop to import into, and files made of the lines of a test."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ingest.loader import ImportSummary, import_file
from ingest.mapping import Mapping
from ingest.presets import preset
from models.database import Database
from resolvers.businesses import ensure_business
from resolvers.operation.actor import Actor

NOW = datetime(2012, 1, 2, 9, 30, tzinfo=UTC)
ACTOR = Actor("import", "ADMIN")
ONLINE_RETAIL_HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"

Importing = Callable[..., Awaitable[ImportSummary]]
Asking = Callable[..., Awaitable[list[Any]]]


@pytest.fixture
async def shop(database: Database) -> Any:
    return await ensure_business(database, "Shop", currency="GBP", timezone="Europe/London", region="GB", now=NOW)


@pytest.fixture
def importing(database: Database, shop: Any, tmp_path: Path) -> Importing:
    """Import lines as a CSV file of the online-retail layout, or of another mapping with its own header."""

    async def run(
        lines: Sequence[str] | Path, *, mapping: Mapping | None = None, name: str = "file.csv", **more: Any
    ) -> ImportSummary:
        path = lines if isinstance(lines, Path) else tmp_path / name
        if not isinstance(lines, Path):
            header = [] if mapping else [ONLINE_RETAIL_HEADER]
            path.write_text("\n".join([*header, *lines]) + "\n", encoding="utf-8")
        arguments = {"business": shop, "now": NOW, "actor": ACTOR, "rejects": tmp_path / "rejects.csv", **more}
        return await import_file(database, path=path, mapping=mapping or preset("online-retail"), **arguments)

    return run


@pytest.fixture
def asking(database: Database, shop: Any) -> Asking:
    """The rows of a statement, as dictionaries or plain tuples: those of the shop, or of another business."""

    async def ask(statement: str, *, plain: bool = False, business: Any = shop, **values: Any) -> list[Any]:
        async with database.reading(business.id) as connection:
            rows = await connection.execute(text(statement), values)
            return list(rows) if plain else [dict(row._mapping) for row in rows]

    return ask


@pytest.fixture
def rejected(tmp_path: Path) -> Callable[[], list[str]]:
    """The lines of the rejects file without its header, none where there is no file."""

    def read() -> list[str]:
        path = tmp_path / "rejects.csv"
        return path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else []

    return read
