"""Referrals that were rewarded, and those that are never to be."""

import sqlalchemy as sa
from alembic import op

from models.tenancy import guard

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = "loyalty_referral"
OF_SALE = sa.text("sale_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        NAME,
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("referrer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("sale_id", KEY, sa.ForeignKey("sale.id")),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=False),
        sa.Column("referrer_points", sa.BigInteger(), nullable=False),
        sa.Column("referred_points", sa.BigInteger(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
    )
    op.create_index("loyalty_referral_by_customer", NAME, ["customer_id"])
    op.create_index("loyalty_referral_by_referrer", NAME, ["referrer_id", "year"])
    op.create_index("loyalty_referral_by_sale", NAME, ["sale_id"], sqlite_where=OF_SALE, postgresql_where=OF_SALE)
    if op.get_context().dialect.name == "postgresql":
        guard(op.get_bind(), (NAME,))


def downgrade() -> None:
    op.drop_table(NAME)
