"""What a document may be, what an operation costs, and how long it may take."""

from collections.abc import Generator
from typing import Any

import pytest
from graphql import OperationDefinitionNode, get_introspection_query, parse
from starlette.testclient import TestClient

from schema.document.limits import CEILING, Limits, Measuring
from schema.document.prepared import Prepared, Preparing
from schema.schema import schema
from server.app import create_app
from server.settings import Settings
from tests.server.conftest import Caller, caller, ended, token_of
from tests.server.test_app import BROWSER
from tests.server.test_graphql import code


def prepared(text: str, **limits: Any) -> Prepared:
    return Prepared(schema, text, Preparing(**limits))


def cost(text: str, **variables: Any) -> int:
    ready = prepared(text)
    assert ready.errors == ()
    assert ready.document is not None
    operation = next(d for d in ready.document.definitions if isinstance(d, OperationDefinitionNode))
    return ready.cost(operation, variables)


def refusal(text: str, **limits: Any) -> str:
    (error,) = prepared(text, **limits).errors
    assert error.extensions is not None
    assert error.extensions["code"] == "GRAPHQL_VALIDATION_FAILED"
    return error.message


def doubling(levels: int) -> str:
    chain = "".join(f"fragment F{i} on Viewer {{ ...F{i + 1} ...F{i + 1} }} " for i in range(levels))
    return f"{{ viewer {{ ...F0 }} }} {chain} fragment F{levels} on Viewer {{ subject }}"


def test_each_fragment_is_measured_once_however_often_it_is_spread() -> None:
    for levels in (15, 30, 60, 120):
        measuring = Measuring(parse(doubling(levels)), Limits(fields=CEILING))
        measuring.check()
        assert measuring.visited == 2 * levels + 3


def test_nested_fragments_that_double_are_refused() -> None:
    assert "1,024 fields, at most 1,000 are taken (MAX_FIELDS)" in refusal(doubling(60))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ viewer { business { name } } }", "3 levels, at most 2 are taken (MAX_DEPTH)"),
        ("{ viewer { ...A } } fragment A on Viewer { business { name } }", "3 levels, at most 2"),
        ("{ a: viewer { b: role c: role } }", "3 aliases, at most 2 are taken (MAX_ALIASES)"),
        ("{ ...A ...A } fragment A on Query { viewer viewer }", "4 root fields, at most 3"),
        ("{ viewer { subject role __typename business { id } } }", "6 fields, at most 5 are taken (MAX_FIELDS)"),
        ("{ viewer { role @skip(if: true) @a @b } }", "3 directives, at most 2 are taken (MAX_DIRECTIVES)"),
        ('{ nodes(ids: ["1", "2", "3", "4"]) { id } }', "a list has 4 items, at most 3 are taken (MAX_LIST_SIZE)"),
        ("query ($a: [ID!]! = [1, 2, 3, 4]) { nodes(ids: $a) { id } }", "a list has 4 items"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "the fragment A contains itself"),
    ],
)
def test_a_document_beyond_a_limit_is_refused(text: str, message: str) -> None:
    limits = Limits(depth=2, fields=5, root_fields=3, aliases=2, directives=2, list_size=3)

    assert message in refusal(text, limits=limits)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ viewer { role } }" * 1_000, "more than 5000 tokens"),
        ("{ viewer { role } } #" + " " * 100_000, "more than 100000 code points"),
        ("# x\n" * 1_001 + "{ viewer { role } }", "more than 1000 comments"),
        ("query Q { viewer { role } }" * 51, "51 operations, at most 50"),
        ("{ viewer { role } }" + "".join(f"fragment F{i} on Viewer {{ role }}" for i in range(201)), "201 fragments"),
    ],
)
def test_a_document_that_is_too_large_to_read_is_refused(text: str, message: str) -> None:
    assert message in refusal(text)


def test_a_chain_of_fragments_may_be_longer_than_the_stack() -> None:
    chain = "".join(f"fragment F{i} on Viewer {{ ...F{i + 1} }} " for i in range(900))
    text = f"{{ viewer {{ ...F0 }} }} {chain} fragment F900 on Viewer {{ role }}"

    assert "901 fragments" in refusal(text, max_tokens=10_000)


def test_pages_multiply_what_is_in_them() -> None:
    def page(first: str) -> int:
        return cost(f"{{ customers{first} {{ nodes {{ id name }} }} }}")

    alone = cost("{ customers { pageInfo { hasNextPage } } }") - 2
    assert page("(first: 10)") == alone + 1 + 10 * 2
    assert page("(first: 1000)") == alone + 1 + 1000 * 2
    assert page("(last: 20)") == alone + 1 + 20 * 2
    assert page("") == page("(first: null)") == page("(first: 50)")
    assert page("(first: 0)") == alone + 1


def test_pages_multiply_through_nesting_edges_and_fragments() -> None:
    sales = "sales(first: 5) { nodes { number items { product } } }"
    one = cost(f"{{ customers(first: 1) {{ nodes {{ {sales} }} }} }}")
    fifty = cost(f"{{ customers(first: 50) {{ nodes {{ {sales} }} }} }}")
    spread = cost(
        "{ customers(first: 50) { ...P } } fragment P on CustomerConnection { nodes { ...C } }"
        f"fragment C on Customer {{ {sales} }}"
    )
    edges = cost(f"{{ customers(first: 50) {{ edges {{ node {{ {sales} }} }} }} }}")

    assert fifty - one == 49 * (5 + 1 + 5 * (1 + 1 + 10))
    assert spread == fifty
    assert edges == fifty + 50  # the objects between


def test_the_page_may_be_a_variable() -> None:
    text = "query ($n: Int = 7) { customers(first: $n) { nodes { id } } }"
    alone = cost("{ customers(first: 0) { nodes { id } } }")

    assert cost(text, n=20) - alone == 20
    assert cost(text, n=20.0) - alone == 20  # what JSON has as 20.0 is an Int to GraphQL
    assert cost(text) - alone == 7
    assert cost(text, n=None) - alone == 50


def test_lists_of_ids_cost_by_their_length() -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert cost(text, ids=["a"] * 90) - cost(text, ids=["a"] * 10) == 80
    assert cost('{ nodes(ids: ["a", "b"]) { id } }') == cost(text, ids=["a", "b"])


def test_what_is_left_out_costs_nothing() -> None:
    text = "query ($with: Boolean!) { viewer { role } segmentation @include(if: $with) { totalCustomers } }"

    assert cost(text, **{"with": True}) - cost(text, **{"with": False}) == 501


def test_reports_cost_more_than_plain_fields() -> None:
    assert cost("{ segmentation { totalCustomers } }") > 50 * cost("{ viewer { role } }")


def test_a_cost_does_not_grow_without_end() -> None:
    inner = "id"
    for _ in range(5):
        inner = f"sales(first: 1000) {{ nodes {{ customer {{ {inner} }} }} }}"

    assert CEILING <= cost(f"{{ customers(first: 1000) {{ nodes {{ {inner} }} }} }}") <= CEILING + 100


def test_what_graphiql_asks_for_the_schema_is_affordable() -> None:
    for options in ({}, {"directive_is_repeatable": True, "schema_description": True, "input_value_deprecation": True}):
        assert 1_000 < cost(get_introspection_query(**options)) < Preparing().max_cost


def test_a_document_is_prepared_once_and_priced_by_its_variables() -> None:
    ready = prepared("query ($n: Int) { customers(first: $n) { nodes { id } } }")
    assert ready.document is not None
    operation: Any = ready.document.definitions[0]

    assert [ready.cost(operation, {"n": n}) for n in (1, 2, 1, 2)] == [52, 53, 52, 53]


@pytest.fixture
def small(settings: Settings, shop: Any) -> Generator[Caller]:
    """Asks a server with the real schema and small limits."""
    changed = settings.model_copy(update={"max_cost": 400, "max_list_size": 20, "introspection": False})
    with TestClient(create_app(changed), raise_server_exceptions=False) as client:  # pyright: ignore[reportArgumentType]

        def ask(query: str, **parts: Any) -> Any:
            headers = {
                "Authorization": f"Bearer {token_of(settings, shop)}",
                "Accept": "application/graphql-response+json",
            }
            return client.post("/graphql", json={"query": query, **parts}, headers=headers)

        yield ask


def test_what_costs_too_much_is_refused_with_its_cost(small: Caller) -> None:
    response = small("{ customers(first: 1000) { nodes { id name } } }")

    assert response.status_code == 400
    assert code(response) == "TOO_COSTLY"
    assert "data" not in response.json()
    assert response.json()["extensions"]["cost"] == {"requested": 2051, "budget": 400, "remaining": None}


def test_what_is_answered_says_what_it_cost(small: Caller) -> None:
    answer = small("{ customers(first: 10) { nodes { id name } } }").json()

    assert answer["data"] == {"customers": {"nodes": []}}
    assert answer["extensions"]["cost"] == {"requested": 71, "budget": 400, "remaining": None}


@pytest.mark.parametrize("given", [{}, {"variables": {"n": 1001}}])
def test_a_page_beyond_the_contract_is_bad_input(small: Caller, given: dict[str, Any]) -> None:
    text = "query ($n: Int = 1001) { customers(first: $n) { nodes { id } } }"
    response = small(text, **given)

    assert code(response) == "BAD_USER_INPUT"
    assert "`first` must be from 0 to 1,000, not 1,001" in response.text
    assert "data" not in response.json()


def test_a_long_list_in_a_variable_is_refused(small: Caller) -> None:
    response = small("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", variables={"ids": ["a"] * 21})

    assert code(response) == "GRAPHQL_VALIDATION_FAILED"
    assert "a list has 21 items, at most 20 are taken" in response.text


def test_the_schema_can_be_kept_to_oneself(small: Caller) -> None:
    response = small("{ __schema { types { name } } }")

    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert "introspection" in response.text
    assert small("{ __typename }").json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ custome }", {}),
        ("{ customers(firs: 2) { nodes { id } } }", {}),
        ("{ customers(orderBy: NAM) { nodes { id } } }", {}),
        ("query ($filter: CustomerFilte) { customers(filter: $filter) { nodes { id } } }", {}),
        ("query ($filter: CustomerFilter) { customers(filter: $filter) { nodes { id } } }", {"filter": {"tag": "a"}}),
        (
            "query ($filter: CustomerFilter) { customers(filter: $filter) { nodes { id } } }",
            {"filter": {"type": "RETAI"}},
        ),
    ],
)
def test_nothing_is_suggested_of_a_schema_that_is_kept_to_oneself(
    small: Caller, query: str, variables: dict[str, Any]
) -> None:
    response = small(query, variables=variables)

    assert response.json()["errors"]
    assert "Did you mean" not in response.text


def test_both_can_be_turned_off(settings: Settings, shop: Any) -> None:
    closed = settings.model_copy(update={"introspection": False, "graphiql": False})
    with caller(closed) as client:
        assert client.get("/graphql", headers={"Accept": BROWSER}).status_code == 401


def test_an_operation_that_takes_too_long_is_ended(settings: Settings, shop: Any) -> None:
    hurried = settings.model_copy(update={"operation_seconds": 0.2})
    headers = {"Authorization": f"Bearer {token_of(settings, shop)}", "Accept": "application/graphql-response+json"}
    with caller(hurried) as client:
        for query in ("{ role waiting }", "{ role looking }"):
            response = client.post("/graphql", json={"query": query}, headers=headers)
            assert response.status_code == 504
            assert code(response) == "TIMEOUT"
            assert "longer than 0.2 s" in response.text
        assert sorted(ended) == ["looking", "waiting"]
        assert client.post("/graphql", json={"query": "{ business }"}, headers=headers).status_code == 200

        response = client.post("/graphql", json={"query": "mutation { slowWrite }"}, headers=headers)
        assert "a part of it may have been done" in response.text


def test_a_statement_that_takes_too_long_is_a_timeout(ask: Caller) -> None:
    response = ask('{ role failing(how: "slow statement") }')

    assert response.status_code == 504
    assert code(response) == "TIMEOUT"
    assert response.json()["data"]["role"]
    assert "SELECT" not in response.text


def test_the_price_of_a_series_follows_its_period() -> None:
    page = "{ customers(first: 10) { nodes { patterns(period: PERIOD) { series { start revenue } } } } }"
    year = '{ start: "2025-01-01", end: "2025-12-31" }'
    of_a_year = 50 + 1 + 10 * (50 + 1 + 14 * 2)  # twelve months, and the ends of others

    assert cost(page.replace("PERIOD", year)) == of_a_year
    assert cost(page.replace("PERIOD", '{ start: "1700-01-01" }')) == 51 + 10 * (51 + 2_000 * 2)
    assert cost(page.replace("PERIOD", '{ end: "2025-12-31" }')) == 51 + 10 * (51 + 123 * 2), "ten years"
    assert cost(page.replace("(period: PERIOD)", "")) == 51 + 10 * (51 + 5 * 2)
    by_day = f"query ($a: Date) {page.replace('PERIOD', '{ start: $a }')}"
    assert cost(by_day, a="soon") == cost(by_day) == 51 + 10 * (51 + 123 * 2)
    given = {"start": "2025-01-01", "end": "2025-12-31"}
    assert cost(f"query ($p: DateRange) {page.replace('PERIOD', '$p')}", p=given) == of_a_year
    edges = "{ start: $a, end: $b }"
    by_days = f"query ($a: Date, $b: Date) {page.replace('PERIOD', edges)}"
    assert cost(by_days, a="2025-01-01", b="2025-12-31") == of_a_year
    assert cost(by_days, a="1700-01-01", b="2025-12-31") == 51 + 10 * (51 + 2_000 * 2)
    of_days = 'purchasePatterns(period: { start: "2025-01-01", end: "2025-12-31" }, grouping: DAILY)'
    assert cost(f"{{ {of_days} {{ series {{ start }} }} }}") == 500 + 1 + 366
    assert cost(f"{{ {of_days} {{ ...F }} }} fragment F on PurchasePatterns {{ series {{ start }} }}") == 500 + 1 + 366


def test_the_price_of_pairs_points_and_members_follows_what_they_take() -> None:
    trend = 'segmentationTrend(from: "2016-01-01", to: "2025-12-31", every: YEAR)'

    assert cost(f"{{ {trend} {{ points {{ asOf }} }} }}") == 500 + 12 * (500 + 1) + 1
    assert cost("{ categoryAffinity(first: 10) { pairs { lift } } }") == 500 + 1 + 10
    assert cost("{ categoryAffinity(first: 1000) { pairs { lift } } }") == 500 + 1 + 1_000
    of_cells = '{ retention { cohorts(key: "2025-01") { periods { customers(first: 1) { nodes { id } } } } } }'
    assert cost(of_cells) == 500 + 1 + 1 + 12 * (20 + 1 + 1)
