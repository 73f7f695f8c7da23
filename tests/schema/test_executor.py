"""Execution of our own answers as the stock one does: everything, and what goes wrong."""

from dataclasses import replace
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

import schema.schema as served
from resolvers import sales
from resolvers.operation.paging import Page
from resolvers.operation.viewer import Role
from schema.document.access import Access
from schema.document.prepared import Prepared, Preparing
from schema.execution.executor import RowExecutor
from schema.query import Query
from schema.scalars import SCALARS
from tests.builders import Shop
from tests.schema import conftest
from tests.schema.conftest import Asker
from tests.schema.test_access import ROOTS, root_calls, timeless
from tests.schema.walking import everything_under

BREAKING = (
    '{ customer(by: {number: "ANN"}) { name rfm(days: 0) { scoreCode } tags } }',
    '{ customer(by: {number: "ANN"}) { name sales(first: -1) { nodes { number } } tags } }',
    '{ customer(by: {number: "ANN"}) { sales { nodes { number customer { rfm(days: 0) { scoreCode } } } } } }',
    "{ customers(first: 2) { nodes { number rfm(days: 0) { scoreCode segment { name } } } } }",
    "{ customers(first: 2) { nodes { number sales(first: -1) { nodes { number } } } } }",
    '{ customer(by: {number: "NOBODY"}) { number sales { nodes { number } } } nodes(ids: []) { id } }',
)


LISTS_IN_LISTS = (
    "{ customers(first: 10) { nodes { number sales(first: 3) { nodes { number total } } name } } }",
    """{ customers(first: 10) { nodes { sales(first: 3) { nodes {
        number items { product quantity total } of: items { product } payments { method amount } storefront { name }
    } } number } } }""",
    """query($no: Boolean = false) { customers { nodes { sales { totalCount nodes { number @skip(if: $no) } }
        many: sales(first: 1) { nodes { number } nodes { status } } } } }""",
    "{ customers { nodes { touchpoints(first: 2) { nodes { type occurredAt } } tags } } }",
)


@pytest.fixture
def stock() -> strawberry.Schema:
    """The same schema as Strawberry executes it."""
    made = strawberry.Schema(query=Query, extensions=[Access], config=StrawberryConfig(scalar_map=SCALARS))
    for type_ in made._schema.type_map.values():
        if hasattr(type_, "is_type_of"):
            type_.is_type_of = None
        if hasattr(type_, "resolve_type"):
            type_.resolve_type = served._kind_of
    return made


@pytest.fixture
async def ask_twice(stock: strawberry.Schema, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Answers of our execution and of the stock one."""

    async def answers(asker: Asker, document: str) -> tuple[Any, Any]:
        ours = await asker.run(document)
        with monkeypatch.context() as patch:
            patch.setattr(conftest, "schema", stock)
            theirs = await asker.run(document)
        return ours, theirs

    return answers


@pytest.mark.parametrize("root", ROOTS)
async def test_everything_is_answered_alike(ask: Asker, ask_twice: Any, shop: Shop, root: str) -> None:
    # Takes seconds for some roots: everything under them is asked twice, with and without the executor.
    document, _ = everything_under(root, root_calls(shop)[root], lambda field: field != "RFMCell.customers")
    asker = ask.being(Role.STAFF, customer_id=shop.id_of("ANN"))
    await asker.run(document)
    ours, theirs = await ask_twice(asker, document)

    assert (ours.messages, theirs.messages) == ([], [])
    assert timeless(ours.data) == timeless(theirs.data)
    assert order_of(ours.data) == order_of(theirs.data)


@pytest.mark.parametrize("document", LISTS_IN_LISTS)
async def test_lists_in_lists_are_answered_alike(
    ask: Asker, ask_twice: Any, monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    taken: list[Any] = []
    whole = RowExecutor._inner_lists

    def watched(executor: RowExecutor, *given: Any) -> Any:
        taken.append(given)
        return whole(executor, *given)

    monkeypatch.setattr(RowExecutor, "_inner_lists", watched)
    ours, theirs = await ask_twice(ask, document)

    assert taken
    assert (ours.messages, theirs.messages) == ([], [])
    assert ours.data == theirs.data
    assert order_of(ours.data) == order_of(theirs.data)


async def test_what_breaks_in_a_list_in_a_list_is_told_alike(
    ask: Asker, ask_twice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sales._pages

    async def broken(*given: Any) -> list[Page]:
        pages = await real(*given)
        return [replace(page, nodes=[row._replace(number=None) for row in page.nodes]) for page in pages]

    monkeypatch.setattr(sales, "_pages", broken)
    ours, theirs = await ask_twice(ask, LISTS_IN_LISTS[0])

    assert ours.messages
    assert (ours.data, {*ours.messages}) == (theirs.data, {*theirs.messages})


async def test_errors_are_told_alike(ask: Asker, ask_twice: Any) -> None:
    """Of several errors that make one object null, how many are told of is left open."""
    for document in BREAKING:
        ours, theirs = await ask_twice(ask, document)
        assert ours.data == theirs.data
        assert {*ours.messages} == {*theirs.messages}
        assert {len(error.path) for error in ours.errors} == {len(error.path) for error in theirs.errors}
        assert bool(ours.errors) == ("NOBODY" not in document)


KEPT = """
query Of($number: String!, $first: Int) { customer(by: {number: $number}) { ...Shown } here: customers { totalCount } }
query All($first: Int) { customers(first: 2) { nodes { ...Shown } } nodes(ids: []) { id ... on Sale { total } } }
fragment Shown on Customer { number name sales(first: $first) { totalCount nodes { number items { product } } } tags }
"""
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("Of", {"number": "ANN"}),
    ("All", {"first": 1}),
    ("Of", {"number": "BEN", "first": 1}),
    ("Of", {"number": "NOBODY"}),
    ("All", {}),
]
SKIPPING = "query($no: Boolean!) { customers { nodes { number name @skip(if: $no) sales { nodes { number } } } } }"


async def test_a_document_that_is_kept_is_executed_alike_each_time(ask: Asker) -> None:
    """What is kept of it serves all of its operations, whatever their variables, and does not grow."""
    prepared = Prepared(served.schema, KEPT, Preparing())
    assert prepared.errors == ()
    expected = [(await ask.run(KEPT, name, **given)).data for name, given in ASKED]
    kept: list[Any] = []
    for _ in range(3):
        found = [await ask.run(KEPT, name, prepared, **given) for name, given in ASKED]
        assert [answer.messages for answer in found] == [[]] * len(ASKED)
        assert [answer.data for answer in found] == expected
        assert [order_of(answer.data) for answer in found] == [*map(order_of, expected)]
        assert prepared.selections is not None
        selected = {key: collected.grouped_field_set for key, collected in prepared.selections.items()}
        kept.append(({*selected}, {id(selection.plan) for selection in selected.values()}))
    assert len(kept[0][0]) > 5 < len(kept[0][1])
    assert kept[0] == kept[1] == kept[2]


async def test_nothing_is_kept_of_a_document_whose_fields_depend_on_variables(ask: Asker) -> None:
    prepared = Prepared(served.schema, SKIPPING, Preparing())
    for no in (True, False, True):
        nodes = (await ask.run(SKIPPING, prepared=prepared, no=no)).data["customers"]["nodes"]
        assert len(nodes) > 1
        assert all(("name" in node) is not no for node in nodes)


def order_of(data: Any) -> Any:
    """The names of fields in the order in which they stand in an answer."""
    if isinstance(data, dict):
        return [(name, order_of(value)) for name, value in data.items()]
    return [order_of(item) for item in data] if isinstance(data, list) else None
