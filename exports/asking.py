"""An export as the command line asks for it: a report by name, and its arguments as name=value."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from typing import Any, cast, get_args, get_type_hints

from pydantic import ValidationError

from resolvers.customers import find_customer
from resolvers.exports import BY_NAME
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.paging import PageArguments
from resolvers.storefronts import list_storefronts
from rules.exports import REPORTS

HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")

SCORED: dict[str, Any] = {"method": "RFM", "scheme": "POS", "days": 90, "storefront": None, "customer_type": None}
DEFAULTS: dict[str, dict[str, Any]] = {
    "segmentation": {**SCORED, "include_inactive": False, "segment_name": None, "segment_code": None, "as_of": None},
    "segment-migration": SCORED,
    "segmentation-trend": {**SCORED, "every": "MONTH"},
    "lifetime-value": {
        **dict.fromkeys(("joined", "customer_type", "storefront", "min_revenue", "min_profit", "as_of")),
        "revenue_basis": "NET",
        "order_by": "REVENUE",
        "horizon_days": 365,
        "page": PageArguments(),
    },
}
# What the API calls otherwise than the question does.
RENAMED = {
    "segment-migration": {"from": "start", "to": "end"},
    "segmentation-trend": {"from": "start", "to": "end"},
    "customers": {"order_by": "order"},
}
NOTHING = ("null", "none", "")
UNNAMED = ("of", "page")  # parts of questions that are no arguments of reports


async def question(context: Context, report: str, arguments: Sequence[str]) -> Any:
    """The question of a report; BadUserInput says which argument is unknown or impossible."""
    if report not in REPORTS:
        raise BadUserInput(f'there is no report "{report}": there are {", ".join(REPORTS)}')
    given = dict(DEFAULTS.get(report, {}))
    for argument in arguments:
        _take(given, report, argument)
    await _find(context, given)
    if report == "segmentation-trend":
        given = {"every": given.pop("every"), "of": given}
    _check_names(report, BY_NAME[report].question, given)
    try:
        return BY_NAME[report].adapter.validate_python(given)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        path = [str(part) for part in problem["loc"] if part not in UNNAMED]
        if problem["type"] == "missing":
            raise BadUserInput(f"`{_said(report, path)}` is needed") from None
        raise BadUserInput(f"`{_said(report, path)}`: {problem['msg']}") from None


def _take(given: dict[str, Any], report: str, argument: str) -> None:
    name, equals, value = argument.partition("=")
    if not equals:
        raise BadUserInput(f'"{argument}" is not an argument: write name=value, like asOf=2026-03-05')
    *above, last = (HUMP.sub(r"_\1", part).lower() for part in name.split("."))
    for part in above:
        inner = given.get(part)
        given[part] = inner if isinstance(inner, dict) else {}
        given = given[part]
    last = RENAMED.get(report, {}).get(last, last)
    given[last] = _value(last, value)


def _value(name: str, text: str) -> Any:
    if text.lower() in NOTHING:
        return None
    return text.split(",") if name in ("tags", "basket_edges") else text


async def _find(context: Context, given: dict[str, Any]) -> None:
    """Put ids in the place of what people call a storefront or a customer."""
    if given.get("storefront"):
        found = {row.name.casefold(): row for row in await list_storefronts(context)}
        if given["storefront"].casefold() not in found:
            there = ", ".join(row.name for row in found.values()) or "none"
            raise BadUserInput(f'there is no storefront "{given["storefront"]}": there are {there}')
        given["storefront"] = found[given["storefront"].casefold()].global_id
    if given.get("customer"):
        customer = await find_customer(context, {"number": given["customer"]})
        if customer is None:
            raise BadUserInput(f'there is no customer with number "{given["customer"]}"')
        given["customer"] = customer.global_id


def _check_names(report: str, question: Any, given: dict[str, Any], above: tuple[str, ...] = ()) -> None:
    """Refuse what the API does not know: an unknown filter that was passed over would give everybody."""
    known = get_type_hints(question)
    for name, value in given.items():
        path = above if name in UNNAMED else (*above, name)
        if name not in known:
            there = ", ".join(_said(report, (*above, other)) for other in _names(known))
            raise BadUserInput(f"there is no argument `{_said(report, path)}`: there are {there}")
        parts = _with_parts(known[name])
        if isinstance(value, dict) and parts is None:
            raise BadUserInput(f"`{_said(report, path)}` has no parts: write {_said(report, path)}=value")
        if isinstance(value, dict):
            _check_names(report, parts, cast(dict[str, Any], value), path)
        elif isinstance(value, str) and parts is not None:
            there = " or ".join(f"{_said(report, (*path, part))}=…" for part in get_type_hints(parts))
            raise BadUserInput(f"`{_said(report, path)}` has parts: write {there}")


def _names(known: dict[str, Any]) -> Iterator[str]:
    for name, hint in known.items():
        if name == "of":
            yield from _names(get_type_hints(hint))
        elif name not in UNNAMED:
            yield name


def _with_parts(hint: Any) -> Any:
    """The class of an argument that has parts of its own, None for others."""
    return next((kind for kind in (hint, *get_args(hint)) if is_dataclass(kind)), None)


def _said(report: str, path: Sequence[str]) -> str:
    """An argument as the API calls it."""
    ours = {name: theirs for theirs, name in RENAMED.get(report, {}).items()}
    return ".".join(_camel(ours.get(name, name)) for name in path)


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)
