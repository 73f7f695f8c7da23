"""The model of a business on a day: fitted to its facts and checked on their last fourth, or why there is none."""

from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from analytics.copy.engine import Engine
from analytics.prediction.beta_geometric import Buying, BuyingLikelihood, BuyingModel
from analytics.prediction.census import NotEnoughData, NotEnoughDataReason
from analytics.prediction.fitting import Maximum, maximum_of
from analytics.prediction.gamma_gamma import Spend, SpendLikelihood
from analytics.prediction.holdout import Holdout, HoldoutFacts, holdout_facts, holdout_of
from analytics.prediction.summaries import (
    DAYS_OF_WEEK,
    Floats,
    Histories,
    RepeatSpending,
    Summaries,
    spending_of,
    summaries_of,
)
from analytics.scope import Scope
from rules.days import date_of

CODE_VERSION = 1  # raise it where the same facts give other parameters or other predictions
MODEL = BuyingModel.MBG_NBD
REFERENCE = BuyingModel.BG_NBD
SPEND_MODEL = "Gamma-Gamma"
SAMPLE = 20_000
STARTS = ((0.5, 0.5, 2.0), (1.5, 1.0, 1.0))  # r, a and b; alpha follows from the mean rate of purchases
SPEND_STARTS = ((2.0, 3.0), (6.0, 4.0))  # p and q; gamma follows from the mean spend


@dataclass(frozen=True)
class Model:
    """The maxima of the likelihoods, at the facts to the end of day `through`; money in units of the currency."""

    through: int
    customers: int
    version: str
    buying: Maximum
    spend: Maximum | None
    message: str | None
    reference: Maximum | None
    holdout: Holdout | None

    @property
    def parameters(self) -> Buying:
        """Those of the model of repeat purchases."""
        return Buying(*self.buying.values.tolist())

    @property
    def spend_parameters(self) -> Spend | None:
        """Those of the spend model, None where it failed."""
        return None if self.spend is None else Spend(*self.spend.values.tolist())


# ---------------------------------------------------------------- the facts


@dataclass(frozen=True)
class Facts:
    """What a model depends on: the histories of everyone to the end of a day, and those of its check.

    `unit` is minor units in one of the currency.
    """

    through: int
    unit: int
    people: Summaries
    check: HoldoutFacts


async def facts_to(engine: Engine, through: int, unit: int) -> Facts:
    """The facts to the end of a day, of everyone. They are enough where there is no `shortage`."""
    people = await summaries_of(engine, Scope(through, None, include_inactive=True))
    check = await holdout_facts(engine, int(people.first_day.min(initial=through)), through)
    return Facts(through, unit, people, check)


# ---------------------------------------------------------------- the fits


def model_of(facts: Facts) -> Model | NotEnoughData:
    """The model of enough facts; without convergence there is none."""
    people, through = facts.people, facts.through
    histories = people.histories(through).grouped()
    buying = fitted_buying(MODEL, histories)
    if buying is None:
        message = f"The likelihood of {MODEL} has no maximum on the purchases to {date_of(through)}."
        return NotEnoughData(NotEnoughDataReason.MODEL_DID_NOT_CONVERGE, message)
    spend, message = fitted_spend(spending_of(people, facts.unit))
    return Model(
        through=through,
        customers=len(people),
        version=_version(through, buying, spend),
        buying=buying,
        spend=spend,
        message=message,
        reference=fitted_buying(REFERENCE, histories),
        holdout=_checked(facts.check),
    )


def _checked(facts: HoldoutFacts) -> Holdout | None:
    histories = facts.histories
    fitted = fitted_buying(MODEL, histories.grouped()) if histories.repeats.any() else None
    return None if fitted is None else holdout_of(MODEL, fitted, facts)


def fitted_buying(model: BuyingModel, histories: Histories) -> Maximum | None:
    """The maximum of a model of repeat purchases; histories are grouped and somebody bought again."""
    weeks = float((histories.weights * histories.age).sum()) / DAYS_OF_WEEK
    rate = float((histories.weights * histories.repeats).sum()) / max(weeks, 1)
    starts = [np.array([r, r / rate, a, b]) for r, a, b in STARTS]
    stride = len(histories) // SAMPLE
    sample = BuyingLikelihood(model, histories.at(slice(stride // 2, None, stride))) if stride > 1 else None
    return maximum_of(BuyingLikelihood(model, histories), starts, sample)


def fitted_spend(spending: RepeatSpending) -> tuple[Maximum | None, str | None]:
    """The maximum of the spend model, or in words why there is none."""
    if not len(spending):
        return None, "Nobody has spent more than nothing on repeat orders, so money is not predicted."
    scale = float(spending.mean.mean())  # a likelihood of amounts around 1, whatever the currency
    around_one = RepeatSpending(spending.occasions, spending.mean / scale)
    starts = [np.array([p, q, (q - 1) / p]) for p, q in SPEND_STARTS]
    stride = len(spending) // SAMPLE
    sample = None
    if stride > 1:
        part = slice(stride // 2, None, stride)
        sample = SpendLikelihood(RepeatSpending(spending.occasions[part], around_one.mean[part]))
    found = maximum_of(SpendLikelihood(around_one), starts, sample)
    if found is None or not found.known.is_determined.all():
        return None, "Spend on repeat orders does not tell how customers differ in it, so money is not predicted."
    if found.values[1] <= 1:
        return None, "What repeat orders spent differs so much that it has no mean, so money is not predicted."
    log_scale = float(np.log(scale))
    value = found.log_likelihood - len(spending) * log_scale
    return replace(found, logs=found.logs + np.array([0, 0, log_scale]), log_likelihood=value), None


def _version(through: int, buying: Maximum, spend: Maximum | None) -> str:
    name = str(MODEL) if spend is None else f"{MODEL}+{SPEND_MODEL}"
    parameters: list[Floats] = [buying.values, *([] if spend is None else [spend.values])]
    text = " ".join(f"{value:.9g}" for value in np.concatenate(parameters))
    return f"{name} {CODE_VERSION} {date_of(through)} {blake2b(text.encode(), digest_size=5).hexdigest()}"
