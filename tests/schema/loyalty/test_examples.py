"""The worked examples about members, entry by entry: windows, falling tiers, the days of entries, leaving."""

from typing import Any

import pytest

from resolvers.operation.viewer import Role
from tests.schema.conftest import Asker
from tests.schema.loyalty.members import RESULT, Program, a_program
from tests.schema.selling import cash, line, new_key, record

REFUND = """mutation ($input: RefundSaleInput!) { refundSale(input: $input) {
    __typename ... on RefundPayload { pointsChanged } ... on Refusal { message } } }"""
REVERSE = f"""mutation ($id: ID!, $key: String!) {{ reverseRedeemedPoints(transaction: $id, idempotencyKey: $key) {{
    {RESULT} }} }}"""
SAVE = """mutation ($id: ID, $input: LoyaltyTierInput!) { saveLoyaltyTier(id: $id, input: $input) {
    __typename ... on Refusal { message } } }"""
SUMS = (
    "type",
    "points",
    "pendingChange",
    "owedChange",
    "qualifyingChange",
    "balanceAfter",
    "pendingAfter",
    "owedAfter",
)


async def sell(program: Program, number: str, total: str) -> str:
    """A sale in cash, now; its id."""
    given = {"customer": await program.id_of(number), "items": [line(total)], "payments": [cash(total)]}
    return (await record(program.asker, **given))["sale"]["id"]


async def refund(program: Program, sale: str, **given: Any) -> None:
    """Give something of a sale back, or all that is left."""
    done = await program.say(REFUND, input={"sale": sale, "idempotencyKey": new_key(), **given})
    assert done["__typename"] == "RefundPayload", done


async def flat_tiers(program: Program, **gold: Any) -> None:
    """Tiers whose members earn no more than others."""
    ids = {one["name"]: one["id"] for one in (await program.asker("{ loyaltyTiers { id name } }"))["loyaltyTiers"]}
    for rank, (name, least) in enumerate((("Silver", 10_000), ("Gold", 50_000)), start=2):
        given = {"name": name, "rank": rank, "minPoints": least, **(gold if name == "Gold" else {})}
        assert (await program.say(SAVE, id=ids[name], input=given))["__typename"] == "LoyaltyTierPayload"


async def reverse(program: Program, id_: str) -> None:
    """Give back what redeemPoints took."""
    assert (await program.say(REVERSE, id=id_, key=f"back-{id_}"))["__typename"] == "LoyaltyPayload"


async def test_leaving_and_joining_again(ask_both: Asker) -> None:
    program = (await a_program(ask_both, "NEW", expiry="NEVER")).by(Role.MANAGER)
    await flat_tiers(program)
    await sell(program, "NEW", "11900.00")
    assert (await program.member("NEW", "tier { name }"))["tier"]["name"] == "Silver"
    await program.by_hand("redeemPoints", "NEW", points=11_900)
    sale = await sell(program, "NEW", "100.00")
    await program.give("NEW", 120, qualifies=False)
    sixty = (await program.by_hand("redeemPoints", "NEW", points=60))["transactions"][0]["id"]
    other = await sell(program, "NEW", "40.00")
    two_hundred = (await program.by_hand("redeemPoints", "NEW", points=200))["transactions"][0]["id"]
    await refund(program, other)
    await reverse(program, two_hundred)
    await program.set(pendingDays=365)
    await sell(program, "NEW", "50.00")
    await program.of("leaveLoyalty", "NEW", 'reason: "Moves"')
    back = await program.of("enrollInLoyalty", "NEW")
    assert (back["transactions"], back["membership"]["tier"]["name"]) == ([], "Bronze")
    await program.set(pendingDays=0)
    await sell(program, "NEW", "100.00")
    await refund(program, sale)
    await sell(program, "NEW", "100.00")
    assert await program.movements("NEW", *SUMS) == [
        ["EARNED", 11_900, 0, 0, 11_900, 11_900, 0, 0],
        ["REDEEMED", -11_900, 0, 0, 0, 0, 0, 0],
        ["EARNED", 100, 0, 0, 100, 100, 0, 0],
        ["EARNED", 120, 0, 0, 0, 220, 0, 0],
        ["REDEEMED", -60, 0, 0, 0, 160, 0, 0],
        ["EARNED", 40, 0, 0, 40, 200, 0, 0],
        ["REDEEMED", -200, 0, 0, 0, 0, 0, 0],
        ["REVERSED", 0, 0, 40, -40, 0, 0, 40],
        ["RESTORED", 200, 0, 0, 0, 200, 0, 40],
        ["PENDED", 0, 50, 0, 0, 200, 50, 40],
        ["REVERSED", 0, -50, 0, 0, 200, 0, 40],
        ["EXPIRED", -200, 0, 0, -12_000, 0, 0, 40],
        ["EARNED", 60, 0, -40, 100, 60, 0, 0],
        ["REVERSED", 0, 0, 60, 0, 60, 0, 60],
        ["EARNED", 40, 0, -60, 100, 100, 0, 0],
    ]
    assert (await program.member("NEW", "qualifying { points }"))["qualifying"]["points"] == 200
    await reverse(program, sixty)  # of before it left
    assert (await program.movements("NEW", "type", "reason", "points", "balanceAfter"))[-2:] == [
        ["RESTORED", "MANUAL", 60, 160],
        ["EXPIRED", "LEAVING", -60, 100],
    ]


async def test_the_days_of_entries(ask_both: Asker) -> None:
    program = (await a_program(Program(ask_both).on("2026-01-01").asker, "NEW", redemptionValidDays=90)).by(
        Role.MANAGER
    )
    for points in (80, 20):
        await program.give("NEW", points, expiresInDays=89)
    reward = await program.reward(pointsCost=80)
    issued = (await program.on("2026-03-01").redeem("NEW", reward))["redemption"]
    shown = [
        (await program.on(day).member("NEW", "balance { points }"))["balance"]["points"]
        for day in ("2026-03-31", "2026-04-01", "2026-04-09")
    ]
    assert shown == [20, 0, 0]
    await program.on("2026-04-10").cancel(issued["id"])
    names = ("businessDate", "type", "points", "balanceBefore", "balanceAfter")
    assert await program.on("2026-04-10").movements("NEW", *names) == [
        ["2026-01-01", "EARNED", 80, 0, 80],
        ["2026-01-01", "EARNED", 20, 80, 100],
        ["2026-03-01", "REDEEMED", -80, 100, 20],
        ["2026-04-01", "EXPIRED", -20, 20, 0],
        ["2026-04-10", "RESTORED", 80, 0, 80],
        ["2026-04-10", "EXPIRED", -80, 80, 0],
    ]


@pytest.mark.parametrize(
    ("demotes", "gold", "last"),
    [(True, {}, "Silver"), (False, {}, "Gold"), (True, {"neverDemotes": True}, "Gold")],
)
async def test_what_refunds_make_of_a_tier(ask_both: Asker, demotes: bool, gold: dict[str, Any], last: str) -> None:
    settings = {"expiry": "NEVER", "tierReview": "CALENDAR_YEAR", "refundsDemote": demotes}
    program = (await a_program(ask_both, "NEW", **settings)).by(Role.MANAGER)
    await flat_tiers(program, **gold)
    before = await sell(program, "NEW", "5000.00")
    await program.give("NEW", 43_000)
    later = program.on("2027-02-01")  # after the review of 1 January
    names: list[list[Any]] = []

    async def noted() -> None:
        found = await later.member("NEW", "tier { name } qualifying { points }")
        names.append([found["qualifying"]["points"], found["tier"]["name"]])

    await noted()
    sale = await sell(later, "NEW", "5000.00")
    await noted()
    await sell(later, "NEW", "4000.00")
    await noted()
    await refund(later, sale)
    await noted()
    await refund(later, before)
    await noted()
    assert names == [[48_000, "Silver"], [53_000, "Gold"], [57_000, "Gold"], [52_000, "Gold"], [47_000, last]]


@pytest.mark.parametrize("window", ["ROLLING_12_MONTHS", "LIFETIME"])
async def test_what_qualifies_in_a_window(ask_both: Asker, window: str) -> None:
    program = (await a_program(Program(ask_both).on("2024-01-01").asker, "NEW", tierWindow=window)).by(Role.MANAGER)
    await program.set(expiry="NEVER")
    await flat_tiers(program)
    sale = await sell(program.on("2025-03-01"), "NEW", "10000.00")
    await sell(program.on("2026-02-01"), "NEW", "3000.00")

    async def seen(day: str) -> list[Any]:
        shown = "qualifying { points spend purchases since }"
        return list((await program.on(day).member("NEW", shown))["qualifying"].values())

    is_rolling = window == "ROLLING_12_MONTHS"
    since = "2025-02-10" if is_rolling else "2024-01-01"
    assert await seen("2026-02-09") == [13_000, "13000.00", 2, since]
    await refund(program.on("2026-02-10"), sale, amount="4000.00")
    assert (await seen("2026-02-10"))[:3] == (await seen("2026-02-28"))[:3] == [9_000, "9000.00", 2]
    gone = [3_000, "3000.00", 1] if is_rolling else [9_000, "9000.00", 2]
    assert (await seen("2026-03-01"))[:3] == gone
    await refund(program.on("2026-03-15"), sale)
    assert (await seen("2026-03-15"))[:3] == [3_000, "3000.00", 1]
