"""What can be said about the data itself."""

from __future__ import annotations

from tests.oracle import days
from tests.oracle.facts import Customer, Facts, cost_coverage, percent, until


def report(facts: Facts) -> dict:
    """The DataQuality, except for rejectedRows, which imports decide."""
    known = until(facts, facts.today)
    sold_on = [sale.day for sale in known.sales]
    return {
        "customers": len(known.customers),
        "sales": len(known.sales),
        "firstBusinessDate": days.iso(min(sold_on, default=None)),
        "lastBusinessDate": days.iso(max(sold_on, default=None)),
        "anonymousSalesShare": percent(sum(sale.customer is None for sale in known.sales), len(known.sales)),
        "costCoverage": cost_coverage(known, known.sales),
        "unlinkedRefunds": sum(refund.sale is None for refund in known.refunds),
        "possibleDuplicates": len(possible_duplicates(known.customers)),
    }


def possible_duplicates(customers: tuple[Customer, ...]) -> set[str]:
    """Who shares a case-folded name and a birth date, or name, postal code and line1, with another."""
    marks: dict[tuple, list[str]] = {}
    for customer in customers:
        for mark in marks_of(customer):
            marks.setdefault(mark, []).append(customer.id)
    return {customer for sharing in marks.values() if len(sharing) > 1 for customer in sharing}


def marks_of(customer: Customer) -> list[tuple]:
    """What a duplicate would share; nothing of an erased or a nameless customer."""
    if customer.erased or not (customer.first_name or customer.last_name):
        return []
    name = ((customer.first_name or "").casefold(), (customer.last_name or "").casefold())
    born = [("born", *name, customer.birth_date)] if customer.birth_date else []
    lives = [("lives", *name, customer.postal_code, customer.line1)] if customer.postal_code and customer.line1 else []
    return born + lives
