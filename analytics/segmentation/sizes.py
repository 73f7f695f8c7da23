"""How many customers are in each segment, without the customers: what a point of a trend is made of."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Select, SelectBase, func, select

from analytics.copy.engine import Engine
from analytics.scope import Scope
from analytics.segmentation.behavior import customers_by_category
from analytics.segmentation.grouping import SegmentGrouping
from analytics.segmentation.methods import MIXED, TABLES, SegmentationMethod, behavior_table
from analytics.segmentation.rfm import scored_by_window, scored_customers
from analytics.segmentation.schemes import SCHEMES, RFMScheme, cell_of, segment_of_cell
from analytics.segmentation.tables import Segment, SegmentTable
from analytics.segmentation.valued import customers_by_value
from models.naming import statement
from models.sales import total_of

SCORES = ("recency_score", "frequency_score", "monetary_score")


@dataclass(frozen=True)
class Sizes:
    """The segments that a day has, and of each by name its customers and their revenue in minor units."""

    table: SegmentTable[Segment]
    customers: dict[str, int]
    revenue: dict[str, int]


def sizes_statement(grouping: SegmentGrouping, scope: Scope) -> SelectBase:
    """The statement that counts the customers of a scope by what decides their segment."""
    by_window = grouping.scheme is not None and scored_by_window(scope, grouping.scheme)
    return segment_sizes(grouping.method, by_window, *scope.shape)


@statement
def segment_sizes(
    method: SegmentationMethod, by_window: bool, storefront: bool, typed: bool, inactive: bool
) -> SelectBase:
    """Customers and revenue of each score triple, category or segment of a population."""
    shape = storefront, typed, inactive
    match method:
        case SegmentationMethod.RFM:
            return _sized(scored_customers(by_window, *shape), *SCORES)
        case SegmentationMethod.BEHAVIOR:
            return _sized(customers_by_category(*shape), "category")
        case _:
            return _sized(customers_by_value(method, *shape), "segment")


def _sized(population: SelectBase, *keys: str) -> SelectBase:
    assert isinstance(population, Select)
    people = population.order_by(None).subquery("people")
    columns = [people.c[key] for key in keys]
    sums = func.count().label("customers"), total_of(people.c.monetary).label("revenue")
    return select(*columns, *sums).group_by(*columns)


async def segment_sizes_of(engine: Engine, scope: Scope, grouping: SegmentGrouping) -> Sizes:
    """The customers of each segment of a scope; of a method that is dated."""
    rows = await engine.fetch(sizes_statement(grouping, scope), scope.params())
    if grouping.scheme is not None:
        return _of_scores(rows, grouping.scheme)
    return _of_categories(rows) if grouping.table is None else _of_places(rows, TABLES[grouping.method])


def _of_scores(rows: pa.Table, scheme: RFMScheme) -> Sizes:
    segments, of_cell = SCHEMES[scheme].segments, segment_of_cell(scheme)
    triples = zip(*(_column(rows, score) for score in SCORES), strict=True)
    return _sizes(SCHEMES[scheme], [segments[of_cell[cell_of(*triple)]].name for triple in triples], rows)


def _of_places(rows: pa.Table, table: SegmentTable[Segment]) -> Sizes:
    return _sizes(table, [table.segments[place].name for place in _column(rows, "segment")], rows)


def _of_categories(rows: pa.Table) -> Sizes:
    names = [MIXED if category is None else category for category in _column(rows, "category")]
    return _sizes(behavior_table(names), names, rows)


def _sizes(table: SegmentTable[Segment], names: list[str], rows: pa.Table) -> Sizes:
    customers = {segment.name: 0 for segment in table.segments}
    revenue = dict(customers)
    for name, count, amount in zip(names, _column(rows, "customers"), _column(rows, "revenue"), strict=True):
        customers[name] += count
        revenue[name] += amount
    return Sizes(table, customers, revenue)


def _column(rows: pa.Table, name: str) -> list[Any]:
    return rows.column(name).to_pylist()
