"""What is on file about the parties of a side, value by value: phones, mail, sites, addresses, officers, names.

Values are read so that two spellings of one thing meet (digits of a phone, the house number and street of an
address) and without deciding anything: what a shared value is worth depends on how many hold it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def read_files(facts: FactStore, *, as_of: date | None) -> Iterator[ir.Table]:
    """(role, identifier, named, kind, value, record_id): what every record says, whatever its role; one row a value.

    `named` is the name in letters and digits alone. Worked out once: to clean a value is slow.
    """
    whose = ("role", "identifier", "named", "record_id")
    with facts.kept(_cleaned(facts.table("party_records", as_of=as_of))) as t:
        rows = [t.select(*whose, kind=ibis.literal(kind), value=column) for kind, column in _COLUMNS]
        for kind, column in _LISTS:
            several = t.select(*whose, value=t[column].unnest())
            rows.append(several.select(*whose, "value", kind=ibis.literal(kind)).select(*rows[0].columns))
        found = ibis.union(*rows)
        long = (found.kind != "name") | (found["value"].length() >= _SHORTEST_WORD)
        with facts.kept(found.filter(found["value"].notnull(), long)) as files:
            yield files


# kind -> the column of `_cleaned` that has its values, one or several.
_COLUMNS = (
    ("phone", "phone"), ("e-mail", "email"), ("domain", "domain"), ("domain", "site"), ("address", "place"),
    ("agent", "agent"), ("bond", "bond"),
)  # fmt: skip
_LISTS = (("officer", "officers"), ("name", "words"))


def _cleaned(t: ir.Table) -> ir.Table:
    """Each record's values, read so that two spellings meet."""
    digits = t.phone.re_replace("[^0-9]", "")
    site = t.website.lower().re_replace("^(https?://)?(www[.])?", "").re_extract("^([^/]+)", 1).nullif("")
    return t.select(
        "role", "identifier", "record_id",
        named=_plain(t.name),
        phone=ibis.ifelse(digits.length() >= 7, digits.right(10), None),
        email=t.email.lower().nullif(""),
        domain=t.email.lower().re_extract("@(.+)$", 1).nullif(""),
        site=site,
        place=_place(t),
        agent=_plain(t.registered_agent),
        bond=t.bond_number.nullif(""),
        officers=t.officers.map(_plain),
        words=_words(t.name),
    )  # fmt: skip


def on_file(facts: FactStore, files: ir.Table, side: Side, *, as_of: date | None) -> ir.Table:
    """(party, kind, value, record_id): what is on file of the side's parties, one row a value; `files` as read.

    What a broker, a surety or a registered agent of many goes by is theirs, whoever gives it, and is left out; and so
    is what customs found to serve many.
    """
    t = _of_side(files, side)
    t = t.group_by("party", "kind", "value").agg(record_id=t.record_id.min())
    t = t.anti_join(_of_servers(files), ["kind", "value"])
    t = t.mutate(begins=ibis.ifelse(t.kind == "address", t["value"].re_extract(ADDRESS_BEGINS, 1), t["value"]))
    shared = of_premises(facts, as_of=as_of)
    return t.anti_join(shared, [t.kind == shared.kind, t.begins == shared["value"]]).drop("begins")


def met_by_others(files: ir.Table, side: Side) -> ir.Table:
    """(party, kind, value, whose): firms, by name, that have on file in other roles what parties of the side have."""
    theirs = files.filter(~files.role.isin(side.roles), files.kind.isin(OF_ONE_HAND))
    own = _of_side(files, side).select("kind", "value", whose="party")
    return theirs.select("kind", "value", party="named").join(own, ["kind", "value"]).distinct()


def held_by_others(met: ir.Table, files: ir.Table, side: Side) -> ir.Table:
    """(kind, value, others): how many firms have a value on file in other roles only than the side's.

    `met` is `met_by_others`, worked out. Where a word of the name is one of a party's of the side with the same value,
    both are taken for one firm.
    """
    # Lists of words, so that no engine joins all firms by a common word first.
    theirs = files.filter(~files.role.isin(side.roles), files.kind == "name").select(party="named", word="value")
    theirs = theirs.semi_join(met, "party").group_by("party").agg(words=lambda t: t.word.collect(distinct=True))
    own = _of_side(files, side).filter(lambda t: t.kind == "name").select(whose="party", word="value")
    own = own.semi_join(met, "whose").group_by("whose").agg(own_words=lambda t: t.word.collect(distinct=True))
    same = met.join(theirs, "party").join(own, "whose")
    same = same.filter(same.words.intersect(same.own_words).length() > 0)
    met = met.anti_join(same.select("party", "kind", "value").distinct(), ["party", "kind", "value"])
    return met.group_by("kind", "value").agg(others=met.party.nunique())


def _of_side(files: ir.Table, side: Side) -> ir.Table:
    """What is on file of the side's parties, with the column `party`."""
    t = files.filter(files.role.isin(side.roles), files.identifier.notnull())
    return t.mutate(party=taxpayer(t.identifier) if side is IMPORTERS else t.identifier)


def _of_servers(files: ir.Table) -> ir.Table:
    """(kind, value): what those go by that serve many."""
    agents = files.filter(files.kind == "agent").group_by(named="value").agg(clients=files.identifier.nunique())
    agents = agents.filter(agents.clients >= SERVES_MANY)
    t = files.filter(files.kind.isin(OF_ONE_HAND))
    found = ibis.union(t.filter(t.role.isin(("broker", "surety"))), t.semi_join(agents, "named"))
    return found.select("kind", "value").distinct()


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
