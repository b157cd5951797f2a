"""Days in running text, as they are written in the trade's papers.

Invariant: what is found is a day of the calendar, between 1789 (the first customs act) and 2099; a month or a year
alone is none. Where only numbers stand, the month comes first, as in the United States, unless that is no day.
"""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|ST|ND|RD|TH)?"
_YEAR = r"(?P<year>(?:17|18|19|20)\d\d)"
_ALONE, _SPANNED = r"(?<![\w/.-])", r"(?<![\w/.])(?<!\D-)"  # the second day of 4/5/2020-4/9/2020 stands behind a hyphen
_ENDS = r"(?![\w/]|-(?!\d{1,2}/\d|[A-Z][a-z]{2})\w)(?!\.\d)"
_WRITTEN = tuple(
    re.compile(before + pattern + _ENDS)
    for before, pattern in (
        (_SPANNED, rf"{_MONTH}\.?\s{{0,3}}(?:the\s)?{_DAY}(?:\s?,\s{{0,3}}|\s{{1,2}}){_YEAR}"),
        (_ALONE, rf"{_MONTH}\.?\s{_DAY},?\s['\u2019](?P<year>\d\d)"),
        (_ALONE, rf"{_DAY}(?:\s(?:day\s)?of)?[\s./-]?{_MONTH}\.?(?:,?\s|[/-]|){_YEAR}"),
        (_SPANNED, rf"{_MONTH}(?P<by>[/-]){_DAY}(?P=by){_YEAR}"),
        (_ALONE, rf"(?<!, ){_YEAR}(?P<by>[ -]){_MONTH}(?P=by){_DAY}(?!,? \d{{4}})"),
        (_ALONE, r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/['\u2019](?P<year>\d\d)"),
        (_ALONE, rf"{_DAY}-{_MONTH}-(?P<year>\d\d)"),
        (_ALONE, r"(?P<day>\d\d)(?P<month>JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?P<year>\d\d)"),
        (_ALONE, rf"{_YEAR}\.(?P<month>\d\d)\.(?P<day>\d\d)"),
        (_ALONE, rf"{_YEAR}(?P<by>[/-])(?P<month>\d{{1,2}})(?P=by)(?P<day>\d{{1,2}})"),
        (_SPANNED, rf"(?P<month>\d{{1,2}})(?P<by> ?/ ?|-)(?P<day>\d{{1,2}})(?P=by){_YEAR}"),
        (_ALONE, rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}"),
        (_SPANNED, r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d\d)"),
        (_ALONE, r"(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d\d)"),
        (
            rf"{_ALONE}(?<!part )(?<!voice )(?<!tyle )(?<!ote )(?<!o\. )(?<!tem )(?<!lot )",
            r"(?P<month>[1-9]|1[0-2])-(?P<day>\d\d)-(?P<year>\d\d)",
        ),
        (rf"{_ALONE}(?<!ersion )(?<!uide )(?<!ection )", r"(?P<month>\d{1,2})\.(?P<day>\d\d)\.(?P<year>\d\d)(?!\.)"),
    )
)
_CENTURY_TURNS = 50  # 12/1/49 is 2049, 12/1/50 is 1950


def days(text: str) -> Iterator[tuple[int, int, date]]:
    """Where the days of a text stand, and which they are.

    >>> [str(day) for _, _, day in days("from Dec. 3, 2018 to 4 January 2019 (1/12/00)")]
    ['2018-12-03', '2019-01-04', '2000-01-12']
    """
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            if day := _day(match.group("year"), match.group("month"), match.group("day")):
                yield match.start(), match.end(), day


def _day(year: str, month: str, day: str) -> date | None:
    of_month = int(month) if month.isdigit() else _MONTHS.index(month.lower()[:3]) + 1
    of_year = int(year)
    if len(year) == 2:
        of_year += 2000 if of_year < _CENTURY_TURNS else 1900
    of_day = int(day)
    if month.isdigit() and of_month > 12 >= of_day:
        of_month, of_day = of_day, of_month
    try:
        return date(of_year, of_month, of_day)
    except ValueError:
        return None
