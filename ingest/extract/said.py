"""What a document's text decides or finds, as fields: a ruling's holding, a laboratory's result, a conclusion.

Invariant: each statement stands in the text at the given characters, or is worked out of figures that do; a flag says
what a person should look at and changes nothing. Figures are as they were reported, never corrected. Cost: a few
patterns over the text; what it names has been found before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from graph.model.errors import Invalid
from graph.model.identifiers import HtsNumber, RulingNumber
from graph.model.tables import IdentifierType
from ingest.extract.effects import effects, sentence
from ingest.extract.mentions import Mention
from ingest.extract.name_words import Place
from ingest.extract.pipeline import COMPANY, COUNTRY, DATE
from ingest.extract.results import FIBRES, ORIGIN_DOUBTED, ORIGIN_TOLD, Result, told_origins, told_results
from ingest.extract.telling_words import Telling, matches


@dataclass(frozen=True, slots=True)
class Said:
    """One statement. `what` names the field, `key` what a value is the key of, if of anything; `flag` a doubt.

    `passage` is the sentence that says so, of what a ruling does to another.
    """

    what: str
    value: str
    key: str = ""
    start: int = 0
    end: int = 0
    flag: str = ""
    passage: str = ""


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
_LINE_LEFT_BLANK = re.compile(r"\n(?:[ \t]*\n)+[ \t]*(?=[a-z\d(])")


def _blanks(line_end: re.Match[str]) -> str:
    """As many characters, so that places stay what they are; behind a word or comma alone."""
    text, last = line_end.string, line_end.start() - 1
    while last >= 0 and text[last] in " \t":
        last -= 1
    within = last >= 0 and (text[last].isalnum() or text[last] in "_,")
    return "\n" + " " * (len(line_end.group()) - 1) if within else line_end.group()


_NUMBER = r"\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?"
_NUMBERS = rf"(?P<numbers>{_NUMBER}(?:(?:,|;| and| or|\s|HTSUS|subheading)+{_NUMBER}){{0,12}})"
_MORE_SPECIFICALLY = (
    r"(?:and\s+)?(?:(?:is|are)\s+)?(?:more\s+)?(?:specifically\s+)?(?:provided\s+for\s+)?(?:(?:in|under)\s+)?"
)
_APPLICABLE = (
    r"\bapplicable\s+(?:(?:sub)?headings?|tariff\s+provisions?)\b(?:(?!\bapplicable\b)[\s\S]){0,600}?"
    r"\b(?:(?:will|would|shall)\s+be|is|are)\s+"
    rf"(?:in\s+)?(?:(?:sub)?headings?\s+)?{_NUMBERS}"
)
_TOLD = re.compile(_APPLICABLE, re.IGNORECASE)
_HELD = re.compile(
    rf"{_APPLICABLE}|"
    rf"(?<!not )\b(?:is|are|be)\s+(?:properly\s+|correctly\s+)?(?:classified|classifiable)\s+(?:\w+\s+){{0,4}}?"
    rf"(?:in|under|within)\s+(?:heading\s+\d{{4}},?\s+HTSUSA?,?\s+{_MORE_SPECIFICALLY})?(?:subheadings?\s+)?"
    rf"(?P<other>{_NUMBER})",
    re.IGNORECASE,
)
# The section of a Headquarters ruling that decides, in which fewer words are needed: each number behind such a word, up
# to what the provision is for.
_HOLDING = re.compile(
    r"(?:^|\n)[ \t]*(?:HOLDINGS?|CONCLUSIONS?|DECISION|Holdings?)[ \t]*(?::[ \t]*\n?|\n)(?P<held>[\s\S]+?)"
    r"(?=\n[ \t]*(?:EFFECTS? ON (?:OTHER|PRIOR) RULINGS?|Effect on |Sincerely|[A-Z][A-Z ]{5,40}:)|\Z)"
)
_HOLDS = re.compile(
    r"\b(?:classified|classifiable|classification|provided\s+for\s+(?=in|under|specifically)|falls?|covered|included|"
    r"described|applicable\s+(?:sub)?headings?)\b",
    re.IGNORECASE,
)
_HOLDS_NO_MORE = re.compile(
    r"\b(?:which\s+provides?|providing|(?:the\s+)?provisions?\s+for|rather\s+than|instead\s+of|not|nor|"
    r"as\s+opposed|in\s+lieu|"
    r"precluded|excluded|in\s+addition\s+to)\b|[.;]\s+(?!\w+,?\s+(?:in\s+)?(?:sub)?heading)(?=[A-Z\u201c])|"
    r"\n\s*\n(?=[A-Z])",
)
_HELD_THERE = re.compile(
    r"(?P<number>\d{4}\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)|\bheadings?\s+(?P<headings>\d{4}(?:(?:,|\s|and|or)+\d{4}\b)*)",
    re.IGNORECASE,
)
_AS_FOLLOWS = re.compile(r"\bas\s+follows\s*:", re.IGNORECASE)
_LISTED = re.compile(
    r"^[^\n.;]{0,80}[:\u2013\u2014-]\s*(?:(?:sub)?heading\s+)?(?P<number>\d{4}\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)",
    re.MULTILINE,
)
_NOT_HELD = re.compile(r"\b(?:not|cannot|precluded|excluded|rather\s+than|instead\s+of)\b[^.;]{0,60}$", re.IGNORECASE)
_PROPOSED = re.compile(
    r"\b(?:you|client|counsel|importer|protestant)\s+(?:\w+\s+)?(?:suggest|propos|argu|believ|stat|conten|claim|assert)"
    r"[^.;]{0,120}$",
    re.IGNORECASE,
)
_PART = re.compile(_NUMBER)
_ORIGIN = re.compile(
    r"\bcountry\s+of\s+origin\s+(?:(?!\bis\s+defined\b|\n\n)(?:U\.S\.|[^.;])){0,200}?\b(?:is|will\s+be|"
    r"would\s+be|shall\s+be|remains)\s+"
    r"(?!not\b)(?:considered\s+)?(?:to\s+be\s+)?(?:either\s+)?"
    r"|\b(?:considered|deemed|become|(?:is|are|remains?|will\s+be|"
    r"would\s+be)(?=\s+(?:an?\s+)?[\"\u201c]?products?\s+of))\s+"
    r"(?:to\s+be\s+)?(?:an?\s+)?[\"\u201c]?products?\s+of[\"\u201d]?\s+"
    r"|\b(?:must|should|shall|may|"
    r"can)\s+be\s+(?:legally\s+)?marked\s+(?:as\s+)?[\"\u201c\u2018']?(?:Made\s+in|Product\s+of)\s+",
    re.IGNORECASE,
)
_ROW = re.compile(r"(?:\s\([^()\n]{2,40}\))?,?\s+(?:or|and)\s+(?=[A-Z]|the\s+[A-Z])")
_BEHALF = re.compile(
    r"\bon\s+behalf\s+of\s+(?:(?:your|the|its|their|our)\s+(?:[\w-]+\s+)?(?:clients?|"
    r"importers?(?:\s+of\s+record)?|compan(?:y|ies)|"
    r"firms?|protestants?|requesters?|requestors?|manufacturers?)(?:,|\s+named)?\s+)?",
    re.IGNORECASE,
)
_NEAR = 160  # characters before a holding in which it is said whose it is
# Whether goods may come in at a better rate, and under what.
_DATED = re.compile(r"[,\s(]{0,3}(?:(?:dated|issued(?:\s+on)?|of)\s+)?")
_RATE = r"(?=[^.;]{0,60}\b(?:duty|preferential|preference|originating|rate)\b)"
_AGREEMENT = (
    r"(?:US|U\.S\.|United\s+States)[-\u2013 ][^.;,()]{3,60}?Agreement|[A-Z][\w ]{3,60}?(?:Agreement|Preferences)|"
    r"(?!HTS|GRI|CFR|CBP|USC)[A-Z][A-Z/-]{2,}(?![a-z])"
)
_PREFERENCE = re.compile(
    rf"(?:(?P<no>\bnot\s+(?:be\s+)?|\bfails?\s+to\s+|\bin)|\b)(?i:eligible|entitled|qualif(?:y|ies))\s+(?:for|"
    rf"to|as)\s+{_RATE}"
    rf"(?:(?P<of>{_AGREEMENT})\s+preferential|(?:(?!\bprovisions\s+of\b)[^.;]){{0,140}}?\bunder\s+(?:the\s+)?"
    rf"(?P<under>{_AGREEMENT}|subheading\s+\d{{4}}\.\d{{2}}\.\d{{2}}))"
)
_OPEN = re.compile(r"\b(?:if|whether|that|which|may)\b[^.;]{0,60}$", re.IGNORECASE)
_PROTEST = re.compile(
    r"\b(?:the|this|these|your|said|subject)\s+(?:\w+\s+)?protests?\b(?!\s+(?:that|which)\b)[^.;]{0,"
    r"120}?\b(?:should|shall|must|is|are|will)\s+(?:therefore\s+|hereby\s+)?(?:be\s+)?"
    r"(?P<done>(?:denied|allowed|granted|approved|sustained)(?:\s+in\s+(?:full|part))?(?:,?\s+and\s+"
    r"(?:denied|allowed|granted|approved)\s+in\s+part)?)\b"
    r"|\b(?:instructed|directed|should|shall|must)\s+(?:to\s+)?(?P<do>deny|allow|grant|approve)\s+(?:the|this|"
    r"these|said)\s+"
    r"(?:\w+\s+)?protests?\b(?P<part>\s+in\s+(?:full|part))?",
    re.IGNORECASE,
)
_DONE = {"deny": "denied", "allow": "allowed", "grant": "granted", "approve": "approved"}


_HOLDING_WORDS: Telling = (
    ("applicable", None),
    ("classifi", re.compile(r"\b(?:is|are|be)\s+(?:properly\s+|correctly\s+)?$", re.IGNORECASE)),
)
_ORIGIN_WORDS: Telling = (
    ("country", None),
    ("product", re.compile(
        r"\b(?:considered|deemed|become|is|are|remains?|will\s+be|would\s+be)\s+(?:to\s+be\s+)?(?:an?\s+)?[\"\u201c]?$",
        re.IGNORECASE)),
    ("marked", re.compile(r"\b(?:must|should|shall|may|can)\s+be\s+(?:legally\s+)?$", re.IGNORECASE)),
)  # fmt: skip
_BEHALF_WORDS: Telling = (("behalf", re.compile(r"\bon\s+$", re.IGNORECASE)),)
_PREFERENCE_WORDS: Telling = tuple(
    (word, re.compile(r"(?:\bnot\s+(?:be\s+)?|\bfails?\s+to\s+|\bin|)$")) for word in ("eligible", "entitled", "qualif")
)


def _of_ruling(text: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    sections = [section.span("held") for section in _HOLDING.finditer(text)]
    places = sections or [(0, len(text))]
    found = [one for place in places for one in (*_origins(text, mentions, place), *_preferences(text, place))]
    found += _held(text, sections, others=bool(found))
    found += [one for place in places for one in _protests(text, place)]
    yield from sorted((*found, *_clients(text, mentions), *_ended(text, mentions)), key=lambda said: said.start)


def _held(text: str, sections: list[Place], *, others: bool) -> list[Said]:
    """What the section of the holding says, where there is one that says any; else what the letter does. Where it holds
    other things, numbers of the letter count only if they are told as its own."""
    held = [said for section in sections for said in _in_holding(text, section)]
    return held or [*_in_letter(text, _TOLD if sections and others else _HELD)]


def _in_letter(text: str, pattern: re.Pattern[str]) -> Iterator[Said]:
    for match in matches(pattern, text, _HOLDING_WORDS):
        if _PROPOSED.search(text, max(0, match.start() - _NEAR), match.start()):
            continue  # what the letter asked for, not what it was told
        yield from _classified(text, *match.span("numbers" if match.group("numbers") else "other"))


def _in_holding(text: str, section: Place) -> list[Said]:
    """The numbers of a holding; a heading that stands there only to lead to one of its subheadings is none."""
    found: list[Said] = []
    begins = [*_HOLDS.finditer(text, *section)]
    for match, following in zip_longest(begins, begins[1:]):
        before = max(section[0], match.start() - _NEAR)
        if _PROPOSED.search(text, before, match.start()) or _NOT_HELD.search(text, before, match.start()):
            continue
        end = following.start() if following else section[1]
        stop = _HOLDS_NO_MORE.search(text, match.end(), end)
        for number in _HELD_THERE.finditer(text, match.end(), stop.start() if stop else end):
            found += _classified(text, *number.span("number" if number.group("number") else "headings"))
    if follows := _AS_FOLLOWS.search(text, *section):
        for number in _LISTED.finditer(text, follows.end(), section[1]):
            found += _classified(text, *number.span("number"))
    return [one for one in found if not any(one.key != other.key and other.key.startswith(one.key) for other in found)]


def _classified(text: str, start: int, end: int) -> Iterator[Said]:
    for part in _PART.finditer(text, start, end):
        try:
            key = HtsNumber.parse(part.group()).key
        except Invalid:
            continue
        yield Said("classified_under", part.group(), f"hts:{key}", part.start(), part.end())


def _origins(text: str, mentions: Sequence[Mention], place: Place) -> Iterator[Said]:
    named = [one for one in mentions if one.what == COUNTRY]
    for match in matches(_ORIGIN, text, _ORIGIN_WORDS, place):
        reach = match.end() + len("the People's Republic")
        for one in named:
            if match.end() <= one.start <= reach:
                yield Said("origin", one.text, f"country:{one.key}", one.start, one.end)
                row = _ROW.match(text, one.end)
                reach = row.end() + len("the ") if row else 0


def _preferences(text: str, place: Place) -> Iterator[Said]:
    for match in matches(_PREFERENCE, text, _PREFERENCE_WORDS, place):
        before = max(place[0], match.start() - _NEAR)
        if not _OPEN.search(text, before, match.start()) and not _PROPOSED.search(text, before, match.start()):
            under = " ".join((match.group("of") or match.group("under")).split())
            yield Said("preference", f"{under}: {'not ' if match.group('no') else ''}eligible", "", *match.span())


def _protests(text: str, place: Place) -> Iterator[Said]:
    for match in _PROTEST.finditer(text, *place):
        done = match.group("done") or f"{_DONE[match.group('do').lower()]}{match.group('part') or ''}"
        yield Said("conclusion", f"protest {' '.join(done.lower().split())}", "", *match.span())


def _clients(text: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    named = [one for one in mentions if one.what == COMPANY]
    for match in matches(_BEHALF, text, _BEHALF_WORDS):
        at, reach = match.end(), match.end() + 1
        for one in named:
            if at <= one.start <= reach:
                yield Said("on_behalf_of", " ".join(one.text.split()), one.key, one.start, one.end)
                row = _ROW.match(text, one.end)
                at = reach = row.end() if row else 0


def _ended(text: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    """What the ruling does to earlier ones, and the days that these are said to be of."""
    rulings = [one for one in mentions if one.what == IdentifierType.RULING]
    dated = {one.start: one.key for one in mentions if one.what == DATE}
    days: dict[str, str] = {}
    for one in rulings:
        behind = _DATED.match(text, one.end)
        if behind and (day := dated.get(behind.end())):
            days.setdefault(one.key, f" of {day}")
    for verb, one, (start, end) in effects(text, rulings):
        written = f"{RulingNumber.parse(one.key)}{days.get(one.key, '')}"
        passage = sentence(text, min(start, one.start), max(end, one.end))
        yield Said(verb, written, f"document:{one.key}", one.start, one.end, passage=passage)


_PERCENT = re.compile(
    r"(?P<value>\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|per cent\b)\s+(?:by weight\s+)?(?:of\s+)?(?P<of>[a-z]{4,20})"
)


def _of_laboratory(text: str, _mentions: Sequence[Mention]) -> Iterator[Said]:
    found = _PERCENT.finditer(text)
    shares = [Result(one["of"].lower(), float(one["value"])) for one in found if one["of"].lower() in FIBRES]
    for what, value, flag in told_results(shares):
        yield Said(what, value, flag=flag)
    for code, (start, end) in told_origins(text):
        yield Said("origin_consistent", ORIGIN_TOLD[code], "", start, end, ORIGIN_DOUBTED if code == "no" else "")
    yield from _of_issue(text, _mentions)


_CONCLUDED = re.compile(
    r"(?:^|\n)[ \t]*(?:CONCLUSIONS?|Conclusions?|FINDINGS?|OUTCOME|Outcome|RESULT|DISPOSITION)"
    r"[ \t]*[:.]?[ \t]*\n?[ \t]*(?P<said>\S[^\n]{3,600})"
)


def _of_issue(text: str, _mentions: Sequence[Mention]) -> Iterator[Said]:
    for match in _CONCLUDED.finditer(text):
        yield Said("conclusion", match["said"].strip(), "", match.start("said"), match.end("said"))
