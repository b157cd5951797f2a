"""Answers about saved searches."""

from api.answers.searches import search_item
from api.saving.searches import News, Saved
from api.schemas import ChangedItem, SavedAnswer, SavedItem, SavedNewsAnswer


def saved_item(saved: Saved) -> SavedItem:
    """A saved search."""
    return SavedItem(
        number=saved.number, name=saved.name, owner=saved.owner, query=saved.wanted.text,
        kinds=list(saved.wanted.kinds), filters={name: list(values) for name, values in saved.wanted.filters.items()},
        saved_at=saved.saved_at, looked_at=saved.looked_at, found=len(saved.found),
    )  # fmt: skip


def saved_answer(saved: tuple[Saved, ...]) -> SavedAnswer:
    """Several of them."""
    return SavedAnswer(items=[saved_item(one) for one in saved])


def news_answer(saved: Saved, news: News) -> SavedNewsAnswer:
    """What is new in one."""
    return SavedNewsAnswer(
        saved=saved_item(saved),
        new=[search_item(hit) for hit in news.new],
        changed=[ChangedItem(item=search_item(hit), status_before=before) for hit, before in news.changed],
        gone=news.gone,
        total=news.total,
    )
