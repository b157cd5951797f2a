"""Which side of the trade changes its identity: importers, known by their numbers, or makers, by their MIDs.

Invariant: both sides read the same columns, so that one search serves both: `party` is who might have changed,
`partner` whom it trades with.
"""

from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir

from graph.detect.succession.deposits import UNDER_ORDERS
from graph.facts.columns import amount, taxpayer
from graph.facts.store import FactStore


@dataclass(frozen=True, slots=True)
class Side:
    """`kind` is the entity kind of the parties, `roles` the roles under which they stand on file.

    `habits` are those of the party itself: filer, port, surety and consignee of a maker's goods are its importers',
    and say no more than that it has the same importers. `country_bound` parties stay in the country their number names.
    """

    kind: str
    roles: tuple[str, ...]
    party_word: str
    partner_word: str
    habits: tuple[str, ...]
    country_bound: bool


# What a party's trade is compared in, besides its partners: column -> words.
HABITS: dict[str, str] = {
    "hts": "ten-digit tariff number",
    "origin": "country of origin",
    "filer": "filer",
    "port": "port",
    "exporter": "foreign exporter",
    "surety": "surety",
    "consignee": "consignee",
}

IMPORTERS = Side("importer", ("importer", "consignee"), "importer", "maker", tuple(HABITS), country_bound=False)
MAKERS = Side(
    "manufacturer", ("manufacturer", "exporter"), "maker", "importer", ("hts", "origin", "exporter"), country_bound=True
)


def traded(facts: FactStore, *, as_of: date | None, until: date) -> ir.Table:
    """The lines entered by `until` as known on `as_of`, in what either side is compared in."""
    t = facts.table("entry_lines", as_of=as_of)
    t = t.filter(t.entry_date <= until, ~t.hts_number.startswith("99"))
    return t.select(
        importer=taxpayer(t.importer_number),
        maker=t.manufacturer_id.nullif(""),
        entry_number=t.entry_number,
        bill_number=t.bill_number.nullif(""),
        day=t.entry_date.epoch_days().cast("int64"),
        hts=t.hts_number.substr(0, 10),
        filer=t.filer_code.nullif(""),
        port=t.port_code.nullif(""),
        exporter=t.foreign_exporter_id.nullif(""),
        surety=t.surety_code.nullif(""),
        consignee=taxpayer(t.consignee_number.nullif("")),
        origin=t.country_of_origin.nullif(""),
        value=amount(t.entered_value_usd).fill_null(0.0),
        deposited=t.entry_type.isin(UNDER_ORDERS),
    )


def lines(traded: ir.Table, side: Side) -> ir.Table:
    """The same lines seen from one side; those without a party are left out.

    A consignee or an exporter that is the party itself stays: a predecessor may turn up as one.
    """
    party, partner = (traded.importer, traded.maker) if side is IMPORTERS else (traded.maker, traded.importer)
    t = traded.mutate(party=party, partner=partner, hts4=traded.hts.substr(0, 4)).drop("importer", "maker")
    return t.filter(t.party.notnull())
