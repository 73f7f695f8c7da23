"""The statements on patterns and affinity are the same for every engine: the store answers them as the copy does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Column, MetaData, SelectBase, Table, insert

from analytics.affinity import (
    _coded,
    categories_by_lines,
    coded_category,
    sales_by_categories,
    sales_by_pair,
    transactions_in_all,
)
from analytics.copy.engine import as_rows
from analytics.copy.tables import EVERYTHING
from analytics.patterns import (
    Form,
    Grouping,
    PatternScope,
    SeriesUnits,
    edge_params,
    lines_by_category,
    payments_by_method,
    refunds_by_day,
    refunds_by_hour,
    sales_by_hour,
    sales_by_month,
    transactions_by_basket,
    unique_buyers,
    units_by_basket,
    visits_by_unit,
)
from analytics.patterns.buyers import Buyer, asked_customer
from models.naming import name_of
from resolvers.operation.context import Context
from resolvers.patterns.engines import OfStore
from tests.analytics.telling import on_both_stores
from tests.analytics.test_patterns import tell
from tests.builders import Shop

AS_OF = 20_498  # 14 February 2026
EDGES = (0, 4_000, 10_000)
NAMES = ("Drinks", "Food", "Uncategorised", "Ware")


services, shop, context = on_both_stores(tell)


def statements(form: Form) -> list[SelectBase]:
    """Every statement on a scope of this form."""
    of_everyone = [
        unique_buyers(form),
        transactions_in_all(form),
        sales_by_categories(form, 1),
        sales_by_categories(form, 2),
        sales_by_pair(form),
    ]
    return [
        sales_by_hour(form, False),
        sales_by_hour(form, True),
        refunds_by_hour(form),
        *(visits_by_unit(form, SeriesUnits(grouping, first)) for grouping in Grouping for first in (1, 7)),
        transactions_by_basket(form, len(EDGES)),
        units_by_basket(form, len(EDGES)),
        payments_by_method(form),
        lines_by_category(form, False),
        lines_by_category(form, True),
        sales_by_month(form),
        refunds_by_day(form),
        *([] if form.buyer is Buyer.EACH else of_everyone),
    ]


def rows_of(rows: Sequence[Any]) -> list[tuple[str, ...]]:
    """Rows in an order of their own, their values as text: words are enumerations on one side."""
    return sorted(tuple(str(getattr(value, "value", value)) for value in row) for row in rows)


async def on_store(shop: Shop, statement: SelectBase, params: dict[str, Any], given: dict[str, Any]) -> Any:
    """The rows that the store gives, with the tables of a caller as temporary ones."""
    async with shop.database.transaction(shop.id) as connection:
        for source, rows in given.values():
            temporary = Table(
                source.name, MetaData(), *(Column(c.name, c.type) for c in source.c), prefixes=["TEMPORARY"]
            )
            await connection.run_sync(temporary.create)
            await connection.execute(insert(temporary), rows.to_pylist())
        found = (await connection.execute(statement, params)).all()
        await connection.rollback()
        return found


async def agree(context: Context, shop: Shop, statement: SelectBase, params: dict[str, Any], **given: pa.Table) -> int:
    """Both give the same rows; how many."""
    view = await context.facts(EVERYTHING)
    copied = await view.fetch(statement, params, dict(given))
    sources = {table.name: table for table in (asked_customer, coded_category)}
    stored = await on_store(shop, statement, params, {name: (sources[name], rows) for name, rows in given.items()})
    ours = rows_of(list(zip(*(column.to_pylist() for column in copied.columns), strict=True)))
    assert rows_of(stored) == ours, name_of(statement)
    return len(ours)


@pytest.mark.parametrize("storefront", [False, True])
@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize("buyer", list(Buyer))
async def test_every_statement(shop: Shop, context: Context, storefront: bool, typed: bool, buyer: Buyer) -> None:
    scope = PatternScope(
        AS_OF,
        45,
        shop.id_of_storefront("Web") if storefront else None,
        "WHOLESALE" if typed else None,  # pyright: ignore[reportArgumentType]  as it is bound
        include_inactive=True,
        customer=shop.id_of("ben"),
    )
    params = scope.params() | edge_params(EDGES)
    given: dict[str, pa.Table] = {"coded_category": _coded(NAMES)}
    if buyer is Buyer.EACH:
        given = {"asked_customer": pa.table({"customer_id": [shop.id_of("anna"), shop.id_of("ben")]})}
    found = 0
    for statement in statements(Form(storefront, typed, buyer)):
        names = str(statement)
        wanted = {name: rows for name, rows in given.items() if name in names}
        found += await agree(context, shop, statement, params, **wanted)
    assert found > 1


async def test_the_statement_on_all_lines(shop: Shop, context: Context) -> None:
    assert await agree(context, shop, categories_by_lines(), {}) == 4


@pytest.mark.parametrize("is_page", [False, True])
async def test_the_lines_and_payments_of_customers_are_the_stores(shop: Shop, context: Context, is_page: bool) -> None:
    """The same rows as the copy's, from statements that are bound to the business."""
    ids = [shop.id_of("anna"), shop.id_of("ben")]
    scope = PatternScope(AS_OF, 45, customer=ids[0], among_others=is_page)
    params, stored = scope.params() | edge_params(EDGES), replace(scope, stored=True).form
    given = {"asked_customer": pa.table({"customer_id": ids})} if is_page else {}
    view = await context.facts(EVERYTHING)
    for build, more in ((units_by_basket, (len(EDGES),)), (payments_by_method, ()), (lines_by_category, (True,))):
        copied = as_rows(await view.fetch(build(scope.form, *more), params, given))
        found = as_rows(await OfStore(view).fetch(build(stored, *more), params | {"ids": ids}))
        assert rows_of(found) == rows_of(copied)
        assert len(found) > 1
