"""Statistics of filled tables: there on PostgreSQL as soon as they are filled, and never a reason to fail."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from models import Customer, Sale
from models.database import Database, table
from models.statistics import refresh_statistics
from server.commands import filling, importing
from server.settings import Settings
from tests.builders import NOW, open_shop
from tests.conftest import new_name, on_server
from tests.server.conftest import SECRET

pytestmark = pytest.mark.own_store

TABLES = [table(Customer), table(Sale)]
NAMES = ["customer", "sale"]
FILE = "id,at,who,what,price\n1,2026-01-03,ann,Tea,2.50\n2,2026-01-04,ben,Mug,4.00\n"
MAPPED = "sale=id,occurred_at=at,customer=who,product=what,unit_price=price"


async def counted(database: Database) -> dict[str, float]:
    """The rows that the planner believes to be in each table; -1 where it knows nothing."""
    asked = text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('customer', 'sale', 'sale_item')")
    async with database.reading() as connection:
        return {row.relname: row.reltuples for row in await connection.execute(asked)}


async def filled(database: Database) -> None:
    shop = await open_shop(database)
    for number in ("ann", "ben"):
        shop.sale(number, "2026-01-03", "10.00")
    await shop.save()


async def test_the_planner_knows_what_was_filled(database: Database) -> None:
    await filled(database)

    with capture_logs() as logs:
        await refresh_statistics(database, TABLES)

    assert logs == []
    if not database.is_sqlite:
        assert await counted(database) == {"customer": 2, "sale": 2, "sale_item": -1}


async def test_who_owns_no_table_is_told_once(postgres_url: str) -> None:
    user = new_name()
    await on_server(f"CREATE ROLE {user} LOGIN PASSWORD 'a'")
    url = make_url(postgres_url).set(username=user, password="a").render_as_string(hide_password=False)
    owner, database = Database(postgres_url), Database(url)
    await filled(owner)

    with capture_logs() as logs:
        await refresh_statistics(database, TABLES)

    assert [(line["event"], line["tables"], line["why"]) for line in logs] == [
        ("statistics not refreshed", NAMES, "this user does not own them")
    ]
    assert set((await counted(owner)).values()) == {-1}
    await database.close()
    await owner.close()
    await on_server(f"DROP ROLE {user}")


async def test_a_table_that_somebody_holds_is_left_as_it_is(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.statistics.NOT_LONG", "SET LOCAL lock_timeout = '10ms'")
    database = Database(postgres_url)
    async with database.transaction() as connection:
        await connection.execute(text("LOCK TABLE sale IN SHARE UPDATE EXCLUSIVE MODE"))
        with capture_logs() as logs:
            await refresh_statistics(database, TABLES)
    assert [(line["event"], line["tables"], line["why"]) for line in logs] == [
        ("statistics not refreshed", NAMES, "DBAPIError")
    ]
    await database.close()


async def test_the_demo_and_an_import_leave_statistics(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(database_url=postgres_url, secret_key=SECRET)  # pyright: ignore[reportArgumentType]
    (tmp_path / "orders.csv").write_text(FILE)
    request = importing.ImportRequest(
        file=tmp_path / "orders.csv",
        shop=importing.ImportTarget("Shop", "EUR", "UTC"),
        words=importing.ImportWords(mapping=MAPPED),
    )
    database = Database(postgres_url)

    await importing.import_into(settings, request, NOW)
    assert await counted(database) == {"customer": 2, "sale": 2, "sale_item": 2}
    await filling.grow(settings, now=NOW, customers=20, seed=1)
    known = await counted(database)
    assert known["customer"] == 26  # with the four cards that staff of the demo made
    assert min(known["sale"], known["sale_item"]) > 20
    await database.close()
