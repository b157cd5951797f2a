"""Entry lines as the port-shopping detector reads them: pruned, typed for comparison, one taxpayer per number.

Invariant: every column is an expression over the fact table, so that an engine reads only what a step needs.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from graph.facts.columns import amount, surely, taxpayer
from graph.facts.store import FactStore

# Two weights, values or quantities lie in the same or in neighbouring bands when they differ by less than this
# share. Bands make "nearly equal" an equality join; the exact ratio is compared afterwards.
BAND = 0.03


def band(column: ir.NumericValue) -> ir.IntegerValue:
    """The number of the band that an amount lies in."""
    return (column.ln() / BAND).floor().cast("int64")


def line_id(t: ir.Table) -> ir.StringValue:
    """Entry number, line and tariff ordinal as one text: `ABC12345676/1/1`."""
    return t.entry_number + "/" + t.line_number.cast("string") + "/" + t.tariff_ordinal.fill_null(1).cast("string")


def numbered(lines: ir.Table) -> ir.Table:
    """The lines with a number each, `line`, by which they are joined; to be worked out once and held."""
    return lines.mutate(line=ibis.row_number())


def entry_lines(facts: FactStore, *, as_of: date | None, until: date) -> ir.Table:
    """The lines entered by `until` as known on `as_of`; chapter 99 rows carry no goods and are left out."""
    t = facts.table("entry_lines", as_of=as_of)
    t = t.filter(t.entry_date <= until, ~t.hts_number.startswith("99"))
    t = t.select(
        line_id=line_id(t),
        entry_number=t.entry_number,
        line_number=t.line_number,
        place=t.line_number * 1_000 + t.tariff_ordinal.fill_null(1),
        day=t.entry_date.epoch_days(),
        port=t.port_code,
        mode=t.mode_of_transport.substr(0, 1).fill_null(""),
        importer=t.importer_number,
        taxpayer=taxpayer(t.importer_number),
        consignee=taxpayer(t.consignee_number),
        maker=t.manufacturer_id.nullif(""),
        origin=t.country_of_origin.nullif(""),
        hts=t.hts_number,
        hts4=t.hts_number.substr(0, 4),
        bill=t.bill_number.nullif(""),
        container=t.container_number.nullif(""),
        foreign_port=t.foreign_port.nullif(""),
        export_from=t.country_of_export.nullif(""),
        carrier=t.carrier_scac.nullif(""),
        unit=t.quantity_unit.nullif(""),
        quantity=amount(t.quantity),
        weight=amount(t.gross_weight_kg),
        packages=amount(t.packages),
        value=amount(t.entered_value_usd),
    )
    return t.mutate(weight_band=band(t.weight), quantity_band=band(t.quantity), value_band=band(t.value))


WHOLE_ENTRY = "/*"  # ends the line id of an entry taken as a whole
_SHARED = (
    "port", "mode", "importer", "taxpayer", "consignee", "maker", "origin", "hts", "hts4", "bill", "container",
    "foreign_port", "export_from", "carrier", "unit",
)  # fmt: skip


def entry_totals(lines: ir.Table, *, shared: Sequence[str] = _SHARED) -> ir.Table:
    """Entries of several lines taken as a whole, in the shape of lines: what whole shipments are compared with.

    Weights, packages and values are added up where all lines have them, quantities where all are of one unit; a maker
    or heading that differs within the entry is unknown. Their numbers are below zero, so that they meet no line's. Of
    what lines may have in common only `shared` is told.
    """

    def total(name: str) -> ir.FloatingValue:
        return ibis.ifelse(lines[name].count() == lines.count(), lines[name].sum(), None)

    def common(name: str) -> ir.StringValue:
        return ibis.ifelse(lines[name].min() == lines[name].max(), lines[name].max(), None)

    one_unit = surely(lines.unit.min() == lines.unit.max()) | (lines.unit.count() == 0)
    whole = lines.group_by("entry_number").agg(
        line=-1 - lines.line.min(), line_number=lines.line_number.min(), place=ibis.literal(0), day=lines.day.max(),
        weight=total("weight"), packages=total("packages"), value=total("value"),
        quantity=ibis.ifelse(one_unit, total("quantity"), None),
        lines_held=lines.count(), **{name: common(name) for name in shared},
    )  # fmt: skip
    whole = whole.filter(whole.lines_held > 1).mutate(line_id=whole.entry_number + WHOLE_ENTRY)
    whole = whole.mutate(**{f"{name}_band": band(whole[name]) for name in ("weight", "quantity", "value")})
    return whole.select(*(name for name in lines.columns if name not in _SHARED or name in shared))


def bills(facts: FactStore, *, as_of: date | None) -> ir.Table:
    """Bills of lading with what can tell a lot again: containers, seals, weight and packages."""
    t = facts.table("bills", as_of=as_of)
    return t.select(
        bill=t.bill_number,
        master=t.master_bill_number.nullif(""),
        bill_containers=t.containers,
        bill_seals=t.seals,
        bill_packages=amount(t.packages),
        bill_weight=amount(t.gross_weight_kg),
        bill_hts=t.hts_prefix.replace(".", "").nullif(""),
        bill_port=t.port_of_unlading,
        bill_day=ibis.coalesce(t.arrived_on, t.loaded_on).epoch_days(),
    )
