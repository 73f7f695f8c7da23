"""Every report held against the oracle at once."""

from typing import Any

from hypothesis import strategies as st

from tests.oracle import acquisition, data_quality, lifetime_value, patterns, receivables, retention
from tests.oracle.facts import Facts
from tests.reports import test_lifetime_value as values
from tests.reports import test_patterns as patterned
from tests.reports import test_retention as retained
from tests.reports import test_segmentations as segmented
from tests.reports.comparing import differences
from tests.reports.conftest import AskedShop
from tests.reports.histories import DAYS
from tests.reports.test_small_reports import ACQUISITION, QUALITY, RECEIVABLES

QUESTIONS = st.fixed_dictionaries(
    {
        "period": st.tuples(DAYS, DAYS).map(sorted).map(tuple),
        "as_of": st.one_of(st.none(), DAYS),
        "retention": retained.QUESTIONS,
        "patterns": patterned.QUESTIONS,
        "values": values.QUESTIONS,
        "segmentation": segmented.QUESTIONS,
        "method": st.sampled_from(segmented.METHODS),
    }
)


def check(shop: AskedShop, facts: Facts, question: dict[str, Any]) -> None:
    """Every report is the oracle's of these facts."""
    period, as_of = question["period"], question["as_of"]
    acquired = shop.ask(ACQUISITION, {"period": period})["acquisition"]
    assert differences(acquired, acquisition.report(facts, period)) == []
    owed = shop.ask(RECEIVABLES, {"as_of": as_of})["receivablesAging"]
    assert differences(owed, receivables.report(facts, as_of)) == []
    known = shop.ask(QUALITY)["viewer"]["business"]["dataQuality"]
    assert differences(known, data_quality.report(facts)) == []
    report = shop.ask(retained.DOCUMENT, question["retention"])["retention"]
    assert differences(report, retention.report(facts, **question["retention"])) == []
    worth = values.answer_of(shop, question["values"])
    assert differences(worth, lifetime_value.report(facts, **question["values"])) == []
    asked: dict[str, Any] = patterned.asked(facts, question["patterns"])
    asked["basket_edges"] = None
    bought = shop.ask(patterned.DOCUMENT, asked)["purchasePatterns"]
    assert differences({**bought, "notices": []}, {**patterns.report(facts, **asked), "notices": []}) == []
    segmented.check(shop, facts, question["segmentation"], question["method"])
