"""Segmentation by every method, its migration and its trend, as the contract answers them.

RFM is scored by `rfm.py`; the other methods are here, customer by customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle import days as calendar
from tests.oracle import rfm
from tests.oracle.days import WEEKDAYS
from tests.oracle.facts import (
    Customer,
    Facts,
    Sale,
    for_rfm,
    grouped,
    narrowed,
    percent,
    refunds_by_customer,
    refunds_outside,
    revenue_of,
    sales_by_customer,
    share,
    until,
    with_sales,
)
from tests.oracle.patterns import category_of, methods_of, most
from tests.oracle.receivables import outstanding_balances

MIXED = "Mixed"
NEW_DAYS = 30
AT_RISK_DAYS = ACTIVITY_DAYS = 90
MOST_POINTS = 120
NAMES = {
    "VALUE": ("High", "Medium", "Low"),
    "TIER": ("New", "At-Risk", "VIP", "Regular"),
    "CREDIT": ("No Credit", "Low", "Moderate", "High", "Over Limit"),
}
ATTENTION = {"TIER": ("At-Risk",), "CREDIT": ("Over Limit", "High")}
WITHOUT_GROWTH = frozenset({"TIER", "CREDIT"})


@dataclass(frozen=True)
class Choice:
    """What is asked of a segmentation; `days` None is all history."""

    method: str = "RFM"
    scheme: str = "POS"
    days: int | None = 90
    include_inactive: bool = True


@dataclass(frozen=True)
class Member:
    """One customer of a population, with its segment and what it did in the window."""

    id: str
    segment: str
    sales: tuple[Sale, ...]
    revenue: int
    outstanding: int
    utilization: Fraction | None


def code_of(name: str) -> str:
    """A name in capitals with underscores, without apostrophes."""
    text = "".join(letter if letter.isalnum() else " " for letter in name.replace("'", "").replace("’", ""))
    return "_".join(text.upper().split())


# ---------------------------------------------------------------- populations
def window_start(choice: Choice, as_of: int) -> int | None:
    """The first day of the window; None for all history, as always in TIER."""
    return None if choice.days is None or choice.method == "TIER" else as_of - choice.days + 1


def in_window(known: Facts, choice: Choice, as_of: int) -> Facts:
    """The sales and refunds of the window that ends on a day."""
    start = window_start(choice, as_of)

    def is_inside(fact) -> bool:
        return fact.day <= as_of and (start is None or fact.day >= start)

    return with_sales(known, tuple(filter(is_inside, known.sales)), tuple(filter(is_inside, known.refunds)))


def members_at(known: Facts, choice: Choice, as_of: int, customer_type: str | None = None) -> list[Member]:
    """The population at the end of a day, by number; `known` may hold later facts, they are left out."""
    within = in_window(known, choice, as_of)
    sales, refunds = sales_by_customer(within), refunds_by_customer(within)
    allowed = [
        customer
        for customer in sorted(known.customers, key=lambda customer: customer.number)
        if (choice.include_inactive or customer.is_active)
        and (customer_type is None or customer.type == customer_type)
        and (choice.method == "CREDIT" or customer.id in sales)
    ]
    money = {c.id: revenue_of(within, sales.get(c.id, []), refunds.get(c.id, [])) for c in allowed}
    owed = outstanding_balances(known) if choice.method == "CREDIT" else {}
    segments = segments_of(within, choice, as_of, allowed, money, owed)
    return [
        Member(
            customer.id,
            segments[customer.id],
            tuple(sales.get(customer.id, [])),
            money[customer.id],
            owed.get(customer.id, 0),
            utilization(customer, owed) if choice.method == "CREDIT" else None,
        )
        for customer in allowed
    ]


def segments_of(
    within: Facts, choice: Choice, as_of: int, allowed: list[Customer], money: dict[str, int], owed: dict[str, int]
) -> dict[str, str]:
    """The segment's name of every customer of the population."""
    ids = [customer.id for customer in allowed]
    if choice.method == "RFM":
        return rfm_names(within, choice, as_of, set(ids))
    if choice.method == "VALUE":
        return {customer: value_name(fifth) for customer, fifth in ranked({i: money[i] for i in ids}).items()}
    if choice.method == "TIER":
        return tier_names(within, as_of, {i: money[i] for i in ids})
    if choice.method == "CREDIT":
        return {customer.id: credit_name(utilization(customer, owed)) for customer in allowed}
    if choice.method == "BEHAVIOR":
        sales = sales_by_customer(within)
        return {i: behavior_name(spend_by_category(within, sales[i])) for i in ids}
    raise ValueError(choice.method)


def rfm_names(within: Facts, choice: Choice, as_of: int, ids: set[str]) -> dict[str, str]:
    """The RFM segments, by the oracle of RFM."""
    scheme = rfm.SCHEMES[choice.scheme]
    scored = rfm.score(rfm.population(for_rfm(within), as_of, choice.days, ids), scheme, choice.days)
    return dict(scored["segment_name"])


# ---------------------------------------------------------------- the rules of the other methods
def ranked(revenue: dict[str, int]) -> dict[str, int]:
    """How many fifths of the population have strictly less, 0..4: L/n >= 0.8 is 4, >= 0.2 is 1 or more."""
    amounts = list(revenue.values())
    worse = {amount: sum(other < amount for other in amounts) for amount in set(amounts)}
    return {customer: min(5 * worse[amount] // len(amounts), 4) for customer, amount in revenue.items()}


def value_name(fifth: int) -> str:
    """VALUE by revenue."""
    return "High" if fifth >= 4 else "Medium" if fifth >= 1 else "Low"


def tier_names(history: Facts, as_of: int, revenue: dict[str, int]) -> dict[str, str]:
    """TIER, in its precedence, over all history."""
    sales, fifths = sales_by_customer(history), ranked(revenue)

    def name(customer: str) -> str:
        bought = [sale.day for sale in sales[customer]]
        if as_of - bought[0] < NEW_DAYS:
            return "New"
        if as_of - bought[-1] >= AT_RISK_DAYS:
            return "At-Risk"
        return "VIP" if fifths[customer] >= 4 else "Regular"

    return {customer: name(customer) for customer in revenue}


def utilization(customer: Customer, owed: dict[str, int]) -> Fraction | None:
    """Outstanding balance over credit limit; None without a limit."""
    return Fraction(owed[customer.id], customer.credit_limit) if customer.credit_limit else None


def credit_name(used: Fraction | None) -> str:
    """CREDIT by utilisation."""
    if used is None:
        return "No Credit"
    limits = (("Low", Fraction(30, 100)), ("Moderate", Fraction(70, 100)), ("High", Fraction(1)))
    return next((name for name, limit in limits if used < limit), "Over Limit")


def spend_by_category(within: Facts, sales: Iterable[Sale]) -> dict[str, int]:
    """Line totals as sold, by category."""
    spend = Counter()
    for sale in sales:
        for item in within.items_by_sale.get(sale.id, []):
            spend[category_of(item)] += item.total
    return dict(spend)


def behavior_name(spend: dict[str, int]) -> str:
    """The category with at least half of the spend; of two halves the one that sorts first; else Mixed."""
    total = sum(spend.values())
    halves = sorted(category for category, amount in spend.items() if total > 0 and 2 * amount >= total)
    return halves[0] if halves else MIXED


# ---------------------------------------------------------------- the answer
def segmentation(
    facts: Facts,
    as_of: int | None = None,
    *,
    method: str = "RFM",
    scheme: str = "POS",
    days: int | None = 90,
    storefront: str | None = None,
    customer_type: str | None = None,
    include_inactive: bool = False,
    segment_name: str | None = None,
    segment_code: str | None = None,
) -> dict:
    """The Segmentation by any method, without its texts."""
    as_of = dated(facts, method, facts.today if as_of is None else as_of)
    choice = Choice(method, scheme, days, include_inactive)
    known = until(narrowed(facts, storefront=storefront), as_of)
    members = members_at(known, choice, as_of, customer_type)
    before = None
    if days is not None and method not in WITHOUT_GROWTH:
        before = Counter(member.segment for member in members_at(known, choice, as_of - days, customer_type))
    table = names_in_order(choice, [member.segment for member in members])
    parts = [segment(known, choice, name, members, before, as_of) for name in table]
    active = {sale.customer for sale in known.sales if sale.day > as_of - ACTIVITY_DAYS}
    answer = {
        "method": method,
        "scheme": scheme if method == "RFM" else None,
        "asOf": calendar.iso(as_of),
        "totalCustomers": len(members),
        "activeCustomers": sum(member.id in active for member in members),
        "totalRevenue": known.money(sum(member.revenue for member in members)),
        "insights": insights(choice, parts, before),
        "segments": [
            part
            for part in sorted(parts, key=lambda part: -part["totalRevenue"])
            if segment_name in (None, part["name"]) and segment_code in (None, part["code"])
        ],
        "cutPoints": [],
        "cells": [],
        "refundsOutsidePopulation": known.money(
            refunds_outside(in_window(known, choice, as_of), (member.id for member in members))
        ),
    }
    return answer | rfm_parts(known, choice, as_of, customer_type) if method == "RFM" else answer


def dated(facts: Facts, method: str, as_of: int) -> int:
    """The day of an answer; CREDIT has no past."""
    if method == "CREDIT" and as_of < facts.today:
        raise ValueError("CREDIT refuses a past asOf")
    return min(as_of, facts.today)


def names_in_order(choice: Choice, present: Iterable[str]) -> list[str]:
    """The segments of a method in table order; BEHAVIOR has those with customers, by name, then Mixed."""
    if choice.method == "RFM":
        return [part.name for part in rfm.SCHEMES[choice.scheme].segments]
    if choice.method == "BEHAVIOR":
        return [*sorted(set(present) - {MIXED}), MIXED]
    return list(NAMES[choice.method])


def segment_code_of(choice: Choice, name: str) -> str:
    """The code of a segment."""
    if choice.method == "RFM":
        return next(part.code for part in rfm.SCHEMES[choice.scheme].segments if part.name == name)
    return code_of(name)


def segment(known: Facts, choice: Choice, name: str, members: list[Member], before: Counter | None, as_of: int) -> dict:
    """One SegmentSummary without its texts."""
    inside = [member for member in members if member.segment == name]
    revenue, orders = sum(member.revenue for member in inside), sum(len(member.sales) for member in inside)
    label = label_of(choice, name)
    return {
        "name": name,
        "code": segment_code_of(choice, name),
        "customerCount": len(inside),
        "percentage": percent(len(inside), len(members)),
        "totalRevenue": known.money(revenue),
        "revenueContribution": percent(revenue, sum(member.revenue for member in members)),
        "averageOrderValue": known.mean_money(revenue, orders),
        "recencyScore": label[0],
        "frequencyScore": label[1],
        "monetaryScore": label[2],
        "characteristics": characteristics(known, choice, inside, as_of),
        "growth": None if before is None else percent(len(inside) - before[name], before[name]),
        "customerIds": {member.id for member in inside},
    }


def label_of(choice: Choice, name: str) -> tuple[int | None, int | None, int | None]:
    """The scores that a POS label repeats."""
    if choice.method != "RFM":
        return None, None, None
    return next(part.label for part in rfm.SCHEMES[choice.scheme].segments if part.name == name) or (None, None, None)


def characteristics(known: Facts, choice: Choice, inside: list[Member], as_of: int) -> dict:
    """The SegmentCharacteristics."""
    revenue, orders = sum(member.revenue for member in inside), sum(len(member.sales) for member in inside)
    since = [as_of - member.sales[-1].day for member in inside if member.sales]
    used = [member.utilization for member in inside if member.utilization is not None]
    is_credit = choice.method == "CREDIT"
    return {
        "avgDaysSinceLastPurchase": share(sum(since), len(since)),
        "avgPurchaseFrequency": share(orders, len(inside)),
        "avgTotalSpend": known.mean_money(revenue, len(inside)),
        "avgCreditUtilization": percent(sum(used, Fraction(0)), len(used)) if is_credit else None,
        "totalOutstanding": known.money(sum(member.outstanding for member in inside)) if is_credit else None,
    } | preferences(known, [sale for member in inside for sale in member.sales] if choice.method == "BEHAVIOR" else [])


def preferences(known: Facts, sales: list[Sale]) -> dict:
    """What most of the transactions have; the category by spend; ties to the lower key."""
    spend = spend_by_category(known, sales)
    weekday = most(calendar.weekday(sale.day) for sale in sales)
    return {
        "preferredCategory": min(spend, key=lambda category: (-spend[category], category), default=None),
        "preferredStorefront": most(sale.storefront for sale in sales if sale.storefront is not None),
        "preferredChannel": most(sale.channel for sale in sales),
        "preferredWeekday": WEEKDAYS[weekday - 1] if weekday else None,
        "preferredPaymentMethod": most(method for sale in sales for method in methods_of(known, sale)),
        "peakMonth": most(calendar.month(sale.day) for sale in sales),
    }


def insights(choice: Choice, parts: list[dict], before: Counter | None) -> dict:
    """The SegmentationInsights, from parts in table order."""
    filled = [part for part in parts if part["customerCount"]]
    names = [part["name"] for part in filled]
    richest = max(filled, key=lambda part: part["totalRevenue"], default=None)
    largest = max(filled, key=lambda part: part["customerCount"], default=None)
    scheme = rfm.SCHEMES[choice.scheme] if choice.method == "RFM" else None
    fastest, _ = rfm.fastest_growing(
        scheme or rfm.Scheme(choice.method, (), (), ()),
        {part["name"]: part["customerCount"] for part in parts},
        before,
    )
    attention = scheme.attention_list if scheme else ATTENTION.get(choice.method, ())
    return {
        "highestRevenueSegment": richest["name"] if richest else None,
        "largestSegment": largest["name"] if largest else None,
        "fastestGrowingSegment": fastest,
        "needsAttention": next((name for name in attention if name in names), None),
    }


def rfm_parts(known: Facts, choice: Choice, as_of: int, customer_type: str | None) -> dict:
    """cutPoints and cells, by the oracle of RFM."""
    answer = rfm.segmentation(
        for_rfm(known),
        as_of,
        choice.days,
        choice.scheme,
        include_inactive=choice.include_inactive,
        customer_type=customer_type,
    )
    scored = answer.customers
    members = grouped(scored.index, lambda customer: tuple(scored.loc[customer, ["r", "f", "m"]]))
    return {
        "cutPoints": [
            {
                "score": cut.score,
                "maxRecencyDays": cut.max_recency_days,
                "minFrequency": cut.min_frequency,
                "minMonetary": known.money(cut.min_monetary),
            }
            for cut in answer.cut_points
        ],
        "cells": [
            {
                "recencyScore": cell.recency_score,
                "frequencyScore": cell.frequency_score,
                "monetaryScore": cell.monetary_score,
                "segmentCode": cell.segment_code,
                "customerCount": cell.customer_count,
                "revenue": known.money(cell.revenue),
                "customerIds": set(members.get((cell.recency_score, cell.frequency_score, cell.monetary_score), [])),
            }
            for cell in answer.cells
        ],
    }


# ---------------------------------------------------------------- over time
def segment_migration(
    facts: Facts,
    start: int,
    end: int,
    *,
    method: str = "RFM",
    scheme: str = "POS",
    days: int | None = 90,
    storefront: str | None = None,
    customer_type: str | None = None,
) -> dict:
    """The SegmentMigration between two days, inactive customers included."""
    chosen, choice = narrowed(facts, storefront=storefront), Choice(method, scheme, days)

    def population(day: int) -> dict[str, Member]:
        day = dated(facts, method, day)
        return {member.id: member for member in members_at(until(chosen, day), choice, day, customer_type)}

    then, now = population(start), population(end)
    moves: dict[tuple[str | None, str | None], list[str]] = {}
    for customer in sorted({*then, *now}):
        move = tuple(
            segment_code_of(choice, there[customer].segment) if customer in there else None for there in (then, now)
        )
        moves.setdefault(move, []).append(customer)
    return {
        "moves": [
            {
                "from": move[0],
                "to": move[1],
                "customerCount": len(ids),
                "revenue": facts.money(sum((now.get(customer) or then[customer]).revenue for customer in ids)),
                "customerIds": set(ids),
            }
            for move, ids in sorted(moves.items(), key=lambda entry: (entry[0][0] or "", entry[0][1] or ""))
        ]
    }


def segmentation_trend(
    facts: Facts,
    start: int,
    end: int,
    *,
    every: str = "MONTH",
    method: str = "RFM",
    scheme: str = "POS",
    days: int | None = 90,
    storefront: str | None = None,
    customer_type: str | None = None,
) -> dict:
    """The SegmentationTrend: a point at the end of each calendar unit, the last one on `end`; table order."""
    chosen, choice = narrowed(facts, storefront=storefront), Choice(method, scheme, days)
    ends = [dated(facts, method, part[1]) for part, _ in calendar.clipped_units((start, end), every)]
    if len(ends) > MOST_POINTS:
        raise ValueError("more than 120 points")
    return {"points": [trend_point(until(chosen, day), choice, day, customer_type) for day in ends]}


def trend_point(known: Facts, choice: Choice, day: int, customer_type: str | None) -> dict:
    """One SegmentationPoint."""
    inside: dict[str, list[Member]] = grouped(
        members_at(known, choice, day, customer_type), lambda member: member.segment
    )
    return {
        "asOf": calendar.iso(day),
        "segments": [
            {
                "code": segment_code_of(choice, name),
                "name": name,
                "customerCount": len(inside.get(name, [])),
                "revenue": known.money(sum(member.revenue for member in inside.get(name, []))),
                "customerIds": {member.id for member in inside.get(name, [])},
            }
            for name in names_in_order(choice, inside)
        ],
    }
