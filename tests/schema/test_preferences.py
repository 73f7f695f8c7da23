"""What customers prefer, set and deleted."""

from typing import Any

from resolvers.operation.ids import global_id
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.writing import counters, everything, problems_of, refusals_of

SHOWN = f"""{refusals_of("CustomerResult")}
    ... on CustomerPayload {{ customer {{ version preferences {{ type key value values updatedAt }} }} }}"""
SET = f"""mutation ($customer: ID!, $preferences: [PreferenceInput!]!) {{
    setPreferences(customer: $customer, preferences: $preferences) {{ {SHOWN} }} }}"""
DELETE = f"""mutation ($customer: ID!, $preferences: [PreferenceKeyInput!]) {{
    deletePreferences(customer: $customer, preferences: $preferences) {{ {SHOWN} }} }}"""


def shopping(key: str, *values: str, type: str = "SHOPPING") -> Any:
    return {"type": type, "key": key, "values": list(values)}


async def put(ask: Asker, id_: str, *preferences: Any) -> Any:
    return (await ask(SET, customer=id_, preferences=list(preferences)))["setPreferences"]


async def remove(ask: Asker, id_: str, preferences: Any) -> Any:
    return (await ask(DELETE, customer=id_, preferences=preferences))["deletePreferences"]


def kept(done: Any) -> Any:
    return [(one["type"], one["key"], one["values"]) for one in done["customer"]["preferences"]]


async def test_those_that_are_named_are_set_and_others_stay(ask_both: Asker) -> None:
    found = await ask_both('{ customer(by: {number: "ANN"}) { id version } }')
    id_, version = found["customer"]["id"], found["customer"]["version"]
    done = await put(
        ask_both, id_, shopping(" Brand ", "Nike", " Adidas", "Nike"), shopping("Size", "M", type="DELIVERY")
    )
    assert kept(done) == [("DELIVERY", "Size", ["M"]), ("SHOPPING", "Brand", ["Nike", "Adidas"])]
    assert done["customer"]["preferences"][1]["value"] == "Nike"
    assert done["customer"]["version"] == version + 1
    done = await put(ask_both, id_, shopping("BRAND", "Puma"))
    assert kept(done) == [("DELIVERY", "Size", ["M"]), ("SHOPPING", "Brand", ["Puma"])]
    one_type = f'{{ customer(by: {{id: "{id_}"}}) {{ preferences(type: DELIVERY) {{ key }} }} }}'
    assert (await ask_both(one_type))["customer"]["preferences"] == [{"key": "Size"}]
    done = await remove(ask_both, id_, [{"type": "SHOPPING", "key": "brand"}, {"type": "PAYMENT", "key": "none"}])
    assert kept(done) == [("DELIVERY", "Size", ["M"])]
    assert kept(await remove(ask_both, id_, None)) == []


async def test_what_changes_nothing_leaves_nothing(ask: Asker, shop: Shop) -> None:
    ann = customer_id(shop, "ANN")
    await put(ask, ann, shopping("Brand", "Nike"))
    before = await everything(shop.database)
    await put(ask, ann, shopping("brand", "Nike"))
    await remove(ask, ann, [{"type": "SHOPPING", "key": "size"}])
    await put(ask, ann)
    assert await everything(shop.database) == before


async def test_it_leaves_one_revision_and_one_entry_that_names_no_value(ask: Asker, shop: Shop) -> None:
    before = await counters(shop)
    await put(ask, customer_id(shop, "ANN"), shopping("Brand", "Hidden"), shopping("Size", "Secret"))
    after = await counters(shop)
    assert {n: after[n] - before[n] for n in after} == {"revision": 1, "facts_revision": 0, "entries": 1, "events": 0}
    assert not any("Hidden" in entry or "Brand" in entry for entry in (await everything(shop.database))["audit_entry"])


async def test_refusals_change_nothing(ask: Asker, shop: Shop, other: Shop) -> None:
    before = await everything(shop.database)
    wrong = [
        shopping(" ", "a"),
        shopping("k" * 81, "v" * 201),
        shopping("None"),
        shopping("a", "1"),
        shopping("A", "2"),
    ]
    assert problems_of(await put(ask, customer_id(shop, "ANN"), *wrong)) == [
        ("preferences.0.key", "REQUIRED"),
        ("preferences.1.key", "TOO_LONG"),
        ("preferences.1.values.0", "TOO_LONG"),
        ("preferences.2.values", "REQUIRED"),
        ("preferences.4.key", "NOT_TOGETHER"),
    ]
    assert problems_of(await remove(ask, customer_id(shop, "ANN"), [{"type": "PAYMENT", "key": ""}])) == [
        ("preferences.0.key", "REQUIRED")
    ]
    for missing in (global_id("Customer", 10**6), customer_id(other, "ANN")):
        for refused in (await put(ask, missing, shopping("a", "b")), await remove(ask, missing, None)):
            assert (refused["__typename"], refused["path"]) == ("NotFound", ["customer"])
    for number, reason in (("GONE", "ERASED"), ("OLD", "MERGED")):
        refused = await put(ask, customer_id(shop, number), shopping("a", "b"))
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", reason)
    assert await everything(shop.database) == before
