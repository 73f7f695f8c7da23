"""The one way to write: revisions without gaps or doubles, whoever writes at once, and nothing of what failed."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from models import Sale, Storefront
from models.audit import AuditSource
from models.database import Database, table
from resolvers.businesses import ensure_business
from resolvers.operation.actor import Actor
from resolvers.operation.ids import global_id
from resolvers.operation.writing import NoSuchBusiness, Write, writing

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ACTOR = Actor("ann", "MANAGER")
PROCESSES, WRITES = 8, 25


async def a_business(database: Database, name: str = "Shop") -> int:
    """The id of a new business."""
    return (await ensure_business(database, name, currency="GBP", timezone="UTC", now=NOW)).id


async def all_rows(database: Database, business: int, statement: str) -> list[Any]:
    """The rows of a statement on those of a business."""
    async with database.reading(business) as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


async def state(database: Database, business: int) -> tuple[int, int, Any]:
    """The revisions of a business, and when it changed."""
    (row,) = await all_rows(
        database, business, f"SELECT revision, facts_revision, updated_at FROM business WHERE id = {int(business)}"
    )
    at = datetime.fromisoformat(row[2]) if isinstance(row[2], str) else row[2]
    return row[0], row[1], at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


async def put(database: Database, business: int, name: str, *, facts: bool = True, now: datetime = NOW) -> int:
    """Write a storefront, and with `facts` say that facts were written too; its revision."""
    async with writing(database, business, actor=ACTOR, clock=lambda: now) as opened:
        await opened.insert(table(Storefront), name=name)
        if facts:
            opened.wrote(table(Sale))
        return opened.revision


async def open_storefront(write: Write, name: str) -> int:
    """The smallest operation; the id of a new storefront."""
    return await write.insert(table(Storefront), name=name, is_active=True)


# ---------------------------------------------------------------- many at once


async def test_eight_processes_lose_nothing_and_make_no_revision_twice(store_url: str) -> None:
    database = Database(store_url)
    business, other = await a_business(database), await a_business(database, "Other")
    command = [sys.executable, "-W", "error", "-m", "tests.resolvers.writers", store_url]
    counts = [str(business), str(PROCESSES), str(WRITES)]
    run = await asyncio.to_thread(
        subprocess.run, [*command, *counts], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert (run.returncode, run.stderr) == (0, "")
    taken = [[int(revision) for revision in line.split()] for line in run.stdout.splitlines()]

    everything = list(range(1, PROCESSES * WRITES + 1))
    assert sorted(revision for own in taken for revision in own) == everything
    assert all(own == sorted(own) for own in taken)
    stored = {f"writer{process}-{n}": revision for process, own in enumerate(taken) for n, revision in enumerate(own)}
    assert dict(await all_rows(database, business, "SELECT name, revision FROM storefront")) == stored
    audited = await all_rows(database, business, "SELECT changes, revision FROM audit_entry")
    assert {json.loads(changes)[0][2]: revision for changes, revision in audited} == stored
    last_fact = max(revision for own in taken for n, revision in enumerate(own) if n % 3 != 2)
    assert (await state(database, business))[:2] == (PROCESSES * WRITES, last_fact)
    assert (await state(database, other))[:2] == (0, 0)
    assert any(own[-1] - own[0] > WRITES - 1 for own in taken)  # one at least was interrupted by others
    await database.close()


async def test_tasks_of_one_process_write_one_after_the_other(database: Database) -> None:
    business = await a_business(database)
    taken = await asyncio.gather(*(put(database, business, f"S{n}") for n in range(30)))

    assert sorted(taken) == list(range(1, 31))
    assert sorted(await all_rows(database, business, "SELECT revision FROM storefront")) == [(n,) for n in range(1, 31)]


async def test_a_write_that_reads_first_is_alone_from_its_first_moment(sqlite_database: Database) -> None:
    """On SQLite, whose write lock is taken by BEGIN: two that read one state would make one of it twice, or fail."""
    business = await a_business(sqlite_database)

    async def one_more() -> None:
        async with sqlite_database.transaction() as connection:
            count = (await connection.execute(text("SELECT count(*) FROM storefront"))).scalar_one()
            await asyncio.sleep(0.01)
            row = {"business_id": business, "name": f"S{count}", "revision": 1}
            await connection.execute(insert(table(Storefront)).values(row))

    await asyncio.gather(*(one_more() for _ in range(5)))

    assert len(await all_rows(sqlite_database, business, "SELECT name FROM storefront")) == 5


async def test_businesses_count_apart(database: Database) -> None:
    first, second = await a_business(database), await a_business(database, "Other")

    assert [await put(database, b, f"S{n}") for n, b in enumerate((first, second, first, first, second))] == [
        *(1, 1, 2, 3, 2),
    ]
    assert ((await state(database, first))[0], (await state(database, second))[0]) == (3, 2)


# ---------------------------------------------------------------- one write


async def test_facts_revision_is_that_of_the_last_write_of_facts(database: Database) -> None:
    business = await a_business(database)
    seen = []
    for n, facts in enumerate((False, True, False, False, True, True, False)):
        await put(database, business, f"S{n}", facts=facts, now=NOW + timedelta(minutes=n))
        seen.append((await state(database, business))[:2])

    assert seen == [(1, 0), (2, 2), (3, 2), (4, 2), (5, 5), (6, 6), (7, 6)]
    assert (await state(database, business))[2] == NOW + timedelta(minutes=6)


async def test_an_exception_undoes_all_and_takes_no_revision(database: Database) -> None:
    business = await a_business(database)
    await put(database, business, "kept")
    before = await state(database, business)

    async def change_my_mind() -> None:
        async with writing(database, business, actor=ACTOR, clock=lambda: NOW + timedelta(days=1)) as opened:
            await opened.once(open_storefront, "lost")
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_my_mind()
    with pytest.raises(IntegrityError):
        await put(database, business, "kept", now=NOW + timedelta(days=1))

    assert await state(database, business) == before
    assert await all_rows(database, business, "SELECT name FROM storefront") == [("kept",)]
    assert await all_rows(database, business, "SELECT count(*) FROM audit_entry") == [(0,)]
    assert await put(database, business, "next") == before[0] + 1


async def test_a_cancelled_write_undoes_all_and_holds_nobody_up(database: Database) -> None:
    business = await a_business(database)
    inside = asyncio.Event()

    async def forever() -> None:
        async with writing(database, business, actor=ACTOR, clock=lambda: NOW):
            inside.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(forever())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await asyncio.wait_for(put(database, business, "next"), 10) == 1


async def test_a_business_that_is_not_there(database: Database) -> None:
    business = await a_business(database)
    with pytest.raises(NoSuchBusiness, match=f"no business {business + 1}"):
        await put(database, business + 1, "lost")

    assert (await state(database, business))[0] == 0
    for of in (business, business + 1):
        assert await all_rows(database, of, "SELECT name FROM storefront") == []


async def test_a_write_leaves_its_record(database: Database) -> None:
    business = await a_business(database)
    actor = Actor("import", "ADMIN", AuditSource.IMPORT, request_id="r1")
    async with writing(database, business, actor=actor, clock=lambda: NOW) as opened:
        first = await opened.once(open_storefront, "é")
    async with writing(database, business, actor=ACTOR, clock=lambda: NOW) as opened:
        second = await opened.once(open_storefront, "b", action="open")

    rows = await all_rows(
        database,
        business,
        "SELECT business_id, actor, role, source, request_id, action, subject, customer_id, changes, revision"
        " FROM audit_entry ORDER BY id",
    )
    assert [(*row[:6], row[6], row[7], json.loads(row[8]), row[9]) for row in rows] == [
        (business, "import", "ADMIN", "IMPORT", "r1", "openStorefront", global_id("Storefront", first), None,
         [["name", None, "é", False]], 1),
        (business, "ann", "MANAGER", "COMMAND", None, "open", global_id("Storefront", second), None,
         [["name", None, "b", False]], 2),
    ]  # fmt: skip
