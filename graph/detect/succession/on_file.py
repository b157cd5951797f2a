"""What is on file about the parties of a side, value by value: phones, mail, sites, addresses, officers, names.

Values are read so that two spellings of one thing meet (digits of a phone, the house number and street of an
address) and without deciding anything: what a shared value is worth depends on how many hold it.
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from graph.detect.succession.premises import ADDRESS_BEGINS, of_premises
from graph.detect.succession.sides import IMPORTERS, Side
from graph.facts.columns import taxpayer
from graph.facts.store import FactStore

# Kinds of values on file, in words. Those of one group hang together and are not counted twice.
KINDS: dict[str, tuple[str, str]] = {
    "phone": ("phone", "contact"),
    "e-mail": ("e-mail address", "contact"),
    "domain": ("internet domain", "contact"),
    "address": ("address", "place"),
    "plant": ("street number and city in the maker's number", "place"),
    "officer": ("officer", "person"),
    "agent": ("registered agent", "agent"),
    "bond": ("bond", "bond"),
    "name": ("distinctive word in the name", "name"),
}

# Kinds that are read from the party's own number: who has nothing else has nothing on file.
OF_THE_NUMBER = ("plant",)

# Kinds that say that one hand is behind two firms, unless the value is of somebody that serves both.
OF_ONE_HAND = ("phone", "e-mail", "domain", "address", "officer")
# Who is registered agent of so many serves anybody.
SERVES_MANY = 6

# Words that name no firm in particular are found by counting; these are too short or too plain to be counted.
_SHORTEST_WORD = 4


def _plain(value: ir.StringValue) -> ir.StringValue:
    """Letters and digits alone, so that punctuation and case do not part two spellings."""
    # In this order only the 26 letters meet `upper`: engines differ on others, such as the German sharp s.
    return value.re_replace("[^A-Za-z0-9]", "").upper().nullif("")


def _words(value: ir.StringValue) -> ir.ArrayValue:
    return value.re_replace("[^A-Za-z0-9]+", " ").upper().split(" ")


def _place(t: ir.Table) -> ir.StringValue:
    """House number, the beginning of the street's name, and postal code or city: suites and abbreviations apart."""
    house = t.address.re_extract("([0-9]+)", 1)
    street = t.address.re_replace("(?i)^ *(no|nr)[. ]+", "").re_extract("([A-Za-z]{4})[A-Za-z]*", 1).upper()
    where = ibis.coalesce(t.postal_code.re_replace("[^A-Za-z0-9]", "").substr(0, 5).nullif(""), _plain(t.city))
    return ibis.ifelse((house.length() > 0) & (street.length() > 0), house + " " + street + " " + where, None)


def records(facts: FactStore, side: Side, *, as_of: date | None) -> ir.Table:
    """The records of a side's parties, with the column `party`."""
    t = facts.table("party_records", as_of=as_of)
    t = t.filter(t.role.isin(side.roles), t.identifier.notnull())
    return t.mutate(party=taxpayer(t.identifier) if side is IMPORTERS else t.identifier)


def on_file(facts: FactStore, side: Side, *, as_of: date | None) -> ir.Table:
    """(party, kind, value, record_id): what is on file of the side's parties, one row a value.

    What a broker, a surety or a registered agent of many goes by is theirs, whoever gives it, and is left out; and so
    is what customs found to serve many.
    """
    t = _said(records(facts, side, as_of=as_of))
    t = t.anti_join(_of_servers(facts, as_of=as_of), ["kind", "value"])
    t = t.mutate(begins=ibis.ifelse(t.kind == "address", t["value"].re_extract(ADDRESS_BEGINS, 1), t["value"]))
    shared = of_premises(facts, as_of=as_of)
    return t.anti_join(shared, [t.kind == shared.kind, t.begins == shared["value"]]).drop("begins")


def held_by_others(facts: FactStore, side: Side, *, as_of: date | None) -> ir.Table:
    """(kind, value, others): how many firms, by name, have a value on file in other roles only than the side's.

    Where a word of the name is one of a party's of the side with the same value, both are taken for one firm.
    """
    t = facts.table("party_records", as_of=as_of)
    theirs = _said(t.filter(~t.role.isin(side.roles)).mutate(party=_plain(t.name)))
    own = _said(records(facts, side, as_of=as_of))
    met = theirs.filter(theirs.kind.isin(OF_ONE_HAND)).select("party", "kind", "value")
    met = met.join(own.select("kind", "value", whose="party"), ["kind", "value"])
    words = theirs.filter(theirs.kind == "name").select("party", word="value")
    own_words = own.filter(own.kind == "name").select(whose="party", word="value")
    same = met.join(words, "party").join(own_words, ["whose", "word"])
    met = met.anti_join(same.select("party", "kind", "value").distinct(), ["party", "kind", "value"])
    return met.group_by("kind", "value").agg(others=met.party.nunique())


def _of_servers(facts: FactStore, *, as_of: date | None) -> ir.Table:
    """(kind, value): what those go by that serve many."""
    t = facts.table("party_records", as_of=as_of)
    agents = t.group_by(plain=_plain(t.registered_agent)).agg(clients=t.identifier.nunique())
    agents = agents.filter(agents.plain.notnull(), agents.clients >= SERVES_MANY).select("plain")
    t = t.mutate(party=_plain(t.name))
    found = ibis.union(t.filter(t.role.isin(("broker", "surety"))), t.semi_join(agents, t.party == agents.plain))
    found = _said(found)
    return found.filter(found.kind.isin(OF_ONE_HAND)).select("kind", "value").distinct()


def _said(t: ir.Table) -> ir.Table:
    """(party, kind, value, record_id): what records, with the column `party`, say; one row a value."""
    digits = t.phone.re_replace("[^0-9]", "")
    site = t.website.lower().re_replace("^(https?://)?(www[.])?", "").re_extract("^([^/]+)", 1).nullif("")
    values = {
        "phone": ibis.ifelse(digits.length() >= 7, digits.right(10), None),
        "e-mail": t.email.lower().nullif(""),
        "domain": ibis.coalesce(t.email.lower().re_extract("@(.+)$", 1).nullif(""), site),
        "address": _place(t),
        "agent": _plain(t.registered_agent),
        "bond": t.bond_number.nullif(""),
    }
    rows = [t.select("party", "record_id", kind=ibis.literal(kind), value=value) for kind, value in values.items()]
    rows.append(t.select("party", "record_id", kind=ibis.literal("domain"), value=site))
    officers = t.select("party", "record_id", officer=t.officers.unnest())
    rows.append(officers.select("party", "record_id", kind=ibis.literal("officer"), value=_plain(officers.officer)))
    words = t.select("party", "record_id", word=_words(t.name).unnest())
    words = words.filter(words.word.length() >= _SHORTEST_WORD)
    rows.append(words.select("party", "record_id", kind=ibis.literal("name"), value=words.word))
    found = ibis.union(*rows).filter(lambda t: t.value.notnull())
    return found.group_by("party", "kind", "value").agg(record_id=found.record_id.min())


def of_the_number(parties: ir.Table, side: Side) -> ir.Table:
    """(party, kind, value): what a maker's number says of its plant, by `parties` (party); importers' say nothing.

    A maker's number ends with up to four digits of its street number and three letters of its city (appendix to 19 CFR
    102).
    """
    t = parties.select(
        "party",
        kind=ibis.literal("plant"),
        country=parties.party.re_extract("^([A-Z]{2})[A-Z]*[0-9]+[A-Z]{3}$", 1),
        place=parties.party.re_extract("([0-9]+[A-Z]{3})$", 1),
    )
    t = t.filter(t.country.length() > 0, ibis.literal(side is not IMPORTERS))
    return t.select("party", "kind", value=t.country + t.place)
