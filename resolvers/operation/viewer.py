"""Who asks: what a verified token says of its bearer."""

from dataclasses import dataclass
from enum import StrEnum

OF_NO_BUSINESS = 0


class Role(StrEnum):
    """What a token may do, each role more than the one before; CUSTOMER reaches only its own record."""

    CUSTOMER = "CUSTOMER"
    VIEWER = "VIEWER"
    STAFF = "STAFF"
    MANAGER = "MANAGER"
    ADMIN = "ADMIN"

    @property
    def rank(self) -> int:
        """Its place among the roles, the one that may do least first; as texts they would be in another order."""
        return list(Role).index(self)


@dataclass(frozen=True)
class Viewer:
    """The bearer of a token: one business, one role; `customer_id` for the role CUSTOMER alone."""

    subject: str
    role: Role
    business_id: int
    customer_id: int | None = None
    pii: bool = False

    @property
    def sees_personal_data(self) -> bool:
        """Whether e-mail, phone, address, birth date and notes may be shown: staff, the customer, or by claim."""
        return self.pii or self.role is not Role.VIEWER

    def reaches(self, customer_id: int | None) -> bool:
        """Whether what is this customer's may be shown at all: a customer reaches only its own."""
        return self.role is not Role.CUSTOMER or (customer_id is not None and customer_id == self.customer_id)


def visitor(address: str) -> Viewer:
    """Who asks from an address without a token, for what is for everybody: a customer of no business."""
    return Viewer(address, Role.CUSTOMER, OF_NO_BUSINESS)
