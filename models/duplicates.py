"""Pairs of customers that may be one person, and those that somebody said are not."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Delete,
    Index,
    Select,
    SelectBase,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    type_coerce,
)
from sqlmodel import Field

from models.customers import customer, listed
from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.sales import sale
from models.types import Key, Millionths, Stored, reference


class DuplicateCandidate(Stored, table=True):
    """A pair that the last search found; `evidence` are words between blanks."""

    __table_args__ = (
        Index("duplicate_candidate_by_score", "business_id", "score", "first_id", "second_id"),
        Index("duplicate_candidate_by_second", "second_id"),
        CheckConstraint("first_id < second_id", name="duplicate_candidate_pair"),
    )

    first_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    second_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    business_id: int = reference("business.id")
    score: int = Field(sa_type=Millionths)
    evidence: str = Field(max_length=120)
    found_at: datetime


class DismissedDuplicate(Stored, table=True):
    """A pair that is two persons: it never returns."""

    __table_args__ = (
        Index("dismissed_duplicate_by_second", "second_id"),
        CheckConstraint("first_id < second_id", name="dismissed_duplicate_pair"),
    )

    first_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    second_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    business_id: int = reference("business.id")
    actor: str = Field(max_length=200)
    dismissed_at: datetime


# ---------------------------------------------------------------- statements

duplicate_candidate, dismissed_duplicate = table(DuplicateCandidate), table(DismissedDuplicate)


@statement
def people_compared() -> SelectBase:
    """What of every customer that is listed is compared with others."""
    c = customer.c
    compared = (c.first_name, c.last_name, c.email, c.phone, c.birth_date, c.postal_code, c.line1)
    return select(c.id, *compared).where(scoped(customer), *listed()).order_by(c.id)


@statement
def namesakes_of() -> Select[Any]:
    """The same of the customers :ids and of those who are ordered by the same name, at most :most of each."""
    c, own = customer.c, customer.alias("own")
    compared = (c.first_name, c.last_name, c.email, c.phone, c.birth_date, c.postal_code, c.line1)
    same = and_(c.business_id == own.c.business_id, c.sort_name == own.c.sort_name)
    place = func.row_number().over(partition_by=own.c.id, order_by=c.id).label("place")
    wanted = (scoped(own), any_of(own.c.id, "ids"), *listed())
    each = select(own.c.id.label("of_id"), c.id, *compared, place).join_from(own, customer, same).where(*wanted)
    page = each.subquery("page")
    return select(*page.c).where(or_(page.c.place <= bindparam("most"), page.c.id == page.c.of_id))


@statement
def candidate_pairs() -> Select[Any]:
    """Every pair that the last search found."""
    return select(duplicate_candidate).where(scoped(duplicate_candidate))


@statement
def dismissed_pairs() -> SelectBase:
    """Every pair that somebody said is two persons."""
    c = dismissed_duplicate.c
    return select(c.first_id, c.second_id).where(scoped(dismissed_duplicate))


@statement
def pair_with(source: Table) -> Select[Any]:
    """The row of a table of pairs of :first_id and :second_id."""
    mine = (source.c.first_id == bindparam("first_id"), source.c.second_id == bindparam("second_id"))
    return select(source).where(scoped(source), *mine)


@statement
def candidate_page(position: bool) -> SelectBase:
    """Up to :size pairs of :least score or more, the likeliest first, past :score, :first_id and :second_id."""
    c = duplicate_candidate.c
    conditions = [scoped(duplicate_candidate), c.score >= bindparam("least", type_=BigInteger)]
    if position:
        score, first = bindparam("score", type_=BigInteger), bindparam("first_id", type_=BigInteger)
        later = or_(c.first_id > first, and_(c.first_id == first, c.second_id > bindparam("second_id")))
        conditions.append(or_(c.score < score, and_(c.score == score, later)))
    order = (c.score.desc(), c.first_id, c.second_id)
    raw = type_coerce(c.score, BigInteger).label("score")
    shown = (c.first_id, c.second_id, raw, c.evidence)
    return select(*shown).where(*conditions).order_by(*order).limit(bindparam("size"))


@statement
def candidate_count() -> SelectBase:
    """How many pairs have :least score or more."""
    c = duplicate_candidate.c
    likely = c.score >= bindparam("least", type_=BigInteger)
    return select(func.count().label("count")).where(scoped(duplicate_candidate), likely)


@statement
def candidates_of() -> SelectBase:
    """The pairs in which one of the customers :ids is."""
    c = duplicate_candidate.c
    either = or_(any_of(c.first_id, "ids"), any_of(c.second_id, "ids"))
    raw = type_coerce(c.score, BigInteger).label("score")
    return select(c.first_id, c.second_id, raw, c.evidence).where(owned(duplicate_candidate), either)


@statement
def dismissed_of() -> SelectBase:
    """The pairs of one of the customers :ids that somebody said are two persons."""
    c = dismissed_duplicate.c
    either = or_(any_of(c.first_id, "ids"), any_of(c.second_id, "ids"))
    return select(c.first_id, c.second_id).where(owned(dismissed_duplicate), either)


@statement
def standing_of_pairs() -> SelectBase:
    """How many sales each of the customers :ids has, and since when it is there: by that the kept one is suggested."""
    sales = select(func.count()).where(sale.c.customer_id == customer.c.id).correlate(customer).scalar_subquery()
    mine = (owned(customer), any_of(customer.c.id, "ids"))
    return select(customer.c.id, customer.c.created_at, sales.label("sales")).where(*mine)


def candidate_removed() -> Delete:
    """Remove the candidate of :first and :second."""
    c = duplicate_candidate.c
    mine = (c.first_id == bindparam("first"), c.second_id == bindparam("second"))
    return delete(duplicate_candidate).where(scoped(duplicate_candidate), *mine)
