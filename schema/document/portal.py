"""What the role CUSTOMER reaches: a customer sees its own record in the shop's portal, and nothing of the shop's books.

What is not listed here is refused, so that a field which nobody thought of is not shown.
"""

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from schema.document.roles import OF_CUSTOMER, coordinates_in

OWN = """
    Acquisition: campaign source
    Address: city country line1 line2 postalCode state
    BasketBucket: avgItems max min percentage transactionCount
    Business: currency id name timezone weekStart
    CategoryPreference: avgSpend category percentage purchaseCount revenue
    CodeSent: message ticket
    ConsentEvent: at channel id recordedAt source status wording
    ConsentEventConnection: edges nodes pageInfo
    ConsentEventEdge: cursor node
    ConsentState: channel mayContact since source status
    Consents: email push sms
    ContactConfirmed: message next
    Customer: acquisition address birthDate consentHistory consentStates consents createdAt creditLimit
    creditUtilization email emailEngagement externalIds firstName gender id isActive isEmailVerified isLinked
    isPhoneVerified isVerified joinedOn lastActivityAt lastName loyalty name number openingBalance outstandingBalance
    owed patterns phone preferences purchases recommendations referralCode referrals refunds sales timeline
    touchpoints type version
    Duplicate: existing field message value
    EmailEngagement: clickRate lastClickedAt lastOpenedAt openRate
    ExternalId: system value
    InputProblem: code message path
    InvalidInput: message problems
    LoyaltyBalance: activationSchedule expiredPoints expiringPoints expirySchedule lifetimePoints lots nextExpiryDate
    owedPoints pendingPoints points redeemedPoints value
    LoyaltyMembership: balance enrolledAt leftAt nextTier pointsToNextTier purchasesToNextTier qualifying redemptions
    rewards spendToNextTier status tier tierHistory tierReviewOn tierSince tierSource transactions
    LoyaltyRedemption: cancelledAt code createdAt customer expiresOn id points reward sale status storefront usedAt
    value
    LoyaltyRedemptionConnection: edges nodes pageInfo totalCount
    LoyaltyRedemptionEdge: cursor node
    LoyaltyReward: description id isActive minTier name perCustomerLimit pointsCost validFrom validUntil value version
    LoyaltyTier: benefits earnMultiplier id isBase minPoints minPurchases minSpend name neverDemotes rank version
    LoyaltyTransaction: balanceAfter balanceBefore businessDate createdAt customer description expiresOn id owedAfter
    owedChange pendingAfter pendingChange points qualifyingChange reason redemption refund reverses sale type
    LoyaltyTransactionConnection: edges nodes pageInfo
    LoyaltyTransactionEdge: cursor node
    Node: id
    PageInfo: endCursor hasNextPage hasPreviousPage startCursor
    PatternSummary: anonymousTransactions avgBasketSize avgItemsPerTransaction busiestDay busiestHour
    mostPopularPaymentMethod revenue totalTransactions transactionsPerCustomer uniqueCustomers
    Payment: amount id method paidAt redemption reference
    PaymentPreference: avgTransactionValue method percentage transactionCount
    Period: complete days end start
    PointsDay: date points
    PointsLot: activeFrom earned earnedOn expiresOn id qualifying reason remaining sale status
    Preference: id key type updatedAt value values
    PurchaseFrequency: avgDaysBetweenPurchases daily monthly weekly
    PurchasePatterns: baskets byHour byMonth byWeekday byWeekdayHour categories exportUrl frequency notices
    paymentMethods period previous seasonality series summary
    PurchaseSummary: averageOrderValue daysSinceLastPurchase firstPurchaseDate lastPurchaseDate orders refunded
    revenue
    Qualifying: points purchases since spend
    Recommendation: category product reason score
    ReferralSummary: invited pointsEarned rewarded
    Refund: amount businessDate id items method number occurredAt paidOut pointsRestored pointsTakenBack sale settled
    tax
    RefundConnection: edges nodes pageInfo totalCount
    RefundEdge: cursor node
    RefundItem: amount item quantity
    Refusal: message
    RewardOffer: isAvailable missingPoints reason reward
    Sale: businessDate campaign channel customer discount id items number occurredAt paid payments pointsEarned
    pointsRedeemed refunded refunds status statusHistory storefront subtotal tax total
    SaleConnection: edges nodes pageInfo totalCount
    SaleEdge: cursor node
    SaleItem: brand category discount earnsPoints id isProduct product quantity refundedQuantity sku total unitPrice
    SaleStatusChange: at businessDate status
    SeasonIndex: index label month
    SeriesPoint: complete end revenue start transactionCount uniqueCustomers
    Storefront: id isActive name
    TierChange: at from reason to
    TimeBucket: key label percentage revenue transactionCount
    TimelineConnection: edges nodes pageInfo
    TimelineEdge: cursor node
    TimelineEvent: actor amount at id kind points subject title
    Touchpoint: campaign channel customer id isVoid occurredAt outcome score type
    TouchpointConnection: edges nodes pageInfo
    TouchpointEdge: cursor node
    Viewer: business customer mutations role subject
    WeekdayHourBucket: hour percentage revenue transactionCount weekday
"""

SHOWN_TO_CUSTOMER = OF_CUSTOMER | frozenset(coordinates_in(OWN))


class NotShown(Exception):
    """A field that is shown to customers and is none of the schema."""


def check_shown(schema: GraphQLSchema) -> None:
    """NotShown where the list names what there is not."""
    types = [kind for kind in schema.type_map.values() if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)]
    of_none = SHOWN_TO_CUSTOMER - {f"{kind.name}.{name}" for kind in types for name in kind.fields}
    if of_none:
        raise NotShown(f"schema/document/portal.py lists {sorted(of_none)}, which is no field")
