"""How many statements an operation runs on the store: of their number alone, whatever the number of rows."""

from typing import Any

import pytest

from resolvers.operation.viewer import Role, Viewer
from tests.builders import Line, Shop, open_shop
from tests.schema.conftest import Asker

CUSTOMERS = 60
SNAPSHOT = 1  # the business with its revision, the first statement of every operation
PAGE = 2  # the ids in order, and their profiles

# What each field of a customer costs, once per operation.
FIELDS = {
    "number name email isVerified joinedOn creditLimit": 0,
    "address { city } consents { email } acquisition { source }": 0,
    "tags": 1,
    "externalIds { value }": 1,
    "outstandingBalance creditUtilization": 1,
    "emailEngagement { openRate }": 1,
    "acquisition { referrer { number } }": 1,
    "purchases { orders revenue profit }": 1,
    'a: purchases { orders } b: purchases(asOf: "2026-02-01") { orders } c: purchases(revenueBasis: NET) { profit }': 2,
    "sales(first: 3) { nodes { number total } pageInfo { hasNextPage } edges { cursor } }": 1,
    "sales(first: 3) { totalCount }": 2,
    "refunds(first: 3) { nodes { amount } }": 1,
    "refunds(first: 3) { totalCount }": 2,
    "touchpoints(first: 3) { nodes { type } }": 1,
    "a: sales(first: 1) { nodes { number } } b: sales(first: 2) { nodes { number } }": 2,
    "sales(first: 3) { nodes { items { product } } }": 2,
    "sales(first: 3) { nodes { payments { amount } } }": 2,
    "sales(first: 3) { nodes { refunds { amount sale { number customer { number } } } } }": 4,
    "sales(first: 3) { nodes { storefront { name } } }": 2,
    "sales(first: 3) { nodes { customer { number } } }": 2,
    "touchpoints(first: 3) { nodes { customer { number } } }": 2,
    "rfm { scoreCode segment { name } }": 0,
    "clv { revenue rank heuristic }": 0,
    "clv { prediction { ... on NotEnoughData { reason } ... on PredictedCLV { expectedOrders } } }": 0,
    "a: rfm { scoreCode } b: rfm(scheme: RETAIL) { scoreCode } c: rfm(days: 30) { scoreCode }": 0,
}
THE_PAGE = """
    number name email tags outstandingBalance purchases { orders revenue }
    rfm { scoreCode segment { name } }
    sales(first: 10) { nodes { number total items { product total } payments { method amount } } }
"""


@pytest.fixture
async def ask_both(both_services: Any) -> Asker:
    """Asks a shop of sixty customers, each with all that can hang from one."""
    shop = await open_shop(both_services.database)
    for number in range(CUSTOMERS):
        _customer(shop, f"C{number:02}", f"C{number - 1:02}" if number else None)
    await shop.save()
    asker = Asker(both_services, Viewer("stan", Role.STAFF, shop.id))
    await asker("{ segmentation { totalCustomers } a: segmentation(days: 30) { asOf } }")  # the copy is there
    return asker


def _customer(shop: Shop, number: str, referrer: str | None) -> None:
    shop.customer(number, email=f"{number}@example.com", tags=["a", "b"], external={"x": number}, referrer=referrer)
    for day in ("2026-01-02", "2026-02-03", "2026-03-01"):
        sold = [Line("Tea", "2.50"), Line("Cake", "3.00")]
        sale = shop.sale(number, day, lines=sold, storefront="Web", payments={"CASH": "2.00", "CARD": "3.50"})
        shop.refund(None, "2026-03-02", "1.00", sale=sale)
    shop.touchpoint(number, "2026-02-02")


async def _statements(ask: Asker, fields: str, first: int) -> int:
    answer = await ask.run(f"{{ customers(first: {first}) {{ nodes {{ {fields} }} }} }}")
    assert not answer.errors, answer.messages
    assert len(answer.data["customers"]["nodes"]) == first
    return answer.statements


async def test_each_field_costs_the_same_for_any_number_of_customers(ask_both: Asker) -> None:
    counted = {
        fields: [await _statements(ask_both, fields, first) - SNAPSHOT - PAGE for first in (1, 10, 50)]
        for fields in FIELDS
    }

    assert counted == {fields: [cost] * 3 for fields, cost in FIELDS.items()}


async def test_fifty_customers_with_all_of_a_page(ask_both: Asker) -> None:
    counts = [await _statements(ask_both, THE_PAGE, first) for first in (1, 10, 50)]

    # sales, items, payments, purchases, balances, tags: the scores come from the copy
    assert counts == [SNAPSHOT + PAGE + 6] * 3


QUESTIONS = {
    "{ viewer { subject } }": 1,
    "{ viewer { business { name } } }": 1,
    "{ storefronts { name } }": 2,
    '{ customer(by: {number: "C07"}) { name } }': 3,
    "{ customers { totalCount } }": 4,
    "{ customers { nodes { name } } }": 3,
    "{ customers(first: 0) { nodes { name } } }": 2,
    "{ customers(orderBy: TOTAL_SPENT) { nodes { name } totalCount } }": 2,
    '{ customers(orderBy: TOTAL_SPENT, filter: {search: "c"}) { nodes { name } totalCount } }': 3,
    '{ customers(filter: {rfmSegment: "NEED_ATTENTION"}) { nodes { name } totalCount } }': 2,
    "{ touchpoints { nodes { type customer { name } } } }": 3,
    "{ segmentation { totalCustomers segments { name growth } insights { largestSegment } } }": 1,
    "{ segmentation { segments { characteristics { preferredCategory preferredStorefront { name } } } } }": 2,
    "{ segmentation { refundsOutsidePopulation activeCustomers cells { customerCount } } }": 1,
    "{ segmentation { segments { customers(first: 5) { nodes { name } } } } }": 2,
}


async def test_each_question(ask_both: Asker) -> None:
    await ask_both.load_copy()
    answers = {query: await ask_both.run(query) for query in QUESTIONS}

    assert [answer.messages for answer in answers.values() if answer.errors] == []
    assert {query: answer.statements for query, answer in answers.items()} == QUESTIONS


async def test_nodes_of_a_kind_are_read_together(ask_both: Asker) -> None:
    found = await ask_both("{ customers(first: 50) { nodes { id sales(first: 1) { nodes { id } } } } }")
    customers = found["customers"]["nodes"]
    ids = [c["id"] for c in customers] + [c["sales"]["nodes"][0]["id"] for c in customers]
    answer = await ask_both.run("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert [node["id"] for node in answer.data["nodes"]] == ids
    assert answer.statements == SNAPSHOT + 2
