"""FairShares of something: nobody's takes what is another's."""

import pytest

from resolvers.operation.viewer import Role, Viewer
from server.http.fair_shares import FairShares, Holder, NoShare, holder_of

ANN, BOB, CUSTOMERS = Holder(1, "ann"), Holder(1, "bob"), Holder(1, None)
ELSEWHERE, FARTHER = Holder(2, "ann"), Holder(3, "ann")


def shares() -> FairShares:
    return FairShares("all of {}", most=4, of_business=3, of_bearer=2)


def refusal(of: FairShares, holder: Holder, amount: int = 1) -> tuple[str, bool]:
    before = of.taken
    with pytest.raises(NoShare) as refused:
        of.take(holder, amount)
    assert of.taken == before
    return refused.value.message, refused.value.is_own


def test_a_bearer_has_a_share_of_its_business() -> None:
    of = shares()
    of.take(ANN)
    of.take(ANN)

    assert refusal(of, ANN) == ("all of this token", True)
    of.take(BOB)
    assert refusal(of, BOB) == ("all of this business", False)
    of.take(ELSEWHERE)
    assert refusal(of, FARTHER) == ("all of this server", False)


def test_what_is_given_back_can_be_taken() -> None:
    of = shares()
    of.take(ANN, 2)
    of.give_back(ANN)

    of.take(BOB, 2)

    assert of.taken == 3
    assert refusal(of, BOB, 1) == ("all of this token", True)
    assert refusal(of, ANN, 1) == ("all of this business", False)


def test_it_is_given_back_whatever_happens() -> None:
    of = shares()

    with of.taking(ANN), pytest.raises(NoShare), of.taking(Holder(1, "ann")), of.taking(ANN):
        pass

    assert of.taken == 0


def test_customers_have_one_share_together_and_leave_the_rest_to_the_staff() -> None:
    one, two = (holder_of(Viewer(name, Role.CUSTOMER, 1, customer_id=7)) for name in ("cat", "dan"))
    of = shares()
    of.take(one)
    of.take(two)

    assert refusal(of, one) == ("all of this token", True)
    of.take(holder_of(Viewer("ann", Role.STAFF, 1)))
