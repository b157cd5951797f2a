"""Tariff numbers in running text that no label stands beside: `woven trousers, 6203.42`, `3604.10 not 9503`.

Invariant: a number of six digits has a heading that the Harmonized System can have, is no month (`2003.10`), and
neither money, a measure nor a law stands beside it; in a text that writes other amounts with two decimals and without a
currency's sign none is read so. A bare heading counts only where a text sets it against a tariff number.
"""

import re
from collections.abc import Iterable, Iterator

# The last heading of each chapter that any edition of the Harmonized System has had; chapter 77 is kept free.
_LAST_HEADINGS = (
    "0106 0210 0309 0410 0511 0604 0714 0814 0910 1008 1109 1214 1302 1404 1522 1605 1704 1806 1905 2009 2106 "
    "2209 2309 2404 2530 2621 2716 2853 2942 3006 3105 3215 3307 3407 3507 3606 3707 3827 3926 4017 4115 4206 "
    "4304 4421 4504 4602 4707 4823 4911 5007 5113 5212 5311 5408 5516 5609 5705 5811 5911 6006 6117 6217 6310 "
    "6406 6507 6603 6704 6815 6914 7020 7118 7229 7326 7419 7508 7616 7806 7907 8007 8113 8215 8311 8487 8549 "
    "8609 8716 8807 8908 9033 9114 9209 9307 9406 9508 9620 9706 9822 "
)
_LAST = {heading[:2]: int(heading[2:]) for heading in _LAST_HEADINGS.split()}

_SIX = re.compile(r"\d{4}\.\d\d(?![\w-]|[.,]\d|/(?!\d{4}\.))")
_MONTH_OF_A_YEAR = re.compile(r"(?:19|20)\d\d\.(?:0[1-9]|1[0-2])")
_MONEY = (
    r"[$\u20ac\u00a3\u00a5\u20b9]|\b(?:USD|US|EUR|CAD|CNY|RMB|JPY|GBP|INR|MXN|HKD|TWD|NTD?|Rs|Bs|Euros?|dollars?|"
    r"dols?|yuan|pesos?)\b"
)
_AMOUNT_BEFORE = re.compile(
    rf"(?:{_MONEY}|\b(?:value[ds]?|totals?|totall?ed|totall?ing|paid|pays?|price[ds]?|costs?|amounts?|sum|fees?|duty|"
    r"duties|taxes|tax|deposits?|owe[ds]?|owing|bonds?|penalty|mpf|hmf|freight|balance|weigh\w*|weights?|"
    r"gross|net|about|"
    r"approximately|some|only|nearly|over|refunds?|bill|billed|invoiced|charged?|offered|collected|bid|rate|average|"
    r"at|by|plus|minus|less|for|sections?|secs?|annex|articles?|arts?|parts?|CFR|USC|rules?|clauses?|"
    r"chapters?|notes?|paragraphs?|"
    r"versions?|ver|rev|release|style|model|room|policy|form|directive|publication|tel|phone|ext|fax|elevation|"
    r"length|width|size|serial|sku|item|wired|sent|transferred|remitted|reimbursed|spent|cheque|check|came to|comes to|"
    r"cash|invoices?|account|profit|loss|revenue)\b|[#=+*x\u00d7<>@\u00a7])[\s.:(]{0,3}"
    r"(?:is |was |of |no\.? |nos\.? )?$",
    re.IGNORECASE,
)
_AMOUNT_BEHIND = re.compile(
    rf"[ -]?(?:%|{_MONEY}|\b(?:percent|pct|per|each|ea|apiece|a (?:piece|pair|dozen|unit|kilo|ton)|in duty|"
    r"kgs?|kilos?|kilograms?|grams?|g|mt|tonnes?|tons?|lbs?|pounds?|oz|m2|m3|cbm|sq(?:m|ft)?|cm|mm|meters?|"
    r"metres?|m|ft|feet|"
    r"inch(?:es)?|in|liters?|litres?|l|gal(?:lons?)?|hours?|hrs?|days?|units?|pcs|pieces|sets?|ctns?|cartons?|"
    r"dz|dozens?|"
    r"pairs?|prs|yards?|yds?|kwh?|hz|psi)\b(?! [A-Za-z]+ (?:\d{4}\.|not )))",
    re.IGNORECASE,
)
_AMOUNT = re.compile(  # that is no share, day or section
    r"(?<![\w.,$/:\u20ac\u00a3\u00a7-])(?<!CFR )(?<!\u00a7 )(?<!ection )(?<!art )"
    r"(?:\d{1,3}(?:,\d{3})+\.\d\d|[1-9]\d{2}\.\d\d|\d{5,}\.\d\d|(?:3[2-9]|[4-9]\d)\.\d\d)"
    r"(?![\w.%-]| ?%| ?percent| ?pct)"
)
_BEFORE_CHARACTERS = 40
_AGAINST = re.compile(
    r"(?P<one>\d{4}(?:\.\d\d(?:\.\d\d(?:\.?\d\d)?)?)?),?\s(?:and not|but not|not|instead of|rather than|vs\.?|versus)\s"
    r"(?:in |of |under |as |heading )?(?P<other>\d{4}(?:\.\d\d)?)(?![\w/-]|[.,]\d)"
)


def is_heading(four: str) -> bool:
    """Whether a heading can be one of the tariff's chapters 1 to 98.

    >>> is_heading("8487"), is_heading("8488"), is_heading("7701"), is_heading("6100")
    (True, False, False, False)
    """
    return four[2:] != "00" and int(four[2:]) <= _LAST.get(four[:2], 0)


def unlabelled(text: str, beginnings: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where such numbers of six digits stand, given where numbers begin.

    >>> text = "trousers, 6203.42, at 6204.50, 6203.42 kg"
    >>> [text[start:end] for start, end in unlabelled(text, (10, 22, 31))]
    ['6203.42']
    """
    found = [match for start in beginnings if (match := _SIX.match(text, start)) and _stands_alone(text, match)]
    if not found or not all(is_heading(match.group()[:4]) for match in found) or _AMOUNT.search(text):
        return
    for match in found:
        if not match.group().endswith(".00"):
            yield match.span()


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a number is no month, and neither money, a measure nor a law stands beside it."""
    start = match.start()
    return (
        not _MONTH_OF_A_YEAR.fullmatch(match.group())
        and not _AMOUNT_BEFORE.search(text, max(0, start - _BEFORE_CHARACTERS), start)
        and not _AMOUNT_BEHIND.match(text, match.end())
    )


def set_against(text: str, found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where headings stand that a text sets against tariff numbers that were found.

    >>> text = "3604.10 not 9503"
    >>> [text[start:end] for start, end in set_against(text, [(0, 7)])]
    ['9503']
    """
    places = set(found)
    for match in _AGAINST.finditer(text) if places else ():
        one, other = match.span("one"), match.span("other")
        if is_heading(match.group("other")[:4]) and one in places:
            yield other
        elif is_heading(match.group("one")[:4]) and other in places:
            yield one
