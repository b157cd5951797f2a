"""What a document's text decides or finds, as fields: a ruling's holding, a laboratory's result, a conclusion.

Invariant: each statement stands in the text at the given characters, or is worked out of figures that do; a flag says
what a person should look at and changes nothing. Figures are as they were reported, never corrected. Cost: a few
patterns over the text; what it names has been found before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.model.errors import Invalid
from graph.model.identifiers import HtsNumber, RulingNumber
from graph.model.tables import IdentifierType
from ingest.extract.mentions import Mention
from ingest.extract.pipeline import COMPANY, COUNTRY, DATE
from ingest.extract.results import FIBRES, Result, told_results


@dataclass(frozen=True, slots=True)
class Said:
    """One statement. `what` names the field, `key` what a value is the key of, if of anything; `flag` a doubt."""

    what: str
    value: str
    key: str = ""
    start: int = 0
    end: int = 0
    flag: str = ""


def statements(kind: str, text: str, mentions: Sequence[Mention]) -> list[Said]:
    """What the text of a document of that kind says, in the order in which it stands, each thing once.

    >>> text = "The applicable subheading for the hangers will be 7326.20.0020, HTSUS."
    >>> [(said.what, said.key) for said in statements("ruling", text, [])]
    [('classified_under', 'hts:7326200020')]
    """
    said: dict[tuple[str, str], Said] = {}
    found = {"ruling": _of_ruling, "lab_report": _of_laboratory}.get(kind, _of_issue)
    for one in found(_LINE_LEFT_BLANK.sub(_blanks, text), mentions):
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


def _of_ruling(text: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    found = (*_held(text), *_origins(text, mentions), *_clients(text, mentions), *_ended(text, mentions))
    yield from sorted(found, key=lambda said: said.start)


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


def _origins(text: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    named = [one for one in mentions if one.what == COUNTRY]
    for match in _ORIGIN.finditer(text):
        reach = match.end() + len("the People's Republic")
        for one in named:
            if match.end() <= one.start <= reach:
                yield Said("origin", one.text, f"country:{one.key}", one.start, one.end)
                reach = one.end + len(" or the ") if text.startswith(" or ", one.end) else 0


def _clients(text: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    named = [one for one in mentions if one.what == COMPANY]
    for match in _BEHALF.finditer(text):
        for one in named:
            if 0 <= one.start - match.end() <= 1:
                yield Said("on_behalf_of", " ".join(one.text.split()), one.key, one.start, one.end)


def _ended(text: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    """What the ruling does to earlier ones, and the days that these are said to be of."""
    rulings = [one for one in mentions if one.what == IdentifierType.RULING]
    dated = [one for one in mentions if one.what == DATE]
    for match in _ENDS.finditer(text):
        passive = match.group("verb")
        verb = _VERBS[(passive or match.group("active"))[0].lower()]
        for one in rulings:
            gap = match.start() - one.end if passive else one.start - match.end()
            between = text[one.end : match.start()] if passive else text[match.end() : one.start]
            if 0 <= gap <= _NEAR and not re.search(r"[.;]\s{1,2}[A-Z]|\n\n", between) and not _ENDS.search(between):
                day = next((f" of {each.key}" for each in dated if 0 <= each.start - one.end <= 20), "")
                yield Said(verb, f"{RulingNumber.parse(one.key)}{day}", f"document:{one.key}", one.start, one.end)


_PERCENT = re.compile(
    r"(?P<value>\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|per cent\b)\s+(?:by weight\s+)?(?:of\s+)?(?P<of>[a-z]{4,20})"
)


def _of_laboratory(text: str, _mentions: Sequence[Mention]) -> Iterator[Said]:
    found = _PERCENT.finditer(text)
    shares = [Result(one["of"].lower(), float(one["value"])) for one in found if one["of"].lower() in FIBRES]
    for what, value, flag in told_results(shares):
        yield Said(what, value, flag=flag)


_CONCLUDED = re.compile(
    r"(?:^|\n)[ \t]*(?:CONCLUSIONS?|Conclusions?|FINDINGS?|OUTCOME|Outcome|RESULT|DISPOSITION)"
    r"[ \t]*[:.]?[ \t]*\n?[ \t]*(?P<said>\S[^\n]{3,600})"
)


def _of_issue(text: str, _mentions: Sequence[Mention]) -> Iterator[Said]:
    for match in _CONCLUDED.finditer(text):
        yield Said("conclusion", match["said"].strip(), "", match.start("said"), match.end("said"))
