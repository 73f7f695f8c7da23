"""Purchase patterns, affinity and recommendations of the corner shop, and what they refuse.

In the 90 days to Thursday 5 March 2026 there are eight sales of 754.00, one of them anonymous:
    ANN     A2 12.00 on 24 December at 10:15, A3 5.00 on 10 January, A4 100.00 on 1 February
    BEN     B2 40.00 on 5 January          NONAME  N1 60.00 on 20 February
    GONE    G1 30.00 on 25 February        IDLE    I1 500.00 on 2 January        nobody  X1 7.00 on 27 February
and four refunds: 5.00 on 20 January at 16:00, 10.00 and 2.50 on 5 and 10 February, 1.00 on 28 February.
"""

from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Line, Shop, open_shop
from tests.schema.conftest import REFUSED_BY_GRAPHQL, Asker, customer_id

SUMMARY = """totalTransactions uniqueCustomers revenue anonymousTransactions avgBasketSize avgItemsPerTransaction
    transactionsPerCustomer mostPopularPaymentMethod busiestDay busiestHour"""


async def patterns(ask: Asker, fields: str, arguments: str = "", **variables: Any) -> Any:
    """Something of the patterns."""
    given = f"({arguments})" if arguments else ""
    types = {"customer": "ID", "storefront": "ID", "edges": "[Decimal!]"}
    declared = ", ".join(f"${name}: {types[name]}" for name in variables)
    query = f"query{f'({declared})' if declared else ''} {{ purchasePatterns{given} {{ {fields} }} }}"
    return (await ask(query, **variables))["purchasePatterns"]


async def test_summaries(ask_both: Asker) -> None:
    fields = f"period {{ start end days complete }} summary {{ {SUMMARY} }} previous {{ {SUMMARY} }} notices"
    found = await patterns(ask_both, fields, "compareTo: PREVIOUS_PERIOD")

    assert found == {
        "period": {"start": "2025-12-06", "end": "2026-03-05", "days": 90, "complete": False},
        "summary": {
            "totalTransactions": 8,
            "uniqueCustomers": 5,
            "revenue": "735.50",
            "anonymousTransactions": 1,
            "avgBasketSize": "94.25",
            "avgItemsPerTransaction": (3 + 0.333 + 1 + 7) / 8,
            "transactionsPerCustomer": 7 / 5,
            "mostPopularPaymentMethod": "CARD",  # once, as CASH, CREDIT and VOUCHER
            "busiestDay": "FRIDAY",
            "busiestHour": 12,
        },
        "previous": {  # only B1 of BEN
            "totalTransactions": 1,
            "uniqueCustomers": 1,
            "revenue": "20.00",
            "anonymousTransactions": 0,
            "avgBasketSize": "20.00",
            "avgItemsPerTransaction": 1.0,
            "transactionsPerCustomer": 1.0,
            "mostPopularPaymentMethod": None,
            "busiestDay": "FRIDAY",
            "busiestHour": 12,
        },
        "notices": [],
    }
    year = await patterns(ask_both, "previous { totalTransactions revenue }", "compareTo: PREVIOUS_YEAR")
    assert year == {"previous": {"totalTransactions": 0, "revenue": "0.00"}}
    assert await patterns(ask_both, "previous { revenue }") == {"previous": None}


async def test_how_it_is_computed_and_how_fresh_it_is(ask: Asker) -> None:
    fields = """howComputed { definition statement }
        freshness { computedAt dataRevision engine fromCache durationMs } summary { revenue }"""
    first, again = await patterns(ask, fields), await patterns(ask, fields)
    how, fresh = first["howComputed"], first["freshness"]

    assert "pooled" in how["definition"]
    for piece in ("count(DISTINCT sale.customer_id)", "lag(", "payment.method", "start = 20428", "edge_1 = 10000"):
        assert piece in how["statement"]
    assert (fresh["computedAt"], fresh["dataRevision"]) == ("2026-03-05T12:00:00+00:00", 1)
    assert (fresh["engine"], fresh["fromCache"], fresh["durationMs"] > 0) == ("duckdb", False, True)
    assert again["freshness"]["fromCache"] is True


async def test_frequency_and_baskets(ask_both: Asker) -> None:
    found = await patterns(
        ask_both,
        "frequency { daily weekly monthly avgDaysBetweenPurchases } "
        "baskets { min max transactionCount percentage avgItems }",
    )

    assert found["frequency"] == {
        "daily": 8 / 90,
        "weekly": 56 / 90,
        "monthly": 30.4375 * 8 / 90,
        "avgDaysBetweenPurchases": (17 + 22) / 2,  # ANN alone bought again
    }
    assert [tuple(b.values()) for b in found["baskets"]] == [
        ("0.00", "100.00", 6, 75.0, (3 + 0.333 + 1 + 5) / 6),
        ("100.00", "250.00", 1, 12.5, 1.0),
        ("250.00", "500.00", 0, 0.0, None),
        ("500.00", "1000.00", 1, 12.5, 1.0),
        ("1000.00", None, 0, 0.0, None),
    ]


async def test_edges_of_baskets(ask: Asker) -> None:
    fields = "baskets { min max transactionCount }"
    found = await patterns(ask, fields, "basketEdges: [10, 12.00, 500]")

    assert [tuple(b.values()) for b in found["baskets"]] == [
        (None, "10.00", 2),
        ("10.00", "12.00", 0),
        ("12.00", "500.00", 5),
        ("500.00", None, 1),
    ]
    many = [str(edge) for edge in range(50)]
    assert len((await patterns(ask, fields, "basketEdges: $edges", edges=many))["baskets"]) == 50
    default = await patterns(ask, fields)
    assert await patterns(ask, fields, "basketEdges: null") == default


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ("[]", "`basketEdges` takes from 1 to 50 amounts, not 0"),
        (str(list(range(51))), "`basketEdges` takes from 1 to 50 amounts, not 51"),
        ("[0, 10, 10]", "`basketEdges` must rise from one to the next: 10 comes after 10"),
        ("[10, 5]", "`basketEdges` must rise from one to the next: 5 comes after 10"),
        ("[0.001]", "`basketEdges` has more decimals than GBP: 0.001"),
        ('["1e30"]', "`basketEdges` is not an amount of money: 1E+30"),
    ],
)
async def test_impossible_edges(ask: Asker, edges: str, message: str) -> None:
    assert await ask.refused(f"{{ purchasePatterns(basketEdges: {edges}) {{ notices }} }}") == message


async def test_times(ask_both: Asker) -> None:
    bucket = "transactionCount revenue percentage"
    found = await patterns(
        ask_both,
        f"byWeekday {{ key label {bucket} }} byHour {{ key label {bucket} }} byMonth {{ key label {bucket} }} "
        f"byWeekdayHour {{ weekday hour {bucket} }}",
    )

    assert [tuple(b.values()) for b in found["byWeekday"]] == [
        (1, "Monday", 1, "40.00", 12.5),
        (2, "Tuesday", 0, "-7.50", 0.0),
        (3, "Wednesday", 2, "42.00", 25.0),
        (4, "Thursday", 0, "-10.00", 0.0),
        (5, "Friday", 3, "567.00", 37.5),
        (6, "Saturday", 1, "4.00", 12.5),
        (7, "Sunday", 1, "100.00", 12.5),
    ]
    hours = [tuple(b.values()) for b in found["byHour"]]
    assert [hour for hour in hours if hour[2:4] != (0, "0.00")] == [
        (10, "10:00", 1, "12.00", 12.5),
        (12, "12:00", 7, "728.50", 87.5),
        (16, "16:00", 0, "-5.00", 0.0),
    ]
    months = [tuple(b.values()) for b in found["byMonth"]]
    assert [month for month in months if month[2]] == [
        (1, "January", 3, "540.00", 37.5),
        (2, "February", 4, "183.50", 50.0),
        (12, "December", 1, "12.00", 12.5),
    ]
    week = found["byWeekdayHour"]
    assert (len(hours), len(months), len(week)) == (24, 12, 168)
    assert [(b["weekday"], b["hour"]) for b in week[::25]][:3] == [("MONDAY", 0), ("TUESDAY", 1), ("WEDNESDAY", 2)]
    assert {(b["weekday"], b["hour"]): b["transactionCount"] for b in week if b["transactionCount"]} == {
        ("MONDAY", 12): 1,
        ("WEDNESDAY", 10): 1,
        ("WEDNESDAY", 12): 1,
        ("FRIDAY", 12): 3,
        ("SATURDAY", 12): 1,
        ("SUNDAY", 12): 1,
    }


async def test_seasonality(ask: Asker) -> None:
    found = (await patterns(ask, "seasonality { month label index }"))["seasonality"]

    # From 30 June 2025, 249 days: 8.00 in June, 20.00 in October, and the months above.
    net = {6: (8_00, 1), 10: (20_00, 31), 12: (12_00, 31), 1: (540_00, 31), 2: (183_50, 28), 3: (0, 5)}
    days = {7: 31, 8: 31, 9: 30, 11: 30}
    total = sum(amount for amount, _ in net.values())
    assert total == 763_50
    assert {s["month"]: s["index"] for s in found} == {
        **{month: amount * 249 / (length * total) for month, (amount, length) in net.items()},
        **dict.fromkeys(days, 0.0),
        **dict.fromkeys((4, 5), None),
    }
    assert [s["label"] for s in found][::11] == ["January", "December"]


async def test_series(ask_both: Asker) -> None:
    fields = "series { start end transactionCount uniqueCustomers revenue complete }"
    found = {
        grouping: (await patterns(ask_both, fields, f"grouping: {grouping}"))["series"]
        for grouping in ("DAILY", "WEEKLY", "MONTHLY")
    }

    assert [tuple(p.values()) for p in found["MONTHLY"]] == [
        ("2025-12-06", "2025-12-31", 1, 1, "12.00", True),
        ("2026-01-01", "2026-01-31", 3, 3, "540.00", True),
        ("2026-02-01", "2026-02-28", 4, 3, "183.50", True),
        ("2026-03-01", "2026-03-05", 0, 0, "0.00", False),
    ]
    assert {grouping: len(points) for grouping, points in found.items()} == {"DAILY": 90, "WEEKLY": 14, "MONTHLY": 4}
    for points in found.values():
        assert sum(p["transactionCount"] for p in points) == 8
        assert [p["complete"] for p in points] == [True] * (len(points) - 1) + [False]
    assert [tuple(p.values())[:2] for p in found["WEEKLY"]][::13] == [
        ("2025-12-06", "2025-12-07"),
        ("2026-03-02", "2026-03-05"),
    ]


async def test_a_series_of_too_many_points_begins_with_the_first_fact(ask: Asker) -> None:
    since_1700 = 'period: {start: "1700-01-01"}, grouping'
    found = await patterns(ask, "series { start transactionCount }", f"{since_1700}: DAILY")
    weeks = await patterns(
        ask, "series { start }", 'period: {start: "2000-01-01", end: "2025-12-31"}, grouping: WEEKLY'
    )

    assert found["series"][0] == {"start": "2025-06-30", "transactionCount": 1}
    assert found["series"][-1]["start"] == "2026-03-05"
    assert len(found["series"]) == 249
    assert len(weeks["series"]) == 1_358, "of fewer than 2,000 the empty ones are there"
    summary = await patterns(ask, "period { start } frequency { daily }", f"{since_1700}: DAILY")
    assert summary["period"] == {"start": "1700-01-01"}


async def test_a_series_of_too_many_points_names_what_fits(ask: Asker) -> None:
    old = await open_shop(ask.services.database, "Old Shop")
    old.sale("ANN", "2000-01-01", "10.00")
    old.sale("ANN", "1700-02-01", "10.00")
    await old.save()
    asker = ask.being(Role.VIEWER, business_id=old.id)
    long = 'period: {start: "2000-01-01", end: "2025-12-31"}, grouping'
    told = await asker.refused(f"{{ purchasePatterns({long}: DAILY) {{ series {{ start }} }} }}")

    assert told == "`grouping`: DAILY makes 9,497 points of this period, more than 2,000; WEEKLY makes 1,358"
    assert (await patterns(asker, "summary { totalTransactions }", f"{long}: DAILY"))["summary"] is not None
    months = '{ purchasePatterns(period: {start: "1700-01-01"}) { series { start } } }'
    assert (await asker.refused(months)) == (
        "`grouping`: MONTHLY makes 3,914 points of this period, more than 2,000; ask for a later start"
    )


async def test_payments_and_categories(ask_both: Asker) -> None:
    found = await patterns(
        ask_both,
        "paymentMethods { method transactionCount percentage avgTransactionValue } "
        "categories { category purchaseCount percentage avgSpend revenue }",
    )

    assert [tuple(m.values()) for m in found["paymentMethods"]] == [
        ("CARD", 1, 12.5, "10.00"),
        ("CASH", 1, 12.5, "30.00"),
        ("CREDIT", 1, 12.5, "50.00"),
        ("VOUCHER", 1, 12.5, "4.40"),
    ]
    assert [tuple(c.values()) for c in found["categories"]] == [
        ("Uncategorised", 8, 100.0, "93.37", "746.99"),  # 746.99 / 8 = 93.37375
        ("Drinks", 1, 12.5, "7.50", "7.50"),
        ("Food", 1, 12.5, "1.00", "1.00"),
    ]


async def test_bases(ask: Asker) -> None:
    fields = "summary { revenue avgBasketSize } categories { category revenue } notices"
    gross = await patterns(ask, fields, "revenueBasis: GROSS")
    margin = await patterns(ask, fields, "revenueBasis: MARGIN")

    assert (gross["summary"], gross["notices"]) == ({"revenue": "754.00", "avgBasketSize": "94.25"}, [])
    # A2: 4.50 on tea less 1.49 · 7.50 / 13.49 = 0.83; A3: 3.00, all of which went back with the mug.
    assert margin["summary"] == {"revenue": "3.67", "avgBasketSize": "94.25"}
    assert [tuple(c.values()) for c in margin["categories"]] == [
        ("Drinks", "4.50"),
        ("Uncategorised", "3.00"),
        ("Food", "0.00"),
    ]
    assert margin["notices"] == [  # 6.67 of the tea and 5.00 of the mug
        "Revenue is known profit: the cost of goods is known for 1.5 % of the revenue as sold (costCoverage)."
    ]


async def test_some_of_the_sales(ask_both: Asker) -> None:
    stores = {s["name"]: s["id"] for s in (await ask_both("{ storefronts { id name } }"))["storefronts"]}
    people = (await ask_both("{ customers { nodes { id number } } }"))["customers"]["nodes"]
    ids = {person["number"]: person["id"] for person in people}
    fields = "summary { totalTransactions uniqueCustomers anonymousTransactions revenue }"
    expected: dict[tuple[str, str | None], tuple[int, int, int, str]] = {
        ("storefront", stores["Web"]): (2, 2, 0, "150.00"),  # A4 and N1, less what came back of A4
        ("storefront", stores["Old Street"]): (0, 0, 0, "0.00"),
        ("storefront", None): (8, 5, 1, "735.50"),
        ("customer", ids["ANN"]): (3, 1, 0, "99.50"),
        ("customer", ids["NEW"]): (0, 0, 0, "0.00"),
        ("customer", None): (8, 5, 1, "735.50"),
    }
    for (argument, value), figures in expected.items():
        found = await patterns(ask_both, fields, f"{argument}: ${argument}", **{argument: value})
        assert tuple(found["summary"].values()) == figures, (argument, value)
    for type_, figures in {"WHOLESALE": (1, 1, 0, "40.00"), "RETAIL": (6, 4, 0, "689.50")}.items():
        found = await patterns(ask_both, fields, f"customerType: {type_}")
        assert tuple(found["summary"].values()) == figures
    found = await patterns(ask_both, fields, "customerType: WHOLESALE, customer: $customer", customer=ids["ANN"])
    assert tuple(found["summary"].values()) == (0, 0, 0, "0.00")


async def test_impossible_customers_and_storefronts(ask: Asker, shop: Shop, other: Shop) -> None:
    query = "query($id: ID) { purchasePatterns(customer: $id) { notices } }"
    for absent in (customer_id(other, "ANN"), global_id("Customer", 10**17)):
        told = await ask.refused(query, id=absent)
        assert told == f'there is no customer "{absent}": `customers` lists those of this business'
    web = global_id("Storefront", shop.id_of_storefront("Web"))
    assert await ask.refused(query, id=web) == f'"{web}" is the id of a Storefront, not of a Customer'
    assert (await ask.refused(query, id="ANN")).startswith('"ANN" is not an id of this API')
    theirs = global_id("Storefront", other.id_of_storefront("Web"))
    for field in ("purchasePatterns", "categoryAffinity"):
        told = await ask.refused(f"query($id: ID) {{ {field}(storefront: $id) {{ notices }} }}", id=theirs)
        assert told.startswith("there is no storefront")


async def test_periods(ask: Asker) -> None:
    fields = "period { start end complete } summary { totalTransactions } notices"
    late = await patterns(ask, fields, 'period: {end: "2030-01-01"}')
    assert late == {
        "period": {"start": "2025-06-30", "end": "2026-03-05", "complete": False},
        "summary": {"totalTransactions": 10},
        "notices": ["The period's end, 2030-01-01, is in the future; this is the answer to today, 2026-03-05."],
    }
    # On 24 January the sale of BEN was pending still.
    then = await patterns(ask, fields, 'period: {start: "2026-01-01", end: "2026-01-24"}')
    assert (then["period"]["complete"], then["summary"]) == (True, {"totalTransactions": 2})
    for field in ("purchasePatterns", "categoryAffinity"):
        told = await ask.refused(f'{{ {field}(period: {{start: "2026-02-02", end: "2026-02-01"}}) {{ notices }} }}')
        assert told == "`period` starts on 2026-02-02, after its end on 2026-02-01"
    for argument in ("grouping: YEARLY", "compareTo: LAST_YEAR", "revenueBasis: null", "grouping: null"):
        await ask.refused(f"{{ purchasePatterns({argument}) {{ notices }} }}", REFUSED_BY_GRAPHQL)


async def test_sales_of_unknown_hour_are_told_of(ask: Asker, shop: Shop) -> None:
    for day in ("2026-03-03", "2026-03-04"):
        shop.sale("ANN", day, "1.00", has_hour=False)
    await shop.save()
    found = await patterns(ask, "summary { totalTransactions busiestHour } byHour { transactionCount } notices")

    assert found["summary"] == {"totalTransactions": 10, "busiestHour": 12}
    assert sum(b["transactionCount"] for b in found["byHour"]) == 8
    assert found["notices"] == ["2 sales have no known hour: byHour, byWeekdayHour and busiestHour leave them out."]


async def test_only_what_is_asked_for_is_computed(ask: Asker) -> None:
    names: list[Any] = []
    real = ask.services.reports.get

    async def watched(key: Any, *rest: Any) -> Any:
        names.append(key[3])
        return await real(key, *rest)

    ask.services.reports.get = watched  # pyright: ignore[reportAttributeAccessIssue]
    await patterns(ask, "seasonality { index }")
    await patterns(ask, "baskets { transactionCount }")
    await patterns(ask, "series { uniqueCustomers }")
    await patterns(ask, "period { days } howComputed { definition }")

    assert names == ["patterns seasons", "patterns baskets", "patterns moments", "patterns visits"]


# ---------------------------------------------------------------- of customers


OF_CUSTOMER = f"""number patterns {{
    period {{ days }} summary {{ {SUMMARY} }} previous {{ revenue }} frequency {{ avgDaysBetweenPurchases }}
    baskets {{ transactionCount avgItems }} byMonth {{ revenue }} series {{ transactionCount uniqueCustomers revenue }}
    paymentMethods {{ method }} categories {{ category }} seasonality {{ index }} notices freshness {{ fromCache }}
}}"""


async def test_the_patterns_of_customers_are_those_of_each(ask_both: Asker) -> None:
    page = (await ask_both(f"{{ customers {{ nodes {{ id {OF_CUSTOMER} }} }} }}"))["customers"]["nodes"]
    for node in page:
        key = node.pop("id")
        alone = await ask_both("query($id: ID!) { customer(by: {id: $id}) { %s } }" % OF_CUSTOMER, id=key)  # noqa: UP031
        assert alone["customer"] == node
        of_one = await patterns(ask_both, f"summary {{ {SUMMARY} }}", "customer: $customer", customer=key)
        assert of_one["summary"] == node["patterns"]["summary"]
    assert {n["number"]: n["patterns"]["summary"]["revenue"] for n in page} == {
        "ANN": "99.50",
        "BEN": "40.00",
        "IDLE": "500.00",
        "NEW": "0.00",
        "NONAME": "60.00",
    }


async def test_a_period_of_customers_patterns(ask: Asker) -> None:
    fields = "patterns(period: %s) { period { start end } summary { totalTransactions } notices }"
    query = '{ customers(filter: {tags: ["local"]}) { nodes { %s } } }'
    found = await ask(query % fields % '{start: "2025-06-01", end: "2025-12-24"}')

    assert found["customers"]["nodes"] == [
        {
            "patterns": {
                "period": {"start": "2025-06-01", "end": "2025-12-24"},
                "summary": {"totalTransactions": 2},
                "notices": ["The period begins on 2025-06-01, before the first sale or refund, on 2025-06-30."],
            }
        }
    ]
    told = await ask.refused(query % fields % '{start: "2026-02-02", end: "2026-02-01"}')
    assert told == "`period` starts on 2026-02-02, after its end on 2026-02-01"


async def test_a_customer_sees_its_own_patterns_and_no_profit(ask: Asker, shop: Shop) -> None:
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    query = "{ viewer { customer { patterns { summary { revenue uniqueCustomers } } recommendations { category } } } }"

    found = (await anna(query))["viewer"]["customer"]
    assert found["patterns"]["summary"] == {"revenue": "99.50", "uniqueCustomers": 1}
    margin = "{ viewer { customer { patterns(revenueBasis: MARGIN) { summary { revenue } } } } }"
    await anna.refused(margin, REFUSED_BY_GRAPHQL)
    for root in ("purchasePatterns(revenueBasis: MARGIN)", "categoryAffinity"):
        await anna.refused(f"{{ {root} {{ notices }} }}", "FORBIDDEN")


STATEMENTS = {
    "{ purchasePatterns { summary { revenue uniqueCustomers } series { uniqueCustomers } notices } }": 1,
    "{ purchasePatterns { categories { revenue } paymentMethods { method } baskets { avgItems } } }": 1,
    "{ categoryAffinity { pairs { lift } } }": 1,
    # of customers, what they bought, and their lines, payments and lines again
    "{ customers(first: 1) { nodes { patterns { summary { revenue } } recommendations { score } } } }": 4,
    "{ customers { nodes { patterns { summary { revenue } } recommendations { score } } } }": 4,
    "{ customers { nodes { patterns { baskets { avgItems } paymentMethods { method } categories { revenue } } } } }": 6,
}


async def test_statements_on_the_store(ask_both: Asker) -> None:
    for query in STATEMENTS:
        await ask_both(query)  # the copy has all tables from now on
    ask_both.services.reports._kept.clear()  # what was computed from the store too is kept as any report
    found = {query: (await ask_both.run(query)).statements for query in STATEMENTS}

    assert found == STATEMENTS


# ---------------------------------------------------------------- affinity


@pytest.fixture
async def tea_shop(ask: Asker) -> Shop:
    """A shop where cups go with tea."""
    made = await open_shop(ask.services.database, "Tea Shop")
    for customer, categories in (("ANN", ["Tea", "Cup"]), ("BEN", ["Tea"]), (None, ["Cup", "Tea"]), ("CLEO", [None])):
        lines = [Line("thing", "1.00", category=category) for category in categories]
        made.sale(customer, "2026-02-01", lines=lines)
    await made.save()
    return made


async def test_affinity(ask: Asker, tea_shop: Shop) -> None:
    asker = ask.being(Role.VIEWER, business_id=tea_shop.id)
    fields = """pairs { first second support confidence lift transactions } notices
        howComputed { definition statement } freshness { engine fromCache dataRevision }"""
    found = (await asker(f"{{ categoryAffinity {{ {fields} }} }}"))["categoryAffinity"]

    assert [tuple(pair.values()) for pair in found["pairs"]] == [
        ("Cup", "Tea", 2 / 4, 2 / 2, 2 * 4 / (2 * 3), 2),
        ("Tea", "Cup", 2 / 4, 2 / 3, 2 * 4 / (2 * 3), 2),
    ]
    assert found["notices"] == []
    assert "lift" in found["howComputed"]["definition"]
    assert "bit_or" in found["howComputed"]["statement"]
    assert found["freshness"] == {"engine": "duckdb", "fromCache": False, "dataRevision": 1}
    for arguments, count in (("minSupport: 0.51", 0), ("minSupport: 0.5", 2), ("first: 1", 1), ("minSupport: 0", 2)):
        pairs = (await asker(f"{{ categoryAffinity({arguments}) {{ pairs {{ lift }} }} }}"))["categoryAffinity"][
            "pairs"
        ]
        assert len(pairs) == count, arguments


async def test_impossible_affinity(ask: Asker) -> None:
    for least in ("-0.01", "1.01", "50"):
        told = await ask.refused(f"{{ categoryAffinity(minSupport: {least}) {{ notices }} }}")
        assert told.startswith("`minSupport` is a share of all sales, from 0 to 1, not ")
    assert await ask.refused("{ categoryAffinity(first: 0) { notices } }") == "`first` must be from 1 to 1,000, not 0"
    for field in (
        "categoryAffinity(first: -1) { notices }",
        "customers { nodes { recommendations(first: 0) { score } } }",
    ):
        assert (await ask.refused(f"{{ {field} }}")).startswith("`first` must be from ")


async def test_recommendations(ask: Asker, tea_shop: Shop) -> None:
    asker = ask.being(Role.VIEWER, business_id=tea_shop.id)
    fields = "number recommendations { category product reason score }"
    found = (await asker(f"{{ customers(orderBy: NAME) {{ nodes {{ {fields} }} }} }}"))["customers"]["nodes"]

    reason = "Customers who bought Tea also bought Cup."
    assert {n["number"]: n["recommendations"] for n in found} == {
        "ANN": [],
        "BEN": [{"category": "Cup", "product": None, "reason": reason, "score": 1.0}],
        "CLEO": [],
    }
