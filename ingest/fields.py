"""Every field that a column of a file can be mapped to, with what it means to somebody who writes a mapping."""

LINE_FIELDS = {
    "sale": "number of the sale; all rows with the same number are one sale",
    "refund_of": "number of the sale that the row gives back, where it has another number of its own",
    "occurred_at": "when it was sold: a date, a time of the shop's clock, or a time with offset",
    "time_zone": "zone of that time, where it is a column of its own",
    "customer": "number or e-mail of the customer; empty for an anonymous sale",
    "kind": "SALE, REFUND, ORDER (says something of the whole sale), PAYMENT, or NEITHER for payouts and the like",
    "is_void": "yes or no; a line that was taken off counts nothing",
    "currency": "currency of the row; one of another currency than the business's is rejected, or converted by rates",
    "product": "name of the product",
    "variant": "size, colour and the like, put after the name",
    "sku": "code of the product",
    "category": "category of the product",
    "brand": "brand or maker of the product",
    "quantity": "how many; 1 where there is no such column",
    "unit_price": "price of one, in the currency of the business",
    "amount": "total of the row before its discount, in place of unit_price or beside it",
    "unit_cost": "what one cost the shop; empty where unknown",
    "cost": "what the whole row cost the shop, in place of unit_cost",
    "is_product": "yes or no; no for postage, fees and the like",
    "discount": "taken off this row; a sale's discount is the sum of its rows'",
    "tax": "tax of this row; a sale's tax is the sum of its rows'",
    "shipping": "postage of this row, a line that is no product",
    "tip": "tip of this row, a line that is no product",
    "refund": "paid back for this row, tax included",
    "status": "PENDING, COMPLETED, PARTIAL or CANCELLED; COMPLETED where no row of the sale says",
    "channel": "STORE, ONLINE, PHONE, MARKETPLACE or OTHER; STORE where no row of the sale says",
    "storefront": "name of the shop or site, made where it does not exist",
    "payment_method": "CASH, CARD, MOBILE_MONEY, BANK_TRANSFER, CREDIT, VOUCHER or OTHER",
    "paid": "paid by payment_method for this row; all of it where there is no such column and the sale is COMPLETED",
}
ORDER_FIELDS = {
    "order.discount": "taken off the whole sale",
    "order.tax": "tax of the whole sale",
    "order.shipping": "postage of the whole sale, a line that is no product",
    "order.shipping_within": "postage that the amounts of the lines contain; taken off them, it is a line of its own",
    "order.tip": "tip of the whole sale, a line that is no product",
    "order.fee": "anything else charged that is no product",
    "order.refund": "paid back of the whole sale, tax included, on the day of the sale",
    "order.paid": "paid by payment_method for the whole sale",
    "order.total": "what the buyer pays in all, tax included; a sale that does not come to it is rejected",
    "order.grand_total": "what the buyer pays in all, of a file without tax and discount: what it has above the lines "
    "is tax, what it lacks is discount",
    "order.charged": "what the buyer was charged in the order's own currency, in which it also says what was paid back",
}
PROFILE_FIELDS = {
    "customer_name": "whole name; its last word is the last name",
    "first_name": "first name",
    "last_name": "last name",
    "email": "e-mail address",
    "phone": "phone number",
    "birth_date": "date of birth",
    "line1": "first line of the address",
    "line2": "second line of the address",
    "city": "city",
    "state": "state or region",
    "postal_code": "postal code",
    "country": "country",
    "customer_type": "RETAIL or WHOLESALE",
    "joined_on": "the day the customer joined; the first purchase where there is no such column",
}
CONSENT_FIELDS = {
    "consent_email": "yes or no: may be written to by e-mail",
    "consent_sms": "yes or no: may be written to by text message",
}
PAID_BY = "paid."  # paid.CASH and so on: the amount paid by that method for the whole sale
ORDER = "order."

DATE_FIELDS = ("occurred_at", "joined_on", "birth_date")
LINE_MONEY = (
    "unit_price", "amount", "unit_cost", "cost", "discount", "tax", "shipping", "tip", "refund", "paid",
)  # fmt: skip
REPEATED = ("discount", "tax", "shipping", "tip", "refund", "paid")  # often of the order where it looks like the row's
YES_OR_NO = ("is_void", "is_product", "consent_email", "consent_sms")
