"""Invented documents for measuring search: the same ones in every run.

Invariant: words follow Zipf's law and texts have the length of rulings and notices, so that times and rankings are
like those over real documents.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from search.document import SearchDocument

_SEED = 20_260_101


def vocabulary() -> list[str]:
    """8,000 invented words, the frequent ones short, as in a language."""
    choose = random.Random(_SEED)  # noqa: S311 - invented words
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or", "st")]
    words: dict[str, None] = {}
    while len(words) < 8_000:
        words["".join(choose.choices(syllables, k=2 + len(words) // 2_000))] = None
    return list(words)


def invented_documents(count: int) -> Iterator[SearchDocument]:
    """Documents of 2 to 4 KB whose words follow Zipf's law, with kinds, ports, tariff numbers and dates."""
    choose = random.Random(_SEED)  # noqa: S311 - invented texts
    words = vocabulary()
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    cumulative = [0.0]
    for weight in weights:
        cumulative.append(cumulative[-1] + weight)
    for number in range(count):
        text = " ".join(choose.choices(words, cum_weights=cumulative[1:], k=choose.randrange(350, 700)))
        tariff = f"{choose.randrange(1, 97):02d}{choose.randrange(1, 20):02d}{choose.randrange(10, 99)}0000"
        yield SearchDocument(
            id=f"document:B-{number}",
            kind=choose.choice(("ruling", "lab_report", "notice", "ims_document")),
            title=" ".join(choose.choices(words[:3_000], k=8)),
            text=text,
            date=date(2010, 1, 1) + timedelta(days=choose.randrange(5_400)),
            identifiers=tuple(f"hts:{tariff[:digits]}" for digits in (2, 4, 6, 8, 10)),
            fields={
                "hts2": (tariff[:2],),
                "hts4": (tariff[:4],),
                "port": (f"{choose.randrange(20):02d}01",),
                "country": (choose.choice(("CN", "VN", "MX", "DE")),),
            },
        )
