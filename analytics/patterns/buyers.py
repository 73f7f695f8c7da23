"""Whose purchases a report of patterns is of: everyone's, one customer's, or those of each of several."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, FromClause, Table, bindparam, column
from sqlalchemy import table as named_table

from analytics.scope import Scope, counted_sales, customer, members_of, refund, refunds_paid, sale
from models.database import any_of, owned

# The customers asked about, given along with a statement on EACH of them; the store is told their :ids.
asked_customer = named_table("asked_customer", column("customer_id", BigInteger))


class Buyer(StrEnum):
    """Whose purchases a statement sums; EACH has a row per customer."""

    EVERYONE = "everyone"
    ONE = "one"
    EACH = "each"


class Form(NamedTuple):
    """What of a scope changes the text of a statement on purchases."""

    storefront: bool = False
    typed: bool = False
    buyer: Buyer = Buyer.EVERYONE
    stored: bool = False  # it is for the store, which holds other businesses too


@dataclass(frozen=True)
class PatternScope(Scope):
    """A period, perhaps of the purchases of one customer alone; None is everyone's, anonymous sales too.

    `among_others` is for a customer whose rows are taken from those of EACH of several, `stored` for what is asked of
    the store.
    """

    customer: int | None = None
    among_others: bool = False
    stored: bool = False

    def params(self) -> dict[str, Any]:
        """The values that the statements of this scope bind."""
        return super().params() | {"customer": self.customer}

    @property
    def form(self) -> Form:
        """Which of its conditions a statement of this scope has."""
        one = Buyer.EACH if self.among_others else Buyer.ONE
        buyer = Buyer.EVERYONE if self.customer is None else one
        return Form(self.storefront is not None, self.customer_type is not None, buyer, self.stored)


def sold(form: Form) -> FromClause:
    """The sales of a scope, to select from where `counted` holds."""
    return _of_buyers(sale, form)


def counted(form: Form) -> list[ColumnElement[bool]]:
    """The conditions of a purchase of the scope. A customer type leaves anonymous sales out."""
    return [counted_sales(form.storefront), *_of_scope(sale, form)]


def given_back(form: Form) -> FromClause:
    """The refunds of a scope, to select from where `paid_out` holds."""
    return _of_buyers(refund, form)


def paid_out(form: Form) -> list[ColumnElement[bool]]:
    """The conditions of a refund of the scope."""
    return [refunds_paid(form.storefront), *_of_scope(refund, form)]


def buyer_columns(source: Table, form: Form) -> list[ColumnElement[Any]]:
    """The customer of a fact, where a statement is on EACH."""
    return [source.c.customer_id] if form.buyer is Buyer.EACH else []


def _of_buyers(source: Table, form: Form) -> FromClause:
    joined: FromClause = source
    if form.buyer is Buyer.EACH and not form.stored:
        joined = joined.join(asked_customer, asked_customer.c.customer_id == source.c.customer_id)
    return joined.join(customer, customer.c.id == source.c.customer_id) if form.typed else joined


def _of_scope(source: Table, form: Form) -> list[ColumnElement[bool]]:
    conditions = members_of(form.typed, inactive=True)
    if form.stored:
        conditions.append(owned(source))
        if form.buyer is Buyer.EACH:
            conditions.append(any_of(source.c.customer_id, "ids"))
    if form.buyer is Buyer.ONE:
        conditions.append(source.c.customer_id == bindparam("customer"))
    return conditions
