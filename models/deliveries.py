"""The statements of those who deliver: what has work, who takes it, and what comes next.

All of an endpoint's happen under the lock of its row, so that there is one order of them.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Insert,
    Integer,
    Select,
    SelectBase,
    Text,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from models.businesses import Business
from models.customers import customer, external_id
from models.database import TextList, any_of, owned, scoped, table
from models.events import event
from models.naming import statement
from models.types import GlobalId
from models.webhooks import DeliveryStatus, delivery, endpoint, is_open

business = table(Business)
OF_NOBODY = 0
FOR_CODES = '["contact.code"]'  # as `types` has it


def _bound(name: str, column: ColumnElement[Any]) -> Any:
    return bindparam(name, type_=column.type)


def _is_due() -> ColumnElement[bool]:
    return and_(delivery.c.next_at.is_not(None), delivery.c.next_at <= _bound("now", delivery.c.next_at))


# ---------------------------------------------------------------- taken


@statement
def endpoints_with_work() -> SelectBase:
    """The endpoints of every business that have something to be told, or to be tried, at :now."""
    is_behind = business.c.last_event > endpoint.c.told_to
    due = exists().where(delivery.c.endpoint_id == endpoint.c.id, _is_due())
    mine = (endpoint.c.is_active, ~endpoint.c.is_deleted, or_(is_behind, due))
    found = select(endpoint.c.id, endpoint.c.business_id)
    return found.join(business, business.c.id == endpoint.c.business_id).where(*mine).order_by(endpoint.c.id)


@statement
def endpoint_taken(waits: bool) -> Select[Any]:
    """The endpoint :id, locked; one that somebody else has is waited for, or passed over."""
    last = select(business.c.last_event).where(business.c.id == endpoint.c.business_id).scalar_subquery()
    mine = (scoped(endpoint), endpoint.c.id == bindparam("id"))
    taken = select(endpoint, last.label("last_event")).where(*mine)
    return taken.with_for_update(of=endpoint, skip_locked=not waits)


def deliveries_made(types: bool, timed: bool = False) -> Insert:
    """Make the deliveries of :endpoint for its events past :after to :upto, of the :types, `timed` :since to :before.

    The first of each queue is due :now where nothing of the queue is open.
    """
    conditions = [
        event.c.business_id == bindparam("business"),
        event.c.sequence > bindparam("after", type_=BigInteger),
        event.c.sequence <= bindparam("upto", type_=BigInteger),
    ]
    if types:
        conditions.append(any_of(event.c.type, "types", TextList))
    if timed:
        at = event.c.occurred_at
        conditions += [at >= _bound("since", at), at <= _bound("before", at)]
    queue = func.coalesce(event.c.customer_id, OF_NOBODY)
    place = func.row_number().over(partition_by=queue, order_by=event.c.sequence)
    shown = (event.c.business_id, event.c.id, event.c.sequence, queue.label("queue"), place.label("place"))
    # By a column of what is told PostgreSQL finds a queue in the index; by a function, past row security, it does not.
    told = select(*shown).where(*conditions).subquery("told")
    waits = exists().where(delivery.c.endpoint_id == bindparam("endpoint"), delivery.c.queue == told.c.queue, is_open())
    next_at = case((and_(told.c.place == 1, ~waits), _bound("now", delivery.c.next_at)))
    made = select(
        told.c.business_id,
        type_coerce(bindparam("endpoint", type_=BigInteger), BigInteger),
        told.c.id,
        told.c.queue,
        literal(DeliveryStatus.PENDING.value, Text),
        literal(0, Integer),
        literal("[]", Text),
        next_at,
    ).order_by(told.c.sequence)
    names = ["business_id", "endpoint_id", "event_id", "queue", "status", "tries", "attempts", "next_at"]
    return insert(delivery).from_select(names, made, include_defaults=False)


def endpoint_told() -> Update:
    """Let the endpoint :endpoint be told to the event :upto."""
    return update(endpoint).where(endpoint.c.id == bindparam("endpoint")).values(told_to=bindparam("upto"))


@statement
def deliveries_due() -> SelectBase:
    """Up to :most deliveries of :endpoint that are due :now, those that are due longest first."""
    c = delivery.c
    due = select(c.id).where(c.endpoint_id == bindparam("endpoint"), _is_due()).order_by(c.next_at, c.id)
    return due.limit(bindparam("most", type_=Integer))


def deliveries_leased() -> Update:
    """Take the deliveries :due, as :new_lease until :new_until."""
    c = delivery.c
    taken: dict[str, Any] = {"lease": bindparam("new_lease"), "next_at": _bound("new_until", c.next_at)}
    shown = (c.id, c.event_id, c.body, c.until, c.tries, c.attempts)
    return update(delivery).where(any_of(c.id, "due")).values(taken).returning(*shown)


@statement
def profiles_of() -> SelectBase:
    """What endpoints that include personal values are told of the customers :ids that are not erased."""
    c = customer.c
    shown = (c.id, c.number, c.first_name, c.last_name, c.email, c.phone)
    return select(*shown).where(owned(customer), any_of(c.id, "ids"), ~c.is_erased)


@statement
def external_ids_of_profiles() -> SelectBase:
    """The external ids of the customers :ids."""
    c = external_id.c
    mine = (owned(external_id), any_of(c.customer_id, "ids"))
    return select(c.customer_id, c.system, c.value).where(*mine).order_by(c.system, c.value)


# ---------------------------------------------------------------- settled


def delivery_settled() -> Update:
    """Let the delivery :delivery of who holds its :held lease be as it has come out."""
    c = delivery.c
    values: dict[str, Any] = {
        "status": _bound("new_status", c.status),
        "tries": bindparam("new_tries"),
        "attempts": bindparam("new_attempts"),
        "next_at": _bound("new_next_at", c.next_at),
        "lease": None,
    }
    return update(delivery).where(c.id == bindparam("delivery"), c.lease == bindparam("held")).values(values)


@statement
def code_endpoints() -> SelectBase:
    """The active endpoints of :business that are for codes alone."""
    mine = (scoped(endpoint), endpoint.c.is_active, ~endpoint.c.is_deleted, endpoint.c.types == FOR_CODES)
    return select(endpoint.c.id).where(*mine)


@statement
def messages_expired() -> SelectBase:
    """The businesses with messages that are over :now, delivered or not."""
    over = delivery.c.until <= _bound("now", delivery.c.until)
    return select(delivery.c.business_id).where(delivery.c.until.is_not(None), over).distinct()


def messages_removed(expired: bool) -> Delete:
    """Remove the messages of :business that are over :now, or all of :endpoint."""
    c = delivery.c
    which = c.until <= _bound("now", c.until) if expired else c.endpoint_id == bindparam("endpoint")
    return delete(delivery).where(c.business_id == bindparam("business"), c.until.is_not(None), which)


def message_over() -> Delete:
    """Remove the message :delivery of who holds its :held lease."""
    return delete(delivery).where(delivery.c.id == bindparam("delivery"), delivery.c.lease == bindparam("held"))


@statement
def next_of_queues() -> SelectBase:
    """The first open delivery of the queue of each of the deliveries :tried, if any."""
    tried, c = delivery.alias("tried"), delivery.c
    mine = (c.endpoint_id == tried.c.endpoint_id, c.queue == tried.c.queue, is_open())
    first = select(func.min(c.id)).where(*mine).correlate(tried).scalar_subquery()
    return select(first).where(any_of(tried.c.id, "tried")).distinct()


def deliveries_next() -> Update:
    """Let those of the deliveries :first that wait for others be due :now."""
    waits = (any_of(delivery.c.id, "first"), delivery.c.next_at.is_(None))
    return update(delivery).where(*waits).values(next_at=_bound("now", delivery.c.next_at))


def endpoint_failing() -> Update:
    """Let the endpoint :endpoint have failed since :since."""
    since = _bound("since", endpoint.c.failing_since)
    return update(endpoint).where(endpoint.c.id == bindparam("endpoint")).values(failing_since=since)


def deliveries_discarded() -> Update:
    """Give up what :endpoint of :business was not told."""
    mine = (delivery.c.business_id == bindparam("business"), delivery.c.endpoint_id == bindparam("endpoint"), is_open())
    return update(delivery).where(*mine).values(status=DeliveryStatus.DISCARDED, next_at=None, lease=None)


def undelivered_discarded() -> Update:
    """Give up what nobody was told, of every endpoint."""
    return update(delivery).where(is_open()).values(status=DeliveryStatus.DISCARDED, next_at=None, lease=None)


def messages_dropped() -> Delete:
    """Remove every message."""
    return delete(delivery).where(delivery.c.until.is_not(None))


def endpoints_up_to_date() -> Update:
    """Let every endpoint have been told of all that has happened so far."""
    last = select(business.c.last_event).where(business.c.id == endpoint.c.business_id).scalar_subquery()
    return update(endpoint).values(told_to=last)


# ---------------------------------------------------------------- shown


@statement
def lateness_of_endpoints() -> SelectBase:
    """Of every active endpoint since when it fails, and when its first delivery is due."""
    mine = (delivery.c.endpoint_id == endpoint.c.id, delivery.c.next_at.is_not(None))
    first = select(func.min(delivery.c.next_at)).where(*mine).scalar_subquery()
    shown = (endpoint.c.business_id, endpoint.c.failing_since, first.label("due_at"))
    return select(*shown).where(endpoint.c.is_active, ~endpoint.c.is_deleted)


def _shown() -> list[ColumnElement[Any]]:
    c = delivery.c
    next_at = case((c.lease.is_(None), c.next_at)).label("next_attempt_at")
    return [
        *(c.id, c.event_id, c.endpoint_id, c.status, c.attempts, next_at),
        type_coerce(c.id, GlobalId("WebhookDelivery")).label("global_id"),
    ]


@statement
def deliveries_with_id() -> SelectBase:
    """The deliveries :ids of events."""
    return select(*_shown()).where(owned(delivery), any_of(delivery.c.id, "ids"), delivery.c.event_id.is_not(None))


@statement
def delivery_row() -> Select[Any]:
    """The delivery :id of an event as it is stored."""
    mine = (scoped(delivery), delivery.c.id == bindparam("id"), delivery.c.event_id.is_not(None))
    return select(delivery).where(*mine)


def _of_endpoint(status: bool) -> list[ColumnElement[bool]]:
    c = delivery.c
    conditions = [owned(delivery), c.endpoint_id == bindparam("endpoint"), c.event_id.is_not(None)]
    return [*conditions, c.status == _bound("status", c.status)] if status else conditions


@statement
def delivery_page(status: bool, position: bool) -> SelectBase:
    """Up to :size deliveries of :endpoint, newest first, of the :status or all, before :id."""
    past = [delivery.c.id < bindparam("id", type_=BigInteger)] if position else []
    found = select(*_shown()).where(*_of_endpoint(status), *past).order_by(delivery.c.id.desc())
    return found.limit(bindparam("size", type_=Integer))


@statement
def delivery_count(status: bool) -> SelectBase:
    """How many deliveries of :endpoint there are, of the :status or all."""
    return select(func.count().label("rows")).select_from(delivery).where(*_of_endpoint(status))
