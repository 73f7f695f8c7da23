"""What is stored: tables, the statements that ask them, the revision, the database and its migrations."""

from models.audit import AuditEntry
from models.businesses import Business, Installation
from models.customers import Customer, CustomerTag, ExternalId
from models.demo import DemoShop
from models.events import Event
from models.idempotency import UsedKey
from models.imports import ImportRun
from models.sales import Payment, Refund, Sale, SaleItem, SaleStatusChange
from models.storefronts import Storefront
from models.touchpoints import Touchpoint

__all__ = [
    "AuditEntry",
    "Business",
    "Customer",
    "CustomerTag",
    "DemoShop",
    "Event",
    "ExternalId",
    "ImportRun",
    "Installation",
    "Payment",
    "Refund",
    "Sale",
    "SaleItem",
    "SaleStatusChange",
    "Storefront",
    "Touchpoint",
    "UsedKey",
]
