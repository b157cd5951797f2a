"""What makes one hit better than another: the numbers that all engines share, and where they come from.

Invariant: an engine scores by BM25 (k1 1.2, b 0.75) over the words of title and text together, adds the parts
below, and breaks ties by `tie_breaker`. A phrase scores as one word does whose count is that of the phrase; one with
other words between scores as its words would alone. With the tokens of `search.analysis` that fixes the ranking.

Measured on Cranfield (1,400 abstracts, 225 questions, any word may match): words alone nDCG@10 0.39, with
TITLE_WEIGHT 0.40, with PAIR_WEIGHT as well 0.41. Where nine words in a row from a notice or a section of the Code
were to find it, words alone gave MAP 0.41 and 0.78, a TITLE_WEIGHT of 0.35 with pairs 0.41 and 0.80, of 0.5 0.40 and
0.77. By four words from anywhere in the text words alone gave 0.57 and 0.87, 0.35 with pairs 0.54 and 0.86. Where the
title of a notice was to find its abstract, pairs cost 0.02. Tried and left out: words that stand near each other
(nothing gained), and words of the first hits asked along (MAP 0.33 to 0.34 on Cranfield, but 0.56 to 0.53 where the
title of a notice was to find its abstract; people look for a known document often).
"""

from hashlib import blake2b

from search.document import SearchDocument
from search.query import AllOf, AnyOf, Boosted, Fuzzy, Identifier, Phrase, Prefix, Query, Words

# A word in the title counts once in the words (titles are part of them) and this much again by the title.
TITLE_WEIGHT = 0.35

# Words that stand side by side in the question (`search.analysis.neighbours`) and in the document.
PAIR_WEIGHT = 0.25

# The thing whose number was asked for stands before what carries the number, and both before mere words:
# a BM25 score of a question of ten words lies under 100.
IDENTITY_SCORE = 1000.0
CARRIED_SCORE = 10.0

# A word that only begins so, or is spelled almost so, counts as a rather frequent word does.
INEXACT_SCORE = 1.0


def tie_breaker(document: SearchDocument) -> int:
    """Higher comes first between equal scores: by weight, then by a hash of the id. 63 bits."""
    digest = blake2b(document.id.encode("utf-8", "replace"), digest_size=7).digest()
    return (min(max(document.weight, 0), 127) << 56) | int.from_bytes(digest)


def newest_first(document: SearchDocument) -> int:
    """Higher comes first by date, then as `tie_breaker`; undated documents last. 63 bits."""
    day = document.date.toordinal() if document.date else 0
    return (day << 40) | (tie_breaker(document) >> 23)


def is_scored(query: Query) -> bool:
    """Whether one match can be better than another."""
    if isinstance(query, AllOf | AnyOf):
        return any(map(is_scored, query.parts))
    if isinstance(query, Boosted):
        return is_scored(query.part)
    return isinstance(query, Words | Phrase | Prefix | Fuzzy | Identifier)
