"""Texts for keys: the same for ever, of one secret, and none that was not made here is read."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.opaque import NotOpaque, OpaqueKeys

OURS = OpaqueKeys(bytes.fromhex("1d" * 32))


def test_a_key_has_one_text_for_ever() -> None:
    """Bookmarks and other systems keep them: a change of these letters is a change of every id."""
    assert OURS.text("Customer", 1) == "Customer_7ee94854f39c152994ce6a22ded683e9"
    assert OURS.text("Customer", 2) == "Customer_8fc16c65decb3e36e4d6f544e4d6e90d"
    assert OURS.text("Sale", 1) == "Sale_bde92751c2b908dda5f06fdf20513e49"


def test_another_secret_makes_and_reads_others() -> None:
    theirs = OpaqueKeys(bytes.fromhex("1e" * 32))

    assert theirs.text("Customer", 1) != OURS.text("Customer", 1)
    assert theirs.digest(b"list") != OURS.digest(b"list")
    with pytest.raises(NotOpaque):
        theirs.read(OURS.text("Customer", 1))


@given(st.integers(0, 2**63 - 1), st.sampled_from(["Customer", "Sale", "SaleItem"]))
def test_every_key_comes_back(key: int, kind: str) -> None:
    assert OURS.read(OURS.text(kind, key)) == (kind, key)


def test_neighbours_have_nothing_in_common() -> None:
    """Of 1,000 keys in a row the first 8 letters are all different, and as often high as low."""
    letters = [OURS.text("Customer", key).removeprefix("Customer_")[:8] for key in range(1, 1_001)]

    assert len(set(letters)) == 1_000
    assert 400 < sum(one < two for one, two in pairwise(letters)) < 600


@given(st.text(max_size=50) | st.from_regex(r"\A(Customer|Sale)_[0-9a-f]{32}\Z"))
def test_no_text_that_somebody_made_up_is_read(text: str) -> None:
    with pytest.raises(NotOpaque):
        OURS.read(text)
