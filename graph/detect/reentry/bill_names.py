"""Whom a bill of lading names: the taxpayer behind its consignee and the maker behind its shipper.

Names are met by their words without legal forms. A name that several taxpayers or makers have on file tells nobody.

Invariant: what an action or an entry line says of the parties stands; a bill only fills what they leave open.
"""

from collections.abc import Callable
from datetime import date

import ibis
import ibis.expr.types as ir

from graph.facts.columns import taxpayer
from graph.facts.store import FactStore

# Legal forms, and words that are written or left out at will.
_FORMS = (
    " (INCORPORATED|INC|L ?L ?C|L ?L ?P|L ?P|LTD|LIMITED|LTDA|CORPORATION|CORP|COMPANY|CO|PLC|GMBH|AG|BV|NV|SA|SAS|SRL"
    "|S A|DE C ?V|DE R ?L|S DE R L|SDN|BHD|TBK|PT|PVT|PRIVATE|PTY|JSC|OOO|KK|OY|AB|AS|USA|U S A|AMERICA|THE|AND|GROUP) "
)
_SHORTENED = (
    ("TRADING", "TRDG"), ("IMPORTS?", "IMP"), ("EXPORTS?", "EXP"), ("PRODUCTS?", "PROD"), ("PRODS", "PROD"),
    ("INTERNATIONAL", "INTL"), ("MANUFACTURING", "MFG"), ("INDUSTR(Y|IES|IAL)", "IND"), ("BUILDING", "BLDG"),
    ("DISTRIBUTION|DISTRIBUTORS?", "DISTR"), ("MATERIALS?", "MATL"), ("MATLS", "MATL"), ("FURNITURE", "FURN"),
    ("SUPPLY", "SUP"), ("WHOLESALE", "WHSL"), ("LOGISTICS?", "LOGIS"), ("TECHNOLOG(Y|IES)", "TECH"),
)  # fmt: skip


def plain_name(name: ir.StringValue) -> ir.StringValue:
    """A company's name as letters and digits, without legal forms, with the usual shortenings; nothing if too short.

    In this order only the 26 letters meet `upper`: engines differ on others.
    """
    words = " " + name.re_replace("[.']", "").re_replace("[^A-Za-z0-9]+", " ").upper() + " "
    for _ in range(3):  # forms stand side by side and share the space between them
        words = words.re_replace(_FORMS, " ")
    for long, short in _SHORTENED:
        words = words.re_replace(f" ({long}) ", f" {short} ")
    letters = words.re_replace(" ", "")
    return ibis.ifelse(letters.length() >= 5, letters, None)


MAKER, BUYER = "maker", "buyer"


def known_names(facts: FactStore, keep: Callable[[ir.Table], ir.Table], *, as_of: date | None) -> ir.Table:
    """(kind, name, party): names on file that lead to one maker, or to one buyer, who is known by its taxpayer.

    `keep` works out what is asked of more than once: to clean a name is slow.
    """
    t = facts.table("party_records", as_of=as_of)
    t = t.filter(t.role.isin(("manufacturer", "importer", "consignee")), t.identifier.notnull())
    makes = t.role == "manufacturer"
    t = t.mutate(
        kind=ibis.ifelse(makes, MAKER, BUYER), party=ibis.ifelse(makes, t.identifier, taxpayer(t.identifier))
    )  # fmt: skip
    own = t.select("kind", "party", written=t.name)
    other = t.select("kind", "party", written=t.other_names.unnest())
    named = own.union(other)
    named = keep(named.select("kind", "party", name=plain_name(named.written))).drop_null("name")
    found = named.group_by("kind", "name").agg(parties=named.party.nunique(), party=named.party.max())
    return found.filter(found.parties == 1).drop("parties")


def named_on_bills(facts: FactStore, bills: ir.Table, names: ir.Table, *, as_of: date | None) -> ir.Table:
    """(bill, bill_taxpayer, bill_maker) of the bills in `bills`, a table with a column `bill`, by `known_names`."""
    t = facts.table("bills", as_of=as_of)
    t = t.semi_join(bills, t.bill_number == bills.bill)
    t = t.select(
        bill=t.bill_number, shipper=plain_name(t.shipper_name), buyer=plain_name(t.consignee_name),
        notified=plain_name(t.notify_name),
    )  # fmt: skip
    makers = names.filter(names.kind == MAKER).drop("kind")
    buyers = names.filter(names.kind == BUYER).drop("kind")
    # One name of one kind a row, so that each kind is one join.
    sides = [t.select("bill", name=t[side], turn=ibis.literal(n)) for n, side in enumerate(("buyer", "notified"))]
    payers = ibis.union(*sides).drop_null("name").join(buyers, "name").group_by("bill")
    payers = payers.agg(bill_taxpayer=lambda found: found.party.argmin(found.turn))
    made = t.select("bill", name=t.shipper).drop_null("name").join(makers, "name").select("bill", bill_maker="party")
    return payers.outer_join(made, "bill").select(
        "bill_taxpayer", "bill_maker", bill=lambda found: ibis.coalesce(found.bill, found.bill_right)
    )
