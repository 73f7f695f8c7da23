"""All that is asked and changed of the loyalty program."""

import strawberry

from schema.loyalty.by_hand import PointsMutations
from schema.loyalty.earning import EarningRulesMutations, EarningRulesQueries
from schema.loyalty.joining import JoiningMutations
from schema.loyalty.redeeming import RedeemingMutations
from schema.loyalty.redemptions import RedemptionsQueries
from schema.loyalty.rewards import LoyaltyRewardsMutations, LoyaltyRewardsQueries
from schema.loyalty.settings import LoyaltySettingsMutations, LoyaltySettingsQueries
from schema.loyalty.tiers import LoyaltyTiersMutations, LoyaltyTiersQueries
from schema.loyalty.transactions import TransactionsQueries


@strawberry.type
class LoyaltyQueries(
    LoyaltySettingsQueries,
    LoyaltyTiersQueries,
    EarningRulesQueries,
    LoyaltyRewardsQueries,
    TransactionsQueries,
    RedemptionsQueries,
):
    """What is asked of the program."""


@strawberry.type
class LoyaltyMutations(
    LoyaltySettingsMutations,
    LoyaltyTiersMutations,
    EarningRulesMutations,
    LoyaltyRewardsMutations,
    JoiningMutations,
    PointsMutations,
    RedeemingMutations,
):
    """What is changed of the program."""
