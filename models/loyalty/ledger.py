"""The ledger of points: entries that are never changed, lots, and what each entry put into a lot or took out of it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, SelectBase, Text, bindparam, func, or_, select
from sqlmodel import Field

from models.audit import AuditEntry
from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.types import ERASABLE, Day, Key, Stored, index_where, primary_key, reference, where_there_is, word
from rules.loyalty.lots import LotStatus
from rules.loyalty.points import EntryType, PointsReason


class LoyaltyEntry(Stored, table=True):
    """An entry of a member: what it changed of the four running sums, and what they were after it.

    It is never changed and never removed: the role that works for businesses may not. What is said of it in words is
    its note. `turn` is set where it is what a sale earned: 0 when the sale completed, then a number for each customer
    to whom it went.
    """

    __table_args__ = (
        Index("loyalty_entry_by_customer", "customer_id", "id"),
        Index("loyalty_entry_by_day", "business_id", "business_day", "id"),
        where_there_is("loyalty_entry_by_sale", "sale_id"),
        where_there_is("loyalty_entry_by_redemption", "redemption_id"),
        index_where("turn IS NOT NULL", "loyalty_entry_earned_once", "sale_id", "turn", unique=True),
        index_where("reverses_id IS NOT NULL", "loyalty_entry_reversed_once", "reverses_id", unique=True),
        CheckConstraint(
            "balance_after >= 0 AND pending_after >= 0 AND owed_after >= 0 AND qualifying_after >= 0",
            name="loyalty_entry_sums",
        ),
        CheckConstraint(
            "points <> 0 OR pending_change <> 0 OR owed_change <> 0 OR qualifying_change <> 0",
            name="loyalty_entry_changes",
        ),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    type: EntryType = Field(sa_type=word(EntryType))
    reason: PointsReason = Field(sa_type=word(PointsReason))
    business_day: int = Field(sa_type=Day)
    created_at: datetime
    actor: str = Field(max_length=200)
    points: int = Field(sa_type=BigInteger)
    pending_change: int = Field(sa_type=BigInteger)
    owed_change: int = Field(sa_type=BigInteger)
    qualifying_change: int = Field(sa_type=BigInteger)
    balance_after: int = Field(sa_type=BigInteger)
    pending_after: int = Field(sa_type=BigInteger)
    owed_after: int = Field(sa_type=BigInteger)
    qualifying_after: int = Field(sa_type=BigInteger)
    sale_id: int | None = reference("sale.id", nullable=True)
    turn: int | None = None
    refund_id: int | None = reference("refund.id", nullable=True)
    redemption_id: int | None = reference("loyalty_redemption.id", nullable=True)
    reverses_id: int | None = reference("loyalty_entry.id", nullable=True)
    expires_on: int | None = Field(default=None, sa_type=Day)
    revision: int = Field(sa_type=BigInteger)


class LoyaltyEntryNote(Stored, table=True):
    """What is said of an entry in words, which goes with the person; `further` is JSON."""

    entry_id: int = Field(primary_key=True, foreign_key="loyalty_entry.id", sa_type=Key)
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id", index=True)
    description: str = Field(sa_type=Text, sa_column_kwargs=ERASABLE)
    further: str | None = Field(default=None, sa_type=Text, nullable=True, sa_column_kwargs=ERASABLE)


class LoyaltyLot(Stored, table=True):
    """The points of one credit, with what is left of them; `earned_by` is JSON of rate, multipliers and bases.

    `gone` are those that expired or went by leaving, `counted` those of them that a taking back has counted.
    """

    __table_args__ = (
        Index("loyalty_lot_by_customer", "customer_id", "earned_on", "id"),
        Index("loyalty_lot_by_end", "business_id", "expires_on"),
        where_there_is("loyalty_lot_by_sale", "sale_id"),
        CheckConstraint(
            "remaining >= 0 AND qualifying >= 0 AND counted >= 0 AND counted <= gone AND remaining <= earned",
            name="loyalty_lot_sums",
        ),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    reason: PointsReason = Field(sa_type=word(PointsReason))
    sale_id: int | None = reference("sale.id", nullable=True)
    earned: int = Field(sa_type=BigInteger)
    remaining: int = Field(sa_type=BigInteger)
    qualifying: int = Field(sa_type=BigInteger)
    earned_on: int = Field(sa_type=Day)
    active_from: int = Field(sa_type=Day)
    expires_on: int | None = Field(default=None, sa_type=Day)
    sliding_days: int | None = None
    qualifies: bool
    is_pending: bool = False
    is_closed: bool = False
    gone: int = Field(default=0, sa_type=BigInteger)
    counted: int = Field(default=0, sa_type=BigInteger)
    ended_by: LotStatus | None = Field(default=None, sa_type=word(LotStatus), nullable=True)
    earned_by: str | None = Field(default=None, sa_type=Text, nullable=True)
    revision: int = Field(sa_type=BigInteger)


class LoyaltyLotPart(Stored, table=True):
    """What an entry put into a lot or took out of it; `given_back` is what of the taken was put back since."""

    __table_args__ = (
        Index("loyalty_lot_part_by_entry", "entry_id", "id"),
        Index("loyalty_lot_part_by_lot", "lot_id", "id"),
        CheckConstraint("given_back >= 0 AND (given_back = 0 OR given_back <= -points)", name="loyalty_lot_part_back"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    entry_id: int = reference("loyalty_entry.id")
    lot_id: int = reference("loyalty_lot.id")
    points: int = Field(sa_type=BigInteger)
    qualifying: int = Field(sa_type=BigInteger)
    given_back: int = Field(default=0, sa_type=BigInteger)


# ---------------------------------------------------------------- statements

loyalty_entry, loyalty_entry_note = table(LoyaltyEntry), table(LoyaltyEntryNote)
loyalty_lot, loyalty_lot_part = table(LoyaltyLot), table(LoyaltyLotPart)


@statement
def open_lot_rows() -> SelectBase:
    """The lots of the customer :customer as stored that hold something, or that go on with its activity on :day."""
    c = loyalty_lot.c
    slides = c.sliding_days.is_not(None) & (c.expires_on >= bindparam("day", type_=c.expires_on.type)) & ~c.is_closed
    holds = or_(c.remaining > 0, c.qualifying > 0, slides)
    mine = (scoped(loyalty_lot), c.customer_id == bindparam("customer"), holds)
    return select(loyalty_lot).where(*mine).order_by(c.id)


@statement
def lots_of() -> SelectBase:
    """The lots of the customers :ids as they are stored, in the order in which they are shown."""
    c = loyalty_lot.c
    mine = (owned(loyalty_lot), any_of(c.customer_id, "ids"))
    return select(loyalty_lot).where(*mine).order_by(c.customer_id, c.earned_on, c.id)


@statement
def lot_rows() -> SelectBase:
    """The lots :ids as they are stored."""
    return select(loyalty_lot).where(owned(loyalty_lot), any_of(loyalty_lot.c.id, "ids"))


@statement
def parts_of_entry() -> SelectBase:
    """What the entry :entry took of lots, in its order."""
    c = loyalty_lot_part.c
    mine = (scoped(loyalty_lot_part), c.entry_id == bindparam("entry"))
    return select(loyalty_lot_part).where(*mine).order_by(c.id)


@statement
def entry_rows() -> SelectBase:
    """The entries :ids as they are stored."""
    return select(loyalty_entry).where(owned(loyalty_entry), any_of(loyalty_entry.c.id, "ids"))


@statement
def entries_reversed() -> SelectBase:
    """Which of the entries :ids were given back, whole."""
    c = loyalty_entry.c
    return select(c.reverses_id).where(owned(loyalty_entry), any_of(c.reverses_id, "ids"))


@statement
def given_by_staff() -> SelectBase:
    """The points that STAFF gave the customer :customer by hand on :day: the audit knows with which role."""
    c, audited = loyalty_entry.c, table(AuditEntry).c
    given = c.points - c.owed_change + c.pending_change
    types = or_(c.type == EntryType.EARNED, c.type == EntryType.PENDED)
    mine = (c.customer_id == bindparam("customer"), c.business_day == bindparam("day", type_=c.business_day.type))
    by_staff = (audited.business_id == c.business_id, audited.revision == c.revision, audited.role == "STAFF")
    here = (scoped(loyalty_entry), audited.customer_id == c.customer_id, audited.action == "earnPoints")
    manual = c.reason == PointsReason.MANUAL
    return select(func.sum(given).label("points")).where(*here, *mine, *by_staff, types, manual)


@statement
def transfers_of() -> SelectBase:
    """The entries by which the points of the customer :customer went at the moment :at."""
    c = loyalty_entry.c
    mine = (c.customer_id == bindparam("customer"), c.created_at == bindparam("at", type_=c.created_at.type))
    return select(c.id).where(scoped(loyalty_entry), *mine, c.type == EntryType.TRANSFERRED_OUT)
