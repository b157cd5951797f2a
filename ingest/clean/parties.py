"""SQL that cleans the numbers parties go by where no column says which kind of number it is.

Invariant: a number that another table holds under an identifier column comes out with the same key here, and
no social security number comes out at all.
"""

from graph.model.spelling import FORMS, SSN, SSN_TOKEN
from graph.model.tables import IdentifierType
from ingest.clean.identifiers import identifier_sql
from ingest.clean.masking import mask_sql
from ingest.clean.sql import case, let, matches, tidied, trimmed

# Without its hyphen an importer number could be any register's number, and stays as it is written.
_TELLING_IMPORTER_NUMBER = f"[0-9]{{2}}-[0-9]{{7}}-?(?:[0-9A-Z]{{2}})?|[0-9]{{6}}-[0-9]{{5}}|{SSN}|{SSN_TOKEN.upper()}"
_NAMED_KIND = {
    "importer": IdentifierType.IMPORTER_NUMBER,
    "consignee": IdentifierType.IMPORTER_NUMBER,
    "manufacturer": IdentifierType.MANUFACTURER_ID,
    "exporter": IdentifierType.MANUFACTURER_ID,
    "broker": IdentifierType.FILER,
    "surety": IdentifierType.SURETY,
}
_REFERENCE = r"\s*([A-Za-z_]+)\s*:\s*(.*\S)\s*"


def number_sql(cell: str, *, ssn_secret: str) -> str:
    """The number of a party of any role: brought to its key where its shape tells its kind, else as written."""
    importer = identifier_sql(IdentifierType.IMPORTER_NUMBER, "_number", ssn_secret=ssn_secret).value
    telling = [
        (matches("_number", _TELLING_IMPORTER_NUMBER), importer),
        (matches("_number", FORMS[IdentifierType.MANUFACTURER_ID].normal), "_number"),
    ]
    as_written = let("_text", trimmed(cell), mask_sql("_text"))
    return let("_number", tidied(cell), case(telling, as_written))


def reference_sql(cell: str, *, ssn_secret: str) -> str:
    """A party as `role:number`, the role in small letters; NULL for what is none, or no number of that role."""
    by_role = [
        (
            f"_role IN ({', '.join(repr(role) for role, named in _NAMED_KIND.items() if named is kind)})",
            identifier_sql(kind, "_named", ssn_secret=ssn_secret).value,
        )
        for kind in dict.fromkeys(_NAMED_KIND.values())
    ]
    other = let("_text", trimmed("_named"), mask_sql("_text"))
    number = let("_named", f"regexp_extract({cell}, '{_REFERENCE}', 2)", case(by_role, other))
    reference = let("_role", f"lower(regexp_extract({cell}, '{_REFERENCE}', 1))", f"_role || ':' || ({number})")
    return case([(matches(cell, _REFERENCE), reference)])
