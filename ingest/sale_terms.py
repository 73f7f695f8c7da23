"""What the rules of rows need besides the rows, and what several rows say together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.drafts import Unsellable, checked_number
from ingest.fields import LINE_MONEY
from ingest.mapping import Mapping, NumberRestarts
from ingest.rates import CurrencyRates
from ingest.rows import SourceRow
from ingest.values import Moment
from rules.days import date_of


@dataclass(frozen=True)
class SaleTerms:
    """The layout of the file and the money of the business."""

    mapping: Mapping
    exponent: int  # the decimals of the currency
    currency: str
    rates: CurrencyRates | None = None


def lines_of(rows: Iterable[SourceRow]) -> list[int]:
    """The lines of the file on which rows stand."""
    return [row.line for row in rows]


def given(rows: Iterable[SourceRow], name: str) -> Any:
    """What the first row that says so gives for something of the whole sale."""
    return next((value for row in rows if (value := getattr(row, name)) is not None), None)


def profile_of(rows: Sequence[SourceRow]) -> tuple[Any, ...]:
    """What the rows say of their customer, for each field the first that is given."""
    first = rows[0].profile
    if None not in first:
        return first
    return tuple(
        next((value for value in values if value is not None), None)
        for values in zip(*(row.profile for row in rows), strict=True)
    )


def moment_of(row: SourceRow) -> Moment:
    """The time of a row that has one."""
    if row.occurred_at is None:
        raise Unsellable("no date", row.line)
    return row.occurred_at


def in_currency(rows: Sequence[SourceRow], terms: SaleTerms) -> list[SourceRow]:
    """The rows with their money in the business's currency; Unsellable where there is no rate for it."""
    currency = given(rows, "currency")
    other = next((row for row in rows if row.currency not in (None, currency)), None)
    if other is not None:
        raise Unsellable(f"currency {other.currency} where an earlier row of {other.key} has {currency}", other.line)
    if currency is None or currency == terms.currency:
        return list(rows)
    first = next((row for row in rows if row.occurred_at is not None), rows[0])
    rate = terms.rates.rate(currency, moment_of(first).business_day) if terms.rates else None
    if rate is None:
        raise Unsellable(_no_rate(currency, first, terms))
    return [_converted(row, rate, terms.currency) for row in rows]


def _no_rate(currency: str, first: SourceRow, terms: SaleTerms) -> str:
    foreign = f"{currency} where the business has {terms.currency}"
    if terms.rates is None:
        return f"{foreign}: --rates FILE would convert it"
    return f"{foreign}, and the rates have none for {date_of(moment_of(first).business_day)}"


def _converted(row: SourceRow, rate: Any, currency: str) -> SourceRow:
    money = {name: _times(getattr(row, name), rate) for name in LINE_MONEY}
    order = tuple(_times(value, rate) for value in row.order)
    paid_by = tuple(_times(value, rate) for value in row.paid_by)
    return row._replace(**money, order=order, paid_by=paid_by, currency=currency if row.currency else None)


def _times(value: int | None, rate: Any) -> int | None:
    return None if value is None else round(value * rate)


def earliest(rows: Iterable[SourceRow]) -> Moment:
    """The earliest time that rows give, of which one does."""
    return min((row.occurred_at for row in rows if row.occurred_at), key=lambda moment: moment.instant)


def first_dated(rows: Sequence[SourceRow]) -> SourceRow:
    """The first of some rows that has a time."""
    return next(row for row in rows if row.occurred_at is not None)


def numbered(number: str, moment: Moment, terms: SaleTerms) -> str:
    """The number of a sale, with its day where numbers begin anew each day."""
    if terms.mapping.habits.number_restarts is NumberRestarts.DAILY:
        number = f"{number}/{date_of(moment.business_day)}"
    return checked_number(number, "sale")
