"""Leases: one holder at a time, and no write of one whose lease has passed."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.database import table
from models.storefronts import Storefront
from resolvers.operation import leases
from resolvers.operation.leases import Lease, LeasedWork, LeaseLost, beat, is_free, take_lease
from resolvers.operation.services import Services
from resolvers.operation.writing import writing
from tests.builders import ACTOR, NOW, Shop

LATE = timedelta(microseconds=1)


async def taken(services: Services, shop: Shop, now: datetime = NOW, kind: str = "work") -> Lease | None:
    async with services.database.transaction(shop.id) as connection:
        return await take_lease(connection, LeasedWork(shop.id, kind), now)


async def put(services: Services, shop: Shop, lease: Lease | None, now: datetime, name: str) -> None:
    """Write something under a lease."""
    assert lease is not None
    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: now, lease=lease) as write:
        await write.insert(table(Storefront), name=name, is_active=True)


async def names(services: Services, shop: Shop) -> set[str]:
    async with services.database.reading(shop.id) as connection:
        asked = text("SELECT name FROM storefront WHERE business_id = :business")
        return set((await connection.execute(asked, {"business": shop.id})).scalars())


async def test_of_many_who_take_a_lease_one_gets_it(services: Services, shop: Shop) -> None:
    got = await asyncio.gather(*(taken(services, shop) for _ in range(8)))
    assert [lease.fence for lease in got if lease is not None] == [1]
    other = await taken(services, shop, kind="other work")
    assert other is not None


async def test_a_lease_is_free_after_twenty_seconds_without_a_beat(services: Services, shop: Shop) -> None:
    """Each that takes it has a number of its own."""
    work = LeasedWork(shop.id, "work")
    assert await is_free(services.database, work, NOW)
    first = await taken(services, shop)
    end = NOW + leases.LEASED
    assert not await is_free(services.database, work, end)
    assert await taken(services, shop, end) is None
    assert await is_free(services.database, work, end + LATE)
    second = await taken(services, shop, end + LATE)
    assert (first, second) == (Lease(work, 1), Lease(work, 2))


async def test_who_writes_renews_the_lease(services: Services, shop: Shop) -> None:
    lease = await taken(services, shop)
    for beats in range(1, 4):
        await put(services, shop, lease, NOW + beats * leases.LEASED, f"at {beats}")
    assert await taken(services, shop, NOW + 4 * leases.LEASED) is None
    assert await names(services, shop) == {"at 1", "at 2", "at 3"}


async def test_a_holder_whose_lease_has_passed_writes_nothing(services: Services, shop: Shop) -> None:
    """Whether somebody took it since or nobody, or took and left it."""
    late = NOW + leases.LEASED + LATE
    stopped = await taken(services, shop)
    with pytest.raises(LeaseLost):
        await put(services, shop, stopped, late, "nobody took it")
    second = await taken(services, shop, late)
    with pytest.raises(LeaseLost):  # its clock is behind
        await put(services, shop, stopped, NOW, "somebody took it")
    assert second is not None
    async with services.database.transaction(shop.id) as connection:
        await second.end(connection, late)
    with pytest.raises(LeaseLost):
        await put(services, shop, second, late, "it was left")
    third = await taken(services, shop, late)
    await put(services, shop, third, late, "third")
    assert await names(services, shop) == {"third"}


async def test_a_lease_is_not_taken_from_who_is_just_writing(services: Services, shop: Shop) -> None:
    """Who would take it finds it renewed, or does not wait for it."""
    late = NOW + leases.LEASED + LATE
    lease = await taken(services, shop)
    assert lease is not None

    async def take() -> Lease | None:
        return await taken(services, shop, late)

    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW, lease=lease):
        others = asyncio.create_task(take())
        if not services.database.is_sqlite:  # where who writes holds up nobody
            assert await others is None
        async with services.database.reading(shop.id) as connection:
            await connection.execute(text("SELECT 1"))
    if services.database.is_sqlite:
        assert await others == Lease(lease.work, 2)  # by a clock that is past its end


async def test_a_beat_renews_until_the_lease_is_lost(
    services: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.0)
    lease = await taken(services, shop)
    assert lease is not None
    moments = iter([NOW + timedelta(seconds=10), NOW + timedelta(seconds=25), NOW + timedelta(seconds=46)])
    await beat(services.database, lease, lambda: next(moments))  # the last is 21 s after the one before
    assert await taken(services, shop, NOW + timedelta(seconds=45)) is None
    assert await taken(services, shop, NOW + timedelta(seconds=45) + LATE) is not None


async def test_leases_move_no_revision(services: Services, shop: Shop) -> None:
    async def revision() -> Any:
        async with services.database.reading() as connection:
            asked = text("SELECT revision, updated_at FROM business WHERE id = :id")
            return (await connection.execute(asked, {"id": shop.id})).one()

    before = await revision()
    lease = await taken(services, shop)
    assert lease is not None
    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW, lease=lease):
        pass
    assert await revision() == before
