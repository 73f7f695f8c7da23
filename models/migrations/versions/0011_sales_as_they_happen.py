"""Sales as they happen: what is said of a sale, its lines, payments and refunds, and the numbers that are made."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.tenancy import guard

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("sale_numbering", "refund_item")
METHODS = ("CASH", "CARD", "MOBILE_MONEY", "BANK_TRANSFER", "CREDIT", "VOUCHER", "OTHER")
LISTED = ", ".join(f"'{method}'" for method in (*METHODS, "POINTS"))
# A column is added with its check as text: SQLite takes a check with the column alone.
COLUMNS = {
    "sale": {
        "refunded_beside": "BIGINT NOT NULL DEFAULT 0",
        "points_earned": "BIGINT NOT NULL DEFAULT 0",
        "points_redeemed": "BIGINT NOT NULL DEFAULT 0",
        "campaign": "VARCHAR(120)",
        "note": "VARCHAR(2000)",
        "voided_reason": "VARCHAR(300)",
    },
    "sale_item": {
        "brand": "VARCHAR(120)",
        "discount": "BIGINT NOT NULL DEFAULT 0 CONSTRAINT sale_item_discount CHECK (discount >= 0)",
        "earns_points": "BOOLEAN NOT NULL DEFAULT true",
        "refunded_quantity": "BIGINT NOT NULL DEFAULT 0 CONSTRAINT sale_item_refunded CHECK (refunded_quantity >= 0)",
    },
    "refund": {
        "settled": "BIGINT",
        "paid_out": "BIGINT",
        "method": f"VARCHAR(24) CONSTRAINT paymentmethod CHECK (method IN ({LISTED}))",
        "points_restored": "BIGINT NOT NULL DEFAULT 0",
        "points_taken_back": "BIGINT NOT NULL DEFAULT 0",
    },
    "sale_status_change": {"actor": "VARCHAR(200) NOT NULL DEFAULT 'import'"},
}
MOMENTS = ("voided_at", "recorded_at")
INDICES = {
    "ix_payment_customer_id": ["customer_id"],
    "payment_by_revision": ["business_id", "revision"],
    "payment_by_sale": ["sale_id"],
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, declared in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {declared}")
    for name in MOMENTS:
        op.add_column("sale", sa.Column(name, UTCDateTime()))
    _follow_sales()
    _make_tables()
    _take_methods((*METHODS, "POINTS"), reference=True)
    if op.get_context().dialect.name == "postgresql":
        guard(op.get_bind(), TABLES)


def downgrade() -> None:
    op.execute("UPDATE payment SET method = 'OTHER' WHERE method = 'POINTS'")
    _take_methods(METHODS, reference=False)
    for name in reversed(TABLES):  # their policies and grants go with them
        op.drop_table(name)
    op.drop_index("touchpoint_by_sale", "touchpoint")
    with op.batch_alter_table("touchpoint") as touchpoint:
        touchpoint.drop_column("sale_id")
    for name in MOMENTS:
        op.drop_column("sale", name)
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)


def _follow_sales() -> None:
    op.execute(f"ALTER TABLE touchpoint ADD COLUMN sale_id {_key_type()} REFERENCES sale (id)")
    is_there = sa.text("sale_id IS NOT NULL")
    op.create_index("touchpoint_by_sale", "touchpoint", ["sale_id"], sqlite_where=is_there, postgresql_where=is_there)


def _key_type() -> str:
    return "BIGINT" if op.get_context().dialect.name == "postgresql" else "INTEGER"


def _make_tables() -> None:
    op.create_table(
        "sale_numbering",
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("business_id", "business_day"),
    )
    op.create_table(
        "refund_item",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("refund_id", KEY, sa.ForeignKey("refund.id"), nullable=False),
        sa.Column("sale_item_id", KEY, sa.ForeignKey("sale_item.id"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND amount >= 0", name="refund_item_amounts"),
    )
    op.create_index("refund_item_by_refund", "refund_item", ["refund_id", "id"])
    op.create_index("refund_item_by_item", "refund_item", ["sale_item_id", "id"])


# ---------------------------------------------------------------- methods of payments


def _take_methods(methods: tuple[str, ...], *, reference: bool) -> None:
    """Let payments be made by these methods; SQLite changes a check with the whole table."""
    if op.get_context().dialect.name == "postgresql":
        listed = ", ".join(f"'{method}'" for method in methods)
        op.execute("ALTER TABLE payment DROP CONSTRAINT paymentmethod")
        op.execute(f"ALTER TABLE payment ADD CONSTRAINT paymentmethod CHECK (method IN ({listed}))")
        op.execute(
            f"ALTER TABLE payment {'ADD COLUMN reference VARCHAR(200)' if reference else 'DROP COLUMN reference'}"
        )
        return
    kept = ["id", "business_id", "sale_id", "customer_id", "method", "amount", "paid_at", "business_day", "revision"]
    op.rename_table("payment", "payment_before")
    for name in INDICES:
        op.drop_index(name)
    _make_payments(methods, reference=reference)
    listed = ", ".join(kept)
    op.execute(f"INSERT INTO payment ({listed}) SELECT {listed} FROM payment_before")
    op.drop_table("payment_before")
    for name, columns in INDICES.items():
        op.create_index(name, "payment", columns)


def _make_payments(methods: tuple[str, ...], *, reference: bool) -> None:
    method = sa.Enum(*methods, name="paymentmethod", native_enum=False, create_constraint=True, length=24)
    op.create_table(
        "payment",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("sale_id", KEY, sa.ForeignKey("sale.id")),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id")),
        sa.Column("method", method, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        *([sa.Column("reference", AutoString(length=200))] if reference else []),
        sa.Column("paid_at", UTCDateTime(), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name="payment_amount"),
        sa.CheckConstraint("sale_id IS NOT NULL OR customer_id IS NOT NULL", name="payment_owner"),
    )
