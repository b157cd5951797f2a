"""Searches that people keep, and what is new in them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from api.answers.saved import news_answer, saved_answer, saved_item
from api.routes.asking import Asked, plain
from api.saving.searches import SavedSearches, Wanted, news
from api.schemas import SavedAnswer, SavedItem, SavedNewsAnswer, SavedRequest

router = APIRouter(prefix="/v1/searches/saved", tags=["search"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", response_model=SavedAnswer)
def saved_searches(asked: Asked) -> Response:
    """The asker's saved searches; an admin's answer has everybody's."""
    asked.look("saved", "all")
    return plain(saved_answer(SavedSearches(asked.service.engine).all(asked.person)))


@router.post("", response_model=SavedItem, status_code=201)
def save(asked: Asked, given: SavedRequest) -> Response:
    """Keep a search; what it finds today counts as known."""
    filters = {name: tuple(values) for name, values in given.filters.items()}
    wanted = Wanted(given.query, tuple(given.kinds), filters)
    with asked.service.serving.snapshot() as snapshot:
        hits = wanted.hits(snapshot.search)
    kept = SavedSearches(asked.service.engine).add(given.name, wanted, hits, person=asked.person, now=datetime.now(UTC))
    asked.look("save", f"{kept.number} {given.query}")
    answer = plain(saved_item(kept))
    answer.status_code = 201
    return answer


@router.get("/{number}/news", response_model=SavedNewsAnswer)
def saved_news(asked: Asked, number: Number) -> Response:
    """What a saved search finds now that it did not when its owner last looked, and whose legal status changed."""
    saved = SavedSearches(asked.service.engine).one(number, asked.person)
    with asked.service.serving.snapshot() as snapshot:
        hits = saved.wanted.hits(snapshot.search)
    asked.look("saved news", f"{number} {saved.wanted.text}")
    return plain(news_answer(saved, news(saved, hits)))


@router.post("/{number}/seen", response_model=SavedItem)
def saved_seen(asked: Asked, number: Number) -> Response:
    """Take what it finds now as known."""
    searches = SavedSearches(asked.service.engine)
    saved = searches.one(number, asked.person)
    with asked.service.serving.snapshot() as snapshot:
        hits = saved.wanted.hits(snapshot.search)
    asked.look("saved seen", str(number))
    return plain(saved_item(searches.seen(number, hits, person=asked.person, now=datetime.now(UTC))))


@router.post("/{number}/remove", response_model=SavedItem)
def remove_saved(asked: Asked, number: Number) -> Response:
    """Keep a search no longer; it stays on file."""
    removed = SavedSearches(asked.service.engine).remove(number, person=asked.person, now=datetime.now(UTC))
    asked.look("remove saved", str(number))
    return plain(saved_item(removed))
