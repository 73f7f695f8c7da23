"""Customers made, changed, vouched for and linked: what is answered, what is refused, and what is left."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.writing import counters, everything, problems_of, refusals_of

PROFILE = """id number type name firstName lastName email phone birthDate gender isActive isEmailVerified
    isPhoneVerified joinedOn creditLimit openingBalance notes version isLinked tags externalIds { system value }
    address { line1 line2 city state postalCode country } consents { email sms push }
    acquisition { source campaign referrer { number } } preferences { type key value values }
    consentStates { channel status since source mayContact }
    consentHistory { nodes { channel status at source wording actor } }"""
PAYLOAD = f"{refusals_of('CustomerResult')} ... on CustomerPayload {{ customer {{ {PROFILE} }} }}"
CREATED = f"{refusals_of('CreateCustomerResult')} ... on CustomerPayload {{ replayed customer {{ {PROFILE} }} }}"
CREATE = f"mutation ($input: CreateCustomerInput!) {{ createCustomer(input: $input) {{ {CREATED} }} }}"
UPDATE = f"""mutation ($id: ID!, $input: UpdateCustomerInput!) {{
    updateCustomer(id: $id, input: $input) {{ {PAYLOAD} }} }}"""
VERIFY = f"""mutation ($id: ID!, $email: Boolean, $phone: Boolean) {{
    verifyCustomer(id: $id, email: $email, phone: $phone) {{ {PAYLOAD} }} }}"""
LINK = f"mutation ($id: ID!, $subject: String) {{ linkCustomer(id: $id, subject: $subject) {{ {PAYLOAD} }} }}"
NOON = "2026-03-05T12:00:00+00:00"
WHOLE: dict[str, Any] = {
    "number": " K-77 ", "type": "WHOLESALE", "firstName": " Zoë ", "lastName": "Quill", "email": " Zoe@Example.com ",
    "phone": "020 7946 0999", "birthDate": "1990-05-17", "gender": "female", "creditLimit": "250.50",
    "openingBalance": "-3.20", "joinedOn": "2026-03-01", "acquisitionSource": "fair", "acquisitionCampaign": "spring",
    "notes": "Likes tea.", "tags": ["vip", "tea", "vip"], "isEmailVerified": True,
    "externalIds": [{"system": "webshop", "value": "W7"}],
    "address": {"line1": "1 High Street", "city": "Leeds", "postalCode": "LS1 1AA", "country": "GB"},
    "consents": [
        {"channel": "EMAIL", "given": True, "source": "STAFF", "wording": "News by e-mail"},
        {"channel": "PUSH", "given": False, "at": "2026-03-01T09:00:00Z"},
    ],
    "preferences": [{"type": "SHOPPING", "key": "Brand", "values": ["Ahmad", "Twinings"]}],
}  # fmt: skip


def like(**given: Any) -> dict[str, Any]:
    """WHOLE, but for what is given."""
    return {**WHOLE, **given}


async def create(ask: Asker, *, role: Role = Role.MANAGER, **given: Any) -> Any:
    return (await ask.being(role)(CREATE, input=given))["createCustomer"]


async def update(ask: Asker, id_: str, *, role: Role = Role.MANAGER, **given: Any) -> Any:
    return (await ask.being(role)(UPDATE, id=id_, input=given))["updateCustomer"]


async def verify(ask: Asker, id_: str, **given: Any) -> Any:
    return (await ask(VERIFY, id=id_, **given))["verifyCustomer"]


async def link(ask: Asker, id_: str, subject: str | None) -> Any:
    return (await ask.being(Role.MANAGER)(LINK, id=id_, subject=subject))["linkCustomer"]


async def found(ask: Asker, search: str) -> list[str]:
    """Who a search finds, by number."""
    asked = "query ($search: String!) { customers(filter: {search: $search}) { nodes { number } } }"
    return [node["number"] for node in (await ask(asked, search=search))["customers"]["nodes"]]


# ---------------------------------------------------------------- createCustomer


async def test_a_customer_is_made_of_all_that_is_said(ask_both: Asker) -> None:
    done = await create(ask_both, **WHOLE)
    made = done["customer"]
    assert (done["__typename"], done["replayed"]) == ("CustomerPayload", False)
    assert made.pop("id")
    assert made == {
        "number": "K-77", "type": "WHOLESALE", "name": "Zoë Quill", "firstName": "Zoë", "lastName": "Quill",
        "email": "Zoe@Example.com", "phone": "+442079460999", "birthDate": "1990-05-17", "gender": "female",
        "isActive": True, "isEmailVerified": True, "isPhoneVerified": False, "joinedOn": "2026-03-01",
        "creditLimit": "250.50", "openingBalance": "-3.20", "notes": "Likes tea.", "version": 1, "isLinked": False,
        "tags": ["tea", "vip"], "externalIds": [{"system": "webshop", "value": "W7"}],
        "address": {"line1": "1 High Street", "line2": None, "city": "Leeds", "state": None, "postalCode": "LS1 1AA",
                    "country": "GB"},
        "consents": {"email": True, "sms": False, "push": False},
        "acquisition": {"source": "fair", "campaign": "spring", "referrer": None},
        "preferences": [{"type": "SHOPPING", "key": "Brand", "value": "Ahmad", "values": ["Ahmad", "Twinings"]}],
        "consentStates": [
            {"channel": "EMAIL", "status": "GIVEN", "since": NOON, "source": "STAFF", "mayContact": True},
            {"channel": "SMS", "status": "NEVER_ASKED", "since": None, "source": None, "mayContact": False},
            {"channel": "PUSH", "status": "WITHDRAWN", "since": "2026-03-01T09:00:00+00:00", "source": "API",
             "mayContact": False},
        ],
        "consentHistory": {"nodes": [
            {"channel": "EMAIL", "status": "GIVEN", "at": NOON, "source": "STAFF", "wording": "News by e-mail",
             "actor": "stan"},
            {"channel": "PUSH", "status": "WITHDRAWN", "at": "2026-03-01T09:00:00+00:00", "source": "API",
             "wording": None, "actor": "stan"},
        ]},
    }  # fmt: skip
    assert await found(ask_both, "zoe quill") == await found(ask_both, "+442079460999") == ["K-77"]
    assert await found(ask_both, "zoe@example") == ["K-77"]


async def test_a_customer_may_be_made_of_nothing_and_has_a_number_of_its_day(ask: Asker) -> None:
    made = (await create(ask, role=Role.STAFF))["customer"]
    assert made["number"].startswith("CUST-20260305-")
    assert len(made["number"]) == len("CUST-20260305-XXXX")
    assert not set(made["number"][-4:]) & set("01OI")
    assert (made["name"], made["joinedOn"], made["version"]) == (made["number"], "2026-03-05", 1)


async def test_it_leaves_one_revision_one_entry_and_one_event(ask: Asker, shop: Shop) -> None:
    before = await counters(shop)
    made = (await create(ask, **WHOLE))["customer"]
    after = await counters(shop)
    assert {name: after[name] - before[name] for name in after} == {
        "revision": 1, "facts_revision": 1, "entries": 1, "events": 1,
    }  # fmt: skip
    async with shop.database.reading(shop.id) as connection:
        entry = (await connection.execute(text("SELECT * FROM audit_entry ORDER BY id DESC"))).first()
        event = (await connection.execute(text("SELECT * FROM event ORDER BY id DESC"))).first()
    assert entry is not None
    assert event is not None
    assert (entry.action, entry.actor, entry.subject) == ("createCustomer", "stan", made["id"])
    assert (event.type, event.customer_id) == ("customer.created", entry.customer_id)
    kept = json.dumps([entry.changes, event.data])
    for personal in ("Zoe@Example.com", "zoe@example.com", "K-77", "Quill", "+442079460999", "High Street", "Ahmad"):
        assert personal not in kept


async def test_the_entry_of_a_new_customer_says_what_was_given_alone(ask: Asker, shop: Shop) -> None:
    await create(ask, number="K-1", email="kim@example.com", isEmailVerified=True, type="WHOLESALE")
    async with shop.database.reading(shop.id) as connection:
        kept = (await connection.execute(text("SELECT changes FROM audit_entry ORDER BY id DESC"))).scalars().first()
    assert kept is not None
    assert [(field, after) for field, _, after, _ in json.loads(kept)] == [
        ("number", None), ("type", "WHOLESALE"), ("email", None), ("isEmailVerified", "true"), ("createdAt", NOON),
        ("joinedDay", "2026-03-05"), ("emailVerifiedAt", NOON),
    ]  # fmt: skip


async def test_all_problems_are_told_at_once(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    refused = await create(
        ask, number="x" * 65, firstName="y" * 201, email="ann at example", phone="+44 1", birthDate="1899-12-31",
        creditLimit="-1", openingBalance="1000000000001", idempotencyKey=" ",
        externalIds=[{"system": " Subject", "value": "a"}, {"system": "", "value": "z" * 201}],
        address={"postalCode": "z" * 33}, tags=["ok", " ", "t" * 81], notes="a\0b",
        consents=[{"channel": "EMAIL", "given": True, "source": "PORTAL"}],
        preferences=[{"type": "SHOPPING", "key": "k", "values": []}, {"type": "SHOPPING", "key": "K", "values": [""]}],
    )  # fmt: skip
    assert problems_of(refused) == [
        ("input.idempotencyKey", "INVALID_FORMAT"),
        ("input.number", "TOO_LONG"),
        ("input.externalIds.0.system", "UNKNOWN_VALUE"),
        ("input.externalIds.1.system", "REQUIRED"),
        ("input.externalIds.1.value", "TOO_LONG"),
        ("input.firstName", "TOO_LONG"),
        ("input.email", "INVALID_FORMAT"),
        ("input.phone", "INVALID_FORMAT"),
        ("input.birthDate", "OUT_OF_RANGE"),
        ("input.address.postalCode", "TOO_LONG"),
        ("input.creditLimit", "OUT_OF_RANGE"),
        ("input.openingBalance", "OUT_OF_RANGE"),
        ("input.notes", "INVALID_FORMAT"),
        ("input.consents.0.source", "UNKNOWN_VALUE"),
        ("input.preferences.0.values", "REQUIRED"),
        ("input.preferences.1.values.0", "REQUIRED"),
        ("input.preferences.1.key", "NOT_TOGETHER"),
        ("input.tags.1", "REQUIRED"),
        ("input.tags.2", "TOO_LONG"),
    ]
    assert await everything(shop.database) == before


async def test_what_only_the_store_can_tell_comes_last_and_all_at_once(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    wrong: dict[str, Any] = {
        "phone": "12", "creditLimit": "1.001", "birthDate": "2026-03-06", "joinedOn": "2026-03-06",
        "isEmailVerified": True,
        "consents": [
            {"channel": "SMS", "given": True},
            {"channel": "PUSH", "given": True, "at": "2026-03-05T12:00:01Z"},
        ],
    }  # fmt: skip
    assert problems_of(await create(ask, **wrong)) == [
        ("input.creditLimit", "INVALID_FORMAT"),
        ("input.phone", "INVALID_FORMAT"),
        ("input.birthDate", "IN_THE_FUTURE"),
        ("input.joinedOn", "IN_THE_FUTURE"),
        ("input.consents.0.channel", "REQUIRED"),
        ("input.consents.1.at", "IN_THE_FUTURE"),
        ("input.isEmailVerified", "REQUIRED"),
    ]
    taken = await create(ask, **wrong, number="ANN")
    assert (taken["__typename"], taken["field"], taken["value"]) == ("Duplicate", "number", "ANN")
    assert taken["existing"] == customer_id(shop, "ANN")
    assert await everything(shop.database) == before


@pytest.fixture
async def known(ask: Asker) -> str:
    """The id of a customer who has all that can be taken."""
    made = await create(
        ask, number="KIM", email="kim@example.com", phone="+44 20 7946 0555",
        externalIds=[{"system": "till", "value": "T-1"}],
    )  # fmt: skip
    return made["customer"]["id"]


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"number": "KIM"}, "number", "KIM"),
        ({"email": "KIM@Example.com"}, "email", "kim@example.com"),
        ({"phone": "020 7946 0555"}, "phone", "+442079460555"),
        ({"externalIds": [{"system": "till", "value": "T-1"}]}, "externalIds", "T-1"),
    ],
)
async def test_what_is_unique_is_taken(
    ask: Asker, shop: Shop, known: str, given: Mapping[str, Any], field: str, value: str
) -> None:
    before = await everything(shop.database)
    refused = await create(ask, **given)
    told = tuple(refused[name] for name in ("__typename", "field", "value", "existing"))
    assert told == ("Duplicate", field, value, known)
    if field != "number":
        refused = await update(ask, customer_id(shop, "ANN"), **given)
        assert tuple(refused[name] for name in ("__typename", "field", "value", "existing")) == told
    assert await everything(shop.database) == before


@pytest.mark.parametrize("field", ["creditLimit", "openingBalance"])
async def test_what_a_manager_sets_staff_may_not(ask: Asker, shop: Shop, field: str) -> None:
    before = await everything(shop.database)
    for refused in (
        await create(ask, role=Role.STAFF, **{field: "5"}),
        await update(ask, customer_id(shop, "ANN"), role=Role.STAFF, **{field: None}),
    ):
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "NEEDS_MANAGER")
    assert await everything(shop.database) == before


async def test_a_referrer_is_a_customer_of_this_business_who_is_there(ask: Asker, shop: Shop, other: Shop) -> None:
    before = await everything(shop.database)
    for missing in (global_id("Customer", 10**6), customer_id(other, "ANN")):
        refused = await create(ask, referrer=missing)
        assert (refused["__typename"], refused["path"]) == ("NotFound", ["input", "referrer"])
    refused = await create(ask, referrer=customer_id(shop, "GONE"))
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "ERASED")
    assert await everything(shop.database) == before
    made = (await create(ask, referrer=customer_id(shop, "ANN")))["customer"]
    assert made["acquisition"]["referrer"] == {"number": "ANN"}


async def test_a_chain_of_referrers_never_closes(ask: Asker, shop: Shop) -> None:
    first = (await create(ask, number="ONE"))["customer"]["id"]
    second = (await create(ask, number="TWO", referrer=first))["customer"]["id"]
    before = await everything(shop.database)
    for referrer in (first, second):
        refused = await update(ask, first, referrer=referrer)
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "CYCLE")
    assert await everything(shop.database) == before


async def test_the_same_key_makes_nothing_twice(ask_both: Asker) -> None:
    first = await create(ask_both, **WHOLE, idempotencyKey="k1")
    again = await create(ask_both, **like(firstName="Zoë"), idempotencyKey="k1")
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["customer"] == first["customer"]
    refused = await create(ask_both, **like(firstName="Zoe"), idempotencyKey="k1")
    assert (refused["__typename"], refused["key"]) == ("IdempotencyConflict", "k1")


async def test_two_at_once_with_one_key_make_one(ask_both: Asker) -> None:
    done = await asyncio.gather(*(create(ask_both, number="TWIN", idempotencyKey="k2") for _ in range(5)))
    assert sorted(one["replayed"] for one in done) == [False, True, True, True, True]
    assert len({one["customer"]["id"] for one in done}) == 1


async def test_two_at_once_with_one_email_make_one(ask_both: Asker) -> None:
    done = await asyncio.gather(*(create(ask_both, email="new@example.com") for _ in range(4)))
    assert sorted(one["__typename"] for one in done) == ["CustomerPayload", "Duplicate", "Duplicate", "Duplicate"]


# ---------------------------------------------------------------- updateCustomer


async def test_absent_stays_null_clears_and_lists_replace(ask_both: Asker) -> None:
    made = (await create(ask_both, **WHOLE))["customer"]
    changed = await update(
        ask_both, made["id"], version=1, lastName=None, gender="  ", phone=None, birthDate=None, creditLimit=None,
        externalIds=[{"system": "till", "value": "9"}], address={"city": "York"}, acquisitionCampaign=None,
    )  # fmt: skip
    expected = {
        **made, "version": 2, "lastName": None, "name": "Zoë", "gender": None, "phone": None, "birthDate": None,
        "creditLimit": "0.00", "externalIds": [{"system": "till", "value": "9"}],
        "address": {**dict.fromkeys(made["address"]), "city": "York"},
        "acquisition": {**made["acquisition"], "campaign": None},
    }  # fmt: skip
    assert changed["customer"] == expected
    assert await found(ask_both, "quill") == await found(ask_both, "+442079460999") == []
    assert await found(ask_both, "zoe") == ["K-77"]


async def test_what_changes_nothing_leaves_nothing(ask: Asker, shop: Shop) -> None:
    made = (await create(ask, **WHOLE))["customer"]
    before = await everything(shop.database)
    same: dict[str, Any] = {
        "firstName": "Zoë",
        "email": "Zoe@Example.com",
        "phone": "+44 20 7946 0999",
        "creditLimit": "250.5",
    }
    done = await update(ask, made["id"], **same, externalIds=[{"system": "webshop", "value": "W7"}])
    assert done["customer"] == made
    assert (await verify(ask, made["id"], email=True, phone=False))["customer"] == made
    assert (await link(ask, made["id"], None))["customer"] == made
    assert await everything(shop.database) == before


async def test_another_contact_is_not_verified_and_the_same_in_other_letters_is(ask: Asker) -> None:
    made = (await create(ask, **WHOLE))["customer"]
    typed = (await update(ask, made["id"], email="ZOE@example.com"))["customer"]
    assert (typed["email"], typed["isEmailVerified"], typed["version"]) == ("ZOE@example.com", True, 2)
    another = (await update(ask, made["id"], email="zoe2@example.com"))["customer"]
    assert (another["email"], another["isEmailVerified"], another["version"]) == ("zoe2@example.com", False, 3)


async def test_a_day_of_joining_that_is_cleared_is_the_first_purchase(ask: Asker, shop: Shop) -> None:
    ann = customer_id(shop, "ANN")
    first = (await ask(f'{{ customer(by: {{id: "{ann}"}}) {{ purchases {{ firstPurchaseDate }} }} }}'))["customer"]
    await update(ask, ann, joinedOn="2020-01-01")
    cleared = (await update(ask, ann, joinedOn=None))["customer"]
    assert cleared["joinedOn"] == first["purchases"]["firstPurchaseDate"]


async def test_refusals_come_in_their_order(ask: Asker, shop: Shop, other: Shop) -> None:
    before = await everything(shop.database)
    ann = customer_id(shop, "ANN")
    assert problems_of(await update(ask, global_id("Customer", 10**6), type=None)) == [("input.type", "REQUIRED")]
    for missing in (global_id("Customer", 10**6), customer_id(other, "ANN")):
        refused = await update(ask, missing, version=9, creditLimit="1")
        assert (refused["__typename"], refused["path"]) == ("NotFound", ["id"])
    stale = await update(ask, ann, role=Role.STAFF, version=0, creditLimit="1")
    assert (stale["__typename"], stale["expected"], stale["actual"]) == ("StaleVersion", 0, 1)
    refused = await update(ask, ann, role=Role.STAFF, creditLimit="1", externalIds=[], birthDate="2027-01-01")
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "NEEDS_MANAGER")
    erased = await update(ask, customer_id(shop, "GONE"), version=1, firstName="Back")
    assert (erased["__typename"], erased["reason"]) == ("NotAllowed", "ERASED")
    assert await everything(shop.database) == before


async def test_a_merged_customer_is_refused_and_the_kept_one_named(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    for refused in (
        await update(ask, customer_id(shop, "OLD"), firstName="New"),
        await verify(ask, customer_id(shop, "OLD"), email=True),
        await link(ask, customer_id(shop, "OLD"), "sub"),
    ):
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "MERGED")
        assert customer_id(shop, "ANN") in refused["message"]
    assert await everything(shop.database) == before


async def test_two_at_once_with_one_version_change_it_once(ask_both: Asker) -> None:
    id_ = (await create(ask_both))["customer"]["id"]
    done = await asyncio.gather(*(update(ask_both, id_, version=1, firstName=name) for name in ("Ada", "Bea", "Cleo")))
    assert sorted(one["__typename"] for one in done) == ["CustomerPayload", "StaleVersion", "StaleVersion"]


# ---------------------------------------------------------------- merged records


async def test_the_kept_one_may_take_a_contact_of_its_merged_record_and_they_change_places(
    ask: Asker, shop: Shop
) -> None:
    shop.customer("OLD", email="old@example.com", is_email_verified=True)
    await shop.save()
    ann = customer_id(shop, "ANN")
    was = (await ask(f'{{ customer(by: {{id: "{ann}"}}) {{ email isEmailVerified }} }}'))["customer"]
    by_old = '{ customer(by: {email: "old@example.com"}) { number } }'
    assert (await ask(by_old))["customer"] == {"number": "ANN"}
    taken = (await update(ask, ann, email="Old@example.com"))["customer"]
    assert (taken["email"], taken["isEmailVerified"]) == ("old@example.com", True)
    merged = await ask(
        f'{{ node(id: "{customer_id(shop, "OLD")}") {{ ... on Customer {{ email isEmailVerified }} }} }}'
    )
    assert merged["node"] == was
    assert await found(ask, "old@example") == ["ANN"]


async def test_merged_into_tells_the_one_that_is_kept_in_the_end(ask: Asker, shop: Shop) -> None:
    shop.customer("OLDER", merged_into="OLD")
    await shop.save()
    for number in ("OLD", "OLDER"):
        asked = f'{{ node(id: "{customer_id(shop, number)}") {{ ... on Customer {{ mergedInto {{ number }} }} }} }}'
        assert (await ask(asked))["node"] == {"mergedInto": {"number": "ANN"}}
    assert (await ask('{ customer(by: {number: "OLDER"}) { number mergedInto { number } } }'))["customer"] == {
        "number": "ANN",
        "mergedInto": None,
    }


# ---------------------------------------------------------------- verifyCustomer, linkCustomer


async def test_staff_vouch_for_a_contact_and_take_it_back(ask: Asker, shop: Shop) -> None:
    id_ = (await create(ask, email="v@example.com", phone="020 7946 0111"))["customer"]["id"]
    done = (await verify(ask, id_, email=True, phone=True))["customer"]
    assert (done["isEmailVerified"], done["isPhoneVerified"], done["version"]) == (True, True, 2)
    back = (await verify(ask, id_, phone=False))["customer"]
    assert (back["isEmailVerified"], back["isPhoneVerified"], back["version"]) == (True, False, 3)
    before = await everything(shop.database)
    assert problems_of(await verify(ask, id_)) == [("email", "REQUIRED")]
    nobody = (await create(ask))["customer"]["id"]
    assert problems_of(await verify(ask, nobody, email=True, phone=True)) == [
        ("email", "REQUIRED"),
        ("phone", "REQUIRED"),
    ]
    refused = await verify(ask, global_id("Customer", 10**6), email=True)
    assert (refused["__typename"], refused["path"]) == ("NotFound", ["id"])
    assert before["event"] != (await everything(shop.database))["event"]  # of `nobody`, who was made


async def test_a_subject_is_linked_found_and_unlinked(ask: Asker, shop: Shop) -> None:
    id_ = (await create(ask, externalIds=[{"system": "till", "value": "1"}]))["customer"]["id"]
    done = (await link(ask, id_, " sub|1 "))["customer"]
    assert (done["isLinked"], done["externalIds"]) == (True, [{"system": "till", "value": "1"}])
    by = "query ($by: CustomerBy!) { customer(by: $by) { id } }"
    assert (await ask(by, by={"subject": "sub|1"}))["customer"] == {"id": id_}
    assert (await ask(by, by={"externalId": {"system": "till", "value": "1"}}))["customer"] == {"id": id_}
    await ask.refused(by, by={"externalId": {"system": "subject", "value": "sub|1"}})
    before = await everything(shop.database)
    refused = await link(ask, customer_id(shop, "ANN"), "sub|1")
    assert tuple(refused[n] for n in ("__typename", "field", "value", "existing")) == (
        "Duplicate",
        "subject",
        "sub|1",
        id_,
    )
    assert problems_of(await link(ask, id_, "s" * 201)) == [("subject", "TOO_LONG")]
    assert await everything(shop.database) == before
    kept = (await update(ask, id_, externalIds=[]))["customer"]
    assert (kept["isLinked"], kept["externalIds"]) == (True, [])
    assert (await link(ask, id_, None))["customer"]["isLinked"] is False
    assert (await ask(by, by={"subject": "sub|1"}))["customer"] is None


@pytest.mark.parametrize("by", [{"subject": "x"}, {"externalId": {"system": "crm", "value": "x"}}])
async def test_finding_by_an_identity_elsewhere_needs_the_claim(ask: Asker, by: Any) -> None:
    asked = "query ($by: CustomerBy!) { customer(by: $by) { id } }"
    await ask.being(Role.VIEWER).refused(asked, "FORBIDDEN", by=by)
    assert (await ask.being(Role.VIEWER, pii=True)(asked, by=by))["customer"] is None


# ---------------------------------------------------------------- lastActivityAt


async def test_the_last_activity_is_what_the_customer_did(ask: Asker, shop: Shop) -> None:
    """Counted sales, payments, and contacts in which it took part: not what was sent to it, nor what is void."""
    shop.customer("QUIET")
    shop.touchpoint("QUIET", "2026-03-01 10:00", outcome="DELIVERED")
    shop.touchpoint("QUIET", "2026-03-02 10:00", "CALL", channel="PHONE", outcome="NO_RESPONSE")
    shop.touchpoint("QUIET", "2026-03-03 10:00", "VISIT", channel="STORE", is_void=True)
    shop.sale("QUIET", "2026-03-04", "5.00", status="PENDING")
    for number, type_, outcome in (("READ", "EMAIL", "OPENED"), ("CALLED", "CALL", None), ("CAME", "WEB", None)):
        shop.touchpoint(shop.customer(number), "2026-02-02 10:00", type_, channel="EMAIL", outcome=outcome)
    shop.sale(shop.customer("BOUGHT"), "2026-02-03 11:00", "5.00")
    shop.payment("BOUGHT", "2026-02-04 12:00", "1.00")
    await shop.save()
    listed = (await ask("{ customers(first: 100) { nodes { number lastActivityAt } } }"))["customers"]["nodes"]
    last = {node["number"]: node["lastActivityAt"] for node in listed}
    assert {number: last[number] for number in ("QUIET", "READ", "CALLED", "CAME", "BOUGHT")} == {
        "QUIET": None,
        "READ": "2026-02-02T10:00:00+00:00",
        "CALLED": "2026-02-02T10:00:00+00:00",
        "CAME": "2026-02-02T10:00:00+00:00",
        "BOUGHT": "2026-02-04T12:00:00+00:00",
    }
