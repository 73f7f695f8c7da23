"""Cells that have a type, as the text that they would have in a CSV file."""

import math
from datetime import date, datetime
from decimal import Decimal


def text_of(value: object, digits: int = 15) -> str:
    """A cell as the text it would have in a CSV file: whole numbers without a point, nothing for what is missing.

    Floating numbers are shown with the decimal digits that they hold reliably, as a spreadsheet shows them.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return f"{Decimal(f'{value:.{digits}g}'):f}" if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)
