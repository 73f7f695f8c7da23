"""The last imports of a business, and what became of their rows."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from models.database import table
from models.imports import ImportRun, ImportStatus
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import writing
from tests.builders import ACTOR, NOW, Shop
from tests.schema.conftest import Asker
from tests.schema.corner_shop import corner_shop

COUNTS = ("rows_read", "rows_written", "rows_updated", "rows_unchanged", "rows_rejected")
IMPORTS = """{ viewer { business { dataQuality { rejectedRows imports {
    file preset status startedAt finishedAt rowsRead rowsWritten rowsUpdated rowsUnchanged rowsRejected error
} } } } }"""


async def put(shop: Shop, id_: int, file: str, counts: tuple[int, ...], **more: Any) -> None:
    """Have a file imported, on the day of the number."""
    began = datetime(2026, 2, id_, 8, tzinfo=UTC)
    told = {"id": 900 + id_, "file_name": file, "preset": "square", "started_at": began, **more}
    async with writing(shop.database, shop.id, actor=ACTOR, clock=lambda: NOW) as open_write:
        row = {
            **told,
            **dict(zip(COUNTS, counts, strict=True)),
            "business_id": shop.id,
            "revision": open_write.revision,
        }
        await open_write.connection.execute(insert(table(ImportRun)).values(**row))


async def test_the_last_import_of_each_file_newest_first(both_services: Any) -> None:
    shop = await corner_shop(both_services.database)
    ask = Asker(both_services, Viewer("vic", Role.VIEWER, shop.id))
    assert (await imports(ask)) == {"rejectedRows": 0, "imports": []}

    done = {"status": ImportStatus.DONE, "finished_at": datetime(2026, 2, 4, 9, tzinfo=UTC)}
    await put(shop, 1, "sales.csv", (10, 10, 0, 0, 0), **done)
    await put(shop, 2, "people.csv", (9, 3, 2, 1, 3), **done)
    await put(shop, 3, "sales.csv", (12, 2, 0, 9, 1), **done)
    await put(shop, 4, "broken.xlsx", (5, 0, 0, 0, 0), status=ImportStatus.FAILED, error="there is no sheet Sales")

    found = await imports(ask)
    assert found["rejectedRows"] == 4
    assert [(one["file"], one["status"], one["rowsRejected"]) for one in found["imports"]] == [
        ("broken.xlsx", "FAILED", 0),
        ("sales.csv", "DONE", 1),
        ("people.csv", "DONE", 3),
    ]
    assert found["imports"][0]["error"] == "there is no sheet Sales"
    assert found["imports"][1] == {
        "file": "sales.csv",
        "preset": "square",
        "status": "DONE",
        "startedAt": "2026-02-03T08:00:00+00:00",
        "finishedAt": "2026-02-04T09:00:00+00:00",
        "rowsRead": 12,
        "rowsWritten": 2,
        "rowsUpdated": 0,
        "rowsUnchanged": 9,
        "rowsRejected": 1,
        "error": None,
    }


async def imports(ask: Asker) -> Any:
    """What is told of imports."""
    return (await ask(IMPORTS))["viewer"]["business"]["dataQuality"]
