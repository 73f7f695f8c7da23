"""Documents are held to the rules of the libraries: what is found out once about a rule is what it says each time."""

from typing import Any

import pytest
from graphql import TypeInfo, parse, specified_rules, validate
from graphql.language import ast
from graphql.language.visitor import Visitor
from graphql.validation import ASTValidationRule, ValidationContext
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from schema.document.rules import CLOSED_RULES, RULES
from tests.schema.walking import BUILT

KINDS = sorted({node.kind for node in vars(ast).values() if isinstance(node, type) and issubclass(node, ast.Node)})
THEIRS = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
WRONG = """
query A($unused: Int, $twice: Int, $twice: Int, $bad: Customer) {
  customer(by: {number: 1, id: "x"}, by: {number: "1"}, nobody: 2) { nothing email: id email ...gone ...on Int { id } }
  viewer
  __typename @skip @nowhere
}
query A { viewer { role { x } role: business { name } } }
fragment loop on Customer { ...loop }
fragment loop on Nobody { id }
type T { id: ID }
"""


def the_rule(rule: type[ASTValidationRule]) -> Any:
    return rule(ValidationContext(BUILT, parse("{ viewer { role } }"), TypeInfo(BUILT), lambda _: None))


@pytest.mark.parametrize("rule", CLOSED_RULES, ids=lambda rule: rule.__name__)
def test_a_rule_looks_at_the_nodes_that_its_library_says(rule: type[ASTValidationRule]) -> None:
    mine = the_rule(rule)
    found = {kind: mine.get_enter_leave_for_kind(kind) for kind in KINDS}
    assert found == {kind: Visitor.get_enter_leave_for_kind(mine, kind) for kind in KINDS}
    assert any(enter or leave for enter, leave in found.values())


def test_what_is_wrong_with_a_document_is_what_the_libraries_find() -> None:
    told = [str(error) for error in validate(BUILT, parse(WRONG), RULES)]
    assert told == [str(error) for error in validate(BUILT, parse(WRONG), THEIRS)]
    assert len(told) > 15
