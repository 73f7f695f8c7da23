"""Two customers merged: at the next request every report is the oracle's of the sales moved by hand, and back."""

from dataclasses import replace
from typing import Any

from hypothesis import given

from tests.oracle.facts import Customer, Facts
from tests.reports import test_lifetime_value as values
from tests.reports.conftest import World
from tests.reports.every_report import QUESTIONS, check
from tests.reports.histories import examples, histories, joined_by_hand

KEPT, MERGED = "c00", "c01"
MERGE = "mutation ($keep: ID!, $merge: ID!) { mergeCustomers(keep: $keep, merge: $merge) { __typename } }"
UNMERGE = "mutation ($merge: ID!) { unmergeCustomers(merged: $merge) { __typename } }"


def moved_by_hand(facts: Facts) -> Facts:
    """The same where all that was of one customer is of another, who is the one that is left."""
    kept, merged = (next(c for c in facts.customers if c.id == id_) for id_ in (KEPT, MERGED))
    whole = kept._replace(
        joined=min(day for day in (kept.joined, merged.joined) if day is not None),
        source=kept.source or merged.source,
        campaign=kept.campaign or merged.campaign,
        opening_balance=kept.opening_balance + merged.opening_balance,
    )
    others = [c for c in facts.customers if c.id not in (KEPT, MERGED)]
    sales = tuple(sale._replace(customer=_kept(sale.customer)) for sale in facts.sales)
    refunds = tuple(refund._replace(customer=_kept(refund.customer)) for refund in facts.refunds)
    customers: tuple[Customer, ...] = (whole, *others)
    return replace(facts, customers=customers, sales=sales, refunds=refunds, book=None)


def _kept(customer: str | None) -> str | None:
    return KEPT if customer == MERGED else customer


@given(
    facts=histories().map(joined_by_hand).map(values.of_counted_sales).filter(lambda facts: len(facts.customers) > 1),
    question=QUESTIONS,
)
@examples(8)
def test_every_report_is_of_the_sales_moved_by_hand(world: World, facts: Facts, question: dict[str, Any]) -> None:
    # Takes seconds: the copy of each example is loaded and caught up twice, and the oracle is written for clarity.
    with world.shop_of(facts) as shop:
        check(shop, facts, question)
        done = shop.ask(MERGE, {"keep": shop.customer(KEPT), "merge": shop.customer(MERGED)})
        assert done["mergeCustomers"] == {"__typename": "MergePlan"}
        check(shop, moved_by_hand(facts), question)
        done = shop.ask(UNMERGE, {"merge": shop.customer(MERGED)})
        assert done["unmergeCustomers"] == {"__typename": "MergePlan"}
        check(shop, facts, question)
