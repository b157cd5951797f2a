"""Answers to batch screenings."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice

from api.schemas import ScreeningAnswer, ScreeningItem
from api.serving import Snapshot
from search.screening import Screen, Screened, screen_documents

COLUMNS = ("name", "document", "kind", "date", "title", "found", "how", "times", "passage")
MOST_ITEMS = 10_000


def screened(now: Snapshot, screen: Screen) -> Iterator[Screened]:
    """Every name in every document of the generation."""
    return screen_documents(now.facts, screen, folder=now.generation.folder)


def rows_of(found: Iterator[Screened]) -> Iterator[dict[str, object]]:
    """The hits as rows of `COLUMNS`."""
    for one in found:
        yield {**asdict(one), "date": one.date.isoformat() if one.date else None}


def screening_answer(now: Snapshot, names: Sequence[str]) -> ScreeningAnswer:
    """The first 10,000 hits, and whether there are more."""
    screen = Screen.of(names)
    found = list(islice(screened(now, screen), MOST_ITEMS + 1))
    return ScreeningAnswer(
        items=[ScreeningItem(**asdict(one)) for one in found[:MOST_ITEMS]],
        names=len(screen.names),
        found=len({one.name for one in found}),
        unusable=list(screen.unusable),
        truncated=len(found) > MOST_ITEMS,
    )
