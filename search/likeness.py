"""What else is like a thing: a query made of what tells most about it, its rare words and numbers.

Invariant: a word or number counts the more the fewer things have it, and nothing counts that no other thing has.
What is asked about never finds itself.
"""

import math
from collections import Counter
from dataclasses import dataclass

from search.analysis import STOP_WORDS, spans
from search.index.index import SearchIndex
from search.query import AllOf, AnyOf, Boosted, Held, Identifier, Not, Own, Query, Words
from search.ranking import CARRIED_SCORE

# Words beyond the first 25 add time and little else; of a long text the beginning tells what it is about.
_MOST_WORDS = 25
_WORDS_WEIGHED = 100
_MOST_NUMBERS = 25
_CHARACTERS_READ = 20_000
_SHORTEST_WORD = 3
_FEW = 10  # things; in so few, what most of them have may still tell
_COMMON_SHARE = 0.25  # what more than a quarter of all things have says nothing about one of them


@dataclass(frozen=True, slots=True)
class _Telling:
    query: Query
    weight: float


def like(held: Held, index: SearchIndex) -> Query | None:
    """What is like the thing, itself left out; None where nothing in it tells. Costs two rounds of counting."""
    total = max(index.count(), 1)
    telling = [*_words(held, index, total), *_numbers(held, index, total)]
    if not telling:
        return None
    parts = tuple(Boosted(one.query, round(one.weight, 3)) for one in telling)
    return AllOf((AnyOf(parts), Not(Own((held.id,)))))


def _words(held: Held, index: SearchIndex, total: int) -> list[_Telling]:
    """The words that tell most, each in the form that the text has first."""
    often: Counter[str] = Counter()
    written: dict[str, str] = {}
    for text, counts in ((held.title, 3), (held.text[:_CHARACTERS_READ], 1)):
        for start, end, token in spans(text):
            word = text[start:end]
            if word.lower() in STOP_WORDS or len(word) < _SHORTEST_WORD or word.isdigit():
                continue
            often[token] += counts
            written.setdefault(token, word)
    candidates = [token for token, _ in often.most_common(_WORDS_WEIGHED)]
    found = index.counts([Words(written[token]) for token in candidates])
    weighed = [
        _Telling(Words(written[token]), math.sqrt(often[token]) * _rarity(count, total))
        for token, count in zip(candidates, found, strict=True)
    ]
    best = sorted((one for one in weighed if one.weight > 0), key=lambda one: -one.weight)[:_MOST_WORDS]
    highest = max((one.weight for one in best), default=1.0)
    return [_Telling(one.query, max(one.weight / highest, 0.01)) for one in best]


def _numbers(held: Held, index: SearchIndex, total: int) -> list[_Telling]:
    """The numbers that it carries, and its own; of a tariff number also those above it, which more things carry."""
    carried = dict.fromkeys((held.id, *held.identifiers))
    asked = [Identifier(kind, key, first=False) for kind, _, key in (one.partition(":") for one in carried) if key]
    weighed = [
        _Telling(one, _rarity(count, total) / CARRIED_SCORE)
        for one, count in zip(asked, index.counts(asked), strict=True)
    ]
    return sorted((one for one in weighed if one.weight > 0), key=lambda one: -one.weight)[:_MOST_NUMBERS]


def _rarity(count: int, total: int) -> float:
    """How much it tells to have what `count` of all things have; 0 for what only one has, or many.

    >>> _rarity(1, 100), _rarity(50, 100), round(_rarity(2, 100), 2)
    (0.0, 0.0, 3.91)
    """
    if count < 2 or count > max(_FEW, total * _COMMON_SHARE):
        return 0.0
    return math.log(total / count)
