"""What customers will be worth: the prediction of one, and the model behind all of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from analytics.prediction.census import NotEnoughDataReason
from analytics.prediction.worth import ChurnRisk
from resolvers.prediction.customer import interval_by_prediction, next_order_by_prediction
from resolvers.prediction.model import CLVModelStatus, lifetime_value_model
from schema.arguments import AsOf, Info, about
from schema.execution.lookups import looked_up

strawberry.enum(
    ChurnRisk, description="How likely a customer has left for good: LOW below a third, HIGH above two thirds."
)
strawberry.enum(NotEnoughDataReason, description="Why there is no prediction.")
strawberry.enum(CLVModelStatus, description="Whether there is a model.")


@strawberry.type(description="The range that a number is in with a probability of `level`.")
class Interval:
    """The range of a number."""

    low: float = about("The least number.")
    high: float = about("The greatest number.")
    level: float = about("With which probability, 0 to 1.")


@strawberry.type(
    description="What a customer will be worth within a horizon, by a model of everyone's purchases (MBG/NBD with "
    "Gamma-Gamma). An order is a day with purchases. Money is null where the model of spend failed."
)
class PredictedCLV:
    """What a customer will be worth within a horizon."""

    horizon_days: int = about("How many days it looks ahead.")
    probability_alive: float = about("How likely the customer has not left for good, 0 to 1.")
    churn_risk: ChurnRisk = about("How likely it has, in three steps.")
    expected_orders: float = about("Orders to expect within the horizon.")
    expected_average_order_value: Decimal | None = about("What an order to come is worth in the mean.")
    predicted_revenue: Decimal | None = about(
        "The worth of the orders to expect, discounted at 10 % a year by month; on basis MARGIN their profit."
    )
    predicted_profit: Decimal | None = about(
        "The same by the customer's own margin, else by everyone's; null where no cost is known."
    )
    total_value: Decimal | None = about("Revenue so far and predicted revenue.")
    model_version: str = about("Which model, fitted to which day, with which parameters.")

    expected_orders_interval: Any = looked_up(
        interval_by_prediction,
        Interval,
        "The range of the orders within the horizon, of 80 %: their number is uncertain, and so is the model.",
        key="itself",
    )
    expected_next_order_date: Any = looked_up(
        next_order_by_prediction,
        date | None,
        "The day by which one more order is expected; null beyond three years.",
        key="itself",
    )


@strawberry.type(description="Why there is no prediction.")
class NotEnoughData:
    """Why there is no prediction."""

    reason: NotEnoughDataReason = about("In a word.")
    message: str = about("In words.")


CLVPrediction = Annotated[
    PredictedCLV | NotEnoughData,
    strawberry.union("CLVPrediction", description="What a customer will be worth, or why that is unknown."),
]


@strawberry.type(description="A parameter of a model.")
class ModelParameter:
    """A parameter of a model."""

    name: str = about("Its name in the literature.")
    value: float = about("The most likely value.")
    standard_error: float | None = about("How exactly it is known; null where the purchases do not tell it.")


@strawberry.type(description="Another model of the same purchases, for comparison with the literature.")
class ReferenceModel:
    """Another model of the same purchases."""

    name: str = about("Its usual name.")
    parameters: list[ModelParameter] = about("Its parameters.")
    log_likelihood: float = about("How well it fits, as the logarithm of its likelihood.")


@strawberry.type(description="Customers with so many repeat orders before, and what they did afterwards.")
class HoldoutBin:
    """Customers with so many repeat orders before."""

    repeat_orders: int = about("Repeat orders in the earlier days.")
    label: str = about("The same in words; the last bin is open.")
    customers: int = about("How many customers.")
    actual_mean: float | None = about("Their mean number of orders in the later days; null of nobody.")
    predicted_mean: float | None = about("What the model had said; null of nobody.")


@strawberry.type(description="The model fitted to all but the last fourth of the days, held against that fourth.")
class HoldoutCheck:
    """The model fitted to the earlier days, held against the later ones."""

    calibration_end: date = about("The last day that it was fitted to.")
    holdout_days: int = about("How many days followed.")
    customers: int = about("How many customers it was fitted to.")
    actual_orders: int = about("Their orders in the later days.")
    predicted_orders: float = about("What it had said.")
    mean_absolute_error: float = about("How far off it was for one customer in the mean, in orders.")
    by_repeat_orders: list[HoldoutBin] = about("The same by repeat orders in the earlier days.")


@strawberry.type(description="The model behind predictions, fitted to everyone's purchases to the end of a day.")
class LifetimeValueModel:
    """The model behind predictions."""

    name: str = about("Its usual name.")
    status: CLVModelStatus = about("Whether it is there.")
    message: str | None = about("Why it is not, or what it lacks.")
    version: str | None = about("Model, code, last day and a digest of the parameters.")
    fitted_at: datetime | None = about("When it was fitted.")
    fitted_through: date | None = about("The last day that it knows: the one before `asOf`.")
    customers: int = about("How many customers it was fitted to, or would be.")
    transaction_model: list[ModelParameter] = about(
        "MBG/NBD: rates of purchase are Gamma(r, alpha) a week, chances to leave after one are Beta(a, b)."
    )
    spend_model: list[ModelParameter] = about("Gamma-Gamma: p, q and gamma; empty where it failed.")
    log_likelihood: float | None = about("How well MBG/NBD fits.")
    spend_log_likelihood: float | None = about("How well Gamma-Gamma fits.")
    reference: ReferenceModel | None = about("BG/NBD on the same purchases.")
    holdout: HoldoutCheck | None = about("How it would have done on the last fourth of the days; null where it cannot.")


@strawberry.type
class PredictionQueries:
    """The model behind predictions."""

    @strawberry.field(
        description="The model behind predictions: its parameters, how exactly they are known, a check on later days.",
        graphql_type=LifetimeValueModel,
    )
    @staticmethod
    async def lifetime_value_model(info: Info, as_of: AsOf = None) -> Any:
        """The model behind predictions."""
        return await lifetime_value_model(info.context, as_of)
