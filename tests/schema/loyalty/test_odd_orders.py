"""What follows one another seldom: erased buyers, merged referrals, codes typed twice, points that nobody waits for."""

from dataclasses import replace
from typing import Any

import pytest

from models.loyalty.nights import members_to_activate
from resolvers.loyalty.referring import referrer_by_code
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.verification import verify
from rules.days import day_number
from tests.schema.loyalty.club import Club, open_club
from tests.schema.selling import PAY, cash, new_key
from tests.schema.writing import problems_of

MERGE = """mutation ($keep: ID!, $merge: ID!) { mergeCustomers(keep: $keep, merge: $merge) { __typename } }"""
ERASE = "mutation ($id: ID!) { eraseCustomer(id: $id) { __typename } }"
LEAVE = """mutation ($customer: ID!) { leaveLoyalty(customer: $customer, reason: "moved") { __typename } }"""
QUOTE = """query ($input: PointsQuoteInput!) { pointsQuote(input: $input) {
    ... on PointsQuote { earns balanceAfter tierAfter { name } } } }"""
BALANCE = """query ($id: ID!) { node(id: $id) { ... on Customer { loyalty { tier { name }
    balance { points redeemedPoints activationSchedule { points } } } referrals { rewarded } } } }"""
NAME = "mutation ($id: ID!, $referrer: ID) { updateCustomer(id: $id, input: {referrer: $referrer}) { __typename } }"
CODE = "SELECT referral_code FROM loyalty_membership WHERE customer_id = :customer"
TEN = "ABCDEFGHJK"


@pytest.fixture
async def club(both_services: Services) -> Club:
    """The club of the worked examples, where BOB was referred by ANN as soon as he is a member."""
    made = await open_club(both_services, referrerPoints=500, referredPoints=200, referralMinSale="50.00")
    for number in ("BOB", "CY"):
        await named(made, number, "ANN")
    return made


async def named(club: Club, number: str, referrer: str) -> None:
    """Say who referred a customer."""
    await club.ask(NAME, id=club.customer(number), referrer=club.customer(referrer))


async def member(club: Club, number: str = "ANN") -> Any:
    """A customer's membership as it is shown."""
    return (await club.ask(BALANCE, id=club.customer(number)))["node"]


async def balance(club: Club, number: str = "ANN") -> int:
    """The points of a member, less what it owes."""
    asked = "SELECT balance - owed FROM loyalty_membership WHERE customer_id = :customer"
    return (await club.rows(asked, number))[0][0]


async def erase(club: Club, number: str) -> None:
    """Erase a customer, as an administrator."""
    admin = replace(club.ask, viewer=Viewer("ada", Role.ADMIN, club.shop.id))
    assert (await admin(ERASE, id=club.customer(number)))["eraseCustomer"]["__typename"] == "ErasePlan"


async def merge(club: Club, keep: str, merged: str) -> None:
    """Merge a record into another."""
    done = await club.ask(MERGE, keep=club.customer(keep), merge=club.customer(merged))
    assert done["mergeCustomers"]["__typename"] == "MergePlan"


async def pay(club: Club, **of: Any) -> None:
    """Record a payment of 100.00."""
    done = (await club.ask(PAY, input={"idempotencyKey": new_key(), **cash("100.00"), **of}))["recordPayment"]
    assert done["__typename"] == "PaymentPayload", done


async def wrong(club: Club) -> list[Any]:
    """What `verify` finds."""
    return [found async for found in verify(club.ask.services, club.shop.id, club.noon) if found.wrong]


async def test_pending_points_that_a_refund_took_keep_no_night_busy(club: Club) -> None:
    await club.set(pendingDays=14)
    await club.refund(await club.sold("100.00"))
    assert (await member(club))["loyalty"]["balance"]["activationSchedule"] == []
    club.on("2026-02-01")
    async with club.writing() as write:
        assert list(await write.rows(members_to_activate(), size=40, day=day_number(club.day))) == []


async def test_a_code_pays_once_however_it_is_typed(club: Club) -> None:
    await club.credit(1_000)
    await club.redemption(TEN, cost=1_000, value=1_000)
    twice = [{"redemptionCode": TEN}, {"redemptionCode": "abcde fghjk"}]
    refused = await club.sell("20.00", redeem=twice, payments=[])
    assert problems_of(refused) == [("input.redeem.1.redemptionCode", "NOT_TOGETHER")]
    assert await club.points_of(await club.sold("20.00", redeem=twice[1:], payments=[cash("10.00")])) == (10, 1_000)


async def test_a_bonus_that_was_not_given_again_is_not_taken_again(club: Club) -> None:
    await club.set(referralsPerYear=1)
    for number in ("BOB", "CY"):
        await club.member(number)
    first = await club.sold("60.00", "BOB")
    await club.assign(first, None)
    await club.sold("60.00", "CY")
    assert await balance(club) == 500
    await club.assign(first, "BOB")  # the one place of the year is CY's
    await club.void(first)
    assert await balance(club) == 500
    assert await wrong(club) == []


async def test_the_referrer_loses_the_bonus_of_a_buyer_who_was_erased(club: Club) -> None:
    await club.member("BOB")
    sale = await club.sold("60.00", "BOB")
    assert await balance(club) == 500
    await erase(club, "BOB")
    await club.void(sale)
    assert await balance(club) == 0
    assert await wrong(club) == []


async def test_a_merge_of_the_two_ends_their_referral(club: Club) -> None:
    await club.member("BOB")
    sale = await club.sold("60.00", "BOB")
    await merge(club, "ANN", "BOB")
    assert (await member(club))["referrals"]["rewarded"] == 0
    await club.void(sale)
    assert await balance(club) == 700  # the bonuses stay, the 60 of the sale go
    assert await wrong(club) == []


async def test_an_erased_customer_joins_by_no_sale_that_is_paid_later(club: Club) -> None:
    await club.set(joinPolicy="FIRST_SALE", welcomePoints=100)
    sale = await club.sold("100.00", "BOB", payments=[])
    await pay(club, customer=club.customer("BOB"))
    await erase(club, "BOB")
    await pay(club, sale=sale)
    assert await club.rows("SELECT 1 FROM loyalty_membership WHERE customer_id = :customer", "BOB") == []
    assert await club.points_of(sale) == (0, 0)


async def test_who_joins_by_a_sale_earns_by_the_base_tier(club: Club) -> None:
    await club.set(joinPolicy="FIRST_SALE", welcomePoints=100)
    await club.set_tier("Silver", minSpend="50.00")
    sale = await club.sold("100.00", "BOB", payments=[])
    await pay(club, sale=sale)
    assert (await club.points_of(sale), await club.tier("BOB")) == ((100, 0), "Silver")


async def test_a_merge_brings_back_no_tier_of_who_left(club: Club) -> None:
    await club.member("BOB", tier="Platinum")
    await club.ask(LEAVE, customer=club.customer("BOB"))
    await merge(club, "ANN", "BOB")
    assert (await member(club))["loyalty"]["tier"]["name"] == "Bronze"


async def test_what_was_redeemed_goes_along_with_a_merge(club: Club) -> None:
    await club.member("BOB")
    await club.credit(100, "BOB")
    await club.redemption(TEN, cost=100, value=None, number="BOB")
    await merge(club, "ANN", "BOB")
    assert (await member(club))["loyalty"]["balance"]["redeemedPoints"] == 100


async def test_the_code_of_a_merged_record_leads_to_the_kept_one(club: Club) -> None:
    await club.member("BOB")
    ((code,),) = await club.rows(CODE, "BOB")
    await merge(club, "ANN", "BOB")
    async with club.writing() as write:
        assert await referrer_by_code(write, code) == club.shop.id_of("ANN")


async def test_a_quote_while_the_program_is_off_tells_how_a_member_stands(club: Club) -> None:
    await club.credit(500)
    await club.set(isActive=False)
    items = [{"product": "Tea", "quantity": "1", "unitPrice": "10.00"}]
    quoted = await club.ask(QUOTE, input={"customer": club.customer("ANN"), "items": items})
    assert quoted["pointsQuote"] == {"earns": 0, "balanceAfter": 500, "tierAfter": {"name": "Bronze"}}
