"""A small shop on both stores, of which every history was worked out by hand.

Today is 2026-03-05. anna bought on 5 January (twice), 12 January and 2 March; 4.00 of the second day went back, 3.00 of
the first, and 9.00 without a sale. ben bought once. cleo's second sale was pending until the day before today, and was
all but paid back later. dan's repeat order came to nothing; eve was only paid back; fay's sale never counted.
"""

from tests.analytics.telling import on_both_stores
from tests.builders import Shop


def tell(shop: Shop) -> None:
    """The shop of all tests here."""
    shop.sale("anna", "2026-01-05 09:00", "10.00", number="A1", storefront="Web")
    shop.sale("anna", "2026-01-05 18:00", "20.00", number="A2")
    shop.sale("anna", "2026-01-12", "30.00", number="A3", storefront="Web")
    shop.sale("anna", "2026-03-02", "5.00", number="A4", storefront="Web")
    shop.refund("anna", "2026-02-01", "4.00", sale="A3")
    shop.refund("anna", "2026-02-01", "3.00", sale="A1")
    shop.refund("anna", "2026-02-01", "9.00")
    shop.customer("ben", type="WHOLESALE", is_active=False)
    shop.sale("ben", "2026-02-01", "50.00", number="B1")
    shop.sale("cleo", "2026-01-05", "7.00")
    shop.sale("cleo", "2026-02-01", "8.00", number="C2", counted_from="2026-03-04")
    shop.refund(None, "2026-03-05", "7.50", sale="C2")
    shop.sale("dan", "2026-01-12", "7.00")
    shop.sale("dan", "2026-02-01", "8.00", number="D2")
    shop.refund("dan", "2026-02-02", "8.00", sale="D2")
    shop.refund("eve", "2026-02-02", "1.00")
    shop.sale("fay", "2026-02-01", "8.00", status="CANCELLED")
    shop.sale(None, "2025-12-01", "99.00")


services, shop, context = on_both_stores(tell)
