"""Segmentations, migrations and the trend of the worked example are what was worked out by hand, through GraphQL."""

from typing import Any

import pytest

from tests.reports.comparing import PEOPLE
from tests.reports.test_segmentations import MIGRATION, PREFERRED, SEGMENTATION, TREND
from tests.worked_example import expected
from tests.worked_example.answers import gbp
from tests.worked_example.conftest import Ask, disagreements

USUAL = {"scheme": "POS", "days": 90}


def segmentation(ask: Ask, method: str) -> Any:
    document = SEGMENTATION.replace("PREFERRED", f"{PREFERRED} preferredStorefront {{ name }}")
    return ask(document, method=method, includeInactive=False, **USUAL)["segmentation"]


@pytest.mark.parametrize("method", ["VALUE", "TIER", "CREDIT", "BEHAVIOR"])
def test_a_method(ask: Ask, method: str) -> None:
    wanted = getattr(expected, f"SEGMENTATION_{method}")
    assert disagreements(wanted, segmentation(ask, method)) == []


def test_rfm_with_its_cells(ask: Ask) -> None:
    found = segmentation(ask, "RFM")
    assert disagreements(expected.SEGMENTATION_POS, found) == []
    cells = {
        (c["recencyScore"], c["frequencyScore"], c["monetaryScore"]): (
            c["segmentCode"], c["customerIds"], gbp(c["revenue"]),
        )
        for c in found["cells"]
        if c["customerCount"]
    }  # fmt: skip
    assert cells == expected.SEGMENTATION_POS_CELLS


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2024-10-02", "2024-12-31", expected.MIGRATION),
        ("2024-07-15", "2024-10-02", expected.MIGRATION_WITH_A_LEAVER),
    ],
)
def test_a_migration(ask: Ask, start: str, end: str, wanted: Any) -> None:
    assert "customers" in PEOPLE
    found = ask(MIGRATION, method="RFM", **{"from": start, "to": end}, **USUAL)["segmentMigration"]["moves"]

    def by_codes(moves: list[Any]) -> list[Any]:
        return sorted(moves, key=lambda move: (move["from"] or "", move["to"] or ""))

    assert disagreements(by_codes(wanted["moves"]), by_codes(found)) == []


def test_the_trend(ask: Ask) -> None:
    asked = {"method": "RFM", "from": "2024-08-20", "to": "2024-12-31", "every": "QUARTER"}
    points = ask(TREND, **asked, **USUAL)["segmentationTrend"]["points"]
    found = {
        point["asOf"]: {
            s["code"]: (s["customerCount"], gbp(s["revenue"])) for s in point["segments"] if s["customerCount"]
        }
        for point in points
    }
    assert found == expected.TREND
