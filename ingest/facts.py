"""The sales and refunds that the rows of one number make, by the rules of the file's layout."""

from collections.abc import Callable

from ingest.drafts import Outcome, digest_of
from ingest.invoices import invoices_of, purchases_of
from ingest.mapping import Rules
from ingest.rows import Group
from ingest.sale_terms import SaleTerms
from ingest.whole_sales import sales_of

RULES: dict[Rules, Callable[[Group, SaleTerms], Outcome]] = {
    Rules.SALES: sales_of,
    Rules.INVOICES: invoices_of,
    Rules.PURCHASES: purchases_of,
}


def outcome_of(group: Group, terms: SaleTerms) -> Outcome:
    """The sales and refunds of the rows of one number, and the rejects among all of its rows."""
    outcome = RULES[terms.mapping.rules](group, terms) if group.rows else Outcome([], [])
    outcome.rejects.extend(([line], reason) for line, reason in group.unreadable)
    for draft in outcome.drafts:
        draft.digest = digest_of(draft)
    return outcome
