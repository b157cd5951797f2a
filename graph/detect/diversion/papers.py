"""Do a maker's own papers name the order's country: where the goods were laden, who shipped or exported them?

A lot that is declared as a third country's and was laden in the order's country, shipped from there, or exported by
one of its makers says itself where it comes from. How often honest makers' papers say so (a hub, a group's trading
house) is counted on the lots of all others under orders against that country, and on all that the same carriers bring
from the declared one: a vessel that calls at a port of the order's country lades everybody's goods there.

Invariant: each kind of paper is weighed by itself. Of those that speak of the goods' journey only the most telling
one counts, and of those that name who sells them: an honest plant may sell through its group, but lades where it is.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph.detect.diversion.carriers import Ways
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
    """One kind of paper: `named` of the `lots` that have it name the order's country; `usual` is others' share, or that
    of the same carriers' cargo where that is larger."""

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

    def __init__(
        self, own: Lines, countries: Mapping[int, str], home_makers: Mapping[int, Collection[str]], ways: Ways
    ) -> None:
        self._ways = ways
        self._carrier, self._origin = own.columns["carrier"], own.columns["origin"]
        # An exporter in another country goes by the name, number and city of the maker that it is of.
        stems = {number: frozenset(m[2:] for m in makers) for number, makers in home_makers.items()}
        order = own.columns["order"]
        numbers = sorted(countries)
        self._says: dict[str, npt.NDArray[np.bool_]] = {}
        self._known: dict[str, npt.NDArray[np.bool_]] = {}
        for kind in PAPERS:
            codes, texts = own.codes[kind], own.texts[kind]
            self._known[kind] = codes < len(texts) - 1
            # What is written is read once an order, however many lines have it.
            written = order * len(texts) + codes
            says = np.zeros(int(written.max(initial=-1)) + 1, dtype=np.bool_)
            says[written] = True
            for pair in np.flatnonzero(says).tolist():
                number, text = pair // len(texts), texts[pair % len(texts)]
                says[pair] = text is not None and (
                    text[:2] == countries[number] or (kind == "exporter" and text[2:] in stems[number])
                )
            self._says[kind] = says[written]
        self._any = np.logical_or.reduce(list(self._says.values()))
        self._lot = own.lots
        every = sorted(set(countries.values()))
        place = {country: i for i, country in enumerate(every)}
        of_order = np.array([place[countries[n]] for n in numbers], dtype=np.int64)
        by_country = self._each(of_order[np.searchsorted(numbers, order)], len(every))
        self._counted = {
            (kind, country): (int(known[i]), int(saying[i]))
            for kind, (known, saying) in by_country.items() for i, country in enumerate(every)
        }  # fmt: skip
        self._shares: dict[tuple[str, str], list[float]] = {}
        begins = [int(rows[0]) for rows in own.of.values()]
        maker = np.zeros(len(order), dtype=np.int64)
        maker[begins[1:]] = 1
        for kind, (known, saying) in self._each(np.cumsum(maker), len(begins)).items():
            for i in np.flatnonzero(known >= LEAST_LOTS).tolist():
                country = countries[int(order[begins[i]])]
                self._shares.setdefault((kind, country), []).append(float(saying[i] / known[i]))
        for shares in self._shares.values():
            shares.sort()

    def _each(self, group: Ints, groups: int) -> dict[str, tuple[Ints, Ints]]:
        """By kind of paper, how many lots of each group of lines have it, and how many of them name the country."""
        lots = int(self._lot.max(initial=0)) + 1
        lot, of_line = np.unique(group * lots + self._lot, return_inverse=True)
        of_lot = lot // lots

        def counted(lines: npt.NDArray[np.bool_]) -> Ints:
            there = np.zeros(len(lot), dtype=np.bool_)
            there[of_line[lines]] = True
            return np.bincount(of_lot[there], minlength=groups)

        return {kind: (counted(self._known[kind]), counted(self._says[kind])) for kind in PAPERS}

    def of(self, country: str, rows: Ints) -> tuple[Paper, ...]:
        """The kinds of paper on these lines of a maker that name the order's country for more than one lot."""
        found = []
        for kind in PAPERS:
            if np.count_nonzero(self._says[kind][rows]) < LEAST_LOTS:
                continue
            lots, named = self._count(kind, rows)
            if named < LEAST_LOTS:
                continue
            every, every_named = self._counted[kind, country]
            usual = (every_named - named + 1) / (every - lots + USUAL_LOTS)
            usual = max(usual, self._of_carriers(kind, country, rows, usual))
            bits = max(min(part_bits(lots, named, usual), self._rarity(kind, country, named / lots)), 0.0)
            found.append(Paper(kind, lots, named, usual, bits, rows[self._says[kind][rows]]))
        return tuple(sorted(found, key=lambda paper: -paper.bits))

    def _of_carriers(self, kind: str, country: str, rows: Ints, usual: float) -> float:
        """The share that is usual of all that the carriers of these lines bring from the declared country.

        Own lots count as often as they have lines, at most: what others do with the carrier is not overstated.
        """
        if kind not in OF_THE_GOODS:
            return usual
        rows = rows[self._known[kind][rows]]
        lines = Counter(self._carrier[rows].tolist())
        named = Counter(self._carrier[rows[self._says[kind][rows]]].tolist())
        origin = str(self._origin[rows[0]])
        return sum(
            n * (
                self._ways.usual(kind, carrier, origin, country, share=usual, less=(n, named[carrier]))
                if carrier else usual
            )
            for carrier, n in lines.items()
        ) / sum(lines.values())  # fmt: skip

    def _rarity(self, kind: str, country: str, share: float) -> float:
        """How rare it is, in bits, that so large a share of a maker's lots names the country."""
        shares = self._shares.get((kind, country), [])
        alike = len(shares) - bisect_left(shares, ALIKE * share)
        return float(np.log2((len(shares) + 1) / max(alike, 1)))

    def lines(self, rows: Ints) -> int:
        """How many of these lines have a paper that names the order's country."""
        return int(np.count_nonzero(self._any[rows]))

    def _count(self, kind: str, rows: Ints) -> tuple[int, int]:
        """How many lots have this paper, and how many of them name the order's country."""
        known = len(np.unique(self._lot[rows[self._known[kind][rows]]]))
        return known, len(np.unique(self._lot[rows[self._says[kind][rows]]]))
