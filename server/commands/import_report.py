"""How an import is told: what was understood of the file, what became of its rows, and its books."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import groupby
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import Any
from zoneinfo import ZoneInfo

import typer

from ingest.books import REFUNDS, BookLine, Books
from ingest.dates import DateStyle
from ingest.drafts import Draft, PersonDraft, RefundDraft, SaleDraft
from ingest.loader import FileUnderstood, ImportSummary
from ingest.mapping import Choices, Mapping, Rules, TaxStanding
from rules.days import date_of
from rules.selling import COUNTED

FEW = 12
FEW_LINES = 6
WIDTH = (120, 24)  # of what is no terminal
UNBROKEN = "\N{NO-BREAK SPACE}"
TEXTS = 2  # columns of the books before those of numbers
AMOUNTS = ("lines", "discount", "total", "tax", "paid")
TAXES = {
    TaxStanding.BESIDE: "added to the amounts",
    TaxStanding.WITHIN: "contained in the amounts, and taken off them",
    TaxStanding.BY_TOTAL: "added to the amounts or contained in them, as the total of each sale tells",
    TaxStanding.ASK: "none in this file",
}
LETTERS = {
    "%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%H": "hh", "%I": "hh", "%M": "mm", "%S": "ss", "%f": "ffffff",
    "%b": "Jan", "%h": "Jan", "%B": "January", "%a": "Mon", "%A": "Monday", "%p": "PM", "%z": "+hh:mm", "%Z": "ZONE",
}  # fmt: skip


# ---------------------------------------------------------------- what became of it


def tell_import(summary: ImportSummary, file: Path, shop: Any) -> None:
    """Say what became of the rows, and lay out the books."""
    verb = "would write" if summary.dry_run else "wrote"
    made = f"{_count(summary.sales, 'sale')}, {_count(summary.refunds, 'refund')}"
    typer.echo(
        f"{file.name}: read {_count(summary.read, 'row')} in {summary.seconds:.1f} s "
        f"({summary.rows_per_second:,.0f} rows/s)\n"
        f"  {verb} {summary.written:,}, updated {summary.updated:,}, unchanged {summary.unchanged:,}, "
        f"rejected {summary.rejected:,} rows\n"
        f"  {verb} {made}, {_count(summary.customers, 'new customer')}"
    )
    _tell_lines(summary)
    _tell_oddities(summary)
    _tell_rejects(summary)
    _tell_books(summary.books, file, shop)


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


def _tell_oddities(summary: ImportSummary) -> None:
    """What was written all the same."""
    if summary.contacts_dropped:
        typer.echo(
            f"  left out {_count(summary.contacts_dropped, 'e-mail or phone', 'e-mails or phones')}: "
            "impossible, or another customer's"
        )
    if summary.notes:
        typer.echo(f"  odd, or left out of customers' profiles: {summary.notes:,}; their rows are used")
        for line, note in summary.understood.notes:
            _tell(f"line {line}: {note}", indent="    ")
        _tell_rest(summary.notes - len(summary.understood.notes), "more")


def _tell_rejects(summary: ImportSummary) -> None:
    told = 0
    for reason, rows, line in summary.understood.reasons:
        _tell(f"rejected {rows:,} from line {line}: {reason}")
        told += rows
    _tell_rest(summary.rejected - told, "rejected for other reasons")
    if summary.rejects:
        typer.echo(f"  rejected rows with their reasons: {summary.rejects}")
    if summary.rejects and not summary.dry_run:
        typer.echo("  correct them there, and import that file in the same way")


def _tell_rest(count: int, what: str) -> None:
    if count > 0:
        typer.echo(f"    … and {count:,} {what}")


# ---------------------------------------------------------------- the books


def _tell_books(books: Books, file: Path, shop: Any) -> None:
    """The sales and refunds of each month, what they come to, and then what does not count."""
    lines = books.in_order()
    if not lines:
        return
    rows: list[list[str]] = []
    months = [(month, list(group)) for month, group in groupby(lines, key=lambda line: line.month)]
    for month, of_month in months:
        rows += _rows_of_month(f"{month // 12}-{month % 12 + 1:02}", of_month, shop)
    if len(months) > 1:
        rows += [[], _net_row("all", lines, shop)]
    typer.echo(typer.style(f"Books of {file.name}, {shop.currency}", bold=True))
    _tell_table(("month", "", "count", *AMOUNTS), rows)


def _rows_of_month(month: str, lines: Sequence[BookLine], shop: Any) -> list[list[str]]:
    ordered = sorted(lines, key=lambda line: (line.status not in (*COUNTED, REFUNDS), line.status == REFUNDS))
    rows = [_row(line, shop) for line in ordered]
    counting = sum(line.status in (*COUNTED, REFUNDS) for line in lines)
    rows.insert(counting, _net_row("", lines, shop))
    rows[0][0] = month
    return rows


def _row(line: BookLine, shop: Any) -> list[str]:
    if line.status == REFUNDS:
        back = [_money(-amount, shop) for amount in (line.total, line.tax)]
        return ["", "refunds", f"{line.count:,}", "", "", *back, ""]
    amounts = (line.subtotal, line.discount, line.total, line.tax, line.paid)
    return ["", line.status.lower(), f"{line.count:,}", *(_money(amount, shop) for amount in amounts)]


def _net_row(month: str, lines: Iterable[BookLine], shop: Any) -> list[str]:
    """What counts, less what was given back."""
    total = tax = 0
    for line in lines:
        sign = -1 if line.status == REFUNDS else int(line.status in COUNTED)
        total += sign * line.total
        tax += sign * line.tax
    return [month, "net", "", "", "", _money(total, shop), _money(tax, shop), ""]


# ---------------------------------------------------------------- what was understood


def tell_understood(summary: ImportSummary, file: Path, shop: Any) -> None:
    """Say how the file was read: layout, columns, styles, and the first sales as they would be written."""
    understood = summary.understood
    layout = understood.mapping
    known = f"{layout.title} (preset {layout.name})" if layout.title else "--map says"
    typer.echo(typer.style(f"{file.name} is read as {known}", bold=True))
    typer.echo("Columns")
    columns = {name: _choices(choices, understood.header) for name, choices in layout.columns.items()}
    fixed = {name: f"{value}, in every row" for name, value in layout.fixed.items()}
    _tell_pairs(columns | fixed)
    typer.echo("Read so")
    _tell_pairs(_habits(understood, shop) | {"not used": ", ".join(map(_whole, understood.unused)) or "no column"})
    if understood.first_drafts:
        typer.echo(f"The first of {_what_is_there(summary)}")
    for draft in understood.first_drafts:
        _tell_draft(draft, layout, shop)


def _what_is_there(summary: ImportSummary) -> str:
    if summary.understood.mapping.rules is Rules.CUSTOMERS:
        return _count(summary.read, "customer")
    return f"{_count(summary.sales, 'sale')} and {_count(summary.refunds, 'refund')}"


def tell_next() -> None:
    """Say what follows a look at a file."""
    typer.echo("Nothing was written. The same command without --check imports it.")


def _habits(understood: FileUnderstood, shop: Any) -> dict[str, str]:
    layout = understood.mapping
    said = {"business": f"{shop.name}, {shop.currency}, days of {shop.timezone}"}
    if understood.styles.marks:
        said["numbers"] = _numbers(understood)
    said |= {name: _style(style) for name, style in understood.styles.dates.items()}
    if layout.rules is Rules.CUSTOMERS:
        return said
    zone = layout.habits.time_zone or shop.timezone
    named = _choices(layout.columns["time_zone"], understood.header) if "time_zone" in layout.columns else ""
    said["time zone"] = f"of the column {named}, else {zone}" if named else f"{zone}, of times that name no other"
    if {"tax", "order.tax", "order.grand_total"} & layout.columns.keys():
        said["tax"] = TAXES[layout.habits.tax]
    return said


def _numbers(understood: FileUnderstood) -> str:
    fields: dict[str, list[str]] = {}
    for name, mark in understood.styles.marks.items():
        fields.setdefault(str(mark), []).append(name)
    if len(fields) == 1:
        return f"decimal {next(iter(fields))}"
    return ", ".join(f"decimal {mark} in {' and '.join(names)}" for mark, names in fields.items())


def _style(style: DateStyle) -> str:
    if style.told:
        return " or ".join(_spelled(told.text) for told in style.told)
    if style.order is None:
        return "dates that can be read in one way only"
    return f"dates with the {style.order} first"


def _spelled(told: str) -> str:
    """A format in letters that explain themselves: DD/MM/YYYY."""
    for letter, spelled in LETTERS.items():
        told = told.replace(letter, spelled)
    return told


def _choices(choices: Choices, header: Sequence[str]) -> str:
    """The columns of a field that the file has."""
    present = [cells for cells in choices if all(cell in header for cell in cells)]
    return ", else ".join(" + ".join(map(_whole, cells)) for cells in present)


def _whole(name: str) -> str:
    """The name of a column, which is not broken where a line ends."""
    return name.replace(" ", UNBROKEN)


def _tell_draft(draft: Draft, layout: Mapping, shop: Any) -> None:
    if isinstance(draft, PersonDraft):
        profile = zip(layout.profile, draft.profile, strict=True)
        said = [f"{name.replace('_', ' ')} {_plain(value)}" for name, value in profile if value is not None]
        _tell(", ".join([_who(draft), *said]))
    elif isinstance(draft, SaleDraft):
        where = [str(draft.channel).lower(), *([draft.storefront] if draft.storefront else [])]
        _tell(", ".join([f"sale {draft.number}", _when(draft, shop), draft.status.lower(), *where, _who(draft)]))
        _tell_items(draft, shop)
    elif isinstance(draft, RefundDraft):
        _tell(", ".join([f"refund {draft.number}", _when(draft, shop), _who(draft)]))
        _tell_amount(draft, shop)


def _plain(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _when(draft: Draft, shop: Any) -> str:
    """The day of the shop, and the time by its clock where there is one."""
    day = f"{date_of(draft.moment.business_day)}"
    if draft.moment.hour is None:
        return day
    return f"{day} {draft.moment.instant.replace(tzinfo=UTC).astimezone(ZoneInfo(shop.timezone)):%H:%M}"


def _who(draft: Draft) -> str:
    numbers = list(map(str, draft.lines))
    if len(numbers) > FEW_LINES:
        numbers = [*numbers[: FEW_LINES - 2], "…", numbers[-1]]
    who = f"customer {draft.customer}" if draft.customer else "nobody known"
    lines = f"(line{'s' if len(numbers) > 1 else ''}{UNBROKEN}{', '.join(numbers)})"
    return f"{who} {lines}" if numbers else who


def _tell_items(draft: SaleDraft, shop: Any) -> None:
    for item in draft.items[:FEW]:
        price = _decimal(item.unit_price, 6, shop.currency_exponent)
        quantity = _decimal(item.quantity, 6, 0)
        _tell(f"{quantity} × {item.product} at {price} = {_money(item.total, shop)}", indent="    ")
    _tell_rest(len(draft.items) - FEW, "more")
    paid = ", ".join(f"{payment.method} {_money(payment.amount, shop)}" for payment in draft.payments)
    parts = {"discount": draft.discount, "total": draft.total, "tax": draft.tax}
    told = ", ".join(f"{name} {_money(amount, shop)}" for name, amount in parts.items() if amount or name == "total")
    _tell(f"{told}, {f'paid {paid}' if paid else 'no payment known'}", indent="    ")


def _tell_amount(draft: RefundDraft, shop: Any) -> None:
    of_sale = f"of sale {draft.sale_number}" if draft.sale_number else "of no known sale"
    _tell(f"{_money(draft.amount, shop)} and tax {_money(draft.tax, shop)}, {of_sale}", indent="    ")


# ---------------------------------------------------------------- on the page


def _count(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _money(amount: int, shop: Any) -> str:
    return _decimal(amount, shop.currency_exponent, shop.currency_exponent)


def _decimal(amount: int, places: int, least: int) -> str:
    """amount / 10^places, exactly, with at least `least` decimals."""
    whole, rest = divmod(abs(amount), 10**places)
    decimals = f"{rest:0{places}}"[:places] if places else ""
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    return f"{'-' if amount < 0 else ''}{whole:,}{'.' if decimals else ''}{decimals}"


def _tell(text: str, indent: str = "  ", under: str | None = None) -> None:
    """A text that may be longer than a line."""
    typer.echo(
        fill(
            text,
            get_terminal_size(WIDTH).columns,
            initial_indent=indent,
            subsequent_indent=under or f"{indent}  ",
            break_long_words=False,
            break_on_hyphens=False,
        ).replace(UNBROKEN, " ")
    )


def _tell_pairs(pairs: dict[str, str]) -> None:
    """Names on the left, and what belongs to each beside it."""
    left = max(map(len, pairs))
    for name, text in pairs.items():
        begin = f"  {name:{left}}  "
        _tell(text, begin, " " * len(begin))


def _tell_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Titles and rows, numbers to the right."""
    lines = [titles, *rows]
    widths = [max(len(line[place]) for line in lines if line) for place in range(len(titles))]
    for line in lines:
        cells = [
            cell.ljust(width) if place < TEXTS else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=False))
        ]
        typer.echo(f"  {'  '.join(cells)}".rstrip())
