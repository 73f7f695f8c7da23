"""Acquisition, receivables and data quality equal the oracle's on random histories."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import acquisition, data_quality, receivables
from tests.oracle.facts import Facts
from tests.reports.comparing import PEOPLE, differences
from tests.reports.conftest import World
from tests.reports.histories import DAYS, examples, histories, joined_by_hand

BUCKET = "key customers percentage revenue avgClv"
ACQUISITION = f"""
query Acquisition($period: DateRange) {{
  acquisition(period: $period) {{
    totalNew bySource {{ {BUCKET} }} byCampaign {{ {BUCKET} }} referrals
  }}
}}
"""
RECEIVABLES = f"""
query Receivables($asOf: Date) {{
  receivablesAging(asOf: $asOf) {{
    total current days1To30 days31To60 days61To90 over90 {PEOPLE}
  }}
}}
"""
QUALITY = """{
  viewer { business { dataQuality {
    customers sales firstBusinessDate lastBusinessDate anonymousSalesShare costCoverage unlinkedRefunds
    possibleDuplicates
  } } }
}"""


@given(facts=histories(), edges=st.tuples(DAYS, DAYS), as_of=st.one_of(st.none(), DAYS))
@examples(15)
def test_they_equal_the_oracle(world: World, facts: Facts, edges: Any, as_of: int | None) -> None:
    facts, period = joined_by_hand(facts), tuple(sorted(edges))
    with world.shop_of(facts) as shop:
        acquired = shop.ask(ACQUISITION, {"period": period})["acquisition"]
        owed = shop.ask(RECEIVABLES, {"as_of": as_of})["receivablesAging"]
        known = shop.ask(QUALITY)["viewer"]["business"]["dataQuality"]
    assert differences(owed, receivables.report(facts, as_of)) == []
    assert differences(known, data_quality.report(facts)) == []
    assert differences(acquired, acquisition.report(facts, period)) == []
