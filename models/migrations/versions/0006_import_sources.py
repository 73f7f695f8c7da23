"""Which system a sale or a refund was imported from, the sale that a refund names, and a refund's tax."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = {
    "sale": {"source": "VARCHAR(80)"},
    "refund": {"source": "VARCHAR(80)", "sale_number": "VARCHAR(80)", "tax": "BIGINT NOT NULL DEFAULT 0"},
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    op.create_index("refund_by_named_sale", "refund", ["business_id", "sale_number"])


def downgrade() -> None:
    op.drop_index("refund_by_named_sale", "refund")
    for table, columns in COLUMNS.items():
        for name in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
