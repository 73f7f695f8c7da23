"""Every mutation with arguments under which it would change something: a new one has its line here."""

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from rules.duplicates import pair_key
from tests.builders import Shop
from tests.schema.conftest import customer_id, request_id

# By the specification: the least role of each.
LEAST_ROLE = {
    Role.STAFF: """createCustomer deletePreferences setConsents setCustomersTags setPreferences updateCustomer
        upsertCustomers verifyCustomer""",
    Role.MANAGER: """cancelErasure cancelJob dismissDuplicate linkCustomer mergeCustomers requestErasure
        setCustomersActive setCustomersConsent unmergeCustomers""",
    Role.ADMIN: "eraseCustomer exportCustomer updateBusinessSettings",
}
ROLES = {name: role for role, names in LEAST_ROLE.items() for name in names.split()}

# Those that name nothing that has to be there: for another business they do the same, to it.
OF_NOTHING = frozenset(
    ("createCustomer", "setCustomersActive", "setCustomersConsent", "setCustomersTags", "updateBusinessSettings",
     "upsertCustomers")
)  # fmt: skip
OF_SOMETHING_ELSE = frozenset(("cancelJob",))  # than what the corner shop has


def mutation_calls(shop: Shop) -> dict[str, str]:
    """Each mutation as it is called for the corner shop."""
    ann = f'"{customer_id(shop, "ANN")}"'
    preference = 'type: SHOPPING, key: "Brand"'
    target = f"target: {{ids: [{ann}]}}"
    return {
        "cancelErasure": f'cancelErasure(id: "{request_id(shop)}")',
        "cancelJob": f'cancelJob(id: "{global_id("Job", 1)}")',
        "createCustomer": 'createCustomer(input: {firstName: "New"})',
        "deletePreferences": f"deletePreferences(customer: {ann}, preferences: [{{{preference}}}])",
        "dismissDuplicate": f'dismissDuplicate(id: "{pair_of(shop, "ANN", "BEN")}")',
        "eraseCustomer": f'eraseCustomer(id: "{customer_id(shop, "NONAME")}")',
        "exportCustomer": f"exportCustomer(id: {ann})",
        "linkCustomer": f'linkCustomer(id: {ann}, subject: "sub")',
        "mergeCustomers": f'mergeCustomers(keep: {ann}, merge: "{customer_id(shop, "NEW")}")',
        "requestErasure": f"requestErasure(customer: {ann})",
        "setConsents": f"setConsents(customer: {ann}, consents: [{{channel: PUSH, given: false}}])",
        "setCustomersActive": f"setCustomersActive({target}, isActive: false)",
        "setCustomersConsent": f"setCustomersConsent({target}, consent: {{channel: PUSH, given: false}})",
        "setCustomersTags": f'setCustomersTags({target}, add: ["new"])',
        "setPreferences": f'setPreferences(customer: {ann}, preferences: [{{{preference}, values: ["Nike"]}}])',
        "unmergeCustomers": f'unmergeCustomers(merged: "{customer_id(shop, "NEW")}")',
        "updateBusinessSettings": 'updateBusinessSettings(input: {version: 1, region: "DE"})',
        "updateCustomer": f'updateCustomer(id: {ann}, input: {{firstName: "Other"}})',
        "upsertCustomers": 'upsertCustomers(inputs: [{number: "N-1"}])',
        "verifyCustomer": f"verifyCustomer(id: {ann}, phone: true)",
    }


def pair_of(shop: Shop, one: str, other: str) -> str:
    """The public id of a pair of customers."""
    return global_id("DuplicateCandidate", pair_key(shop.id_of(one), shop.id_of(other)))


def calls_before(shop: Shop) -> dict[str, str]:
    """What has to have been done before, for a mutation to change something."""
    return {"unmergeCustomers": mutation_calls(shop)["mergeCustomers"]}
