"""Conditions of lists of customers that the store alone can tell: the copy does not hold what they ask."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, SelectBase, Text, bindparam, select

from models.customers import customer, may_contact
from models.database import TextList, any_of, scoped
from models.naming import statement
from models.preferences import preference
from rules.consents import ConsentChannel


def contactable(channel: ConsentChannel) -> str:
    """The name of the condition that a customer may be written to by a channel."""
    return f"contactable_{channel}"


def _prefers(*, value: bool) -> ColumnElement[bool]:
    c = preference.c
    mine = [
        scoped(preference),
        c.type == bindparam("preferred_type", type_=c.type.type),
        c.folded_key == bindparam("preferred_key", type_=Text),
    ]
    if value:
        mine.append(c.searched.like(bindparam("preferred_value", type_=Text), escape="\\"))
    return customer.c.id.in_(select(c.customer_id).where(*mine))


STORED: Mapping[str, Callable[[], ColumnElement[Any]]] = {
    "gender": lambda: any_of(customer.c.gender, "genders", TextList),
    **{contactable(channel): partial(may_contact, channel) for channel in ConsentChannel},
    "preferred": partial(_prefers, value=False),
    "preferred_value": partial(_prefers, value=True),
}


@statement
def genders_of_business() -> SelectBase:
    """Every gender that a customer of :business has, as it is written."""
    return select(customer.c.gender).where(scoped(customer), customer.c.gender.is_not(None)).distinct()
