"""The RFM segmentation, computed slowly and plainly from the written definitions.

Money is integer minor units. A day is any integer day number (`date.toordinal()` in this package).
Sales given here are counted sales; merged customers are already resolved. Ratios without a denominator are None.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import product

import pandas as pd

SCORES = range(1, 6)
ACTIVITY_DAYS = 90
Triple = tuple[int, int, int]
Range = tuple[int, int]


# ---------------------------------------------------------------- the schemes
@dataclass(frozen=True)
class Box:
    """Ranges of R, F and M, both ends included."""

    r: Range
    f: Range
    m: Range

    def distance(self, triple: Triple) -> int:
        """How far the scores lie outside the three ranges, summed; 0 inside the box."""
        ranges = (self.r, self.f, self.m)
        return sum(max(low - score, 0, score - high) for (low, high), score in zip(ranges, triple, strict=True))


@dataclass(frozen=True)
class Segment:
    """A row of a scheme's table; `label` is the representative triple, in POS only."""

    name: str
    code: str
    boxes: tuple[Box, ...]
    label: Triple | None = None


@dataclass(frozen=True)
class Scheme:
    """An ordered table of segments with the two lists that insights fall back on."""

    name: str
    segments: tuple[Segment, ...]
    growth_list: tuple[str, ...]
    attention_list: tuple[str, ...]


def _range(text: str) -> Range:
    """Read "4-5" or "3"."""
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def _box(text: str) -> Box:
    """Read "4-5 1 1-2" as the ranges of R, F and M."""
    r, f, m = text.split()
    return Box(_range(r), _range(f), _range(m))


def _named(name: str, *boxes: str) -> Segment:
    """A segment whose code is its name in capitals."""
    code = name.upper().replace("'", "").replace(" ", "_")
    return Segment(name, code, tuple(_box(box) for box in boxes))


def _labelled(name: str, code: str, box: str) -> Segment:
    """A segment whose code is a representative triple such as R5F4M3."""
    return Segment(name, code, (_box(box),), (int(code[1]), int(code[3]), int(code[5])))


POS = Scheme(
    "POS",
    (
        _labelled("Champions", "R5F5M5", "4-5 4-5 4-5"),
        _labelled("Loyal Customers", "R4F4M4", "3-5 3-5 3-5"),
        _labelled("Potential Loyalists", "R4F2M3", "4-5 2-3 2-5"),
        _labelled("Promising", "R3F2M2", "3 2 2-3"),
        _labelled("At Risk", "R2F2M3", "1-2 2-5 3-5"),
        _labelled("Need Attention", "R2F3M3", "1-2 3-5 2"),
        _labelled("New Customers", "R5F1M1", "4-5 1 1-5"),
        _labelled("Hibernating", "R1F1M2", "1-2 1-2 1-2"),
    ),
    growth_list=("Potential Loyalists", "Promising", "New Customers"),
    attention_list=("At Risk", "Need Attention", "Hibernating"),
)

RETAIL = Scheme(
    "RETAIL",
    (
        _named("Champion", "5 5 5"),
        _named("Can't Lose Them", "1-2 5 5"),
        _named("Loyal", "4-5 4-5 3-5"),
        _named("New Customer", "5 1-2 1-2"),
        _named("Lost", "1 1 1-2"),
        _named("Potential Loyalist", "4-5 3 3-4"),
        _named("Promising", "4-5 2-3 2-3"),
        _named("Need Attention", "3 3-4 3-4"),
        _named("At Risk", "1-2 3-4 3-5"),
        _named("About to Sleep", "2-3 2-3 2-3"),
        _named("Hibernating", "1-2 2-3 1-2"),
    ),
    growth_list=("Potential Loyalist", "Promising", "New Customer"),
    attention_list=("Can't Lose Them", "At Risk", "Need Attention", "About to Sleep", "Hibernating"),
)

REPORT = Scheme(
    "REPORT",
    (
        _named("Champions", "5 4-5 5", "4 5 5"),
        _named("Can't Lose Them", "1-2 4-5 4-5"),
        _named("Loyal", "4-5 3-4 3-4"),
        _named("New Customers", "4-5 1 1-2"),
        _named("Potential Loyalists", "3-4 1-3 2-3"),
        _named("At Risk", "1-2 3-5 3-5"),
        _named("Hibernating", "1-2 1-2 1-2"),
    ),
    growth_list=("Potential Loyalists", "New Customers"),
    attention_list=("Can't Lose Them", "At Risk", "Hibernating"),
)

SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (POS, RETAIL, REPORT)}


def classify(scheme: Scheme, triple: Triple) -> Segment:
    """The first segment with a box that contains the scores, else the nearest one, ties to the earlier."""
    for segment in scheme.segments:
        if any(box.distance(triple) == 0 for box in segment.boxes):
            return segment
    return min(scheme.segments, key=lambda segment: min(box.distance(triple) for box in segment.boxes))


def covered(scheme: Scheme) -> int:
    """How many of the 125 triples lie inside a box."""
    boxes = [box for segment in scheme.segments for box in segment.boxes]
    return sum(any(box.distance(triple) == 0 for box in boxes) for triple in product(SCORES, SCORES, SCORES))


def scheme_table() -> pd.DataFrame:
    """All 125 triples with their segment code in each scheme (the content of scheme_table.csv)."""
    rows = [
        [*triple, *(classify(scheme, triple).code for scheme in SCHEMES.values())]
        for triple in product(SCORES, SCORES, SCORES)
    ]
    return pd.DataFrame(rows, columns=["r", "f", "m", *SCHEMES])


# ---------------------------------------------------------------- inputs and outputs
@dataclass(frozen=True)
class Facts:
    """sales(sale, customer or NaN, day, hour, total), refunds(customer or NaN, day, amount),
    customers(customer, is_active, type)."""

    sales: pd.DataFrame
    refunds: pd.DataFrame
    customers: pd.DataFrame


@dataclass(frozen=True)
class SegmentSummary:
    """The contract's SegmentSummary with its characteristics; money in minor units."""

    name: str
    code: str
    customer_count: int
    percentage: float | None
    total_revenue: int
    revenue_contribution: float | None
    average_order_value: int | None
    recency_score: int | None
    frequency_score: int | None
    monetary_score: int | None
    avg_days_since_last_purchase: float | None
    avg_purchase_frequency: float | None
    avg_total_spend: int | None
    growth: float | None
    previous_count: int | None


@dataclass(frozen=True)
class Insights:
    """Segment names. `fastest_by` says what decided: "growth", "tie" (broken by the list), "list" or None."""

    highest_revenue_segment: str | None
    largest_segment: str | None
    fastest_growing_segment: str | None
    needs_attention: str | None
    fastest_by: str | None


@dataclass(frozen=True)
class CutPoints:
    """The worst observed values that earned a score."""

    score: int
    max_recency_days: int | None
    min_frequency: int | None
    min_monetary: int | None


@dataclass(frozen=True)
class Cell:
    """One of the 125 score triples."""

    recency_score: int
    frequency_score: int
    monetary_score: int
    segment_code: str
    customer_count: int
    revenue: int


@dataclass(frozen=True)
class Segmentation:
    """The whole answer; `customers` is the scored table, one row per customer of the population."""

    scheme: str
    as_of: int
    days: int | None
    customers: pd.DataFrame
    total_customers: int
    active_customers: int
    total_revenue: int
    segments: list[SegmentSummary]
    insights: Insights
    cut_points: list[CutPoints]
    cells: list[Cell]
    refunds_outside_population: int

    def segment(self, name: str) -> SegmentSummary:
        """The summary of the segment with this name."""
        return next(summary for summary in self.segments if summary.name == name)


# ---------------------------------------------------------------- small arithmetic
def half_even(numerator: int, denominator: int) -> int:
    """The quotient as an integer, halves to the even neighbour; exact for any sign of the numerator."""
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1):
        return quotient + 1
    return quotient


def _ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None


def _money_ratio(numerator: int, denominator: int) -> int | None:
    return half_even(numerator, denominator) if denominator else None


def in_window(frame: pd.DataFrame, as_of: int, days: int | None) -> pd.DataFrame:
    """The rows of the `days` days that end on `as_of`; all up to `as_of` without `days`."""
    kept = frame[frame["day"] <= as_of]
    return kept if days is None else kept[kept["day"] > as_of - days]


# ---------------------------------------------------------------- scores
def rank_scores(goodness: pd.Series) -> pd.Series:
    """1 + the number of k in 1..4 with 5·L >= k·n, L = how many are strictly worse (have less goodness).

    Where all share one value it is 3.
    """
    values = [int(value) for value in goodness]
    if len(set(values)) == 1:
        return pd.Series(3, goodness.index, dtype="int64")
    ordered, n = sorted(values), len(values)
    worse = [bisect_left(ordered, value) for value in values]
    return pd.Series(
        [1 + sum(5 * lower >= k * n for k in range(1, 5)) for lower in worse], goodness.index, dtype="int64"
    )


def recency_scores(recency_days: pd.Series, scheme: Scheme, days: int | None) -> pd.Series:
    """By fifths of the window in POS with a window, otherwise by rank (fewer days are better)."""
    if scheme is POS and days is not None:
        return 5 - 5 * recency_days // days
    return rank_scores(-recency_days)


def eligible(customers: pd.DataFrame, include_inactive: bool, customer_type: str | None) -> set[object]:
    """The customers that the filters let into a population."""
    keep = pd.Series(True, customers.index)
    if not include_inactive:
        keep &= customers["is_active"].astype(bool)
    if customer_type is not None:
        keep &= customers["type"] == customer_type
    return set(customers.loc[keep, "customer"])


def population(facts: Facts, as_of: int, days: int | None, allowed: set[object]) -> pd.DataFrame:
    """recency_days, frequency and NET monetary of the allowed customers with a sale in the window."""
    known = facts.sales[facts.sales["customer"].notna()]
    if not set(known["customer"]) <= set(facts.customers["customer"]):
        raise ValueError("a sale belongs to a customer that is not in the customers table")
    sales = in_window(known[known["customer"].isin(allowed)], as_of, days)
    grouped = sales.groupby("customer", sort=True)
    refunds = in_window(facts.refunds, as_of, days)
    refunded = refunds[refunds["customer"].notna()].groupby("customer")["amount"].sum()
    table = pd.DataFrame({"recency_days": as_of - grouped["day"].max(), "frequency": grouped["sale"].nunique()})
    table["monetary"] = grouped["total"].sum() - refunded.reindex(table.index, fill_value=0)
    return table.astype("int64")


def score(table: pd.DataFrame, scheme: Scheme, days: int | None) -> pd.DataFrame:
    """Add r, f, m, score_code, segment_code and segment_name to a population."""
    scored = table.copy()
    scored["r"] = recency_scores(table["recency_days"], scheme, days)
    scored["f"] = rank_scores(table["frequency"])
    scored["m"] = rank_scores(table["monetary"])
    triples = [(int(r), int(f), int(m)) for r, f, m in zip(scored["r"], scored["f"], scored["m"], strict=True)]
    scored["score_code"] = [f"R{r}F{f}M{m}" for r, f, m in triples]
    segments = [classify(scheme, triple) for triple in triples]
    scored["segment_code"] = [segment.code for segment in segments]
    scored["segment_name"] = [segment.name for segment in segments]
    return scored


# ---------------------------------------------------------------- the answer's parts
def counts_by_name(scored: pd.DataFrame, scheme: Scheme) -> dict[str, int]:
    """Customers per segment, empty segments included."""
    return {segment.name: int((scored["segment_name"] == segment.name).sum()) for segment in scheme.segments}


def summarise(segment: Segment, scored: pd.DataFrame, before: dict[str, int] | None) -> SegmentSummary:
    """One segment's figures."""
    members = scored[scored["segment_name"] == segment.name]
    count, orders, revenue = len(members), int(members["frequency"].sum()), int(members["monetary"].sum())
    previous = None if before is None else before[segment.name]
    label = segment.label or (None, None, None)
    return SegmentSummary(
        name=segment.name,
        code=segment.code,
        customer_count=count,
        percentage=_ratio(100 * count, len(scored)),
        total_revenue=revenue,
        revenue_contribution=_ratio(100 * revenue, int(scored["monetary"].sum())),
        average_order_value=_money_ratio(revenue, orders),
        recency_score=label[0],
        frequency_score=label[1],
        monetary_score=label[2],
        avg_days_since_last_purchase=_ratio(int(members["recency_days"].sum()), count),
        avg_purchase_frequency=_ratio(orders, count),
        avg_total_spend=_money_ratio(revenue, count),
        growth=None if previous is None else _ratio(100 * (count - previous), previous),
        previous_count=previous,
    )


def _first_of(names: tuple[str, ...], candidates: set[str]) -> str | None:
    return next((name for name in names if name in candidates), None)


def fastest_growing(
    scheme: Scheme, now: dict[str, int], before: dict[str, int] | None
) -> tuple[str | None, str | None]:
    """The segment that grew fastest in customers, and what decided it (see Insights)."""
    total = sum(now.values())
    with_customers = {name for name, count in now.items() if count}
    from_list = _first_of(scheme.growth_list, with_customers)
    earlier = before or {}
    comparable = [name for name in now if total and 100 * now[name] >= total and earlier.get(name, 0) >= 1]
    best: list[str] = []
    for name in comparable:  # growths are compared as fractions, without a division
        challenge = now[name] * earlier[best[0]] - now[best[0]] * earlier[name] if best else 1
        if challenge > 0:
            best = [name]
        elif challenge == 0:
            best.append(name)
    if len(best) == 1:
        return best[0], "growth"
    if best:
        return _first_of(scheme.growth_list, set(best)) or from_list, "tie"
    return from_list, "list" if from_list else None


def find_insights(
    scheme: Scheme, summaries: list[SegmentSummary], now: dict[str, int], before: dict[str, int] | None
) -> Insights:
    """The four insights, from summaries in table order; only segments with customers can be named."""
    filled = [summary for summary in summaries if summary.customer_count]
    richest = max(filled, key=lambda summary: summary.total_revenue, default=None)
    largest = max(filled, key=lambda summary: summary.customer_count, default=None)
    fastest, decided_by = fastest_growing(scheme, now, before)
    return Insights(
        highest_revenue_segment=richest.name if richest else None,
        largest_segment=largest.name if largest else None,
        fastest_growing_segment=fastest,
        needs_attention=_first_of(scheme.attention_list, {summary.name for summary in filled}),
        fastest_by=decided_by,
    )


def find_cut_points(scored: pd.DataFrame) -> list[CutPoints]:
    """Five entries, score 1 first."""

    def worst(score_column: str, value_column: str, value: int, how: str) -> int | None:
        earned = scored.loc[scored[score_column] == value, value_column]
        return None if earned.empty else int(earned.agg(how))

    return [
        CutPoints(
            score=value,
            max_recency_days=worst("r", "recency_days", value, "max"),
            min_frequency=worst("f", "frequency", value, "min"),
            min_monetary=worst("m", "monetary", value, "min"),
        )
        for value in SCORES
    ]


def find_cells(scored: pd.DataFrame, scheme: Scheme) -> list[Cell]:
    """All 125 triples, by R, F, M ascending."""
    spent: dict[Triple, list[int]] = {triple: [] for triple in product(SCORES, SCORES, SCORES)}
    for r, f, m, monetary in zip(scored["r"], scored["f"], scored["m"], scored["monetary"], strict=True):
        spent[r, f, m].append(int(monetary))
    return [Cell(*triple, classify(scheme, triple).code, len(each), sum(each)) for triple, each in spent.items()]


def refunds_outside(facts: Facts, as_of: int, days: int | None, members: pd.Index) -> int:
    """Refunds in the window that belong to nobody in the population, anonymous ones included."""
    refunds = in_window(facts.refunds, as_of, days)
    return int(refunds.loc[~refunds["customer"].isin(set(members)), "amount"].sum())


def segmentation(
    facts: Facts,
    as_of: int,
    days: int | None = 90,
    scheme: str = "POS",
    *,
    include_inactive: bool = False,
    customer_type: str | None = None,
) -> Segmentation:
    """The RFM segmentation of a business at the end of the day `as_of`."""
    if days is not None and not 1 <= days <= 9999:
        raise ValueError("days is 1..9999 or None")
    table = SCHEMES[scheme]
    allowed = eligible(facts.customers, include_inactive, customer_type)
    scored = score(population(facts, as_of, days, allowed), table, days)
    before = None
    if days is not None:
        before = counts_by_name(score(population(facts, as_of - days, days, allowed), table, days), table)
    summaries = [summarise(segment, scored, before) for segment in table.segments]
    return Segmentation(
        scheme=scheme,
        as_of=as_of,
        days=days,
        customers=scored,
        total_customers=len(scored),
        active_customers=int((scored["recency_days"] < ACTIVITY_DAYS).sum()),
        total_revenue=int(scored["monetary"].sum()),
        segments=sorted(summaries, key=lambda summary: -summary.total_revenue),
        insights=find_insights(table, summaries, counts_by_name(scored, table), before),
        cut_points=find_cut_points(scored),
        cells=find_cells(scored, table),
        refunds_outside_population=refunds_outside(facts, as_of, days, scored.index),
    )
