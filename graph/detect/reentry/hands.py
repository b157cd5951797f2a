"""One hand behind several importers: who brings the stopped goods of all of them back to one port.

A broker that makes a business of it re-enters the lots of several importers at a port that looks less; none of them
need know of the others. What their returns share (the filer, the party to be notified, the buyer, what the importers
have on file) is counted among all importers that enter goods at that port: that several of the few whose goods seem to
have come back there share a filer that one in fifty uses is no chance, that they share one that files for nearly
everybody is.

Invariant: what is common among the importers of a port joins nobody, and neither do a maker or a heading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy.stats import binom

from graph.detect.reentry.bill_names import plain_name
from graph.detect.reentry.candidates import WINDOW_DAYS
from graph.facts.columns import one_column, taxpayer
from graph.facts.store import FactStore
from graph.model.finding import Evidence, InnocentExplanation, RecordRef

# That so many share it by chance must be less likely than this, counted once for all that is shared at any port.
CHANCE = 0.01
# Two that share a buyer or an address are soon met; a business is made of more.
LEAST_IMPORTERS = 3
# A hand brings goods back in a stretch of time: returns further apart than this are no one pattern.
MOST_DAYS_APART = WINDOW_DAYS
# What joins importers on file: a kind, and the column of their records that holds it.
_CONTACTS = (("phone", "phone"), ("e-mail", "email"), ("address", "address"))
FILER, NOTIFIED, BUYER = "filer", "party to be notified", "buyer"
_KINDS = frozenset((FILER, NOTIFIED, BUYER, *(kind for kind, _ in _CONTACTS)))


@dataclass(frozen=True, slots=True)
class Came:
    """A lot that seems to have come back: whose it was and where and when which entries brought it in."""

    shipment: str
    party: str
    port: str
    day: int
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """What the returns of several importers share at a port, and how likely chance is to do as much.

    Of the `importers_back` whose goods seem to have come back at `port`, `importers` share `value`; so do `users` of
    all `importers_there`.
    """

    kind: str
    value: str
    port: str
    shipments: tuple[str, ...]
    importers: int
    importers_back: int
    users: int
    importers_there: int
    chance: float

    @property
    def rarity_bits(self) -> float:
        """log2 of how rare what is shared is among the importers of the port."""
        return float(-np.log2(_share(self.users, self.importers_there)))


def hands(facts: FactStore, came: Sequence[Came], *, as_of: date | None, until: date) -> dict[str, Hand]:
    """The hand behind each lot that came back through one, by its shipment; the least likely by chance first."""
    ports = {each.port for each in came}
    if len({each.party for each in came}) < LEAST_IMPORTERS:
        return {}
    back = one_column("entry_number", {entry for each in came for entry in each.entries})
    lines = facts.table("entry_lines", as_of=as_of)
    lines = lines.filter(lines.entry_date <= until).semi_join(one_column("port_code", ports), "port_code")
    told: dict[str, set[tuple[str, str]]] = {}
    with (
        facts.kept(_entries(lines.semi_join(back, "entry_number"), _KINDS)) as entries,
        facts.kept(_records(facts, entries, as_of=as_of)) as records,
    ):
        of_entry = ibis.union(*_marks(facts, entries, records, _KINDS, as_of=as_of))
        for row in of_entry.select("entry_number", "kind", "value").to_pyarrow().to_pylist():
            told.setdefault(row["entry_number"], set()).add((row["kind"], row["value"]))
    groups: dict[tuple[str, str, str], list[Came]] = {}
    for each in came:
        for kind, value in set().union(*(told.get(entry, set()) for entry in each.entries)):
            groups.setdefault((each.port, kind, value), []).append(each)
    stretches = {key: _one_stretch(group) for key, group in groups.items()}
    shared = {key: group for key, group in stretches.items() if len({each.party for each in group}) >= LEAST_IMPORTERS}
    if not shared:
        return {}
    # How common each is: by other entries than those that brought the goods back.
    keys = ["port", "kind", "value"]
    wanted = ibis.memtable(pa.table([pa.array(column, pa.string()) for column in zip(*shared, strict=True)], keys))
    kinds = frozenset(kind for _, kind, _ in shared)
    lines = lines.semi_join(one_column("port_code", {port for port, _, _ in shared}), "port_code")
    with (
        facts.kept(_entries(lines.anti_join(back, "entry_number"), kinds)) as others,
        facts.kept(_records(facts, others, as_of=as_of)) as records,
    ):
        there = _importers(others.group_by("port"))
        of_kinds = ibis.union(*_marks(facts, others, records, kinds, as_of=as_of))
        users = _importers(of_kinds.semi_join(wanted, keys).group_by(keys))
    at_port: dict[str, set[str]] = {}
    for each in came:
        at_port.setdefault(each.port, set()).add(each.party)
    found: list[Hand] = []
    for (port, kind, value), group in shared.items():
        importers, held = len({each.party for each in group}), users.get((port, kind, value), 0)
        among = there.get((port,), 0)
        tail = float(binom.sf(importers - 1, len(at_port[port]), _share(held, among)))
        chance = min(tail * len(shared), 1.0)
        if chance <= CHANCE:
            shipments = tuple(sorted(each.shipment for each in group))
            found.append(Hand(kind, value, port, shipments, importers, len(at_port[port]), held, among, chance))
    by_shipment: dict[str, Hand] = {}
    for hand in sorted(found, key=lambda hand: (-hand.importers, hand.chance, hand.kind, hand.value)):
        for shipment in hand.shipments:
            by_shipment.setdefault(shipment, hand)
    return by_shipment


def hand_evidence(hand: Hand, lines: Iterable[RecordRef]) -> Evidence:
    """What the returns share, told beside how common it is; `lines` are those that came back."""
    return Evidence(
        f"Of {hand.importers_back} importers whose goods seem to have come back at port {hand.port} {hand.importers} "
        f"share the {hand.kind} {hand.value}, which {hand.users} of all {hand.importers_there} importers there have "
        "otherwise.",
        {
            hand.kind: hand.value, "importers_sharing": hand.importers, "importers_back": hand.importers_back,
            "others_sharing": hand.users, "importers_at_port": hand.importers_there,
            "chance": float(f"{hand.chance:.2g}"),
        },
        tuple(lines),
    )  # fmt: skip


def hand_explained(found: Sequence[Hand]) -> InnocentExplanation:
    """Whether what the returns share is what nearly everybody at the port has."""
    told = "; ".join(
        f"{hand.kind} {hand.value} serves {hand.users} of {hand.importers_there} importers at port {hand.port}"
        for hand in found
    )
    return InnocentExplanation(
        "broker that files for everybody", "how many of all importers at the port share what these share",
        f"Does not hold: {told}." if told else "Does not arise: the finding rests on no shared hand.",
    )  # fmt: skip


def _share(users: int, importers: int) -> float:
    """How likely an importer of the port is to use it, drawn up by one that does.

    >>> _share(0, 49), _share(50, 50)
    (0.02, 1.0)
    """
    return min((users + 1) / (importers + 1), 1.0)


def _one_stretch(group: Sequence[Came]) -> list[Came]:
    """Of returns, those of the longest row in which each follows another within `MOST_DAYS_APART`, by importers."""
    ordered = sorted(group, key=lambda each: (each.day, each.shipment))
    rows: list[list[Came]] = []
    for each in ordered:
        if rows and each.day - rows[-1][-1].day <= MOST_DAYS_APART:
            rows[-1].append(each)
        else:
            rows.append([each])
    return max(rows, key=lambda row: len({each.party for each in row}))


def _entries(lines: ir.Table, kinds: frozenset[str]) -> ir.Table:
    """(port, entry_number, taxpayer) of every entry that has these lines, and what marks of these kinds rest on: its
    bill, buyer and filer."""
    t = lines.mutate(payer=taxpayer(lines.importer_number), buyer=taxpayer(lines.consignee_number)).drop_null("payer")
    told = {
        NOTIFIED: {"bill": t.bill_number.min()},
        BUYER: {"buyer": t.buyer.min()},
        FILER: {"filer": ibis.coalesce(t.filer_code.min(), t.entry_number.substr(0, 3).min())},
    }
    asked = {name: value for kind, columns in told.items() if kind in kinds for name, value in columns.items()}
    return t.group_by("entry_number").agg(port=t.port_code.min(), taxpayer=t.payer.min(), **asked)


def _records(facts: FactStore, entries: ir.Table, *, as_of: date | None) -> ir.Table:
    """What is on file of the taxpayers of these entries."""
    records = facts.table("party_records", as_of=as_of)
    records = records.filter(records.role.isin(("importer", "consignee")))
    records = records.select(*(column for _, column in _CONTACTS), taxpayer=taxpayer(records.identifier))
    return records.semi_join(entries, "taxpayer")


def _marks(
    facts: FactStore, entries: ir.Table, records: ir.Table, kinds: frozenset[str], *, as_of: date | None
) -> list[ir.Table]:
    """(port, entry_number, taxpayer, kind, value): what of these kinds these entries may share with others."""

    def mark(rows: ir.Table, kind: str, value: ir.StringValue) -> ir.Table:
        return rows.select("port", "entry_number", "taxpayer", kind=ibis.literal(kind), value=value).drop_null("value")

    found = []
    if FILER in kinds:
        found.append(mark(entries, FILER, entries.filer.nullif("")))
    if BUYER in kinds:
        found.append(mark(entries.filter(entries.buyer != entries.taxpayer), BUYER, entries.buyer.nullif("")))
    if NOTIFIED in kinds:
        bills = facts.table("bills", as_of=as_of).drop_null("notify_name").select("notify_name", bill="bill_number")
        on_bills = entries.join(bills, "bill")
        found.append(mark(on_bills, NOTIFIED, plain_name(on_bills.notify_name)))
    for kind, column in _CONTACTS:
        if kind in kinds:
            on_file = records.select("taxpayer", held=records[column].upper().re_replace("[^A-Z0-9@]", "").nullif(""))
            with_contact = entries.join(on_file.drop_null("held").distinct(), "taxpayer")
            found.append(mark(with_contact, kind, with_contact.held))
    return found


def _importers(grouped: "ibis.expr.types.groupby.GroupedTable") -> dict[tuple[str, ...], int]:
    """Taxpayers of each group, by its key."""
    rows = grouped.agg(importers=ibis._.taxpayer.nunique()).to_pyarrow().to_pylist()
    return {tuple(value for name, value in row.items() if name != "importers"): row["importers"] for row in rows}
