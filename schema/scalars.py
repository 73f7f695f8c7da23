"""Scalars with exact forms: money as text, 64-bit counters as numbers."""

from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry
from graphql import FloatValueNode, IntValueNode, StringValueNode, ValueNode
from graphql.pyutils import inspect
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)

MAX_DIGITS = 40


def _show_decimal(value: Any) -> str:
    return format(value if isinstance(value, Decimal) else Decimal(value), "f")


def _read_decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f'Decimal cannot represent {inspect(value)}: write it as text, like "12.50"')
    text = repr(value) if isinstance(value, float) else str(value)
    try:
        number = Decimal(text) if len(text) <= MAX_DIGITS else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError(f'Decimal cannot represent {inspect(value)}: write it as text, like "12.50"')
    return number


def _read_decimal_literal(node: ValueNode, _variables: Any = None) -> Decimal:
    if isinstance(node, StringValueNode | IntValueNode | FloatValueNode):
        return _read_decimal(node.value)
    raise ValueError('Decimal is written as text or a number, like "12.50"')


def _read_big_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError(f"BigInt cannot represent {inspect(value)}: it is a whole number of 64 bits")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, serialised as text. Money is in the currency of the business.",
        serialize=_show_decimal,
        parse_value=_read_decimal,
        parse_literal=_read_decimal_literal,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="64-bit integer, serialised as a number.",
        serialize=int,
        parse_value=_read_big_int,
    ),
}
