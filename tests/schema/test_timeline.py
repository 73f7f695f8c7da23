"""The timeline of a customer: all that is kept of it, as one list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from models.merging import customer_merge
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role, Viewer
from tests.builders import NOW, Shop, open_shop
from tests.schema.conftest import Asker, customer_id

SHOWN = "id at kind title actor amount points subject { __typename id }"
ASKED = f"""query ($id: ID!, $first: Int, $after: String, $kinds: [TimelineKind!], $period: DateRange) {{
    customer(by: {{id: $id}}) {{ timeline(first: $first, after: $after, kinds: $kinds, period: $period) {{
    nodes {{ {SHOWN} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
OWN = f"{{ viewer {{ customer {{ timeline {{ nodes {{ {SHOWN} }} }} }} }} }}"
MARCH = "2026-03-05T12:{}:00+00:00"


@pytest.fixture
async def told(both_services: Any) -> Shop:
    """A shop with a customer to whom one thing of each kind happened."""
    shop = await open_shop(both_services.database)
    shop.customer("EVE", first_name="Eve", email="eve@example.com", created_at=datetime(2026, 1, 1, 9, tzinfo=UTC))
    shop.customer("OLD", merged_into="EVE")
    shop.customer("ZOE")
    shop.sale("EVE", "2026-02-01 10:00", "40.00", number="S1", payments={"CARD": "40.00"})
    shop.payment("EVE", "2026-02-02 10:00", "5.00", method="CASH")
    shop.refund("EVE", "2026-02-03 10:00", "10.00", reason="secret reason")
    shop.touchpoint("EVE", "2026-02-04 10:00", type="CALL", channel="PHONE", outcome="NO_RESPONSE", notes="secret note")
    shop.touchpoint("EVE", "2026-02-04 11:00", is_void=True)
    shop.sale("ZOE", "2026-02-05 10:00", "99.00", number="Z1")
    await shop.save()
    return shop


@pytest.fixture
def eve(both_services: Any, told: Shop) -> Asker:
    """Asks that shop as staff, on each of the two stores."""
    return Asker(both_services, Viewer("stan", Role.STAFF, told.id))


async def timeline(ask: Asker, shop: Shop, number: str = "EVE", **arguments: Any) -> Any:
    return (await ask(ASKED, id=customer_id(shop, number), **arguments))["customer"]["timeline"]


async def titles(ask: Asker, shop: Shop, **arguments: Any) -> list[str]:
    return [node["title"] for node in (await timeline(ask, shop, **arguments))["nodes"]]


async def change(ask: Asker, mutation: str, minutes: float = 0) -> None:
    later = replace(ask, now=NOW + timedelta(minutes=minutes))
    (done,) = (await later(f"mutation {{ {mutation} {{ __typename }} }}")).values()
    assert done["__typename"] in {"CustomerPayload", "BulkDone"}


def edit(shop: Shop, fields: str) -> str:
    return f'updateCustomer(id: "{customer_id(shop, "EVE")}", input: {{{fields}}})'


async def test_it_tells_what_is_kept_the_newest_first(eve: Asker, told: Shop) -> None:
    nodes = (await timeline(eve, told))["nodes"]
    assert [(node["at"], node["kind"], node["title"], node["amount"]) for node in nodes] == [
        ("2026-02-04T10:00:00+00:00", "TOUCHPOINT", "Call, no response", None),
        ("2026-02-03T10:00:00+00:00", "REFUND", "Refund", "10.00"),
        ("2026-02-02T10:00:00+00:00", "PAYMENT", "Payment in cash", "5.00"),
        ("2026-02-01T10:00:00+00:00", "PAYMENT", "Payment by card", "40.00"),
        ("2026-02-01T10:00:00+00:00", "SALE", "Sale S1 in the store", "40.00"),
        ("2026-01-01T09:00:00+00:00", "CREATED", "Record made", None),
    ]
    assert [node["subject"] and node["subject"]["__typename"] for node in nodes] == [
        "Touchpoint", "Refund", "Payment", "Payment", "Sale", None,
    ]  # fmt: skip
    assert nodes[4]["subject"]["id"] == global_id("Sale", told.id_of_sale("S1"))
    assert len({node["id"] for node in nodes}) == 6
    assert {(node["actor"], node["points"]) for node in nodes} == {(None, None)}


async def test_pages_hold_every_event_once_whatever_their_size(eve: Asker, told: Shop) -> None:
    whole = [node["id"] for node in (await timeline(eve, told))["nodes"]]
    for size in (1, 2, 5):
        seen, after, more = list[str](), None, True
        while more:
            page = await timeline(eve, told, first=size, after=after)
            seen += [node["id"] for node in page["nodes"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert seen == whole


async def test_kinds_and_days_leave_what_they_say(eve: Asker, told: Shop) -> None:
    assert await titles(eve, told, kinds=["SALE", "CREATED"]) == ["Sale S1 in the store", "Record made"]
    assert await titles(eve, told, kinds=["POINTS", "TIER"]) == []
    assert await titles(eve, told, period={"start": "2026-02-03", "end": "2026-02-03"}) == ["Refund"]
    assert await titles(eve, told, period={"end": "2026-01-31"}) == ["Record made"]
    days = {"start": "2026-02-03", "end": "2026-02-02"}
    assert "after its end" in await eve.refused(ASKED, id=customer_id(told, "EVE"), period=days)
    cursor = (await timeline(eve, told, first=1))["pageInfo"]["endCursor"]
    refused = await eve.refused(ASKED, id=customer_id(told, "EVE"), after=cursor, kinds=["SALE"])
    assert "other arguments" in refused


async def test_edits_of_an_actor_within_two_minutes_are_one_event(eve: Asker, told: Shop) -> None:
    await change(eve, edit(told, 'lastName: "Adams"'))
    await change(eve, edit(told, 'phone: "+442079460000"'), minutes=2)
    await change(eve.being(Role.MANAGER, subject="mia"), edit(told, "creditLimit: 10"), minutes=2.5)
    await change(eve, edit(told, 'gender: "f"'), minutes=3)
    await change(eve, edit(told, 'address: {city: "Bath"}'), minutes=6)
    nodes = (await timeline(eve, told, kinds=["EDITED"]))["nodes"]
    assert [(node["at"], node["actor"], node["title"]) for node in nodes] == [
        (MARCH.format("06"), "stan", "Changed: address"),
        ("2026-03-05T12:02:30+00:00", "mia", "Changed: credit limit"),
        (MARCH.format("00"), "stan", "Changed: gender, name, phone"),
    ]
    assert [len((await timeline(eve, told, kinds=["EDITED"], first=1))["nodes"])] == [1]


async def test_the_id_of_an_event_stays_when_a_later_edit_joins_it(eve: Asker, told: Shop) -> None:
    await change(eve, edit(told, 'lastName: "Adams"'))
    (before,) = (await timeline(eve, told, kinds=["EDITED"]))["nodes"]
    await change(eve, edit(told, 'gender: "f"'), minutes=1)
    (after,) = (await timeline(eve, told, kinds=["EDITED"]))["nodes"]
    assert (after["id"], after["at"]) == (before["id"], before["at"])
    assert after["title"] == "Changed: gender, name"


async def test_other_writes_have_events_of_their_own(eve: Asker, told: Shop) -> None:
    id_ = f'"{customer_id(told, "EVE")}"'
    manager = eve.being(Role.MANAGER)
    await change(eve, f"verifyCustomer(id: {id_}, email: true)", 1)
    await change(eve, f"setConsents(customer: {id_}, consents: [{{channel: EMAIL, given: true}}])", 2)
    await change(eve, f'setCustomersTags(target: {{ids: [{id_}]}}, add: ["vip"])', 3)
    await change(
        eve, f'setPreferences(customer: {id_}, preferences: [{{type: SHOPPING, key: "Size", values: ["M"]}}])', 9
    )
    await change(manager, f"setCustomersActive(target: {{ids: [{id_}]}}, isActive: false)", 20)
    await change(manager, f"setCustomersActive(target: {{ids: [{id_}]}}, isActive: true)", 21)
    nodes = (await timeline(eve, told, first=6))["nodes"]
    assert [(node["kind"], node["title"], node["actor"]) for node in nodes] == [
        ("STATUS", "Served again", "stan"),
        ("STATUS", "No longer served", "stan"),
        ("EDITED", "Changed: preferences", "stan"),
        ("EDITED", "Changed: tags", "stan"),
        ("CONSENT", "May be written to by e-mail", "stan"),
        ("VERIFIED", "E-mail verified", "stan"),
    ]


async def test_a_record_that_is_made_by_an_upsert_is_made_and_not_edited(eve: Asker, told: Shop) -> None:
    upsert = """mutation ($inputs: [UpsertCustomerInput!]!) { upsertCustomers(inputs: $inputs) {
        ... on UpsertPayload { customer { id } created } } }"""
    ((made,),) = (await eve(upsert, inputs=[{"number": "N1", "firstName": "New"}])).values()
    later = replace(eve, now=NOW + timedelta(minutes=1))
    await later(upsert, inputs=[{"number": "N1", "firstName": "Newer"}])
    asked = (await eve(ASKED, id=made["customer"]["id"]))["customer"]["timeline"]["nodes"]
    assert [node["title"] for node in asked] == ["Changed: name", "Record made"]


async def test_merges_are_told_on_both_sides(eve: Asker, told: Shop) -> None:
    sides = {"kept_id": told.id_of("EVE"), "merged_id": told.id_of("OLD")}
    times = {"merged_at": NOW, "undone_at": NOW + timedelta(days=1)}
    async with told.database.transaction(told.id) as connection:
        row = {"business_id": told.id, "actor": "mia", "revision": told.revision, **sides, **times}
        await connection.execute(insert(customer_merge).values(row))
    await told.change()  # what is kept of answers is of before
    kept = (await timeline(eve, told, kinds=["MERGED"]))["nodes"]
    assert [(node["title"], node["actor"], node["subject"]["id"]) for node in kept] == [
        ("A record that was merged into this one was taken out again", None, customer_id(told, "OLD")),
        ("Another record was merged into this one", "mia", customer_id(told, "OLD")),
    ]
    merged = (await timeline(eve, told, "OLD", kinds=["MERGED"]))["nodes"]
    assert [(node["title"], node["subject"]["id"]) for node in merged] == [
        ("A record of its own again", customer_id(told, "EVE")),
        ("Merged into another record", customer_id(told, "EVE")),
    ]


async def test_an_erasure_is_the_last_event(eve: Asker, told: Shop) -> None:
    told.customer("ART", first_name="Arthur", created_at=datetime(2026, 1, 1, 9, tzinfo=UTC))
    await told.save()
    later = replace(eve.being(Role.ADMIN), now=NOW + timedelta(minutes=1))
    await later(f'mutation {{ eraseCustomer(id: "{customer_id(told, "ART")}") {{ __typename }} }}')
    nodes = (await timeline(eve, told, "ART"))["nodes"]
    assert [(node["kind"], node["title"], node["actor"]) for node in nodes] == [
        ("ERASED", "Erased", "stan"),
        ("CREATED", "Record made", None),
    ]


async def test_a_customer_sees_its_own_without_what_is_of_the_staff(eve: Asker, told: Shop) -> None:
    await change(eve, edit(told, 'lastName: "Adams"'))
    await change(eve, f'verifyCustomer(id: "{customer_id(told, "EVE")}", email: true)', 1)
    nodes = (await eve.being(Role.CUSTOMER, customer_id=told.id_of("EVE"))(OWN))["viewer"]["customer"]["timeline"][
        "nodes"
    ]
    assert [(node["kind"], node["actor"]) for node in nodes] == [
        ("VERIFIED", None), ("TOUCHPOINT", None), ("REFUND", None), ("PAYMENT", None), ("PAYMENT", None),
        ("SALE", None), ("CREATED", None),
    ]  # fmt: skip


async def test_a_list_of_customers_takes_one_statement_for_their_timelines(eve: Asker, told: Shop) -> None:
    asked = "{{ customers {{ nodes {{ number {} }} }} }}"
    without = (await eve.run(asked.format(""))).statements
    answer = await eve.run(asked.format("timeline(first: 2) { nodes { title } }"))
    assert answer.statements == without + 1
    shown = {
        node["number"]: [event["title"] for event in node["timeline"]["nodes"]]
        for node in answer.data["customers"]["nodes"]
    }
    assert shown == {
        "EVE": ["Call, no response", "Refund"],
        "ZOE": ["Record made", "Sale Z1 in the store"],
    }
