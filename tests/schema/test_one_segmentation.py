"""One segmentation a shop, one population by default, and what was so on a past day."""

from typing import Any

from resolvers.operation.viewer import Role
from tests.schema.conftest import Asker


async def members(ask: Asker, **filter_: Any) -> list[str]:
    """Who is in a segment."""
    query = "query($f: CustomerFilter) { customers(orderBy: NAME, filter: $f) { totalCount nodes { number } } }"
    found = (await ask(query, f=filter_))["customers"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["number"] for node in found["nodes"]]


async def test_a_segment_is_of_those_who_are_active_unless_all_are_asked_for(ask_both: Asker) -> None:
    """Of ANN, BEN, NONAME and the erased one ANN is R2F4M4 over all history; with IDLE, who is inactive, R3F5M4."""
    assert await members(ask_both, rfmSegment="AT_RISK") == ["ANN"]
    assert await members(ask_both, rfmSegment="LOYAL") == []
    assert await members(ask_both, rfmSegment="LOYAL", includeInactive=True) == ["ANN"]
    query = "{ customers(orderBy: NAME) { nodes { number rfm(days: null, scheme: RETAIL) { scoreCode } } } }"
    scores = {one["number"]: one["rfm"] for one in (await ask_both(query))["customers"]["nodes"]}
    assert scores["ANN"] == {"scoreCode": "R2F4M4"}
    assert scores["IDLE"] is None


async def test_a_filter_follows_what_stands_beside_it_else_the_settings(ask: Asker) -> None:
    """Over 90 days in POS, with IDLE, ANN is R4F5M4: Champions."""
    champions = {"rfmSegment": "Champions", "includeInactive": True}
    assert await members(ask, **champions, scheme="POS", days=90) == ["ANN"]
    told = await ask.refused('{ customers(filter: {rfmSegment: "Champions"}) { totalCount } }')
    assert told.startswith('`rfmSegment`: the RETAIL scheme has no segment "Champions"')
    settings = "{ updateBusinessSettings(input: {version: 1, segmentScheme: POS, segmentDays: 90}) { __typename } }"
    await ask.being(Role.ADMIN)(f"mutation {settings}")
    assert await members(ask, **champions) == ["ANN"]
    assert await members(ask, rfmSegment="LOYAL", scheme="RETAIL", days=None, includeInactive=True) == ["ANN"]
    shown = "{ viewer { business { segmentScheme segmentDays } } }"
    assert (await ask.being(Role.VIEWER)(shown))["viewer"]["business"] == {"segmentScheme": "POS", "segmentDays": 90}


async def test_an_impossible_window(ask: Asker) -> None:
    query = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }"
    told = await ask.refused(query, f={"rfmSegment": "LOYAL", "days": 0})
    assert told == "`days` must be from 1 to 9,999, or null for all history, not 0"


async def test_moves_and_points_leave_inactive_customers_out_unless_asked(ask_both: Asker) -> None:
    """IDLE first bought on 2 January: it is among the moves to 5 March only where the inactive are."""
    days = 'method: VALUE, from: "2025-12-31", to: "2026-03-05"'
    asked = f"""{{
      a: segmentMigration({days}) {{ moves {{ customerCount }} }}
      b: segmentMigration({days}, includeInactive: true) {{ moves {{ customerCount }} }}
      c: segmentationTrend({days}) {{ points {{ segments {{ customerCount }} }} }}
      d: segmentationTrend({days}, includeInactive: true) {{ points {{ segments {{ customerCount }} }} }}
      e: segmentation(method: VALUE) {{ totalCustomers }}
    }}"""
    found = await ask_both(asked)
    assert [sum(move["customerCount"] for move in found[name]["moves"]) for name in "ab"] == [4, 5]
    last = [sum(one["customerCount"] for one in found[name]["points"][-1]["segments"]) for name in "cd"]
    assert last == [4, 5]
    assert found["e"]["totalCustomers"] == 4


async def test_contacts_and_the_cohort_of_a_past_day(ask_both: Asker) -> None:
    """ANN had three contacts to 5 January; her cohort of June 2025 had bought in two months by December."""
    asked = """{ customer(by: {number: "ANN"}) {
      touchpoints(asOf: "2026-01-05") { nodes { occurredAt } }
      all: touchpoints { nodes { occurredAt } }
      later: touchpoints(asOf: "2027-01-01") { nodes { occurredAt } }
      cohort(asOf: "2025-12-31") { key size currentActive periods { period customerCount } }
      before: cohort(asOf: "2025-06-29") { key }
      now: cohort { currentActive periods { period } }
    } }"""
    found = (await ask_both(asked))["customer"]
    assert len(found["touchpoints"]["nodes"]) == 3
    assert len(found["later"]["nodes"]) == len(found["all"]["nodes"]) == 7
    cohort = found["cohort"]
    bought_in = [cell["period"] for cell in cohort["periods"] if cell["customerCount"]]
    assert (cohort["key"], cohort["size"], cohort["currentActive"], bought_in) == ("2025-06", 1, 1, [0, 6])
    assert found["before"] is None
    assert len(found["now"]["periods"]) == len(cohort["periods"]) + 3
