"""How long texts and lists may be that a client sends: held to what was sent, before anything is made of it."""

from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema

from resolvers.operation.errors import BadUserInput
from schema.document.lengths import ITEMS_OF, LONGEST_ID, TEXT_OF, NoLength, check_lengths, places_of
from schema.document.prepared import Prepared, Preparing
from schema.schema import schema

EXPORTED = Path(__file__).parents[2] / "schema" / "schema.graphql"


def refusal(text: str, **variables: Any) -> tuple[str, str] | None:
    """The code and message with which a document or its variables are refused, None where they are taken."""
    ready = Prepared(schema, text, Preparing())
    if ready.errors:
        (error,) = ready.errors
        return (error.extensions or {})["code"], error.message
    assert ready.document is not None
    operation = next(d for d in ready.document.definitions if isinstance(d, OperationDefinitionNode))
    try:
        ready.cost(operation, variables)
    except BadUserInput as error:
        return error.code, error.message
    return None


def test_every_text_and_every_list_of_the_exported_schema_has_a_length() -> None:
    exported = build_schema(EXPORTED.read_text())
    texts = {of: place.name for of, place in places_of(exported) if str(place.type).strip("[]!") == "String"}
    lists = {of: place.name for of, place in places_of(exported) if str(place.type).startswith("[")}

    assert texts["CustomerFilter.search"] == "search"
    assert texts["CustomerFilter.tags"] == lists["CustomerFilter.tags"] == "tags"
    assert texts["Query.customers.after"] == "after"
    assert lists["Query.nodes.ids"] == "ids"
    assert [of for of, name in texts.items() if name not in TEXT_OF] == []
    assert [of for of, name in lists.items() if name not in ITEMS_OF] == []
    check_lengths(exported)


def test_a_schema_with_a_text_that_has_none_is_not_built() -> None:
    made = build_schema(
        "type Query { a(poem: String, search: String, id: ID): Int } "
        "input I { verses: [String!], poems: [Int!] } interface N { b(rhyme: [[String!]]): Int }"
    )

    with pytest.raises(NoLength, match=r"\['I.poems', 'I.verses', 'N.b.rhyme', 'Query.a.poem'\]"):
        check_lengths(made)


@pytest.mark.parametrize(
    ("declared", "used", "of", "most"),
    [
        ("String", "customers(filter: { search: VALUE }) { totalCount }", "search", 500),
        ("String", "customers(filter: { city: VALUE }) { totalCount }", "city", 1_000),
        ("String", "customers(after: VALUE) { totalCount }", "after", 4_000),
        ("String!", "customers(filter: { tags: [VALUE] }) { totalCount }", "tags", 1_000),
        ("ID!", "node(id: VALUE) { id }", "id", 200),
        ("ID!", "nodes(ids: [VALUE]) { id }", "ids", 200),
        ("Date", "customers(asOf: VALUE) { totalCount }", "asOf", 100),
        ("Decimal", "lifetimeValueReport(minRevenue: VALUE) { __typename }", "minRevenue", 100),
    ],
)
def test_a_text_is_measured_wherever_it_comes_from(declared: str, used: str, of: str, most: int) -> None:
    longest, longer = "7" * most, "7" * (most + 1)
    told = ("BAD_USER_INPUT", f"`{of}` has {most + 1:,} characters, at most {most:,} are taken")
    by_variable = f"query ($v: {declared}) {{ {used.replace('VALUE', '$v')} }}"
    default = declared.strip("!")
    for asked in (
        by_variable,
        f"query ($v: {declared}) {{ ...F }} fragment F on Query {{ {used.replace('VALUE', '$v')} }}",
    ):
        assert refusal(asked, v=longest) is None
        assert refusal(asked, v=longer) == told
    assert refusal("{ " + used.replace("VALUE", f'"{longer}"') + " }") == told
    assert refusal(f'query ($v: {default} = "{longer}") {{ {used.replace("VALUE", "$v")} }}') == told


def test_texts_in_inputs_and_lists_of_variables_are_measured() -> None:
    asked = "query ($v: CustomerFilter) { customers(filter: $v) { totalCount } }"
    change = "mutation ($v: BusinessSettingsInput!) { updateBusinessSettings(input: $v) { __typename } }"

    told = ("BAD_USER_INPUT", "`tags` has 1,001 characters, at most 1,000 are taken")
    assert refusal(asked, v={"tags": ["a", "b" * 1_001]}) == told
    assert refusal(asked, v={"tags": "b" * 1_001}) == told
    assert refusal(asked, v={"tags": ["b" * 1_000] * 250}) is None
    assert refusal(asked, v={"tags": ["b"] * 251}) == ("BAD_USER_INPUT", "`tags` has 251 items, at most 250 are taken")
    assert refusal(change, v={"version": 1, "codeRegions": ["FR"] * 251}) == (
        "BAD_USER_INPUT",
        "`codeRegions` has 251 items, at most 250 are taken",
    )
    assert refusal("query ($v: [ID!]!) { nodes(ids: $v) { id } }", v=["7" * (LONGEST_ID + 1)]) == (
        "BAD_USER_INPUT",
        "`ids` has 201 characters, at most 200 are taken",
    )


def test_accents_without_end_on_one_letter_are_refused() -> None:
    asked = "query ($v: String) { customers(filter: { search: $v }) { totalCount } }"

    assert refusal(asked, v="e" + "\u0301" * 30) is None
    assert refusal(asked, v="e\u0301" * 200) is None
    told = ("BAD_USER_INPUT", "`search` has more than 30 accents on one letter")
    assert refusal(asked, v="e" + "\u0301" * 31) == told
    assert refusal(asked, v="Nguyễn e" + "\u0315\u0300" * 20) == told


def test_an_unknown_field_of_an_input_is_told_at_once() -> None:
    names = [f"search{i}" for i in range(800)]
    told = "Unknown field 'search0' of 'CustomerFilter'. Did you mean 'search'?"

    literal = f"{{ customers(filter: {{ {': 1 '.join(names)}: 1 }}) {{ totalCount }} }}"
    assert refusal(literal) == ("GRAPHQL_VALIDATION_FAILED", told)
    asked = "query ($v: CustomerFilter) { customers(filter: $v) { totalCount } }"
    assert refusal(asked, v=dict.fromkeys(names, 1)) == ("BAD_USER_INPUT", told)


def test_nothing_is_suggested_for_many_unknown_arguments() -> None:
    few, many = (" ".join(f"orderB{i}: 1" for i in range(count)) for count in (10, 11))

    told = [Prepared(schema, f"{{ customers({of}) {{ totalCount }} }}", Preparing()).errors for of in (few, many)]
    assert [("Did you mean" in error.message) for error in told[0]] == [True] * 10
    assert [("Did you mean" in error.message) for error in told[1]] == [False] * 11
