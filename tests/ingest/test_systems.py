"""Files as shop systems export them: each gives the books that were worked out by hand from its documentation."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.loader import import_file
from models.database import Database
from resolvers.businesses import ensure_business
from rules.days import date_of
from server.commands.importing import ImportWords, layout_of
from tests.ingest.conftest import ACTOR

HERE = Path(__file__).parent / "systems"
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
ASKED = {  # what the file cannot tell and whoever imports has to
    "loyverse": {"date_formats": ("%d/%m/%Y %H:%M",)},
    "paypal_activity": {"date_formats": ("%m/%d/%Y %H:%M:%S",)},
}
SALES = """
    SELECT sale.id, sale.number, business_day, status, storefront.name AS storefront, customer.number AS customer,
        discount + (SELECT sum(discount) FROM sale_item WHERE sale_id = sale.id) AS discount, tax, total
        FROM sale LEFT JOIN storefront ON storefront.id = storefront_id
        LEFT JOIN customer ON customer.id = customer_id ORDER BY sale.number
"""
LINES = (
    "SELECT sale_id, product, quantity, total + discount AS total, is_product FROM sale_item ORDER BY sale_id, position"
)
PAYMENTS = "SELECT sale_id, method, amount FROM payment ORDER BY sale_id, method"
REFUNDS = """
    SELECT refund.number, refund.business_day, amount, refund.tax, coalesce(sale.number,
        CASE WHEN refund.sale_number <> refund.number THEN refund.sale_number END) AS sale
    FROM refund LEFT JOIN sale ON sale.id = sale_id ORDER BY refund.number
"""
CUSTOMERS = """
    SELECT number AS identity, first_name, last_name, email, phone, consent_email, consent_sms, line1, line2, city,
        state, postal_code, country FROM customer ORDER BY number
"""
NOT_READ = ("tags", "external_id", "company")  # of customers
ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")


def money(minor: int) -> str:
    return f"{Decimal(minor) / 100:.2f}"


async def books(asking: Any, shop: Any) -> dict[str, Any]:
    """What is stored, in the words of the tables by hand."""
    lines: dict[int, list[Any]] = {}
    for row in await asking(LINES, business=shop):
        quantity = f"{(Decimal(row['quantity']) / 1_000_000).normalize():f}"
        line = [row["product"], quantity, money(row["total"]), bool(row["is_product"])]
        lines.setdefault(row["sale_id"], []).append(line)
    payments: dict[int, list[Any]] = {}
    for row in await asking(PAYMENTS, business=shop):
        payments.setdefault(row["sale_id"], []).append([row["method"], money(row["amount"])])
    sales = [
        {
            "number": row["number"],
            "day": str(date_of(row["business_day"])),
            "status": row["status"],
            "storefront": row["storefront"],
            "customer": row["customer"],
            "lines": lines.get(row["id"], []),
            **{name: money(row[name]) for name in ("discount", "tax", "total")},
            "payments": payments.get(row["id"], []),
        }
        for row in await asking(SALES, business=shop)
    ]
    refunds = [
        {
            "number": row["number"],
            "sale": row["sale"],
            "day": str(date_of(row["business_day"])),
            "amount": money(row["amount"]),
            "tax": money(row["tax"]),
        }
        for row in await asking(REFUNDS, business=shop)
    ]
    return {"sales": sales, "refunds": refunds, "customers": await asking(CUSTOMERS, business=shop)}


async def imported(database: Database, path: Path, told: dict[str, Any], rejects: Path, **more: Any) -> tuple[Any, Any]:
    shop = await ensure_business(database, path.stem, currency=told["currency"], timezone=told["timezone"], now=NOW)
    customers = not told["sales"]
    words = ImportWords(**ASKED.get(path.stem, {}))
    mapping = layout_of(words, path, customers=customers)
    summary = await import_file(
        database, path=path, business=shop, mapping=mapping, now=NOW, actor=ACTOR, rejects=rejects, **more
    )
    return shop, summary


def rejected_lines(path: Path) -> list[int]:
    import csv  # noqa: PLC0415

    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [int(row["line"]) for row in csv.DictReader(file)]


NEW = sorted(path.stem for path in HERE.glob("*.csv"))
GIVEN = sorted(path.stem for path in (HERE / "given").glob("*.json"))


def as_stored(sale: dict[str, Any]) -> dict[str, Any]:
    """A sale of the tables, its payments in the order in which they are asked for."""
    return {**sale, "payments": sorted(sale["payments"])}


def refunds_as_told(found: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Refunds without the numbers that the program gave them: where the file has none, the tables have null."""
    numbered = {refund["number"] for refund in told}
    return [{**refund, "number": refund["number"] if refund["number"] in numbered else None} for refund in found]


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: [str(row[name]) for name in sorted(row)])


def as_told(customer: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    """What is stored of a customer, as far as the tables by hand say something of it."""
    shown = {name: customer[name] for name in person.keys() & customer.keys()}
    if "address" in person:
        shown["address"] = {name: customer[name] for name in ADDRESS}
    if "consents" in person:
        given = [kind for kind in ("EMAIL", "SMS") if customer[f"consent_{kind.lower()}"]]
        shown["consents"] = [[kind, "GIVEN"] for kind in given]
    return shown


async def check(database: Database, asking: Any, path: Path, told: dict[str, Any], tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    shop, summary = await imported(database, path, told, rejects)
    found = await books(asking, shop)
    assert found["sales"] == sorted(map(as_stored, told["sales"]), key=lambda sale: sale["number"])
    assert in_order(refunds_as_told(found["refunds"], told["refunds"])) == in_order(told["refunds"])
    people = sorted(told["customers"], key=lambda person: person["identity"])
    assert [customer["identity"] for customer in found["customers"]] == [person["identity"] for person in people]
    read = [{name: value for name, value in person.items() if name not in NOT_READ} for person in people]
    assert [as_told(*pair) for pair in zip(found["customers"], people, strict=True)] == read
    assert rejected_lines(rejects) == [line for line, _why in told["rejected"]]
    assert summary.read == summary.written + summary.updated + summary.unchanged + summary.rejected
    again = (await imported(database, path, told, rejects))[1]
    assert (again.written, again.updated, again.rejected) == (0, 0, summary.rejected)
    assert await books(asking, shop) == found


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", NEW)
async def test_a_file_from_documentation(database, asking, tmp_path, name):
    told = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    await check(database, asking, HERE / f"{name}.csv", told, tmp_path)


@pytest.mark.parametrize("name", GIVEN)
async def test_a_file_of_a_real_system(database, asking, data_dir, tmp_path, name):
    told = json.loads((HERE / "given" / f"{name}.json").read_text(encoding="utf-8"))
    await check(database, asking, data_dir / "real_formats" / f"{name}.csv", told, tmp_path)
