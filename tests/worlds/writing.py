"""How anything is written down in these worlds: tables with cells missing, and names in several spellings.

Invariant: cells go missing by table and column alone; which lot or firm belongs to a scheme plays no part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from tests.worlds.firms import Firm
from tests.worlds.trade import World

Cells = Sequence[object] | np.ndarray | pa.Array


@dataclass(slots=True)
class Writer:
    """Makes tables of columns, taking cells away as the style says."""

    world: World

    def days(self, days: Cells) -> pa.Array:
        """Days of the world as dates."""
        epoch = (self.world.style.first_day - date(1970, 1, 1)).days
        found = [None if d is None else int(d) + epoch for d in days]  # type: ignore[call-overload]
        return pa.array(found, pa.int32()).cast(pa.date32())

    def table(self, columns: dict[str, Cells], *, keep: str, core: str = "", known: Cells | None = None) -> pa.Table:
        """`keep` never go missing, `core` seldom."""
        rng, share = self.world.rng, self.world.style.missing_share
        kept, seldom = set(keep.split()), set(core.split())
        made = {}
        for name, cells in columns.items():
            array = cells if isinstance(cells, pa.Array) else pa.array(list(cells))
            odds = share * (0.3 if name in seldom else float(rng.uniform(0.6, 1.4)))
            if name not in kept:
                gone = rng.random(len(array)) < odds
                array = pa.compute.if_else(pa.array(~gone), array, pa.scalar(None, array.type))
            made[name] = array
        if known is not None and self.world.style.tells_known_at:
            made["known_at"] = self.days([min(int(d), self.world.days) for d in known])
        return pa.table(made)


class Spellings:
    """A few ways in which each firm's name and address stand on papers, drawn once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, list[str]] = {}

    def names(self, firms: Sequence[Firm]) -> list[str]:
        """A spelling of each."""
        for firm in firms:
            if firm.key not in self._known:
                others = [self._world.firms.as_written(firm.name) for _ in range(4)]
                self._known[firm.key] = [firm.name.upper(), *others]
        which = self._world.rng.integers(0, 5, len(firms)).tolist()
        return [self._known[firm.key][at] for firm, at in zip(firms, which, strict=True)]


def address(firm: Firm) -> str:
    return f"{firm.address}, {firm.city}{' ' + firm.region if firm.region else ''}".upper()


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return sum((i + 3) * ord(c) for i, c in enumerate(text))
