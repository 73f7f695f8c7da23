"""The settings of the loyalty program."""

from decimal import Decimal
from typing import Annotated, Any

import orjson
import strawberry

from resolvers.loyalty.settings import (
    LoyaltySettingsPayload,
    LoyaltySettingsUpdate,
    loyalty_settings_shown,
    update_loyalty_settings,
)
from rules.loyalty.settings import JoinPolicy, PointsExpiry, RefundPolicy, TierReview, TierWindow
from schema.arguments import Info, about, changes_in, said, to_change
from schema.refusals import InvalidInput, StaleVersion
from schema.results import registered
from schema.scalars import BigInt

strawberry.enum(JoinPolicy, description="When customers become members beside joining themselves.")
strawberry.enum(PointsExpiry, description="How long points can be spent.")
strawberry.enum(RefundPolicy, description="What becomes of earned points that were spent before their sale went back.")
strawberry.enum(TierWindow, description="Which days count towards a tier.")
strawberry.enum(TierReview, description="When a tier is looked at again.")


@strawberry.type(description="The settings of the loyalty program.")
class LoyaltySettings:
    """The settings of the program."""

    version: int = about("How often they were changed, to be sent along with a change.")
    is_active: bool = about("Whether members can join, earn and redeem.")
    join_policy: JoinPolicy = about("When customers become members beside joining themselves.")
    earn_rate: Decimal = about("Points per unit of currency.")
    pending_days: int = about("For how many days what a sale earns is pending.")

    @strawberry.field(description="Categories whose goods earn nothing.")
    @staticmethod
    def excluded_categories(root: strawberry.Parent[Any]) -> list[str]:
        """Categories that earn nothing."""
        return orjson.loads(root.excluded_categories)

    expiry: PointsExpiry = about("How long points can be spent.")
    expiry_days: int = about("The days of that, where it has days.")

    @strawberry.field(description="So many days before points end their member is told.")
    @staticmethod
    def reminder_days(root: strawberry.Parent[Any]) -> list[int]:
        """The days of reminders."""
        return orjson.loads(root.reminder_days)

    point_value: Decimal = about("What a point is worth.")
    min_redeem_points: BigInt = about("The fewest points that are spent at once.")
    max_sale_percent_paid: float = about("The most of a sale that points pay, 0 to 100.")
    redemption_valid_days: int = about("For how many days a code is good.")
    refund_policy: RefundPolicy = about("What becomes of earned points that were spent before their sale went back.")
    manual_earn_limit: BigInt = about("What STAFF may give by hand, points a customer and day.")
    welcome_points: BigInt = about("Points for joining, once.")
    birthday_points: BigInt = about("Points on the birthday, once a year.")
    referrer_points: BigInt = about("Points for who brought a customer.")
    referred_points: BigInt = about("Points for who was brought.")
    referral_min_sale: Decimal = about("The least total of the sale that earns them.")
    referrals_per_year: int = about("How often a year somebody is rewarded for bringing customers.")
    tier_window: TierWindow = about("Which days count towards a tier.")
    tier_review: TierReview = about("When a tier is looked at again.")
    grace_days: int = about("For how many days who does not qualify at a review keeps the tier.")
    refunds_demote: bool = about("Whether a refund takes the tier that its sale reached.")


@strawberry.input(description="Settings to change; what is absent stays, an empty list is none.")
class LoyaltySettingsInput:
    """Settings to change."""

    version: int = strawberry.field(description="The version that was read.")
    is_active: bool | None = to_change("Whether members can join, earn and redeem.")
    join_policy: JoinPolicy | None = to_change("When customers become members beside joining themselves.")
    earn_rate: Decimal | None = to_change("Points per unit of currency, at most six decimals.")
    pending_days: int | None = to_change("For how many days what a sale earns is pending, 0 to 3,650.")
    excluded_categories: list[str] | None = to_change("Categories whose goods earn nothing, at most 50.")
    expiry: PointsExpiry | None = to_change("How long points can be spent.")
    expiry_days: int | None = to_change("The days of that, 1 to 3,650.")
    reminder_days: list[int] | None = to_change("So many days before points end, each 1 to 3,650.")
    point_value: Decimal | None = to_change("What a point is worth: above 0, at most six decimals.")
    min_redeem_points: BigInt | None = to_change("The fewest points that are spent at once, from 1.")
    max_sale_percent_paid: float | None = to_change("The most of a sale that points pay, 0 to 100.")
    redemption_valid_days: int | None = to_change("For how many days a code is good, 1 to 3,650.")
    refund_policy: RefundPolicy | None = to_change("What becomes of earned points that were spent.")
    manual_earn_limit: BigInt | None = to_change("What STAFF may give by hand, points a customer and day.")
    welcome_points: BigInt | None = to_change("Points for joining, once.")
    birthday_points: BigInt | None = to_change("Points on the birthday, once a year.")
    referrer_points: BigInt | None = to_change("Points for who brought a customer.")
    referred_points: BigInt | None = to_change("Points for who was brought.")
    referral_min_sale: Decimal | None = to_change("The least total of the sale that earns them.")
    referrals_per_year: int | None = to_change("How often a year somebody is rewarded for bringing customers.")
    tier_window: TierWindow | None = to_change("Which days count towards a tier.")
    tier_review: TierReview | None = to_change("When a tier is looked at again.")
    grace_days: int | None = to_change("For how many days who does not qualify keeps the tier, 0 to 3,650.")
    refunds_demote: bool | None = to_change("Whether a refund takes the tier that its sale reached.")


async def _settings(info: Info) -> Any:
    return await loyalty_settings_shown(info.context)


registered(
    LoyaltySettingsPayload,
    settings=strawberry.field(
        resolver=_settings, description="The settings as they are now.", graphql_type=LoyaltySettings
    ),
)
LoyaltySettingsResult = Annotated[
    LoyaltySettingsPayload | InvalidInput | StaleVersion,
    strawberry.union("LoyaltySettingsResult", description="The settings, or why they were not changed."),
]


@strawberry.type
class LoyaltySettingsQueries:
    """The settings of the program."""

    @strawberry.field(description="The settings of the loyalty program.", graphql_type=LoyaltySettings)
    @staticmethod
    async def loyalty_settings(info: Info) -> Any:
        """The settings of the program."""
        return await loyalty_settings_shown(info.context)


@strawberry.type
class LoyaltySettingsMutations:
    """Changes of the program's settings."""

    @strawberry.mutation(description="Changes settings of the loyalty program.", graphql_type=LoyaltySettingsResult)
    @staticmethod
    async def update_loyalty_settings(
        info: Info, input: Annotated[LoyaltySettingsInput, said("What to change.")]
    ) -> Any:
        """Change settings of the program."""
        asked = LoyaltySettingsUpdate(input.version, changes_in(input, "version"))
        return await info.context.write(update_loyalty_settings, asked)
