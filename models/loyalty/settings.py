"""The settings of a business's loyalty program: one row each, made with the business."""

from sqlalchemy import BigInteger, CheckConstraint, SelectBase, Text, select
from sqlmodel import Field

from models.database import scoped, table
from models.naming import statement
from models.types import Key, Millionths, Money, Stored, word
from rules.loyalty.settings import JoinPolicy, PointsExpiry, RefundPolicy, TierReview, TierWindow


class LoyaltySettings(Stored, table=True):
    """What a program gives and takes. Lists are JSON; `version` counts the changes."""

    __table_args__ = (CheckConstraint("point_value > 0 AND min_redeem_points > 0", name="loyalty_settings_values"),)

    business_id: int = Field(primary_key=True, foreign_key="business.id", sa_type=Key)
    version: int = 1
    is_active: bool = False
    join_policy: JoinPolicy = Field(sa_type=word(JoinPolicy))
    earn_rate: int = Field(sa_type=Millionths)
    pending_days: int
    excluded_categories: str = Field(sa_type=Text)
    expiry: PointsExpiry = Field(sa_type=word(PointsExpiry))
    expiry_days: int
    reminder_days: str = Field(sa_type=Text)
    point_value: int = Field(sa_type=Millionths)
    min_redeem_points: int = Field(sa_type=BigInteger)
    max_sale_percent_paid: int = Field(sa_type=Millionths)
    redemption_valid_days: int
    refund_policy: RefundPolicy = Field(sa_type=word(RefundPolicy))
    manual_earn_limit: int = Field(sa_type=BigInteger)
    welcome_points: int = Field(sa_type=BigInteger)
    birthday_points: int = Field(sa_type=BigInteger)
    referrer_points: int = Field(sa_type=BigInteger)
    referred_points: int = Field(sa_type=BigInteger)
    referral_min_sale: int = Field(sa_type=Money)
    referrals_per_year: int
    tier_window: TierWindow = Field(sa_type=word(TierWindow))
    tier_review: TierReview = Field(sa_type=word(TierReview))
    grace_days: int
    refunds_demote: bool
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

loyalty_settings = table(LoyaltySettings)


@statement
def program_settings() -> SelectBase:
    """The settings of the program of :business."""
    return select(loyalty_settings).where(scoped(loyalty_settings))
