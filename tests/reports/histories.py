"""Random histories of a shop as the oracle's facts, and the same told to a store."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import Phase, settings
from hypothesis import strategies as st

from tests.builders import Line, Shop
from tests.oracle.facts import Customer, Facts, Item, Payment, Refund, Sale

TODAY = date(2026, 3, 5)  # the day of tests.builders.NOW
FIRST = date(2025, 1, 20)
STOREFRONTS = ("High Street", "Web")
CATEGORIES = ("Tea", "Coffee", "Cake", None)
HOURS = (None, 0, 9, 13, 13, 23)  # none of the hours in which the clocks change
METHODS = ("CASH", "CARD", "MOBILE_MONEY")


def examples(count: int) -> settings:
    """So many histories, the same in each run. A failing one is not made smaller: each costs a store and a copy."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=count, deadline=None, derandomize=True, phases=phases)


DAYS = st.integers(FIRST.toordinal(), TODAY.toordinal())
PRICES = st.one_of(st.sampled_from([0, 500, 1_000, 1_000, 2_500, 10_000]), st.integers(1, 30_000))


@st.composite
def histories(draw: st.DrawFn) -> Facts:
    """Up to twelve customers, up to three sales of each with lines and payments, and refunds."""
    size = draw(st.sampled_from([1, 2, 5, 10, 12]))
    customers = tuple(_customer(draw, i) for i in range(size))
    buyers = [*(customer.id for customer in customers), None]
    sales: list[Sale] = []
    items: list[Item] = []
    payments: list[Payment] = []
    for i in range(draw(st.integers(0, 3 * size))):
        lines = _lines(draw, f"S{i}")
        sale = _sale(draw, f"S{i}", draw(st.sampled_from(buyers)), sum(line.total for line in lines))
        sales.append(sale)
        items += lines
        payments += _payments(draw, sale)
    refunds = tuple(_refund(draw, i, sales, buyers) for i in range(draw(st.integers(0, size))))
    kept = _within_totals(sales, refunds)
    return Facts(customers, tuple(sales), tuple(items), tuple(payments), kept, TODAY.toordinal())


def _customer(draw: st.DrawFn, i: int) -> Customer:
    return Customer(
        id=f"c{i:02}",
        number=f"c{i:02}",
        type=draw(st.sampled_from(["RETAIL", "RETAIL", "WHOLESALE"])),
        is_active=draw(st.sampled_from([True, True, True, False])),
        joined=draw(st.one_of(st.none(), DAYS)),
        created=TODAY.toordinal(),
        source=draw(st.sampled_from([None, "web", "friend"])),
        campaign=draw(st.sampled_from([None, "spring"])),
        credit_limit=draw(st.sampled_from([0, 0, 10_000, 50_000])),
        opening_balance=draw(st.sampled_from([0, 0, 2_000, 60_000])),
    )


def _lines(draw: st.DrawFn, sale: str) -> list[Item]:
    lines: list[Item] = []
    for position in range(draw(st.sampled_from([1, 1, 2, 3]))):
        quantity, price = draw(st.sampled_from([1, 1, 2, 5])), draw(PRICES)
        cost = draw(st.one_of(st.none(), st.integers(0, 20_000)))
        profit = None if cost is None else quantity * (price - cost)
        category = draw(st.sampled_from(CATEGORIES))
        lines.append(Item(sale, f"product {position}", category, quantity, quantity * price, profit))
    return lines


def _sale(draw: st.DrawFn, number: str, customer: str | None, total: int) -> Sale:
    day = draw(DAYS)
    status = draw(st.sampled_from(["COMPLETED"] * 6 + ["PARTIAL", "PENDING", "CANCELLED"]))
    late = draw(st.sampled_from([0, 0, 0, 0, 7, 60]))
    counts = status in ("COMPLETED", "PARTIAL")
    return Sale(
        number,
        customer,
        day,
        draw(st.sampled_from(HOURS)),
        total,
        draw(st.sampled_from([None, *STOREFRONTS])),
        draw(st.sampled_from(["STORE", "ONLINE"])),
        status,
        changes=((day, "PENDING"), (day + late, status)) if counts and late else (),
    )


def _payments(draw: st.DrawFn, sale: Sale) -> list[Payment]:
    methods = draw(st.lists(st.sampled_from(METHODS), unique=True, max_size=2)) if sale.total > 1 else []
    return [Payment(sale.id, method, sale.total // len(methods)) for method in methods]


def _refund(draw: st.DrawFn, i: int, sales: Sequence[Sale], buyers: list[str | None]) -> Refund:
    of = draw(st.sampled_from([None, *sales]))
    hour = draw(st.sampled_from(HOURS))
    if of is None or not of.total:
        return Refund(f"R{i}", draw(st.sampled_from(buyers)), None, draw(DAYS), hour, draw(st.integers(1, 20_000)))
    return Refund(f"R{i}", of.customer, of.id, draw(DAYS), hour, draw(st.integers(1, of.total)))


def _within_totals(sales: Sequence[Sale], refunds: Iterable[Refund]) -> tuple[Refund, ...]:
    """The refunds but those that would take back more than is left of their sale."""
    left, kept = {sale.id: sale.total for sale in sales}, list[Refund]()
    for refund in refunds:
        if refund.sale is not None:
            if refund.amount > left[refund.sale]:
                continue
            left[refund.sale] -= refund.amount
        kept.append(refund)
    return tuple(kept)


def without_costs(facts: Facts) -> Facts:
    """The same history where no cost is known."""
    return replace(facts, items=tuple(item._replace(profit=None) for item in facts.items), book=None)


def joined_by_hand(facts: Facts) -> Facts:
    """The same with a given day of joining for everyone: it is today's, on whatever day and of whatever storefront."""
    customers = (c._replace(joined=c.joined or FIRST.toordinal() + i) for i, c in enumerate(facts.customers))
    return replace(facts, customers=tuple(customers))


# ---------------------------------------------------------------- told to a store


def pounds(minor: int) -> str:
    """Minor units as text."""
    return f"{Decimal(minor).scaleb(-2)}"


def _when(ordinal: int, hour: int | None) -> str:
    day = date.fromordinal(ordinal)
    return str(day) if hour is None else f"{day} {hour:02}:30"


def tell(shop: Shop, facts: Facts) -> None:
    """Write down a history in a shop, customers by their numbers."""
    for name in STOREFRONTS:
        shop.storefront(name)
    for c in facts.customers:
        shop.customer(
            c.number,
            type=c.type,
            is_active=c.is_active,
            joined=None if c.joined is None else date.fromordinal(c.joined),
            acquisition_source=c.source,
            acquisition_campaign=c.campaign,
            credit_limit=pounds(c.credit_limit),
            opening_balance=pounds(c.opening_balance),
        )
    for sale in facts.sales:
        shop.sale(
            sale.customer,
            _when(sale.day, sale.hour),
            number=sale.id,
            status=sale.status,
            counted_from=date.fromordinal(sale.changes[-1][0]) if sale.changes else None,
            storefront=sale.storefront,
            channel=sale.channel,
            lines=[_line(item) for item in facts.items_by_sale[sale.id]],
            payments={p.method: pounds(p.amount) for p in facts.payments_by_sale.get(sale.id, [])},
            has_hour=sale.hour is not None,
        )
    for refund in facts.refunds:
        who = None if refund.sale else refund.customer
        when = _when(refund.day, refund.hour)
        amount = pounds(refund.amount)
        shop.refund(who, when, amount, sale=refund.sale, number=refund.id, has_hour=refund.hour is not None)


def _line(item: Item) -> Line:
    price = item.total // int(item.quantity)
    cost = None if item.profit is None else price - item.profit // int(item.quantity)
    return Line(item.product, pounds(price), str(item.quantity), item.category, None if cost is None else pounds(cost))
