"""All that is asked and changed of the loyalty program."""

import strawberry

from schema.loyalty.earning import EarningRulesMutations, EarningRulesQueries
from schema.loyalty.rewards import LoyaltyRewardsMutations, LoyaltyRewardsQueries
from schema.loyalty.settings import LoyaltySettingsMutations, LoyaltySettingsQueries
from schema.loyalty.tiers import LoyaltyTiersMutations, LoyaltyTiersQueries


@strawberry.type
class LoyaltyQueries(LoyaltySettingsQueries, LoyaltyTiersQueries, EarningRulesQueries, LoyaltyRewardsQueries):
    """What is asked of the program."""


@strawberry.type
class LoyaltyMutations(LoyaltySettingsMutations, LoyaltyTiersMutations, EarningRulesMutations, LoyaltyRewardsMutations):
    """What is changed of the program."""
