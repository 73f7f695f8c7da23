"""A code that was sent, given back: what it makes, what it costs to be wrong, and for how long it holds."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import Database
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer, visitor
from rules.consents import ConsentChannel, ConsentGiven, ConsentSource
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.corner_shop import corner_shop_on
from tests.schema.registering import (
    RESEND,
    PhoneCodes,
    confirm,
    last_code,
    later,
    open_registration,
    register,
    tickets,
)
from tests.schema.writing import counters, everything, problems_of

WRONG = "The code is wrong, or it does not hold any more: look again, or ask for a new one."
CONFIRMED = {"__typename": "ContactConfirmed", "message": "The contact is confirmed.", "next": None}
FOUND = """query ($email: String!) { customer(by: {email: $email}) { number type firstName lastName email phone
    birthDate isEmailVerified isPhoneVerified isActive address { city } acquisition { source campaign } joinedOn
    consentStates { channel status source } consentHistory { nodes { channel status source wording actor } } } }"""
BY_NUMBER = """query ($number: String!) { customer(by: {number: $number}) { id firstName email phone isEmailVerified
    isPhoneVerified version consentStates { channel status } } }"""


@pytest.fixture
async def services(store_url: str) -> AsyncGenerator[Services]:
    """On each of the two stores."""
    made = Services(Database(store_url), sends_mail=True)
    yield made
    await made.close()


@pytest.fixture
async def shop(services: Services, corner_shop_store: Path) -> Shop:
    """The corner shop, where customers may register themselves."""
    made = await corner_shop_on(services.database, corner_shop_store)
    await open_registration(made, code_regions="AT")
    return made


@pytest.fixture
async def ask(services: Services, shop: Shop) -> Asker:
    """Asks without a token."""
    return Asker(services, visitor("203.0.113.1"), address="203.0.113.1")


@pytest.fixture
def staff(ask: Asker, shop: Shop) -> Asker:
    """Asks as staff."""
    return replace(ask, viewer=Viewer("stan", Role.STAFF, shop.id))


# ---------------------------------------------------------------- what it makes


async def test_the_right_code_makes_the_customer(ask: Asker, staff: Asker, shop: Shop) -> None:
    done = await register(
        ask, shop, email="Nora@Example.com", lastName="New", birthDate="1990-02-28", address={"city": "Leeds"},
        acquisitionSource="flyer", acquisitionCampaign="May", referralCode="whatever",
        consents=[{"channel": "EMAIL", "given": True, "wording": "Yes"}, {"channel": "PUSH", "given": True},
                  {"channel": "SMS", "given": False}],
    )  # fmt: skip
    before, code = await counters(shop), await last_code(shop)
    typed = f" {code[:4].lower()} {code[4:].lower()} "
    assert await confirm(later(ask, minutes=29), done["ticket"], typed) == CONFIRMED
    found = (await staff(FOUND, email="nora@example.com"))["customer"]
    assert found.pop("number").startswith("CUST-20260305-")
    history = found.pop("consentHistory")["nodes"]
    assert found == {
        "type": "RETAIL", "firstName": "Nora", "lastName": "New", "email": "Nora@Example.com", "phone": None,
        "birthDate": "1990-02-28", "isEmailVerified": True, "isPhoneVerified": False, "isActive": True,
        "address": {"city": "Leeds"}, "acquisition": {"source": "flyer", "campaign": "May"},
        "joinedOn": "2026-03-05",
        "consentStates": [
            {"channel": "EMAIL", "status": "GIVEN", "source": "REGISTRATION"},
            {"channel": "SMS", "status": "WITHDRAWN", "source": "REGISTRATION"},
            {"channel": "PUSH", "status": "GIVEN", "source": "REGISTRATION"},
        ],
    }  # fmt: skip
    assert {node["actor"] for node in history} == {"customer"}
    after = await counters(shop)
    assert {name: after[name] - before[name] for name in ("revision", "entries", "events")} == {
        "revision": 1, "entries": 1, "events": 1,
    }  # fmt: skip
    async with shop.database.reading(shop.id) as connection:
        asked = "SELECT actor, role, source, action FROM audit_entry ORDER BY id DESC LIMIT 1"
        assert tuple((await connection.execute(text(asked))).one()) == (
            "customer", "CUSTOMER", "PORTAL", "confirmContact",
        )  # fmt: skip
    assert (await tickets(shop))[-1].unsent is None  # nothing has to leave any more


async def test_who_has_the_contact_is_verified_and_keeps_its_fields(ask: Asker, staff: Asker, shop: Shop) -> None:
    wanted = {"email": "anna.marker@example.com", "firstName": "Other", "lastName": "Name"}
    done = await register(ask, shop, **wanted, consents=[{"channel": "EMAIL", "given": True}])
    before = (await staff(BY_NUMBER, number="ANN"))["customer"]
    assert await confirm(ask, done["ticket"], await last_code(shop)) == CONFIRMED
    after = (await staff(BY_NUMBER, number="ANN"))["customer"]
    assert (after["firstName"], after["phone"]) == (before["firstName"], before["phone"])
    assert after["isEmailVerified"]
    assert after["consentStates"][0] == {"channel": "EMAIL", "status": "GIVEN"}


async def test_the_other_contact_is_the_customers_once_its_own_code_is_confirmed(
    ask: Asker, staff: Asker, shop: Shop
) -> None:
    codes = PhoneCodes(ask, shop)
    consents = tuple(
        ConsentGiven(channel, True, None, ConsentSource.REGISTRATION, None)
        for channel in (ConsentChannel.EMAIL, ConsentChannel.SMS)
    )
    done = await codes.register(email="nora@example.com", phone="020 7946 0001", consents=consents)
    first = await codes.confirm(done.ticket)
    found = (await staff(FOUND, email="nora@example.com"))["customer"]
    assert (found["phone"], found["consentStates"][1]["status"]) == (None, "NEVER_ASKED")
    assert (await tickets(shop))[-1].contact == "+442079460001"
    second = await codes.confirm(first.next.ticket)
    assert second.next is None
    found = (await staff(FOUND, email="nora@example.com"))["customer"]
    assert (found["phone"], found["isPhoneVerified"]) == ("+442079460001", True)
    assert found["consentStates"][1] == {"channel": "SMS", "status": "GIVEN", "source": "REGISTRATION"}


async def test_a_phone_alone_makes_a_customer_too(ask: Asker, staff: Asker, shop: Shop) -> None:
    codes = PhoneCodes(ask, shop)
    refused = await codes.register(phone="+33123456789")
    assert (refused.problems[0].path, refused.problems[0].code) == (("input", "phone"), "UNKNOWN_VALUE")
    done = await codes.register(phone="+4366412345678")
    assert (await codes.confirm(done.ticket)).next is None
    by_phone = '{ customers(filter: {search: "66412345678"}) { nodes { firstName isPhoneVerified email } } }'
    found = (await staff(by_phone))["customers"]["nodes"]
    assert found == [{"firstName": "Nora", "isPhoneVerified": True, "email": None}]


async def test_a_proven_contact_that_is_another_customers_is_a_duplicate(ask: Asker, staff: Asker, shop: Shop) -> None:
    codes = PhoneCodes(ask, shop)
    done = await codes.register(email="nora@example.com", phone="+442079460958")
    first = await codes.confirm(done.ticket)
    before = await everything(shop.database)
    refused = await codes.confirm(first.next.ticket)
    kind = type(refused).__name__
    assert (kind, refused.field, refused.value, refused.existing) == ("Duplicate", "phone", "+442079460958", None)
    assert await everything(shop.database) == before


async def test_who_has_another_phone_keeps_it(ask: Asker, staff: Asker, shop: Shop) -> None:
    codes = PhoneCodes(ask, shop)
    done = await codes.register(email="anna.marker@example.com", phone="+442079460001")
    first = await codes.confirm(done.ticket)
    assert type(await codes.confirm(first.next.ticket)).__name__ == "ContactConfirmed"
    assert (await staff(BY_NUMBER, number="ANN"))["customer"]["phone"] == "+442079460958"


async def test_a_merged_records_contact_finds_the_kept_customer_and_verifies_nothing(
    ask: Asker, staff: Asker, shop: Shop
) -> None:
    merge = """mutation ($keep: ID!, $merge: ID!) { mergeCustomers(keep: $keep, merge: $merge) { __typename } }"""
    async with shop.database.transaction() as connection:
        await connection.execute(text("UPDATE customer SET email = 'new@example.com' WHERE number = 'NEW'"))
        await connection.execute(text("UPDATE customer SET is_email_verified = false WHERE number = 'ANN'"))
    keep, merged = customer_id(shop, "ANN"), customer_id(shop, "NEW")
    await staff.being(Role.ADMIN)(merge, keep=keep, merge=merged)
    done = await register(ask, shop, email="new@example.com", consents=[{"channel": "PUSH", "given": True}])
    assert await confirm(ask, done["ticket"], await last_code(shop)) == CONFIRMED
    found = (await staff(BY_NUMBER, number="ANN"))["customer"]
    assert (found["email"], found["isEmailVerified"]) == ("anna.marker@example.com", False)
    assert found["consentStates"][2] == {"channel": "PUSH", "status": "GIVEN"}


# ---------------------------------------------------------------- what is refused


async def refused(ask: Asker, ticket: str, code: str) -> None:
    """A code that opens nothing is always answered with the same words."""
    answer = await confirm(ask, ticket, code)
    assert problems_of(answer) == [("code", "WRONG_CODE")]
    assert answer["problems"][0]["message"] == WRONG


async def test_a_wrong_code_costs_a_try_and_nothing_else(ask: Asker, shop: Shop) -> None:
    done = await register(ask, shop)
    before, code = await everything(shop.database), await last_code(shop)
    for left in (4, 3, 2, 1):
        await refused(ask, done["ticket"], "AAAAAAAA")
        (ticket,) = await tickets(shop)
        assert ticket.tries_left == left
    after = await everything(shop.database)
    assert {name for name in after if after[name] != before[name]} == {"ticket"}
    assert await confirm(ask, done["ticket"], code) == CONFIRMED


async def test_after_five_tries_the_right_code_opens_nothing_and_another_ticket_does(ask: Asker, shop: Shop) -> None:
    done = await register(ask, shop)
    code = await last_code(shop)
    for _ in range(5):
        await refused(ask, done["ticket"], "x" * 900)
    before = await everything(shop.database)
    await refused(ask, done["ticket"], code)
    assert await everything(shop.database) == before
    again = (await ask(RESEND, ticket=done["ticket"]))["resendConfirmation"]
    assert await confirm(ask, again["ticket"], await last_code(shop)) == CONFIRMED


async def test_a_code_holds_half_an_hour(ask: Asker, shop: Shop) -> None:
    done = await register(ask, shop)
    code = await last_code(shop)
    before = await everything(shop.database)
    await refused(later(ask, minutes=30), done["ticket"], code)
    assert await everything(shop.database) == before
    assert await confirm(later(ask, minutes=29, seconds=59), done["ticket"], code) == CONFIRMED


async def test_a_code_opens_its_own_ticket_once(ask: Asker, shop: Shop) -> None:
    one = await register(ask, shop)
    first = await last_code(shop)
    other = await register(ask, shop, email="other@example.com")
    await refused(ask, other["ticket"], first)
    assert await confirm(ask, one["ticket"], first) == CONFIRMED
    before = await everything(shop.database)
    await refused(ask, one["ticket"], first)
    for ticket in (one["ticket"][:-1] + "?", "x", "", f"Business_{'0' * 32}.x"):
        await refused(ask, ticket, first)
    assert await everything(shop.database) == before


async def test_another_code_ends_the_ticket_before(ask: Asker, shop: Shop) -> None:
    done = await register(ask, shop)
    code = await last_code(shop)
    again = (await ask(RESEND, ticket=done["ticket"]))["resendConfirmation"]
    assert (again["__typename"], again["ticket"] != done["ticket"]) == ("CodeSent", True)
    assert (await tickets(shop))[0].unsent is None
    await refused(ask, done["ticket"], code)
    for over in (done["ticket"], "x", again["ticket"] + "x"):
        answer = (await ask(RESEND, ticket=over))["resendConfirmation"]
        assert problems_of(answer) == [("ticket", "UNKNOWN_VALUE")]
    assert await confirm(ask, again["ticket"], await last_code(shop)) == CONFIRMED


async def test_nobody_inactive_is_confirmed_and_the_words_are_those_of_a_wrong_code(
    ask: Asker, staff: Asker, shop: Shop
) -> None:
    done = await register(ask, shop, email="anna.marker@example.com")
    code = await last_code(shop)
    async with shop.database.transaction() as connection:
        await connection.execute(text("UPDATE customer SET is_active = false WHERE number = 'ANN'"))
    before = await counters(shop)
    await refused(ask, done["ticket"], code)
    assert (await tickets(shop))[-1].tries_left == 4
    assert await counters(shop) == before


async def test_an_erased_customers_contact_is_anybodys_and_what_it_registered_is_gone(
    ask: Asker, staff: Asker, shop: Shop
) -> None:
    done = await register(ask, shop)
    await confirm(ask, done["ticket"], await last_code(shop))
    pending = await register(ask, shop)
    code = await last_code(shop)
    found = (await staff('{ customer(by: {email: "nora@example.com"}) { id } }'))["customer"]
    erase = "mutation ($id: ID!) { eraseCustomer(id: $id) { __typename } }"
    assert (await staff.being(Role.ADMIN)(erase, id=found["id"]))["eraseCustomer"] == {"__typename": "ErasePlan"}
    assert await tickets(shop) == []
    assert code not in str(await everything(shop.database))
    await refused(ask, pending["ticket"], code)
    again = await register(replace(ask, address="203.0.113.5"), shop)
    assert await confirm(ask, again["ticket"], await last_code(shop)) == CONFIRMED


async def test_of_two_who_confirm_at_once_one_does(ask: Asker, shop: Shop) -> None:
    done = await register(ask, shop)
    code = await last_code(shop)
    both = await asyncio.gather(*(confirm(ask, done["ticket"], code) for _ in range(2)))
    assert sorted(answer["__typename"] for answer in both) == ["ContactConfirmed", "InvalidInput"]
    async with shop.database.reading(shop.id) as connection:
        counted = await connection.execute(text("SELECT count(*) FROM customer WHERE email = 'nora@example.com'"))
        assert counted.scalar_one() == 1


async def test_two_registrations_of_one_contact_make_one_customer(ask: Asker, shop: Shop) -> None:
    one = await register(ask, shop)
    first = await last_code(shop)
    other = await register(ask, shop, firstName="Second")
    second = await last_code(shop)
    assert await confirm(ask, other["ticket"], second) == CONFIRMED
    assert await confirm(ask, one["ticket"], first) == CONFIRMED
    async with shop.database.reading(shop.id) as connection:
        names = await connection.execute(text("SELECT first_name FROM customer WHERE email = 'nora@example.com'"))
        assert names.scalars().all() == ["Second"]


async def test_a_ticket_is_of_its_business(ask: Asker, shop: Shop) -> None:
    done = await register(ask, shop)
    random = done["ticket"].rpartition(".")[2]
    await refused(ask, f"Business_{'a' * 32}.{random}", await last_code(shop))
