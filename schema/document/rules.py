"""The rules that documents are held to, each knowing at once which nodes it looks at."""

from functools import cache

from graphql import ASTValidationRule, NoSchemaIntrospectionCustomRule, specified_rules
from graphql.language.visitor import EnterLeaveVisitor
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

NOTHING = EnterLeaveVisitor(None, None)


class _Known:
    """Finds out once a process, not once a document, which of a rule's methods a kind of node is for.

    Thirty rules are asked about a dozen kinds for each document, and look at two or three: that took a quarter of its
    time.
    """

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        """The methods for nodes of a kind, as a visitor of graphql-core has them."""
        enter, leave = _names(type(self), kind)
        if enter is None and leave is None:
            return NOTHING
        return EnterLeaveVisitor(
            None if enter is None else getattr(self, enter), None if leave is None else getattr(self, leave)
        )


@cache
def _names(rule: type, kind: str) -> tuple[str | None, str | None]:
    enter, leave = (
        next((name for name in (f"{when}_{kind}", when) if getattr(rule, name, None)), None)
        for when in ("enter", "leave")
    )
    return enter, leave


def _knowing(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    return type(rule.__name__, (_Known, rule), {})


# Made once: a set of rules made anew for each operation would be another one to every cache.
RULES = tuple(map(_knowing, (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)))
CLOSED_RULES = (*RULES, _knowing(NoSchemaIntrospectionCustomRule))
