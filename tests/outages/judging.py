"""What must be in the store after clerks worked: all that they were answered, once, and nothing else.

Reports of it are the oracle's, which is told the final tables.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from sqlalchemy import text

from models.database import Database
from resolvers.operation.ids import key_of
from resolvers.operation.services import Services
from rules.days import business_today
from tests.outages.asked import Books, Request
from tests.outages.checking import broken
from tests.reports.conftest import AskedShop
from tests.reports.every_report import QUESTIONS, check
from tests.reports.histories import examples
from tests.reports.stored import facts_of

UNIQUE = ("number", "email", "phone")


@dataclass(frozen=True)
class Store:
    """A business in a store, and its revision before the clerks came."""

    database: Database
    business_id: int
    revision: int

    async def rows(self, statement: str) -> Any:
        """The rows of a statement that is bound to :business."""
        async with self.database.reading(self.business_id) as connection:
            return (await connection.execute(text(statement), {"business": self.business_id})).all()

    async def keys(self, source: str) -> list[int]:
        """The keys of the rows of a table."""
        return [row.id for row in await self.rows(f"SELECT id FROM {source} WHERE business_id = :business")]


async def judge(store: Store, url: str, books: Books, before: set[int]) -> None:
    """AssertionError where something was lost, doubled, counted otherwise than it was done, or breaks a rule.

    `before` are the customers who were there when the clerks came.
    """
    await _audited(store, books)
    await _nothing_lost(store, books, before)
    await _marks(store, books)
    for column in UNIQUE:
        taken = await store.rows(
            f"SELECT lower({column}) AS value FROM customer WHERE business_id = :business AND NOT is_erased"
            f" AND {column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
        )
        assert taken == [], column
    assert await broken(url) == []


async def _audited(store: Store, books: Books) -> None:
    """The revision counts the writes; each request left the entries of what it did, and no write is nobody's."""
    (business,) = await store.rows("SELECT revision FROM business WHERE id = :business")
    entries = await store.rows(
        "SELECT DISTINCT revision, request_id FROM audit_entry WHERE business_id = :business ORDER BY revision"
    )
    made = [row.revision for row in entries]
    assert made == list(range(store.revision + 1, business.revision + 1))
    of_request = Counter(row.request_id for row in entries)
    for request in books.requests:
        least, most = request.revisions
        assert least <= of_request[request.id] <= most, (request, of_request[request.id])
    assert set(of_request) <= {request.id for request in books.requests}


async def _nothing_lost(store: Store, books: Books, before: set[int]) -> None:
    """Customers, sales, payments and refunds are those that were answered."""
    sales = _items(books.of("recordSale", "recordSales"), "input", "inputs")
    customers = {key_of(id_, "Customer") for id_ in books.customers}
    assert sorted(await store.keys("customer")) == sorted(before | customers)
    assert sorted(await store.keys("sale")) == sorted(_keys((one for _, one in sales), "sale", "Sale"))
    refunds = _keys((one for request in books.of("refundSale") for one in request.done), "refund", "Refund")
    assert sorted(await store.keys("refund")) == sorted(refunds)
    paid = sum(len(asked["payments"]) for asked, _ in sales) + len(books.of("recordPayment"))
    assert len(await store.keys("payment")) == paid
    (sold,) = await store.rows("SELECT sum(total) AS total FROM sale WHERE business_id = :business")
    assert int(sold.total or 0) == sum(_total(asked) for asked, _ in sales)
    told = await store.rows("SELECT type, count(*) AS count FROM event WHERE business_id = :business GROUP BY type")
    counts = {row.type: row.count for row in told}
    assert counts.get("sale.recorded", 0) == len(sales)
    assert counts.get("customer.created", 0) == len(customers - before)


async def _marks(store: Store, books: Books) -> None:
    """Each tag, preference and consent is there once, unless whoever had it may have been erased."""
    erased = {key_of(request.variables["id"], "Customer") for request in books.of("eraseCustomer")}
    may_be_gone = _together(books, erased)
    deleted = {one["key"] for request in books.of("deletePreferences") for one in request.variables["preferences"]}
    tags = [(one.variables["add"][0], one.variables["target"]["ids"][0]) for one in books.of("setCustomersTags")]
    keys = [
        (one.variables["preferences"][0]["key"], one.variables["customer"])
        for one in books.of("setPreferences")
        if one.variables["preferences"][0]["key"] not in deleted
    ]
    for source, column, marks in (("customer_tag", "tag", tags), ("preference", "key", keys)):
        rows = await store.rows(f"SELECT {column} AS mark FROM {source} WHERE business_id = :business")
        found = Counter(row.mark for row in rows)
        assert max(found[mark] for mark, _ in marks or [("", "")]) <= 1 or source == "customer_tag"
        for mark, customer in marks:
            is_safe = key_of(customer, "Customer") not in may_be_gone
            assert found[mark] == 1 or (found[mark] == 0 and not is_safe), (source, mark, found[mark])
    events = await store.rows("SELECT count(*) AS count FROM consent_event WHERE business_id = :business")
    assert events[0].count == len(books.of("setConsents"))


def _together(books: Books, customers: set[int]) -> set[int]:
    """Those and whoever was ever merged with one of them."""
    merges = [{key_of(r.variables[side], "Customer") for side in ("keep", "merge")} for r in books.of("mergeCustomers")]
    reached, size = set(customers), -1
    while size != len(reached):
        size = len(reached)
        reached.update(*(pair for pair in merges if pair & reached))
    return reached


def _items(requests: Iterable[Request], one: str, several: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What was asked for and done, item by item."""
    return [
        (asked, result)
        for request in requests
        for asked, result in zip(
            request.variables.get(several) or [request.variables[one]], request.results, strict=True
        )
        if result in request.done
    ]


def _keys(results: Iterable[dict[str, Any]], name: str, kind: str) -> list[int]:
    return [key_of(result[name]["id"], kind) for result in results]


def _total(asked: dict[str, Any]) -> int:
    return sum(int(line["quantity"]) * round(float(line["unitPrice"]) * 100) for line in asked["items"])


# ---------------------------------------------------------------- reports


class _KnownByName:
    """The business, its customers by their numbers as they are now."""

    def __init__(self, store: Store, customers: dict[str, int], storefronts: dict[str, int]) -> None:
        self.id = store.business_id
        self._customers = customers
        self._storefronts = storefronts

    def id_of(self, customer: str) -> int:
        return self._customers[customer]

    def id_of_storefront(self, name: str) -> int:
        return self._storefronts[name]


def judge_reports(store: Store, runner: asyncio.Runner, questions: int) -> None:
    """AssertionError where a report is not the oracle's of what is stored now, for so many random questions."""
    now = datetime.now(UTC)
    services = Services(store.database)
    (zone,) = runner.run(store.rows("SELECT timezone FROM business WHERE id = :business"))
    facts = runner.run(facts_of(store.database, store.business_id, business_today(now, ZoneInfo(zone.timezone))))
    people = runner.run(store.rows("SELECT id, number AS name FROM customer WHERE business_id = :business"))
    places = runner.run(store.rows("SELECT id, name FROM storefront WHERE business_id = :business"))
    named = ({row.name: row.id for row in rows} for rows in (people, places))
    shop = AskedShop(_KnownByName(store, *named), services, runner, now)

    @given(question=QUESTIONS)
    @examples(questions)
    def every_report_is_the_oracles(question: dict[str, Any]) -> None:
        check(shop, facts, question)

    try:
        every_report_is_the_oracles()
    finally:
        runner.run(services.close())
