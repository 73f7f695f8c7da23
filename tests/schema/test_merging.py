"""Two records of one person made one, and taken apart: what is answered, what is refused, and what is left."""

import asyncio
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from models.consents import consent_event
from models.database import Database
from models.preferences import preference
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write, writing
from rules.consents import ConsentChannel, ConsentSource, ConsentStatus
from rules.preferences import PreferenceType
from tests.builders import ACTOR, NOW, Shop, open_shop
from tests.running_statements import running_statements
from tests.schema.conftest import Asker, customer_id
from tests.schema.writing import counters, everything, problems_of, refusals_of

SAID = """fieldsFilled moved { kind count } conflicts { field keep merge chosen }
    consentsAfter { channel status since source mayContact }"""
PLAN = f"""{refusals_of("MergeResult")} ... on MergePlan {{ applied {SAID}
    keep {{ number version }} merge {{ number version mergedInto {{ number }} }} }}"""
MERGE = f"""mutation ($keep: ID!, $merge: ID!, $choices: [MergeChoice!], $keepVersion: Int, $mergeVersion: Int,
    $dryRun: Boolean! = false) {{ mergeCustomers(keep: $keep, merge: $merge, choices: $choices,
    keepVersion: $keepVersion, mergeVersion: $mergeVersion, dryRun: $dryRun) {{ {PLAN} }} }}"""
UNMERGE = f"""mutation ($merged: ID!, $dryRun: Boolean! = false) {{
    unmergeCustomers(merged: $merged, dryRun: $dryRun) {{ {PLAN} }} }}"""
CONTACTS = "email phone isEmailVerified isPhoneVerified consentStates { channel status }"
UPDATE = "mutation ($id: ID!, $input: UpdateCustomerInput!) { updateCustomer(id: $id, input: $input) { __typename } }"
CREATE = "mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename } }"
TAGS = 'mutation ($ids: [ID!]!) { setCustomersTags(target: {ids: $ids}, remove: ["local"]) { __typename } }'
JANUARY = "2024-01-20T08:30:00+00:00"


async def id_of(ask: Asker, number: str) -> str:
    found = await ask("query ($number: String!) { customer(by: {number: $number}) { id } }", number=number)
    return found["customer"]["id"]


async def merge(ask: Asker, keep: str, other: str, **more: Any) -> Any:
    return (await ask.being(Role.MANAGER)(MERGE, keep=keep, merge=other, **more))["mergeCustomers"]


async def unmerge(ask: Asker, merged: str, **more: Any) -> Any:
    return (await ask.being(Role.MANAGER)(UNMERGE, merged=merged, **more))["unmergeCustomers"]


async def shown(ask: Asker, id_: str, fields: str) -> Any:
    """Some fields of a record, by `node`, which shows a merged one too."""
    asked = f"query ($id: ID!) {{ node(id: $id) {{ ... on Customer {{ {fields} }} }} }}"
    return (await ask.being(Role.MANAGER)(asked, id=id_))["node"]


def counted(plan: Any) -> dict[str, int]:
    """How many rows of each kind move."""
    return {one["kind"]: one["count"] for one in plan["moved"]}


# ---------------------------------------------------------------- merging


async def test_what_was_the_merged_records_is_the_kept_ones(ask_both: Asker) -> None:
    ann, ben = await id_of(ask_both, "ANN"), await id_of(ask_both, "BEN")
    plan = await merge(ask_both, ben, ann)
    assert plan == {
        "__typename": "MergePlan", "applied": True, "keep": {"number": "BEN", "version": 2},
        "merge": {"number": "ANN", "version": 2, "mergedInto": {"number": "BEN"}},
        "fieldsFilled": ["lastName", "email", "phone", "birthDate", "gender", "acquisitionSource",
                         "acquisitionCampaign", "notes", "joinedOn"],
        "moved": [{"kind": "customerTag", "count": 1}, {"kind": "externalId", "count": 2},
                  {"kind": "consentEvent", "count": 2},
                  {"kind": "sale", "count": 6}, {"kind": "refund", "count": 3}, {"kind": "payment", "count": 5},
                  {"kind": "touchpoint", "count": 7}],
        "conflicts": [
            {"field": "type", "keep": "WHOLESALE", "merge": "RETAIL", "chosen": "KEEP"},
            {"field": "firstName", "keep": "Ben", "merge": "Anna", "chosen": "KEEP"},
            {"field": "address", "keep": "Ghana", "chosen": "KEEP",
             "merge": "1 Marker Street, Marker Flat 2, Markerton, Markershire, MK1 1MK, Markerland"},
            {"field": "creditLimit", "keep": "0.00", "merge": "500.00", "chosen": "KEEP"},
        ],
        "consentsAfter": [
            {"channel": "EMAIL", "status": "GIVEN", "since": JANUARY, "source": "IMPORT", "mayContact": True},
            {"channel": "SMS", "status": "NEVER_ASKED", "since": None, "source": None, "mayContact": False},
            {"channel": "PUSH", "status": "GIVEN", "since": JANUARY, "source": "IMPORT", "mayContact": True},
        ],
    }  # fmt: skip
    fields = """name email isEmailVerified joinedOn openingBalance outstandingBalance creditLimit tags isActive
        externalIds { system value } sales { totalCount } refunds { totalCount } acquisition { source referrer { id } }
        consents { email sms push } touchpoints { nodes { id } }"""
    kept = await shown(ask_both, ben, fields)
    assert len(kept.pop("touchpoints")["nodes"]) == 8
    assert kept == {
        "name": "Ben Ólafsdóttir", "email": "anna.marker@example.com", "isEmailVerified": True,
        "joinedOn": "2024-01-15", "openingBalance": "20.00", "outstandingBalance": "85.00", "creditLimit": "0.00",
        "tags": ["local", "vip"], "isActive": True, "sales": {"totalCount": 8}, "refunds": {"totalCount": 3},
        "externalIds": [{"system": "erp", "value": "77"}, {"system": "shopify", "value": "g-1"}],
        "acquisition": {"source": "ads", "referrer": None}, "consents": {"email": True, "sms": False, "push": True},
    }  # fmt: skip
    merged = await shown(ask_both, ann, fields)
    assert merged == {
        **kept, "name": "Anna Ólafsdóttir", "email": None, "isEmailVerified": False, "openingBalance": "0.00",
        "outstandingBalance": "0.00", "creditLimit": "500.00", "tags": ["vip"], "externalIds": [],
        "sales": {"totalCount": 0}, "refunds": {"totalCount": 0}, "touchpoints": {"nodes": []},
        "consents": {"email": False, "sms": False, "push": False},
        "acquisition": {"source": "ads", "referrer": {"id": ben}},
    }  # fmt: skip


async def test_what_the_merged_record_is_known_by_finds_the_kept_one(ask_both: Asker) -> None:
    ann, ben = await id_of(ask_both, "ANN"), await id_of(ask_both, "BEN")
    await merge(ask_both, ben, ann)
    found = """query ($by: CustomerBy!) { customer(by: $by) { number } }"""
    reader = ask_both.being(Role.VIEWER, pii=True)
    for by in (
        {"number": "ANN"},
        {"number": "OLD"},  # which was merged into ANN before
        {"email": "anna.marker@example.com"},
        {"phone": "+442079460958"},
        {"externalId": {"system": "erp", "value": "77"}},
    ):
        assert (await reader(found, by=by))["customer"] == {"number": "BEN"}, by
    assert (await reader(found, by={"id": ann}))["customer"] == {"number": "ANN"}
    listed = "query ($search: String!) { customers(filter: {search: $search}) { nodes { number } } }"
    for search, numbers in (("olafsdottir", ["BEN"]), ("anna.marker", ["BEN"])):
        assert [n["number"] for n in (await reader(listed, search=search))["customers"]["nodes"]] == numbers
    everybody = (await reader("{ customers { nodes { number } } }"))["customers"]["nodes"]
    assert sorted(n["number"] for n in everybody) == ["BEN", "IDLE", "NEW", "NONAME"]
    made = "... on UpsertPayload { created customer { number } }"
    upsert = f'mutation {{ upsertCustomers(inputs: [{{number: "ANN", gender: "f"}}]) {{ {made} }} }}'
    assert (await ask_both(upsert))["upsertCustomers"] == [{"created": False, "customer": {"number": "BEN"}}]
    await unmerge(ask_both, ann)
    for search in ("olafsdottir", "anna.marker"):
        assert [n["number"] for n in (await reader(listed, search=search))["customers"]["nodes"]] == ["ANN"]
    assert (await reader(found, by={"email": "anna.marker@example.com"}))["customer"] == {"number": "ANN"}


async def test_choices_say_whose_value_it_is(ask_both: Asker) -> None:
    ann, ben = await id_of(ask_both, "ANN"), await id_of(ask_both, "BEN")
    choices = [{"field": name, "take": "MERGE"} for name in ("firstName", "address", "creditLimit", "type")]
    plan = await merge(ask_both, ben, ann, choices=choices)
    assert [(one["field"], one["chosen"]) for one in plan["conflicts"]] == [
        (name, "MERGE") for name in ("type", "firstName", "address", "creditLimit")
    ]
    fields = "name type creditLimit address { line1 country }"
    assert await shown(ask_both, ben, fields) == {
        "name": "Anna Ólafsdóttir", "type": "RETAIL", "creditLimit": "500.00",
        "address": {"line1": "1 Marker Street", "country": "Markerland"},
    }  # fmt: skip
    await unmerge(ask_both, ann)
    assert await shown(ask_both, ben, fields) == {
        "name": "Ben", "type": "WHOLESALE", "creditLimit": "0.00", "address": {"line1": None, "country": "Ghana"},
    }  # fmt: skip


async def test_a_dry_run_says_the_same_and_changes_nothing(ask: Asker, shop: Shop) -> None:
    ann, ben = customer_id(shop, "ANN"), customer_id(shop, "BEN")
    at_first = await everything(shop.database)
    tried = await merge(ask, ben, ann, dryRun=True)
    assert await everything(shop.database) == at_first
    done = await merge(ask, ben, ann)
    said = ("fieldsFilled", "moved", "conflicts", "consentsAfter")
    assert {name: tried[name] for name in said} == {name: done[name] for name in said}
    assert (tried["applied"], tried["merge"]) == (False, {"number": "ANN", "version": 1, "mergedInto": None})
    merged = await everything(shop.database)
    tried = await unmerge(ask, ann, dryRun=True)
    assert await everything(shop.database) == merged
    done = await unmerge(ask, ann)
    assert {name: tried[name] for name in said} == {name: done[name] for name in said}
    assert (tried["applied"], done["applied"], done["merge"]["mergedInto"]) == (False, True, None)


async def test_it_leaves_one_revision_one_entry_without_personal_values_and_one_event(ask: Asker, shop: Shop) -> None:
    ann, ben = customer_id(shop, "ANN"), customer_id(shop, "BEN")
    for change, kind in ((merge(ask, ben, ann), "merged"), (unmerge(ask, ann), "unmerged")):
        before = await counters(shop)
        await change
        after = await counters(shop)
        moved = {name: after[name] - before[name] for name in ("revision", "entries", "events")}
        assert moved == {"revision": 1, "entries": 1, "events": 1}
        assert after["facts_revision"] == after["revision"]
        rows = await everything(shop.database)
        assert any(f"customer.{kind}" in row for row in rows["event"])
        assert not any("marker" in row.casefold() for name in ("event", "audit_entry") for row in rows[name])


# ---------------------------------------------------------------- contacts change places


class Pair(NamedTuple):
    """Two records with a contact of each kind, and who asks for them."""

    ask: Asker
    shop: Shop
    kept: str
    merged: str


@pytest.fixture
async def pair(both_services: Services) -> Pair:
    shop = await open_shop(both_services.database, "Pair")
    known: dict[str, Any] = {"is_email_verified": True, "email_verified_at": NOW, "consent_email": True}
    shop.customer("K", email="k@example.com", phone="+442079460001", is_phone_verified=True, **known)
    bounced: dict[str, Any] = {"email_bounced_at": NOW, "consent_email": True, "opening_balance": "7.50"}
    shop.customer("M", email="m@example.com", email_as_typed="M@example.com", phone="+442079460002", **bounced)
    await shop.save()
    ask = Asker(both_services, Viewer("mona", Role.MANAGER, shop.id))
    return Pair(ask, shop, customer_id(shop, "K"), customer_id(shop, "M"))


EMAIL = [{"field": "email", "take": "MERGE"}]


async def test_a_chosen_contact_changes_places_with_its_verification_and_bounce(pair: Pair) -> None:
    before = [await shown(pair.ask, id_, CONTACTS) for id_ in (pair.kept, pair.merged)]
    plan = await merge(pair.ask, pair.kept, pair.merged, choices=EMAIL)
    assert [(one["field"], one["keep"], one["merge"], one["chosen"]) for one in plan["conflicts"]] == [
        ("email", "k@example.com", "M@example.com", "MERGE"),
        ("phone", "+442079460001", "+442079460002", "KEEP"),
    ]
    kept, merged = [await shown(pair.ask, id_, CONTACTS) for id_ in (pair.kept, pair.merged)]
    assert (kept["email"], kept["isEmailVerified"], kept["phone"], kept["isPhoneVerified"]) == (
        "M@example.com", False, "+442079460001", True,
    )  # fmt: skip
    assert kept["consentStates"][0] == {"channel": "EMAIL", "status": "UNREACHABLE"}
    assert (merged["email"], merged["isEmailVerified"], merged["phone"]) == ("k@example.com", True, "+442079460002")
    await unmerge(pair.ask, pair.merged)
    assert [await shown(pair.ask, id_, CONTACTS) for id_ in (pair.kept, pair.merged)] == before


async def test_what_became_known_of_a_contact_since_goes_with_it(pair: Pair) -> None:
    await merge(pair.ask, pair.kept, pair.merged, choices=EMAIL)
    verify = "mutation ($id: ID!) { verifyCustomer(id: $id, email: true) { __typename } }"
    assert (await pair.ask(verify, id=pair.kept))["verifyCustomer"]["__typename"] == "CustomerPayload"
    await unmerge(pair.ask, pair.merged)
    merged = await shown(pair.ask, pair.merged, CONTACTS)
    assert (merged["email"], merged["isEmailVerified"]) == ("M@example.com", True)


async def test_a_contact_that_somebody_took_since_is_theirs(pair: Pair) -> None:
    await merge(pair.ask, pair.kept, pair.merged, choices=EMAIL)
    await pair.ask(UPDATE, id=pair.kept, input={"email": "new@example.com"})
    taken = await pair.ask(CREATE, input={"email": "m@example.com"})
    assert taken["createCustomer"]["__typename"] == "CustomerPayload"
    await unmerge(pair.ask, pair.merged)
    assert (await shown(pair.ask, pair.kept, CONTACTS))["email"] == "new@example.com"
    assert (await shown(pair.ask, pair.merged, CONTACTS))["email"] is None
    assert (await pair.ask(CREATE, input={"email": "k@example.com"}))["createCustomer"][
        "__typename"
    ] == "CustomerPayload"


async def test_a_contact_that_nobody_took_since_goes_back(pair: Pair) -> None:
    await merge(pair.ask, pair.kept, pair.merged, choices=EMAIL)
    await pair.ask(UPDATE, id=pair.kept, input={"email": "new@example.com"})
    await unmerge(pair.ask, pair.merged)
    assert (await shown(pair.ask, pair.kept, CONTACTS))["email"] == "new@example.com"
    assert (await shown(pair.ask, pair.merged, CONTACTS))["email"] == "M@example.com"


async def test_a_contact_of_the_merged_record_that_the_kept_one_took_stays_there(pair: Pair) -> None:
    await merge(pair.ask, pair.kept, pair.merged)
    await pair.ask(UPDATE, id=pair.kept, input={"phone": "+442079460002"})
    await unmerge(pair.ask, pair.merged)
    assert (await shown(pair.ask, pair.kept, CONTACTS))["phone"] == "+442079460002"
    assert (await shown(pair.ask, pair.merged, CONTACTS))["phone"] is None


# ---------------------------------------------------------------- what happened since


async def test_what_happened_since_stays_with_the_kept_one(ask: Asker, shop: Shop) -> None:
    ann, ben = customer_id(shop, "ANN"), customer_id(shop, "BEN")
    manager = ask.being(Role.MANAGER)
    await merge(ask, ben, ann)
    since = {"gender": "male", "openingBalance": "120.00", "externalIds": [{"system": "shopify", "value": "g-1"}]}
    await manager(UPDATE, id=ben, input=since)
    await manager(TAGS, ids=[ben])
    shop.sale("BEN", "2026-03-04", "11.00", number="B3")
    shop.payment("BEN", "2026-03-04", "1.00")
    await shop.save()
    done = await unmerge(ask, ann)
    assert counted(done) == {
        "externalId": 1, "consentEvent": 2, "sale": 6, "refund": 3, "payment": 5, "touchpoint": 7,
    }  # fmt: skip
    fields = "gender openingBalance tags externalIds { value } sales { totalCount } lastName"
    kept = await shown(ask, ben, fields)
    assert kept == {
        "gender": "male", "openingBalance": "100.00", "tags": ["vip"], "externalIds": [], "sales": {"totalCount": 3},
        "lastName": None,
    }  # fmt: skip
    merged = await shown(ask, ann, fields)
    assert merged == {
        "gender": "female", "openingBalance": "20.00", "tags": ["vip"], "externalIds": [{"value": "g-1"}],
        "sales": {"totalCount": 6}, "lastName": "Ólafsdóttir",
    }  # fmt: skip


REFERRER = "acquisition { referrer { number } }"


async def referrers(ask: Asker, shop: Shop, *numbers: str) -> list[str | None]:
    """Who referred each of some customers."""
    found = [(await shown(ask, customer_id(shop, number), REFERRER))["acquisition"]["referrer"] for number in numbers]
    return [one and one["number"] for one in found]


async def test_a_referrer_that_is_one_of_the_two_in_the_end_goes(ask: Asker, shop: Shop) -> None:
    """BEN referred ANN, ANN referred NEW, NEW referred NONAME, who keeps ANN's record."""
    shop.customer("NEW", referrer="ANN")
    await shop.save()
    shop.customer("NONAME", referrer="NEW")
    await shop.save()
    plan = await merge(ask, customer_id(shop, "NONAME"), customer_id(shop, "ANN"))
    assert "referrer" in plan["fieldsFilled"]
    assert counted(plan)["referral"] == 1
    assert await referrers(ask, shop, "NONAME", "NEW") == ["BEN", "NONAME"]
    await unmerge(ask, customer_id(shop, "ANN"))
    assert await referrers(ask, shop, "NONAME", "NEW", "ANN") == ["NEW", "ANN", "BEN"]


async def test_a_circle_that_taking_apart_would_close_stays_open(ask: Asker, shop: Shop) -> None:
    """IDLE referred BEN, BEN referred NEW. NEW refers IDLE while BEN is ANN's record."""
    shop.customer("BEN", referrer="IDLE")
    shop.customer("NEW", referrer="BEN")
    shop.customer("ANN", referrer="NONAME")
    await shop.save()
    plan = await merge(ask, customer_id(shop, "ANN"), customer_id(shop, "BEN"))
    ids = (customer_id(shop, "NONAME"), customer_id(shop, "IDLE"))
    assert {(one["field"], one["keep"], one["merge"]) for one in plan["conflicts"]} >= {("referrer", *ids)}
    manager = ask.being(Role.MANAGER)
    done = await manager(UPDATE, id=customer_id(shop, "IDLE"), input={"referrer": customer_id(shop, "NEW")})
    assert done["updateCustomer"]["__typename"] == "CustomerPayload"
    assert await referrers(ask, shop, "IDLE", "NEW", "ANN") == ["NEW", "ANN", "NONAME"]
    await unmerge(ask, customer_id(shop, "BEN"))
    assert await referrers(ask, shop, "IDLE", "NEW", "BEN", "ANN") == ["NEW", "BEN", None, "NONAME"]


# ---------------------------------------------------------------- refusals


async def test_refused_merges_change_nothing(ask: Asker, shop: Shop, other: Shop) -> None:
    ann, ben, old, gone = (customer_id(shop, number) for number in ("ANN", "BEN", "OLD", "GONE"))
    at_first = await everything(shop.database)
    itself = await merge(ask, ann, ann, choices=[{"field": "colour", "take": "KEEP"}])
    assert problems_of(itself) == [("merge", "NOT_TOGETHER"), ("choices.0.field", "UNKNOWN_VALUE")]
    for missing in (global_id("Customer", 10**6), customer_id(other, "ANN")):
        refused = await merge(ask, missing, ann)
        assert (refused["__typename"], refused["path"]) == ("NotFound", ["keep"])
        refused = await merge(ask, ann, missing)
        assert (refused["__typename"], refused["path"]) == ("NotFound", ["merge"])
    for versions in ({"keepVersion": 9}, {"mergeVersion": 9}, {"keepVersion": 1, "mergeVersion": 9}):
        refused = await merge(ask, ann, ben, **versions)
        assert (refused["__typename"], refused["expected"], refused["actual"]) == ("StaleVersion", 9, 1)
    for keep, merged in ((gone, ann), (ann, gone)):
        refused = await merge(ask, keep, merged)
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "ERASED")
    for keep, merged in ((old, ben), (ben, old)):
        refused = await merge(ask, keep, merged)
        assert (refused["__typename"], refused["keptId"]) == ("AlreadyMerged", ann)
    assert await everything(shop.database) == at_first


async def test_who_waits_to_be_erased_is_not_merged(ask: Asker, shop: Shop) -> None:
    ann, ben = customer_id(shop, "ANN"), customer_id(shop, "BEN")
    await on_store(
        shop.database,
        f"""INSERT INTO erasure_request
            (business_id, customer_id, requested_at, requested_by, erase_on, status, revision)
            VALUES ({shop.id}, {shop.id_of("ANN")}, '2026-03-01 00:00:00', 'x', 20600, 'PENDING', 1)""",
    )
    at_first = await everything(shop.database)
    for keep, merged in ((ann, ben), (ben, ann)):
        refused = await merge(ask, keep, merged)
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "WRONG_STATE")
    assert await everything(shop.database) == at_first
    await on_store(shop.database, "UPDATE erasure_request SET status = 'CANCELLED'")
    assert (await merge(ask, ann, ben))["__typename"] == "MergePlan"


async def on_store(database: Database, statement: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(text(statement))


async def refused_unmerge(ask: Asker, shop: Shop, merged: str, reason: str) -> None:
    """An unmerge is refused for this reason, dry or not, and changes nothing."""
    before = await everything(shop.database)
    for is_dry in (True, False):
        refused = await unmerge(ask, merged, dryRun=is_dry)
        assert (refused["__typename"], refused.get("reason")) == ("NotAllowed", reason)
    assert await everything(shop.database) == before


async def test_what_cannot_be_taken_apart(ask: Asker, shop: Shop, other: Shop) -> None:
    ann, ben, old, gone = (customer_id(shop, number) for number in ("ANN", "BEN", "OLD", "GONE"))
    await refused_unmerge(ask, shop, gone, "ERASED")
    await refused_unmerge(ask, shop, ben, "WRONG_STATE")
    await refused_unmerge(ask, shop, old, "TOO_LATE")  # nothing was kept that would undo it
    await merge(ask, ben, ann)
    late = Asker(ask.services, ask.viewer, NOW + timedelta(days=30, seconds=1))
    await refused_unmerge(late, shop, ann, "TOO_LATE")
    for missing in (global_id("Customer", 10**6), customer_id(other, "ANN")):
        refused = await unmerge(ask, missing)
        assert (refused["__typename"], refused["path"]) == ("NotFound", ["merged"])
    await unmerge(ask, ann)
    await refused_unmerge(ask, shop, ann, "WRONG_STATE")


async def test_an_erased_customer_takes_what_was_merged_into_it_along(ask: Asker, shop: Shop) -> None:
    noname, new = customer_id(shop, "NONAME"), customer_id(shop, "NEW")
    await merge(ask, noname, new)
    erase = "mutation ($id: ID!) { eraseCustomer(id: $id) { __typename } }"
    assert (await ask.being(Role.ADMIN)(erase, id=noname))["eraseCustomer"] == {"__typename": "ErasePlan"}
    await refused_unmerge(ask, shop, new, "ERASED")


async def test_a_later_merge_is_undone_before(ask: Asker, shop: Shop) -> None:
    ann, ben, noname, new = (customer_id(shop, number) for number in ("ANN", "BEN", "NONAME", "NEW"))
    await merge(ask, ben, ann)
    await merge(ask, ben, new)
    await refused_unmerge(ask, shop, ann, "LATER_MERGE")
    await unmerge(ask, new)
    await merge(ask, noname, ben)
    await refused_unmerge(ask, shop, ann, "LATER_MERGE")
    await unmerge(ask, ben)
    assert (await unmerge(ask, ann))["__typename"] == "MergePlan"
    sales = "{ customers { nodes { number sales { totalCount } } } }"
    counts = {n["number"]: n["sales"]["totalCount"] for n in (await ask(sales))["customers"]["nodes"]}
    assert counts == {"ANN": 6, "BEN": 2, "IDLE": 1, "NEW": 0, "NONAME": 1}


@pytest.mark.parametrize(
    "since",
    [
        "UPDATE sale SET refunded = refunded + 1 WHERE number = 'A1'",
        "UPDATE sale SET status = 'CANCELLED' WHERE number = 'A1'",
        "UPDATE sale SET customer_id = :idle WHERE number = 'A1'",
        "UPDATE sale SET customer_id = NULL WHERE number = 'A1'",
        "UPDATE refund SET customer_id = :idle WHERE number = 'AR3'",
        "UPDATE payment SET customer_id = :idle WHERE sale_id IS NULL",
        "UPDATE touchpoint SET customer_id = :idle WHERE type = 'SURVEY'",
    ],
)
async def test_books_that_moved_and_changed_since_stay(ask: Asker, shop: Shop, since: str) -> None:
    ann = customer_id(shop, "ANN")
    await merge(ask, customer_id(shop, "BEN"), ann)
    await on_store(shop.database, since.replace(":idle", str(shop.id_of("IDLE"))))
    await refused_unmerge(ask, shop, ann, "HAS_FACTS")


# ---------------------------------------------------------------- at once, and many


async def test_of_two_at_once_one_is_done(ask_both: Asker) -> None:
    ann, ben, noname = [await id_of(ask_both, number) for number in ("ANN", "BEN", "NONAME")]
    done = await asyncio.gather(merge(ask_both, ann, ben), merge(ask_both, ben, ann))
    plan, refused = sorted(done, key=lambda one: one["__typename"], reverse=True)
    assert (plan["__typename"], refused["__typename"]) == ("MergePlan", "AlreadyMerged")
    kept = {"ANN": ann, "BEN": ben}[plan["keep"]["number"]]
    assert refused["keptId"] == kept
    done = await asyncio.gather(
        merge(ask_both, kept, noname, keepVersion=2), merge(ask_both, kept, noname, keepVersion=2)
    )
    assert sorted(one["__typename"] for one in done) == ["MergePlan", "StaleVersion"]


async def test_several_in_one_document_are_done_in_their_order(ask: Asker, shop: Shop) -> None:
    ann, ben, new = (customer_id(shop, number) for number in ("ANN", "BEN", "NEW"))
    plan = "{ __typename ... on AlreadyMerged { keptId } }"
    document = f"""mutation {{ a: mergeCustomers(keep: "{ben}", merge: "{new}") {plan}
        b: mergeCustomers(keep: "{ann}", merge: "{new}") {plan} c: unmergeCustomers(merged: "{new}") {plan}
        d: mergeCustomers(keep: "{ann}", merge: "{new}") {plan} }}"""
    done = await ask.being(Role.MANAGER)(document)
    assert [done[name]["__typename"] for name in "abcd"] == ["MergePlan", "AlreadyMerged", "MergePlan", "MergePlan"]
    assert done["b"]["keptId"] == ben


async def _statements(shop: Shop, ask: Asker, merged: str) -> tuple[int, int]:
    """How many statements a merge takes, and its undoing."""
    with running_statements(shop.database) as ran:
        await merge(ask, customer_id(shop, "K"), merged)
        of_merge = len(ran)
        await unmerge(ask, merged)
        return of_merge, len(ran) - of_merge


async def _say_much(write: Write, customer_id: int, count: int) -> None:
    """So many consents and preferences of a customer."""
    stamps = {"business_id": write.business_id, "customer_id": customer_id, "revision": write.revision}
    status = {"channel": ConsentChannel.SMS, "status": ConsentStatus.WITHDRAWN, "source": ConsentSource.API}
    said = {**stamps, **status, "at": NOW, "recorded_at": NOW, "actor": "x"}
    await write.insert_many(consent_event, list(said), [tuple(said.values())] * count)
    liked = {**stamps, "type": PreferenceType.SHOPPING, "listed": '["x"]', "searched": "x", "updated_at": NOW}
    rows = [(*liked.values(), f"Key {place}", f"key {place}") for place in range(count)]
    await write.insert_many(preference, [*liked, "key", "folded_key"], rows)


@pytest.mark.parametrize("many", [5_000])
async def test_many_rows_take_as_many_statements_as_few(both_services: Services, many: int) -> None:
    # Takes seconds: there are 5,000 rows of each kind to write, to move and to move back.
    shop = await open_shop(both_services.database, "Many")
    shop.customer("K", first_name="Kay")
    for number, count in (("FEW", 2), ("MANY", many)):
        at = NOW - timedelta(days=9)
        external = {f"system {place}": number for place in range(count)}
        shop.customer(number, tags=[f"{place}" for place in range(count)], external=external, consent_push=True)
        for place in range(count):
            shop.sale(number, "2026-01-01", "5.00", number=f"{number}{place}")
            shop.refund(number, "2026-01-02", "1.00", number=f"R{number}{place}")
            shop.payment(number, "2026-01-03", "1.00")
            shop.touchpoint(number, "2026-01-04")
            shop.customer(f"{number} {place}", created_at=at)
    await shop.save()
    async with writing(shop.database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
        for number, count in (("FEW", 2), ("MANY", many)):
            await _say_much(write, shop.id_of(number), count)
    async with both_services.database.transaction(shop.id) as connection:
        for number in ("FEW", "MANY"):
            await connection.execute(
                text("UPDATE customer SET referrer_id = :id WHERE number LIKE :mine AND business_id = :business"),
                {"id": shop.id_of(number), "mine": f"{number} %", "business": shop.id},
            )
    ask = Asker(both_services, Viewer("mona", Role.MANAGER, shop.id))
    few, lots = customer_id(shop, "FEW"), customer_id(shop, "MANY")
    plan = await merge(ask, customer_id(shop, "K"), lots, dryRun=True)
    kinds = ("referral", "customerTag", "externalId", "preference", "sale", "refund", "payment", "touchpoint")
    assert counted(plan) == {**dict.fromkeys(kinds, many), "consentEvent": many + 1}
    assert await _statements(shop, ask, few) == await _statements(shop, ask, lots)
