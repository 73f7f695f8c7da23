"""A small shop, told in full: what the tests of the schema expect of it is counted by hand.

Today there is Thursday 5 March 2026. Its tests name customers by number: ANN has everything, BEN is a wholesaler,
NONAME has a number only, GONE was erased, IDLE is no longer served, NEW has never bought, OLD was merged into ANN.
"""

import asyncio
import pickle
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from models.database import Database
from models.erasure import ErasureStatus, erasure_request
from rules.days import day_number
from tests.builders import Line, Shop, open_shop
from tests.once import made_once

PERSONAL_OF_ANN: dict[str, Any] = {
    "email": "anna.marker@example.com",
    "phone": "+442079460958",
    "birth_date": date(1990, 2, 28),
    "line1": "1 Marker Street",
    "line2": "Marker Flat 2",
    "city": "Markerton",
    "state": "Markershire",
    "postal_code": "MK1 1MK",
    "country": "Markerland",
    "notes": "marker note of a customer",
}
STORE, TOLD = "store.db", "told"
PERSONAL_OF_TOUCHPOINTS = "marker note of a contact"
PERSONAL_OF_SALES = "marker note of a sale"


async def corner_shop(database: Database, **business: Any) -> Shop:
    """The shop, saved."""
    named: dict[str, Any] = {"name": "Corner Shop", **business}
    shop = await open_shop(database, **named)
    _customers(shop)
    _sales(shop)
    _contacts(shop)
    await shop.save()
    async with database.transaction(shop.id) as connection:
        wanted = insert(erasure_request).values(_request(shop)).returning(erasure_request.c.id)
        shop.request_id = (await connection.execute(wanted)).scalar_one()
    return shop


def _request(shop: Shop) -> dict[str, Any]:
    """That IDLE be erased, which stan asked for."""
    return {
        "business_id": shop.id,
        "customer_id": shop.id_of("IDLE"),
        "requested_at": shop.now,
        "requested_by": "stan",
        "erase_on": day_number(date(2026, 3, 12)),
        "status": ErasureStatus.PENDING,
        "reason": "marker reason",
        "revision": shop.revision,
    }


def corner_store(factory: pytest.TempPathFactory, template: Path) -> Path:
    """A SQLite store of the shop and what was told of it: made once a run, and copied by `corner_shop_of`."""

    async def told(path: Path) -> bytes:
        database = Database(f"sqlite:///{path}")
        shop = await corner_shop(database)
        await database.close()
        del shop.database
        return pickle.dumps(shop)

    def make(folder: Path) -> None:
        shutil.copy(template, folder / STORE)
        (folder / TOLD).write_bytes(asyncio.run(told(folder / STORE)))

    return made_once(factory, "corner-shop", make)


def corner_shop_of(store: Path, database: Database) -> Shop:
    """The shop, in a SQLite store that nobody has opened yet."""
    shutil.copy(store / STORE, database.adbc_uri)
    shop: Shop = pickle.loads((store / TOLD).read_bytes())
    shop.database = database
    return shop


async def corner_shop_on(database: Database, store: Path) -> Shop:
    """The shop, in a store of either kind that nobody has opened yet: copied where a store is a file, else written."""
    return corner_shop_of(store, database) if database.is_sqlite else await corner_shop(database)


def _customers(shop: Shop) -> None:
    shop.storefront("Old Street", is_active=False)
    shop.customer("BEN", first_name="Ben", type="WHOLESALE", tags=["vip"], is_phone_verified=True, country="Ghana")
    shop.customer(
        "ANN",
        first_name="Anna",
        last_name="Ólafsdóttir",
        gender="female",
        is_email_verified=True,
        created_at=datetime(2024, 1, 20, 8, 30, tzinfo=UTC),
        joined="2024-01-15",
        credit_limit="500.00",
        opening_balance="20.00",
        consent_email=True,
        consent_push=True,
        tags=["vip", "local"],
        external={"shopify": "g-1", "erp": "77"},
        acquisition_source="ads",
        acquisition_campaign="spring",
        referrer="BEN",
        **PERSONAL_OF_ANN,
    )
    shop.customer("NONAME", joined="2026-02-20")
    shop.customer("GONE", is_erased=True, joined="2025-01-01")
    shop.customer("IDLE", last_name="Idle", is_active=False, city="Accra", country="Ghana")
    shop.customer("NEW", first_name="anna", last_name="Zed", joined="2026-03-05", acquisition_source="ads")
    shop.customer("OLD", first_name="Anna", last_name="Old", merged_into="ANN", joined="2023-01-01")


def _sales(shop: Shop) -> None:
    shop.sale("ANN", "2025-06-30 23:30", "8.00", number="A1", recorded_at=shop.now)
    shop.sale(
        "ANN",
        "2025-12-24 10:15",
        number="A2",
        storefront="High Street",
        lines=[
            Line("Tea", "2.50", "3", category="Drinks", cost="1.00", sku="T1"),
            Line("Cake", "3.001", "0.333", category="Food"),
            Line("Postage", "4.99", is_product=False),
        ],
        discount="1.49",
        tax="2.40",
        payments={"CARD": "10.00", "VOUCHER": "4.40"},
        note=PERSONAL_OF_SALES,
    )
    shop.sale("ANN", "2026-01-10", number="A3", lines=[Line("Mug", "5.00", cost="2.00")])
    shop.refund(None, "2026-01-20 16:00", "5.00", sale="A3", number="AR1", reason="broken")
    shop.sale(
        "ANN",
        "2026-02-01",
        "100.00",
        number="A4",
        status="PARTIAL",
        channel="ONLINE",
        storefront="Web",
        tax="20.00",
        payments={"CASH": "30.00", "CREDIT": "50.00"},
    )
    shop.refund(None, "2026-02-05", "10.00", sale="A4", number="AR2")
    shop.refund("ANN", "2026-02-10", "2.50", number="AR3")
    shop.payment("ANN", "2026-02-20", "15.00")
    shop.sale("ANN", "2026-03-01", "55.00", number="A5", status="PENDING")
    shop.sale("ANN", "2026-03-02", "9.99", number="A6", status="CANCELLED")
    shop.sale("BEN", "2025-10-10", "20.00", number="B1", storefront="High Street")
    shop.sale("BEN", "2026-01-05", "40.00", number="B2", counted_from="2026-01-25", channel="PHONE")
    shop.sale("NONAME", "2026-02-20", "60.00", number="N1", storefront="Web", channel="ONLINE")
    shop.sale("GONE", "2026-02-25", "30.00", number="G1")
    shop.sale("IDLE", "2026-01-02", "500.00", number="I1")
    shop.sale(None, "2026-02-27", "7.00", number="X1")
    shop.refund(None, "2026-02-28", "1.00", number="XR1")


def _contacts(shop: Shop) -> None:
    shop.touchpoint("ANN", "2026-01-03 09:00", outcome="DELIVERED", campaign="january")
    shop.touchpoint("ANN", "2026-01-04 09:00", outcome="NO_RESPONSE")
    shop.touchpoint("ANN", "2026-01-05 09:00", outcome="OPENED")
    shop.touchpoint("ANN", "2026-01-10 09:00", outcome="CLICKED", campaign="january")
    shop.touchpoint("ANN", "2026-01-12 08:00", outcome="REPLIED")
    shop.touchpoint("ANN", "2026-02-01 09:00", outcome="CLICKED", is_void=True)
    shop.touchpoint(
        "ANN",
        "2026-02-02 10:00",
        "SURVEY",
        channel="PHONE",
        outcome="POSITIVE",
        score=9,
        subject="How was it?",
        notes=PERSONAL_OF_TOUCHPOINTS,
    )
    shop.touchpoint("BEN", "2026-02-03 10:00", "VISIT", channel="STORE")
