"""Who does some work of a business is a row of its own, for jobs and whatever else one process does at a time."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.tenancy import guard

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "work_lease",
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), primary_key=True, nullable=False),
        sa.Column("kind", AutoString(length=24), primary_key=True, nullable=False),
        sa.Column("subject_id", KEY, primary_key=True, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", AutoString(length=200), nullable=False),
        sa.Column("beat_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":
        guard(op.get_bind(), ["work_lease"])
    op.drop_index("job_by_status", "job")
    for name in ("lease", "leased_until"):
        op.execute(f"ALTER TABLE job DROP COLUMN {name}")
    op.create_index("job_by_status", "job", ["status", "id"])


def downgrade() -> None:
    op.drop_index("job_by_status", "job")
    op.add_column("job", sa.Column("lease", AutoString(length=36)))
    op.add_column("job", sa.Column("leased_until", UTCDateTime()))
    op.create_index("job_by_status", "job", ["status", "leased_until"])
    op.drop_table("work_lease")
