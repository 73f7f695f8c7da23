"""Objects by their public ids."""

from base64 import urlsafe_b64encode

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker

NODE = """query($id: ID!) { node(id: $id) { __typename id
    ... on Customer { customer: number } ... on Sale { sale: number } ... on Storefront { name }
    ... on Touchpoint { subject } ... on Refund { refund: amount }
    ... on Payment { payment: amount method } } }"""


@pytest.fixture
async def ids(ask: Asker, shop: Shop) -> dict[str, str]:
    """An id of each kind."""
    parts = await ask("""{ customer(by: {number: "ANN"}) { refunds { nodes { id amount } }
        sales { nodes { payments { id method } } } } }""")
    refunds = [refund["id"] for refund in parts["customer"]["refunds"]["nodes"] if refund["amount"] == "2.50"]
    paid = [payment for sale in parts["customer"]["sales"]["nodes"] for payment in sale["payments"]]
    return {
        "Refund": refunds[0],
        "Payment": next(payment["id"] for payment in paid if payment["method"] == "VOUCHER"),
        "Customer": global_id("Customer", shop.id_of("ANN")),
        "Sale": global_id("Sale", shop.id_of_sale("A2")),
        "Storefront": global_id("Storefront", shop.id_of_storefront("Web")),
        "Touchpoint": global_id("Touchpoint", 7),
    }


async def test_an_object_of_each_kind(ask: Asker, ids: dict[str, str]) -> None:
    shown = {"Customer": {"customer": "ANN"}, "Sale": {"sale": "A2"}, "Storefront": {"name": "Web"}}
    shown |= {"Touchpoint": {"subject": "How was it?"}, "Refund": {"refund": "2.50"}}
    shown["Payment"] = {"payment": "4.40", "method": "VOUCHER"}
    for kind, id_ in ids.items():
        assert await ask(NODE, id=id_) == {"node": {"__typename": kind, "id": id_, **shown[kind]}}


async def test_an_id_is_the_one_that_an_answer_gave(ask: Asker, ids: dict[str, str]) -> None:
    query = """{ customer(by: {number: "ANN"}) { id sales(last: 2) { nodes { id } } }
        storefronts { id } touchpoints(first: 2) { nodes { id } } }"""
    found = await ask(query)

    assert found["customer"]["id"] == ids["Customer"]
    assert found["customer"]["sales"]["nodes"][0]["id"] == ids["Sale"]
    assert found["storefronts"][-1]["id"] == ids["Storefront"]
    assert found["touchpoints"]["nodes"][-1]["id"] == ids["Touchpoint"]


async def test_objects_in_the_order_of_their_ids(ask: Asker, ids: dict[str, str]) -> None:
    absent = global_id("Sale", 10**17)
    asked = [ids["Sale"], absent, ids["Touchpoint"], ids["Customer"], ids["Sale"], ids["Storefront"]]
    found = await ask("query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=asked)

    kinds = ["Sale", None, "Touchpoint", "Customer", "Sale", "Storefront"]
    assert found["nodes"] == [k and {"id": i, "__typename": k} for i, k in zip(asked, kinds, strict=True)]
    assert await ask("{ nodes(ids: []) { id } }") == {"nodes": []}


async def test_objects_of_another_business_are_not_there(ask: Asker, ids: dict[str, str], other: Shop) -> None:
    theirs = ask.being(Role.ADMIN, business_id=other.id)
    for id_ in ids.values():
        assert await theirs(NODE, id=id_) == {"node": None}
    assert await theirs("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=list(ids.values())) == {
        "nodes": [None] * len(ids)
    }


async def test_merged_and_erased_customers_are_still_found(ask: Asker, shop: Shop) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Customer { number name } } }"

    assert await ask(query, id=global_id("Customer", shop.id_of("OLD"))) == {
        "node": {"number": "OLD", "name": "Anna Old"}
    }
    assert await ask(query, id=global_id("Customer", shop.id_of("GONE"))) == {
        "node": {"number": "GONE", "name": "Erased customer"}
    }


def encoded(text: str) -> str:
    """An id that somebody made up."""
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def forged(id_: str) -> list[str]:
    """What somebody may make of an id that an answer gave: of another kind, other letters, written otherwise."""
    kind, letters = id_.split("_")
    return [
        *(
            f"Sale_{letters}",
            letters,
            f"_{letters}",
            f"{kind}_{letters.upper()}",
            f" {id_}",
            f"{id_} ",
            f"{kind}__{letters}",
        ),
        *(f"{kind}_{letters[:-1]}", f"{id_}0", f"{kind}_{letters[::-1]}", f"{kind}_{'0' * 32}", f"{kind}_{' ' * 32}"),
        *(f"{kind}_{letters[:16]}{'0' * 16}", f"{kind}_{'0' * 16}{letters[16:]}", f"{kind}_{'é' * 32}"),
    ]


async def test_ids_that_are_none(ask: Asker, shop: Shop) -> None:
    malformed = [
        *("", "ANN", "7", "%%%%", "Customer:1", "é", "\0", "a" * 5000, "=", "A", "Q3VzdG9tZXI6", "\ud800"),
        *map(encoded, ("Customer", "Customer:", ":1", "Customer:x", "Customer:-1", "Customer:1.0", "Customer:１")),
        *map(
            encoded,
            ("Customer:1", f"Customer:{10**18}", "Cust omer:1", "Customer:1:2", "Customer: 1", "Customer:1\n", "é:1"),
        ),
        *forged(global_id("Customer", shop.id_of("ANN"))),
    ]
    for id_ in malformed:
        told = await ask.refused(NODE, id=id_)
        assert told == f'"{id_}" is not an id of this API: use an `id` that an answer gave'


async def test_ids_of_what_has_no_page_of_its_own(ask: Asker, shop: Shop) -> None:
    for kind in ("Business", "ImportRun", "SaleItem", "AuditEntry", "Nothing"):
        id_ = global_id(kind, 1)
        assert await ask.refused(NODE, id=id_) == (
            f'"{id_}" is the id of a {kind}, which `node` does not find: ask for it where you got it'
        )


async def test_too_many_at_once(ask: Asker, ids: dict[str, str]) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert len((await ask(query, ids=[ids["Sale"]] * 100))["nodes"]) == 100
    assert await ask.refused(query, ids=[ids["Sale"]] * 101) == "`ids` may hold up to 100 ids, not 101"
