"""Documents made ready once: parsed, held to the limits, validated; and an extension that has them executed as such."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cachetools import LRUCache
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, validate
from strawberry import Schema
from strawberry.extensions import SchemaExtension

from schema.document.costs import cost_of, sizes_of
from schema.document.errors import PARSE_FAILED, TOO_COSTLY, VALIDATION_FAILED, DocumentRefused
from schema.document.lengths import MOST_SUGGESTED, Lengths
from schema.document.limits import Limits, Measuring, check_variables
from schema.document.rules import CLOSED_RULES, RULES
from schema.document.walking import Fragments

PARSING_ABORTED = " Parsing aborted."  # how the parser ends the message of its own limits
MOST_COMMENTS = 1_000
COSTS_KEPT = 64

PREPARED = "prepared"  # its name among the extensions of an operation


@dataclass(frozen=True)
class Preparing:
    """How documents are made ready."""

    limits: Limits = field(default_factory=Limits)
    max_tokens: int = 5_000
    max_length: int = 100_000
    max_cost: int = 100_000
    introspection: bool = True


class Prepared:
    """A document, and why it is not executed where it is not: `document` is None where the text is none.

    `selections` are what the executor found out about it, for each time that it is executed; None where directives may
    select other fields each time.
    """

    def __init__(self, schema: Schema, text: str, preparing: Preparing) -> None:
        self.text = text
        self.document: DocumentNode | None = None
        self.errors: tuple[GraphQLError, ...] = ()
        self.selections: dict[Any, Any] | None = {} if "@" not in text else None
        self._schema = schema._schema  # pyright: ignore[reportPrivateUsage]
        self._preparing = preparing
        self._fragments: Fragments | None = None
        self._lengths: Lengths | None = None
        self._costs: LRUCache[Any, int] = LRUCache(COSTS_KEPT)
        self._prepare()

    @property
    def hides_names(self) -> bool:
        """Whether nothing may be told of the schema beside what was asked."""
        return not self._preparing.introspection

    def cost(self, operation: OperationDefinitionNode, variables: Mapping[str, Any] | None) -> int:
        """What an operation of a document without errors costs. A GraphQLError tells of variables beyond the limits."""
        assert self._fragments is not None
        assert self._lengths is not None
        try:
            check_variables(variables, self._preparing.limits)
            self._lengths.check(variables)
        except DocumentRefused as refusal:
            raise refusal.error from None
        key = (operation.name.value if operation.name else None, sizes_of(variables))
        cost = self._costs.get(key)
        if cost is None:
            cost = self._costs[key] = cost_of(self._schema, self._fragments, operation, variables)
        return cost

    def _prepare(self) -> None:
        try:
            self.document = _parsed(self.text, self._preparing)
            self._fragments = Measuring(self.document, self._preparing.limits).check()
            self._lengths = Lengths(self._schema, self.document, hide_names=self.hides_names)
            rules = RULES if self._preparing.introspection else CLOSED_RULES
            hide = self.hides_names or self._lengths.unknown > MOST_SUGGESTED
            self.errors = tuple(validate(self._schema, self.document, rules, hide_suggestions=hide))
        except GraphQLError as error:
            self.errors = (_without_frames(error),)
        except DocumentRefused as refusal:
            self.errors = (refusal.error,)


def _parsed(text: str, preparing: Preparing) -> DocumentNode:
    try:
        return parse(
            text,
            max_lexical_tokens=preparing.max_tokens,
            max_comments=MOST_COMMENTS,
            max_source_length=preparing.max_length,
        )
    except GraphQLError as error:
        if error.message.endswith(PARSING_ABORTED):
            message = error.message.removeprefix("Syntax Error: ").removesuffix(PARSING_ABORTED)
            raise GraphQLError(message, extensions={"code": VALIDATION_FAILED}) from None
        error.extensions = {"code": PARSE_FAILED}
        raise


def _without_frames(error: GraphQLError) -> GraphQLError:
    """The error as it may be kept: with its frames it would keep all that the parser had in hand."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


def check_cost(cost: int, budget: int) -> None:
    """A GraphQLError tells of an operation that costs more than one may."""
    if cost > budget:
        raise GraphQLError(
            f"the operation costs {cost:,} points, at most {budget:,} are answered: "
            "ask for smaller pages or fewer fields (MAX_COST)",
            extensions={"code": TOO_COSTLY, "requested": cost, "budget": budget},
        )


class AsPrepared(SchemaExtension):
    """Executes the document that was made ready, without parsing and validating it again."""

    def on_parse(self) -> Iterator[None]:
        """Hand over the document, where there is one."""
        given = (self.execution_context.operation_extensions or {}).get(PREPARED)
        if isinstance(given, Prepared):
            self.execution_context.graphql_document = given.document
            self.execution_context.validation_rules = ()
        yield
