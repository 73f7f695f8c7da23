"""`--map`: how it is written, and what each field becomes."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.mapping import FIELDS, FileHabits, parse_map
from ingest.presets import preset, preset_names
from ingest.problems import ImportProblem
from rules.days import day_number

BASE = "sale=Order,occurred_at=Date,customer=Who,product=Item,quantity=Qty,unit_price=Price"
SALE = "SELECT * FROM sale ORDER BY number"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sale=Order,occured_at=Date", 'no field "occured_at" (did you mean "occurred_at"?)'),
        ("sale", 'field=column,field=column…; "sale" is not'),
        ("sale=", 'field=column,field=column…; "sale=" is not'),
        ("", "--map lacks sale, occurred_at, unit_price or amount"),
        ("sale=A,occurred_at=B", "--map lacks unit_price or amount"),
        ("sale=A,sale=B", "names the field sale twice"),
        ("sale=A,occurred_at=B,amount=C,city=D", "names city without customer"),
        ("sale=A,occurred_at=B,amount=C,paid=D", "names paid without payment_method"),
        ("sale=A,occurred_at=B,amount=C,customer=D,customer_name=E,last_name=F", "one or the other"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(text, message):
    with pytest.raises(ImportProblem) as refused:
        parse_map(text)
    assert message in str(refused.value)


def test_a_column_name_may_hold_a_comma_in_quotes():
    mapping = parse_map('sale="Order, no",occurred_at=Date , amount = Total paid')
    assert mapping.columns == {
        "sale": (("Order, no",),),
        "occurred_at": (("Date",),),
        "amount": (("Total paid",),),
    }


def test_columns_are_joined_and_stand_in_for_each_other():
    mapping = parse_map('sale=A,occurred_at=Date+Time,amount=B,customer=Email|"Phone | home"')
    assert mapping.columns["occurred_at"] == (("Date", "Time"),)
    assert mapping.columns["customer"] == (("Email",), ("Phone | home",))


def test_presets_are_known_by_name():
    assert preset("cdnow") is preset("cdnow")
    with pytest.raises(ImportProblem, match=r'no preset "online_retail" .did you mean "online-retail"'):
        preset("online_retail")


def test_every_field_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
    assert [name for name in FIELDS if f"`{name}`" not in text] == []
    assert [name for name in preset_names() if f"`{name}`" not in text] == []


async def test_rows_of_one_number_are_one_sale_with_all_that_is_mapped(importing, asking):
    mapping = parse_map(
        f"{BASE},sku=Code,category=Kind,unit_cost=Cost,discount=Off,tax=Tax,storefront=Shop,channel=Via,"
        "payment_method=Pay,is_product=Goods"
    )
    await importing(
        [
            "Order,Date,Who,Item,Qty,Price,Code,Kind,Cost,Off,Tax,Shop,Via,Pay,Goods",
            "1,2011-03-01T10:00:00,7,Cup,2,3.00,C1,Kitchen,1.25,1.00,0.40,North,online,mobile money,yes",
            "2,2011-03-01T10:01:00,8,Pen,1,1.00,P1,Desk,,,,North,,cash,",
            "1,2011-03-01T10:00:00,7,Post,0.5,4.00,P9,,,0.00,0.10,,,,no",
        ],
        mapping=mapping,
    )
    first, second = await asking(SALE)
    money = ("subtotal", "discount", "tax", "total", "profit", "costed", "paid", "channel", "status")
    # cup: 6.00 less its discount and its cost of 2.50
    assert tuple(first[name] for name in money) == (700, 0, 50, 700, 250, 500, 750, "ONLINE", "COMPLETED")
    assert tuple(second[name] for name in money) == (100, 0, 0, 100, None, 0, 100, "STORE", "COMPLETED")
    items = await asking(
        "SELECT sku, category, unit_cost, quantity, total, discount, profit, is_product FROM sale_item ORDER BY id"
    )
    assert [tuple(row.values())[:-1] for row in items] == [
        ("C1", "Kitchen", 1_250_000, 2_000_000, 500, 100, 250),
        ("P9", None, None, 500_000, 200, 0, None),
        ("P1", "Desk", None, 1_000_000, 100, 0, None),
    ]
    assert [bool(row["is_product"]) for row in items] == [True, False, True]
    payments = await asking("SELECT method, amount, business_day FROM payment ORDER BY id")
    assert payments == [
        {"method": "MOBILE_MONEY", "amount": 750, "business_day": first["business_day"]},
        {"method": "CASH", "amount": 100, "business_day": first["business_day"]},
    ]
    assert [row["name"] for row in await asking("SELECT name FROM storefront")] == ["North"]
    assert first["storefront_id"] == second["storefront_id"] is not None


async def test_a_discounts_share_is_one_half_even_division(importing, asking):
    mapping = parse_map("sale=n,occurred_at=d,unit_price=p,unit_cost=c,order.discount=o")
    await importing(
        ["n,d,p,c,o", "1,2011-01-01,0.03,0.01,0.05", "1,2011-01-01,0.03,,0", "2,2011-01-01,1,2,0"], mapping=mapping
    )
    lines = await asking("SELECT number, total, profit, costed FROM sale ORDER BY number")
    # share = 5 * 3 / 6 = 2.5, to the even 2
    assert lines == [
        {"number": "1", "total": 1, "profit": 0, "costed": 1},
        {"number": "2", "total": 100, "profit": -100, "costed": 100},
    ]


async def test_rows_that_make_no_sale_are_rejects(importing, rejected):
    mapping = parse_map(f"{BASE},discount=Off,status=Status,payment_method=Pay,paid=Paid")
    summary = await importing(
        [
            "Order,Date,Who,Item,Qty,Price,Off,Status,Pay,Paid",
            "1,2011-03-01,7,Cup,-1,,,,,",
            "2,2011-03-01,7,Cup,0,3.00,,,,",
            "3,2011-03-01,7,Cup,1,-3.00,,,,",
            "4,2011-03-01,7,Cup,1,3.00,3.01,,,",
            "5,2011-03-01,7,Cup,1,3.00,,refunded,,",
            "6,2011-03-01,7,Cup,1,3.00,,complete,,",
            "7,2011-03-01,7,Cup,1,3.00,,PARTIAL,CARD,3.01",
            "8,2011-03-01,7,Cup,1,3.00,-1,,,",
            "9,2011-03-01,7,Cup,1,3.00,,,cheque,",
            "10,2011-03-01,7,Cup,1,3.00,,,card,",
            "10,2011-03-01,7,Cup,1,3.00,,,cash,",
        ],
        mapping=mapping,
    )
    assert (summary.read, summary.written, summary.rejected) == (11, 1, 10), "a discount has either sign"
    reasons = [line.split(",2011")[0].rsplit(",", 1)[0] for line in rejected()]
    assert reasons == [
        "2,no unit price",
        "3,quantity is 0",
        "4,no row of the sale says what was sold",
        "5,the discount is larger than the sale",
        '6,"status REFUNDED is derived from refunds: map what was paid back as order.refund, and let the word mean '
        'COMPLETED"',
        '7,"status ""complete"" is none of PENDING, COMPLETED, PARTIAL, REFUNDED, CANCELLED (did you mean '
        '""COMPLETED""?); --words status complete=PENDING would say what it means"',
        "8,more is paid than the total and tax of the sale",
        '10,"payment method ""cheque"" is none of CASH, CARD, MOBILE_MONEY, BANK_TRANSFER, CREDIT, VOUCHER, OTHER; '
        '--words payment_method cheque=CASH would say what it means"',
        "11,with line 12: payment method CASH where an earlier row of 10 has CARD",
        "12,payment method CASH where an earlier row of 10 has CARD",
    ]


async def test_what_is_paid_follows_status_and_method(importing, asking):
    mapping = parse_map("sale=n,occurred_at=d,amount=a,status=s,payment_method=m,paid=p")
    await importing(
        ["n,d,a,s,m,p", "1,2011-01-01,5,partial,card,2", "2,2011-01-01,5,,credit,5", "3,2011-01-01,5,pending,card,"],
        mapping=mapping,
    )
    sales = await asking("SELECT status, paid FROM sale ORDER BY number")
    assert [tuple(sale.values()) for sale in sales] == [("PARTIAL", 200), ("PARTIAL", 0), ("PENDING", 0)]
    payments = await asking("SELECT method, amount FROM payment ORDER BY amount")
    assert [tuple(payment.values()) for payment in payments] == [("CARD", 200), ("CREDIT", 500)]


async def test_an_amount_stands_for_the_price(importing, asking):
    await importing(
        ["n,d,a,q", "1,2011-01-01,1.00,3", "2,2011-01-01,0.005,1"],
        mapping=parse_map("sale=n,occurred_at=d,amount=a,quantity=q"),
    )
    items = await asking("SELECT quantity, unit_price, total, product FROM sale_item ORDER BY id")
    assert [tuple(item.values()) for item in items] == [
        (3_000_000, 333_333, 100, "Item"),
        (1_000_000, 5_000, 0, "Item"),
    ]


@pytest.mark.parametrize(
    ("text", "date_format", "instant", "day", "hour"),
    [
        ("2011-07-01", None, datetime(2011, 7, 1, 11, tzinfo=UTC), date(2011, 7, 1), None),
        ("2011-07-01 00:30", None, datetime(2011, 6, 30, 23, 30, tzinfo=UTC), date(2011, 7, 1), 0),
        ("2011-07-01T00:30:00Z", None, datetime(2011, 7, 1, 0, 30, tzinfo=UTC), date(2011, 7, 1), 1),
        ("2011-06-30T20:30:00-04:00", None, datetime(2011, 7, 1, 0, 30, tzinfo=UTC), date(2011, 7, 1), 1),
        ("01/07/2011", "%d/%m/%Y", datetime(2011, 7, 1, 11, tzinfo=UTC), date(2011, 7, 1), None),
        ("01/07/2011 18:05", "%d/%m/%Y %H:%M", datetime(2011, 7, 1, 17, 5, tzinfo=UTC), date(2011, 7, 1), 18),
        # this hour was skipped in London, and this one came twice: the first is meant
        ("2011-03-27 01:30", None, datetime(2011, 3, 27, 1, 30, tzinfo=UTC), date(2011, 3, 27), 2),
        ("2011-10-30 01:30", None, datetime(2011, 10, 30, 0, 30, tzinfo=UTC), date(2011, 10, 30), 1),
    ],
)
async def test_times(importing, asking, text, date_format, instant, day, hour):
    habits = FileHabits(dates=(date_format,) if date_format else ())
    mapping = parse_map("sale=n,occurred_at=d,amount=a", habits=habits)
    await importing(["n,d,a", f"1,{text},1"], mapping=mapping)
    [sale] = await asking("SELECT occurred_at, business_day, hour FROM sale")
    assert str(sale["occurred_at"])[:19] == str(instant)[:19]
    assert (sale["business_day"], sale["hour"]) == (day_number(day), hour)


async def test_a_currency_without_decimals(importing, asking, database):
    from resolvers.businesses import ensure_business  # noqa: PLC0415  only here
    from tests.ingest.conftest import NOW  # noqa: PLC0415

    shop = await ensure_business(database, "Tokyo", currency="JPY", timezone="Asia/Tokyo", now=NOW)
    await importing(
        ["n,d,a,q", "1,2011-01-01,250,3"],
        mapping=parse_map("sale=n,occurred_at=d,unit_price=a,quantity=q"),
        business=shop,
    )
    assert [sale["total"] for sale in await asking(SALE, business=shop)] == [750]


async def test_a_file_says_the_brand_of_what_was_sold(importing, asking):
    mapping = parse_map("sale=sale,occurred_at=at,product=what,brand=maker,amount=price")
    await importing(
        ["sale,at,what,maker,price", "1,2011-01-05,Tea, Leaf ,2.00", "2,2011-01-05,Cup,,1.00"], mapping=mapping
    )
    assert await asking("SELECT product, brand FROM sale_item ORDER BY id") == [
        {"product": "Tea", "brand": "Leaf"},
        {"product": "Cup", "brand": None},
    ]
