"""A payment says which redemption's code it was."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NAME = "payment_by_redemption"
IS_THERE = sa.text("redemption_id IS NOT NULL")


def upgrade() -> None:
    key = "BIGINT" if op.get_context().dialect.name == "postgresql" else "INTEGER"
    op.execute(f"ALTER TABLE payment ADD COLUMN redemption_id {key} REFERENCES loyalty_redemption (id)")
    op.create_index(NAME, "payment", ["redemption_id"], sqlite_where=IS_THERE, postgresql_where=IS_THERE)


def downgrade() -> None:
    op.drop_index(NAME, "payment")
    with op.batch_alter_table("payment") as payment:
        payment.drop_column("redemption_id")
