"""A simulated world while it is being made: lots, their lines, what was done with them, and the truth.

A lot is goods under one bill of lading from one maker to one importer. Invariant: lots are named by their
position, which never changes; planting appends lots and writes no numbers. Numbers of entries, bills and
actions are given when all lots are there, in order of date, so that they tell nothing of what is planted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ingest.simulator.parties import Parties
from ingest.simulator.reference import Array, Reference

Columns = dict[str, Array]
Label = Literal["positive", "hard_negative"]
CONTAINERS_PER_LOT = 4

SEA, RAIL, TRUCK, AIR, BREAKBULK = 11, 20, 30, 40, 10  # mode of transport, CBP codes

ACTION_KINDS = (
    "exam", "document_review", "hold", "detention", "refusal", "seizure", "reexport", "penalty", "sample", "audit",
    "site_visit",
)  # fmt: skip
RESULTS = ("compliant", "discrepant", "released", "refused", "seized", "pending")
ADVERSE_RESULTS = (RESULTS.index("discrepant"), RESULTS.index("refused"), RESULTS.index("seized"))
AREAS = (
    "classification", "value", "quantity", "origin", "marking", "ipr", "adcvd", "quota_visa", "spi", "documents",
    "safety", "other",
)  # fmt: skip
TARGETING = ("random", "criteria", "local", "national")


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a world is. `planting` multiplies the number of schemes of each family."""

    importers: int
    makers: int
    brokers: int
    lots: int
    months: int
    planting: int
    issues: int
    rulings: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's word for a link between two importers, learned on a day."""

    subject: int
    relation: str
    object: int
    status: str
    valid_from: int
    known_at: int
    source: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A party's own word that something on its record has changed: cells of the record, from that day."""

    role: Literal["importer", "manufacturer"]
    party: int
    filed_on: int
    changes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A pattern planted on purpose, or a look-alike: the lots in it and the parties behind it."""

    family: str
    kind: str
    label: Label
    controller: int
    importers: tuple[int, ...]
    makers: tuple[int, ...]
    lots: tuple[int, ...]
    began_on: int
    ended_on: int
    duty_evaded_usd: float


@dataclass(slots=True)
class World:
    """Everything that the tables are written from. Days are days since 1970."""

    seed: int
    scale: Scale
    reference: Reference
    parties: Parties
    begin: int
    end: int
    lots: Columns
    lines: Columns
    actions: Columns
    exam_rate: Array  # by port
    closures: tuple[tuple[int, int, int], ...]  # port, first day, last day
    moved_on: Array  # by importer: the day its goods moved to other ports for good, 0 for never
    claims: list[Claim] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)


def rows_of(columns: Columns) -> int:
    """How many rows the columns have."""
    return len(next(iter(columns.values())))


def take(columns: Columns, rows: Array) -> Columns:
    """The named rows, in that order."""
    return {name: values[rows] for name, values in columns.items()}


def append(columns: Columns, more: Columns) -> Columns:
    """The rows of both; the types are those of the first."""
    return {
        name: np.concatenate([values, more[name].astype(values.dtype, copy=False)]) for name, values in columns.items()
    }
