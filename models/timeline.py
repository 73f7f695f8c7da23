"""What happened to a customer, as one list of what is kept elsewhere: nothing is written twice for it."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    SelectBase,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.audit import audit_entry
from models.consents import consent_event
from models.customers import customer
from models.database import any_of, owned
from models.loyalty.ledger import loyalty_entry
from models.loyalty.members import loyalty_tier_change
from models.loyalty.rewards import loyalty_redemption, loyalty_reward
from models.loyalty.tiers import loyalty_tier
from models.merging import customer_merge
from models.naming import statement
from models.sales import payment, refund, sale
from models.touchpoints import touchpoint
from models.types import Money
from rules.timeline import AUDITED, SAME_EDIT_SECONDS, TimelineKind


class TimelineSource(IntEnum):
    """From where an event is; of those of one moment the greater ones are the later."""

    CREATED = 1
    CONSENT = 2
    EDITED = 3
    VERIFIED = 4
    STATUS = 5
    TOUCHPOINT = 6
    SALE = 7
    PAYMENT = 8
    SALE_PAYMENT = 9  # of a sale, where the payment names no customer
    REFUND = 10
    MERGED_IN = 11
    MERGED_AWAY = 12
    PARTED_IN = 13
    PARTED_AWAY = 14
    POINTS = 15
    TIER = 16
    REDEMPTION = 17
    REDEMPTION_USED = 18
    ERASED = 19


SOURCES: Mapping[TimelineKind, tuple[TimelineSource, ...]] = {
    TimelineKind.CREATED: (TimelineSource.CREATED,),
    TimelineKind.EDITED: (TimelineSource.EDITED,),
    TimelineKind.VERIFIED: (TimelineSource.VERIFIED,),
    TimelineKind.STATUS: (TimelineSource.STATUS,),
    TimelineKind.CONSENT: (TimelineSource.CONSENT,),
    TimelineKind.SALE: (TimelineSource.SALE,),
    TimelineKind.PAYMENT: (TimelineSource.PAYMENT, TimelineSource.SALE_PAYMENT),
    TimelineKind.REFUND: (TimelineSource.REFUND,),
    TimelineKind.TOUCHPOINT: (TimelineSource.TOUCHPOINT,),
    TimelineKind.POINTS: (TimelineSource.POINTS,),
    TimelineKind.TIER: (TimelineSource.TIER,),
    TimelineKind.REDEMPTION: (TimelineSource.REDEMPTION, TimelineSource.REDEMPTION_USED),
    TimelineKind.MERGED: (
        *(TimelineSource.MERGED_IN, TimelineSource.MERGED_AWAY),
        *(TimelineSource.PARTED_IN, TimelineSource.PARTED_AWAY),
    ),
    TimelineKind.ERASED: (TimelineSource.ERASED,),
}
KINDS = {source: kind for kind, sources in SOURCES.items() for source in sources}
CREATING = ("upsertCustomer", "upsertCustomers")  # at the moment of the creation they tell of nothing else
MOMENT = audit_entry.c.at.type


class whole_seconds(FunctionElement[int]):
    """The seconds of a moment since 1970, without their fraction."""

    type = BigInteger()
    inherit_cache = True


@compiles(whole_seconds)
def _whole_seconds(element: whole_seconds, compiler: SQLCompiler, **options: Any) -> str:
    return f"floor(extract(epoch FROM {compiler.process(element.clauses, **options)}))"


@compiles(whole_seconds, "sqlite")
def _whole_seconds_of_text(element: whole_seconds, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@statement
def timeline_of_each_customer(
    sources: frozenset[TimelineSource], span: frozenset[str], position: bool, one: bool
) -> SelectBase:
    """Up to :size events of each of the customers :ids from `sources`, newest first, past :at, :source and :id.

    `span` has the edges that are given of the time from :start on and before :end. Of `one` customer, which is :only
    too, no more than that of each source is looked at: it may have thousands.
    """
    branches = [_within(BRANCHES[source](source), span, position) for source in sorted(sources)]
    if one:
        branches = [select(_latest_of_only(branch).subquery()) for branch in branches]
    e = union_all(*branches).subquery("each").c
    place = func.row_number().over(partition_by=e.customer_id, order_by=_newest(e)).label("place")
    page = select(*e, place).subquery("page")
    # `occurred_at` is what every list newest first is ordered by.
    shown = (*(c for c in page.c if c.name != "at"), page.c.at.label("occurred_at"))
    return select(*shown).where(page.c.place <= bindparam("size")).order_by(page.c.customer_id, page.c.place)


def _within(branch: Any, span: frozenset[str], position: bool) -> Any:
    e = branch.subquery().c
    conditions: list[ColumnElement[bool]] = []
    if "start" in span:
        conditions.append(e.at >= bindparam("start", type_=MOMENT))
    if "end" in span:
        conditions.append(e.at < bindparam("end", type_=MOMENT))
    if position:
        conditions.append(_is_past(e))
    return select(*e).where(*conditions)


def _latest_of_only(branch: Any) -> Any:
    # Of one source and of one customer, by equality: that is the order of the index, which is read no further.
    e = branch.selected_columns
    mine = branch.where(e.customer_id == bindparam("only", type_=BigInteger))
    return mine.order_by(e.at.desc(), e.id.desc()).limit(bindparam("size", type_=Integer))


def _newest(e: Any) -> tuple[ColumnElement[Any], ...]:
    return e.at.desc(), e.source.desc(), e.id.desc()


def _is_past(e: Any) -> ColumnElement[bool]:
    at, source = bindparam("at", type_=MOMENT), bindparam("source", type_=Integer)
    earlier = or_(e.source < source, and_(e.source == source, e.id < bindparam("id", type_=BigInteger)))
    return or_(e.at < at, and_(e.at == at, earlier))


def _event(source: TimelineSource, customer_id: Any, at: Any, id_: Any, **more: Any) -> Any:
    """The columns of an event; `more` are its actor, its amount, what it is about, and what its title is made of."""
    texts = {name: cast(more.get(name), Text).label(name) for name in ("actor", "first", "second", "third")}
    return select(
        customer_id.label("customer_id"),
        type_coerce(at, MOMENT).label("at"),
        literal_column(str(int(source)), Integer).label("source"),
        id_.label("id"),
        *texts.values(),
        type_coerce(cast(more.get("amount"), BigInteger), Money()).label("amount"),
        cast(more.get("points"), BigInteger).label("points"),
        cast(more.get("subject_id"), BigInteger).label("subject_id"),
    )


def _created(source: TimelineSource) -> Select[Any]:
    c = customer.c
    return _event(source, c.id, c.created_at, c.id).where(owned(customer), any_of(c.id, "ids"))


def _consents(source: TimelineSource) -> Select[Any]:
    c = consent_event.c
    said = _event(source, c.customer_id, c.at, c.id, actor=c.actor, first=c.channel, second=c.status)
    return said.where(owned(consent_event), any_of(c.customer_id, "ids"))


def _sales(source: TimelineSource) -> Select[Any]:
    c = sale.c
    words = {"first": c.number, "second": c.status, "third": c.channel}
    made = _event(source, c.customer_id, c.occurred_at, c.id, amount=c.total, subject_id=c.id, **words)
    return made.where(owned(sale), any_of(c.customer_id, "ids"))


def _payments(source: TimelineSource) -> Select[Any]:
    c = payment.c
    paid = _event(source, c.customer_id, c.paid_at, c.id, amount=c.amount, subject_id=c.id, first=c.method)
    return paid.where(owned(payment), any_of(c.customer_id, "ids"))


def _payments_of_sales(source: TimelineSource) -> Select[Any]:
    c = payment.c
    paid = _event(source, sale.c.customer_id, c.paid_at, c.id, amount=c.amount, subject_id=c.id, first=c.method)
    mine = (owned(payment), owned(sale), any_of(sale.c.customer_id, "ids"), c.customer_id.is_(None))
    return paid.join_from(sale, payment, c.sale_id == sale.c.id).where(*mine)


def _refunds(source: TimelineSource) -> Select[Any]:
    c = refund.c
    paid = _event(source, c.customer_id, c.occurred_at, c.id, amount=c.amount, subject_id=c.id)
    return paid.where(owned(refund), any_of(c.customer_id, "ids"))


def _contacts(source: TimelineSource) -> Select[Any]:
    c = touchpoint.c
    words = {"first": c.type, "second": c.outcome, "third": c.score}
    made = _event(source, c.customer_id, c.occurred_at, c.id, subject_id=c.id, **words)
    return made.where(owned(touchpoint), any_of(c.customer_id, "ids"), ~c.is_void)


def _movements(source: TimelineSource) -> Select[Any]:
    c = loyalty_entry.c
    moved = case((c.points != 0, c.points), else_=c.pending_change)
    made = _event(source, c.customer_id, c.created_at, c.id, actor=c.actor, points=moved, subject_id=c.id, first=c.type)
    return made.where(owned(loyalty_entry), any_of(c.customer_id, "ids"))


def _tiers(source: TimelineSource) -> Select[Any]:
    c, tier = loyalty_tier_change.c, loyalty_tier.c
    had = _event(source, c.customer_id, c.at, c.id, subject_id=c.to_tier_id, first=tier.name)
    mine = (owned(loyalty_tier_change), owned(loyalty_tier), any_of(c.customer_id, "ids"))
    return had.join_from(loyalty_tier_change, loyalty_tier, tier.id == c.to_tier_id).where(*mine)


def _redemptions(at: Any, actor: Any = None) -> Callable[[TimelineSource], Select[Any]]:
    def redemptions(source: TimelineSource) -> Select[Any]:
        c, reward = loyalty_redemption.c, loyalty_reward.c
        had = _event(source, c.customer_id, at, c.id, actor=actor, subject_id=c.id, first=reward.name)
        mine = (owned(loyalty_redemption), owned(loyalty_reward), any_of(c.customer_id, "ids"), at.is_not(None))
        return had.join_from(loyalty_redemption, loyalty_reward, reward.id == c.reward_id).where(*mine)

    return redemptions


def _merges(own: Any, other: Any, at: Any) -> Callable[[TimelineSource], Select[Any]]:
    def merges(source: TimelineSource) -> Select[Any]:
        c = customer_merge.c
        made = _event(source, own, at, c.id, actor=c.actor if at is c.merged_at else None, subject_id=other)
        return made.where(owned(customer_merge), any_of(own, "ids"), at.is_not(None))

    return merges


# ---------------------------------------------------------------- what the audit tells


def _audited(source: TimelineSource) -> Select[Any]:
    c = audit_entry.c
    words = {"actor": c.actor, "first": c.changes}
    told = _event(source, c.customer_id, c.at, c.id, **words)
    return told.where(owned(audit_entry), any_of(c.customer_id, "ids"), c.action.in_(AUDITED[KINDS[source]]))


def _erased(source: TimelineSource) -> Select[Any]:
    """The last try to erase who is erased: those before it were in vain."""
    c = audit_entry.c
    tries = (owned(audit_entry), any_of(c.customer_id, "ids"), c.action.in_(AUDITED[TimelineKind.ERASED]))
    last = select(func.max(c.id)).where(*tries).group_by(c.customer_id)
    of_erased = and_(customer.c.id == c.customer_id, customer.c.is_erased)
    told = _event(source, c.customer_id, c.at, c.id, actor=c.actor)
    return told.join_from(audit_entry, customer, of_erased).where(owned(audit_entry), c.id.in_(last))


def _edits(source: TimelineSource) -> Select[Any]:
    """Edits, those of an actor that follow each other closely as one: its id and time are the first one's."""
    c = _edits_in_order().c
    pair = literal('["', Text) + func.coalesce(c.subject, "") + literal('",', Text) + c.changes + literal("]", Text)
    comma: Any = literal_column("','", Text)  # not a text: it would be put in when the statement is run
    changes = func.aggregate_strings(pair, comma)
    event = _event(source, c.customer_id, func.min(c.at), func.min(c.id), actor=c.actor, first=changes)
    return event.group_by(c.customer_id, c.actor, c.event)


def _edits_in_order() -> Any:
    """The edits of customers, each with the number of its event among those of its actor."""
    c = audit_entry.c
    own: dict[str, Any] = {"partition_by": (c.customer_id, c.actor), "order_by": c.id}
    last = func.lag(whole_seconds(c.at)).over(**own)
    is_of_creation = and_(c.action.in_(CREATING), c.at == customer.c.created_at)
    each = (
        select(c.customer_id, c.actor, c.id, c.at, c.subject, c.changes, last.label("last"))
        .join_from(audit_entry, customer, customer.c.id == c.customer_id)
        .where(owned(audit_entry), any_of(c.customer_id, "ids"), c.action.in_(AUDITED[TimelineKind.EDITED]))
        .where(~is_of_creation)
        .subquery("edit")
    )
    e = each.c
    begins = case((whole_seconds(e.at) - e.last <= SAME_EDIT_SECONDS, 0), else_=1)
    number = func.sum(begins).over(partition_by=(e.customer_id, e.actor), order_by=e.id)
    return select(e.customer_id, e.actor, e.id, e.at, e.subject, e.changes, number.label("event")).subquery("edits")


KEPT, MERGED = customer_merge.c.kept_id, customer_merge.c.merged_id
BRANCHES: Mapping[TimelineSource, Callable[[TimelineSource], Select[Any]]] = {
    TimelineSource.CREATED: _created,
    TimelineSource.CONSENT: _consents,
    TimelineSource.EDITED: _edits,
    TimelineSource.VERIFIED: _audited,
    TimelineSource.STATUS: _audited,
    TimelineSource.TOUCHPOINT: _contacts,
    TimelineSource.SALE: _sales,
    TimelineSource.PAYMENT: _payments,
    TimelineSource.SALE_PAYMENT: _payments_of_sales,
    TimelineSource.REFUND: _refunds,
    TimelineSource.MERGED_IN: _merges(KEPT, MERGED, customer_merge.c.merged_at),
    TimelineSource.MERGED_AWAY: _merges(MERGED, KEPT, customer_merge.c.merged_at),
    TimelineSource.PARTED_IN: _merges(KEPT, MERGED, customer_merge.c.undone_at),
    TimelineSource.PARTED_AWAY: _merges(MERGED, KEPT, customer_merge.c.undone_at),
    TimelineSource.POINTS: _movements,
    TimelineSource.TIER: _tiers,
    TimelineSource.REDEMPTION: _redemptions(loyalty_redemption.c.created_at),
    TimelineSource.REDEMPTION_USED: _redemptions(loyalty_redemption.c.used_at, loyalty_redemption.c.used_by),
    TimelineSource.ERASED: _erased,
}
