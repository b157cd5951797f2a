"""Searches that people keep, to be told what is new in them.

Invariant: what is new is what a search finds now and did not find when its owner last looked, and what has another
legal status since; looking by itself changes nothing until the owner says that it was seen. A search that was removed
stays on file, and says by whom.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from api.access.users import Person
from api.database import SAVED_SEARCHES
from graph.model.errors import Denied, Invalid, NotFound
from search.query import Hit
from search.service import SearchService

MOST_HITS = 10_000
LONGEST_NAME = 200

Found = dict[str, str]  # id -> legal status, empty where there is none


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched: a text within kinds and filters, as for any search."""

    text: str
    kinds: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def hits(self, service: SearchService) -> tuple[Hit, ...]:
        """All it finds now; `Invalid` beyond 10,000: of so many, nobody wants to be told each new one."""
        found = tuple(islice(service.every(self.text, kinds=self.kinds, filters=self.filters), MOST_HITS + 1))
        if len(found) > MOST_HITS:
            raise Invalid(
                f"This search finds more than {MOST_HITS:,} things.",
                thing="query",
                value=self.text[:200],
                next_step="Narrow it by a kind, a filter or another word.",
            )
        return found


@dataclass(frozen=True, slots=True)
class Saved:
    """A search that somebody keeps. `found` is what it had found when they last looked."""

    number: int
    name: str
    owner: str
    wanted: Wanted
    saved_at: datetime
    looked_at: datetime
    found: Found = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """What is new in a saved search: hits that were not there, hits whose legal status is another (with the one it
    was), and how many are gone."""

    new: tuple[Hit, ...]
    changed: tuple[tuple[Hit, str], ...]
    gone: int
    total: int


class SavedSearches:
    """The saved searches of one authored database. People see their own; an admin sees and may remove all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, wanted: Wanted, hits: Iterable[Hit], *, person: Person, now: datetime) -> Saved:
        """Keep a search, with what it finds today as known. `Invalid` for a name that is missing or too long."""
        if not name.strip() or len(name) > LONGEST_NAME:
            raise Invalid(
                f"A saved search needs a name of at most {LONGEST_NAME} characters.",
                thing="name",
                value=name[:80],
                next_step="Name it after what you are waiting for.",
            )
        asked = {"text": wanted.text, "kinds": wanted.kinds, "filters": dict(wanted.filters)}
        values = {
            "name": name.strip(), "owner": person.name, "asked": json.dumps(asked), "saved_at": now, "looked_at": now,
            "found": json.dumps(found_now(hits)),
        }  # fmt: skip
        with self._engine.begin() as connection:
            number = connection.execute(SAVED_SEARCHES.insert().values(values)).inserted_primary_key
            return self._one(connection, int(number[0]) if number else 0, person)

    def all(self, person: Person) -> tuple[Saved, ...]:
        """The searches that a person may see, the oldest first."""
        asked = sa.select(SAVED_SEARCHES).where(SAVED_SEARCHES.c.removed_at.is_(None))
        if person.role != "admin":
            asked = asked.where(SAVED_SEARCHES.c.owner == person.name)
        with self._engine.connect() as connection:
            return tuple(map(_saved, connection.execute(asked.order_by(SAVED_SEARCHES.c.number)).mappings()))

    def one(self, number: int, person: Person) -> Saved:
        """A search; `NotFound` where there is none, `Denied` where it is another's."""
        with self._engine.connect() as connection:
            return self._one(connection, number, person)

    def seen(self, number: int, hits: Iterable[Hit], *, person: Person, now: datetime) -> Saved:
        """Take what it finds now as known, from which on things are new."""
        with self._engine.begin() as connection:
            self._one(connection, number, person)
            _change(connection, number, {"looked_at": now, "found": json.dumps(found_now(hits))})
            return self._one(connection, number, person)

    def remove(self, number: int, *, person: Person, now: datetime) -> Saved:
        """Keep it no longer."""
        with self._engine.begin() as connection:
            saved = self._one(connection, number, person)
            _change(connection, number, {"removed_by": person.name, "removed_at": now})
            return saved

    def _one(self, connection: Connection, number: int, person: Person) -> Saved:
        asked = sa.select(SAVED_SEARCHES).where(
            SAVED_SEARCHES.c.number == number, SAVED_SEARCHES.c.removed_at.is_(None)
        )
        row = connection.execute(asked).mappings().first()
        if row is None:
            raise NotFound(
                f"There is no saved search {number}.",
                thing="saved search",
                value=str(number),
                next_step="See `tidewaiter saved list`.",
            )
        if person.role != "admin" and row["owner"] != person.name:
            raise Denied(
                f"Saved search {number} is {row['owner']}'s.",
                thing="saved search",
                value=str(number),
                next_step="Save one of your own.",
            )
        return _saved(row)


def found_now(hits: Iterable[Hit]) -> Found:
    """What is kept of hits to tell later what is new."""
    return {hit.id: ", ".join(hit.fields.get("status", ())) for hit in hits}


def news(saved: Saved, hits: tuple[Hit, ...]) -> News:
    """What is new in hits since the owner of the search looked."""
    now = found_now(hits)
    return News(
        new=tuple(hit for hit in hits if hit.id not in saved.found),
        changed=tuple(
            (hit, saved.found[hit.id]) for hit in hits if saved.found.get(hit.id, now[hit.id]) != now[hit.id]
        ),
        gone=len(saved.found.keys() - now.keys()),
        total=len(hits),
    )


def _change(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    connection.execute(SAVED_SEARCHES.update().where(SAVED_SEARCHES.c.number == number).values(dict(values)))


def _saved(row: RowMapping) -> Saved:
    asked = json.loads(row["asked"])
    filters = {name: tuple(values) for name, values in asked["filters"].items()}
    return Saved(
        row["number"], row["name"], row["owner"], Wanted(asked["text"], tuple(asked["kinds"]), filters),
        row["saved_at"], row["looked_at"], json.loads(row["found"]),
    )  # fmt: skip
