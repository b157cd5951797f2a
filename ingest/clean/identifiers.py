"""SQL that checks and normalises one identifier, vectorised.

Invariant: for every text, the value is NULL exactly where `graph.model.identifiers` finds neither a spelling
nor a proven repair, and equal to its key elsewhere. The patterns are the same (`graph.model.spelling`); only
the arithmetic of check digits is written a second time, here, and tested against the first.

Speed: a cell that is already in normal form costs one pattern match, and its check digit if it has one.
"""

from dataclasses import dataclass

from graph.model.spelling import FORMS, SCIENTIFIC, SSN, SSN_TOKEN, Check, Form
from graph.model.tables import IdentifierType
from ingest.clean.sql import case, let, literal, matches, rewrite, tidied

_SSN_TOKEN_UPPER = SSN_TOKEN.replace("a-f", "A-F")


@dataclass(frozen=True, slots=True)
class IdentifierSql:
    """Expressions over one cell: its key or NULL, what is wrong with it in words, and the name of a repair."""

    value: str
    complaint: str
    repair: str  # empty for a kind that is never repaired


def identifier_sql(kind: IdentifierType, cell: str, *, ssn_secret: str, damaged: bool = False) -> IdentifierSql:
    """How a cell is cleaned that holds an identifier of this kind.

    `ssn_secret` is an expression for the home's secret; `damaged` says that a spreadsheet held the cell as a
    number, so that a `.0` at its end is none of its digits. `complaint` and `repair` are meant for cells
    without, and with, a value: they do not look whether there is one.
    """
    form = FORMS[kind]
    text = tidied(cell)
    if damaged:
        text = f"regexp_replace({text}, '\\.0+$', '')"
    slow = _from_text("_tidy", form)
    if kind is IdentifierType.IMPORTER_NUMBER:
        slow = case(
            [
                (matches("_tidy", SSN), _token(ssn_secret)),
                (matches("_tidy", _SSN_TOKEN_UPPER), "'SSN-' || lower(substr(_tidy, 5))"),
            ],
            slow,
        )
    value = case(
        [(_is_normal(cell, form), cell), (f"{cell} IS NULL", "NULL")],
        let("_tidy", text, slow),
    )
    complaints = [(matches("_tidy", SCIENTIFIC), literal("written in scientific notation, so that digits are lost"))]
    if kind is IdentifierType.IMPORTER_NUMBER:
        complaints.append((matches("_tidy", SSN), literal("a social security number, and no secret to hide it with")))
    complaints += [(matches("_tidy", pattern), literal(said)) for pattern, said in form.complaints]
    repairs = [(matches("_tidy", repair.pattern), literal(repair.name)) for repair in form.repairs]
    return IdentifierSql(
        value=value,
        complaint=let("_tidy", text, case(complaints, literal(form.expected))),
        repair=let("_tidy", text, case(repairs)) if repairs else "",
    )


def _token(secret: str) -> str:
    return f"'SSN-' || substr(sha256({secret} || replace(_tidy, '-', '')), 1, 12)"


def _from_text(text: str, form: Form) -> str:
    spelled = case((matches(text, spelling.pattern), rewrite(text, spelling.pattern, spelling.key))
                   for spelling in form.spellings)  # fmt: skip
    found = [let("_key", spelled, case([(_is_normal("_key", form), "_key")]))]
    if form.repairs:
        mended = case((matches(text, repair.pattern), rewrite(text, repair.pattern, repair.key))
                      for repair in form.repairs)  # fmt: skip
        found.append(let("_mended", mended, case([(_is_normal("_mended", form), "_mended")])))
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


def _is_normal(text: str, form: Form) -> str:
    normal = matches(text, form.normal)
    if form.check is None:
        return normal
    return f"({case([(normal, _CHECKS[form.check](text))], 'false')})"


def _character(text: str, position: int, values: list[int]) -> str:
    """The value of the character at a position (from 1), `values` being those of 0-9, six signs and A-Z."""
    return f"list_extract({values}, ascii(substr({text}, {position}, 1)) - 47)"


_DIGITS = list(range(10)) + [0] * 7
_ENTRY_VALUES = _DIGITS + [1, 2, 3, 4, 5, 6, 7, 8, 9] * 2 + [2, 3, 4, 5, 6, 7, 8, 9]
_ENTRY_DOUBLED = [value * 2 - 9 * (value > 4) for value in _ENTRY_VALUES]
_CONTAINER_VALUES = _DIGITS + [value for value in range(10, 39) if value % 11]


def _entry_check(text: str) -> str:
    """The sum of weighted characters and the check digit is a multiple of ten."""
    digits = [f"(_number // {10 ** (7 - place)}) % 10" for place in range(8)]  # the last one is the check digit
    # The entry number's positions 4, 6, 8 and 10 are doubled: digits 0, 2, 4 and 6 of its number.
    weighted = [f"({digit}) * 2 - 9 * CAST(({digit}) > 4 AS INTEGER)" if place in (0, 2, 4, 6) else f"({digit})"
                for place, digit in enumerate(digits)]  # fmt: skip
    total = " + ".join(weighted)
    filer = " + ".join(
        _character(text, position, _ENTRY_DOUBLED if position == 2 else _ENTRY_VALUES) for position in (1, 2, 3)
    )
    return f"(({filer} + {let('_number', f'TRY_CAST(substr({text}, 4, 8) AS INTEGER)', total)}) % 10 = 0)"


def _container_check(text: str) -> str:
    """Characters weighted by powers of two, modulo 11, modulo 10, give the last digit."""
    letters = " + ".join(
        _character(text, position, [value * 2 ** (position - 1) for value in _CONTAINER_VALUES])
        for position in range(1, 5)
    )
    digits = " + ".join(f"((_number // {10 ** (6 - place)}) % 10) * {2 ** (place + 4)}" for place in range(6))
    number = f"TRY_CAST(substr({text}, 5, 7) AS INTEGER)"
    return f"({let('_number', number, f'({letters} + {digits}) % 11 % 10 = _number % 10')})"


_CHECKS = {Check.ENTRY: _entry_check, Check.CONTAINER: _container_check}
