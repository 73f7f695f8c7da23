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
    isPhoneVerified isVerified joinedOn lastActivityAt lastName name number openingBalance outstandingBalance owed
    patterns phone preferences purchases recommendations refunds sales timeline touchpoints type version
    Duplicate: existing field message value
    EmailEngagement: clickRate lastClickedAt lastOpenedAt openRate
    ExternalId: system value
    InputProblem: code message path
    InvalidInput: message problems
    Node: id
    PageInfo: endCursor hasNextPage hasPreviousPage startCursor
    PatternSummary: anonymousTransactions avgBasketSize avgItemsPerTransaction busiestDay busiestHour
    mostPopularPaymentMethod revenue totalTransactions transactionsPerCustomer uniqueCustomers
    Payment: amount id method paidAt reference
    PaymentPreference: avgTransactionValue method percentage transactionCount
    Period: complete days end start
    Preference: id key type updatedAt value values
    PurchaseFrequency: avgDaysBetweenPurchases daily monthly weekly
    PurchasePatterns: baskets byHour byMonth byWeekday byWeekdayHour categories exportUrl frequency notices
    paymentMethods period previous seasonality series summary
    PurchaseSummary: averageOrderValue daysSinceLastPurchase firstPurchaseDate lastPurchaseDate orders refunded
    revenue
    Recommendation: category product reason score
    Refund: amount businessDate id items method number occurredAt paidOut pointsRestored pointsTakenBack sale settled
    tax
    RefundConnection: edges nodes pageInfo totalCount
    RefundEdge: cursor node
    RefundItem: amount item quantity
    Refusal: message
    Sale: businessDate campaign channel customer discount id items number occurredAt paid payments pointsEarned
    pointsRedeemed refunded refunds status statusHistory storefront subtotal tax total
    SaleConnection: edges nodes pageInfo totalCount
    SaleEdge: cursor node
    SaleItem: brand category discount earnsPoints id isProduct product quantity refundedQuantity sku total unitPrice
    SaleStatusChange: at businessDate status
    SeasonIndex: index label month
    SeriesPoint: complete end revenue start transactionCount uniqueCustomers
    Storefront: id isActive name
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
