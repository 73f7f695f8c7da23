"""What is stored of a business, read table by table as the oracle's facts."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models import Customer as CustomerRow
from models import Payment as PaymentRow
from models import Refund as RefundRow
from models import Sale as SaleRow
from models import SaleItem, SaleStatusChange, Storefront
from models.database import Database, table
from rules.currency import MILLION
from tests.oracle.facts import Customer, Facts, Item, Payment, Refund, Sale

EPOCH = date(1970, 1, 1).toordinal()


async def facts_of(database: Database, business_id: int, today: date) -> Facts:
    """The facts as they stand: customers and storefronts by number and name, who was merged left out."""
    rows = {model: await _rows(database, business_id, model) for model in _MODELS}
    numbers = {row.id: row.number for row in rows[CustomerRow]}
    names = {row.id: row.name for row in rows[Storefront]}
    sales = {row.id: row.number for row in rows[SaleRow]}
    on_account = defaultdict[int, int](int)
    for row in rows[PaymentRow]:
        on_account[row.customer_id] += row.amount if row.sale_id is None else 0
    history = defaultdict[int, list[tuple[int, str]]](list)
    for row in rows[SaleStatusChange]:
        history[row.sale_id].append((row.business_day + EPOCH, row.status))
    return Facts(
        customers=tuple(
            _customer(row, numbers, on_account[row.id]) for row in rows[CustomerRow] if row.merged_into_id is None
        ),
        sales=tuple(
            Sale(
                id=row.number,
                customer=numbers.get(row.customer_id),
                day=row.business_day + EPOCH,
                hour=row.hour,
                total=row.total,
                storefront=names.get(row.storefront_id),
                channel=row.channel,
                status=row.status,
                discount=row.discount,
                tax=row.tax,
                changes=() if row.voided_at else tuple(history[row.id]),
            )
            for row in rows[SaleRow]
        ),
        items=tuple(
            Item(sales[row.sale_id], row.product, row.category, Decimal(row.quantity) / MILLION, row.total, row.profit)
            for row in rows[SaleItem]
        ),
        payments=tuple(
            Payment(sales[row.sale_id], row.method, row.amount, row.business_day + EPOCH)
            for row in rows[PaymentRow]
            if row.sale_id is not None
        ),
        refunds=tuple(
            Refund(
                id=row.number or str(row.id),
                customer=numbers.get(row.customer_id),
                sale=sales.get(row.sale_id),
                day=row.business_day + EPOCH,
                hour=row.hour,
                amount=row.amount,
                tax=row.tax,
            )
            for row in rows[RefundRow]
        ),
        today=today.toordinal(),
    )


def _customer(row: Any, numbers: dict[int, str], on_account: int) -> Customer:
    return Customer(
        id=row.number,
        number=row.number,
        type=row.type,
        is_active=row.is_active,
        joined=row.joined_day + EPOCH if row.joined_given else None,
        created=row.created_at.date().toordinal(),
        source=row.acquisition_source,
        campaign=row.acquisition_campaign,
        referrer=numbers.get(row.referrer_id),
        credit_limit=row.credit_limit,
        opening_balance=row.opening_balance,
        unallocated=on_account,
        first_name=row.first_name,
        last_name=row.last_name,
        birth_date=None if row.birth_date is None else str(row.birth_date),
        line1=row.line1,
        postal_code=row.postal_code,
        erased=row.is_erased,
    )


_MODELS = (CustomerRow, Storefront, SaleRow, SaleItem, SaleStatusChange, PaymentRow, RefundRow)


async def _rows(database: Database, business_id: int, model: Any) -> list[Any]:
    """The rows of a table in the order in which they were written."""
    source = table(model)
    mine = select(source).where(source.c.business_id == business_id).order_by(source.c.id)
    async with database.reading(business_id) as connection:
        return list((await connection.execute(mine)).all())
