"""Who was referred by a customer, and which records were merged into one."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = {"customer_by_referrer": "referrer_id", "customer_by_kept": "merged_into_id"}


def upgrade() -> None:
    for name, column in COLUMNS.items():
        is_there = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "customer", [column], sqlite_where=is_there, postgresql_where=is_there)


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_index(name, "customer")
