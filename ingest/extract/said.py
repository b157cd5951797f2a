"""What a document decides or finds, as fields: a ruling's holding, a laboratory's result, an issue's conclusion.

Invariant: each statement stands in the document: in its text at the given characters, or in a column of its row; a
flag says what a person should look at and changes nothing. Figures are as they were reported, never corrected.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from graph.model.errors import Invalid
from graph.model.identifiers import HtsNumber, RulingNumber
from ingest.extract.companies import companies
from ingest.extract.countries import countries
from ingest.extract.dates import days
from ingest.extract.identifiers import find_identifiers
from ingest.extract.names import name_key

SUM_TOLERANCE = 1.0  # percentage points by which the fibres of a textile may miss 100


@dataclass(frozen=True, slots=True)
class Said:
    """One statement. `what` names the field, `key` what a value is the key of, if of anything; `flag` a doubt."""

    what: str
    value: str
    key: str = ""
    start: int = 0
    end: int = 0
    flag: str = ""


def what_it_says(kind: str, text: str, row: Mapping[str, object]) -> list[Said]:
    """The statements of a document of that kind, in the order of the text, those of its columns last.

    >>> text = "The applicable subheading for the hangers will be 7326.20.0020, HTSUS."
    >>> [(said.what, said.key) for said in what_it_says("ruling", text, {})]
    [('classified_under', 'hts:7326200020')]
    """
    said: dict[tuple[str, str], Said] = {}
    found = {"ruling": _of_ruling, "lab_report": _of_laboratory}.get(kind, _of_issue)
    for one in found(_LINE_LEFT_BLANK.sub(_blanks, text), row):
        said.setdefault((one.what, one.key or one.value), one)
    return list(said.values())


# In a text with double spacing lines are left blank within sentences.
_LINE_LEFT_BLANK = re.compile(r"(?<=[\w,])[ \t]*\n(?:[ \t]*\n)+[ \t]*(?=[a-z\d(])")


def _blanks(line_end: re.Match[str]) -> str:
    """As many characters, so that places stay what they are."""
    return "\n" + " " * (len(line_end.group()) - 1)


_NUMBER = r"\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?"
_NUMBERS = rf"(?P<numbers>{_NUMBER}(?:(?:,|;| and| or|\s|HTSUS|subheading)+{_NUMBER}){{0,12}})"
_MORE_SPECIFICALLY = (
    r"(?:and\s+)?(?:(?:is|are)\s+)?(?:more\s+)?(?:specifically\s+)?(?:provided\s+for\s+)?(?:(?:in|under)\s+)?"
)
_HELD = re.compile(
    rf"\bapplicable\s+(?:(?:sub)?headings?|tariff\s+provisions?)\b(?:(?!\bapplicable\b)[\s\S]){{0,600}}?\b(?:(?:will|would|shall)\s+be|is|are)\s+"
    rf"(?:in\s+)?(?:(?:sub)?headings?\s+)?{_NUMBERS}|"
    rf"(?<!not )\b(?:is|are|be)\s+(?:properly\s+|correctly\s+)?(?:classified|classifiable)\s+(?:\w+\s+){{0,4}}?"
    rf"(?:in|under|within)\s+(?:heading\s+\d{{4}},?\s+HTSUSA?,?\s+{_MORE_SPECIFICALLY})?(?:subheadings?\s+)?"
    rf"(?P<other>{_NUMBER})",
    re.IGNORECASE,
)
# The section of a Headquarters ruling that decides, in which fewer words are needed.
_HOLDING = re.compile(
    r"(?:^|\n)[ \t]*(?:HOLDINGS?|CONCLUSIONS?|DECISION)[ \t]*:?[ \t]*\n(?P<held>[\s\S]+?)"
    r"(?=\n[ \t]*(?:EFFECT ON OTHER RULINGS?|Sincerely|[A-Z][A-Z ]{5,40}:)|\Z)"
)
_HELD_THERE = re.compile(
    rf"\b(?:classified|classifiable|classification|provided\s+for|falls?|covered|included|described)\b[^.;]{{0,120}}?"
    rf"\b(?:in|under|within|by|is)\s+(?:the\s+)?(?:heading\s+\d{{4}},?\s+HTSUSA?,?\s+{_MORE_SPECIFICALLY})?"
    rf"(?:(?:sub)?headings?\s+)?(?P<numbers>{_NUMBER}(?:(?:,|\s|HTSUSA?|or|and|(?:sub)?headings?)+{_NUMBER}){{0,8}})",
    re.IGNORECASE,
)
_NOT_HELD = re.compile(r"\b(?:not|cannot|precluded|excluded|rather\s+than|instead\s+of)\b[^.;]{0,60}$", re.IGNORECASE)
_PROPOSED = re.compile(
    r"\b(?:you|client|counsel|importer|protestant)\s+(?:\w+\s+)?(?:suggest|propos|argu|believ|stat|conten|claim|assert)"
    r"[^.;]{0,120}$",
    re.IGNORECASE,
)
_PART = re.compile(_NUMBER)
_ORIGIN = re.compile(
    r"\bcountry\s+of\s+origin\s+(?:(?!\bis\s+defined\b|\n\n)[^.;]){0,200}?\b(?:is|will\s+be|would\s+be|shall\s+be)\s+"
    r"(?:considered\s+)?(?:to\s+be\s+)?(?:either\s+)?"
    r"|\b(?:considered|deemed|(?:is|are|remains?)(?=\s+(?:an?\s+)?products?\s+of))\s+(?:to\s+be\s+)?(?:a\s+)?"
    r"products?\s+of\s+",
    re.IGNORECASE,
)
_BEHALF = re.compile(
    r"\bon\s+behalf\s+of\s+(?:(?:your|the|its|their)\s+(?:client|importer|company)s?,?\s+)?", re.IGNORECASE
)
_ENDS = re.compile(
    r"\b(?:is|are)\s+(?:hereby\s+)?(?P<verb>modified|revoked|affirmed|superseded)\b"
    r"|\b(?P<active>modif(?:ies|ying)|revok(?:es|ing)|affirm(?:s|ing))\s+",
    re.IGNORECASE,
)
_VERBS = {"m": "modifies", "r": "revokes", "a": "affirms", "s": "revokes"}
_NEAR = 160  # characters between a ruling's number and what is done to it


def _of_ruling(text: str, _row: Mapping[str, object]) -> Iterator[Said]:
    yield from sorted((*_held(text), *_origins(text), *_clients(text), *_ended(text)), key=lambda said: said.start)


def _held(text: str) -> list[Said]:
    """What the section of the holding says, where there is one that says any; else what the letter does."""
    return [said for section in _HOLDING.finditer(text) for said in _in_holding(text, section)] or [*_in_letter(text)]


def _in_letter(text: str) -> Iterator[Said]:
    for match in _HELD.finditer(text):
        if _PROPOSED.search(text, max(0, match.start() - _NEAR), match.start()):
            continue  # what the letter asked for, not what it was told
        yield from _classified(text, *match.span("numbers" if match.group("numbers") else "other"))


def _in_holding(text: str, section: re.Match[str]) -> list[Said]:
    """The numbers of a holding; a heading that stands there only to lead to one of its subheadings is none."""
    found: list[Said] = []
    for match in _HELD_THERE.finditer(text, *section.span("held")):
        proposed = _PROPOSED.search(text, max(section.start(), match.start() - _NEAR), match.start())
        if not proposed and not _NOT_HELD.search(text, max(section.start(), match.start() - _NEAR), match.start()):
            found += _classified(text, *match.span("numbers"))
    return [one for one in found if not any(one.key != other.key and other.key.startswith(one.key) for other in found)]


def _classified(text: str, start: int, end: int) -> Iterator[Said]:
    for part in _PART.finditer(text, start, end):
        try:
            key = HtsNumber.parse(part.group()).key
        except Invalid:
            continue
        yield Said("classified_under", part.group(), f"hts:{key}", part.start(), part.end())


def _origins(text: str) -> Iterator[Said]:
    for match in _ORIGIN.finditer(text):
        tail = text[match.end() : match.end() + 60]
        reach = len("the People's Republic")
        for start, end, code in sorted(countries(tail)):
            if start > reach:
                break
            yield Said("origin", tail[start:end], f"country:{code}", match.end() + start, match.end() + end)
            reach = end + len(" or the ") if tail[end:].startswith(" or ") else 0


def _clients(text: str) -> Iterator[Said]:
    named = sorted(set(companies(text)))
    for match in _BEHALF.finditer(text):
        for start, end in named:
            if 0 <= start - match.end() <= 1:
                yield Said("on_behalf_of", " ".join(text[start:end].split()), name_key(text[start:end]), start, end)


def _ended(text: str) -> Iterator[Said]:
    """What the ruling does to earlier ones, and the days that these are said to be of."""
    rulings = [(start, end, key) for start, end, which, key in find_identifiers(text) if which == "ruling"]
    dated = [(start, day) for start, _, day in days(text)]
    for match in _ENDS.finditer(text):
        passive = match.group("verb")
        verb = _VERBS[(passive or match.group("active"))[0].lower()]
        for start, end, key in rulings:
            gap = match.start() - end if passive else start - match.end()
            between = text[end : match.start()] if passive else text[match.end() : start]
            if 0 <= gap <= _NEAR and not re.search(r"[.;]\s{1,2}[A-Z]|\n\n", between) and not _ENDS.search(between):
                day = next((f" of {day}" for at, day in dated if 0 <= at - end <= 20), "")
                yield Said(verb, f"{RulingNumber.parse(key)}{day}", f"document:{key}", start, end)


_PERCENT = re.compile(
    r"(?P<value>\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|per cent\b)\s+(?:by weight\s+)?(?:of\s+)?(?P<of>[a-z]{4,20})"
)
_FIBRES = frozenset(
    ("acetate", "acrylic", "angora", "cashmere", "cotton", "elastane", "flax", "hemp", "jute", "linen", "lyocell",
     "metallic", "modal", "mohair", "nylon", "olefin", "polyamide", "polyester", "polypropylene", "polyurethane",
     "ramie", "rayon", "silk", "spandex", "viscose", "wool")
)  # fmt: skip


def _of_laboratory(text: str, row: Mapping[str, object]) -> Iterator[Said]:
    """What was measured, of columns first and else of the text, with what does not add up; then the conclusions."""
    measured = _results(row.get("results")) or _percentages(text)
    shares: dict[str, list[float]] = defaultdict(list)
    for one in measured:
        yield Said("result", one.told())
        if one.is_share:
            shares[one.analyte].append(one.value)
    for replicate in dict.fromkeys(one.replicate for one in measured):
        yield from _not_whole(replicate, [one for one in measured if one.replicate == replicate and one.is_share])
    yield from _chief_weight(shares, max((one.uncertainty for one in measured), default=0.0))
    origin = {"yes": "consistent with the origin claimed", "no": "not consistent with the origin claimed"}
    if consistent := str(row.get("origin_consistent") or ""):
        claimed = str(row.get("claimed_origin") or "")
        flag = "origin in doubt" if consistent == "no" else ""
        yield Said(
            "origin_consistent", origin.get(consistent, consistent), f"country:{claimed}" if claimed else "", flag=flag
        )
    suggested, claimed_hts = str(row.get("suggested_hts") or ""), str(row.get("claimed_hts") or "")
    if suggested:
        flag = "another number than was claimed" if claimed_hts and suggested != claimed_hts else ""
        yield Said("suggested_hts", suggested, f"hts:{suggested}", flag=flag)
    if conclusion := str(row.get("conclusion") or ""):
        yield Said("conclusion", conclusion)


@dataclass(frozen=True, slots=True)
class _Result:
    analyte: str
    value: float
    unit: str = "%"
    uncertainty: float = 0.0
    replicate: str = ""
    limit: float | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a fibre's share of the weight."""
        return self.unit.lower().startswith(("%", "percent")) and self.analyte in _FIBRES

    def told(self) -> str:
        over = self.limit is not None and self.value > self.limit
        within = f" ±{self.uncertainty:g}" if self.uncertainty else ""
        limit = "" if self.limit is None else f" (limit {self.limit:g}: {'exceeded' if over else 'kept'})"
        of = f"replicate {self.replicate}: " if self.replicate else ""
        return f"{of}{self.analyte} {self.value:g}{within} {self.unit}{limit}"


def _results(column: object) -> list[_Result]:
    """The rows of the column `results`; those without a number are left out, as there is nothing to add up."""
    try:
        rows = json.loads(column) if isinstance(column, str) else column
    except ValueError:
        return []
    if not isinstance(rows, list):
        return []
    return [_result(row) for row in rows if isinstance(row, Mapping) and _number(row.get("value")) is not None]


def _result(row: Mapping[str, object]) -> _Result:
    return _Result(
        str(row.get("analyte") or "").strip().lower(),
        _number(row.get("value")) or 0.0,
        str(row.get("unit") or "").strip(),
        _number(row.get("uncertainty")) or 0.0,
        str(row.get("replicate") or ""),
        _number(row.get("limit")),
    )


def _number(value: object) -> float | None:
    try:
        return float(str(value).replace(",", ""))
    except ValueError:
        return None


def _percentages(text: str) -> list[_Result]:
    found = _PERCENT.finditer(text)
    return [_Result(one["of"].lower(), float(one["value"])) for one in found if one["of"].lower() in _FIBRES]


def _not_whole(replicate: str, shares: list[_Result]) -> Iterator[Said]:
    total = sum(one.value for one in shares)
    if len(shares) > 1 and abs(total - 100) > SUM_TOLERANCE:
        of = f" of replicate {replicate}" if replicate else ""
        yield Said("composition", f"{total:g}%{of}", flag="percentages do not sum to 100")


def _chief_weight(shares: Mapping[str, list[float]], uncertainty: float) -> Iterator[Said]:
    """The component that weighs most on average, and whether the next one might."""
    averages = sorted(((sum(some) / len(some), fibre) for fibre, some in shares.items()), reverse=True)
    for (most, fibre), (next_most, other) in list(pairwise(averages))[:1]:
        close = most - next_most <= max(2 * uncertainty, SUM_TOLERANCE)
        flag = f"within uncertainty of {other}, {next_most:g}%" if close else ""
        yield Said("chief_weight", f"{fibre}, {most:g}%", flag=flag)


_CONCLUDED = re.compile(
    r"(?:^|\n)[ \t]*(?:CONCLUSIONS?|Conclusions?|FINDINGS?|OUTCOME|Outcome|RESULT|DISPOSITION)"
    r"[ \t]*[:.]?[ \t]*\n?[ \t]*(?P<said>\S[^\n]{3,600})"
)


def _of_issue(text: str, row: Mapping[str, object]) -> Iterator[Said]:
    for match in _CONCLUDED.finditer(text):
        yield Said("conclusion", match["said"].strip(), "", match.start("said"), match.end("said"))
    if conclusion := str(row.get("conclusion") or ""):
        yield Said("conclusion", conclusion)
