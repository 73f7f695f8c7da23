"""Lists of customers by gender, orders, consents and preferences, from the store and from the columnar copy."""

from typing import Any

import pytest

from models.listing import CustomerOrder
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id

LIST = """query ($filter: CustomerFilter!, $order: CustomerOrder!) {
    customers(filter: $filter, orderBy: $order) { nodes { number } totalCount } }"""
WRITE_GENDER = """mutation ($id: ID!, $version: Int!, $gender: String) {
    updateCustomer(id: $id, input: {version: $version, gender: $gender}) { __typename } }"""
PREFER = """mutation ($id: ID!, $preferences: [PreferenceInput!]!) {
    setPreferences(customer: $id, preferences: $preferences) { __typename } }"""


async def found(ask: Asker, order: CustomerOrder = CustomerOrder.NEWEST, **filter: Any) -> set[str]:
    listed = (await ask(LIST, filter=filter, order=order))["customers"]
    assert listed["totalCount"] == len(listed["nodes"])
    return {node["number"] for node in listed["nodes"]}


@pytest.mark.parametrize("order", [CustomerOrder.NEWEST, CustomerOrder.TOTAL_SPENT])
async def test_each_filter_on_both_stores_and_the_copy(ask_both: Asker, order: CustomerOrder) -> None:
    by_number = {
        node["number"]: node["id"]
        for node in (await ask_both("{ customers { nodes { id number } } }"))["customers"]["nodes"]
    }
    wanted = [{"type": "SHOPPING", "key": "Brand", "values": ["Nike_1%", "Äpfel"]}]
    await ask_both(PREFER, id=by_number["ANN"], preferences=wanted)
    await ask_both(
        PREFER, id=by_number["BEN"], preferences=[{"type": "SHOPPING", "key": "brand", "values": ["NikeX1"]}]
    )

    assert await found(ask_both, order, gender="FEMALE") == {"ANN"}
    assert await found(ask_both, order, gender="male") == set()
    assert await found(ask_both, order, consent="EMAIL") == await found(ask_both, order, consent="PUSH") == {"ANN"}
    assert await found(ask_both, order, consent="SMS") == set()
    assert await found(ask_both, order, preference={"type": "SHOPPING", "key": " BRAND "}) == {"ANN", "BEN"}
    assert await found(ask_both, order, preference={"type": "DELIVERY", "key": "brand"}) == set()
    for value, who in (("nike_1%", {"ANN"}), ("ÄPFEL", {"ANN"}), ("nike", set()), ("nikex1", {"BEN"})):
        assert await found(ask_both, order, preference={"type": "SHOPPING", "key": "brand", "value": value}) == who
    assert await found(ask_both, order, orders={"min": 2}) == {"ANN", "BEN"}
    assert await found(ask_both, order, orders={"min": 1, "max": 2}) == {"BEN", "IDLE", "NONAME"}
    assert await found(ask_both, order, orders={"max": 0}) == {"NEW"}
    assert await found(ask_both, order, orders={"min": 1}, consent="EMAIL", search="anna") == {"ANN"}


@pytest.mark.parametrize("order", [CustomerOrder.NEWEST, CustomerOrder.TOTAL_SPENT])
async def test_a_gender_in_whatever_letters(ask_both: Asker, order: CustomerOrder) -> None:
    """Case is folded, and a letter with its accent beside it is that letter."""
    nodes = (await ask_both("{ customers { nodes { id number version } } }"))["customers"]["nodes"]
    by_number = {node["number"]: node for node in nodes}
    for number, written in (("BEN", "Queer\u0301 STRASSE"), ("NEW", "que\u0301er straße")):
        one = by_number[number]
        await ask_both(WRITE_GENDER, id=one["id"], version=one["version"], gender=written)

    assert await found(ask_both, order, gender="QUEER\u0301 straße") == {"BEN"}
    assert await found(ask_both, order, gender="quéer strasse") == {"NEW"}
    assert await found(ask_both, order, gender="queer strasse") == set()  # another letter


async def test_whom_one_may_not_contact_is_not_in_the_list(ask: Asker, shop: Shop) -> None:
    assert await found(ask, consent="EMAIL") == {"ANN"}
    off = f"""mutation {{ setCustomersActive(target: {{ids: ["{customer_id(shop, "ANN")}"]}}, isActive: false) {{
        __typename }} }}"""
    await ask.being(Role.MANAGER)(off)
    assert await found(ask, consent="EMAIL") == set()


async def test_what_makes_no_sense_or_needs_the_claim_is_refused(ask: Asker) -> None:
    by = {"order": CustomerOrder.NEWEST}
    await ask.refused(LIST, filter={"orders": {"min": 2, "max": 1}}, **by)
    await ask.being(Role.VIEWER).refused(LIST, "FORBIDDEN", filter={"gender": "female"}, **by)
    assert await found(ask.being(Role.VIEWER, pii=True), gender="female") == {"ANN"}
