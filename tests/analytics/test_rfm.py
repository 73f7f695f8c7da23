"""Scores and segments of a shop of which every number was worked out by hand."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from analytics.segmentation import SCHEMES, RFMScheme
from analytics.segmentation.grouped import SegmentFigures, insights
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.segmentation.rfm import SegmentTerms, members_of_segment, rfm_by_customer
from tests.analytics.asking import ask, insights_of, operation, scored
from tests.builders import Shop, open_shop

# Today is 2026-03-05: the 90 days begin on 2025-12-06, and each fifth of them has 18 days.
AS_OF = 20_517
POS_90 = {
    "anna": (0, 3, 170_00, "R5F4M4", "Champions"),
    "ben": (4, 1, 25_00, "R5F1M2", "New Customers"),
    "cleo": (18, 1, 25_00, "R4F1M2", "New Customers"),
    "dan": (17, 2, 60_00, "R5F3M4", "Loyal Customers"),
    "eve": (89, 1, 10_00, "R1F1M1", "Hibernating"),
    "gus": (52, 1, -30_00, "R3F1M1", "New Customers"),  # the nearest; Hibernating is as near, but later in the table
    "kim": (61, 1, 45_00, "R2F1M3", "At Risk"),
    "lena": (55, 4, 1_000_00, "R2F5M5", "At Risk"),
    "mia": (32, 2, 15_00, "R4F3M2", "Potential Loyalists"),
}
RETAIL_ALL = {
    "anna": (0, 3, 169_00, "R5F5M4", "Loyal"),
    "ben": (4, 1, 25_00, "R5F1M2", "New Customer"),
    "cleo": (18, 1, 25_00, "R4F1M2", "New Customer"),
    "dan": (17, 2, 60_00, "R4F3M3", "Potential Loyalist"),
    "eve": (89, 2, 510_00, "R1F3M5", "At Risk"),
    "finn": (90, 1, 65_00, "R1F1M4", "Lost"),
    "gus": (52, 1, -30_00, "R3F1M1", "New Customer"),
    "kim": (61, 1, 45_00, "R2F1M3", "About to Sleep"),
    "lena": (55, 4, 1_000_00, "R2F5M5", "Can't Lose Them"),
    "mia": (32, 2, 15_00, "R3F3M1", "About to Sleep"),
    "nora": (176, 1, 20_00, "R1F1M1", "Lost"),
}


def tell(shop: Shop) -> None:
    """The shop of all tests here."""
    shop.sale("anna", "2026-03-05", "100.00")
    returned = shop.sale("anna", "2026-02-01", "60.00", storefront="High Street")
    shop.sale("anna", "2026-01-10", "40.00")
    shop.refund(None, "2026-02-02", "20.00", sale=returned)
    shop.refund("anna", "2026-01-11", "10.00")
    shop.refund("anna", "2025-12-05", "1.00")  # the day before the window
    shop.sale("ben", "2026-03-01", "25.00")
    shop.sale("cleo", "2026-02-15", "25.00")  # the first day of the second fifth
    shop.sale("dan", "2026-02-16", "30.00", storefront="High Street")  # the last day of the first fifth
    shop.sale("dan", "2025-12-06", "30.00")  # the first day of the window
    shop.sale("eve", "2025-12-06", "10.00")
    shop.sale("eve", "2025-12-05", "500.00")
    shop.sale("finn", "2025-12-05", "80.00")
    shop.refund("finn", "2026-01-02", "15.00")  # paid out in the window to someone who bought before it
    shop.sale("gus", "2026-01-12", "20.00")
    shop.refund("gus", "2026-01-20", "50.00")
    shop.customer("hana", is_active=False)
    shop.sale("hana", "2026-02-28", "300.00")
    shop.refund("hana", "2026-03-01", "5.00")
    shop.refund("ivan", "2026-01-05", "7.00")
    shop.sale("jo", "2026-03-02", "99.00", status="PENDING")
    shop.sale("jo", "2026-03-03", "99.00", status="CANCELLED")
    shop.sale("kim", "2026-01-03", "45.00", counted_from="2026-03-04")  # was pending for two months
    shop.customer("lena", type="WHOLESALE")
    for day in ("2026-01-01", "2026-01-02", "2026-01-08", "2026-01-09"):
        shop.sale("lena", day, "250.00")
    shop.sale("mia", "2026-02-01", "15.00", status="PARTIAL")
    whole = shop.sale("mia", "2026-01-30", "10.00")
    shop.refund("mia", "2026-02-03", "10.00", sale=whole)  # the sale becomes REFUNDED and still counts
    shop.sale("nora", "2025-09-10", "20.00")
    unknown = shop.sale(None, "2026-03-04", "33.00", storefront="High Street")
    shop.refund(None, "2026-03-04", "8.00", sale=unknown)
    shop.refund(None, "2025-12-05", "4.00")


@pytest.fixture
async def shop(services: Services) -> Shop:
    made = await open_shop(services.database)
    tell(made)
    await made.save()
    return made


@pytest.fixture
async def context(services: Services, shop: Shop) -> AsyncGenerator[Context]:
    async with operation(services, shop.id) as made:
        yield made


def by_number(shop: Shop, answer: Any) -> dict[str, Any]:
    return {shop.number_of(id_): row for id_, row in scored(answer).items()}


async def test_every_customer_of_a_window_in_scheme_pos(shop: Shop, context: Context) -> None:
    assert by_number(shop, await ask(context)) == POS_90


async def test_every_customer_of_all_history_in_scheme_retail(shop: Shop, context: Context) -> None:
    assert by_number(shop, await ask(context, "RETAIL", None)) == RETAIL_ALL


async def test_recency_of_pos_is_by_rank_without_a_window_and_of_the_others_always(
    shop: Shop, context: Context
) -> None:
    by_rank = {number: row[3] for number, row in RETAIL_ALL.items()}
    for scheme in ("POS", "REPORT"):
        answer = by_number(shop, await ask(context, scheme, None))
        assert {number: row[3] for number, row in answer.items()} == by_rank
    # Nine in the window, from the least recent: eve, kim, lena, gus, mia, cleo, dan, ben, anna.
    ranked = by_number(shop, await ask(context, "RETAIL", 90))
    recency = {number: int(row[3][1]) for number, row in ranked.items()}
    assert recency == {
        "eve": 1, "kim": 1, "lena": 2, "gus": 2, "mia": 3, "cleo": 3, "dan": 4, "ben": 4, "anna": 5,
    }  # fmt: skip


async def test_segments_by_revenue_with_their_sums(context: Context) -> None:
    answer = await ask(context)
    assert [(s.name, s.code, s.customer_count, s.total_revenue) for s in answer.segments] == [
        ("At Risk", "R2F2M3", 2, Decimal("1045.00")),
        ("Champions", "R5F5M5", 1, Decimal("170.00")),
        ("Loyal Customers", "R4F4M4", 1, Decimal("60.00")),
        ("New Customers", "R5F1M1", 3, Decimal("20.00")),
        ("Potential Loyalists", "R4F2M3", 1, Decimal("15.00")),
        ("Hibernating", "R1F1M2", 1, Decimal("10.00")),
        ("Promising", "R3F2M2", 0, Decimal("0.00")),
        ("Need Attention", "R2F3M3", 0, Decimal("0.00")),
    ]
    assert (answer.total_customers, answer.total_revenue) == (9, Decimal("1320.00"))
    assert answer.active_customers == 9
    assert await answer.refunds_outside_population() == Decimal("35.00")  # finn, hana, ivan and one without customer


async def test_what_is_said_of_one_segment(context: Context) -> None:
    answer = await ask(context)
    at_risk = answer.segments[0]
    assert at_risk.percentage == 100 * 2 / 9
    assert at_risk.revenue_contribution == 100 * 1045_00 / 1320_00
    assert at_risk.average_order_value == Decimal("209.00")  # 1,045.00 of five sales
    assert (at_risk.recency_score, at_risk.frequency_score, at_risk.monetary_score) == (2, 2, 3)
    assert at_risk.characteristics.avg_days_since_last_purchase == (61 + 55) / 2
    assert at_risk.characteristics.avg_purchase_frequency == 2.5
    assert at_risk.characteristics.avg_total_spend == Decimal("522.50")
    new = answer.segments[3]
    assert (new.average_order_value, new.characteristics.avg_total_spend) == (
        Decimal("6.67"),
        Decimal("6.67"),
    )  # 20.00 / 3
    empty = answer.segments[-1]
    assert (empty.percentage, empty.revenue_contribution) == (0.0, 0.0)
    assert (empty.average_order_value, empty.characteristics.avg_total_spend) == (None, None)
    assert (empty.characteristics.avg_days_since_last_purchase, empty.characteristics.avg_purchase_frequency) == (
        None,
        None,
    )


async def test_the_other_schemes_have_no_labels(context: Context) -> None:
    for scheme in ("RETAIL", "REPORT"):
        answer = await ask(context, scheme)
        labels = {(s.recency_score, s.frequency_score, s.monetary_score) for s in answer.segments}
        assert labels == {(None, None, None)}


async def test_growth_is_against_the_preceding_window(context: Context) -> None:
    # In the 90 days to 2025-12-05 eve and finn bought on the last day, and nora long before it. All did so once, which
    # is frequency 3: eve 534 Loyal, finn 532 Potential Loyalists, nora 131 as near to Need Attention as to Hibernating.
    grown = {s.name: await s.growth() for s in (await ask(context)).segments}
    assert grown == {
        "At Risk": None,
        "Champions": None,
        "Loyal Customers": 0.0,
        "New Customers": None,
        "Potential Loyalists": 0.0,
        "Hibernating": None,
        "Promising": None,
        "Need Attention": -100.0,
    }


async def test_there_is_no_growth_without_a_window(context: Context) -> None:
    assert {await s.growth() for s in (await ask(context, "POS", None)).segments} == {None}


async def test_insights(context: Context) -> None:
    found = insights_of(await (await ask(context)).insights())
    assert found == ("At Risk", "New Customers", "Potential Loyalists", "At Risk")
    found = insights_of(await (await ask(context, "RETAIL", None)).insights())
    assert found == ("Can't Lose Them", "New Customer", "Potential Loyalist", "Can't Lose Them")


async def test_cut_points_are_the_worst_observed_values_and_null_where_nobody_earned_a_score(context: Context) -> None:
    points = (await ask(context)).cut_points
    assert [(p.score, p.max_recency_days, p.min_frequency, p.min_monetary) for p in points] == [
        (1, 89, 1, Decimal("-30.00")),
        (2, 61, None, Decimal("15.00")),
        (3, 52, 2, Decimal("45.00")),
        (4, 32, 3, Decimal("60.00")),
        (5, 17, 4, Decimal("1000.00")),
    ]


async def test_all_125_cells_with_their_customers(context: Context) -> None:
    cells = (await ask(context)).cells
    triples = [(c.recency_score, c.frequency_score, c.monetary_score) for c in cells]
    assert triples == [(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
    filled = [(t, c.segment_code, c.customer_count, c.revenue) for t, c in zip(triples, cells, strict=True)]
    assert [cell for cell in filled if cell[2]] == [
        ((1, 1, 1), "R1F1M2", 1, Decimal("10.00")),
        ((2, 1, 3), "R2F2M3", 1, Decimal("45.00")),
        ((2, 5, 5), "R2F2M3", 1, Decimal("1000.00")),
        ((3, 1, 1), "R5F1M1", 1, Decimal("-30.00")),
        ((4, 1, 2), "R5F1M1", 1, Decimal("25.00")),
        ((4, 3, 2), "R4F2M3", 1, Decimal("15.00")),
        ((5, 1, 2), "R5F1M1", 1, Decimal("25.00")),
        ((5, 3, 4), "R4F4M4", 1, Decimal("60.00")),
        ((5, 4, 4), "R5F5M5", 1, Decimal("170.00")),
    ]


# ---------------------------------------------------------------- filters


async def test_a_storefront_is_answered_as_if_only_its_sales_existed(shop: Shop, context: Context) -> None:
    street = global_id("Storefront", shop.id_of_storefront("High Street"))
    answer = await ask(context, storefront=street)
    assert by_number(shop, answer) == {
        "anna": (32, 1, 40_00, "R4F3M3", "Loyal Customers"),  # 60.00 less what was paid back for that sale
        "dan": (17, 1, 30_00, "R5F3M1", "Potential Loyalists"),
    }
    assert await answer.refunds_outside_population() == Decimal("8.00")  # of the sale without a customer
    assert answer.active_customers == 2


async def test_a_customer_type_chooses_customers_and_keeps_all_they_did(shop: Shop, context: Context) -> None:
    wholesale = await ask(context, customer_type="WHOLESALE")
    assert by_number(shop, wholesale) == {"lena": (55, 4, 1_000_00, "R2F3M3", "At Risk")}
    assert await wholesale.refunds_outside_population() == Decimal("125.00")  # all of the window
    assert wholesale.active_customers == 1
    retail = by_number(shop, await ask(context, customer_type="RETAIL"))
    assert {number: row[:3] for number, row in retail.items()} == {
        number: row[:3] for number, row in POS_90.items() if number != "lena"
    }
    assert retail["anna"][3:] == ("R5F5M5", "Champions")  # the best of eight, where lena was the best of nine


async def test_inactive_customers_are_in_only_where_asked_for(shop: Shop, context: Context) -> None:
    answer = await ask(context, include_inactive=True)
    rows = by_number(shop, answer)
    assert {number: row[:3] for number, row in rows.items()} == {
        **{number: row[:3] for number, row in POS_90.items()},
        "hana": (5, 1, 295_00),
    }
    assert rows["hana"][3:] == ("R5F1M5", "New Customers")
    assert await answer.refunds_outside_population() == Decimal("30.00")
    assert answer.active_customers == 10


async def test_a_past_day_is_answered_from_the_facts_to_that_day(shop: Shop, context: Context) -> None:
    rows = by_number(shop, await ask(context, as_of="2026-03-03"))
    assert {number: row[:3] for number, row in rows.items()} == {
        "anna": (30, 2, 60_00 + 40_00 - 20_00 - 10_00 - 1_00),  # the window now begins on 2025-12-04
        "ben": (2, 1, 25_00),
        "cleo": (16, 1, 25_00),
        "dan": (15, 2, 60_00),
        "eve": (87, 2, 510_00),
        "finn": (88, 1, 80_00 - 15_00),
        "gus": (50, 1, -30_00),
        "lena": (53, 4, 1_000_00),
        "mia": (30, 2, 15_00),
    }  # and not kim, whose sale was still pending
    assert "kim" in by_number(shop, await ask(context, as_of="2026-03-04"))


async def test_windows_of_one_day_and_of_the_longest_length(shop: Shop, context: Context) -> None:
    assert by_number(shop, await ask(context, days=1)) == {"anna": (0, 1, 100_00, "R5F3M3", "Loyal Customers")}
    assert len(by_number(shop, await ask(context, days=9_999))) == len(RETAIL_ALL)


async def test_customers_active_lately_in_a_longer_time(context: Context) -> None:
    for days in (None, 9_999, 91):  # finn bought 90 days ago, which is one too many
        answer = await ask(context, "RETAIL", days)
        assert answer.active_customers == 9
        assert answer.total_customers == (10 if days == 91 else 11)


async def test_a_segment_asked_for_limits_the_list_and_nothing_else(context: Context) -> None:
    whole = await ask(context)
    for asked in ({"segment_name": "At Risk"}, {"segment_code": "R2F2M3"}):
        answer = await ask(context, **asked)
        assert [s.name for s in answer.segments] == ["At Risk"]
        assert answer.segments[0].percentage == 100 * 2 / 9
        assert (answer.total_customers, answer.total_revenue) == (whole.total_customers, whole.total_revenue)
        assert insights_of(await answer.insights()) == insights_of(await whole.insights())
    both = await ask(context, segment_name="At Risk", segment_code="R5F5M5")
    assert both.segments == []


# ---------------------------------------------------------------- one customer, members


async def test_the_scores_of_customers_are_among_everyone_inactive_ones_too(shop: Shop, context: Context) -> None:
    numbers = ("anna", "hana", "jo", "finn")
    ids = [shop.id_of(number) for number in numbers]
    scores = await rfm_by_customer(context, ids, (RFMScheme.POS, 90, AS_OF, True))
    whole = by_number(shop, await ask(context, include_inactive=True))
    found = [s and (s.recency_days, s.frequency, int(s.monetary * 100), s.score_code, s.segment.name) for s in scores]
    assert found == [whole["anna"], whole["hana"], None, None]


async def test_a_segment_s_members_are_its_customers(shop: Shop, context: Context) -> None:
    segments = (await ask(context)).segments
    members = {
        s.name: {shop.number_of(id_) for id_ in s.members()["customer_id"].to_numpy().tolist()} for s in segments
    }
    assert members["New Customers"] == {"ben", "cleo", "gus"}
    assert members["Promising"] == set()
    found = await members_of_segment(context, SegmentTerms(RFMScheme.RETAIL, None, True), "Lost", AS_OF)
    rows = zip(found["customer_id"].to_numpy().tolist(), found["revenue"].to_numpy().tolist(), strict=True)
    assert {(shop.number_of(id_), revenue) for id_, revenue in rows} == {("finn", 65_00), ("nora", 20_00)}


# ---------------------------------------------------------------- edges


async def test_a_business_without_facts(services: Services) -> None:
    empty = await open_shop(services.database, "Empty")
    async with operation(services, empty.id) as context:
        answer = await ask(context)
        assert (answer.total_customers, answer.total_revenue) == (0, Decimal("0.00"))
        assert [s.name for s in answer.segments] == [s.name for s in SCHEMES[RFMScheme.POS].segments]
        assert {(s.customer_count, s.percentage, s.revenue_contribution) for s in answer.segments} == {(0, None, None)}
        assert {await s.growth() for s in answer.segments} == {None}
        assert insights_of(await answer.insights()) == (None, None, None, None)
        points = {(p.max_recency_days, p.min_frequency, p.min_monetary) for p in answer.cut_points}
        assert points == {(None, None, None)}
        assert [p.score for p in answer.cut_points] == [1, 2, 3, 4, 5]
        assert sum(c.customer_count for c in answer.cells) == 0
        assert await answer.refunds_outside_population() == 0
        assert answer.active_customers == 0


async def test_a_single_customer_is_worse_than_nobody_and_better_than_nobody(services: Services) -> None:
    alone = await open_shop(services.database, "Alone")
    alone.sale("anna", "2026-03-05", "10.00")
    await alone.save()
    async with operation(services, alone.id) as context:
        assert by_number(alone, await ask(context)) == {"anna": (0, 1, 10_00, "R5F3M3", "Loyal Customers")}
        assert by_number(alone, await ask(context, "RETAIL")) == {"anna": (0, 1, 10_00, "R3F3M3", "Need Attention")}
        assert insights_of(await (await ask(context)).insights()) == ("Loyal Customers", "Loyal Customers", None, None)


async def test_what_the_whole_population_shares_tells_nobody_apart(services: Services) -> None:
    today = await open_shop(services.database, "First day")
    for number, pounds in (("anna", "10.00"), ("ben", "20.00"), ("cleo", "20.00"), ("dan", "90.00")):
        today.sale(number, "2026-03-05", pounds)
    await today.save()
    async with operation(services, today.id) as context:
        for scheme, last in (("RETAIL", 3), ("REPORT", 3), ("POS", 5)):  # POS has the first fifth of the window
            scored = by_number(today, await ask(context, scheme))
            assert {number: row[3] for number, row in scored.items()} == {
                "anna": f"R{last}F3M1",
                "ben": f"R{last}F3M2",
                "cleo": f"R{last}F3M2",
                "dan": f"R{last}F3M4",  # three of four are worse
            }
        segments = {number: row[4] for number, row in by_number(today, await ask(context, "RETAIL")).items()}
        assert segments == {
            "anna": "About to Sleep",  # 331: as near to Hibernating, but earlier in the table
            "ben": "About to Sleep",
            "cleo": "About to Sleep",
            "dan": "Need Attention",
        }
        points = (await ask(context, "RETAIL", None)).cut_points
        assert [(p.max_recency_days, p.min_frequency) for p in points] == [
            (None, None), (None, None), (0, 1), (None, None), (None, None),
        ]  # fmt: skip


async def test_a_free_sale_counts_and_is_worth_nothing(services: Services) -> None:
    free = await open_shop(services.database, "Free")
    free.sale("anna", "2026-03-05", "0.00")
    await free.save()
    async with operation(services, free.id) as context:
        answer = await ask(context)
        assert by_number(free, answer)["anna"][:3] == (0, 1, 0)
        assert {s.revenue_contribution for s in answer.segments} == {None}  # a share of nothing


async def test_averages_are_rounded_half_even_also_below_zero(services: Services) -> None:
    shop = await open_shop(services.database, "Halves")
    for number, total in (("anna", "0.01"), ("ben", "0.02")):
        shop.sale(number, "2026-03-05", total)
        shop.refund(number, "2026-03-05", "0.04")
    for _ in range(2):  # who buys more often makes them new
        shop.sale("cleo", "2026-03-05", "1.00")
    await shop.save()
    async with operation(services, shop.id) as context:
        (new,) = (await ask(context, segment_name="New Customers")).segments
        # -0.03 and -0.02 of two customers: -2.5 pence each.
        assert (new.total_revenue, new.characteristics.avg_total_spend) == (Decimal("-0.05"), Decimal("-0.02"))


async def test_two_businesses_of_one_store_do_not_see_each_other(services: Services, shop: Shop) -> None:
    other = await open_shop(services.database, "Other")
    other.sale("anna", "2026-03-05", "1.00")
    await other.save()
    async with operation(services, other.id) as context:
        assert list(by_number(other, await ask(context))) == ["anna"]
    async with operation(services, shop.id) as context:
        assert by_number(shop, await ask(context)) == POS_90


async def test_the_day_of_the_answer_is_the_business_s(services: Services) -> None:
    shop = await open_shop(services.database, "Auckland", timezone="Pacific/Auckland", currency="NZD")
    shop.sale("anna", "2026-03-06 08:00", "1.00")
    await shop.save()
    async with operation(services, shop.id, now=datetime(2026, 3, 5, 20, tzinfo=UTC)) as context:
        answer = await ask(context)  # it is 9 in the morning of the 6th there
        assert str(answer.as_of) == "2026-03-06"
        assert by_number(shop, answer)["anna"][0] == 0
        assert answer.notices == []


async def test_a_day_in_the_future_means_today_and_says_so(shop: Shop, context: Context) -> None:
    answer = await ask(context, as_of="2026-03-06")
    assert str(answer.as_of) == "2026-03-05"
    assert by_number(shop, answer) == POS_90
    (notice,) = answer.notices
    assert "2026-03-06" in notice
    assert "2026-03-05" in notice


@pytest.mark.parametrize("days", [0, -1, 10_000])
async def test_an_impossible_window_is_refused_with_the_possible_ones(context: Context, days: int) -> None:
    with pytest.raises(BadUserInput, match=r"from 1 to 9,999.*null for all history"):
        await ask(context, days=days)


async def test_a_segment_that_the_scheme_lacks_is_refused_with_those_it_has(context: Context) -> None:
    with pytest.raises(BadUserInput, match=r"segmentName.*POS.*\"Champion\".*\"Champions\" \(R5F5M5\).*Hibernating"):
        await ask(context, segment_name="Champion")
    with pytest.raises(BadUserInput, match=r"segmentCode.*RETAIL.*CANT_LOSE_THEM"):
        await ask(context, "RETAIL", segment_code="R5F5M5")


# ---------------------------------------------------------------- insights of made-up segments


def figures(scheme: str, **customers: int) -> list[SegmentFigures]:
    """Segments with so many customers each, of one pound each; names with _ for a space."""
    counts = {name.replace("_", " ").replace("Cant", "Can't"): count for name, count in customers.items()}
    segments = SCHEMES[RFMScheme(scheme)].segments
    assert set(counts) <= {segment.name for segment in segments}
    return [
        SegmentFigures(s, counts.get(s.name, 0), 100 * counts.get(s.name, 0), counts.get(s.name, 0), 0)
        for s in segments
    ]


def fastest(scheme: str, now: dict[str, int], before: dict[str, int] | None) -> str | None:
    earlier = None if before is None else figures(scheme, **before)
    return insights(figures(scheme, **now), earlier, SCHEMES[RFMScheme(scheme)]).fastest_growing_segment


def test_the_fastest_growing_segment_is_by_relative_growth() -> None:
    now, before = {"Champions": 30, "At_Risk": 90}, {"Champions": 10, "At_Risk": 60}
    assert fastest("POS", now, before) == "Champions"
    assert fastest("POS", {"Champions": 29, "At_Risk": 90}, {"Champions": 10, "At_Risk": 30}) == "At Risk"
    assert fastest("POS", {"Champions": 5, "At_Risk": 9}, {"Champions": 10, "At_Risk": 10}) == "At Risk"  # shrank less


def test_a_segment_below_one_percent_of_the_population_is_not_the_fastest_growing() -> None:
    before = {"Champions": 1, "At_Risk": 100}
    assert fastest("POS", {"Champions": 2, "At_Risk": 198}, before) == "Champions"  # exactly 1 %
    assert fastest("POS", {"Champions": 2, "At_Risk": 199}, before) == "At Risk"


def test_a_segment_without_a_customer_before_is_not_the_fastest_growing() -> None:
    assert fastest("POS", {"Champions": 50, "At_Risk": 11}, {"At_Risk": 10}) == "At Risk"


def test_ties_of_growth_go_to_the_growth_list() -> None:
    both = {"Promising": 4, "New_Customers": 2, "Champions": 2, "Potential_Loyalists": 1}
    before = {"Promising": 2, "New_Customers": 1, "Champions": 1, "Potential_Loyalists": 1}
    assert fastest("POS", both, before) == "Promising"
    retail = {"Promising": 4, "New_Customer": 2, "Champion": 1}
    assert fastest("RETAIL", retail, {"Promising": 2, "New_Customer": 1, "Champion": 1}) == "Promising"
    report = {"New_Customers": 2, "Champions": 2}
    assert fastest("REPORT", report, {"New_Customers": 1, "Champions": 1}) == "New Customers"


def test_growths_are_compared_exactly() -> None:
    # 10^17 / (10^17 - 1) and (10^17 + 1) / 10^17 are the same double.
    big = 10**17
    now = {"Champions": big, "At_Risk": big + 1}
    assert fastest("POS", now, {"Champions": big - 1, "At_Risk": big}) == "Champions"
    assert fastest("POS", {"At_Risk": big, "Champions": big + 1}, {"At_Risk": big - 1, "Champions": big}) == "At Risk"


def test_with_nothing_to_compare_the_growth_list_decides() -> None:
    now = {"Champions": 5, "New_Customers": 2, "Promising": 1}
    assert fastest("POS", now, None) == "Promising"
    assert fastest("POS", now, {}) == "Promising"
    assert fastest("POS", {"Champions": 5}, None) is None


def test_needs_attention_is_the_first_of_its_list_that_has_customers() -> None:
    def attention(scheme: str, **customers: int) -> str | None:
        return insights(figures(scheme, **customers), None, SCHEMES[RFMScheme(scheme)]).needs_attention

    assert attention("POS", Hibernating=9, Need_Attention=1) == "Need Attention"
    assert attention("POS", Hibernating=9, Need_Attention=1, At_Risk=1) == "At Risk"
    assert attention("RETAIL", Lost=9) is None
    assert attention("RETAIL", Hibernating=1, About_to_Sleep=1) == "About to Sleep"
    assert attention("REPORT", At_Risk=5, Cant_Lose_Them=1) == "Can't Lose Them"


def test_ties_for_revenue_and_size_go_to_table_order() -> None:
    found = insights(figures("POS", Promising=3, Champions=3, Hibernating=1), None, SCHEMES[RFMScheme.POS])
    assert (found.highest_revenue_segment, found.largest_segment) == ("Champions", "Champions")


def test_an_empty_segment_is_never_the_best_even_where_all_others_lost_money() -> None:
    champions, *others = figures("POS", Champions=1)
    lost = SegmentFigures(champions.segment, 1, -500, 1, 0)
    assert insights([lost, *others], None, SCHEMES[RFMScheme.POS]).highest_revenue_segment == "Champions"
