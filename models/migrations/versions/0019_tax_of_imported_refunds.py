"""What refunds took off what is due counts their tax, of imported ones too."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TAKEN = "SELECT sum(r.tax) FROM refund r WHERE r.sale_id = sale.id AND r.settled IS NULL"
ANY = "SELECT r.sale_id FROM refund r WHERE r.settled IS NULL AND r.tax > 0 AND r.sale_id IS NOT NULL"


def upgrade() -> None:
    op.execute(f"UPDATE sale SET refunded_beside = refunded_beside + ({TAKEN}) WHERE id IN ({ANY})")


def downgrade() -> None:
    op.execute(f"UPDATE sale SET refunded_beside = refunded_beside - ({TAKEN}) WHERE id IN ({ANY})")
