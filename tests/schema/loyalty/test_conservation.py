"""Nothing is lost, nothing doubled: a quote is what is then recorded, and what ends at nothing leaves nothing."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from resolvers.operation.services import Services
from resolvers.verification import verify
from tests.schema.loyalty.club import Club, open_club
from tests.schema.selling import PAY, cash, line, new_key
from tests.schema.writing import everything, problems_of, refusals_of

QUOTE = f"""query ($input: PointsQuoteInput!) {{ pointsQuote(input: $input) {{ {refusals_of("PointsQuoteResult")}
    ... on PointsQuote {{ earns isPending multiplier rules maxRedeemablePoints redeemedValue balanceAfter
        tierAfter {{ name }} }} }} }}"""
CATEGORIES = ("Shoes", "Food", None)


@pytest.fixture
async def club(both_services: Services) -> Club:
    """A club with a rule, tax, and points to spend, on each of the two stores."""
    made = await open_club(both_services, earnRate="3", maxSalePercentPaid=60)
    await made.rule(name="Shoes twice", multiplier="2", bonusPoints=7, categories=["Shoes"])
    await made.member("BOB")
    for number in ("ANN", "BOB"):
        await made.credit(20_000, number)
    return made


def goods(chance: Random) -> dict[str, Any]:
    """Some lines with discounts and tax."""
    lines: list[dict[str, Any]] = [
        {
            **line(f"{chance.randint(1, 9_999) / 100:.2f}", str(chance.randint(1, 3))),
            "category": chance.choice(CATEGORIES),
            "earnsPoints": chance.random() < 0.9,
        }
        for _ in range(chance.randint(1, 3))
    ]
    return {"items": lines, "tax": f"{chance.randint(0, 500) / 100:.2f}"}


async def quoted(club: Club, **given: Any) -> Any:
    """What a sale would come to in points."""
    return (await club.ask(QUOTE, input={"customer": club.customer("ANN"), **given}))["pointsQuote"]


async def sums(club: Club, number: str = "ANN") -> tuple[int, int]:
    """Points + pending - owed, and the qualifying ones."""
    asked = "SELECT balance + pending - owed, qualifying FROM loyalty_membership WHERE customer_id = :customer"
    (found,) = await club.rows(asked, number)
    return found[0], found[1]


async def balance_of(club: Club, number: str = "ANN") -> int:
    """The points that can be spent."""
    return (await club.rows("SELECT balance FROM loyalty_membership WHERE customer_id = :customer", number))[0][0]


async def wrong(club: Club) -> list[Any]:
    """What `verify` finds."""
    return [found async for found in verify(club.ask.services, club.shop.id, club.noon) if found.wrong]


async def test_a_quote_is_what_recording_the_sale_then_does(club: Club) -> None:
    """Of random sales: what is earned and paid, the balance, the tier, and one point more than the most is refused."""
    chance = Random(18)
    await club.set_tier("Silver", minPoints=2_000)
    for place in range(8):
        given = goods(chance)
        if place == 4:
            await club.set(pendingDays=5)
        most = (await quoted(club, **given))["maxRedeemablePoints"]
        redeem = [{"points": chance.randint(1, most)}] if place % 2 and most else []
        before = await everything(club.shop.database)
        quote = await quoted(club, **given, redeem=redeem)
        assert await everything(club.shop.database) == before
        too_many = await club.sell(**given, payments=[], redeem=[{"points": most + 1}])
        if most == await balance_of(club):
            assert (too_many["__typename"], too_many["message"][:10]) == ("InsufficientPoints", "This needs")
        else:
            assert problems_of(too_many) == [("input.redeem.0.points", "OUT_OF_RANGE")]
        done = await club.sell(**given, redeem=redeem, payments=[await rest_of(club, given, redeem)])
        paid = sum(Decimal(one["amount"]) for one in done["sale"]["payments"] if one["method"] == "POINTS")
        balance = await balance_of(club)
        assert done["sale"]["status"] == "COMPLETED"
        shown = (quote["earns"], Decimal(quote["redeemedValue"]), quote["balanceAfter"], quote["tierAfter"]["name"])
        assert shown == (done["sale"]["pointsEarned"], paid, balance, await club.tier())
        assert quote["isPending"] is (place >= 4 and quote["earns"] > 0)
    assert await club.tier() == "Silver"
    assert await wrong(club) == []


async def rest_of(club: Club, given: dict[str, Any], redeem: list[Any]) -> dict[str, str]:
    """The payment of what is due beside the points; the till knows it by the quote."""
    quote = await quoted(club, **given, redeem=redeem)
    lines = [(Decimal(one["unitPrice"]) * int(one["quantity"])) for one in given["items"]]
    return cash(f"{sum(lines) + Decimal(given['tax']) - Decimal(quote['redeemedValue']):.2f}")


async def test_a_quote_of_who_is_no_member_earns_nothing(club: Club) -> None:
    club.shop.customer("EVE")
    await club.shop.save()
    input = {"customer": club.customer("EVE"), "items": [line("10.00")]}
    quote = (await club.ask(QUOTE, input=input))["pointsQuote"]
    assert quote == {
        **{"__typename": "PointsQuote", "earns": 0, "isPending": False, "multiplier": "1", "rules": []},
        **{"maxRedeemablePoints": 0, "redeemedValue": "0.00", "balanceAfter": 0, "tierAfter": None},
    }
    refused = (await club.ask(QUOTE, input={**input, "redeem": [{"points": 1}]}))["pointsQuote"]
    assert refused["__typename"] == "NotEnrolled"
    await club.set(joinPolicy="FIRST_SALE")
    quote = (await club.ask(QUOTE, input=input))["pointsQuote"]
    assert (quote["earns"], quote["tierAfter"]) == (30, {"name": "Bronze"})
    await club.set(isActive=False)
    assert (await club.ask(QUOTE, input=input))["pointsQuote"]["earns"] == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_sale_that_ends_at_nothing_leaves_nothing(club: Club, seed: int) -> None:
    """T1: any walk of a sale that is given back or voided in the end leaves points - owed and what qualifies."""
    chance = Random(seed)
    before = {number: await sums(club, number) for number in ("ANN", "BOB")}
    spent = dict.fromkeys(before, 0)
    for _ in range(3):
        sale, owner = await walked(club, chance, spent)
        ended = await club.refund(sale) if chance.random() < 0.7 else await club.void(sale)
        if ended["__typename"] == "NotAllowed":  # it has refunds
            ended = await club.refund(sale)
        assert ended["__typename"] in ("RefundPayload", "SalePayload"), (ended, owner)
        assert await club.points_of(sale) == (0, 0)
    for number, (points, qualifying) in before.items():
        assert await sums(club, number) == (points - spent[number], qualifying)
    assert await wrong(club) == []


async def walked(club: Club, chance: Random, spent: dict[str, int]) -> tuple[str, str]:
    """A sale of ANN's that goes through some changes; its id, and whose it is."""
    given, owner = goods(chance), "ANN"
    most = (await quoted(club, **given))["maxRedeemablePoints"]
    redeem = [{"points": chance.randint(1, most)}] if most and chance.random() < 0.5 else []
    rest = await rest_of(club, given, redeem)
    half = f"{Decimal(rest['amount']) / 2:.2f}"
    is_whole = chance.random() < 0.5 or Decimal(half) <= 0
    sale = await club.sold(**given, redeem=redeem, payments=[rest if is_whole else cash(half)])
    for _ in range(chance.randint(0, 3)):
        step = chance.choice(("refund", "assign", "spend", "pay"))
        if step == "refund":
            await club.refund(sale, amount=f"{chance.randint(1, 500) / 100:.2f}")
        elif step == "assign" and not redeem:
            to = "BOB" if owner == "ANN" else "ANN"
            done = await club.assign(sale, to)
            owner = to if done["__typename"] == "SalePayload" else owner
        elif step == "pay" and not is_whole:
            said = {"idempotencyKey": new_key(), "method": "CARD", "amount": "0.01", "sale": sale}
            await club.ask(PAY, input=said)
        elif step == "spend":
            balance = (await club.rows("SELECT balance FROM loyalty_membership WHERE customer_id = :customer", owner))[
                0
            ]
            points = chance.randint(0, balance[0])
            if points:
                await club.spend(points, owner)
                spent[owner] += points
    return sale, owner
