"""Documents that speak for a maker's goods: a scope ruling that leaves them out, a visit that saw them made.

Invariant: a document speaks for a maker in a sentence that names it, or in any where it names nobody else, reports on
a sample or is a ruling; what it leaves open, or finds against the maker, speaks for nobody. What a maker or its
customer writes of its own goods in a letter speaks for nobody either.
"""

import re
from collections.abc import Collection
from datetime import date

from graph.detect.documents import OF_CUSTOMS, WRITTEN, Document, documents_naming, firm_key
from graph.facts.columns import one_column
from graph.facts.store import FactStore

# How a matter of origin is closed in the maker's favour, unless it could not be told or something was found.
IN_FAVOUR = (
    r"(?i)\b(no|without( a| any)?)[ _-](\w+ )?(violation|evasion|discrepanc\w+|evidence|indication|"
    r"transshipment|diversion|merit|irregularit\w+)|"
    r"\b(unfounded|unsubstantiated|refuted|disproved|dismissed|cleared|compliant|"
    r"not[ _-](been |be )?(substantiated|founded|sustained|upheld|borne out|supported)|in order|negative|"
    r"(found|is|was|be|as) (declared|correct|genuine)|(confirmed|verified) as declared|"
    r"(origin|production|manufacture)( was| is)? (confirmed|verified|proven|established|seen))\b"
)
NOT_CLEARED = (
    r"(?i)\b(could not|cannot|unable|inconclusive|insufficient|lack of|unresolved|pending|non-?compliant|"
    r"not (compliant|in order|cleared|(be )?(verified|established|proven|determined|seen))|"
    r"no (answer|reply|response|production)|violations? (was |were |is )?found|penalt\w*|"
    r"(evasion|transshipment|discrepanc\w+) (was |is )?(found|confirmed|established|proven))\b"
)
# What papers say for it beside: the article is outside the order, it became one of the third country there, or what was
# done in the order's country made it none of that; or the plant was seen at work.
OUT_OF_SCOPE = (
    r"(?i)\b(not|outside|excluded|beyond|falls? out(side)?) (within |in |from |of |covered by |subject to |under )*"
    r"(the )?([a-z]+ )?(scope|orders?)\b|"
    r"\bneeds? no (cash )?deposits?\b|\bno (cash )?deposits? (is|are) (due|needed|required)\b|"
    r"\b(is|are|was|were|been|be) substantially transformed\b|"
    r"\b(do|does|did) not (change|confer|alter|affect) (the |a new )?(country of )?origin\b"
)
# Who decides on scope, or finds what goods are and who makes them; letters of the parties ("other") do neither.
OFFICIAL = ("ruling", "notice", "memo", "ims_document", "lab_report")
_SEEN = re.compile(
    r"(?i)\b((confirmed|verified|saw|seen|observed|witnessed) (full |complete |actual |own )?"
    r"(production|manufactur\w+)|"
    r"(?<!no )(production|manufactur\w+) (was |were |is )?(seen|observed|witnessed)|"
    r"(saw|seen|watched|followed) (each|every|all) (the )?(step|stage)s?|"
    r"(plant|factory|mill|line|works|machine|loom|kiln|press)(e?s)? (was |were )?(seen )?"
    r"(running|working|in operation|in production)|"
    r"substantial(ly)? transform(ed|ation))\b"
)
# What is written where nothing is made: of a visit, or of a firm's entry in a register.
_NO_PLANT = re.compile(
    r"""(?ix)\b(
      no\ (\w+\ ){0,2}(equipment|machines?|machinery|factory|workshop|raw\ materials?|payroll|moulds|tooling|furnaces?
        |looms?|presses|power\ (connection|supply)|electricity|production(?!\ (stop|problem|delay|loss|fault|halt))
        |manufactur\w+|workers(?!\ (were\ |are\ )?(under|injured|hurt|complain)))
    | (could|can|did|does)\ ?not\ (show|produce|name|prove|document|explain|demonstrate)\ (any\ |the\ |how\ )?
      (purchases?|payroll|machine\w*|workers|process|production|manufactur\w+|raw)
    | nothing\ but\ an?\ (\w+\ )?(office|desk|warehouse|store|shed)
    | (hall|plant|factory|works|workshop|shed|premises)s?\ (is\ |was\ |were\ )?
      (empty|idle|bare|deserted|not\ in\ (use|operation))
    | not\ in\ working\ order | (is|was)\ (an?\ )?(apartment|dwelling|vacant\ (lot|land)|empty\ lot)
    | (plant|factory|mill|works)\ [^.]{0,40}does\ not\ exist | no\ such\ (plant|factory|mill|works|maker|firm)
    | (removing|peeling|scraping|cutting|washing)\ [^.;]{0,25}(labels?|stickers?|tags?|marks?|markings)
    | (found|seen|were|was)\ re-?pack(ed|ing)
    | (is|was|were|stands?|stood|lies|lay|found\ it)\ (empty|idle|closed|locked|shut|vacant|(only\ )?a\ warehouse)
    | (rented|empty|bare)\ (warehouse|store|office|godown|shed) | only\ (a\ )?(warehouse|office|store)
    | gates?\ (was\ |were\ )?(locked|shut|closed) | under\ (dust\ )?(sheets|covers|tarpaulins?)
    | re-?label(l?ed|l?ing|s)? | (taping|sticking|putting|pasting)\ (on\ )?new\ (labels?|tags?|stickers?)
    | (does|do|did|could|can)\ ?not\ (make|manufacture|produce)\ (any|the|such|what|this|these|it)
    | (goods|containers?|cartons?)\ (come|go|came|went)\ in\ and\ (go\ |went\ )?out
    | factory\ licen[cs]e:?\ (none|nil|no)
    )\b"""
)
# What a register says is for it to say, whoever sends the extract in.
_OF_A_REGISTER = re.compile(
    r"(?i)\b(extract (of|from) (the )?[a-z ]*regist(er|ry)|register extract|"
    r"(enterprise|company|companies|trade|commercial|business) regist(er|ry) (extract|entry|record))\b"
)
_OF_A_LABORATORY = "lab_report"
_ON_ONE_MATTER = (_OF_A_LABORATORY, "ruling")
_SUBJECT = re.compile(r"(?im)^[ \t]*(re|subject|subj|concerning|betreff|asunto|objet)[ \t]*:.*$")
_NOT_FOR_IT = re.compile(
    r"(?i)\b((is|are) within|not (outside|excluded|beyond)|not substantially|idle|empty|no (machiner\w+|workers))\b"
)
_OPEN_OR_WITHIN = re.compile(
    r"(?i)\b((is|are|falls?|be) within|not (outside|excluded|beyond)|could not|cannot|pending|undecided)\b"
)
_ONLY_SAID = re.compile(r"(?i)\b(claim|ask|argue|assert|allege|believe|contend|state|say|request)(s|d|ed)? that\b")


def keys_on_file(facts: FactStore, makers: Collection[str], *, as_of: date | None) -> dict[str, set[str]]:
    """By MID, what a document may name its maker by: the number, and the names that it has on file."""
    keys = {maker: {maker} for maker in makers}
    on_file = facts.table("party_records", as_of=as_of)
    on_file = on_file.filter(on_file.role == "manufacturer").select("identifier", "name", "other_names")
    for row in on_file.semi_join(one_column("identifier", makers), "identifier").to_pyarrow().to_pylist():
        for name in (row["name"], *(row["other_names"] or ())):
            if name and (key := firm_key(name)):
                keys[row["identifier"]].add(key)
    return keys


def spoken_of(
    facts: FactStore, makers: Collection[str], *, as_of: date | None, until: date
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[Document, ...]]]:
    """By MID, the documents up to a day that speak for its goods, and those that say that it makes nothing.

    It is named in them by its number or a name that it has on file.
    """
    keys = keys_on_file(facts, makers, as_of=as_of)
    names = {key for own in keys.values() for key in own}
    naming: dict[str, dict[str, Document]] = {}
    for paper in documents_naming(
        facts, makers, names, as_of=as_of, until=until, kinds=(*WRITTEN, "ruling", _OF_A_LABORATORY)
    ):
        for one in paper.named:
            naming.setdefault(one.key, {})[paper.id] = paper
    found: dict[str, tuple[str, ...]] = {}
    against: dict[str, tuple[Document, ...]] = {}
    for maker, own in keys.items():
        near = {name: paper for key in own for name, paper in naming.get(key, {}).items()}
        told = tuple(name for name in sorted(near) if speaks_for(near[name], frozenset(own)))
        if told:
            found[maker] = told
        seen = tuple(near[name] for name in sorted(near) if speaks_against(near[name], frozenset(own)))
        if seen:
            against[maker] = seen
    return found, against


def speaks_for(paper: Document, maker: frozenset[str]) -> bool:
    """Whether a document speaks for the goods of the maker that goes by these keys."""
    if paper.kind not in OFFICIAL and not _is_of_a_register(paper):
        return False
    told = _told(paper, maker)
    for_it = any(re.search(OUT_OF_SCOPE, said) for said in told)
    # What else a laboratory finds in order need not be the origin.
    if paper.kind != _OF_A_LABORATORY:
        for_it = for_it or any(re.search(IN_FAVOUR, said) or _SEEN.search(said) for said in told)
    return for_it and not any(re.search(NOT_CLEARED, said) or _NOT_FOR_IT.search(said) for said in told)


def speaks_against(paper: Document, maker: frozenset[str]) -> bool:
    """Whether customs saw, or a register says, that the maker that goes by these keys makes nothing itself."""
    if paper.kind not in OF_CUSTOMS and not _is_of_a_register(paper):
        return False
    told = _told(paper, maker)
    against = any(_NO_PLANT.search(said) and not _ONLY_SAID.search(said) for said in told)
    return against and not any(_SEEN.search(said) for said in told)


def _is_of_a_register(paper: Document) -> bool:
    return bool(_OF_A_REGISTER.search(f"{paper.title} {paper.text}"))


def leaves_out(paper: Document, keys: frozenset[str]) -> bool:
    """Whether a ruling, a notice, or a paper of customs or a laboratory says of these parties' goods that an order
    leaves them out."""
    told = _told(paper, keys)
    return (
        paper.kind in OFFICIAL
        and any(re.search(OUT_OF_SCOPE, said) and not _ONLY_SAID.search(said) for said in told)
        and not any(map(_OPEN_OR_WITHIN.search, told))
    )


def _told(paper: Document, keys: frozenset[str]) -> list[str]:
    """What a document says of those that go by these keys: the sentences that name them, or all where it names nobody
    else, reports on a sample or rules on the goods that it was asked about; and where its subject is them alone, those
    that name nobody else."""
    told = [said for said, named in paper.sentences if named & keys]
    if told and (paper.kind in _ON_ONE_MATTER or all(one.key in keys for one in paper.named)):
        return [said for said, _ in paper.sentences]
    if told and _is_on_them(paper, keys):
        return [said for said, named in paper.sentences if named <= keys]
    return told


def _is_on_them(paper: Document, keys: frozenset[str]) -> bool:
    """Whether the line of a document's subject names those that go by these keys, and nobody else."""
    lines = [line.span() for line in _SUBJECT.finditer(paper.text)]
    named = {one.key for one in paper.named if any(begin <= one.start < end for begin, end in lines)}
    return bool(named) and named <= keys
