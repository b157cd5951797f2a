"""Companies in forms, tables and the heads of letters: a field that asks for one, a column of them, who is written to.

Invariant: such a name is written in capitals or with a capital at each word, and is no label, place, title or person
that stands there, too.
"""

import re
from collections.abc import Iterator

from graph.resolve.words import says_nothing
from ingest.extract.company_forms import first_form
from ingest.extract.name_words import BETWEEN, NAME, Place, ends_names, says_nobody, stops
from ingest.extract.tables import cells
from ingest.sources.countries import country_code

# A form's field: what it asks for, and the name that was filled in.
_ROLE = (
    r"(?:(?:foreign|ultimate|actual|importing|exporting|importer'?s?|name of(?: the)?) )?"
    r"(?:violator(?: \d)?|filer|maker|shipper|consignor|exporter|consignee|"
    r"importer(?: of record)?|ior|manufacturer|producer|supplier|vendor|seller|"
    r"buyer|purchaser|notify(?: party)?|carrier|surety|broker|customs broker|(?:freight )?forwarder|trucker|"
    r"bank|company|firm|protestant|applicant|sold to|"
    r"ship to|bill to|deliver(?: to)?)"
)
_FIELD = re.compile(
    rf"(?:^|[\n\t|]|  )[ ]*(?:\d{{1,2}}[.)]? ?)?{_ROLE}(?:/{_ROLE})?(?:'s)?(?: name| queried| named| declared| listed)?"
    r"(?: (?:and|&) address)?(?: ?\([^()\n]{1,30}\))?(?: ?/ ?[a-z ]{3,20}(?=:))?"
    r"[ ]*(?::[ \t]*|\.{3,}[ ]*|\t|  +|\|[ ]*|:?[ ]*\n[ ]*)(?P<name>[^\n\t|;:]{3,80})",
    re.IGNORECASE,
)
_FIELD_END = re.compile(
    r"  | / |, ?(?=\d|P\.?O\.? Box)|,? (?:of|in|at|located|whose|with|is|was|has|and its)\b| [-\u2013\u2014] |"
    r" \((?!\w+\) )|(?<!\bNo)\. |[.,]$"
)
_PLACE_BEHIND = re.compile(r", (?=[A-Z][\w' ]+(?:,|$))")  # Umber Works, Farmton, Ohio
_LABELLED = re.compile(rf"{_ROLE}(?: name)?\b", re.IGNORECASE)


def in_fields(text: str) -> Iterator[Place]:
    for match in _FIELD.finditer(text):
        start = match.start("name")
        name = match.group("name").partition("  ")[0]
        for end in (_FIELD_END, _PLACE_BEHIND):
            if cut := end.search(name):
                form = first_form(name)
                name = name[: cut.start()] if form is None or form.end <= cut.start() else name[: form.end]
        name = name.rstrip(" ,")
        if _is_filled_in(name):
            yield start, start + len(name)


_LABEL_END = re.compile(
    r"(?:^(?:(?:MASTER|HOUSE|OCEAN) )?BILL(?: OF LADING)?$|\b(?:NO|NUMBER|NAME|DATE|CODE|ADDRESS|ID)\.?|:)$",
    re.IGNORECASE,
)


def _is_filled_in(name: str) -> bool:
    """Whether what stands in a field is a name: capitals, letters, more than a word that names nobody."""
    words = name.split()
    if _LABEL_END.search(name):
        return False
    if not words or len(words) > 9 or not name[0].isalnum() or says_nothing(name) or _LABELLED.fullmatch(name):
        return False
    letters = [word for word in words if word[0].isalpha()]
    titled = [word for word in letters if word[0].isupper() or word.lower() in BETWEEN or word.lower() in ("of", "and")]
    digits = sum(character.isdigit() for character in name)
    return (
        len(letters) >= 2
        and len(titled) == len(letters)
        and digits <= len(name) // 4
        and not any(stops(word) for word in letters[:1])
        and not all(says_nobody(word) for word in letters)
    )


# The block that a letter begins with: who is written to, by lines, down to the place and its postal code.
_HEAD = 6000  # characters of a letter in which it stands
_PLACE = re.compile(
    r"[A-Z][a-z]+(?: [A-Z][a-z]+)?,? (?:A[KLRZ]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|"
    r"RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])\s*$|"
    r"[^\n]*\b(?:[A-Z]{2}|(?:[A-Z]\.){2}|[A-Z][a-z]+),? {1,2}(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)\s*$"
)
_STREET = re.compile(
    r"\d|(?:P\.? ?O\.? )?Box \d|Suite|Floor|One |Two |c/o|"
    r"[^\n]*\d [^\n]*\b(?:Ave(?:nue)?|Blvd|Drive|Dr|Highway|Hwy|Lane|Parkway|Pkwy|Road|Rd|Street|St)\b",
    re.IGNORECASE,
)
_STREET_ENDS = re.compile(r" (?:Avenue|Ave|Blvd|Boulevard|Drive|Highway|Lane|Parkway|Place|Road|Rd|Street|St)\.?$")
_PERSON = re.compile(r"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? )?(?:[A-Z][\w.'\u2019-]* ){1,3}[A-Z][\w'\u2019-]+(?:, [A-Z][\w.]+)*")
_LINE = re.compile(r"[^\s][^\n]*")
_LINES_OF_ADDRESS, _LINE_ABOVE = 4, 60
_TITLE = re.compile(
    r"\b(?:director|manager|president|counsel|specialist|attorney|esq|officer|analyst|coordinator|supervisor|"
    r"department|"
    r"division|administrator|agent|secretary|compliance|partner|consultant|unit|branch|floor|building|tariff no|"
    r"category|commissioner|customs and border|office of|u\.?s\.? customs|port|center of excellence|"
    r"national commodity|region)\b",
    re.IGNORECASE,
)  # fmt: skip


_CUSTOMS = re.compile(
    r"\b(?:customs (?:and|&|service)|border protection)", re.IGNORECASE
)  # what follows is its division


_TITLED = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr)\.? (?:[A-Z][\w.'\u2019-]* ?){1,4}$")
_LINES_ABROAD = 6


def addressees(text: str) -> Iterator[Place]:
    """The line between a person (or a person's title) and the street, where it bears no legal form."""
    lines = [(match.start(), match.group().strip()) for match in _LINE.finditer(text[:_HEAD])]
    yield from _abroad(lines)
    for at, (_, line) in enumerate(lines):
        if not _PLACE.fullmatch(line):
            continue
        street = at
        while street > max(1, at - _LINES_OF_ADDRESS) and _is_street(lines[street - 1][1]):
            street -= 1
        if street < 2:
            continue
        (start, name), (_, above) = lines[street - 1], lines[street - 2]
        name = name.rstrip(" ,")
        addressed = (_PERSON.fullmatch(above) or _TITLE.search(above)) and not _CUSTOMS.search(f"{above} {name}")
        if addressed and _is_addressed(name) and not _TITLE.search(name) and not first_form(name):
            yield start, start + len(name)


def _abroad(lines: list[tuple[int, str]]) -> Iterator[Place]:
    """The line behind a person's in an address that ends with a country: `Mr. Umber`, `Ochre`, street, `Brazil`."""
    for at, (_, line) in enumerate(lines):
        if not country_code(line):
            continue
        for above in range(max(0, at - _LINES_ABROAD), at - 2):
            (_, person), (start, name) = lines[above], lines[above + 1]
            name = name.rstrip(" ,")
            titled = _TITLED.match(person) and not _TITLE.search(name) and not _is_street(name)
            if titled and _is_addressed(name) and not first_form(name):
                yield start, start + len(name)


def _is_street(line: str) -> bool:
    of_street = _STREET.match(line) or _STREET_ENDS.search(line)
    return bool(of_street) and not first_form(line)


def _is_addressed(written: str) -> bool:
    words = written.split()
    return (
        1 <= len(words) <= 7
        and len(written) >= 4
        and written[0].isalnum()
        and ":" not in written
        and all(word[0].isupper() or word[0].isdigit() or word in ("&", "of", "and", "the") for word in words)
        and not re.match(r"(?:Mr|Mrs|Ms|Dr|Messrs|Miss|Attn)\b", written)
    )


_PARTY_COLUMN = re.compile(rf"{_ROLE}(?: name)?(?: (?:and|&) address)?:?", re.IGNORECASE)


def in_columns(text: str) -> Iterator[Place]:
    for cell in cells(text, _PARTY_COLUMN):
        name = cell.text.rstrip(" ,")
        if _is_filled_in(name):
            yield cell.start, cell.start + len(name)


# A name and the number of its factory in the next cell, whatever the column is called.
_BESIDE_MID = re.compile(
    r"(?:^|[\n|\t]|  )[ ]*(?P<name>[^\W\d_a-z](?:[^\n|\t ]| (?! )){2,70}?)(?: {2,}|\t| ?\| ?)"
    r"[A-Z]{2}[A-Z0-9]{3,9}\d[A-Z]{3}(?=\s|\||$)"
)
# The other names of a company that the field above has named: `AKA: UMBER; UMBER HOME; UHC`.
_ALSO = re.compile(
    r"\n[ ]*(?:a\.?k\.?a\.?|a/k/a|d\.?b\.?a\.?|d/b/a|f\.?k\.?a\.?|f/k/a|also known as|(?:former|other|trade) names?)"
    r"[ ]*[:|][ \t]*(?P<names>[^\n|]{3,160})",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"[^;]*[^;\s]")
# A letterhead says below the name what it is; mail says behind a person's name whose it is.
_LETTERHEAD = re.compile(
    r"(?:^|\n)[ ]*(?P<name>[^\n:;]{3,60}?)[ ]*\n[ ]*(?:(?:licensed|U\.?S\.?|international) )?"
    r"(?:(?:customs|customhouse|freight|air|ocean|import|export|and|&|house)[ ,]+){1,4}"
    r"(?:brokers?|brokerage|forwarders?|forwarding)\b",
    re.IGNORECASE,
)
_TRADING_NAME = re.compile(rf"\b(?i:trading name)(?: is|:)? (?P<name>{NAME})(?=\n|[,;.)])")
_WRITTEN_TO = re.compile(rf"(?:^|\n)[ ]*(?i:to|from|cc|attn):[ \t]+(?P<name>{NAME})[ \t]*(?=\n|,|;|$)")
_OF_PERSON = re.compile(
    r"(?:^|\n)[ ]*(?:To|From|Cc|Attn):[ \t]+[A-Z][\w.'\u2019-]*(?: [A-Z][\w.'\u2019-]*){1,2}, "
    r"(?P<name>[A-Z][^\n,;<]{4,60})(?=\n|,|;|$)"
)


def in_lines(text: str) -> Iterator[Place]:
    """Names by what stands beside, above or below them in lines that are no sentences."""
    for match in _BESIDE_MID.finditer(text):
        if _is_filled_in(match.group("name")):
            yield match.span("name")
    for match in _ALSO.finditer(text):
        above = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if first_form(above):
            for other in _SPLIT.finditer(text, *match.span("names")):
                start = other.end() - len(other.group().lstrip())
                if text[start].isupper() and not stops(text[start : other.end()]):
                    yield start, other.end()
    for match in _LETTERHEAD.finditer(text):
        above = text[max(0, match.start("name") - _LINE_ABOVE) : match.start("name")]
        signed = above.rstrip().endswith(",")  # Yours, Ann Umber, Licensed Customs Broker
        if match.group("name")[0].isupper() and _is_filled_in(match.group("name")) and not signed:
            yield match.span("name")
    for match in _TRADING_NAME.finditer(text):
        yield match.span("name")
    yield from _heads_of_mail(text)


def _heads_of_mail(text: str) -> Iterator[Place]:
    """Whom mail is from and goes to: a firm, or a person and then whose."""
    for match in _WRITTEN_TO.finditer(text):
        last = match.group("name").split()[-1]
        of_firm = ends_names(last) and last not in ("Group", "Agency", "International")
        if of_firm and not _TITLE.search(match.group("name")):
            yield match.span("name")
    for match in _OF_PERSON.finditer(text):
        name = match.group("name").rstrip(" .")
        of_firm = "&" in name.split() or ends_names(name.split()[-1])
        if of_firm and _is_filled_in(name) and not _TITLE.search(name):
            yield match.start("name"), match.start("name") + len(name)
