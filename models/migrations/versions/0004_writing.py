"""What the writes need: settings of a business, keys that were used, events, and where an audited change came from."""

from secrets import token_hex
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.tenancy import guard
from rules.regions import initial_region

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("event", "used_key")
# A column is added with its check as text: SQLite takes a check with the column alone.
SETTINGS = {
    "version": "INTEGER NOT NULL DEFAULT 1",
    "segment_scheme": "VARCHAR(24) NOT NULL DEFAULT 'RETAIL' CONSTRAINT rfmscheme"
    " CHECK (segment_scheme IN ('POS', 'RETAIL', 'REPORT'))",
    "segment_days": "INTEGER",
    "self_registration": "BOOLEAN NOT NULL DEFAULT false",
    "confirmed_opt_in": "BOOLEAN NOT NULL DEFAULT false",
    "portal_sign_in": "VARCHAR(24) NOT NULL DEFAULT 'OFF' CONSTRAINT portalsignin"
    " CHECK (portal_sign_in IN ('OFF', 'OIDC', 'CODE'))",
    "code_regions": "VARCHAR(200) NOT NULL DEFAULT ''",
    "codes_per_day": "INTEGER NOT NULL DEFAULT 500",
    "codes_sent": "INTEGER NOT NULL DEFAULT 0",
    "codes_sent_day": "INTEGER",
    "erase_after_days": "INTEGER NOT NULL DEFAULT 7",
    "contacts_per_week": "INTEGER",
    "global_control_percent": "BIGINT NOT NULL DEFAULT 0",
    "keep_events_days": "INTEGER NOT NULL DEFAULT 30",
    "keep_audit_months": "INTEGER DEFAULT 24",
    "last_event": "BIGINT NOT NULL DEFAULT 0",
}
AUDIT = {
    "source": "VARCHAR(24) NOT NULL DEFAULT 'IMPORT' CONSTRAINT auditsource"
    " CHECK (source IN ('API', 'PORTAL', 'IMPORT', 'JOB', 'COMMAND'))",
    "request_id": "VARCHAR(64)",
}


def upgrade() -> None:
    _add("business", SETTINGS)
    _add("audit_entry", AUDIT)
    _add("installation", {"digest_key": "VARCHAR(64) NOT NULL DEFAULT ''"})
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE installation SET digest_key = :key"), {"key": token_hex(32)})
    _give_regions(connection)
    _list_changes(connection)
    _make_tables()
    if op.get_context().dialect.name == "postgresql":
        guard(connection, TABLES)


def _add(table: str, columns: dict[str, str]) -> None:
    for name, declared in columns.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {declared}")


def _give_regions(connection: sa.Connection) -> None:
    """Nothing set a region so far, so that national phone numbers were of no country."""
    found = connection.execute(sa.text("SELECT id, currency, timezone FROM business WHERE region IS NULL")).all()
    for row in found:
        values = {"id": row.id, "region": initial_region(row.currency, row.timezone)}
        connection.execute(sa.text("UPDATE business SET region = :region WHERE id = :id"), values)


def _list_changes(connection: sa.Connection) -> None:
    """Changes were an object, name by value."""
    for row in connection.execute(sa.text("SELECT id, changes FROM audit_entry")).all():
        listed = [[name, None, _as_text(value), False] for name, value in orjson.loads(row.changes).items()]
        values = {"id": row.id, "changes": orjson.dumps(listed).decode()}
        connection.execute(sa.text("UPDATE audit_entry SET changes = :changes WHERE id = :id"), values)
    connection.execute(sa.text("UPDATE audit_entry SET source = 'COMMAND' WHERE action <> 'import'"))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _make_tables() -> None:
    op.create_table(
        "event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("business_id", KEY, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("type", AutoString(length=80), nullable=False),
        sa.Column("occurred_at", UTCDateTime(), nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("business_id", "sequence", name="event_sequence"),
    )
    op.create_table(
        "used_key",
        sa.Column("id", KEY, nullable=False),
        sa.Column("business_id", KEY, nullable=False),
        sa.Column("kind", AutoString(length=24), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("input_digest", AutoString(length=64), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("business_id", "digest", name="used_key_digest"),
    )


def downgrade() -> None:
    for name in TABLES:  # their policies and grants go with them
        op.drop_table(name)
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, changes FROM audit_entry")).all():
        named = {name: after for name, _before, after, _personal in orjson.loads(row.changes)}
        values = {"id": row.id, "changes": orjson.dumps(named).decode()}
        connection.execute(sa.text("UPDATE audit_entry SET changes = :changes WHERE id = :id"), values)
    for table, columns in (("business", SETTINGS), ("audit_entry", AUDIT), ("installation", ("digest_key",))):
        for name in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
