"""How things are said and shown: money, days, probabilities, and a shape and colour for each kind.

Invariant: unknown is shown as unknown, never as zero. Colours are Okabe and Ito's, told apart by colour-blind
people; shapes tell the kinds apart in print.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is drawn."""

    colour: str
    shape: str
    sign: str


LOOKS: dict[str, Look] = {
    "importer": Look("#0072B2", "ellipse", "●"),
    "manufacturer": Look("#E69F00", "triangle", "▲"),
    "broker": Look("#CC79A7", "diamond", "◆"),
    "party": Look("#332288", "round-pentagon", "◉"),
    "surety": Look("#8C6BB1", "vee", "▼"),
    "company": Look("#004C75", "octagon", "⬣"),
    "port": Look("#009E73", "rectangle", "■"),
    "foreign_port": Look("#66C2A5", "rectangle", "□"),
    "hts": Look("#56B4E9", "tag", "◗"),
    "country": Look("#7F7F7F", "hexagon", "⬢"),
    "case": Look("#D55E00", "star", "★"),
    "issue": Look("#A6761D", "pentagon", "⬟"),
    "document": Look("#B8A600", "round-rectangle", "▭"),
    "finding": Look("#A50F15", "star", "✸"),
}
_OTHER = Look("#444444", "ellipse", "○")


def look(kind: str) -> Look:
    """The look of a kind; kinds declared later get a plain one."""
    return LOOKS.get(kind, _OTHER)


def same_names(names: Mapping[str, str]) -> set[str]:
    """The ids whose name another id has too: they are told apart by their keys.

    >>> sorted(same_names({"case:A-552-818": "Steel nails", "case:A-570-909": "Steel nails", "port:2704": "Reef"}))
    ['case:A-552-818', 'case:A-570-909']
    """
    listed = list(names.values())
    return {entity_id for entity_id, name in names.items() if listed.count(name) > 1}


def usd(value: float | None) -> str:
    """Money with its unit.

    >>> usd(4_234_567.0), usd(950.5), usd(None)
    ('$4.2 million', '$950', 'unknown')
    """
    if value is None:
        return UNKNOWN
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"${value / size:,.1f} {word}"
    return f"${value:,.0f}"


def in_markdown(text: str) -> str:
    """Text that markdown shows as it is: two dollar signs would make a formula.

    >>> in_markdown("$5 of $7")
    '\\\\$5 of \\\\$7'
    """
    return re.sub(r"([\\$*_`\[\]<>~:#|&!])", r"\\\1", text)


def number(value: float | None) -> str:
    """A count with separators.

    >>> number(12345), number(None)
    ('12,345', 'unknown')
    """
    return UNKNOWN if value is None else f"{value:,.0f}"


def period(first: date | None, last: date | None) -> str:
    """The days of the first and last fact.

    >>> period(date(2023, 1, 5), None)
    '2023-01-05 to unknown'
    """
    if first is None and last is None:
        return UNKNOWN
    return f"{first or UNKNOWN} to {last or UNKNOWN}"


def chance(probability: float, calibration: str) -> str:
    """A probability with the frame that gives it meaning; without calibration it is a rank and no share.

    >>> chance(0.71, "calibrated on simulator v1")
    'About 7 of 10 findings like this were right (calibrated on simulator v1).'
    >>> chance(0.998, "calibrated on simulator v1")
    'More than 9 of 10 findings like this were right (calibrated on simulator v1).'
    >>> chance(0.94, "not yet calibrated")
    'Probability 0.94 (not yet calibrated): good for ranking, not yet a share of findings that were right.'
    """
    if calibration.startswith("not"):
        return (
            f"Probability {probability:.2f} ({calibration}): good for ranking, not yet a share of findings that were "
            "right."
        )
    tenths = round(probability * 10)
    share = "More than 9" if tenths == 10 else "Fewer than 1" if tenths == 0 else f"About {tenths}"
    return f"{share} of 10 findings like this were right ({calibration})."


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A sentence with the names of the entities (by id) after their keys.

    A port's four digits are taken for the port only after the word; a key that has its name already is left alone.

    >>> with_names("importer 12-345678900 at port 2704", {"importer:12-345678900": "Reef", "port:2704": "Los Angeles"})
    'importer 12-345678900 (Reef) at port 2704 (Los Angeles)'
    >>> with_names("importer 12-345678900 (Reef)", {"importer:12-345678900": "Reef"})
    'importer 12-345678900 (Reef)'
    """
    for entity_id, name in names.items():
        kind, _, key = entity_id.partition(":")
        if not name or name == key or key not in text:
            continue
        before = "(?<=port )" if kind == "port" else r"(?<![\w-])"
        bare = rf"{before}{re.escape(key)}(?![\w-])(?! \({re.escape(name)}\))"
        text = re.sub(bare, rf"{key} ({name})".replace("\\", r"\\"), text)
    return text


def standing(status: str) -> str:
    """Whether a document still stands, loud where it does not.

    >>> standing("revoked"), standing("stands")
    ('REVOKED', 'stands')
    """
    return status.upper() if status in ("revoked", "modified") else status


def stands(kind: str, status: str) -> str:
    """The same after a document's date; nothing of what is no ruling and was never changed: it cannot fall.

    >>> stands("ruling", "stands"), stands("memo", "revoked"), stands("lab_report", "stands")
    (' · **stands**', ' · **REVOKED**', '')
    """
    return "" if kind != "ruling" and status == "stands" else f" · **{standing(status)}**"


def words(code: str) -> str:
    """A code as a person reads it.

    >>> words("port_shopping")
    'port shopping'
    """
    return code.replace("_", " ")
