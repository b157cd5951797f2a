"""Tables that follow from facts by more than a column: what a declaration of links alone cannot say.

Invariant: each is an Ibis expression over the canonical tables, so that it is as old as its facts and runs on
any engine. Every table carries `source`, the file of the row it was derived from.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pycountry

from graph.facts.store import FactStore

# Words of an order's product that a notice may leave out or put otherwise.
_IDLE_WORDS = "a|an|and|certain|for|from|in|including|of|on|or|other|product|the|than|thereof|type|with|whether|not"

# What notices call countries that ISO 3166 names in another way.
_NOTICE_NAMES = {"TR": ("turkey",), "RU": ("russia",), "VN": ("vietnam",), "KR": ("korea",), "CZ": ("czech republic",)}


def table(facts: FactStore, name: str, *, as_of: date | None = None) -> ir.Table:
    """A derived table by name, or the canonical table of that name."""
    if name in DERIVED:
        return DERIVED[name].make(facts, as_of)
    return facts.table(name, as_of=as_of)


def has_rows(facts: FactStore, name: str) -> bool:
    """Whether a table can hold a row at all: it saves asking the rest nothing."""
    loaded = facts.counts().rows
    needs = DERIVED[name].needs if name in DERIVED else (name,)
    return all(loaded.get(table, 0) for table in needs)


def order_companions(facts: FactStore, as_of: date | None) -> ir.Table:
    """Orders on one product of one country: an antidumping case and its countervailing case, or several.

    One row a pair (`case_number` before `companion_case_number`), dated by the later order.
    """
    orders = _orders(facts, as_of)
    other = orders.view()
    return orders.join(
        other,
        [
            orders["country"] == other["country"],
            orders["product_words"] == other["product_words"],
            orders["case_number"] < other["case_number"],
        ],
    ).select(
        case_number=orders["case_number"],
        companion_case_number=other["case_number"],
        order_on=ibis.greatest(orders["order_on"], other["order_on"]),
        source=orders["source"],
    )


def notice_cases(facts: FactStore, as_of: date | None) -> ir.Table:
    """Notices whose title names an order's product and its country: `document_id, case_number, date`.

    A title names a product when it holds all its words, in singular or plural and any order. Where it names
    both "wire rod" and "stainless steel wire rod" of one country, only the longer product is meant; where it
    names one of the two duties, only that duty's cases are.
    """
    documents = facts.table("documents", as_of=as_of)
    titles = documents.filter(documents["kind"].isin(["notice", "memo"]) & documents["title"].notnull())
    titles = titles.select(
        document_id=titles["id"],
        date=titles["date"],
        source=titles["source"],
        title=ibis.literal(" ") + _words(titles["title"]) + " ",
        title_words=_words(titles["title"]).split(" "),
        duty=_duty(titles["title"].lower()),
    )
    orders = _orders(facts, as_of)
    countries = orders.select("country").distinct()
    countries = countries.mutate(names=countries["country"].cases(*_spoken_names(), else_=""))
    spoken = countries.mutate(spoken=countries["names"].split("|")).unnest("spoken").filter(lambda t: t["spoken"] != "")
    named = titles.join(spoken, titles["title"].contains(ibis.literal(" ") + spoken["spoken"] + " "))
    named = named.select("document_id", "date", "source", "title_words", "duty", "country").distinct(
        on=["document_id", "country"], keep="first"
    )
    products = orders.select("case_number", "country", "product_words", words=orders["product_words"].split(" "))
    pairs = named.join(products, "country")
    pairs = pairs.filter(
        pairs["words"].intersect(pairs["title_words"]).length() == pairs["words"].length(),
        pairs["case_number"].startswith(pairs["duty"]),
    )
    pairs = pairs.select("document_id", "date", "source", "country", "case_number", "words")
    longer = pairs.view()
    shadowed = (
        pairs.join(
            longer,
            [
                pairs["document_id"] == longer["document_id"],
                pairs["country"] == longer["country"],
                pairs["words"].length() < longer["words"].length(),
            ],
        )
        .filter(pairs["words"].intersect(longer["words"]).length() == pairs["words"].length())
        .select(document_id=pairs["document_id"], case_number=pairs["case_number"])
        .distinct()
    )
    return pairs.anti_join(shadowed, ["document_id", "case_number"]).select(
        "document_id", "case_number", "date", "source"
    )


FROM_TEXT = "read from text"  # the status of links that only a text tells of
_DONE_TO_RULINGS = ("modifies", "revokes", "affirms")
_INVERSES = {"modifies": "modified_by", "revokes": "revoked_by"}


def read_changes(facts: FactStore, as_of: date | None) -> ir.Table:
    """What rulings by their texts do to earlier ones: `document_id, relation, other, date, status, source`.

    Columns count before texts: of two rulings of which a record of either says that one modifies or revokes the
    other, nothing is read from the text.
    """
    documents, statements = facts.table("documents", as_of=as_of), facts.table("statements", as_of=as_of)
    told = ibis.union(
        *(
            statements.filter(statements[relation].length() > 0).select(
                "document_id", "source", relation=ibis.literal(relation), other=statements[relation].unnest()
            )
            for relation in _DONE_TO_RULINGS
        )
    )
    recorded = ibis.union(
        *(
            documents.filter(documents[relation].length() > 0).select(by="id", of=documents[relation].unnest())
            for relation in _INVERSES
        ),
        *(
            documents.filter(documents[inverse].length() > 0).select(by=documents[inverse].unnest(), of="id")
            for inverse in _INVERSES.values()
        ),
    )
    told = told.anti_join(recorded, [told["document_id"] == recorded["by"], told["other"] == recorded["of"]])
    days = documents.select("id", "date")
    return told.left_join(days, told["document_id"] == days["id"]).select(
        "document_id", "relation", "other", "date", "source", status=ibis.literal(FROM_TEXT)
    )


def holdings(facts: FactStore, as_of: date | None) -> ir.Table:
    """What rulings hold by their texts: `document_id, classified_under, origins, date, status, source`."""
    documents, statements = facts.table("documents", as_of=as_of), facts.table("statements", as_of=as_of)
    holding = statements.filter((statements["classified_under"].length() > 0) | (statements["origins"].length() > 0))
    days = documents.select("id", "date")
    return holding.left_join(days, holding["document_id"] == days["id"]).select(
        "document_id", "classified_under", "origins", "date", "source", status=ibis.literal(FROM_TEXT)
    )


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a derived table is made, and from which tables."""

    make: Callable[[FactStore, date | None], ir.Table]
    needs: tuple[str, ...]


DERIVED: dict[str, Derivation] = {
    "order_companions": Derivation(order_companions, ("orders",)),
    "notice_cases": Derivation(notice_cases, ("orders", "documents")),
    "read_changes": Derivation(read_changes, ("statements", "documents")),
    "holdings": Derivation(holdings, ("statements", "documents")),
}


def _orders(facts: FactStore, as_of: date | None) -> ir.Table:
    """Orders with a product and a country; `product_words` is the same for every way to write a product."""
    orders = facts.table("orders", as_of=as_of)
    words = _words(orders["product"].re_replace(r"\([^)]*\)", " "))
    words = words.re_replace(rf"\b({_IDLE_WORDS})\b", " ").strip().re_replace(r"\s+", " ")
    words = words.split(" ").unique().sort().join(" ")
    return (
        orders.mutate(product_words=words)
        .filter(lambda t: t["product"].notnull() & t["country"].notnull() & (t["product_words"] != ""))
        .select("case_number", "country", "order_on", "source", "product_words")
    )


def _duty(title: ir.StringValue) -> ir.StringValue:
    """The letter that the cases of the one duty named begin with, or nothing."""
    dumping, subsidy = title.contains("antidumping"), title.contains("countervailing")
    return ibis.cases((dumping & ~subsidy, "A-"), (subsidy & ~dumping, "C-"), else_="")


def _words(text: ir.StringValue) -> ir.StringValue:
    """Words in lower case with single spaces between them, plurals as singulars."""
    # In this order only the 26 letters meet `lower`: engines differ on others, such as the Turkish dotted I.
    plain = text.re_replace("[^A-Za-z0-9]+", " ").lower()
    return plain.re_replace(r"ies\b", "y").re_replace(r"s\b", "").strip()


def _plain(name: str) -> str:
    """`_words` for the names of countries."""
    return " ".join(word.removesuffix("s") for word in "".join(c if c.isalnum() else " " for c in name.lower()).split())


@functools.cache
def _spoken_names() -> tuple[tuple[str, str], ...]:
    """For each country the names that a title may use, in the form of `_words`, separated by bars."""
    cases = []
    for country in pycountry.countries:
        full = (country.name, getattr(country, "common_name", ""), getattr(country, "official_name", ""))
        names = {_plain(name.split(",")[0]) for name in full if name}
        names |= set(map(_plain, _NOTICE_NAMES.get(country.alpha_2, ())))
        cases.append((country.alpha_2, "|".join(sorted(names))))
    return tuple(cases)
