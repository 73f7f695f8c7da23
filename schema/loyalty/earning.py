"""Rules that give more points for some time, some goods or some sales."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import orjson
import strawberry

from resolvers.loyalty.earning import (
    DeleteEarningRule,
    EarningRulePayload,
    SaveEarningRule,
    delete_earning_rule,
    earning_rule_by_id,
    list_earning_rules,
    save_earning_rule,
)
from resolvers.operation.ids import key_of
from resolvers.storefronts import storefront_by_id
from schema.arguments import Info, about, said
from schema.deleting import DeleteResult
from schema.execution.lookups import looked_up
from schema.nodes import Node
from schema.refusals import Duplicate, InvalidCriteria, InvalidInput, NotFound, StaleVersion
from schema.results import registered
from schema.scalars import BigInt
from schema.storefronts import Storefront


@strawberry.type(description="More points for some time, some customers, or some goods.")
class EarningRule(Node):
    """More points for something."""

    version: int = about("How often it was changed, to be sent along with a change.")
    name: str = about("Its name.")
    multiplier: Decimal = about("By what points are multiplied; of several rules the greatest counts.")
    bonus_points: BigInt = about("What it gives once a sale beside.")
    criteria: str | None = about("For whom; null for all.")

    @strawberry.field(description="Of which goods; none means all.")
    @staticmethod
    def categories(root: strawberry.Parent[Any]) -> list[str]:
        """Of which goods."""
        return orjson.loads(root.categories)

    storefront: Any = looked_up(storefront_by_id, Storefront | None, "Where; null anywhere.", key="storefront_id")
    min_sale: Decimal | None = about("The least total of a sale.")
    starts_on: date | None = about("The first day.")
    ends_on: date | None = about("The last day.")
    is_active: bool = about("Whether it applies.")


@strawberry.input(description="The whole rule: what is absent takes its default.")
class EarningRuleInput:
    """The whole rule."""

    version: int | None = strawberry.field(default=None, description="The version that was read.")
    name: str = strawberry.field(description="Its name, unique; at most 120 characters.")
    multiplier: Decimal = strawberry.field(
        default=Decimal(1), description="By what points are multiplied, at most six decimals."
    )
    bonus_points: BigInt = strawberry.field(default=BigInt(0), description="What it gives once a sale beside.")
    criteria: str | None = strawberry.field(default=None, description="For whom; null for all.")
    categories: list[str] | None = strawberry.field(
        default=None, description="Of which goods, at most 50; none is all."
    )
    storefront: strawberry.ID | None = strawberry.field(default=None, description="Where; null anywhere.")
    min_sale: Decimal | None = strawberry.field(default=None, description="The least total of a sale.")
    starts_on: date | None = strawberry.field(default=None, description="The first day.")
    ends_on: date | None = strawberry.field(default=None, description="The last day.")
    is_active: bool = strawberry.field(default=True, description="Whether it applies.")

    def asked(self, id_: int | None) -> SaveEarningRule:
        """The same as resolvers know it."""
        held: dict[str, Any] = {**vars(self), "categories": tuple(self.categories or ())}
        place = held.pop("storefront")
        return SaveEarningRule(id_, storefront_id=None if place is None else key_of(place, "Storefront"), **held)


registered(EarningRulePayload, rule=looked_up(earning_rule_by_id, EarningRule, "The rule as it is now.", key="rule_id"))
EarningRuleResult = Annotated[
    EarningRulePayload | NotFound | InvalidInput | InvalidCriteria | Duplicate | StaleVersion,
    strawberry.union("EarningRuleResult", description="The rule, or why nothing was changed."),
]


@strawberry.type
class EarningRulesQueries:
    """The rules of the program."""

    @strawberry.field(description="The rules that give more points, by name.", graphql_type=list[EarningRule])
    @staticmethod
    async def earning_rules(info: Info) -> Any:
        """The rules of the program."""
        return await list_earning_rules(info.context)


@strawberry.type
class EarningRulesMutations:
    """Saving and deleting rules."""

    @strawberry.mutation(description="Makes a rule, or changes one.", graphql_type=EarningRuleResult)
    @staticmethod
    async def save_earning_rule(
        info: Info,
        input: Annotated[EarningRuleInput, said("The whole rule.")],
        id: Annotated[strawberry.ID | None, said("Which; null makes a new one.")] = None,
    ) -> Any:
        """Make a rule, or change one."""
        key = None if id is None else key_of(id, "EarningRule")
        return await info.context.write(save_earning_rule, input.asked(key))

    @strawberry.mutation(description="Deletes a rule; what was earned by it stays.", graphql_type=DeleteResult)
    @staticmethod
    async def delete_earning_rule(info: Info, id: Annotated[strawberry.ID, said("Which.")]) -> Any:
        """Delete a rule."""
        return await info.context.write(delete_earning_rule, DeleteEarningRule(key_of(id, "EarningRule")))
