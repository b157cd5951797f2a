"""Cells of facts as they go over the wire."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

from api.schemas import Cell, Row


def cell(value: Any) -> Cell:  # whatever a column holds
    """A fact's value in JSON's types: days as ISO text, money and amounts as numbers.

    >>> cell(date(2024, 3, 1)), cell(Decimal("12.50")), cell(["a"])
    ('2024-03-01', 12.5, ['a'])
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return str(value)


def row(values: dict[str, Any]) -> Row:
    """A row of facts in JSON's types."""
    return {name: cell(value) for name, value in values.items()}
