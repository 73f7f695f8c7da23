"""The schemes: each of the 125 score triples in its one segment, and what each segment says of itself."""

import csv
from pathlib import Path

import pytest

from analytics.segmentation import SCHEMES, TRIPLES, RFMScheme, RFMSegment, segment_of_cell

TABLE = Path(__file__).parents[1] / "oracle" / "scheme_table.csv"

# Name, code and the ranges of recency, frequency and monetary, in the order of semantics.md.
SEGMENTS = {
    RFMScheme.POS: [
        ("Champions", "R5F5M5", "4-5 4-5 4-5"),
        ("Loyal Customers", "R4F4M4", "3-5 3-5 3-5"),
        ("Potential Loyalists", "R4F2M3", "4-5 2-3 2-5"),
        ("Promising", "R3F2M2", "3 2 2-3"),
        ("At Risk", "R2F2M3", "1-2 2-5 3-5"),
        ("Need Attention", "R2F3M3", "1-2 3-5 2"),
        ("New Customers", "R5F1M1", "4-5 1 1-5"),
        ("Hibernating", "R1F1M2", "1-2 1-2 1-2"),
    ],
    RFMScheme.RETAIL: [
        ("Champion", "CHAMPION", "5 5 5"),
        ("Can't Lose Them", "CANT_LOSE_THEM", "1-2 5 5"),
        ("Loyal", "LOYAL", "4-5 4-5 3-5"),
        ("New Customer", "NEW_CUSTOMER", "5 1-2 1-2"),
        ("Lost", "LOST", "1 1 1-2"),
        ("Potential Loyalist", "POTENTIAL_LOYALIST", "4-5 3 3-4"),
        ("Promising", "PROMISING", "4-5 2-3 2-3"),
        ("Need Attention", "NEED_ATTENTION", "3 3-4 3-4"),
        ("At Risk", "AT_RISK", "1-2 3-4 3-5"),
        ("About to Sleep", "ABOUT_TO_SLEEP", "2-3 2-3 2-3"),
        ("Hibernating", "HIBERNATING", "1-2 2-3 1-2"),
    ],
    RFMScheme.REPORT: [
        ("Champions", "CHAMPIONS", "5 4-5 5, 4 5 5"),
        ("Can't Lose Them", "CANT_LOSE_THEM", "1-2 4-5 4-5"),
        ("Loyal", "LOYAL", "4-5 3-4 3-4"),
        ("New Customers", "NEW_CUSTOMERS", "4-5 1 1-2"),
        ("Potential Loyalists", "POTENTIAL_LOYALISTS", "3-4 1-3 2-3"),
        ("At Risk", "AT_RISK", "1-2 3-5 3-5"),
        ("Hibernating", "HIBERNATING", "1-2 1-2 1-2"),
    ],
}
EVERY_SEGMENT = [
    pytest.param(segment, id=f"{scheme}-{segment.code}") for scheme in SCHEMES for segment in SCHEMES[scheme].segments
]
# Words of which an action of each kind of segment must have one, by what semantics.md asks of it.
ADVICE = {
    "best": (["reward", "gift"], ["refer"], ["early access"]),
    "loyal": (["cross-sell"], ["feedback"]),
    "promising": (["onboarding"], ["limited-time offer"]),
    "at risk": (["win-back"], ["survey"], ["leaving", "churn"]),
    "new": (["welcome series"],),
    "dormant": (["deep discount"], ["reactivation"], ["sunset"]),
}
KIND = {
    "Champions": "best",
    "Champion": "best",
    "Loyal Customers": "loyal",
    "Loyal": "loyal",
    "Potential Loyalists": "promising",
    "Potential Loyalist": "promising",
    "Promising": "promising",
    "At Risk": "at risk",
    "Can't Lose Them": "at risk",
    "New Customers": "new",
    "New Customer": "new",
    "Lost": "dormant",
    "Hibernating": "dormant",
}


def literal_table() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("scheme", RFMScheme)
def test_each_of_the_125_triples_has_the_segment_of_the_literal_table(scheme: RFMScheme) -> None:
    segments = SCHEMES[scheme].segments
    computed = [
        (*triple, segments[position].code) for triple, position in zip(TRIPLES, segment_of_cell(scheme), strict=True)
    ]
    literal = [(int(row["r"]), int(row["f"]), int(row["m"]), row[scheme.value]) for row in literal_table()]
    assert len(literal) == len(set(literal)) == 125
    assert computed == literal


def as_text(segment: RFMSegment) -> str:
    return ", ".join(f"{box.recency} {box.frequency} {box.monetary}" for box in segment.boxes)


@pytest.mark.parametrize("scheme", RFMScheme)
def test_names_codes_and_boxes_are_those_of_the_definition_in_its_order(scheme: RFMScheme) -> None:
    assert [(s.name, s.code, as_text(s)) for s in SCHEMES[scheme].segments] == SEGMENTS[scheme]


def test_the_labels_of_pos_are_its_codes_and_the_other_schemes_have_none() -> None:
    for segment in SCHEMES[RFMScheme.POS].segments:
        assert segment.code == "R{}F{}M{}".format(*segment.label or ())
    named = [s for scheme in (RFMScheme.RETAIL, RFMScheme.REPORT) for s in SCHEMES[scheme].segments]
    assert [segment.label for segment in named] == [None] * 18


@pytest.mark.parametrize(("scheme", "inside"), [(RFMScheme.POS, 87), (RFMScheme.RETAIL, 57), (RFMScheme.REPORT, 51)])
def test_the_boxes_cover_as_many_triples_as_the_definition_says(scheme: RFMScheme, inside: int) -> None:
    boxes = [box for segment in SCHEMES[scheme].segments for box in segment.boxes]
    assert sum(any(box.distance(*triple) == 0 for box in boxes) for triple in TRIPLES) == inside


def test_the_lists_of_the_insights_are_those_of_the_definition() -> None:
    growth = {scheme.value: SCHEMES[scheme].growth_list for scheme in SCHEMES}
    assert growth == {
        "POS": ("Potential Loyalists", "Promising", "New Customers"),
        "RETAIL": ("Potential Loyalist", "Promising", "New Customer"),
        "REPORT": ("Potential Loyalists", "New Customers"),
    }
    attention = {scheme.value: SCHEMES[scheme].attention_list for scheme in SCHEMES}
    assert attention == {
        "POS": ("At Risk", "Need Attention", "Hibernating"),
        "RETAIL": ("Can't Lose Them", "At Risk", "Need Attention", "About to Sleep", "Hibernating"),
        "REPORT": ("Can't Lose Them", "At Risk", "Hibernating"),
    }


@pytest.mark.parametrize("segment", EVERY_SEGMENT)
def test_a_segment_is_described_with_at_least_three_actions(segment: RFMSegment) -> None:
    assert segment.description.endswith(".")
    assert len(set(segment.recommended_actions)) >= 3
    assert all(action.endswith((".", "?")) for action in segment.recommended_actions)


@pytest.mark.parametrize("segment", EVERY_SEGMENT)
def test_the_actions_are_of_the_kind_that_the_segment_needs(segment: RFMSegment) -> None:
    advice = " ".join(segment.recommended_actions).lower()
    for words in ADVICE.get(KIND.get(segment.name, ""), ()):
        assert any(word in advice for word in words), words


@pytest.mark.parametrize("segment", EVERY_SEGMENT)
def test_the_criteria_give_the_ranges_and_say_that_the_nearest_applies(segment: RFMSegment) -> None:
    assert "nearest" in segment.criteria
    for box in segment.boxes:
        assert f"recency {box.recency}, frequency {box.frequency}, monetary {box.monetary}" in segment.criteria


def test_pos_new_customers_are_not_said_to_have_bought_for_the_first_time() -> None:
    segment = next(s for s in SCHEMES[RFMScheme.POS].segments if s.name == "New Customers")
    for text in (segment.description, segment.criteria, *segment.recommended_actions):
        assert "first purchase" not in text.lower()
    assert "may have bought before" in segment.description
