"""Consents, preferences, tags and gender in the columnar copy: at the next request they are what the store answers."""

from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from analytics.copy.tables import CONSENTS, EVERYTHING, PREFERENCES
from analytics.standing import consents_standing
from models.customers import customer, customer_tag, listed
from models.preferences import preference
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.corner_shop import corner_shop

ASKED = """{ customers(first: 50) { nodes { number gender tags
    preferences { type key values } consentStates { channel status } } } }"""
UNASKED = "NEVER_ASKED"


@pytest.fixture
async def shop(both_services: Services) -> Shop:
    """The corner shop, on each of the two stores."""
    return await corner_shop(both_services.database)


@pytest.fixture
def ask(both_services: Services, shop: Shop) -> Asker:
    """Asks it as its administrator."""
    return Asker(both_services, Viewer("ada", Role.ADMIN, shop.id))


async def of_copy(ask: Asker, shop: Shop, *, confirmed: bool) -> dict[str, Any]:
    """What the copy says of each listed customer, by number."""
    context = Context(ask.services, ask.viewer, ask.now)
    try:
        view = await context.facts(CONSENTS | PREFERENCES)
        people = await view.fetch(select(customer.c.id, customer.c.number, customer.c.gender).where(*listed()), {})
        tags = (await view.fetch(select(customer_tag.c.customer_id, customer_tag.c.tag), {})).to_pylist()
        c = preference.c
        liked = (await view.fetch(select(c.customer_id, c.type, c.folded_key, c.listed), {})).to_pylist()
        said = (await view.fetch(consents_standing(), {"confirmed": confirmed})).to_pylist()
    finally:
        await context.close()
    return {
        row["number"]: {
            "gender": row["gender"],
            "tags": sorted(one["tag"] for one in tags if one["customer_id"] == row["id"]),
            "preferences": sorted(
                (one["type"], one["folded_key"], orjson.loads(one["listed"]))
                for one in liked
                if one["customer_id"] == row["id"]
            ),
            "consents": {one["channel"]: one["status"] for one in said if one["customer_id"] == row["id"]},
        }
        for row in people.to_pylist()
    }


async def of_store(ask: Asker) -> dict[str, Any]:
    """The same by the API, which asks the store."""
    return {
        node["number"]: {
            "gender": node["gender"],
            "tags": sorted(node["tags"]),
            "preferences": sorted((one["type"], one["key"].casefold(), one["values"]) for one in node["preferences"]),
            "consents": {one["channel"]: one["status"] for one in node["consentStates"] if one["status"] != UNASKED},
        }
        for node in (await ask(ASKED))["customers"]["nodes"]
    }


async def facts_revision(shop: Shop) -> int:
    async with shop.database.reading(shop.id) as connection:
        found = text("SELECT facts_revision FROM business WHERE id = :id")
        return (await connection.execute(found, {"id": shop.id})).scalar_one()


async def test_the_copy_is_what_the_store_answers_after_every_write(ask: Asker, shop: Shop) -> None:
    # Takes a second: a dozen writes, after each of which both are asked.
    ann, ben, noname, new = (f'"{customer_id(shop, number)}"' for number in ("ANN", "BEN", "NONAME", "NEW"))
    before = await facts_revision(shop)
    liked = (
        '[{type: SHOPPING, key: "Brand", values: ["Nike", "Puma"]}, {type: DELIVERY, key: "Time", values: ["noon"]}]'
    )
    for call in (
        f"setConsents(customer: {ann}, consents: [{{channel: EMAIL, given: false}}, {{channel: SMS, given: true}}])",
        f'setConsents(customer: {ann}, consents: [{{channel: PUSH, given: false, at: "2020-01-01T00:00:00Z"}}])',
        f"setConsents(customer: {ann}, consents: [{{channel: EMAIL, given: true}}])",  # of the same moment: it stays
        f"setPreferences(customer: {ann}, preferences: {liked})",
        f'deletePreferences(customer: {ann}, preferences: [{{type: SHOPPING, key: "bRAND"}}])',
        f"setPreferences(customer: {ben}, preferences: {liked})",
        f'updateCustomer(id: {ben}, input: {{gender: "male", email: "ben@example.com"}})',
        f"setConsents(customer: {ben}, consents: [{{channel: EMAIL, given: true}}])",
    ):
        done = (await ask(f"mutation {{ {call} {{ __typename }} }}")).popitem()[1]
        assert done == {"__typename": "CustomerPayload"}, call
        assert await of_copy(ask, shop, confirmed=False) == await of_store(ask), call
    assert await facts_revision(shop) == before  # no report reads any of it
    found = await of_copy(ask, shop, confirmed=False)
    assert found["ANN"]["consents"] == {"EMAIL": "WITHDRAWN", "SMS": "GIVEN", "PUSH": "GIVEN"}
    assert found["BEN"]["gender"] == "male"
    for call in (
        f'setCustomersTags(target: {{ids: [{ann}]}}, add: ["x"], remove: ["vip"])',
        f"mergeCustomers(keep: {ann}, merge: {ben})",
        f"unmergeCustomers(merged: {ben})",
        f"eraseCustomer(id: {noname})",
        f"eraseCustomer(id: {new})",
    ):
        await ask(f"mutation {{ {call} {{ __typename }} }}")
        assert await of_copy(ask, shop, confirmed=False) == await of_store(ask), call


async def test_what_stands_over_a_consent_is_told_too(ask: Asker, shop: Shop) -> None:
    async with shop.database.transaction(shop.id) as connection:
        for change in (
            "email_bounced_at = '2026-03-01 00:00:00.000000', is_email_verified = true",
            "is_phone_verified = false",
        ):
            moved = f"UPDATE customer SET {change}, consent_sms = true WHERE number = 'ANN' AND business_id = {shop.id}"
            await connection.execute(text(moved))
    say = f'setConsents(customer: "{customer_id(shop, "ANN")}", consents: [{{channel: SMS, given: true}}])'
    await ask(f"mutation {{ {say} {{ __typename }} }}")
    settings = "updateBusinessSettings(input: {version: 1, confirmedOptIn: true})"
    await ask(f"mutation {{ {settings} {{ __typename }} }}")
    found = await of_copy(ask, shop, confirmed=True)
    assert found == await of_store(ask)
    assert found["ANN"]["consents"] == {"EMAIL": "UNREACHABLE", "SMS": "PENDING", "PUSH": "GIVEN"}


async def test_they_are_copied_when_they_are_first_needed(ask: Asker) -> None:
    context = Context(ask.services, ask.viewer, ask.now)
    try:
        assert (CONSENTS | PREFERENCES).isdisjoint((await context.facts()).tables)
        assert (await context.facts(EVERYTHING)).tables == EVERYTHING
    finally:
        await context.close()
