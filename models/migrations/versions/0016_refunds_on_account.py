"""A payment says which refund paid it out to a customer's account."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NAME = "payment_by_refund"
IS_THERE = sa.text("refund_id IS NOT NULL")


def upgrade() -> None:
    key = "BIGINT" if op.get_context().dialect.name == "postgresql" else "INTEGER"
    op.execute(f"ALTER TABLE payment ADD COLUMN refund_id {key} REFERENCES refund (id)")
    op.create_index(NAME, "payment", ["refund_id"], sqlite_where=IS_THERE, postgresql_where=IS_THERE)


def downgrade() -> None:
    op.drop_index(NAME, "payment")
    with op.batch_alter_table("payment") as payment:
        payment.drop_column("refund_id")
