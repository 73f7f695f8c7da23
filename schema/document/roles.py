"""Which role a root field needs at least: one table for questions, mutations and subscriptions.

A root field without a place in it fails the build.
"""

from collections.abc import Iterable, Iterator, Mapping

from graphql import GraphQLSchema

from resolvers.operation.viewer import Role, Viewer

# What anybody may ask for without a token, and with any: where a business allows it, it is for people it does not know.
PUBLIC = "Mutation: confirmContact registerCustomer resendConfirmation"
VIEWER = """Query: acquisition categoryAffinity customer customerFacets customers earningRules lifetimeValueModel
    lifetimeValueReport loyaltyRedemptions loyaltyRewards loyaltySettings loyaltyTiers loyaltyTransactions node nodes
    productReport purchasePatterns receivablesAging retention sale sales segmentMigration segmentation segmentationTrend
    simulateTiers storefronts touchpoints viewer
    Subscription: dataChanged"""
STAFF = """Query: duplicateCandidates loyaltyRedemption pointsQuote
    Mutation: cancelRedemption createCustomer deletePreferences earnPoints enrollInLoyalty leaveLoyalty recordPayment
    recordSale recordSales redeemPoints redeemReward refundSale reverseRedeemedPoints setConsents setCustomersTags
    setPreferences updateCustomer updateSaleStatus upsertCustomers useRedemption verifyCustomer voidSale"""
MANAGER = """Query: businessSettings erasureRequests job
    Mutation: adjustPoints assignSale cancelErasure cancelJob deleteEarningRule deleteLoyaltyReward deleteLoyaltyTier
    dismissDuplicate forgiveOwedPoints linkCustomer mergeCustomers requestErasure saveEarningRule saveLoyaltyReward
    saveLoyaltyTier setCustomersActive setCustomersConsent setCustomersTier suspendLoyalty unmergeCustomers
    updateLoyaltySettings"""
ADMIN = """Query: auditTrail eventTypes events jobs webhookEndpoints
    Mutation: deleteWebhookEndpoint eraseCustomer exportCustomer replayEvents retryDelivery rotateWebhookSecret
    runMaintenance saveWebhookEndpoint testWebhookEndpoint updateBusinessSettings"""


class NoRole(Exception):
    """A root field of the schema that nobody gave a role, or a role that is of no field."""


def coordinates_in(row: str) -> Iterator[str]:
    """The fields ("Type.field") of a row of words, in which a type with a colon goes before its fields."""
    type_ = ""
    for word in row.split():
        if word.endswith(":"):
            type_ = word[:-1]
        else:
            yield f"{type_}.{word}"


# At the root.
PUBLIC_FIELDS = frozenset(coordinates_in(PUBLIC))
# What the shop's own portal may ask at the root: a customer reaches only what hangs from `viewer.customer`.
OF_CUSTOMER = PUBLIC_FIELDS | {"Query.viewer"}


def _by_field(rows: Iterable[tuple[Role, str]]) -> dict[str, Role]:
    return {coordinate: role for role, row in rows for coordinate in coordinates_in(row)}


LEAST_ROLE: Mapping[str, Role] = _by_field(
    ((Role.CUSTOMER, PUBLIC), (Role.VIEWER, VIEWER), (Role.STAFF, STAFF), (Role.MANAGER, MANAGER), (Role.ADMIN, ADMIN))
)


def may_call(viewer: Viewer, coordinate: str) -> bool:
    """Whether a viewer may ask for a root field ("Type.field")."""
    if viewer.role is Role.CUSTOMER:
        return coordinate in OF_CUSTOMER
    return viewer.role.rank >= LEAST_ROLE[coordinate].rank


def mutations_of(viewer: Viewer) -> list[str]:
    """The names of the mutations that a viewer may call, in the order of the alphabet."""
    names = (coordinate.partition(".")[2] for coordinate in LEAST_ROLE if coordinate.startswith("Mutation."))
    return sorted(name for name in names if may_call(viewer, f"Mutation.{name}"))


def check_roles(schema: GraphQLSchema) -> None:
    """NoRole where the table and the schema have not the same root fields."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    served = {f"{root.name}.{name}" for root in roots if root is not None for name in root.fields}
    without, of_none = served - LEAST_ROLE.keys(), LEAST_ROLE.keys() - served
    if without or of_none:
        raise NoRole(
            f"the rows of schema/document/roles.py lack {sorted(without)} and have {sorted(of_none)}, which is no field"
        )
