"""The demo shop: the same for the same seed, grown at once or day by day, and right in every derived column."""

import asyncio
import shutil
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import phonenumbers
import pytest
from sqlalchemy import insert, select, text, update

from ingest.demo import TIMEZONE, DemoDiffers, DemoSummary, grow_demo, growing, steps
from ingest.demo.calendar import DemoCalendar, DemoPlan
from ingest.demo.catalogue import MAKERS
from ingest.demo.chance import beta, deck, gamma, keys_of, uniform
from ingest.demo.names import COUNTRIES, CULTURES, phone, written
from models import (
    AuditEntry,
    Business,
    ConsentEvent,
    Customer,
    CustomerTag,
    ExternalId,
    Payment,
    Refund,
    Sale,
    SaleItem,
    SaleStatusChange,
    Storefront,
    Touchpoint,
)
from models.database import Database, table
from models.touchpoints import TouchpointChannel, TouchpointOutcome, TouchpointType
from resolvers.businesses import ensure_business
from resolvers.operation.actor import Actor
from resolvers.operation.writing import writing
from rules.contacts import contact_words, name_words, sort_name
from rules.currency import half_even
from rules.days import business_moment, day_number
from rules.demo import DEMO_BUSINESS
from rules.selling import GIVEN_METHODS, PaymentMethod, SaleChannel, SaleStatus, line_total

pytestmark = pytest.mark.own_store

TODAY = date(2026, 3, 14)
NOW = datetime(2026, 3, 14, 15, 20, tzinfo=UTC)  # 16:20 in Paris
ACTOR = Actor("demo", "ADMIN")
ZONE = ZoneInfo(TIMEZONE)
CUSTOMERS = 250

Rows = dict[str, list[Any]]
Stores = Callable[[], Database]
MODELS = (
    Storefront, Customer, CustomerTag, ExternalId, Sale, SaleItem, Payment, Refund, SaleStatusChange, Touchpoint,
    ConsentEvent,
)  # fmt: skip


@pytest.fixture
async def stores(sqlite_template: Path, tmp_path: Path) -> AsyncGenerator[Stores]:
    """Makes further empty stores."""
    made: list[Database] = []

    def make() -> Database:
        path = tmp_path / f"store-{len(made)}.db"
        shutil.copy(sqlite_template, path)
        made.append(Database(f"sqlite:///{path}"))
        return made[-1]

    yield make
    for database in made:
        await database.close()


async def grow(database: Database, now: datetime = NOW, today: date | None = None, **more: Any) -> DemoSummary:
    """Grow a demo that has CUSTOMERS of them at first."""
    today = today or now.astimezone(ZONE).date()
    return await grow_demo(database, today=today, now=now, actor=ACTOR, **({"customers": CUSTOMERS} | more))


async def rows_of(database: Database) -> Rows:
    """Every row of every table."""
    async with database.engine.connect() as connection:
        return {
            model.__tablename__: list((await connection.execute(select(table(model)))).all())  # type: ignore[misc]
            for model in MODELS
        }


async def facts_of(database: Database) -> dict[str, Counter[Any]]:
    """Every row with numbers and names in the place of ids, and without revisions: what two stores can share."""
    rows = await rows_of(database)
    names = {
        "customer_id": {row.id: row.number for row in rows["customer"]},
        "sale_id": {row.id: row.number for row in rows["sale"]},
        "storefront_id": {row.id: row.name for row in rows["storefront"]},
    }
    names["referrer_id"] = names["customer_id"]

    def fact(row: Any) -> tuple[Any, ...]:
        values = row._asdict()
        kept = {name: names[name].get(value) if name in names else value for name, value in values.items()}
        return tuple(value for name, value in kept.items() if name not in ("id", "business_id", "revision"))

    return {name: Counter(fact(row) for row in of) for name, of in rows.items()}


async def revision_of(database: Database) -> tuple[int, int]:
    """The revisions of the demo."""
    async with database.engine.connect() as connection:
        row = (await connection.execute(select(table(Business)).where(table(Business).c.name == DEMO_BUSINESS))).one()
        return row.revision, row.facts_revision


# ---------------------------------------------------------------- what it is


async def test_a_demo_is_three_years_of_a_shop_up_to_now(database: Database) -> None:
    summary = await grow(database)

    rows = await rows_of(database)
    assert len(rows["customer"]) == summary.customers == CUSTOMERS
    assert (summary.first_day, summary.last_day, summary.seed) == (date(2023, 3, 15), TODAY, 1)
    assert summary.added == {name: len(of) for name, of in rows.items() if name != "storefront"}
    assert [row.name for row in rows["storefront"] if not row.is_active] == ["Marseille, Le Panier"]
    assert {row.category for row in rows["sale_item"]} > {"Bakery", "Wine", None}
    days = {row.business_day for row in rows["sale"]}
    assert min(days) < day_number(TODAY) - 1_000
    assert max(days) >= day_number(TODAY) - 1


async def test_nothing_lies_in_the_future_and_nothing_stands_before_its_customer(database: Database) -> None:
    await grow(database)

    rows = await rows_of(database)
    hour = NOW.replace(minute=0)
    joined = {row.id: row.created_at for row in rows["customer"]}
    for name, column in (
        ("customer", "created_at"), ("sale", "occurred_at"), ("payment", "paid_at"), ("refund", "occurred_at"),
        ("sale_status_change", "changed_at"), ("touchpoint", "occurred_at"),
    ):  # fmt: skip
        assert all(getattr(row, column) < hour for row in rows[name]), name
    for name in ("sale", "refund", "touchpoint"):
        assert all(row.occurred_at >= joined[row.customer_id] for row in rows[name] if row.customer_id), name


async def test_one_filling_is_one_revision_with_its_audit_entry(sqlite_database: Database) -> None:
    await grow(sqlite_database)

    assert await revision_of(sqlite_database) == (1, 1)
    async with sqlite_database.engine.connect() as connection:
        entry = (await connection.execute(select(table(AuditEntry)))).one()
    assert (entry.action, entry.actor, entry.role, entry.revision) == ("demo.grow", "demo", "ADMIN", 1)
    rows = await rows_of(sqlite_database)
    assert {row.revision for name in ("customer", "sale", "payment", "touchpoint") for row in rows[name]} == {1}


async def test_rows_are_written_as_other_writers_write_them(sqlite_database: Database) -> None:
    await grow(sqlite_database, customers=20)
    sale, customer = table(Sale), table(Customer)
    async with sqlite_database.transaction() as connection:
        made = (await connection.execute(select(sale.c.id, sale.c.occurred_at).limit(1))).one()
        born = customer.c.birth_date.is_not(None)
        person = (await connection.execute(select(customer.c.id, customer.c.birth_date).where(born).limit(1))).one()
        raw = text("SELECT s.occurred_at, c.birth_date, c.is_active, typeof(c.is_active) FROM sale s, customer c"
                   " WHERE s.id = :sale AND c.id = :customer")  # fmt: skip
        before = (await connection.execute(raw, {"sale": made.id, "customer": person.id})).one()
        await connection.execute(update(sale).where(sale.c.id == made.id).values(occurred_at=made.occurred_at))
        await connection.execute(
            update(customer).where(customer.c.id == person.id).values(birth_date=person.birth_date, is_active=True)
        )
        assert (await connection.execute(raw, {"sale": made.id, "customer": person.id})).one() == before


async def test_both_stores_hold_the_same(stores: Stores, postgres_url: str) -> None:
    one, other = stores(), Database(postgres_url)
    for database in (one, other):
        await grow(database)
        await grow(database, NOW + timedelta(days=9))
    assert await facts_of(one) == await facts_of(other)
    await other.close()


# ---------------------------------------------------------------- the same again


async def test_the_seed_and_the_day_decide_everything(stores: Stores) -> None:
    # Takes seconds: three demos are grown.
    one, same, other = stores(), stores(), stores()
    await grow(one, today=TODAY, now=datetime(2026, 3, 15, 1, 0, tzinfo=UTC))
    await grow(same, today=TODAY, now=datetime(2031, 7, 1, 12, 0, tzinfo=UTC))
    await grow(other, today=TODAY, now=datetime(2026, 3, 15, 1, 0, tzinfo=UTC), seed=2)

    assert await facts_of(one) == await facts_of(same)
    assert (await facts_of(one))["sale"] != (await facts_of(other))["sale"]


async def test_grown_day_by_day_it_is_the_same_as_grown_at_once(
    stores: Stores, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Takes seconds: a demo is grown in thirty-two steps.
    daily, once = database, stores()
    for days in (*range(0, 30), 75, 130):
        await grow(daily, NOW + timedelta(days=days, hours=days % 5))
    monkeypatch.setattr(growing, "DemoPlan", _PlanOfToday)
    await grow(once, NOW + timedelta(days=130))

    assert await facts_of(daily) == await facts_of(once)


class _PlanOfToday(DemoPlan):
    @classmethod
    def begun(cls, customers: int, seed: int, today: date) -> DemoPlan:
        return DemoPlan.begun(customers, seed, TODAY)


async def test_asked_again_on_the_same_day_it_adds_nothing(database: Database) -> None:
    await grow(database)
    before = await revision_of(database)

    again = await grow(database, NOW + timedelta(hours=3))

    assert again.rows == 0
    assert await revision_of(database) == before


async def test_growing_leaves_what_is_there(sqlite_database: Database) -> None:
    await grow(sqlite_database)
    before = await rows_of(sqlite_database)
    await grow(sqlite_database, NOW + timedelta(days=60))
    after = await rows_of(sqlite_database)

    for name in ("sale_item", "payment", "refund", "sale_status_change", "touchpoint", "customer_tag", "external_id",
                 "consent_event"):  # fmt: skip
        assert len(after[name]) > len(before[name])
        assert not set(before[name]) - set(after[name]), name
    changed = _changed(before["sale"], after["sale"])
    assert {"status", "paid", "refunded"} < changed <= {"status", "paid", "refunded", "counted_from", "revision"}
    assert _changed(before["customer"], after["customer"]) <= {"is_active", "revision"}
    assert CUSTOMERS < len(after["customer"]) < 1.15 * CUSTOMERS


def _changed(before: list[Any], after: list[Any]) -> set[str]:
    now = {row.id: row._asdict() for row in after}
    return {name for row in before for name, value in row._asdict().items() if now[row.id][name] != value}


async def test_in_many_steps_it_is_the_same_and_each_is_one_revision(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, many = stores(), stores()
    told: list[tuple[int, int]] = []
    await grow(one)
    monkeypatch.setattr(steps, "STEP_CUSTOMERS", 60)
    await grow(many, progress=lambda done, of: told.append((done, of)))

    assert await facts_of(one) == await facts_of(many)
    assert await revision_of(many) == (5, 5)
    assert told == sorted(told)
    assert told[-1] == (CUSTOMERS, CUSTOMERS)
    assert {60, 120, 180, 240} < {done for done, _ in told}


async def test_what_was_interrupted_is_taken_up_by_the_next_call(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = stores(), stores()
    monkeypatch.setattr(steps, "STEP_CUSTOMERS", 60)

    def pull_the_plug(done: int, _of: int) -> None:
        if done > 130:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await grow(broken, progress=pull_the_plug)
    assert (await revision_of(broken))[0] == 2
    await grow(broken, NOW + timedelta(days=2))
    await grow(whole)
    await grow(whole, NOW + timedelta(days=2))

    assert await facts_of(broken) == await facts_of(whole)


async def test_two_who_fill_at_once_write_it_once(
    stores: Stores, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stores()
    await grow(one)
    monkeypatch.setattr(steps, "STEP_CUSTOMERS", 60)
    await ensure_business(database, DEMO_BUSINESS, currency="EUR", timezone=TIMEZONE, region="FR", now=NOW)
    await asyncio.gather(grow(database), grow(database), grow(database))

    assert await facts_of(database) == await facts_of(one)
    assert await revision_of(database) == (5, 5)


# ---------------------------------------------------------------- beside what others do


async def test_another_demo_is_refused(sqlite_database: Database) -> None:
    await grow(sqlite_database, seed=3)

    with pytest.raises(DemoDiffers, match="--customers 250 --seed 3"):
        await grow(sqlite_database, customers=500)
    with pytest.raises(DemoDiffers, match="--customers 250 --seed 3"):
        await grow(sqlite_database, seed=4)
    assert (await grow(sqlite_database, NOW + timedelta(days=1), customers=None)).seed == 3


async def test_a_business_of_that_name_with_other_data_is_left_alone(sqlite_database: Database) -> None:
    shop = await ensure_business(sqlite_database, DEMO_BUSINESS, currency="EUR", timezone=TIMEZONE, now=NOW)
    async with writing(sqlite_database, shop.id, actor=ACTOR, clock=lambda: NOW) as opened:
        await opened.run(insert(table(Customer)).values(_customer(shop.id, opened.revision)))

    with pytest.raises(DemoDiffers, match="other data"):
        await grow(sqlite_database)


def _customer(business: int, revision: int) -> dict[str, Any]:
    return {
        "business_id": business, "number": "1", "sort_name": "1", "created_at": NOW, "joined_day": 1,
        "type": "RETAIL", "revision": revision,
        **dict.fromkeys(("is_active", "is_email_verified", "is_phone_verified", "joined_given", "consent_email",
                         "consent_sms", "consent_push", "is_erased"), False),
        **dict.fromkeys(("credit_limit", "opening_balance"), 0), "search_name": "", "search_contact": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "reason"),
    [({"customers": 0}, "1 to 1,000,000"), ({"customers": 1_000_001}, "1 to 1,000,000"), ({"seed": -1}, "seed")],
)
async def test_an_impossible_demo_says_what_would_be_possible(
    sqlite_database: Database, asked: dict[str, int], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        await grow(sqlite_database, **asked)


async def test_what_somebody_changed_meanwhile_is_kept(sqlite_database: Database) -> None:
    await grow(sqlite_database)
    sale = table(Sale)
    async with sqlite_database.transaction() as connection:
        await connection.execute(update(sale).where(sale.c.status == SaleStatus.PARTIAL).values(paid=sale.c.paid + 1))
    before = {row.id: row for row in (await rows_of(sqlite_database))["sale"] if row.status == SaleStatus.PARTIAL}
    await grow(sqlite_database, NOW + timedelta(days=100))

    rows = await rows_of(sqlite_database)
    assert len(before) > 3
    assert [row for row in rows["sale"] if row.id in before] == list(before.values())
    later = {row.sale_id for row in rows["payment"] + rows["sale_status_change"] if row.revision > 1}
    assert not later & set(before)


async def test_an_erased_customer_is_not_met_again_and_a_merged_one_is_whom_it_was_merged_into(
    sqlite_database: Database,
) -> None:
    await grow(sqlite_database)
    customer, sale = table(Customer), table(Sale)
    async with sqlite_database.transaction() as connection:
        busy = (
            select(sale.c.customer_id).where(sale.c.customer_id.is_not(None))
            .where(sale.c.business_day > day_number(TODAY) - 40)
            .group_by(sale.c.customer_id).order_by(sale.c.customer_id)
        )  # fmt: skip
        kept, merged, *erased = (await connection.execute(busy)).scalars().all()
        await connection.execute(update(customer).where(customer.c.id.in_(erased)).values(is_erased=True))
        await connection.execute(update(customer).where(customer.c.id == merged).values(merged_into_id=kept))
    await grow(sqlite_database, NOW + timedelta(days=120))

    rows = await rows_of(sqlite_database)
    buyer = {row.id: row.customer_id for row in rows["sale"]}
    assert all(row.customer_id == buyer[row.sale_id] for row in rows["payment"] + rows["refund"] if row.sale_id)
    new = [row for row in rows["touchpoint"] if row.revision > 1]
    new += [row for row in rows["sale"] if row.business_day > day_number(TODAY)]
    new += [row for row in rows["payment"] + rows["refund"] if row.revision > 1 and not row.sale_id]
    assert len(new) > 300
    assert not {row.customer_id for row in new} & {merged, *erased}


async def test_all_rows_are_of_the_demo_and_of_each_other(database: Database) -> None:
    await ensure_business(database, "Another", currency="GBP", timezone="Europe/London", now=NOW)
    summary = await grow(database)

    rows = await rows_of(database)
    assert {row.business_id for of in rows.values() for row in of} == {summary.business_id}
    ids = {name: {row.id for row in rows[name]} for name in ("sale", "customer", "storefront")}
    for name, of in rows.items():
        for parent, known in ids.items():
            column = f"{parent}_id"
            if hasattr(of[0], column):
                assert {getattr(row, column) for row in of} <= known | {None}, (name, column)
    assert (
        {row.sale_id for row in rows["sale_item"]} == {row.sale_id for row in rows["sale_status_change"]} == ids["sale"]
    )
    assert all(row.referrer_id is None or row.referrer_id < row.id for row in rows["customer"])
    buyers = {row.id: row.customer_id for row in rows["sale"]}
    stores = {row.id: row.storefront_id for row in rows["sale"]}
    for row in rows["payment"] + rows["refund"]:
        assert row.sale_id is None or row.customer_id == buyers[row.sale_id]
    assert all(row.storefront_id == stores.get(row.sale_id) for row in rows["refund"])


# ---------------------------------------------------------------- derived columns


@pytest.mark.parametrize("days", [0, 45])
async def test_every_derived_column_is_what_it_is_derived_from(database: Database, days: int) -> None:
    await grow(database)
    await grow(database, NOW + timedelta(days=days))

    rows = await rows_of(database)
    of_sale: dict[str, dict[int, list[Any]]] = {name: defaultdict(list) for name in rows}
    for name in ("sale_item", "payment", "refund", "sale_status_change"):
        for row in rows[name]:
            of_sale[name][row.sale_id].append(row)
    for sale in rows["sale"]:
        _check_amounts(sale, of_sale["sale_item"][sale.id])
        _check_money(sale, of_sale["payment"][sale.id], of_sale["refund"][sale.id])
        _check_history(sale, of_sale["sale_status_change"][sale.id])
    for sale in rows["sale"] + rows["refund"]:
        moment = business_moment(sale.occurred_at, ZONE)
        assert (sale.business_day, sale.business_month, sale.weekday, sale.hour) == moment
    for name, column in (("payment", "paid_at"), ("sale_status_change", "changed_at"), ("touchpoint", "occurred_at")):
        for row in rows[name]:
            assert row.business_day == business_moment(getattr(row, column), ZONE).business_day
    _check_joining(rows)


def _check_amounts(sale: Any, items: list[Any]) -> None:
    assert sorted(item.position for item in items) == list(range(len(items)))
    for item in items:
        assert item.total == line_total(item.quantity, item.unit_price, 2)
        cost = None if item.unit_cost is None else line_total(item.quantity, item.unit_cost, 2)
        assert item.profit == (None if cost is None else item.total - cost)
    assert sale.subtotal == sum(item.total for item in items)
    assert sale.total == sale.subtotal - sale.discount
    known = [item for item in items if item.unit_cost is not None]
    share = half_even(sale.discount * sum(item.total for item in known), sale.subtotal)
    assert sale.costed == sum(item.total for item in known) - share
    assert sale.profit == (sum(item.profit for item in known) - share if known else None)


def _check_money(sale: Any, payments: list[Any], refunds: list[Any]) -> None:
    due = sale.total + sale.tax
    assert sale.paid == sum(row.amount for row in payments if row.method != PaymentMethod.CREDIT)
    assert sale.refunded == sum(row.amount for row in refunds) <= sale.total
    assert (sale.status == SaleStatus.REFUNDED) == (0 < sale.total == sale.refunded)
    if sale.profit is None:
        assert all(row.profit is None for row in refunds)
    for count in range(1, len(refunds) + 1 if sale.profit is not None else 1):
        amount, share = (sum(getattr(row, name) for row in refunds[:count]) for name in ("amount", "profit"))
        assert share == half_even(sale.profit * amount, sale.total)
    if sale.status in (SaleStatus.COMPLETED, SaleStatus.REFUNDED):
        assert sale.paid == due
    elif sale.status == SaleStatus.PARTIAL:
        assert sale.paid < due
    else:
        assert not payments


def _check_history(sale: Any, changes: list[Any]) -> None:
    changes = sorted(changes, key=lambda row: row.changed_at)
    counting = (SaleStatus.COMPLETED, SaleStatus.PARTIAL, SaleStatus.REFUNDED)
    days = [row.business_day for row in changes if row.status in counting]
    assert changes[0].changed_at == sale.occurred_at
    assert changes[-1].status == sale.status
    assert len({row.status for row in changes}) == len(changes)
    assert sale.counted_from == (days[0] if sale.status in counting else None)


def _check_joining(rows: Rows) -> None:
    first: dict[int, int] = {}
    for sale in rows["sale"]:
        if sale.customer_id and sale.counted_from is not None:
            first[sale.customer_id] = min(sale.business_day, first.get(sale.customer_id, sale.business_day))
    for row in rows["customer"]:
        created = business_moment(row.created_at, ZONE).business_day
        assert row.joined_day == (created if row.joined_given else first[row.id])
        assert row.joined_day == created


# ---------------------------------------------------------------- what is in it


@pytest.fixture(scope="module")
def rows(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Every row of a demo of the usual size, which takes seconds to grow."""
    path = tmp_path_factory.mktemp("demo") / "store.db"
    shutil.copy(sqlite_template, path)

    async def grown() -> Rows:
        database = Database(f"sqlite:///{path}")
        await grow(database, customers=None)
        rows = await rows_of(database)
        await database.close()
        return rows

    return asyncio.run(grown())


def test_a_demo_of_the_usual_size_has_some_of_everything(rows: Rows) -> None:
    assert len(rows["customer"]) == 2_000
    assert {row.status for row in rows["sale"]} == set(SaleStatus)
    assert {row.channel for row in rows["sale"]} == set(SaleChannel)
    assert {row.method for row in rows["payment"]} == set(GIVEN_METHODS)
    assert {row.type for row in rows["touchpoint"]} == set(TouchpointType)
    assert {row.channel for row in rows["touchpoint"]} == set(TouchpointChannel)
    assert {row.outcome for row in rows["touchpoint"]} == {*TouchpointOutcome, None}
    assert {row.score for row in rows["touchpoint"] if row.type == TouchpointType.SURVEY} == set(range(11))
    assert {row.score for row in rows["touchpoint"] if row.type != TouchpointType.SURVEY} == {None}
    assert {row.weekday for row in rows["sale"]} == set(range(1, 8))
    assert len({row.category for row in rows["sale_item"]}) == 13
    assert {row.brand for row in rows["sale_item"]} == set(MAKERS)
    assert {row.brand for row in rows["sale_item"] if row.quantity % 1_000_000} == {None}  # what is weighed
    costless = {row.category for row in rows["sale_item"] if row.unit_cost is None}
    assert costless == {"Vintage Finds"}
    assert {row.category for row in rows["sale_item"] if row.quantity % 1_000_000} == {"Cheese Counter"}
    assert {row.product for row in rows["sale_item"] if not row.is_product} == {"Delivery"}
    assert any(row.unit_price == 0 for row in rows["sale_item"])
    assert any(row.profit is None for row in rows["sale"])
    split = Counter(row.sale_id for row in rows["payment"] if row.sale_id)
    assert any(count == 2 for count in split.values())
    assert any(row.sale_id is None for row in rows["payment"])
    refunds = Counter(row.sale_id for row in rows["refund"])
    assert refunds[None] > 10
    assert max(count for sale, count in refunds.items() if sale) == 2
    month = {row.id: row.business_month for row in rows["sale"]}
    assert any(row.sale_id and row.business_month > month[row.sale_id] for row in rows["refund"])


def test_a_demo_of_the_usual_size_is_plausible(rows: Rows) -> None:
    customers, sales = rows["customer"], rows["sale"]
    assert 0.04 < _share(customers, lambda row: row.type == "WHOLESALE") < 0.08
    assert 0.02 < _share(customers, lambda row: not row.is_active) < 0.12
    assert 0.06 < _share(sales, lambda row: row.customer_id is None) < 0.1
    goods = sum(row.is_product for row in rows["sale_item"])
    assert 2.3 < goods / len(sales) < 2.7
    assert 7 < len(sales) / len(customers) < 13
    days: dict[int, list[int]] = defaultdict(list)
    for row in sales:
        if row.customer_id:
            days[row.customer_id].append(row.business_day)
    gaps = [np.diff(sorted(of)).max(initial=0) for of in days.values()]
    assert 0.03 < 1 - len(days) / len(customers) < 0.12  # have not bought yet
    assert 0.12 < _share(list(days.values()), lambda of: len(of) == 1) < 0.35
    assert 0.25 < _share(list(days.values()), lambda of: max(of) < day_number(TODAY) - 180) < 0.6
    assert 0.03 < _share(gaps, lambda gap: gap > 180) < 0.4  # were won back
    monthly = Counter(row.business_month for row in sales)
    december = 2025 * 12 + 11
    assert monthly[december] > 1.3 * monthly[december - 2]
    assert monthly[december - 12] > 1.4 * monthly[december - 24]
    limits = {row.id: row.credit_limit for row in customers}
    assert any(limits[row.customer_id] > 0 for row in sales if row.status == SaleStatus.PARTIAL)
    assert {row.credit_limit for row in customers if row.type == "RETAIL"} == {0}


def _share(rows: list[Any], which: Callable[[Any], bool]) -> float:
    return sum(map(which, rows)) / len(rows)


async def test_contacts_are_valid_unique_and_found_by_their_words(sqlite_database: Database) -> None:
    # Takes seconds: so many contacts are made that some would be the same.
    await grow(sqlite_database, customers=3_000)

    customers = (await rows_of(sqlite_database))["customer"]
    emails = [row.email for row in customers if row.email]
    phones = [row.phone for row in customers if row.phone]
    assert len(emails) == len(set(emails)) > 2_500
    assert len(phones) == len(set(phones)) > 1_500
    for email in emails:
        assert email.isascii()
        assert email == email.casefold()
        assert email.endswith(("@example.com", "@example.org", "@example.net"))
    for number in phones:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed), number
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
    for row in customers:
        assert row.sort_name == sort_name(row.number, row.first_name, row.last_name)
        assert row.search_name == name_words(row.number, row.first_name, row.last_name)
        assert row.search_contact == contact_words(row.email, row.phone)
        assert row.birth_date is None or 17 < (row.created_at.date() - row.birth_date).days / 365.25 < 81
    assert len({row.country for row in customers}) == len(COUNTRIES)


@pytest.mark.parametrize("country", [name for name, country in COUNTRIES.items() if country.phones])
def test_phones_of_a_country_run_out_rather_than_repeat(country: str) -> None:
    capacity = sum(10**digits for _, digits in COUNTRIES[country].phones)
    numbers = {phone(country, index) for index in range(capacity)}
    assert len(numbers) == capacity
    assert None not in numbers
    assert phone(country, capacity) is None
    for prefix, digits in COUNTRIES[country].phones:
        assert phonenumbers.is_valid_number(phonenumbers.parse(prefix + "0123456789"[:digits])), prefix


def test_names_have_a_latin_form_and_a_country() -> None:
    for culture in CULTURES:
        assert culture.country in COUNTRIES
        for pool in (culture.female, culture.male, culture.family):
            assert len(written(pool)) >= 4
            assert all(name and latin for name, latin in written(pool))


# ---------------------------------------------------------------- its arithmetic


def test_a_draw_depends_on_its_key_and_purpose_alone() -> None:
    keys = keys_of(1, "thing", np.arange(1_000))
    assert uniform(keys, "a")[700] == uniform(keys[700:], "a")[0]
    assert not np.array_equal(uniform(keys, "a"), uniform(keys, "b"))
    assert not np.array_equal(keys, keys_of(2, "thing", np.arange(1_000)))


def test_draws_are_distributed_as_they_should_be() -> None:
    keys = keys_of(1, "thing", np.arange(200_000))
    assert abs(uniform(keys, "a").mean() - 0.5) < 0.005
    assert abs(np.corrcoef(uniform(keys, "a"), uniform(keys, "b"))[0, 1]) < 0.01
    assert abs(gamma(keys, "a", 0.9, 0.4).mean() - 0.4) < 0.01
    assert abs(gamma(keys, "a", 0.9, 0.4).var() - 0.4**2 / 0.9) < 0.01
    assert abs(beta(keys, "a", 0.75, 4.2).mean() - 0.75 / 4.95) < 0.005
    assert np.bincount(deck([1, 0, 3], 8)).tolist() == [2, 0, 6]


def test_a_longer_calendar_begins_like_a_shorter_one() -> None:
    plan = DemoPlan.begun(10_000, 1, TODAY)
    short, long = DemoCalendar(plan, plan.filled), DemoCalendar(plan, plan.filled + 400)
    assert np.array_equal(short.activity, long.activity[: len(short.activity)])
    assert np.array_equal(short.joined_before, long.joined_before[: len(short.joined_before)])
    assert short.customers_by(plan.filled) == 10_000
    assert long.customers_by(plan.filled + 400) > 13_000
