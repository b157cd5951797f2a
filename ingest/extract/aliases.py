"""Short names that a document gives a company, and where it uses them: `("ABC")`, `hereinafter the importer`.

Invariant: a short name stands for the company that it was defined behind, within one document, from its definition
on. A role (`the importer`) stands for a company and names none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graph.resolve.words import share
from ingest.extract.companies import Place
from ingest.extract.company_forms import form_words, legal_forms
from ingest.extract.names import name_key, words

_LONGEST_ALIAS = 6  # words
_QUOTES = '"\u201c\u201d'
_INTRODUCED = (
    r"(?:herein(?:after)?|hereafter|collectively|together|also known as|a\.?k\.?a\.?|f\.?k\.?a\.?|f/k/a|a/k/a|d/b/a|"
    r"d\.?b\.?a\.?|doing business as|referred to(?: collectively)?(?: herein(?:after)?)?|called|known)"
)
_IN_BRACKETS = re.compile(r"[ ,)]{0,3}\((?P<inside>[^()\n]{2,80})\)")
_BARE = re.compile(rf",? (?:{_INTRODUCED}[, ]+)+(?:as |to as )?(?P<inside>[^,.;()\n]{{2,40}})(?=[,.;)\n])")
_LEAD = re.compile(rf"^(?:(?:{_INTRODUCED}|as|or|the|and|,)[ ,:]+)+", re.IGNORECASE)
_QUOTED = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]{{2,60}})[{_QUOTES}]")
_ROLE = re.compile(
    r"(?:the )?(?:\w+ )?(?:importer|exporter|manufacturer|producer|shipper|consignee|supplier|seller|buyer|vendor|"
    r"broker|company|protestant|requester|requestor|client|respondent|petitioner|carrier|surety)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a document speaks of a company by a short name or a role; `of` is the company's place."""

    start: int
    end: int
    of: Place
    role: bool


def aliases(text: str, named: Iterable[Place]) -> Iterator[Use]:
    """The short names of the companies that stand at `named`, each at its definition and wherever it is used after.

    >>> text = 'Umber Co. ("UC") sells. UC, the importer, is new.'
    >>> [text[use.start : use.end] for use in aliases(text, [(0, 9)])]
    ['UC', 'UC']
    """
    known: dict[
        str, tuple[int, Place, bool]
    ] = {}  # short name -> where it begins to stand for what, and whether a role
    for place in sorted(named):
        for start, end, role in _defined(text, place):
            short = text[start:end]
            known.setdefault(short.lower() if role else short, (start, place, role))
        core = _core(text, place)
        if core:
            known.setdefault(core, (place[1], place, False))
    for short, (since, place, role) in known.items():
        flags = re.IGNORECASE if role else re.NOFLAG
        for match in re.compile(rf"(?<![\w-]){re.escape(short)}(?![\w-])", flags).finditer(text, since):
            yield Use(match.start(), match.end(), place, role)


def _defined(text: str, place: Place) -> Iterator[tuple[int, int, bool]]:
    """What is defined right behind a company, as places."""
    at = place[1]
    if _IN_BRACKETS.match(text, at):
        while bracket := _IN_BRACKETS.match(text, at):  # Umber Ltd. (formerly Ochre Ltd.) (Umber)
            yield from _inside(text, bracket.start("inside"), bracket.group("inside"), place)
            at = bracket.end()
    elif bare := _BARE.match(text, at):
        inside = bare.group("inside")
        start = bare.start("inside")
        lead = _LEAD.match(inside)
        if lead and not _ROLE.fullmatch(inside):
            start += lead.end()
            inside = inside[lead.end() :]
        if _QUOTED.search(inside):
            yield from _inside(text, start, inside, place)
        elif _ROLE.fullmatch(inside) or inside[0].isupper():
            yield start, start + len(inside), bool(_ROLE.fullmatch(inside))


def _inside(text: str, at: int, inside: str, place: Place) -> Iterator[tuple[int, int, bool]]:
    quoted = list(_QUOTED.finditer(inside))
    for match in quoted:
        short = match.group(1).rstrip(",.")
        if short:
            yield at + match.start(1), at + match.start(1) + len(short), bool(_ROLE.fullmatch(short))
    if quoted:
        return
    lead = _LEAD.match(inside)
    introduced = bool(lead and re.search(_INTRODUCED, lead.group(), re.IGNORECASE))
    start = lead.end() if lead and not _ROLE.fullmatch(inside) else 0
    short = inside[start:].strip()
    if _ROLE.fullmatch(short) and introduced:
        yield at + start, at + start + len(short), True
        return
    whole_name = next(iter(legal_forms(short)), None) or not short[:1].isupper() or len(short.split()) > _LONGEST_ALIAS
    if not whole_name and (introduced or _resembles(short, text[place[0] : place[1]])):
        yield at + start, at + start + len(short), False


def _resembles(short: str, name: str) -> bool:
    """Whether a short name is made of the name's words or of their first letters."""
    of_name = [word.form for word in words(name)]
    of_short = [word.form for word in words(short)]
    if not of_short:
        return False
    letters, initials = "".join(of_short), "".join(of_name)
    if 2 <= len(letters) <= 8 and letters[0] == initials[0] and _in_order(letters, initials):
        return True
    return all(
        word in of_name or any(word[0] == one[0] and _in_order(word, one) for one in of_name) for word in of_short
    )


def _in_order(letters: str, of: str) -> bool:
    rest = iter(of)
    return all(letter in rest for letter in letters)


def _core(text: str, place: Place) -> str:
    """A name without its legal form where that can only mean the company: not `Theory` of Theory LLC."""
    name = text[place[0] : place[1]]
    form = next(iter(legal_forms(name)), None)
    if form and form.end != len(name):
        return ""
    core = name[: form.start].rstrip(" ,") if form else name
    parts = [part for part in name_key(core).split() if part not in form_words()]
    telling = [part for part in parts if not share(part) and len(part) > 2]
    return core if len(parts) >= 2 and telling else ""
