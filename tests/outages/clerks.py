"""Clerks of a shop: each does random operations one after the other, some twice at once, some again much later.

What they were answered is in their `Books`, by which tests/outages/judging.py judges what is in the store afterwards.
"""

import asyncio
import random
from datetime import timedelta
from itertools import count
from typing import Any, cast

from resolvers.operation.viewer import Role
from tests.outages.asked import FIELDS, KEYED, OF_SALES, Books, Request
from tests.outages.killing import Answered, answered
from tests.reports.histories import CATEGORIES, FIRST
from tests.servers import Server

AT_ONCE, LATER = 0.1, 0.05  # how often a keyed request is sent twice at once, and again after others
PEOPLE = (("Ann", "Lee"), ("Ben", "Moor"), ("Ann", "Moor"), ("Cy", "Oak"), ("Dee", "Lee"))
Asked = tuple[str, dict[str, Any]]
WEIGHTS = {  # how often each is chosen
    "created": 10, "upserted": 6, "updated": 10, "verified": 3, "linked": 2, "tagged": 6, "activated": 2,
    "consented": 6, "preferred": 5, "preference_deleted": 2, "merged": 5, "unmerged": 3, "erased": 2, "sold": 20,
    "sold_in_a_queue": 3, "status_updated": 3, "voided": 3, "assigned": 4, "paid": 8, "refunded": 7,
}  # fmt: skip


class Clerk:
    """Somebody with ADMIN's token who does random operations."""

    def __init__(self, server: Server, business_id: int, books: Books, storefronts: list[str], number: int) -> None:
        self._server = server
        self._headers = server.headers(business_id, subject=f"clerk {number}", role=Role.ADMIN)
        self._books = books
        self._storefronts = storefronts
        self._name = f"k{number}"
        self._numbers = count()
        self._keyed: list[Request] = []
        self._chance = random.Random(number)

    async def work(self, operations: int) -> None:
        """Do so many operations."""
        for place in range(operations):
            if self._keyed and self._chance.random() < LATER:
                await self._again(self._chance.choice(self._keyed), place)
                continue
            chosen = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            name, variables = getattr(self, chosen)()
            if name in OF_SALES and not self._books.sales:
                name, variables = self.sold()
            await self._ask(name, variables, f"{self._name}.{place}")

    # ------------------------------------------------------------ asking

    async def _ask(self, name: str, variables: dict[str, Any], id_: str) -> None:
        times = 2 if name in KEYED and self._chance.random() < AT_ONCE else 1
        answers = await asyncio.gather(*(self._sent(name, variables, id_) for _ in range(times)))
        results = [_listed(answer.data[name]) for answer in answers]
        same = [_identities(one) for one in results]
        assert same.count(same[0]) == len(same), (name, variables, results)
        request = Request(id_, name, variables, sum(answer.attempts for answer in answers), results[0])
        self._books.requests.append(request)
        if name in KEYED and request.is_whole:
            self._keyed.append(request)
        self._learn(request)

    async def _again(self, request: Request, place: int) -> None:
        """Ask for something that was done long ago: it is answered as then, and nothing is done."""
        answer = await self._sent(request.field, request.variables, f"{self._name}.{place}")
        results = _listed(answer.data[request.field])
        for one, before in zip(results, request.results, strict=True):
            assert one["replayed"], (request, one)
            assert _identities([one]) == _identities([before]), (request, one)
        again = Request(f"{self._name}.{place}", f"{request.field} again", request.variables, answer.attempts, [])
        self._books.requests.append(again)

    async def _sent(self, name: str, variables: dict[str, Any], id_: str) -> Answered:
        declared, shown = FIELDS[name]
        words = [one.split(":")[0].strip().removeprefix("$") for one in declared.split(", ")]
        given = ", ".join(f"{word}: ${word}" for word in words)
        body = {"query": f"mutation ({declared}) {{ {name}({given}) {{ {shown} }} }}", "variables": variables}
        return await answered(self._server, body, {**self._headers, "X-Request-ID": id_})

    def _learn(self, request: Request) -> None:
        books, asked = self._books, request.variables
        for one in request.done:
            if request.field in ("createCustomer", "upsertCustomers") and one["customer"]["id"] not in books.customers:
                books.customers.append(one["customer"]["id"])
            if request.field in ("recordSale", "recordSales"):
                books.sales.append(one["sale"])
            if request.field == "mergeCustomers":
                books.merged.append(asked["merge"])

    # ------------------------------------------------------------ what is asked

    def _new(self) -> str:
        return f"{self._name}-{next(self._numbers)}"

    def _who(self) -> str:
        return self._chance.choice(self._books.customers)

    def _sale(self) -> dict[str, Any]:
        return self._chance.choice(self._books.sales) if self._books.sales else {"id": "", "items": []}

    def _day(self) -> str:
        return str(FIRST + timedelta(days=self._chance.randrange(365)))

    def _key(self) -> dict[str, str]:
        return {"idempotencyKey": self._new()}

    def _money(self, most: int) -> str:
        return f"{self._chance.randrange(1, most) / 100:.2f}"

    def created(self) -> Asked:
        """A customer of a name that others have, with contacts of its own, sometimes with a balance from elsewhere."""
        first, last = self._chance.choice(PEOPLE)
        said = {
            **self._key(),
            "firstName": first,
            "lastName": last,
            "email": f"{self._new()}@example.com",
            "phone": f"+447400{self._chance.randrange(10**6):06}",
            "birthDate": self._chance.choice((None, "1980-02-29", "1991-07-01")),
            "joinedOn": self._day(),
            "type": self._chance.choice(("RETAIL", "RETAIL", "WHOLESALE")),
            "acquisitionSource": self._chance.choice((None, "web", "friend")),
            "acquisitionCampaign": self._chance.choice((None, "spring")),
            "creditLimit": self._chance.choice((None, "500")),
            "openingBalance": self._chance.choice((None, None, "20", "-5.50")),
        }
        return "createCustomer", {"input": said}

    def upserted(self) -> Asked:
        """Up to three customers by another system's ids, of which there are few."""
        ids = self._chance.sample(range(40), self._chance.choice((1, 1, 3)))
        inputs = [
            {
                "externalIds": [{"system": "till", "value": f"{self._name}/{id_}"}],
                "lastName": f"Of {self._new()}",
                "joinedOn": self._day(),
                "addTags": [self._chance.choice(("vip", "staff"))],
            }
            for id_ in ids
        ]
        return "upsertCustomers", {"inputs": inputs}

    def updated(self) -> Asked:
        """Another name, sometimes of a version that may be past, and sometimes another e-mail."""
        name = self._new()
        changed: dict[str, Any] = {"lastName": f"Now {name}"}
        if self._chance.random() < 0.3:
            changed["version"] = self._chance.choice((1, 2, 3))
        if self._chance.random() < 0.2:
            changed["email"] = f"{self._chance.choice((name, 'the-same'))}@example.com"
        return "updateCustomer", {"id": self._who(), "input": changed}

    def verified(self) -> Asked:
        """An e-mail that staff vouch for."""
        return "verifyCustomer", {"id": self._who(), "email": True}

    def linked(self) -> Asked:
        """A subject of the identity provider."""
        return "linkCustomer", {"id": self._who(), "subject": self._new()}

    def tagged(self) -> Asked:
        """A tag that no other has."""
        return "setCustomersTags", {"target": {"ids": [self._who()]}, "add": [self._new()]}

    def activated(self) -> Asked:
        """Activity on or off."""
        target = {"ids": list({self._who(), self._who()})}
        return "setCustomersActive", {"target": target, "isActive": self._chance.random() < 0.7}

    def consented(self) -> Asked:
        """A consent, each event at a moment that no other has."""
        at = f"{FIRST}T12:00:00.{next(self._books.moments):06}Z"
        channel, given = self._chance.choice(("EMAIL", "SMS", "PUSH")), self._chance.random() < 0.7
        said = {"channel": channel, "given": given, "at": at, "wording": self._new()}
        return "setConsents", {"customer": self._who(), "consents": [said]}

    def preferred(self) -> Asked:
        """A preference of a key that no other has."""
        key = {"type": "SHOPPING", "key": self._new(), "values": ["a", "b"]}
        return "setPreferences", {"customer": self._who(), "preferences": [key]}

    def preference_deleted(self) -> Asked:
        """A preference that somebody set before is deleted."""
        set_before = self._books.of("setPreferences")
        if not set_before:
            return self.preferred()
        asked = self._chance.choice(set_before).variables
        keys = [{"type": one["type"], "key": one["key"]} for one in asked["preferences"]]
        return "deletePreferences", {"customer": asked["customer"], "preferences": keys}

    def merged(self) -> Asked:
        """Two customers, which may be the same or merged already."""
        return "mergeCustomers", {"keep": self._who(), "merge": self._who()}

    def unmerged(self) -> Asked:
        """Somebody who was merged, and may be so no longer."""
        return "unmergeCustomers", {"merged": self._chance.choice(self._books.merged or [self._who()])}

    def erased(self) -> Asked:
        """Somebody is erased, who may have been already."""
        return "eraseCustomer", {"id": self._who()}

    def _sold(self) -> dict[str, Any]:
        lines: list[dict[str, Any]] = [
            {
                "product": f"product {place}",
                "category": self._chance.choice(CATEGORIES),
                "quantity": str(self._chance.choice((1, 2, 5))),
                "unitPrice": self._money(9_999),
                "unitCost": self._chance.choice((None, "1.20")),
            }
            for place in range(self._chance.choice((1, 1, 2, 3)))
        ]
        due = sum(int(line["quantity"]) * round(float(line["unitPrice"]) * 100) for line in lines)
        status = self._chance.choice(("COMPLETED",) * 6 + ("PENDING",))
        paid = 0 if status == "PENDING" else self._chance.choice((due, due, due, due // 2))
        return {
            **self._key(),
            "number": self._new(),
            "customer": self._chance.choice((None, *[self._who()] * 6)),
            "storefront": self._chance.choice((None, *self._storefronts)),
            "occurredAt": f"{self._day()}T{self._chance.choice((9, 13, 20)):02}:30:00Z",
            "status": status,
            "items": lines,
            "payments": [{"method": "CASH", "amount": f"{paid / 100:.2f}"}] if paid else [],
        }

    def sold(self) -> Asked:
        """A sale, paid wholly, in part or not yet."""
        return "recordSale", {"input": self._sold()}

    def sold_in_a_queue(self) -> Asked:
        """Some sales of a till's queue."""
        return "recordSales", {"inputs": [self._sold() for _ in range(self._chance.choice((2, 5)))]}

    def status_updated(self) -> Asked:
        """Another status, which a sale seldom can take."""
        status = self._chance.choice(("COMPLETED", "PARTIAL", "CANCELLED"))
        return "updateSaleStatus", {"sale": self._sale()["id"], "status": status, **self._key()}

    def voided(self) -> Asked:
        """A sale that should not have been."""
        return "voidSale", {"sale": self._sale()["id"], "reason": self._new(), **self._key()}

    def assigned(self) -> Asked:
        """A sale is somebody else's, or nobody's."""
        whose = self._chance.choice((None, self._who(), self._who()))
        return "assignSale", {"sale": self._sale()["id"], "customer": whose, **self._key()}

    def paid(self) -> Asked:
        """A payment of a sale, or on account of a customer before the first sale."""
        said = {"method": "CARD", "amount": self._money(3_000), **self._key()}
        if self._chance.random() < 0.3 or not self._books.sales:
            said |= {"customer": self._who(), "paidAt": "2025-01-01T12:00:00Z"}
        else:
            said["sale"] = self._sale()["id"]
        return "recordPayment", {"input": said}

    def refunded(self) -> Asked:
        """A refund of all that is left, of an amount or of a line."""
        sale = self._sale()
        of_line = {"items": [{"item": one["id"], "quantity": "1"} for one in sale["items"][:1]]}
        way = self._chance.choice(({}, {"amount": self._money(2_000)}, of_line))
        return "refundSale", {"input": {**self._key(), "sale": sale["id"], **way}}


def _listed(answer: Any) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], answer) if isinstance(answer, list) else [answer]


def _identities(results: list[dict[str, Any]]) -> list[Any]:
    """What results are, and what they are about."""
    subjects = ("customer", "sale", "payment", "refund")
    about = (next((one[name]["id"] for name in subjects if name in one), None) for one in results)
    return [(one["__typename"], id_) for one, id_ in zip(results, about, strict=True)]
