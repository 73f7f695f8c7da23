"""Running an import again: what is the same changes nothing, what differs is updated in place."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.loader import import_file
from ingest.loader import importing as loader
from ingest.mapping import parse_map
from ingest.presets import preset
from models import Business
from resolvers.operation.ids import global_id
from resolvers.operation.writing import writing
from resolvers.refunding import RefundSale, refund_sale
from rules.days import day_number
from tests.ingest.conftest import ACTOR, NOW

REVISIONS = "SELECT revision, facts_revision FROM business"
LINES = [
    "1,A1,Cup,2,2011-03-01 10:05:00,1.25,100,France",
    "2,A2,Jug,1,2011-03-02 10:10:00,4.00,200,Spain",
    "C3,A1,Cup,-1,2011-03-03 09:59:00,1.25,100,France",
    "4,A1,Cup,x,2011-03-03 09:59:00,1.25,100,France",
]


AUDIT = "SELECT action, subject, changes FROM audit_entry ORDER BY id"


def counts(summary):
    return (summary.read, summary.written, summary.updated, summary.unchanged, summary.rejected)


async def everything(asking) -> dict[str, list]:
    tables = ("customer", "sale", "sale_item", "sale_status_change", "payment", "refund")
    return {name: await asking(f"SELECT * FROM {name} ORDER BY id") for name in tables}


async def test_the_same_file_again_changes_nothing(importing, asking):
    assert counts(await importing(LINES)) == (4, 3, 0, 0, 1)
    before, [revisions] = await everything(asking), await asking(REVISIONS)
    audit = await asking(AUDIT)
    again = await importing(LINES)
    assert counts(again) == (4, 0, 0, 3, 1)
    assert (again.sales, again.refunds, again.customers) == (0, 0, 0)
    assert await everything(asking) == before
    [after] = await asking(REVISIONS)
    assert after["facts_revision"] == revisions["facts_revision"], "reports stay as they are"
    assert after["revision"] == revisions["revision"] + 2, "the run itself begins and ends"
    told = [json.loads(entry["changes"]) for entry in (await asking(AUDIT))[len(audit) :]]
    assert [[change[2] for change in changes if change[0] == "status"] for changes in told] == [[], ["DONE"]]


async def test_a_row_elsewhere_in_the_file_changes_nothing(importing):
    await importing(LINES)
    assert counts(await importing([LINES[2], LINES[3], LINES[1], LINES[0]])) == (4, 0, 0, 3, 1)


async def test_a_changed_row_updates_its_sale_in_place(importing, asking):
    await importing(LINES)
    [before] = await asking("SELECT * FROM sale WHERE number = '1'")
    [other] = await asking("SELECT * FROM sale WHERE number = '2'")
    changed = [LINES[0].replace("1.25", "1.50"), "1,A9,Lid,1,2011-03-01 10:06:00,0.50,100,France", *LINES[1:]]
    summary = await importing(changed)
    assert counts(summary) == (5, 0, 2, 2, 1)
    [after] = await asking("SELECT * FROM sale WHERE number = '1'")
    assert (after["id"], after["total"], before["total"]) == (before["id"], 350, 250)
    assert after["revision"] > before["revision"]
    assert await asking("SELECT * FROM sale WHERE number = '2'") == [other]
    items = await asking("SELECT product, total FROM sale_item WHERE sale_id = :id ORDER BY position", id=after["id"])
    assert items == [{"product": "Cup", "total": 300}, {"product": "Lid", "total": 50}]
    assert len(await asking("SELECT id FROM sale_status_change")) == 2


async def test_a_changed_refund_is_updated_in_place(importing, asking):
    await importing(LINES)
    [before] = await asking("SELECT id, revision FROM refund")
    await importing([*LINES[:2], LINES[2].replace("-1", "-3")])
    [after] = await asking("SELECT id, amount, revision FROM refund")
    assert (after["id"], after["amount"]) == (before["id"], 375)
    assert after["revision"] > before["revision"]


async def test_refunds_recorded_on_a_sale_outlive_its_update(importing, asking, database, shop):
    await importing(LINES[:1])
    async with database.transaction(shop.id) as connection:
        await connection.exec_driver_sql("UPDATE sale SET refunded = 300")
    await importing([LINES[0].replace("1.25", "1.50")])
    assert await asking("SELECT total, refunded, status FROM sale") == [
        {"total": 300, "refunded": 300, "status": "REFUNDED"}
    ]


@pytest.mark.parametrize("there", ["recorded_at = occurred_at", "voided_at = occurred_at", None])
async def test_what_happened_to_a_sale_here_is_no_files_to_change(importing, asking, database, shop, there):
    await importing(LINES[:1])
    async with database.transaction(shop.id) as connection:
        if there is not None:
            await connection.exec_driver_sql(f"UPDATE sale SET {there}")
    if there is None:
        ((id_,),) = [(row["id"],) for row in await asking("SELECT id FROM sale")]
        async with writing(database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
            await write.once(refund_sale, RefundSale(id_, amount=Decimal("1.00")))
    before = await asking("SELECT total, refunded, paid FROM sale")
    summary = await importing([LINES[0].replace("1.25", "1.50")])
    assert (summary.rejected, await asking("SELECT total, refunded, paid FROM sale")) == (1, before)


async def test_a_sale_that_moves_to_another_customer_settles_both(importing, asking):
    await importing([LINES[0], "5,A1,Cup,1,2011-06-01 10:00:00,1.00,100,Italy"])
    await importing([LINES[0].replace(",100,France", ",200,Spain"), "5,A1,Cup,1,2011-06-01 10:00:00,1.00,100,Italy"])
    customers = await asking("SELECT number, country, joined_day FROM customer ORDER BY number")
    assert customers == [
        {"number": "100", "country": "Italy", "joined_day": day_number(date(2011, 6, 1))},
        {"number": "200", "country": "Spain", "joined_day": day_number(date(2011, 3, 1))},
    ]


async def test_every_batch_takes_one_revision(importing, asking):
    await importing(LINES, batch_size=1)
    [business] = await asking(REVISIONS)
    assert business == {"revision": 5, "facts_revision": 4}, "begin, three batches, end"
    revisions = await asking("SELECT revision FROM sale UNION ALL SELECT revision FROM refund ORDER BY 1")
    assert [row["revision"] for row in revisions] == [2, 3, 4]


async def test_an_import_that_broke_off_is_completed_by_the_next(importing, asking, monkeypatch):
    written = 0
    write_batch = loader.write_batch

    async def breaks_off(*arguments, **options):
        nonlocal written
        if written == 2:
            raise ConnectionError("the power went")
        written += 1
        return await write_batch(*arguments, **options)

    monkeypatch.setattr(loader, "write_batch", breaks_off)
    with pytest.raises(ConnectionError):
        await importing(LINES, batch_size=1)
    monkeypatch.setattr(loader, "write_batch", write_batch)
    [run] = await asking("SELECT status, error, rows_written FROM import_run")
    assert run == {"status": "FAILED", "error": "ConnectionError", "rows_written": 2}
    assert counts(await importing(LINES, batch_size=1)) == (4, 1, 0, 2, 1)
    assert len(await asking("SELECT id FROM sale")) == 2
    assert len(await asking("SELECT id FROM refund")) == 1


async def test_the_run_is_remembered_with_its_counts(importing, asking):
    await importing(LINES, name="march.csv")
    [run] = await asking("SELECT * FROM import_run")
    expected = {
        "file_name": "march.csv", "preset": "online-retail", "status": "DONE", "rows_read": 4, "rows_written": 3,
        "rows_updated": 0, "rows_unchanged": 0, "rows_rejected": 1, "error": None,
    }  # fmt: skip
    assert {name: run[name] for name in expected} == expected
    assert run["finished_at"] is not None
    begun, written, ended = await asking(AUDIT)
    assert {(entry["action"], entry["subject"]) for entry in (begun, written, ended)} == {
        ("import", global_id("ImportRun", run["id"]))
    }
    assert written["changes"] == '[["rows",null,"3",false],["file",null,"march.csv",false]]'
    assert ended["changes"] == '[["status",null,"DONE",false]]'


async def test_a_dry_run_reports_the_same_and_writes_nothing(importing, asking, tmp_path):
    before = await everything(asking)
    dry = await importing(LINES, dry_run=True, rejects=None)
    assert counts(dry) == (4, 3, 0, 0, 1)
    assert (dry.sales, dry.refunds, dry.customers, dry.rejects, dry.dry_run) == (2, 1, 2, None, True)
    assert await everything(asking) == before
    assert await asking("SELECT id FROM import_run") == []
    assert await asking(REVISIONS) == [{"revision": 0, "facts_revision": 0}]
    assert [path.name for path in tmp_path.iterdir() if "rejects" in path.name] == []
    wet = await importing(LINES)
    assert (counts(wet), wet.sales, wet.refunds, wet.customers) == (counts(dry), 2, 1, 2)
    changed = [LINES[0].replace("1.25", "1.50"), *LINES[1:], "9,A1,Cup,1,2011-03-03 09:59:00,1.25,900,France"]
    dry = await importing(changed, dry_run=True)
    assert (counts(dry), dry.customers) == ((5, 1, 1, 2, 1), 1)
    assert dry.rejects is not None, "asked for by its path"


async def test_a_dry_run_needs_no_business(database, tmp_path: Path):
    path = tmp_path / "file.csv"
    path.write_text("Order,When,Price\n1,2011-03-01,2\n")
    business = Business(
        name="New", currency="GBP", currency_exponent=2, timezone="Europe/London", created_at=NOW, updated_at=NOW
    )
    mapping = parse_map("sale=Order,occurred_at=When,unit_price=Price")
    summary = await import_file(
        database, path=path, business=business, mapping=mapping, now=NOW, actor=ACTOR, dry_run=True
    )
    assert (summary.written, summary.sales) == (1, 1)


async def test_progress_is_told(importing):
    told = []
    await importing(LINES, progress=lambda *report: told.append(report))
    assert told == [("looking", 4, None), ("reading", 4, None), ("writing", 4, 4)]


async def test_two_businesses_have_their_own_numbers(importing, asking, database, shop):
    from resolvers.businesses import ensure_business  # noqa: PLC0415  only here

    await importing(LINES)
    other = await ensure_business(database, "Other", currency="GBP", timezone="Europe/London", now=NOW)
    summary = await importing(LINES, business=other, mapping=None)
    assert counts(summary) == (4, 3, 0, 0, 1)
    customers = [row["id"] for of in (shop, other) for row in await asking("SELECT id FROM customer", business=of)]
    assert len(set(customers)) == 4


async def test_the_cdnow_numbers_count_a_customers_rows_of_a_day(importing, asking, rejected):
    mapping = preset("cdnow")
    lines = [
        "master_id,sample_id,date,quantity,amount",
        "4,1,1997-01-01,2,29.33",
        "4,1,1997-01-18,2,29.73",
        "21,2,1997-01-01,3,0",
        "4,1,19970101,3,10.00",
        "4,1,1997-01-01,-1,5.00",
        "4,1,1997-01-01,1,abc",
        "4,1,1997-01-01,1,5.55",
        ",1,1997-01-01,1,5.55",
    ]
    assert counts(await importing(lines, mapping=mapping)) == (8, 5, 0, 0, 3)
    sales = await asking("SELECT number, total, hour, occurred_at FROM sale ORDER BY number")
    assert [(sale["number"], sale["total"], sale["hour"]) for sale in sales] == [
        ("21-1997-01-01-1", 0, None),
        ("4-1997-01-01-1", 2933, None),
        ("4-1997-01-01-2", 1000, None),
        ("4-1997-01-01-5", 555, None),
        ("4-1997-01-18-1", 2973, None),
    ]
    noon = sales[0]["occurred_at"]
    assert str(noon).startswith(str(datetime(1997, 1, 1, 12, tzinfo=UTC).replace(tzinfo=None)))
    items = await asking("SELECT quantity, unit_price, total FROM sale_item ORDER BY total DESC LIMIT 1")
    assert items == [{"quantity": 2_000_000, "unit_price": 14_865_000, "total": 2973}]
    assert [line.split(",")[1] for line in rejected()] == [
        "quantity is negative: only the preset online-retail reads refunds",
        '"amount ""abc"" is not a number like 12 or 12.50"',
        "no customer",
    ]
    assert counts(await importing(lines, mapping=mapping)) == (8, 0, 0, 5, 3)
    renamed = [line.replace("master_id", "customer_id") for line in lines]
    assert counts(await importing(renamed, mapping=mapping)) == (8, 0, 0, 5, 3)
