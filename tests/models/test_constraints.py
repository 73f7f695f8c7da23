"""What the database itself refuses, on both stores."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.database import Database
from tests.builders import Shop, open_shop

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SALE = {
    "number": "'N'",
    "status": "'COMPLETED'",
    "channel": "'STORE'",
    "occurred_at": "'2026-03-01 12:00:00+00'",
    "business_day": "20513",
    "business_month": "24314",
    "weekday": "7",
    "hour": "12",
    "subtotal": "1000",
    "discount": "100",
    "tax": "20",
    "total": "900",
    "costed": "0",
    "paid": "0",
    "refunded": "0",
    "revision": "1",
}
MOMENT = {name: SALE[name] for name in ("occurred_at", "business_day", "business_month", "weekday", "hour", "revision")}
ROWS: dict[str, dict[str, str]] = {
    "business": {
        "name": "'New'",
        "currency": "'GBP'",
        "currency_exponent": "2",
        "timezone": "'UTC'",
        "week_start": "'MONDAY'",
        "revision": "0",
        "facts_revision": "0",
        "created_at": SALE["occurred_at"],
        "updated_at": SALE["occurred_at"],
    },
    "installation": {"id": "2", "epoch": "'x'"},
    "customer": {
        "number": "'NEW'",
        "type": "'RETAIL'",
        "sort_name": "'new'",
        **dict.fromkeys(("is_active", "is_email_verified", "is_phone_verified", "joined_given", "is_erased"), "false"),
        **dict.fromkeys(("consent_email", "consent_sms", "consent_push"), "false"),
        "created_at": SALE["occurred_at"],
        "joined_day": "20513",
        "credit_limit": "0",
        "opening_balance": "0",
        "search_name": "''",
        "search_contact": "''",
        "revision": "1",
    },
    "storefront": {"name": "'New'", "is_active": "true", "revision": "1"},
    "customer_tag": {"customer_id": "{ann}", "tag": "'new'"},
    "external_id": {"customer_id": "{ann}", "system": "'shopify'", "value": "'2'"},
    "sale": SALE,
    "sale_item": {
        "sale_id": "{sale}",
        "position": "2",
        "product": "'Tea'",
        "quantity": "1000000",
        "unit_price": "1000000",
        "total": "100",
        "is_product": "true",
    },
    "payment": {
        "sale_id": "{sale}",
        "method": "'CASH'",
        "amount": "1",
        "paid_at": SALE["occurred_at"],
        "business_day": "20513",
        "revision": "1",
    },
    "refund": {"number": "'N'", "amount": "1", **MOMENT},
    "sale_status_change": {
        "sale_id": "{sale}",
        "status": "'COMPLETED'",
        "changed_at": SALE["occurred_at"],
        "business_day": "20513",
        "revision": "1",
    },
    "touchpoint": {
        "customer_id": "{ann}",
        "type": "'EMAIL'",
        "channel": "'EMAIL'",
        "occurred_at": SALE["occurred_at"],
        "business_day": "20513",
        "is_void": "false",
        "revision": "1",
    },
    "import_run": {
        "file_name": "'f'",
        "preset": "'p'",
        "status": "'DONE'",
        "started_at": SALE["occurred_at"],
        **dict.fromkeys(("rows_read", "rows_written", "rows_updated", "rows_unchanged", "rows_rejected"), "0"),
        "revision": "1",
    },
    "audit_entry": {
        "at": SALE["occurred_at"],
        "actor": "'a'",
        "role": "'r'",
        "action": "'x'",
        "changes": "'{{}}'",
        "revision": "1",
    },
    "demo_shop": {
        **dict.fromkeys(("customers", "seed", "opened", "filled", "day", "after", "until", "low", "high"), "1"),
        "joined": "1",
        "revision": "1",
    },
}
NO_BUSINESS = ("business", "installation")
NO_ID = ("customer_tag", "demo_shop")

ALLOWED: list[tuple[str, dict[str, str]]] = [
    *((table, {}) for table in ROWS if table != "installation"),
    ("business", {"name": "'Yen'", "currency_exponent": "0"}),
    ("business", {"name": "'Unidad'", "currency_exponent": "4"}),
    ("sale", {"number": "'N2'", "hour": "NULL", "customer_id": "NULL"}),
    ("sale", {"number": "'N3'", "hour": "0", "weekday": "1"}),
    ("sale", {"number": "'N4'", "hour": "23"}),
    ("sale", {"number": "'N5'", "subtotal": "0", "discount": "0", "total": "0", "tax": "0"}),
    ("sale", {"number": "'S1'", "business_id": "{other}"}),  # a number is of one business
    ("customer", {"number": "'ANN'", "business_id": "{other}"}),
    ("customer", {"number": "'N2'", "email": "'ann@example.com'", "business_id": "{other}"}),
    ("customer", {"number": "'N3'", "email": "'ann@example.com'", "is_erased": "true"}),
    ("customer", {"number": "'N4'", "phone": "'+442079460958'", "is_erased": "true"}),
    ("customer", {"number": "'N5'", "email": "'gone@example.com'"}),  # the one who had it was erased
    ("customer", {"number": "'N6'", "referrer_id": "{ann}", "merged_into_id": "{ann}"}),
    ("customer", {"number": "'ann'"}),
    ("storefront", {"name": "'Web'", "business_id": "{other}"}),
    ("refund", {"number": "NULL"}),
    ("refund", {"number": "NULL", "sale_id": "{sale}", "hour": "NULL"}),
    ("payment", {"sale_id": "NULL", "customer_id": "{ann}"}),
    ("external_id", {"value": "'1'", "business_id": "{other}"}),
    ("external_id", {"value": "'1'", "system": "'erp'"}),
    ("touchpoint", {"outcome": "NULL", "score": "10"}),
]
REFUSED: list[tuple[str, dict[str, str]]] = [
    ("installation", {}),
    ("business", {"name": "'Shop'"}),
    ("business", {"facts_revision": "1"}),
    ("business", {"currency_exponent": "5"}),
    ("business", {"currency_exponent": "-1"}),
    ("business", {"week_start": "'Monday'"}),
    ("business", {"currency": "NULL"}),
    ("sale", {"number": "'S1'"}),
    ("sale", {"number": "NULL"}),
    ("sale", {"tax": "-1"}),
    ("sale", {"discount": "-100", "total": "1100"}),
    ("sale", {"total": "1000"}),
    ("sale", {"total": "899"}),
    ("sale", {"hour": "24"}),
    ("sale", {"hour": "-1"}),
    ("sale", {"weekday": "0"}),
    ("sale", {"weekday": "8"}),
    ("sale", {"paid": "-1"}),
    ("sale", {"refunded": "-1"}),
    ("sale", {"status": "'DONE'"}),
    ("sale", {"status": "'completed'"}),
    ("sale", {"status": "NULL"}),
    ("sale", {"channel": "'MAIL'"}),
    ("sale", {"customer_id": "999999999"}),
    ("sale", {"storefront_id": "999999999"}),
    ("sale", {"business_id": "999999999"}),
    ("sale", {"business_id": "NULL"}),
    ("customer", {"number": "'ANN'"}),
    ("customer", {"email": "'ann@example.com'"}),
    ("customer", {"phone": "'+442079460958'"}),
    ("customer", {"credit_limit": "-1"}),
    ("customer", {"type": "'GOLD'"}),
    ("customer", {"id": "50", "merged_into_id": "50"}),
    ("customer", {"merged_into_id": "999999999"}),
    ("customer", {"referrer_id": "999999999"}),
    ("storefront", {"name": "'Web'"}),
    ("customer_tag", {"tag": "'vip'"}),
    ("customer_tag", {"customer_id": "999999999"}),
    ("external_id", {"value": "'1'"}),
    ("sale_item", {"sale_id": "999999999"}),
    ("payment", {"amount": "0"}),
    ("payment", {"amount": "-1"}),
    ("payment", {"method": "'BARTER'"}),
    ("payment", {"sale_id": "NULL"}),
    ("refund", {"number": "'R1'"}),
    ("refund", {"amount": "0"}),
    ("refund", {"amount": "-1"}),
    ("refund", {"hour": "24"}),
    ("refund", {"weekday": "0"}),
    ("refund", {"sale_id": "999999999"}),
    ("sale_status_change", {"status": "'DONE'"}),
    ("touchpoint", {"type": "'LETTER'"}),
    ("touchpoint", {"channel": "'PIGEON'"}),
    ("touchpoint", {"outcome": "'SEEN'"}),
    ("touchpoint", {"customer_id": "NULL"}),
    ("import_run", {"status": "'LOST'"}),
    ("import_run", {"rows_read": "-1"}),
    ("import_run", {"rows_rejected": "-1"}),
    ("audit_entry", {"business_id": "999999999"}),
    ("demo_shop", {"business_id": "999999999"}),
    ("demo_shop", {"revision": "NULL"}),
]


@pytest.fixture
async def keys(database: Database) -> dict[str, Any]:
    """The ids of a shop with a customer, a sale and a refund, and of another business."""
    shop = await open_shop(database)
    shop.customer("ANN", email="ann@example.com", phone="+442079460958", tags=["vip"], external={"shopify": "1"})
    shop.customer("GONE", email="gone@example.com", is_erased=True)
    shop.sale("ANN", "2026-02-01", "5.00", number="S1", storefront="Web")
    shop.refund("ANN", "2026-02-02", "1.00", number="R1")
    await shop.save()
    other = await open_shop(database, "Other")
    return {"shop": shop.id, "other": other.id, "ann": shop.id_of("ANN"), "sale": shop.id_of_sale("S1")}


async def insert(database: Database, table: str, changes: dict[str, str], keys: dict[str, Any]) -> None:
    """Insert a row that would do, but for some changes, and undo it."""
    scope = {} if table in NO_BUSINESS else {"business_id": "{shop}"}
    if table not in NO_ID and database.is_sqlite:
        scope |= {} if table in NO_BUSINESS else {"id": "1000"}
    row = {**scope, **ROWS[table], **changes}
    names, values = ", ".join(row), ", ".join(row.values()).format(**keys)
    async with database.engine.connect() as connection:
        await connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"))
        await connection.rollback()


async def test_rows_that_are_right_are_taken(database: Database, keys: dict[str, Any]) -> None:
    for table, changes in ALLOWED:
        await insert(database, table, changes, keys)


async def test_rows_that_are_wrong_are_refused(database: Database, keys: dict[str, Any]) -> None:
    taken = []
    for table, changes in REFUSED:
        try:
            await insert(database, table, changes, keys)
        except IntegrityError:
            continue
        taken.append((table, changes))

    assert taken == []


async def test_a_customer_with_sales_is_not_deleted(database: Database, keys: dict[str, Any]) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(text(f"DELETE FROM customer WHERE id = {keys['ann']}"))
        await connection.rollback()


async def test_words_are_stored_as_their_values(database: Database) -> None:
    shop: Shop = await open_shop(database)
    shop.sale("ANN", "2026-02-01", "5.00", channel="ONLINE", status="PARTIAL", payments={"MOBILE_MONEY": "1.00"})
    await shop.save()
    async with database.reading(shop.id) as connection:
        query = "SELECT s.status, s.channel, p.method FROM sale s JOIN payment p ON p.sale_id = s.id"
        assert [tuple(row) for row in await connection.execute(text(query))] == [("PARTIAL", "ONLINE", "MOBILE_MONEY")]
