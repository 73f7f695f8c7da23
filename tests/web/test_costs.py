"""What the operations cost that the application asks for one item of a list."""

from typing import Any, cast

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse

from schema.document.costs import cost_of
from schema.document.walking import Fragments
from server.sdl import served_schema

PAGE = "{ customers(first: 50) { nodes { name } } }"
OF_PAGE = 20 + 1 + 50 * 1
REPORT = 500
NAMED = {
    f"query ($n: Int) {{ segmentation {{ cells(recencyScore: 1, frequencyScore: 2, monetaryScore: $n) {PAGE} }}}}": 125,
    f'query ($n: Int) {{ retention {{ cohorts(key: "2026-01") {{ periods(period: $n) {PAGE} }} }} }}': 10,
}


def cost(text: str, **variables: Any) -> int:
    document = parse(text)
    schema = cast(GraphQLSchema, served_schema()._schema)
    return cost_of(schema, Fragments(document), cast(OperationDefinitionNode, document.definitions[0]), variables)


@pytest.mark.parametrize(("text", "usual"), NAMED.items())
def test_one_item_of_a_list_costs_what_it_is(text: str, usual: int) -> None:
    one, all_ = cost(text, n=3), cost(text, n=None)

    assert one < REPORT + 2 * OF_PAGE
    assert all_ - one >= (usual - 1) * OF_PAGE
    assert cost(text) == all_


def test_one_move_is_named_by_both_its_ends() -> None:
    text = (
        f"query ($f: String, $t: String) {{ segmentMigration(from: %s, to: %s) {{ moves(from: $f, to: $t) {PAGE} }} }}"
    )
    both, one = (cost(text % ('"2026-01-01"', '"2026-03-01"'), f="VIP", **given) for given in ({"t": "LOST"}, {}))

    assert one - both == 29 * OF_PAGE
