"""Codes and members at the till: what is refused, what a void makes of a code, who joins by a first sale."""

from typing import Any

import pytest
from sqlalchemy import text

from resolvers.operation.services import Services
from resolvers.verification import verify
from tests.schema.loyalty.club import Club, open_club
from tests.schema.selling import cash, line
from tests.schema.writing import everything, problems_of

STATUS = """SELECT r.status, r.sale_id IS NOT NULL, w.issued FROM loyalty_redemption r
    JOIN loyalty_reward w ON w.id = r.reward_id WHERE r.customer_id = :customer ORDER BY r.id"""
LEAVE = """mutation ($customer: ID!) { leaveLoyalty(customer: $customer, reason: "moved") { __typename } }"""
ENROL = "mutation ($customer: ID!) { enrollInLoyalty(customer: $customer) { __typename } }"
REDEEM = """mutation ($input: RedeemPointsInput!) { redeemPoints(input: $input) {
    ... on LoyaltyPayload { transactions { id } } } }"""
GIVE_BACK = """mutation ($entry: ID!, $key: String!) {
    reverseRedeemedPoints(transaction: $entry, idempotencyKey: $key) { __typename } }"""
PAID = "query ($id: ID!) { node(id: $id) { ... on Sale { payments { method redemption { code status } } } } }"


@pytest.fixture
async def club(both_services: Services) -> Club:
    """A club whose ANN has points to spend, on each of the two stores."""
    made = await open_club(both_services)
    await made.credit(5_000)
    return made


def with_code(code: str, **given: Any) -> dict[str, Any]:
    """A sale of 10.00 that uses a code, and is paid in cash for the rest unless told otherwise."""
    return {"redeem": [{"redemptionCode": code}], "payments": [], **given}


async def wrong(club: Club) -> list[Any]:
    """What `verify` finds."""
    return [found async for found in verify(club.ask.services, club.shop.id, club.noon) if found.wrong]


# ---------------------------------------------------------------- codes


async def test_an_anonymous_sale_becomes_the_customers_whose_code_it_uses(club: Club) -> None:
    await club.redemption("CODEAAAA22", cost=1_000, value=1_000)
    done = await club.sell("10.00", None, **with_code("CODEAAAA22"))
    assert (done["sale"]["customer"]["number"], done["sale"]["status"], done["sale"]["paid"]) == (
        *("ANN", "COMPLETED"),
        "10.00",
    )
    shown = (await club.ask(PAID, id=done["sale"]["id"]))["node"]["payments"]
    assert shown == [{"method": "VOUCHER", "redemption": {"code": "CODEAAAA22", "status": "USED"}}]


async def test_codes_that_are_not_good_are_refused_and_change_nothing(club: Club) -> None:
    await club.redemption("CODEAAAA22", cost=100, value=1_000)
    await club.redemption("CODEBBBB22", cost=100, value=1_000, days=5)
    await club.redemption("CODECCCC22", cost=100, value=1_000)
    await club.redemption("CODEDDDD22", cost=100, value=None)
    await club.sold("10.00", **with_code("CODEAAAA22"))
    club.on("2026-01-07")
    before = await everything(club.shop.database)
    for code, status in (("CODEAAAA22", "USED"), ("CODEBBBB22", "EXPIRED")):
        refused = await club.sell("10.00", **with_code(code))
        assert (refused["__typename"], status in refused["message"]) == ("RedemptionNotUsable", True)
    for code, number in (("NOSUCHCODE", "ANN"), ("CODECCCC22", "BOB")):
        refused = await club.sell("10.00", number, **with_code(code))
        assert (refused["__typename"], refused["path"]) == ("NotFound", ["input", "redeem", "0", "redemptionCode"])
    twice = [{"redemptionCode": "CODECCCC22"}, {"redemptionCode": "CODEDDDD22"}, {"points": 1}]
    refused = await club.sell("10.00", redeem=twice, payments=[])
    assert problems_of(refused) == [("input.redeem.2.points", "OUT_OF_RANGE")]
    nothing_due = await club.sell("0.00", items=[line("0.00")], **with_code("CODECCCC22"))
    assert problems_of(nothing_due) == [("input.redeem.0.redemptionCode", "OUT_OF_RANGE")]
    assert await everything(club.shop.database) == before
    done = await club.sell("10.00", **with_code("CODEDDDD22", payments=[cash("10.00")]))
    assert [one["method"] for one in done["sale"]["payments"]] == ["CASH"]  # it is used, and has no value
    assert await club.points_of(done["sale"]["id"]) == (10, 0)
    assert (await club.assign(done["sale"]["id"], "BOB"))["reason"] == "POINTS_SPENT"


async def test_a_void_makes_a_code_good_again_or_gives_its_points_back(club: Club) -> None:
    for code in ("CODEAAAA22", "CODEBBBB22"):
        await club.redemption(code, cost=1_000, value=400, days=10)
    sales = [
        await club.sold("10.00", **with_code(code, payments=[cash("6.00")])) for code in ("CODEAAAA22", "CODEBBBB22")
    ]
    assert (await club.entries())[-1][5] == 3_000 + 12
    first = await club.void(sales[0])
    assert (first["pointsChanged"], await club.rows(STATUS)) == (-6, [("ISSUED", 0, 1), ("USED", 1, 1)])
    club.on("2026-01-20")
    second = await club.void(sales[1])
    assert (second["pointsChanged"], await club.rows(STATUS)) == (994, [("ISSUED", 0, 1), ("CANCELLED", 0, 0)])
    assert await club.points_of(sales[1]) == (0, 0)
    assert await wrong(club) == []


async def test_a_void_gives_back_the_points_that_paid_before_it_takes_what_was_earned(club: Club) -> None:
    sale = await club.sold("100.00", redeem=[{"points": 4_000}], payments=[cash("60.00")])
    assert (await club.assign(sale, "BOB"))["reason"] == "POINTS_SPENT"
    before = len(await club.entries())
    done = await club.void(sale)
    assert done["pointsChanged"] == 3_940
    assert [entry[:2] for entry in (await club.entries())[before:]] == [("RESTORED", 4_000), ("REVERSED", -60)]
    assert await wrong(club) == []


# ---------------------------------------------------------------- members


async def test_points_of_who_takes_no_part_are_refused_and_change_nothing(club: Club) -> None:
    async def refused(number: str | None, points: int = 100) -> Any:
        return await club.sell("10.00", number, redeem=[{"points": points}], payments=[])

    before = await everything(club.shop.database)
    assert (await refused("BOB"))["__typename"] == "NotEnrolled"
    assert problems_of(await refused(None)) == [("input.customer", "REQUIRED")]
    few = await club.sell("90.00", redeem=[{"points": 5_001}], payments=[])
    assert (few["__typename"], few["message"]) == (
        "InsufficientPoints",
        "This needs 5,001 points, and there are 5,000.",
    )
    assert await everything(club.shop.database) == before
    sets = "UPDATE loyalty_membership SET status = 'SUSPENDED' WHERE customer_id = :customer"
    async with club.writing() as write:
        await write.connection.execute(text(sets), {"customer": club.shop.id_of("ANN")})
    assert (await refused("ANN"))["reason"] == "SUSPENDED"
    assert (await club.sell("10.00"))["pointsChanged"] == 0


async def test_who_buys_first_joins_as_of_that_day_and_earns(club: Club) -> None:
    await club.set(joinPolicy="FIRST_SALE", welcomePoints=50)
    club.on("2026-01-20")
    pending = await club.sell("10.00", "BOB", status="PENDING", payments=[])
    joined = "SELECT count(*) FROM loyalty_membership WHERE customer_id = :customer"
    assert await club.rows(joined, "BOB") == [(0,)]
    sale = await club.sell("30.00", "BOB", occurredAt="2026-01-10T12:00:00Z")
    assert sale["sale"]["pointsEarned"] == 30
    assert await club.days("BOB") == [("2026-01-20", "EARNED", 50, 0, 0, 50), ("2026-01-20", "EARNED", 30, 0, 30, 80)]
    await club.void(sale["sale"]["id"])
    assert await club.rows(joined, "BOB") == [(1,)]  # it stays a member
    assert pending["sale"]["pointsEarned"] == 0


async def test_a_sale_of_before_the_joining_earns_nothing(club: Club) -> None:
    club.on("2026-01-10")
    await club.member("BOB")
    done = await club.sell("30.00", "BOB", occurredAt="2026-01-09T12:00:00Z")
    assert (done["pointsChanged"], done["sale"]["pointsEarned"]) == (0, 0)
    await club.set(isActive=False)
    assert (await club.sell("30.00", "BOB"))["pointsChanged"] == 0


async def test_leaving_and_joining_again(both_services: Services) -> None:
    """Example 15: T is refunded after all was redeemed; S, of before the leaving, after joining again."""
    club = await open_club(both_services)
    for tier in ("Silver", "Gold", "Platinum"):
        await club.set_tier(tier, earnMultiplier="1")
    await club.sold("11900.00")
    await club.spend(11_900)
    s = await club.sold("100.00")
    await club.credit(120)
    await club.spend(60)
    t = await club.sold("40.00")
    asked = {"customer": club.customer("ANN"), "points": 200, "idempotencyKey": "the-200"}
    spent = (await club.ask(REDEEM, input=asked))["redeemPoints"]["transactions"][0]["id"]
    await club.refund(t)
    await club.ask(GIVE_BACK, entry=spent, key="back")
    await club.set(pendingDays=365)
    await club.sold("50.00")
    await club.set(pendingDays=0)
    await club.ask(LEAVE, customer=club.customer("ANN"))
    await club.ask(ENROL, customer=club.customer("ANN"))
    assert await club.tier() == "Bronze"
    await club.sold("100.00")
    await club.refund(s)
    await club.sold("100.00")
    assert await club.entries() == [
        ("EARNED", 11_900, 0, 0, 11_900, 11_900, 0, 11_900),
        ("REDEEMED", -11_900, 0, 0, 0, 0, 0, 11_900),
        ("EARNED", 100, 0, 0, 100, 100, 0, 12_000),
        ("EARNED", 120, 0, 0, 0, 220, 0, 12_000),
        ("REDEEMED", -60, 0, 0, 0, 160, 0, 12_000),
        ("EARNED", 40, 0, 0, 40, 200, 0, 12_040),
        ("REDEEMED", -200, 0, 0, 0, 0, 0, 12_040),
        ("REVERSED", 0, 0, 40, -40, 0, 40, 12_000),
        ("RESTORED", 200, 0, 0, 0, 200, 40, 12_000),
        ("PENDED", 0, 50, 0, 0, 200, 40, 12_000),
        ("REVERSED", 0, -50, 0, 0, 200, 40, 12_000),
        ("EXPIRED", -200, 0, 0, -12_000, 0, 40, 0),
        ("EARNED", 60, 0, -40, 100, 60, 0, 100),
        ("REVERSED", 0, 0, 60, 0, 60, 60, 100),
        ("EARNED", 40, 0, -60, 100, 100, 0, 200),
    ]


async def test_what_ends_after_activity_goes_on_with_sales(both_services: Services) -> None:
    """Example 13: each sale moves the end of what has not ended; one that is told late moves nothing that has."""
    club = await open_club(both_services)
    await club.set(expiry="DAYS_AFTER_ACTIVITY", expiryDays=30)
    await club.sold("100.00")
    assert [days[2] for days in await club.lot_days()] == ["2026-01-31"]
    await club.on("2026-01-31").sold("50.00")
    assert [days[2] for days in await club.lot_days()] == ["2026-03-02"] * 2
    await club.on("2026-02-05").sold("20.00", occurredAt="2026-01-20T12:00:00Z")
    assert [days[2] for days in await club.lot_days()] == ["2026-03-02"] * 3
    assert (await club.entries())[-1][5] == 170
    await club.on("2026-01-01").member("BOB")
    await club.sold("100.00", "BOB")
    await club.on("2026-02-05").sold("20.00", "BOB", occurredAt="2026-01-20T12:00:00Z")
    assert [days[2] for days in await club.lot_days("BOB")] == ["2026-01-31", "2026-02-19"]
    assert (await club.days("BOB"))[1:] == [
        ("2026-02-01", "EXPIRED", -100, 0, 0, 0),
        ("2026-02-05", "EARNED", 20, 0, 20, 20),
    ]


@pytest.mark.parametrize(("demotes", "tier"), [(True, "Silver"), (False, "Gold")])
async def test_refunds_demote_at_once_never_below_the_last_review(
    both_services: Services, *, demotes: bool, tier: str
) -> None:
    """Example 11, where 48,000 qualified before the review: S and S2 make it Gold, a refund of before Silver again."""
    club = await open_club(both_services, refundsDemote=demotes)
    for name in ("Silver", "Gold", "Platinum"):
        await club.set_tier(name, earnMultiplier="1")
    old = await club.sold("5000.00")
    await club.sold("43000.00")
    floor = "(SELECT id FROM loyalty_tier WHERE name = 'Silver')"
    async with club.writing() as write:
        sets = f"UPDATE loyalty_membership SET floor_tier_id = {floor} WHERE customer_id = :customer"
        await write.connection.execute(text(sets), {"customer": club.shop.id_of("ANN")})
    s = await club.sold("5000.00")
    await club.sold("4000.00")
    assert await club.tier() == "Gold"
    await club.refund(s)
    assert await club.tier() == "Gold"
    await club.refund(old)
    assert (await club.tier(), (await club.entries())[-1][7]) == (tier, 47_000)
