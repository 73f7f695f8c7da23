"""`exportUrl`: the address of a file that holds what its object shows."""

from typing import Annotated, Any

import strawberry

from resolvers import links
from resolvers.exports import EXPORTABLE, Export, checked_columns, customer_columns
from rules.exports import ExportDetail, ExportFormat
from schema.arguments import Info, said
from schema.document.costs import PRICES, REPORT

strawberry.enum(
    ExportFormat,
    description="The kind of file: CSV and PARQUET hold one table, XLSX a sheet for each part, PDF what is printed.",
)
strawberry.enum(
    ExportDetail, description="How much of a segmentation: its segments, or every customer with scores and segment."
)

DESCRIPTION = (
    "The address of a file with this, all rows of it, as of now and with the rights of this token: a path of this "
    "server, good for ten minutes. Nothing is computed before it is opened."
)
PARTS = "; ".join(f"{e.name}: {', '.join(e.parts)}" for e in EXPORTABLE if len(e.parts) > 1)

# The root field whose work a file does; lists of members do that of their report, others that of a report.
FIELDS = {
    "segment-migration": "segmentMigration",
    "moved-customers": "segmentMigration",
    "segmentation-trend": "segmentationTrend",
    "lifetime-value": "lifetimeValueReport",
    "bucket-customers": "lifetimeValueReport",
    "purchase-patterns": "purchasePatterns",
    "category-affinity": "categoryAffinity",
    "retention": "retention",
    "cohort-customers": "retention",
}

Format = Annotated[ExportFormat, said("The kind of file.")]
Detail = Annotated[ExportDetail, said("The segments, or every customer of them too.")]
Part = Annotated[
    str | None,
    said(
        "Which table a CSV or PARQUET file holds, the first of its report unless given, and which one a PDF has in "
        f"full. {PARTS}."
    ),
]


Columns = Annotated[
    list[str] | None, said("Only these columns of the table, in this order; a wrong one is told with those there are.")
]


def price_of(export: Export) -> int:
    """What the opening of a link costs who made it: as much as its report at least."""
    return max(REPORT, PRICES.get(f"Query.{FIELDS.get(export.of.name)}", REPORT))


def export_url() -> Any:
    """The field of a report or list: its object knows the question that it answers as `asked`."""

    async def resolve(root: strawberry.Parent[Any], info: Info, format: Format, part: Part = None) -> str:
        return await links.export_url(info.context, Export(root.asked, format, part=part))

    return strawberry.field(resolver=resolve, description=DESCRIPTION)


def export_url_with_columns() -> Any:
    """The same of a list of customers."""

    async def resolve(
        root: strawberry.Parent[Any], info: Info, format: Format, part: Part = None, columns: Columns = None
    ) -> str:
        known = customer_columns(info.context.viewer.sees_personal_data)
        wanted = None if columns is None else checked_columns(columns, known)
        return await links.export_url(info.context, Export(root.asked, format, part=part, columns=wanted))

    return strawberry.field(resolver=resolve, description=DESCRIPTION)


def export_url_with_detail() -> Any:
    """The same of a segmentation."""

    async def resolve(
        root: strawberry.Parent[Any],
        info: Info,
        format: Format,
        detail: Detail = ExportDetail.SUMMARY,
        part: Part = None,
    ) -> str:
        return await links.export_url(info.context, Export(root.asked, format, detail, part))

    return strawberry.field(resolver=resolve, description=DESCRIPTION)
