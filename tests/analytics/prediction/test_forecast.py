"""Forecasts: against plain integration and simulated customers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from analytics.prediction import forecast
from analytics.prediction.beta_geometric import Buying, BuyingModel
from analytics.prediction.forecast import (
    days_to_next,
    discounted_when_alive,
    expected_orders,
    expected_when_alive,
    for_each,
    months_to,
    probability_alive,
    probability_of_more,
    quantile_of_orders,
)
from analytics.prediction.lifetime import fitted_buying
from analytics.prediction.summaries import Histories
from tests.analytics.prediction.samples import BG_NBD, MBG_NBD, Lives, history, lives

MBG = BuyingModel.MBG_NBD
FINE = Buying(0.525, 618.3, 0.891, 1.614)  # a hundred times as long, so that days are fine
COLUMNS = (0.1, 0.9)


@pytest.fixture(scope="module")
def simulated() -> Lives:
    return lives(MBG, FINE, 20_000, days=54_600, later=27_300, seed=7)


def integral(model: BuyingModel, at: Buying, repeats: int, age: int, days: float) -> float:
    """The orders of a living customer as a sum over chances to leave."""
    exponent, other = at.r + repeats, at.b + model.chances(repeats)
    ratio = days / 7 / (at.alpha + age / 7)
    return forecast._by_integration(at.a, other, exponent, ratio)  # pyright: ignore[reportPrivateUsage]


# ---------------------------------------------------------------- what is expected


@pytest.mark.parametrize("model", list(BuyingModel))
@given(
    r=st.floats(0.05, 30),
    alpha=st.floats(0.05, 300),
    a=st.floats(0.05, 200),
    b=st.floats(0.05, 300),
    repeats=st.integers(0, 800),
    age=st.integers(0, 3653),
    days=st.integers(1, 3650),
)
@settings(deadline=None)
def test_expected_orders_are_the_integral(
    model: BuyingModel, r: float, alpha: float, a: float, b: float, repeats: int, age: int, days: int
):
    found = float(expected_when_alive(model, Buying(r, alpha, a, b), np.array([repeats]), np.array([age]), days)[0])
    assert found == pytest.approx(integral(model, Buying(r, alpha, a, b), repeats, age, days), rel=3e-6)


@pytest.mark.parametrize("a", [1 - 1e-9, 1, 1 + 1e-9, 1 - 1e-5])
def test_expected_orders_where_the_published_form_is_zero_over_zero(a: float):
    at = Buying(0.5, 6.0, a, 1.6)
    found = float(expected_when_alive(MBG, at, 3, 200, 365))
    assert found == pytest.approx(integral(MBG, at, 3, 200, 365), rel=3e-6)


def test_expected_orders_are_the_published_form():
    # Fader, Hardie, Lee 2005, equation 10
    x, span, age, weeks = 4, 25.0, 38.0, 20.0
    r, alpha, a, b = BG_NBD
    series = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (alpha + age + weeks))
    above = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * series)
    below = 1 + a / (b + x - 1) * ((alpha + age) / (alpha + span)) ** (r + x)
    found = expected_orders(BuyingModel.BG_NBD, BG_NBD, history(x, 175, 266), 140)
    assert found.tolist() == pytest.approx([above / below], rel=1e-9)


@pytest.mark.parametrize("at", [Buying(0.083, 1, 12.14, 164.2), Buying(2, 0.001, 900, 1), Buying(1e4, 1e4, 1e4, 1e4)])
def test_what_the_series_cannot_do_is_integrated(at: Buying):
    found = expected_when_alive(MBG, at, np.array([0, 8, 500]), np.array([0, 0, 700]), np.array([3650, 5740, 90]))
    assert np.isfinite(found).all()
    assert (found > 0).all()


@pytest.mark.parametrize("model", list(BuyingModel))
def test_nobody_leaves(model: BuyingModel):
    at = Buying(2.0, 10.0, 1e-4, 1e4)
    found = expected_orders(model, at, history(5, 100, 140), 70)
    assert found.tolist() == pytest.approx([(2 + 5) / (10 + 20) * 10], rel=1e-4)  # rate × weeks


def test_one_time_buyers_may_have_left_in_mbg_alone():
    once = history(0, 0, 300)
    assert probability_alive(BuyingModel.BG_NBD, BG_NBD, once).tolist() == [1.0]
    assert 0 < probability_alive(MBG, MBG_NBD, once)[0] < 0.7


@given(age=st.integers(1, 3000), repeats=st.integers(0, 300))
def test_the_longer_nobody_sees_a_customer_the_less_likely_it_is_alive(age: int, repeats: int):
    span = min(age, repeats)
    seen = probability_alive(MBG, MBG_NBD, Histories(*np.array([[repeats, span, age + d] for d in (0, 9, 99)]).T))
    assert (np.diff(seen) <= 0).all()
    assert ((seen >= 0) & (seen <= 1)).all()


def test_simulated_customers_are_as_alive_and_buy_as_often_as_predicted(simulated: Lives):
    people, later = simulated.histories, simulated.later
    expected = expected_orders(MBG, FINE, people, 27_300)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.03)
    for repeats in range(5):
        chosen = people.repeats == repeats
        assert later[chosen].mean() == pytest.approx(expected[chosen].mean(), rel=0.1)


# ---------------------------------------------------------------- money later


def test_months_of_a_horizon():
    assert months_to(30).tolist() == [30]
    assert months_to(31).tolist() == [30.4375, 31]
    assert len(months_to(365)) == 12
    assert months_to(365)[-1] == 365


def test_discounted_orders_are_summed_month_by_month():
    ends = [30.4375 * month for month in range(1, 13)]
    at, x, age = MBG_NBD, np.array([2]), np.array([272])
    orders = [0.0, *(float(expected_when_alive(MBG, at, x, age, end)[0]) for end in [*ends[:-1], 365])]
    expected = sum((orders[i + 1] - orders[i]) / 1.1 ** (min(ends[i], 365) / 365.25) for i in range(12))
    assert discounted_when_alive(MBG, at, x, age, 365).tolist() == pytest.approx([expected])


def test_a_population_is_as_each_of_it(simulated: Lives):
    people = simulated.histories.at(slice(0, 500))
    alive = probability_alive(MBG, FINE, people)

    def of(repeats: np.ndarray, age: np.ndarray) -> np.ndarray:
        return expected_when_alive(MBG, FINE, repeats, age, 365)

    assert for_each(people, alive, of) == pytest.approx(expected_orders(MBG, FINE, people, 365))
    assert len(for_each(people.at(slice(0, 0)), alive[:0], of)) == 0


# ---------------------------------------------------------------- the next order


def test_days_to_the_next_order():
    people = Histories(*np.array([(5, 260, 272), (0, 0, 272), (30, 270, 272)], np.int32).T)
    days = days_to_next(MBG, MBG_NBD, people)
    assert days[1] == 0  # beyond three years
    for i in (0, 2):
        one = people.at(slice(i, i + 1))
        assert expected_orders(MBG, MBG_NBD, one, days[i])[0] >= 1 > expected_orders(MBG, MBG_NBD, one, days[i] - 1)[0]
    often = days_to_next(MBG, Buying(1e4, 1.0, 0.01, 100.0), history(3, 3, 3))
    assert often.tolist() == [1]


# ---------------------------------------------------------------- the range


def columns(at: Buying) -> Buying:
    """Parameters that are known exactly, as a draw of one."""
    return Buying(*(np.array([value]) for value in at))


@pytest.mark.parametrize("model", list(BuyingModel))
def test_probabilities_sum_to_what_is_expected(model: BuyingModel):
    people = Histories(*np.array([(0, 0, 30), (3, 90, 100), (20, 200, 700)], np.int32).T)
    more = [probability_of_more(model, columns(MBG_NBD), people, 365, np.full(3, y)) for y in range(2000)]
    assert sum(more) == pytest.approx(expected_orders(model, MBG_NBD, people, 365), rel=1e-6)
    assert (np.diff(np.array(more), axis=0) <= 0).all()


def test_quantiles_are_the_least_numbers_that_are_not_exceeded():
    people = Histories(*np.array([(0, 0, 30), (3, 90, 100), (20, 700, 700), (300, 700, 700), (9, 9, 3000)], np.int32).T)
    for share in COLUMNS:
        found = quantile_of_orders(MBG, columns(MBG_NBD), people, 365, share)
        assert (probability_of_more(MBG, columns(MBG_NBD), people, 365, found) <= 1 - share).all()
        before = probability_of_more(MBG, columns(MBG_NBD), people, 365, np.maximum(found - 1, 0))
        assert ((before > 1 - share) | (found == 0)).all()
    assert quantile_of_orders(MBG, columns(MBG_NBD), people.at(slice(0, 0)), 365, 0.9).tolist() == []


def test_intervals_cover_and_are_calibrated(simulated: Lives):
    # Takes seconds: how often an interval covers shows only in thousands of customers.
    fitted = fitted_buying(MBG, simulated.histories.at(slice(0, 5_000)).grouped())
    assert fitted is not None
    draws, unseen = Buying(*fitted.draws.T), slice(5_000, None)  # of customers that it was not fitted to
    people, later = simulated.histories.at(unseen), simulated.later[unseen]
    assert len(people) >= 10_000
    low, high = (quantile_of_orders(MBG, draws, people, 27_300, share) for share in COLUMNS)
    assert ((later >= low) & (later <= high)).mean() >= 0.8
    above = probability_of_more(MBG, draws, people, 27_300, later)
    from_ = np.where(later > 0, probability_of_more(MBG, draws, people, 27_300, np.maximum(later - 1, 0)), 1)
    place = 1 - (above + (from_ - above) * np.random.default_rng(5).random(len(people)))
    assert 0.77 <= ((place >= 0.1) & (place <= 0.9)).mean() <= 0.83


def test_uncertain_parameters_widen_the_range():
    few = lives(MBG, MBG_NBD, 150, days=500, seed=3).histories
    fitted = fitted_buying(MBG, few.grouped())
    assert fitted is not None
    assert fitted.draws.shape == (64, 4)
    exact, uncertain = columns(Buying(*fitted.values)), Buying(*fitted.draws.T)
    person = history(6, 300, 310)
    widths = [
        np.subtract(*(quantile_of_orders(MBG, at, person, 3650, share) for share in (0.9, 0.1)))[0]
        for at in (exact, uncertain)
    ]
    assert widths[1] >= widths[0]
