"""The lifetime values of the corner shop through GraphQL, its drill-downs, and what is refused.

NET to 5 March 2026: IDLE 500.00, ANN 107.50 (125.00 less 17.50), BEN and NONAME 60.00, GONE 30.00. NEW never bought.
ANN alone has known costs: profit 3.67 of A2 (4.50 less its share of the discount), 3.00 of A3 that was refunded whole.
"""

from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop, open_shop
from tests.schema.conftest import REFUSED_BY_GRAPHQL, Asker

VALUE = """revenue profit profitMargin orders averageOrderValue firstPurchaseDate lastPurchaseDate daysAsCustomer
    lifespanDays purchaseFrequencyDays rank heuristic"""
LIST = "customers { nodes { rank customer { number name } } }"


async def report(ask: Asker, fields: str, arguments: str = "", **variables: Any) -> Any:
    """Something of a report."""
    given = f"({arguments})" if arguments else ""
    declared = "query($storefront: ID)" if variables else "query"
    return (await ask(f"{declared} {{ lifetimeValueReport{given} {{ {fields} }} }}", **variables))[
        "lifetimeValueReport"
    ]


def numbers(found: Any) -> list[str]:
    return [node["customer"]["number"] for node in found["customers"]["nodes"]]


async def test_summary(ask_both: Asker) -> None:
    fields = """summary { totalCustomers totalRevenue totalProfit averageClv averageProfitPerCustomer
            topCustomerRevenue top10PercentContribution refundsOutsidePopulation }
        costCoverage notices freshness { computedAt dataRevision engine } howComputed { definition statement }"""
    found = await report(ask_both, fields)
    how = found.pop("howComputed")

    assert found == {
        "summary": {
            "totalCustomers": 5,
            "totalRevenue": "757.50",
            "totalProfit": "3.67",
            "averageClv": "151.50",
            "averageProfitPerCustomer": "0.73",
            "topCustomerRevenue": "500.00",
            "top10PercentContribution": 100 * 50_000 / 75_750,
            "refundsOutsidePopulation": "1.00",
        },
        "costCoverage": 100 * 1_167 / 77_500,  # 6.67 of A2 and the 5.00 of A3, of 775.00
        "notices": [],
        "freshness": {"computedAt": "2026-03-05T12:00:00+00:00", "dataRevision": 1, "engine": "duckdb"},
    }
    assert "at least one counted sale" in how["definition"]
    assert how["statement"].count("SELECT") >= 5  # of the sums, the refunds and the scores
    assert "as_of = 20517" in how["statement"]


async def test_customers_with_their_values(ask_both: Asker) -> None:
    nodes = (
        await report(ask_both, f"customers {{ totalCount nodes {{ rank customer {{ name }} clv {{ {VALUE} }} }} }}")
    )["customers"]

    assert nodes["totalCount"] == 5
    assert [(n["rank"], n["customer"]["name"], *n["clv"].values()) for n in nodes["nodes"]] == [
        # Scores: IDLE 115 is nearest to At Risk, ANN 354 to Loyal, BEN 242 to At Risk, NONAME 412 to New Customer.
        (1, "Idle", "500.00", None, None, 1, "500.00", "2026-01-02", "2026-01-02", 63, 0, 63.0, 1, "900.00"),
        (2, "Anna Ólafsdóttir", "107.50", "3.67", 100 * 367 / 10_750, 4, "26.88", "2025-06-30", "2026-02-01", 249, 216,
         62.25, 2, "580.50"),
        (3, "Ben", "60.00", None, None, 2, "30.00", "2025-10-10", "2026-01-05", 147, 87, 73.5, 3, "108.00"),
        (4, "NONAME", "60.00", None, None, 1, "60.00", "2026-02-20", "2026-02-20", 14, 0, 14.0, 4, "216.00"),
        (5, "Erased customer", "30.00", None, None, 1, "30.00", "2026-02-25", "2026-02-25", 9, 0, 9.0, 5, "108.00"),
    ]  # fmt: skip


async def test_distribution_and_its_customers(ask_both: Asker) -> None:
    people = "customers { totalCount nodes { number } }"
    found = (await report(ask_both, f"distribution {{ label min max customerCount revenue {people} }}"))["distribution"]

    for bucket in found:
        assert bucket["customers"]["totalCount"] == bucket["customerCount"] == len(bucket["customers"]["nodes"])
    # 30 60 60 107.50 500: the 75th percentile to two digits is 110.
    named = [[node["number"] for node in bucket.pop("customers")["nodes"]] for bucket in found]
    assert [(b["label"], b["min"], b["max"], b["revenue"], who) for b, who in zip(found, named, strict=True)] == [
        ("0.00 to below 30.00", "0.00", "30.00", "0.00", []),
        ("30.00 to below 60.00", "30.00", "60.00", "30.00", ["GONE"]),
        ("60.00 to below 110.00", "60.00", "110.00", "227.50", ["ANN", "BEN", "NONAME"]),
        ("110.00 to below 500.00", "110.00", "500.00", "0.00", []),
        ("500.00 and more", "500.00", None, "500.00", ["IDLE"]),
    ]  # fmt: skip


async def test_pages_of_a_bucket(ask: Asker) -> None:
    fields = "distribution { customers(first: 1%s) { nodes { number } pageInfo { endCursor hasNextPage } } }"
    found, after = [], ""
    for _ in range(3):
        page = (await report(ask, fields % after))["distribution"][2]["customers"]
        found += [node["number"] for node in page["nodes"]]
        after = f', after: "{page["pageInfo"]["endCursor"]}"'

    assert (found, page["pageInfo"]["hasNextPage"]) == (["ANN", "BEN", "NONAME"], False)


async def test_lorenz(ask_both: Asker) -> None:
    points = (await report(ask_both, "lorenz { customers revenue }"))["lorenz"]

    assert [point["customers"] for point in points] == list(range(101))
    assert [points[i]["revenue"] for i in (0, 20, 30, 40, 100)] == [
        0.0, 100 * 30 / 757.5, 100 * 60 / 757.5, 100 * 90 / 757.5, 100.0,
    ]  # fmt: skip
    assert (await report(ask_both, "lorenz { revenue }", 'asOf: "2020-01-01"'))["lorenz"] == []


async def test_pages(ask_both: Asker) -> None:
    fields = """customers { totalCount edges { cursor node { customer { number } rank } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"""
    for order in ("REVENUE", "PROFIT", "ORDERS", "AVERAGE_ORDER_VALUE", "PREDICTED"):
        whole = numbers(await report(ask_both, LIST, f"orderBy: {order}"))
        found, after = [], ""
        while len(found) < 5:
            page = (await report(ask_both, fields, f"orderBy: {order}, first: 2{after}"))["customers"]
            edges, info = page["edges"], page["pageInfo"]
            assert [edge["node"]["rank"] for edge in edges] == list(range(len(found) + 1, len(found) + len(edges) + 1))
            assert (info["startCursor"], info["endCursor"]) == (edges[0]["cursor"], edges[-1]["cursor"])
            assert (info["hasPreviousPage"], page["totalCount"]) == (after != "", 5)
            found += [edge["node"]["customer"]["number"] for edge in edges]
            assert info["hasNextPage"] == (len(found) < 5)
            after = f', after: "{info["endCursor"]}"'
        assert found == whole


ARGUMENTS = {
    'joined: {end: "2025-01-01"}': ["ANN", "GONE"],
    'joined: {start: "2024-01-15", end: "2024-01-15"}': ["ANN"],
    "joined: {}": ["IDLE", "ANN", "BEN", "NONAME", "GONE"],
    "customerType: WHOLESALE": ["BEN"],
    "minRevenue: 60": ["IDLE", "ANN", "BEN", "NONAME"],
    'minRevenue: "107.51"': ["IDLE"],
    "revenueBasis: GROSS, minRevenue: 125": ["IDLE", "ANN"],
    "minProfit: -100": ["ANN"],
    "minProfit: 4": [],
    "revenueBasis: GROSS, minProfit: 4": ["ANN"],
    "revenueBasis: MARGIN": ["ANN", "BEN", "GONE", "IDLE", "NONAME"],
    "orderBy: ORDERS": ["ANN", "BEN", "GONE", "IDLE", "NONAME"],
    "orderBy: PROFIT": ["ANN", "BEN", "GONE", "IDLE", "NONAME"],
    "orderBy: AVERAGE_ORDER_VALUE": ["IDLE", "NONAME", "BEN", "GONE", "ANN"],
    'asOf: "2026-01-24"': ["IDLE", "ANN", "BEN"],
    "first: 2": ["IDLE", "ANN"],
    "horizonDays: 3650": ["IDLE", "ANN", "BEN", "NONAME", "GONE"],
}


async def test_every_argument(ask: Asker) -> None:
    found = {arguments: numbers(await report(ask, LIST, arguments)) for arguments in ARGUMENTS}

    assert found == ARGUMENTS


async def test_a_storefront(ask_both: Asker) -> None:
    (web,) = [s for s in (await ask_both("{ storefronts { id name } }"))["storefronts"] if s["name"] == "Web"]
    fields = "summary { totalRevenue refundsOutsidePopulation } customers { nodes { clv { revenue orders rank } } }"
    found = await report(ask_both, fields, "storefront: $storefront", storefront=web["id"])

    # ANN A4 less AR2, NONAME N1; the refunds without a sale belong to no storefront.
    assert found["summary"] == {"totalRevenue": "150.00", "refundsOutsidePopulation": "0.00"}
    assert [tuple(n["clv"].values()) for n in found["customers"]["nodes"]] == [("90.00", 1, 1), ("60.00", 1, 2)]


async def test_notices(ask: Asker) -> None:
    arguments = 'revenueBasis: MARGIN, orderBy: PREDICTED, asOf: "2026-03-06"'
    future, margin, predicted = (await report(ask, "notices", arguments))["notices"]

    assert future == "asOf 2026-03-06 is in the future; this is the answer for today, 2026-03-05."
    assert margin == "Revenue is known profit: the cost is known of 1.5 % of sales (costCoverage)."
    assert predicted == (
        "There is no model of future purchases: order PREDICTED is by revenue. "
        "A prediction needs 100 customers with a purchase by 2026-03-04; 5 have one."
    )


async def test_clv_of_one_customer_and_of_many(ask_both: Asker) -> None:
    one = await ask_both(f'{{ customer(by: {{number: "ANN"}}) {{ clv {{ {VALUE} }} }} }}')
    found = await ask_both(
        f"""{{ customers {{ nodes {{ number clv {{ {VALUE} }}
            purchases {{ revenue profit orders averageOrderValue firstPurchaseDate lastPurchaseDate }} }} }} }}"""
    )
    values = {node["number"]: node["clv"] for node in found["customers"]["nodes"]}

    assert values["NEW"] is None
    assert values["ANN"] == one["customer"]["clv"]
    assert {number: value["rank"] for number, value in values.items() if value} == {
        "IDLE": 1, "ANN": 2, "BEN": 3, "NONAME": 4,
    }  # fmt: skip
    for node in found["customers"]["nodes"]:
        if node["clv"] is not None:
            assert node["purchases"] == {name: node["clv"][name] for name in node["purchases"]}


async def test_clv_of_a_past_day(ask: Asker) -> None:
    fields = 'a: clv(asOf: "2025-12-31") { revenue orders daysAsCustomer rank } b: clv(asOf: "2025-01-01") { orders }'
    found = await ask(f'{{ customer(by: {{number: "ANN"}}) {{ {fields} }} }}')

    assert found["customer"] == {
        "a": {"revenue": "20.00", "orders": 2, "daysAsCustomer": 185, "rank": 1},  # BEN has 20.00 too
        "b": None,
    }


REFUSED = {
    "horizonDays: 0": "`horizonDays` must be from 1 to 3,650, not 0",
    "horizonDays: 3651": "`horizonDays` must be from 1 to 3,650, not 3,651",
    'minRevenue: "0.001"': "`minRevenue` has more decimals than GBP: 0.001",
    'minProfit: "1e30"': "`minProfit` is not an amount of money: 1E+30",
    'joined: {start: "2026-02-01", end: "2026-01-01"}': "`joined` starts on 2026-02-01, after its end on 2026-01-01",
    'storefront: "x"': '"x" is not an id of this API: use an `id` that an answer gave',
    'after: "x"': '"x" is not a cursor of this API: use one that `pageInfo` or an edge gave',
}


async def test_what_is_refused(ask: Asker) -> None:
    said = {
        arguments: await ask.refused(f"{{ lifetimeValueReport({arguments}) {{ notices }} }}") for arguments in REFUSED
    }

    assert said == REFUSED
    for days in (0, 3651):
        message = await ask.refused(
            f'{{ customer(by: {{number: "ANN"}}) {{ clv(horizonDays: {days}) {{ orders }} }} }}'
        )
        assert "from 1 to 3,650" in message


async def test_a_refusal_loses_nothing_else(ask: Asker) -> None:
    query = "{ customers(first: 2) { nodes { number clv(horizonDays: 0) { orders } } } storefronts { name } }"
    answer = await ask.run(query)

    assert set(answer.codes) == {"BAD_USER_INPUT"}
    assert [node["clv"] for node in answer.data["customers"]["nodes"]] == [None, None]
    assert len(answer.data["storefronts"]) == 3


@pytest.mark.parametrize("arguments", ["orderBy: NAME", "revenueBasis: null", "orderBy: null", "horizonDays: 1.5"])
async def test_what_graphql_refuses(ask: Asker, arguments: str) -> None:
    await ask.refused(f"{{ lifetimeValueReport({arguments}) {{ notices }} }}", REFUSED_BY_GRAPHQL)


async def test_a_storefront_of_another_business_is_not_there(ask: Asker, other: Shop) -> None:
    theirs = global_id("Storefront", other.id_of_storefront("Web"))
    query = "query($storefront: ID) { lifetimeValueReport(storefront: $storefront) { notices } }"
    assert "there is no storefront" in await ask.refused(query, storefront=theirs)


async def test_a_cursor_of_another_list_is_refused(ask: Asker) -> None:
    page = await report(ask, "customers { pageInfo { endCursor } }", "first: 1")
    after = page["customers"]["pageInfo"]["endCursor"]

    for arguments in ("orderBy: ORDERS", "revenueBasis: GROSS", "minRevenue: 1", 'joined: {start: "2020-01-01"}'):
        message = await ask.refused(f'{{ lifetimeValueReport({arguments}, after: "{after}") {{ notices }} }}')
        assert "other arguments" in message
    message = await ask.refused(
        f'{{ lifetimeValueReport {{ distribution {{ customers(after: "{after}") {{ totalCount }} }} }} }}'
    )
    assert "not a cursor" in message


async def test_a_customer_gets_none_of_it(ask: Asker, shop: Shop) -> None:
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))

    assert await anna.refused("{ lifetimeValueReport { notices } }", "FORBIDDEN") == (
        "Query.lifetimeValueReport is for staff"
    )
    assert await anna.refused("{ viewer { customer { clv { revenue } } } }", "FORBIDDEN") == "Customer.clv is for staff"


async def test_what_was_computed_is_kept_for_every_basis_and_order(ask: Asker) -> None:
    fresh = "freshness { fromCache }"
    assert (await report(ask, fresh))["freshness"] == {"fromCache": False}
    for arguments in ("orderBy: ORDERS", "revenueBasis: MARGIN", "minRevenue: 5", "first: 3"):
        assert (await report(ask, fresh, arguments))["freshness"] == {"fromCache": True}
    assert (await report(ask, fresh, "customerType: RETAIL"))["freshness"] == {"fromCache": False}


QUESTIONS = {
    "{ lifetimeValueReport { summary { totalRevenue refundsOutsidePopulation } lorenz { revenue } costCoverage } }": 1,
    "{ lifetimeValueReport { customers { nodes { rank clv { rank heuristic } } } } }": 1,
    "{ lifetimeValueReport { customers { nodes { rank customer { number } clv { rank heuristic } } } } }": 2,
    "{ lifetimeValueReport { customers { nodes { customer { number } } edges { node { customer { name } } } } } }": 2,
    "{ lifetimeValueReport { distribution { customers(first: 5) { nodes { number } } } } }": 2,
    "{ customers { nodes { number clv { revenue rank heuristic } } } }": 3,
    "{ customers(first: 2) { nodes { number clv { revenue rank heuristic } } } }": 3,
}


async def test_statements_on_the_store(both_services: Any, ask_both: Asker) -> None:
    shop = await open_shop(both_services.database, "Sixty")
    for number in range(60):
        shop.sale(f"C{number:02}", "2026-01-02", f"{number}.00")
    await shop.save()
    asker = ask_both.being(business_id=shop.id)
    await report(asker, "notices customers { totalCount }")  # the copy is there
    answers = {query: await asker.run(query) for query in QUESTIONS}

    assert [answer.messages for answer in answers.values() if answer.errors] == []
    counts = {query: answer.statements for query, answer in answers.items()}
    # The business, and where customers are shown their profiles: of all six buckets together.
    assert counts == QUESTIONS
