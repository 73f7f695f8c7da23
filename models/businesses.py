"""The business that owns all other rows, with its settings, and the identity of the database itself."""

from datetime import datetime
from enum import StrEnum
from secrets import token_hex
from uuid import uuid4

from sqlalchemy import BigInteger, CheckConstraint, text
from sqlmodel import Field

from models.types import Day, Millionths, Stored, added, primary_key, word
from rules.segmentation import RFMScheme


class Weekday(StrEnum):
    """A day of the week; the first is Monday."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class PortalSignIn(StrEnum):
    """How customers sign in to the portal."""

    OFF = "OFF"
    OIDC = "OIDC"
    CODE = "CODE"


class Installation(Stored, table=True):
    """One row: the epoch of this database, renewed by a restore, so that no cache key outlives its data.

    `digest_key` is what the digests of idempotency keys and public ids are made with; a restored store keeps it.
    """

    __table_args__ = (CheckConstraint("id = 1", name="installation_single"),)

    id: int = Field(default=1, primary_key=True)
    epoch: str = Field(default_factory=lambda: str(uuid4()), max_length=36)
    digest_key: str = Field(
        default_factory=lambda: token_hex(32), max_length=64, sa_column_kwargs={"server_default": text("''")}
    )


class Business(Stored, table=True):
    """A shop: whose currency and time zone its facts are written in, its settings, and the counter of its changes.

    `version` counts the changes of its settings, `last_event` its events; `code_regions` are between blanks. Beside
    `revision` stands the last one that changed facts, the loyalty program, contacts with customers, and that erased.
    `nightly_day` is the last day whose nightly pass was begun.
    """

    __table_args__ = (
        CheckConstraint("facts_revision <= revision", name="business_facts_revision"),
        CheckConstraint("currency_exponent BETWEEN 0 AND 4", name="business_exponent"),
    )

    id: int | None = primary_key()
    name: str = Field(max_length=200, unique=True)
    currency: str = Field(max_length=3)
    currency_exponent: int
    timezone: str = Field(max_length=64)
    region: str | None = Field(default=None, max_length=2)
    week_start: Weekday = Field(default=Weekday.MONDAY, sa_type=word(Weekday))
    version: int = added(1, "1")
    segment_scheme: RFMScheme = added(RFMScheme.RETAIL, "'RETAIL'", word(RFMScheme))
    segment_days: int | None = None
    self_registration: bool = added(False, "false")
    confirmed_opt_in: bool = added(False, "false")
    portal_sign_in: PortalSignIn = added(PortalSignIn.OFF, "'OFF'", word(PortalSignIn))
    code_regions: str = added("", "''", max_length=200)
    codes_per_day: int = added(500, "500")
    codes_sent: int = added(0, "0")
    codes_sent_day: int | None = Field(default=None, sa_type=Day)
    erase_after_days: int = added(7, "7")
    contacts_per_week: int | None = None
    global_control_percent: int = added(0, "0", Millionths)
    keep_events_days: int = added(30, "30")
    keep_audit_months: int | None = added(24, "24")
    last_event: int = added(0, "0", BigInteger)
    nightly_day: int | None = Field(default=None, sa_type=Day)
    revision: int = Field(default=0, sa_type=BigInteger)
    facts_revision: int = Field(default=0, sa_type=BigInteger)
    program_revision: int = added(0, "0", BigInteger)
    contacts_revision: int = added(0, "0", BigInteger)
    erased_revision: int = added(0, "0", BigInteger)
    created_at: datetime
    updated_at: datetime
