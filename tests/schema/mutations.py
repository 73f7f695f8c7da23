"""Every mutation with arguments under which it would change something: a new one has its line here."""

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from rules.duplicates import pair_key
from tests.builders import Shop
from tests.schema.conftest import customer_id, request_id

# By the specification: the least role of each.
LEAST_ROLE = {
    Role.CUSTOMER: "confirmContact registerCustomer resendConfirmation",  # and without a token
    Role.STAFF: """cancelRedemption createCustomer deletePreferences earnPoints enrollInLoyalty leaveLoyalty
        recordPayment recordSale recordSales redeemPoints redeemReward refundSale reverseRedeemedPoints setConsents
        setCustomersTags setPreferences updateCustomer updateSaleStatus upsertCustomers useRedemption verifyCustomer
        voidSale""",
    Role.MANAGER: """adjustPoints assignSale cancelErasure cancelJob deleteEarningRule deleteLoyaltyReward
        deleteLoyaltyTier dismissDuplicate forgiveOwedPoints linkCustomer mergeCustomers requestErasure saveEarningRule
        saveLoyaltyReward saveLoyaltyTier setCustomersActive setCustomersConsent setCustomersTier suspendLoyalty
        unmergeCustomers updateLoyaltySettings""",
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
OF_SOMETHING_ELSE = frozenset(
    ("cancelJob", "forgiveOwedPoints", "runMaintenance", "useRedemption", *OF_ENDPOINTS, *OF_EVERYBODY)
)


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
        "adjustPoints": f'adjustPoints(input: {{customer: {ann}, points: 5, reason: "Sorry", {key}}})',
        "assignSale": f'assignSale({first}, customer: "{customer_id(shop, "BEN")}", {key})',
        "cancelErasure": f'cancelErasure(id: "{request_id(shop)}")',
        "cancelJob": f'cancelJob(id: "{global_id("Job", 1)}")',
        "cancelRedemption": f'cancelRedemption(id: "{global_id("LoyaltyRedemption", 1)}")',
        "confirmContact": f'confirmContact(ticket: "{some_ticket(shop)}", code: "23456789")',
        "createCustomer": 'createCustomer(input: {firstName: "New"})',
        "deleteEarningRule": f'deleteEarningRule(id: "{global_id("EarningRule", 1)}")',
        "deleteLoyaltyReward": f'deleteLoyaltyReward(id: "{global_id("LoyaltyReward", 1)}")',
        "deleteLoyaltyTier": f'deleteLoyaltyTier(id: "{tier_id(2)}", moveTo: "{tier_id(1)}")',
        "deletePreferences": f"deletePreferences(customer: {ann}, preferences: [{{{preference}}}])",
        "deleteWebhookEndpoint": f"deleteWebhookEndpoint({endpoint})",
        "dismissDuplicate": f'dismissDuplicate(id: "{pair_of(shop, "ANN", "BEN")}")',
        "eraseCustomer": f'eraseCustomer(id: "{customer_id(shop, "NONAME")}")',
        "earnPoints": f"earnPoints(input: {{customer: {ann}, points: 500, {key}}})",
        "enrollInLoyalty": f"enrollInLoyalty(customer: {ann})",
        "exportCustomer": f"exportCustomer(id: {ann})",
        "forgiveOwedPoints": f'forgiveOwedPoints(customer: {ann}, reason: "Sorry", {key})',
        "leaveLoyalty": f'leaveLoyalty(customer: {ann}, reason: "Moves")',
        "linkCustomer": f'linkCustomer(id: {ann}, subject: "sub")',
        "mergeCustomers": f'mergeCustomers(keep: {ann}, merge: "{customer_id(shop, "NEW")}")',
        "recordPayment": f'recordPayment(input: {{customer: {ann}, method: CASH, amount: 1, idempotencyKey: "p"}})',
        "recordSale": f"recordSale(input: {a_sale})",
        "recordSales": f"recordSales(inputs: [{a_sale}])",
        "redeemPoints": f"redeemPoints(input: {{customer: {ann}, points: 100, {key}}})",
        "redeemReward": f'redeemReward(customer: {ann}, reward: "{global_id("LoyaltyReward", 1)}", {key})',
        "registerCustomer": f"registerCustomer(input: {{{registration}}})",
        "refundSale": f"refundSale(input: {{{first}, {key}}})",
        "requestErasure": f"requestErasure(customer: {ann})",
        "replayEvents": f'replayEvents({endpoint.replace("id:", "endpoint:")}, since: "2026-03-01T00:00:00Z")',
        "resendConfirmation": f'resendConfirmation(ticket: "{some_ticket(shop)}")',
        "reverseRedeemedPoints": f'reverseRedeemedPoints(transaction: "{movement_id(2)}", idempotencyKey: "k-2")',
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
        "setCustomersTier": f'setCustomersTier({target}, tier: "{tier_id(2)}")',
        "setPreferences": f'setPreferences(customer: {ann}, preferences: [{{{preference}, values: ["Nike"]}}])',
        "suspendLoyalty": f'suspendLoyalty(customer: {ann}, suspended: true, reason: "Looked into")',
        "testWebhookEndpoint": f"testWebhookEndpoint({endpoint})",
        "unmergeCustomers": f'unmergeCustomers(merged: "{customer_id(shop, "NEW")}")',
        "updateBusinessSettings": 'updateBusinessSettings(input: {version: 1, region: "DE"})',
        "updateCustomer": f'updateCustomer(id: {ann}, input: {{firstName: "Other"}})',
        "updateLoyaltySettings": "updateLoyaltySettings(input: {version: 1, isActive: true, manualEarnLimit: 1000})",
        "updateSaleStatus": f'updateSaleStatus(sale: "{global_id("Sale", shop.id_of_sale("A5"))}", status: CANCELLED)',
        "upsertCustomers": 'upsertCustomers(inputs: [{number: "N-1"}])',
        "voidSale": f'voidSale({first}, reason: "twice", {key})',
        "useRedemption": f'useRedemption(code: "23456789AB", {key})',
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


def movement_id(place: int) -> str:
    """The public id of an entry of the ledger; the corner shop is alone on its store."""
    return global_id("LoyaltyTransaction", place)


def _in_turn(*calls: str) -> str:
    """Calls one after the other in one document, whose last one is to be completed; no two of a name."""
    *before, last = calls
    return " ".join([*(f"{call} {{ __typename }}" for call in before), last])


def calls_before(shop: Shop) -> dict[str, str]:
    """What has to have been done before, for a mutation to change something."""
    calls = mutation_calls(shop)
    ann = f'"{customer_id(shop, "ANN")}"'
    member = _in_turn(calls["updateLoyaltySettings"], calls["enrollInLoyalty"])
    points = 'points: 500, reason: "Before", idempotencyKey: "before"'
    with_points = _in_turn(member, f"adjustPoints(input: {{customer: {ann}, {points}}})")
    with_reward = _in_turn(with_points, calls["saveLoyaltyReward"])
    redeemed = f'redeemReward(customer: {ann}, reward: "{global_id("LoyaltyReward", 1)}", idempotencyKey: "b")'
    return {
        "adjustPoints": member,
        "cancelRedemption": _in_turn(with_reward, redeemed),
        "deleteEarningRule": calls["saveEarningRule"],
        "deleteLoyaltyReward": calls["saveLoyaltyReward"],
        "earnPoints": member,
        "enrollInLoyalty": calls["updateLoyaltySettings"],
        "leaveLoyalty": member,
        "redeemPoints": with_points,
        "redeemReward": with_reward,
        "reverseRedeemedPoints": _in_turn(with_points, calls["redeemPoints"]),
        "suspendLoyalty": member,
        "unmergeCustomers": calls["mergeCustomers"],
    }
