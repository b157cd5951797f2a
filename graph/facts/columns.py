"""How columns of facts are read wherever they are compared: one taxpayer per number, no zero for unknown.

Invariant: each is an Ibis expression, so that an engine works it out and reads only what a step needs.
"""

from collections.abc import Iterable
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa


def taxpayer(number: ir.StringValue) -> ir.StringValue:
    """The taxpayer behind an importer number: the first nine digits of an EIN, else the whole number.

    A blank suffix, `00` and a branch's suffix are one taxpayer (an EIN's shape is NN-NNNNNNN and two more).
    """
    return ibis.ifelse(number[2] == "-", number.substr(0, 10), number)


def taxpayer_of(number: str) -> str:
    """The same for one number.

    >>> taxpayer_of("12-345678901"), taxpayer_of("171204-00123")
    ('12-3456789', '171204-00123')
    """
    return number[:10] if number[2:3] == "-" else number


def surely(condition: ir.BooleanValue) -> ir.BooleanValue:
    """The condition, where not knowing counts as no."""
    return ibis.coalesce(condition, ibis.literal(value=False))


def amount(column: ir.NumericValue) -> ir.FloatingValue:
    """A measured amount for ratios; zero says nothing and becomes unknown."""
    return column.cast("float64").nullif(0.0)


def one_column(name: str, values: "Iterable[str | None] | pa.Array[Any]") -> ir.Table:
    """Texts as a table of one column to join with: an array as it is, of others each once, without blanks."""
    array = values if isinstance(values, pa.Array) else pa.array(sorted({v for v in values if v}), pa.string())
    return ibis.memtable(pa.table({name: array}))
