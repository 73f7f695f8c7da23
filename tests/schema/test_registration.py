"""Customers who register themselves: what is kept, what is refused, and that nobody can tell who is known."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from models.codes import code_attempt, pending_registration
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role, visitor
from tests.builders import Shop
from tests.running_statements import running_statements
from tests.schema.conftest import Asker
from tests.schema.registering import (
    REGISTER,
    RESEND,
    confirm,
    last_code,
    later,
    open_registration,
    register,
    set_business,
    tickets,
)
from tests.schema.registering import given as registration
from tests.schema.writing import counters, everything, problems_of

MESSAGE = "A code is on its way, if one can be sent there. It holds for a short time: give it back with this ticket."


@pytest.fixture
async def ask(ask: Asker, shop: Shop) -> Asker:
    """Asks without a token, where customers may register themselves."""
    ask.services.sends_mail = True
    await open_registration(shop, code_regions="AT")
    return replace(ask, viewer=visitor(ask.address))


async def test_a_registration_is_kept_and_is_no_customer_yet(ask: Asker, shop: Shop) -> None:
    before = await counters(shop)
    done = await register(ask, shop, email="Nora@Example.COM", birthDate="1990-02-28", address={"city": "Leeds"})
    assert (done["__typename"], done["message"]) == ("CodeSent", MESSAGE)
    assert await counters(shop) == before  # no revision, no entry, no event
    async with shop.database.reading(shop.id) as connection:
        (row,) = (await connection.execute(pending_registration.select())).all()
        (attempt,) = (await connection.execute(code_attempt.select())).all()
    assert (row.email, row.phone, row.customer_id, row.registered_at) == ("nora@example.com", None, None, ask.now)
    assert (row.expires_at - row.registered_at).days == 30
    (ticket,) = await tickets(shop)
    assert (ticket.purpose, ticket.contact_kind, ticket.contact) == ("REGISTRATION", "EMAIL", "nora@example.com")
    assert (ticket.tries_left, (ticket.expires_at - ask.now).total_seconds(), ticket.send_at) == (5, 1_800, ask.now)
    digests = (ticket.digest, ticket.code_digest, attempt.contact_digest, attempt.address_digest)
    assert [len(digest) for digest in digests] == [64] * 4
    kept = " ".join(map(str, (*ticket, *row, *attempt)))
    assert done["ticket"] not in kept
    assert ask.address not in kept


async def test_a_ticket_is_of_32_random_bytes_and_a_code_of_8_characters(ask: Asker, shop: Shop) -> None:
    one = (await register(ask, shop))["ticket"]
    first = await last_code(shop)
    other = (await register(ask, shop))["ticket"]
    shop_id, _, random = one.rpartition(".")
    assert (shop_id, len(random)) == (global_id("Business", shop.id), 43)
    assert one != other
    assert len(first) == 8
    assert first != await last_code(shop)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"firstName": " "}, [("input.firstName", "REQUIRED")]),
        ({"email": None}, [("input.email", "REQUIRED")]),
        ({"email": "no"}, [("input.email", "INVALID_FORMAT")]),
        ({"phone": "020 7946 0958"}, [("input.phone", "UNKNOWN_VALUE")]),  # codes leave by mail alone
        ({"birthDate": "2026-03-06"}, [("input.birthDate", "IN_THE_FUTURE")]),
        ({"consents": [{"channel": "SMS", "given": True}]}, [("input.consents.0.channel", "REQUIRED")]),
        (
            {"firstName": "", "email": "no", "birthDate": "1899-01-01", "acquisitionSource": "x" * 121,
             "referralCode": "x" * 41, "address": {"city": "x" * 121},
             "consents": [{"channel": "PUSH", "given": True, "wording": "x" * 2_001}]},
            [("input.firstName", "REQUIRED"), ("input.email", "INVALID_FORMAT"), ("input.birthDate", "OUT_OF_RANGE"),
             ("input.acquisitionSource", "TOO_LONG"), ("input.address.city", "TOO_LONG"),
             ("input.referralCode", "TOO_LONG"), ("input.consents.0.wording", "TOO_LONG")],
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_at_once_and_changes_nothing(
    ask: Asker, shop: Shop, given: Any, problems: Any
) -> None:
    before = await everything(shop.database)
    assert sorted(problems_of(await register(ask, shop, **given))) == sorted(problems)
    assert await everything(shop.database) == before


async def test_who_lets_nobody_register_is_as_who_is_not_there(ask: Asker, shop: Shop, other: Shop) -> None:
    document = """mutation ($id: ID!) { registerCustomer(input: {business: $id, firstName: "N", email: "n@e.com"}) {
        __typename } }"""
    before = await everything(shop.database)
    closed = await ask.refused(document, "FORBIDDEN", id=global_id("Business", other.id))
    assert await ask.refused(document, "FORBIDDEN", id=global_id("Business", 987_654)) == closed
    await ask.refused(document, "BAD_USER_INPUT", id=global_id("Customer", shop.id))
    await ask.refused(document, "BAD_USER_INPUT", id="1")
    ask.services.sends_mail = False  # it was switched on when there was a way
    assert await ask.refused(document, "FORBIDDEN", id=global_id("Business", shop.id)) == closed
    assert await everything(shop.database) == before


@pytest.mark.parametrize("setting", [{"selfRegistration": True}, {"portalSignIn": "CODE"}])
async def test_it_is_switched_on_where_codes_have_a_way(ask: Asker, shop: Shop, other: Shop, setting: Any) -> None:
    admin = replace(ask, viewer=replace(ask.viewer, role=Role.ADMIN, business_id=other.id))
    (name, value), *_ = setting.items()
    document = f"""mutation ($input: BusinessSettingsInput!) {{ updateBusinessSettings(input: $input) {{
        ... on BusinessSettingsPayload {{ settings {{ {name} }} }} }} }}"""
    done = await admin(document, input={"version": 1, **setting})
    assert done["updateBusinessSettings"]["settings"] == {name: value}


# ---------------------------------------------------------------- limits


async def limited(ask: Asker, shop: Shop, **given: Any) -> str | None:
    """The code of the error that registering has, if any."""
    answer = await ask.run(REGISTER, input=registration(shop, **given))
    return answer.codes[0] if answer.codes else None


async def test_three_an_hour_go_to_a_contact_from_one_address(ask: Asker, shop: Shop) -> None:
    for minutes in (0, 10, 20):
        await register(later(ask, minutes=minutes), shop)
    before = await everything(shop.database)
    assert await limited(later(ask, minutes=59), shop, email=" NORA@example.com") == "RATE_LIMITED"
    assert await everything(shop.database) == before
    assert await limited(replace(later(ask, minutes=59), address="203.0.113.2"), shop) is None
    assert await limited(later(ask, minutes=59), shop, email="other@example.com") is None
    assert await limited(later(ask, minutes=60), shop) is None


async def test_ten_an_hour_go_to_a_contact(ask: Asker, shop: Shop) -> None:
    for place in range(10):
        assert await limited(replace(ask, address=f"198.51.100.{place}"), shop) is None
    assert await limited(replace(ask, address="198.51.100.99"), shop) == "RATE_LIMITED"
    assert await limited(replace(later(ask, hours=1), address="198.51.100.99"), shop) is None


async def test_twenty_an_hour_go_from_an_address_whoever_is_known(ask: Asker, shop: Shop) -> None:
    for place in range(20):
        assert await limited(ask, shop, email=f"n{place}@example.com") is None
    for email in ("new@example.com", "anna.marker@example.com"):
        assert await limited(ask, shop, email=email) == "RATE_LIMITED"
        assert await limited(replace(ask, address="203.0.113.9"), shop, email=email) is None


async def test_another_code_counts_and_leaves_the_old_ticket_where_it_is_refused(ask: Asker, shop: Shop) -> None:
    done = await register(ask, shop)
    for _ in range(2):
        done = (await ask(RESEND, ticket=done["ticket"]))["resendConfirmation"]
    await ask.refused(RESEND, "RATE_LIMITED", ticket=done["ticket"])
    assert (await confirm(ask, done["ticket"], await last_code(shop)))["__typename"] == "ContactConfirmed"


# ---------------------------------------------------------------- nobody can tell


async def test_answers_and_work_are_the_same_for_known_and_unknown_contacts(ask: Asker, shop: Shop) -> None:
    await set_business(shop, region="GB")
    async with shop.database.transaction() as connection:
        inactive = "UPDATE customer SET email = 'idle@example.com' WHERE number = 'IDLE'"
        await connection.execute(text(inactive))
    known = {"known": "anna.marker@example.com", "inactive": "idle@example.com", "erased": "gone@example.com"}
    seen: dict[str, tuple[Any, list[str]]] = {}
    for place, (kind, email) in enumerate({**known, "unknown": "nobody@example.com"}.items()):
        with running_statements(shop.database) as run:
            done = await register(replace(ask, address=f"198.51.100.{place}"), shop, email=email)
        seen[kind] = ({**done, "ticket": len(done["ticket"])}, run)
    assert list(seen.values()) == [seen["unknown"]] * 4
    assert len(seen["unknown"][1]) > 5
