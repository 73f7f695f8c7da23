"""Messages of endpoints are found by when they are over."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IS_MESSAGE = sa.text("until IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "webhook_message", "webhook_delivery", ["until"], sqlite_where=IS_MESSAGE, postgresql_where=IS_MESSAGE
    )


def downgrade() -> None:
    op.drop_index("webhook_message", "webhook_delivery")
