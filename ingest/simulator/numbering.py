"""The numbers that papers carry: entries, bills, containers and seals, given when all lots are there.

Invariant: numbers follow the calendar and the filer's own sequence, for planted lots as for all others.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.simulator.reference import Array
from ingest.simulator.streams import stream
from ingest.simulator.world import AIR, RAIL, TRUCK, World

_LETTER_VALUE = np.zeros(128, dtype=np.int64)
_LETTER_VALUE[ord("A") : ord("Z") + 1] = [*range(1, 10), *range(1, 10), *range(2, 10)]
_LETTER_VALUE[ord("0") : ord("9") + 1] = np.arange(10)
# ISO 6346: A is 10, and the multiples of 11 are left out.
_CONTAINER_VALUE = np.zeros(128, dtype=np.int64)
_CONTAINER_VALUE[ord("0") : ord("9") + 1] = np.arange(10)
_CONTAINER_VALUE[ord("A") : ord("Z") + 1] = [number for number in range(10, 39) if number % 11]
_BILL_PRIME = 999_999_937
_SEAL_LETTERS = "BCFHKLMNPRSTVXYZ"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Entries in order of date, the lot of each, and each lot's numbers as text."""

    entry_lot: Array
    entry_second: Array  # whether it is the second entry of its lot
    entry_number: pa.StringArray
    first_entry: Array  # by lot: position of its first entry, -1 for none
    second_entry: Array
    entered: Array  # by lot: day of entry
    known: Array  # by lot: day on which the entry became known
    bill_number: pa.StringArray  # by lot
    master_bill_number: pa.StringArray  # by lot, null where the bill is no house bill
    scac: pa.StringArray  # by lot: who issued the bill
    carrier: pa.StringArray  # by lot: who carried it
    container: list[pa.StringArray]  # by place in the lot, then by lot
    seal: list[pa.StringArray]

    def entries_of(self, lot: int) -> list[str]:
        """The entry numbers of a lot; none where no entry was filed."""
        places = (int(self.first_entry[lot]), int(self.second_entry[lot]))
        return [self.entry_number[place].as_py() for place in places if place >= 0]


def give_numbers(world: World) -> Numbers:
    """Number everything that has happened by the world's last day."""
    rng = stream(world.seed, "numbers")
    lots, services = world.lots, world.parties.services
    count = len(lots["importer"])
    entered = lots["arrived"] + lots["entry_lag"]
    known = entered + lots["known_lag"]
    filed = lots["has_entry"] & (known <= world.end)
    two = np.zeros(count, dtype=np.bool_)
    two[world.lines["lot"][world.lines["second"]]] = True
    entry_lot = np.concatenate([np.flatnonzero(filed), np.flatnonzero(filed & two)])
    entry_second = np.arange(len(entry_lot)) >= filed.sum()
    order = np.lexsort((entry_second, lots["serial"][entry_lot], entered[entry_lot]))
    entry_lot, entry_second = entry_lot[order], entry_second[order]
    first_entry, second_entry = np.full(count, -1), np.full(count, -1)
    first_entry[entry_lot[~entry_second]] = np.flatnonzero(~entry_second)
    second_entry[entry_lot[entry_second]] = np.flatnonzero(entry_second)
    rank = np.empty(count, dtype=np.int64)
    rank[np.lexsort((lots["serial"], lots["arrived"]))] = np.arange(count)
    forwarded = lots["forwarder"] >= 0
    carrier = _carrier(world)
    issuers = np.array([*services.carriers, *services.truckers, *services.airlines, *services.forwarders])
    base = len(issuers) - len(services.forwarders)
    issuer = np.where(forwarded, base + lots["forwarder"], carrier)
    master = text(_letters(issuers[carrier]), _digits((rank * 104_729 + 777) % _BILL_PRIME, 9))
    boxes = [_containers(services.owners, lots["container"][:, place]) for place in range(lots["container"].shape[1])]
    return Numbers(
        entry_lot=entry_lot,
        entry_second=entry_second,
        entry_number=_entry_numbers(rng, np.array(services.filers), lots["filer"][entry_lot]),
        first_entry=first_entry,
        second_entry=second_entry,
        entered=entered,
        known=known,
        bill_number=text(_letters(issuers[issuer]), _digits((rank * 611_953 + 12_345) % _BILL_PRIME, 9)),
        master_bill_number=nulled(master, ~forwarded),
        scac=text(_letters(issuers[issuer])),
        carrier=text(_letters(issuers[carrier])),
        container=boxes,
        seal=[_seals(lots["seal"][:, place]) for place in range(lots["seal"].shape[1])],
    )


def text(*parts: Array) -> pa.StringArray:
    """Texts of one width from matrices of characters, put side by side."""
    matrix = np.ascontiguousarray(np.concatenate(parts, axis=1))
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets.data), pa.py_buffer(matrix.data))


def taken(values: Any, positions: Array, missing: Array | None = None) -> Any:
    """The Arrow values at the positions; nothing where `missing` is true."""
    return values.take(pa.array(positions.astype(np.int64, copy=False), pa.int64(), mask=missing))


def nulled(values: pa.StringArray, missing: Array) -> pa.StringArray:
    """The same texts, with nothing where `missing` is true."""
    texts: pa.StringArray = taken(values, np.arange(len(values)), missing)
    return texts


def _letters(values: Array) -> Array:
    width = values.dtype.itemsize // 4
    return np.ascontiguousarray(values).view(np.uint32).reshape(len(values), width).astype(np.uint8)


def _digits(values: Array, width: int) -> Array:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (values[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def _entry_numbers(rng: np.random.Generator, filers: Array, filer: Array) -> pa.StringArray:
    """Each filer counts upwards with gaps, from a start of its own; the check digit closes the number."""
    gaps = rng.integers(1, 4, len(filer))
    order = np.argsort(filer, kind="stable")
    running = np.cumsum(gaps[order])
    begins = np.searchsorted(filer[order], np.arange(len(filers)))
    before = np.where(begins > 0, running[np.minimum(begins, len(running)) - 1], 0)
    start = rng.integers(10_000, 4_000_000, len(filers))
    serial = np.empty(len(filer), dtype=np.int64)
    serial[order] = running - before[filer[order]] + start[filer[order]]
    body = np.concatenate([_letters(filers[filer]), _digits(serial % 10_000_000, 7)], axis=1)
    values = _LETTER_VALUE[body]
    values[:, 1::2] = np.where(values[:, 1::2] > 4, values[:, 1::2] * 2 - 9, values[:, 1::2] * 2)
    check = (-values.sum(axis=1)) % 10
    return text(body, _digits(check, 1))


def _containers(owners: tuple[str, ...], identity: Array) -> pa.StringArray:
    """Owner code, six digits and the check digit of ISO 6346; null where there is no container."""
    known = np.maximum(identity, 0).astype(np.int64)
    body = np.concatenate([_letters(np.array(owners)[known // 1_000_000]), _digits(known % 1_000_000, 6)], axis=1)
    check = (_CONTAINER_VALUE[body] * (2 ** np.arange(10))).sum(axis=1) % 11 % 10
    return nulled(text(body, _digits(check, 1)), identity < 0)


def _seals(identity: Array) -> pa.StringArray:
    known = np.maximum(identity, 0).astype(np.int64)
    letters = np.array(list(_SEAL_LETTERS))
    return nulled(
        text(_letters(letters[known % 16]), _letters(letters[known // 16 % 16]), _digits(known // 256 % 10_000_000, 7)),
        identity < 0,
    )


def _carrier(world: World) -> Array:
    """The position of who carries a lot, among carriers, truckers and airlines."""
    lots, services = world.lots, world.parties.services
    draw = lots["carrier"].astype(np.int64)
    ships, trucks = len(services.carriers), len(services.truckers)
    return np.select(
        [np.isin(lots["mode"], (TRUCK, RAIL)), lots["mode"] == AIR],
        [ships + draw % trucks, ships + trucks + draw % len(services.airlines)],
        draw % ships,
    )
