"""Answers to searches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape

from api.schemas import FacetValue, LegalItem, SearchAnswer, SearchItem, WhyItem
from api.serving import Snapshot
from graph.model.errors import Invalid, Unavailable
from search.chain import LegalStep, told_chain
from search.query import Hit, SearchResult
from search.why import told


def filters_of(written: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Filters as written (`field:value` or `field=value`), by field.

    >>> filters_of(("port:2704", "country=CN", "port:1703"))
    {'port': ('2704', '1703'), 'country': ('CN',)}
    """
    filters: dict[str, tuple[str, ...]] = {}
    for one in written:
        cut = min((one.find(mark) for mark in ":=" if mark in one), default=-1)
        name, value = one[:cut].strip(), one[cut + 1 :].strip()
        if cut < 1 or not name or not value:
            raise Invalid(
                f"The filter {one!r} is not of the form field:value.",
                thing="filter",
                value=one[:200],
                next_step="Write for example port:2704 or country:CN.",
            )
        filters[name] = (*filters.get(name, ()), value)
    return filters


def search_answer(result: SearchResult, *, took_ms: float, names: Mapping[str, str] | None = None) -> SearchAnswer:
    """One page of hits. `names` are those of the parties that are counted, by their ids."""
    known = names or {}
    return SearchAnswer(
        items=[search_item(hit) for hit in result.items],
        total=result.total,
        next_cursor=result.next_cursor,
        facets={
            name: [
                FacetValue(value=value, count=count, name=known.get(f"party:{value}", "") if name == "party" else "")
                for value, count in values
            ]
            for name, values in result.facets.items()
        },
        note=result.note,
        took_ms=round(took_ms, 3),
    )


def party_names(result: SearchResult, now: Snapshot) -> dict[str, str]:
    """The names of the parties that a search counts; none while the graph cannot be asked."""
    counted = tuple(f"party:{value}" for value, _ in result.facets.get("party", ()))
    if not counted:
        return {}
    try:
        return {id_: entity.name for id_, entity in now.view.entities(counted).items()}
    except Unavailable:
        return {}


def search_item(hit: Hit) -> SearchItem:
    """One hit, with why it was found."""
    return SearchItem(
        id=hit.id, kind=hit.kind, title=hit.title, score=hit.score, date=hit.date, snippet=hit.snippet,
        fields={name: list(values) for name, values in hit.fields.items()},
        why=[
            WhyItem(
                how=one.how, asked=one.asked, found=list(one.found), times=one.times, in_title=one.in_title,
                weight=one.weight, told=told(one),
            )
            for one in hit.why
        ],
        legal=legal_items(hit.chain),
        legal_told=told_chain(hit.chain),
        page=hit.page,
    )  # fmt: skip


HIT_COLUMNS = ("id", "kind", "title", "date", "status", "score", "passage", "legal", "why")


def hit_rows(hits: Iterable[Hit]) -> Iterator[dict[str, object]]:
    """Hits as rows of `HIT_COLUMNS`, for tables."""
    for hit in hits:
        yield {
            "id": hit.id, "kind": hit.kind, "title": hit.title, "date": hit.date.isoformat() if hit.date else None,
            "status": list(hit.fields.get("status", ())), "score": hit.score, "passage": plain_passage(hit.snippet),
            "legal": told_chain(hit.chain), "why": [told(one) for one in hit.why],
        }  # fmt: skip


def plain_passage(snippet: str) -> str:
    """A passage without its marks.

    >>> plain_passage("of <mark>steel</mark> &amp; wire")
    'of steel & wire'
    """
    return unescape(snippet.replace("<mark>", "").replace("</mark>", "")).replace("\n", " ")


def legal_items(chain: Sequence[LegalStep]) -> list[LegalItem]:
    """A legal chain, with entity ids."""
    return [
        LegalItem(
            document=f"document:{step.document}", change=step.change, by=f"document:{step.by}", date=step.date,
            depth=step.depth, passage=step.passage,
        )
        for step in chain
    ]  # fmt: skip
