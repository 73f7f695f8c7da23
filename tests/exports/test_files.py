"""Every export, opened by another library, is the GraphQL answer: cell by cell."""

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.escape import unescape

from models.businesses import Weekday
from tests.exports.cases import (
    AS_OF,
    CASES,
    MIGRATION,
    PATTERNS,
    PERIOD,
    RETENTION,
    SEGMENTATION,
    VALUE,
    Case,
)
from tests.exports.conftest import HOSTILE, Files, plain


def as_csv_has_it(value: Any) -> str:
    """A value of the answer as a CSV file writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(tuple("=+-@＝＋－＠\t\r")) and not is_amount(value):
        return f"'{value}"
    return str(value) if not isinstance(value, float) else repr(value)


def is_amount(value: str) -> bool:
    """Whether a text of the answer is an amount of money, which is no text in a file."""
    try:
        float(value)
    except ValueError:
        return False
    return "." in value


@pytest.mark.parametrize("case", CASES, ids=str)
def test_csv_is_the_answer(files: Files, case: Case) -> None:
    expected = case.rows(files.ask(f"{{ found: {case.field} {{ {case.selection} }} }}")["found"])

    rows = files.csv(case.field, part=f'"{case.part}"')

    assert rows, "nothing is compared"
    assert [list(row) for row in rows[:1]] == [list(rows[0])]
    assert {name for row in expected for name in row} == set(rows[0])
    for row, answer in zip(rows, expected, strict=True):
        got = {name: float(cell) if isinstance(answer[name], float) else cell for name, cell in row.items()}
        want = {name: value if isinstance(value, float) else as_csv_has_it(value) for name, value in answer.items()}
        assert got == want


@pytest.mark.parametrize("case", CASES, ids=str)
def test_parquet_is_the_answer(files: Files, case: Case, tmp_path: Path) -> None:
    expected = case.rows(files.ask(f"{{ found: {case.field} {{ {case.selection} }} }}")["found"])

    rows = files.parquet(tmp_path, case.field, part=f'"{case.part}"')

    assert len(rows) == len(expected)
    for row, answer in zip(rows, expected, strict=True):
        for name, cell in row.items():
            want = answer[name]
            if isinstance(want, str) and not isinstance(cell, str):  # amounts and days are text in JSON
                assert str(cell) == want, name
            else:
                assert plain(cell) == plain(want), name


@pytest.mark.parametrize("field", sorted({case.field for case in CASES}))
def test_a_workbook_is_the_answer(files: Files, field: str) -> None:
    cases = [case for case in CASES if case.field == field]
    answers = {c.part: c.rows(files.ask(f"{{ found: {field} {{ {c.selection} }} }}")["found"]) for c in cases}

    first, *others = files.xlsx(field).values()

    (summary,) = answers.pop("summary", [{}])
    figures = [row[1] for row in first if row[0] is not None and row[1] is not None]
    wanted = [value for value in summary.values() if value is not None]
    assert all(any(same(cell, value) for cell in figures) for value in wanted)
    for part, rows in answers.items():
        names = list(files.csv(field, part=f'"{part}"')[0])
        assert any(is_sheet_of(sheet, names, rows) for sheet in others), part


def is_sheet_of(sheet: list[list[Any]], names: list[str], rows: list[dict[str, Any]]) -> bool:
    """Whether a sheet has these rows below its header."""
    return [len(line) for line in sheet] == [len(names)] * (len(rows) + 1) and all(
        same(cell, row[name])
        for line, row in zip(sheet[1:], rows, strict=True)
        for cell, name in zip(line, names, strict=True)
    )


def same(cell: Any, value: Any) -> bool:
    """Whether a cell of a workbook is a value of the answer, where amounts and days are text."""
    if isinstance(cell, bool) or isinstance(value, bool) or cell is None or value is None:
        return cell is value
    if isinstance(cell, int | float) and (isinstance(value, int | float) or is_amount(value)):
        return math.isclose(cell, float(Decimal(value)), rel_tol=1e-12, abs_tol=1e-12)
    if isinstance(cell, str):
        return unescape(cell) == value
    return plain(cell) == value


def test_every_customer_of_a_segmentation_with_scores(files: Files) -> None:
    rows = files.csv(SEGMENTATION, detail="CUSTOMERS")
    answer = files.ask(
        f"{{ {SEGMENTATION} {{ totalCustomers segments {{ name code customers(first: 100) {{ nodes {{ number "
        f"rfm(days: 365, {AS_OF}) {{ recencyDays frequency monetary recencyScore frequencyScore monetaryScore }} "
        "} } } } }"
    )["segmentation"]
    expected = {
        node["number"]: {"segment": s["name"], "segmentCode": s["code"]}
        for s in answer["segments"]
        for node in s["customers"]["nodes"]
    }

    assert len(rows) == answer["totalCustomers"] == len(expected)
    assert {r["number"]: {"segment": r["segment"], "segmentCode": r["segmentCode"]} for r in rows} == expected
    revenue = [float(row["monetary"]) for row in rows]
    assert revenue == sorted(revenue, reverse=True)
    assert {"recencyDays", "frequency", "recencyScore", "frequencyScore", "monetaryScore"} <= set(rows[0])
    sheets = files.xlsx(SEGMENTATION, detail="CUSTOMERS")
    assert len(sheets["Customers"]) == len(rows) + 1


LISTS = [
    (f"segmentation({AS_OF}, days: 365) {{ segments {{ customers(first: 1000)", ("segmentation", "segments", 0)),
    (f"segmentation({AS_OF}, days: 365) {{ cells(recencyScore: 5) {{ customers", ("segmentation", "cells", -1)),
    (f"{MIGRATION} {{ moves {{ customers(first: 1000)", ("segmentMigration", "moves", 0)),
    (f"{VALUE} {{ distribution {{ customers(first: 1000)", ("lifetimeValueReport", "distribution", 0)),
    (f"receivablesAging({AS_OF}) {{ customers", ("receivablesAging",)),
]


@pytest.mark.parametrize(("query", "path"), LISTS)
def test_the_customers_behind_a_number(files: Files, query: str, path: tuple[Any, ...]) -> None:
    ends = "}" * (query.count("{") + 1)
    answer = files.ask(f"{{ {query} {{ totalCount exportUrl(format: CSV) nodes {{ number name }} }} {ends}")
    for step in path:
        answer = answer[step]
    found = answer["customers"]

    rows = files.get(found["exportUrl"]).text.splitlines()

    assert found["totalCount"] >= 1
    header, *lines = rows
    assert header.startswith("number,name,revenue,")
    assert [line.partition(",")[0] for line in lines if line[:1] in "ABGHIN"][: len(found["nodes"])] == [
        node["number"] for node in found["nodes"]
    ]


def test_the_customers_of_a_cohort(files: Files) -> None:
    cell = "period customerCount customers(first: 50) { exportUrl(format: PARQUET) nodes { number } }"
    answer = files.ask(f"{{ {RETENTION} {{ cohorts {{ key periods {{ {cell} }} }} }} }}")
    found = max((c for cohort in answer["retention"]["cohorts"] for c in cohort["periods"]), key=lambda c: c["period"])

    assert files.get(found["customers"]["exportUrl"]).status_code == 200


def test_receivables_by_age_and_who_owes(files: Files, tmp_path: Path) -> None:
    field = f"receivablesAging({AS_OF})"
    answer = files.ask(f"{{ found: {field} {{ total current days1To30 days31To60 days61To90 over90 }} }}")["found"]

    rows = files.csv(field)
    owing = files.parquet(tmp_path, field, part='"customers"')

    assert [row["amount"] for row in rows] == [*(list(answer.values())[1:]), answer["total"]]
    assert [(row["number"], str(row["revenue"])) for row in owing] == [("ANN", "80.00")]


def test_the_patterns_of_one_customer(files: Files) -> None:
    answer = files.ask(
        f'{{ customer(by: {{number: "ANN"}}) {{ patterns({PERIOD}) {{ exportUrl(format: CSV, part: "summary") '
        "summary { totalTransactions revenue } } } }"
    )["customer"]["patterns"]

    header, line = files.get(answer["exportUrl"]).text.splitlines()

    row = dict(zip(header.split(","), line.split(","), strict=True))
    assert int(row["totalTransactions"]) == answer["summary"]["totalTransactions"]
    assert row["revenue"] == answer["summary"]["revenue"]


def test_a_comparison_is_in_the_summary(files: Files) -> None:
    (row,) = files.csv(f"retention({PERIOD}, compareTo: PREVIOUS_YEAR)", part='"summary"')

    assert row["previousTotalCustomers"] == "0"


def test_a_filtered_list_has_its_order_and_no_more(files: Files) -> None:
    rows = files.csv(f'customers({AS_OF}, orderBy: TOTAL_SPENT, filter: {{search: "anna", type: RETAIL}})')

    assert [row["number"] for row in rows] == ["ANN", "NEW"]


def test_words_of_the_schema_are_words_in_the_files(files: Files) -> None:
    rows = files.csv(PATTERNS, part='"byWeekdayHour"')

    assert [row["weekday"] for row in rows[::24]] == list(Weekday)


def test_every_name_is_in_the_list(files: Files) -> None:
    rows = {row["number"]: row["name"] for row in files.csv(f"customers({AS_OF}, first: 10)")}

    assert HOSTILE.keys() <= rows.keys()
