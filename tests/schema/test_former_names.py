"""What had three names has one, `revenue`; the names of before give the same until they go."""

from typing import Any

import pytest

from tests.schema.conftest import Asker
from tests.schema.walking import BUILT

LIST = "query($filter: CustomerFilter) { customers(filter: $filter) { nodes { number } } }"
FORMER = (
    "Segmentation.totalRevenue",
    "SegmentSummary.totalRevenue",
    "LifetimeValueSummary.totalRevenue",
    "CustomerFilter.totalSpent",
)


def test_the_former_names_say_what_to_ask_and_until_when_they_stay() -> None:
    types: Any = BUILT.type_map
    told = {
        f"{name}.{field}": definition.deprecation_reason
        for name, type_ in types.items()
        if not name.startswith("__")
        for field, definition in getattr(type_, "fields", {}).items()
        if definition.deprecation_reason
    }

    assert told == dict.fromkeys(FORMER, "It is called `revenue` now; this name goes on 2027-06-01 at the earliest.")


async def test_both_names_of_a_sum_are_one_number(ask: Asker) -> None:
    both = "revenue totalRevenue"
    found = await ask(
        f"{{ segmentation {{ {both} segments {{ {both} }} }} lifetimeValueReport {{ summary {{ {both} }} }} }}"
    )

    segmentation = found["segmentation"]
    assert (segmentation["revenue"], segmentation["totalRevenue"]) == ("229.50", "229.50")
    assert found["lifetimeValueReport"]["summary"] == {"revenue": "757.50", "totalRevenue": "757.50"}
    segments = segmentation["segments"]
    assert [one["revenue"] for one in segments] == [one["totalRevenue"] for one in segments]
    assert segments[0]["revenue"] != "0.00"


@pytest.mark.parametrize("name", ["revenue", "totalSpent"])
async def test_both_names_of_the_filter_find_the_same(ask_both: Asker, name: str) -> None:
    nodes = (await ask_both(LIST, filter={name: {"min": "60"}}))["customers"]["nodes"]

    assert [node["number"] for node in nodes] == ["NONAME", "IDLE", "BEN", "ANN"]
    upside_down = await ask_both.refused(LIST, filter={name: {"min": "3", "max": "2"}})
    assert upside_down == f"`{name}` has min 3 above max 2"


async def test_two_names_at_once_are_refused(ask: Asker) -> None:
    message = await ask.refused(LIST, filter={"revenue": {"min": "60"}, "totalSpent": {"min": "1"}})

    assert message == "`totalSpent` is the former name of `revenue`: give `revenue` alone"
