"""A file is what the screen shows: every argument of a report goes along, and the file says what the query says."""

import csv
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from resolvers.exports import customer_columns
from resolvers.operation.ids import global_id
from rules.exports import BALANCE_COLUMN
from tests.exports.cases import AS_OF, CASES, PATTERNS, PERIOD, RETENTION, Case
from tests.exports.conftest import Files, Served
from tests.exports.test_files import as_csv_has_it

DAYS = 'from: "2026-02-01", to: "2026-03-05"'

# Of each report the arguments that always stand, and those that change it one by one, with the part that they change.
ARGUMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "segmentation": (
        "segmentation",
        {
            f"{AS_OF}, days: 365, storefront: WEB": "segments",
            f"{AS_OF}, days: 365, customerType: WHOLESALE": "segments",
            f"{AS_OF}, days: 365, includeInactive: true": "segments",
            f"{AS_OF}, days: 365, scheme: RETAIL": "segments",
            f"{AS_OF}, days: 365, method: TIER": "segments",
            f'{AS_OF}, days: 365, segmentName: "Champions"': "segments",
            f"{AS_OF}, days: 20": "segments",
            'asOf: "2026-01-31", days: 365': "segments",
        },
    ),
    "migration": (
        "segmentMigration",
        {
            f"{DAYS}, storefront: WEB": "moves",
            f"{DAYS}, customerType: WHOLESALE": "moves",
            f"{DAYS}, includeInactive: true": "moves",
            f"{DAYS}, scheme: RETAIL": "moves",
            f"{DAYS}, days: 20": "moves",
            'from: "2026-01-10", to: "2026-02-27"': "moves",
        },
    ),
    "trend": (
        "segmentationTrend",
        {
            f"{DAYS}, storefront: WEB": "points",
            f"{DAYS}, customerType: WHOLESALE": "points",
            f"{DAYS}, includeInactive: true": "points",
            f"{DAYS}, scheme: RETAIL": "points",
            f"{DAYS}, days: 20": "points",
            f"{DAYS}, every: QUARTER": "points",
        },
    ),
    "lifetime value": (
        "lifetimeValueReport",
        {
            f"{AS_OF}, first: 1000, storefront: WEB": "customers",
            f"{AS_OF}, first: 1000, customerType: WHOLESALE": "customers",
            f"{AS_OF}, first: 1000, orderBy: PROFIT": "customers",
            f"{AS_OF}, first: 1000, revenueBasis: GROSS": "customers",
            f'{AS_OF}, first: 1000, minRevenue: "30"': "customers",
            f'{AS_OF}, first: 1000, minProfit: "10"': "customers",
            f'{AS_OF}, first: 1000, joined: {{end: "2025-12-31"}}': "customers",
            'asOf: "2026-02-01", first: 1000': "customers",
        },
    ),
    "patterns": (
        "purchasePatterns",
        {
            f"{PERIOD}, storefront: WEB": "series",
            f"{PERIOD}, customerType: WHOLESALE": "series",
            f"{PERIOD}, revenueBasis: GROSS": "series",
            f"{PERIOD}, grouping: WEEKLY": "series",
            f'{PERIOD}, basketEdges: ["5", "50"]': "baskets",
            'period: {start: "2026-01-01", end: "2026-02-27"}': "series",
        },
    ),
    "affinity": (
        "categoryAffinity",
        {
            f"{PERIOD}, minSupport: 0, storefront: WEB": "pairs",
            f"{PERIOD}, minSupport: 0, customerType: WHOLESALE": "pairs",
            f"{PERIOD}, minSupport: 1": "pairs",
            'period: {start: "2026-02-01", end: "2026-02-28"}, minSupport: 0': "pairs",
        },
    ),
    "retention": (
        "retention",
        {
            f"{PERIOD}, cohortPeriod: QUARTER": "cohorts",
            f"{PERIOD}, trendPeriod: QUARTER": "trends",
            f"{PERIOD}, mode: ON_OR_AFTER": "cohorts",
            f"{PERIOD}, activityDays: 10": "summary",
            f"{PERIOD}, customerType: WHOLESALE": "summary",
            f"{PERIOD}, storefront: WEB": "summary",
            'period: {start: "2026-01-01", end: "2026-02-27"}': "summary",
        },
    ),
    "acquisition": ("acquisition", {'period: {start: "2026-02-05", end: "2026-02-27"}': "bySource"}),
    "receivables": ("receivablesAging", {'asOf: "2026-02-15"': "aging"}),
    "products": (
        "productReport",
        {
            f"{PERIOD}, by: CATEGORY": "products",
            f"{PERIOD}, orderBy: CUSTOMERS": "products",
            f"{PERIOD}, storefront: WEB": "products",
            f"{PERIOD}, customerType: WHOLESALE": "products",
            f"{PERIOD}, repeatDays: 2": "products",
            'period: {start: "2026-01-01", end: "2026-02-01"}': "products",
        },
    ),
    "customers": (
        "customers",
        {
            f"{AS_OF}, first: 1000, orderBy: TOTAL_SPENT": "customers",
            f"{AS_OF}, first: 1000, orderBy: NAME, filter: {{storefront: WEB}}": "customers",
            f'{AS_OF}, first: 1000, orderBy: NAME, filter: {{city: "ACCRA"}}': "customers",
            f'{AS_OF}, first: 1000, orderBy: NAME, filter: {{gender: "FEMALE"}}': "customers",
            f"{AS_OF}, first: 1000, orderBy: NAME, filter: {{daysSinceLastPurchase: {{min: 20}}}}": "customers",
        },
    ),
}
SCREENS = [(name, arguments, part) for name, (_, changing) in ARGUMENTS.items() for arguments, part in changing.items()]


def case_of(name: str, part: str) -> Case:
    return next(case for case in CASES if (case.name, case.part) == (name, part))


def answered(files: Files, case: Case) -> list[dict[str, Any]]:
    return case.rows(files.ask(f"{{ found: {case.field} {{ {case.selection} }} }}")["found"])


def is_row(row: dict[str, str], answer: dict[str, Any]) -> bool:
    """Whether a line of a file is the answer's."""
    assert row.keys() == answer.keys()
    return all(
        float(cell) == answer[name] if isinstance(answer[name], float) else cell == as_csv_has_it(answer[name])
        for name, cell in row.items()
    )


@pytest.mark.parametrize(("name", "arguments", "part"), SCREENS)
def test_each_argument_goes_along(served: Served, name: str, arguments: str, part: str) -> None:
    files, usual = served.files, case_of(name, part)
    web = f'"{global_id("Storefront", served.shop.id_of_storefront("Web"))}"'
    field = ARGUMENTS[name][0]
    screen = replace(usual, field=f"{field}({arguments})".replace("WEB", web))

    shown, rows = answered(files, screen), files.csv(screen.field, part=f'"{part}"')

    assert shown != answered(files, usual), "the argument changes nothing here"
    assert len(rows) == len(shown)
    assert all(map(is_row, rows, shown))


def test_every_report_is_here() -> None:
    assert {case.name for case in CASES} == ARGUMENTS.keys()


@pytest.mark.parametrize(
    ("field", "name"),
    [(RETENTION, "retention"), (PATTERNS, "patterns")],
)
@pytest.mark.parametrize("comparison", ["PREVIOUS_PERIOD", "PREVIOUS_YEAR"])
def test_the_comparison_goes_along(files: Files, field: str, name: str, comparison: str) -> None:
    usual = case_of(name, "summary")
    figures = usual.selection[: usual.selection.index("}") + 1]
    asked = f"{field.removesuffix(')')}, compareTo: {comparison})"
    answer = files.ask(f"{{ found: {asked} {{ {figures} {figures.replace('summary', 'previous')} }} }}")["found"]
    before = {f"previous{name[0].upper()}{name[1:]}": value for name, value in answer["previous"].items()}

    (row,) = files.csv(asked, part='"summary"')

    expected = answer["summary"] | before
    assert is_row({name: row[name] for name in expected}, expected)


def test_a_list_has_the_segments_that_it_is_chosen_by(files: Files) -> None:
    """Not those of the shop's segmentation, RETAIL over all history."""
    list_ = f'customers({AS_OF}, filter: {{rfmSegment: "Champions", scheme: POS, days: 365, includeInactive: true}})'
    rows = files.csv(list_, columns='["number", "segment"]')
    assert {row["segment"] for row in rows} == {"Champions"}


# Every list behind a number.
BEHIND = [
    f"segmentation({AS_OF}, days: 365) {{ segments {{ name customers {{ LINK }} }} cells {{ customers {{ LINK }} }} }}",
    f"segmentMigration({DAYS}) {{ moves {{ customers {{ LINK }} }} }}",
    f"lifetimeValueReport({AS_OF}) {{ distribution {{ customers {{ LINK }} }} }}",
    f"retention({PERIOD}) {{ cohorts {{ periods {{ customers {{ LINK }} }} }} }}",
    f"receivablesAging({AS_OF}) {{ customers {{ LINK }} }}",
    f"productReport({PERIOD}) {{ products {{ nodes {{ buyers {{ LINK }} }} }} }}",
]
OF_THE_NUMBER = ("revenue", "segment", "recencyScore", "frequencyScore", "monetaryScore")


def links_in(answer: Any) -> list[str]:
    """The links to lists that have somebody."""
    if isinstance(answer, list):
        return [link for one in answer for link in links_in(one)]
    if not isinstance(answer, dict):
        return []
    own = [answer["exportUrl"]] if answer.get("totalCount") else []
    return own + [link for value in answer.values() for link in links_in(value)]


@pytest.mark.parametrize("asked", BEHIND)
def test_who_is_behind_a_number_has_the_columns_of_the_list(files: Files, asked: str) -> None:
    """All but the amount, and the scores that the number may be made of, are those of the list of that day."""
    everyone = {row["number"]: row for row in files.csv(f"customers({AS_OF})")}
    query = asked.replace("LINK", "totalCount exportUrl(format: CSV)")

    links = links_in(files.ask(f"{{ {query} }}"))

    text = files.get(links[0]).text
    rows = list(csv.DictReader(StringIO(text, newline=""), strict=True))
    assert rows
    for row in rows:
        assert row.keys() == everyone["ANN"].keys() == set(customer_columns(True)) - {BALANCE_COLUMN}
        if row["number"] != "GONE":  # erased: in the numbers still, in no list
            assert {n: row[n] for n in row.keys() - OF_THE_NUMBER} == {
                n: everyone[row["number"]][n] for n in row.keys() - OF_THE_NUMBER
            }


def test_the_segment_of_a_file_is_that_of_its_segmentation(files: Files) -> None:
    for scheme in ("POS", "RETAIL", "REPORT"):
        asked = f"segmentation({AS_OF}, days: 60, scheme: {scheme})"
        query = f"{{ {asked} {{ segments {{ name customers {{ totalCount exportUrl(format: CSV) }} }} }} }}"
        for segment in files.ask(query)["segmentation"]["segments"]:
            text = files.get(segment["customers"]["exportUrl"]).text
            rows = list(csv.DictReader(StringIO(text, newline=""), strict=True))
            assert len(rows) == segment["customers"]["totalCount"]
            assert {row["segment"] for row in rows} <= {segment["name"]}


PAST = [
    ('customers(asOf: "2026-03-04") { LINK }', "2026-03-04"),
    ('receivablesAging(asOf: "2026-02-15") { customers { LINK } }', "2026-02-15"),
    (f'segmentMigration({DAYS[:-4]}-04") {{ moves {{ customers {{ LINK }} }} }}', "2026-03-04"),
    ('retention(period: {end: "2026-02-27"}) { cohorts { periods { customers { LINK } } } }', "2026-02-27"),
]


@pytest.mark.parametrize(("asked", "day"), PAST)
def test_a_balance_of_a_past_day_is_refused(files: Files, asked: str, day: str) -> None:
    """It is not left out in silence; without it the file is there."""
    query = asked.replace("LINK", f'exportUrl(format: CSV, columns: ["number", "{BALANCE_COLUMN}"])')
    headers = {"Authorization": f"Bearer {files.token}"}

    errors = files.client.post("/graphql", json={"query": f"{{ {query} }}"}, headers=headers).json()["errors"]

    assert {error["message"] for error in errors} == {
        f"there is no column outstandingBalance to {day}: balances are not kept by day, so only a file of today has it"
    }
    rest = asked.replace("LINK", "totalCount exportUrl(format: CSV)")
    header = files.get(links_in(files.ask(f"{{ {rest} }}"))[0]).text.splitlines()[0]
    assert set(header.split(",")) == set(customer_columns(True)) - {BALANCE_COLUMN}
