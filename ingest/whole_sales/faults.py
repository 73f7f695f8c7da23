"""Why rows cannot be part of a whole sale."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ingest.fields import ORDER
from ingest.mapping import NumberRestarts
from ingest.rows import SourceRow
from ingest.sale_terms import SaleTerms, moment_of
from ingest.whole_sales.payments import has_payment_rows
from ingest.whole_sales.roles import Roles, gives_back, takes_back
from ingest.words import RowKind
from rules.days import date_of
from rules.selling import SaleStatus

LONGEST_SALE = timedelta(hours=6)  # past midnight; rows of one number further apart are two sales
SALE_WIDE = ("customer", "status", "channel", "currency")
NOT_COUNTED = (SaleStatus.PENDING, SaleStatus.CANCELLED)


def faults_of(roles: Roles, terms: SaleTerms) -> dict[int, str]:
    """Why rows cannot be part of a whole sale, by their lines."""
    reasons: dict[int, str] = {}
    whole = [*roles.of_sale, *roles.returns]
    first = min(whole, key=lambda row: row.line)
    if first.occurred_at is None:
        reasons[first.line] = "no date"
    reasons = _contradictions(roles.of_sale, terms) | _contradictions(roles.returns, terms, of_sale=False) | reasons
    for row in (*roles.sold, *roles.discounts, *roles.returns):
        reason = _not_usable(row, terms)
        if reason is not None:
            reasons.setdefault(row.line, reason)
    if not reasons and terms.mapping.habits.number_restarts is NumberRestarts.UNKNOWN:
        far = _far_apart(roles.of_sale)
        if far is not None:
            reasons[far[0]] = far[1]
    return reasons


def _not_usable(row: SourceRow, terms: SaleTerms) -> str | None:
    """Why a row cannot be a line of a sale or of a refund, None where it can."""
    columns = terms.mapping.columns
    if row.amount is None and row.unit_price is None:
        return f"no {' or '.join(name.replace('_', ' ') for name in ('unit_price', 'amount') if name in columns)}"
    if row.quantity is None and "quantity" in columns and not _needs_no_quantity(row, terms):
        return "no quantity"
    if row.quantity is None and row.kind is not RowKind.REFUND and ((row.amount or 0) < 0 or (row.unit_price or 0) < 0):
        return "the amount is negative: map quantity or kind to say whether it is a refund or a discount"
    if row.quantity == 0:
        return "quantity is 0"
    if gives_back(row) and row.status in NOT_COUNTED:
        return f"a refund that is {row.status} takes nothing back"
    if takes_back(row):
        return None
    return next((f"{name} is negative" for name in ("tax", "cost") if (getattr(row, name) or 0) < 0), None)


def _needs_no_quantity(row: SourceRow, terms: SaleTerms) -> bool:
    """Whether a row is one of something where it does not say how many: of a refund only the amount counts."""
    is_amount_of_refund = row.kind is RowKind.REFUND and row.amount is not None
    return is_amount_of_refund or "" in terms.mapping.words.get("quantity", {})


def _contradictions(rows: Sequence[SourceRow], terms: SaleTerms, *, of_sale: bool = True) -> dict[int, str]:
    """The rows that say otherwise than an earlier one of what belongs to the whole sale."""
    mapping = terms.mapping
    names = SALE_WIDE if _pays_by_row(rows, terms) else (*SALE_WIDE, "payment_method")
    reasons: dict[int, str] = {}
    said: dict[str, Any] = {}
    for row in rows:
        values = {name: getattr(row, name) for name in names}
        if of_sale:
            # Some systems write what is of the whole order in one row, and 0 in the others.
            values |= {name: value or None for name, value in zip(mapping.order, row.order, strict=True)}
            values |= {name: value or None for name, value in zip(mapping.paid_by, row.paid_by, strict=True)}
        values = {name: value for name, value in values.items() if value is not None}
        other = next((name for name, value in values.items() if said.get(name, value) != value), None)
        if other is None:
            said.update(values)
        else:
            reasons[row.line] = _contradiction(row, other, values[other], said[other])
    return reasons


def _contradiction(row: SourceRow, name: str, value: Any, earlier: Any) -> str:
    what = name.removeprefix(ORDER).replace("_", " ")
    if isinstance(value, int):
        return f"{what} is not what an earlier row of {row.key} has: is {name} of the row? line.{what}=… says so"
    return f"{what} {value} where an earlier row of {row.key} has {earlier}"


def _pays_by_row(rows: Sequence[SourceRow], terms: SaleTerms) -> bool:
    is_own_row = has_payment_rows(terms) or any(row.kind is RowKind.PAYMENT for row in rows)
    return is_own_row or any(row.paid for row in rows)


def _far_apart(rows: Sequence[SourceRow]) -> tuple[int, str] | None:
    """The line and the reason where rows of one number are of days that no one sale has."""
    dated = [row for row in rows if row.occurred_at is not None]
    if len(dated) < 2:
        return None
    early, late = (find(dated, key=_instant) for find in (min, max))
    first, last = moment_of(early), moment_of(late)
    if first.business_day == last.business_day or last.instant - first.instant <= LONGEST_SALE:
        return None
    days = f"{date_of(first.business_day)} and {date_of(last.business_day)}"
    return late.line, (
        f"rows of {late.key} are of {days}: are they one sale? --number-restarts never says so, "
        "--number-restarts daily that numbers begin anew each day"
    )


def _instant(row: SourceRow) -> Any:
    return moment_of(row).instant
