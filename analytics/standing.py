"""What stands of the consents of everyone, in one statement over the columnar copy: what segments will ask."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, SelectBase, and_, bindparam, case, false, func, literal, or_, select

from models.consents import consent_event
from models.customers import customer, listed
from models.naming import statement
from rules.consents import CONTACTS, ConsentStatus


@statement
def consents_standing() -> SelectBase:
    """The status of each channel for which a listed customer ever said anything; :confirmed where contacts are proven.

    The rule is `rules.consents.standing`: the greatest time, of equal ones the withdrawal; over what was given a bounce
    of the present contact, then that it is not verified.
    """
    c, e = customer.c, consent_event.c
    latest_first = (e.at.desc(), (e.status == ConsentStatus.WITHDRAWN).desc())
    place = func.row_number().over(partition_by=(e.customer_id, e.channel), order_by=latest_first).label("place")
    said = select(e.customer_id, e.channel, e.status, place).subquery("said")
    is_unproven = and_(bindparam("confirmed", type_=Boolean), _of_contact(said.c.channel, _is_unverified))
    status = case(
        (said.c.status == ConsentStatus.WITHDRAWN, literal(ConsentStatus.WITHDRAWN.value)),
        (_of_contact(said.c.channel, _has_bounced), literal(ConsentStatus.UNREACHABLE.value)),
        (is_unproven, literal(ConsentStatus.PENDING.value)),
        else_=literal(ConsentStatus.GIVEN.value),
    )
    rows = said.join(customer, c.id == said.c.customer_id)
    found = select(said.c.customer_id, said.c.channel, status.label("status")).select_from(rows)
    return found.where(said.c.place == 1, *listed()).order_by(said.c.customer_id, said.c.channel)


def _of_contact(channel: ColumnElement[Any], held: Callable[[str], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether that holds of the contact by which a channel goes."""
    return or_(false(), *(and_(channel == of, held(name)) for of, name in CONTACTS.items()))


def _is_unverified(name: str) -> ColumnElement[bool]:
    return ~customer.c[f"is_{name}_verified"]


def _has_bounced(name: str) -> ColumnElement[bool]:
    return customer.c[f"{name}_bounced_at"].is_not(None)
