"""What can be exported, and into which kinds of files, by the names that people use."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """The kinds of files."""

    CSV = "CSV"
    XLSX = "XLSX"
    PDF = "PDF"
    PARQUET = "PARQUET"


MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PDF: "application/pdf",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


class ExportDetail(StrEnum):
    """How much of a segmentation is exported."""

    SUMMARY = "SUMMARY"
    CUSTOMERS = "CUSTOMERS"


REPORTS = (
    "customers",
    "segmentation",
    "segment-migration",
    "segmentation-trend",
    "lifetime-value",
    "purchase-patterns",
    "category-affinity",
    "retention",
    "acquisition",
    "receivables",
    "products",
    "audit-trail",
    "duplicates",
)  # beside them there are the lists of customers that a report has told of

# The columns of a list of customers beside number, name and tags: what a list tells of each, the profile, and what
# of it needs the pii claim.
BALANCE_COLUMN = "outstandingBalance"  # of today alone
LIST_COLUMNS = (
    *("revenue", "orders", "averageOrderValue", "lastPurchaseDate", "daysSinceLastPurchase", "segment"),
    *(
        "recencyScore",
        "frequencyScore",
        "monetaryScore",
        BALANCE_COLUMN,
        "probabilityAlive",
        "churnRisk",
        "expectedRevenue",
        "atStake",
    ),
)
PROFILE_COLUMNS = (
    *("type", "isActive", "isVerified", "joinedOn", "firstName", "lastName", "gender", "creditLimit"),
    *("acquisitionSource", "acquisitionCampaign", "consentEmail", "consentSms", "consentPush"),
)
PERSONAL_COLUMNS = ("email", "phone", "birthDate", "line1", "line2", "city", "state", "postalCode", "country")

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")  # the wide and small forms too: some spreadsheets read them alike


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
