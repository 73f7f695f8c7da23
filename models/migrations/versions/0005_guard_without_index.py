"""The guard of a business's rows serves no index: which one a statement uses is the statement's own choice."""

from alembic import op

from models.tenancy import OF_BUSINESS, guarded

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SETTING = "nullif(current_setting('app.business', true), '')::bigint"


def upgrade() -> None:
    _guard_by(f"business_id + 0 = (SELECT {SETTING})")


def downgrade() -> None:
    _guard_by(f"business_id = {SETTING}")


def _guard_by(rows: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        for name in guarded(op.get_bind()):
            if name != "business":
                op.execute(f"ALTER POLICY {OF_BUSINESS} ON {name} USING ({rows})")
