"""Documents that speak for a maker's goods: a scope ruling that leaves them out, a visit that saw them made.

Invariant: a document speaks for a maker in a sentence that names it, or, where it names no other firm of that kind, in
any; what it leaves open, or finds against the maker, speaks for nobody.
"""

import re
from collections.abc import Collection
from datetime import date

from graph.detect.documents import Document, documents_naming, firm_key
from graph.facts.columns import one_column
from graph.facts.store import FactStore

_FOR_IT = re.compile(
    r"""(?ix)\b(
      (not|outside|excluded|beyond|falls?\ out(side)?)\ (within\ |in\ |from\ |of\ |covered\ by\ |subject\ to\ |under\ )*
        (the\ )?([a-z]+\ )?(scope|orders?)
    | no\ (substantial\ )?(evidence|indication|sign)s?\ (of|that|for)
    | no\ (evasion|transshipment|violation|discrepanc\w+)
    | not\ (substantiated|supported|borne\ out) | unfounded | unsubstantiated | refuted
    | (origin|production|manufacture)\ (is\ |was\ |were\ |has\ been\ )?
        (confirmed|verified|proven|established|seen|witnessed)
    | (confirmed|verified|saw|seen|observed|witnessed)\ (full\ |complete\ |actual\ |own\ )?(production|manufactur\w+)
    | (plant|factory|mill|line|works)s?\ (was\ |were\ )?(seen\ )?(running|working|in\ operation|in\ production)
    | substantial(ly)?\ transform(ed|ation) | compliant | in\ order
    )\b"""
)
_NOT_FOR_IT = re.compile(
    r"""(?ix)\b(
      could\ not | cannot | unable | inconclusive | insufficient | pending | idle | empty | (is|are)\ within
    | not\ (verified|established|shown|proven|seen|compliant|substantially|in\ order)
    | no\ (production|machiner\w+|workers|reply|answer|response)
    | (evasion|transshipment|relabel\w*)\ (is\ |was\ )?(found|confirmed|suspected|likely)
    )\b"""
)


def spoken_for(
    facts: FactStore, makers: Collection[str], *, as_of: date | None, until: date
) -> dict[str, tuple[str, ...]]:
    """By MID, the documents up to a day that speak for its goods, by its number or a name that it has on file."""
    keys = {maker: {maker} for maker in makers}
    on_file = facts.table("party_records", as_of=as_of)
    on_file = on_file.filter(on_file.role == "manufacturer").select("identifier", "name", "other_names")
    names: set[str] = set()
    for row in on_file.semi_join(one_column("identifier", makers), "identifier").to_pyarrow().to_pylist():
        for name in (row["name"], *(row["other_names"] or ())):
            if name and (key := firm_key(name)):
                keys[row["identifier"]].add(key)
                names.add(name)
    found: dict[str, tuple[str, ...]] = {}
    papers = documents_naming(facts, makers, names, as_of=as_of, until=until)
    for maker, own in keys.items():
        told = tuple(paper.id for paper in papers if speaks_for(paper, frozenset(own)))
        if told:
            found[maker] = told
    return found


def speaks_for(paper: Document, maker: frozenset[str]) -> bool:
    """Whether a document speaks for the goods of the maker that goes by these keys."""
    told = [said for said, keys in paper.sentences if keys & maker]
    if not told:
        return False
    if all(one.key in maker for one in paper.named):
        told = [said for said, _ in paper.sentences]
    return any(map(_FOR_IT.search, told)) and not any(map(_NOT_FOR_IT.search, told))
