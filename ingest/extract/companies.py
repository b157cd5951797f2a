"""Companies that nobody has told us of: a legal form and the name before it, a form's field, an addressee.

Invariant: a name is found by what stands around it, never by a list of names; a span holds the name with its legal
form and nothing before it. A name in capitals, in a table's cell or in a form's field is found as one in a sentence.
"""

import re
from collections.abc import Iterator
from functools import cache

from graph.resolve.words import is_of_people, is_place, looks_like_company, share
from ingest.extract.company_forms import FormSpan, first_form, legal_forms, rows
from ingest.extract.in_forms import addressees, in_columns, in_fields, in_lines
from ingest.extract.in_lists import houses, in_lists
from ingest.extract.in_rows import in_rows, joined, of_lands, partners
from ingest.extract.introduced import introduced, official
from ingest.extract.name_words import (
    BETWEEN,
    INITIALS,
    LOOSE_END,
    NAME,
    NOBODY,
    NOT_IN_NAMES,
    OF_WHAT,
    SENTENCE_ENDS,
    WORD,
    Place,
    begins_names,
    ends_names,
    is_coined,
    is_given,
    is_goods,
    is_of_nation,
    is_region,
    is_ship_or_brand,
    is_town,
    names_goods,
    says_nobody,
    says_what_kind,
    seated_name,
    stops,
    trimmed,
)
from ingest.extract.told_of import ends_so, in_headline, stands_so
from ingest.sources.countries import country_code

_LONGEST_NAME = 160  # characters before a legal form
_WORDS_IN_BRACKETS, _DIGITS_IN_NAME = 3, 4
_WRAPPED = 60  # a line of so many characters goes on in the next
_ROW_OF_CELLS = re.compile(r"\S(?: {2,}|\t|\|)\S")
_PIECE = re.compile(
    r"\([^()\n\t]{1,40}\)|[^\W_](?:[\w'\u2019.+-]|\[[a-z]{3,7}\]|[&/](?=\w))*|[^\S\n]*\n\s*|[^\S\n]{2,}|\t|\S"
)
_ABBREVIATED = frozenset(
    ("BROS", "CHAS", "CHEM", "CO", "DEV", "ELEC", "ENG", "ENT", "EXP", "GEN", "GEO", "IMP", "IND", "INDS", "INDUS",
     "INS", "INT'L", "INTL", "JAS", "JOS", "LAB", "LABS", "MACH", "MFG", "MFRS", "MT", "PHARM", "PRODS", "PT", "SAN",
     "ST", "SVCS", "SYS", "TECH", "TEX", "THOS", "TIC", "TRANSP", "TRDG", "UNIV", "WM")
)  # fmt: skip
_COMPANY = ("Co", "CO")  # Umber & Co., Umber and Company
_AND, _OF = frozenset(("and", "AND", "&", "+")), "of"
_PARTNERS = frozenset(("ASSOCIATES", "BROTHERS", "DAUGHTERS", "PARTNERS", "SON", "SONS"))


def companies(text: str) -> Iterator[Place]:
    """Where companies stand in a text; a place may be given twice, places of one kind never overlap.

    >>> text = "sold by Umber Trading (HK) Co., Ltd. to OCHRE IMPORTS INC."
    >>> [text[start:end] for start, end in companies(text)]
    ['Umber Trading (HK) Co., Ltd.', 'OCHRE IMPORTS INC.']
    """
    found = [place for way in _WAYS for place in way(text)]
    for more in (introduced(text), in_rows(text, found)):
        names = {text[slice(*place)] for place in found}  # one that is in another is a short name of that company
        found += [place for place in more if not _is_part(text[slice(*place)], names)]
    goods = {text[slice(*place)] for place in found if is_goods(text, place[1])}
    for place in found:
        if text[slice(*place)] not in goods:
            yield from _two(text, *place)


def _is_common(word: str) -> bool:
    return ends_names(word) or names_goods(word) or says_what_kind(word)


def _two(text: str, start: int, end: int) -> Iterator[Place]:
    """Two names that `and` joins and no legal form ends, one by one: Umberlux and Ochre Supply; else the one."""
    left, joined, right = text[start:end].partition(" and ")
    apart = (
        joined
        and " and " not in right
        and " " in right
        and ((" " in left and "," not in left) or (is_coined(left) and not is_town(left)))
        and not first_form(right)
        and not any(says_nobody(word) or word in BETWEEN for word in right.split())
        and (" " not in left or not all(map(_is_common, right.split())))
    )
    if apart:
        yield start, start + len(left)
        start = end - len(right)
    yield start, end


def _is_part(written: str, names: set[str]) -> bool:
    return written not in names and any(written in name for name in names)


_BRACKET = re.compile(r",?\s?\([A-Z][\w. ]{1,20}\)\s?")
_OF_COUNTRY = re.compile(r" of (?P<land>(?:North )?America|[A-Z][a-z]+(?: [A-Z][a-z]+)?)\b")


def _belongs(form: str, land: str) -> bool:
    """Whether a country is part of the name: Umber Corporation of Oman, but Umber Ltd. of Oman is seated there."""
    return land.endswith("America") or (form.startswith(("Corporation", "Company")) and _is_land(land))


def _is_land(name: str) -> bool:
    return name.endswith("America") or country_code(name) is not None


def _by_form(text: str) -> Iterator[Place]:
    floor = 0
    before: Place | None = None
    for form in legal_forms(text):
        goes_on = before and _BRACKET.fullmatch(text, floor, form.start)  # Umber K.K. (USA) Inc.
        start = before[0] if before and goes_on else _name_start(text, floor, form)
        if before and not goes_on:
            yield before
            before = None
        if start is not None:
            of_country = _OF_COUNTRY.match(text, form.end)
            belongs = of_country and _belongs(text[form.start : form.end], of_country.group("land"))
            floor = of_country.end() if of_country and belongs else form.end
            before = start, floor
    if before:
        yield before


_COURT = re.compile(
    r"(?:COURT OF|Court of) (?:INTERNATIONAL TRADE|International Trade) "
)  # whose caption a party follows


# Small words that a name begins with where it is all that stands in a line or field: Under Umber, Inc.
_LINE_BEGINS = re.compile(
    r"(?:^|\n(?<![^\n]{60}\n)|: )[ \t]*"
    r"(?P<word>Above|After|All|Any|Before|Both|Every|In|No|Not|On|Only|Out|Over|Under|Up) $"
)
_FIELD_BEGINS = re.compile(r"[a-z]: The $")
_LINE_ENDS = re.compile(r"[ \t]*(?:\n|$)")


def _name_start(text: str, floor: int, form: FormSpan) -> int | None:
    """Where the name before a legal form begins, or None where there is no name."""
    begin = max(floor, form.start - _LONGEST_NAME)
    pieces = list(_PIECE.finditer(text, begin, form.start))
    kept: list[re.Match[str]] = []
    for at in range(len(pieces) - 1, -1, -1):
        piece = pieces[at]
        before = pieces[at - 1].group() if at else ""
        named = [one for one in kept if one.group().strip()]
        if not _goes_on(text, piece, before, named, form):
            break
        kept.insert(0, piece)
    while kept and not _can_begin(kept[0].group()):
        kept.pop(0)
    names = [
        piece.group()
        for piece in kept
        if piece.group()[0] not in "(,&+" and piece.group().strip() and piece.group() not in BETWEEN
    ]
    if not names or all(says_nobody(name) for name in names) or _introduces(text, names, form):
        return None
    if not form.sure and not _fits_short_form(text, names[-1], form):
        return None
    start = kept[0].start()
    if _FIELD_BEGINS.search(text, max(0, start - len("x: The ")), start):
        return start - len("The ")  # Consignee: The Umber Exchange, Inc.
    if (ahead := _LINE_BEGINS.search(text, max(0, start - _WRAPPED), start)) and _LINE_ENDS.match(text, form.end):
        return ahead.start("word")
    court = _COURT.match(text, max(0, start - len("Court of ")), form.start)
    return court.end() if court else start


def _goes_on(text: str, piece: re.Match[str], before: str, kept: list[re.Match[str]], form: FormSpan) -> bool:
    """Whether a name that was followed leftwards to `kept` also holds the piece before it."""
    written = piece.group()
    if "\n" in written:
        line = text[text.rfind("\n", 0, piece.start()) + 1 : piece.start()]
        wrapped = len(line) >= _WRAPPED and not _ROW_OF_CELLS.search(line) and not before.isdigit()
        parted = bool(kept) and written.count("\n") > 1  # by an empty line
        return not parted and (wrapped or (before == "," and not kept))
    if written == ",":
        of_partners = form.partners and _PARTNER.search(text, max(0, piece.start() - _WRAPPED), piece.start())
        of_house = len(kept) == 2 and kept[1].group() in _AND and text.startswith(_COMPANY, form.start)
        if of_house:  # Umber, Ochre & Co.
            of_partners = _PARTNER.search(text, max(0, piece.start() - _WRAPPED), piece.start())
        return not kept or (before[:1].isupper() and (bool(of_partners) or _before_two_founders(kept)))
    if written in _AND or written in BETWEEN or written.lower() == _OF:
        return (
            _joins(before, kept, form, written) if kept else written in _AND and text.startswith(_COMPANY, form.start)
        )
    if written[0] == "(":
        return written[1:2].isupper() and len(written.split()) <= _WORDS_IN_BRACKETS and before.strip() not in ("", ",")
    last = all(one.group() == "," for one in kept)
    if last and before[:1].isupper() and not stops(before) and (_is_role(written) or _is_year(written, before, form)):
        return True  # Umber Manufacturers Ltd, Ochre A Corporation, Umber 1870 S.p.A.
    day = written.isdigit() and before[:3].upper() in _MONTHS  # since May 2019 Umber Inc.
    return not day and _is_name_word(written, last=not kept)


def _is_year(written: str, before: str, form: FormSpan) -> bool:
    return written.isdigit() and len(written) <= _DIGITS_IN_NAME and form.sure and before[:3].upper() not in _MONTHS


def _is_name_word(written: str, *, last: bool) -> bool:
    """Whether a piece can be a word of a name: a capital, a brand, a short number amid others, no sentence's end."""
    abbreviated = INITIALS.fullmatch(written) or written[:-1].upper() in _ABBREVIATED
    of_country = written.endswith(("'s", "\u2019s")) and country_code(written[:-2])  # China's Umber Ltd.
    if sum(letter.isdigit() for letter in written) > _DIGITS_IN_NAME:
        return False  # A-570-967 and Umber Inc.
    if not written[0].isalnum() or (written.endswith(".") and not abbreviated) or stops(written) or of_country:
        return False
    if written.isdigit():
        return not last and len(written) <= _DIGITS_IN_NAME
    numbered = written[0].isdigit() and any(character.isupper() for character in written)
    return written[0].isupper() or numbered or _brand(written)


# One of several partners, not a person by two names: Umber, Ochre & Woad LLP.
_PARTNER = re.compile(r"(?:^|\n|[^\w\s.] ?|\d |(?<![A-Z])\b[a-z]+ )[A-Z][\w'\u2019-]+$")
_MONTHS = frozenset(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"))
_ONE_WORD = re.compile(r"(?:^|[^\w\s&] ?|\s[a-z]+ |\n)(?:[A-Z][a-z]+, )?[A-Z][a-z]+,? and $")
_LINE_OF_FOUNDERS = re.compile(r"(?:^|\n)(?:[A-Z][a-z]+, [A-Z][a-z]+,?|[A-Z][\w'\u2019]+) and $")
_ONE_MORE = re.compile(r"(?:^|[a-z.:;] |\n)[A-Z][a-z]+, $")
_LISTED = re.compile(  # such as Umber, Ochre and Woad Inc.
    r"\b(?:between|both|including|like|such as) (?:[A-Z][\w'\u2019-]+,? )+(?:and )?$"
)
_TWO_WORDS = re.compile(r"[A-Z][\w-]+ [A-Z][\w-]+ and $")  # Umber Ribbons and Bows Co.


def _before_two_founders(kept: list[re.Match[str]]) -> bool:
    """Whether what follows a comma is `Ochre and Umber`, each a single word, after one word more."""
    words = [piece.group() for piece in kept if piece.group() != ","]
    at = kept[0].start()
    text, begin = kept[0].string, max(0, at - _WRAPPED)
    two = len(words) == 3 and words[1] == "and" and not is_place(words[0].upper())  # of Ames, Iowa and Umber GmbH
    one_more = two and _ONE_MORE.search(text, begin, at)
    return bool(one_more) and not _LISTED.search(text, begin, at)


def _two_founders(text: str, before: str, at: int) -> bool:
    """Whether `Ochre and Umber LLC` is one firm: a single word before the `and`, which is nowhere else a firm's."""
    pair = _ONE_WORD.search(text, max(0, at - 60), at)
    if _LINE_OF_FOUNDERS.search(text, max(0, at - 60), at):
        return True
    if _LISTED.search(text, max(0, at - 60), at):
        return False
    return (
        bool(pair)
        and not share(before.strip(",").upper())
        and not country_code(before)
        and not is_place(before.strip(",").upper())
        and len(re.findall(rf"(?<![\w-]){re.escape(before)}(?![\w-])", text)) == 1
    )


def _joins(before: str, kept: list[re.Match[str]], form: FormSpan, written: str) -> bool:
    """Whether a small word is part of a name (Umber and Sons) and does not stand between two names."""
    if written.lower() == _OF:
        of = [piece.group() for piece in kept if piece.group() != ","]
        of_country = len(of) == 1 and (_is_land(of[0].title()) or is_place(of[0].upper())) and before[:1].isupper()
        return of_country or before.upper() in OF_WHAT
    if written.lower() != "and" or not before[:1].isupper():
        return before[:1].isupper() or _brand(before)
    after = kept[0].group().strip(".").upper()
    one_word = len([piece for piece in kept if piece.group() != ","]) == 1
    return (
        form.partners
        or (one_word and _two_founders(text=kept[0].string, before=before, at=kept[0].start()))
        or (share(after) > 0 and not is_of_people(after))
        or after in _PARTNERS
        or (one_word and bool(_TWO_WORDS.search(kept[0].string, max(0, kept[0].start() - 60), kept[0].start())))
    )


_BRAND = re.compile(r"[a-z]{1,3}[A-Z]\w")


def _brand(written: str) -> bool:
    """`iRobot`, `eMachines`, `deUmber`: a few small letters, then a capital."""
    return bool(_BRAND.match(written))


def _is_role(written: str) -> bool:
    return written.upper() in _roles()


@cache
def _roles() -> frozenset[str]:
    return frozenset(row["word"] for row in rows(NOT_IN_NAMES) if row["why"] in ("role", "article"))


def _can_begin(written: str) -> bool:
    return (
        not written.isspace()
        and written[0] not in "(,&+"
        and written not in BETWEEN
        and written.lower() not in (_OF, "and")
        and not written.isdigit()
    )


def _introduces(text: str, names: list[str], form: FormSpan) -> bool:
    """Whether the form is a word before a name and not its end: `the Malaysian Company Umber Plantation`."""
    one_word = len(names) == 1 and text[form.start : form.end].isalpha()
    return one_word and bool(re.match(r" [A-Z][a-z]", text[form.end : form.end + 3]))


_STATES = ("NV", "PA", "SC")  # that are written like forms
_POSTAL_CODE = re.compile(r"\s{1,2}\d{5}(?!\d)")
_CELL_ENDS = re.compile(r"\s*(?:$|[\n\t|;:)]|,|  )")


def _fits_short_form(text: str, last: str, form: FormSpan) -> bool:
    """Whether letters that are a form only behind a name (AG, S.A.) are one here: not amid words in capitals."""
    written = text[form.start : form.end]
    if len(written) == len("SC") and _POSTAL_CODE.match(text, form.end):
        return False  # Farmton, SC 29401
    if written in _STATES and (text[form.start - 2 : form.start] == ", " or is_town(last)):
        return False  # of Farmton, PA
    return "." in written or not last.isupper() or bool(_CELL_ENDS.match(text, form.end))


# Forms that stand before the name: PT Umber Jaya, OOO Okhra.
_PREFIXED = re.compile(
    r"(?<![\w.])(?:P\.?T\.?|OOO|OAO|ZAO|PAO|TOO|TOV|UAB|SIA|(?P<both>[PCO]?JSC|Joint Stock Company)|"
    r"C[oô]ng [Tt]y (?:TNHH|CP|[Cc]ổ [Pp]hần)) "
    r"[\"\u201c\u00ab]?[A-Z][\w'&-]+[\"\u201d\u00bb]?(?: (?:[A-Z][\w'&-]*|\([A-Z]\w+\)|&)){0,5}(?: [Tt][Bb][Kk]\.?)?"
)
# Words of other tongues that firms' names begin with: Aceros Umber, Grupo Ochre.
_BEGUN = re.compile(
    r"[^\W\d_]\w{3,}(?: (?:(?:de|del|la|las|los|el|y|e|do|da|dos|di|des) )*[^\W\d_a-z][\w'\u2019-]*\w){1,5}"
)
_CAPITAL_WORD = re.compile(r"(?<![\w.'\u2019-])[^\W\d_a-z]\w{3,}(?= )")
_CAPITAL_BEFORE = re.compile(r"\b[A-Z][\w'&-]*,? $")


def _by_prefix(text: str) -> Iterator[Place]:
    for match in _PREFIXED.finditer(text):
        words = match.group().split()
        end = match.end()
        if match.group("both") and _CAPITAL_BEFORE.search(text, max(0, match.start() - 30), match.start()):
            continue  # Umber JSC, a form that may stand on either side
        if len(words) > 2 and stops(words[1]):
            continue
        of_form = len(match.group("both").split()) if match.group("both") else 1
        for word in words[of_form + 1 :]:
            if stops(word) or (match.group("both") and word[0] == "("):
                end = match.start() + match.group().index(f" {word}")
                break
        yield match.start(), end


def _by_beginning(text: str) -> Iterator[Place]:
    for word in _CAPITAL_WORD.finditer(text):
        if not begins_names(word.group()):
            continue
        before = _CAPITAL_BEFORE.search(text, max(0, word.start() - 30), word.start())
        within = before and not before.group().endswith(", ") and not stops(before.group().strip())
        if not within and (match := _BEGUN.match(text, word.start())):
            yield match.start(), match.start() + len(LOOSE_END.sub("", match.group()))


# "on behalf of your client, Umber Outdoors, ..."
_CLIENT = re.compile(
    r"\bon\s+behalf\s+of\s+(?:(?:your|the|its|their|our)\s+(?:client|importer|company|firm)s?(?:,| named)?\s+)?"
    r"(?P<name>(?:The )?[A-Z0-9][\w'\u2019&.-]*(?: (?:[A-Z][\w'\u2019&.-]*|&|and|of|de)){0,5})"
)


_CLIENT_ENDS = re.compile(r"\)|;|(?<![^\n]{60})\n")


def _clients(text: str) -> Iterator[Place]:
    for match in _CLIENT.finditer(text):
        name = match.group("name")
        line = _CLIENT_ENDS.split(text[match.start("name") : match.end() + 30])[0]
        if first_form(line):
            continue  # found by its form
        if stop := SENTENCE_ENDS.search(name):
            name = name[: stop.start() + 1]
        if name.split()[-1].strip(".").upper() not in _ABBREVIATED:  # Umber Mfg.
            name = LOOSE_END.sub("", name)
        first = name.split()[0]
        if first == "The" and len(name.split()) > 2 and not stops(name.split()[1]):
            yield match.start("name"), match.start("name") + len(name)
            continue
        if first in ("Mr", "Mr.", "Ms.", "Mrs.", "Dr.", "U.S.", "United", "Customs", "Government", "Border") or stops(
            first
        ):
            continue
        yield match.start("name"), match.start("name") + len(name)


# A name that is called by its first word right behind it, or that ends as groups of companies do before a bracket.
_CALLED = re.compile(
    r"(?<![\w-])(?P<name>(?P<first>[A-Z][\w'\u2019-]+)(?: (?:[A-Z][\w'\u2019.-]*|&|and)){1,6})(?= \((?P=first)\))"
    r"|(?<![\w-])(?P<group>(?:[A-Z][\w'\u2019-]+ ){1,4}(?:Group|Industries|Enterprises|Holdings))(?= \([A-Z])"
)


def _shortened(text: str) -> Iterator[Place]:
    for match in _CALLED.finditer(text):
        start, end = match.span("name" if match.group("name") else "group")
        end = start + len(LOOSE_END.sub("", text[start:end])) if text[end - 2 : end] in ("'s", "\u2019s") else end
        words = text[start:end].split()
        land = country_code(words[0]) or country_code(" ".join(words))  # Bosnia and Herzegovina (Bosnia)
        if not stops(words[0]) and not land and not any(official(word) for word in words):
            yield start, end


# What stands behind a party of a case in court (`Umber Linens v. United States`) and behind counsel of one
# (`Umber Weld & Horn, of Farmton, OH, for plaintiff`).
_AGAINST = re.compile(r"\bv(?:s|\.|s\.)?\s+(?:[Tt]he\s+)?United\s+States")
_OF_RECORD = re.compile(
    r"\b(?:of|in) [A-Z][\w.]+(?: [A-Z][\w.]+)?,? (?:(?:[A-Z]{2}|[A-Z]\.[A-Z]\.),? )?(?:argued )?for (?:the )?"
    r"(?:[Pp]laintiff|[Dd]efendant|[Pp]etitioner|[Rr]espondent|[Aa]ppell)"
)
_NAMED_BEFORE = re.compile(rf"(?P<name>{NAME}),?\s+$")
_NAME_CHARACTERS = 100
# What a company is called besides: `Umber Robotics (a.k.a. Ochre Co., Ltd.)`, `Umber Bags d/b/a Umber Travel`.
_OTHER_NAME = re.compile(
    rf"(?P<name>{NAME})\.?,? \(?(?:(?P<called>a\.?k\.?a\.?|a/k/a|d\.?b\.?a\.?|d/b/a|f\.?k\.?a\.?|f/k/a|t/a|"
    rf"doing business as|trading as)|formerly(?: known as)?|also known as),? (?P<other>{NAME}|{WORD})"
)
# A name and a number of its own right behind it: `Umber Supply (IOR 12-3456789)`.
_NUMBERED = re.compile(
    rf"(?P<name>{NAME})(?=,? ?\(?(?:(?:IOR|EIN|IRS|MID)\b|(?:[Ii]mporter|IMPORTER) (?:[Nn]o|[Nn]umber|ID|#)|"
    rf"\(\d\d-\d{{7}}(?:[0-9A-Z]{{2}})?\)|\([A-Z]{{5,8}}\d{{1,4}}[A-Z]{{3}}\)))"
)
# Words that end the names of companies without a legal form, and hardly anything else.
_WORKS = re.compile(
    r"(?<![\w.-])(?:[A-Z][\w'\u2019.-]*\w|&|(?:[A-Z]\.){2,4}|(?<![A-Za-z] )[A-Z]\.|"
    r"(?<=[a-z] )[A-Z]\.)(?: (?:(?:del?|d[aio]|las?|los) )?(?:[A-Z][\w'\u2019.-]*\w|&)){0,5} "
    r"(?:Airlines|Airways|Associates|Distributors|Factory|Enterprises|Traders|Importers|Imports|Logistics|"
    r"Brokers|Brokerage|"
    r"Forwarders|Holdings|Industries|Outfitters|Packers|Surety|Ventures|Wholesalers|Exporters|Exim|Impex|"
    r"Trading|Bankasi|"
    r"Customs (?:Services|Clearance|Consultants|Consulting)|CHB)"
    r"(?![\w-]| [A-Z]| \([A-Z]\w*\)| (?:for|and) )(?! of (?![A-Z][\w ]{2,20}[,;.]))"
)
_ONE_OF_PARTNERS = re.compile(r"(?:^|\n|[a-z.:;] )[A-Z][\w'\u2019-]+, $")
_ASKS = re.compile(r"(?<![\w,] )Can (?=[^.;\n]{0,160}\?)")
_GOODS_OF = re.compile(r"(?:Importers|Imports|Exporters|Traders|Wholesalers)$")  # Imports of China, 2020


# A name that says where its bearer is, and the banks of a place: Umber Brokerage of Queens, Bank of Umber.
_OF_PLACE = re.compile(r" of (?P<place>(?:the )?[A-Z][a-z]+(?: [A-Z][a-z]+)?)(?![\w-]| [A-Z&]|, (?:the )?[A-Z])")
_TWO_OF = re.compile(r"(?<![\w.-])(?P<first>[A-Z][\w'\u2019-]*\w) (?:& )?(?P<last>[A-Z][\w'\u2019-]*\w)$")
_BANK = re.compile(r"(?<![\w.-])(?:[A-Z]\w+ )?Bank of (?:the )?(?!United)[A-Z]\w+(?: [A-Z]\w+)?(?![\w-])")


def _of_places(text: str) -> Iterator[Place]:
    for match in _OF_PLACE.finditer(text):
        named = _TWO_OF.search(text, max(0, match.start() - _WRAPPED), match.start())
        if named is None:
            continue
        first, last = named.group("first", "last")
        in_state = is_region(match.group("place"))
        if (
            not (ends_names(last) or (names_goods(last) and in_state))
            or stops(first)
            or official(first)
            or official(last)
            or (country_code(match.group("place")) and not in_state)
        ):
            continue
        generic = says_what_kind(first) or names_goods(first) or share(first.upper())
        once = text.count(named.group()) == text.count(named.group() + match.group())
        if (generic or once) and stands_so(text, named.start(), match.end(), last):
            yield named.start(), match.end()
    for match in _BANK.finditer(text) if "Bank of " in text else ():
        start, end = trimmed(text, *match.span())
        if start < match.start() + len("Bank"):
            yield start, end


def _cited(text: str) -> Iterator[Place]:
    for pattern in (_AGAINST, _OF_RECORD):
        for behind in pattern.finditer(text):
            match = _NAMED_BEFORE.search(text, max(0, behind.start() - _NAME_CHARACTERS), behind.start())
            if not match or (pattern is _OF_RECORD and not _is_counsel(match.group("name"))):
                continue
            if _names_one(text, match) and not first_form(match.group("name")):
                yield trimmed(text, *match.span("name"))


def _is_counsel(name: str) -> bool:
    """Whether counsel is a firm: Umber & Horn, not Ann S. Weld, who is alone."""
    words = name.split()
    alone = is_of_people(words[0].upper()) and "&" not in words and "and" not in words
    return not alone and not any(official(word) for word in words)


def _other_names(text: str) -> Iterator[Place]:
    for match in _OTHER_NAME.finditer(text):
        name, other = match.group("name", "other")
        no_name = any(official(word) for word in other.split()) or (
            " " not in other and (not match.group("called") or stops(other))
        )
        if not no_name and _names_one(text, match):
            person = is_of_people(name.split()[0].upper()) and not looks_like_company(name)
            for group in ("other",) if person else ("name", "other"):
                if not first_form(text[match.start(group) : match.end(group) + 12]):
                    yield trimmed(text, *match.span(group))


def _numbered(text: str) -> Iterator[Place]:
    for match in _NUMBERED.finditer(text):
        if _names_one(text, match) and not first_form(match.group("name")):
            start, end = trimmed(text, *match.span("name"))
            yield start, start + len(LOOSE_END.sub("", text[start:end]))


def _works(text: str) -> Iterator[Place]:
    for match in _WORKS.finditer(text):
        start, end = trimmed(text, *match.span())
        if _ASKS.match(text, start):  # Can Umber Brokerage file it?
            start += len("Can ")
        named = text[start:end].split()
        first = named[0].upper()
        if first_form(text[end : end + 30]) and text[end : end + 1] in " ,":
            continue  # found by its form
        if "&" in named and _ONE_OF_PARTNERS.search(text, max(0, start - 30), start):
            continue  # Umber, Ochre & Woad Brokers
        person = is_of_people(first.strip("."))
        if text.endswith("CHB", start, end) and person:
            continue  # Ann Umber CHB
        if text.startswith(" of ", end) and _GOODS_OF.search(text, start, end):
            continue
        counted = text[max(0, start - 2) : start - 1].isdigit()  # 11 Gum Importers
        common = (share(first) and not seated_name(named)) or first in NOBODY or country_code(named[0])
        if len(named) > 1 and not counted and not common and not is_ship_or_brand(text, start):
            yield start, end


def _names_one(text: str, match: re.Match[str]) -> bool:
    start, end = trimmed(text, *match.span("name"))
    named = text[start:end].split()
    return len(named) > 1 and not all(says_nobody(word) for word in named) and not country_code(text[start:end])


# Names of three words or more that end firms' names, and of two where the first is in no dictionary, anywhere
# but in headlines and quotes and behind an article: `- Umber Pet Provisions`, `-> Umberia Trucking`.
_ENDED = re.compile(
    r"(?<![\w.&'\u2019@/-])(?<![A-Z&] )(?<!\b[Tt]he )(?<!\ban )(?<!\ba )(?<!\bA )(?<!\bAn )(?<![\"\u201c])"
    r"(?P<name>(?!Can )(?:St\. )?[A-Z][\w'\u2019-]*\w(?: (?:& )?[A-Z][\w'\u2019-]*\w){1,4})(?![\w-]| [A-Z&]|"
    r" \([A-Z]|['\u2019]\w{2}|['\u2019] ?[A-Z])"
)
_WITHIN_NAME = re.compile(r"[A-Z][\w'\u2019&]*[\w&] $")


def _by_end(text: str) -> Iterator[Place]:
    for match in _ENDED.finditer(text):
        start, end = trimmed(text, *match.span("name"))
        words = text[start:end].split()
        if start == match.start("name") and _WITHIN_NAME.search(text, max(0, start - _LONGEST_WORD), start):
            continue
        if len(words) < 2 or not ends_names(words[-1]) or words[-1].isupper() or not ends_so(words):
            continue
        begun = [word for word in words[:-1] if word != "&"]
        if (
            any(official(word) or stops(word) or is_of_nation(word) for word in words)
            or begun[0] in ("Former", "New", "Old")
            or (len(words) == 2 and (text.startswith(" and ", end) or _has_longer(text, text[start:end])))
            or country_code(begun[0])
            or (len(begun) < 2 and (is_given(begun[0]) or is_of_people(begun[0].upper())))
            or (len(begun) < 2 and not (is_coined(begun[0]) and not is_town(begun[0])))
            or all(says_what_kind(word) or names_goods(word) or share(word.upper()) for word in begun)
            or first_form(text[end : end + 12])
            or in_headline(text, start, end, _THRICE)
            or is_ship_or_brand(text, start)
        ):
            continue
        yield start, end


def _has_longer(text: str, name: str) -> bool:
    """Whether a name is the beginning of a longer one, by which it is found: Umber Steel of Umber Steel Mill Ltd."""
    at = text.find(f"{name} ")
    while at >= 0:
        if text[at + len(name) + 1 : at + len(name) + 2].isupper():
            return True
        at = text.find(f"{name} ", at + 1)
    return False


_THRICE, _LONGEST_WORD = 3, 24


# By form and by what stands around, the surest first.
_WAYS = (
    _by_form, _by_prefix, _by_beginning, in_fields, addressees, _clients, _shortened, _cited, _other_names, _numbered,
    in_columns, in_lines, in_lists, houses, _works, _of_places, _by_end, joined, of_lands, partners,
)  # fmt: skip
