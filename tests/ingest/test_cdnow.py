"""The CDNOW sample in a store, compared with figures computed by others."""

from ingest.presets import preset
from resolvers.businesses import ensure_business
from tests.ingest.conftest import NOW

CDNOW = "cdnow_sample.csv.gz"


async def test_cdnow(importing, asking, data_dir, database):
    shop = await ensure_business(database, "CDNOW", currency="USD", timezone="America/New_York", now=NOW)
    summary = await importing(data_dir / CDNOW, mapping=preset("cdnow"), business=shop)
    assert (summary.read, summary.written, summary.rejected, summary.customers) == (6_919, 6_919, 0, 2_357)
    [sales] = await asking(
        "SELECT count(*) AS sales, CAST(sum(total) AS BIGINT) AS gross,"
        " count(DISTINCT customer_id) AS customers FROM sale",
        business=shop,
    )
    assert sales == {"sales": 6_919, "gross": 24_409_194, "customers": 2_357}
    [items] = await asking(
        "SELECT count(*) AS items, CAST(sum(quantity) AS BIGINT) AS discs FROM sale_item", business=shop
    )
    assert items == {"items": 6_919, "discs": 16_479_000_000}
    again = await importing(data_dir / CDNOW, mapping=preset("cdnow"), business=shop)
    assert (again.unchanged, again.written, again.updated) == (6_919, 0, 0)
