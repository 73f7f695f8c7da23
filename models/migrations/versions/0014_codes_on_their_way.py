"""Codes on their way to customers: a ticket keeps its code until it has left."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("unsent", AutoString(length=16)))
    op.add_column("ticket", sa.Column("send_at", UTCDateTime()))
    op.add_column("ticket", sa.Column("sends", sa.Integer(), server_default=sa.text("0"), nullable=False))
    is_there = sa.text("send_at IS NOT NULL")
    op.create_index("ticket_to_send", "ticket", ["send_at"], sqlite_where=is_there, postgresql_where=is_there)


def downgrade() -> None:
    op.drop_index("ticket_to_send", "ticket")
    for name in ("sends", "send_at", "unsent"):
        op.drop_column("ticket", name)
