"""The loyalty program: its settings, tiers, rules and rewards, its members, and their ledger that is never changed."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.tenancy import guard

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "loyalty_settings",
    "loyalty_tier",
    "earning_rule",
    "loyalty_reward",
    "loyalty_membership",
    "loyalty_membership_change",
    "loyalty_tier_change",
    "welcomed_contact",
    "loyalty_redemption",
    "loyalty_entry",
    "loyalty_entry_note",
    "loyalty_lot",
    "loyalty_lot_part",
)
SETTINGS = """INSERT INTO loyalty_settings (business_id, version, is_active, join_policy, earn_rate, pending_days,
    excluded_categories, expiry, expiry_days, reminder_days, point_value, min_redeem_points, max_sale_percent_paid,
    redemption_valid_days, refund_policy, manual_earn_limit, welcome_points, birthday_points, referrer_points,
    referred_points, referral_min_sale, referrals_per_year, tier_window, tier_review, grace_days, refunds_demote,
    revision)
    SELECT id, 1, false, 'MANUAL', 1000000, 0, '[]', 'DAYS_AFTER_EARNING', 365, '[30,7]', 10000, 1, 100000000, 90,
    'OWE', 0, 0, 0, 0, 0, 0, 10, 'LIFETIME', 'NEVER', 0, true, revision FROM business"""
TIER = """INSERT INTO loyalty_tier (business_id, name, folded_name, rank, is_base, min_points, earn_multiplier,
    never_demotes, benefits, is_deleted, version, revision)
    SELECT id, '{name}', '{folded}', {rank}, {is_base}, {points}, {multiplier}, false, '[]', false, 1, revision
    FROM business"""
TIERS = (
    ("Bronze", "NULL", 1_000_000),
    ("Silver", 10_000, 1_200_000),
    ("Gold", 50_000, 1_500_000),
    ("Platinum", 100_000, 2_000_000),
)


def upgrade() -> None:
    _make_program()
    _make_members()
    _make_ledger()
    _begin()
    if op.get_context().dialect.name == "postgresql":
        guard(op.get_bind(), TABLES)


def downgrade() -> None:
    for name in reversed(TABLES):  # their policies and grants go with them
        op.drop_table(name)


def _begin() -> None:
    """What every business has from the first: a program that is off, and four tiers."""
    op.execute(SETTINGS)
    for rank, (name, points, multiplier) in enumerate(TIERS, start=1):
        values = {"rank": rank, "is_base": str(rank == 1).lower(), "points": points, "multiplier": multiplier}
        op.execute(TIER.format(name=name, folded=name.casefold(), **values))


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _index(name: str, table: str, columns: list[str], *, is_unique: bool = False, where: str | None = None) -> None:
    few = None if where is None else sa.text(where)
    op.create_index(name, table, columns, unique=is_unique, sqlite_where=few, postgresql_where=few)


def _make_program() -> None:
    op.create_table(
        "loyalty_settings",
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("join_policy", _words("joinpolicy", "MANUAL", "REGISTRATION", "FIRST_SALE"), nullable=False),
        sa.Column("earn_rate", sa.BigInteger(), nullable=False),
        sa.Column("pending_days", sa.Integer(), nullable=False),
        sa.Column("excluded_categories", sa.Text(), nullable=False),
        sa.Column(
            "expiry",
            _words("pointsexpiry", "NEVER", "DAYS_AFTER_EARNING", "DAYS_AFTER_ACTIVITY", "END_OF_NEXT_YEAR"),
            nullable=False,
        ),
        sa.Column("expiry_days", sa.Integer(), nullable=False),
        sa.Column("reminder_days", sa.Text(), nullable=False),
        sa.Column("point_value", sa.BigInteger(), nullable=False),
        sa.Column("min_redeem_points", sa.BigInteger(), nullable=False),
        sa.Column("max_sale_percent_paid", sa.BigInteger(), nullable=False),
        sa.Column("redemption_valid_days", sa.Integer(), nullable=False),
        sa.Column("refund_policy", _words("refundpolicy", "OWE", "FORGIVE"), nullable=False),
        sa.Column("manual_earn_limit", sa.BigInteger(), nullable=False),
        sa.Column("welcome_points", sa.BigInteger(), nullable=False),
        sa.Column("birthday_points", sa.BigInteger(), nullable=False),
        sa.Column("referrer_points", sa.BigInteger(), nullable=False),
        sa.Column("referred_points", sa.BigInteger(), nullable=False),
        sa.Column("referral_min_sale", sa.BigInteger(), nullable=False),
        sa.Column("referrals_per_year", sa.Integer(), nullable=False),
        sa.Column(
            "tier_window", _words("tierwindow", "LIFETIME", "ROLLING_12_MONTHS", "CALENDAR_YEAR"), nullable=False
        ),
        sa.Column("tier_review", _words("tierreview", "NEVER", "ANNIVERSARY", "CALENDAR_YEAR"), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("refunds_demote", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("point_value > 0 AND min_redeem_points > 0", name="loyalty_settings_values"),
    )
    op.create_table(
        "loyalty_tier",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("name", AutoString(length=80), nullable=False),
        sa.Column("folded_name", AutoString(length=240), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("is_base", sa.Boolean(), nullable=False),
        sa.Column("min_points", sa.BigInteger()),
        sa.Column("min_spend", sa.BigInteger()),
        sa.Column("min_purchases", sa.Integer()),
        sa.Column("earn_multiplier", sa.BigInteger(), nullable=False),
        sa.Column("never_demotes", sa.Boolean(), nullable=False),
        sa.Column("benefits", sa.Text(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "NOT is_base OR (min_points IS NULL AND min_spend IS NULL AND min_purchases IS NULL)",
            name="loyalty_tier_base_is_reached",
        ),
    )
    _index("loyalty_tier_base", "loyalty_tier", ["business_id"], is_unique=True, where="is_base AND NOT is_deleted")
    _index("loyalty_tier_name", "loyalty_tier", ["business_id", "folded_name"], is_unique=True, where="NOT is_deleted")
    _index("loyalty_tier_rank", "loyalty_tier", ["business_id", "rank"], is_unique=True, where="NOT is_deleted")
    op.create_table(
        "earning_rule",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("name", AutoString(length=120), nullable=False),
        sa.Column("folded_name", AutoString(length=360), nullable=False),
        sa.Column("multiplier", sa.BigInteger(), nullable=False),
        sa.Column("bonus_points", sa.BigInteger(), nullable=False),
        sa.Column("criteria", sa.Text()),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("storefront_id", KEY, sa.ForeignKey("storefront.id")),
        sa.Column("min_sale", sa.BigInteger()),
        sa.Column("starts_on", sa.Integer()),
        sa.Column("ends_on", sa.Integer()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("multiplier >= 0 AND bonus_points >= 0", name="earning_rule_values"),
    )
    _index("earning_rule_name", "earning_rule", ["business_id", "folded_name"], is_unique=True, where="NOT is_deleted")
    op.create_table(
        "loyalty_reward",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("name", AutoString(length=120), nullable=False),
        sa.Column("folded_name", AutoString(length=360), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("points_cost", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger()),
        sa.Column("stock", sa.Integer()),
        sa.Column("min_tier_id", KEY, sa.ForeignKey("loyalty_tier.id")),
        sa.Column("criteria", sa.Text()),
        sa.Column("per_customer_limit", sa.Integer()),
        sa.Column("valid_from", sa.Integer()),
        sa.Column("valid_until", sa.Integer()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points_cost >= 0 AND issued >= 0", name="loyalty_reward_values"),
    )
    _index(
        "loyalty_reward_name", "loyalty_reward", ["business_id", "folded_name"], is_unique=True, where="NOT is_deleted"
    )


def _make_members() -> None:
    op.create_table(
        "loyalty_membership",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("status", _words("memberstatus", "ACTIVE", "SUSPENDED", "LEFT"), nullable=False),
        sa.Column("status_reason", sa.Text()),
        sa.Column("enrolled_at", UTCDateTime(), nullable=False),
        sa.Column("enrolled_day", sa.Integer(), nullable=False),
        sa.Column("left_at", UTCDateTime()),
        sa.Column("referral_code", AutoString(length=8)),
        sa.Column("was_welcomed", sa.Boolean(), nullable=False),
        sa.Column("tier_id", KEY, sa.ForeignKey("loyalty_tier.id"), nullable=False),
        sa.Column("tier_since", UTCDateTime(), nullable=False),
        sa.Column("reviewed_on", sa.Integer(), nullable=False),
        sa.Column("floor_tier_id", KEY, sa.ForeignKey("loyalty_tier.id"), nullable=False),
        sa.Column("grace_since", sa.Integer()),
        sa.Column("manual_tier_id", KEY, sa.ForeignKey("loyalty_tier.id")),
        sa.Column("manual_since", UTCDateTime()),
        sa.Column("manual_until", sa.Integer()),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("qualifying", sa.BigInteger(), nullable=False),
        sa.Column("lifetime", sa.BigInteger(), nullable=False),
        sa.Column("redeemed", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.Column("last_activity", sa.Integer()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("customer_id", name="loyalty_membership_once"),
        sa.CheckConstraint("balance >= 0 AND pending >= 0 AND owed >= 0 AND qualifying >= 0", name="membership_sums"),
        sa.UniqueConstraint("business_id", "referral_code", name="loyalty_membership_code"),
    )
    _index("loyalty_membership_by_reviewed", "loyalty_membership", ["business_id", "reviewed_on"])
    _index("loyalty_membership_by_tier", "loyalty_membership", ["business_id", "tier_id", "status"])
    op.create_table(
        "loyalty_membership_change",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("change", _words("membershipevent", "JOINED", "LEFT", "SUSPENDED", "RESUMED"), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", AutoString(length=200), nullable=False),
    )
    _index("ix_loyalty_membership_change_customer_id", "loyalty_membership_change", ["customer_id"])
    _index("loyalty_membership_change_by_day", "loyalty_membership_change", ["business_id", "business_day"])
    op.create_table(
        "loyalty_tier_change",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("from_tier_id", KEY, sa.ForeignKey("loyalty_tier.id")),
        sa.Column("to_tier_id", KEY, sa.ForeignKey("loyalty_tier.id"), nullable=False),
        sa.Column(
            "reason",
            _words("tierchangereason", "JOINED", "QUALIFIED", "REVIEW", "REFUND", "MANUAL", "MOVED", "MERGED"),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
    )
    _index("loyalty_tier_change_by_customer", "loyalty_tier_change", ["customer_id", "id"])
    op.create_table(
        "welcomed_contact",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.UniqueConstraint("business_id", "digest", name="welcomed_contact_once"),
    )
    op.create_table(
        "loyalty_redemption",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("reward_id", KEY, sa.ForeignKey("loyalty_reward.id"), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger()),
        sa.Column("code", AutoString(length=10)),
        sa.Column("status", _words("redemptionstatus", "ISSUED", "USED", "CANCELLED", "EXPIRED"), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_on", sa.Integer(), nullable=False),
        sa.Column("used_at", UTCDateTime()),
        sa.Column("used_by", AutoString(length=200)),
        sa.Column("cancelled_at", UTCDateTime()),
        sa.Column("sale_id", KEY, sa.ForeignKey("sale.id")),
        sa.Column("storefront_id", KEY, sa.ForeignKey("storefront.id")),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("business_id", "code", name="loyalty_redemption_code"),
    )
    _index("loyalty_redemption_by_customer", "loyalty_redemption", ["customer_id", "id"])
    _index("loyalty_redemption_by_reward", "loyalty_redemption", ["reward_id", "status"])
    _index("loyalty_redemption_by_sale", "loyalty_redemption", ["sale_id"], where="sale_id IS NOT NULL")
    _index("loyalty_redemption_by_time", "loyalty_redemption", ["business_id", "created_at", "id"])


def _make_ledger() -> None:
    op.create_table(
        "loyalty_entry",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column(
            "type",
            _words(
                "entrytype",
                "PENDED",
                "ACTIVATED",
                "EARNED",
                "REDEEMED",
                "EXPIRED",
                "ADJUSTED_ADD",
                "ADJUSTED_SUB",
                "REVERSED",
                "RESTORED",
                "OWED_FORGIVEN",
                "TRANSFERRED_IN",
                "TRANSFERRED_OUT",
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            _words(
                "pointsreason",
                "SALE",
                "REFUND",
                "VOID",
                "ASSIGNMENT",
                "WELCOME",
                "BIRTHDAY",
                "REFERRAL",
                "MANUAL",
                "REWARD",
                "PAYMENT",
                "EXPIRY",
                "MERGE",
                "UNMERGE",
                "LEAVING",
                "ERASURE",
                "IMPORT",
            ),
            nullable=False,
        ),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("actor", AutoString(length=200), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("pending_change", sa.BigInteger(), nullable=False),
        sa.Column("owed_change", sa.BigInteger(), nullable=False),
        sa.Column("qualifying_change", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("pending_after", sa.BigInteger(), nullable=False),
        sa.Column("owed_after", sa.BigInteger(), nullable=False),
        sa.Column("qualifying_after", sa.BigInteger(), nullable=False),
        sa.Column("sale_id", KEY, sa.ForeignKey("sale.id")),
        sa.Column("turn", sa.Integer()),
        sa.Column("refund_id", KEY, sa.ForeignKey("refund.id")),
        sa.Column("redemption_id", KEY, sa.ForeignKey("loyalty_redemption.id")),
        sa.Column("reverses_id", KEY, sa.ForeignKey("loyalty_entry.id")),
        sa.Column("expires_on", sa.Integer()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "points <> 0 OR pending_change <> 0 OR owed_change <> 0 OR qualifying_change <> 0",
            name="loyalty_entry_changes",
        ),
        sa.CheckConstraint(
            "balance_after >= 0 AND pending_after >= 0 AND owed_after >= 0 AND qualifying_after >= 0",
            name="loyalty_entry_sums",
        ),
    )
    _index("loyalty_entry_by_customer", "loyalty_entry", ["customer_id", "id"])
    _index("loyalty_entry_by_day", "loyalty_entry", ["business_id", "business_day", "id"])
    _index("loyalty_entry_by_redemption", "loyalty_entry", ["redemption_id"], where="redemption_id IS NOT NULL")
    _index("loyalty_entry_by_sale", "loyalty_entry", ["sale_id"], where="sale_id IS NOT NULL")
    _index("loyalty_entry_earned_once", "loyalty_entry", ["sale_id", "turn"], is_unique=True, where="turn IS NOT NULL")
    _index(
        "loyalty_entry_reversed_once", "loyalty_entry", ["reverses_id"], is_unique=True, where="reverses_id IS NOT NULL"
    )
    op.create_table(
        "loyalty_entry_note",
        sa.Column("entry_id", KEY, sa.ForeignKey("loyalty_entry.id"), primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("further", sa.Text()),
    )
    _index("ix_loyalty_entry_note_customer_id", "loyalty_entry_note", ["customer_id"])
    op.create_table(
        "loyalty_lot",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("customer_id", KEY, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column(
            "reason",
            _words(
                "pointsreason",
                "SALE",
                "REFUND",
                "VOID",
                "ASSIGNMENT",
                "WELCOME",
                "BIRTHDAY",
                "REFERRAL",
                "MANUAL",
                "REWARD",
                "PAYMENT",
                "EXPIRY",
                "MERGE",
                "UNMERGE",
                "LEAVING",
                "ERASURE",
                "IMPORT",
            ),
            nullable=False,
        ),
        sa.Column("sale_id", KEY, sa.ForeignKey("sale.id")),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("qualifying", sa.BigInteger(), nullable=False),
        sa.Column("earned_on", sa.Integer(), nullable=False),
        sa.Column("active_from", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Integer()),
        sa.Column("sliding_days", sa.Integer()),
        sa.Column("qualifies", sa.Boolean(), nullable=False),
        sa.Column("is_pending", sa.Boolean(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", _words("lotstatus", "PENDING", "ACTIVE", "SPENT", "EXPIRED", "REVERSED", "MOVED")),
        sa.Column("earned_by", sa.Text()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "remaining >= 0 AND qualifying >= 0 AND counted >= 0 AND counted <= gone AND remaining <= earned",
            name="loyalty_lot_sums",
        ),
    )
    _index("loyalty_lot_by_customer", "loyalty_lot", ["customer_id", "earned_on", "id"])
    _index("loyalty_lot_by_end", "loyalty_lot", ["business_id", "expires_on"])
    _index("loyalty_lot_by_sale", "loyalty_lot", ["sale_id"], where="sale_id IS NOT NULL")
    op.create_table(
        "loyalty_lot_part",
        sa.Column("id", KEY, primary_key=True, nullable=False),
        sa.Column("business_id", KEY, sa.ForeignKey("business.id"), nullable=False),
        sa.Column("entry_id", KEY, sa.ForeignKey("loyalty_entry.id"), nullable=False),
        sa.Column("lot_id", KEY, sa.ForeignKey("loyalty_lot.id"), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("qualifying", sa.BigInteger(), nullable=False),
        sa.Column("given_back", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "given_back >= 0 AND (given_back = 0 OR given_back <= -points)", name="loyalty_lot_part_back"
        ),
    )
    _index("loyalty_lot_part_by_entry", "loyalty_lot_part", ["entry_id", "id"])
    _index("loyalty_lot_part_by_lot", "loyalty_lot_part", ["lot_id", "id"])
