"""What is given back: as rows and as amounts, before and after its sale, and what is refused; worked out by hand."""

import pytest

from ingest.mapping import RefundNumber
from tests.ingest.ledger import counts, lines, mapped, refunds, sales

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
HEADER = "n,d,p,q,u"
NAMED = "sale=n,refund_of=o,kind=k,occurred_at=d,amount=a"
SOLD = "1,2011-03-01,Cup,2,10.00"


def reasons(rejected):
    return [tuple(line.split(",")[:2]) for line in rejected()]


async def test_a_return_is_a_refund_of_its_own_day(importing, asking):
    await importing([HEADER, SOLD, "1,2011-03-05,Cup,-1,10.00"], mapping=mapped())
    assert await sales(asking) == [("1", "COMPLETED", 2000, 0, 0, 2000, 0)]
    assert await refunds(asking) == [("1", "1", "2011-03-05", 1000, 0)]
    assert await asking("SELECT refunded FROM sale", plain=True) == [(1000,)]


async def test_a_return_without_date_is_of_its_sales_day(importing, asking):
    await importing([HEADER, SOLD, "1,,Cup,-2,10.00"], mapping=mapped())
    assert await refunds(asking) == [("1", "1", "2011-03-01", 2000, 0)]
    assert await sales(asking) == [("1", "REFUNDED", 2000, 0, 0, 2000, 0)]


async def test_an_exchange_sells_one_thing_and_takes_another_back(importing, asking):
    rows = ["1,2011-03-01,Jug,1,30.00", "1,,Cup,-1,10.00"]
    await importing([HEADER, *rows], mapping=mapped())
    assert await lines(asking) == [("1", "Jug", 1.0, 3000)]
    assert await refunds(asking) == [("1", "1", "2011-03-01", 1000, 0)]


async def test_returns_alone_are_a_refund_of_no_sale(importing, asking):
    await importing([HEADER, "9,2011-03-01,Cup,-2,10.00"], mapping=mapped())
    assert await sales(asking) == []
    assert await refunds(asking) == [("9", None, "2011-03-01", 2000, 0)]


async def test_returns_on_several_days_are_several_refunds(importing, asking):
    rows = [SOLD, "1,2011-03-05,Cup,-1,4.00", "1,2011-03-07,Cup,-1,3.00", "1,2011-03-07,Cup,-1,2.00"]
    await importing([HEADER, *rows], mapping=mapped())
    assert await refunds(asking) == [
        ("1", "1", "2011-03-05", 400, 0),
        ("1/2011-03-07", "1", "2011-03-07", 500, 0),
    ]


async def test_refunds_may_carry_their_day_from_the_first(importing, asking):
    mapping = mapped(refund_number=RefundNumber.SALE_AND_DAY)
    await importing([HEADER, SOLD, "1,2011-03-05,Cup,-1,4.00"], mapping=mapping)
    await importing([HEADER, "1,2011-03-07,Cup,-1,3.00"], mapping=mapping, name="later.csv")
    assert await refunds(asking) == [
        ("1/2011-03-05", "1", "2011-03-05", 400, 0),
        ("1/2011-03-07", "1", "2011-03-07", 300, 0),
    ]


@pytest.mark.parametrize("refund_first", [True, False])
async def test_a_refund_is_linked_whichever_comes_first(importing, asking, refund_first):
    files = [["1,,SALE,2011-03-01,20.00"], ["R7,1,REFUND,2011-03-05,8.00"]]
    for rows in reversed(files) if refund_first else files:
        await importing(["n,o,k,d,a", *rows], mapping=mapped(base=NAMED))
    assert await refunds(asking) == [("R7", "1", "2011-03-05", 800, 0)]
    assert await asking("SELECT refunded FROM sale", plain=True) == [(800,)]


async def test_an_amount_paid_back_is_split_into_goods_and_tax(importing, asking):
    # 12.00 of 24.00, of which 4.00 are tax: a sixth, 2.00
    await importing([f"{HEADER},t,r", f"{SOLD},4.00,12.00"], mapping=mapped("order.tax=t,order.refund=r"))
    assert await refunds(asking) == [("1", "1", "2011-03-01", 1000, 200)]


async def test_amounts_paid_back_by_row_are_added_up(importing, asking):
    rows = ["1,2011-03-01,Cup,1,10.00,2.00,6.00", "1,,Jug,1,20.00,4.00,-3.00"]
    await importing([f"{HEADER},t,r", *rows], mapping=mapped("tax=t,refund=r"))
    # 9.00 of 36.00, of which 6.00 are tax: 1.50
    assert await refunds(asking) == [("1", "1", "2011-03-01", 750, 150)]


async def test_a_return_row_gives_its_own_tax_back(importing, asking):
    rows = ["1,2011-03-01,Cup,2,10.00,4.00", "1,2011-03-02,Cup,-1,10.00,-2.00"]
    await importing([f"{HEADER},t", *rows], mapping=mapped("tax=t"))
    assert await sales(asking) == [("1", "COMPLETED", 2000, 0, 400, 2000, 0)]
    assert await refunds(asking) == [("1", "1", "2011-03-02", 1000, 200)]


# ---------------------------------------------------------------- what is refused


async def test_a_cancelled_sale_gives_nothing_back(importing, asking, rejected):
    rows = ["1,2011-03-01,Cup,2,10,CANCELLED", "1,,Jug,-1,5,", "2,2011-03-01,Jug,-1,5,CANCELLED"]
    await importing([f"{HEADER},s", *rows], mapping=mapped("status=s"))
    assert await refunds(asking) == await sales(asking) == []
    assert reasons(rejected) == [
        ("2", "with line 3: a sale that is CANCELLED gives nothing back"),
        ("3", "a sale that is CANCELLED gives nothing back"),
        ("4", "a refund that is CANCELLED takes nothing back"),
    ]


async def test_more_than_was_sold_is_given_back_in_no_file(importing, asking, rejected):
    await importing([HEADER, SOLD, "1,2011-03-02,Cup,-3,10.00"], mapping=mapped())
    assert reasons(rejected) == [(line, "more is given back than was sold") for line in ("2", "3")]
    await importing([HEADER, SOLD], mapping=mapped())
    await importing([HEADER, "1,2011-03-02,Cup,-3,10.00"], mapping=mapped(), name="later.csv")
    assert reasons(rejected) == [("2", "more is given back of sale 1 than was sold")]
    assert await refunds(asking) == []


async def test_several_refunds_give_no_more_back_than_was_sold(importing, asking, rejected):
    header, mapping = "n,o,k,d,a", mapped(base=NAMED)
    await importing([header, "1,,SALE,2011-03-01,20.00", "R1,1,REFUND,2011-03-02,15.00"], mapping=mapping)
    await importing([header, "R2,1,REFUND,2011-03-03,6.00", "R3,1,REFUND,2011-03-03,5.00"], mapping=mapping)
    assert reasons(rejected) == [(line, "more is given back of sale 1 than was sold") for line in ("2", "3")]
    await importing([header, "R3,1,REFUND,2011-03-03,5.00"], mapping=mapping)
    assert [refund[0] for refund in await refunds(asking)] == ["R1", "R3"]
    assert await asking("SELECT status, refunded FROM sale", plain=True) == [("REFUNDED", 2000)]


async def test_a_sale_becomes_no_smaller_than_what_was_given_back(importing, asking, rejected):
    await importing([HEADER, SOLD, "1,2011-03-02,Cup,-1,10.00"], mapping=mapped())
    await importing([HEADER, "1,2011-03-01,Cup,1,5.00"], mapping=mapped(is_complete=True), name="later.csv")
    assert reasons(rejected) == [("2", "more is given back of sale 1 than was sold")]
    assert await sales(asking) == [("1", "COMPLETED", 2000, 0, 0, 2000, 0)]


async def test_a_sale_whose_refund_came_first_is_no_smaller_either(importing, asking, rejected):
    header, mapping = "n,o,k,d,a", mapped(base=NAMED)
    await importing([header, "R1,1,REFUND,2011-03-02,15.00"], mapping=mapping)
    await importing([header, "1,,SALE,2011-03-01,10.00"], mapping=mapping)
    assert reasons(rejected) == [("2", "more is given back of sale 1 than was sold")]
    assert await sales(asking) == []


async def test_a_sale_becomes_no_smaller_than_what_is_stored_as_paid(importing, asking, rejected):
    await importing([f"{HEADER},m", f"{SOLD},CARD"], mapping=mapped("payment_method=m"))
    assert counts(await importing([HEADER, "1,2011-03-01,Cup,1,10.00"], mapping=mapped())) == (1, 0, 0, 0, 1)
    assert reasons(rejected)[0][1].startswith('"sale 1 is stored with more paid than it comes to here')
    assert await sales(asking) == [("1", "COMPLETED", 2000, 0, 0, 2000, 2000)]


async def test_one_number_for_the_refunds_of_two_sales_is_refused_in_any_batch(importing, asking, rejected):
    rows = ["1,,SALE,2011-03-01,10", "2,,SALE,2011-03-01,20", "R1,1,REFUND,2011-03-02,10", "R1,2,REFUND,2011-03-02,20"]
    for batch_size in (5_000, 1):
        await importing(["n,o,k,d,a", *rows], mapping=mapped(base=NAMED), batch_size=batch_size)
        assert reasons(rejected) == [("5", '"another refund has the number R1')]
        assert await refunds(asking) == [("R1", "1", "2011-03-02", 1000, 0)]


@pytest.mark.parametrize(
    ("first", "later", "why"),
    [
        (["1,2011-03-02 10:00,Cup,-1,5"], "1,2011-03-02 15:00,Cup,-1,7", "for another time, which this file does not"),
        (["1,2011-03-02,Cup,-1,5"], "1,2011-03-03,Cup,-1,7", "for another time, which this file does not hold"),
        (["1,2011-03-02,Cup,-1,5", "1,2011-03-02,Jug,-1,3"], "1,2011-03-02,Jug,-1,3", "with more than this file holds"),
    ],
)
async def test_a_later_return_does_not_take_the_place_of_an_earlier_one(importing, asking, rejected, first, later, why):
    await importing([HEADER, SOLD, *first], mapping=mapped())
    before = await refunds(asking)
    await importing([HEADER, later], mapping=mapped(), name="later.csv")
    assert await refunds(asking) == before
    assert f"refund 1 is stored {why}" in rejected()[0]
    await importing([HEADER, SOLD, later], mapping=mapped(is_complete=True), name="later.csv")
    assert await refunds(asking) != before
