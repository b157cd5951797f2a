"""One document as every engine is given it, and one hit as every engine gives it back.

Invariant: engines hold the same words, values and stored text of a document, so that none of them can differ
in what it finds, counts or shows.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from search import ranking
from search.analysis import tokens_and_forms
from search.chain import LegalStep
from search.document import SearchDocument
from search.passage import LOOK_AT_CHARACTERS, PASSAGE_CHARACTERS
from search.query import VALUES_SHOWN, Held, Hit
from search.why import Looker

# Stands where a title or a whole document has no words: engines differ in whether they count such a document in
# the averages that scores depend on. No token has an underscore, so nobody finds it.
_NO_WORDS = "_"


@dataclass(frozen=True, slots=True)
class Row:
    """A document in an engine's terms.

    `title` and each of `words` are tokens between blanks; `words` are those of the title and then those of the
    text; `forms` and `title_forms` the words as they are written where a token is another. `fields` are all values of
    each field that has any, the kind among them. `day` is the ordinal of the date, 0 for none. `source` is what a hit
    is made from.
    """

    id: str
    title: str
    words: tuple[str, ...]
    title_forms: str
    forms: str
    identifiers: tuple[str, ...]
    fields: dict[str, list[str]]
    day: int
    tie_breaker: int
    newest_first: int
    source: dict[str, Any]


def row_of(document: SearchDocument) -> Row:
    """What an engine is given of a document. Halves of characters (lone surrogates), which no engine can write,
    become question marks."""
    title_tokens, title_forms = tokens_and_forms(document.title)
    text_tokens, text_forms = tokens_and_forms(document.text)
    title, text = " ".join(title_tokens), " ".join(text_tokens)
    fields = {"kind": (document.kind,), **document.fields}
    return Row(
        id=whole(document.id),
        title=title or _NO_WORDS,
        words=(title, text) if title or text else (_NO_WORDS,),
        title_forms=" ".join(title_forms),
        forms=" ".join(dict.fromkeys((*title_forms, *text_forms))),
        identifiers=tuple(map(whole, document.identifiers)),
        fields={name: list(map(whole, values)) for name, values in fields.items() if values},
        day=document.date.toordinal() if document.date else 0,
        tie_breaker=ranking.tie_breaker(document),
        newest_first=ranking.newest_first(document),
        source={
            "kind": whole(document.kind),
            "title": whole(document.title),
            # A passage is made from no more than this, and says by one character more that the text goes on.
            "text": whole(document.text[: LOOK_AT_CHARACTERS + PASSAGE_CHARACTERS + 1]),
            "date": document.date.isoformat() if document.date else None,
            "identifiers": list(map(whole, document.identifiers)),
            "fields": {name: list(map(whole, values[:VALUES_SHOWN])) for name, values in document.fields.items()},
            "pages": document.pages,
            "chain": [
                [
                    whole(step.document),
                    step.change,
                    whole(step.by),
                    step.date.isoformat() if step.date else None,
                    step.depth,
                    whole(step.passage),
                ]
                for step in document.chain
            ],
        },
    )


def stored(source: dict[str, Any]) -> str:
    """A row's source as JSON."""
    return json.dumps(source, ensure_ascii=False, separators=(",", ":"))


def held_of(id_: str, source: dict[str, Any]) -> Held:
    """What a row's source tells of the thing."""
    return Held(
        id=id_,
        kind=source["kind"],
        title=source["title"],
        text=source["text"],
        date=date.fromisoformat(source["date"]) if source["date"] else None,
        identifiers=tuple(source["identifiers"]),
        fields={name: tuple(values) for name, values in source["fields"].items()},
        pages=tuple((page, start) for page, start in source["pages"]),
        chain=tuple(
            LegalStep(document, change, by, date.fromisoformat(day) if day else None, *rest)
            for document, change, by, day, *rest in source["chain"]
        ),
    )


def hit_of(id_: str, source: dict[str, Any], *, score: float, looker: Looker) -> Hit:
    """The hit that a row's source makes, with its passage and why it was found."""
    held = held_of(id_, source)
    snippet, page, why = looker.look(held)
    return Hit(held.id, held.kind, held.title, round(score, 4), held.date, snippet, held.fields, why, held.chain, page)


def whole(text: str) -> str:
    """The text as an engine can write it.

    >>> whole("caf\u00e9 \\ud800")
    'café ?'
    """
    return text.encode("utf-8", "replace").decode()
