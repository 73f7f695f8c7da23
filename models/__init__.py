"""What is stored: tables, the statements that ask them, the revision, the database and its migrations."""

from models.audit import AuditEntry
from models.businesses import Business, Installation
from models.codes import CodeAttempt, PendingRegistration, Ticket
from models.consents import ConsentEvent
from models.customers import Customer, CustomerTag, ExternalId
from models.demo import DemoShop
from models.duplicates import DismissedDuplicate, DuplicateCandidate
from models.erasure import ErasedCustomer, ErasureRequest, WithdrawnContact
from models.events import Event
from models.idempotency import UsedKey
from models.imports import ImportRun
from models.jobs import Job, JobBatch, JobFile, JobStep
from models.leases import WorkLease
from models.loyalty.earning import EarningRule
from models.loyalty.ledger import LoyaltyEntry, LoyaltyEntryNote, LoyaltyLot, LoyaltyLotPart
from models.loyalty.members import (
    LoyaltyMembership,
    LoyaltyMembershipChange,
    LoyaltyTierChange,
    WelcomedContact,
)
from models.loyalty.rewards import LoyaltyRedemption, LoyaltyReward
from models.loyalty.settings import LoyaltySettings
from models.loyalty.tiers import LoyaltyTier
from models.merging import CustomerMerge, MergedRow
from models.preferences import Preference
from models.sales import Payment, Refund, RefundItem, Sale, SaleItem, SaleNumbering, SaleStatusChange
from models.storefronts import Storefront
from models.touchpoints import Touchpoint
from models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "AuditEntry",
    "Business",
    "CodeAttempt",
    "ConsentEvent",
    "Customer",
    "CustomerMerge",
    "CustomerTag",
    "DemoShop",
    "DismissedDuplicate",
    "DuplicateCandidate",
    "EarningRule",
    "ErasedCustomer",
    "ErasureRequest",
    "Event",
    "ExternalId",
    "ImportRun",
    "Installation",
    "Job",
    "JobBatch",
    "JobFile",
    "JobStep",
    "LoyaltyEntry",
    "LoyaltyEntryNote",
    "LoyaltyLot",
    "LoyaltyLotPart",
    "LoyaltyMembership",
    "LoyaltyMembershipChange",
    "LoyaltyRedemption",
    "LoyaltyReward",
    "LoyaltySettings",
    "LoyaltyTier",
    "LoyaltyTierChange",
    "MergedRow",
    "Payment",
    "PendingRegistration",
    "Preference",
    "Refund",
    "RefundItem",
    "Sale",
    "SaleItem",
    "SaleNumbering",
    "SaleStatusChange",
    "Storefront",
    "Ticket",
    "Touchpoint",
    "UsedKey",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WelcomedContact",
    "WithdrawnContact",
    "WorkLease",
]
