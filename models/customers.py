"""Customers and what is kept about each: profile, consents, tags, identities in other systems."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    Select,
    SelectBase,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    type_coerce,
    update,
)
from sqlmodel import Field

from models.businesses import Business
from models.database import TextList, any_of, owned, scoped, table
from models.naming import statement
from models.types import (
    ERASABLE,
    PERSONAL,
    Day,
    GlobalId,
    Key,
    Money,
    Stored,
    added,
    index_where,
    is_personal,
    ordered_text,
    primary_key,
    reference,
    where_there_is,
    word,
)
from rules.consents import CONTACTS, ConsentChannel
from rules.identities import SUBJECT


class CustomerType(StrEnum):
    """Who buys: people for themselves, or businesses that sell on."""

    RETAIL = "RETAIL"
    WHOLESALE = "WHOLESALE"


class Customer(Stored, table=True):
    """A customer of one business."""

    __table_args__ = (
        UniqueConstraint("business_id", "number", name="customer_number"),
        index_where("NOT is_erased AND email IS NOT NULL", "customer_email", "business_id", "email", unique=True),
        index_where("NOT is_erased AND phone IS NOT NULL", "customer_phone", "business_id", "phone", unique=True),
        Index("customer_by_revision", "business_id", "revision"),
        Index("customer_by_name", "business_id", "sort_name", "id"),
        Index("customer_by_joined", "business_id", "joined_day", "id"),
        where_there_is("customer_by_referrer", "referrer_id"),
        where_there_is("customer_by_kept", "merged_into_id"),
        CheckConstraint("credit_limit >= 0", name="customer_credit_limit"),
        CheckConstraint(
            "merged_into_id IS NULL OR merged_into_id <> id",
            name="customer_merged_elsewhere",
        ),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    number: str = Field(sa_type=ordered_text(64), sa_column_kwargs=ERASABLE)
    type: CustomerType = Field(default=CustomerType.RETAIL, sa_type=word(CustomerType))
    first_name: str | None = Field(default=None, max_length=200, sa_column_kwargs=ERASABLE)
    last_name: str | None = Field(default=None, max_length=200, sa_column_kwargs=ERASABLE)
    sort_name: str = Field(
        sa_type=ordered_text(402), sa_column_kwargs=ERASABLE
    )  # case-folded name, else number: the order NAME
    email: str | None = Field(default=None, max_length=320, sa_column_kwargs=PERSONAL)  # case-folded
    phone: str | None = Field(default=None, max_length=20, sa_column_kwargs=PERSONAL)  # E.164
    birth_date: date | None = Field(default=None, sa_column_kwargs=PERSONAL)
    gender: str | None = Field(default=None, max_length=40, sa_column_kwargs=ERASABLE)
    line1: str | None = Field(default=None, max_length=200, sa_column_kwargs=PERSONAL)
    line2: str | None = Field(default=None, max_length=200, sa_column_kwargs=PERSONAL)
    city: str | None = Field(default=None, max_length=120, sa_column_kwargs=PERSONAL)
    state: str | None = Field(default=None, max_length=120, sa_column_kwargs=PERSONAL)
    postal_code: str | None = Field(default=None, max_length=32, sa_column_kwargs=PERSONAL)
    country: str | None = Field(default=None, max_length=120, sa_column_kwargs=PERSONAL)
    is_active: bool = True
    is_email_verified: bool = False
    is_phone_verified: bool = False
    created_at: datetime
    joined_given: bool = False
    joined_day: int = Field(sa_type=Day)  # the given day, else the first purchase, else the creation
    credit_limit: int = Field(default=0, sa_type=Money)
    opening_balance: int = Field(default=0, sa_type=Money)
    consent_email: bool = False  # what the last event of the channel says
    consent_sms: bool = False
    consent_push: bool = False
    notes: str | None = Field(default=None, sa_column_kwargs=PERSONAL)
    acquisition_source: str | None = Field(default=None, max_length=120, sa_column_kwargs=ERASABLE)
    acquisition_campaign: str | None = Field(default=None, max_length=120, sa_column_kwargs=ERASABLE)
    referrer_id: int | None = reference("customer.id", nullable=True)
    merged_into_id: int | None = reference("customer.id", nullable=True)
    is_erased: bool = False
    search_name: str = Field(default="", sa_column_kwargs=ERASABLE)  # normalised words of number and name
    search_contact: str = Field(
        default="", sa_column_kwargs=ERASABLE
    )  # normalised words of e-mail and phone: personal data
    version: int = added(1, "1")
    email_as_typed: str | None = Field(default=None, max_length=320, sa_column_kwargs=PERSONAL)  # where it differs
    # Since when it is the customer's, null as long as the record is; when it was verified, and when it bounced.
    email_since: datetime | None = None
    phone_since: datetime | None = None
    email_verified_at: datetime | None = None
    phone_verified_at: datetime | None = None
    email_bounced_at: datetime | None = None
    phone_bounced_at: datetime | None = None
    access_version: int = added(1, "1")  # moved by what ends the tokens that were given to the customer
    revision: int = Field(sa_type=BigInteger)


class CustomerTag(Stored, table=True):
    """A word that staff put on a customer."""

    __table_args__ = (Index("customer_tag_by_tag", "business_id", "tag", "customer_id"),)

    customer_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    tag: str = Field(primary_key=True, max_length=80, sa_column_kwargs=ERASABLE)
    business_id: int = reference("business.id")


class ExternalId(Stored, table=True):
    """The same customer's identifier in another system."""

    __table_args__ = (
        UniqueConstraint("business_id", "system", "value", name="external_id_value"),
        Index("external_id_by_customer", "customer_id"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    system: str = Field(max_length=80)
    value: str = Field(max_length=200, sa_column_kwargs=ERASABLE)


# ---------------------------------------------------------------- statements

business = table(Business)
customer, customer_tag, external_id = table(Customer), table(CustomerTag), table(ExternalId)

ERASED_NAME = "Erased customer"


def is_verified() -> ColumnElement[bool]:
    """Whether at least one contact of a customer is verified."""
    return or_(customer.c.is_email_verified, customer.c.is_phone_verified)


def may_contact(channel: ConsentChannel) -> ColumnElement[bool]:
    """Whether a customer may be written to by a channel: it agreed, is reachable, active and not erased."""
    c, given = customer.c, customer.c[f"consent_{channel.lower()}"]
    name = CONTACTS.get(channel)
    if name is None:
        return and_(given, c.is_active, ~c.is_erased)
    mine = business.c.id == bindparam("business")
    needs_proof = select(business.c.confirmed_opt_in).where(mine).scalar_subquery()
    reachable = (c[name].is_not(None), c[f"{name}_bounced_at"].is_(None), or_(c[f"is_{name}_verified"], ~needs_proof))
    return and_(given, c.is_active, ~c.is_erased, *reachable)


def _consents() -> dict[str, ColumnElement[Any]]:
    named = {f"consent_{channel.lower()}": may_contact(channel) for channel in ConsentChannel}
    return {name: type_coerce(may, customer.c[name].type).label(name) for name, may in named.items()}


def _display_name() -> ColumnElement[Any]:
    first, last = func.coalesce(customer.c.first_name, ""), func.coalesce(customer.c.last_name, "")
    name = func.nullif(func.trim(first + " " + last), "")
    return case((customer.c.is_erased, ERASED_NAME), else_=func.coalesce(name, customer.c.number))


def _profile(personal: bool) -> list[ColumnElement[Any]]:
    hidden = {"search_name", "search_contact", "sort_name", "business_id", "revision", "email_as_typed"}
    shown = {"email": func.coalesce(customer.c.email_as_typed, customer.c.email).label("email"), **_consents()}
    columns: list[ColumnElement[Any]] = [
        type_coerce(null(), c.type).label(c.name) if is_personal(c) and not personal else shown.get(c.name, c)
        for c in customer.c
        if c.name not in hidden
    ]
    verified = type_coerce(is_verified(), customer.c.is_active.type)
    named = type_coerce(_display_name(), customer.c.first_name.type)
    return [
        *columns,
        type_coerce(customer.c.id, GlobalId("Customer")).label("global_id"),
        named.label("name"),
        verified.label("is_verified"),
    ]


@statement
def customers_with_id(personal: bool) -> SelectBase:
    """The profiles of the customers :ids; without `personal` the personal columns are null."""
    return select(*_profile(personal)).where(owned(customer), any_of(customer.c.id, "ids"))


@statement
def columns_of(names: tuple[str, ...]) -> SelectBase:
    """The id and some columns of the profiles of the customers :ids."""
    by_name = {column.name: column for column in _profile(personal=True)}
    columns = (by_name[name] for name in names)
    return select(customer.c.id, *columns).where(owned(customer), any_of(customer.c.id, "ids"))


@statement
def names_of() -> SelectBase:
    """The number and the display name of the customers :ids."""
    named = type_coerce(_display_name(), customer.c.first_name.type).label("name")
    return select(customer.c.id, customer.c.number, named).where(owned(customer), any_of(customer.c.id, "ids"))


@statement
def customer_id_by(column: str) -> SelectBase:
    """The customer that is not erased with this :value of number, email or phone: `id`, and what it was merged into."""
    return select(customer.c.id, customer.c.merged_into_id).where(
        scoped(customer), customer.c[column] == bindparam("value"), ~customer.c.is_erased
    )


@statement
def customer_id_by_external() -> SelectBase:
    """The same of the customer with this :value in the other :system."""
    mine = (scoped(external_id), external_id.c.system == bindparam("system"), external_id.c.value == bindparam("value"))
    source = external_id.join(customer, customer.c.id == external_id.c.customer_id)
    return select(customer.c.id, customer.c.merged_into_id).select_from(source).where(*mine)


@statement
def customer_rows() -> Select[Any]:
    """The customers :ids as they are stored."""
    return select(customer).where(owned(customer), any_of(customer.c.id, "ids"))


@cache
def joining_moved() -> Update:
    """Let the customer :joined_id have joined on :day."""
    mine = (owned(customer), customer.c.id == bindparam("joined_id", type_=BigInteger))
    values = {"joined_day": bindparam("day", type_=Day), "revision": bindparam("new_revision", type_=BigInteger)}
    return update(customer).where(*mine).values(values)


@statement
def external_id_rows() -> Select[Any]:
    """The identifiers of the customers :ids in other systems, as they are stored."""
    return select(external_id).where(owned(external_id), any_of(external_id.c.customer_id, "ids"))


@statement
def numbers_taken() -> SelectBase:
    """Which of the :numbers a customer of :business has."""
    return select(customer.c.number).where(scoped(customer), any_of(customer.c.number, "numbers", TextList))


@statement
def tags_of() -> SelectBase:
    """The tags of the customers :ids, by tag."""
    return (
        select(customer_tag.c.customer_id, customer_tag.c.tag)
        .where(owned(customer_tag), any_of(customer_tag.c.customer_id, "ids"))
        .order_by(customer_tag.c.customer_id, customer_tag.c.tag)
    )


@statement
def external_ids_of() -> SelectBase:
    """The identifiers of the customers :ids in other systems, by system."""
    return (
        select(external_id.c.customer_id, external_id.c.system, external_id.c.value)
        .where(owned(external_id), any_of(external_id.c.customer_id, "ids"), external_id.c.system != SUBJECT)
        .order_by(external_id.c.customer_id, external_id.c.system, external_id.c.value)
    )


@statement
def subjects_of() -> SelectBase:
    """Who of the customers :ids is linked with a subject of the identity provider."""
    mine = (owned(external_id), any_of(external_id.c.customer_id, "ids"), external_id.c.system == SUBJECT)
    return select(external_id.c.customer_id).where(*mine)


def listed() -> Sequence[ColumnElement[bool]]:
    """Who may be listed and found: neither erased nor merged into another."""
    return (~customer.c.is_erased, customer.c.merged_into_id.is_(None))
