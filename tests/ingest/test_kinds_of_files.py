"""What the rows of a sale can say of its money: each kind as a small file, with its books worked out by hand."""

import pytest

from ingest.mapping import TaxStanding
from ingest.problems import ImportProblem
from tests.ingest.ledger import counts, lines, mapped, payments, refunds, sales

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
HEADER = "n,d,p,q,u"


def reasons(rejected):
    """Line and reason of each reject without quotes in it."""
    return [tuple(line.split(",")[:2]) for line in rejected()]


# ---------------------------------------------------------------- discounts


async def test_a_negative_price_is_a_discount_of_its_sale(importing, asking):
    await importing([HEADER, "1,2011-03-01,Cup,2,10.00", "1,,Voucher,1,-3.50"], mapping=mapped())
    # 2 × 10.00 less 3.50
    assert await sales(asking) == [("1", "COMPLETED", 2000, 350, 0, 1650, 0)]
    assert await lines(asking) == [("1", "Cup", 2.0, 2000)]


async def test_discounts_of_rows_and_of_the_order_are_both_taken_off(importing, asking):
    rows = ["1,2011-03-01,Cup,1,10.00,1.00,2.00", "1,,Jug,1,20.00,-0.50,2.00", "2,2011-03-01,Pen,1,5.00,,0"]
    await importing([f"{HEADER},o,oo", *rows], mapping=mapped("discount=o,order.discount=oo"))
    # 9.00 and, with the other sign, 19.50, and 2.00 once
    assert await sales(asking) == [
        ("1", "COMPLETED", 2850, 200, 0, 2650, 0),
        ("2", "COMPLETED", 500, 0, 0, 500, 0),
    ]
    assert await asking("SELECT product, total, discount FROM sale_item ORDER BY id") == [
        {"product": "Cup", "total": 900, "discount": 100},
        {"product": "Jug", "total": 1950, "discount": 50},
        {"product": "Pen", "total": 500, "discount": 0},
    ]


async def test_what_a_row_takes_off_beyond_its_line_is_taken_off_the_sale(importing, asking):
    await importing([f"{HEADER},o", "1,2011-03-01,Cup,1,10.00,12.00", "1,,Jug,1,20.00,"], mapping=mapped("discount=o"))
    assert await sales(asking) == [("1", "COMPLETED", 2000, 200, 0, 1800, 0)]
    assert await asking("SELECT total, discount FROM sale_item ORDER BY id") == [
        {"total": 0, "discount": 1000},
        {"total": 2000, "discount": 0},
    ]


async def test_a_discount_of_a_row_with_tax_within_is_without_it_too(importing, asking):
    mapping = mapped("discount=o,tax=t", tax=TaxStanding.WITHIN)
    await importing([f"{HEADER},o,t", "1,2011-03-01,Cup,1,12.00,1.20,1.80"], mapping=mapping)
    # 10.80 with 1.80 of tax in it: 10.00 less 1.00
    assert await sales(asking) == [("1", "COMPLETED", 900, 0, 180, 900, 0)]
    line = "SELECT unit_price, total, discount FROM sale_item"
    assert await asking(line) == [{"unit_price": 10_000_000, "total": 900, "discount": 100}]


# ---------------------------------------------------------------- money of the whole order


@pytest.mark.parametrize("texts", [("4.00", "4.00"), ("4.00", "0"), ("0.00", "4.00"), ("4.00", "")])
async def test_money_of_the_order_counts_once(importing, asking, texts):
    rows = [f"1,2011-03-01,Cup,1,10.00,{texts[0]}", f"1,,Jug,1,20.00,{texts[1]}"]
    await importing([f"{HEADER},t", *rows], mapping=mapped("order.tax=t"))
    assert await sales(asking) == [("1", "COMPLETED", 3000, 0, 400, 3000, 0)]


async def test_money_of_the_order_that_contradicts_itself_is_refused(importing, rejected):
    rows = ["1,2011-03-01,Cup,1,10.00,4.00", "1,,Jug,1,20.00,2.00"]
    assert counts(await importing([f"{HEADER},t", *rows], mapping=mapped("order.tax=t"))) == (2, 0, 0, 0, 2)
    why = "tax is not what an earlier row of 1 has: is order.tax of the row? line.tax=… says so"
    assert reasons(rejected) == [("2", f"with line 3: {why}"), ("3", why)]


REPEATED = [f"{HEADER},t", "1,2011-03-01,Cup,1,10.00,3.00", "1,,Jug,1,20.00,3.00"]


async def test_equal_money_in_each_row_is_asked_about(importing, asking):
    with pytest.raises(ImportProblem) as problem:
        await importing(REPEATED, mapping=mapped("tax=t"))
    assert str(problem.value) == (
        '"t" says the same in every row of a sale (1 of them): is it of the whole sale, or of each row? '
        "Say order.tax=t or line.tax=t"
    )
    assert await sales(asking) == []


@pytest.mark.parametrize(("said", "tax"), [("order.tax=t", 300), ("line.tax=t", 600)])
async def test_either_answer_is_taken(importing, asking, said, tax):
    await importing(REPEATED, mapping=mapped(said))
    assert await sales(asking) == [("1", "COMPLETED", 3000, 0, tax, 3000, 0)]


async def test_equal_money_is_asked_about_in_each_column_of_a_field(importing):
    rows = [f"{HEADER},state,city", "1,2011-03-01,Cup,1,10.00,,3.00", "1,,Jug,1,20.00,,3.00"]
    with pytest.raises(ImportProblem, match=r'^"city" says the same in every row'):
        await importing(rows, mapping=mapped("tax=state+city"))


# ---------------------------------------------------------------- tax


async def test_tax_within_is_taken_off_the_lines_in_proportion(importing, asking):
    rows = ["1,2011-03-01,Cup,1,10.00,5.00", "1,,Jug,2,10.00,5.00"]
    await importing([f"{HEADER},t", *rows], mapping=mapped("order.tax=t", tax=TaxStanding.WITHIN))
    # 5.00 of 30.00: 1.67 of the cup's 10.00 (remainder two thirds), 3.33 of the jugs' 20.00
    assert await sales(asking) == [("1", "COMPLETED", 2500, 0, 500, 2500, 0)]
    assert await lines(asking) == [("1", "Cup", 1.0, 833), ("1", "Jug", 2.0, 1667)]


async def test_the_total_decides_whether_tax_is_within(importing, asking, rejected):
    rows = ["1,2011-03-01,Cup,1,12.00,2.00,12.00", "2,2011-03-01,Cup,1,10.00,2.00,12.00", "3,2011-03-01,Cup,1,9,2,12"]
    mapping = mapped("order.tax=t,order.total=w", tax=TaxStanding.BY_TOTAL)
    await importing([f"{HEADER},t,w", *rows], mapping=mapping)
    assert await sales(asking) == [
        ("1", "COMPLETED", 1000, 0, 200, 1000, 0),
        ("2", "COMPLETED", 1000, 0, 200, 1000, 0),
    ]
    assert reasons(rejected) == [("4", '"the sale does not add up: lines 9.00')]


async def test_more_tax_than_what_contains_it_is_refused(importing, rejected):
    mapping = mapped("tax=t", tax=TaxStanding.WITHIN)
    await importing([f"{HEADER},t", "1,2011-03-01,Cup,1,10,11"], mapping=mapping)
    assert reasons(rejected) == [("2", "the tax is larger than what it is contained in")]


# ---------------------------------------------------------------- what is no product


async def test_postage_tips_and_fees_are_lines_that_are_no_products(importing, asking):
    rows = ["1,2011-03-01,Cup,1,10.00,0.50,4.00,1.00", "1,,Jug,1,20.00,0.75,4.00,1.00"]
    mapping = mapped("tip=t,order.shipping=s,order.fee=f")
    await importing([f"{HEADER},t,s,f", *rows], mapping=mapping)
    assert await sales(asking) == [("1", "COMPLETED", 3625, 0, 0, 3625, 0)]
    assert await lines(asking) == [
        ("1", "Cup", 1.0, 1000), ("1", "Jug", 1.0, 2000), ("1", "Shipping", 1.0, 400), ("1", "Tip", 1.0, 125),
        ("1", "Fee", 1.0, 100),
    ]  # fmt: skip
    products = await asking("SELECT product FROM sale_item WHERE is_product ORDER BY position", plain=True)
    assert [product for (product,) in products] == ["Cup", "Jug"]


@pytest.mark.parametrize("name", ["shipping", "tip", "fee"])
async def test_what_is_charged_beside_the_goods_is_never_negative(importing, rejected, name):
    await importing([f"{HEADER},s", "1,2011-03-01,Cup,1,10.00,-3.00"], mapping=mapped(f"order.{name}=s"))
    assert reasons(rejected) == [("2", f"{name} is negative")]


# ---------------------------------------------------------------- payments


async def test_a_sale_may_be_paid_in_several_ways(importing, asking, rejected):
    rows = ["1,2011-03-01,Cup,1,10.00,4.00,5.00,1.00", "1,,Jug,1,5.00,4.00,5.00,1.00", "2,2011-03-01,Cup,1,10,4,6,1"]
    mapping = mapped("paid.CASH=c,paid.VOUCHER=v,paid.CREDIT=k")
    await importing([f"{HEADER},c,v,k", *rows], mapping=mapping)
    # the sale's own amounts, however often they stand there; a gift card pays, credit settles nothing
    assert await payments(asking) == [("1", "CASH", 400), ("1", "CREDIT", 100), ("1", "VOUCHER", 500)]
    assert await sales(asking) == [("1", "PARTIAL", 1500, 0, 0, 1500, 900)]
    assert reasons(rejected) == [("4", "more is paid than the total and tax of the sale")]


async def test_change_that_was_given_is_taken_off_what_was_paid(importing, asking):
    by_column = mapped("paid.CASH=c,paid.OTHER=o")
    await importing([f"{HEADER},c,o", "1,2011-03-01,Cup,1,12.00,20.00,-8.00"], mapping=by_column)
    by_row = mapped("amount=a,kind=k,payment_method=m")
    rows = ["2,2011-03-01,Cup,1,12.00,,SALE,", "2,,,,,20.00,PAYMENT,CASH", "2,,,,,-8.00,PAYMENT,CASH"]
    await importing([f"{HEADER},a,k,m", *rows], mapping=by_row)
    assert await payments(asking) == [("1", "CASH", 1200), ("2", "CASH", 1200)]


# ---------------------------------------------------------------- what was taken off


async def test_a_void_line_counts_nothing(importing, asking):
    rows = ["1,2011-03-01,Cup,1,10.00,no", "1,,Jug,1,20.00,yes", "2,2011-03-01,Pen,1,5.00,yes"]
    await importing([f"{HEADER},v", *rows], mapping=mapped("is_void=v"))
    # of which all was taken off is a cancelled sale
    assert await sales(asking) == [
        ("1", "COMPLETED", 1000, 0, 0, 1000, 0),
        ("2", "CANCELLED", 500, 0, 0, 500, 0),
    ]


async def test_a_void_return_discount_or_payment_counts_nothing(importing, asking, rejected):
    rows = [
        "1,2011-03-01,Cup,2,10.00,no,SALE,,",
        "1,,Cup,-1,10.00,yes,SALE,,",
        "1,,Off,1,-3.00,yes,SALE,,",
        "1,,,,,yes,PAYMENT,CASH,5.00",
        "1,,,,,no,PAYMENT,CARD,15.00",
        "2,2011-03-01,Cup,-1,10.00,yes,SALE,,",
    ]
    await importing([f"{HEADER},v,k,m,a", *rows], mapping=mapped("is_void=v,kind=k,payment_method=m,amount=a"))
    assert await sales(asking) == [("1", "COMPLETED", 2000, 0, 0, 2000, 1500)]
    assert await payments(asking) == [("1", "CARD", 1500)]
    assert await refunds(asking) == []
    assert reasons(rejected) == [("7", "no row of the sale says what was sold")]


async def test_money_beside_a_void_line_counts_nothing(importing, asking):
    rows = ["1,2011-03-01,Cup,1,10.00,no,,,,10.00,CARD", "1,,Jug,1,5.00,yes,1.00,2.00,3.00,1.00,CARD"]
    mapping = mapped("is_void=v,tip=t,shipping=s,refund=r,paid=a,payment_method=m")
    await importing([f"{HEADER},v,t,s,r,a,m", *rows], mapping=mapping)
    assert await sales(asking) == [("1", "COMPLETED", 1000, 0, 0, 1000, 1000)]
    assert await refunds(asking) == []


# ---------------------------------------------------------------- kinds of rows


async def test_rows_may_be_of_the_order_or_of_nothing(importing, asking, rejected):
    rows = [
        "1,2011-03-01,,,,ORDER,2.00",
        "1,,Cup,1,10.00,SALE,",
        "1,,Payout,1,99.00,NEITHER,",
        "2,2011-03-01,Payout,1,99.00,NEITHER,",
    ]
    assert counts(await importing([f"{HEADER},k,t", *rows], mapping=mapped("kind=k,order.tax=t"))) == (4, 2, 0, 0, 2)
    assert await sales(asking) == [("1", "COMPLETED", 1000, 0, 200, 1000, 0)]
    assert reasons(rejected) == [(line, "the row is neither a sale nor a refund") for line in ("4", "5")]
