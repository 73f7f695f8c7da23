"""The timeline of a customer: the kinds of its events, and their titles in the words of a shop."""

from collections.abc import Iterable, Sequence
from enum import StrEnum


class TimelineKind(StrEnum):
    """What kind of event it was."""

    CREATED = "CREATED"
    EDITED = "EDITED"
    VERIFIED = "VERIFIED"
    STATUS = "STATUS"
    CONSENT = "CONSENT"
    SALE = "SALE"
    PAYMENT = "PAYMENT"
    REFUND = "REFUND"
    TOUCHPOINT = "TOUCHPOINT"
    POINTS = "POINTS"
    TIER = "TIER"
    REDEMPTION = "REDEMPTION"
    SEGMENT = "SEGMENT"
    STAGE = "STAGE"
    CAMPAIGN = "CAMPAIGN"
    MERGED = "MERGED"
    ERASED = "ERASED"


# What a customer is not shown of itself: what the shop notes, and where it puts its customers.
OF_STAFF = frozenset((TimelineKind.EDITED, TimelineKind.SEGMENT, TimelineKind.STAGE, TimelineKind.CAMPAIGN))

# The actions of the audit that are events of a customer. Others tell what has an event of its own.
AUDITED = {
    TimelineKind.EDITED: (
        *("updateCustomer", "upsertCustomer", "upsertCustomers", "updateMe", "linkCustomer"),
        *("setCustomersTags", "setPreferences", "deletePreferences", "setMyPreferences"),
    ),
    TimelineKind.VERIFIED: ("verifyCustomer", "confirmContact"),
    TimelineKind.STATUS: ("setCustomersActive",),
    TimelineKind.ERASED: ("eraseCustomer", "eraseRequested"),
}
SAME_EDIT_SECONDS = 120  # an edit that follows the same actor's last one so soon belongs to its event

FIELDS = {
    "acquisitionCampaign": "campaign",
    "acquisitionSource": "source",
    "birthDate": "birth date",
    "creditLimit": "credit limit",
    "email": "e-mail",
    "gender": "gender",
    "joinedDay": "day of joining",
    "notes": "notes",
    "number": "number",
    "openingBalance": "opening balance",
    "phone": "phone",
    "referrerId": "referrer",
    "type": "type",
    **dict.fromkeys(("firstName", "lastName"), "name"),
    **dict.fromkeys(("line1", "line2", "city", "state", "postalCode", "country"), "address"),
    **dict.fromkeys(("consentEmail", "consentSms", "consentPush"), "consents"),
}
BESIDE = {"ConsentEvent": "consents", "CustomerTag": "tags", "ExternalId": "external ids", "Preference": "preferences"}
SALES = {
    "PENDING": "Pending sale",
    "COMPLETED": "Sale",
    "PARTIAL": "Sale, partly paid",
    "REFUNDED": "Sale, refunded",
    "CANCELLED": "Cancelled sale",
}
SOLD_BY = {"STORE": " in the store", "ONLINE": " online", "PHONE": " by phone", "MARKETPLACE": " on a marketplace"}
PAID_BY = {
    "CASH": " in cash",
    "CARD": " by card",
    "MOBILE_MONEY": " by mobile money",
    "BANK_TRANSFER": " by bank transfer",
    "CREDIT": " on account",
    "VOUCHER": " by voucher",
    "POINTS": " in points",
}
CONTACTS = {
    "SALE": "Contact at a sale",
    "EMAIL": "E-mail",
    "SMS": "Text message",
    "CALL": "Call",
    "VISIT": "Visit",
    "SUPPORT": "Support",
    "SOCIAL": "Social media",
    "WEB": "Visit of the website",
    "CAMPAIGN": "Message of a campaign",
    "REVIEW": "Review",
    "REFERRAL": "Referral",
    "SURVEY": "Survey",
}
ENTRIES = {
    "EARNED": "Points earned",
    "PENDED": "Points to come",
    "ACTIVATED": "Points ready to be spent",
    "REDEEMED": "Points spent",
    "RESTORED": "Points given back",
    "REVERSED": "Points taken back",
    "EXPIRED": "Points expired",
    "ADJUSTED_ADD": "Points added",
    "ADJUSTED_SUB": "Points taken off",
    "OWED_FORGIVEN": "Owed points forgiven",
    "TRANSFERRED_IN": "Points of a merged record",
    "TRANSFERRED_OUT": "Points moved to another record",
}
CHANNELS = {"EMAIL": "by e-mail", "SMS": "by text message", "PUSH": "by push message"}


def title_of_sale(number: str, status: str, channel: str) -> str:
    """What a sale is called."""
    return f"{SALES[status]} {number}{SOLD_BY.get(channel, '')}"


def title_of_payment(method: str) -> str:
    """What a payment is called."""
    return f"Payment{PAID_BY.get(method, '')}"


def title_of_contact(type_: str, outcome: str | None, score: str | None) -> str:
    """What a contact is called: its kind, how it came out, and the answer to a survey; never what it was about."""
    said = [CONTACTS.get(type_, _word(type_))]
    said += [_word(outcome)] if outcome is not None else []
    said += [f"{score} of 10"] if score is not None else []
    return ", ".join(said)


def title_of_consent(channel: str, status: str) -> str:
    """What a consent is called."""
    return f"{'May' if status == 'GIVEN' else 'May no longer'} be written to {CHANNELS[channel]}"


def title_of_edit(changed: Iterable[tuple[str, str]]) -> str:
    """What an edit is called: what changed, of (kind of object, its field), in the words of a shop."""
    words = {BESIDE.get(kind) or FIELDS.get(field) for kind, field in changed}
    said = sorted(filter(None, words))
    return f"Changed: {', '.join(said)}" if said else "Changed"


def title_of_verification(fields: Sequence[str]) -> str:
    """What a verification is called."""
    email, phone = ("isEmailVerified" in fields), ("isPhoneVerified" in fields)
    if email and phone:
        return "E-mail and phone verified"
    return "E-mail verified" if email else "Phone verified" if phone else "Contact verified"


def title_of_status(*, is_active: bool) -> str:
    """What it is called that the shop serves a customer again, or no longer."""
    return "Served again" if is_active else "No longer served"


def _word(name: str) -> str:
    return name.replace("_", " ").lower()
