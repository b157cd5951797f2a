"""OFAC's list of specially designated nationals: SDN.CSV, with the aliases and addresses of the files beside it.

Three files without headers, joined on the list's own number: SDN (12 columns), ALT (5), ADD (6). A blank is written
`-0- `. Invariant: a person, vessel or aircraft on the list is kept too, and `party_type` says which it is; ALT and
ADD hold no party of their own and are only read together with SDN.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from ingest.sources import delimited
from ingest.sources.countries import country_code
from ingest.sources.mapped import BATCH_ROWS, batch_of, empty_rows
from ingest.sources.source import CsvShape, TextRows

_SDN_COLUMNS = 12
_ALT_COLUMNS = 5
_ADD_COLUMNS = 6
_ALIAS_KINDS = {"aka": "aka", "nka": "aka", "fka": "former"}
_PREVIEW_ROWS = 20

# Positions in SDN that are kept under these names; number and name stand first.
_KEPT = {
    2: "party_type", 3: "sanctions_programs", 4: "title", 5: "call_sign", 6: "vessel_type", 7: "tonnage",
    8: "gross_registered_tonnage", 9: "vessel_flag", 10: "vessel_owner", 11: "remarks",
}  # fmt: skip


def _cell(cell: str) -> str | None:
    """
    >>> _cell("-0- "), _cell(" CUBA ")
    (None, 'CUBA')
    """
    text = delimited.decoded(cell)[0].strip()
    return None if text in {"", "-0-"} else text


def _columns_of(head: bytes) -> int:
    """How many columns the file has if it is one of the three, else 0."""
    rows = delimited.first_rows(delimited.opened_head(head), ",", _PREVIEW_ROWS)
    widths = {len(row) for row in rows if row not in ([], ["\x1a"])}
    if len(widths) != 1 or not all(row[0].strip().isdigit() for row in rows if len(row) > 1):
        return 0
    width = widths.pop()
    if not any(cell.strip() == "-0-" for row in rows for cell in row):
        return 0
    if width == _ALT_COLUMNS:
        return width if all(row[2].strip().lower() in _ALIAS_KINDS for row in rows if len(row) == width) else 0
    if width == _ADD_COLUMNS:
        return width if all(row[1].strip().isdigit() for row in rows if len(row) == width) else 0
    return width if width == _SDN_COLUMNS else 0


def _beside(path: Path, part: str) -> Path | None:
    """The companion file in the same folder: `sdn.csv` has `alt.csv`, in any case."""
    wanted = path.name.lower().replace("sdn", part)
    return next((other for other in sorted(path.parent.iterdir()) if other.name.lower() == wanted != path.name), None)


def _by_number(path: Path | None) -> dict[str, list[list[str | None]]]:
    groups: dict[str, list[list[str | None]]] = {}
    for row in delimited.rows_of(path, ",") if path else ():
        groups.setdefault(row[0].strip(), []).append([_cell(cell) for cell in row])
    return groups


class SpeciallyDesignated:
    """SDN.CSV as party records of role company, one a number of the list."""

    name = "ofac-sdn"

    def recognises(self, path: Path, head: bytes) -> float:
        """By its columns, since it has no header."""
        named = path.stem.lower() in {"sdn", "alt", "add"}
        return (0.9 if named else 0.7) if _columns_of(head) else 0.0

    def rows(self, path: Path) -> Iterator[TextRows] | CsvShape:
        """One row a party; for ALT and ADD only the reason that they give none."""
        return self._rows(path)

    def _rows(self, path: Path) -> Iterator[TextRows]:
        width = _columns_of(delimited.read_head(path))
        rows = enumerate(delimited.rows_of(path, ","), start=1)
        if width != _SDN_COLUMNS:
            yield empty_rows("party_records", {"read together with sdn.csv": sum(1 for _ in rows)})
            return
        aliases = _by_number(_beside(path, "alt"))
        addresses = _by_number(_beside(path, "add"))
        while some := list(islice(rows, BATCH_ROWS)):
            records = [_record(row, aliases, addresses) for _, row in some]
            problems = {
                at: f"{len(row)} cells where SDN has {_SDN_COLUMNS}"
                for at, (_, row) in enumerate(some)
                if len(row) != _SDN_COLUMNS
            }
            names = dict.fromkeys(name for record in records for name in record)
            columns = {name: [record.get(name) for record in records] for name in names}
            yield TextRows("party_records", batch_of(columns, [number for number, _ in some]), problems=problems)


def _record(
    row: Sequence[str],
    aliases: dict[str, list[list[str | None]]],
    addresses: dict[str, list[list[str | None]]],
) -> dict[str, str | None]:
    cells = [_cell(cell) for cell in row] + [None] * (_SDN_COLUMNS - len(row))
    number = cells[0] or ""
    record: dict[str, str | None] = {
        "record_id": f"OFAC-{number}" if number else None,
        "identifier": f"OFAC-{number}" if number else None,
        "role": "company",
        "name": cells[1],
        **{name: cells[at] for at, name in _KEPT.items()},
    }
    record["party_type"] = cells[2] or "entity"
    known = [alias for alias in aliases.get(number, ()) if len(alias) == _ALT_COLUMNS and alias[3]]
    record["other_names"] = ";".join((alias[3] or "").replace(";", ",") for alias in known) or None
    record["name_kind"] = ";".join(_ALIAS_KINDS.get((alias[2] or "").lower(), "aka") for alias in known) or None
    places = [place for place in addresses.get(number, ()) if len(place) == _ADD_COLUMNS and any(place[2:5])]
    if places:
        first = places[0]
        record |= {"address": first[2], "city": first[3], "country": country_code(first[4] or "")}
        if first[4] and record["country"] is None:
            record["country_as_written"] = first[4]
        record["further_addresses"] = " | ".join(", ".join(filter(None, place[2:5])) for place in places[1:]) or None
    return record
