"""Sales and what hangs from them: items, payments, refunds, and the days on which their status changed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from models.types import Day, Millionths, Money, primary_key, reference, word


class SaleStatus(StrEnum):
    """Where a sale stands; PENDING and CANCELLED never count, REFUNDED means that refunds reached the total."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    PARTIAL = "PARTIAL"
    REFUNDED = "REFUNDED"
    CANCELLED = "CANCELLED"


class SaleChannel(StrEnum):
    """By which way a sale was made."""

    STORE = "STORE"
    ONLINE = "ONLINE"
    PHONE = "PHONE"
    MARKETPLACE = "MARKETPLACE"
    OTHER = "OTHER"


class PaymentMethod(StrEnum):
    """How a sale was paid; CREDIT is the customer's account and settles nothing."""

    CASH = "CASH"
    CARD = "CARD"
    MOBILE_MONEY = "MOBILE_MONEY"
    BANK_TRANSFER = "BANK_TRANSFER"
    CREDIT = "CREDIT"
    VOUCHER = "VOUCHER"
    OTHER = "OTHER"


class Sale(SQLModel, table=True):
    """A sale. Its business day, month, weekday and hour are fixed in the business's zone when it is written."""

    __tablename__ = "sale"
    __table_args__ = (
        UniqueConstraint("business_id", "number", name="sale_number"),
        Index("sale_by_customer", "customer_id", "occurred_at", "id"),
        Index("sale_by_revision", "business_id", "revision"),
        CheckConstraint("subtotal - discount = total", name="sale_total"),
        CheckConstraint("discount >= 0 AND tax >= 0", name="sale_amounts"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="sale_weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="sale_hour"),
        CheckConstraint("paid >= 0 AND refunded >= 0", name="sale_paid"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int | None = reference("customer.id", nullable=True)
    storefront_id: int | None = reference("storefront.id", nullable=True)
    number: str = Field(max_length=80)
    status: SaleStatus = Field(sa_type=word(SaleStatus))
    channel: SaleChannel = Field(default=SaleChannel.STORE, sa_type=word(SaleChannel))
    occurred_at: datetime
    business_day: int = Field(sa_type=Day)
    business_month: int  # year * 12 + month - 1
    weekday: int = Field(sa_type=SmallInteger)  # 1 is Monday
    hour: int | None = Field(default=None, sa_type=SmallInteger)  # null where the source has no time of day
    counted_from: int | None = Field(default=None, sa_type=Day)  # the day from which it counts; null: it does not
    subtotal: int = Field(sa_type=Money)
    discount: int = Field(default=0, sa_type=Money)
    tax: int = Field(default=0, sa_type=Money)
    total: int = Field(sa_type=Money)
    profit: int | None = Field(default=None, sa_type=Money)  # of the lines whose cost is known
    costed: int = Field(default=0, sa_type=Money)  # the part of `total` whose cost is known
    paid: int = Field(default=0, sa_type=Money)  # by methods other than CREDIT
    refunded: int = Field(default=0, sa_type=Money)
    digest: str | None = Field(default=None, max_length=32)  # of the imported rows, so that a re-run changes nothing
    revision: int = Field(sa_type=BigInteger)


class SaleItem(SQLModel, table=True):
    """One line of a sale; it changes only together with its sale, whose revision it shares."""

    __tablename__ = "sale_item"
    __table_args__ = (Index("sale_item_by_sale", "sale_id", "position"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    sale_id: int = reference("sale.id")
    position: int
    product: str = Field(max_length=300)
    sku: str | None = Field(default=None, max_length=120)
    category: str | None = Field(default=None, max_length=160)
    quantity: int = Field(sa_type=Millionths)
    unit_price: int = Field(sa_type=Millionths)
    unit_cost: int | None = Field(default=None, sa_type=Millionths)
    total: int = Field(sa_type=Money)
    profit: int | None = Field(default=None, sa_type=Money)
    is_product: bool = True


class Payment(SQLModel, table=True):
    """Money received; without a sale it is unallocated and lowers the customer's balance."""

    __tablename__ = "payment"
    __table_args__ = (
        Index("payment_by_sale", "sale_id"),
        Index("payment_by_revision", "business_id", "revision"),
        CheckConstraint("sale_id IS NOT NULL OR customer_id IS NOT NULL", name="payment_owner"),
        CheckConstraint("amount > 0", name="payment_amount"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    sale_id: int | None = reference("sale.id", nullable=True)
    customer_id: int | None = reference("customer.id", nullable=True, index=True)
    method: PaymentMethod = Field(sa_type=word(PaymentMethod))
    amount: int = Field(sa_type=Money)
    paid_at: datetime
    business_day: int = Field(sa_type=Day)
    revision: int = Field(sa_type=BigInteger)


class Refund(SQLModel, table=True):
    """Money paid back, a fact of its own day, with its sale and its customer where they are known."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("business_id", "number", name="refund_number"),
        Index("refund_by_customer", "customer_id", "occurred_at", "id"),
        Index("refund_by_sale", "sale_id"),
        Index("refund_by_revision", "business_id", "revision"),
        CheckConstraint("amount > 0", name="refund_amount"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="refund_weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="refund_hour"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int | None = reference("customer.id", nullable=True)
    sale_id: int | None = reference("sale.id", nullable=True)
    storefront_id: int | None = reference("storefront.id", nullable=True)  # its sale's
    number: str | None = Field(default=None, max_length=80)
    amount: int = Field(sa_type=Money)
    profit: int | None = Field(default=None, sa_type=Money)  # its share of its sale's profit
    occurred_at: datetime
    business_day: int = Field(sa_type=Day)
    business_month: int
    weekday: int = Field(sa_type=SmallInteger)
    hour: int | None = Field(default=None, sa_type=SmallInteger)
    reason: str | None = Field(default=None, max_length=300)
    digest: str | None = Field(default=None, max_length=32)
    revision: int = Field(sa_type=BigInteger)


class SaleStatusChange(SQLModel, table=True):
    """The day on which a sale took a status."""

    __tablename__ = "sale_status_change"
    __table_args__ = (Index("sale_status_change_by_sale", "sale_id", "id"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    sale_id: int = reference("sale.id")
    status: SaleStatus = Field(sa_type=word(SaleStatus))
    changed_at: datetime
    business_day: int = Field(sa_type=Day)
    revision: int = Field(sa_type=BigInteger)
