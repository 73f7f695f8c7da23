"""What sales earn, pay with points and give back: the worked examples, by the API, on both stores."""

from typing import Any

import pytest

from resolvers.operation.services import Services
from tests.schema.loyalty.club import Club, open_club
from tests.schema.selling import PAY, cash, line, new_key
from tests.schema.writing import everything, problems_of


@pytest.fixture
async def club(both_services: Services) -> Club:
    """The club of the worked examples, on each of the two stores."""
    return await open_club(both_services)


def tea_and_cake(**given: Any) -> dict[str, Any]:
    """The lines of the first example."""
    lines = [line("3.335", "3", discount="1.00"), line("10.00", "2")]
    return {"items": lines, "discount": "5.00", "tax": "4.80", **given}


async def test_a_sale_with_discounts_tax_a_reward_and_points(club: Club) -> None:
    """Example 1: 17.33 × 10 × 1.2 = 207.96."""
    await club.set(earnRate="10")
    await club.member(tier="Silver")
    await club.credit(1_500)
    await club.redemption("TENCODE222", cost=300, value=300)
    redeem = [{"redemptionCode": "tencode222"}, {"points": 500}]
    done = await club.sell(**tea_and_cake(redeem=redeem, payments=[cash("20.80", "CARD")]))
    assert done["pointsChanged"] == -293
    sale = done["sale"]
    assert (sale["status"], sale["total"], sale["paid"], sale["pointsEarned"]) == ("COMPLETED", "24.00", "28.80", 207)
    paid = [(one["method"], one["amount"]) for one in sale["payments"]]
    assert paid == [("VOUCHER", "3.00"), ("POINTS", "5.00"), ("CARD", "20.80")]
    assert await club.points_of(sale["id"]) == (207, 800)
    used = "SELECT status, used_by, sale_id IS NOT NULL FROM loyalty_redemption WHERE customer_id = :customer"
    assert await club.rows(used) == [("USED", "mia", 1)]
    said = "SELECT description FROM loyalty_entry_note WHERE customer_id = :customer ORDER BY entry_id DESC LIMIT 1"
    assert await club.rows(said) == [("17.33 × 10 × 1.2 (Silver)",)]


@pytest.mark.parametrize(
    ("value", "percent", "most", "worth"),
    [("0.01", 100, 2_580, "25.80"), ("0.01", 50, 1_440, "14.40"), ("0.005", 50, 2_881, "14.40")],
)
async def test_points_pay_up_to_what_is_due_and_what_a_sale_takes(
    club: Club, value: str, percent: float, most: int, worth: str
) -> None:
    """The table of example 1."""
    await club.set(pointValue=value, maxSalePercentPaid=percent)
    await club.credit(10_000)
    await club.redemption("TENCODE222", cost=300, value=300)
    before = await everything(club.shop.database)
    too_many = [{"redemptionCode": "TENCODE222"}, {"points": most + 1}]
    refused = await club.sell(**tea_and_cake(redeem=too_many, payments=[]))
    assert problems_of(refused) == [("input.redeem.1.points", "OUT_OF_RANGE")]
    assert await everything(club.shop.database) == before
    done = await club.sell(**tea_and_cake(redeem=[{"redemptionCode": "TENCODE222"}, {"points": most}], payments=[]))
    assert [one["amount"] for one in done["sale"]["payments"]] == ["3.00", worth]


async def test_points_that_are_worth_nothing_pay_nothing(club: Club) -> None:
    await club.set(pointValue="0.001")
    await club.credit(100)
    refused = await club.sell("1.00", redeem=[{"points": 5}], payments=[])
    assert problems_of(refused) == [("input.redeem.0.points", "OUT_OF_RANGE")]
    done = await club.sell("1.00", redeem=[{"points": 6}], payments=[cash("0.99")])
    assert [one["amount"] for one in done["sale"]["payments"]] == ["0.01", "0.99"]


async def test_by_amount_then_by_items(club: Club) -> None:
    """Example 3."""
    await club.rule(multiplier="2", categories=["Shoes"])
    sale = await club.sold("20.00", items=[line("10.00", category="Shoes"), line("10.00")])
    assert await club.points_of(sale) == (30, 0)
    by_amount = await club.refund(sale, amount="10.00")
    by_items = await club.refund(sale, (0, "1"))
    rest = await club.refund(sale)
    assert [one["refund"]["pointsTakenBack"] for one in (by_amount, by_items, rest)] == [15, 10, 5]
    assert await club.points_of(sale) == (0, 0)


async def test_the_money_of_refunds_with_points(club: Club) -> None:
    """Example 4: amount + tax = points' worth + settled + paidOut; what completes a sale, refund or payment, earns."""
    await club.credit(20_000)

    async def back(sale: str, *items: tuple[int, str], **given: Any) -> tuple[Any, ...]:
        done = await club.refund(sale, *items, **given)
        refund = done["refund"]
        money = [refund[name] for name in ("amount", "tax", "pointsRestored", "settled", "paidOut")]
        return (*money, done["sale"]["status"])

    first = await club.sold("100.00", tax="20.00", payments=[cash("60.00")])
    assert await back(first, amount="50.00") == ("50.00", "10.00", 0, "60.00", "0.00", "COMPLETED")
    assert await club.points_of(first) == (50, 0)
    assert await back(first) == ("50.00", "10.00", 0, "0.00", "60.00", "REFUNDED")
    third = await club.sold("100.00", redeem=[{"points": 4_000}], payments=[cash("20.00")])
    assert await back(third, amount="50.00") == ("50.00", "0.00", 2_000, "30.00", "0.00", "PARTIAL")
    paid = await pay(club, third, "10.00")
    assert (paid["sale"]["status"], paid["pointsChanged"]) == ("COMPLETED", 30)
    assert await club.points_of(third) == (30, 2_000)
    assert await back(third) == ("50.00", "0.00", 2_000, "0.00", "30.00", "REFUNDED")
    ten = await club.sold("10.00", redeem=[{"points": 1_000}], payments=[])
    assert await back(ten, amount="3.33") == ("3.33", "0.00", 333, "0.00", "0.00", "COMPLETED")
    assert await back(ten) == ("6.67", "0.00", 667, "0.00", "0.00", "REFUNDED")
    await club.redemption("TENCODE222", cost=1_000, value=1_000)
    coded = await club.sold("8.00", items=[line("4.00", "2")], redeem=[{"redemptionCode": "TENCODE222"}], payments=[])
    assert await club.points_of(coded) == (0, 1_000)
    assert await back(coded, (0, "1")) == ("4.00", "0.00", 500, "0.00", "0.00", "COMPLETED")
    assert await back(coded) == ("4.00", "0.00", 500, "0.00", "0.00", "REFUNDED")
    assert (await club.entries())[-1][5] == 20_000


async def pay(club: Club, sale: str, amount: str) -> Any:
    """Record a payment of a sale."""
    said = {"idempotencyKey": new_key(), "method": "CASH", "amount": amount, "sale": sale}
    return (await club.ask(PAY, input=said))["recordPayment"]


async def test_paid_forty_percent_in_points_and_returned_in_thirds(club: Club) -> None:
    """Example 5, and T2: points come back exactly once, money is at most what was paid."""
    await club.set(expiry="DAYS_AFTER_EARNING")
    club.on("2026-05-01")
    await club.credit(1_000, expires_in=60)
    await club.credit(3_000, expires_in=244)
    assert [days[2] for days in await club.lot_days()] == ["2026-06-30", "2026-12-31"]
    club.on("2026-06-01")
    given: dict[str, Any] = {"earnsPoints": False}
    sale = await club.sold(
        "100.00", items=[line("100.00", **given)], redeem=[{"points": 4_000}], payments=[cash("60.00")]
    )
    club.on("2026-07-10")
    found: list[tuple[int, str, int]] = []
    for amount in ("33.33", "33.33", "33.34"):
        key = {"idempotencyKey": f"third-{len(found)}", "amount": amount}
        done = await club.refund(sale, **key)
        again = await club.refund(sale, **key)
        assert (again["replayed"], again["refund"]) == (True, done["refund"])
        balance = (await club.entries())[-1][5]
        found.append((done["refund"]["pointsRestored"], done["refund"]["paidOut"], balance))
    assert found == [(1_333, "20.00", 1_333), (1_333, "20.00", 2_666), (1_334, "20.00", 3_000)]
    assert [entry[:2] for entry in (await club.entries())[3:]] == [
        ("RESTORED", 1_333), ("RESTORED", 1_333), ("RESTORED", 1_334), ("EXPIRED", -1_000),
    ]  # fmt: skip
    assert await club.lots() == [(1_000, 0, 0), (3_000, 3_000, 0)]


async def test_earning_while_points_are_owed(club: Club) -> None:
    """Example 7."""
    first = await club.sell("100.00")
    await club.spend(100)
    back = await club.refund(first["sale"]["id"])
    second = await club.sell("150.00")
    assert (await club.lots())[1] == (150, 50, 150)
    last = await club.refund(second["sale"]["id"])
    changed = [first["pointsChanged"], back["pointsChanged"], second["pointsChanged"], last["pointsChanged"]]
    assert changed == [100, -100, 150, -150]
    assert await club.entries() == [
        ("EARNED", 100, 0, 0, 100, 100, 0, 100),
        ("REDEEMED", -100, 0, 0, 0, 0, 0, 100),
        ("REVERSED", 0, 0, 100, -100, 0, 100, 0),
        ("EARNED", 50, 0, -100, 150, 50, 0, 150),
        ("REVERSED", -50, 0, 100, -150, 0, 100, 0),
    ]


async def test_pending_points_are_taken_back_first(club: Club) -> None:
    """Example 7, the second table."""
    await club.set(pendingDays=14)
    sale = await club.sold("100.00")
    await club.on("2026-01-05").refund(sale, amount="50.00")
    await club.on("2026-01-20").sold("1.00")
    assert (await club.days())[:3] == [
        ("2026-01-01", "PENDED", 0, 100, 0, 0),
        ("2026-01-05", "REVERSED", 0, -50, 0, 0),
        ("2026-01-15", "ACTIVATED", 50, -50, 50, 50),
    ]


async def test_take_back_with_a_rule_and_a_bonus(club: Club) -> None:
    """Example 8."""
    await club.rule(multiplier="2", bonusPoints=50, categories=["Shoes"])
    await club.member(tier="Gold")
    sale = await club.sold("30.00", items=[line("20.00", category="Shoes"), line("10.00")])
    assert await club.points_of(sale) == (125, 0)
    back = [(await club.refund(sale, (place, "1")))["refund"]["pointsTakenBack"] for place in (0, 1)]
    assert (back, await club.points_of(sale)) == ([60, 65], (0, 0))


@pytest.mark.parametrize(
    ("halves", "other", "entries"),
    [
        (False, 30, [("REVERSED", -30, 0, 30, -100, 0, 30, 0)]),
        (True, 30, [("REVERSED", -10, 0, 0, -50, 20, 0, 50), ("REVERSED", -20, 0, 30, -50, 0, 30, 0)]),
        (False, 0, [("REVERSED", 0, 0, 60, -100, 0, 60, 0)]),
    ],
)
async def test_take_back_after_points_expired(
    club: Club, *, halves: bool, other: int, entries: list[tuple[Any, ...]]
) -> None:
    """Example 9."""
    await club.set(expiry="DAYS_AFTER_EARNING", expiryDays=89)
    sale = await club.sold("100.00")
    await club.spend(60)
    assert (await club.lot_days())[0][2] == "2026-03-31"
    await club.set(expiry="NEVER")
    club.on("2026-04-10")
    if other:
        await club.credit(other)
    before = len(await club.entries())
    for amount in ("50.00", "50.00") if halves else ("100.00",):
        await club.refund(sale, amount=amount)
    new = [entry for entry in (await club.entries())[before:] if entry[0] == "REVERSED"]
    assert new == entries


async def test_a_void_takes_back_what_the_sale_earned_and_no_more(club: Club) -> None:
    """Example 16: the first sale made her Silver, the second earned by that; the void makes her Bronze at once."""
    first = await club.sold("10000.00")
    assert await club.tier() == "Silver"
    second = await club.sell("100.00")
    assert second["pointsChanged"] == 120
    voided = await club.void(first)
    assert (voided["pointsChanged"], await club.tier()) == (-10_000, "Bronze")
    assert (await club.entries())[-1] == ("REVERSED", -10_000, 0, 0, -10_000, 120, 0, 120)
    assert await club.points_of(first) == (0, 0)


@pytest.mark.parametrize(("refunded", "owed", "earned"), [(None, 120, 100), ("50.00", 60, 50)])
async def test_an_assigned_sale_earns_whose_it_is(club: Club, refunded: str | None, owed: int, earned: int) -> None:
    """Example 16: ANN is Silver and has spent what she earned, BOB is Bronze."""
    await club.member(tier="Silver")
    await club.member("BOB")
    sale = await club.sold("100.00")
    await club.spend(120)
    if refunded:
        await club.refund(sale, amount=refunded)
    club.on("2026-01-03")
    done = await club.assign(sale, "BOB")
    assert done["pointsChanged"] == earned
    last = (await club.entries())[-1]
    assert (last[0], last[1], last[3], last[4]) == ("REVERSED", 0, owed, -owed)
    assert await club.days("BOB") == [("2026-01-03", "EARNED", earned, 0, earned, earned)]
    assert (await club.lot_days("BOB"))[0][0] == "2026-01-01"
    if not refunded:
        back = await club.assign(sale, "ANN")
        assert back["pointsChanged"] == 120
        assert (await club.entries())[-1][:5] == ("EARNED", 0, 0, -120, 120)
        assert (await club.entries("BOB"))[-1][:5] == ("REVERSED", -100, 0, 0, -100)
    turns = "SELECT turn FROM loyalty_entry WHERE turn IS NOT NULL ORDER BY id"
    assert [row[0] for row in await club.rows(turns)] == ([0, 2, 3] if not refunded else [0, 2])


async def test_a_back_dated_sale_earns_and_expires_together(club: Club) -> None:
    """Example 14, the last sentences: the days of entries are those of writing."""
    await club.set(expiry="DAYS_AFTER_EARNING", expiryDays=7)
    club.on("2026-01-20")
    await club.sold("5.00", occurredAt="2026-01-02T12:00:00Z")
    assert await club.days() == [
        ("2026-01-20", "EARNED", 5, 0, 5, 5),
        ("2026-01-20", "EXPIRED", -5, 0, 0, 0),
    ]
    assert await club.lot_days() == [("2026-01-02", "2026-01-02", "2026-01-09")]
    await club.set(pendingDays=14, expiryDays=365)
    await club.sold("5.00", occurredAt="2026-01-02T12:00:00Z")
    assert (await club.days())[2:] == [("2026-01-20", "EARNED", 5, 0, 5, 5)]
    assert (await club.lot_days())[1] == ("2026-01-02", "2026-01-16", "2027-01-16")
