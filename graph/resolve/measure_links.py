"""How good the links of names in documents to parties are, on names of which it is known whom they mean.

Invariant: names are linked by `graph.resolve.named`, as those of documents are, before any answer is looked at; a name
of nobody on file that is linked counts as wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.model.errors import Invalid
from graph.resolve.measure import csv_rows
from graph.resolve.named import Candidate, PartyNames

MENTIONS, PARTIES = "mentions.csv", "parties.csv"


@dataclass(frozen=True, slots=True)
class MarkedName:
    """A name as a document writes it, the party that it means (empty: nobody on file), and of what family it is."""

    name: str
    party: str
    family: str = ""


def measure_links(
    path: Path, known: Iterable[tuple[str, str]] = (), party_of: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Link the names of `mentions.csv` (name, party, perhaps family) and compare with the parties that it gives.

    `path` is that file, or a folder with it. Names are linked to the parties of `parties.csv` (party, name) beside it,
    else to those `known`, each name with its party; a mention's party is then any key of `party_of`.
    """
    if brings_parties(path):
        known = [(row["name"], row["party"]) for row in csv_rows(_parties(path), "party", "name")]
        party_of = {party: party for _, party in known}
    return judge_links(PartyNames(known), _marked(path / MENTIONS if path.is_dir() else path, party_of or {}))


def brings_parties(path: Path) -> bool:
    """Whether the parties stand beside the mentions, so that no home is needed."""
    return _parties(path).is_file()


def _parties(path: Path) -> Path:
    return (path if path.is_dir() else path.parent) / PARTIES


def judge_links(names: PartyNames, mentions: Sequence[MarkedName]) -> dict[str, Any]:
    """The measures of all mentions, and under `families` those of each family where there are any."""
    meant = names.meant([one.name for one in mentions])
    families: dict[str, list[MarkedName]] = {}
    for one in mentions:
        families.setdefault(one.family, []).append(one)
    measured = _judged(mentions, meant)
    if set(families) != {""}:
        measured["families"] = {family: _judged(some, meant) for family, some in sorted(families.items())}
    return measured


def _judged(mentions: Sequence[MarkedName], meant: Mapping[str, Sequence[Candidate]]) -> dict[str, Any]:
    linked = [one for one in mentions if _is_linked(meant[one.name])]
    right = sum(meant[one.name][0].party == one.party for one in linked)
    on_file = sum(bool(one.party) for one in mentions)
    by_itself = sum(bool(one.party) for one in linked)
    rest = [one for one in mentions if one.party and not _is_linked(meant[one.name])]
    first = sum([c.party for c in meant[one.name][:1]] == [one.party] for one in rest)
    claimed = sum(one.party in [c.party for c in meant[one.name]] for one in rest)
    return {
        "n": len(mentions),
        "of_nobody": len(mentions) - on_file,
        "linked": len(linked),
        "wrong": len(linked) - right,
        "of_nobody_linked": len(linked) - by_itself,
        "precision": _share(right, len(linked)),
        "coverage": _share(by_itself, on_file),
        "rest": len(rest),
        "rest_top_1": _share(first, len(rest)),
        "rest_claimed": _share(claimed, len(rest)),
    }


def _is_linked(candidates: Sequence[Candidate]) -> bool:
    return bool(candidates) and candidates[0].certain


def _marked(file: Path, party_of: Mapping[str, str]) -> list[MarkedName]:
    marked = []
    for number, row in enumerate(csv_rows(file, "name", "party"), 2):
        party = (row["party"] or "").strip()
        if party and party not in party_of:
            raise Invalid(
                f"Line {number} of {file} names a party that is not on file.", thing=str(file), value=party,
                next_step="Give a party or record of the home or of parties.csv (party, name) beside the file; nothing "
                "for nobody on file.",
            )  # fmt: skip
        marked.append(MarkedName(row["name"], party_of.get(party, ""), row.get("family") or ""))
    if not marked:
        raise Invalid(f"{file} marks no name.", thing=str(file), next_step="Write lines `name,party`.")
    return marked


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
