"""Search as people use it: a text, kinds and filters in, one page of hits out.

Invariant: a search that is typed never fails for its words; it is `Invalid` only for a kind, field, day, limit
or cursor that cannot be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from graph.model.errors import Invalid, NotFound
from search.concordance import Concordance
from search.fields import DEFAULT_FACETS, FIELDS, KIND_GROUPS, known_field
from search.index.index import SearchIndex
from search.likeness import like as likeness
from search.paging import MOST_HITS
from search.query import AllOf, AnyOf, Everything, Hit, Not, Query, SearchRequest, SearchResult
from search.reading import Reading, field_value, read_days, read_query

_LOOSE = "~"  # begins the cursors of a search whose words need not all occur
_LOOSE_NOTE = "Nothing has all of the words; these have some of them, the best first."


class SearchService:
    """Searches one index. `ssn_secret` lets a social security number be found by its token; `concordance` lets a tariff
    number find what stood under its predecessors and successors."""

    def __init__(self, index: SearchIndex, *, ssn_secret: str = "", concordance: Concordance | None = None) -> None:
        self._index = index
        self._concordance = concordance or Concordance()
        self._ssn_secret = ssn_secret

    def search(
        self,
        text: str,
        *,
        kinds: Sequence[str] = (),
        filters: Mapping[str, Sequence[str]] | None = None,
        sort: Literal["relevance", "date"] = "relevance",
        facets: Sequence[str] = DEFAULT_FACETS,
        limit: int = 20,
        cursor: str = "",
        like: str = "",
    ) -> SearchResult:
        """One page of what matches the text, of the kinds, within the filters.

        `kinds` are exact kinds or the groups `documents`, `entities` and `findings`. `filters` are `{field:
        values}`: any of a field's values, all of the fields, in any spelling; `date` takes days and spans
        (`2020`, `2020-01-01..2021-12-31`). Where no hit has all the words of a short text, those with any
        are given and the note says so. With `like`, an id, what shares rare words and numbers with that thing,
        itself left out. Raises `Invalid`, and `NotFound` for an id of nothing.
        """
        reading = self._over_the_years(read_query(text, ssn_secret=self._ssn_secret))
        if like:
            reading = self._alike(reading, like, text)
        request = SearchRequest(
            query=reading.query, facets=tuple(facets), sort=sort, limit=limit, cursor=cursor.removeprefix(_LOOSE)
        )
        within = self._within(kinds, filters or {})
        if reading.otherwise is not None and cursor.startswith(_LOOSE):
            return self._loose(_narrowed(replace(request, query=reading.otherwise), within), reading.note)
        result = self._index.search(_narrowed(request, within))
        if result.total == 0 and reading.otherwise is not None and not cursor:
            return self._loose(_narrowed(replace(request, query=reading.otherwise), within), reading.note)
        return replace(result, note=reading.note)

    def every(
        self,
        text: str,
        *,
        kinds: Sequence[str] = (),
        filters: Mapping[str, Sequence[str]] | None = None,
        sort: Literal["relevance", "date"] = "relevance",
        like: str = "",
    ) -> Iterator[Hit]:
        """Every hit of a search, in its order, however many there are."""
        cursor = ""
        while True:
            page = self.search(
                text, kinds=kinds, filters=filters, sort=sort, facets=(), limit=MOST_HITS, cursor=cursor, like=like
            )
            yield from page.items
            cursor = page.next_cursor
            if not cursor:
                return

    def _over_the_years(self, reading: Reading) -> Reading:
        """The same with the numbers that its tariff numbers had in other years, which the note names."""
        query, notes = self._concordance.widened(reading.query)
        otherwise = None if reading.otherwise is None else self._concordance.widened(reading.otherwise)[0]
        return Reading(query, " ".join(filter(None, (reading.note, *notes))), otherwise)

    def _within(self, kinds: Sequence[str], filters: Mapping[str, Sequence[str]]) -> "_Within":
        stored, asked = _within(kinds, filters)
        return stored, tuple(self._concordance.widened(part)[0] for part in asked)

    def _alike(self, reading: Reading, id_: str, text: str) -> Reading:
        """The text within what is like a thing."""
        held = self._index.held(id_)
        if held is None:
            raise NotFound(
                f"Nothing is found under {id_}, so nothing can be like it.",
                thing="like",
                value=id_,
                next_step="Use the id of a hit, such as document:NY-N301234.",
            )
        alike = likeness(held, self._index)
        if alike is None:
            return Reading(Not(Everything()), f"{id_} has no words or numbers that others have, too.")
        return replace(reading, query=AllOf((alike, reading.query)) if text.strip() else alike, otherwise=None)

    def _loose(self, request: SearchRequest, note: str) -> SearchResult:
        result = self._index.search(request)
        return replace(
            result,
            next_cursor=result.next_cursor and _LOOSE + result.next_cursor,
            note=f"{note} {_LOOSE_NOTE}".strip() if result.total else note,
        )


_Within = tuple[dict[str, tuple[str, ...]], tuple[Query, ...]]


def _within(kinds: Sequence[str], filters: Mapping[str, Sequence[str]]) -> _Within:
    """Filters on stored fields, and the parts of the query that stand for all others. Kinds hold within a filter on
    kinds, as a person does who ticks rulings among documents."""
    stored: dict[str, tuple[str, ...]] = {}
    asked: list[Query] = []
    wanted = [{kind for name in some for kind in _kinds(name)} for some in (kinds, filters.get("kind", ())) if some]
    if wanted and (both := set.intersection(*wanted)):
        stored["kind"] = tuple(sorted(both))
    elif wanted:
        asked.append(Not(Everything()))
    for name, values in filters.items():
        if not values or name == "kind":
            continue
        if name == "date":
            spans = [read_days(value) for value in values]
            asked.append(AnyOf(tuple(spans)))
        elif name in FIELDS and not FIELDS[name].counted:
            asked.append(AnyOf(tuple(field_value(name, value) for value in values)))
        else:
            stored[name] = tuple(sorted({known_field(name).written(value) for value in values}))
    return stored, tuple(asked)


def _narrowed(request: SearchRequest, within: _Within) -> SearchRequest:
    stored, asked = within
    query = AllOf((request.query, *asked)) if asked else request.query
    return replace(request, query=query, filters=stored)


def _kinds(name: str) -> frozenset[str]:
    """The kinds that a kind or group stands for; `Invalid` when there is none of that name."""
    every = frozenset[str]().union(*KIND_GROUPS.values())
    kind = name.strip().lower()
    if kind not in every and kind not in KIND_GROUPS:
        raise Invalid(
            f"There is no kind {name!r}.",
            thing="kind",
            value=name,
            next_step=f"Kinds are {', '.join(sorted(every))}; groups are {', '.join(sorted(KIND_GROUPS))}.",
        )
    return KIND_GROUPS.get(kind, frozenset({kind}))
