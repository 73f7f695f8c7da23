"""An import tells nothing, unless it is asked to: then its new facts of the last 30 days, as if they were recorded."""

import json
from typing import Any

from tests.ingest.conftest import Asking, Importing

TOLD = "SELECT type, customer_id, data FROM event ORDER BY sequence"
OLD = "100,A,Mug,1,2011-11-01 10:00,4.00,7,UK"
LINES = [
    OLD,
    "101,A,Mug,2,2011-12-20 10:00,4.50,7,UK",
    "102,A,Mug,1,2011-12-21 10:00,5.00,8,UK",
    "C103,A,Mug,-1,2011-12-22 10:00,5.00,8,UK",
]


async def told(asking: Asking) -> list[tuple[str, Any]]:
    """The types of what was told, with the amounts."""
    rows = await asking(TOLD)
    data = [json.loads(row["data"]) for row in rows]
    return [(row["type"], each.get("total") or each.get("amount")) for row, each in zip(rows, data, strict=True)]


async def test_an_import_tells_nothing(importing: Importing, asking: Asking) -> None:
    await importing(LINES)
    assert await told(asking) == []


async def test_one_that_is_asked_to_tells_its_new_facts_of_late_once(importing: Importing, asking: Asking) -> None:
    await importing([OLD])
    await importing(LINES, tells=True)
    first = await told(asking)
    assert [one for one in first if one[0] != "customer.created"] == [
        ("sale.recorded", "9.00"),
        ("sale.recorded", "5.00"),
        ("refund.recorded", "5.00"),
    ]
    assert [row["customer_id"] is None for row in await asking(TOLD)] == [False] * len(first)
    await importing(LINES, tells=True)
    assert await told(asking) == first


async def test_a_dry_run_tells_nothing(importing: Importing, asking: Asking) -> None:
    await importing(LINES, tells=True, dry_run=True)
    assert await told(asking) == []
