"""Referrals: the first sale that reaches what it has to earns both bonuses, and loses them when it is given back."""

from typing import Any

import pytest
from sqlalchemy import text

from resolvers.operation.services import Services
from resolvers.verification import verify
from tests.schema.loyalty.club import Club, open_club
from tests.schema.registering import confirm, last_code, open_registration, register

NAME = """mutation ($id: ID!, $referrer: ID) { updateCustomer(id: $id, input: {referrer: $referrer}) { __typename } }"""
SUMMARY = "query ($id: ID!) { node(id: $id) { ... on Customer { referrals { invited rewarded pointsEarned } } } }"
COUNTED = "SELECT is_over, referrer_points FROM loyalty_referral WHERE sale_id IS NOT NULL ORDER BY id"


@pytest.fixture
async def club(both_services: Services) -> Club:
    """A club in which ANN referred BOB, both are members, and nothing was bought yet."""
    made = await open_club(both_services, referrerPoints=500, referredPoints=200, referralMinSale="50.00")
    await made.member("BOB")
    await name(made, "BOB", "ANN")
    return made


async def name(club: Club, number: str, referrer: str) -> None:
    """Say who referred a customer."""
    done = await club.ask(NAME, id=club.customer(number), referrer=club.customer(referrer))
    assert done["updateCustomer"]["__typename"] == "CustomerPayload"


async def balances(club: Club) -> tuple[int, int]:
    """The points of ANN, who referred, and of BOB, who was referred."""
    asked = "SELECT balance - owed FROM loyalty_membership WHERE customer_id = :customer"
    return (await club.rows(asked))[0][0], (await club.rows(asked, "BOB"))[0][0]


async def wrong(club: Club) -> list[Any]:
    """What `verify` finds."""
    return [found async for found in verify(club.ask.services, club.shop.id, club.noon) if found.wrong]


async def test_the_first_sale_that_is_large_enough_earns_both_bonuses_once(club: Club) -> None:
    await club.sold("49.99", "BOB")
    assert await balances(club) == (0, 49)
    second = await club.sell("50.00", "BOB")
    assert (second["pointsChanged"], second["sale"]["pointsEarned"]) == (250, 50)
    assert await balances(club) == (500, 49 + 50 + 200)
    await club.sold("100.00", "BOB")
    assert await balances(club) == (500, 399)
    assert (await club.entries())[-1][:5] == ("EARNED", 500, 0, 0, 0)  # bonuses do not qualify
    shown = (await club.ask(SUMMARY, id=club.customer("ANN")))["node"]["referrals"]
    assert shown == {"invited": 1, "rewarded": 1, "pointsEarned": 500}
    assert await wrong(club) == []


async def test_a_void_takes_both_back_and_the_sale_that_should_have_been_earns_them(club: Club) -> None:
    first = await club.sold("60.00", "BOB")
    await club.spend(450)
    await club.void(first)
    assert await balances(club) == (-450, 0)
    assert (await club.entries())[-1][:4] == ("REVERSED", -50, 0, 450)
    assert [bool(over) for over, _points in await club.rows(COUNTED)] == [True]
    await club.sold("60.00", "BOB")
    assert await balances(club) == (50, 260)
    assert await wrong(club) == []


async def test_a_refund_to_below_the_least_takes_both_back_for_good(club: Club) -> None:
    first = await club.sold("60.00", "BOB")
    await club.refund(first, amount="10.00")
    assert await balances(club) == (500, 250)
    done = await club.refund(first, amount="0.01")
    assert (done["refund"]["pointsTakenBack"], done["pointsChanged"]) == (1, -201)
    assert await balances(club) == (0, 49)
    await club.sold("60.00", "BOB")
    assert await balances(club) == (0, 109)
    assert await wrong(club) == []


async def test_an_assignment_takes_both_back(club: Club) -> None:
    first = await club.sold("60.00", "BOB")
    await club.assign(first, "ANN")
    assert await balances(club) == (60, 0)
    assert await wrong(club) == []


async def test_both_have_to_be_members_then_or_there_is_no_bonus_ever(club: Club) -> None:
    sets = "UPDATE loyalty_membership SET status = 'SUSPENDED' WHERE customer_id = :customer"
    async with club.writing() as write:
        await write.connection.execute(text(sets), {"customer": club.shop.id_of("ANN")})
    await club.sold("60.00", "BOB")
    async with club.writing() as write:
        back = sets.replace("SUSPENDED", "ACTIVE")
        await write.connection.execute(text(back), {"customer": club.shop.id_of("ANN")})
    await club.sold("60.00", "BOB")
    assert await balances(club) == (0, 120)


async def test_who_is_named_after_the_first_purchase_or_lives_there_counts_never(club: Club) -> None:
    club.shop.customer("CAT", line1="1 High  Street", city="Leeds", postal_code="LS1 1AA")
    club.shop.customer("DAN", line1="1 high street", city="Leeds", postal_code="LS1 1AA")
    await club.shop.save()
    for number in ("CAT", "DAN"):
        await club.member(number)
    await name(club, "DAN", "CAT")
    await club.sold("60.00", "DAN")
    await club.sold("1.00", "CAT")
    await name(club, "CAT", "ANN")
    await club.sold("60.00", "CAT")
    assert await club.rows(COUNTED) == []
    assert await balances(club) == (0, 0)


async def test_a_referrer_is_rewarded_so_often_a_year_and_a_void_frees_the_place(club: Club) -> None:
    await club.set(referralsPerYear=1)
    for number in ("CAT", "DAN"):
        club.shop.customer(number)
    await club.shop.save()
    for number in ("CAT", "DAN"):
        await club.member(number)
        await name(club, number, "ANN")
    first = await club.sold("60.00", "BOB")
    await club.sold("60.00", "CAT")
    assert [points for _over, points in await club.rows(COUNTED)] == [500, 0]
    assert (await club.entries("CAT"))[-1][:2] == ("EARNED", 200)
    await club.void(first)
    await club.sold("60.00", "DAN")
    assert [points for _over, points in await club.rows(COUNTED)] == [500, 0, 500]
    assert (await balances(club))[0] == 500


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_code_at_registration_names_who_referred_and_an_unknown_one_is_ignored(
    club: Club, *, is_known: bool
) -> None:
    club.ask.services.sends_mail = True
    await open_registration(club.shop)
    asked = "SELECT referral_code FROM loyalty_membership WHERE customer_id = :customer"
    code = (await club.rows(asked))[0][0].lower() if is_known else "NOBODYS2"
    done = await register(club.ask, club.shop, referralCode=f" {code} ")
    answer = await confirm(club.ask, done["ticket"], await last_code(club.shop))
    assert answer["__typename"] == "ContactConfirmed"
    found = await club.rows("SELECT referrer_id FROM customer WHERE email = 'nora@example.com'")
    assert found == [(club.shop.id_of("ANN") if is_known else None,)]
