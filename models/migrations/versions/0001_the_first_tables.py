"""The first tables."""

from uuid import uuid4

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "business",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("currency_exponent", sa.Integer(), nullable=False),
        sa.Column("timezone", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("region", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=True),
        sa.Column(
            "week_start",
            sa.Enum(
                "MONDAY",
                "TUESDAY",
                "WEDNESDAY",
                "THURSDAY",
                "FRIDAY",
                "SATURDAY",
                "SUNDAY",
                name="weekday",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("facts_revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("currency_exponent BETWEEN 0 AND 4", name="business_exponent"),
        sa.CheckConstraint("facts_revision <= revision", name="business_facts_revision"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.CheckConstraint("id = 1", name="installation_single"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("audit_entry_by_customer", ["customer_id", "id"], unique=False)
        batch_op.create_index("audit_entry_by_time", ["business_id", "id"], unique=False)

    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "number",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "type",
            sa.Enum("RETAIL", "WHOLESALE", name="customertype", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("first_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("last_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column(
            "sort_name",
            sa.String(length=402).with_variant(sa.String(length=402, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=True),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("gender", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
        sa.Column("line1", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("line2", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("city", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("postal_code", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("country", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_email_verified", sa.Boolean(), nullable=False),
        sa.Column("is_phone_verified", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("joined_given", sa.Boolean(), nullable=False),
        sa.Column("joined_day", sa.Integer(), nullable=False),
        sa.Column("credit_limit", sa.BigInteger(), nullable=False),
        sa.Column("opening_balance", sa.BigInteger(), nullable=False),
        sa.Column("consent_email", sa.Boolean(), nullable=False),
        sa.Column("consent_sms", sa.Boolean(), nullable=False),
        sa.Column("consent_push", sa.Boolean(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("acquisition_source", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("acquisition_campaign", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("referrer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_erased", sa.Boolean(), nullable=False),
        sa.Column("search_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("search_contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("credit_limit >= 0", name="customer_credit_limit"),
        sa.CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="customer_merged_elsewhere"),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["referrer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("business_id", "number", name="customer_number"),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index("customer_by_joined", ["business_id", "joined_day", "id"], unique=False)
        batch_op.create_index("customer_by_name", ["business_id", "sort_name", "id"], unique=False)
        batch_op.create_index("customer_by_revision", ["business_id", "revision"], unique=False)
        batch_op.create_index(
            "customer_email",
            ["business_id", "email"],
            unique=True,
            sqlite_where=sa.text("NOT is_erased AND email IS NOT NULL"),
            postgresql_where=sa.text("NOT is_erased AND email IS NOT NULL"),
        )
        batch_op.create_index(
            "customer_phone",
            ["business_id", "phone"],
            unique=True,
            sqlite_where=sa.text("NOT is_erased AND phone IS NOT NULL"),
            postgresql_where=sa.text("NOT is_erased AND phone IS NOT NULL"),
        )

    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("preset", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "RUNNING", "DONE", "FAILED", name="importstatus", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("finished_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("rows_written", sa.BigInteger(), nullable=False),
        sa.Column("rows_updated", sa.BigInteger(), nullable=False),
        sa.Column("rows_unchanged", sa.BigInteger(), nullable=False),
        sa.Column("rows_rejected", sa.BigInteger(), nullable=False),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("rows_read >= 0 AND rows_rejected >= 0", name="import_run_counts"),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index("import_run_by_file", ["business_id", "file_name", "id"], unique=False)

    op.create_table(
        "storefront",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("business_id", "name", name="storefront_name"),
    )
    op.create_table(
        "customer_tag",
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("customer_id", "tag"),
    )
    with op.batch_alter_table("customer_tag", schema=None) as batch_op:
        batch_op.create_index("customer_tag_by_tag", ["business_id", "tag", "customer_id"], unique=False)

    op.create_table(
        "external_id",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("system", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("business_id", "system", "value", name="external_id_value"),
    )
    with op.batch_alter_table("external_id", schema=None) as batch_op:
        batch_op.create_index("external_id_by_customer", ["customer_id"], unique=False)

    op.create_table(
        "sale",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("storefront_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "COMPLETED",
                "PARTIAL",
                "REFUNDED",
                "CANCELLED",
                name="salestatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "STORE",
                "ONLINE",
                "PHONE",
                "MARKETPLACE",
                "OTHER",
                name="salechannel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("business_month", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=True),
        sa.Column("counted_from", sa.Integer(), nullable=True),
        sa.Column("subtotal", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("profit", sa.BigInteger(), nullable=True),
        sa.Column("costed", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("discount >= 0 AND tax >= 0", name="sale_amounts"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="sale_hour"),
        sa.CheckConstraint("paid >= 0 AND refunded >= 0", name="sale_paid"),
        sa.CheckConstraint("subtotal - discount = total", name="sale_total"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="sale_weekday"),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["storefront_id"],
            ["storefront.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("business_id", "number", name="sale_number"),
    )
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.create_index("sale_by_customer", ["customer_id", "occurred_at", "id"], unique=False)
        batch_op.create_index("sale_by_revision", ["business_id", "revision"], unique=False)

    op.create_table(
        "touchpoint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "SALE",
                "EMAIL",
                "SMS",
                "CALL",
                "VISIT",
                "SUPPORT",
                "SOCIAL",
                "WEB",
                "CAMPAIGN",
                "REVIEW",
                "REFERRAL",
                "SURVEY",
                name="touchpointtype",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "STORE",
                "ONLINE",
                "EMAIL",
                "SMS",
                "PHONE",
                "SOCIAL",
                "APP",
                name="touchpointchannel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "DELIVERED",
                "OPENED",
                "CLICKED",
                "REPLIED",
                "CONVERTED",
                "POSITIVE",
                "NEUTRAL",
                "NEGATIVE",
                "NO_RESPONSE",
                name="touchpointoutcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("campaign", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("occurred_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("touchpoint", schema=None) as batch_op:
        batch_op.create_index("touchpoint_by_customer", ["customer_id", "occurred_at", "id"], unique=False)
        batch_op.create_index("touchpoint_by_revision", ["business_id", "revision"], unique=False)
        batch_op.create_index("touchpoint_by_time", ["business_id", "occurred_at", "id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "CASH",
                "CARD",
                "MOBILE_MONEY",
                "BANK_TRANSFER",
                "CREDIT",
                "VOUCHER",
                "OTHER",
                name="paymentmethod",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name="payment_amount"),
        sa.CheckConstraint("sale_id IS NOT NULL OR customer_id IS NOT NULL", name="payment_owner"),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sale_id"],
            ["sale.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("payment_by_revision", ["business_id", "revision"], unique=False)
        batch_op.create_index("payment_by_sale", ["sale_id"], unique=False)

    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("storefront_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("profit", sa.BigInteger(), nullable=True),
        sa.Column("occurred_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("business_month", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name="refund_amount"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="refund_hour"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="refund_weekday"),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sale_id"],
            ["sale.id"],
        ),
        sa.ForeignKeyConstraint(
            ["storefront_id"],
            ["storefront.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("business_id", "number", name="refund_number"),
    )
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index("refund_by_customer", ["customer_id", "occurred_at", "id"], unique=False)
        batch_op.create_index("refund_by_revision", ["business_id", "revision"], unique=False)
        batch_op.create_index("refund_by_sale", ["sale_id"], unique=False)

    op.create_table(
        "sale_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("sku", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("profit", sa.BigInteger(), nullable=True),
        sa.Column("is_product", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sale_id"],
            ["sale.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sale_item", schema=None) as batch_op:
        batch_op.create_index("sale_item_by_sale", ["sale_id", "position"], unique=False)

    op.create_table(
        "sale_status_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "COMPLETED",
                "PARTIAL",
                "REFUNDED",
                "CANCELLED",
                name="salestatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sale_id"],
            ["sale.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sale_status_change", schema=None) as batch_op:
        batch_op.create_index("sale_status_change_by_sale", ["sale_id", "id"], unique=False)
    op.execute(sa.text("INSERT INTO installation (id, epoch) VALUES (1, :epoch)").bindparams(epoch=str(uuid4())))
    if op.get_context().dialect.name == "sqlite":
        _search_on_sqlite()
    else:
        _search_on_postgresql()


def _search_on_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE customer_search USING fts5(search_name, search_contact, content='customer',"
        " content_rowid='id', prefix='2 3', tokenize=\"unicode61 remove_diacritics 0\")"
    )
    add = (
        "INSERT INTO customer_search (rowid, search_name, search_contact)"
        " VALUES (new.id, new.search_name, new.search_contact);"
    )
    remove = (
        "INSERT INTO customer_search (customer_search, rowid, search_name, search_contact)"
        " VALUES ('delete', old.id, old.search_name, old.search_contact);"
    )
    op.execute(f"CREATE TRIGGER customer_search_insert AFTER INSERT ON customer BEGIN {add} END")
    op.execute(f"CREATE TRIGGER customer_search_delete AFTER DELETE ON customer BEGIN {remove} END")
    op.execute(
        "CREATE TRIGGER customer_search_update AFTER UPDATE OF search_name, search_contact ON customer"
        f" BEGIN {remove} {add} END"
    )


def _search_on_postgresql() -> None:
    # The words are normalised when written; a text parser would split and stem them again.
    names = "array_to_tsvector(string_to_array(search_name, ' '))"
    contacts = "array_to_tsvector(string_to_array(search_contact, ' '))"
    op.execute(f"CREATE INDEX customer_search_names ON customer USING gin (({names}))")
    op.execute(f"CREATE INDEX customer_search_all ON customer USING gin (({names} || {contacts}))")


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE customer_search")
    with op.batch_alter_table("sale_status_change", schema=None) as batch_op:
        batch_op.drop_index("sale_status_change_by_sale")

    op.drop_table("sale_status_change")
    with op.batch_alter_table("sale_item", schema=None) as batch_op:
        batch_op.drop_index("sale_item_by_sale")

    op.drop_table("sale_item")
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_index("refund_by_sale")
        batch_op.drop_index("refund_by_revision")
        batch_op.drop_index("refund_by_customer")

    op.drop_table("refund")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("payment_by_sale")
        batch_op.drop_index("payment_by_revision")
        batch_op.drop_index(batch_op.f("ix_payment_customer_id"))

    op.drop_table("payment")
    with op.batch_alter_table("touchpoint", schema=None) as batch_op:
        batch_op.drop_index("touchpoint_by_time")
        batch_op.drop_index("touchpoint_by_revision")
        batch_op.drop_index("touchpoint_by_customer")

    op.drop_table("touchpoint")
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.drop_index("sale_by_revision")
        batch_op.drop_index("sale_by_customer")

    op.drop_table("sale")
    with op.batch_alter_table("external_id", schema=None) as batch_op:
        batch_op.drop_index("external_id_by_customer")

    op.drop_table("external_id")
    with op.batch_alter_table("customer_tag", schema=None) as batch_op:
        batch_op.drop_index("customer_tag_by_tag")

    op.drop_table("customer_tag")
    op.drop_table("storefront")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index("import_run_by_file")

    op.drop_table("import_run")
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index(
            "customer_phone",
            sqlite_where=sa.text("NOT is_erased AND phone IS NOT NULL"),
            postgresql_where=sa.text("NOT is_erased AND phone IS NOT NULL"),
        )
        batch_op.drop_index(
            "customer_email",
            sqlite_where=sa.text("NOT is_erased AND email IS NOT NULL"),
            postgresql_where=sa.text("NOT is_erased AND email IS NOT NULL"),
        )
        batch_op.drop_index("customer_by_revision")
        batch_op.drop_index("customer_by_name")
        batch_op.drop_index("customer_by_joined")

    op.drop_table("customer")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("audit_entry_by_time")
        batch_op.drop_index("audit_entry_by_customer")

    op.drop_table("audit_entry")
    op.drop_table("installation")
    op.drop_table("business")
