"""Countries in running text: by the names that ISO 3166 and the trade's lists have for them.

Invariant: a country is named as a country: not within another place's name (New Mexico), a person's (Jordan Brown),
a treaty's (the Uruguay Round), a case's (United States v. Umber) or an authority's (the United States Code);
`Chinese` names none.
"""

import re
from collections.abc import Iterator
from functools import cache

import pycountry

from ingest.extract.tables import cells
from ingest.sources.countries import country_code, country_names

# Names that are other things, too: words, people, states.
_DOUBTFUL = frozenset(
    (
        "Chad",
        "Columbia",
        "Cuba",
        "Dominica",
        "Georgia",
        "Guernsey",
        "Israel",
        "Jersey",
        "Jordan",
        "Mali",
        "Man",
        "Niger",
        "Turkey",
    )
)
_CAPITAL, _BEGINNING = re.compile(r"[^\W\d_a-z]"), 2  # characters that names are told apart by at first
_STATES_AND_CITIES = frozenset(("Columbia", "Georgia", "Jersey", "Cuba"))  # Atlanta, Georgia; Cuba, New York
_SMALL_TITLED = frozenset(("And", "From", "In", "Of", "To", "For", "The", "Via", "With"))
_SHORTEST = 4  # without a stop in it: MAN and CHAD are words, the U.S. is not
_SHORT_NAMES = frozenset(("usa", "uae", "prc", "rok", "uk", "us"))
_SMALL_WORDS = frozenset(("of", "the", "and", "da", "de"))

_SHORT = re.compile(r"\s\([\"\u201c]?([A-Z]{3,4})[\"\u201d]?\)")
_STATE = re.compile(  # the Republic of Turkey, where only Turkey is on a list
    r"(?<![\w-])(?:(?:[Pp]eople['\u2019]s|Democratic|Federal|Federative|Islamic|Socialist|Arab|Bolivarian) )*"
    r"(?:Republic|Kingdom|Sultanate|State)\sof\s(?:the\s)?$"
)
_OF_A_TREATY = re.compile(
    r"[-\u2013]{1,2}(?:(?!based|made|origin|grown)[A-Z]|flag)|"
    r"\s(?:Border Services|Chamber of|Customs(?! [Dd]ut)|Free Trade|Round|Trade Promotion)\b"
)
_CITY = re.compile(r" City\b")  # Mexico City
_TOWN_IN = re.compile(r", ([A-Z][a-z]+(?: [A-Z][a-z]+)?)\b")  # Lebanon, Tennessee
_OF_A_PLACE = re.compile(
    r"\b(?:New|Nuevo|Ciudad de|Estado de|Banco d[eo]|Port|Inner|Gulf of|District of|British|Little|Lake|Fort|St\.) $"
)
_PERSON_OR_PLACE = re.compile(r"\b(?:(?:Mr|Ms|Mrs|Dr)\.? (?:[A-Z][\w.]* ?){0,2}|(?:South|North|West|East|Port of) )$")
_WORD_BEFORE = re.compile(r"((?:[A-Z]\w+ )?([A-Z]\w+))(,?)\s$")
_STATE_BEHIND = re.compile(  # Jamaica, NY 11434
    r",\s+(?:[A-Z]{2}|[A-Z]\.[A-Z]\.|[A-Z][a-z]+(?: [A-Z][a-z]+)?),?\s+\d{5}(?!\d)"
)
_NAME_BEHIND = re.compile(r" +(?:\d{5}|[A-Z][a-z]+)")

_CODE = re.compile(
    r"(?i:\bcountr(?:y|ies) of (?:origin|export)|\bexporting country|\borigin country|\bCOO|\bC/O|"
    r"\borigin(?= ?:)|\b(?:declared|entered|claimed)(?: as| with)? CO)(?i: code)?"
    r"(?i: \(?(?:claimed|declared|entered)\)?)?[ \t:.|]{1,40}"
    r"[\"\u201c]?(?P<codes>[A-Z]{2}(?:(?:,|/|;| and| or)+ ?[A-Z]{2}\b(?!:)){0,9})\b(?! ?[A-Z]{2})"
)
_CODE_COLUMN = re.compile(
    r"(?:c(?:oun)?try(?: of (?:origin|export))?|COO|CO|C/O|origin)(?: (?:country|code))?:?", re.IGNORECASE
)
# Beside a word that ledgers and notes put before a code alone: `origin TH?`, `country TW on the 7501`, `KR 14, CN 122`.
_CODE_NOTED = re.compile(
    r"\b(?:[Oo]rigin|[Cc]try|CTRY|[Cc]ountry|ORIGIN(?=  )|COUNTRY(?=  ))(?: code)?[ \t]{1,20}"
    r"(?P<codes>(?!(?:AM|IS|NO|TO|AS|IN)\b)[A-Z]{2}(?: \d{1,5}\b)?"
    r"(?:(?:, ?|/| and | or )[A-Z]{2}(?: \d{1,5}\b)?(?![\w-])){0,9})"
    r"(?![\w-]|\.[A-Z]| [A-Z])"
)
_IN_CODES = re.compile(r"\b[A-Z]{2}\b")
_UNITED_STATES = "US"
_OF_THE_STATES = re.compile(
    r"(?:\bv(?:s|\.|s\.)?\s+(?:[Tt]he )?|\b(?:Schedules?(?: Annotated)?|Code|Government|Constitution|President)"
    r"\s+of\s+the\s+|\b(?:[Pp]laintiff|[Dd]efendant)(?:-[Aa]ppell\w+)?,?\s+(?:the )?)$"
)
_STATES_AGAINST = re.compile(
    r"(?: of America)?(?:(?:, [Pp]laintiffs?,?)?\s+v(?:s|\.)|,\s+(?:Plaintiff|Defendant|Appell|Respondent|Petitioner))"
)
_AUTHORITY = (
    "Additional Attorney Bureau Chapter Citizenship Coast Code Congress Consumer Court Customs Department "
    "Environmental "
    "Federal Fish Food Geological Government Harmonized International Legal Note Origin Patent Pharmacopeia Postal "
    "Section Securities Steel Supreme Tariff Trade Treasury dollars? Dollars?"
)
_STATES_AUTHORITY = re.compile(
    rf"(?:['\u2019]s?)?,? (?:{'|'.join((*_AUTHORITY.split(), *_AUTHORITY.upper().split()))})\b"
)
# Words behind the country that do not make it a quality of theirs: `in the U.S. since May`.
_GOES_ON = re.compile(
    r"\s(?!(?:after|and|are|as|at|because|before|but|by|can|could|did|directly|does|during|duty|for|from|had|has|have|"
    r"if|in|into|is|it|may|must|not|of|on|only|or|shall|should|since|so|than|that|the|then|they|through|to|under|"
    r"until|using|via|was|were|when|where|which|while|who|will|with|within|without|would)\b)\w"
)
# A cell of two letters behind the one with the tariff number: `| 9503.00.0073 | CN |`, `9503.00.0073 CN  01/02/2023`.
_CODE_CELL = re.compile(
    r"(?:\d{4}\.\d{2}(?:\.\d{2,4}|\.\d{2}\.\d{2})?|(?<!\d)\d{10}(?=[ ]*[|\t]))"
    r"(?:[ ]*[|\t][ ]*|[ ]/[ ]|;[ ]|[ ]{1,20})(?P<code>[A-Z]{2})(?=[ ]*[|\t\n]|[ ]/[ ]|;|[ ]{2}|$)"
)
_SENTENCE_BEGINS = re.compile(
    r"\s+(?:(?:A|All|An|As|At|Because|Both|By|Each|For|From|Further|He|However|If|In|It|No|Of|On|One|Our|She|"
    r"Since|Such|That|"
    r"The|Their|There|Therefore|These|They|This|Those|To|Under|Upon|We|When|While|With|You|Your)\b|"
    r"[A-Z][\w'\u2019-]*(?: [A-Z][\w'\u2019-]*)? (?:is|was|are|were|has|had|have|will|would|does|did|states|stated|"
    r"claims|asserts|imports|imported)\b)"
)
_INTO = re.compile(r"\binto\s(?:the\s)?$")
_INTO_WHAT = re.compile(
    r"\s(?:commerce|customs|distribution|economy|mail|market\w*|ports?|stream|supply|territory|warehouses?)\b"
)
_FOR = re.compile(r"\bfor $")
_CLAUSE_ENDS = re.compile(r"[.,;)](?:\s|$)")
_PLACED = re.compile(r"\b(?:the|in|into|to|from|of|and|or)(?:\s|\(){1,2}$|[,(] ?$")


def countries(text: str) -> Iterator[tuple[int, int, str]]:
    """Where countries are named, and their ISO 3166 alpha-2 codes.

    >>> [code for _, _, code in countries("from Viet Nam via New Mexico to the U.S., made in China (PRC)")]
    ['VN', 'US', 'CN', 'CN']
    """
    yield from _coded(text)
    codes = _names()[1]
    for match in _named(text):
        name = " ".join(match.group().split())
        code = codes[_folded(name)]
        before = text[max(0, match.start() - 40) : match.start()]
        start = match.start()
        if state := _STATE.search(before):
            start -= len(state.group())
        behind = match.end()
        if _OF_A_TREATY.match(text, behind) or _OF_A_PLACE.search(before) or _STATE_BEHIND.match(text, behind):
            continue
        if _CITY.match(text, behind) or _is_town(text, behind) or text.startswith("-wide", behind):
            continue
        if _is_united_states(text, match, before) if code == _UNITED_STATES else _is_country(text, match, before):
            yield start, match.end(), code
            if short := _SHORT.match(text, match.end()):
                yield from _shortened(text, text[start : match.end()], short, code)


def _shortened(text: str, name: str, short: re.Match[str], code: str) -> Iterator[tuple[int, int, str]]:
    """Initials that a text gives a country, here and wherever it uses them after: `(DRC)`."""
    if short.group(1) == "".join(re.findall(r"\b[A-Z]", name)) and short.group(1).casefold() not in _SHORT_NAMES:
        for match in re.compile(rf"(?<![\w-]){short.group(1)}(?![\w-])").finditer(text, short.start()):
            yield *match.span(), code


def _named(text: str) -> Iterator[re.Match[str]]:
    """The names of countries; the many names are tried only where a word in capitals begins as one of them does."""
    pattern, _, begins = _names()
    done = 0
    for capital in _CAPITAL.finditer(text):
        at = capital.start()
        if at >= done and text[at : at + _BEGINNING].casefold() in begins and (match := pattern.match(text, at)):
            done = match.end()
            yield match


def _coded(text: str) -> Iterator[tuple[int, int, str]]:
    """Codes beside the labels of a form: `Country of Origin VN`."""
    places = [match.span("codes") for match in _CODE.finditer(text)]
    places += [(cell.start, cell.end) for cell in cells(text, _CODE_COLUMN) if len(cell.text) == len("CN")]
    places += [match.span("codes") for match in _CODE_NOTED.finditer(text)]
    codes = list(_CODE_CELL.finditer(text))
    if any(match.group("code") not in _state_codes() for match in codes):
        places += [match.span("code") for match in codes]
    named = {match.span() for place in places for match in _IN_CODES.finditer(text, *place)}
    for start, end in sorted(named):
        if pycountry.countries.get(alpha_2=text[start:end]):
            yield start, end, text[start:end]


def _is_town(text: str, behind: int) -> bool:
    state = _TOWN_IN.match(text, behind)
    return state is not None and state.group(1) in _states()


@cache
def _state_codes() -> frozenset[str]:
    """The codes of the United States' states, and what two letters mean else in ledgers."""
    states = {region.code[3:] for region in pycountry.subdivisions if region.country_code == _UNITED_STATES}
    return frozenset((*states, "IT", "NO", "TO", "IS", "CF", "AD", "AI", "TV", "KG", "PM", "AM", "US"))


@cache
def _states() -> frozenset[str]:
    """The United States' states but for those that countries are called by, too."""
    named = {region.name for region in pycountry.subdivisions if region.country_code == _UNITED_STATES}
    return frozenset(name for name in named if not country_code(name))


def _is_country(text: str, match: re.Match[str], before: str) -> bool:
    """Whether a name that is also a word's, a person's or a state's is a country's here."""
    if match.group().title() not in _DOUBTFUL:
        return True
    if _PERSON_OR_PLACE.search(before) or _NAME_BEHIND.match(text, match.end()):
        return False
    word = _WORD_BEFORE.search(before)
    if not word or country_code(word.group(1)) or country_code(word.group(2)):
        return True
    if not word.group(3) and (match.group().isupper() or word.group(2) in _SMALL_TITLED):
        return True
    return bool(word.group(3)) and match.group().title() not in _STATES_AND_CITIES


def _is_united_states(text: str, match: re.Match[str], before: str) -> bool:
    """`U.S. components` speaks of a quality, `in the U.S.` of the country."""
    behind = match.end()
    if _OF_THE_STATES.search(before) or _STATES_AUTHORITY.match(text, behind) or _STATES_AGAINST.match(text, behind):
        return False
    in_full = match.group().upper().startswith("UNITED")
    if _FOR.search(before):  # not needed for US.
        return in_full or bool(_CLAUSE_ENDS.match(text, behind))
    if match.group().replace(".", "").upper() == "USA" and _PLACED.search(before):
        return not _NAME_BEHIND.match(text, behind) or match.group().endswith(".")
    if match.group() == "US" and text[match.end() : match.end() + 1] in ("$", "-", "/"):
        return False
    if _INTO.search(before):  # imported into the U.S. empty
        return in_full or not _INTO_WHAT.match(text, behind)
    goes_on = _GOES_ON.match(text, behind) and not _SENTENCE_BEGINS.match(text, behind)
    return in_full or (bool(_PLACED.search(before)) and not goes_on)


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str], frozenset[str]]:
    codes = {_folded(name): code for name, code in country_names() if _can_stand_in_text(name)} | {"us": _UNITED_STATES}
    ways = (_ways(name) for name in sorted(codes, key=lambda one: (-len(one), one)))
    joined = "|".join(ways).replace("'", "['\u2019]")
    return re.compile(rf"(?<![\w-])(?:{joined})(?!\w)"), codes, frozenset(name[:_BEGINNING] for name in codes)


def _folded(name: str) -> str:
    return name.casefold().replace("\u2019", "'")


def _can_stand_in_text(name: str) -> bool:
    """Lists abbreviate (Falk Is) and turn names round (Korea, North); texts do not."""
    listed = "," in name or ":" in name or "/" in name
    return not listed and (len(name) >= _SHORTEST or _folded(name) in _SHORT_NAMES)


def _ways(name: str) -> str:
    parts = name.split()
    titled = r"\s{1,4}".join(re.escape(part if part in _SMALL_WORDS else _titled(part)) for part in parts)
    return f"{titled}|{re.escape(name.upper())}".replace(r"\ ", r"\s{1,4}")


def _titled(part: str) -> str:
    if "." in part or part in (*_SHORT_NAMES, "sar", "pr", "pdr"):
        return part.upper()
    return "d'" + part[2:].capitalize() if part.startswith("d'") else part[:1].upper() + part[1:]
