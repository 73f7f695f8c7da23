"""What is still to be paid: unpaid rests of sales, by age, and the balances of customers."""

from __future__ import annotations

from tests.oracle.facts import Facts, Sale, until

AGES = (("current", 0), ("days1To30", 30), ("days31To60", 60), ("days61To90", 90), ("over90", None))


def report(facts: Facts, as_of: int | None = None) -> dict:
    """The ReceivablesAging; `bySale` and `customerIds` say what is in it."""
    as_of = facts.today if as_of is None else min(as_of, facts.today)
    known = until(facts, as_of)
    rests = {sale.id: unpaid_rest(known, sale) for sale in known.sales}
    sums = dict.fromkeys((name for name, _ in AGES), 0)
    for sale in known.sales:
        sums[age_name(as_of - sale.day)] += rests[sale.id]
    owing = {sale.customer for sale in known.sales if rests[sale.id]}
    return (
        {"total": known.money(sum(sums.values()))}
        | {name: known.money(amount) for name, amount in sums.items()}
        | {"customerIds": owing - {None}, "bySale": {sale: known.money(rest) for sale, rest in rests.items() if rest}}
    )


def age_name(age: int) -> str:
    """The field for an age in days."""
    return next(name for name, limit in AGES if limit is None or age <= limit)


def unpaid_rest(known: Facts, sale: Sale) -> int:
    """Of a PARTIAL sale: total + tax − refunds − their tax − payments other than CREDIT, at least 0; else 0."""
    if sale.status != "PARTIAL":
        return 0
    refunded = sum(refund.amount + refund.tax for refund in known.refunds_by_sale.get(sale.id, []))
    paid = sum(payment.amount for payment in known.payments_by_sale.get(sale.id, []) if payment.method != "CREDIT")
    return max(sale.total + sale.tax - refunded - paid, 0)


def outstanding_balances(known: Facts) -> dict[str, int]:
    """Opening balance + unpaid rests − unallocated payments of every customer, in minor units."""
    balances = {customer.id: customer.opening_balance - customer.unallocated for customer in known.customers}
    for sale in known.sales:
        if sale.customer is not None:
            balances[sale.customer] += unpaid_rest(known, sale)
    return balances
