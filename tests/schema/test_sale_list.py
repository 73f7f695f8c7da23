"""The sales of the whole shop: each filter, on both stores."""

from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.schema.conftest import Asker

QUERY = """query($f: SaleFilter, $first: Int, $after: String) {
  sales(filter: $f, first: $first, after: $after) { totalCount nodes { number } }
}"""
ALL = ["A6", "A5", "X1", "G1", "N1", "A4", "A3", "B2", "I1", "A2", "B1", "A1"]


async def numbers(ask: Asker, **filter_: Any) -> list[str]:
    """The numbers of a list, whose count is theirs."""
    found = (await ask(QUERY, f=filter_))["sales"]
    listed = [node["number"] for node in found["nodes"]]
    assert found["totalCount"] == len(listed)
    return listed


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ALL),
    ({"period": {"start": "2026-02-25", "end": "2026-03-01"}}, ["A5", "X1", "G1"]),
    ({"period": {"end": "2025-10-10"}}, ["B1", "A1"]),
    ({"channel": "PHONE"}, ["B2"]),
    ({"status": "PENDING"}, ["A5"]),
    ({"status": "REFUNDED"}, ["A3"]),
    ({"total": {"min": "60", "max": "100"}}, ["N1", "A4"]),
    ({"total": {"max": "7.00"}}, ["X1", "A3"]),
    ({"status": "PARTIAL", "channel": "ONLINE", "total": {"min": "100.01"}}, []),
    ({"search": "a4"}, ["A4"]),
    ({"search": "b"}, ["B2", "B1"]),
    ({"search": "nobody at all"}, []),
]


async def test_filters(ask_both: Asker) -> None:
    for filter_, expected in FILTERS:
        assert await numbers(ask_both, **filter_) == expected, filter_


async def test_those_of_a_storefront_and_of_a_customer(ask_both: Asker) -> None:
    shops = (await ask_both("{ storefronts { id name } }"))["storefronts"]
    ids = {shop["name"]: shop["id"] for shop in shops}
    assert await numbers(ask_both, storefront=ids["Web"]) == ["N1", "A4"]
    assert await numbers(ask_both, storefront=ids["High Street"]) == ["A2", "B1"]
    ben = (await ask_both('{ customer(by: {number: "BEN"}) { id } }'))["customer"]["id"]
    assert await numbers(ask_both, customer=ben) == ["B2", "B1"]
    assert await numbers(ask_both, customer=global_id("Customer", 999_999)) == []


async def test_a_search_finds_sales_of_whom_customers_finds(ask_both: Asker) -> None:
    """By e-mail only with the right to see it; those of erased customers by their number alone."""
    ann = (await ask_both('{ customer(by: {number: "ANN"}) { email } }'))["customer"]
    of_ann = [number for number in ALL if number.startswith("A")]
    name = ann["email"].split("@")[0]
    assert await numbers(ask_both, search=ann["email"]) == of_ann
    blind = ask_both.being(Role.VIEWER)
    assert await numbers(blind, search="ann") == of_ann
    assert await numbers(blind, search=f"{name}@example") == []
    assert await numbers(ask_both, search="g1") == ["G1"]
    assert await numbers(ask_both, search="gone") == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"search": " - "}, "`search` needs at least one letter or digit"),
    ({"total": {"min": "2", "max": "1"}}, "`total` has min 2 above max 1"),
    ({"total": {"min": "0.001"}}, "`total` has more decimals than GBP: 0.001"),
    (
        {"period": {"start": "2026-02-02", "end": "2026-02-01"}},
        "`period` starts on 2026-02-02, after its end on 2026-02-01",
    ),
    ({"customer": global_id("Sale", 1)}, f'"{global_id("Sale", 1)}" is the id of a Sale, not of a Customer'),
]


async def test_what_cannot_be_asked(ask: Asker) -> None:
    for filter_, message in REFUSED:
        assert await ask.refused(QUERY, f=filter_) == message
    assert (await ask.refused(QUERY, f={"storefront": global_id("Storefront", 999)})).startswith("there is no storef")


async def test_a_sale_of_the_list_is_as_it_was_made(ask_both: Asker) -> None:
    shown = "total storefront { name } customer { number } items { product }"
    query = f'{{ sales(filter: {{search: "A2"}}) {{ nodes {{ {shown} }} }} }}'
    (sale,) = (await ask_both(query))["sales"]["nodes"]
    assert sale == {
        "total": "12.00",
        "storefront": {"name": "High Street"},
        "customer": {"number": "ANN"},
        "items": [{"product": "Tea"}, {"product": "Cake"}, {"product": "Postage"}],
    }


@pytest.mark.parametrize("first", [1, 5])
async def test_a_cursor_is_of_its_filter(ask: Asker, first: int) -> None:
    page = await ask(f"{{ sales(first: {first}) {{ pageInfo {{ endCursor }} }} }}")
    after = page["sales"]["pageInfo"]["endCursor"]
    told = await ask.refused(QUERY, f={"search": "a"}, first=first, after=after)
    assert told == "this cursor is of a list with other arguments: begin again without it"
