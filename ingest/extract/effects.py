"""What a ruling does to earlier rulings: which it modifies, revokes or affirms.

Invariant: only what is done, never what was proposed, asked for or done by another ruling before. A verb's rulings are
those of its own clause: one before `is`, a row before `are` or behind `we revoke`, a list behind a colon.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from ingest.extract.mentions import Mention
from ingest.extract.name_words import Place

Effect = tuple[str, Mention, Place]  # modifies, revokes or affirms, the ruling, and where the verb stands

_DONE = "modified|revoked|affirmed|superseded|upheld|rescinded"
_PASSIVE = re.compile(
    rf"\b(?P<be>is|are)\s+(?:(?:each|all|both|hereby|therefore|also|further|likewise)\s+)*(?P<verb>{_DONE})\b"
    rf"(?!\s+by\s+(?!this\b))(?=(?P<list>[^.;:]{{0,80}}:)?)",
    re.IGNORECASE,
)
_FURTHER = re.compile(rf",?\s+and\s+(?:are\s+|is\s+)?(?:hereby\s+)?(?P<verb>{_DONE})\b", re.IGNORECASE)
_ACTIVE = re.compile(
    r"\b(?:(?P<verb>modif(?:ies|ying)|revok(?:es|ing)|replac(?:es|ing)|affirm(?:s|ing))"
    r"|(?:we|CBP|Customs|hereby|(?P<again>,?\s+and))\s+(?:(?:hereby|now|also|therefore|must|are|is)\s+)*"
    r"(?P<we>modify|modifying|revoke|revoking|affirm|affirming))\s+",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"(?:^|\n)[ \t]*RE:\s(?P<subject>[\s\S]{3,600}?)(?=\n\s*\n|\n[ \t]*Dear\b|\Z)", re.IGNORECASE)
_NOUN = re.compile(
    r"\b(?P<verb>modification|revocation|affirmation|affirmance)\s+(?:and\s+\w+\s+)?of\s+", re.IGNORECASE
)
_VERBS = {"m": "modifies", "r": "revokes", "a": "affirms", "s": "revokes", "u": "affirms"}
_NOT_DONE = re.compile(
    r"\b(?:propos\w+|intend\w*|intent(?:ion)?|request\w*|ask\w*|seek\w*|sought|declin\w+|not|whether|if|may|"
    r"would|could)"
    r"\b[^.;]{0,80}$",
    re.IGNORECASE,
)
# In a row of rulings these stand between two; elsewhere the row is at its end.
_BETWEEN = re.compile(
    r"[\s,;/()\"\u201c\u201d]*(?:(?:dated|issued(?:\s+on)?|of)\s+)?(?:(?:[A-Z][a-z]{2,8}\.?\s+\d{1,2},"
    r"\s+\d{4}|\d{1,2}/\d{1,2}/\d{2,4})"
    r"[\s,;()]*)?(?:(?:issued\s+to|to)\s+[^;\n]{3,80}?[\s,;]+)?(?:and|or|as well as|&)?[\s,;]*"
    r"(?:(?:New\s+York|Headquarters)(?:\s+Rulings?)?(?:\s+Letters?)?|rulings?|letters?|HRL|NYRL|NY|HQ|Nos?\.|"
    r"[(),\"\u201c\u201d]|\s)*"
)
# Between a ruling and the verb of which it is the subject: HQ H300000, dated May 2, 2019, modifies NY N299999.
_DOES = re.compile(r"[\s,]*(?:dated\s[^;.]{0,30}?,\s)?(?:(?:which|that)\s+)?")
# In NY N301234, the bags are modified: not the ruling.
_IN = re.compile(r"\b[Ii]n\s+$")
_OF_ANOTHER = re.compile(r"(?:,\s+dated\s[^,]{3,20},\s\d{4})?,\s+(?:the|these|we|CBP|Customs|a|an|certain|it)\b")
_SENTENCE_ENDS = re.compile(
    r"(?<!\b[A-Z])(?<!\bNo)(?<!\bInc)(?<!\bCo)(?<!\bLtd)(?<!\bCorp)[.;]\s+(?=[A-Z\u201c\"])|\n\s*\n"
)
# One of these every verb and noun above has.
_STEMS = ("modif", "revo", "replac", "affirm", "supersed", "upheld", "rescind")
_REACH = 400  # characters that a clause may have
_LONGEST_SENTENCE = 300  # that is shown
_HEADING = re.compile(r"^[A-Z][A-Z ]{4,40}:\s+(?=[A-Z])")  # EFFECT ON OTHER RULINGS: on the line of its section


def effects(text: str, rulings: Sequence[Mention]) -> Iterator[Effect]:
    """What is done to which ruling, in no order and some of it twice; `rulings` are those named, in order.

    >>> from ingest.extract.mentions import find_mentions
    >>> text = "NY N301234 and NY N301235 are hereby REVOKED. We affirm HQ 955864."
    >>> [(verb, one.key) for verb, one, _ in effects(text, list(find_mentions("", text)))]
    [('revokes', 'NY-N301235'), ('revokes', 'NY-N301234'), ('affirms', 'HQ-955864')]
    """
    lowered = text.lower()
    if not rulings or not any(stem in lowered for stem in _STEMS):
        return
    for match in _PASSIVE.finditer(text):
        for verb in (match.group("verb"), *(each.group("verb") for each in _further(text, match))):
            for one in _subjects(text, rulings, match):
                yield _VERBS[verb[0].lower()], one, match.span()
    for match in _ACTIVE.finditer(text):
        not_done = _NOT_DONE.search(text, max(0, match.start() - 100), match.end())
        if not not_done and not (match.group("verb") and _by_another(text, rulings, match.start())):
            verb = _VERBS[(match.group("verb") or match.group("we"))[0].lower()]
            yield from ((verb, one, match.span()) for one in _objects(text, rulings, match.end()))
    for subject in _SUBJECT.finditer(text):
        for match in _NOUN.finditer(text, *subject.span("subject")):
            if not _NOT_DONE.search(text, subject.start(), match.start()):
                verb = _VERBS[match.group("verb")[0].lower()]
                yield from ((verb, one, match.span()) for one in _objects(text, rulings, match.end(), listed=True))


def sentence(text: str, begin: int, end: int) -> str:
    """The sentence in which these places stand, in single blanks; cut where it is long.

    >>> text = "We looked at it. NY N301234 is revoked. Others stand."
    >>> sentence(text, 17, 38)
    'NY N301234 is revoked.'
    """
    earliest = max(0, begin - _LONGEST_SENTENCE)
    before = (each.end() for each in _SENTENCE_ENDS.finditer(text, earliest, begin + 1))
    start = max((end for end in before if end <= begin), default=earliest)
    ends = _SENTENCE_ENDS.search(text, end, end + _LONGEST_SENTENCE)
    said = _HEADING.sub("", " ".join(text[start : ends.start() + 1 if ends else end + _LONGEST_SENTENCE].split()))
    return said if len(said) <= _LONGEST_SENTENCE else f"{said[:_LONGEST_SENTENCE].rpartition(' ')[0]} …"


def _by_another(text: str, rulings: Sequence[Mention], verb: int) -> bool:
    """Whether the ruling right before a verb does it, and not this one."""
    before = rulings[: bisect_left(rulings, verb, key=lambda one: one.start)]
    return bool(before) and _DOES.fullmatch(text, before[-1].end, verb) is not None


def _further(text: str, match: re.Match[str]) -> Iterator[re.Match[str]]:
    """A second verb of the same rulings: `is modified and affirmed`."""
    if again := _FURTHER.match(text, match.end()):
        yield again


def _subjects(text: str, rulings: Sequence[Mention], match: re.Match[str]) -> list[Mention]:
    """The rulings that stand before the verb in its sentence: the last, or where several are meant the row of them."""
    begin = max(0, match.start() - _REACH)
    ends = [end.end() for end in _SENTENCE_ENDS.finditer(text, begin, match.start())]
    earlier = [verb.end() for verb in _PASSIVE.finditer(text, begin, match.start())]
    begin = max(begin, *ends, *earlier) if ends or earlier else begin
    first, last = (bisect_left(rulings, place, key=lambda one: one.start) for place in (begin, match.start()))
    before = rulings[first:last]
    if not before:
        return list(_objects(text, rulings, match.end("list"), listed=True)) if match.group("list") else []
    row = [before[-1]]
    if _IN.search(text, begin, row[0].start) and _OF_ANOTHER.match(text, row[0].end, match.start()):
        return []
    for one in reversed(before[:-1]):
        between = text[one.end : row[-1].start]
        if not (between == "/" or (match.group("be").lower() == "are" and _in_row(between[:_REACH]))):
            break
        row.append(one)
    return row


def _objects(text: str, rulings: Sequence[Mention], at: int, *, listed: bool = False) -> Iterator[Mention]:
    """The first ruling behind a place, in the same sentence or in a list, and those in a row with it."""
    end = at
    for one in islice(rulings, bisect_left(rulings, at, key=lambda each: each.start), None):
        between = text[end : one.start]
        if len(between) > _REACH // 2 or not (_in_row(between) if listed or end > at else _reaches(between)):
            return
        yield one
        end = one.end


def _in_row(between: str) -> bool:
    return bool(_BETWEEN.fullmatch(between))


def _reaches(between: str) -> bool:
    return not _SENTENCE_ENDS.search(between)
