"""SQL that makes social security numbers unreadable in any text before it is stored.

Invariant: agrees with `graph.model.identifiers.mask_ssn` on every text.
"""

from graph.model.identifiers import LABELLED_SSN_IN_TEXT, MASKED_SSN, SSN_IN_TEXT
from ingest.clean.sql import literal

_SUSPECT = f"{SSN_IN_TEXT}|(?i:ss[n#]|social security)"
_BOUNDED = f"(^|[^0-9]){SSN_IN_TEXT}($|[^0-9])"


def mask_sql(text: str) -> str:
    """An expression for the text with its social security numbers masked; NULL stays NULL.

    RE2 has no look-around, so a match takes the character after it along; the second pass finds a number
    that began with that character.

    >>> import duckdb
    >>> duckdb.sql("SELECT " + mask_sql("'551-23-4567 551-23-4568'")).fetchall()
    [('***-**-**** ***-**-****',)]
    """
    masked = text
    for pattern, template in (
        (_BOUNDED, rf"\1{MASKED_SSN}\2"),
        (_BOUNDED, rf"\1{MASKED_SSN}\2"),
        (LABELLED_SSN_IN_TEXT, rf"\1{MASKED_SSN}"),
    ):
        masked = f"regexp_replace({masked}, {literal(pattern)}, {literal(template)}, 'g')"
    return f"CASE WHEN {suspect_sql(text)} THEN {masked} ELSE {text} END"


def suspect_sql(text: str) -> str:
    """Whether a text may hold a social security number: one quick look that spares most texts the rest."""
    return f"regexp_matches({text}, {literal(_SUSPECT)})"
