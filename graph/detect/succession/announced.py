"""Documents that say openly how a firm's business came to another: bought, inherited, sold by a court, handed on.

Invariant: a document speaks of a pair only where it names both. What it only proposes, denies or suspects announces
nothing, and a note of somebody's opinion announces nothing either: it has to be published or to rest on a paper.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from graph.detect.documents import Document, documents_naming, firm_key
from graph.facts.store import FactStore

# How a business, or a maker's custom, goes from one firm to another in the open.
_HANDED_ON = re.compile(
    r"""(?ix)\b(
      merg(e[sd]?|er|ing) | amalgamat\w* | acquir(e[sd]?|ing) | acquisition | purchase[sd]? | bought | buys
    | t(ake|akes|ook|aken)\ ?over | takeover | assum(e[sd]?|ing|ption) | succe(ed(s|ed|ing)?|ssors?|ssion)
    | s(old|ells|ale|elling) | transfer(s|red|ring)? | assign(s|ed|ment)? | convey(s|ed|ance) | hand(s|ed)\ over
    | places?(d)?\ its | spin(s|-|\ )?(off|out) | spun\ off | carve[sd]?(-|\ )out | demerg\w+ | convert(s|ed)\ to
    | conversion | renam(ed|es|ing) | chang(e[sd]?|ing)\ (of\ )?(its\ |the\ )?name | name\ change | formerly
    | trustee | receiver(ship)? | liquidat(or|ion|ed) | bankrupt(cy)? | insolven(t|cy) | auction(ed)?
    | (sole|exclusive|new|authori[sz]ed)\ ([a-z.]+\ )?(distributor|agent|importer|licensee|buyer) | appoint(s|ed|ment)?
    | licen[cs]e | inherit(s|ed|ance) | heirs? | retire[sd]? | retirement | (son|daughter|widow)s?
    )\b"""
)
# What takes it back, puts it off, or speaks of something else than the business.
_NOT_SO = re.compile(
    r"""(?ix)\b(
      ((did|does|has|have|had|was|were|is|are|be|could|can)(\ ?not|n't)|never)\ (been\ |be\ )?
        (?!related|affiliated)[a-z]+
    | not\ (concerned|affected|a\ successor) | no\ (sale|transfer|merger|acquisition|succession|successor|assignment)
    | den(y|ies|ied) | minority | stakes? | warehouses? | whse | propos(es|ed|al) | plan(s|ned)? | talks
    | call(s|ed)?\ off | cancel(s|led|ed) | abandon(s|ed)? | withdrawn | consider(s|ed|ing) | would | may | might
    | rumou?r\w* | unconfirmed | alleg\w+ | suspect\w* | evasion | evad\w+ | circumvent\w* | to\ (avoid|escape)
    | conceal\w* | unpaid | outstanding | overdue | same\ (telephone|phone|address|officer|people|hands?) | nominee
    | straw | front | shell | phoenix | alter\ ego
    )\b"""
)
# What a note rests on where it is more than an opinion.
_ON_PAPER = re.compile(
    r"""(?ix)\b(
      letters? | ltr | agreement | agmt | contract | deed | decree | orders?(ed)? | court | certificate | certified
    | registr\w+ | licen[cs]e | gazette | press | announce[sd]? | announcement | published | publication | notices?
    | notified | filed | filing | statement | copy | copies | documents?(ed)?
    )\b"""
)
_PUBLISHED = "notice"
_AND_A_MAKER = 3
_LEAST_BARE = 10


@dataclass(frozen=True, slots=True)
class Goes:
    """What a party goes by in documents: its number and its names on file."""

    number: str
    names: tuple[str, ...]


def announced(
    facts: FactStore,
    couples: Iterable[tuple[str, str]],
    goes_by: Mapping[str, Goes],
    *,
    as_of: date | None,
    until: date,
) -> dict[tuple[str, str], tuple[str, ...]]:
    """By couple (old, new): the documents that say openly that the one's business went to the other."""
    couples = list(couples)
    parties = [goes_by[party] for party in sorted({party for couple in couples for party in couple})]
    papers = documents_naming(
        facts,
        (one.number for one in parties),
        (name for one in parties for name in one.names),
        as_of=as_of,
        until=until,
    )
    naming: dict[str, set[int]] = {}
    for at, paper in enumerate(papers):
        for one in paper.named:
            naming.setdefault(one.key, set()).add(at)
    keys = {party: _keys(goes_by[party]) for couple in couples for party in couple}
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for old, new in couples:
        # What both go by tells neither from the other.
        of_old, of_new = keys[old] - keys[new], keys[new] - keys[old]
        near = _any_of(naming, of_old) | _any_of(naming, of_new)
        told = tuple(papers[at].id for at in sorted(near) if says_openly(papers[at], of_old, of_new))
        if told:
            found[old, new] = told
    return found


def says_openly(paper: Document, old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether a document says that a business went from the one to the other; both are what the two go by."""
    if paper.kind != _PUBLISHED and not _ON_PAPER.search(f"{paper.title} {paper.text}"):
        return False
    sentences = [(said, keys | _bare(said, old | new)) for said, keys in paper.sentences[1:]]
    of_both = [(said, keys) for said, keys in sentences if keys & old or keys & new]
    if not all(any(keys & of for _, keys in of_both) for of in (old, new)):
        return False
    if any(_NOT_SO.search(said) for said, _ in of_both):
        return False
    told = [said for said, keys in of_both if keys & old and keys & new]
    # A sentence about each is enough, such as a maker's of its agents, where that about the new one says it.
    if not told and len({key for _, keys in of_both for key in keys}) <= _AND_A_MAKER:
        told = [said for said, keys in of_both if keys & new]
    return any(_HANDED_ON.search(said) for said in told)


def _bare(said: str, keys: Iterable[str]) -> frozenset[str]:
    """The names among these that stand in a sentence without a legal form, of two words and ten characters at least."""
    plain = f" {firm_key(said)} "
    return frozenset(key for key in keys if " " in key and len(key) >= _LEAST_BARE and f" {key} " in plain)


def _keys(one: Goes) -> frozenset[str]:
    return frozenset({one.number, *(firm_key(name) for name in one.names)} - {""})


def _any_of(naming: Mapping[str, set[int]], keys: Iterable[str]) -> set[int]:
    return {at for key in keys for at in naming.get(key, ())}
