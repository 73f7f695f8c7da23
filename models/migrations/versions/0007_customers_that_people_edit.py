"""Customers that people edit: versions and contacts, consents as events, preferences, merges, erasures, codes, jobs."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.tenancy import guard

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "consent_event",
    "preference",
    "customer_merge",
    "merged_row",
    "erasure_request",
    "erased_customer",
    "withdrawn_contact",
    "pending_registration",
    "ticket",
    "code_attempt",
    "duplicate_candidate",
    "dismissed_duplicate",
    "job",
    "job_step",
    "job_batch",
    "job_file",
)
ONE = {"server_default": sa.text("1"), "nullable": False}
ZERO = {"server_default": sa.text("0"), "nullable": False}
COLUMNS: dict[str, dict[str, tuple[Any, dict[str, Any]]]] = {
    "business": {
        "program_revision": (sa.BigInteger(), ZERO),
        "contacts_revision": (sa.BigInteger(), ZERO),
        "erased_revision": (sa.BigInteger(), ZERO),
    },
    "customer": {
        "version": (sa.Integer(), ONE),
        "email_as_typed": (AutoString(length=320), {}),
        "email_since": (UTCDateTime(), {}),
        "phone_since": (UTCDateTime(), {}),
        "email_verified_at": (UTCDateTime(), {}),
        "phone_verified_at": (UTCDateTime(), {}),
        "email_bounced_at": (UTCDateTime(), {}),
        "phone_bounced_at": (UTCDateTime(), {}),
        "access_version": (sa.Integer(), ONE),
    },
}
INDICES = {
    "code_attempt_by_address": ("code_attempt", ["business_id", "address_digest", "at"]),
    "code_attempt_by_contact": ("code_attempt", ["business_id", "contact_digest", "at"]),
    "consent_event_by_customer": ("consent_event", ["customer_id", "channel", "at"]),
    "consent_event_by_revision": ("consent_event", ["business_id", "revision"]),
    "customer_merge_by_kept": ("customer_merge", ["kept_id", "id"]),
    "customer_merge_by_merged": ("customer_merge", ["merged_id", "id"]),
    "dismissed_duplicate_by_second": ("dismissed_duplicate", ["second_id"]),
    "duplicate_candidate_by_score": ("duplicate_candidate", ["business_id", "score", "first_id", "second_id"]),
    "duplicate_candidate_by_second": ("duplicate_candidate", ["second_id"]),
    "erasure_request_by_customer": ("erasure_request", ["customer_id", "id"]),
    "erasure_request_by_status": ("erasure_request", ["business_id", "status", "erase_on"]),
    "ix_job_customer_id": ("job", ["customer_id"]),
    "job_by_status": ("job", ["status", "leased_until"]),
    "job_by_time": ("job", ["business_id", "id"]),
    "ix_pending_registration_customer_id": ("pending_registration", ["customer_id"]),
    "pending_registration_by_time": ("pending_registration", ["business_id", "registered_at"]),
    "preference_by_key": ("preference", ["business_id", "type", "folded_key"]),
    "merged_row_by_merge": ("merged_row", ["merge_id", "kind", "row_id"]),
    "ix_ticket_customer_id": ("ticket", ["customer_id"]),
    "ix_ticket_registration_id": ("ticket", ["registration_id"]),
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, (kind, options) in columns.items():
            op.add_column(table, sa.Column(name, kind, **options))
    _make_tables_of_people()
    _make_tables_of_merges_and_erasures()
    _make_tables_of_codes()
    _make_tables_of_duplicates()
    _make_tables_of_jobs()
    for name, (table, columns) in INDICES.items():
        op.create_index(name, table, columns)
    for channel in ("email", "sms", "push"):
        _give_event(channel)
    if op.get_context().dialect.name == "postgresql":
        guard(op.get_bind(), TABLES)


def downgrade() -> None:
    for name in reversed(TABLES):  # their policies and grants go with them
        op.drop_table(name)
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)


def _give_event(channel: str) -> None:
    """Of a consent that is kept as a flag: given when the record was made. That it is not is nobody's word."""
    op.execute(
        "INSERT INTO consent_event (business_id, customer_id, channel, status, at, recorded_at, source, actor,"
        f" revision) SELECT business_id, id, '{channel.upper()}', 'GIVEN', created_at, created_at, 'IMPORT', 'import',"
        f" revision FROM customer WHERE consent_{channel} ORDER BY id"
    )


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _table(name: str, *parts: Any, has_id: bool = True) -> None:
    key = [sa.Column("id", KEY, primary_key=True, nullable=False)] if has_id else []
    owner = sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False)
    op.create_table(name, *key, owner, *parts)


def _make_tables_of_people() -> None:
    _table(
        "consent_event",
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("channel", _word("consentchannel", "EMAIL", "SMS", "PUSH"), nullable=False),
        sa.Column(
            "status",
            _word("consentstatus", "NEVER_ASKED", "PENDING", "GIVEN", "WITHDRAWN", "UNREACHABLE"),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column(
            "source",
            _word(
                "consentsource",
                "REGISTRATION",
                "PORTAL",
                "STAFF",
                "IMPORT",
                "UNSUBSCRIBE",
                "BOUNCE",
                "COMPLAINT",
                "API",
            ),
            nullable=False,
        ),
        sa.Column("wording", sa.Text()),
        sa.Column("actor", AutoString(length=200), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
    )
    _table(
        "preference",
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column(
            "type",
            _word("preferencetype", "COMMUNICATION", "SHOPPING", "PAYMENT", "DELIVERY", "MARKETING"),
            nullable=False,
        ),
        sa.Column("key", AutoString(length=80), nullable=False),
        sa.Column("folded_key", AutoString(length=240), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("customer_id", "type", "folded_key", name="preference_key"),
    )


def _make_tables_of_merges_and_erasures() -> None:
    _table(
        "customer_merge",
        sa.Column("kept_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("merged_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("merged_at", UTCDateTime(), nullable=False),
        sa.Column("actor", AutoString(length=200), nullable=False),
        sa.Column("undone_at", UTCDateTime()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kept_id <> merged_id", name="customer_merge_of_two"),
    )
    _table(
        "merged_row",
        sa.Column("merge_id", KEY, sa.ForeignKey("customer_merge.id"), nullable=False),
        sa.Column("kind", AutoString(length=40), nullable=False),
        sa.Column("row_id", KEY),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
    )
    _table(
        "erasure_request",
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("requested_by", AutoString(length=200), nullable=False),
        sa.Column("erase_on", sa.Integer(), nullable=False),
        sa.Column("status", _word("erasurestatus", "PENDING", "CANCELLED", "DONE"), nullable=False),
        sa.Column(
            "blocked_by",
            _word(
                "notallowedreason",
                "ERASED",
                "MERGED",
                "NOT_YOURS",
                "NEEDS_MANAGER",
                "TOO_LATE",
                "OVER_LIMIT",
                "SUSPENDED",
                "PROGRAM_OFF",
                "INACTIVE",
                "SWITCHED_OFF",
                "WRONG_STATE",
                "HAS_FACTS",
                "LATER_MERGE",
                "POINTS_SPENT",
                "OPEN_BALANCE",
                "PENDING_SALE",
                "IN_USE",
                "BASE_TIER",
                "MANUAL_MEMBERS",
                "CYCLE",
            ),
        ),
        sa.Column("reason", AutoString(length=500)),
        sa.Column("revision", sa.BigInteger(), nullable=False),
    )
    _table(
        "erased_customer",
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.UniqueConstraint("business_id", "customer_id", name="erased_customer_once"),
    )
    _table(
        "withdrawn_contact",
        sa.Column("channel", _word("consentchannel", "EMAIL", "SMS", "PUSH"), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("business_id", "channel", "digest", name="withdrawn_contact_once"),
    )


def _make_tables_of_codes() -> None:
    _table(
        "pending_registration",
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id")),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("email", AutoString(length=320)),
        sa.Column("phone", AutoString(length=20)),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
    )
    _table(
        "ticket",
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id")),
        sa.Column("registration_id", KEY, sa.ForeignKey("pending_registration.id")),
        sa.Column("purpose", _word("codepurpose", "REGISTRATION", "CONTACT", "SIGN_IN"), nullable=False),
        sa.Column("contact_kind", _word("contactkind", "EMAIL", "PHONE"), nullable=False),
        sa.Column("contact", AutoString(length=320), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("code_digest", AutoString(length=64), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime()),
        sa.UniqueConstraint("business_id", "digest", name="ticket_digest"),
    )
    _table(
        "code_attempt",
        sa.Column("contact_digest", AutoString(length=64), nullable=False),
        sa.Column("address_digest", AutoString(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
    )


def _make_tables_of_duplicates() -> None:
    _table(
        "duplicate_candidate",
        sa.Column("first_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("second_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("evidence", AutoString(length=120), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name="duplicate_candidate_pair"),
        sa.PrimaryKeyConstraint("first_id", "second_id"),
        has_id=False,
    )
    _table(
        "dismissed_duplicate",
        sa.Column("first_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("second_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("actor", AutoString(length=200), nullable=False),
        sa.Column("dismissed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name="dismissed_duplicate_pair"),
        sa.PrimaryKeyConstraint("first_id", "second_id"),
        has_id=False,
    )


def _make_tables_of_jobs() -> None:
    _table(
        "job",
        sa.Column(
            "kind",
            _word("jobkind", "MAINTENANCE", "BULK", "CAMPAIGN", "SEGMENTS", "REPLAY", "PERSON_EXPORT", "DUPLICATES"),
            nullable=False,
        ),
        sa.Column("status", _word("jobstatus", "QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"), nullable=False),
        sa.Column("business_day", sa.Integer()),
        sa.Column("started_by", AutoString(length=200), nullable=False),
        sa.Column("role", AutoString(length=24), nullable=False),
        sa.Column("request_id", AutoString(length=64)),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id")),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("started_at", UTCDateTime()),
        sa.Column("finished_at", UTCDateTime()),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("error", AutoString(length=500)),
        sa.Column("lease", AutoString(length=36)),
        sa.Column("leased_until", UTCDateTime()),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
    )
    _table(
        "job_step",
        sa.Column("job_id", KEY, sa.ForeignKey("job.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(length=80), nullable=False),
        sa.Column("status", _word("jobstatus", "QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime()),
        sa.Column("finished_at", UTCDateTime()),
        sa.Column("error", AutoString(length=500)),
        sa.UniqueConstraint("job_id", "position", name="job_step_position"),
    )
    _table(
        "job_batch",
        sa.Column("job_id", KEY, sa.ForeignKey("job.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("job_id", "position", name="job_batch_position"),
    )
    _table(
        "job_file",
        sa.Column("job_id", KEY, sa.ForeignKey("job.id"), nullable=False),
        sa.Column("name", AutoString(length=200), nullable=False),
        sa.Column("media_type", AutoString(length=80), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
        has_id=False,
    )
