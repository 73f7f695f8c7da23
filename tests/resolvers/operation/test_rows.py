"""The rows of an open write: how the columnar copy and the audit trail learn of them."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from models import CustomerTag, Event, Sale, Storefront
from models.database import scoped, table
from resolvers.operation.actor import UsedFor
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from resolvers.operation.writing import Write, writing
from rules.refusals import NotFound, StaleVersion
from tests.builders import NOW, Shop
from tests.resolvers.operation.storefronts import ACTOR, OpenStorefront, context_of, open_storefront

MISSING = NotFound("it is not there", ())
TAGS = select(table(CustomerTag)).where(scoped(table(CustomerTag)))
SALES = select(table(Sale)).where(scoped(table(Sale)))
STOREFRONTS = select(table(Storefront)).where(scoped(table(Storefront)))


async def tags(context: Context) -> list[tuple[int, str]]:
    """Who has which tag in the copy."""
    view = await context.facts()
    tag = table(CustomerTag)
    found = await view.fetch(select(tag.c.customer_id, tag.c.tag), {})
    return [(row["customer_id"], row["tag"]) for row in found.to_pylist()]


async def test_the_copy_learns_of_rows_by_their_owner(services: Services, shop: Shop) -> None:
    shop.customer("anna", tags=["vip"])
    shop.customer("ben")
    await shop.save()
    anna, ben = shop.id_of("anna"), shop.id_of("ben")
    context = context_of(services, shop)
    assert await tags(context) == [(anna, "vip")]

    async def add(write: Write, tag: str) -> None:
        await write.insert(table(CustomerTag), customer_id=anna, tag=tag)

    async def move(write: Write, to: int) -> None:
        (row,) = [row for row in await write.rows(TAGS) if row.tag == "vip"]
        await write.update(table(CustomerTag), row, customer_id=to)

    async def remove(write: Write, tag: str) -> None:
        (row,) = [row for row in await write.rows(TAGS) if row.tag == tag]
        await write.delete(table(CustomerTag), row)

    await context.write(add, "new")
    assert sorted(await tags(context)) == [(anna, "new"), (anna, "vip")]
    await context.write(move, ben)
    assert sorted(await tags(context)) == [(anna, "new"), (ben, "vip")]
    await context.write(remove, "new")
    assert await tags(context) == [(ben, "vip")]
    await context.close()


async def test_a_row_that_the_copy_would_keep_is_never_removed(services: Services, shop: Shop) -> None:
    async def remove(write: Write, asked: None) -> None:
        await write.delete(table(Sale), await write.one(SALES, MISSING))

    context = context_of(services, shop)
    with pytest.raises(ValueError, match="a row of sale is never removed"):
        await context.write(remove, None)
    await context.close()


async def test_two_operations_of_a_transaction_have_an_entry_each(services: Services, shop: Shop) -> None:
    async def nothing(write: Write, asked: None) -> None:
        """Change nothing."""

    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
        await write.once(open_storefront, OpenStorefront("a"))
        await write.once(nothing, None)
        await write.once(open_storefront, OpenStorefront("b"))
    async with shop.database.reading(shop.id) as connection:
        entries = (await connection.execute(text("SELECT action, changes FROM audit_entry ORDER BY id"))).all()
    assert [(row.action, json.loads(row.changes)[0][2]) for row in entries] == [
        ("openStorefront", "a"),
        ("openStorefront", "b"),
    ]


async def test_events_are_numbered_on_when_earlier_ones_are_gone(services: Services, shop: Shop) -> None:
    async def opened_after(write: Write, name: str) -> int:
        return (await open_storefront(write, OpenStorefront(name))).storefront_id

    context = context_of(services, shop)
    for name in "ab":
        await context.write(opened_after, name)
    async with shop.database.transaction(shop.id) as connection:
        await connection.execute(delete(table(Event)).where(table(Event).c.business_id == shop.id))
    await context.write(opened_after, "c")
    await context.close()
    async with shop.database.reading(shop.id) as connection:
        statement = text("SELECT sequence FROM event WHERE business_id = :id")
        assert (await connection.execute(statement, {"id": shop.id})).scalars().all() == [3]


async def test_a_version_that_was_sent_is_held_to_the_row(services: Services, shop: Shop) -> None:
    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
        write.expect(write.business, None)
        write.expect(write.business, 1)
        with pytest.raises(StaleVersion):
            write.expect(write.business, 2)


async def test_what_a_replay_could_not_give_back_is_no_answer(services: Services, shop: Shop) -> None:
    class Odd:
        """Nothing that a row of keys could hold."""

    async def answers(write: Write, asked: Any) -> Any:
        done = await open_storefront(write, OpenStorefront("a"))
        object.__setattr__(done, "storefront_id", Odd())
        return done

    async with writing(services.database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
        with pytest.raises(TypeError, match="holds more than keys and words"):
            await write.once(answers, None, used=UsedFor("k", "sale"))
