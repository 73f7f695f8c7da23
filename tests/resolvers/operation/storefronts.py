"""The smallest operation, and who asks for it: what tests of all operations share."""

from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import text

from models import Storefront
from models.database import table
from resolvers.operation.actor import Actor, UsedFor
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write
from rules.problems import Problems, required_text
from rules.refusals import Duplicate
from tests.builders import NOW, Shop

ACTOR = Actor("ann", "MANAGER")


@dataclass(frozen=True)
class OpenStorefront:
    """What the operation of these tests is asked."""

    name: str
    is_active: bool = True
    fails: str | None = None

    def checked(self, problems: Problems) -> Self:
        """With a name."""
        return replace(self, name=required_text(problems, "name", self.name, longest=200))


@dataclass(frozen=True)
class StorefrontOpened:
    """What it answers."""

    storefront_id: int
    replayed: bool = False


async def open_storefront(write: Write, asked: OpenStorefront) -> StorefrontOpened:
    """Write a storefront, tell of it, and then perhaps fail: whatever was done by then is undone."""
    id_ = await write.insert(table(Storefront), name=asked.name, is_active=asked.is_active)
    write.tell("storefront.opened", None, id=id_)
    if asked.fails == "refusal":
        raise Duplicate("name", asked.name, global_id("Storefront", id_))
    if asked.fails == "fault":
        raise RuntimeError("a fault of ours")
    return StorefrontOpened(id_)


def context_of(services: Services, shop: Shop, **viewer: Any) -> Context:
    asks = Viewer(**{"subject": "ann", "role": Role.MANAGER, "business_id": shop.id, **viewer})
    return Context(services, asks, NOW, may_move=True, request_id="r-1")


async def write(services: Services, shop: Shop, asked: OpenStorefront, key: str | None = None, **viewer: Any) -> Any:
    """What the operation answers in an operation of its own."""
    context = context_of(services, shop, **viewer)
    try:
        return await context.write(open_storefront, asked, UsedFor(key, "touchpoint") if key else None)
    finally:
        await context.close()


TABLES = ("storefront", "audit_entry", "event", "used_key", "customer", "sale")


async def everything(shop: Shop) -> dict[str, Any]:
    """The rows of this business that a write could have touched."""
    found: dict[str, Any] = {}
    async with shop.database.reading(shop.id) as connection:
        for name in TABLES:
            statement = text(f"SELECT * FROM {name} WHERE business_id = :id ORDER BY 1, 2")
            found[name] = [tuple(row) for row in await connection.execute(statement, {"id": shop.id})]
        statement = text("SELECT * FROM business WHERE id = :id")
        found["business"] = [tuple(row) for row in await connection.execute(statement, {"id": shop.id})]
    return found


async def count(shop: Shop, name: str) -> int:
    return len((await everything(shop))[name])
