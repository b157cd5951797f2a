"""Documents that speak of several parties, entries or bills at once: memos, notices, letters and attachments.

A document is found by what it names, as that was read when it was loaded, and not by a search of all texts.

Invariant: a document that names many firms is a list and speaks of nobody; none of a later day than asked for is read.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis

from graph.facts.columns import one_column, taxpayer
from graph.facts.store import FactStore
from graph.resolve.words import read_name, spellings

# What people write of a case; rulings and laboratory reports say in columns most of what they decide.
WRITTEN = ("notice", "memo", "ims_document", "other")
# What customs writes itself of them.
OF_CUSTOMS = ("notice", "memo", "ims_document")
_NUMBERS = ("importer", "manufacturer", "entry_number", "bill", "container")
_NAME = "company_name"
# Documents that name more firms than these are lists.
MOST_FIRMS = 12
# An initial or a title ends none: Y. Park, Mr. Weld.
_SENTENCE = re.compile(r"(?<=[.;!?])(?<!\b[A-Z]\.)(?<!\b[MD]r\.)(?<!\bM[rs]s\.)(?<!\bMs\.)\s+(?=[^\W_a-z])|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Named:
    """Where a document names something: by a number (importers as taxpayers), or a firm by the words of its name."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """A document's text and what it names, in the text's order."""

    id: str
    kind: str
    day: date | None
    title: str
    text: str
    named: tuple[Named, ...]

    @cached_property
    def sentences(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Each sentence with the keys that it names; the title is the first and names nothing."""
        found = [(self.title, frozenset[str]())]
        begin = 0
        for end in (*(gap.start() for gap in _SENTENCE.finditer(self.text)), len(self.text)):
            keys = frozenset(one.key for one in self.named if begin <= one.start < end)
            found.append((self.text[begin:end].strip(), keys))
            begin = end
        return tuple(found)


def firm_key(name: str) -> str:
    """What a firm's name is looked up by: its words without legal form.

    >>> firm_key("Umber Trading Co., Ltd.")
    'UMBER TRADING'
    """
    return " ".join(read_name(name).words)


def documents_naming(
    facts: FactStore, numbers: Iterable[str], names: Iterable[str], *,
    as_of: date | None, until: date, kinds: Sequence[str] = WRITTEN, saying: str = "",
) -> list[Document]:  # fmt: skip
    """The documents, up to a day, that name any of these numbers (taxpayers, MIDs, entries, bills, boxes) or names;
    with `saying`, a regular expression, only those whose text it is found in."""
    paper = facts.table("documents", as_of=as_of)
    paper = paper.filter(paper.text.re_search(saying)) if saying else paper
    paper = paper.filter(paper.kind.isin(kinds), paper.date.isnull() | (paper.date <= until), paper.text.notnull())
    named = facts.table("mentions", as_of=as_of)
    named = named.semi_join(paper.select(document_id="id"), "document_id")
    named = named.mutate(key=ibis.ifelse(named.kind == "importer", taxpayer(named.key), named.key))
    wanted = {key for name in names if (key := firm_key(name))}
    by_number = named.filter(named.kind.isin(_NUMBERS)).semi_join(one_column("key", numbers), "key")
    # Of firms' names only those are read whose first word, or the next where a legal form stands before it, is one's,
    # in full or short.
    firms = named.filter(named.kind == _NAME).mutate(begins=named.key.split(" ")[:2].unnest())
    begin = {way for key in wanted for way in spellings(key.split(" ")[0])}
    firms = firms.semi_join(one_column("begins", begin), "begins")
    begun = firms.select("document_id", "key").distinct().to_pyarrow()
    met = {
        document for document, key in zip(begun["document_id"].to_pylist(), begun["key"].to_pylist(), strict=True)
        if firm_key(key) in wanted
    }  # fmt: skip
    met.update(by_number.select("document_id").distinct().to_pyarrow()["document_id"].to_pylist())
    if not met:
        return []
    all_named: dict[str, list[Named]] = {}
    firms_of: dict[str, set[str]] = {}
    rows = named.filter(named.kind.isin((*_NUMBERS, _NAME))).semi_join(one_column("document_id", met), "document_id")
    for row in rows.order_by("document_id", "start", "end", "key").to_pyarrow().to_pylist():
        key = firm_key(row["key"]) if row["kind"] == _NAME else row["key"]
        if row["kind"] == _NAME:
            firms_of.setdefault(row["document_id"], set()).add(key)
        all_named.setdefault(row["document_id"], []).append(Named(key, row["start"], row["end"]))
    told = paper.semi_join(one_column("id", met), "id").select("id", "kind", "date", "title", "text").order_by("id")
    return [
        Document(row["id"], row["kind"], row["date"], row["title"] or "", row["text"], tuple(all_named[row["id"]]))
        for row in told.to_pyarrow().to_pylist()
        if len(firms_of.get(row["id"], ())) <= MOST_FIRMS
    ]
