"""Companies that a label announces: what stands behind `Suppliers:`, `New importers:` or `shpr`, one name or several.

Invariant: a label names what firms are to each other; each name behind it is written with capitals, and is no person,
place, authority or number; the first that is none of these ends the list.
"""

import re
from collections.abc import Iterator

from graph.resolve.words import is_of_people, is_place, says_nothing, share
from ingest.extract.company_forms import first_form
from ingest.extract.introduced import is_label, official
from ingest.extract.name_words import (
    INITIALS,
    NOBODY,
    Place,
    ends_names,
    is_given,
    is_of_nation,
    is_plain,
    is_put_together,
    is_region,
    is_town,
    names_goods,
    stops,
)
from ingest.extract.told_of import is_of_person
from ingest.sources.countries import country_code

_ROLES = (
    r"(?:accounts|allegers?|auditors?|"
    r"companies|names|parties|who files|brokers?|buyers?|carriers?|cnees?|competitors?|complainants?|consignees?|"
    r"customers?|"
    r"distributors?|exporters?|factor(?:y|ies)|filers?|firms?|forwarders?|importers?(?: of record)?|IORs?|makers?|"
    r"manufacturers?|mills?|ntfy|petitioners?|plants?|processors?|producers?|protestants?|purchasers?|"
    r"respondents?|retailers?|"
    r"declarants?|answering|(?:entered or )?imported by|insured by|delivered to|for the carrier|lawyers?|"
    r"counsel|haulers?|packers?|"
    r"sellers?|shippers?|suppliers?|suret(?:y|ies)|traders?|truckers?|vendors?|warehouses?|wholesalers?)"
)
# Who they are, how many or which, and what is said of them: `New importers:`, `3 suppliers for pots:`.
_LABEL = re.compile(rf"(?:(?<=[\s(|])|^)(?i:{_ROLES})(?:\(s\))?(?: [a-z]+){{0,3}}(?: \([^()\n]{{1,24}}\))?\Z")
# What a label ends with is found first, and then read backwards.
_COLON, _LONGEST_LABEL = re.compile(r":[ \t]+(?=[A-Z0-9])"), 90
# Whom something is of or goes to, where that is a firm and hardly a person or a place: `a truck of Umber Haul`, `c/o
# Umber Counsel`; and the name right behind an entry's number, as people note them.
_WHOSE = re.compile(
    r"\bc/o[ \t]+$|"
    r"\b(?:[Tt]rucks?|[Tt]railers?|[Ss]emi|[Tt]ractor|[Dd]rivers?|[Ii]nvoices?|[Pp]ro ?formas?|[Qq]uot(?:es?|ations?)|"
    r"[Ll]etterhead|[Cc]atalog(?:ue)?|[Ss]alesm[ae]n|[Oo]wners?|[Cc]ustomers?|[Cc]lients?|[Ww]orkshop|"
    r"[Bb]onded carrier|"
    r"[Pp]acking list|[Ss]eals?|[Dd]elivery order) (?:of|from) $|"
    r"\b(?:[Ii]mported|[Ii]nsured|[Ii]nvoiced|[Cc]leared|[Hh]auled|[Tt]rucked|[Dd]elivered|[Dd]rayed|"
    r"[Cc]arted|[Ss]titched|[Ss]ewn|"
    r"[Ww]oven|[Ss]pun|[Cc]ast|[Ff]orged|[Pp]acked|[Bb]ottled|[Rr]oasted|[Cc]anned|[Tt]anned|[Mm]illed|"
    r"[Mm]olded|[Gg]auged|"
    r"[Ss]urveyed|[Aa]udited|[Ff]umigated|[Cc]onsigned) (?:by|to):? $|"
    r"\b[Aa] sample run by $|\b(?:IN BOND|In bond) (?:VIA|via|by): $"
)
_SMALL_WORD = re.compile(r"(?: (?:of|from|by|to|via|VIA):?|/o)[ \t]+(?=[A-Z])")
_LONGEST_WHOSE = 24

# Several of a kind, and who they are: `packers such as Umber and Ochre Landing`, `two shops, Umber Basket`.
_SUCH = re.compile(
    r"\b(?:accounts|brokers|buyers|carriers|clients|companies|competitors|customers|exporters|factories|firms|"
    r"forwarders|"
    r"growers|houses|importers|makers|manufacturers|mills|packers|plants|producers|retailers|sellers|shippers|shops|"
    r"stores|suppliers|traders|truckers|vendors|wholesalers|kin of it)"
    r"(?:,? (?:such as|like|including|namely|among them)|(?: [a-z]+){0,4},|(?: [a-z]+){0,3} (?:are|were)) (?=[A-Z])"
)
_NUMBERED = re.compile(
    r"\b[A-Z0-9]{3}-\d{7}-\d(?:\.|,|;|:| -)?[ ](?:line \d{1,2}[,;] )?(?=[A-Z])|\bline \d{1,2}[;,] (?=[A-Z])"
)
# An agent, whom a letter goes to (`Messrs. Umber Tea`), and a label that a stop ends: `Vendor. Umber Tea, Turkey`.
_AGENT = re.compile(
    r"(?m)(?:^|[.;] |  )Agent:[ \t]+(?=[A-Z])|(?:^|: )(?:M/[Ss]|Messrs)\.? (?=[A-Z])|"
    r"^(?:Brokers?|Buyers?|Consignees?|Exporters?|Importers?|Makers?|Manufacturers?|Sellers?|Shippers?|Suppliers?|"
    r"Suret(?:y|ies)|Vendors?)\.[ \t]+(?=[A-Z])"
)
# As they are shortened at the head of a line: `shpr Umber Tea`.
_SHORT = re.compile(
    r"(?m)(?:^|[;,/] )[ \t]*(?i:impt?r?|expt?r?|shpr|cnee|ntfy|mfr|mfgr|vdr|suppl?r?|brkr|fwdr|trkr|"
    r"seller|buyer|maker|shipper)\.?:?[ \t]+(?=[A-Z])"
)
# A line by itself at the head or the end of a letter, and what brokers, forwarders and their like end their names with.
_ALONE = re.compile(r"(?m)^[ \t]*(?P<name>[A-Z][^\n,:;.()\d]{5,50}?)[ \t]*,?$")
_HOUSES = frozenset(
    ("AGENTS", "ATTORNEYS", "BROKER", "BROKERS", "CHB", "COUNSEL", "CUSTOMHOUSE", "CUSTOMS", "FORWARDING", "LAW",
     "LOGISTIK", "SERVICES", "SPEDITION", "SURVEYORS", "TOWING", "TRANSPORTES")
)  # fmt: skip
_OF_CUSTOMS = frozenset(("AGENTS", "BROKERAGE", "BROKERS", "CLEARANCE", "CONSULTANTS", "SERVICES", "SPECIALISTS"))
_HEAD_LINES, _LAST_LINES = 2, 3
# A broker's house by its name alone: `resigned, and Umber Customs files now`.
_CUSTOMS = re.compile(
    r"(?<![\w.&'\u2019-])(?<![A-Z]\w )(?<!& )(?P<name>(?:(?:St\. )?[A-Z][\w'\u2019-]+ ){1,3}Customs)"
    r"(?: (?:Agents|Brokers|Partners|Clearance|House))?"
    r"(?![\w'\u2019-]| [A-Z&]| (?:and|or) (?:Border|[a-z]+ [a-z]+ law)| "
    r"(?:authorit|bond|broker|clearance|dut|entr|form|inspect|law|offic|regulation|rul|service|value|warehouse))"
)
_WORD = r"(?:[A-Z]{1,3}&[A-Z]{1,3}|[A-Z0-9\u00c0-\u024f](?:[\w'\u2019-]*\w)?)"
_NAME = re.compile(rf"(?:The )?{_WORD}(?: (?:& |of |de |del |da |do |di |y |e |et )?{_WORD}){{0,5}}")
_BEHIND = re.compile(
    r"[.]?(?:[ \t]*(?:[,;\n|(]|$|/ )|\.\s| (?:and|or|of|in|at|from|is|are|was|were|have|has|had|which|who) |"
    r"[ \t]{2}| [-\u2013\u2014] )"
)
_SEAT = re.compile(r" of (?P<land>[^\d]+)$")
_IN_AMERICA = ("Georgia", "Jersey")
_BRACKET = re.compile(r" ?\([^()\n]{1,40}\)")
_NEXT = re.compile(r"(?:[,;] (?:and )?| and | & | / )(?=[A-Z0-9])")
_IN_TOWN = re.compile(r" (?:in|of) [A-Z]\w+(?: [A-Z]\w+)?(?: and [A-Z]\w+)?(?=[,;] [A-Z])")  # Umber in Farmton, Ochre
_AND = re.compile(r" and ")
_LINES = re.compile(r"[^\n]*\S[^\n]*")
_LONGEST_LIST = 12
_SHORTEST = 4


def in_lists(text: str) -> Iterator[Place]:
    """Where such names stand.

    >>> text = "New importers: Umber Tea, Ochrelux (60 %) and Ann Worden."
    >>> [text[start:end] for start, end in in_lists(text)]
    ['Umber Tea', 'Ochrelux']
    """
    for colon in _COLON.finditer(text):
        if _LABEL.search(text, max(0, colon.start() - _LONGEST_LABEL), colon.start()):
            yield from _behind(text, colon.end())
    for pattern in (_AGENT, _SHORT):
        for label in pattern.finditer(text):
            yield from _behind(text, label.end())
    for small in _SMALL_WORD.finditer(text):
        if _WHOSE.search(text, max(0, small.start() - _LONGEST_WHOSE), small.end()):
            yield from (place for place in _behind(text, small.end()) if _is_titled(text[slice(*place)]))
    for pattern in (_SUCH, _NUMBERED):
        for label in pattern.finditer(text):
            yield from (place for place in _behind(text, label.end()) if _is_titled(text[slice(*place)]))


def houses(text: str) -> Iterator[Place]:
    """Brokers, forwarders and others who write letters, by the line that they head or sign them with, and brokers by
    their name.

    >>> text = "Dear Bill, Umber Quay Customs has the bill."
    >>> [text[start:end] for start, end in houses(text)]
    ['Umber Quay Customs']
    """
    lines = list(_LINES.finditer(text))
    for line in (*lines[:_HEAD_LINES], *lines[_HEAD_LINES:][-_LAST_LINES:]):
        match = _ALONE.match(text, line.start(), line.end())
        words = match.group("name").split() if match else []
        if match and len(words) > 1 and all(word[0].isupper() or word in ("&", "of", "de") for word in words):
            of_house = words[-1].upper() in _HOUSES or ends_names(words[-1])
            begun = words[:-1]
            if words[-1].upper() in _OF_CUSTOMS and begun[-1].upper() == "CUSTOMS":
                begun = begun[:-1] or begun  # UMBER BRIDGE CUSTOMS BROKERS
            of_office = "AND" in words or any(map(official, begun))
            if of_house and not of_office and names_firm(" ".join([*begun, "Tea"])):
                yield match.span("name")
    for match in _CUSTOMS.finditer(text) if "Customs" in text else ():
        words = match.group("name").split()[:-1]
        name = " ".join(words)
        of_nation = is_of_nation(words[-1]) or is_region(name) or country_code(name)
        where = of_nation or is_town(name) or is_place(name.upper())
        if not where and not any(official(word) or is_label(word) or stops(word) for word in words):
            yield match.span()


def _is_titled(name: str) -> bool:
    """Whether a name has several words, none of them an authority's, or is of no dictionary."""
    words = name.removeprefix("The ").split()
    return (len(words) > 1 or is_put_together(name)) and not any(official(word) for word in words)


def _behind(text: str, at: int) -> Iterator[Place]:
    for _ in range(_LONGEST_LIST):
        match = _NAME.match(text, at)
        if match is None:
            return
        seat = _SEAT.search(match.group())
        abroad = seat and seat.group("land") not in _IN_AMERICA and country_code(seat.group("land"))
        end = at + seat.start() if seat and abroad else match.end()
        if not _BEHIND.match(text, end) or not names_firm(text[at:end]):
            return
        form = first_form(text[at : end + 30])
        if form is None or form.start > end - at + 2:
            yield at, end
        end = match.end()
        if bracket := _BRACKET.match(text, end):
            end = bracket.end()
        if town := _IN_TOWN.match(text, end):
            end = town.end()
        following = _NEXT.match(text, end)
        if following is None:
            return
        at = following.end()


def names_firm(written: str) -> bool:
    """Whether words can be a firm's name where a firm's stands.

    >>> names_firm("Umber Tea"), names_firm("Ann Weld"), names_firm("Ohio"), names_firm("Same As Above")
    (True, False, False, False)
    """
    words = written.removeprefix("The ").split()
    plain = [word.upper() for word in words]
    if (
        says_nothing(written)
        or any(character.isdigit() for character in written)
        or any(is_label(word) or stops(word) for word in words)
        or INITIALS.fullmatch(words[0])
        or official(words[0])
        or (official(words[-1]) and len(words) < len(("Umber", "Entry", "Service")))
        or all(word in NOBODY or word in ("NONE", "UNKNOWN", "SAME") for word in plain)
        or country_code(written)
        or is_region(written)
    ):
        return False
    if len(words) == 1:
        return "&" in written or _tells(written)
    of_person = (is_given(words[0]) or is_of_people(plain[0])) and len(words) <= len(("Ann", "S", "Weld"))
    if is_of_person([words[0], words[-1]]) and all(map(INITIALS.fullmatch, words[1:-1])):
        return False
    firms = any(is_plain(word) or ends_names(word) or names_goods(word) for word in words[1:]) or "&" in words
    return firms or not (of_person or is_town(written))


def _tells(word: str) -> bool:
    """Whether one word can be a firm's name: no word of the language, no town's, person's or nation's."""
    common = is_plain(word) or share(word.upper()) or ends_names(word) or names_goods(word)
    others = is_town(word) or is_place(word.upper()) or is_given(word) or is_of_nation(word)
    return (
        len(word) >= _SHORTEST and not word.isupper() and not common and not others and not is_of_people(word.upper())
    )
