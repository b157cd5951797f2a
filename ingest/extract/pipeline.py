"""The reading of texts: a spaCy pipeline of our own components, each of which adds the spans that it knows.

Invariant: `doc.spans["mentions"]` is in the order of the text and without overlaps; a span that an earlier component
found is not lost to a later one, except to a longer name of a company. Characters count from the text's beginning,
whatever the tokens: the tokenizer parts letters from all else, so that no span can fall between two tokens. What a
batch of texts taught the vocabulary is forgotten with it: memory does not grow with the documents read.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import islice

import pycountry
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from graph.model.tables import IdentifierType
from ingest.extract.aliases import aliases
from ingest.extract.companies import companies
from ingest.extract.company_forms import first_form
from ingest.extract.countries import countries
from ingest.extract.dates import days
from ingest.extract.identifiers import find_identifiers
from ingest.extract.in_cells import in_cells
from ingest.extract.in_place import in_place
from ingest.extract.introduced import AUTHORITIES, official
from ingest.extract.known_names import KnownNames
from ingest.extract.name_words import OF_TRADE, ends_names, is_ship_or_brand, names_goods
from ingest.extract.names import name_key
from ingest.extract.ports_by_name import is_ports_name, ports_by_name
from ingest.extract.small_letters import (
    in_small_letters,
    is_chat,
    small_again,
    small_countries,
    small_firms,
    small_names,
)
from ingest.extract.tables import letters_in_brackets, rows_in_tabs
from ingest.sources.countries import country_code

COMPANY, COUNTRY, DATE = "company", "country", "date"
_MENTIONS, _BEARERS, _TEXT, _TAKEN = "mentions", "bearers of ", "text", "taken tokens"
_BATCH = 64
_LONGEST_TEXT = 2**31  # spaCy's own limit guards models that need memory by length; ours do not
_FILER, _FILER_CHARACTERS = re.compile(r"\bfiler(?: code)?:? $", re.IGNORECASE), 12
_SHORTENED = (" Bt", " Est", " Fty", " Mfy")
_GOES_ON = re.compile(r" (?P<word>[A-Z][a-z]+)(?![\w-]| [A-Z])")
_NAME_GOES_ON = re.compile(r"(?: [A-Z][\w'\u2019-]*[a-z]){1,2}(?![\w-]| [A-Z&])")
_OF_STATE = re.compile(r" of (?P<state>(?:New |North |South |West |Rhode )?[A-Z][a-z]+)(?![\w-]| [A-Z&])")
_LAND = re.compile(r", ([A-Z]\w{3,})")
_OF_MONEY = ("Bank", "Guaranty", "Insurance")
_FORM_CHARACTERS = 24
_PIECE = re.compile(r"([^\W_]+|[^\w\s]|_)( ?)|(\s+)")


class How(StrEnum):
    """By what something was recognised."""

    NUMBER = "number"  # its pattern and its check
    KNOWN = "known"  # a name that is known
    FORM = "form"  # a legal form, a form's field, an addressee
    ALIAS = "alias"  # a short name that the document defines
    ROLE = "role"  # "the importer", where the document says who that is
    WORD = "word"  # a country's name, a port's, a day


@dataclass(frozen=True, slots=True)
class Span:
    """Something named in a text, by characters. `bearers` are those whose known name it is."""

    start: int
    end: int
    what: str
    key: str
    how: How
    bearers: frozenset[str] = frozenset()


class _Pieces:
    """A tokenizer that parts letters and digits from all else; spaces that are no single blank are tokens."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        pieces = _PIECE.findall(text)
        words, blanks = [word or spaces for word, _, spaces in pieces], [blank == " " for _, blank, _ in pieces]
        doc = Doc(self.vocab, words=words, spaces=blanks)
        # spaCy would put the text together anew from the tokens for each component.
        doc.user_data[_TEXT] = letters_in_brackets(rows_in_tabs(text))
        return doc


class _Names:
    """The component of names: companies known and unknown, and what the document calls them afterwards."""

    def __init__(self) -> None:
        self.known = KnownNames(())

    def __call__(self, doc: Doc) -> Doc:
        text = doc.user_data[_TEXT]
        found = [Span(one.start, one.end, COMPANY, one.key, How.KNOWN, one.bearers) for one in self.known.find(text)]
        if len(self.known) and in_small_letters(text):
            found += [
                Span(one.start, one.end, COMPANY, one.key, How.KNOWN, one.bearers)
                for one in small_names(text, self.known)
            ]
        named_so: list[tuple[int, int]] = list(companies(text))
        if in_small_letters(text):
            named_so += small_firms(text)
        found += [Span(*place, COMPANY, name_key(text[slice(*place)]), How.FORM) for place in named_so]
        named = _one_each(found)
        keys = {(one.start, one.end): one for one in named}
        named += _uses(text, keys)
        more = {
            place: self._single(place, name_key(text[slice(*place)]))
            for place in in_place(
                text, ((one.start, one.end) for one in named if one.how != How.ROLE), self.known.single
            )
        }
        if more:
            named += [*_uses(text, more), *more.values()]
        firms = {(one.start, one.end) for one in named if one.how != How.ROLE}
        celled = {place: self._single(place, name_key(text[slice(*place)])) for place in in_cells(text, firms)}
        if celled:
            named += [*_uses(text, celled), *celled.values()]
        written = {text[one.start : one.end]: one for one in named if one.how != How.ROLE}
        named += [
            replace(written[name], start=start, end=end, how=How.ALIAS)
            for start, end, name in small_again(text, written)
        ]
        whole = (_whole(text, one) for one in named if not _is_no_firm(text, one))
        return _add(doc, _one_each([_with_stop(text, one) for one in whole]))

    def _single(self, place: tuple[int, int], key: str) -> Span:
        bearers = self.known.single.get(key, frozenset())
        return Span(*place, COMPANY, key, How.KNOWN if bearers else How.FORM, bearers)


def _whole(text: str, one: Span) -> Span:
    """A short name with what makes it a longer one: Umber Point Insurance, of which Umber Point was known."""
    if one.how == How.FORM and (state := _OF_STATE.match(text, one.end)) and state.group("state") in _states():
        form = first_form(text[one.start : one.end])
        of_goods = names_goods(text[one.start : one.end].rsplit(maxsplit=1)[-1])  # Umber Fragrance, which is in Ohio
        return one if form or of_goods else replace(one, end=state.end(), key=name_key(text[one.start : state.end()]))
    if one.how != How.ALIAS:
        return one
    form = first_form(text[one.end : one.end + _FORM_CHARACTERS])
    if form and form.start <= len(", ") and form.sure:
        return replace(one, end=one.end + form.end)
    behind = _GOES_ON.match(text, one.end)
    if behind and (ends_names(behind.group("word")) or behind.group("word") in _OF_MONEY):
        return replace(one, end=behind.end())
    more = _NAME_GOES_ON.match(text, one.end)
    if more and not any(official(word) for word in more.group().split()):
        return replace(one, end=more.end())
    return one


@cache
def _states() -> frozenset[str]:
    """The parts of the United States that firms are called by as well: Umber Works of Indiana; no cities."""
    named = {region.name for region in pycountry.subdivisions if region.country_code == "US"}
    return frozenset((*named, "Carolina", "Dakota", "New England")) - {"New York", "Washington"}


def _with_stop(text: str, one: Span) -> Span:
    """The stop of a shortened word that ends a name belongs to it: `Umber Undergarments Fty.`"""
    shortened = text.startswith(".", one.end) and text[one.start : one.end].endswith(_SHORTENED)
    return replace(one, end=one.end + 1) if shortened else one


def _is_no_firm(text: str, one: Span) -> bool:
    """Whether a name that no list knows is a port's, or a filer's code: `filer UMB`."""
    written = text[one.start : one.end]
    code = one.how != How.KNOWN and _FILER.search(text, max(0, one.start - _FILER_CHARACTERS), one.start)
    ship = one.how != How.KNOWN and is_ship_or_brand(text, one.start) and not first_form(written)
    words = written.split()
    if one.how == How.FORM and all(word.upper() in OF_TRADE for word in words):
        return True  # Custom House Brokers
    authority = one.how == How.FORM and len(words) > 1 and words[0] in AUTHORITIES  # HSI Umber
    lines = written.split("\n")
    parted = len(lines) > 1 and one.how == How.FORM and country_code(lines[0].strip())  # from Turkey, and the next line
    seat = (
        one.how == How.ALIAS and " " not in written and (land := _LAND.match(text, one.end)) and country_code(land[1])
    )
    if ship or parted or seat or (authority and not first_form(written)):
        return True
    return bool(code and len(written) == len("UMB")) or (one.how == How.FORM and is_ports_name(written))


def _uses(text: str, named: Mapping[tuple[int, int], Span]) -> Iterator[Span]:
    """What the text calls the companies at some places besides."""
    for use in aliases(text, named):
        of = named[use.of]
        yield Span(use.start, use.end, COMPANY, of.key, How.ROLE if use.role else How.ALIAS, of.bearers)


def _one_each(found: Sequence[Span]) -> list[Span]:
    """Of names that overlap the longest; a known one lends its bearers to the longer spelling of itself."""
    kept: list[Span] = []  # in the order of the text
    for one in sorted(found, key=lambda span: (-(span.end - span.start), span.how != How.KNOWN, span.start)):
        at = bisect_right(kept, one.start, key=lambda span: span.start)
        over = next((place for place in (at - 1, at) if _overlap(kept, place, one)), None)
        if over is None:
            kept.insert(at, one)
        elif one.bearers and not kept[over].bearers and kept[over].key.startswith(one.key):
            kept[over] = replace(kept[over], bearers=one.bearers, how=How.KNOWN)
    return kept


def _overlap(kept: Sequence[Span], place: int, one: Span) -> bool:
    return 0 <= place < len(kept) and one.start < kept[place].end and kept[place].start < one.end


@Language.component("tidewaiter_identifiers")
def _identifiers(doc: Doc) -> Doc:
    return _add(
        doc,
        (Span(start, end, what, key, How.NUMBER) for start, end, what, key in find_identifiers(doc.user_data[_TEXT])),
    )


@Language.factory("tidewaiter_names")
def _names(nlp: Language, name: str) -> _Names:  # noqa: ARG001 - what spaCy calls a factory with
    return _Names()


@Language.component("tidewaiter_ports")
def _ports(doc: Doc) -> Doc:
    found = ports_by_name(doc.user_data[_TEXT])
    return _add(doc, (Span(start, end, IdentifierType.PORT, code, How.WORD) for start, end, code in found))


@Language.component("tidewaiter_days")
def _days(doc: Doc) -> Doc:
    return _add(doc, (Span(start, end, DATE, day, How.WORD) for start, end, day in days(doc.user_data[_TEXT])))


@Language.component("tidewaiter_countries")
def _countries(doc: Doc) -> Doc:
    text = doc.user_data[_TEXT]
    found = [*countries(text), *(small_countries(text) if is_chat(text) or in_small_letters(text) else ())]
    return _add(doc, (Span(start, end, COUNTRY, code, How.WORD) for start, end, code in found))


def _add(doc: Doc, found: Iterable[Span]) -> Doc:
    """Put spans into the document, but for those that overlap what is there."""
    taken = doc.user_data.setdefault(_TAKEN, bytearray(len(doc)))
    group = []
    for one in found:
        span = doc.char_span(one.start, one.end, label=one.what, kb_id=one.key, span_id=one.how)
        if span is None or any(taken[span.start : span.end]):
            continue
        taken[span.start : span.end] = b"\1" * len(span)
        group.append(span)
        if one.bearers:
            doc.user_data[f"{_BEARERS}{one.start}"] = one.bearers
    if group or _MENTIONS not in doc.spans:
        doc.spans[_MENTIONS] = sorted((*doc.spans.get(_MENTIONS, ()), *group), key=lambda span: span.start)
    return doc


def _spans(doc: Doc) -> list[Span]:
    """What was found, free of the document."""
    return [
        Span(
            span.start_char,
            span.end_char,
            span.label_,
            span.kb_id_,
            How(span.id_),
            doc.user_data.get(f"{_BEARERS}{span.start_char}", frozenset()),
        )
        for span in doc.spans[_MENTIONS]
    ]


class Pipeline:
    """Reads texts with the names that are known, or with none."""

    def __init__(self, known: KnownNames | None = None) -> None:
        self.nlp = spacy.blank("en", vocab=Vocab())  # English's would work much out of each new word: its shape, ...
        self.nlp.tokenizer = _Pieces(self.nlp.vocab)
        self.nlp.max_length = _LONGEST_TEXT
        self.nlp.add_pipe("tidewaiter_identifiers")
        names = self.nlp.add_pipe("tidewaiter_names")
        if known and isinstance(names, _Names):
            names.known = known
        self.nlp.add_pipe("tidewaiter_ports")
        self.nlp.add_pipe("tidewaiter_days")
        self.nlp.add_pipe("tidewaiter_countries")

    def read(self, texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, list[Span]]]:
        """Each document's id and text with what it names."""
        remaining = iter(texts)
        while some := list(islice(remaining, _BATCH)):
            with self.nlp.memory_zone():
                docs = self.nlp.pipe(text for _, text in some)
                read = [(document_id, text, _spans(doc)) for doc, (document_id, text) in zip(docs, some, strict=True)]
            yield from read
