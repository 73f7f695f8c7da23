"""The questions that can be asked: each domain has its own."""

import strawberry

from schema.acquisition import AcquisitionQueries
from schema.affinity import AffinityQueries
from schema.audit import AuditQueries
from schema.businesses import BusinessesQueries
from schema.customers import CustomersQueries
from schema.duplicates import DuplicatesQueries
from schema.erasure import ErasureQueries
from schema.events import EventsQueries
from schema.facets import FacetsQueries
from schema.jobs import JobsQueries
from schema.lifetime_value import LifetimeValueQueries
from schema.loyalty.program import LoyaltyQueries
from schema.nodes import NodesQueries
from schema.patterns import PatternsQueries
from schema.prediction import PredictionQueries
from schema.products import ProductsQueries
from schema.quoting import QuotingQueries
from schema.receivables import ReceivablesQueries
from schema.retention import RetentionQueries
from schema.sales import SalesQueries
from schema.segmentation.migration import MigrationQueries
from schema.segmentation.report import SegmentationQueries
from schema.storefronts import StorefrontsQueries
from schema.touchpoints import TouchpointsQueries
from schema.webhooks import WebhooksQueries


@strawberry.type(description="What can be asked.")
class Query(
    NodesQueries,
    BusinessesQueries,
    StorefrontsQueries,
    CustomersQueries,
    FacetsQueries,
    SalesQueries,
    QuotingQueries,
    LifetimeValueQueries,
    PredictionQueries,
    SegmentationQueries,
    MigrationQueries,
    RetentionQueries,
    AcquisitionQueries,
    ReceivablesQueries,
    PatternsQueries,
    AffinityQueries,
    ProductsQueries,
    TouchpointsQueries,
    JobsQueries,
    ErasureQueries,
    AuditQueries,
    DuplicatesQueries,
    LoyaltyQueries,
    EventsQueries,
    WebhooksQueries,
):
    """What can be asked, in the order of the exported schema."""
