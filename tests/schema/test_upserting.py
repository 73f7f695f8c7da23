"""Customers found by what other systems know them by, or made."""

from typing import Any

import pytest

from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.corner_shop import PERSONAL_OF_ANN
from tests.schema.writing import everything, problems_of, refusals_of

SHOWN = """id number firstName email phone isEmailVerified version tags externalIds { system value }
    preferences { key values } consentStates { channel status } consents { email sms }"""
UPSERT = f"""mutation ($inputs: [UpsertCustomerInput!]!) {{ upsertCustomers(inputs: $inputs) {{
    {refusals_of("UpsertCustomerResult")} ... on UpsertPayload {{ created customer {{ {SHOWN} }} }} }} }}"""
TILL = {"system": "till", "value": "T-1"}
SHOP = {"system": "webshop", "value": "W-1"}


async def upsert(ask: Asker, *inputs: Any, role: Role = Role.STAFF) -> Any:
    return (await ask.being(role)(UPSERT, inputs=list(inputs)))["upsertCustomers"]


async def test_who_is_not_there_is_made_and_who_is_there_is_brought_up_to_date(ask_both: Asker) -> None:
    first = {
        "externalIds": [TILL], "number": "K1", "firstName": "Kim", "email": "kim@example.com", "addTags": ["vip"],
        "preferences": [{"type": "SHOPPING", "key": "Size", "values": ["M"]}],
        "consents": [{"channel": "EMAIL", "given": True}],
    }  # fmt: skip
    then = {
        "externalIds": [TILL, SHOP], "number": "K2", "firstName": None, "phone": "020 7946 0111", "addTags": ["tea"],
        "preferences": [
            {"type": "SHOPPING", "key": "size", "values": ["L"]},
            {"type": "SHOPPING", "key": "Colour", "values": ["red"]},
        ],
    }  # fmt: skip
    made, changed = await upsert(ask_both, first, then)
    assert (made["created"], changed["created"]) == (True, False)
    assert made["customer"] == {
        "id": changed["customer"]["id"], "number": "K1", "firstName": None, "email": "kim@example.com",
        "phone": "+442079460111", "isEmailVerified": False, "version": 2, "tags": ["tea", "vip"],
        "externalIds": [TILL, SHOP],
        "preferences": [{"key": "Colour", "values": ["red"]}, {"key": "Size", "values": ["L"]}],
        "consentStates": [
            {"channel": "EMAIL", "status": "GIVEN"},
            {"channel": "SMS", "status": "NEVER_ASKED"},
            {"channel": "PUSH", "status": "NEVER_ASKED"},
        ],
        "consents": {"email": True, "sms": False},
    } == changed["customer"]  # fmt: skip


@pytest.mark.parametrize(
    "found_by",
    [{"externalIds": [TILL]}, {"number": "K1"}, {"email": "kim@example.com"}, {"phone": "+44 20 7946 0111"}],
)
async def test_each_identifier_finds_and_the_same_again_changes_nothing(ask: Asker, shop: Shop, found_by: Any) -> None:
    whole = {"externalIds": [TILL], "number": "K1", "email": "kim@example.com", "phone": "020 7946 0111"}
    await upsert(ask, {**whole, "addTags": ["vip"], "consents": [{"channel": "PUSH", "given": True}]})
    before = await everything(shop.database)
    (found,) = await upsert(ask, {**found_by, "addTags": ["vip"]})
    assert (found["created"], found["customer"]["number"]) == (False, "K1")
    assert await everything(shop.database) == before


async def test_two_identifiers_that_find_two_customers_are_refused(ask: Asker, shop: Shop) -> None:
    await upsert(ask, {"externalIds": [TILL], "number": "K1"}, {"email": "lee@example.com", "number": "L1"})
    before = await everything(shop.database)
    (refused,) = await upsert(ask, {"externalIds": [TILL], "email": "lee@example.com", "firstName": "Lee"})
    assert (refused["__typename"], refused["field"], refused["value"]) == ("Duplicate", "email", "lee@example.com")
    (refused,) = await upsert(ask, {"externalIds": [SHOP], "email": "lee@example.com"})  # the first finds nobody
    assert (refused["__typename"], refused["field"]) == ("Duplicate", "email")
    assert await everything(shop.database) == before


async def test_through_a_merged_record_the_kept_ones_contacts_stay(ask: Asker, shop: Shop) -> None:
    shop.customer("OLD", email="old@example.com")
    await shop.save()
    (done,) = await upsert(ask, {"number": "OLD", "email": "old@example.com", "firstName": "Annie"})
    told = {name: done["customer"][name] for name in ("id", "number", "firstName", "email")}
    assert told == {
        "id": customer_id(shop, "ANN"), "number": "ANN", "firstName": "Annie", "email": PERSONAL_OF_ANN["email"],
    }  # fmt: skip


async def test_no_upsert_gives_what_was_withdrawn_whatever_its_source(ask: Asker, shop: Shop) -> None:
    said = [{"channel": "EMAIL", "given": given, "source": "STAFF"} for given in (True, False)]
    made = {"number": "K1", "email": "k@example.com"}
    await upsert(ask, {**made, "consents": said[:1]}, {**made, "consents": [{**said[1], "at": "2026-03-05T12:00:00Z"}]})
    before = await everything(shop.database)
    for source in ("STAFF", "API", "IMPORT"):
        (done,) = await upsert(ask, {**made, "consents": [{"channel": "EMAIL", "given": True, "source": source}]})
        assert done["customer"]["consentStates"][0] == {"channel": "EMAIL", "status": "WITHDRAWN"}
    assert await everything(shop.database) == before


async def test_what_is_wrong_is_told_at_its_place_and_stops_no_other(ask: Asker, shop: Shop) -> None:
    done = await upsert(
        ask,
        {"firstName": "Nobody"},
        {"number": "K1", "email": "x", "type": None, "addTags": [""], "consents": [{"channel": "SMS", "given": True}]},
        {"number": "K2"},
        {"number": "K3", "creditLimit": "1"},
        {"phone": "1"},
    )
    assert problems_of(done[0]) == [("inputs.0.externalIds", "REQUIRED")]
    assert problems_of(done[1]) == [
        ("inputs.1.type", "REQUIRED"),
        ("inputs.1.email", "INVALID_FORMAT"),
        ("inputs.1.addTags.0", "REQUIRED"),
    ]
    assert (done[2]["created"], done[2]["customer"]["number"]) == (True, "K2")
    assert (done[3]["__typename"], done[3]["reason"]) == ("NotAllowed", "NEEDS_MANAGER")
    assert problems_of(done[4]) == [("inputs.4.phone", "INVALID_FORMAT")]
    before = await everything(shop.database)
    (refused,) = await upsert(ask, {"number": "K2", "addTags": [f"t{n}" for n in range(250)]})
    assert refused["created"] is False
    (refused,) = await upsert(ask, {"number": "K2", "addTags": ["another"]})
    assert problems_of(refused) == [("inputs.0.addTags", "TOO_MANY")]
    assert len((await everything(shop.database))["customer_tag"]) == len(before["customer_tag"]) + 250


async def test_a_list_that_is_too_long_is_refused_whole(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    message = await ask.refused(UPSERT, inputs=[{"number": f"N{n}"} for n in range(501)])
    assert message == "`inputs` may hold up to 500, not 501"
    assert await everything(shop.database) == before
