"""A mapped sale is whole or it is not there, and its later rows inherit what the first one says."""

import asyncio
import csv
import shutil
from datetime import date
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.loader import import_file
from ingest.mapping import parse_map
from models.database import Database
from resolvers.businesses import ensure_business
from rules.days import day_number
from tests.ingest.conftest import ACTOR, NOW

HEADER = "Order,Date,Who,Item,Qty,Price,Status,Pay"
MAPPING = parse_map(
    "sale=Order,occurred_at=Date,customer=Who,product=Item,quantity=Qty,unit_price=Price,status=Status,payment_method=Pay"
)
RIGHT = [
    "1,2011-03-01 10:00,7,Cup,2,10.00,completed,CARD",
    "2,2011-03-02 11:00,8,Pen,1,1.00,,",
    "1,,,Jug,1,30.00,,",
    "1,,,Lid,3,1.00,,",
    "3,2011-03-03,,Pot,1,5.00,,CASH",
]
WRONG = [line.replace("Jug,1", "Jug,one") for line in RIGHT]
BOOKS = {
    "sales": (
        "SELECT number, status, channel, business_day, hour, subtotal, total, paid FROM sale WHERE business_id = :of "
        "ORDER BY number"
    ),
    "items": (
        "SELECT number, position, product, quantity, unit_price, item.total FROM sale_item item "
        "JOIN sale ON sale.id = sale_id WHERE sale.business_id = :of ORDER BY number, position"
    ),
    "payments": (
        "SELECT number, method, amount FROM payment JOIN sale ON sale.id = sale_id WHERE sale.business_id = :of "
        "ORDER BY number"
    ),
    "buyers": (
        "SELECT sale.number, customer.number AS customer, joined_day FROM sale "
        "JOIN customer ON customer.id = customer_id WHERE sale.business_id = :of ORDER BY sale.number"
    ),
}


def counts(summary):
    return (summary.read, summary.written, summary.updated, summary.unchanged, summary.rejected)


async def books(asking, shop):
    return {name: await asking(text, plain=True, business=shop, of=shop.id) for name, text in BOOKS.items()}


async def test_one_bad_row_rejects_its_sale(importing, asking, rejected):
    summary = await importing([HEADER, *WRONG], mapping=MAPPING)
    assert (counts(summary), summary.sales, summary.customers) == ((5, 2, 0, 0, 3), 2, 1)
    assert [row["number"] for row in await asking("SELECT number FROM sale ORDER BY number")] == ["2", "3"]
    assert rejected() == [
        '2,"with line 4: quantity ""one"" is not a number like 12 or 12.50",' + WRONG[0],
        '4,"quantity ""one"" is not a number like 12 or 12.50",' + WRONG[2],
        '5,"with line 4: quantity ""one"" is not a number like 12 or 12.50",' + WRONG[3],
    ]
    assert counts(await importing([HEADER, *WRONG], mapping=MAPPING)) == (5, 0, 0, 2, 3)


async def test_each_bad_row_has_its_own_reason_and_the_others_that_of_the_first(importing, rejected):
    await importing(
        [
            HEADER,
            "1,2011-03-01,7,Cup,1,1,,",
            "1,,8,Jug,1,1,,",
            "1,never,,Lid,1,1,,",
            "1,,,Pot,-x,1,,",
            "1,,,Pan,1,1,,",
        ],
        mapping=MAPPING,
    )
    first = "customer 8 where an earlier row of 1 has 7"
    assert [next(csv.reader([line]))[:2] for line in rejected()] == [
        ["2", f"with line 3: {first}"],
        ["3", first],
        ["4", 'date "never": it is no date like 2026-01-31, 2026-01-31 12:50:00 or 31 Jan 2026'],
        ["5", 'quantity "-x" is not a number like 12 or 12.50'],
        ["6", f"with line 3: {first}"],
    ]


async def test_later_rows_inherit_what_the_first_says(importing, asking):
    mapping = parse_map(
        "sale=n,occurred_at=d,customer=c,last_name=l,amount=a,status=s,channel=v,storefront=f,payment_method=m"
    )
    summary = await importing(
        ["n,d,c,l,a,s,v,f,m", "1,2011-03-01 10:00,7,Lee,5,PENDING,PHONE,North,CARD", "1,,,,2.5,,,,", "1,,,,1,,,,"],
        mapping=mapping,
    )
    assert counts(summary) == (3, 3, 0, 0, 0)
    [sale] = await asking(
        "SELECT business_day, hour, status, channel, name, total, last_name FROM sale "
        "JOIN storefront ON storefront.id = storefront_id JOIN customer ON customer.id = customer_id"
    )
    assert tuple(sale.values()) == (day_number(date(2011, 3, 1)), 10, "PENDING", "PHONE", "North", 850, "Lee")


async def test_a_first_row_without_date_rejects_its_sale(importing, asking, rejected):
    lines = [HEADER, "1,,7,Cup,1,1,,", "1,2011-03-01,7,Jug,1,1,,", "2,2011-03-01,7,Jug,1,1,,"]
    assert counts(await importing(lines, mapping=MAPPING)) == (3, 1, 0, 0, 2)
    assert [line.split(",")[:2] for line in rejected()] == [["2", "no date"], ["3", "with line 2: no date"]]


async def test_a_row_that_is_none_rejects_the_sale_that_it_names(importing, asking, rejected, monkeypatch):
    lines = [
        HEADER,
        "1,2011-03-01,7,Cup,1,1,,",
        "1,2011-03-01,7,Cup",
        "2,2011-03-01,7,Cup,1,1,,",
        "2,2011-03-01,7,Cup,1,1,,,,more",
        ",2011-03-01,7,Cup,1,1,,",
        "3,2011-03-01,7,Cup,1,1,,",
    ]
    assert counts(await importing(lines, mapping=MAPPING)) == (6, 1, 0, 0, 5)
    reasons = [line.split(",")[:2] for line in rejected()]
    assert reasons == [
        ["2", "with line 3: 4 fields where the header has 8"],
        ["3", "4 fields where the header has 8"],
        ["4", "with line 5: 10 fields where the header has 8"],
        ["5", "10 fields where the header has 8"],
        ["6", "no sale number"],
    ]
    monkeypatch.setattr("ingest.loader.importing.SALE_ROWS", 1)
    assert counts(await importing(lines, mapping=MAPPING)) == (6, 0, 0, 1, 5)
    assert [line.split(",")[:2] for line in rejected()][:2] == [
        ["2", "one of 2 rows with the number 1: more than 1 cannot be one sale"],
        ["3", "4 fields where the header has 8"],
    ]


async def test_a_line_that_is_too_large_rejects_its_sale(importing, rejected):
    huge = "1,,,Jug,900000000,900000000000,,"
    assert counts(await importing([HEADER, RIGHT[0], huge], mapping=MAPPING)) == (2, 0, 0, 0, 2)
    assert [line.split(",")[:2] for line in rejected()] == [
        ["2", "with line 3: the total of line 3 is too large"],
        ["3", "the total of line 3 is too large"],
    ]


async def test_what_is_wrong_with_the_sum_is_the_reason_of_all_rows(importing, rejected):
    mapping = parse_map("sale=n,occurred_at=d,amount=a,discount=o")
    await importing(["n,d,a,o", "1,2011-03-01,1,", "1,,1,2.01"], mapping=mapping)
    assert [line.split(",")[:2] for line in rejected()] == [
        ["2", "the discount is larger than the sale"],
        ["3", "the discount is larger than the sale"],
    ]


async def test_a_stored_sale_stays_as_it_was_where_a_row_is_bad(importing, asking, shop):
    await importing([HEADER, *RIGHT], mapping=MAPPING)
    before = await books(asking, shop)
    changed = [line.replace("Cup,2", "Cup,9") for line in WRONG]
    assert counts(await importing([HEADER, *changed], mapping=MAPPING)) == (5, 0, 0, 2, 3)
    assert await books(asking, shop) == before


async def test_the_corrected_rejects_file_makes_the_sale_whole(importing, asking, database, shop, tmp_path):
    await importing([HEADER, *WRONG], mapping=MAPPING)
    corrected = tmp_path / "corrected.csv"
    corrected.write_text((tmp_path / "rejects.csv").read_text().replace("Jug,one", "Jug,1"))
    assert counts(await importing(corrected, mapping=MAPPING)) == (3, 3, 0, 0, 0)

    right = await ensure_business(database, "Right from the start", currency="GBP", timezone="Europe/London", now=NOW)
    await importing([HEADER, *RIGHT], mapping=MAPPING, business=right)
    day = day_number(date(2011, 3, 1))
    found = await books(asking, shop)
    assert found == await books(asking, right)
    assert found["sales"] == [
        ("1", "COMPLETED", "STORE", day, 10, 5300, 5300, 5300),
        ("2", "COMPLETED", "STORE", day + 1, 11, 100, 100, 0),
        ("3", "COMPLETED", "STORE", day + 2, None, 500, 500, 500),
    ]
    assert found["payments"] == [("1", "CARD", 5300), ("3", "CASH", 500)]
    assert [(*row[:2], row[-1]) for row in found["items"]] == [
        ("1", 1, 2000), ("1", 2, 3000), ("1", 3, 300), ("2", 1, 100), ("3", 1, 500)
    ]  # fmt: skip
    assert found["buyers"] == [("1", "7", day), ("2", "8", day + 1)]
    assert counts(await importing(corrected, mapping=MAPPING)) == (3, 0, 0, 3, 0)
    assert counts(await importing([HEADER, *RIGHT], mapping=MAPPING)) == (5, 0, 0, 5, 0)


# ---------------------------------------------------------------- any file

PLACES = {name: place for place, name in enumerate(HEADER.split(","))}
BREAKS = [
    *(("Date", text) for text in ("2011-02-30", "never")),
    *(("Qty", text) for text in ("", "x", "12%")),
    *(("Price", text) for text in ("", "1E+3", "9000000000000")),
    *(("Status", text) for text in ("perhaps", "REFUNDED")),
    ("first", "no date, or another customer"),
    ("short", ""),
    ("long", ""),
]
ROWS = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        st.integers(1, 3),
        st.integers(0, 999),
        st.booleans(),
        st.one_of(st.none(), st.none(), st.none(), st.sampled_from(BREAKS)),
    ),
    min_size=1,
    max_size=14,
)


def right_row(number, quantity, pence, is_blank, is_first):
    day, who = ("", "") if is_blank and not is_first else ("2011-03-01", f"of {number}")
    return [number, day, who, "Cup", str(quantity), f"{pence / 100:.2f}", "", ""]


def broken_row(row, what, text, is_first):
    if what == "short":
        return row[:3]
    if what == "long":
        return [*row, "more"]
    if what == "first":
        what, text = ("Date", "") if is_first else ("Who", "somebody else")
    return [text if place == PLACES[what] else cell for place, cell in enumerate(row)]


def rows_of(drawn):
    """What was drawn as rows without fault, as rows of the file, and the numbers of broken sales."""
    right, written, broken, seen = [], [], set(), set()
    for number, quantity, pence, is_blank, fault in drawn:
        is_first = number not in seen
        seen.add(number)
        right.append(right_row(number, quantity, pence, is_blank, is_first))
        written.append(broken_row(right[-1], *fault, is_first) if fault else right[-1])
        if fault:
            broken.add(number)
    return right, written, broken


class Till:
    """One store with a business for each example."""

    def __init__(self, runner, database, folder):
        self.run, self.database, self.folder = runner.run, database, folder
        self.rejects = folder / "rejects.csv"
        self._names = count(1)

    def opened(self):
        name = f"Example {next(self._names)}"
        return self.run(ensure_business(self.database, name, currency="GBP", timezone="Europe/London", now=NOW))

    def imported(self, shop, header, rows):
        path = self.folder / "file.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        self.rejects.unlink(missing_ok=True)
        work = import_file(
            self.database, path=path, business=shop, mapping=MAPPING, now=NOW, actor=ACTOR, rejects=self.rejects
        )
        return self.run(work)

    def rejected(self):
        """The line numbers of the rejects file."""
        if not self.rejects.exists():
            return []
        with self.rejects.open(newline="") as file:
            return [int(row["line"]) for row in csv.DictReader(file)]

    def items(self, shop):
        """Number, quantity and price of each item of the sales."""

        async def ask():
            async with self.database.reading(shop.id) as connection:
                found = await connection.exec_driver_sql(
                    "SELECT number, quantity / 1000000, unit_price / 10000 FROM sale_item "
                    f"JOIN sale ON sale.id = sale_id WHERE sale.business_id = {shop.id} ORDER BY sale_item.id"
                )
                return sorted(map(tuple, found))

        return self.run(ask())


@pytest.fixture(scope="module")
def till(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    shutil.copy(sqlite_template, folder / "store.db")
    with asyncio.Runner() as runner:
        database = Database(f"sqlite:///{folder / 'store.db'}")
        yield Till(runner, database, folder)
        runner.run(database.close())


def items_of(drawn, left_out=()):
    return sorted(row[:3] for row in drawn if row[0] not in left_out)


@settings(max_examples=30, deadline=None, derandomize=True)  # takes seconds: each imports four times
@given(drawn=ROWS)
def test_any_file_gives_whole_sales_and_whole_rejects(till, drawn):
    right, written, broken = rows_of(drawn)
    out = [line for line, row in enumerate(right, start=2) if row[0] in broken]
    shop, header = till.opened(), HEADER.split(",")

    summary = till.imported(shop, header, written)
    assert counts(summary) == (len(drawn), len(drawn) - len(out), 0, 0, len(out))
    assert till.rejected() == out
    assert till.items(shop) == items_of(drawn, broken)
    assert counts(till.imported(shop, header, written)) == (len(drawn), 0, 0, len(drawn) - len(out), len(out))

    if out:
        corrected = [[line, "as it should be", *right[line - 2]] for line in out]
        summary = till.imported(shop, ["line", "reason", *header], corrected)
        assert counts(summary) == (len(out), len(out), 0, 0, 0)
    assert counts(till.imported(shop, header, right)) == (len(drawn), 0, 0, len(drawn), 0)
    assert till.items(shop) == items_of(drawn)


def changed_of(drawn, changes):
    """The rows with other quantities here and there, and how many of them belong to a sale that differs."""
    after = [(n, quantity + more, *rest) for (n, quantity, *rest), more in zip(drawn, changes, strict=False)]
    after += drawn[len(after) :]
    differing = {row[0] for row, now in zip(drawn, after, strict=True) if row != now}
    return after, differing


@settings(max_examples=15, deadline=None, derandomize=True)
@given(drawn=ROWS, changes=st.lists(st.integers(0, 1), max_size=14))
def test_over_stored_sales_too_each_row_is_in_one_count(till, drawn, changes):
    shop, header = till.opened(), HEADER.split(",")
    till.imported(shop, header, rows_of(drawn)[0])
    after, differing = changed_of(drawn, changes)
    _right, written, broken = rows_of(after)

    summary = till.imported(shop, header, written)
    rows = [row[0] for row in drawn]
    updated = sum(number in differing - broken for number in rows)
    rejected = sum(number in broken for number in rows)
    assert counts(summary) == (len(rows), 0, updated, len(rows) - updated - rejected, rejected)
    stored = [old if old[0] in broken else new for old, new in zip(drawn, after, strict=True)]
    assert till.items(shop) == items_of(stored)
