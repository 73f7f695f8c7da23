"""The preset online-retail: its rules, each on a few literal rows."""

import os
from datetime import date
from pathlib import Path

from rules.days import day_number, month_number
from tests.ingest.conftest import ONLINE_RETAIL_HEADER

SALE = "SELECT number, subtotal, total, customer_id, status, counted_from, profit, costed FROM sale ORDER BY number"


async def test_a_sale_is_all_rows_of_its_number_wherever_they_stand(importing, asking):
    summary = await importing(
        [
            "1,A1,Cup,2,2011-03-01 10:05:00,1.25,100,France",
            "2,A2,Jug,1,2011-03-01 10:10:00,4.00,200,Spain",
            "1,A3,Bowl,1,2011-03-01 09:59:00,3.10,100,France",
        ]
    )
    assert (summary.read, summary.written, summary.rejected, summary.sales, summary.customers) == (3, 3, 0, 2, 2)
    sales = await asking(SALE)
    assert [(sale["number"], sale["total"], sale["status"]) for sale in sales] == [
        ("1", 560, "COMPLETED"),
        ("2", 400, "COMPLETED"),
    ]
    assert all(sale["profit"] is None and sale["costed"] == 0 for sale in sales)
    items = await asking("SELECT position, product, sku, quantity, unit_price, total FROM sale_item ORDER BY id")
    assert items[:2] == [
        {"position": 1, "product": "Cup", "sku": "A1", "quantity": 2_000_000, "unit_price": 1_250_000, "total": 250},
        {"position": 2, "product": "Bowl", "sku": "A3", "quantity": 1_000_000, "unit_price": 3_100_000, "total": 310},
    ]


async def test_a_sale_is_at_the_earliest_time_of_its_rows(importing, asking):
    await importing(
        [
            "1,A1,Cup,2,2011-07-01 00:05:00,1.25,100,France",
            "1,A3,Bowl,1,2011-06-30 23:59:00,3.10,100,France",
        ]
    )
    [sale] = await asking("SELECT business_day, business_month, weekday, hour, counted_from FROM sale")
    day = date(2011, 6, 30)
    assert sale == {
        "business_day": day_number(day),
        "business_month": month_number(day),
        "weekday": 4,
        "hour": 23,
        "counted_from": day_number(day),
    }
    [change] = await asking("SELECT status, business_day FROM sale_status_change")
    assert change == {"status": "COMPLETED", "business_day": day_number(day)}


async def test_a_cancellation_is_an_unlinked_refund_of_its_own_day(importing, asking, rejected):
    summary = await importing(
        [
            "C9,A1,Cup,-2,2011-03-01 10:05:00,1.25,100,France",
            "C9,A1,Cup,-2,2011-03-01 10:05:00,1.25,100,France",
            "C9,A2,Jug,1,2011-03-01 10:05:00,9.99,100,France",
            "C9,A2,Jug,-1,2011-03-01 10:05:00,0,100,France",
            "C8,A2,Jug,-1,2011-03-02 11:00:00,4.00,,France",
            "C7,A2,Jug,1,2011-03-02 11:00:00,4.00,300,France",
        ]
    )
    assert (summary.refunds, summary.sales, summary.customers, summary.rejected) == (2, 0, 1, 3)
    refunds = await asking(
        "SELECT number, amount, hour, sale_id, storefront_id, customer_id FROM refund ORDER BY number"
    )
    assert [(row["number"], row["amount"], row["hour"], row["sale_id"]) for row in refunds] == [
        ("C8", 400, 11, None),
        ("C9", 500, 10, None),
    ]
    assert refunds[0]["customer_id"] is None
    assert await asking("SELECT number FROM customer") == [{"number": "100"}]
    assert [line.split(",")[:2] for line in rejected()] == [
        ["4", "stray row of cancellation C9: its rows have a negative quantity and a price above 0"],
        ["5", "stray row of cancellation C9: its rows have a negative quantity and a price above 0"],
        ["7", "cancellation C7 has no row with a negative quantity and a price above 0"],
    ]


async def test_an_adjustment_is_rejected_whatever_its_rows_say(importing, asking, rejected):
    summary = await importing(["A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom"])
    assert (summary.read, summary.rejected, summary.sales) == (1, 1, 0)
    assert rejected() == [
        '2,"invoice A563185 is an adjustment, neither sale nor refund",'
        "A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom"
    ]


async def test_free_rows_are_items_of_a_sale_that_has_a_paid_one(importing, asking, rejected):
    summary = await importing(
        [
            "1,A1,Cup,1,2011-03-01 10:05:00,0,100,France",
            "1,A2,Jug,1,2011-03-01 10:05:00,4.00,100,France",
            "1,A2,Jug,-1,2011-03-01 10:05:00,4.00,100,France",
            "2,A1,Cup,1,2011-03-01 10:05:00,0.0,200,France",
        ]
    )
    assert (summary.written, summary.rejected, summary.sales, summary.customers) == (2, 2, 1, 1)
    assert [row["total"] for row in await asking("SELECT total FROM sale_item ORDER BY position")] == [0, 400]
    assert [line.split(",")[1] for line in rejected()] == [
        "stray row of sale 1: a row sells with a quantity above 0 and no negative price",
        "invoice 2 has no row with a quantity and a price above 0",
    ]


async def test_each_line_is_rounded_half_even_to_the_penny(importing, asking):
    await importing(
        [
            "1,A1,Cup,1,2011-03-01 10:05:00,0.001,100,France",  # 0.1 p: a written price, a total of nothing
            "1,A2,Jug,5,2011-03-01 10:05:00,0.001,100,France",  # 0.5 p to the even 0
            "1,A3,Mug,15,2011-03-01 10:05:00,0.001,100,France",  # 1.5 p to the even 2
            "1,A4,Pan,1,2011-03-01 10:05:00,2.665,100,France",  # 266.5 p to the even 266
        ]
    )
    assert [row["total"] for row in await asking("SELECT total FROM sale_item ORDER BY position")] == [0, 0, 2, 266]
    assert [sale["total"] for sale in await asking(SALE)] == [268]


async def test_duplicates_of_rows_are_kept(importing, asking):
    await importing(["1,A1,Cup,1,2011-03-01 10:05:00,1.00,100,France"] * 3)
    assert [sale["total"] for sale in await asking(SALE)] == [300]


async def test_rows_without_customer_make_anonymous_sales(importing, asking):
    summary = await importing(
        ["1,A1,Cup,1,2011-03-01 10:05:00,1.00,,France", "2,A1,Cup,1,2011-03-01 10:05:00,1.00,  ,France"]
    )
    assert (summary.sales, summary.customers) == (2, 0)
    assert [sale["customer_id"] for sale in await asking(SALE)] == [None, None]


async def test_a_customer_exists_with_a_sale_or_a_refund_that_was_kept(importing, asking):
    await importing(
        [
            "1,A1,Cup,1,2011-03-01 10:05:00,1.00,100,France",
            "C2,A1,Cup,-1,2011-03-05 10:05:00,1.00,200,Spain",
            "3,A1,Cup,1,2011-03-01 10:05:00,0.00,300,Italy",
            "A4,A1,Cup,1,2011-03-01 10:05:00,5.00,400,Italy",
        ]
    )
    customers = await asking("SELECT number, country, joined_day, type FROM customer ORDER BY number")
    assert [(row["number"], row["country"], row["type"]) for row in customers] == [
        ("100", "France", "RETAIL"),
        ("200", "Spain", "RETAIL"),
    ]
    assert customers[0]["joined_day"] == day_number(date(2011, 3, 1))
    assert customers[1]["joined_day"] == day_number(date(2012, 1, 2)), "a refund is no purchase: the day it was made"


async def test_postage_and_fees_are_no_products(importing, asking):
    codes = ["POST", "D", "M", "m", "BANK CHARGES", "AMAZONFEE", "DOT", "C2", "S", "85123A", "DCGS0003"]
    await importing([f"1,{code},x,1,2011-03-01 10:05:00,1.00,100,France" for code in codes])
    kinds = {row["sku"]: bool(row["is_product"]) for row in await asking("SELECT sku, is_product FROM sale_item")}
    assert [code for code, product in kinds.items() if product] == ["85123A", "DCGS0003"]


async def test_a_row_without_description_is_called_by_its_code_and_blanks_are_cut(importing, asking):
    await importing(
        ["1,A1,,1,2011-03-01 10:05:00,1.00,100,France", '1,A2," RED, CUP  ",1,2011-03-01 10:05:00,1.00,100,France']
    )
    assert [row["product"] for row in await asking("SELECT product FROM sale_item ORDER BY position")] == [
        "A1",
        "RED, CUP",
    ]


async def test_bad_rows_are_rejected_with_line_and_reason_and_the_rest_goes_on(importing, asking, rejected):
    summary = await importing(
        [
            "1,A1,Cup,abc,2011-03-01 10:05:00,1.00,100,France",
            "1,A1,Cup,1,2011-02-30 10:05:00,1.00,100,France",
            "1,A1,Cup,1,2011-03-01 10:05:00,1.0000001,100,France",
            "1,A1,Cup,99999999999999999999,2011-03-01 10:05:00,1.00,100,France",
            ",A1,Cup,1,2011-03-01 10:05:00,1.00,100,France",
            "1,A1,Cup,1,2011-03-01 10:05:00",
            "1,A1,Cup,1,2011-03-01 10:05:00,1.00,100,France,more,and more",
            "1,A1,Cup,1,2011-03-01 10:05:00,1.00,200,France",
            "1,A1,Cup,1,2011-03-01 10:05:00,1.00,100,France",
            f"1,A1,{'x' * 301},1,2011-03-01 10:05:00,1.00,100,France",
            "1,A1,C\0p,1,2011-03-01 10:05:00,1.00,100,France",
            "1,A1,Cup,,2011-03-01 10:05:00,1.00,100,France",
            "",
            "2,A1,Cup,9000000000000,2011-03-01 10:05:00,9000000000000,100,France",
        ]
    )
    assert (summary.read, summary.written, summary.rejected) == (13, 2, 11), "seven decimals are rounded"
    reasons = [line.split(",")[0] + " " + line.split(",")[1].strip('"') for line in rejected()]
    assert reasons[:5] == [
        '2 quantity ""abc"" is not a number like 12 or 12.50',
        '3 date ""2011-02-30 10:05:00"": there is no such day',
        '5 quantity ""99999999999999999999"" is larger than 1',
        "6 no sale number",
        "7 5 fields where the header has 8",
    ]
    assert reasons[5] == "8 10 fields where the header has 8"
    assert reasons[6] == "9 customer 200 where an earlier row of 1 has 100"
    assert reasons[7].startswith('11 product ""xxx')
    assert reasons[8:] == [
        "12 the row holds a NUL character (a byte of zero",
        "13 no quantity",
        '15 quantity ""9000000000000"" is larger than 1',
    ]


async def test_the_rejects_file_has_the_original_columns_and_is_only_made_where_needed(importing, tmp_path: Path):
    summary = await importing(["1,A1,Cup,1,2011-03-01 10:05:00,1.00,100,France"])
    assert summary.rejects is None
    assert not (tmp_path / "rejects.csv").exists()
    summary = await importing(['1,A1,"Cup, ""red""",x,2011-03-01 10:05:00,1.00,100,France'])
    assert summary.rejects == tmp_path / "rejects.csv"
    assert summary.rejects.read_text() == (
        f"line,reason,{ONLINE_RETAIL_HEADER}\n"
        '2,"quantity ""x"" is not a number like 12 or 12.50",'
        '1,A1,"Cup, ""red""",x,2011-03-01 10:05:00,1.00,100,France\n'
    )
    assert summary.rejects.stat().st_mode & 0o077 == 0, "it may hold personal data"
    assert [name for name in os.listdir(tmp_path) if "rejects" in name] == ["rejects.csv"], "no half-written one"


async def test_line_numbers_are_those_of_an_editor_when_a_field_holds_line_ends(importing, rejected):
    await importing(
        [
            '1,A1,"Cup',
            'of two lines",1,2011-03-01 10:05:00,1.00,100,France',
            "1,A1,Cup,x,2011-03-01 10:05:00,1,100,France",
        ]
    )
    assert [line.split(",")[0] for line in rejected()] == ["4"]


async def test_more_rows_under_one_number_than_a_sale_can_have_are_rejects(importing, rejected, monkeypatch):
    monkeypatch.setattr("ingest.loader.importing.SALE_ROWS", 2)
    summary = await importing(
        ["1,A1,Cup,1,2011-03-01 10:05:00,1.00,100,France"] * 3 + ["2,A1,Cup,1,2011-03-01 10:05:00,1.00,100,France"]
    )
    assert (summary.written, summary.rejected) == (1, 3)
    assert rejected()[0].startswith("2,one of 3 rows with the number 1: more than 2 cannot be one sale,1,A1")
