"""What an import left in the store, as short tuples that a test can write out by hand; money in minor units."""

from typing import Any

from ingest.mapping import FileHabits, Mapping, Rules, parse_map, parse_words
from rules.days import date_of

GOODS = "sale=n,occurred_at=d,product=p,quantity=q,unit_price=u"
SALES = "SELECT number, status, subtotal, discount, tax, total, paid FROM sale ORDER BY number"
DAYS = "SELECT number, business_day, hour FROM sale ORDER BY number"
LINES = """
    SELECT number, product, quantity / 1000000.0 AS quantity, sale_item.total FROM sale_item
    JOIN sale ON sale.id = sale_id ORDER BY number, position
"""
PAYMENTS = "SELECT number, method, amount FROM payment JOIN sale ON sale.id = sale_id ORDER BY number, method"
REFUNDS = """
    SELECT refund.number, sale.number AS sale, refund.business_day, refund.amount, refund.tax FROM refund
    LEFT JOIN sale ON sale.id = sale_id ORDER BY refund.number
"""
BUYERS = "SELECT sale.number, customer.number FROM sale LEFT JOIN customer ON customer.id = customer_id ORDER BY 1"


def counts(summary: Any) -> tuple[int, ...]:
    """Read, written, updated, unchanged, rejected."""
    return (summary.read, summary.written, summary.updated, summary.unchanged, summary.rejected)


def mapped(more: str = "", base: str = GOODS, words: tuple[str, ...] = (), **habits: Any) -> Mapping:
    """The usual columns and some more, with what is said of the file."""
    text = f"{base},{more}" if more else base
    return parse_map(text, habits=FileHabits(**habits), words=parse_words(words), rules=Rules.SALES)


async def sales(asking: Any) -> list[tuple[Any, ...]]:
    """Number, status, lines, discount, tax, total, paid."""
    return [tuple(row) for row in await asking(SALES, plain=True)]


async def days(asking: Any) -> list[tuple[Any, ...]]:
    """Number, day, hour."""
    return [(number, str(date_of(day)), hour) for number, day, hour in await asking(DAYS, plain=True)]


async def lines(asking: Any) -> list[tuple[Any, ...]]:
    """Number, product, quantity, total."""
    return [tuple(row) for row in await asking(LINES, plain=True)]


async def payments(asking: Any) -> list[tuple[Any, ...]]:
    """Number, method, amount."""
    return [tuple(row) for row in await asking(PAYMENTS, plain=True)]


async def refunds(asking: Any) -> list[tuple[Any, ...]]:
    """Number, sale, day, goods, tax."""
    rows = await asking(REFUNDS, plain=True)
    return [(number, sale, str(date_of(day)), amount, tax) for number, sale, day, amount, tax in rows]


async def buyers(asking: Any) -> list[tuple[Any, ...]]:
    """Number of the sale, number of its customer."""
    return [tuple(row) for row in await asking(BUYERS, plain=True)]
