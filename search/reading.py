"""Reading what a person typed: Lucene's syntax, identifiers in any spelling, and plain questions.

Invariant: every text can be read. What cannot be taken as written is searched as words, and the note says so.
"""

import calendar
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import luqum.exceptions
import luqum.parser
import luqum.tree

from graph.model.errors import Invalid
from graph.model.identifiers import find_identifier, parse
from graph.model.tables import IdentifierType
from search.analysis import content_tokens, tokens
from search.fields import CARRIED_AS, FIELDS, KIND_GROUPS, Field
from search.query import (
    AllOf,
    AnyOf,
    Boosted,
    Everything,
    Fuzzy,
    Identifier,
    Not,
    Phrase,
    Prefix,
    Query,
    Range,
    Term,
    Words,
)

# Up to this many words must all occur; a longer text is a question, which no document repeats word by word.
MOST_REQUIRED_WORDS = 3

_LONGEST_CHARACTERS = 10_000
_DEEPEST_NESTING = 40
_LONGEST_TERSE = 8  # words; in a longer text a hyphen before a word is a dash, a colon ends a clause
_OPERATORS = re.compile(r'"|(?:^|[\s(])(?:AND|OR|NOT)(?=\s|$)')
_TERSE_OPERATORS = re.compile(r"(?:^|\s)[-+](?=\w)|\w:(?=\S)|[\w)\"][~^]\d|\w[~*](?=[\s)^]|$)")
_BEGINNING = re.compile(r"([^*?\\]+)\*")
_WILD = re.compile(r"(?<!\\)[*?](?=\w)|\w\*")
_SHORTEST_BEGINNING = 2  # letters; fewer are a part of most words
_FEW_LETTERS = 6  # in words below this, one letter may be wrong where nobody says how many; else two
_MOST_EDITS = 2
_WEIGHTS = (0.01, 100.0)
_WIDEST_SPAN = 500  # numbers that a span of codes may stand for
_CODE = re.compile(r"\d[\d.]*")
_MARGIN = ".,;:!?()[]{}<>\"'“”‘’"
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAYS = re.compile(r"(\S*?)\s*\.\.\s*(\S*)")

_I = IdentifierType

# Words that say what kind of number comes next; they are part of the number, not words to be found.
_LABELS: dict[str, IdentifierType] = {
    "port": _I.PORT,
    "hts": _I.HTS, "htsus": _I.HTS, "tariff": _I.HTS, "heading": _I.HTS, "subheading": _I.HTS,
    "case": _I.CASE,
    "ruling": _I.RULING,
    "entry": _I.ENTRY_NUMBER,
    "importer": _I.IMPORTER_NUMBER, "ein": _I.IMPORTER_NUMBER, "ior": _I.IMPORTER_NUMBER,
    "manufacturer": _I.MANUFACTURER_ID, "mid": _I.MANUFACTURER_ID,
    "filer": _I.FILER, "broker": _I.FILER,
    "surety": _I.SURETY,
    "container": _I.CONTAINER,
    "bill": _I.BILL,
    "lab": _I.LAB_NUMBER,
}  # fmt: skip

# Kinds whose numbers are written in two or three pieces (`NY N301234`, `A 570 918`, `ABC 1234567 6`).
_IN_PIECES = frozenset({_I.RULING, _I.CASE, _I.ENTRY_NUMBER, _I.CONTAINER, _I.LAB_NUMBER})
# A bare code of these in a longer text is a number, a year or a word far more often than a code.
_ALONE_ONLY = frozenset({_I.COUNTRY, _I.FILER, _I.SURETY, _I.PORT, _I.FOREIGN_PORT})
# Ids without a pattern: tried when the whole text is one word with a digit that is no sure identifier.
_OWN_KINDS = ("issue", "document", "company", "party", "finding")
_OTHER_FIELDS = ("date", "title", "text", "type")
_FIELD = re.compile(
    rf"\b(?:{'|'.join(sorted({*FIELDS, *CARRIED_AS.values(), *_OWN_KINDS, *_OTHER_FIELDS}))}):(?=\S)", re.I
)

_luqum = threading.Lock()  # the generated parser keeps state between its steps


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was understood. `otherwise` is to be asked when `query` finds nothing."""

    query: Query
    note: str = ""
    otherwise: Query | None = None


def read_query(text: str, *, ssn_secret: str = "") -> Reading:
    """What a text asks for; never raises. `ssn_secret` is the home's, to find a social security number by its token.

    >>> read_query("wire hangers").query
    Words(text='wire hangers', field='', need='all')
    >>> [type(part).__name__ for part in read_query("n 301234").query.parts]
    ['Identifier', 'Phrase']
    """
    text = text.encode("utf-8", "ignore").decode()
    text = "".join(character if character.isprintable() else " " for character in text).strip()
    note = ""
    if len(text) > _LONGEST_CHARACTERS:
        text, note = text[:_LONGEST_CHARACTERS], f"Only the first {_LONGEST_CHARACTERS:,} characters were read."
    reader = _Reader(ssn_secret)
    if _has_operators(text):
        parsed = _parsed(text)
        if parsed is not None:
            query = reader.tree(parsed)
            return Reading(_or_everything(query), " ".join((*reader.notes, *([note] if note else ()))))
        note = f"{note} The operators could not be understood; the text was searched as words.".strip()
    return reader.plain(text, note)


def read_days(text: str) -> Range:
    """A day, month or year, or a span of them: `2020`, `2020-03`, `2020-01-01..2021-12-31`, `..2019`.

    Raises `Invalid` for anything else.

    >>> read_days("2020-02")
    Range(low=datetime.date(2020, 2, 1), high=datetime.date(2020, 2, 29))
    """
    span = _DAYS.fullmatch(text.strip())
    low, high = span.groups() if span else (text, text)
    return Range(_first_day(low), _last_day(high))


def _has_operators(text: str) -> bool:
    """Whether a text is more than words. Brackets alone are not: people put asides in them."""
    terse = len(text.split()) <= _LONGEST_TERSE
    return bool(_OPERATORS.search(text) or _FIELD.search(text) or (terse and _TERSE_OPERATORS.search(text)))


def _parsed(text: str) -> luqum.tree.Item | None:
    """Luqum's tree, or None where the text has another syntax, or brackets within brackets without end."""
    if max(text.count("("), text.count(" NOT "), text.count(":")) > _DEEPEST_NESTING:
        return None
    try:
        with _luqum:
            tree: luqum.tree.Item = luqum.parser.parser.parse(text)
    except (luqum.exceptions.ParseError, ValueError, ArithmeticError, RecursionError):
        return None
    return tree


class _Reader:
    """Turns one text or tree into a query, and notes what was not taken as written."""

    def __init__(self, ssn_secret: str) -> None:
        self._ssn_secret = ssn_secret
        self.notes: list[str] = []

    # Plain text

    def plain(self, text: str, note: str = "") -> Reading:
        """A text without operators."""
        parts, rest = self._numbers_and_words(text.split())
        words = _words(" ".join(rest))
        if words is None:
            return Reading(_or_everything(_all_of(parts)), note)
        loose = _any_of([*parts, replace(words, need="any")])
        if words.need == "any":
            return Reading(loose, note)
        required = _all_of([*parts, words])
        one = not parts and len(content_tokens(words.text)) == 1
        return Reading(_or_everything(required), note, otherwise=None if one else loose)

    def _numbers_and_words(self, words: list[str]) -> tuple[list[Query], list[str]]:
        """The identifiers in a run of words, each with the words that write it, and the words left over."""
        parts: list[Query] = []
        rest: list[str] = []
        at = 0
        while at < len(words):
            query, used = self._number(words, at)
            if query is None:
                rest.append(words[at])
            else:
                parts.append(query)
            at += used
        return parts, rest

    def _number(self, words: list[str], at: int) -> tuple[Query | None, int]:
        """The identifier that begins at a word and how many words write it; None and 1 when there is none."""
        label = _LABELS.get(words[at].strip(_MARGIN).lower())
        if label and at + 1 < len(words):
            written = words[at + 1].strip(_MARGIN)
            key = self._key(label, written)
            if key and any(character.isdigit() for character in written):
                return self._carried([(label, key)], written), 2
        for size in (3, 2):
            piece = " ".join(words[at : at + size]).strip(_MARGIN)
            if at + size <= len(words) and len(piece) < 24 and any(map(str.isdigit, piece)):
                found = [match for match in self._find(piece) if match[0] in _IN_PIECES]
                if found:
                    return self._carried(found, piece), size
        word = words[at].strip(_MARGIN)
        whole = len(words) == 1
        if not word or not (whole or any(map(str.isdigit, word))):
            return None, 1
        found = [match for match in self._find(word) if whole or not _is_weak(match)]
        may_be_own = whole and any(map(str.isdigit, word)) and not any(kind in _IN_PIECES for kind, _ in found)
        own = [Identifier(kind, word) for kind in _OWN_KINDS] if may_be_own else []
        return (self._carried(found, word, own), 1) if found or own else (None, 1)

    def _find(self, text: str) -> list[tuple[IdentifierType, str]]:
        return find_identifier(text, ssn_secret=self._ssn_secret)

    def _key(self, kind: IdentifierType, written: str) -> str:
        return next((key for found, key in self._find(written) if found is kind), "") or _parsed_key(kind, written)

    def _carried(
        self, found: Sequence[tuple[IdentifierType, str]], written: str, own: Sequence[Identifier] = ()
    ) -> Query:
        """What is or carries one of the identifiers, or has them in its text as they are written."""
        identifiers = [Identifier(CARRIED_AS[kind], key) for kind, key in found]
        return _any_of(list(dict.fromkeys([*identifiers, *own, Phrase(written)])))

    # Lucene's syntax

    def tree(self, item: luqum.tree.Item) -> Query | None:  # noqa: PLR0911 - one case a node
        """The query of a luqum tree; None where it asks for nothing."""
        match item:
            case luqum.tree.UnknownOperation():
                return self._sequence(item.children)
            case luqum.tree.AndOperation():
                return _all_of([self.tree(child) for child in item.children])
            case luqum.tree.OrOperation():
                return _any_of([self.tree(child) for child in item.children])
            case luqum.tree.Not() | luqum.tree.Prohibit():
                excluded = self.tree(item.a)
                return None if excluded is None else Not(excluded)
            case luqum.tree.SearchField():
                return self._field(item.name, item.expr)
            case luqum.tree.Word() | luqum.tree.Regex():
                return self._sequence([item])
            case luqum.tree.Fuzzy():
                return self._fuzzy(_text(item), float(item.degree))
            case luqum.tree.Boost():
                return self._boosted(self.tree(item.expr), float(item.force))
            case luqum.tree.Phrase():
                return self._phrase(item.value, 0)
            case luqum.tree.Proximity():
                return self._phrase(item.term.value, min(int(item.degree), 100))
            case luqum.tree.Range():
                return self._sequence([luqum.tree.Word(_text(item.low)), luqum.tree.Word(_text(item.high))])
            case luqum.tree.From() | luqum.tree.To():
                return self._sequence(item.children)
        return _all_of([self.tree(child) for child in item.children])

    def _sequence(self, items: Sequence[luqum.tree.Item]) -> Query | None:
        """Things side by side: all must match; runs of words may write identifiers together."""
        parts: list[Query | None] = []
        run: list[str] = []
        for item in (*items, None):
            if isinstance(item, luqum.tree.Word | luqum.tree.Regex) and not _BEGINNING.fullmatch(item.value):
                if _WILD.search(item.value):
                    self.notes.append(f"{item.value}: * counts only at the end of a word; it was searched as words.")
                run.append(_unescaped(item.value))
                continue
            if run:
                numbers, rest = self._numbers_and_words(" ".join(run).split())
                parts += [*numbers, _words(" ".join(rest))]
                run = []
            if isinstance(item, luqum.tree.Word):
                parts.append(self._beginning(item.value))
            elif item is not None:
                parts.append(self.tree(item))
        return _all_of(parts)

    def _beginning(self, written: str) -> Query | None:
        """`hang*`; of a tariff number, all below it, as without the star."""
        text = written.rstrip("*")
        if len(tokens(text)) == 1 and len(text) >= _SHORTEST_BEGINNING:
            return Prefix(text)
        if not any(kind is IdentifierType.HTS for kind, _ in self._find(text)):
            self.notes.append(
                f"{written} is no beginning of one word of two letters or more; it was searched as words."
            )
        return self._sequence([luqum.tree.Word(text)])

    def _fuzzy(self, text: str, degree: float) -> Query | None:
        """`hangars~1`; without a number (luqum says 0.5) as many letters as a word of that length may have wrong."""
        if degree > _MOST_EDITS:
            self.notes.append(f"{text}~{degree:g}: at most {_MOST_EDITS} letters of a word may differ.")
        found: list[Query] = []
        for word in text.split():
            edits = int(degree) if degree in (0, 1) or degree >= _MOST_EDITS else 1 + (len(word) >= _FEW_LETTERS)
            edits = min(edits, _MOST_EDITS, len(word) - 2)  # two letters must be right
            exact = edits < 1 or len(tokens(word)) != 1
            found += [Words(word)] if exact else [Fuzzy(word, edits=edits)]
        return _all_of(found)

    def _boosted(self, query: Query | None, weight: float) -> Query | None:
        low, high = _WEIGHTS
        if not low <= weight <= high:
            self.notes.append(f"A weight lies between {low:g} and {high:g}; ^{weight:g} was taken as the nearest.")
        return None if query is None else Boosted(query, min(max(weight, low), high))

    def _phrase(self, quoted: str, slop: int) -> Query | None:
        text = _unescaped(quoted[1:-1])
        if not content_tokens(text):
            return None
        found = [match for match in self._find(text.strip()) if match[0] in _IN_PIECES]
        return self._carried(found, text) if found else Phrase(text, slop=slop)

    def _field(self, name: str, value: luqum.tree.Item) -> Query | None:
        """`name:value`, `name:(one OR other)`, `date:[low TO high]`."""
        name = {"type": "kind"}.get(name.lower(), name.lower())
        if name == "date":
            return self._days(value)
        if name == "text":
            return self.tree(value)
        if name == "title":
            return _in_title(self.tree(value))
        if name in FIELDS or name in CARRIED_AS.values() or name in _OWN_KINDS:
            return self._valued(name, value)
        self.notes.append(f"There is no field {name!r}; it was searched as a word.")
        return _all_of([self._sequence([luqum.tree.Word(name)]), self.tree(value)])

    def _valued(self, name: str, value: luqum.tree.Item) -> Query | None:  # noqa: PLR0911 - one case a node
        match value:
            case luqum.tree.FieldGroup() | luqum.tree.Group() | luqum.tree.Plus():
                return self._valued(name, value.children[0])
            case luqum.tree.Boost():
                return self._boosted(self._valued(name, value.expr), float(value.force))
            case luqum.tree.OrOperation():
                return _any_of([self._valued(name, child) for child in value.children])
            case luqum.tree.AndOperation():
                return _all_of([self._valued(name, child) for child in value.children])
            case luqum.tree.Not() | luqum.tree.Prohibit():
                excluded = self._valued(name, value.a)
                return None if excluded is None else Not(excluded)
            case luqum.tree.Range() | luqum.tree.From() | luqum.tree.To():
                if name == "year":
                    return self._days(value)
                span = _codes_between(name, value) if isinstance(value, luqum.tree.Range) else None
                return span or self._ends(name, value)
        written = _text(value)
        if _BEGINNING.fullmatch(written):
            written = written[:-1]  # a tariff number takes in all below it anyway
            if name not in ("hts", "hts2", "hts4", "held"):
                self.notes.append(
                    f"* counts in words and tariff numbers; {name} was searched for {written!r} as a whole."
                )
        return field_value(name, written) if written else None

    def _ends(self, name: str, span: luqum.tree.Item) -> Query:
        """The ends of a span that cannot be one."""
        self.notes.append(
            f"Days, years and up to {_WIDEST_SPAN} codes of one length have spans; {name} was searched for the values "
            "named."
        )
        return _any_of([self._valued(name, child) for child in span.children])

    def _days(self, value: luqum.tree.Item) -> Query | None:
        try:
            match value:
                case luqum.tree.Range():
                    return Range(_first_day(_text(value.low)), _last_day(_text(value.high)))
                case luqum.tree.From():
                    return Range(_first_day(_text(value.a)), None)
                case luqum.tree.To():
                    return Range(None, _last_day(_text(value.a)))
            return read_days(_text(value))
        except Invalid as error:
            self.notes.append(f"{error.message} It was left out. {error.next_step}")
            return None


def field_value(name: str, written: str) -> Query:
    """What has this value in this field, or is or carries the identifier when the field holds one.

    >>> field_value("hts", "7326.20").key, field_value("status", "Revoked")
    ('732620', Term(field='status', value='revoked'))
    """
    if name == "kind" and written.lower() in KIND_GROUPS:
        return _any_of([Term("kind", kind) for kind in sorted(KIND_GROUPS[written.lower()])])
    field: Field | None = FIELDS.get(name)
    if field is None:
        return Identifier(name, written)
    if field.identifier is None:
        term = Term(name, field.written(written))
        return _any_of([Identifier(name, written.strip()), term]) if name in ("issue", "party") else term
    carried = Identifier(CARRIED_AS[field.identifier], field.written(written))
    return _any_of([carried, Term(name, carried.key)]) if field.counted else carried


def _codes_between(name: str, span: luqum.tree.Range) -> Query | None:
    """The codes from one to another, both of the same length (`port:[2701 TO 2720]`, `hts:[7301 TO 7326]`)."""
    ends = [_text(end) for end in (span.low, span.high)]
    low, high = (end.replace(".", "") for end in ends)
    if not all(map(_CODE.fullmatch, ends)) or len(low) != len(high) or not 0 <= int(high) - int(low) < _WIDEST_SPAN:
        return None
    return _any_of([field_value(name, f"{code:0{len(low)}d}") for code in range(int(low), int(high) + 1)])


def _words(text: str) -> Words | None:
    """All of a few words, any of many; None when there are none."""
    content = content_tokens(text)
    return Words(text, need="all" if len(content) <= MOST_REQUIRED_WORDS else "any") if content else None


def _parsed_key(kind: IdentifierType, written: str) -> str:
    try:
        return parse(kind, written).key
    except Invalid:
        return ""


def _is_weak(match: tuple[IdentifierType, str]) -> bool:
    """A code or a heading of four digits, which in a longer text is as likely to be a year or a quantity."""
    kind, key = match
    return kind in _ALONE_ONLY or (kind is IdentifierType.HTS and len(key) == 4)


def _in_title(query: Query | None) -> Query | None:  # noqa: PLR0911 - one return a query type
    match query:
        case Words():
            return Words(query.text, field="title", need=query.need)
        case Phrase() | Prefix() | Fuzzy():
            return replace(query, field="title")
        case Boosted():
            part = _in_title(query.part)
            return None if part is None else Boosted(part, query.weight)
        case AllOf():
            return _all_of([_in_title(part) for part in query.parts])
        case AnyOf():
            return _any_of([_in_title(part) for part in query.parts if not isinstance(part, Identifier)])
        case Not():
            part = _in_title(query.part)
            return None if part is None else Not(part)
    return query


def _all_of(parts: Sequence[Query | None]) -> Query | None:
    asked = tuple(part for part in parts if part is not None)
    return AllOf(asked) if len(asked) > 1 else asked[0] if asked else None


def _any_of(parts: Sequence[Query | None]) -> Query:
    asked = tuple(part for part in parts if part is not None)
    return AnyOf(asked) if len(asked) > 1 else asked[0] if asked else Everything()


def _or_everything(query: Query | None) -> Query:
    return Everything() if query is None else query


def _text(item: luqum.tree.Item) -> str:
    """The words under a node, as written."""
    if isinstance(item, luqum.tree.Phrase):
        return _unescaped(item.value[1:-1])
    if isinstance(item, luqum.tree.Term):
        return _unescaped(item.value)
    return " ".join(filter(None, map(_text, item.children)))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _first_day(text: str) -> date | None:
    parts = _day_parts(text)
    return parts and _day(parts[0], parts[1] or 1, parts[2] or 1, text)


def _last_day(text: str) -> date | None:
    parts = _day_parts(text)
    if parts is None:
        return None
    year, month, day = parts[0], parts[1] or 12, parts[2]
    if not day:
        day = calendar.monthrange(year, month)[1] if 1 <= month <= 12 and year else 31
    return _day(year, month, day, text)


def _day_parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day, 0 where not said; None for an open end (`*` or nothing)."""
    if text.strip() in ("", "*"):
        return None
    match = _DAY.fullmatch(text.strip())
    if not match:
        raise _no_day(text)
    return int(match[1]), int(match[2] or 0), int(match[3] or 0)


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_day(text) from None


def _no_day(text: str) -> Invalid:
    return Invalid(
        f"{text!r} is not a day, month or year.",
        thing="date",
        value=text,
        next_step="Write days as 2020-01-31, spans as 2020-01-01..2021-12-31.",
    )
