"""Where new customers came from, and what they brought."""

from __future__ import annotations

from tests.oracle.days import Period
from tests.oracle.facts import (
    Customer,
    Facts,
    grouped,
    joined_on,
    percent,
    refunds_by_customer,
    revenue_of,
    sales_by_customer,
    until,
)

UNKNOWN = "Unknown"


def report(facts: Facts, period: Period, to_date: int | None = None) -> dict:
    """The AcquisitionReport; revenue is to the period's end unless `to_date` is another day."""
    known = until(facts, period[1] if to_date is None else to_date)
    sales = sales_by_customer(known)
    new = [customer for customer in known.customers if is_new(customer, sales.get(customer.id, []), period)]
    revenue = revenue_to_date(known)
    return {
        "totalNew": len(new),
        "bySource": buckets(known, new, revenue, lambda customer: customer.source),
        "byCampaign": buckets(known, new, revenue, lambda customer: customer.campaign),
        "referrals": sum(customer.referrer is not None for customer in new),
        "customerIds": {customer.id for customer in new},
    }


def is_new(customer: Customer, sales: list, period: Period) -> bool:
    """Whether joinedOn is in the period."""
    joined = joined_on(customer, sales)
    return joined is not None and period[0] <= joined <= period[1]


def revenue_to_date(known: Facts) -> dict[str, int]:
    """NET revenue of every customer."""
    sales, refunds = sales_by_customer(known), refunds_by_customer(known)
    return {
        customer.id: revenue_of(known, sales.get(customer.id, []), refunds.get(customer.id, []))
        for customer in known.customers
    }


def buckets(known: Facts, new: list[Customer], revenue: dict[str, int], key_of) -> list[dict]:
    """An AcquisitionBucket for each key, most customers first."""
    answer = []
    for key, members in grouped(new, lambda customer: key_of(customer) or UNKNOWN).items():
        amount = sum(revenue[customer.id] for customer in members)
        answer.append(
            {
                "key": key,
                "customers": len(members),
                "percentage": percent(len(members), len(new)),
                "revenue": known.money(amount),
                "avgClv": known.mean_money(amount, len(members)),
                "customerIds": {customer.id for customer in members},
            }
        )
    return sorted(answer, key=lambda entry: (-entry["customers"], entry["key"]))
