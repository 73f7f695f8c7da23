"""What no file can do: sums that overflow, currencies added up, files written over, rehearsals that differ."""

import re

import pytest

from ingest.mapping import parse_map
from ingest.problems import ImportProblem
from ingest.rates import read_rates
from ingest.readers import open_source
from tests.ingest.ledger import counts, lines, mapped, sales

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
HEADER = "n,d,p,q,u"
MILLION_MILLION = "1000000000000"


def reasons(rejected):
    return [tuple(line.split(",")[:2]) for line in rejected()]


# ---------------------------------------------------------------- sums


async def test_profits_can_always_be_summed(importing, asking, rejected):
    # each loses 9 × 10^18 pence: two of them are more than a column holds
    rows = [f"{number},2011-03-01,Cup,900000,1,100000000000" for number in (1, 2)]
    await importing([f"{HEADER},c", *rows], mapping=mapped("unit_cost=c"))
    assert [row[0] for row in await sales(asking)] == ["1"]
    why = "with this cost the profit of the business could no longer be summed: is the column a cost?"
    assert reasons(rejected) == [("3", why)]
    await importing([f"{HEADER},c", rows[1]], mapping=mapped("unit_cost=c"))
    assert reasons(rejected) == [("2", why)], "what is stored counts too"


async def test_turnover_can_always_be_summed(importing, asking, rejected):
    rows = [f"{number},2011-03-01,Cup,50000,{MILLION_MILLION}" for number in (1, 2)]
    await importing([HEADER, *rows], mapping=mapped())
    assert [row[0] for row in await sales(asking)] == ["1"]
    assert reasons(rejected)[0][1].startswith("with this amount the sales of the business could no longer be summed")


@pytest.mark.parametrize(
    ("more", "rows", "why"),
    [
        ("quantity=q,cost=u", ["1,2011-03-01,,0.000001,MM,1"], "the total of line 2 is too large"),
        ("quantity=q", ["1,2011-03-01,,0.000001,,MM"], "the total of line 2 is too large"),
        ("quantity=q", ["1,2011-03-01,,-0.000001,,MM"], None),
        ("shipping=q", [f"1,2011-03-01,,MM,,{place}" for place in range(1, 12)], "the total of the sale is too large"),
    ],
)
async def test_what_no_column_holds_is_a_reject(importing, rejected, more, rows, why):
    mapping = parse_map(f"sale=n,occurred_at=d,amount=a,line.{more}" if "shipping" in more else f"{AMOUNT},{more}")
    summary = await importing([f"{HEADER},a", *(row.replace("MM", MILLION_MILLION) for row in rows)], mapping=mapping)
    assert counts(summary)[-1] == (0 if why is None else len(rows))
    assert {reason for _line, reason in reasons(rejected)} == ({why} if why else set())


AMOUNT = "sale=n,occurred_at=d,amount=a"


async def test_a_refund_that_is_too_large_is_a_reject(importing, rejected):
    await importing([HEADER, "1,2011-03-01,Cup,-900000000,900000000000"], mapping=mapped())
    assert reasons(rejected) == [("2", "what is given back is too large")]


# ---------------------------------------------------------------- currencies

RATES = "currency,day,rate\nEUR,2011-02-25,0.80\nUSD,2011-03-01,0.50\n"


def rates_of(tmp_path, text=RATES):
    path = tmp_path / "rates.csv"
    path.write_text(text)
    return read_rates(path)


async def test_another_currency_is_rejected_or_converted(importing, asking, rejected, tmp_path):
    rows = ["1,2011-03-01,Cup,1,10.00,EUR", "1,,Jug,1,20.00,", "2,2011-03-01,Cup,1,10.00,gbp"]
    mapping = mapped("currency=c")
    await importing([f"{HEADER},c", *rows], mapping=mapping)
    assert [row[0] for row in await sales(asking)] == ["2"]
    assert reasons(rejected)[0][1] == "EUR where the business has GBP: --rates FILE would convert it"
    await importing([f"{HEADER},c", *rows], mapping=mapping, rates=rates_of(tmp_path))
    assert await lines(asking) == [("1", "Cup", 1.0, 800), ("1", "Jug", 1.0, 1600), ("2", "Cup", 1.0, 1000)]


async def test_a_rate_holds_for_a_week(importing, asking, rejected, tmp_path):
    rows = ["1,2011-03-03,Cup,1,10.00,EUR", "2,2011-03-04,Cup,1,10.00,EUR", "3,2011-02-24,Cup,1,10.00,EUR"]
    await importing([f"{HEADER},c", *rows], mapping=mapped("currency=c"), rates=rates_of(tmp_path))
    assert [row[0] for row in await sales(asking)] == ["1"]
    assert [line for line, _why in reasons(rejected)] == ["3", "4"]


@pytest.mark.parametrize("currencies", [("EUR", "GBP"), ("EUR", "USD"), ("GBP", "EUR")])
async def test_one_sale_is_in_one_currency(importing, asking, rejected, tmp_path, currencies):
    rows = [f"1,2011-03-01,Cup,1,{place}.00,{code}" for place, code in enumerate(currencies, start=1)]
    await importing([f"{HEADER},c", *rows], mapping=mapped("currency=c"), rates=rates_of(tmp_path))
    assert await sales(asking) == []
    assert reasons(rejected)[1] == ("3", f"currency {currencies[1]} where an earlier row of 1 has {currencies[0]}")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("EUR,2011-03-01,1e999999999", 'line 2: "1e999999999" is no rate like 1.0842'),
        ("EUR,2011-03-01,1/3", 'line 2: "1/3" is no rate like 1.0842'),
        ("EUR,2011-03-01,0", 'line 2: "0" is no rate like 1.0842'),
        ("EUR,2011-03-01,1,0842", "line 2: 4 fields where the header has 3"),
        ("EUR,2011-03-01,1.1\nEUR,2011-03-01,1.2", "line 3: another rate for EUR on 2011-03-01 stands above"),
    ],
)
def test_rates_that_cannot_be(tmp_path, store_url, line, why):
    with pytest.raises(ImportProblem, match=re.escape(f"rates.csv, {why}")):
        rates_of(tmp_path, f"currency,day,rate\n{line}\n")


# ---------------------------------------------------------------- the rejects file


async def test_rejects_stand_beside_the_file_until_a_run_is_clean(importing, tmp_path):
    beside = tmp_path / "shop.csv.rejects.csv"
    for price, is_there in (("ten", True), ("10.00", False)):
        rows = [HEADER, f"1,2011-03-01,Cup,1,{price}"]
        summary = await importing(rows, mapping=mapped(), name="shop.csv", rejects=None)
        assert (summary.rejects, beside.exists()) == (beside if is_there else None, is_there)


async def test_rejects_are_written_over_nothing_else(importing, tmp_path):
    source, other = tmp_path / "shop.csv", tmp_path / "letter.txt"
    other.write_text("Dear reader")
    for target, why in (
        (source, "over shop.csv itself"),
        (other, "letter.txt, which holds no rejects"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(ImportProblem, match=why):
            await importing([HEADER, "1,2011-03-01,Cup,1,x"], mapping=mapped(), name="shop.csv", rejects=target)
    assert (source.read_text().splitlines()[0], other.read_text()) == (HEADER, "Dear reader")


# ---------------------------------------------------------------- rehearsal


async def test_a_rehearsal_tells_what_the_run_then_does(importing, asking):
    await importing([HEADER, "1,2011-03-01,Cup,1,10.00"], mapping=mapped())
    rows = ["1,2011-03-01,Cup,2,10.00", "2,2011-03-02,Cup,1,10.00", "2,,Jug,-1,3.00", "3,2011-03-01,Pen,x,1"]
    told = await importing([HEADER, *rows], mapping=mapped(), dry_run=True)
    assert [row[0] for row in await sales(asking)] == ["1"]
    done = await importing([HEADER, *rows], mapping=mapped())
    assert counts(told) == counts(done) == (4, 2, 1, 0, 1)
    assert (told.sales, told.refunds, told.customers) == (done.sales, done.refunds, done.customers) == (2, 1, 0)
    assert told.books == done.books


# ---------------------------------------------------------------- shapes that are refused in words


@pytest.mark.parametrize("encoding", ["unicode_escape", "utf-7", "punycode", "idna", "utf-16"])
def test_encodings_of_no_file(tmp_path, store_url, encoding):
    path = tmp_path / "file.csv"
    path.write_bytes(b"n,d,a\n1,2011-03-01,1\n")
    with (
        pytest.raises(ImportProblem, match=r"unknown encoding|cannot be read as utf-16"),
        open_source(path, encoding=encoding) as source,
    ):
        list(source.chunks)


def test_a_file_of_very_many_columns(tmp_path, store_url):
    path = tmp_path / "file.csv"
    path.write_text(",".join(f"c{place}" for place in range(1_001)) + "\n")
    with pytest.raises(ImportProblem, match="1,001 columns, and at most 1,000"), open_source(path):
        pass


async def test_many_columns_are_brought_in_order(importing):
    header = ",".join(["n,d,p,q,u", *(f"c{place}" for place in range(600))])
    rows = [f"{number},2011-03-01,Cup,1,1" + ",text" * 600 for number in range(1, 100)]
    assert counts(await importing([header, *rows], mapping=mapped())) == (99, 99, 0, 0, 0)


async def test_rows_that_are_too_large_together_are_refused(importing, monkeypatch):
    monkeypatch.setattr("ingest.staging.MEMORY", 10)
    header = ",".join(["n,d,p,q,u", *(f"c{place}" for place in range(140))])
    rows = [f"{number},2011-03-01,Cup,1,1" + ",text" * 140 for number in range(1, 100)]
    with pytest.raises(ImportProblem, match="the rows are too large to be brought in order"):
        await importing([header, *rows], mapping=mapped())
