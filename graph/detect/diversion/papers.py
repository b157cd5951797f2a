"""Do a maker's own papers name the order's country: where the goods were laden, who shipped or exported them?

A lot that is declared as a third country's and was laden in the order's country, shipped from there, or exported by
one of its makers says itself where it comes from. How often honest makers' papers say so (a hub, a group's trading
house) is counted on the lots of all others under orders against that country.

Invariant: each kind of paper is weighed by itself. Of those that speak of the goods' journey only the most telling
one counts, and of those that name who sells them: an honest plant may sell through its group, but lades where it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.detect.diversion.part import part_bits
from graph.detect.diversion.trade import PAPERS, Ints, Lines

# What each paper says.
SAYINGS = {
    "laden_in": "bills say that they were laden in",
    "shipped_from": "bills name a shipper in",
    "exporter": "entries name an exporter of",
    "exported_from": "entries say that they were exported from",
}
OF_THE_GOODS = ("laden_in", "exported_from")
BILLS_SAY = ("laden_in", "shipped_from")
# One lot by itself came a roundabout way, or its paper has a slip.
LEAST_LOTS = 2
# A share is never taken for rarer than one in so many lots: papers have slips too.
USUAL_LOTS = 200.0
# Makers whose papers name the country on at least this part of the share have the habit too.
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of paper: `named` of the `lots` that have it name the order's country; `usual` is others' share."""

    kind: str
    lots: int
    named: int
    usual: float
    bits: float
    rows: Ints  # positions of the lines that do


class Papers:
    """What the papers of all candidates' lines say, counted once by the orders' countries.

    `countries` are the orders' countries and `home_makers` the makers there that ship the goods, by order.
    """

    def __init__(self, own: Lines, countries: Mapping[int, str], home_makers: Mapping[int, Collection[str]]) -> None:
        # An exporter in another country goes by the name, number and city of the maker that it is of.
        stems = {number: frozenset(m[2:] for m in makers) for number, makers in home_makers.items()}
        order = own.columns["order"].tolist()
        self._country = np.array([countries[number] for number in order], dtype=object)
        self._says: dict[str, npt.NDArray[np.bool_]] = {}
        self._known: dict[str, npt.NDArray[np.bool_]] = {}
        for kind in PAPERS:
            written = own.columns[kind]
            self._known[kind] = np.array([value is not None for value in written], dtype=np.bool_)
            self._says[kind] = np.array(
                [
                    value is not None and (value[:2] == country or (kind == "exporter" and value[2:] in stems[number]))
                    for value, country, number in zip(written, self._country, order, strict=True)
                ],
                dtype=np.bool_,
            )
        named = zip(own.columns["bill"], own.columns["entry_number"], strict=True)
        numbers: dict[Any, int] = {}
        self._lot = np.array([numbers.setdefault(bill or entry, len(numbers)) for bill, entry in named], dtype=np.int64)
        self._counted = {
            (kind, country): self._count(kind, np.flatnonzero(self._country == country))
            for kind in PAPERS for country in sorted(set(countries.values()))
        }  # fmt: skip
        self._shares: dict[tuple[str, str], list[float]] = {}
        for rows in own.of.values():
            for kind in PAPERS:
                known, saying = self._count(kind, rows)
                if known >= LEAST_LOTS:
                    self._shares.setdefault((kind, str(self._country[rows[0]])), []).append(saying / known)

    def of(self, country: str, rows: Ints) -> tuple[Paper, ...]:
        """The kinds of paper on these lines of a maker that name the order's country for more than one lot."""
        found = []
        for kind in PAPERS:
            lots, named = self._count(kind, rows)
            if named < LEAST_LOTS:
                continue
            every, every_named = self._counted[kind, country]
            usual = (every_named - named + 1) / (every - lots + USUAL_LOTS)
            bits = max(min(part_bits(lots, named, usual), self._rarity(kind, country, named / lots)), 0.0)
            found.append(Paper(kind, lots, named, usual, bits, rows[self._says[kind][rows]]))
        return tuple(sorted(found, key=lambda paper: -paper.bits))

    def _rarity(self, kind: str, country: str, share: float) -> float:
        """How rare it is, in bits, that so large a share of a maker's lots names the country."""
        shares = self._shares.get((kind, country), [])
        alike = sum(other >= ALIKE * share for other in shares)
        return float(np.log2((len(shares) + 1) / max(alike, 1)))

    def lines(self, rows: Ints) -> int:
        """How many of these lines have a paper that names the order's country."""
        return int(np.logical_or.reduce([says[rows] for says in self._says.values()]).sum())

    def _count(self, kind: str, rows: Ints) -> tuple[int, int]:
        """How many lots have this paper, and how many of them name the order's country."""
        known = len(np.unique(self._lot[rows[self._known[kind][rows]]]))
        return known, len(np.unique(self._lot[rows[self._says[kind][rows]]]))
