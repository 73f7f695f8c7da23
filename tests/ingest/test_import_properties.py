"""Files of any dialect and style give the books that plain decimal arithmetic gives, and lose no row and no line.

These take seconds, so that they have few examples: each imports two to four files, and each import writes to disk.
"""

import asyncio
import csv
import io
import shutil
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.loader import import_file
from ingest.mapping import FileHabits, parse_map
from models.database import Database
from resolvers.businesses import ensure_business
from tests.ingest.conftest import ACTOR, NOW
from tests.ingest.ledger import counts

HEADER = ["Order", "Date", "Item", "Qty", "Price", "Off", "Tax", "Less"]
MAP = (
    "sale=Order,occurred_at=Date,product=Item,quantity=Qty,unit_price=Price,line.discount=Off,order.tax=Tax,"
    "order.discount=Less"
)
PENNY = Decimal("0.01")

# ---------------------------------------------------------------- what was sold, and what it comes to


@dataclass(frozen=True)
class Line:
    item: str
    quantity: int
    price: Decimal
    off: Decimal  # of the row


@dataclass(frozen=True)
class Sold:
    """A sale as a shop knows it; `fault` says how one of its rows is broken."""

    number: str
    day: date
    lines: tuple[Line, ...]
    tax: Decimal  # of the whole sale
    less: Decimal  # off the whole sale
    back: int | None  # the day of the month on which one of the first line was given back at half its price
    fault: str | None

    @property
    def paid_back(self):
        return (self.lines[0].price / 2).quantize(PENNY, ROUND_HALF_EVEN)

    def books(self):
        """Number, lines, discount, tax, total and what was given back, by arithmetic of decimals."""
        subtotal = sum((line.quantity * line.price for line in self.lines), Decimal(0))
        discount = sum((line.off for line in self.lines), self.less)
        back = self.paid_back if self.back else Decimal(0)
        return (self.number, *map(str, (subtotal, discount, self.tax, subtotal - discount, back)))


def pennies(least, most):
    return st.integers(least, most).map(lambda amount: Decimal(amount) / 100)


ITEMS = st.sampled_from(["Cup", "Tea, green", 'Say "hi"', "Zoë", "x;y", "a|b", "Café\tnoir"])
LINES = st.tuples(ITEMS, st.integers(1, 4), pennies(20, 250_000), st.booleans()).map(
    lambda drawn: Line(*drawn[:3], (drawn[2] / 10).quantize(PENNY) if drawn[3] else Decimal("0.00"))
)
SOLD = st.lists(
    st.builds(
        Sold,
        number=st.just(""),
        day=st.dates(date(2011, 1, 1), date(2011, 3, 31)),
        lines=st.one_of(
            st.lists(LINES, min_size=1, max_size=3).map(tuple),
            LINES.map(lambda line: (line, line)),  # a duplicate is a line of its own
        ),
        tax=pennies(0, 9_999),
        less=pennies(0, 4),
        back=st.one_of(st.none(), st.integers(1, 28)),
        fault=st.sampled_from([None, None, None, "price", "date", "short", "long"]),
    ),
    min_size=1,
    max_size=5,
).map(lambda drawn: [Sold(f"S{place}", *list(vars(one).values())[1:]) for place, one in enumerate(drawn, start=1)])


# ---------------------------------------------------------------- how a program writes it down


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    delimiter: str
    quoting: int
    end: str
    encoding: str
    number: str
    dates: str
    once: bool  # what is of the whole sale stands in its first row alone, 0 or blank in the others
    blank_lines: bool
    preamble: bool

    def amount(self, amount):
        text = f"{amount:,.2f}" if self.number in (",", ".") else f"{amount:.2f}"
        if self.number in (".", "comma"):
            text = text.translate(str.maketrans(",.", ".,"))
        return text

    def rows(self, sold):
        """The rows of a sale, the broken one among them."""
        day, zero = sold.day.strftime(self.dates), self.amount(Decimal(0))
        rows = [
            [
                sold.number, "" if self.once and place else day, line.item, str(line.quantity),
                self.amount(line.price), self.amount(line.off), self.amount(sold.tax), self.amount(sold.less),
            ]
            for place, line in enumerate(sold.lines)
        ]  # fmt: skip
        for row in rows[1:] if self.once else ():
            row[6], row[7] = zero, ""
        if sold.back:
            on = date(2011, 4, sold.back).strftime(self.dates)
            rows.append([sold.number, on, "Back", "-1", self.amount(sold.paid_back), "", "", ""])
        broken = {"price": lambda row: [*row[:4], "x1", *row[5:]], "date": lambda row: [row[0], "never", *row[2:]]}
        broken |= {"short": lambda row: row[:3], "long": lambda row: [*row, "more"]}
        if sold.fault:
            rows[0] = broken[sold.fault](rows[0])
        return rows

    def written(self, rows):
        """The bytes of a file, and how many lines it has."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, quoting=self.quoting, lineterminator=self.end)
        if self.preamble:
            text.write(f"Sales of the shop{self.end}")
        writer.writerow(HEADER)
        for place, row in enumerate(rows):
            if self.blank_lines and place % 2:
                text.write(self.end)
            writer.writerow(row)
        written = text.getvalue()
        return written.encode(self.encoding), written.count(self.end)


DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    number=st.sampled_from([",", ".", "point", "comma"]),
    dates=st.sampled_from(["%Y-%m-%d", "%Y-%m-%dT10:30:00", "%d/%m/%Y", "%m/%d/%Y 10:30", "%d %b %Y"]),
    once=st.booleans(),
    blank_lines=st.booleans(),
    preamble=st.booleans(),
)


# ---------------------------------------------------------------- the store


@dataclass
class Store:
    """One store with a business for each example."""

    runner: asyncio.Runner
    database: Database
    folder: object
    names: count = field(default_factory=count)

    def opened(self):
        name = f"Example {next(self.names)}"
        work = ensure_business(self.database, name, currency="GBP", timezone="Europe/London", now=NOW)
        return self.runner.run(work)

    def imported(self, shop, dialect, rows, **more):
        path = self.folder / "file.csv"
        written, lines = dialect.written(rows)
        path.write_bytes(written)
        told = (dialect.dates,) if dialect.dates[1] in "dm" else ()
        asked = {
            "mapping": parse_map(MAP, habits=FileHabits(dates=told)),
            "encoding": "cp1252" if dialect.encoding == "cp1252" else None,
            "rejects": self.folder / "rejects.csv",
            **more,
        }
        summary = self.runner.run(import_file(self.database, path=path, business=shop, now=NOW, actor=ACTOR, **asked))
        seen = summary.understood.lines
        parts = (seen.records, seen.blank_lines, seen.header_lines, seen.continuation_lines)
        assert (sum(parts), seen.physical_lines, seen.records) == (lines, lines, len(rows)), "no line is lost"
        assert summary.read == len(rows) == sum(counts(summary)[1:]), "each row is in one count"
        return summary

    def books(self, shop):
        """What is stored, as the model has it, and the lines of each sale."""
        off = "SELECT sum(discount) FROM sale_item WHERE sale_id = sale.id"
        statements = (
            f"SELECT number, subtotal + ({off}), discount + ({off}), tax, total, refunded FROM sale",
            "SELECT number, product, quantity / 1000000, sale_item.total, sale_item.discount FROM sale_item "
            "JOIN sale ON sale.id = sale_id",
        )

        async def ask():
            async with self.database.reading(shop.id) as connection:
                where = f" WHERE sale.business_id = {shop.id}"
                return [sorted(map(tuple, await connection.exec_driver_sql(text + where))) for text in statements]

        sales, lines = self.runner.run(ask())
        return [(number, *(str(Decimal(amount) / 100) for amount in money)) for number, *money in sales], lines


@pytest.fixture(scope="module")
def store(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("properties")
    shutil.copy(sqlite_template, folder / "store.db")
    with asyncio.Runner() as runner:
        database = Database(f"sqlite:///{folder / 'store.db'}")
        yield Store(runner, database, folder)
        runner.run(database.close())


def same_amounts(books):
    return [(number, *map(Decimal, amounts)) for number, *amounts in books]


def lines_of(sold):
    """Number, product and quantity of each line, with its total and what was taken off it in pennies."""
    return sorted(
        (one.number, line.item.strip(), line.quantity, int(line.quantity * line.price * 100) - off, off)
        for one in sold
        for line in one.lines
        for off in (int(line.off * 100),)
    )


# ---------------------------------------------------------------- the properties


@settings(max_examples=8, deadline=None, derandomize=True)
@given(sold=SOLD, dialect=DIALECTS)
def test_the_store_holds_what_was_sold(store, sold, dialect):
    rows = [row for one in sold for row in dialect.rows(one)]
    right = [one for one in sold if one.fault is None]
    kept = sum(len(dialect.rows(one)) for one in right)
    expected = (len(rows), kept, 0, 0, len(rows) - kept)
    shop = store.opened()

    assert counts(store.imported(shop, dialect, rows, dry_run=True)) == expected, "a rehearsal tells the same"
    assert store.books(shop) == ([], []), "and writes nothing"
    assert counts(store.imported(shop, dialect, rows)) == expected
    books, lines = store.books(shop)
    assert same_amounts(books) == same_amounts(one.books() for one in right)
    assert lines == lines_of(right)

    assert counts(store.imported(shop, dialect, rows)) == (len(rows), 0, 0, kept, len(rows) - kept)
    assert store.books(shop) == (books, lines), "the same file again changes nothing"


@settings(max_examples=8, deadline=None, derandomize=True)
@given(sold=SOLD, dialect=DIALECTS, split=st.integers(0, 31))
def test_two_files_are_as_good_as_one(store, sold, dialect, split):
    whole = store.opened()
    store.imported(whole, dialect, [row for one in sold for row in dialect.rows(one)])
    parts = [[one for place, one in enumerate(sold) if (split >> place) % 2 == side] for side in (0, 1)]
    shop = store.opened()
    for part in parts if split % 3 else reversed(parts):
        if part:
            store.imported(shop, dialect, [row for one in part for row in dialect.rows(one)])
    assert store.books(shop) == store.books(whole)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(sold=SOLD, dialect=DIALECTS.filter(lambda dialect: not dialect.once), data=st.data())
def test_rows_may_stand_in_any_order(store, sold, dialect, data):
    rows = [row for one in sold for row in dialect.rows(one)]
    first, second = store.opened(), store.opened()
    told = counts(store.imported(first, dialect, rows))
    assert counts(store.imported(second, dialect, data.draw(st.permutations(rows)))) == told
    assert store.books(second) == store.books(first)
