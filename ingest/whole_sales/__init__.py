"""SALES: the rows of one number are a whole sale with what was given back of it, or all of them are rejects."""

from collections.abc import Iterator, Sequence

from ingest.drafts import Drafted, Outcome, RefundDraft, Unsellable
from ingest.mapping import NumberRestarts
from ingest.rows import Group, SourceRow
from ingest.sale_terms import SaleTerms, given, in_currency, lines_of
from ingest.whole_sales.faults import faults_of
from ingest.whole_sales.refunds import paid_back, refunds_of
from ingest.whole_sales.roles import Roles, roles_of
from ingest.whole_sales.sale import sale_of
from ingest.words import RowKind


def sales_of(group: Group, terms: SaleTerms) -> Outcome:
    """The sale of a number and its refunds, or several where storefronts or days say that they are different ones."""
    if group.unreadable:
        reasons = faults_of(roles_of(group.rows), terms) | dict(group.unreadable)
        return Outcome([], _together(group.rows, reasons))
    outcome = Outcome([], [])
    neither = [row for row in group.rows if row.kind is RowKind.NEITHER]
    outcome.rejects.extend(([row.line], "the row is neither a sale nor a refund") for row in neither)
    rows = [row for row in group.rows if row.kind is not RowKind.NEITHER] if neither else group.rows
    for part in _parts(rows, terms):
        made = _whole(part, terms)
        outcome.drafts.extend(made.drafts)
        outcome.rejects.extend(made.rejects)
    return outcome


def _parts(rows: Sequence[SourceRow], terms: SaleTerms) -> Iterator[list[SourceRow]]:
    """The rows of each storefront, and where numbers begin anew each day of each day.

    A blank is as the row before, and before the first that says something as that one.
    """
    daily = terms.mapping.habits.number_restarts is NumberRestarts.DAILY
    parts: dict[tuple[str | None, int | None], list[SourceRow]] = {}
    storefront = given(rows, "storefront")
    dated = next((row.occurred_at for row in rows if row.occurred_at), None) if daily else None
    day = dated.business_day if dated else None
    for row in rows:
        storefront = row.storefront or storefront
        day = row.occurred_at.business_day if daily and row.occurred_at else day
        parts.setdefault((storefront, day), []).append(row)
    yield from parts.values()


def _whole(rows: Sequence[SourceRow], terms: SaleTerms) -> Outcome:
    try:
        roles = roles_of(in_currency(rows, terms))
        reasons = faults_of(roles, terms)
        if not reasons:
            return Outcome(_drafts(roles, terms), [])
    except Unsellable as problem:
        reasons = _own(rows, problem)
    return Outcome([], _together(rows, reasons))


def _drafts(roles: Roles, terms: SaleTerms) -> list[Drafted]:
    drafts: list[Drafted] = []
    rows = roles.of_sale
    if roles.returns and not (roles.sold or roles.void or roles.discounts):
        return list(refunds_of(roles.returns, None, roles.others, terms))
    sale = sale_of(roles, rows, terms) if rows else None
    if sale is not None:
        drafts.append(sale)
        if not roles.returns:
            drafts.extend(paid_back(sale, rows, terms))
    if roles.returns and sale is not None and sale.counted_from is None:
        raise Unsellable(f"a sale that is {sale.status} gives nothing back", roles.returns[0].line)
    drafts.extend(refunds_of(roles.returns, sale, rows, terms))
    if sale is not None and sale.counted_from is not None:
        back = sum(draft.amount for draft in drafts if isinstance(draft, RefundDraft))
        if back > sale.total:
            raise Unsellable("more is given back than was sold")
    return drafts


def _own(rows: Sequence[SourceRow], problem: Unsellable) -> dict[int, str]:
    lines = lines_of(rows) if problem.line is None else [problem.line]
    return dict.fromkeys(lines, str(problem))


def _together(rows: Sequence[SourceRow], reasons: dict[int, str]) -> list[tuple[list[int], str]]:
    """The rows as rejects: some for reasons of their own, the others because of the first of those."""
    first = min(reasons)
    own = [([row.line], reasons[row.line]) for row in rows if row.line in reasons]
    others = [row.line for row in rows if row.line not in reasons]
    return [*own, (others, f"with line {first}: {reasons[first]}")] if others else own
