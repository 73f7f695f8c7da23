"""Endpoints that are told of events, and what is delivered to each."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.tenancy import guard

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("webhook_endpoint", "webhook_delivery")
OPEN = sa.text("status IN ('PENDING', 'RETRYING')")
DUE = sa.text("next_at IS NOT NULL")
STATUSES = ("PENDING", "DELIVERED", "RETRYING", "FAILED", "DISCARDED")


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("url", AutoString(length=2000), nullable=False),
        sa.Column("description", AutoString(length=500)),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("includes_personal", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", AutoString(length=500)),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("secret", AutoString(length=500), nullable=False),
        sa.Column("secret_hint", AutoString(length=24), nullable=False),
        sa.Column("previous_secret", AutoString(length=500)),
        sa.Column("previous_secret_until", UTCDateTime()),
        sa.Column("told_to", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", UTCDateTime()),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("endpoint_id", KEY, sa.ForeignKey("webhook_endpoint.id"), nullable=False),
        sa.Column("event_id", KEY, sa.ForeignKey("event.id", ondelete="CASCADE")),
        sa.Column("queue", KEY, nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id")),
        sa.Column("body", sa.Text()),
        sa.Column("until", UTCDateTime()),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="deliverystatus", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Text(), nullable=False),
        sa.Column("next_at", UTCDateTime()),
        sa.Column("lease", AutoString(length=36)),
    )
    op.create_index("webhook_endpoint_by_business", "webhook_endpoint", ["business_id", "id"])
    op.create_index("ix_webhook_delivery_customer_id", "webhook_delivery", ["customer_id"])
    op.create_index("webhook_delivery_by_endpoint", "webhook_delivery", ["endpoint_id", "id"])
    op.create_index("webhook_delivery_by_event", "webhook_delivery", ["event_id"])
    for name, columns, condition in (
        ("webhook_delivery_due", ["endpoint_id", "next_at"], DUE),
        ("webhook_delivery_open", ["endpoint_id", "queue", "id"], OPEN),
    ):
        op.create_index(name, "webhook_delivery", columns, sqlite_where=condition, postgresql_where=condition)
    if op.get_context().dialect.name == "postgresql":
        guard(op.get_bind(), TABLES)


def downgrade() -> None:
    for name in reversed(TABLES):  # their policies and grants go with them
        op.drop_table(name)
