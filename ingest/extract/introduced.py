"""Companies that bear no legal form, by the word that introduces them or by what only traders do.

Invariant: such a name has two words or more in capitals, none of them a person's first name, an authority's or a label;
places alone name nobody.
"""

import re
from collections.abc import Iterator

from graph.resolve.words import is_of_people, is_place, looks_like_company, says_nothing, share
from ingest.extract.company_forms import first_form
from ingest.extract.name_words import (
    ADDRESS,
    LOOSE_END,
    NAME,
    OF_WHAT,
    SENTENCE_ENDS,
    WORD,
    Place,
    is_region,
    stops,
    trimmed,
)
from ingest.sources.countries import country_code

# Who somebody is, in small letters, and then the name: `the broker Umber Gate`, `its supplier Ochre Jade`.
_INTRODUCED = re.compile(
    r"\b(?:(?:(?<=[.;(] )|(?m:^))(?:Maker|Declarant|Broker|Importer|Exporter|Shipper|Consignee|Supplier|"
    r"Manufacturer|Producer|Vendor|Surety|Petitioner|Seller|Forwarder|Consolidator|Trucker)|maker|declarant|trucker|packer|surveyor|auditor|alleger|"
    r"importer|exporter|producer|manufacturer|supplier|shipper|consignee|(?:customs )?broker|filer|carrier|"
    r"respondent|petitioner|vendor|seller|buyer|purchaser|subsidiary|affiliate|predecessor|parent|distributor|retailer|"
    r"wholesaler|forwarder|trader|competitor|subcontractor|factory|mill|client|customer|complainant)"
    r"(?: company| of record)?,? (?:named |called |= )?"
    rf"(?P<name>{WORD}(?: (?:{WORD}|&|(?:of|de|da|do|di|du)(?!\w))){{0,6}})"
)
# A name by itself, as `and` behind a verb joins two: `from Umber Valve and Ochre Valve`.
_ALONE = rf"(?P<name>{WORD}(?: (?:{WORD}|&|(?:of|de|da|do|di|du)(?!\w))){{1,6}})"
# What only traders do, in the past or of one (`Umber Ochre bought hot-rolled coil`), what parties to a case do
# (`Umber Gum alleges`), what is theirs (`Umber Gum's allegation`) and what they are (`Umber Gum is an importer`).
_DEED = re.compile(
    r"\b(?:sold|sells|bought|buys|imported|exported|shipped|manufactured|manufactures|produced|supplied|"
    r"supplies|invoiced|"
    r"consigned|transshipped|undervalued|misclassified|evaded|alleged|alleges|argued|argues|asserted|asserts|"
    r"claimed|claims|"
    r"contended|contends|protested|"
    r"(?P<anyone>asks|asked|declared|entered|filed|requested|requests|seeks|submitted)|"
    r"(?P<theirs>allegations?|customers?|entries|exports|factory|imports|invoices|production|protests?|"
    r"responses?|shipments|"
    r"suppliers?)|made (?:no )?(?:sales|shipments)|"
    r"(?:is|was|were) (?:(?:also|not|now|still) )?(?:the|a|an) (?:[\w.-]+ ){0,3}?(?:affiliate|broker|"
    r"distributor|exporter|importer|manufacturer|parent|producer|respondent|retailer|subsidiary|supplier|"
    r"wholesaler)s?)\b"
)
# Who works for somebody, by name: Umber's buyer, Ann Weld.
_EMPLOYED = re.compile(
    r"['\u2019]s?\s+(?:[a-z]+ )?(?:buyer|seller|broker|carrier|forwarder|trader|client), $|"
    r"\b(?:[Ii]ts|[Tt]heir|[Oo]ur|[Hh]is|[Hh]er) (?:buyer|seller), $"
)
_DOER = re.compile(rf"(?P<name>{NAME})(?: (?:also|then|had|has|have|and \w+))? $")
_OWNER = re.compile(rf"(?P<name>{NAME})(?:(?<=s)['\u2019]|(?<=['\u2019]s)) $")
_DOER_CHARACTERS = 100
# A name of one word, where it can only be a maker's or trader's: `manufactured by Umberia`.
_MADE_BY = re.compile(
    r"\b(?:manufactured|produced|made|supplied|sold|exported|imported|shipped|purchased|distributed)(?: and \w+)? by "
    r"(?P<name>[A-Z][\w-]{3,}\w)(?![\w'\u2019-]| [A-Z&]|\.[A-Za-z])"
)
# Who did it, behind the deed: `filed by Umber Filtration`; whom it was bought from, where the name says what it trades.
_DONE_BY = re.compile(
    r"(?:\b(?:manufactured|produced|made|supplied|sold|exported|imported|shipped|invoiced|distributed|owned|"
    r"operated|filed|"
    r"submitted|entered|requested|purchased)(?: and \w+)? by|"
    rf"\b(?:at the|to (?:a|the)|[Oo]n (?:a|the)) request (?:of|from|by)) {_ALONE}"
)
_ROLE_OF_ONE = re.compile(
    r"\b(?:importer|exporter|producer|manufacturer|supplier|customs broker|petitioner|respondent|company|"
    r"subsidiary|affiliate|distributor|retailer) (?:named |called )?"
    r"(?P<name>[A-Z][\w-]+\w)(?=[,.;)]|['\u2019]s [a-z]| [a-z]| \()"
)
_BOUGHT_FROM = re.compile(
    r"\b(?:imports?|imported|importing|buys|bought|buying|purchas(?:es|ed|ing)|sourc(?:es|ed|ing)|orders|ordered|"
    rf"acquired|obtained)\b[^.;,:\n]{{0,50}}? from {_ALONE}"
)
# What stands behind such a word and is a label of a form, or an authority's.
_LABELS = frozenset(
    ("AD", "BOND", "CASE", "CBP", "CF", "CHB", "CODE", "CVD", "EIN", "ENTRY", "EPA", "FDA", "FOB", "FTZ", "HTS",
     "HTSUS", "ID", "IOR", "IRS", "ISF", "MID", "NAFTA", "NAME", "NUMBER", "PO", "POA", "SCAC", "SSN", "TIN",
     "USMCA")
)  # fmt: skip
# What three letters or four mean to everybody in the trade.
_OTHERS_INITIALS = frozenset(
    ("ABI", "ACE", "ACH", "ADD", "AFA", "APO", "ATA", "AUV", "CAFC", "CEE", "CEO", "CFO", "CFR", "CFS", "CIF", "CIT",
     "CPSC", "CSMS", "CTPA", "DDP", "DHS", "DOC", "DOJ", "DOT", "EAPA", "EST", "ETA", "ETD", "FCC", "FTA", "FTC",
     "GMT", "GRI", "GSP", "HRL", "HSI", "ICE", "IPR", "ISF", "ISO", "ITA", "ITC", "LCL", "LED", "LTFV", "LTL", "MIP",
     "MSDS", "MSRP", "NME", "NYRL", "OFAC", "PDF", "PET", "PMS", "POI", "POR", "PSC", "PVC", "SEC", "SIC", "SUV",
     "TBA", "TBD", "TIB", "TSCA", "TSN", "UFLPA", "USC", "USDA", "USTR", "VAT", "VRA")
)  # fmt: skip
AUTHORITIES = frozenset(
    ("CBP", "CPSC", "DHS", "DOC", "DOJ", "DOT", "EPA", "FCC", "FDA", "FTC", "HSI", "ICE", "ITC", "OFAC", "SEC", "USDA",
     "USTR")
)  # fmt: skip
_SEAT = re.compile(r" of (?P<land>[A-Z]\w+(?: [A-Z]\w+)?)$")  # Umber Ochre of Sweden
_STATE = re.compile(r", [A-Z]")  # Umber of El Paso, Texas
_OFFICIAL = frozenset(
    ("ADMINISTRATION", "AGENCY", "ALLIANCE", "ASSOCIATION", "AUTHORITY", "BOARD", "BORDER", "BRANCH", "BUREAU", "CBP",
     "CEE", "CENTER", "CHAPTER", "CIRCUIT", "COALITION", "COMMERCE", "COMMISSION", "COMMITTEE", "CONGRESS", "COUNCIL",
     "COURT", "CUSTOMS", "DEPARTMENT", "DIRECTOR", "DIRECTORATE", "DIRECTORS", "DIVISION", "FDA", "FEDERAL",
     "GOVERNMENT", "HEADQUARTERS", "INSPECTOR", "INSPECTORS", "JUDGE", "LETTER", "MINISTRY", "NOTES", "OFFICE",
     "OFFICER", "OFFICERS", "OFFICIAL", "OFFICIALS", "PORT", "REGULATIONS", "REPRESENTATIVE", "REPUBLIC", "RULING",
     "RULINGS", "SECTION", "SERVICE", "SPECIALIST", "SPECIALISTS", "STATES", "TARIFF", "TEAM", "TREASURY", "UNION",
     "UNITED")
)  # fmt: skip


_CUSTOMS_SERVICE = re.compile(
    r"(?<=\w) (?:Customs (?:Brokerage|Brokers?|Clearance|Consultants?|Consulting|Services?)|"
    r"(?:Buying|Clearing|Customs|Forwarding|Freight|Liner|Marine|Maritime|Purchasing|Sales|Shipping|Travel) Agency)$"
)


_OF_BROKER = re.compile(r"\b(?:[Bb]roker|[Ff]iler)(?: is|:|,)? $")


def official(word: str) -> bool:
    """Whether a word is of an authority's name and not of a firm's."""
    return word.upper() in _OFFICIAL


def is_label(word: str) -> bool:
    """Whether a word in capitals is a label of a form or short for an authority."""
    return word.removesuffix("S") in _LABELS or word in _OTHERS_INITIALS


def introduced(text: str) -> Iterator[Place]:
    """Where such names stand; those that are short names of companies named in full are among them.

    >>> text = "The broker Umber Gate says that Ochre Jade sold it."
    >>> [text[start:end] for start, end in introduced(text)]
    ['Umber Gate', 'Ochre Jade']
    """
    yield from _by_role(text)
    yield from _traders(text)
    yield from _agents(text)


def _by_role(text: str) -> Iterator[Place]:
    for match in _INTRODUCED.finditer(text):
        start, end = match.span("name")
        words = text[start:end].split()
        employed = _EMPLOYED.search(text, max(0, start - 40), start) and not looks_like_company(text[start:end])
        if not stops(words[0]) and not employed and (place := firm(text, start, end)):
            yield place


def _traders(text: str) -> Iterator[Place]:
    for deed in _DEED.finditer(text):
        before = _OWNER if deed.group("theirs") else _DOER
        match = before.search(text, max(0, deed.start() - _DOER_CHARACTERS), deed.start())
        for named in _parted(text, *trimmed(text, *match.span("name"))) if match else ():
            place = firm(text, *named)
            if place and (not deed.group("anyone") or looks_like_company(text[slice(*place)])):
                yield place


def _parted(text: str, start: int, end: int) -> Iterator[Place]:
    """Two names that `and` joins, one by one: of two words or more each, or where one stands elsewhere by itself."""
    left, joined, right = text[start:end].partition(" and ")
    both = text.count(text[start:end])
    if joined and ((" " in left and " " in right) or text.count(left) > both or text.count(right) > both):
        yield start, start + len(left)
        start = end - len(right)
    yield start, end


def _agents(text: str) -> Iterator[Place]:
    for match in _DONE_BY.finditer(text):
        if place := firm(text, *match.span("name")):
            yield place
    tells: dict[str, bool] = {}
    for match in (*_MADE_BY.finditer(text), *_ROLE_OF_ONE.finditer(text)):
        word = match.group("name")
        if word not in tells:
            tells[word] = _tells(text, word)
        if tells[word]:
            yield match.span("name")
    for match in _BOUGHT_FROM.finditer(text):
        place = firm(text, *match.span("name"))
        if place and looks_like_company(text[slice(*place)]):
            yield place


def _tells(text: str, word: str) -> bool:
    """Whether one word can be a firm's name: no common one, no place's or person's, and nowhere written small."""
    plain = word.upper()
    if is_label(plain):
        return False
    common = (
        share(plain) or is_place(plain) or is_of_people(plain) or country_code(word) or official(word) or stops(word)
    )
    defined = re.search(rf"[(\"\u201c]{re.escape(word)}[)\"\u201d,]", text)  # a short name of another
    return not common and not defined and word.lower() not in text


def _goes_on_to_form(text: str, start: int, end: int) -> bool:
    """Whether a legal form is in a name or follows it, not behind a comma and another name."""
    form = first_form(text[start : end + 30])
    return form is not None and not re.search(r"[,;]\s*\w", text[end : start + form.start])


def firm(text: str, start: int, end: int) -> Place | None:
    """A row of words in capitals without a legal form, where two of them or more can name a firm: no person, place or
    authority, not only words of the trade."""
    name = text[start:end]
    if stop := SENTENCE_ENDS.search(name):
        name = name[: stop.start() + 1]
    name = LOOSE_END.sub("", name)
    seat = _SEAT.search(name)
    if seat and (
        country_code(seat.group("land"))
        or _STATE.match(text, start + len(name))
        or (" " in name[: seat.start()] and name[: seat.start()].split()[-1].upper() not in OF_WHAT)
    ):
        name = name[: seat.start()]
    words = name.split()
    if (service := _CUSTOMS_SERVICE.search(name)) and not (is_place(words[0].upper()) or country_code(words[0])):
        words = [*name[: service.start()].split(), "Brokers"]  # Umber Customs Service
    if words[-2:] == ["&", "Customs"] or (
        words[-1:] == ["Customs"] and _OF_BROKER.search(text, max(0, start - 16), start)
    ):
        words[-1] = "Brokers"  # Umber Freight & Customs, the broker Umber Customs
    plain = [word.strip(".,").upper() for word in words if word[0].isalnum()]
    telling = [word for word in plain if word.isalpha() and not is_place(word) and not says_nothing(word)]
    if (
        len(words) < 2
        or ADDRESS.fullmatch(words[-1])
        or not telling
        or any(official(word) or stops(word) for word in plain)
        or any(character.isdigit() for character in name)
        or all(country_code(part) for part in name.split(" and "))
        or is_region(name)
        or (is_of_people(plain[0]) and not looks_like_company(name))
        or _goes_on_to_form(text, start, start + len(name))
    ):
        return None
    return start, start + len(name)
