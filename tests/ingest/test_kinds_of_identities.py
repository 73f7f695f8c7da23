"""Which sale, which customer, which day: each kind as a small file, with what comes of it worked out by hand."""

from datetime import date

import pytest

from ingest.mapping import NumberRestarts, Rules, parse_map
from tests.ingest.ledger import buyers, counts, days, lines, mapped, refunds, sales

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
HEADER = "n,d,p,q,u"
SOLD = ["1,2011-03-01,Cup,1,10.00", "1,,Jug,1,20.00"]
DAILY = NumberRestarts.DAILY


def reasons(rejected):
    return [tuple(line.split(",")[:2]) for line in rejected()]


# ---------------------------------------------------------------- storefronts and sources


@pytest.mark.parametrize("in_one_file", [True, False])
async def test_two_storefronts_have_their_own_number(importing, asking, in_one_file):
    files = [["1001,2011-03-01,Cup,1,10.00,North"], ["1001,2011-03-01,Cup,1,20.00,South"]]
    for rows in [files[0] + files[1]] if in_one_file else files:
        await importing([f"{HEADER},s", *rows], mapping=mapped("storefront=s"))
    assert await sales(asking) == [
        ("1001", "COMPLETED", 1000, 0, 0, 1000, 0),
        ("1001 (South)", "COMPLETED", 2000, 0, 0, 2000, 0),
    ]
    again = await importing([f"{HEADER},s", *files[1], *files[0]], mapping=mapped("storefront=s"))
    assert counts(again) == (2, 0, 0, 2, 0)


async def test_two_sources_have_their_own_number(importing, asking):
    for source, price in (("till", "10.00"), ("web", "20.00")):
        mapping = parse_map("sale=n,occurred_at=d,amount=a", source=source)
        await importing(["n,d,a", f"1001,2011-03-01,{price}"], mapping=mapping)
    assert [row[:3] for row in await sales(asking)] == [("1001", "COMPLETED", 1000), ("1001 (web)", "COMPLETED", 2000)]


async def test_a_storefront_may_stand_below_the_first_row(importing, asking):
    await importing([f"{HEADER},s", f"{SOLD[0]},", f"{SOLD[1]},North"], mapping=mapped("storefront=s"))
    assert await sales(asking) == [("1", "COMPLETED", 3000, 0, 0, 3000, 0)]
    assert await asking("SELECT name FROM storefront", plain=True) == [("North",)]


# ---------------------------------------------------------------- numbers that begin anew

RESTARTED = ["88,2011-03-01,Cup,1,10.00", "88,2011-03-02,Cup,1,7.00"]


async def test_a_number_on_two_days_is_asked_about(importing, asking, rejected):
    await importing([HEADER, *RESTARTED], mapping=mapped())
    assert await sales(asking) == []
    assert "rows of 88 are of 2011-03-01 and 2011-03-02: are they one sale?" in rejected()[1]


async def test_numbers_that_begin_anew_each_day(importing, asking):
    await importing([HEADER, *RESTARTED], mapping=mapped(number_restarts=DAILY))
    assert [row[:3] for row in await sales(asking)] == [
        ("88/2011-03-01", "COMPLETED", 1000),
        ("88/2011-03-02", "COMPLETED", 700),
    ]


async def test_numbers_that_never_begin_anew(importing, asking):
    await importing([HEADER, *RESTARTED], mapping=mapped(number_restarts=NumberRestarts.NEVER))
    assert await sales(asking) == [("88", "COMPLETED", 1700, 0, 0, 1700, 0)]
    assert await days(asking) == [("88", "2011-03-01", None)]


async def test_a_number_on_another_day_of_another_file_is_asked_about(importing, asking, rejected):
    for row in RESTARTED:
        await importing([HEADER, row], mapping=mapped())
    assert await sales(asking) == [("88", "COMPLETED", 1000, 0, 0, 1000, 0)]
    assert rejected() == [
        '2,"sale 88 is stored for 2011-03-01: is it the same one? --number-restarts never says so, '
        f'--number-restarts daily that numbers begin anew each day",{RESTARTED[1]}'
    ]
    await importing([HEADER, RESTARTED[1]], mapping=mapped(number_restarts=NumberRestarts.NEVER))
    assert await days(asking) == [("88", "2011-03-02", None)]


async def test_a_row_without_day_spoils_the_first_day_of_its_number(importing, asking, rejected):
    rows = ["88,,Cup,1,10.00", *RESTARTED]
    await importing([HEADER, *rows], mapping=mapped(number_restarts=DAILY))
    assert [row[0] for row in await sales(asking)] == ["88/2011-03-02"]
    assert reasons(rejected) == [("2", "no date"), ("3", "with line 2: no date")]


# ---------------------------------------------------------------- what a file must not remove


@pytest.mark.parametrize(
    ("stored", "later"),
    [
        (SOLD, SOLD[:1]),
        (["1,2011-03-01,Cup,1,10.00"] * 2, ["1,2011-03-01,Cup,1,10.00"]),
    ],
)
async def test_only_a_complete_file_removes_lines(importing, asking, rejected, stored, later):
    await importing([HEADER, *stored], mapping=mapped())
    before = await lines(asking)
    assert counts(await importing([HEADER, *later], mapping=mapped(), name="later.csv")) == (1, 0, 0, 0, 1)
    assert "which this file does not hold: --replace says that the file is complete" in rejected()[0]
    assert await lines(asking) == before
    replaced = await importing([HEADER, *later], mapping=mapped(is_complete=True), name="later.csv")
    assert counts(replaced) == (1, 0, 1, 0, 0)
    assert await lines(asking) == [("1", "Cup", 1.0, 1000)]


async def test_postage_is_removed_by_a_complete_file_alone(importing, asking, rejected):
    await importing([f"{HEADER},s", f"{SOLD[0]},4.00"], mapping=mapped("order.shipping=s"))
    await importing([HEADER, SOLD[0]], mapping=mapped())
    assert 'sale 1 is stored with ""Shipping"", which this file does not hold' in rejected()[0]
    assert [row[2] for row in await sales(asking)] == [1400]


async def test_the_rejects_alone_are_corrected(importing, asking, rejected, tmp_path):
    rows = [SOLD[0], "1,,Jug,one,20.00", "2,2011-03-02,Pen,1,1.00"]
    await importing([HEADER, *rows], mapping=mapped())
    assert await sales(asking) == [("2", "COMPLETED", 100, 0, 0, 100, 0)]
    path = tmp_path / "corrected.csv"
    path.write_text((tmp_path / "rejects.csv").read_text().replace("Jug,one", "Jug,1"))
    assert counts(await importing(path, mapping=mapped())) == (2, 2, 0, 0, 0)
    assert await lines(asking) == [("1", "Cup", 1.0, 1000), ("1", "Jug", 1.0, 2000), ("2", "Pen", 1.0, 100)]
    assert rejected() == [], "a clean run takes the rejects of an earlier one away"


# ---------------------------------------------------------------- customers


async def test_who_bought(importing, asking, rejected):
    texts = ["Ann@Example.COM", " ann@example.com", "0", "NULL", "nan", "#N/A", "-", "", "1.23E+12", "007"]
    rows = [f"{place},2011-03-01,Cup,1,1,{text}" for place, text in enumerate(texts, start=1)]
    await importing([f"{HEADER},c", *rows], mapping=mapped("customer=c"))
    found = dict(await buyers(asking))
    assert found == {
        "1": "ann@example.com", "2": "ann@example.com", "10": "007", **dict.fromkeys(["3", "4", "5", "6", "7", "8"]),
    }  # fmt: skip
    assert [line.split(",")[0] for line in rejected()] == ["10"]
    assert "a spreadsheet has destroyed this number" in rejected()[0]


async def test_whole_numbers_that_were_taken_for_quantities(importing, asking):
    rows = ["1.0,2011-03-01,Cup,1,1,42.0", "2.0,2011-03-01,Cup,1,1,", "3.0,2011-03-01,Cup,1,1,43.0"]
    await importing([f"{HEADER},c", *rows], mapping=mapped("customer=c"))
    assert await buyers(asking) == [("1", "42"), ("2", None), ("3", "43")]


async def test_an_e_mail_is_whoever_has_it_here(importing, asking):
    await importing([f"{HEADER},c,e", f"{SOLD[0]},7,ann@example.com"], mapping=mapped("customer=c,email=e"))
    await importing([f"{HEADER},c", "2,2011-03-02,Cup,1,1,ANN@example.com"], mapping=mapped("customer=c"))
    assert await buyers(asking) == [("1", "7"), ("2", "7")]


async def test_a_fault_in_the_profile_costs_no_sale(importing, asking):
    rows = [f"{SOLD[0]},7,2031-02-30,wizard,not an e-mail,Ann Lee"]
    mapping = mapped("customer=c,birth_date=b,customer_type=t,email=e,customer_name=w")
    summary = await importing([f"{HEADER},c,b,t,e,w", *rows], mapping=mapping)
    assert (counts(summary), summary.notes, summary.contacts_dropped) == ((1, 1, 0, 0, 0), 2, 1)
    assert [line for line, _note in summary.understood.notes] == [2, 2]
    person = await asking("SELECT first_name, last_name, birth_date, type, email FROM customer", plain=True)
    assert person == [("Ann", "Lee", None, "RETAIL", None)]


async def test_customers_without_sales_bring_their_consents(importing, asking):
    mapping = parse_map("customer=c,email=c,consent_email=m,consent_sms=s", rules=Rules.CUSTOMERS)
    rows = ["ann@example.com,yes,no", "bob@example.com,,1", "0,yes,yes"]
    assert counts(await importing(["c,m,s", *rows], mapping=mapping)) == (3, 2, 0, 0, 1)
    found = await asking("SELECT number, consent_email, consent_sms FROM customer ORDER BY number", plain=True)
    assert [(number, bool(mail), bool(sms)) for number, mail, sms in found] == [
        ("ann@example.com", True, False),
        ("bob@example.com", False, True),
    ]
    assert await sales(asking) == await refunds(asking) == []
    assert counts(await importing(["c,m,s", *rows], mapping=mapping)) == (3, 0, 0, 2, 1)


# ---------------------------------------------------------------- days and clocks


async def test_zones_stand_in_a_column(importing, asking, rejected):
    rows = [
        "1,2011-06-30 23:30,Cup,1,1,UTC",
        "2,2011-06-30 23:30,Cup,1,1,Eastern Time (US & Canada)",
        "3,2011-06-30 23:30,Cup,1,1,",
        "4,2011-06-30,Cup,1,1,PST",
        "5,2011-06-30 23:30,Cup,1,1,Mars",
        "6,2011-06-30 23:30,Cup,1,1,UTC",
        "6,,Jug,1,1,UTC",
    ]
    await importing([f"{HEADER},z", *rows], mapping=mapped("time_zone=z"))
    # London has summer time; 23:30 in New York is 03:30 in UTC, 04:30 in London
    assert await days(asking) == [
        ("1", "2011-07-01", 0), ("2", "2011-07-01", 4), ("3", "2011-06-30", 23), ("4", "2011-06-30", None),
        ("6", "2011-07-01", 0),
    ]  # fmt: skip
    assert [line.split(",")[0] for line in rejected()] == ["6"]


async def test_times_of_another_clock(importing, asking):
    await importing([HEADER, "1,2011-06-30 23:30,Cup,1,1"], mapping=mapped(time_zone="America/New_York"))
    assert await days(asking) == [("1", "2011-07-01", 4)]


async def test_days_that_are_not_plausible(importing, asking, rejected):
    rows = ["1,1989-12-31,Cup,1,1", "2,1990-01-01,Cup,1,1", "3,2012-01-03,Cup,1,1", "4,2012-01-04,Cup,1,1"]
    await importing([HEADER, *rows], mapping=mapped())
    assert await days(asking) == [("2", "1990-01-01", None), ("3", "2012-01-03", None)]
    assert [line.split(",")[0] for line in rejected()] == ["2", "5"]
    await importing([HEADER, rows[0]], mapping=mapped(since=date(1980, 1, 1)))
    assert [row[0] for row in await days(asking)] == ["1", "2", "3"]


async def test_a_sale_may_have_the_number_0_and_nobody_is_customer_0(importing, asking):
    mapping = parse_map("sale=n,occurred_at=d,customer=c,amount=a")
    summary = await importing(["n,d,c,a", "0,2011-01-03,0,1.00", "1,2011-01-03,7,2.00"], mapping=mapping)
    assert (summary.written, summary.rejected) == (2, 0)
    sales = await asking("SELECT number, customer_id IS NULL AS anonymous, total FROM sale ORDER BY number")
    assert [(row["number"], bool(row["anonymous"]), row["total"]) for row in sales] == [
        ("0", True, 100),
        ("1", False, 200),
    ]
