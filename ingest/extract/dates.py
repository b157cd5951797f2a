"""Days in running text, as they are written in the trade's papers.

Invariant: what is found is a day of the calendar, between 1789 (the first customs act) and 2099, or of no year that is
said (`May 6`); a month or a year alone is none. Where only numbers stand, the month comes first, as in the United
States, unless that is no day.
"""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>(?i:jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))"
)
# As others call the months (Spanish, Portuguese, Italian, French, German, Dutch, Swedish, Polish, Turkish, Indonesian),
# by their order; what is a word of English as well is left out.
_ABROAD = (
    ("enero", "ene", "janeiro", "gennaio", "gen", "janvier", "janv", "januar", "januari", "stycznia", "ocak"),
    ("febrero", "fevereiro", "fev", "febbraio", "f\u00e9vrier", "fevrier", "f\u00e9v",
     "februar", "februari", "lutego", "\u015fubat"),
    ("marzo", "mar\u00e7o", "marco", "mars", "m\u00e4rz", "maerz", "maart", "mrt", "marca", "mart", "maret"),
    ("abril", "abr", "aprile", "avril", "avr", "kwietnia", "nisan"),
    ("mayo", "maio", "mai", "maggio", "mag", "mei", "maj", "maja", "may\u0131s"),
    ("junio", "junho", "giugno", "giu", "juin", "juni", "czerwca", "haziran"),
    ("julio", "julho", "luglio", "lug", "juillet", "juil", "juli", "lipca", "temmuz"),
    ("agosto", "ago", "ao\u00fbt", "aout", "augustus", "augusti", "agustus", "sierpnia", "a\u011fustos"),
    ("septiembre", "setiembre", "setembro", "settembre", "set", "septembre", "wrze\u015bnia", "eyl\u00fcl"),
    ("octubre", "outubro", "out", "ottobre", "ott", "octobre", "oktober", "okt", "pa\u017adziernika", "ekim"),
    ("noviembre", "novembro", "novembre", "listopada", "kas\u0131m"),
    ("diciembre", "dic", "dezembro", "dez", "dicembre", "d\u00e9cembre", "decembre", "d\u00e9c", "dezember", "desember",
     "grudnia", "aral\u0131k"),
)  # fmt: skip
_OF_ABROAD = {name: number for number, names in enumerate(_ABROAD, 1) for name in names}
_MONTH_ABROAD = rf"(?P<month>(?i:{'|'.join(sorted(_OF_ABROAD, key=len, reverse=True))}))"
_LONG_ABROAD = "|".join(sorted((name for name in _OF_ABROAD if len(name) > len("marts")), key=len, reverse=True))
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth",
    "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first",
)  # fmt: skip
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_DAY = r"(?P<day>\d{1,2})(?:\s?(?:st|nd|rd|th|ST|ND|RD|TH)|d)?"
_DAY_IN_WORDS = rf"(?P<day>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_YEAR = r"(?P<year>(?:17|18|19|20)\d\d)"
_ALONE, _SPANNED = r"(?<![\w/.-])", r"(?<![\w/.])(?<!\D-)"  # the second day of 4/5/2020-4/9/2020 stands behind a hyphen
_CLAUSE_ENDS = (
    r"(?=[,;:.)]|\s{2}|\t|\s\||\s*\n|\s*$|"
    r" (?:and|at|by|for|from|in|is|it|on|or|to|via|was|we|were|when|with)\b)"  # no 20 boxes
)
_ENDS = r"(?![\w/]|-(?!\d{1,2}/\d|[A-Z][a-z]{2})\w)(?!\.\d)"
# Where a day may begin: with its month, a number, or a number in words. What stands there is asked only then.
_IN_LETTERS = re.compile(r"(?<![^\W_])[JFMASONDjfmasond](?i:an|eb|ar|pr|ay|u[nl]|ug|ep|ct|ov|ec)")
_IN_DIGITS = re.compile(
    r"(?<!\d)(?:\d{1,2}(?=[\s./\-A-Zdnrst])|(?:1[789]|20)\d\d(?=[\s./-])|(?:19[89]|20[0-3])(?=\d{5}(?!\d)))"
)
_IN_WORDS = re.compile(
    r"(?<![^\W_])(?i:t[wheir]|fi[rf]|s[ei]|f[oi]|eig|el|nin)[a-z-]+(?=\s(?:(?i:day\s)?of\s)?[JFMASOND])"
)
# What stands before a day that is numbers alone, and around one in a cell of a row; a month in Roman numerals.
_DATED = (
    r"(?<=dated )|(?<=date )|(?<=date: )|(?<= on )|(?<=since )|(?<=until )|(?<=received )|(?<=entered )|(?<=arrived )|"
    r"(?<=exam )"
)
_CELL_BEGINS, _CELL_ENDS = r"(?:(?<=  )|(?<=\t)|(?<=\| ))", r"(?=[ ]{2}|[ ]*[\t|\n]|[ ]*$)"
_ROMAN_MONTH = r"(?P<month>X?(?:IX|IV|V?I{1,3}|V)|X)"
_WRITTEN = tuple(
    (begins, re.compile(before + pattern + _ENDS))
    for begins, before, pattern in (
        (_IN_LETTERS, _SPANNED, rf"{_MONTH}\.?\s{{0,3}}(?:the\s)?{_DAY}(?:\s?,\s{{0,3}}|\s{{1,2}}){_YEAR}"),
        (_IN_LETTERS, _ALONE, rf"{_MONTH}\.?\s{_DAY}\sof\s{_YEAR}"),
        (_IN_LETTERS, _ALONE, rf"{_MONTH}\.?\s{_DAY},?\s['\u2019](?P<year>\d\d)"),
        (_IN_DIGITS, _ALONE, rf"{_DAY}(?:\sof)?\s{_MONTH}\.?,?\s?['\u2019](?P<year>\d\d)"),
        (_IN_DIGITS, _ALONE, rf"{_DAY}\.\s{_MONTH}\.?\s{_YEAR}"),
        (_IN_DIGITS, _ALONE, rf"{_DAY}\s{_MONTH}\.?\s(?P<year>\d\d){_CLAUSE_ENDS}"),
        (_IN_DIGITS, _ALONE, rf"{_DAY}\sof\s{_MONTH}\sof\s{_YEAR}"),
        (
            _IN_DIGITS,
            _ALONE,
            rf"{_DAY}(?:\.|\u00ba)?\s(?:de |di |d')?{_MONTH_ABROAD}\.?,?(?:\s(?:de |del |of )?){_YEAR}",
        ),
        (_IN_DIGITS, _ALONE, rf"{_DAY}(?P<by>[./-]){_MONTH_ABROAD}(?P=by){_YEAR}"),
        (_IN_DIGITS, _ALONE, rf"{_DAY}\sde\s{_MONTH}\sde\s{_YEAR}"),
        (_IN_WORDS, _ALONE, rf"(?i:{_DAY_IN_WORDS})(?:\sday)?(?:\sof)?\s{_MONTH},?\s{_YEAR}"),
        (_IN_LETTERS, _ALONE, rf"{_MONTH}\s(?:the\s)?(?i:{_DAY_IN_WORDS}),?\s{_YEAR}"),
        (_IN_DIGITS, _ALONE, rf"{_DAY}(?:\s(?:day\s)?of)?[\s./-]?{_MONTH}\.?(?:,?\s|[/-]|){_YEAR}"),
        (_IN_LETTERS, _SPANNED, rf"{_MONTH}(?P<by>[/-]){_DAY}(?P=by){_YEAR}"),
        (_IN_DIGITS, _ALONE, rf"(?<!, ){_YEAR}(?P<by>[ -]){_MONTH}(?P=by){_DAY}(?!,? \d{{4}})"),
        (_IN_DIGITS, _ALONE, r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/['\u2019](?P<year>\d\d)"),
        (_IN_DIGITS, _ALONE, rf"{_DAY}-{_MONTH}-(?P<year>\d\d)"),
        (_IN_DIGITS, _ALONE, r"(?P<day>\d\d)(?P<month>JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?P<year>\d\d)"),
        (_IN_DIGITS, _ALONE, rf"{_YEAR}\.(?P<month>\d{{1,2}})\.(?P<day>\d{{1,2}})"),
        (
            _IN_DIGITS,
            rf"(?i:{_DATED}|(?<=eta ))",
            r"(?P<year>20[0-3]\d)(?P<month>\d\d)(?P<day>\d\d)",
        ),
        (  # in a cell of a row
            _IN_DIGITS,
            _CELL_BEGINS,
            r"(?P<year>(?:19[89]|20[0-3])\d)(?P<month>\d\d)(?P<day>\d\d)" + _CELL_ENDS,
        ),
        (  # `since 2-2-21`
            _IN_DIGITS,
            rf"(?i:{_DATED}|(?<= by )|(?<=finding ))",
            r"(?P<month>[1-9]|1[0-2])-(?P<day>[1-9])-(?P<year>\d\d)",
        ),
        (_IN_DIGITS, _ALONE, rf"(?P<day>\d{{1,2}})\. ?{_ROMAN_MONTH}\. ?{_YEAR}"),
        (
            _IN_DIGITS,
            _ALONE,
            rf"(?P<day>\d{{1,2}})(?P<by>[ /-]){_ROMAN_MONTH}(?P=by){_YEAR}",
        ),
        (_IN_DIGITS, _ALONE, rf"(?P<day>\d{{1,2}})\. (?P<month>\d{{1,2}})\. {_YEAR}"),
        (_IN_DIGITS, _ALONE, rf"{_YEAR}\. (?P<month>\d{{1,2}})\. (?P<day>\d{{1,2}})"),
        (_IN_DIGITS, r"(?:^|(?<=\n))", r"(?P<month>[1-9]|1[0-2])-(?P<day>[1-9])-(?P<year>\d\d)(?=\s)"),
        (_IN_DIGITS, _ALONE, rf"{_YEAR}(?P<by>[/-])(?P<month>\d{{1,2}})(?P=by)(?P<day>\d{{1,2}})"),
        (_IN_DIGITS, _SPANNED, rf"(?P<month>\d{{1,2}})(?P<by> ?/ ?|-)(?P<day>\d{{1,2}})(?P=by){_YEAR}"),
        (_IN_DIGITS, _ALONE, rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}"),
        (_IN_DIGITS, _SPANNED, r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d\d)"),
        (_IN_DIGITS, _ALONE, r"(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d\d)"),
        (
            _IN_DIGITS,
            rf"{_ALONE}(?<!part )(?<!voice )(?<!tyle )(?<!ote )(?<!o\. )(?<!tem )(?<!lot )",
            r"(?P<month>[1-9]|1[0-2])-(?P<day>\d\d)-(?P<year>\d\d)",
        ),
        (
            _IN_DIGITS,
            rf"{_ALONE}(?<!ersion )(?<!uide )(?<!ection )",
            r"(?P<month>\d{1,2})\.(?P<day>\d\d)\.(?P<year>\d\d)(?!\.)",
        ),
    )
)
# Days whose year is not said, or behind another day (`May 6 and 9, 2023`), and the second of two such.
_NAMED = r"(?=[A-Z]|jan|feb|march|apr|jun|jul|aug|sep|oct|nov|dec)"  # not: they may
_SHORT_ENDS = r"(?:(?<=(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|ept|Oct|Nov|Dec))\.(?= [a-z]))?"  # no sentence's end
_NO_YEAR = (
    r"(?![\w/]|-\w|\.\d|,?\s{1,2}['\u2019]?(?:17|18|19|20)?\d\d\b(?![:/-])|['\u2019]\d)"
    rf"(?:(?=,?\s(?:and|or|to|through|thru|&)\s(?:[A-Z][a-z]+\.?\s)?\d{{1,2}}(?:st|nd|rd|th)?,?\s{_YEAR}))?"
)
_NO_NUMBER_BEFORE = "(?i:{})".format(
    "".join(
        f"(?<!{word} )"
        for word in (
            "page", "sheet", "part", "box", "boxes", "lot", r"\d of", "size", "no", r"no\.", r"nos\.", "item", "score",
            "ref",
            "file", "PO", "invoice", "inv", "order", r"nr\.", "[#+=&$]", "case", "ctn", "ctns", "style", "section",
            "about",
            "only", "version",
        )
    )
)  # fmt: skip
_WITHOUT_YEAR = tuple(
    (begins, re.compile(_ALONE + before + pattern + _NO_YEAR))
    for begins, before, pattern in (
        (
            _IN_LETTERS,
            _NAMED,
            rf"{_MONTH}(?:\.(?!\n))?\s{{1,2}}(?:the\s)?(?:{_DAY}|(?i:{_DAY_IN_WORDS.replace('day>', 'worded>')}))",
        ),
        (_IN_DIGITS, "", rf"{_DAY}(?:(?:\s(?:day\s)?of)?\s|-){_NAMED}{_MONTH}{_SHORT_ENDS}"),
        (
            _IN_DIGITS,
            r"(?:(?<=on )|(?<=of )|(?<=by )|(?<=since )|(?<=until ))",
            rf"{_DAY}\s(?=may|mar){_MONTH}(?=[,;.)\n]|$)",
        ),
        (
            _IN_LETTERS,
            r"(?:(?<=on )|(?<=of )|(?<=by )|(?<=was )|(?<=since )|(?<=until )|(?<=from )|(?<=till )|(?<=dated ))",
            rf"(?=may|mar){_MONTH}\s{_DAY}(?=[,;.)\n]|$)",
        ),
        (_IN_DIGITS, "", rf"{_DAY}\s(?:de\s)?(?P<month>(?i:{_LONG_ABROAD}))"),
        (  # no share of an inch
            _IN_DIGITS,
            _NO_NUMBER_BEFORE,
            r"(?P<month>1[0-2]|0?[1-9])/(?P<day>1[345789]|2\d|3[01]|0[1-9])(?! of\b)" + _CLAUSE_ENDS,
        ),
        (_IN_DIGITS, _NO_NUMBER_BEFORE, r"(?P<month>0[1-9])/(?P<day>\d\d)(?! of\b)" + _CLAUSE_ENDS),
        (  # in a cell
            _IN_DIGITS,
            _CELL_BEGINS,
            r"(?P<month>1[0-2]|0?[1-9])/(?P<day>\d{1,2})" + _CELL_ENDS,
        ),
        (_IN_WORDS, "", rf"(?i:{_DAY_IN_WORDS})(?:\sday)?\sof\s{_NAMED}{_MONTH}"),
        (
            _IN_DIGITS,
            r"(?:(?<=\n)|(?<=^)|(?<=[Oo]n )|(?<=[Bb]y )|(?<=since )|(?<=until )|(?<=till )|(?<=before )|(?<=after )|"
            r"(?<=dated )|(?<=ETA )|(?<=due )|(?<=[Ff]rom )|(?<=between )|(?<=[Ee]xam )|(?<=[Rr]eceived )|"
            r"(?<=[Aa]rrived )|(?<=through )|(?<=landed )|(?<=released )|(?<=entered )|(?<=filed )|"
            r"(?<=cleared )|(?<=sailed )|(?<=liquidated )|(?<=sent )|(?<=\w> )|"
            r"(?<=/\d and )|(?<=/\d\d and )|(?<=/\d to )|(?<=/\d\d to )|"
            r"(?<=/\d\d, )|(?<=, )(?=[\d/]+(?:\s*(?:\n|$|:)|\. [A-Z])))",
            r"(?P<month>1[0-2]|0?[1-9])/(?P<day>\d{1,2})(?! of\b)",
        ),
    )
)
_SECOND = re.compile(
    rf"(?i:{_MONTH})\.?\s\d{{1,2}}(?:st|nd|rd|th)?(?:,\s\d{{1,2}})*,?\s(?:and|or|to|through|thru|&)\s"
    rf"(?P<second>{_DAY}(?:\s?,\s{{0,3}}|\s){_YEAR}){_ENDS}"
)
_EXPECTED = re.compile(
    r"\b(?:ETA|ETD|ATA|ATD)[: ]+(?:[A-Z][\w.]+ ){1,3}(?P<second>(?P<month>1[0-2]|0?[1-9])/(?P<day>\d{1,2}))(?![\d/])"
)
# `call 8/14` at a line's end, in texts that write days so more than once; a share of an inch or a load is none.
_STROKED = re.compile(
    r"(?<![\w/.$#,-])(?P<month>1[0-2]|0?[1-9])/(?P<day>\d{1,2})(?P<year>/\d\d(?:\d\d)?)?(?![\w/%$-]|[.,]\d)"
)
_NOTED_ENDS = re.compile(r"\.?[ \t]*(?:\n|$)|: ")
_NO_DAY_BEFORE = re.compile(
    r"(?:\b(?:page|pg|sheet|part|boxe?s?|lots?|of|size|no|ply|item|score|box|version|about|only|x)\b\.?|[#+=&]) ?$",
    re.IGNORECASE,
)
_SHARES = frozenset((2, 3, 4, 5, 6, 8, 10, 16))
_FEWEST_NOTED, _BEFORE_NOTED = 2, 12
_LEAP_YEAR = "2000"  # in which every day is one
_CENTURY_TURNS = 50  # 12/1/49 is 2049, 12/1/50 is 1950


def days(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the days of a text stand, and which they are: `2018-12-03`, or `--05-06` where no year is said.

    >>> [day for _, _, day in days("from Dec. 3, 2018 to 4 January 2019 (1/12/00); May 6 and 9, 2023; on May 7")]
    ['2018-12-03', '2019-01-04', '2000-01-12', '2023-05-09', '2023-05-06', '--05-07']
    """
    begins = {kind: [match.start() for match in kind.finditer(text)] for kind in (_IN_LETTERS, _IN_DIGITS, _IN_WORDS)}
    whole: set[int] = set()  # the characters of days that are said with their year
    for kind, pattern in _WRITTEN:
        for match in filter(None, (pattern.match(text, begin) for begin in begins[kind])):
            if day := _day(match.group("year"), match.group("month"), match.group("day")):
                whole.update(range(*match.span()))
                yield *match.span(), day.isoformat()
    for match in filter(None, (_SECOND.match(text, begin) for begin in begins[_IN_LETTERS])):
        if day := _day(match.group("year"), match.group("month"), match.group("day")):
            yield *match.span("second"), day.isoformat()
    for match in _EXPECTED.finditer(text):
        if day := _day(_LEAP_YEAR, match.group("month"), match.group("day")):
            yield *match.span("second"), f"--{day:%m-%d}"
    noted = list(_noted(text))
    yield from noted
    found = {(start, end) for start, end, _ in noted}
    for kind, pattern in _WITHOUT_YEAR:
        for match in filter(None, (pattern.match(text, begin) for begin in begins[kind])):
            year, number = match.group("year"), match.groupdict().get("worded") or match.group("day")
            day = _day(year or _LEAP_YEAR, match.group("month"), number)
            if day and match.span() not in found and whole.isdisjoint(range(*match.span())):
                found.add(match.span())
                yield *match.span(), day.isoformat() if year else f"--{day:%m-%d}"


def _noted(text: str) -> Iterator[tuple[int, int, str]]:
    """Days at the ends of a note's lines, where it has some that can be nothing else."""
    found = [match for match in _STROKED.finditer(text) if _is_noted(text, match)] if "/" in text else []
    if len(found) < _FEWEST_NOTED:
        return
    for match in found:
        day = _day(_LEAP_YEAR, match.group("month"), match.group("day"))
        if day and not match.group("year") and _NOTED_ENDS.match(text, match.end()):
            yield *match.span(), f"--{day:%m-%d}"


def _is_noted(text: str, match: re.Match[str]) -> bool:
    """Whether a stroke stands between a month and a day."""
    month, of_month = int(match.group("month")), int(match.group("day"))
    share = month < of_month and of_month in _SHARES and not match.group("month").startswith("0")
    before = max(0, match.start() - _BEFORE_NOTED), match.start()
    return bool(match.group("year")) or not (share or _NO_DAY_BEFORE.search(text, *before))


def _day(year: str, month: str, day: str) -> date | None:
    if month.isdigit():
        of_month = int(month)
    elif month in _ROMAN:
        of_month = _ROMAN.index(month) + 1
    else:
        of_month = _OF_ABROAD.get(month.lower()) or _MONTHS.index(month.lower()[:3]) + 1
    of_year = int(year)
    if len(year) == 2:
        of_year += 2000 if of_year < _CENTURY_TURNS else 1900
    of_day = int(day) if day.isdigit() else _ORDINALS.index(day.lower()) + 1
    if month.isdigit() and of_month > 12 >= of_day:
        of_month, of_day = of_day, of_month
    try:
        return date(of_year, of_month, of_day)
    except ValueError:
        return None
