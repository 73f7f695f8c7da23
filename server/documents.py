"""The document of a request: parsed once, and the one operation of it that is asked for."""

from functools import lru_cache

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse

from server.errors import BadRequest

DOCUMENTS_KEPT = 512
LONGEST_KEPT = 20_000
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"


def parsed(text: str) -> DocumentNode:
    """The document that a text is; a GraphQLError says where it stops being one."""
    try:
        return _kept(text) if len(text) <= LONGEST_KEPT else parse(text)
    except GraphQLError as error:
        error.extensions = {"code": PARSE_FAILED}
        raise
    except RecursionError as error:
        raise GraphQLError("Syntax Error: nested too deeply.", extensions={"code": PARSE_FAILED}) from error


_kept = lru_cache(DOCUMENTS_KEPT)(parse)


def chosen_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation of this name, or the only one; BadRequest says which there are."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if len(named) == 1:
        return named[0]
    names = ", ".join(node.name.value for node in operations if node.name) or "none has a name"
    if not operations:
        raise BadRequest("the document has no operation, only fragments or definitions")
    if name is None:
        raise BadRequest(f"operationName is needed where a document has several operations ({names})")
    raise BadRequest(f'the document has no operation "{name}", its operations: {names}')
