"""How customers pay and what they buy: transactions and money by payment method and by category."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SelectBase, bindparam, func, select

from analytics.copy.engine import Engine, as_rows
from analytics.patterns.buyers import Form, PatternScope, buyer_columns, counted, sold
from analytics.scope import sale
from analytics.segmentation.methods import UNCATEGORISED
from models.naming import statement
from models.sales import payment, sale_item, total_of


def category_of_line() -> ColumnElement[Any]:
    """The category of a line of a sale; one without is Uncategorised."""
    return func.coalesce(sale_item.c.category, UNCATEGORISED)


@statement
def payments_by_method(form: Form) -> SelectBase:
    """Of each method the sales that were paid with it, and how much, as far as it was paid by :as_of."""
    buyer = buyer_columns(sale, form)
    return (
        select(
            *buyer,
            payment.c.method.label("name"),
            func.count(payment.c.sale_id.distinct()).label("transactions"),
            total_of(payment.c.amount).label("amount"),
        )
        .select_from(sold(form).join(payment, payment.c.sale_id == sale.c.id))
        .where(*counted(form), payment.c.business_day <= bindparam("as_of"))
        .group_by(*buyer, payment.c.method)
    )


@statement
def lines_by_category(form: Form, margin: bool) -> SelectBase:
    """Of each category the sales with a line of it, and the sum of its line totals, or with `margin` known profits."""
    buyer, category = buyer_columns(sale, form), category_of_line()
    amount = sale_item.c.profit if margin else sale_item.c.total
    return (
        select(
            *buyer,
            category.label("name"),
            func.count(sale_item.c.sale_id.distinct()).label("transactions"),
            func.coalesce(total_of(amount), 0).label("amount"),
        )
        .select_from(sold(form).join(sale_item, sale_item.c.sale_id == sale.c.id))
        .where(*counted(form))
        .group_by(*buyer, category)
    )


@dataclass(frozen=True)
class Share:
    """Transactions with something of a name, and the money in it in minor units."""

    name: str
    transactions: int
    amount: int


async def payment_methods(engine: Engine, scope: PatternScope) -> list[Share]:
    """The methods used, by transactions descending, then name; needs PAYMENTS."""
    shares = await _shares(engine, payments_by_method(scope.form), scope)
    return sorted(shares, key=lambda share: (-share.transactions, share.name))


async def categories(engine: Engine, scope: PatternScope, margin: bool) -> list[Share]:
    """The categories bought, by their money descending, then name; needs ITEMS."""
    shares = await _shares(engine, lines_by_category(scope.form, margin), scope)
    return sorted(shares, key=lambda share: (-share.amount, share.name))


async def _shares(engine: Engine, by_name: SelectBase, scope: PatternScope) -> list[Share]:
    rows = as_rows(await engine.fetch(by_name, scope.params()))
    return [Share(row.name, int(row.transactions), int(row.amount)) for row in rows]
