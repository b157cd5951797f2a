"""What is on file about parties, as records to be resolved: one row for each that speaks of one party.

Invariant: a record says what its row says and no more; what a row leaves out is unknown, not empty. Records are
an Ibis expression over facts, so that they are as known on the day asked for and no engine is named.
"""

import re
import string
from collections.abc import Iterator
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir

from graph.facts.columns import taxpayer
from graph.facts.store import FactStore

SCHEMA: Final = ibis.schema(
    {
        "record": "string",  # table:key of the row that speaks
        "kind": "string",  # importer, manufacturer, exporter, broker, surety, company or written
        "key": "string",  # the key as the fact tables write it; for `written`, `written_key`
        "outright": "string",  # records with the same value are one party; NULL where no number says so
        "identifier": "string",  # a number that is evidence only: a MID, a register's number
        "names": "array<string>",
        "addresses": "array<string>",
        "city": "string",
        "postal_code": "string",
        "country": "string",
        "phone": "string",
        "email": "string",
        "website": "string",
        "officers": "array<string>",
        "registered_agent": "string",
        "bond_number": "string",
        "established_on": "string",
        "valid_from": "date",
        "known_at": "date",
        "rows": "array<string>",  # table:key of rows that say so
    }
)
ADDRESSES_KEPT: Final = 5  # of a name on bills: those written most often

_IMPORTER_NUMBER: Final = r"^([0-9]{2}-[0-9]{7}([0-9A-Z]{2})?|[0-9]{6}-[0-9]{5}|SSN-[0-9a-f]{12})$"
_CODE: Final = r"^[A-Z0-9]{3}$"
_KINDS: Final = (("consignee", "importer"),)
_PUNCTUATION: Final = r"[\x00-/:-@\[-`{-\x7f]+"
_MARGIN: Final = r"^ | $"
_PARTIES_OF_A_BILL: Final = (("shipper", "shipper_country"), ("consignee", "consignee_country"),
                             ("notify", "consignee_country"))  # fmt: skip


def written_key(name: ir.StringValue, country: ir.StringValue) -> ir.StringValue:
    """The key of a name written on a bill: its letters and digits in capitals, and the country if one is given."""
    words = name.re_replace(_PUNCTUATION, " ").translate(string.ascii_lowercase, string.ascii_uppercase)
    return words.re_replace(_MARGIN, "") + "|" + country.fill_null("")


def written_key_of(name: str, country: str | None) -> str:
    """The same for one name.

    >>> written_key_of(" Acme Trading Co., Ltd. ", "CN"), written_key_of("Müller", None)
    ('ACME TRADING CO LTD|CN', 'MüLLER|')
    """
    words = re.sub(_PUNCTUATION, " ", name, flags=re.ASCII)
    words = words.translate(str.maketrans(string.ascii_lowercase, string.ascii_uppercase))
    return f"{re.sub(_MARGIN, '', words)}|{country or ''}"


def records_to_resolve(facts: FactStore, *, as_of: date | None = None) -> ir.Table:
    """Every record about a party, in the columns of `SCHEMA`; `record` is unique."""
    return ibis.union(
        records_of_parties(facts.table("party_records", as_of=as_of)),
        _firms_of_orders(facts, as_of),
        _written(facts, as_of),
    )


def records_of_parties(t: ir.Table) -> ir.Table:
    """Party records as they are on file. Numbers of importers, filers and sureties are joined outright."""
    kind = t.role.cases(*_KINDS, else_=t.role)
    number = t.identifier.nullif("")
    outright = ibis.cases(
        ((kind == "importer") & number.re_search(_IMPORTER_NUMBER), "importer:" + taxpayer(number)),
        ((kind == "broker") & number.re_search(_CODE), "broker:" + number),
        ((kind == "surety") & number.re_search(_CODE), "surety:" + number),
    )
    return _shaped(
        t.select(
            record=ibis.literal("party_records:") + t.record_id,
            kind=kind,
            key=number,
            outright=outright,
            identifier=ibis.ifelse(outright.isnull(), number, ibis.null("string")),
            names=ibis.array([t.name]).concat(_list(t.other_names)),
            addresses=ibis.ifelse(t.address.isnull(), _nothing(), ibis.array([t.address])),
            city=t.city,
            postal_code=t.postal_code,
            country=t.country,
            phone=t.phone,
            email=t.email,
            website=t.website,
            officers=_list(t.officers),
            registered_agent=t.registered_agent,
            bond_number=t.bond_number,
            established_on=t.established_on.cast("string"),
            valid_from=t.valid_from,
            known_at=t.known_at,
            rows=ibis.array([ibis.literal("party_records:") + t.record_id]),
        )
    )


def _firms_of_orders(facts: FactStore, as_of: date | None) -> ir.Table:
    """Firms with a rate of their own, in the country of the order."""
    firms = facts.table("order_firms", as_of=as_of)
    countries = facts.table("orders", as_of=as_of).select("case_number", "country")
    t = firms.filter(firms.name.notnull()).left_join(countries, "case_number")
    mid = ibis.coalesce(t.manufacturer_id, t.exporter_id)
    place = t.case_number + "-" + t.suffix
    return _shaped(
        t.select(
            record=ibis.literal("order_firms:") + place,
            kind=ibis.ifelse(mid.isnull(), "company", ibis.ifelse(t.manufacturer_id.isnull(), "exporter", "manufacturer")),
            key=ibis.coalesce(mid, place),
            identifier=mid,
            names=ibis.array([t.name]),
            country=t.country,
            valid_from=t["from"],
            known_at=t.known_at,
            rows=ibis.array([ibis.literal("order_firms:") + place]),
        )
    )


def _written(facts: FactStore, as_of: date | None) -> ir.Table:
    """Names on bills of lading: one record a name and country, with the addresses written most often."""
    lines = ibis.union(*_lines_of_bills(facts, as_of))
    lines = lines.filter(lines.name.notnull(), lines.name.re_replace(_PUNCTUATION, "") != "")
    lines = lines.mutate(key=written_key(lines.name, lines.country))
    of_key = lines.group_by("key").agg(
        name=lines.name.min(),
        country=lines.country.min(),
        known_at=lines.known_at.min(),
        first_row=lines.row.min(),
        last_row=lines.row.max(),
    )
    placed = lines.filter(lines.address.notnull()).group_by("key", "address").agg(times=lambda t: t.count())
    order = ibis.window(group_by="key", order_by=[ibis.desc("times"), ibis.asc("address")])
    placed = placed.mutate(place=ibis.row_number().over(order))
    placed = placed.filter(placed.place < ADDRESSES_KEPT).group_by("key").agg(addresses=placed.address.collect())
    t = of_key.left_join(placed, "key")
    return _shaped(
        t.select(
            record=ibis.literal("written:") + of_key.key,
            kind=ibis.literal("written"),
            key=of_key.key,
            names=ibis.array([t.name]),
            addresses=ibis.coalesce(t.addresses, _nothing()),
            country=t.country,
            known_at=t.known_at,
            rows=ibis.array([t.first_row, t.last_row]).unique(),
        )
    )


def _lines_of_bills(facts: FactStore, as_of: date | None) -> Iterator[ir.Table]:
    for table in ("bills", "foreign_bills"):
        bills = facts.table(table, as_of=as_of)
        for party, country in _PARTIES_OF_A_BILL:
            yield bills.select(
                name=bills[f"{party}_name"],
                address=bills[f"{party}_address"],
                country=bills[country],
                known_at=bills.known_at,
                row=ibis.literal(f"{table}:") + bills.bill_number,
            )


def _shaped(t: ir.Table) -> ir.Table:
    """All columns of `SCHEMA` in their order and types; those that a table has not are unknown."""
    columns = {}
    for name, kind in SCHEMA.items():
        if name in t.columns:
            columns[name] = t[name].cast(kind)
        else:
            columns[name] = _nothing() if kind.is_array() else ibis.null(kind)
    return t.select(**columns)


def _list(column: ir.ArrayValue) -> ir.ArrayValue:
    return ibis.coalesce(column, _nothing())


def _nothing() -> ir.ArrayValue:
    return ibis.literal([], type="array<string>")
