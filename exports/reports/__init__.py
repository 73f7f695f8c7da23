"""What each report looks like as a document: one module for each."""

from dataclasses import replace

from exports.document import Document, limited
from exports.reports import (
    acquisition,
    affinity,
    audit,
    customers,
    duplicates,
    lifetime_value,
    migration,
    patterns,
    products,
    receivables,
    retention,
    segmentation,
)
from resolvers.exports import Export
from resolvers.operation.context import Context

MAKERS = {
    **customers.MAKERS,
    "segment-migration": migration.migration_document,
    "segmentation-trend": migration.trend_document,
    "lifetime-value": lifetime_value.document,
    "purchase-patterns": patterns.document,
    "category-affinity": affinity.document,
    "retention": retention.document,
    "acquisition": acquisition.document,
    "receivables": receivables.document,
    "products": products.document,
    "audit-trail": audit.document,
    "duplicates": duplicates.document,
}


async def document_of(context: Context, export: Export) -> Document:
    """The document of an export: everything but long tables is computed; BadUserInput says what cannot be."""
    name = export.of.name
    if name == "segmentation":
        return await segmentation.document(context, export.asked, export.detail)
    document = await MAKERS[name](context, export.asked)
    if export.columns is None:
        return document
    main, *others = document.tables
    return replace(document, tables=(limited(main, export.columns), *others))
