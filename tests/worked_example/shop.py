"""`SHOP`: the rows of table.md as plain data, and `FACTS`: the same for the oracle.

Money is Decimal, instants are aware datetimes in UTC, days are dates. Nothing here computes more than a line's total
and profit, a sale's subtotal and total, and the local day and hour that table.md gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from tests.oracle import facts as plain

TABLE = Path(__file__).with_name("table.md")
NONE = "–"
STOREFRONTS = {"high": "High Street", "market": "Market"}
PENNY = Decimal("0.01")
LINE = re.compile(r"(?P<quantity>[\d.]+) (?P<product>\w+)(?: @(?P<price>[\d.]+)/(?P<cost>[\d.]+))?")


@dataclass(frozen=True)
class Item:
    """A line; `total` and `profit` are rounded half-even."""

    product: str
    category: str | None
    quantity: Decimal
    unit_price: Decimal
    unit_cost: Decimal | None
    total: Decimal
    profit: Decimal | None


@dataclass(frozen=True)
class Payment:
    """Paid at the time of the sale."""

    method: str
    amount: Decimal


@dataclass(frozen=True)
class Customer:
    """As in the table; `referrer` is an id."""

    id: str
    number: str
    first_name: str | None
    last_name: str | None
    birth_date: date | None
    type: str
    is_active: bool
    erased: bool
    joined: date | None
    created: date
    source: str | None
    campaign: str | None
    referrer: str | None
    credit_limit: Decimal
    opening_balance: Decimal
    unallocated: Decimal


@dataclass(frozen=True)
class Sale:
    """`hour` is None where it is not known; `occurred_at` is then local noon."""

    id: str
    occurred_at: datetime
    business_date: date
    hour: int | None
    customer: str | None
    storefront: str | None
    channel: str
    status: str
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]
    subtotal: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal


@dataclass(frozen=True)
class Refund:
    """Paid out at `occurred_at`."""

    id: str
    occurred_at: datetime
    business_date: date
    hour: int | None
    customer: str | None
    sale: str | None
    amount: Decimal


@dataclass(frozen=True)
class Shop:
    """Everything that a store has to hold."""

    customers: tuple[Customer, ...]
    sales: tuple[Sale, ...]
    refunds: tuple[Refund, ...]
    name: str = "The worked example"
    currency: str = "GBP"
    timezone: str = "Europe/London"
    week_start: str = "SUNDAY"
    today: date = date(2024, 12, 31)
    storefronts: dict[str, str] = field(default_factory=lambda: dict(STOREFRONTS))


# ---------------------------------------------------------------- reading the tables
def tables(text: str) -> dict[str, list[dict[str, str]]]:
    """The rows under each heading, by column."""
    found: dict[str, list[dict[str, str]]] = {}
    heading, columns = "", None
    for line in text.splitlines():
        if line.startswith("## "):
            heading, columns = line[3:], None
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if columns is None:
                columns = cells
                found[heading] = []
            elif not set(cells[0]) <= {"-"}:
                found[heading].append(dict(zip(columns, cells, strict=True)))
    return found


def optional(cell: str) -> str | None:
    """A cell, or None for a dash."""
    return None if cell == NONE else cell


def day(cell: str) -> date | None:
    """A day, or None for a dash."""
    return None if cell == NONE else date.fromisoformat(cell)


def moment(row: dict[str, str]) -> dict:
    """The instant, the business day and the hour of a row."""
    written, clock = row["local"].split(" ")
    return {
        "occurred_at": datetime.fromisoformat(row["UTC"]).replace(tzinfo=UTC),
        "business_date": date.fromisoformat(written),
        "hour": None if clock == NONE else int(clock[:2]),
    }


def customer(row: dict[str, str]) -> Customer:
    """A row of Customers."""
    first, _, last = row["name"].partition(" ")
    return Customer(
        id=row["id"],
        number=row["number"],
        first_name=optional(first),
        last_name=last or None,
        birth_date=day(row["born"]),
        type=row["type"],
        is_active=row["active"] == "yes",
        erased=row["erased"] == "yes",
        joined=day(row["joined"]),
        created=date.fromisoformat(row["created"]),
        source=optional(row["source"]),
        campaign=optional(row["campaign"]),
        referrer=optional(row["referrer"]),
        credit_limit=Decimal(row["limit"]),
        opening_balance=Decimal(row["opening"]),
        unallocated=Decimal(row["unallocated"]),
    )


def item(text: str, products: dict[str, dict[str, str]]) -> Item:
    """A line such as `2 Coffee`."""
    match = LINE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a line: {text!r}")
    product = products[match["product"]]
    quantity, price = Decimal(match["quantity"]), Decimal(match["price"] or product["price"])
    written_cost = match["cost"] or optional(product["cost"])
    cost = None if written_cost is None else Decimal(written_cost)
    total = pennies(quantity * price)
    profit = None if cost is None else total - pennies(quantity * cost)
    return Item(match["product"], optional(product["category"]), quantity, price, cost, total, profit)


def pennies(amount: Decimal) -> Decimal:
    """Half-even to the penny."""
    return amount.quantize(PENNY, ROUND_HALF_EVEN)


def payments(cell: str) -> tuple[Payment, ...]:
    """A cell such as `CASH 10.00 + CARD 20.00`."""
    parts = [] if cell == NONE else [part.split(" ") for part in cell.split(" + ")]
    return tuple(Payment(method, Decimal(amount)) for method, amount in parts)


def sale(row: dict[str, str], products: dict[str, dict[str, str]]) -> Sale:
    """A row of Sales."""
    items = tuple(item(text, products) for text in row["lines"].split(", "))
    subtotal, discount = sum((line.total for line in items), Decimal(0)), Decimal(row["discount"])
    return Sale(
        id=row["id"],
        customer=optional(row["customer"]),
        storefront=optional(row["storefront"]),
        channel=row["channel"],
        status=row["status"],
        items=items,
        payments=payments(row["payments"]),
        subtotal=subtotal,
        discount=discount,
        tax=Decimal(row["tax"]),
        total=subtotal - discount,
        **moment(row),
    )


def refund(row: dict[str, str]) -> Refund:
    """A row of Refunds."""
    return Refund(
        id=row["id"],
        customer=optional(row["customer"]),
        sale=optional(row["sale"]),
        amount=Decimal(row["amount"]),
        **moment(row),
    )


def read_shop(text: str) -> Shop:
    """The whole table."""
    found = tables(text)
    products = {row["product"]: row for row in found["Products"]}
    return Shop(
        customers=tuple(customer(row) for row in found["Customers"]),
        sales=tuple(sale(row, products) for row in found["Sales"]),
        refunds=tuple(refund(row) for row in found["Refunds"]),
    )


# ---------------------------------------------------------------- for the oracle
def minor(amount: Decimal | None) -> int | None:
    """Pence."""
    return None if amount is None else int(amount * 100)


def ordinal(when: date | None) -> int | None:
    """The day number."""
    return None if when is None else when.toordinal()


def facts_of(shop: Shop) -> plain.Facts:
    """The rows that the oracle works on."""
    return plain.Facts(
        customers=tuple(
            plain.Customer(
                id=row.id,
                number=row.number,
                type=row.type,
                is_active=row.is_active,
                joined=ordinal(row.joined),
                created=ordinal(row.created),
                source=row.source,
                campaign=row.campaign,
                referrer=row.referrer,
                credit_limit=minor(row.credit_limit),
                opening_balance=minor(row.opening_balance),
                unallocated=minor(row.unallocated),
                first_name=row.first_name,
                last_name=row.last_name,
                birth_date=str(row.birth_date) if row.birth_date else None,
                erased=row.erased,
            )
            for row in shop.customers
        ),
        sales=tuple(
            plain.Sale(
                id=row.id,
                customer=row.customer,
                day=ordinal(row.business_date),
                hour=row.hour,
                total=minor(row.total),
                storefront=row.storefront,
                channel=row.channel,
                status=row.status,
                discount=minor(row.discount),
                tax=minor(row.tax),
            )
            for row in shop.sales
        ),
        items=tuple(
            plain.Item(row.id, line.product, line.category, line.quantity, minor(line.total), minor(line.profit))
            for row in shop.sales
            for line in row.items
        ),
        payments=tuple(
            plain.Payment(row.id, payment.method, minor(payment.amount))
            for row in shop.sales
            for payment in row.payments
        ),
        refunds=tuple(
            plain.Refund(row.id, row.customer, row.sale, ordinal(row.business_date), row.hour, minor(row.amount))
            for row in shop.refunds
        ),
        today=ordinal(shop.today),
        week_start=7,
    )


SHOP = read_shop(TABLE.read_text(encoding="utf-8"))
FACTS = facts_of(SHOP)
