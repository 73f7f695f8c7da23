"""What clerks ask for (tests/outages/clerks.py), and what they were answered."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

REFUSAL = "__typename ... on Refusal { message }"
CUSTOMER = f"{REFUSAL} ... on CustomerPayload {{ replayed customer {{ id version }} }}"
SALE = f"{REFUSAL} ... on SalePayload {{ replayed sale {{ id items {{ id }} }} }}"
BULK = f"{REFUSAL} ... on BulkDone {{ updated }}"
MERGED = f"{REFUSAL} ... on MergePlan {{ applied }}"
FIELDS = {
    "createCustomer": ("$input: CreateCustomerInput!", CUSTOMER),
    "upsertCustomers": (
        "$inputs: [UpsertCustomerInput!]!",
        f"{REFUSAL} ... on UpsertPayload {{ created customer {{ id }} }}",
    ),
    "updateCustomer": ("$id: ID!, $input: UpdateCustomerInput!", CUSTOMER),
    "verifyCustomer": ("$id: ID!, $email: Boolean", CUSTOMER),
    "linkCustomer": ("$id: ID!, $subject: String", CUSTOMER),
    "setCustomersTags": ("$target: CustomerTarget!, $add: [String!]", BULK),
    "setCustomersActive": ("$target: CustomerTarget!, $isActive: Boolean!", BULK),
    "setConsents": ("$customer: ID!, $consents: [ConsentInput!]!", CUSTOMER),
    "setPreferences": ("$customer: ID!, $preferences: [PreferenceInput!]!", CUSTOMER),
    "deletePreferences": ("$customer: ID!, $preferences: [PreferenceKeyInput!]", CUSTOMER),
    "mergeCustomers": ("$keep: ID!, $merge: ID!", MERGED),
    "unmergeCustomers": ("$merged: ID!", MERGED),
    "eraseCustomer": ("$id: ID!", f"{REFUSAL} ... on ErasePlan {{ applied }}"),
    "recordSale": ("$input: RecordSaleInput!", SALE),
    "recordSales": ("$inputs: [RecordSaleInput!]!", SALE),
    "updateSaleStatus": ("$sale: ID!, $status: SaleStatus!, $idempotencyKey: String", SALE),
    "voidSale": ("$sale: ID!, $reason: String!, $idempotencyKey: String!", SALE),
    "assignSale": ("$sale: ID!, $customer: ID, $idempotencyKey: String!", SALE),
    "recordPayment": (
        "$input: RecordPaymentInput!",
        f"{REFUSAL} ... on PaymentPayload {{ replayed payment {{ id }} }}",
    ),
    "refundSale": ("$input: RefundSaleInput!", f"{REFUSAL} ... on RefundPayload {{ replayed refund {{ id }} }}"),
}
OF_SALES = frozenset(("updateSaleStatus", "voidSale", "assignSale", "refundSale"))
KEYED = OF_SALES | {"createCustomer", "recordSale", "recordSales", "recordPayment"}
# Of these what is asked for may be so already; the others change something whenever they are not refused.
MAY_BE_SO = frozenset(
    ("assignSale", "deletePreferences", "setCustomersActive", "updateSaleStatus", "upsertCustomers", "verifyCustomer")
)
PAYLOADS = frozenset(
    ("BulkDone", "CustomerPayload", "ErasePlan", "MergePlan", "PaymentPayload", "RefundPayload", "SalePayload")
) | {"UpsertPayload"}


@dataclass(frozen=True)
class Request:
    """An operation that was asked for under an id, how often it was sent, and what came of each of its items."""

    id: str
    field: str
    variables: dict[str, Any]
    attempts: int
    results: list[dict[str, Any]]

    @property
    def done(self) -> list[dict[str, Any]]:
        """The payloads among its results; one of many customers where any of them changed."""
        return [one for one in self.results if one["__typename"] in PAYLOADS and one.get("updated") != 0]

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it was refused."""
        return len(self.done) == len(self.results)

    @property
    def revisions(self) -> tuple[int, int]:
        """How many revisions it has made at least and at most: a lost answer without a key may have been a change."""
        done = len(self.done)
        least = 0 if self.field in MAY_BE_SO else done
        if self.field in KEYED:
            return least, done
        return least, done + (self.attempts - 1) * len(self.results)


@dataclass
class Books:
    """What the clerks know of the shop, and all that they were answered."""

    customers: list[str]
    merged: list[str] = field(default_factory=list[str])
    sales: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    requests: list[Request] = field(default_factory=list[Request])
    moments: Any = field(default_factory=count)

    def outcomes(self) -> Counter[tuple[str, str]]:
        """How often each operation came to what."""
        return Counter((request.field, one["__typename"]) for request in self.requests for one in request.results)

    def of(self, *fields: str) -> list[Request]:
        """The requests of some operations that were not refused."""
        return [request for request in self.requests if request.field in fields and request.done]
