"""Any history of two customers, merged and taken apart again, is what it was, on both stores."""

import asyncio
from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import SQLModel

from models.database import Database
from resolvers.consents import SetConsents, set_consents
from resolvers.merging import MergeCustomers, merge_customers
from resolvers.operation.services import Services
from resolvers.operation.writing import writing
from resolvers.preferences import SetPreferences, set_preferences
from resolvers.unmerging import UnmergeCustomers, unmerge_customers
from resolvers.verification import verify
from rules.consents import ConsentChannel, ConsentGiven, ConsentSource
from rules.merging import FIELDS, MergeChoice, MergeSide
from rules.preferences import PreferenceSaid, PreferenceType
from tests.builders import ACTOR, NOW, Shop, open_shop
from tests.reports.histories import examples

COUNTED_ON = ("version", "revision", "access_version")
SAYING_WHAT_HAPPENED = ("audit_entry", "event", "customer_merge", "business")
BOTH = ("A", "B")


class Person(NamedTuple):
    """What is told of one of the two."""

    columns: dict[str, Any]
    joined: str | None
    referrer: str | None
    tags: list[str]
    external: dict[str, str]
    consents: list[ConsentGiven]
    preferences: list[PreferenceSaid]
    sales: list[tuple[str, str, bool]]
    contacts: int
    refers: list[str]


def perhaps(*values: Any) -> st.SearchStrategy[Any]:
    """One of these, or nothing."""
    return st.sampled_from([None, *values])


WORDS = {
    "first_name": perhaps("Ann", "Anna"),
    "last_name": perhaps("Lee", "Li"),
    "gender": perhaps("f", "female"),
    "birth_date": perhaps(datetime(1990, 5, 17).date(), datetime(1991, 1, 1).date()),
    "line1": perhaps("1 High Street"),
    "city": perhaps("Leeds", "York"),
    "notes": perhaps("Likes tea."),
    "acquisition_source": perhaps("fair", "ads"),
    "acquisition_campaign": perhaps("spring"),
    "credit_limit": st.sampled_from(["0.00", "250.00"]),
    "opening_balance": st.sampled_from(["0.00", "12.50", "-3.00"]),
    "is_active": st.booleans(),
}
SYSTEMS = st.sampled_from(["erp", "shop"])
STATUSES = st.sampled_from(["COMPLETED", "PARTIAL", "CANCELLED"])
MOMENTS = st.integers(0, 300).map(lambda hours: NOW - timedelta(hours=hours))
PREFERENCES = [("Brand", "Nike"), ("brand", "Puma"), ("Size", "M")]


@st.composite
def persons(draw: st.DrawFn, name: str) -> Person:
    """One of the two records."""
    columns: dict[str, Any] = {column: draw(values) for column, values in WORDS.items()}
    columns |= _contact(draw, "email", f"{name.lower()}@example.com")
    columns |= _contact(draw, "phone", f"+44207946000{ord(name) % 10}")
    if columns.get("email") and draw(st.booleans()):
        columns["email_as_typed"] = columns["email"].title()
    days = st.sampled_from(["2026-01-05", "2026-02-01", "2026-02-20"])
    return Person(
        columns=columns,
        joined=draw(perhaps("2025-03-01", "2026-02-01")),
        referrer=draw(st.sampled_from([None, "D"] if name == "A" else [None, "A", "C", "D"])),
        tags=draw(st.lists(st.sampled_from(["vip", "tea", "local"]), unique=True)),
        external={system: f"{name}-{system}" for system in draw(st.lists(SYSTEMS, unique=True))},
        consents=_consents(draw, columns),
        preferences=[_preference(*draw(st.sampled_from(PREFERENCES))) for _ in range(draw(st.integers(0, 1)))],
        sales=draw(st.lists(st.tuples(days, STATUSES, st.booleans()), max_size=3)),
        contacts=draw(st.integers(0, 2)),
        refers=draw(st.lists(st.sampled_from(["E", "F"]), unique=True)),
    )  # fmt: skip


def _contact(draw: st.DrawFn, kind: str, value: str) -> dict[str, Any]:
    if not draw(st.booleans()):
        return {}
    verified, bounced, since = draw(st.tuples(perhaps(NOW), perhaps(NOW), perhaps(NOW - timedelta(days=2))))
    known = {f"is_{kind}_verified": verified is not None, f"{kind}_verified_at": verified, f"{kind}_since": since}
    return {kind: value, **known, f"{kind}_bounced_at": bounced}


def _consents(draw: st.DrawFn, columns: dict[str, Any]) -> list[ConsentGiven]:
    channels = [ConsentChannel.PUSH]
    channels += [ConsentChannel.EMAIL] if columns.get("email") else []
    said = st.tuples(st.sampled_from(channels), st.booleans(), MOMENTS)
    return [ConsentGiven(*one, ConsentSource.API, None) for one in draw(st.lists(said, max_size=4))]


def _preference(key: str, value: str) -> PreferenceSaid:
    return PreferenceSaid(PreferenceType.SHOPPING, key, (value,))


CHOICES = st.lists(st.sampled_from(sorted(FIELDS)), unique=True).flatmap(
    lambda names: st.tuples(*(st.builds(MergeChoice, st.just(n), st.sampled_from(MergeSide)) for n in names))
)


# ---------------------------------------------------------------- told, merged and taken apart


class Stores:
    """A store with a business for each example."""

    def __init__(self, runner: asyncio.Runner, url: str) -> None:
        self.runner = runner
        self.database = Database(url)
        self.services = Services(self.database)

    async def told(self, first: Person, second: Person) -> Shop:
        """A shop with the two, and some whom they referred or who referred them."""
        shop = await open_shop(self.database, f"Merging {uuid4().hex}")
        for number in "CDEF":
            shop.customer(number)
        for number, person in zip(BOTH, (first, second), strict=True):
            shop.customer(number, tags=person.tags, external=person.external, joined=person.joined, **person.columns)
        for number, person in zip(BOTH, (first, second), strict=True):
            _tell_facts(shop, number, person)
        await shop.save()
        shop.customer("C", referrer="A")
        for number, person in zip(BOTH, (first, second), strict=True):
            for referred in person.refers:
                shop.customer(referred, referrer=number)
            if person.referrer is not None:
                shop.customer(number, referrer=person.referrer)
        await shop.save()
        await self._say(shop, zip(BOTH, (first, second), strict=True))
        return shop

    async def _say(self, shop: Shop, both: Any) -> None:
        async with writing(self.database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
            for number, person in both:
                id_ = shop.id_of(number)
                await write.once(set_consents, SetConsents(id_, tuple(person.consents)))
                await write.once(set_preferences, SetPreferences(id_, tuple(person.preferences)))

    async def run(self, shop: Shop, operation: Any, asked: Any, now: datetime = NOW) -> Any:
        """Run an operation of a manager."""
        async with writing(self.database, shop.id, actor=ACTOR, clock=lambda: now) as write:
            return await write.once(operation, asked)

    async def wrong(self, shop: Shop) -> list[Any]:
        """What rows break, and where the copy, brought here through the changes since, is not the store."""
        return [finding async for finding in verify(self.services, shop.id, NOW) if finding.wrong]

    async def rows(self, shop: Shop) -> dict[str, list[Any]]:
        """Every row of the business, without what counts changes and what says that they were."""
        found: dict[str, list[Any]] = {}
        async with self.database.reading(shop.id) as connection:
            for name, table in SQLModel.metadata.tables.items():
                if "business_id" in table.c and name not in SAYING_WHAT_HAPPENED:
                    columns = [c for c in table.c if c.name not in COUNTED_ON]
                    rows = await connection.execute(select(*columns).where(table.c.business_id == shop.id))
                    found[name] = sorted(map(repr, rows.mappings().all()))
        return found


def _tell_facts(shop: Shop, number: str, person: Person) -> None:
    for place, (day, status, is_refunded) in enumerate(person.sales):
        sale = shop.sale(number, day, "20.00", number=f"{number}{place}", status=status, payments={"CASH": "5.00"})
        if is_refunded and status != "CANCELLED":
            shop.refund(None, "2026-03-01", "4.00", sale=sale, number=f"R{number}{place}")
    for _ in range(person.contacts):
        shop.touchpoint(number, "2026-02-03 10:00")
    if person.contacts:
        shop.payment(number, "2026-02-04", "2.00")
        shop.refund(number, "2026-02-05", "1.00", number=f"R{number}")


@pytest.fixture(scope="module")
def stores(lasting_url: str) -> Generator[Stores]:
    with asyncio.Runner() as runner:
        made = Stores(runner, lasting_url)
        yield made
        runner.run(made.services.close())


@given(first=persons("A"), second=persons("B"), choices=CHOICES, kept=st.sampled_from(BOTH))
@examples(12)
def test_merged_and_taken_apart_every_row_is_as_it_was(
    stores: Stores, first: Person, second: Person, choices: Sequence[MergeChoice], kept: str
) -> None:
    # Takes seconds: each example is a business of its own, told, merged and taken apart in a store.
    async def there_and_back() -> None:
        shop = await stores.told(first, second)
        before = await stores.rows(shop)
        keep, merge = (shop.id_of(number) for number in sorted(BOTH, key=lambda number: number != kept))
        assert await stores.wrong(shop) == []
        asked = MergeCustomers(keep, merge, tuple(choices), None, None, is_applied=True)
        await stores.run(shop, merge_customers, asked)
        assert await stores.wrong(shop) == []
        await stores.run(shop, unmerge_customers, UnmergeCustomers(merge, is_applied=True), NOW + timedelta(days=30))
        assert await stores.rows(shop) == before
        assert await stores.wrong(shop) == []
        stores.services.copies.of(shop.id).drop()

    stores.runner.run(there_and_back())
