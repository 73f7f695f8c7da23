"""Erasing a person: what is blanked, what stays, what is in its way, and who may ask for it."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from models.audit import AuditSource
from models.revision import Counter
from resolvers.businesses import the_business
from resolvers.erasure import erase_due
from resolvers.operation.actor import Actor
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id, request_id
from tests.schema.corner_shop import corner_shop
from tests.schema.writing import counters, everything, problems_of, refusals_of

REQUEST = "request { id customer { number } requestedAt requestedBy eraseOn status blockedBy reason }"
PLAN = f"""{refusals_of("EraseResult")} ... on ErasePlan {{
    applied customer {{ id name number }} erased {{ kind count }} kept {{ kind count }} }}"""
ASKED = f"{refusals_of('ErasureResult')} ... on ErasureRequestPayload {{ {REQUEST} }}"
ERASE = f"mutation ($id: ID!, $dryRun: Boolean! = false) {{ eraseCustomer(id: $id, dryRun: $dryRun) {{ {PLAN} }} }}"
ASK = f"mutation ($id: ID!, $reason: String) {{ requestErasure(customer: $id, reason: $reason) {{ {ASKED} }} }}"
CANCEL = f"mutation ($id: ID!) {{ cancelErasure(id: $id) {{ {ASKED} }} }}"
LIST = "query ($status: ErasureStatus) { erasureRequests(status: $status) { customer { number } status blockedBy } }"
NIGHT = Actor("schedule", "ADMIN", AuditSource.JOB)


async def erase(ask: Asker, id_: str, *, dry_run: bool = False) -> Any:
    return (await ask.being(Role.ADMIN)(ERASE, id=id_, dryRun=dry_run))["eraseCustomer"]


async def request(ask: Asker, id_: str, reason: str | None = None) -> Any:
    return (await ask.being(Role.MANAGER)(ASK, id=id_, reason=reason))["requestErasure"]


async def cancel(ask: Asker, id_: str, role: Role = Role.MANAGER) -> Any:
    return (await ask.being(role)(CANCEL, id=id_))["cancelErasure"]


async def settled_shop(ask: Asker) -> Shop:
    """The corner shop, in which ANN owes nothing and has no pending sale any more; a second one beside the first."""
    shop = await corner_shop(ask.services.database, name="Settled Shop")
    shop.customer("ANN", opening_balance="-65.00")  # 80.00 of A4 are unpaid, 15.00 were paid without a sale
    shop.sale("ANN", "2026-03-01", "55.00", number="A5", status="CANCELLED")
    await shop.change()
    return shop


def of_shop(ask: Asker, shop: Shop) -> Asker:
    return replace(ask, viewer=replace(ask.viewer, business_id=shop.id))


@pytest.fixture
async def settled(ask: Asker) -> tuple[Asker, Shop]:
    """Asks a shop in which nothing is in the way of erasing ANN."""
    shop = await settled_shop(ask)
    return of_shop(ask, shop), shop


@pytest.fixture
async def settled_both(ask_both: Asker) -> tuple[Asker, Shop]:
    """The same on each of the two stores."""
    shop = await settled_shop(ask_both)
    return of_shop(ask_both, shop), shop


def counts(plan: list[Any]) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in plan}


# ---------------------------------------------------------------- eraseCustomer


async def test_who_is_erased_has_no_name_and_keeps_its_sales(settled_both: tuple[Asker, Shop]) -> None:
    ask, shop = settled_both
    id_ = customer_id(shop, "ANN")
    plan = await erase(ask, id_)
    assert plan["applied"]
    assert plan["customer"]["id"] == id_
    assert plan["customer"]["name"] == "Erased customer"
    assert plan["customer"]["number"].startswith("CUST-20260305-")
    assert counts(plan["erased"]) == {
        "customer": 2, "customerTag": 2, "externalId": 2, "refund": 1, "sale": 1, "touchpoint": 1,
    }  # fmt: skip
    assert counts(plan["kept"]) == {"sale": 6, "refund": 3, "payment": 5, "touchpoint": 7, "consentEvent": 2}
    shown = await ask(
        """query ($id: ID!) { node(id: $id) { ... on Customer {
            firstName lastName email phone birthDate gender notes tags isActive isLinked creditLimit
            externalIds { value } preferences { key } address { line1 city } acquisition { source campaign }
            consents { email sms push } purchases { orders } sales { totalCount } } } }""",
        id=id_,
    )
    assert shown["node"] == {
        "firstName": None, "lastName": None, "email": None, "phone": None, "birthDate": None, "gender": None,
        "notes": None, "tags": [], "isActive": True, "isLinked": False, "creditLimit": "500.00", "externalIds": [],
        "preferences": [], "address": None, "acquisition": {"source": None, "campaign": None},
        "consents": {"email": False, "sms": False, "push": False}, "purchases": {"orders": 4},
        "sales": {"totalCount": 6},
    }  # fmt: skip


async def test_it_leaves_one_revision_one_entry_and_one_event(settled: tuple[Asker, Shop]) -> None:
    ask, shop = settled
    before = await counters(shop)
    id_ = customer_id(shop, "ANN")
    await erase(ask, id_)
    after = await counters(shop)
    assert {name: after[name] - before[name] for name in after} == {
        "revision": 1, "facts_revision": 1, "entries": 1, "events": 1,
    }  # fmt: skip
    async with shop.database.reading(shop.id) as connection:
        entry = (await connection.execute(text("SELECT * FROM audit_entry ORDER BY id DESC"))).first()
        event = (await connection.execute(text("SELECT * FROM event ORDER BY id DESC"))).first()
        logged = (await connection.execute(text("SELECT customer_id, day FROM erased_customer ORDER BY 1"))).all()
        reached = (await connection.execute(text(f"SELECT {Counter.ERASED} FROM business WHERE id = {shop.id}"))).one()
    assert entry is not None
    assert event is not None
    assert (entry.action, entry.subject, entry.customer_id) == ("eraseCustomer", id_, shop.id_of("ANN"))
    changes = {name: (before, after, personal) for name, before, after, personal in json.loads(entry.changes)}
    assert changes["email"] == changes["number"] == (None, None, True)
    assert changes["isErased"] == ("false", "true", False)
    assert (event.type, event.customer_id) == ("customer.erased", shop.id_of("ANN"))
    assert json.loads(event.data) == {"revision": after["revision"]}
    assert sorted(logged) == sorted([(shop.id_of("ANN"), 20517), (shop.id_of("OLD"), 20517)])
    assert reached == (after["revision"],)


async def test_a_dry_run_says_the_same_and_changes_nothing(settled_both: tuple[Asker, Shop]) -> None:
    ask, shop = settled_both
    before = await everything(shop.database)
    planned = await erase(ask, customer_id(shop, "ANN"), dry_run=True)
    assert await everything(shop.database) == before
    assert planned["applied"] is False
    assert planned["customer"]["name"] == "Anna Ólafsdóttir"
    done = await erase(ask, customer_id(shop, "ANN"))
    assert (planned["erased"], planned["kept"]) == (done["erased"], done["kept"])


async def test_nobody_is_found_by_what_was_blanked(settled_both: tuple[Asker, Shop]) -> None:
    ask, shop = settled_both
    plan = await erase(ask, customer_id(shop, "ANN"))
    found = "query ($text: String!) { customers(filter: {search: $text}) { nodes { number } } }"
    for words in ("Ólafsdóttir", "anna.marker", "+442079460958", plan["customer"]["number"]):
        nodes = (await ask(found, text=words))["customers"]["nodes"]
        assert nodes == [], words
    by = "query ($by: CustomerBy!) { customer(by: $by) { number } }"
    for one in ({"email": "anna.marker@example.com"}, {"number": "ANN"}, {"number": "OLD"}):
        assert (await ask(by, by=one))["customer"] is None
    made = await ask.being(Role.MANAGER)(
        """mutation { createCustomer(input: {number: "ANN", email: "anna.marker@example.com"}) { __typename } }"""
    )
    assert made["createCustomer"]["__typename"] == "CustomerPayload"


async def test_who_said_no_is_not_written_to_again_by_an_import(settled: tuple[Asker, Shop]) -> None:
    ask, shop = settled
    said = """mutation ($id: ID!) { setConsents(customer: $id, consents: [
        {channel: EMAIL, given: false}, {channel: SMS, given: true}]) { __typename } }"""
    await ask(said, id=customer_id(shop, "ANN"))
    await erase(ask, customer_id(shop, "ANN"))
    made = await ask(
        """mutation { upsertCustomers(inputs: [{email: "anna.marker@example.com", phone: "+442079460958", consents: [
            {channel: EMAIL, given: true, source: IMPORT}, {channel: SMS, given: true, source: IMPORT}]}]) {
            ... on UpsertPayload { created customer { consents { email sms } } } } }"""
    )
    assert made["upsertCustomers"] == [{"created": True, "customer": {"consents": {"email": False, "sms": True}}}]


async def test_a_retry_of_what_made_the_customer_answers_without_a_name(settled: tuple[Asker, Shop]) -> None:
    ask, _ = settled
    create = """mutation ($name: String) { createCustomer(input: {idempotencyKey: "k-1", firstName: $name}) {
        __typename ... on CustomerPayload { replayed customer { id name } } } }"""
    id_ = (await ask(create, name="Cora"))["createCustomer"]["customer"]["id"]
    await erase(ask, id_)
    replayed = {"__typename": "CustomerPayload", "replayed": True, "customer": {"id": id_, "name": "Erased customer"}}
    assert (await ask(create, name="Cora"))["createCustomer"] == replayed
    assert (await ask(create, name="Other"))["createCustomer"] == replayed


@pytest.mark.parametrize(
    ("number", "reason", "said"),
    [
        ("GONE", "ERASED", "erased"),
        ("OLD", "MERGED", "merged"),
        ("ANN", "OPEN_BALANCE", "owes 85.00"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
async def test_what_is_in_the_way(ask_both: Asker, number: str, reason: str, said: str, *, dry_run: bool) -> None:
    shop = await corner_shop(ask_both.services.database, name="Another")
    ask, before = of_shop(ask_both, shop), await everything(shop.database)
    refused = await erase(ask, customer_id(shop, number), dry_run=dry_run)
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", reason)
    assert said in refused["message"]
    assert await everything(shop.database) == before


async def test_who_is_owed_and_who_has_a_pending_sale_stay(ask: Asker, shop: Shop) -> None:
    shop.customer("BEN", opening_balance="-0.01")
    shop.sale("NEW", "2026-03-01", "5.00", number="P1", status="PENDING")
    await shop.change()
    before = await everything(shop.database)
    owed, pending = [await erase(ask, customer_id(shop, number)) for number in ("BEN", "NEW")]
    assert (owed["reason"], owed["message"]) == ("OPEN_BALANCE", "The customer is owed 0.01: settle that first.")
    assert pending["reason"] == "PENDING_SALE"
    assert await everything(shop.database) == before


async def test_a_merged_record_is_erased_with_the_kept_one(settled: tuple[Asker, Shop]) -> None:
    ask, shop = settled
    old = customer_id(shop, "OLD")
    assert (await erase(ask, old))["reason"] == "MERGED"
    await erase(ask, customer_id(shop, "ANN"))
    assert (await erase(ask, old))["reason"] == "ERASED"
    asked = "query ($id: ID!) { node(id: $id) { ... on Customer { name firstName mergedInto { name } } } }"
    assert (await ask(asked, id=old))["node"] == {
        "name": "Erased customer", "firstName": None, "mergedInto": {"name": "Erased customer"},
    }  # fmt: skip


async def test_two_at_once_erase_once(settled_both: tuple[Asker, Shop]) -> None:
    ask, shop = settled_both
    done = await asyncio.gather(*(erase(ask, customer_id(shop, "ANN")) for _ in range(2)))
    assert sorted(one["__typename"] for one in done) == ["ErasePlan", "NotAllowed"]
    assert [one["reason"] for one in done if one["__typename"] == "NotAllowed"] == ["ERASED"]


# ---------------------------------------------------------------- requests


async def test_a_request_waits_as_long_as_the_business_says_and_is_there_once(ask_both: Asker) -> None:
    shop = await corner_shop(ask_both.services.database, name="Another")
    ask = of_shop(ask_both, shop)
    asked = await request(ask, customer_id(shop, "ANN"), " wants to leave ")
    assert asked["request"].pop("id")
    assert asked["request"] == {
        "customer": {"number": "ANN"}, "requestedAt": "2026-03-05T12:00:00+00:00", "requestedBy": "stan",
        "eraseOn": "2026-03-12", "status": "PENDING", "blockedBy": None, "reason": "wants to leave",
    }  # fmt: skip
    before = await counters(shop)
    assert (await request(ask, customer_id(shop, "ANN"), "again"))["request"]["reason"] == "wants to leave"
    assert await counters(shop) == before
    manager = ask.being(Role.MANAGER)
    assert [one["customer"]["number"] for one in (await manager(LIST))["erasureRequests"]] == ["ANN", "IDLE"]
    assert (await manager(LIST, status="DONE"))["erasureRequests"] == []


async def test_requests_at_once_are_one(ask_both: Asker) -> None:
    shop = await corner_shop(ask_both.services.database, name="Another")
    ask = of_shop(ask_both, shop)
    asked = await asyncio.gather(*(request(ask, customer_id(shop, "ANN")) for _ in range(3)))
    assert len({one["request"]["id"] for one in asked}) == 1


async def test_what_a_request_is_refused_for(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    assert (await request(ask, customer_id(shop, "GONE")))["reason"] == "ERASED"
    assert (await request(ask, customer_id(shop, "OLD")))["reason"] == "MERGED"
    assert problems_of(await request(ask, customer_id(shop, "ANN"), "x" * 501)) == [("reason", "TOO_LONG")]
    assert await everything(shop.database) == before


async def test_who_asked_and_an_administrator_may_cancel(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    other = ask.being(Role.MANAGER, subject="mary")
    refused = await cancel(other, request_id(shop))
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "NOT_YOURS")
    assert await everything(shop.database) == before
    assert (await cancel(ask, request_id(shop)))["request"]["status"] == "CANCELLED"
    assert (await cancel(ask, request_id(shop)))["reason"] == "WRONG_STATE"
    again = await request(ask, customer_id(shop, "IDLE"))
    assert (await cancel(other, again["request"]["id"], Role.ADMIN))["request"]["status"] == "CANCELLED"


async def test_a_request_is_for_managers_also_by_its_id(ask: Asker, shop: Shop) -> None:
    asked = "query ($id: ID!) { node(id: $id) { ... on ErasureRequest { status requestedBy } } }"
    assert (await ask(asked, id=request_id(shop)))["node"] is None
    found = {"status": "PENDING", "requestedBy": "stan"}
    assert (await ask.being(Role.MANAGER)(asked, id=request_id(shop)))["node"] == found


async def test_what_is_due_is_tried_until_nothing_is_in_its_way(settled_both: tuple[Asker, Shop]) -> None:
    ask, shop = settled_both
    manager, id_ = ask.being(Role.MANAGER), customer_id(shop, "ANN")
    await request(ask, id_, "personal reason")
    business = await the_business(shop.database, shop.business.name)

    async def night(day: int) -> list[tuple[str, Any]]:
        moment = datetime(2026, 3, day, 3, tzinfo=UTC)
        tried = await erase_due(shop.database, business, actor=NIGHT, clock=lambda: moment)
        return [(shop.number_of(one.customer_id), one.blocked_by) for one in tried]

    async def requests() -> list[tuple[str, str, str | None]]:
        found = (await manager(LIST))["erasureRequests"]
        return [(one["customer"]["number"], one["status"], one["blockedBy"]) for one in found]

    assert await night(11) == []
    shop.sale("ANN", "2026-03-05", "9.00", number="P1", status="PENDING")
    await shop.change()
    assert await night(12) == [("IDLE", None), ("ANN", "PENDING_SALE")]
    assert (await requests())[0] == ("ANN", "PENDING", "PENDING_SALE")
    before = await everything(shop.database)
    assert await night(13) == [("ANN", "PENDING_SALE")]
    assert await everything(shop.database) == before
    shop.sale("ANN", "2026-03-05", "9.00", number="P1", status="CANCELLED")
    await shop.change()
    assert await night(14) == [("ANN", None)]
    assert [status for _, status, _ in await requests()] == ["DONE", "DONE"]
    assert await night(15) == []


async def test_erasing_at_once_settles_the_request(settled: tuple[Asker, Shop]) -> None:
    ask, shop = settled
    asked = await request(ask, customer_id(shop, "ANN"), "personal reason")
    await erase(ask, customer_id(shop, "ANN"))
    shown = "query ($id: ID!) { node(id: $id) { ... on ErasureRequest { status reason } } }"
    done = (await ask.being(Role.MANAGER)(shown, id=asked["request"]["id"]))["node"]
    assert done == {"status": "DONE", "reason": None}
    assert (await cancel(ask, asked["request"]["id"]))["reason"] == "WRONG_STATE"
