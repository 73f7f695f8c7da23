"""The served schema: exported as it is, described in full, and as the contract wants it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    is_specified_scalar_type,
)

from schema.schema import schema
from tests.schema.walking import BUILT

ROOT = Path(__file__).parents[2]
EXPORTED = ROOT / "schema" / "schema.graphql"
CHECK = ROOT.parent / "shared" / "tools" / "check_contract.py"

# The types of the contract that are served since issue 2.
SERVED_TYPES = """
    Acquisition Address Business Consents Customer CustomerBy CustomerConnection CustomerEdge CustomerFilter
    CustomerOrder CustomerType DateRange DecimalRange EmailEngagement ExternalId Freshness HowComputed Node PageInfo
    Payment PaymentMethod PurchaseSummary Query RFMCell RFMCutPoints RFMScheme RFMScore RFMSegment Refund
    RefundConnection RefundEdge RevenueBasis Role Sale SaleChannel SaleConnection SaleEdge SaleItem SaleStatus ScoreBox
    ScoreRange SegmentCharacteristics SegmentCount SegmentMigration SegmentMove SegmentSummary Segmentation
    SegmentationInsights SegmentationMethod SegmentationPoint SegmentationTrend Storefront
    CLV CustomerValue LifetimeValueConnection LifetimeValueEdge LifetimeValueOrder LifetimeValueReport
    LifetimeValueSummary LorenzPoint ValueBucket
    BasketBucket CategoryAffinity CategoryPair CategoryPreference Grouping PatternSummary PaymentPreference Period
    PurchaseFrequency PurchasePatterns Recommendation SeasonIndex SeriesPoint TimeBucket WeekdayHourBucket
    AcquisitionBucket AcquisitionReport Cohort CohortCell CohortPeriod Comparison DataQuality ReceivablesAging
    RepeatPurchases RetentionMode RetentionReport RetentionSummary RetentionTrend
    ExportDetail ExportFormat
    DataChange Subscription Touchpoint TouchpointChannel TouchpointConnection TouchpointEdge TouchpointFilter
    TouchpointOutcome TouchpointType Viewer Weekday BigInt Date DateTime Decimal
"""

# What of these types is not served yet: nothing else may be missing or otherwise.
LATER_FIELDS = """
    Customer.segments Customer.segmentHistory
    Customer.journey Customer.journeyHistory Customer.loyalty Customer.preferences
    CustomerFilter(criteria:) CustomerFilter(journeyStage:) CustomerFilter(loyaltyTier:)
    CustomerFilter(segment:) CustomerOrder.LOYALTY_POINTS
    Query.attribution Query.auditTrail Query.campaignReport Query.journey
    Query.loyaltyProgram Query.loyaltyRedemptions
    Query.loyaltyRewards Query.loyaltyTiers Query.maintenanceJob Query.previewSegment
    Query.satisfaction Query.segment Query.segments
"""
SERVED, LATER = SERVED_TYPES.split(), LATER_FIELDS.split()


def named_types() -> list[Any]:
    """The types of the schema that are its own."""
    types = [t for name, t in BUILT.type_map.items() if not name.startswith("__")]
    return [t for t in types if not (isinstance(t, GraphQLScalarType) and is_specified_scalar_type(t))]


def undescribed() -> Iterator[str]:
    """Everything that says nothing of itself; the values of an enumeration need not."""
    for type_ in named_types():
        if not type_.description:
            yield type_.name
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in type_.fields.items():
                if not field.description:
                    yield f"{type_.name}.{name}"
                yield from (
                    f"{type_.name}.{name}({argument}:)"
                    for argument, definition in getattr(field, "args", {}).items()
                    if not definition.description
                )


def test_the_exported_schema_is_the_served_one() -> None:
    assert EXPORTED.read_text() == schema.as_str() + "\n" * (not schema.as_str().endswith("\n"))


def test_everything_is_described() -> None:
    assert list(undescribed()) == []


def test_descriptions_are_sentences() -> None:
    """They are read in GraphiQL, one beside the other."""
    texts = {t.name: t.description for t in named_types() if not isinstance(t, GraphQLScalarType)}
    for type_ in named_types():
        for name, field in getattr(type_, "fields", {}).items():
            texts[f"{type_.name}.{name}"] = field.description
            texts |= {f"{type_.name}.{name}.{a}": d.description for a, d in getattr(field, "args", {}).items()}

    assert [name for name, text in texts.items() if not text.endswith(".")] == []


@pytest.fixture(scope="module")
def differences() -> list[tuple[str, str]]:
    """What the contract has and the served schema lacks or has otherwise, as (where, how)."""
    if not CHECK.is_file():
        pytest.skip(f"the contract is not at {CHECK.parent.parent}")
    run = subprocess.run([sys.executable, CHECK, EXPORTED], capture_output=True, text=True, check=False, timeout=60)
    assert run.stderr == ""
    *found, summary = run.stdout.splitlines()
    assert summary.startswith(f"{len(found)} differences; the contract has ")
    return [(where, how) for where, _, how in (line.rpartition(": ") for line in found)]


def test_no_type_of_this_issue_is_missing(differences: list[tuple[str, str]]) -> None:
    assert [where for where, how in differences if how == "type missing" and where in SERVED] == []


def test_what_is_served_is_as_the_contract_wants_it(differences: list[tuple[str, str]]) -> None:
    """Same names, same types, same nullability: whatever differs is something that is not there yet."""
    otherwise = [(where, how) for where, how in differences if how != "type missing" and where not in LATER]
    unexpected = [(where, how) for where, how in differences if where in LATER and not how.endswith("missing")]

    assert (otherwise, unexpected) == ([], [])
