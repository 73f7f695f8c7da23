"""The sales of a whole business, the newest first."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("sale_by_time", "sale", ["business_id", "occurred_at", "id"])


def downgrade() -> None:
    op.drop_index("sale_by_time", "sale")
