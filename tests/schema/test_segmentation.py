"""The segmentation of the corner shop, its drill-downs, and what it refuses.

In the 90 days to 5 March 2026 four active customers bought (IDLE is not served any more):
    ANN     32 days ago, 3 times, 99.50  R4F4M4  Champions
    BEN     59 days ago, once,    40.00  R2F1M2  Hibernating
    NONAME  13 days ago, once,    60.00  R5F1M3  New Customers
    GONE     8 days ago, once,    30.00  R5F1M1  New Customers
"""

from typing import Any

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop, open_shop
from tests.schema.conftest import REFUSED_BY_GRAPHQL, Asker

EMPTY = [
    ("Loyal Customers", "R4F4M4"),
    ("Potential Loyalists", "R4F2M3"),
    ("Promising", "R3F2M2"),
    ("At Risk", "R2F2M3"),
    ("Need Attention", "R2F3M3"),
]


async def segmentation(ask: Asker, fields: str, arguments: str = "", **variables: Any) -> Any:
    """Something of a segmentation."""
    given = f"({arguments})" if arguments else ""
    declared = "query($storefront: ID)" if variables else "query"
    return (await ask(f"{declared} {{ segmentation{given} {{ {fields} }} }}", **variables))["segmentation"]


async def test_totals(ask_both: Asker) -> None:
    fields = """method scheme asOf days totalCustomers activeCustomers totalRevenue refundsOutsidePopulation notices
        insights { highestRevenueSegment largestSegment fastestGrowingSegment needsAttention }
        freshness { computedAt dataRevision engine } howComputed { definition statement }"""
    found = await segmentation(ask_both, fields)
    how = found.pop("howComputed")

    assert found == {
        "method": "RFM",
        "scheme": "POS",
        "asOf": "2026-03-05",
        "days": 90,
        "totalCustomers": 4,
        "activeCustomers": 4,
        "totalRevenue": "229.50",
        "refundsOutsidePopulation": "1.00",
        "notices": [],
        # Of the window before only BEN is there, At Risk (233), where nobody is now: nothing to compare.
        "insights": {
            "highestRevenueSegment": "Champions",
            "largestSegment": "New Customers",
            "fastestGrowingSegment": "New Customers",
            "needsAttention": "Hibernating",
        },
        "freshness": {"computedAt": "2026-03-05T12:00:00+00:00", "dataRevision": 1, "engine": "duckdb"},
    }
    assert "at least one counted sale" in how["definition"]
    assert "SELECT" in how["statement"]
    assert "as_of = 20517" in how["statement"]  # the days from 1970 to that day


async def test_segments(ask_both: Asker) -> None:
    fields = """segments { name code customerCount percentage totalRevenue revenueContribution averageOrderValue
        recencyScore frequencyScore monetaryScore growth
        characteristics { avgDaysSinceLastPurchase avgPurchaseFrequency avgTotalSpend } }"""
    found = (await segmentation(ask_both, fields))["segments"]
    typical = {s["name"]: tuple(s.pop("characteristics").values()) for s in found}

    assert [tuple(s.values()) for s in found] == [
        # 99.50 in three orders is 33.1666…; the shares are of 4 customers and of 229.50
        ("Champions", "R5F5M5", 1, 25.0, "99.50", 100 * 9950 / 22950, "33.17", 5, 5, 5, None),
        ("New Customers", "R5F1M1", 2, 50.0, "90.00", 100 * 9000 / 22950, "45.00", 5, 1, 1, None),
        ("Hibernating", "R1F1M2", 1, 25.0, "40.00", 100 * 4000 / 22950, "40.00", 1, 1, 2, None),
        *(
            (n, c, 0, 0.0, "0.00", 0.0, None, int(c[1]), int(c[3]), int(c[5]), -100.0 if n == "At Risk" else None)
            for n, c in EMPTY
        ),
    ]
    assert typical == {
        "Champions": (32.0, 3.0, "99.50"),
        "New Customers": (10.5, 1.0, "45.00"),
        "Hibernating": (59.0, 1.0, "40.00"),
        **{name: (None, None, None) for name, _ in EMPTY},
    }


async def test_characteristics(ask_both: Asker) -> None:
    fields = """segments { name characteristics { avgCreditUtilization totalOutstanding preferredCategory
        preferredStorefront { name } preferredChannel preferredWeekday preferredPaymentMethod peakMonth } }"""
    found = {
        s["name"]: tuple(s["characteristics"].values()) for s in (await segmentation(ask_both, fields))["segments"]
    }

    # ANN spent 109.99 without a category, 7.50 on Drinks, 1.00 on Food. She bought once at High Street (told before
    # the Web), twice in the STORE, on a Wednesday, a Saturday and a Sunday, in December, January and February, and
    # paid once each by CARD, CASH, CREDIT and VOUCHER.
    none = "Uncategorised"
    assert found == {
        "Champions": (None, None, none, {"name": "High Street"}, "STORE", "WEDNESDAY", "CARD", 1),
        "New Customers": (None, None, none, {"name": "Web"}, "ONLINE", "WEDNESDAY", None, 2),
        "Hibernating": (None, None, none, None, "PHONE", "MONDAY", None, 1),
        **{name: (None,) * 8 for name, _ in EMPTY},
    }


async def test_texts_for_a_shop_manager(ask: Asker) -> None:
    for scheme, size in (("POS", 8), ("RETAIL", 11), ("REPORT", 7)):
        fields = "segments { name code description criteria recommendedActions recencyScore }"
        segments = (await segmentation(ask, fields, f"scheme: {scheme}"))["segments"]
        assert len(segments) == len({s["name"] for s in segments}) == len({s["code"] for s in segments}) == size
        for segment in segments:
            assert len(segment["recommendedActions"]) >= 3
            assert segment["description"].endswith(".")
            assert "nearest" in segment["criteria"]
            assert (segment["recencyScore"] is None) == (scheme != "POS")


async def test_cut_points(ask_both: Asker) -> None:
    found = await segmentation(ask_both, "cutPoints { score maxRecencyDays minFrequency minMonetary }")

    assert [tuple(c.values()) for c in found["cutPoints"]] == [
        (1, None, 1, "30.00"),
        (2, 59, None, "40.00"),
        (3, None, None, "60.00"),
        (4, 32, 3, "99.50"),
        (5, 13, None, None),
    ]


async def test_cells(ask_both: Asker) -> None:
    fields = "cells { recencyScore frequencyScore monetaryScore segmentCode customerCount revenue }"
    cells = [tuple(cell.values()) for cell in (await segmentation(ask_both, fields))["cells"]]

    assert len(cells) == 125
    assert [cell[:3] for cell in cells] == [(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
    assert [cell for cell in cells if cell[4]] == [
        (2, 1, 2, "R1F1M2", 1, "40.00"),
        (4, 4, 4, "R5F5M5", 1, "99.50"),
        (5, 1, 1, "R5F1M1", 1, "30.00"),
        (5, 1, 3, "R5F1M1", 1, "60.00"),
    ]
    assert {cell[5] for cell in cells if not cell[4]} == {"0.00"}


async def test_drill_downs_have_exactly_who_is_counted(ask_both: Asker) -> None:
    people = "customers { totalCount nodes { name } }"
    everybody = ["Anna Ólafsdóttir", "Ben", "Erased customer", "Idle", "NONAME"]
    for scheme in ("POS", "RETAIL", "REPORT"):
        fields = f"segments {{ customerCount {people} }}"
        segments = (await segmentation(ask_both, fields, f"scheme: {scheme}, includeInactive: true"))["segments"]
        for segment in segments:
            assert segment["customers"]["totalCount"] == segment["customerCount"] == len(segment["customers"]["nodes"])
        assert sorted(node["name"] for s in segments for node in s["customers"]["nodes"]) == everybody

    cells = (await segmentation(ask_both, f"cells {{ customerCount {people} }}", "includeInactive: true"))["cells"]
    for cell in cells:
        assert cell["customers"]["totalCount"] == cell["customerCount"] == len(cell["customers"]["nodes"])
    assert sorted(node["name"] for cell in cells for node in cell["customers"]["nodes"]) == everybody


async def test_the_customers_of_a_cell_and_of_its_segment(ask: Asker) -> None:
    people = "customers { nodes { name } }"
    found = await segmentation(ask, f"segments {{ code {people} }} cells {{ segmentCode customerCount {people} }}")
    of_cells: dict[str, list[str]] = {segment["code"]: [] for segment in found["segments"]}
    for cell in found["cells"]:
        of_cells[cell["segmentCode"]] += [node["name"] for node in cell["customers"]["nodes"]]

    of_segments = {s["code"]: sorted(node["name"] for node in s["customers"]["nodes"]) for s in found["segments"]}
    assert {code: sorted(names) for code, names in of_cells.items()} == of_segments


async def test_a_drill_down_is_by_revenue_then_number(ask_both: Asker) -> None:
    shop = await open_shop(ask_both.services.database, "Ties")
    amounts = {
        "D": "5.00",
        "a": "7.00",
        "C": "5.00",
        "B10": "5.00",
        "B9": "5.00",
        "É": "5.00",
        "E": "9.00",
        "z": "1.00",
    }
    for number, amount in amounts.items():
        shop.sale(number, "2026-03-01", amount)
    for _ in range(2):
        shop.sale("twice", "2026-03-01", "0.25")
    await shop.save()
    asker = ask_both.being(business_id=shop.id)
    expected = ["E", "a", "B10", "B9", "C", "D", "É", "z"]

    # One purchase each, on one day: scores differ in money only, and New Customers takes all but who bought twice.
    fields = "customers(first: 3%s) { totalCount nodes { number } pageInfo { endCursor hasNextPage hasPreviousPage } }"
    found, after = [], ""
    for size in (3, 3, 2):
        (segment,) = (await segmentation(asker, f"segments {{ {fields % after} }}", 'segmentCode: "R5F1M1"'))[
            "segments"
        ]
        page = segment["customers"]
        found += [node["number"] for node in page["nodes"]]
        assert (page["totalCount"], len(page["nodes"])) == (8, size)
        assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (size == 3, after != "")
        after = f', after: "{page["pageInfo"]["endCursor"]}"'

    assert found == expected


async def test_windows_and_days(ask: Asker) -> None:
    fields = "asOf days totalCustomers activeCustomers totalRevenue refundsOutsidePopulation"
    expected = {
        "days: 90": ("2026-03-05", 90, 4, 4, "229.50", "1.00"),
        "days: 9": ("2026-03-05", 9, 1, 1, "30.00", "1.00"),
        "days: 8": ("2026-03-05", 8, 0, 0, "0.00", "1.00"),  # GONE bought nine days ago, counting today
        "days: 1": ("2026-03-05", 1, 0, 0, "0.00", "0.00"),
        # 14 days: ANN did not buy in them; 33: she did, and 12.50 came back from the sale and without one
        "days: 14": ("2026-03-05", 14, 2, 2, "90.00", "1.00"),
        "days: 32": ("2026-03-05", 32, 2, 2, "90.00", "13.50"),
        "days: 33": ("2026-03-05", 33, 3, 3, "177.50", "1.00"),
        "days: 9999": ("2026-03-05", 9999, 4, 4, "257.50", "1.00"),
        "days: null": ("2026-03-05", None, 4, 4, "257.50", "1.00"),
        'asOf: "2026-01-24"': ("2026-01-24", 90, 1, 1, "12.00", "0.00"),  # BEN's sale was pending still
        'asOf: "2026-01-25"': ("2026-01-25", 90, 2, 2, "52.00", "0.00"),
        'days: null, asOf: "2025-12-31"': ("2025-12-31", None, 2, 2, "40.00", "0.00"),
        'asOf: "2025-06-29"': ("2025-06-29", 90, 0, 0, "0.00", "0.00"),
        'asOf: "0001-01-01", days: 9999': ("0001-01-01", 9999, 0, 0, "0.00", "0.00"),
        "includeInactive: true": ("2026-03-05", 90, 5, 5, "729.50", "1.00"),
        "customerType: WHOLESALE": ("2026-03-05", 90, 1, 1, "40.00", "18.50"),
        "customerType: RETAIL": ("2026-03-05", 90, 3, 3, "189.50", "1.00"),
        "customerType: null": ("2026-03-05", 90, 4, 4, "229.50", "1.00"),
    }
    found = {asked: tuple((await segmentation(ask, fields, asked)).values()) for asked in expected}

    assert found == expected


async def test_active_customers_of_all_history_bought_in_90_days(ask: Asker, shop: Shop) -> None:
    shop.sale("NEW", "2025-12-05", "1.00")  # 91 days ago, counting today
    await shop.save()

    assert await segmentation(ask, "totalCustomers activeCustomers", "days: null") == {
        "totalCustomers": 5,
        "activeCustomers": 4,
    }
    assert await segmentation(ask, "totalCustomers activeCustomers", "days: 91") == {
        "totalCustomers": 5,
        "activeCustomers": 4,
    }


async def test_one_storefront(ask_both: Asker) -> None:
    """Of the web only A4 of ANN, with its refund, and N1; refunds without a sale belong to no storefront."""
    stores = {s["name"]: s["id"] for s in (await ask_both("{ storefronts { id name } }"))["storefronts"]}
    fields = "totalCustomers totalRevenue refundsOutsidePopulation segments { name customerCount }"
    web = await segmentation(ask_both, fields, "storefront: $storefront", storefront=stores["Web"])
    none = await segmentation(ask_both, fields, "storefront: $storefront", storefront=stores["Old Street"])

    assert (web["totalCustomers"], web["totalRevenue"], web["refundsOutsidePopulation"]) == (2, "150.00", "0.00")
    assert (none["totalCustomers"], none["totalRevenue"], none["refundsOutsidePopulation"]) == (0, "0.00", "0.00")
    assert await segmentation(ask_both, "totalCustomers", "storefront: $storefront", storefront=None) == {
        "totalCustomers": 4
    }


async def test_impossible_storefronts(ask: Asker, shop: Shop, other: Shop) -> None:
    theirs = global_id("Storefront", other.id_of_storefront("Web"))
    customer = global_id("Customer", shop.id_of("ANN"))
    query = "query($s: ID) { segmentation(storefront: $s) { totalCustomers } }"

    for absent in (theirs, global_id("Storefront", 10**17)):
        told = await ask.refused(query, s=absent)
        assert told == f'there is no storefront "{absent}": `storefronts` lists those of this business'
    assert await ask.refused(query, s=customer) == f'"{customer}" is the id of a Customer, not of a Storefront'
    for malformed in ("Web", "", "%%%", "é"):
        assert await ask.refused(query, s=malformed) == (
            f'"{malformed}" is not an id of this API: use an `id` that an answer gave'
        )


async def test_one_segment_by_name_or_code(ask: Asker) -> None:
    fields = "totalCustomers insights { largestSegment } segments { name percentage }"
    expected = {
        'segmentName: "Champions"': ["Champions"],
        'segmentCode: "R5F5M5"': ["Champions"],
        'segmentName: "Champions", segmentCode: "R5F5M5"': ["Champions"],
        'segmentName: "Champions", segmentCode: "R1F1M2"': [],
        'segmentName: "At Risk"': ["At Risk"],
        "segmentName: null": ["Champions", "New Customers", "Hibernating", *(name for name, _ in EMPTY)],
    }
    for asked, names in expected.items():
        found = await segmentation(ask, fields, asked)
        assert [s["name"] for s in found["segments"]] == names, asked
        assert (found["totalCustomers"], found["insights"]["largestSegment"]) == (4, "New Customers"), asked
    found = await segmentation(ask, "segments { name }", 'scheme: RETAIL, segmentCode: "CANT_LOSE_THEM"')
    assert found == {"segments": [{"name": "Can't Lose Them"}]}


async def test_a_segment_that_the_scheme_lacks(ask: Asker) -> None:
    """Names are asked for by name, codes by code: an answer without segments would say that there is no such one."""
    names = (
        '"Champions" (CHAMPIONS), "Can\'t Lose Them" (CANT_LOSE_THEM), "Loyal" (LOYAL), '
        '"New Customers" (NEW_CUSTOMERS), '
        '"Potential Loyalists" (POTENTIAL_LOYALISTS), "At Risk" (AT_RISK), "Hibernating" (HIBERNATING)'
    )
    for argument, value in (
        ("segmentName", "Promising"),
        ("segmentName", "champions"),
        ("segmentName", ""),
        ("segmentName", "CHAMPIONS"),
        ("segmentCode", "R5F5M5"),
        ("segmentCode", "Champions"),
    ):
        told = await ask.refused(f'{{ segmentation(scheme: REPORT, {argument}: "{value}") {{ days }} }}')
        assert told == f'`{argument}`: the REPORT scheme has no segment "{value}"; it has {names}', (argument, value)


async def test_impossible_arguments(ask: Asker) -> None:
    for days in (0, -1, 10_000, 2**31 - 1, -(2**31)):
        assert await ask.refused(f"{{ segmentation(days: {days}) {{ days }} }}") == (
            f"`days` must be from 1 to 9,999, or null for all history, not {days}"
        )
    for argument in ("days: 3000000000", "days: 1.5", 'days: "90"', "scheme: GOLD", "method: COLOR", 'scheme: "POS"'):
        await ask.refused(f"{{ segmentation({argument}) {{ days }} }}", REFUSED_BY_GRAPHQL)
    for day in ("2026-02-29", "05.03.2026", "today", "2026-3-5", "", "10000-01-01", "2026-03-05T00:00:00"):
        await ask.refused(f'{{ segmentation(asOf: "{day}") {{ days }} }}', REFUSED_BY_GRAPHQL)
    await ask.refused("{ segmentation(includeInactive: null) { days } }", REFUSED_BY_GRAPHQL)


async def test_a_day_to_come_means_today_and_says_so(ask: Asker) -> None:
    for day in ("2026-03-06", "9999-12-31"):
        found = await segmentation(ask, "asOf totalCustomers totalRevenue notices", f'asOf: "{day}"')
        assert found == {
            "asOf": "2026-03-05",
            "totalCustomers": 4,
            "totalRevenue": "229.50",
            "notices": [f"asOf {day} is in the future; this is the answer for today, 2026-03-05."],
        }
    assert (await segmentation(ask, "notices", 'asOf: "2026-03-05"'))["notices"] == []


async def test_an_answer_is_kept_until_the_facts_change(ask: Asker, shop: Shop) -> None:
    fields = "totalRevenue freshness { dataRevision fromCache }"

    async def asked() -> tuple[Any, ...]:
        found = await segmentation(ask, fields)
        return found["totalRevenue"], found["freshness"]["dataRevision"], found["freshness"]["fromCache"]

    assert [await asked(), await asked()] == [("229.50", 1, False), ("229.50", 1, True)]
    shop.touchpoint("BEN", "2026-03-01")
    await shop.save()
    assert await asked() == ("229.50", 2, True)
    shop.sale("NEW", "2026-03-05", "10.00")
    await shop.save()
    assert [await asked(), await asked()] == [("239.50", 3, False), ("239.50", 3, True)]
    assert (await segmentation(ask.being(Role.VIEWER), fields))["freshness"]["fromCache"] is True


async def test_a_shop_without_a_sale(ask: Asker) -> None:
    shop = await open_shop(ask.services.database, "Empty")
    fields = """totalCustomers activeCustomers totalRevenue refundsOutsidePopulation
        insights { highestRevenueSegment largestSegment fastestGrowingSegment needsAttention }
        segments { customerCount percentage revenueContribution averageOrderValue growth
            characteristics { preferredCategory peakMonth } customers { totalCount nodes { name } } }
        cutPoints { maxRecencyDays minFrequency minMonetary } cells { customerCount }"""
    for arguments in ("", "days: null", "scheme: RETAIL", "includeInactive: true"):
        found = await segmentation(ask.being(business_id=shop.id), fields, arguments)
        assert (found["totalCustomers"], found["activeCustomers"], found["totalRevenue"]) == (0, 0, "0.00")
        assert found["refundsOutsidePopulation"] == "0.00"
        assert set(found["insights"].values()) == {None}
        for segment in found["segments"]:
            assert segment == {
                "customerCount": 0,
                "percentage": None,
                "revenueContribution": None,
                "averageOrderValue": None,
                "growth": None,
                "characteristics": {"preferredCategory": None, "peakMonth": None},
                "customers": {"totalCount": 0, "nodes": []},
            }
        assert found["cutPoints"] == [{"maxRecencyDays": None, "minFrequency": None, "minMonetary": None}] * 5
        assert found["cells"] == [{"customerCount": 0}] * 125
