"""One operation: replayed by its key, refused without a trace, seen by what is asked after it; on both stores."""

import asyncio
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from analytics.copy.copy import ColumnarCopy
from models import Customer, Sale
from models.database import any_of, scoped, table
from resolvers.operation.actor import UsedFor
from resolvers.operation.context import Context, report_key
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role
from resolvers.operation.writing import Write, writing
from rules.refusals import IdempotencyConflict, InvalidInput, NotFound, Refusal
from tests.builders import NOW, Shop, open_shop
from tests.resolvers.operation.storefronts import (
    ACTOR,
    OpenStorefront,
    context_of,
    count,
    everything,
    open_storefront,
    write,
)

ROOT = Path(__file__).parents[3]
SALES = select(table(Sale)).where(scoped(table(Sale)))
CUSTOMERS = select(table(Customer)).where(scoped(table(Customer)), any_of(table(Customer).c.id, "ids"))


# ---------------------------------------------------------------- what it leaves


async def test_what_was_done_is_told_once_and_in_one_revision(services: Services, shop: Shop) -> None:
    done = await write(services, shop, OpenStorefront("  Harbour "))
    assert done.replayed is False
    found = await everything(shop)
    assert [row[2] for row in found["storefront"]] == ["Harbour"]
    async with shop.database.reading(shop.id) as connection:
        audit = (await connection.execute(text("SELECT * FROM audit_entry"))).one()
        event = (await connection.execute(text("SELECT * FROM event"))).one()
        business = (await connection.execute(text("SELECT * FROM business"))).one()
    told = (audit.actor, audit.role, audit.source, audit.request_id, audit.action, audit.revision)
    assert told == ("ann", "MANAGER", "API", "r-1", "openStorefront", 2)
    assert (event.sequence, event.type, event.revision) == (1, "storefront.opened", 2)
    assert json.loads(event.data) == {"id": done.storefront_id, "revision": 2}
    assert (business.revision, business.facts_revision) == (2, 1)


@pytest.mark.parametrize("fails", ["refusal", "fault"])
async def test_what_failed_has_changed_nothing(services: Services, shop: Shop, fails: str) -> None:
    before = await everything(shop)
    asked = OpenStorefront("Harbour", fails=fails)
    if fails == "fault":
        with pytest.raises(RuntimeError, match="a fault of ours"):
            await write(services, shop, asked, "k1")
    else:
        refused = await write(services, shop, asked, "k1")
        assert (type(refused).__name__, refused.field, refused.value) == ("Duplicate", "name", "Harbour")
    assert await everything(shop) == before
    assert (await write(services, shop, OpenStorefront("Harbour"), "k1")).replayed is False


async def test_all_that_is_wrong_is_said_before_the_lock(services: Services, shop: Shop) -> None:
    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW):  # nobody else gets the lock
        refused = await asyncio.wait_for(write(services, shop, OpenStorefront(" ")), 10)
    assert type(refused).__name__ == InvalidInput.__name__
    assert [(problem.path, problem.code) for problem in refused.problems] == [(("name",), "REQUIRED")]


async def test_what_changes_nothing_takes_no_revision(services: Services, shop: Shop) -> None:
    async def nothing(write: Write, asked: str) -> str:
        return asked

    before = await everything(shop)
    context = context_of(services, shop)
    assert await context.write(nothing, "same") == "same"
    await context.close()
    assert await everything(shop) == before


async def test_a_forecast_is_undone(services: Services, shop: Shop) -> None:
    before = await everything(shop)
    context = context_of(services, shop)
    assert (await context.forecast(open_storefront, OpenStorefront("Harbour"))).storefront_id > 0
    refused = await context.forecast(open_storefront, OpenStorefront("Harbour", fails="refusal"))
    assert type(refused).__name__ == "Duplicate"
    await context.close()
    assert await everything(shop) == before


async def test_what_only_the_store_can_tell_is_refused_as_asked(services: Services, shop: Shop) -> None:
    async def look(write: Write, id_: int) -> Any:
        missing = NotFound("no such customer", ("customer",))
        return (await write.one(CUSTOMERS, missing, ids=[id_])).number

    context = context_of(services, shop)
    assert await context.write(look, shop.id_of("anna")) == "anna"
    refused = await context.write(look, shop.id_of("anna") + 1)
    assert (type(refused).__name__, refused.path) == ("NotFound", ("customer",))
    await context.close()


# ---------------------------------------------------------------- keys


async def test_the_same_key_replays_what_was_made(services: Services, shop: Shop) -> None:
    first = await write(services, shop, OpenStorefront("Harbour"), "k1")
    before = await everything(shop)
    again = await write(services, shop, OpenStorefront(" Harbour", is_active=True), "k1")
    assert again == replace(first, replayed=True)
    assert await everything(shop) == before
    assert "k1" not in str(before["used_key"])
    assert "Harbour" not in str(before["used_key"])


async def test_the_same_key_for_something_else_is_a_conflict(services: Services, shop: Shop) -> None:
    await write(services, shop, OpenStorefront("Harbour"), "k1")
    before = await everything(shop)
    refused = await write(services, shop, OpenStorefront("Hill"), "k1")
    assert (type(refused).__name__, refused.key) == (IdempotencyConflict.__name__, "k1")
    assert await everything(shop) == before


async def test_a_key_is_of_a_business_a_kind_and_a_customer(services: Services, shop: Shop) -> None:
    other = await open_shop(services.database, "Other")
    anna = {"role": Role.CUSTOMER, "customer_id": shop.id_of("anna")}
    assert not (await write(services, shop, OpenStorefront("a"), "k1")).replayed
    assert not (await write(services, other, OpenStorefront("a"), "k1")).replayed
    assert not (await write(services, shop, OpenStorefront("b"), "k1", **anna)).replayed
    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW) as opened:
        done = await opened.once(open_storefront, OpenStorefront("c"), used=UsedFor("k1", "sale"))
    assert not done.replayed
    assert await count(shop, "storefront") == 3


async def test_sixteen_equal_keys_at_once_make_one_row(services: Services, shop: Shop) -> None:
    answers = await asyncio.gather(*(write(services, shop, OpenStorefront("Harbour"), "k1") for _ in range(16)))
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 15
    assert len({answer.storefront_id for answer in answers}) == 1
    assert [await count(shop, name) for name in ("storefront", "audit_entry", "event", "used_key")] == [1, 1, 1, 1]


@pytest.mark.processes
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_kill_and_a_retry_make_one_row(services: Services, shop: Shop, store_url: str, when: str) -> None:
    """Takes a second: a process is started to be killed."""
    command = (sys.executable, "-m", "tests.resolvers.operation.killed", store_url, str(shop.id), when)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    assert await count(shop, "storefront") == (when == "after")
    retried = await write(services, shop, OpenStorefront("Harbour"), "k1")
    assert retried.replayed is (when == "after")
    assert [await count(shop, name) for name in ("storefront", "audit_entry", "event", "used_key")] == [1, 1, 1, 1]


# ---------------------------------------------------------------- many in one transaction


async def test_of_several_the_refused_ones_change_nothing(services: Services, shop: Shop) -> None:
    asked = [OpenStorefront("a"), OpenStorefront("b", fails="refusal"), OpenStorefront("c")]

    async def open_several(write: Write, items: list[OpenStorefront]) -> list[Any]:
        return await write.each(open_storefront, items)

    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW) as opened:
        done = await opened.once(open_several, asked)
    assert [type(one).__name__ for one in done] == ["StorefrontOpened", "Duplicate", "StorefrontOpened"]
    assert isinstance(done[1], Refusal)
    found = await everything(shop)
    assert [row[2] for row in found["storefront"]] == ["a", "c"]
    assert [len(found[name]) for name in ("audit_entry", "event")] == [1, 2]


async def test_each_of_a_list_is_a_transaction_of_its_own(services: Services, shop: Shop) -> None:
    context = context_of(services, shop)
    asked = [(OpenStorefront("a"), None), (OpenStorefront("b", fails="refusal"), None), (OpenStorefront("c"), None)]
    done = await context.write_each(open_storefront, asked)
    await context.close()
    assert [type(one).__name__ for one in done] == ["StorefrontOpened", "Duplicate", "StorefrontOpened"]
    assert await count(shop, "audit_entry") == 2


async def test_a_bulk_write_has_an_entry_for_each_customer(services: Services, shop: Shop) -> None:
    shop.customer("ben")
    await shop.save()

    async def deactivate(write: Write, ids: list[int]) -> None:
        for row in await write.rows(CUSTOMERS, ids=ids):
            await write.update(table(Customer), row, is_active=False, first_name="Secret")

    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW) as opened:
        await opened.once(deactivate, [shop.id_of("anna"), shop.id_of("ben")], each_customer=True)
    async with shop.database.reading(shop.id) as connection:
        entries = (await connection.execute(text("SELECT customer_id, changes FROM audit_entry ORDER BY 1"))).all()
    expected = [["firstName", None, None, True], ["isActive", "true", "false", False]]
    assert [(row.customer_id, json.loads(row.changes)) for row in entries] == [
        (shop.id_of("anna"), expected),
        (shop.id_of("ben"), expected),
    ]


# ---------------------------------------------------------------- what is asked after it


class SalesCounted:
    """A report: the number of sales in the copy."""

    nbytes = 8

    def __init__(self, value: int) -> None:
        self.value = value


async def sales(context: Context) -> int:
    async def compute(view: Any) -> SalesCounted:
        return SalesCounted(view._cursor.execute('SELECT count(*) FROM "sale"').fetchone()[0])

    return (await context.report("sales", (), compute))[0].value.value


async def sell(write: Write, number: str) -> int:
    """A sale of nothing; whatever else it needs is told by the tests' shop."""
    (row,) = [row for row in await write.rows(SALES) if row.number == "S1"]
    values = {name: value for name, value in row._mapping.items() if name not in ("id", "revision")}
    return await write.insert(table(Sale), **{**values, "number": number})


@pytest.mark.parametrize("copy", ["not loaded", "behind", "ahead", "being loaded"])
async def test_a_payload_that_asks_a_report_sees_the_write(
    services: Services, shop: Shop, copy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if copy in ("behind", "ahead"):
        before = context_of(services, shop)
        assert await sales(before) == 1
        await before.close()
    context = context_of(services, shop)
    if copy == "ahead":
        await context.business()  # its first snapshot is of before what comes now
        shop.sale("ben", "2026-03-02", "2.00")
        await shop.save()
        other = context_of(services, shop)
        assert await sales(other) == 2
        await other.close()
    if copy == "being loaded":
        real = ColumnarCopy.bring_to

        async def moving(self: ColumnarCopy, *arguments: Any) -> None:
            monkeypatch.setattr(ColumnarCopy, "bring_to", real)
            shop.sale("ben", "2026-03-02", "2.00")
            await shop.save()  # while the copy is loaded for this operation
            await _newer(services, shop)
            await real(self, *arguments)

        monkeypatch.setattr(ColumnarCopy, "bring_to", moving)
    await context.write(sell, "N1")
    assert await sales(context) == {"not loaded": 2, "behind": 2, "ahead": 3, "being loaded": 3}[copy]
    row = (await context.business()).row
    assert row.revision == shop.revision + (copy != "being loaded")
    kept = services.reports._kept.get(report_key(row, "sales", ()))
    assert kept is not None
    assert (kept.value.value, kept.seen.data_revision) == (await sales(context), row.revision)
    await context.close()


async def _newer(services: Services, shop: Shop) -> None:
    """Bring the copy past whoever holds its lock."""
    other = context_of(services, shop)
    row = (await other.business()).row
    copy = services.copies.of(shop.id)
    real = ColumnarCopy.bring_to
    await real(copy, row.revision, other.reader.stored)
    await other.close()
