"""Answers that are kept: found by everything that they depend on, and by nothing else."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from graphql import GraphQLObjectType
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from models.database import Database
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role, Viewer
from schema.document.keeping import OF_BEARER, VOLATILE_TYPES, is_volatile
from schema.schema import schema
from server.app import create_app
from server.http import responses
from server.http.responses import Ingredients, edition_of, is_named
from server.identity.auth import token_for
from server.settings import Settings
from tests.builders import Shop
from tests.schema.corner_shop import corner_shop
from tests.server.conftest import SECRET
from tests.server.test_metrics import value

INGREDIENTS = Ingredients(
    edition="e1",
    epoch="database",
    business=1,
    revision=1,
    day=date(2026, 3, 5),
    role="STAFF",
    customer=None,
    pii=False,
    bearer=None,
    document="{ a }",
    operation_name=None,
    variables={},
)
OTHERS: dict[str, list[Any]] = {
    "edition": ["e2"],
    "epoch": ["restored"],
    "business": [2],
    "revision": [2, 11],
    "day": [date(2026, 3, 6)],
    "role": ["VIEWER", "CUSTOMER"],
    "customer": [1, 2],
    "pii": [True],
    "bearer": ["ann", ""],
    "document": ["{ b }", "{ a } ", ""],
    "operation_name": ["A", ""],
    "variables": [{"a": 1}, {"a": 1.0}, {"a": "1"}, {"a": True}, {"a": None}, {"a": 2**64}, {"a": 2**64 + 1}, {"b": 1}],
}

# ---------------------------------------------------------------- keys


def test_each_ingredient_makes_another_key() -> None:
    assert set(OTHERS) == {field_.name for field_ in fields(Ingredients)}
    made = [INGREDIENTS, *(replace(INGREDIENTS, **{name: value}) for name in OTHERS for value in OTHERS[name])]
    assert len({one.key() for one in made}) == len(made)


def test_two_ingredients_do_not_make_up_for_each_other() -> None:
    made = [
        replace(INGREDIENTS, **{first: a, second: b})
        for first, second in combinations(OTHERS, 2)
        for a in OTHERS[first]
        for b in OTHERS[second]
    ]
    assert len({one.key() for one in made}) == len(made)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
VARIABLES = st.dictionaries(st.text(max_size=3), VALUES, max_size=3)


@given(VARIABLES, VARIABLES)
def test_only_equal_variables_share_a_key(one: dict[str, Any], other: dict[str, Any]) -> None:
    keys = [replace(INGREDIENTS, variables=variables).key() for variables in (one, other)]
    assert (keys[0] == keys[1]) == (shape(one) == shape(other))


def shape(value: Any) -> Any:
    """A value that is equal to another only where both are of the same types: 1, 1.0 and true are three."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(part) for part in value]
    return (type(value), repr(value))


def test_the_order_in_which_variables_are_sent_does_not_matter() -> None:
    one, other = {"a": {"x": 1, "y": 2}, "b": 3}, {"b": 3, "a": {"y": 2, "x": 1}}
    assert replace(INGREDIENTS, variables=one).key() == replace(INGREDIENTS, variables=other).key()


def test_another_schema_or_another_code_is_another_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    before = edition_of("type Query { a: Int }")
    assert edition_of("type Query { a: Int! }") != before
    monkeypatch.setattr(responses, "_code", lambda: "other code")
    assert edition_of("type Query { a: Int }") != before


def test_what_may_not_be_kept_is_told_by_the_types_of_the_schema() -> None:
    """A new field that tells of one computation, of a time or of the bearer has to be put into a table."""
    found = {f"{type_.name}.{name}" for type_ in object_types() for name in type_.fields}
    for word in ("Url", "computedAt", "fromCache", "durationMs"):
        assert all(is_volatile(coordinate) for coordinate in found if coordinate.endswith(word)), word
    assert all(type_ in {coordinate.partition(".")[0] for coordinate in found} for type_ in VOLATILE_TYPES)
    assert found >= OF_BEARER
    assert {c for c in found if c.startswith("Viewer.")} == {
        "Viewer.subject",  # of the bearer
        "Viewer.role",
        "Viewer.business",
        "Viewer.customer",
        "Viewer.mutations",
    }


def object_types() -> list[GraphQLObjectType]:
    types: Any = schema._schema.type_map.values()
    return [type_ for type_ in types if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ('"k"', True),
        ('W/"k"', True),
        ('"a", W/"k" ', True),
        ('"K"', False),
        ("k", False),
        ("*", False),
        ("", False),
        (None, False),
    ],
)
def test_etags_are_compared_weakly(header: str | None, named: bool) -> None:
    assert is_named("k", header) is named
    assert not is_named(None, header)


# ---------------------------------------------------------------- over HTTP

PAGE = """query Page($number: String!) {
  viewer { role business { dataRevision } }
  customer(by: { number: $number }) { number purchases { revenue daysSinceLastPurchase } rfm { scoreCode } }
}"""


@dataclass
class Asking:
    """Asks a server about the corner shop, at a moment that a test decides."""

    client: TestClient
    settings: Settings
    shop: Shop
    clock: list[datetime]
    executed: list[str] = field(default_factory=list)

    def token(self, **changes: Any) -> str:
        viewer = replace(Viewer("stan", Role.STAFF, self.shop.id), **changes)
        return token_for(viewer, self.settings, datetime.now(UTC), timedelta(hours=1))

    def __call__(
        self, query: str = PAGE, variables: dict[str, Any] | None = None, etag: str | None = None, **viewer: Any
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token(**viewer)}", **({"If-None-Match": etag} if etag else {})}
        given = {"number": "ANN"} if variables is None and query is PAGE else variables
        return self.client.post("/graphql", json={"query": query, "variables": given}, headers=headers)

    def get(self, query: str, etag: str | None = None, method: str = "GET") -> Any:
        headers = {"Authorization": f"Bearer {self.token()}", **({"If-None-Match": etag} if etag else {})}
        return self.client.request(
            method, "/graphql", params={"query": query}, headers={"Accept": "application/json", **headers}
        )


def served(url: str, shop: Shop, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Generator[Asking]:
    made = Settings(database_url=url, secret_key=SECRET, rate_limit=None, **settings)  # pyright: ignore[reportArgumentType]
    clock = [shop.now]
    with TestClient(create_app(made), base_url="http://127.0.0.1:8000") as client:
        app: Any = client.app
        asking = Asking(client, made, shop, clock)
        endpoint = replace(app.state.endpoint, clock=lambda: clock[0])
        app.state.endpoint = endpoint
        real = type(endpoint)._execute

        async def counted(self: Any, operation: Any, *rest: Any, **more: Any) -> Any:
            asking.executed.append(operation.prepared.text)
            return await real(self, operation, *rest, **more)

        monkeypatch.setattr(type(endpoint), "_execute", counted)
        yield asking


@pytest.fixture
async def corner(sqlite_database: Database) -> Shop:
    return await corner_shop(sqlite_database)


@pytest.fixture
def ask(sqlite_url: str, corner: Shop, monkeypatch: pytest.MonkeyPatch) -> Generator[Asking]:
    yield from served(sqlite_url, corner, monkeypatch)


def test_the_same_question_is_executed_once(ask: Asking) -> None:
    first, second = ask(), ask()

    assert len(ask.executed) == 1
    assert first.json() == second.json()
    assert first.json()["data"]["customer"]["rfm"] is not None
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert "authorization" in first.headers["vary"].lower()


async def test_a_write_is_seen_by_the_next_question(ask: Asking) -> None:
    before = await asyncio.to_thread(ask)
    ask.shop.sale("ANN", "2026-03-04", "1.00")
    revision = await ask.shop.save()
    after = await asyncio.to_thread(ask)

    assert after.json()["data"]["viewer"]["business"]["dataRevision"] == revision
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["data"]["customer"] != before.json()["data"]["customer"]


async def test_a_mutation_is_seen_by_the_next_question(ask: Asking) -> None:
    question = "{ viewer { business { weekStart } } }"
    before = ask(question)
    assert before.json()["data"]["viewer"]["business"] == {"weekStart": "MONDAY"}
    mutation = "mutation { updateBusinessSettings(input: {version: 1, weekStart: SUNDAY}) { __typename } }"
    headers = {"Authorization": f"Bearer {ask.token(role=Role.ADMIN)}"}
    done = await asyncio.to_thread(ask.client.post, "/graphql", json={"query": mutation}, headers=headers)
    assert done.json()["data"] == {"updateBusinessSettings": {"__typename": "BusinessSettingsPayload"}}
    assert "etag" not in done.headers
    after = ask(question)
    assert after.json()["data"]["viewer"]["business"] == {"weekStart": "SUNDAY"}
    assert after.headers["etag"] != before.headers["etag"]


def test_what_is_counted_by_the_hour_is_not_kept(ask: Asking) -> None:
    answers = [ask("{ businessSettings { codesSentToday } }", role=Role.MANAGER) for _ in range(2)]
    assert [answer.json()["data"]["businessSettings"] for answer in answers] == [{"codesSentToday": 0}] * 2
    assert all("etag" not in answer.headers for answer in answers)
    assert len(ask.executed) == 2


def test_tomorrow_is_another_day(ask: Asking) -> None:
    today = ask()
    ask.clock[0] += timedelta(days=1)
    tomorrow = ask()
    ask.clock[0] += timedelta(minutes=1)

    assert tomorrow.json() == ask().json() != today.json()
    assert len(ask.executed) == 2


def test_nobody_gets_an_answer_that_was_made_for_others(ask: Asking) -> None:
    page = "{ viewer { role customer { number } } storefronts { name } nodes(ids: []) { id } }"
    own = "{ viewer { role customer { number email } } }"
    contacts = "{ customers(first: 50) { nodes { number email } } }"
    ann, ben = (ask.shop.id_of(number) for number in ("ANN", "BEN"))
    customers = [
        ask(own, role=Role.CUSTOMER, customer_id=id_).json()["data"]["viewer"]["customer"] for id_ in (ann, ben)
    ]

    assert [customer["number"] for customer in customers] == ["ANN", "BEN"]
    for role in (Role.STAFF, Role.ADMIN, Role.MANAGER):
        assert ask(page, role=role).json()["data"]["viewer"]["role"] == role.value
    assert "data" not in ask(page, role=Role.CUSTOMER, customer_id=ann).json()  # refused what staff was just answered
    seen = ask(contacts).json()["data"]["customers"]["nodes"]
    hidden = [ask(contacts, role=Role.VIEWER).json() for _ in range(2)]
    assert any(customer["email"] for customer in seen)
    assert all(customer["email"] is None for answer in hidden for customer in answer["data"]["customers"]["nodes"])
    assert [answer["errors"][0]["extensions"]["code"] for answer in hidden] == ["FORBIDDEN"] * 2
    assert ask(contacts, role=Role.VIEWER, pii=True).json()["data"]["customers"]["nodes"] == seen


async def test_what_goes_with_an_answer_to_a_customer_tells_nothing_of_the_shop(ask: Asking) -> None:
    ann = ask.shop.id_of("ANN")
    own = "{ viewer { customer { number patterns { series { revenue } categories { category } } } } }"

    def beside(query: str) -> dict[str, Any]:
        answer = ask(query, role=Role.CUSTOMER, customer_id=ann)
        assert answer.status_code == 200, answer.text
        return {key: value for key, value in answer.json().items() if key != "data"}

    before = beside(own)
    assert before.keys() == {"extensions"}
    assert before["extensions"].keys() == {"cost"}
    assert before["extensions"]["cost"].keys() == {"requested", "budget", "remaining"}
    for number in range(30):
        ask.shop.sale("BEN", "2024-01-01", "1.00", number=f"MORE{number}")
    await ask.shop.save()
    assert beside(own)["extensions"]["cost"]["requested"] == before["extensions"]["cost"]["requested"]


def test_the_subject_counts_where_it_is_asked_for_alone(ask: Asking) -> None:
    for query, executions in (
        ("{ viewer { role business { name } } }", 1),
        ("{ viewer { ...F } } fragment F on Viewer { subject }", 2),
    ):
        ask.executed.clear()
        for subject in ("ann", "bob"):
            answer = ask(query, subject=subject).json()["data"]["viewer"]
            assert answer.get("subject") in (None, subject)
        assert len(ask.executed) == executions


def test_variables_and_the_operation_s_name_count(ask: Asking) -> None:
    assert {ask(variables={"number": number}).json()["data"]["customer"]["number"] for number in ("ANN", "BEN")} == {
        "ANN",
        "BEN",
    }
    two = "query A { storefronts { name } } query B { viewer { role } }"
    headers = {"Authorization": f"Bearer {ask.token()}"}
    answers = [
        ask.client.post("/graphql", json={"query": two, "operationName": name}, headers=headers).json()["data"]
        for name in ("A", "B", "A")
    ]
    assert [list(answer) for answer in answers] == [["storefronts"], ["viewer"], ["storefronts"]]


@pytest.mark.parametrize(
    "query",
    [
        "{ segmentation { totalCustomers freshness { fromCache } } }",
        "query($no: Boolean = false) { segmentation { ...F @include(if: $no) totalCustomers } } "
        "fragment F on Segmentation { freshness { computedAt } }",
        "{ __typename }",
        "{ storefronts { name } __nothing }",
    ],
)
def test_what_may_change_by_itself_is_not_kept(ask: Asking, query: str) -> None:
    answers = [ask(query) for _ in range(2)]

    assert all("etag" not in answer.headers for answer in answers)
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


def test_what_looked_at_the_clock_is_not_kept(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    from resolvers import storefronts  # noqa: PLC0415
    from schema import storefronts as fields  # noqa: PLC0415

    async def with_the_time(context: Any) -> Any:
        assert context.now is not None
        return await storefronts.list_storefronts(context)

    monkeypatch.setattr(fields, "list_storefronts", with_the_time)
    assert "etag" not in ask("{ storefronts { name } }").headers
    assert "etag" in ask("{ viewer { role } }").headers


def test_refusals_are_kept_and_failures_are_not(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    from schema import storefronts as fields  # noqa: PLC0415

    wrong = "{ segmentation(days: 0) { totalCustomers } }"
    answers = [ask(wrong) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert len(ask.executed) == 1

    async def failing(_context: Any) -> Any:
        raise RuntimeError("once")

    with monkeypatch.context() as patched:
        patched.setattr(fields, "list_storefronts", failing)
        failed = ask("{ storefronts { name } }")
    assert failed.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "etag" not in failed.headers
    assert "errors" not in ask("{ storefronts { name } }").json()


def test_a_client_that_holds_the_answer_is_told_so(ask: Asking) -> None:
    query = "{ storefronts { name } }"
    first = ask.get(query)
    tag = first.headers["etag"]
    for method in ("GET", "HEAD"):
        unchanged = ask.get(query, tag, method)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert (unchanged.headers["etag"], unchanged.headers["cache-control"]) == (tag, "private, no-cache")
    assert ask.get(query, 'W/"other"').json()["data"] == first.json()["data"]
    posted = ask(query, etag=tag)
    assert (posted.status_code, posted.json()["data"]) == (200, first.json()["data"])
    assert len(ask.executed) == 1


def test_an_etag_holds_at_another_process_and_not_for_another_token(
    ask: Asking, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "{ viewer { role } storefronts { name } }"
    tag = ask.get(query).headers["etag"]
    made = served(sqlite_url, ask.shop, monkeypatch)
    other = next(made)
    other.clock[0] = ask.clock[0]

    assert other.get(query, tag).status_code == 304
    assert not other.executed
    headers = {"Authorization": f"Bearer {other.token(role=Role.ADMIN)}", "If-None-Match": tag}
    assert other.client.get("/graphql", params={"query": query}, headers=headers).status_code == 200
    assert other.client.get("/graphql", params={"query": query}, headers={"If-None-Match": tag}).status_code == 401
    made.close()


def test_the_cost_is_told_anew(sqlite_url: str, corner: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = served(sqlite_url, corner, monkeypatch)
    ask = next(made)
    ask.client.app.state.endpoint = replace(  # pyright: ignore
        ask.client.app.state.endpoint,
        rates=None,  # pyright: ignore
    )
    assert "cost" in ask().json()["extensions"]
    assert ask().json()["extensions"] == ask().json()["extensions"]
    made.close()


def test_the_cache_can_be_off(sqlite_url: str, corner: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = served(sqlite_url, corner, monkeypatch, response_cache_bytes=0)
    ask = next(made)
    assert [ask().headers.get("etag") for _ in range(2)] == [None, None]
    assert len(ask.executed) == 2
    made.close()


def test_metrics_tell_the_bytes_of_kept_answers(sqlite_url: str, corner: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = served(sqlite_url, corner, monkeypatch, metrics_token=SECRET[::-1])
    ask = next(made)

    def told() -> float:
        text = ask.client.get("/metrics", headers={"Authorization": f"Bearer {SECRET[::-1]}"}).text
        return value(text, "response_cache_bytes")

    assert told() == 0
    ask()
    assert told() > 1_000
    made.close()


def test_kept_answers_stay_within_their_budget(sqlite_url: str, corner: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = served(sqlite_url, corner, monkeypatch, response_cache_bytes=5_000)
    ask = next(made)
    for number in range(20):
        ask(variables={"number": f"N{number}"})
    kept: Any = ask.client.app.state.endpoint.responses  # pyright: ignore
    assert 0 < kept.nbytes <= 5_000
    names = " ".join(f"n{i}: name" for i in range(50))
    large = f"{{ storefronts {{ {names} }} customers(first: 7) {{ nodes {{ number name }} }} }}"
    assert [ask(large).status_code for _ in range(2)] == [200, 200]
    made.close()


ASKED: list[Callable[[Shop], dict[str, Any]]] = [
    lambda _: {"query": PAGE, "variables": {"number": "ANN"}},
    lambda _: {"query": PAGE, "variables": {"number": "BEN"}},
    lambda _: {"query": "{ viewer { subject role customer { number } business { dataRevision } } }"},
    lambda _: {"query": "{ customers(first: 2) { nodes { number email phone } } }"},
    lambda _: {"query": "{ customers(first: 3) { nodes { number email phone } } }"},
    lambda _: {"query": "query($n: Int) { customers(first: $n) { nodes { number notes } } }", "variables": {"n": 1}},
    lambda _: {"query": "query($n: Int) { customers(first: $n) { nodes { number notes } } }", "variables": {"n": 2}},
    lambda shop: {"query": f'{{ node(id: "{global_id("Customer", shop.id_of("ANN"))}") {{ id }} }}'},
]
VIEWERS: list[dict[str, Any]] = [
    {"role": Role.STAFF},
    {"role": Role.ADMIN},
    {"role": Role.VIEWER},
    {"role": Role.VIEWER, "pii": True},
    {"role": Role.STAFF, "subject": "another"},
    {"role": Role.CUSTOMER, "customer_id": 1},
    {"role": Role.CUSTOMER, "customer_id": 2},
]


async def test_no_two_questions_with_different_answers_share_a_key(ask: Asking) -> None:
    """Every question, of everybody, on two days and at three revisions: one ETag always has one content."""
    contents: dict[str, set[str]] = {}
    for write in (None, "facts", "no facts"):
        if write:
            ask.shop.sale("ANN", "2026-03-04", "1.00") if write == "facts" else ask.shop.customer("ANN", notes="new")
            await ask.shop.save()
        for _day in range(2):
            for viewer in VIEWERS:
                for asked in ASKED:
                    answer = await asyncio.to_thread(ask, **asked(ask.shop), **viewer)
                    told = {name: part for name, part in answer.json().items() if name != "extensions"}
                    contents.setdefault(answer.headers.get("etag", ""), set()).add(repr(told))
            ask.clock[0] += timedelta(days=1)
        ask.clock[0] -= timedelta(days=2)
    contents.pop("", None)
    assert len(contents) > 100
    assert {len(answers) for answers in contents.values()} == {1}


@pytest.fixture
async def busy(store_url: str) -> AsyncGenerator[Shop]:
    database = Database(store_url)
    yield await corner_shop(database)
    await database.close()


async def test_a_busy_shop_may_serve_older_reports_and_says_so(
    store_url: str, busy: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = served(store_url, busy, monkeypatch, reports_max_age=60)
    ask = next(made)
    query = "{ segmentation { totalCustomers totalRevenue freshness { dataRevision fromCache computedAt } } }"
    plain = "{ viewer { business { dataRevision } } segmentation { totalRevenue } }"

    def answer() -> Any:
        return ask(query).json()["data"]["segmentation"]

    first = await asyncio.to_thread(answer)
    busy.sale("ANN", "2026-03-04", "1000.00")
    await busy.save()
    ask.clock[0] += timedelta(seconds=59)
    stale, mixed = await asyncio.to_thread(answer), await asyncio.to_thread(ask, plain)
    ask.clock[0] += timedelta(seconds=2)
    fresh = await asyncio.to_thread(answer)

    assert (first["freshness"]["dataRevision"], first["freshness"]["fromCache"]) == (1, False)
    assert stale == {**first, "freshness": {**first["freshness"], "fromCache": True}}
    assert mixed.json()["data"]["viewer"]["business"]["dataRevision"] == 2
    assert "etag" not in mixed.headers  # it is not the truth of revision 2
    assert (fresh["freshness"]["dataRevision"], fresh["freshness"]["fromCache"]) == (2, False)
    assert fresh["totalRevenue"] != first["totalRevenue"]
    made.close()
