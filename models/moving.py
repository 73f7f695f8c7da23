"""What belongs to one customer becomes another's, and goes back: so many statements, however many rows."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Delete,
    Insert,
    SelectBase,
    String,
    Table,
    Update,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)

from models.belonging import Belonging
from models.customers import customer
from models.database import IdList, TextList, any_of, owned, scoped
from models.merging import merged_row
from models.naming import statement
from models.sales import payment, sale
from models.touchpoints import touchpoint
from rules.selling import SaleStatus

MERGE, KIND = bindparam("merge", type_=BigInteger), bindparam("kind", type_=String)
FROM, TO = bindparam("from_customer", type_=BigInteger), bindparam("to_customer", type_=BigInteger)

# ---------------------------------------------------------------- rows that are there for ever


def _state(source: Table) -> ColumnElement[Any]:
    """What of a row must not change while a merge can be undone, as JSON: of a sale, what was taken back of it."""
    if source is not sale:
        return cast(null(), String)
    is_void = case((sale.c.status == SaleStatus.CANCELLED, "true"), else_="false")
    return literal('{"refunded":') + cast(sale.c.refunded, String) + ',"cancelled":' + is_void + "}"


@cache
def rows_noted(belonging: Belonging) -> Insert:
    """Put the rows of :from_customer on the list that undoes :merge, as :kind. One that is :to_customer stays."""
    source, business = belonging.table, bindparam("business", type_=BigInteger)
    mine = select(business, MERGE, KIND, source.c.id, _state(source)).where(*_moving(belonging))
    return insert(merged_row).from_select(["business_id", "merge_id", "kind", "row_id", "before"], mine)


@cache
def rows_moved(belonging: Belonging) -> Update:
    """Let the rows of :from_customer be of :to_customer."""
    return _given(belonging).where(*_moving(belonging))


@cache
def rows_moved_back(belonging: Belonging) -> Update:
    """Let the rows :ids that are of :from_customer be of :to_customer."""
    return _given(belonging).where(*_moving(belonging), any_of(belonging.table.c.id, "ids"))


@statement
def rows_astray(belonging: Belonging) -> SelectBase:
    """How many rows on the list of :merge are no more of :customer, or were taken back in part or whole."""
    source = belonging.table
    changed = merged_row.c.before != _state(source)
    is_astray = or_(belonging.column.is_distinct_from(bindparam("customer", type_=BigInteger)), changed)
    rows = merged_row.join(source, source.c.id == merged_row.c.row_id)
    return select(func.count().label("count")).select_from(rows).where(*_listed(), is_astray)


@cache
def payments_following() -> Update:
    """Let what was paid by :from_customer for the sales :ids be of :to_customer, as the sales are."""
    mine = (owned(payment), payment.c.customer_id == FROM, any_of(payment.c.sale_id, "ids"))
    return update(payment).values(customer_id=TO, revision=bindparam("new_revision", type_=BigInteger)).where(*mine)


@cache
def contacts_following() -> Update:
    """Let the contacts of :from_customer that tell of the sales :ids be of :to_customer, as the sales are."""
    mine = (owned(touchpoint), touchpoint.c.customer_id == FROM, any_of(touchpoint.c.sale_id, "ids"))
    return update(touchpoint).values(customer_id=TO, revision=bindparam("new_revision", type_=BigInteger)).where(*mine)


def _moving(belonging: Belonging) -> list[ColumnElement[bool]]:
    conditions = [owned(belonging.table), belonging.column == FROM]
    return [*conditions, customer.c.id != TO] if belonging.table is customer else conditions


def _given(belonging: Belonging) -> Update:
    source = belonging.table
    values: dict[str, Any] = {belonging.column.name: TO}
    if "revision" in source.c:
        values["revision"] = bindparam("new_revision", type_=BigInteger)
    if "version" in source.c:
        values["version"] = source.c.version + 1
    return update(source).values(values)


def _listed() -> tuple[ColumnElement[bool], ...]:
    return (owned(merged_row), merged_row.c.merge_id == MERGE, merged_row.c.kind == KIND)


# ---------------------------------------------------------------- rows that may be removed by themselves


def own_key(belonging: Belonging) -> Column[Any]:
    """The column by which a row is told from others of the same customer."""
    return next(column for column in belonging.table.primary_key if column.name != "customer_id")


@statement
def rows_known(belonging: Belonging) -> SelectBase:
    """The rows of the customers :ids, by their key, with what they are known by."""
    known = (belonging.table.c[name] for name in belonging.known_by)
    shown = (own_key(belonging).label("key"), belonging.column.label("customer_id"), *known)
    return select(*shown).where(owned(belonging.table), any_of(belonging.column, "ids"))


@cache
def rows_with_key_moved(belonging: Belonging) -> Update:
    """Let the rows :keys of :from_customer be of :to_customer."""
    kind = TextList if own_key(belonging).name == "tag" else IdList
    return _given(belonging).where(*_moving(belonging), any_of(own_key(belonging), "keys", kind))


# ---------------------------------------------------------------- rows that go, and the list


@cache
def rows_removed(belonging: Belonging) -> Delete:
    """Remove the rows of :from_customer."""
    return delete(belonging.table).where(owned(belonging.table), belonging.column == FROM)


@statement
def rows_listed() -> SelectBase:
    """What is known of the rows on the list of :merge of the :kind."""
    return select(merged_row.c.row_id, merged_row.c.before, merged_row.c.after).where(*_listed())


@statement
def counts_listed() -> SelectBase:
    """How many rows of each kind are on the list of :merge."""
    mine = (scoped(merged_row), merged_row.c.merge_id == MERGE)
    return select(merged_row.c.kind, func.count().label("count")).where(*mine).group_by(merged_row.c.kind)


@cache
def list_forgotten() -> Delete:
    """Forget what would undo :merge."""
    return delete(merged_row).where(owned(merged_row), merged_row.c.merge_id == MERGE)


@statement
def referrers_above() -> SelectBase:
    """Who referred each of the customers :ids, who referred those, and so on: pairs of `id` and `above`."""
    c = customer.c
    first = select(c.id, c.referrer_id.label("above")).where(owned(customer), any_of(c.id, "ids"))
    chain = first.where(c.referrer_id.is_not(None)).cte("chain", recursive=True)
    onward = select(chain.c.id, c.referrer_id).join(customer, c.id == chain.c.above)
    pairs = chain.union(onward.where(owned(customer), c.referrer_id.is_not(None)))
    return select(pairs.c.id, pairs.c.above)
