"""Canaries: a person whose every field holds a word of its own; once it is erased nothing holds one of them."""

from collections.abc import AsyncGenerator, Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, DateTime, Enum, Integer, String, Table, insert, select
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from analytics.copy.tables import COPIED_TABLES
from models.belonging import BELONGINGS, NOT_BLANKED, WITH_THEM, Erasing, blanked_columns
from models.customers import customer
from models.database import Database, table
from models.loyalty.rewards import LoyaltyReward
from models.types import is_erasable
from models.webhooks import WebhookEndpoint
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from rules.contacts import contact_words, name_words
from tests.builders import NOW, Shop, open_shop
from tests.schema.conftest import Asker

CANARY = "canary"
REPORTS = """{
  segmentation(days: 365) { totalCustomers totalRevenue segments { name customerCount totalRevenue } }
  lifetimeValueReport(asOf: "2026-03-05") { summary { totalCustomers totalRevenue averageClv } }
  retention(period: {start: "2025-03-06", end: "2026-03-05"}) { summary { totalCustomers retentionRate } }
  purchasePatterns(period: {start: "2025-03-06", end: "2026-03-05"}) { summary { totalTransactions revenue } }
  receivablesAging { total } productReport { products { nodes { name revenue } } }
  categoryAffinity(minSupport: 0) { pairs { first second } }
  dataQuality: viewer { business { dataQuality { customers sales anonymousSalesShare } } }
}"""


class Canaries:
    """Words that are nowhere else, each told once."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._numbers = count(1)

    def new(self, what: str, longest: int | None = None) -> str:
        """A word of its own, for what it stands in."""
        self.words.append(f"{CANARY}{next(self._numbers):03d}{''.join(filter(str.isalpha, what))}"[:longest])
        return self.words[-1]


def plain(column: Column[Any]) -> Any:
    return column.type.impl if isinstance(column.type, TypeDecorator) else column.type


def filled(source: Table, column: Column[Any], canaries: Canaries, known: dict[str, Any]) -> Any:
    """A value for a column: a canary where an erasure has to blank it, else what is as good as any."""
    kind, name = plain(column), column.name
    if name in known:
        return known[name]
    is_file = source.name == "job_file" and name == "content"  # which is removed with its row
    if (is_erasable(column) or is_file) and isinstance(kind, String) and not isinstance(kind, Enum):
        return canaries.new(f"{source.name}{name}", kind.length)
    if isinstance(kind, Enum):
        return kind.enum_class(kind.enums[0]) if kind.enum_class else kind.enums[0]
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, DateTime):
        return datetime(2026, 3, 1, 12, tzinfo=NOW.tzinfo)
    if isinstance(kind, Date):
        return date(1971, 7, 7)
    if isinstance(kind, Integer):
        return 1
    return f"{name}-1"


async def shop_with_person(database: Database, canaries: Canaries) -> Shop:
    """A shop where somebody bought, and whose rows in every table of customers hold a word each."""
    shop = await open_shop(database, "Shop")
    number, name = canaries.new("number"), canaries.new("firstname")
    shop.customer(number, first_name=name, last_name=canaries.new("lastname"))
    shop.customer("OTHER", first_name="Other")
    for place in range(30):
        shop.customer(f"K{place}", first_name=f"Name{place}", email=f"k{place}@example.com")
    shop.sale(number, "2026-01-05 10:00", "20.00", number="S1")
    shop.sale(number, "2026-02-05 10:00", "30.00", number="S2", payments={"CARD": "30.00"})
    shop.sale("OTHER", "2026-02-07 10:00", "7.00", number="S3")
    await shop.save()
    person, merged = shop.id_of(number), await _merged_record(shop, canaries, shop.id_of(number))
    async with database.transaction() as connection:
        for id_, word in ((person, number), (merged, None)):
            columns = [c for c in blanked_columns(customer) if c.name not in ("number", "sort_name")]
            values = {c.name: filled(customer, c, canaries, {}) for c in columns if not c.name.startswith("search")}
            number_of = word or canaries.words[-1]
            search = {
                "search_name": name_words(number_of, values["first_name"], values["last_name"]),
                "search_contact": contact_words(values["email"], values["phone"]),
            }
            await connection.execute(customer.update().where(customer.c.id == id_).values(**values, **search))
        for source, known in _rows_to_write(shop, person, merged):
            row = {c.name: filled(source, c, canaries, known) for c in source.c if c.name != "id" or "id" in known}
            await connection.execute(insert(source).values(row))
    return shop


async def _merged_record(shop: Shop, canaries: Canaries, into: int) -> int:
    number = canaries.new("mergednumber")
    shop.customer(number, first_name=canaries.new("mergedname"))
    await shop.change()
    async with shop.database.transaction() as connection:
        moved = customer.update().where(customer.c.id == shop.id_of(number)).values(merged_into_id=into)
        await connection.execute(moved)
    return shop.id_of(number)


def _rows_to_write(shop: Shop, person: int, merged: int) -> Iterator[tuple[Table, dict[str, Any]]]:
    """A row of every table that has something to blank, and of what hangs from it."""
    ids = {"business_id": shop.id, "revision": 1, "sale_id": None, "storefront_id": None, "referrer_id": merged}
    twins = {"kept_id": person, "merged_id": merged, "first_id": min(person, merged), "second_id": max(person, merged)}
    names = (
        "id",
        "registration_id",
        "merge_id",
        "job_id",
        "sequence",
        "endpoint_id",
        "event_id",
        "reward_id",
        "entry_id",
    )
    children = dict.fromkeys(names, 900)
    nobodys = dict.fromkeys(("refund_id", "redemption_id", "reverses_id"))
    order = {source: place for place, source in enumerate(SQLModel.metadata.sorted_tables)}
    sources = dict.fromkeys(
        (*(one.table for one in BELONGINGS), *WITH_THEM, table(WebhookEndpoint), table(LoyaltyReward))
    )
    for source in sorted(sources, key=lambda source: order[source]):
        if source.name in ("customer", "erased_customer", "sale", "payment"):
            continue
        known = {
            **ids,
            **twins,
            **children,
            **nobodys,
            "customer_id": person,
            "sale_number": None,
            "number": None,
            "made": "{}",
        }
        known |= {"changes": "[]", "data": "{}", "asked": "{}", "figures": "{}", "status": None}
        known |= {"secret": "sealed", "previous_secret": None}  # the shop's own
        if "status" in source.c:
            known["status"] = plain(source.c["status"]).enum_class(plain(source.c["status"]).enums[0])
        yield source, {name: value for name, value in known.items() if name in source.c}


@pytest.fixture
async def database(own_url: str) -> AsyncGenerator[Database]:
    made = Database(own_url)
    yield made
    await made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def own_url(request: pytest.FixtureRequest) -> str:
    """A store of this test alone, of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


async def held_by(database: Database) -> str:
    """Every byte of a store: its files on SQLite, every row of every table on PostgreSQL."""
    if database.is_sqlite:
        assert await database.settle()
        path = Path(database.adbc_uri)
        return "".join(beside.read_bytes().decode("latin-1") for beside in path.parent.glob(f"{path.name}*"))
    async with database.engine.connect() as connection:
        tables = SQLModel.metadata.sorted_tables
        return "".join([repr((await connection.execute(select(source))).all()) for source in tables])


async def copied(services: Services, shop: Shop) -> str:
    """Every value of the columnar copy."""
    context = Context(services, Viewer("ann", Role.ADMIN, shop.id), NOW)
    try:
        view = await context.facts(frozenset(one.name for one in COPIED_TABLES))
        return "".join([repr((await view.fetch(select(*one.selected), {})).to_pydict()) for one in COPIED_TABLES])
    finally:
        await context.close()


@pytest.mark.own_store
async def test_nothing_anywhere_holds_a_word_of_an_erased_person(database: Database) -> None:
    # Takes seconds: every report is asked before and after.
    canaries = Canaries()
    shop = await shop_with_person(database, canaries)
    services = Services(database, slow_seconds=-1)
    ask = Asker(services, Viewer("ann", Role.ADMIN, shop.id))
    person = shop.id_of(canaries.words[0])
    before, reports = (await held_by(database)).lower(), await ask(REPORTS)
    unplaced = [word for word in canaries.words if word.lower() not in before]
    assert unplaced == []
    blanked = {str(c) for source in SQLModel.metadata.sorted_tables for c in source.c if is_erasable(c)}
    assert len(canaries.words) > len(blanked) - 4  # those of a row's search and order are made of others

    with capture_logs() as logs:
        erase = "mutation ($id: ID!) { eraseCustomer(id: $id) { __typename } }"
        assert (await ask(erase, id=global_id("Customer", person)))["eraseCustomer"] == {"__typename": "ErasePlan"}
        await services.forget(shop.id)
        assert await ask(REPORTS) == reports

    after = (await held_by(database)).lower()
    assert [word for word in canaries.words if word.lower() in after] == []
    assert CANARY not in after
    assert CANARY not in str(logs).lower()
    assert CANARY not in (await copied(services, shop)).lower()
    await services.close()


def test_every_table_that_a_person_has_rows_in_is_filled_by_a_canary_or_has_nothing_to_blank() -> None:
    removed = {one.table for one in BELONGINGS if one.erasing is not Erasing.STAYS} | set(WITH_THEM)
    texts = {source.name for source in removed if not blanked_columns(source)}
    named = {name.partition(".")[0] for name in NOT_BLANKED}
    assert texts <= named | {"payment", "job_file"}
