"""Lots put into entries, with the numbers that entries and containers have."""

from dataclasses import dataclass

import numpy as np

from tests.worlds import goods
from tests.worlds.reentries import Act
from tests.worlds.trade import GOODS, Lots, World


@dataclass(slots=True)
class Entries:
    """Lots put into entries: for each lot its entry, its line, and whether it got one at all."""

    of_lot: np.ndarray
    line: np.ndarray
    number: np.ndarray  # of each entry
    day: np.ndarray  # of import, of each entry
    filed: np.ndarray  # day of entry
    loaded: np.ndarray
    ocean: np.ndarray
    mode: np.ndarray
    bill: np.ndarray
    scac: np.ndarray
    container: np.ndarray
    head: np.ndarray  # the lot whose relation the entry's papers follow
    lost: np.ndarray  # lots without an entry line


_VALUES = {c: 1 + i % 9 for i, c in enumerate("ABCDEFGHIJKLMNOPQR")} | {c: 2 + i for i, c in enumerate("STUVWXYZ")}
_ISO = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [v for v in range(10, 39) if v % 11], strict=True))


def entry_numbers(filers: list[str], of: np.ndarray, serial: np.ndarray) -> np.ndarray:
    """Filer, seven digits and the check digit (ABI CATAIR, entry summary, table 1), for many at once."""
    signs = np.array([[int(c) if c.isdigit() else _VALUES[c] for c in filer] for filer in filers])[of]
    digits = np.concatenate([signs, serial[:, None] // 10 ** np.arange(6, -1, -1) % 10], axis=1)
    digits[:, 1::2] = np.where(digits[:, 1::2] > 4, digits[:, 1::2] * 2 - 9, digits[:, 1::2] * 2)
    check = -digits.sum(axis=1) % 10
    return np.array([f"{filers[f]}{s:07d}{c}" for f, s, c in zip(of, serial, check, strict=True)], dtype=object)


def container_numbers(rng: np.random.Generator, count: int) -> np.ndarray:
    """Owner, serial number and check digit (ISO 6346)."""
    owners, serial = rng.integers(0, len(goods.CONTAINER_OWNERS), count), rng.integers(0, 10**6, count)
    letters = np.array([sum(_ISO[c] * 2**i for i, c in enumerate(owner)) for owner in goods.CONTAINER_OWNERS])
    digits = serial[:, None] // 10 ** np.arange(5, -1, -1) % 10
    check = (letters[owners] + (digits * 2 ** np.arange(4, 10)).sum(axis=1)) % 11 % 10
    rows = zip(owners.tolist(), serial.tolist(), check.tolist(), strict=True)
    return np.array([f"{goods.CONTAINER_OWNERS[o]}{s:06d}{c}" for o, s, c in rows], dtype=object)


def into_entries(
    world: World, lots: Lots, acts: list[Act], same_box: list[tuple[int, int]], laden: dict[int, int]
) -> Entries:
    """Lots of one importer, port and origin that come within days are lines of one entry, where the style has such.

    `laden` gives lots whose day of lading is known already: each begins an entry.
    """
    rng, style, n = world.rng, world.style, len(lots.day)
    relations = world.relations
    places = {key: i for i, key in enumerate(dict.fromkeys(r.importer.key for r in relations))}
    importer = np.array([places[r.importer.key] for r in relations])[lots.relation]
    origins = {c: i for i, c in enumerate(dict.fromkeys(r.origin for r in relations))}
    origin = np.array([origins[r.origin] for r in relations])[lots.relation]
    lost = np.zeros(n, dtype=bool)
    lost[[a.lot for a in acts if a.lost]] = True
    again = np.zeros(n, dtype=bool)
    again[list(laden)] = True
    order = np.lexsort((lots.day, lots.port, origin, importer))
    head = np.ones(n, dtype=bool)
    if not style.one_line_entries:
        a, b = order[:-1], order[1:]
        same = (importer[a] == importer[b]) & (origin[a] == origin[b]) & (lots.port[a] == lots.port[b])
        near = (lots.day[b] - lots.day[a] <= 3) & (rng.random(n - 1) < 0.75)
        head[1:] = ~(same & near & ~lost[a] & ~lost[b] & ~again[b])
    run = np.cumsum(head) - 1
    first = np.flatnonzero(head)
    rank = np.empty(len(first), dtype=int)
    by_day = np.argsort(lots.day[order[first]], kind="stable")
    rank[by_day] = np.arange(len(first))
    of_lot = np.empty(n, dtype=int)
    of_lot[order] = rank[run]
    line = np.empty(n, dtype=int)
    line[order] = np.arange(n) - first[run] + 1
    heads = order[first][by_day]
    count = len(heads)
    day = lots.day[heads]
    head_relation = lots.relation[heads]
    filer = np.array([r.filer for r in relations])[head_relation]
    slip = rng.random(count) < 0.02
    filer[slip] = rng.integers(0, len(world.filers), int(slip.sum()))
    serial = np.empty(count, dtype=int)
    for f in range(len(world.filers)):
        mine = np.flatnonzero(filer == f)
        serial[mine] = int(rng.integers(10**5, 8 * 10**6)) + np.cumsum(rng.integers(1, 9, len(mine)))
    mode = np.full(count, "11", dtype=object)
    near_by = np.array([r.origin in ("MX", "CA") for r in relations])[head_relation]
    light = np.array([GOODS[r.good].hts[:4] in ("8517", "8471", "9018", "8504") for r in relations])[head_relation]
    mode[near_by & (rng.random(count) < 0.75)] = "30"
    mode[light & (rng.random(count) < 0.45)] = "40"
    ocean = mode == "11"
    scac = np.array(goods.SCACS, dtype=object)[rng.integers(0, len(goods.SCACS), count)]
    serials = rng.permutation(np.cumsum(rng.integers(1, 40, count))) + 10**6
    bill = np.array([f"{s}{b:07d}" for s, b in zip(scac, serials, strict=True)], dtype=object)
    boxes = container_numbers(rng, max(200, count // 3))
    container = boxes[rng.integers(0, len(boxes), count)]
    for lot, other in same_box:
        container[of_lot[lot]] = container[of_lot[other]]
    filed = np.minimum(world.days - 1, day + rng.integers(0, 7, count))
    loaded = day - rng.integers(*style.transit_days, count)
    loaded[of_lot[list(laden)]] = list(laden.values())
    lost &= ocean[of_lot]
    return Entries(
        of_lot,
        line,
        entry_numbers(world.filers, filer, serial),
        day,
        filed,
        loaded,
        ocean,
        mode,
        bill,
        scac,
        container,
        heads,
        lost,
    )
