"""What rows say of the whole order, which counts once however often it stands there."""

from collections.abc import Sequence

from ingest.amounts import minor
from ingest.fields import ORDER
from ingest.rows import SourceRow
from ingest.sale_terms import SaleTerms


def of_order(rows: Sequence[SourceRow], name: str, terms: SaleTerms) -> int:
    """What the first row that gives more than 0 says of the whole sale, in minor units."""
    field = ORDER + name
    if field not in terms.mapping.order:
        return 0
    place = terms.mapping.order.index(field)
    return minor(next((row.order[place] for row in rows if row.order[place]), None), terms.exponent)


def tells_of_order(rows: Sequence[SourceRow], name: str, terms: SaleTerms) -> bool:
    """Whether a row says something of the whole sale, be it 0."""
    if ORDER + name not in terms.mapping.order:
        return False
    place = terms.mapping.order.index(ORDER + name)
    return any(row.order[place] is not None for row in rows)
