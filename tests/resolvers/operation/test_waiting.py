"""Many who write and read at once: nobody waits for what somebody holds who waits, and nothing is left open."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from sqlalchemy import func, select

from analytics.copy.tables import ITEMS
from models import Sale
from models.database import Database, scoped, table
from resolvers.operation.context import report_key
from resolvers.operation.errors import Unauthenticated
from resolvers.operation.reports import Parts, kept
from resolvers.operation.services import Services
from resolvers.operation.writing import Write, writing
from resolvers.patterns.engines import OfStore
from tests.builders import NOW, Shop
from tests.resolvers.operation.storefronts import ACTOR, OpenStorefront, context_of, count, open_storefront, write

SOON = 20


@pytest.fixture
async def elsewhere(shop: Shop) -> AsyncGenerator[Database]:
    """The same store as another process has it."""
    made = Database(shop.database.url.render_as_string(hide_password=False))
    yield made
    await made.close()


async def test_more_who_write_and_read_in_turn_than_there_are_connections(services: Services, shop: Shop) -> None:
    async def several(number: int) -> None:
        context = context_of(services, shop)
        try:
            for name in "ab":
                await context.write(open_storefront, OpenStorefront(f"{name}{number}"))
                await context.business()  # what a payload reads, with a connection of its own
        finally:
            await context.close()

    async with asyncio.timeout(SOON):
        await asyncio.gather(*(several(number) for number in range(24)))
    assert await count(shop, "storefront") == 48
    assert services.database.connections_in_use == 0


async def test_who_reads_has_a_connection_while_many_wait_to_write(
    services: Services, shop: Shop, elsewhere: Database
) -> None:
    async with writing(elsewhere, shop.id, actor=ACTOR, clock=lambda: NOW):
        waiting = [asyncio.create_task(write(services, shop, OpenStorefront(f"s{n}"))) for n in range(12)]
        await asyncio.sleep(0.1)
        context = context_of(services, shop)
        async with asyncio.timeout(SOON):
            assert (await context.business()).row.revision == 1
        await context.close()
    await asyncio.gather(*waiting)
    assert await count(shop, "storefront") == 12


async def test_a_write_that_is_given_up_in_the_middle_leaves_nothing_open(services: Services, shop: Shop) -> None:
    async def forever(write: Write, asked: str) -> None:
        await open_storefront(write, OpenStorefront(asked))
        await asyncio.Event().wait()

    context = context_of(services, shop)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await context.write(forever, "lost")
    assert services.database.connections_in_use == 0
    async with asyncio.timeout(SOON):
        await context.write(open_storefront, OpenStorefront("kept"))
    await context.close()
    assert await count(shop, "storefront") == 1


async def test_a_snapshot_whose_end_is_given_up_ends_all_the_same(services: Services, shop: Shop) -> None:
    context, copy = context_of(services, shop), services.copies.of(shop.id)
    await context.facts()
    async with copy.lock:
        pinning = asyncio.create_task(context.facts(ITEMS))  # waits for the copy, with the snapshot's own lock
        await asyncio.sleep(0.05)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await context.write(open_storefront, OpenStorefront("late"))
        pinning.cancel()
        await asyncio.gather(pinning, return_exceptions=True)
        await context.close()
    await asyncio.sleep(0.1)
    assert services.database.connections_in_use == 0


async def test_a_business_that_is_not_there_is_told_as_ever(services: Services, shop: Shop) -> None:
    context = context_of(services, shop, business_id=shop.id + 10**6)
    with pytest.raises(Unauthenticated, match="a business that does not exist here"):
        await context.write(open_storefront, OpenStorefront("nowhere"))
    await context.close()


# ---------------------------------------------------------------- where the copy goes on


async def ahead(services: Services, shop: Shop) -> None:
    """A sale that the copy has seen, and whoever began before has not."""
    shop.sale("ben", "2026-03-02", "2.00")
    await shop.save()
    other = context_of(services, shop)
    await other.facts()
    await other.close()


async def test_a_view_stays_open_for_who_reads_it_when_another_field_moves_on(services: Services, shop: Shop) -> None:
    context = context_of(services, shop)
    view = await context.facts()
    await ahead(services, shop)
    newer = await context.facts(ITEMS)
    sales = select(func.count().label("count")).select_from(table(Sale))
    assert [(await found.fetch(sales, {})).to_pylist() for found in (view, newer)] == [[{"count": 1}], [{"count": 2}]]
    await context.close()
    assert services.database.connections_in_use == 0


async def test_a_report_that_asks_the_store_is_of_the_revision_under_which_it_is_kept(
    services: Services, shop: Shop
) -> None:
    context, go = context_of(services, shop), asyncio.Event()
    row = (await context.business()).row

    async def compute(view: Any) -> Any:
        await go.wait()
        sales = select(table(Sale).c.id).where(scoped(table(Sale)))
        return kept((await OfStore(view).fetch(sales, {})).num_rows)

    asking = asyncio.create_task(Parts(context, "late", ()).get("sales", compute))
    await asyncio.sleep(0.1)
    await ahead(services, shop)
    await context.facts(ITEMS)
    go.set()
    assert await asking == 1
    found = services.reports._kept.get(report_key(row, "late sales", ((),)))
    assert found is not None
    assert (found.value.value, found.seen.facts_revision) == (1, row.facts_revision)
    await context.close()
