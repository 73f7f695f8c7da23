"""How an import is told: what was understood of the file, what became of its rows, and its books."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from ingest.books import Books
from ingest.dates import DateStyle
from ingest.drafts import Drafted, SaleDraft
from ingest.loader import FileUnderstood, ImportSummary
from ingest.mapping import Choices
from rules.currency import MILLION
from rules.days import date_of

FEW = 12


def tell_import(summary: ImportSummary, file: Path, shop: Any) -> None:
    """Say what became of the rows, and lay out the books."""
    verb = "would write" if summary.dry_run else "wrote"
    typer.echo(
        f"{file.name}: read {summary.read:,} rows in {summary.seconds:.1f} s "
        f"({summary.rows_per_second:,.0f} rows/s)\n"
        f"  {verb} {summary.written:,}, updated {summary.updated:,}, unchanged {summary.unchanged:,}, "
        f"rejected {summary.rejected:,} rows\n"
        f"  {verb} {summary.sales:,} sales, {summary.refunds:,} refunds, {summary.customers:,} new customers"
    )
    _tell_lines(summary)
    if summary.contacts_dropped:
        typer.echo(f"  left out {summary.contacts_dropped:,} e-mails or phones: impossible, or another customer's")
    if summary.notes:
        typer.echo(f"  odd, or left out of customers' profiles: {summary.notes:,}; their sales are written")
        for line, note in summary.understood.notes:
            typer.echo(f"    line {line}: {note}")
    for reason, rows, line in summary.understood.reasons:
        typer.echo(f"  rejected {rows:,} from line {line}: {reason}")
    if summary.rejects:
        typer.echo(f"  rejected rows with their reasons: {summary.rejects}")
    _tell_books(summary.books, shop)


def _tell_lines(summary: ImportSummary) -> None:
    """The sum that proves that no line of the file was lost."""
    lines = summary.understood.lines
    parts = {
        "rows": lines.records,
        "blank": lines.blank_lines,
        "header": lines.header_lines,
        "continued": lines.continuation_lines,
    }
    listed = " + ".join(f"{count:,} {name}" for name, count in parts.items() if count)
    typer.echo(f"  {listed} = {lines.physical_lines:,} lines of the file")


def _tell_books(books: Books, shop: Any) -> None:
    lines = books.in_order()
    if not lines:
        return
    shown = [
        [
            f"{line.month // 12}-{line.month % 12 + 1:02}",
            line.status.lower(),
            f"{line.count:,}",
            *(_money(amount, shop) for amount in (line.subtotal, line.discount, line.total, line.tax, line.paid)),
        ]
        for line in lines
    ]
    titles = ("month", "status", "count", "lines", "discount", "total", "tax", "paid")
    _print(f"Books of the file, {shop.currency}", titles, shown, right_from=2)


def tell_understood(summary: ImportSummary, file: Path, shop: Any) -> None:
    """Say how the file was read: layout, columns, styles, and the first sales as they would be written."""
    understood = summary.understood
    mapping = understood.mapping
    habits = mapping.habits
    typer.echo(f"{file.name} is read as {mapping.title or 'the --map says'}")
    _print("Columns", ("field", "column"), [[name, _choices(choices)] for name, choices in mapping.columns.items()])
    if mapping.fixed:
        typer.echo(f"  the same for all: {', '.join(f'{name} {value}' for name, value in mapping.fixed.items())}")
    typer.echo(f"  not used: {', '.join(understood.unused) or 'none'}")
    typer.echo(f"  numbers: {_numbers(understood)}")
    typer.echo(f"  dates: {_dates(understood)}; times are of {habits.time_zone or shop.timezone}")
    typer.echo(f"  tax: {str(habits.tax).lower().replace('_', ' ')}; business: {shop.currency}, {shop.timezone}")
    for draft in understood.first_drafts:
        _tell_draft(draft, shop)


def _numbers(understood: FileUnderstood) -> str:
    marks = sorted({str(mark).lower() for mark in understood.styles.marks.values()})
    return f"decimal {' and '.join(marks)}" if marks else "none"


def _dates(understood: FileUnderstood) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_style(style)}" for name, style in understood.styles.dates.items())


def _style(style: DateStyle) -> str:
    if style.told:
        return " or ".join(told.text for told in style.told)
    return "ISO 8601" if style.order is None else f"with the {str(style.order).lower()} first"


def _choices(choices: Choices) -> str:
    return ", else ".join(" + ".join(cells) for cells in choices)


def _tell_draft(draft: Drafted, shop: Any) -> None:
    is_sale = isinstance(draft, SaleDraft)
    kind = f"sale {draft.number}, {draft.status.lower()}" if is_sale else f"refund {draft.number}"
    when = f"{date_of(draft.moment.business_day)}"
    if draft.moment.hour is not None:
        when += f" {draft.moment.instant:%H:%M} UTC"
    typer.echo(f"  {kind}, {when}, customer {draft.customer or 'nobody'}, lines {', '.join(map(str, draft.lines))}")
    if not is_sale:
        typer.echo(f"    {_money(draft.amount, shop)} and tax {_money(draft.tax, shop)}, of sale {draft.sale_number}")
        return
    for line in draft.items[:FEW]:
        price = f"{line.unit_price / MILLION:,.2f}"
        typer.echo(f"    {line.quantity / MILLION:g} × {line.product} at {price} = {_money(line.total, shop)}")
    paid = ", ".join(f"{payment.method} {_money(payment.amount, shop)}" for payment in draft.payments)
    typer.echo(
        f"    discount {_money(draft.discount, shop)}, total {_money(draft.total, shop)}, "
        f"tax {_money(draft.tax, shop)}, paid {paid or 'unknown'}"
    )


def _money(amount: int, shop: Any) -> str:
    return f"{amount / 10**shop.currency_exponent:,.{shop.currency_exponent}f}"


def _print(title: str, titles: Sequence[str], rows: Iterable[Sequence[str]], *, right_from: int = 99) -> None:
    table = Table(title=title, title_justify="left", title_style="bold")
    for place, name in enumerate(titles):
        table.add_column(name, justify="right" if place >= right_from else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(width=120 if not Console().is_terminal else None).print(table)
