"""Every part of every report, with the GraphQL selection that gives the same rows."""

from dataclasses import dataclass
from typing import Any

from analytics.segmentation import SCHEMES

AS_OF = 'asOf: "2026-03-05"'
PERIOD = 'period: {start: "2025-06-01", end: "2026-03-05"}'


@dataclass(frozen=True)
class Case:
    """A part of a report: the field with its arguments, and what it selects to get the same rows.

    `rows` finds them in the answer. Names of the file that the answer has elsewhere are left to `of_row`.
    """

    name: str
    field: str
    part: str
    selection: str
    rows: Any

    def __str__(self) -> str:
        return f"{self.name} {self.part}"


def own(name: str) -> Any:
    return lambda data: data[name]


SEGMENT = """segments { name code customerCount percentage totalRevenue revenueContribution averageOrderValue growth
    recencyScore frequencyScore monetaryScore description criteria recommendedActions
    characteristics { avgDaysSinceLastPurchase avgPurchaseFrequency avgTotalSpend avgCreditUtilization totalOutstanding
        preferredCategory preferredStorefront { name } preferredChannel preferredWeekday preferredPaymentMethod
        peakMonth } }"""
SUMMARY_OF_RETENTION = """summary { totalCustomers customersAtStart customersAtEnd activeCustomers retainedCustomers
    churnedCustomers newCustomers acquiredCustomers lapsedNewCustomers returningCustomers reactivatedCustomers
    retentionRate netRetentionRate churnRate repeatPurchaseRate winBackRate avgCustomerLifespanDays }"""
PROFILE = """number name type isActive isVerified joinedOn firstName lastName gender creditLimit email phone birthDate
    address { line1 line2 city state postalCode country } consents { email sms push }
    acquisition { source campaign } """


def segments(data: Any) -> list[Any]:
    rows: list[Any] = []
    for segment in data["segments"]:
        typical = segment.pop("characteristics")
        typical["preferredStorefront"] = (typical["preferredStorefront"] or {}).get("name")
        rows.append(segment | typical | {"recommendedActions": " ".join(segment["recommendedActions"])})
    return rows


def profile(node: Any) -> dict[str, Any]:
    address = node.pop("address") or dict.fromkeys(("line1", "line2", "city", "state", "postalCode", "country"))
    consents, acquisition = node.pop("consents"), node.pop("acquisition")
    return (
        node
        | address
        | {f"consent{name.capitalize()}": value for name, value in consents.items()}
        | {f"acquisition{name.capitalize()}": value for name, value in acquisition.items()}
    )


def listed(data: Any) -> list[Any]:
    return [profile(_flat(node)) for node in data["nodes"]]


def _flat(node: Any) -> Any:
    bought, scores = node.pop("purchases"), _scored(node.pop("rfm"))
    return node | bought | scores | {"tags": ", ".join(node["tags"]) or None}


def _scored(rfm: Any) -> Any:
    """Segment and scores; too few have bought for a model, so nothing is ahead."""
    scores = ("recencyScore", "frequencyScore", "monetaryScore")
    ahead = ("probabilityAlive", "churnRisk", "expectedRevenue", "atStake")
    found = {name: rfm and rfm[name] for name in scores} | dict.fromkeys(ahead)
    return found | {"segment": rfm and rfm["segment"]["name"]}


def moves(data: Any) -> list[Any]:
    names = {None: None} | {segment.code: segment.name for scheme in SCHEMES.values() for segment in scheme.segments}
    return [move | {"fromName": names[move["from"]], "toName": names[move["to"]]} for move in data["moves"]]


def cohorts(data: Any) -> list[Any]:
    shown = ("key", "size", "currentActive", "churned")
    return [{n: cohort[n] for n in shown} | cell for cohort in data["cohorts"] for cell in cohort["periods"]]


def worth(data: Any) -> list[Any]:
    return [
        {"rank": node["rank"], "number": node["customer"]["number"], "name": node["customer"]["name"], **node["clv"]}
        for node in data["customers"]["nodes"]
    ]


SEGMENTATION = f"segmentation({AS_OF}, days: 365)"
MIGRATION = 'segmentMigration(from: "2026-02-01", to: "2026-03-05")'
TREND = 'segmentationTrend(from: "2026-01-15", to: "2026-03-05")'
VALUE = f"lifetimeValueReport({AS_OF}, first: 1000)"
PATTERNS = f"purchasePatterns({PERIOD})"
RETENTION = f"retention({PERIOD})"
ACQUISITION = f"acquisition({PERIOD})"
PRODUCTS = f"productReport({PERIOD})"
AFFINITY = f"categoryAffinity({PERIOD}, minSupport: 0)"
RECEIVABLES = f"receivablesAging({AS_OF})"
CUSTOMERS = f"customers({AS_OF}, first: 1000, orderBy: NAME)"
AGES = {
    "current": "current",
    "1 to 30 days": "days1To30",
    "31 to 60 days": "days31To60",
    "61 to 90 days": "days61To90",
    "over 90 days": "over90",
    "total": "total",
}
TIMES = "key label transactionCount revenue percentage"

CASES = [
    Case("segmentation", SEGMENTATION, "segments", SEGMENT, segments),
    Case(
        "segmentation",
        SEGMENTATION,
        "summary",
        "totalCustomers activeCustomers totalRevenue refundsOutsidePopulation "
        "insights { highestRevenueSegment largestSegment fastestGrowingSegment needsAttention }",
        lambda data: [data | data.pop("insights")],
    ),
    Case(
        "segmentation",
        SEGMENTATION,
        "cells",
        "cells { recencyScore frequencyScore monetaryScore segmentCode customerCount revenue }",
        own("cells"),
    ),
    Case(
        "segmentation",
        SEGMENTATION,
        "cutPoints",
        "cutPoints { score maxRecencyDays minFrequency minMonetary }",
        own("cutPoints"),
    ),
    Case("migration", MIGRATION, "moves", "moves { from to customerCount revenue }", moves),
    Case(
        "trend",
        TREND,
        "points",
        "points { asOf segments { code name customerCount revenue } }",
        lambda data: [{"asOf": p["asOf"], **segment} for p in data["points"] for segment in p["segments"]],
    ),
    Case(
        "lifetime value",
        VALUE,
        "customers",
        "customers { nodes { rank customer { number name } clv { revenue profit profitMargin orders averageOrderValue "
        "firstPurchaseDate lastPurchaseDate daysAsCustomer lifespanDays purchaseFrequencyDays heuristic } } }",
        worth,
    ),
    Case(
        "lifetime value",
        VALUE,
        "summary",
        "summary { totalCustomers totalRevenue totalProfit averageClv averageProfitPerCustomer topCustomerRevenue "
        "top10PercentContribution refundsOutsidePopulation }",
        lambda data: [data["summary"]],
    ),
    Case(
        "lifetime value",
        VALUE,
        "distribution",
        "distribution { label min max customerCount revenue }",
        own("distribution"),
    ),
    Case("lifetime value", VALUE, "lorenz", "lorenz { customers revenue }", own("lorenz")),
    Case(
        "patterns",
        PATTERNS,
        "series",
        "series { start end transactionCount uniqueCustomers revenue complete }",
        own("series"),
    ),
    Case(
        "patterns",
        PATTERNS,
        "summary",
        "summary { totalTransactions uniqueCustomers revenue anonymousTransactions avgBasketSize "
        "avgItemsPerTransaction transactionsPerCustomer mostPopularPaymentMethod busiestDay busiestHour } "
        "frequency { daily weekly monthly avgDaysBetweenPurchases }",
        lambda data: [data["summary"] | data["frequency"]],
    ),
    Case("patterns", PATTERNS, "baskets", "baskets { min max transactionCount percentage avgItems }", own("baskets")),
    Case(
        "patterns",
        PATTERNS,
        "byWeekdayHour",
        "byWeekdayHour { weekday hour transactionCount revenue percentage }",
        own("byWeekdayHour"),
    ),
    Case("patterns", PATTERNS, "byWeekday", f"byWeekday {{ {TIMES} }}", own("byWeekday")),
    Case("patterns", PATTERNS, "byHour", f"byHour {{ {TIMES} }}", own("byHour")),
    Case("patterns", PATTERNS, "byMonth", f"byMonth {{ {TIMES} }}", own("byMonth")),
    Case("patterns", PATTERNS, "seasonality", "seasonality { month label index }", own("seasonality")),
    Case(
        "patterns",
        PATTERNS,
        "paymentMethods",
        "paymentMethods { method transactionCount percentage avgTransactionValue }",
        own("paymentMethods"),
    ),
    Case(
        "patterns",
        PATTERNS,
        "categories",
        "categories { category purchaseCount percentage avgSpend revenue }",
        own("categories"),
    ),
    Case("affinity", AFFINITY, "pairs", "pairs { first second support confidence lift transactions }", own("pairs")),
    Case(
        "retention",
        RETENTION,
        "cohorts",
        "cohorts { key size currentActive churned periods { period start customerCount retention complete revenue "
        "cumulativeRevenuePerCustomer } }",
        cohorts,
    ),
    Case("retention", RETENTION, "summary", SUMMARY_OF_RETENTION, lambda data: [data["summary"]]),
    Case(
        "retention",
        RETENTION,
        "trends",
        "trends { key start startingCustomers newCustomers acquiredCustomers reactivatedCustomers churnedCustomers "
        "endingCustomers retentionRate churnRate complete }",
        own("trends"),
    ),
    Case(
        "retention",
        RETENTION,
        "repeatPurchases",
        "repeatPurchases { oneTimeBuyers repeatBuyers repeatRate avgPurchasesPerCustomer medianDaysToSecondPurchase }",
        lambda data: [data["repeatPurchases"]],
    ),
    Case(
        "acquisition", ACQUISITION, "bySource", "bySource { key customers percentage revenue avgClv }", own("bySource")
    ),
    Case(
        "acquisition",
        ACQUISITION,
        "byCampaign",
        "byCampaign { key customers percentage revenue avgClv }",
        own("byCampaign"),
    ),
    Case("acquisition", ACQUISITION, "summary", "totalNew referrals", lambda data: [data]),
    Case(
        "products",
        PRODUCTS,
        "products",
        "products { nodes { name category revenue percentage profit units transactions customers repeatRate "
        "firstPurchases firstPurchaseRepeatRate firstPurchaseValue } }",
        lambda data: [node | {"units": float(node["units"])} for node in data["products"]["nodes"]],
    ),
    Case(
        "customers",
        CUSTOMERS,
        "customers",
        f'nodes {{ {PROFILE} tags purchases(asOf: "2026-03-05") {{ revenue orders averageOrderValue '
        "lastPurchaseDate daysSinceLastPurchase } rfm(scheme: RETAIL, days: null) { recencyScore frequencyScore "
        "monetaryScore segment { name } } }",
        listed,
    ),
    Case(
        "receivables",
        RECEIVABLES,
        "aging",
        "current days1To30 days31To60 days61To90 over90 total",
        lambda data: [
            {"age": age, "amount": data[name], "percentage": 100 * float(data[name]) / float(data["total"])}
            for age, name in AGES.items()
        ],
    ),
]
