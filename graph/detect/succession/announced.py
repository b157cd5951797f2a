"""Documents that say how two firms stand to each other: bought, inherited, handed on openly; or nothing in common.

Invariant: a document speaks of a pair only where it names both. What it only proposes, denies or suspects announces
nothing, and a note of somebody's opinion announces nothing either: it has to be published or to rest on a paper. That
two firms have nothing in common is for customs to say, and not for either of them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from graph.detect.documents import OF_CUSTOMS, Document, documents_naming, firm_key
from graph.facts.store import FactStore

# How a business, or a maker's custom, goes from one firm to another in the open.
_HANDED_ON = re.compile(
    r"""(?ix)\b(
      merg(e[sd]?|er|ing) | amalgamat\w* | acquir(e[sd]?|ing) | acquisition | purchase[sd]? | bought | buys
    | t(ake|akes|ook|aken)\ ?over | takeover | assum(e[sd]?|ing|ption) | succe(ed(s|ed|ing)?|ssors?|ssion)
    | s(old|ells?|ale|elling) | transfer(s|red|ring)? | assign(s|ed|ment)? | convey(s|ed|ance) | hand(s|ed)\ over
    | places?(d)?\ its | spin(s|-|\ )?(off|out) | spun\ off | carve[sd]?(-|\ )out | demerg\w+ | convert(s|ed)\ to
    | conversion | renam(ed|es|ing) | chang(e[sd]?|ing)\ (of\ )?(its\ |the\ )?name | name\ change | formerly
    | trustee | receiver(ship)? | liquidat(or|ion|ed) | bankrupt(cy)? | insolven(t|cy) | auction(ed)?
    | (sole|exclusive|new|authori[sz]ed)\ ([a-z.]+\ )?(distributor|agent|importer|licensee|buyer) | appoint(s|ed|ment)?
    | licen[cs]e | inherit(s|ed|ance) | heirs? | pass(es|ed)\ (on\ )?to | bequeath(s|ed)? | retire[sd]? | retirement
    | (son|daughter|widow)s? | beneficiar(y|ies) | (carried|carries|carry)\ on | continue[sd]?\ (by|under|through|as)
    | foreclos(ed?|ure)
    | go(es)?\ to | (highest|winning|successful)\ bid(der)? | accept(s|ed)\ (the|a)\ bid
    )\b"""
)
# What takes it back, puts it off, or speaks of something else than the business.
_NOT_SO = re.compile(
    r"""(?ix)\b(
      ((did|does|has|have|had|was|were|is|are|be|could|can)(\ ?not|n't)|never)\ (been\ |be\ )?
        (?!related|affiliated)[a-z]+
    | not\ (concerned|affected|a\ successor) | no\ (sale|transfer|merger|acquisition|succession|successor|assignment)
    | den(y|ies|ied) | minority | stakes? | warehouses? | whse | propos(es|ed|al) | plan(s|ned)? | talks
    | call(s|ed)?\ off | cancel(s|led|ed) | abandon(s|ed)? | withdrawn | consider(s|ed|ing) | would | might
    | (?<![0-9]\ )may(?!,?\ [0-9])
    | rumou?r\w* | unconfirmed | alleg\w+ | suspect\w* | evasion | evad\w+ | circumvent\w* | to\ (avoid|escape)
    | conceal\w* | unpaid | outstanding | overdue | same\ (telephone|phone|address|officer|people|hands?) | nominee
    | straw | front | shell | phoenix | alter\ ego
    )\b"""
)
# A warehouse among what a business consists of goes with it; by itself it is something else.
_WAREHOUSE = re.compile(r"(?i)\b(warehouses?|whse)\b")
_A_BUSINESS = re.compile(
    r"""(?ix)\b(
      (business|goodwill|inventory|stock(\ in\ trade)?|equipment|moulds|molds|trade\ ?(names?|marks?)|contracts)
    | customer(s|\ lists?) | (supply|sales)\ agreements | (telephone|phone)\ (lines?|numbers?)
    | (all|certain|substantially\ all)\ (of\ )?(its\ |the\ )?assets | going\ concern
    )\b"""
)
# What a court lets be done is done.
_LET_SELL = re.compile(r"(?i)\bmay (sell|transfer|assign|convey)\b")
# What the new one only says of itself, or what was looked for and not found; the press may quote a firm.
_ONLY_SAID = re.compile(
    r"""(?ix)\b(
      (say|claim|state|assert|maintain|pretend)(s|ed)?\ (that\ )?(it|he|she|they|the\ two)\b
    | said\ (that\ )?(it|he|she|they)\b
    | (claims?|claimed|purports?|pretends?|poses?|posed)\ (to\ be|as) | nobody\ has\ seen
    | no\ ([a-z]+\ )?(agreement|deed|probate|file|case|order|register|record)s?\ (\w+\ ){0,2}
      (found|exists?|filed|known|on\ record)\b
    )"""
)
# What a note rests on where it is more than an opinion.
_ON_PAPER = re.compile(
    r"""(?ix)\b(
      letters? | ltr | agreement | agmt | contract | deed | decree | orders?(ed)? | court | certificate | certified
    | registr\w+ | licen[cs]e | gazette | press | announce[sd]? | announcement | published | publication | notices?
    | notified | filed | filing | statement | copy | copies | documents?(ed)? | by\ (last\ )?will | testament | probate
    | disclosure
    )\b"""
)
# Who sells or hands on in others' name, and answers to a court or to creditors for it.
_FOR_OTHERS = re.compile(
    r"""(?ix)\b(
      assignee\ (for|of) | assignment\ for\ the\ benefit\ of | benefit\ of\ (the\ |its\ |all\ )?creditors
    | trustee | receivership | receiver\ (of|for|appointed) | liquidator | administrat(or|rix|ion)\ of | insolvency
    | bankruptcy | debtor | 11\ u\.?s\.?c | section\ 363 | chapter\ (7|11) | sheriff
    | (the|by|bankruptcy|district|superior|circuit|probate|chancery)\ court | court(-|\ )ordered
    | (secured|senior|foreclosing)\ (lender|creditor|party|bank) | foreclos(ed?|ure) | public\ (auction|sale)
    | bidders? | bids | execut(or|ors|rix) | letters\ (testamentary|of\ administration) | probate | (the\ )?estate\ of
    | (counsel\ (to|for)|behalf\ of|from)\ the\ estate
    )\b"""
)
_OF_AN_ESTATE = re.compile(
    r"(?i)\b(execut(or|ors|rix)|testamentary|probate|estate of|died|passed away|heirs?|by will)\b"
)
# A sale in name only: for nothing, with what is owed left behind, or to the seller's own people.
_IN_NAME_ONLY = re.compile(
    r"""(?ix)
      \bfor\ (one|ten|a\ hundred)\ dollars? | \$\ ?10?(\.00)?(?![0-9.,]*[0-9])
    | \bnominal\ (sum|price|consideration|value)
    | \bno\ (liabilit\w+|debts?|obligations?|duties)\ (pass|go|are\ (assumed|transferred|taken))
    | \b(not|never)\ (to\ )?(assum|tak)\w+\ (over\ )?(any|the|its)\ (liabilit|debt|dut)
    | \b(debts?|dut(y|ies)|liabilit\w+|bills?)\b[^.]{0,40}\b(stays?|remains?|rests?|(are|is)\ left)\ (with|behind)
    | \bwithout\ (its\ |the\ |any\ |assuming\ )*(debts?|liabilit\w+)"""
)
_TO_ITS_OWN = re.compile(
    r"""(?ix)(?<!\bno\ )(?<!\bnot\ an\ )(?<!\bnon-)\b(
      (brother|sister|father|mother)s?([- ]in[- ]law)? | cousin | wife | husband | spouse | nephew | niece | insider
    | same\ (address|premises|telephone|phone|officers?|manager) | manager\ of\ (the\ )?buyer
    )\b"""
)
# A name that is let to several: firms of their own, each of which buys of the maker that it is told to.
_LET = re.compile(r"(?i)\b(franchis\w+|licen[sc](es?|ed|ees?|ing|ors?))\b")
_SEVERAL = re.compile(
    r"(?i)\b(others?|several|independent (owners?|firms?|operators?)|local firms|franchisees|licensees|"
    r"each (owner|firm|of them))\b"
)
_PUBLISHED = "notice"
_LETTER = re.compile(r"(?i)\b(letters?|ltr)\b")
_WE = re.compile(r"(?i)\b(we|us|our|i|me|my)\b")
# That two firms have nothing to do with each other.
_NO_LINK = re.compile(
    r"""(?ix)\b(
      no\ ([a-z]+\ ){0,2}(links?|connections?|relations?|relationships?|ties?|affiliations?)\b
    | no\ common\ (owner|ownership|control|officers?|management)
    | nothing\ (to\ do\ with\ (each\ other|one\ another)|in\ common)
    | (un|not\ )(related|connected|affiliated) | independent\ of\ (each\ other|one\ another)
    )"""
)
# Where it is not found but said by somebody, or left open.
_HEARSAY = re.compile(
    r"""(?ix)\b(
      sa(y|ys|id)|claim(s|ed)?|state[sd]?|according\ to|told|maintain(s|ed)?|assert(s|ed)?|den(y|ies|ied)|writes?|wrote
    | alleg\w+|if|whether|could\ not|cannot|unclear|not\ (yet\ )?(verified|established|proven|confirmed)|pending|letter
    )\b"""
)
_AND_A_MAKER = 3
_LEAST_BARE = 10


@dataclass(frozen=True, slots=True)
class Written:
    """The documents that say that the old one's business went openly to the new one, and that the two have no link.

    `own` are letters in which the new one names the old one as whom it has the business from.
    """

    announced: tuple[str, ...] = ()
    no_link: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goes:
    """What a party goes by in documents: its number and its names on file."""

    number: str
    names: tuple[str, ...]


def written_of(
    facts: FactStore,
    couples: Iterable[tuple[str, str]],
    goes_by: Mapping[str, Goes],
    *,
    as_of: date | None,
    until: date,
) -> dict[tuple[str, str], Written]:
    """By couple (old, new): what documents say of both; couples of which none says anything are left out."""
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
    found: dict[tuple[str, str], Written] = {}
    for old, new in couples:
        # A name that both go by is the old one's, whose it was first, unless the new one is called so.
        of_old, of_new = keys[old] - _keys(Goes(new, goes_by[new].names[:1])), keys[new] - keys[old]
        near = _any_of(naming, of_old) | _any_of(naming, of_new)
        said = [papers[at] for at in sorted(near)]
        written = Written(
            tuple(paper.id for paper in said if says_openly(paper, of_old, of_new)),
            tuple(paper.id for paper in said if says_no_link(paper, of_old, of_new)),
            tuple(paper.id for paper in said if writes_itself(paper, of_old, of_new)),
        )
        if written.announced or written.no_link or written.own:
            found[old, new] = written
    return found


def says_openly(paper: Document, old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether a document says that a business went from the one to the other; both are what the two go by."""
    whole = f"{paper.title}. {_less_names(paper).text}"
    for_others = bool(_FOR_OTHERS.search(whole))
    if paper.kind != _PUBLISHED and not for_others and not _ON_PAPER.search(whole):
        return False
    if paper.kind != _PUBLISHED and (
        (_IN_NAME_ONLY.search(whole) and not for_others)
        or (_TO_ITS_OWN.search(whole) and not _OF_AN_ESTATE.search(whole))
    ):
        return False
    of_both = [(said, keys) for said, keys in _told(paper, old | new) if keys & old or keys & new]
    if not all(any(keys & of for _, keys in of_both) for of in (old, new)):
        return False
    plain = [_of_the_business(said) for said, _ in of_both]
    if any(_NOT_SO.search(_LET_SELL.sub("sells", said) if for_others else said) for said in plain):
        return False
    if paper.kind != _PUBLISHED and _ONLY_SAID.search(whole):
        return False
    told = [said for said, keys in of_both if keys & old and keys & new]
    # A sentence about each is enough, such as a maker's of its agents, where that about the new one says it.
    if not told and len({key for _, keys in of_both for key in keys}) <= _AND_A_MAKER:
        told = [said for said, keys in of_both if keys & new]
    return any(_HANDED_ON.search(said) for said in told) or _lets_its_name(paper, of_both, old | new)


def _of_the_business(said: str) -> str:
    """A sentence, less the warehouse that goes with the rest of a business."""
    return _WAREHOUSE.sub("", said) if _A_BUSINESS.search(said) else said


def _less_names(paper: Document) -> Document:
    """A document with what it names struck out: a Sons & Brothers Ltd is nobody's son or brother."""
    text = paper.text
    for one in paper.named:
        last = one.end - 1  # a legal form's full stop may end a sentence
        text = text[: one.start] + "X" * (last - one.start) + text[last:]
    return replace(paper, text=text)


def _told(paper: Document, couple: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    """The sentences less names, with what they name."""
    written, struck = paper.sentences[1:], _less_names(paper).sentences[1:]
    told = struck if len(struck) == len(written) else written
    return [
        (said, keys | _bare(as_written, couple))
        for (said, _), (as_written, keys) in zip(told, written, strict=True)
    ]  # fmt: skip


def _lets_its_name(paper: Document, of_both: list[tuple[str, frozenset[str]]], couple: frozenset[str]) -> bool:
    """Whether a paper that customs did not write says that the name is let to the new one as to others beside it."""
    if paper.kind in OF_CUSTOMS and paper.kind != _PUBLISHED:
        return False
    return any(
        _LET.search(said) and (keys - couple) and _SEVERAL.search(paper.text) for said, keys in of_both if keys & couple
    )


def writes_itself(paper: Document, old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether the new one writes, in a letter that rests on a paper, that it has the business from the old one.

    A letter is of whom its head or its end names.
    """
    sentences = _told(paper, old | new)
    if paper.kind in OF_CUSTOMS or not any(
        keys & new and not keys & old for _, keys in (*sentences[:1], *sentences[-1:])
    ):
        return False
    of_old = [said for said, keys in sentences[:-1] if keys & old]
    if any(_NOT_SO.search(said) for said in of_old):
        return False
    on_paper = (said for said in of_old if _ON_PAPER.search(_LETTER.sub("", f"{paper.title} {said}")))
    return any(_WE.search(said) and _HANDED_ON.search(said) for said in on_paper)


def says_no_link(paper: Document, old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether customs writes that the two have nothing to do with each other; both are what the two go by."""
    if paper.kind not in OF_CUSTOMS:
        return False
    of_both = (said for said, keys in _told(paper, old | new) if keys & old and keys & new)
    return any(_NO_LINK.search(said) and not _HEARSAY.search(said) for said in of_both)


def _bare(said: str, keys: Iterable[str]) -> frozenset[str]:
    """The names among these that stand in a sentence without a legal form, of two words and ten characters at least."""
    plain = f" {firm_key(said)} "
    return frozenset(key for key in keys if " " in key and len(key) >= _LEAST_BARE and f" {key} " in plain)


def _keys(one: Goes) -> frozenset[str]:
    return frozenset({one.number, *(firm_key(name) for name in one.names)} - {""})


def _any_of(naming: Mapping[str, set[int]], keys: Iterable[str]) -> set[int]:
    return {at for key in keys for at in naming.get(key, ())}
