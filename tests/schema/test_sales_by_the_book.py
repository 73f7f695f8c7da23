"""Any walk of sales ends as the book says: recorded, paid, refunded in parts, voided, assigned, asked again.

The book is tests/oracle/till.py, which was written from the definitions. Money is minor units.
"""

import asyncio
from collections.abc import Generator
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from models.database import Database
from models.refunding import lines_sold, refunds_made
from models.sales import balances_of, refund, sale
from resolvers.assigning import AssignSale, assign_sale
from resolvers.operation.actor import UsedFor
from resolvers.operation.refusing import checked_input
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import writing
from resolvers.paying import RecordPayment, record_payment
from resolvers.recording import RecordSale, record_sale
from resolvers.refunding import RefundSale, refund_sale
from resolvers.sale_changes import UpdateSaleStatus, rest_of, update_sale_status
from resolvers.verification import verify
from resolvers.voiding import VoidSale, void_sale
from rules.recording import PaymentSaid, SaleLine
from rules.refunding import RefundItemSaid
from rules.refusals import Refusal
from rules.selling import PaymentMethod, SaleStatus
from tests.builders import ACTOR, NOW, Shop, open_shop
from tests.oracle import receivables
from tests.oracle import till as book
from tests.oracle.facts import Customer, Facts, Payment, Refund, Sale
from tests.reports.comparing import differences
from tests.reports.histories import examples
from tests.schema.conftest import Asker

LIMITS = {"ann": 100_00, "ben": 10_00}
OWED = "{ receivablesAging { total current } customers { nodes { number outstandingBalance purchases { revenue } } } }"

# ---------------------------------------------------------------- walks

WHO = st.sampled_from([None, "ann", "ann", "ben"])
PRICES = st.sampled_from([0, 1, 333, 999, 10_00, 25_50])
LINES = st.lists(st.tuples(st.sampled_from([1, 2, 3, 7]), PRICES), min_size=1, max_size=3)
METHODS = st.dictionaries(st.sampled_from(["CASH", "CARD", "CREDIT"]), st.integers(1, 30_00), max_size=2)
AMOUNTS = st.one_of(st.integers(1, 40_00), st.sampled_from([1, 333, 10_00]))
ITEMS = st.dictionaries(st.integers(0, 2), st.integers(1, 3), min_size=1, max_size=3)
STATUSES = st.sampled_from(["COMPLETED", "PARTIAL", "CANCELLED"])
PLACE = st.integers(0, 3)
RECORDED = st.tuples(
    st.just("record"),
    WHO,
    LINES,
    st.sampled_from([0, 0, 50, 2_00]),
    st.sampled_from([0, 0, 4_80]),
    METHODS,
    st.booleans(),
)
STEPS = st.one_of(
    st.tuples(st.just("pay"), PLACE, st.one_of(st.none(), AMOUNTS)),
    st.tuples(st.just("refund"), PLACE, ITEMS, st.none(), st.sampled_from([None, "CARD", "CREDIT"])),
    st.tuples(st.just("refund"), PLACE, st.none(), AMOUNTS, st.sampled_from([None, None, "CREDIT"])),
    st.tuples(st.just("refund"), PLACE, st.none(), st.none(), st.none()),
    st.tuples(st.just("void"), PLACE),
    st.tuples(st.just("assign"), PLACE, WHO),
    st.tuples(st.just("update"), PLACE, STATUSES),
    RECORDED,
)


class Known(NamedTuple):
    """A sale here and in the book."""

    id: int
    line_ids: list[int]
    told: book.Sale


class Walk:
    """A walk through a shop, and through the book beside it."""

    def __init__(self, services: Services, shop: Shop) -> None:
        self.services = services
        self.shop = shop
        self.till = book.Till(dict(LIMITS))
        self.known: list[Known] = []

    async def take(self, step: tuple[Any, ...]) -> None:
        """Take a step in both, then ask for it again; both refuse it by the same name, or stand the same after it."""
        name, *arguments = step
        if name == "record":
            await self._record(*arguments)
        elif self.known:
            known = self.known[arguments[0] % len(self.known)]
            await getattr(self, f"_{name}")(known, *arguments[1:])
        await self.compare()

    async def _both(self, operation: Any, asked: Any, by_the_book: Any) -> Any:
        try:
            by_the_book()
            expected = None
        except book.Refused as refused:
            expected = str(refused)
        key = UsedFor(uuid4().hex, "walk")
        done, found = None, None
        for _ in range(2):
            try:
                async with writing(self.shop.database, self.shop.id, actor=ACTOR, clock=lambda: NOW) as write:
                    again, done = done, await write.once(operation, checked_input(asked, key), used=key)
                    assert done.replayed == (again is not None)
            except Refusal as refusal:
                found = type(refusal).__name__
        assert found == expected, (asked, found, expected)
        return done

    async def _record(self, who: Any, lines: Any, discount: int, tax: int, paid: Any, is_pending: bool) -> None:
        asked = RecordSale(
            items=tuple(SaleLine("Tea", Decimal(count), pounds(price)) for count, price in lines),
            customer_id=None if who is None else self.shop.id_of(who),
            status=SaleStatus.PENDING if is_pending else SaleStatus.COMPLETED,
            discount=pounds(discount),
            tax=pounds(tax),
            payments=() if is_pending else tuple(PaymentSaid(PaymentMethod(m), pounds(a)) for m, a in paid.items()),
        )
        told: list[book.Sale] = []
        status, given = ("PENDING", {}) if is_pending else ("COMPLETED", paid)
        done = await self._both(
            record_sale, asked, lambda: told.append(self.till.record(who, lines, discount, tax, given, status))
        )
        if done is not None:
            rows = await self.rows(lines_sold(), ids=[done.sale_id])
            self.known.append(Known(done.sale_id, [row.id for row in rows], told[0]))

    async def _pay(self, known: Known, amount: int | None) -> None:
        paid = amount or known.told.rest or 1
        asked = RecordPayment(PaymentMethod.CASH, pounds(paid), sale_id=known.id)
        await self._both(record_payment, asked, lambda: self.till.pay(known.told, paid))

    async def _refund(self, known: Known, items: Any, amount: int | None, method: str | None) -> None:
        of_sale = {place: count for place, count in (items or {}).items() if place < len(known.line_ids)} or None
        said = of_sale and tuple(RefundItemSaid(known.line_ids[p], Decimal(count)) for p, count in of_sale.items())
        way = None if method is None else PaymentMethod(method)
        asked = RefundSale(known.id, said, None if amount is None else pounds(amount), way)
        await self._both(refund_sale, asked, lambda: self.till.refund(known.told, of_sale, amount, method))

    async def _void(self, known: Known) -> None:
        await self._both(void_sale, VoidSale(known.id, "twice"), lambda: self.till.void(known.told))

    async def _assign(self, known: Known, who: str | None) -> None:
        asked = AssignSale(known.id, None if who is None else self.shop.id_of(who))
        await self._both(assign_sale, asked, lambda: self.till.assign(known.told, who))

    async def _update(self, known: Known, status: str) -> None:
        asked = UpdateSaleStatus(known.id, SaleStatus(status))
        await self._both(update_sale_status, asked, lambda: self.till.update(known.told, status))

    # ------------------------------------------------------------ what both are

    async def rows(self, statement: Any, **params: Any) -> Any:
        """The rows of a statement."""
        async with self.shop.database.reading(self.shop.id) as connection:
            return (await connection.execute(statement, {"business": self.shop.id, **params})).all()

    async def compare(self) -> None:
        """Sales, refunds and balances are the book's."""
        ids = [known.id for known in self.known]
        found = {row.id: row for row in await self.rows(select(sale).where(sale.c.business_id == self.shop.id))}
        assert sorted(found) == sorted(ids)
        methods = {row.id: row.method for row in await self.rows(select(refund.c.id, refund.c.method))}
        for known in self.known:
            row, told = found[known.id], known.told
            who = None if told.customer is None else self.shop.id_of(told.customer)
            assert (row.status, row.total, row.paid, row.refunded, row.customer_id) == (
                *(told.status, told.total, told.paid, told.refunded),
                who,
            )
            if told.status in ("PARTIAL", "PENDING"):
                assert rest_of(row) == told.rest
            made = await self.rows(refunds_made(), ids=[known.id])
            assert [(one.amount, one.tax, one.settled, one.paid_out, methods[one.id]) for one in made] == [
                (one.amount, one.tax, one.settled, one.paid_out, one.method) for one in told.refunds
            ]
        for row in await self.rows(balances_of(), ids=[self.shop.id_of(name) for name in LIMITS]):
            assert row.outstanding == self.till.balance(self.shop.number_of(row.customer_id))

    async def check_reports(self) -> None:
        """Nothing breaks a rule, the copy that caught up is the store, and reports are the oracle's."""
        assert [one for one in await self.found_wrong() if one.wrong] == []
        ask = Asker(self.services, Viewer("mona", Role.MANAGER, self.shop.id))
        answer = await ask(OWED)
        assert differences(answer["receivablesAging"], receivables.report(self.facts())) == []
        for node in answer["customers"]["nodes"]:
            counted = [k.told for k in self.known if k.told.customer == node["number"] and counts(k.told)]
            net = sum(told.total - told.refunded for told in counted)
            assert Decimal(node["purchases"]["revenue"]) == pounds(net)
            assert Decimal(node["outstandingBalance"]) == pounds(self.till.balance(node["number"]))

    async def found_wrong(self) -> list[Any]:
        """What `verify` finds."""
        return [one async for one in verify(self.services, self.shop.id, NOW)]

    def facts(self) -> Facts:
        """The same as the oracle's facts."""
        day, sales, payments, refunds = NOW.date().toordinal(), list[Sale](), list[Payment](), list[Refund]()
        for known in self.known:
            id_, told = str(known.id), known.told
            sales.append(Sale(id_, told.customer, day, 12, told.total, status=told.status, tax=told.tax))
            payments += [Payment(id_, method, amount) for method, amount in told.payments]
            refunds += [Refund(id_, told.customer, id_, day, 12, one.amount, one.tax) for one in told.refunds]
        customers = tuple(Customer(name, name) for name in LIMITS)
        return Facts(customers, tuple(sales), (), tuple(payments), tuple(refunds), day)


def pounds(minor: int) -> Decimal:
    """Minor units as an amount."""
    return Decimal(minor).scaleb(-2)


def counts(told: book.Sale) -> bool:
    """Whether a sale counts."""
    return told.status in ("COMPLETED", "PARTIAL", "REFUNDED")


# ---------------------------------------------------------------- on both stores


class Stores:
    """A store with a shop for each walk."""

    def __init__(self, runner: asyncio.Runner, url: str) -> None:
        self.runner = runner
        self.services = Services(Database(url))

    async def begun(self) -> Walk:
        """A walk through a new shop, of which the copy is loaded before it begins."""
        shop = await open_shop(self.services.database, f"Walk {uuid4().hex}")
        for name, limit in LIMITS.items():
            shop.customer(name, credit_limit=str(pounds(limit)))
        await shop.save()
        walk = Walk(self.services, shop)
        assert [one for one in await walk.found_wrong() if one.wrong] == []
        return walk


@pytest.fixture(scope="module")
def stores(lasting_url: str) -> Generator[Stores]:
    with asyncio.Runner() as runner:
        made = Stores(runner, lasting_url)
        yield made
        runner.run(made.services.close())


@given(first=RECORDED, steps=st.lists(STEPS, min_size=4, max_size=12))
@examples(15)
def test_any_walk_is_the_books(stores: Stores, first: tuple[Any, ...], steps: list[tuple[Any, ...]]) -> None:
    # Takes seconds: each walk is a business of its own, and each of its steps two transactions.
    async def walked() -> None:
        walk = await stores.begun()
        for step in (first, *steps):
            await walk.take(step)
        await walk.check_reports()
        stores.services.copies.of(walk.shop.id).drop()

    stores.runner.run(walked())
