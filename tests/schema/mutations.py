"""Every mutation with arguments under which it would change something: a new one has its line here."""

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from rules.duplicates import pair_key
from tests.builders import Shop
from tests.schema.conftest import customer_id, request_id

# By the specification: the least role of each.
LEAST_ROLE = {
    Role.CUSTOMER: "confirmContact registerCustomer resendConfirmation",  # and without a token
    Role.STAFF: """createCustomer deletePreferences recordPayment recordSale recordSales refundSale setConsents
        setCustomersTags setPreferences updateCustomer updateSaleStatus upsertCustomers verifyCustomer voidSale""",
    Role.MANAGER: """assignSale cancelErasure cancelJob deleteEarningRule deleteLoyaltyReward deleteLoyaltyTier
        dismissDuplicate linkCustomer mergeCustomers requestErasure saveEarningRule saveLoyaltyReward saveLoyaltyTier
        setCustomersActive setCustomersConsent unmergeCustomers updateLoyaltySettings""",
    Role.ADMIN: """deleteWebhookEndpoint eraseCustomer exportCustomer replayEvents retryDelivery rotateWebhookSecret
        runMaintenance saveWebhookEndpoint testWebhookEndpoint updateBusinessSettings""",
}
ROLES = {name: role for role, names in LEAST_ROLE.items() for name in names.split()}

OF_EVERYBODY = frozenset(LEAST_ROLE[Role.CUSTOMER].split())

# Those that name nothing that has to be there: for another business they do the same, to it.
OF_NOTHING = frozenset(
    (*OF_EVERYBODY, "createCustomer", "runMaintenance", "saveEarningRule", "saveLoyaltyReward", "saveLoyaltyTier",
     "saveWebhookEndpoint", "setCustomersActive", "setCustomersConsent", "setCustomersTags", "updateBusinessSettings",
     "updateLoyaltySettings", "upsertCustomers")
)  # fmt: skip
# Than what the corner shop has: their own tests are of endpoints, and of tickets.
OF_ENDPOINTS = ("deleteWebhookEndpoint", "replayEvents", "retryDelivery", "rotateWebhookSecret", "testWebhookEndpoint")
OF_SOMETHING_ELSE = frozenset(("cancelJob", "runMaintenance", *OF_ENDPOINTS, *OF_EVERYBODY))


def mutation_calls(shop: Shop) -> dict[str, str]:
    """Each mutation as it is called for the corner shop."""
    ann = f'"{customer_id(shop, "ANN")}"'
    preference = 'type: SHOPPING, key: "Brand"'
    registration = f'business: "{global_id("Business", shop.id)}", firstName: "New", email: "new@example.com"'
    target = f"target: {{ids: [{ann}]}}"
    endpoint = f'id: "{global_id("WebhookEndpoint", 1)}"'
    a_sale = f'{{customer: {ann}, items: [{{product: "Tea", quantity: 1, unitPrice: 1}}], idempotencyKey: "s"}}'
    first = f'sale: "{global_id("Sale", shop.id_of_sale("A1"))}"'
    key = 'idempotencyKey: "k-1"'
    return {
        "assignSale": f'assignSale({first}, customer: "{customer_id(shop, "BEN")}", {key})',
        "cancelErasure": f'cancelErasure(id: "{request_id(shop)}")',
        "cancelJob": f'cancelJob(id: "{global_id("Job", 1)}")',
        "confirmContact": f'confirmContact(ticket: "{some_ticket(shop)}", code: "23456789")',
        "createCustomer": 'createCustomer(input: {firstName: "New"})',
        "deleteEarningRule": f'deleteEarningRule(id: "{global_id("EarningRule", 1)}")',
        "deleteLoyaltyReward": f'deleteLoyaltyReward(id: "{global_id("LoyaltyReward", 1)}")',
        "deleteLoyaltyTier": f'deleteLoyaltyTier(id: "{tier_id(2)}", moveTo: "{tier_id(1)}")',
        "deletePreferences": f"deletePreferences(customer: {ann}, preferences: [{{{preference}}}])",
        "deleteWebhookEndpoint": f"deleteWebhookEndpoint({endpoint})",
        "dismissDuplicate": f'dismissDuplicate(id: "{pair_of(shop, "ANN", "BEN")}")',
        "eraseCustomer": f'eraseCustomer(id: "{customer_id(shop, "NONAME")}")',
        "exportCustomer": f"exportCustomer(id: {ann})",
        "linkCustomer": f'linkCustomer(id: {ann}, subject: "sub")',
        "mergeCustomers": f'mergeCustomers(keep: {ann}, merge: "{customer_id(shop, "NEW")}")',
        "recordPayment": f'recordPayment(input: {{customer: {ann}, method: CASH, amount: 1, idempotencyKey: "p"}})',
        "recordSale": f"recordSale(input: {a_sale})",
        "recordSales": f"recordSales(inputs: [{a_sale}])",
        "registerCustomer": f"registerCustomer(input: {{{registration}}})",
        "refundSale": f"refundSale(input: {{{first}, {key}}})",
        "requestErasure": f"requestErasure(customer: {ann})",
        "replayEvents": f'replayEvents({endpoint.replace("id:", "endpoint:")}, since: "2026-03-01T00:00:00Z")',
        "resendConfirmation": f'resendConfirmation(ticket: "{some_ticket(shop)}")',
        "retryDelivery": f'retryDelivery(id: "{global_id("WebhookDelivery", 1)}")',
        "rotateWebhookSecret": f"rotateWebhookSecret({endpoint})",
        "runMaintenance": "runMaintenance",
        "saveWebhookEndpoint": 'saveWebhookEndpoint(input: {url: "https://example.com/hooks", types: []})',
        "saveEarningRule": 'saveEarningRule(input: {name: "Twice", multiplier: "2"})',
        "saveLoyaltyReward": 'saveLoyaltyReward(input: {name: "Coffee", pointsCost: 100})',
        "saveLoyaltyTier": 'saveLoyaltyTier(input: {name: "Diamond", rank: 9, minPoints: 200000})',
        "setConsents": f"setConsents(customer: {ann}, consents: [{{channel: PUSH, given: false}}])",
        "setCustomersActive": f"setCustomersActive({target}, isActive: false)",
        "setCustomersConsent": f"setCustomersConsent({target}, consent: {{channel: PUSH, given: false}})",
        "setCustomersTags": f'setCustomersTags({target}, add: ["new"])',
        "setPreferences": f'setPreferences(customer: {ann}, preferences: [{{{preference}, values: ["Nike"]}}])',
        "testWebhookEndpoint": f"testWebhookEndpoint({endpoint})",
        "unmergeCustomers": f'unmergeCustomers(merged: "{customer_id(shop, "NEW")}")',
        "updateBusinessSettings": 'updateBusinessSettings(input: {version: 1, region: "DE"})',
        "updateCustomer": f'updateCustomer(id: {ann}, input: {{firstName: "Other"}})',
        "updateLoyaltySettings": "updateLoyaltySettings(input: {version: 1, isActive: true})",
        "updateSaleStatus": f'updateSaleStatus(sale: "{global_id("Sale", shop.id_of_sale("A5"))}", status: CANCELLED)',
        "upsertCustomers": 'upsertCustomers(inputs: [{number: "N-1"}])',
        "voidSale": f'voidSale({first}, reason: "twice", {key})',
        "verifyCustomer": f"verifyCustomer(id: {ann}, phone: true)",
    }


def some_ticket(shop: Shop) -> str:
    """A ticket of a business that nobody was given."""
    return f"{global_id('Business', shop.id)}.{'x' * 43}"


def pair_of(shop: Shop, one: str, other: str) -> str:
    """The public id of a pair of customers."""
    return global_id("DuplicateCandidate", pair_key(shop.id_of(one), shop.id_of(other)))


def tier_id(place: int) -> str:
    """The public id of a tier that a program begins with, the base first; the corner shop is alone on its store."""
    return global_id("LoyaltyTier", place)


def calls_before(shop: Shop) -> dict[str, str]:
    """What has to have been done before, for a mutation to change something."""
    calls = mutation_calls(shop)
    return {
        "deleteEarningRule": calls["saveEarningRule"],
        "deleteLoyaltyReward": calls["saveLoyaltyReward"],
        "unmergeCustomers": calls["mergeCustomers"],
    }
